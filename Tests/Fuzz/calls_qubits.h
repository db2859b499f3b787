/* Calls of qubits and of circuits. */
#ifndef CALLS_QUBITS_H
#define CALLS_QUBITS_H

#include "calls_networks.h"

static qlif_qubit *qubit(caller *c) {
  qlif_qubit q = {0, 0, 1};
  const double angle = uniform(c, 0, 6.3);
  q.y = -sin(angle);
  q.z = cos(angle);
  if (is_evil(c)) (one_in(c, 2) ? (q.x = evil_number(c)) : (q.z = evil_number(c)));
  return inout(c, &q, sizeof q);
}

static void check_qubit(const qlif_qubit *q) {
  const double length = q->x * q->x + q->y * q->y + q->z * q->z;
  if (!(length <= 1 + 1e-6)) {
    fprintf(stderr, "random_calls: x %g, y %g, z %g\n", q->x, q->y, q->z);
    fail("a state outside of the sphere");
  }
}

static void qubits(caller *c) {
  qlif_qubit *q = out(c, sizeof *q);
  if (!CALL(qlif_qubit_prepare, number(c, uniform(c, 0, 1)), required(c, q))) check_qubit(q);
  begin(c);
  CALL(qlif_qubit_noise_check, required(c, one_noise(c)));
  begin(c);
  q = qubit(c);
  if (!CALL(qlif_qubit_rotate, required(c, q), number(c, uniform(c, -7, 7)), optional(c, one_noise(c)))) {
    check_qubit(q);
  }
  begin(c);
  q = qubit(c);
  if (!CALL(qlif_qubit_depolarize, required(c, q), number(c, uniform(c, 0, 1)))) check_qubit(q);
  begin(c);
  q = qubit(c);
  if (!CALL(qlif_qubit_wait, required(c, q), number(c, uniform(c, 0, 100)), required(c, one_noise(c)))) {
    check_qubit(q);
  }
  begin(c);
  q = qubit(c);
  double *reading = out(c, sizeof *reading);
  if (!CALL(qlif_qubit_measure, required(c, q), optional(c, one_noise(c)), required(c, reading))) {
    if (!(*reading >= -1e-6 && *reading <= 1 + 1e-6)) fail("a probability outside of 0 to 1");
  }
}

static void follow(caller *c) {
  qlif_pulse pulse = {choice(c, 2), number(c, uniform(c, -7, 7)), number(c, uniform(c, 0.01, 1)),
                      number(c, uniform(c, -20, 20)), number(c, uniform(c, 0.01, 1))};
  int64_t samples = from_to(c, 1, 40);
  qlif_qubit *trajectory = optional(c, out(c, (size_t)samples * sizeof *trajectory));
  if (is_evil(c)) {
    samples = -below(c, 3) - (one_in(c, 2) ? 0 : INT64_MAX - 9);
    c->must_refuse = 1;
  }
  qlif_qubit *q = qubit(c);
  const qlif_pulse *given = required(c, in(c, &pulse, sizeof pulse));
  if (!CALL(qlif_qubit_follow, required(c, q), given, optional(c, one_noise(c)), samples, trajectory)) {
    check_qubit(q);
    for (int64_t i = 0; trajectory && i < samples; i++) check_qubit(&trajectory[i]);
  }
}

static const char *circuit(caller *c, int has_neuron) {
  description d;
  describe_circuit(c, &d, has_neuron);
  return optionally_described(c, &d);
}

static void run_circuit(caller *c) {
  int64_t steps = from_to(c, 1, 12), count = from_to(c, 1, 9);
  const size_t size = (size_t)(steps * count);
  const double *drive = required(c, doubles(c, (int64_t)size, -1, 1));
  const double *delay = required(c, doubles(c, (int64_t)size, -1, 1));
  const double *before = optional(c, doubles(c, count, 0, 1));
  double *alpha = optional(c, out(c, size * 8)), *spikes = optional(c, out(c, size * 8));
  qlif_qubit *states = optional(c, out(c, size * sizeof *states));
  const int64_t noise_count = one_in(c, 3) ? 0 : one_in(c, 2) ? 1 : count;
  const qlif_qubit_noise *noises = noise_count ? qubit_noises(c, noise_count) : NULL;
  if (is_evil(c)) {
    /* No array has such a size: it must be seen before any is read. */
    static const int64_t impossible[] = {0, -1, INT64_MIN, INT64_MAX};
    const int64_t value = ANY(c, impossible);
    if (value == INT64_MAX && steps == 1) count = value, steps = 2;
    else if (value == INT64_MAX) count = value;
    else if (one_in(c, 2)) steps = value;
    else count = value;
    c->must_refuse = 1;
  }
  const char *description = circuit(c, 1);
  if (CALL(qlif_circuit_run, description, noises, lie(c, noise_count), steps, count, drive, delay, before, alpha,
           spikes, states)) {
    return;
  }
  for (size_t i = 0; i < size; i++) {
    if (alpha && !isfinite(alpha[i])) fail("an alpha that is no number");
    if (states) check_qubit(&states[i]);
  }
}

