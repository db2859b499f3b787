#include "machine.h"

#include <cblas.h>
#include <pthread.h>

void machine_sgemm(int a_transposed, int b_transposed, int32_t rows, int32_t columns, int32_t inner,
                const float *a, int32_t a_stride, const float *b, int32_t b_stride, float beta,
                float *c, int32_t c_stride) {
  cblas_sgemm(CblasRowMajor, a_transposed ? CblasTrans : CblasNoTrans,
              b_transposed ? CblasTrans : CblasNoTrans, rows, columns, inner, 1.0f, a, a_stride, b,
              b_stride, beta, c, c_stride);
}

/*
 * OpenBLAS built for one thread (0.3.21) looks for a free workspace without holding its lock: two threads
 * that multiply at once may be given the same one, and get wrong products. The linker hands its calls to
 * these instead (--wrap in Package.swift), which let one thread look at a time.
 */
static pthread_mutex_t workspaces = PTHREAD_MUTEX_INITIALIZER;

void *__real_blas_memory_alloc(int position);
void __real_blas_memory_free(void *workspace);

void *__wrap_blas_memory_alloc(int position) {
  pthread_mutex_lock(&workspaces);
  void *workspace = __real_blas_memory_alloc(position);
  pthread_mutex_unlock(&workspaces);
  return workspace;
}

void __wrap_blas_memory_free(void *workspace) {
  pthread_mutex_lock(&workspaces);
  __real_blas_memory_free(workspace);
  pthread_mutex_unlock(&workspaces);
}

/* A fork may come while another thread is looking. */
static void forget_holder(void) {
  workspaces = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

__attribute__((constructor)) static void survive_fork(void) { pthread_atfork(NULL, NULL, forget_holder); }
