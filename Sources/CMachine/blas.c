#include "machine.h"

#include <cblas.h>
#include <stdlib.h>

void qlif_sgemm(int a_transposed, int b_transposed, int32_t rows, int32_t columns, int32_t inner,
                const float *a, int32_t a_stride, const float *b, int32_t b_stride, float beta,
                float *c, int32_t c_stride) {
  cblas_sgemm(CblasRowMajor, a_transposed ? CblasTrans : CblasNoTrans,
              b_transposed ? CblasTrans : CblasNoTrans, rows, columns, inner, 1.0f, a, a_stride, b,
              b_stride, beta, c, c_stride);
}

#if defined(__x86_64__)
/*
 * OpenBLAS picks its kernels by the processor's model when it starts. Debian 12's (0.3.21) does not know
 * AMD's processors with AVX-512 and gives them the AVX2 kernels, half as fast. It takes a name from the
 * environment instead: give it that name while it starts, unless the user has set one, and take it back so
 * that no other OpenBLAS in the process sees it. Priority 101 runs before OpenBLAS's own constructor.
 */
void gotoblas_init(void);

__attribute__((constructor(101))) static void choose_blas_kernels(void) {
  static const char variable[] = "OPENBLAS_CORETYPE";
  __builtin_cpu_init();
  if (getenv(variable) || !__builtin_cpu_is("amd") || qlif_x86_64_level() < 4) return;
  if (setenv(variable, "SKYLAKEX", 0) != 0) return;
  gotoblas_init();
  unsetenv(variable);
}
#endif
