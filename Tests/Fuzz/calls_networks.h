/* Calls of the library as a whole, of networks and of trainers. */
#ifndef CALLS_NETWORKS_H
#define CALLS_NETWORKS_H

#include "arguments.h"

/* ---- Library ------------------------------------------------------------------------------- */

static void library(caller *c) {
  COUNT(qlif_abi_version);
  if (qlif_abi_version() != QLIF_ABI_VERSION) fail("another ABI version");
  COUNT(qlif_version);
  if (!strlen(qlif_version())) fail("no version");
  COUNT(qlif_instruction_set);
  if (!strlen(qlif_instruction_set())) fail("no instruction set");
  COUNT(qlif_last_error_message);
  if (!qlif_last_error_message()) fail("no message");
  COUNT(qlif_thread_count);
  if (qlif_thread_count() < 1) fail("no thread");
  CALL(qlif_qubit_noise_default, required(c, out(c, sizeof(qlif_qubit_noise))));
}

static void threads(caller *c) {
  const int32_t count = (int32_t)(is_evil(c) ? -1 - below(c, INT32_MAX) : below(c, 5));
  if (count < 0) c->must_refuse = 1;
  CALL(qlif_set_thread_count, count);
}

/* A kind that has defaults. */
static kind_name any_described(caller *c) {
  static const kind_name others[] = {{"trainer"}, {"circuit"}};
  return one_in(c, 3) ? ANY(c, others) : any_kind(c, one_in(c, 2) ? "neuron" : "loss");
}

static void kinds(caller *c) {
  const char **text = out(c, sizeof *text);
  if (CALL(qlif_kinds, required(c, text)) == QLIF_OK && !strstr(*text, "\"neuron\": [")) fail("no kinds of neuron");
  begin(c);
  text = out(c, sizeof *text);
  const char *kind = required(c, (void *)name(c, any_described(c).text));
  if (CALL(qlif_defaults, kind, required(c, text)) || c->is_hostile) return;
  const char *defaults = *text;
  if (CALL(qlif_check, kind, defaults) || CALL(qlif_check, kind, NULL)) fail("refused the defaults");
}

static void check(caller *c) {
  kind_name kind = any_kind(c, "neuron");
  description d;
  switch (below(c, 4)) {
    case 0: describe_neuron(c, &d, kind.text); break;
    case 1:
      describe_loss(c, &d);
      if (sscanf(d.text, "{\"kind\": \"%31[^\"]\"", kind.text) != 1) kind = any_kind(c, "loss");
      break;
    case 2: kind = (kind_name){"trainer"}, describe_trainer(c, &d); break;
    default: kind = (kind_name){"circuit"}, describe_circuit(c, &d, 1);
  }
  const char *given = optionally_described(c, &d);
  if (CALL(qlif_check, required(c, (void *)name(c, kind.text)), given) && !c->is_hostile) {
    fail("refused an ordinary description");
  }
}

/* ---- Networks ------------------------------------------------------------------------------ */

static void create(caller *c) {
  description d;
  describe_network(c, &d);
  qlif_network **made = out(c, sizeof *made);
  const qlif_status status = CALL(qlif_network_create, required(c, described(c, &d)), required(c, made));
  if (status == QLIF_OK) adopt(c, *made);
  else if (!c->is_hostile && status != QLIF_ERROR_OUT_OF_MEMORY) fail("refused an ordinary network");
}

/* More than fits: it must be refused, whatever part of the work asks for the memory. */
static void create_huge(caller *c) {
  static const char neuron[] = "{\"kind\": \"qlif\"}";
  const int64_t steps = one_in(c, 2) ? (int64_t)1 << from_to(c, 12, 24) : 2;
  char words[400];
  if (one_in(c, 2)) {
    const long long side = 200 + below(c, 200), kernel = 50 + below(c, 150);
    snprintf(words, sizeof words,
             "{\"input_shape\": [1, %lld, %lld], \"steps\": %lld, \"layers\": [{\"kind\": \"conv2d\", \"channels\": %d, "
             "\"kernel_height\": %lld, \"kernel_width\": %lld, \"neuron\": %s}]}",
             side, side, (long long)steps, (int)from_to(c, 1, 3), kernel, kernel, neuron);
  } else {
    snprintf(words, sizeof words,
             "{\"input_shape\": [%lld], \"steps\": %lld, \"layers\": [{\"kind\": \"dense\", \"units\": %lld, "
             "\"neuron\": %s}]}",
             1ll << from_to(c, 0, 27), (long long)steps, 1ll << from_to(c, 0, 20), neuron);
  }
  qlif_network **made = out(c, sizeof *made);
  if (CALL(qlif_network_create, text(c, words), made) == QLIF_OK) adopt(c, *made);
}

