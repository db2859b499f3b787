/* Checks what qlif.h promises, from C, through the header alone. A program to read is examples/c/train.c. */
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

enum { SAMPLES = 40, FEATURES = 8, CLASSES = 2, UPDATES = 60, STEPS = 8 };

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

static const char *const description =
    "{\"input_shape\": [8], \"steps\": 8, \"seed\": 7, \"layers\": ["
    "{\"kind\": \"dense\", \"units\": 20, \"neuron\": {\"kind\": \"qlif\"}},"
    "{\"kind\": \"dense\", \"units\": 2, \"neuron\": {\"kind\": \"qlif\"}}]}";

static int64_t right(const int64_t *predicted, const int64_t *labels) {
  int64_t correct = 0;
  for (int sample = 0; sample < SAMPLES; sample++) correct += predicted[sample] == labels[sample];
  return correct;
}

static void trains(void) {
  float values[SAMPLES * FEATURES];
  int64_t labels[SAMPLES], predicted[SAMPLES], read[SAMPLES];
  make_data(values, labels);
  qlif_input input = {values, SAMPLES * FEATURES, SAMPLES, 0};
  qlif_target target = {labels, NULL, 0};

  qlif_network *network = NULL;
  qlif_trainer *trainer = NULL;
  OK(qlif_network_create(description, &network));
  OK(qlif_trainer_create(network, "{\"learning_rate\": 0.02}", &trainer));
  char *configuration = NULL;
  OK(qlif_trainer_description(trainer, &configuration));
  CHECK(strstr(configuration, "\"learning_rate\": 0.02") && strstr(configuration, "\"cross_entropy\""));
  qlif_free(configuration);
  qlif_report first, report;
  float rates[2];
  OK(qlif_trainer_step(trainer, &input, &target, &first, rates));
  for (int update = 1; update < UPDATES; update++) {
    OK(qlif_trainer_step(trainer, &input, &target, &report, rates));
  }
  int64_t updates = 0;
  OK(qlif_trainer_step_count(trainer, &updates));
  CHECK(updates == UPDATES);
  CHECK(report.loss < first.loss && report.correct >= 38);
  CHECK(rates[0] > 0 && rates[0] < 1 && report.gradient_norm > 0);

  /* Numbers as targets; and targets that the loss cannot compare with, both kinds or none. */
  float numbers[SAMPLES * CLASSES] = {0};
  qlif_target values_target = {NULL, numbers, SAMPLES * CLASSES}, both = {labels, numbers, SAMPLES * CLASSES};
  const char *const mse = "{\"kind\": \"mse\", \"reading\": \"spike_count\"}";
  OK(qlif_network_evaluate(network, &input, &values_target, mse, NULL, &report, NULL, NULL));
  CHECK(report.loss > 0 && report.correct == 0);
  double loss = 0;
  OK(qlif_network_loss_and_gradients(network, &input, &values_target, mse, &loss, NULL));
  CHECK(loss == report.loss);
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT,
          qlif_network_evaluate(network, &input, &target, mse, NULL, &report, NULL, NULL));
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_trainer_step(trainer, &input, &both, &report, NULL));
  both = (qlif_target){NULL, NULL, 0};
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_trainer_step(trainer, &input, &both, &report, NULL));

  /* A prediction is what the readout makes of the records of the output layer. */
  float spikes[STEPS * SAMPLES * CLASSES], membrane[STEPS * SAMPLES * CLASSES];
  const qlif_record records[] = {{NULL, NULL, NULL}, {spikes, membrane, NULL}};
  OK(qlif_network_simulate(network, &input, records, 2, NULL));
  OK(qlif_network_predict(network, &input, "spike_count", predicted, NULL, NULL));
  OK(qlif_readout("spike_count", STEPS, SAMPLES, CLASSES, spikes, membrane, read));
  CHECK(memcmp(predicted, read, sizeof read) == 0 && right(read, labels) >= 38);
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_readout("most", STEPS, SAMPLES, CLASSES, spikes, membrane, read));

  /* The same on qubits with errors of reading, measured 1,024 times a step: from C's own memory. */
  qlif_qubit_noise qubit;
  OK(qlif_qubit_noise_default(&qubit));
  qubit.p01 = 0.01;
  qubit.p10 = 0.02;
  qlif_layer_noise each = {&qubit, 1, 1024};
  qlif_noise noise = {&each, 1, 5, 0};
  OK(qlif_network_predict(network, &input, "membrane", predicted, NULL, &noise));
  CHECK(right(predicted, labels) >= 36);
  each.shots = -1;
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT,
          qlif_network_predict(network, &input, "membrane", predicted, NULL, &noise));
  OK(qlif_network_predict(network, &input, "spike_count", predicted, NULL, NULL));

  /* What is saved and read again is the same network. */
  uint8_t *bytes = NULL;
  int64_t size = 0;
  qlif_network *copy = NULL;
  OK(qlif_network_set_metadata(network, "note", "from C"));
  OK(qlif_network_serialize(network, &bytes, &size));
  OK(qlif_network_deserialize(bytes, size, &copy));
  REFUSED(QLIF_ERROR_FORMAT, qlif_network_deserialize(bytes, size - 1, &copy));
  qlif_free(bytes);
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
  OK(qlif_trainer_step(trainer, &input, &target, &report, NULL));
  qlif_trainer_destroy(trainer);
  qlif_network_destroy(copy);
}

