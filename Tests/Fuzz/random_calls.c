/*
 * Calls every function of qlif.h at random, with right and with hostile arguments, and checks the contract:
 * a known status; on failure a message of one line and nothing written; never a touch beyond a buffer
 * (guarded.h), a crash, a hang or a number that is none in what a successful call gives.
 *
 *   random_calls SEED CALLS [THREADS]
 *
 * prints how often each function was called, succeeded and refused. The same build and seed make the same calls.
 * Each thread has handles of its own.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/resource.h>

#include "calls_files.h"
#include "calls_networks.h"
#include "calls_qubits.h"

static void destroys(caller *c) {
  if (one_in(c, 3)) {
    destroy_network(c, (int)below(c, HANDLES));
    destroy_trainer(c, (int)below(c, HANDLES));
  }
  COUNT(qlif_network_destroy);
  qlif_network_destroy(NULL);
  COUNT(qlif_trainer_destroy);
  qlif_trainer_destroy(NULL);
  free_memory(c, NULL);
}

static void (*const actions[])(caller *) = {
    create,   create,  create,      library, threads,     kinds,         check,          check,         copy,
    describe, parameters, metadata, simulate, simulate,   predict,       predict,        read_out,      evaluate,
    evaluate, loss_and_gradients, create_trainer, step,   step,          about_trainer,  qubits,        follow,
    run_circuit, angles, write_circuit, write_circuit, write_layer,      bytes,          bytes,         destroys};

static uint64_t made(const caller *c) {
  uint64_t sum = 0;
  for (int i = 0; i < FUNCTION_COUNT; i++) {
    for (int status = 0; status < STATUSES; status++) sum += c->counts[i][status];
  }
  return sum;
}

static void *work(void *argument) {
  caller *c = argument;
  while (made(c) < c->wanted) {
    c->number++;
    c->is_hostile = one_in(c, 2);
    begin(c);
    alarm(SECONDS_A_CALL);
    /* Files cost more than all else: the disk is waited for. */
    if (one_in(c, 40)) files(c);
    else if (one_in(c, 2000)) create_huge(c);
    else ANY(c, actions)(c);
  }
  for (int slot = 0; slot < HANDLES; slot++) {
    destroy_network(c, slot);
    destroy_trainer(c, slot);
  }
  begin(c);
  return NULL;
}

int main(int count, char **arguments) {
  if (count < 3 || count > 4) {
    fprintf(stderr, "usage: random_calls SEED CALLS [THREADS]\n");
    return 2;
  }
  const uint64_t seed = strtoull(arguments[1], NULL, 10), wanted = strtoull(arguments[2], NULL, 10);
  const int threads_wanted = count == 4 ? atoi(arguments[3]) : 1;
  if (threads_wanted < 1 || threads_wanted > 16) return 2;
  report_deaths();
#ifndef SANITIZED
  /* Sizes that this machine could hold are refused too, and a leak is seen. */
  const struct rlimit limit = {(rlim_t)3 << 30, (rlim_t)3 << 30};
  setrlimit(RLIMIT_AS, &limit);
#endif
  callers = calloc((size_t)threads_wanted, sizeof *callers);
  caller_count = threads_wanted;
  pthread_t ids[16];
  for (int i = 0; i < threads_wanted; i++) {
    caller *c = &callers[i];
    c->seed = seed;
    c->random = seed * 1000003u + (uint64_t)i;
    c->wanted = wanted / (uint64_t)threads_wanted;
    c->copies = malloc(WATCHED_BYTES);
    if (!c->copies || !guarded_open(&c->buffers)) return 2;
    make_files(c);
    if (pthread_create(&ids[i], NULL, work, c)) return 2;
  }
  uint64_t total = 0;
  for (int i = 0; i < threads_wanted; i++) {
    pthread_join(ids[i], NULL);
    total += made(&callers[i]);
    remove_files(&callers[i]);
  }
  for (int function = 0; function < FUNCTION_COUNT; function++) {
    uint64_t well = 0, refused = 0;
    for (int i = 0; i < threads_wanted; i++) {
      well += callers[i].counts[function][0];
      for (int status = 1; status < STATUSES; status++) refused += callers[i].counts[function][status];
    }
    printf("%-34s %8llu well %8llu refused\n", names[function], (unsigned long long)well,
           (unsigned long long)refused);
  }
  printf("%llu calls of %d functions, seed %llu\n", (unsigned long long)total, FUNCTION_COUNT,
         (unsigned long long)seed);
  for (int i = 0; i < threads_wanted; i++) {
    guarded_close(&callers[i].buffers);
    free(callers[i].copies);
  }
  caller_count = 0;
  free(callers);
  return 0;
}