static void copy(caller *c) {
  network_slot *n = any_network(c);
  qlif_network **made = out(c, sizeof *made);
  if (CALL(qlif_network_copy, network(c, n), required(c, made)) == QLIF_OK) adopt(c, *made);
}

static void describe(caller *c) {
  network_slot *n = any_network(c);
  const int32_t layer = choice(c, n->shape.layers + 1);
  CALL(qlif_network_layer_count, network(c, n), required(c, out(c, 4)));
  begin(c);
  CALL(qlif_network_layer_shape, network(c, n), layer == INT32_MIN ? layer : layer - 1,
       required(c, out(c, 3 * 8)), required(c, out(c, 4)));
  begin(c);
  const char **description = out(c, sizeof *description);
  if (CALL(qlif_network_description, network(c, n), required(c, description)) == QLIF_OK) {
    if ((*description)[0] != '{') fail("a description that is no JSON object");
  }
}

static void parameters(caller *c) {
  network_slot *n = any_network(c);
  int32_t *count = out(c, sizeof *count);
  if (CALL(qlif_network_parameter_count, network(c, n), required(c, count)) || *count == 0) return;
  const int32_t index = choice(c, *count);
  begin(c);
  qlif_parameter *parameter = out(c, sizeof *parameter);
  if (CALL(qlif_network_parameter, network(c, n), index, required(c, parameter))) return;
  int64_t size = 1;
  for (int32_t axis = 0; axis < parameter->rank; axis++) size *= parameter->shape[axis];
  if (size != parameter->size || !strlen(parameter->name)) fail("a parameter that does not fit");
  if (size > 1 << 16) return;
  double sum = 0;
  for (int64_t i = 0; i < size; i++) sum += parameter->values[i] + parameter->gradient[i];
  if (isnan(sum) && one_in(c, 2)) return;
  for (int64_t i = 0; i < size; i++) parameter->values[i] = (float)uniform(c, -1, 1);
  /* What a caller writes may be no number; the network must take it. */
  if (is_evil(c)) parameter->values[below(c, size)] = (float)evil_number(c);
}

static void metadata(caller *c) {
  network_slot *n = any_network(c);
  CALL(qlif_network_set_metadata, network(c, n), required(c, random_text(c)), optional(c, random_text(c)));
  begin(c);
  const char **value = out(c, sizeof *value);
  if (CALL(qlif_network_metadata, network(c, n), required(c, random_text(c)), required(c, value)) == QLIF_OK) {
    if (*value && strlen(*value) > 1 << 20) fail("a text that was not given");
  }
  begin(c);
  int32_t *count = out(c, sizeof *count);
  if (CALL(qlif_network_metadata_count, network(c, n), required(c, count))) return;
  const int32_t index = *count ? choice(c, *count) : (int32_t)evil_integer(c);
  begin(c);
  const char **key = out(c, sizeof *key);
  if (CALL(qlif_network_metadata_key, network(c, n), index, required(c, key)) == QLIF_OK) {
    if (!strlen(*key)) fail("an empty key");
  }
}

/* ---- Running ------------------------------------------------------------------------------- */

/* A batch for a network; `batch` and `steps` are what its other buffers are to be made for. */
static const qlif_input *input(caller *c, const shape *s, int64_t most, int64_t *batch, int64_t *steps) {
  static const int64_t batches[] = {1, 1, 2, 3, 5, 9, 17, 65};
  *batch = ANY(c, batches);
  if (*batch > most) *batch = most;
  int64_t length = one_in(c, 2) ? 0 : from_to(c, 1, 6);
  /* Of a huge network the smallest batch; of one that is too huge, a batch that does not fit it. */
  int64_t features = s->features;
  if (features > 4096) *batch = 1, length = one_in(c, 2);
  if (features > MOST_FEATURES) features = 7;
  const int64_t count = features * *batch * (length ? length : 1);
  const float *values = floats(c, count);
  *steps = length ? length : s->steps;
  qlif_input given = {values, count, *batch, length};
  /* One of the three, so that they do not fit. */
  if (is_evil(c)) {
    const int64_t value = evil_integer(c);
    switch (below(c, 3)) {
      case 0: given.value_count = value == count ? count + 1 : value; break;
      case 1: given.batch = value == *batch ? value + 1 : value; break;
      default: given.steps = (value ? value : 1) == (length ? length : 1) ? 77 : value;
    }
    c->must_refuse = 1;
  }
  if (is_evil(c)) given.values = NULL, c->must_refuse = 1;
  if (features != s->features) c->must_refuse = 1;
  return required(c, in(c, &given, sizeof given));
}

