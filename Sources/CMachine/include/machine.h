/* What the engine needs of the machine that only C reaches. */
#ifndef QLIF_MACHINE_H
#define QLIF_MACHINE_H

#include <stdint.h>

/* The x86-64 level of this processor, as the psABI counts them: 4 (AVX-512), 3 (AVX2 and FMA) or 1.
 * 0 on other architectures. */
int machine_x86_64_level(void);

/* The cores that this process may run on, 1 at the least. */
int machine_core_count(void);

/* Cores' worth of time that the control groups of this process grant it, rounded up; INT_MAX where they set no limit.
 * root: "" for this machine; a test's folder with a proc and a sys in it. */
int machine_core_quota(const char *root);

/* Bytes that this process may still take without another having to leave memory: of the machine, of the control
 * groups and of the address space; INT64_MAX where nobody says. root: as above. */
int64_t machine_available_memory(const char *root);

#endif