static void angles(caller *c) {
  int64_t count = from_to(c, 1, 9);
  const size_t size = (size_t)count * sizeof(double);
  const double *alpha = required(c, doubles(c, count, 0, 1));
  const double *drive = required(c, doubles(c, count, -1, 1)), *delay = required(c, doubles(c, count, -1, 1));
  double *phi = optional(c, out(c, size)), *theta = optional(c, out(c, size)), *wait = optional(c, out(c, size));
  const int64_t noise_count = one_in(c, 3) ? 0 : one_in(c, 2) ? 1 : count;
  const qlif_qubit_noise *noises = noise_count ? qubit_noises(c, noise_count) : NULL;
  const int64_t given = count;
  if (is_evil(c)) {
    static const int64_t impossible[] = {0, -1, INT64_MIN, INT64_MAX};
    count = ANY(c, impossible);
    c->must_refuse = 1;
  }
  const char *description = circuit(c, 1);
  if (CALL(qlif_circuit_angles, description, noises, lie(c, noise_count), count, alpha, drive, delay, phi, theta,
           wait)) {
    return;
  }
  for (int64_t i = 0; i < given; i++) {
    if (phi && !(phi[i] >= 0 && phi[i] <= 3.15)) fail("a memory that is no angle");
    if (theta && !isfinite(theta[i])) fail("an angle that is no number");
    if (wait && !(isfinite(wait[i]) && wait[i] >= 0)) fail("a wait that is no time");
  }
}

static void free_circuit(caller *c, char **made) {
  if (strncmp(*made, "OPENQASM 3", 10)) fail("a text that is no OpenQASM 3");
  free_memory(c, *made);
}

static void write_circuit(caller *c) {
  const int is_layer = one_in(c, 2);
  int64_t count = from_to(c, 1, 9);
  const double *alpha = is_layer ? required(c, doubles(c, count, 0, 1)) : NULL;
  const double *drive = required(c, doubles(c, count, -1, 1)), *delay = required(c, doubles(c, count, -1, 1));
  if (is_evil(c)) {
    count = one_in(c, 2) ? -below(c, 5) : INT64_MAX - below(c, 5);
    c->must_refuse = 1;
  }
  char **made = out(c, sizeof *made);
  const char *description = circuit(c, 1);
  const qlif_qubit_noise *device = optional(c, one_noise(c));
  const qlif_status status =
      is_layer ? CALL(qlif_circuit_layer_qasm, description, device, count, alpha, drive, delay, required(c, made))
               : CALL(qlif_circuit_train_qasm, description, device, count, drive, delay, required(c, made));
  if (status == QLIF_OK) free_circuit(c, made);
}

static void write_layer(caller *c) {
  network_slot *n = any_network(c);
  const shape *s = &n->shape;
  int64_t batch, steps;
  const qlif_input *given = input(c, s, one_in(c, 20) ? 2 : 1, &batch, &steps);
  if (batch != 1) c->must_refuse = 1;
  int32_t layer = choice(c, s->layers ? s->layers : 1);
  for (int tries = 0; !c->is_hostile && layer < s->layers && s->currents[layer] != 2 && tries < 9; tries++) {
    layer = choice(c, s->layers);
  }
  char **made = out(c, sizeof *made);
  const char *description = circuit(c, 0);
  const qlif_qubit_noise *device = optional(c, one_noise(c));
  if (CALL(qlif_network_layer_qasm, network(c, n), given, layer, integer(c, below(c, steps ? steps : 1)),
           description, device, required(c, made)) == QLIF_OK) {
    free_circuit(c, made);
  }
}

#endif