static const qlif_target *target(caller *c, const shape *s, int64_t batch, int takes_values) {
  qlif_target given = {0};
  /* Of a network that is too huge, a target that does not fit it. */
  const int fits = classes(s) * batch <= MOST_FEATURES;
  if (is_evil(c) && one_in(c, 2)) takes_values = !takes_values, c->must_refuse = 1;
  if (takes_values) {
    given.value_count = fits ? classes(s) * batch : 3;
    if (!fits) c->must_refuse = 1;
    given.values = floats(c, given.value_count);
    given.value_count = lie(c, given.value_count);
  } else {
    int64_t *labels = take(c, (size_t)batch * sizeof *labels);
    for (int64_t i = 0; i < batch; i++) labels[i] = below(c, classes(s));
    if (is_evil(c)) labels[below(c, batch)] = evil_integer(c);
    watch(c, labels, (size_t)batch * sizeof *labels, 1);
    given.labels = labels;
    given.value_count = lie(c, 0);
  }
  if (is_evil(c) && one_in(c, 2)) {
    const int has_both = one_in(c, 2);
    given.labels = has_both ? in(c, &batch, sizeof batch) : NULL;
    given.values = has_both ? floats(c, 1) : NULL;
    c->must_refuse = 1;
  }
  return required(c, in(c, &given, sizeof given));
}

/* A loss; `takes_values` is what its target is to be made for. */
static const char *loss(caller *c, int *takes_values) {
  description d;
  *takes_values = describe_loss(c, &d);
  const char *given = optionally_described(c, &d);
  if (!given) *takes_values = 0;
  return given;
}

static void simulate(caller *c) {
  network_slot *n = any_network(c);
  const shape *s = &n->shape;
  int64_t batch, steps;
  const qlif_input *given = input(c, s, INT64_MAX, &batch, &steps);
  qlif_record *records = take(c, (size_t)s->layers * sizeof *records);
  for (int32_t layer = 0; layer < s->layers; layer++) {
    const int fits = steps <= 1 << 15 && steps * batch * s->units[layer] <= 1 << 15;
    const size_t size = fits ? (size_t)(steps * batch * s->units[layer]) * 4 : 0;
    const int has_neurons = s->currents[layer] || is_evil(c);
    const size_t currents = size * (size_t)(s->currents[layer] ? s->currents[layer] : 1);
    records[layer].spikes = fits && !one_in(c, 3) ? out(c, size) : NULL;
    records[layer].membrane = fits && has_neurons && !one_in(c, 3) ? out(c, size) : NULL;
    records[layer].currents = fits && has_neurons && !one_in(c, 3) ? out(c, currents) : NULL;
    if (!s->currents[layer] && (records[layer].membrane || records[layer].currents)) c->must_refuse = 1;
  }
  watch(c, records, (size_t)s->layers * sizeof *records, 1);
  if (CALL(qlif_network_simulate, network(c, n), given, required(c, records), short_lie(c, s->layers),
           noise(c, s))) {
    return;
  }
  for (int32_t layer = 0; layer < s->layers; layer++) {
    const int64_t size = steps * batch * s->units[layer];
    check_finite(records[layer].spikes, size);
    check_finite(records[layer].membrane, size);
    check_finite(records[layer].currents, s->currents[layer] * size);
  }
}

static void predict(caller *c) {
  network_slot *n = any_network(c);
  const shape *s = &n->shape;
  int64_t batch, steps;
  const qlif_input *given = input(c, s, INT64_MAX, &batch, &steps);
  const int64_t count = classes(s) * batch <= 1 << 19 ? classes(s) : 1;
  int64_t *predicted = optional(c, out(c, (size_t)batch * sizeof *predicted));
  float *scores = count == classes(s) ? optional(c, out(c, (size_t)(batch * count) * sizeof *scores)) : NULL;
  if (CALL(qlif_network_predict, network(c, n), given, readout(c), predicted, scores, noise(c, s))) return;
  check_finite(scores, batch * count);
  for (int64_t i = 0; predicted && i < batch; i++) {
    if (predicted[i] < 0 || predicted[i] >= classes(s)) fail("a class that there is not");
  }
}

