/* Trains a tiny network through qlif.h alone, as a C program would, and checks what it is told. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qlif.h"

#define CHECK(condition)                                                                   \
  do {                                                                                     \
    if (!(condition)) {                                                                    \
      fprintf(stderr, "%s:%d: %s (last error: %s)\n", __FILE__, __LINE__, #condition,      \
              qlif_last_error_message());                                                  \
      exit(1);                                                                             \
    }                                                                                      \
  } while (0)
#define OK(call) CHECK((call) == QLIF_OK)
#define REFUSED(status, call) CHECK((call) == (status) && strlen(qlif_last_error_message()) > 0)

enum { SAMPLES = 40, FEATURES = 8, CLASSES = 2, UPDATES = 120, STEPS = 8 };

/* Class 0 is bright on the left, class 1 on the right. */
static void make_data(float *values, int64_t *labels) {
  uint32_t state = 12345;
  for (int sample = 0; sample < SAMPLES; sample++) {
    labels[sample] = sample % CLASSES;
    for (int feature = 0; feature < FEATURES; feature++) {
      state = state * 1664525u + 1013904223u;
      float noise = 0.3f * (float)(state >> 8) / 16777216.0f;
      int is_left = feature < FEATURES / 2;
      values[sample * FEATURES + feature] = noise + (is_left == (labels[sample] == 0) ? 0.6f : 0.0f);
    }
  }
}

static qlif_network *make_network(void) {
  const int64_t shape[] = {FEATURES};
  qlif_neuron_config neuron;
  qlif_network *network = NULL;
  OK(qlif_neuron_config_default(QLIF_NEURON_QLIF, &neuron));
  OK(qlif_network_create(shape, 1, STEPS, 7, &network));
  OK(qlif_network_add_dense(network, 20, &neuron));
  OK(qlif_network_add_dense(network, CLASSES, &neuron));
  return network;
}

static void trains(void) {
  float values[SAMPLES * FEATURES];
  int64_t labels[SAMPLES], predicted[SAMPLES];
  make_data(values, labels);
  qlif_input input = {values, SAMPLES * FEATURES, SAMPLES, 0};

  qlif_network *network = make_network();
  qlif_trainer_config config;
  OK(qlif_trainer_config_default(&config));
  config.learning_rate = 0.01f;
  qlif_trainer *trainer = NULL;
  OK(qlif_trainer_create(network, &config, &trainer));
  qlif_report first, report;
  float rates[2];
  OK(qlif_trainer_step(trainer, &input, labels, &first, rates));
  for (int update = 1; update < UPDATES; update++) {
    OK(qlif_trainer_step(trainer, &input, labels, &report, rates));
  }
  int64_t updates = 0;
  OK(qlif_trainer_step_count(trainer, &updates));
  CHECK(updates == UPDATES);
  CHECK(report.loss < first.loss && report.correct >= 38);
  CHECK(rates[0] > 0 && rates[0] < 1 && report.gradient_norm > 0);

  OK(qlif_network_predict(network, &input, QLIF_READOUT_SPIKE_COUNT, predicted, NULL, NULL));
  int64_t correct = 0;
  for (int sample = 0; sample < SAMPLES; sample++) correct += predicted[sample] == labels[sample];
  CHECK(correct >= 38);

  /* The same on qubits with errors of reading, measured 1,024 times a step: from C's own memory. */
  qlif_qubit_noise qubit;
  OK(qlif_qubit_noise_default(&qubit));
  qubit.p01 = 0.01;
  qubit.p10 = 0.02;
  qlif_layer_noise each = {&qubit, 1, 1024};
  qlif_noise noise = {&each, 1, 5, 0};
  OK(qlif_network_predict(network, &input, QLIF_READOUT_MEMBRANE, predicted, NULL, &noise));
  correct = 0;
  for (int sample = 0; sample < SAMPLES; sample++) correct += predicted[sample] == labels[sample];
  CHECK(correct >= 36);
  each.shots = -1;
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT,
          qlif_network_predict(network, &input, QLIF_READOUT_MEMBRANE, predicted, NULL, &noise));
  OK(qlif_network_predict(network, &input, QLIF_READOUT_SPIKE_COUNT, predicted, NULL, NULL));

  /* What is saved and read again is the same network. */
  uint8_t *bytes = NULL;
  int64_t size = 0;
  qlif_network *copy = NULL;
  OK(qlif_network_set_metadata(network, "note", "from C"));
  OK(qlif_network_serialize(network, &bytes, &size));
  OK(qlif_network_deserialize(bytes, size, &copy));
  REFUSED(QLIF_ERROR_FORMAT, qlif_network_deserialize(bytes, size - 1, &copy));
  qlif_bytes_free(bytes);
  const char *note = NULL;
  OK(qlif_network_metadata(copy, "note", &note));
  CHECK(note && strcmp(note, "from C") == 0);
  int32_t count = 0;
  OK(qlif_network_parameter_count(copy, &count));
  CHECK(count == 8);
  for (int32_t index = 0; index < count; index++) {
    qlif_parameter a, b;
    OK(qlif_network_parameter(network, index, &a));
    OK(qlif_network_parameter(copy, index, &b));
    CHECK(strcmp(a.name, b.name) == 0 && a.size == b.size);
    CHECK(memcmp(a.values, b.values, (size_t)a.size * sizeof(float)) == 0);
  }

  /* The trainer outlives the network's handle. */
  qlif_network_destroy(network);
  OK(qlif_trainer_step(trainer, &input, labels, &report, NULL));
  qlif_trainer_destroy(trainer);
  qlif_network_destroy(copy);
}

