/* Trains a small spiking network on two classes, saves it, and predicts with what is loaded again.
 *
 *   swift build -c release --product qlif
 *   cc -std=c11 -IInclude examples/c/train.c -o train -L.build/release -lqlif -Wl,-rpath,"$PWD/.build/release"
 *   ./train model.safetensors
 */
#include <stdio.h>
#include <stdlib.h>

#include "qlif.h"

enum { SAMPLES = 40, FEATURES = 8, CLASSES = 2, UPDATES = 120 };

/* Two layers of QLIF neurons. A constant that is not said takes the engine's default. */
static const char *const description =
    "{\"input_shape\": [8], \"steps\": 8, \"seed\": 7, \"layers\": ["
    "{\"kind\": \"dense\", \"units\": 20, \"neuron\": {\"kind\": \"qlif\", \"threshold\": 0.7}},"
    "{\"kind\": \"dense\", \"units\": 2, \"neuron\": {\"kind\": \"qlif\"}}]}";

/* Every call that can fail returns a status; the message says what was wrong. */
static void check(qlif_status status) {
  if (status == QLIF_OK) return;
  fprintf(stderr, "qlif: %s\n", qlif_last_error_message());
  exit(1);
}

/* Class 0 is bright on the left, class 1 on the right. */
static void make_data(float *values, int64_t *labels) {
  for (int sample = 0; sample < SAMPLES; sample++) {
    labels[sample] = sample % CLASSES;
    for (int feature = 0; feature < FEATURES; feature++) {
      int is_bright = (feature < FEATURES / 2) == (labels[sample] == 0);
      float noise = 0.3f * (float)rand() / (float)RAND_MAX;
      values[sample * FEATURES + feature] = noise + (is_bright ? 0.6f : 0.0f);
    }
  }
}

/* How many of the samples the network predicts right. */
static int predict(qlif_network *network, const qlif_input *input, const int64_t *labels) {
  int64_t predicted[SAMPLES];
  int correct = 0;
  check(qlif_network_predict(network, input, "spike_count", predicted, NULL, NULL));
  for (int sample = 0; sample < SAMPLES; sample++) correct += predicted[sample] == labels[sample];
  return correct;
}

int main(int argc, char **argv) {
  const char *path = argc > 1 ? argv[1] : "model.safetensors";
  float values[SAMPLES * FEATURES];
  int64_t labels[SAMPLES];
  make_data(values, labels);
  /* 0 steps: each sample is shown unchanged at every step of the network. */
  const qlif_input input = {values, SAMPLES * FEATURES, SAMPLES, 0};
  const qlif_target target = {labels, NULL, 0};

  qlif_network *network = NULL;
  qlif_trainer *trainer = NULL;
  check(qlif_network_create(description, &network));
  check(qlif_trainer_create(network, "{\"learning_rate\": 0.01}", &trainer));
  for (int update = 1; update <= UPDATES; update++) {
    qlif_report report;
    check(qlif_trainer_step(trainer, &input, &target, &report, NULL));
    if (update % 40 == 0) {
      printf("update %3d: loss %.3f, %2d of %d right\n", update, report.loss, (int)report.correct, SAMPLES);
    }
  }
  const int correct = predict(network, &input, labels);
  check(qlif_network_save(network, path));
  qlif_trainer_destroy(trainer);
  qlif_network_destroy(network);

  qlif_network *loaded = NULL;
  check(qlif_network_load(path, &loaded));
  const int again = predict(loaded, &input, labels);
  qlif_network_destroy(loaded);
  printf("%s: %d of %d right before saving, %d after loading\n", path, correct, SAMPLES, again);
  return correct >= SAMPLES * 9 / 10 && again == correct ? 0 : 1;
}