static void read_out(caller *c) {
  int64_t sizes[] = {from_to(c, 1, 6), from_to(c, 1, 9), from_to(c, 1, 20)};
  const int64_t batch = sizes[1], count = sizes[2], size = sizes[0] * batch * count;
  const float *spikes = required(c, floats(c, size)), *membrane = required(c, floats(c, size));
  int64_t *found = out(c, (size_t)batch * sizeof *found);
  if (is_evil(c)) {
    /* No array has such a size: it must be seen before any is read. */
    static const int64_t impossible[] = {0, -1, INT64_MIN, INT64_MAX};
    sizes[below(c, 3)] = ANY(c, impossible);
    c->must_refuse = 1;
  }
  if (CALL(qlif_readout, readout(c), sizes[0], sizes[1], sizes[2], spikes, membrane, required(c, found))) return;
  for (int64_t i = 0; i < batch; i++) {
    if (found[i] < 0 || found[i] >= count) fail("a class that there is not");
  }
}

static void evaluate(caller *c) {
  network_slot *n = any_network(c);
  const shape *s = &n->shape;
  int64_t batch, steps;
  int takes_values;
  const qlif_input *given = input(c, s, INT64_MAX, &batch, &steps);
  const char *criterion = loss(c, &takes_values);
  qlif_report *report = required(c, out(c, sizeof *report));
  float *rates = optional(c, out(c, (size_t)s->layers * sizeof *rates));
  if (CALL(qlif_network_evaluate, network(c, n), given, target(c, s, batch, takes_values), criterion, readout(c),
           report, rates, noise(c, s))) {
    return;
  }
  if (!isfinite(report->loss)) fail("succeeded with a loss that is no number");
  if (report->correct < 0 || report->correct > batch) fail("more right than there are");
  check_finite(rates, s->layers);
}

static void loss_and_gradients(caller *c) {
  network_slot *n = any_network(c);
  const shape *s = &n->shape;
  int64_t batch, steps;
  int takes_values;
  const qlif_input *given = input(c, s, INT64_MAX, &batch, &steps);
  const char *criterion = loss(c, &takes_values);
  double *value = required(c, out(c, sizeof *value));
  if (CALL(qlif_network_loss_and_gradients, network(c, n), given, target(c, s, batch, takes_values), criterion,
           value, noise(c, s))) {
    return;
  }
  if (!isfinite(*value)) fail("succeeded with a loss that is no number");
}

/* ---- Trainers ------------------------------------------------------------------------------ */

static void create_trainer(caller *c) {
  network_slot *n = any_network(c);
  description d;
  describe_trainer(c, &d);
  const char *given = optionally_described(c, &d);
  qlif_trainer **made = out(c, sizeof *made);
  if (CALL(qlif_trainer_create, network(c, n), given, required(c, made))) return;
  adopt_trainer(c, *made, &n->shape);
}

static void step(caller *c) {
  trainer_slot *t = any_trainer(c);
  const shape *s = &t->shape;
  int64_t batch, steps;
  const qlif_input *given = input(c, s, INT64_MAX, &batch, &steps);
  qlif_report *report = required(c, out(c, sizeof *report));
  float *rates = optional(c, out(c, (size_t)s->layers * sizeof *rates));
  if (CALL(qlif_trainer_step, trainer(c, t), given, target(c, s, batch, t->takes_values), report, rates)) return;
  if (!isfinite(report->loss) || !isfinite(report->gradient_norm)) fail("a step that is no number");
  check_finite(rates, s->layers);
}

static void about_trainer(caller *c) {
  trainer_slot *t = any_trainer(c);
  CALL(qlif_trainer_set_noise, trainer(c, t), noise(c, &t->shape));
  begin(c);
  CALL(qlif_trainer_step_count, trainer(c, t), required(c, out(c, 8)));
  begin(c);
  char **text = out(c, sizeof *text);
  if (CALL(qlif_trainer_description, trainer(c, t), required(c, text))) return;
  begin(c);
  if (CALL(qlif_check, "trainer", *text)) fail("refused what a trainer says of itself");
  free_memory(c, *text);
}

#endif