static void simulates(void) {
  /* One neuron, a drive of 1/2: alpha is sin^2(pi/4), then sin^2(pi/2) and a spike, then the reset. */
  const int64_t shape[] = {1};
  qlif_neuron_config neuron;
  qlif_network *network = NULL;
  OK(qlif_neuron_config_default(QLIF_NEURON_QLIF, &neuron));
  OK(qlif_network_create(shape, 1, 4, 0, &network));
  OK(qlif_network_add_dense(network, 1, &neuron));
  qlif_parameter weight, bias;
  OK(qlif_network_parameter(network, 0, &weight));
  OK(qlif_network_parameter(network, 2, &bias));
  CHECK(strcmp(weight.name, "0.drive_weight") == 0 && strcmp(bias.name, "0.drive_bias") == 0);
  weight.values[0] = 1;
  bias.values[0] = 0;
  const float value = 0.5f;
  const qlif_input input = {&value, 1, 1, 0};
  float spikes[4], alpha[4];
  const qlif_record record = {spikes, alpha};
  OK(qlif_network_simulate(network, &input, &record, 1, NULL));
  const float expected[] = {0.5f, 1.0f, 0.0f, 0.5f};
  for (int step = 0; step < 4; step++) {
    CHECK(fabsf(alpha[step] - expected[step]) < 1e-6f);
    CHECK(spikes[step] == (step == 1 ? 1.0f : 0.0f));
  }
  qlif_network_destroy(network);
}

static void refuses(void) {
  const int64_t shape[] = {FEATURES}, no_shape[] = {0}, huge[] = {INT64_MAX / 2, 4};
  qlif_network *network = NULL;
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_network_create(NULL, 1, 5, 0, &network));
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_network_create(shape, 1, 5, 0, NULL));
  REFUSED(QLIF_ERROR_SHAPE, qlif_network_create(no_shape, 1, 5, 0, &network));
  REFUSED(QLIF_ERROR_SHAPE, qlif_network_create(shape, 0, 5, 0, &network));
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_network_create(shape, 1, 0, 0, &network));
  REFUSED(QLIF_ERROR_OUT_OF_MEMORY, qlif_network_create(huge, 2, 5, 0, &network));
  CHECK(network == NULL);

  qlif_neuron_config neuron;
  OK(qlif_neuron_config_default(QLIF_NEURON_QLIF, &neuron));
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_neuron_config_default(77, &neuron));
  OK(qlif_network_create(shape, 1, 5, 0, &network));
  REFUSED(QLIF_ERROR_SHAPE, qlif_network_add_dense(network, 0, &neuron));
  REFUSED(QLIF_ERROR_OUT_OF_MEMORY, qlif_network_add_dense(network, INT64_MAX, &neuron));
  neuron.threshold = NAN;
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_network_add_dense(network, 4, &neuron));
  CHECK(strstr(qlif_last_error_message(), "threshold"));

  float value = 1;
  qlif_input input = {&value, 1, 1, 0};
  REFUSED(QLIF_ERROR_SHAPE, qlif_network_simulate(network, &input, NULL, 0, NULL));
  qlif_network_destroy(network);
  qlif_network_destroy(NULL);
  qlif_trainer_destroy(NULL);
  qlif_bytes_free(NULL);
  REFUSED(QLIF_ERROR_IO, qlif_network_load("no such file", &network));
}

int main(void) {
  CHECK(qlif_abi_version() == QLIF_ABI_VERSION);
  simulates();
  refuses();
  trains();
  printf("qlif %s from C on %s: trained, saved, refused what it should\n", qlif_version(),
         qlif_instruction_set());
  puts("3 passed, 0 failed");
  return 0;
}
