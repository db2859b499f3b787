#include "machine.h"

#include <cblas.h>

void qlif_sgemm(int a_transposed, int b_transposed, int32_t rows, int32_t columns, int32_t inner,
                const float *a, int32_t a_stride, const float *b, int32_t b_stride, float beta,
                float *c, int32_t c_stride) {
  cblas_sgemm(CblasRowMajor, a_transposed ? CblasTrans : CblasNoTrans,
              b_transposed ? CblasTrans : CblasNoTrans, rows, columns, inner, 1.0f, a, a_stride, b,
              b_stride, beta, c, c_stride);
}
