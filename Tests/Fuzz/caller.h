/* One thread of calls: its random numbers, the buffers of the call that it makes, and what came of each call. */
#ifndef CALLER_H
#define CALLER_H

#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "guarded.h"
#include "qlif.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1 /* and many times slower */
#endif
#endif

#define FUNCTIONS(X)                                                                                      \
  X(qlif_abi_version) X(qlif_version) X(qlif_instruction_set) X(qlif_last_error_message)                  \
  X(qlif_set_thread_count) X(qlif_thread_count) X(qlif_kinds) X(qlif_defaults) X(qlif_check) X(qlif_free) \
  X(qlif_network_create) X(qlif_network_destroy) X(qlif_network_copy) X(qlif_network_layer_count)         \
  X(qlif_network_layer_shape) X(qlif_network_description) X(qlif_network_parameter_count)                 \
  X(qlif_network_parameter) X(qlif_network_set_metadata) X(qlif_network_metadata)                         \
  X(qlif_network_metadata_count) X(qlif_network_metadata_key) X(qlif_qubit_noise_default)                 \
  X(qlif_qubit_noise_check) X(qlif_network_simulate) X(qlif_network_predict) X(qlif_readout)              \
  X(qlif_network_evaluate) X(qlif_network_loss_and_gradients) X(qlif_trainer_create)                      \
  X(qlif_trainer_destroy) X(qlif_trainer_step) X(qlif_trainer_set_noise) X(qlif_trainer_description)      \
  X(qlif_trainer_step_count) X(qlif_qubit_prepare) X(qlif_qubit_rotate) X(qlif_qubit_depolarize)          \
  X(qlif_qubit_wait) X(qlif_qubit_measure) X(qlif_qubit_follow) X(qlif_circuit_run)                       \
  X(qlif_circuit_angles) X(qlif_circuit_layer_qasm) X(qlif_network_layer_qasm) X(qlif_circuit_train_qasm) \
  X(qlif_network_save) X(qlif_network_load) X(qlif_network_serialize) X(qlif_network_deserialize)         \
  X(qlif_trainer_save) X(qlif_trainer_load) X(qlif_trainer_serialize) X(qlif_trainer_deserialize)

#define AS_INDEX(name) at_##name,
#define AS_NAME(name) #name,
enum { FUNCTIONS(AS_INDEX) FUNCTION_COUNT };
static const char *const names[] = {FUNCTIONS(AS_NAME)};

enum {
  HANDLES = 6,
  MOST_LAYERS = 4,
  MOST_WATCHED = 200,
  WATCHED_BYTES = 1 << 23,
  STATUSES = 7,
  MOST_FEATURES = 1 << 19,
  LONGEST_MESSAGE = 1 << 14,
#ifdef SANITIZED
  SECONDS_A_CALL = 600
#else
  SECONDS_A_CALL = 60
#endif
};

/* What a network looks like: enough to give a call buffers of the right sizes. */
typedef struct {
  int32_t layers;
  int64_t features, steps, units[MOST_LAYERS];
  int currents[MOST_LAYERS]; /* of a neuron; 0: the layer has none */
} shape;

typedef struct {
  qlif_network *handle;
  shape shape;
} network_slot;

typedef struct {
  qlif_trainer *handle;
  int takes_values; /* its loss compares with numbers, not with labels */
  shape shape;
} trainer_slot;

typedef struct {
  uint64_t seed, random, number, wanted;
  guarded buffers;
  network_slot networks[HANDLES];
  trainer_slot trainers[HANDLES];
  uint64_t counts[FUNCTION_COUNT][STATUSES];
  char folder[256];
  /* Of the call that is being made. */
  int function;
  int is_hostile;  /* arguments may be wrong */
  int must_refuse; /* one of them certainly is */
  struct {
    const void *at;
    size_t size, copy;
    int is_input;
  } watched[MOST_WATCHED];
  int watched_count;
  char *copies;
  size_t copied;
} caller;

static caller *callers;
static int caller_count;

/* ---- Reports ------------------------------------------------------------------------------- */

static void say_where(void) {
  for (int i = 0; i < caller_count; i++) {
    char text[256];
    const caller *c = &callers[i];
    int length = snprintf(text, sizeof text, "seed %llu, thread %d, call %llu: %s\n", (unsigned long long)c->seed,
                          i, (unsigned long long)c->number, names[c->function]);
    if (write(2, text, (size_t)length) < 0) return;
  }
}

static void die(int signal_number) {
  char text[64];
  int length = snprintf(text, sizeof text, "signal %d at\n", signal_number);
  if (write(2, text, (size_t)length) >= 0) say_where();
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

/* Says where this ends: by a signal, by an alarm or by a sanitizer. */
static void report_deaths(void) {
  signal(SIGALRM, die);
#ifndef SANITIZED
  const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE};
  for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) signal(fatal[i], die);
#else
  extern void __sanitizer_set_death_callback(void (*)(void));
  __sanitizer_set_death_callback(say_where);
#endif
}

static _Noreturn void fail(const char *what) {
  fprintf(stderr, "%s (message: \"%.2000s\") at\n", what, qlif_last_error_message());
  say_where();
  _exit(1);
}

/* A refusal says why in one line. */
static void check_message(void) {
  const char *message = qlif_last_error_message();
  if (!message || !*message) fail("no message");
  for (const char *at = message; *at; at++) {
    if ((unsigned char)*at < 32 || *at == 127) fail("a message of more than one line");
  }
  if (strlen(message) > LONGEST_MESSAGE) fail("a message that nobody reads");
}

/* ---- Chance -------------------------------------------------------------------------------- */

static uint64_t next(caller *c) {
  uint64_t z = (c->random += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static int64_t below(caller *c, int64_t count) { return (int64_t)(next(c) % (uint64_t)count); }
static int64_t from_to(caller *c, int64_t low, int64_t high) { return low + below(c, high - low + 1); }
static int one_in(caller *c, int64_t count) { return below(c, count) == 0; }
static double uniform(caller *c, double low, double high) {
  return low + (high - low) * ((double)(next(c) >> 11) / 9007199254740992.0);
}
static int is_evil(caller *c) { return c->is_hostile && one_in(c, 6); }

/* One of an array's values. */
#define ANY(c, values) (values[below(c, (int64_t)(sizeof(values) / sizeof *(values)))])

#endif