static void simulates(void) {
  /* One neuron, a drive of 1/2: alpha is sin^2(pi/4), then sin^2(pi/2) and a spike, then the reset. */
  qlif_network *network = NULL;
  OK(qlif_network_create("{\"input_shape\": [1], \"steps\": 4, \"layers\": ["
                         "{\"kind\": \"dense\", \"units\": 1, \"neuron\": {\"kind\": \"qlif\"}}]}",
                         &network));
  const char *text = NULL;
  OK(qlif_network_description(network, &text));
  CHECK(strstr(text, "\"threshold\": 0.75") && strstr(text, "\"seed\": 0"));
  qlif_parameter weight, bias;
  OK(qlif_network_parameter(network, 0, &weight));
  OK(qlif_network_parameter(network, 2, &bias));
  CHECK(strcmp(weight.name, "0.drive_weight") == 0 && strcmp(bias.name, "0.drive_bias") == 0);
  weight.values[0] = 1;
  bias.values[0] = 0;
  const float value = 0.5f;
  const qlif_input input = {&value, 1, 1, 0};
  float spikes[4], membrane[4], currents[8];
  const qlif_record record = {spikes, membrane, currents};
  OK(qlif_network_simulate(network, &input, &record, 1, NULL));
  const float expected[] = {0.5f, 1.0f, 0.0f, 0.5f};
  for (int step = 0; step < 4; step++) {
    CHECK(fabsf(membrane[step] - expected[step]) < 1e-6f);
    CHECK(spikes[step] == (step == 1 ? 1.0f : 0.0f));
    CHECK(currents[step] == 0.5f && currents[4 + step] == currents[4]);
  }
  qlif_network_destroy(network);
}

/* A network of one layer of LIF neurons on one input, with `keys` beside `layers`. */
#define NETWORK(keys, units)                                                                   \
  "{" keys ", \"layers\": [{\"kind\": \"dense\", \"units\": " units ", \"neuron\": {\"kind\": \"lif\"}}]}"

static void refuses(void) {
  qlif_network *network = NULL;
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_network_create(NULL, &network));
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_network_create(NETWORK("\"input_shape\": [8]", "2"), NULL));
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_network_create("no JSON", &network));
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_network_create("{\"input_shape\": [8]}", &network));
  REFUSED(QLIF_ERROR_SHAPE, qlif_network_create(NETWORK("\"input_shape\": [0]", "2"), &network));
  REFUSED(QLIF_ERROR_SHAPE, qlif_network_create(NETWORK("\"input_shape\": []", "2"), &network));
  REFUSED(QLIF_ERROR_SHAPE,
          qlif_network_create(NETWORK("\"input_shape\": [8], \"steps\": 0", "2"), &network));
  REFUSED(QLIF_ERROR_SHAPE, qlif_network_create(NETWORK("\"input_shape\": [8]", "0"), &network));
  REFUSED(QLIF_ERROR_OUT_OF_MEMORY,
          qlif_network_create(NETWORK("\"input_shape\": [4611686018427387903, 4]", "2"), &network));
  REFUSED(QLIF_ERROR_OUT_OF_MEMORY,
          qlif_network_create(NETWORK("\"input_shape\": [8]", "9223372036854775807"), &network));
  CHECK(network == NULL);

  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_check("qlif", "{\"threshold\": 1.5}"));
  CHECK(strcmp(qlif_last_error_message(), "threshold: 1.5, expected in (0, 1)") == 0);
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_check("qlif", "{\"kind\": \"lif\"}"));
  OK(qlif_check("qlif", NULL));
  const char *text = NULL;
  OK(qlif_defaults("lif", &text));
  OK(qlif_check("lif", text));
  OK(qlif_kinds(&text));
  CHECK(strstr(text, "\"max_pool2d\""));
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_defaults("77", &text));

  float value = 1;
  qlif_input input = {&value, 1, 1, 0};
  OK(qlif_network_create(NETWORK("\"input_shape\": [1]", "2"), &network));
  REFUSED(QLIF_ERROR_SHAPE, qlif_network_simulate(network, &input, NULL, 0, NULL));
  qlif_trainer *trainer = NULL;
  REFUSED(QLIF_ERROR_INVALID_ARGUMENT, qlif_trainer_create(network, "{\"rate\": 1}", &trainer));
  CHECK(strncmp(qlif_last_error_message(), "rate: unknown, expected one of beta1", 36) == 0);
  qlif_network_destroy(network);
  qlif_network_destroy(NULL);
  qlif_trainer_destroy(NULL);
  qlif_free(NULL);
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
