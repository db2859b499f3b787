/* Arguments of calls, right and wrong, in guarded memory; and the look at what came of a call. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "descriptions.h"

/* ---- Numbers ------------------------------------------------------------------------------- */

static int64_t evil_integer(caller *c) {
  static const int64_t values[] = {0,         -1,         1,         2,         3,          5,
                                   7,         99,         -2,        INT32_MAX, INT32_MIN,  (int64_t)1 << 31,
                                   -1000,     INT64_MAX,  INT64_MIN, 1 << 30,   (int64_t)1 << 32,
                                   (int64_t)1 << 40, (int64_t)1 << 60, (int64_t)1 << 61, (int64_t)1 << 62,
                                   INT64_MAX - 1, INT64_MAX / 2, INT64_MAX / 8, INT64_MIN + 1};
  return ANY(c, values);
}

static double evil_number(caller *c) {
  static const double values[] = {0.0,     -0.0,   1.0,     -1.0,   NAN,   INFINITY, -INFINITY, 5e-324, 1e-45,
                                  1e308,   -1e308, 1e38,    -1e38,  1e39,  2.0,      0.5,       1e-12,  1e9,
                                  1e18,    -1e18,  1.5};
  return ANY(c, values);
}

static int64_t integer(caller *c, int64_t right) { return is_evil(c) ? evil_integer(c) : right; }
static int32_t choice(caller *c, int32_t count) {
  return (int32_t)(is_evil(c) ? evil_integer(c) : below(c, count));
}
static double number(caller *c, double right) { return is_evil(c) ? evil_number(c) : right; }

/* Counts that lie are such that no network has: they must be refused before anything is read. */
static int64_t lie(caller *c, int64_t right) {
  if (!is_evil(c)) return right;
  int64_t value = evil_integer(c);
  while (value >= 0 && value < 4096) value = evil_integer(c);
  c->must_refuse = 1;
  return value;
}

static int32_t short_lie(caller *c, int32_t right) {
  static const int32_t values[] = {-1, -2, 4096, INT32_MAX, INT32_MIN, INT32_MIN + 1, 1 << 30};
  if (!is_evil(c)) return right;
  c->must_refuse = 1;
  return ANY(c, values);
}

/* ---- Memory -------------------------------------------------------------------------------- */

/* Remembers what is at `at`, to see afterwards whether it changed. */
static void watch(caller *c, const void *at, size_t size, int is_input) {
  if (c->watched_count == MOST_WATCHED || c->copied + size > WATCHED_BYTES) fail("too many buffers in one call");
  memcpy(c->copies + c->copied, at, size);
  c->watched[c->watched_count].at = at;
  c->watched[c->watched_count].size = size;
  c->watched[c->watched_count].copy = c->copied;
  c->watched[c->watched_count++].is_input = is_input;
  c->copied += size;
}

static void *take(caller *c, size_t size) {
  void *at = guarded_take(&c->buffers, size, one_in(c, 4));
  if (!at) fail("no more guarded buffers");
  return at;
}

/* A buffer to write to, full of noise. */
static void *out(caller *c, size_t size) {
  char *at = take(c, size);
  for (size_t i = 0; i < size; i++) at[i] = (char)(0x5a ^ (i * 37));
  watch(c, at, size, 0);
  return at;
}

/* Something that the engine only reads. */
static void *in(caller *c, const void *value, size_t size) {
  void *at = take(c, size);
  memcpy(at, value, size);
  watch(c, at, size, 1);
  return at;
}

/* Something that the engine may change where it succeeds. */
static void *inout(caller *c, const void *value, size_t size) {
  void *at = take(c, size);
  memcpy(at, value, size);
  watch(c, at, size, 0);
  return at;
}

/* The pointer, or NULL where that must be refused. */
static void *required(caller *c, void *at) {
  if (!is_evil(c)) return at;
  c->must_refuse = 1;
  return NULL;
}

/* The pointer, or NULL where that is allowed. */
static void *optional(caller *c, void *at) { return one_in(c, 4) ? NULL : at; }

static void fill(caller *c, float *values, int64_t count) {
  const int64_t style = below(c, 5);
  for (int64_t i = 0; i < count; i++) {
    values[i] = style == 0 ? 0.0f : style == 1 ? 1.0f : (float)uniform(c, style == 2 ? 0 : -1, 1);
  }
  if (count && is_evil(c)) values[below(c, count)] = (float)evil_number(c);
}

static float *floats(caller *c, int64_t count) {
  float *values = take(c, (size_t)count * sizeof *values);
  fill(c, values, count);
  watch(c, values, (size_t)count * sizeof *values, 1);
  return values;
}

static double *doubles(caller *c, int64_t count, double low, double high) {
  double *values = take(c, (size_t)count * sizeof *values);
  for (int64_t i = 0; i < count; i++) values[i] = uniform(c, low, high);
  if (count && is_evil(c)) values[below(c, count)] = evil_number(c);
  watch(c, values, (size_t)count * sizeof *values, 1);
  return values;
}

/* ---- Texts --------------------------------------------------------------------------------- */

static char *text(caller *c, const char *words) { return in(c, words, strlen(words) + 1); }

static char *random_text(caller *c) {
  static const char *const texts[] = {"a", "key", "note", "", "qlif.x", "qlif.", "\xff\xfe", "\xc3\xa9t\xc3\xa9",
                                      "a\"b\\c\n\t\x01", "\xed\xa0\x80", "{}", "\xf0\x9f\x90\x88"};
  if (one_in(c, 50)) {
    const size_t size = (size_t)from_to(c, 1, 1 << 14);
    char *long_text = take(c, size + 1);
    memset(long_text, 'x', size);
    long_text[size] = 0;
    watch(c, long_text, size + 1, 1);
    return long_text;
  }
  return text(c, ANY(c, texts));
}

/* One of the engine's names, or another text. */
static const char *name(caller *c, const char *right) { return is_evil(c) ? random_text(c) : text(c, right); }

static const char *readout(caller *c) {
  return optional(c, (void *)name(c, one_in(c, 2) ? "spike_count" : "membrane"));
}

static char *described(caller *c, const description *d) {
  if (is_evil(c) && one_in(c, 4)) return random_text(c);
  c->must_refuse |= d->must_refuse;
  return text(c, d->text);
}

static char *optionally_described(caller *c, const description *d) { return one_in(c, 4) ? NULL : described(c, d); }

/* ---- Noise --------------------------------------------------------------------------------- */

static qlif_qubit_noise qubit_noise(caller *c) {
  qlif_qubit_noise n = {0};
  n.over_rotation = number(c, uniform(c, -0.1, 0.1));
  n.depolarizing = number(c, uniform(c, 0, 0.2));
  if (one_in(c, 2)) {
    n.t1 = number(c, uniform(c, 1, 100));
    n.t2 = number(c, n.t1 * uniform(c, 0.1, 2));
    n.gate_time = number(c, uniform(c, 0, 0.5));
    n.excited_population = number(c, uniform(c, 0, 0.3));
  }
  n.p01 = number(c, uniform(c, 0, 0.2));
  n.p10 = number(c, uniform(c, 0, 0.2));
  return n;
}

static qlif_qubit_noise *qubit_noises(caller *c, int64_t count) {
  qlif_qubit_noise *noises = take(c, (size_t)count * sizeof *noises);
  for (int64_t i = 0; i < count; i++) noises[i] = qubit_noise(c);
  watch(c, noises, (size_t)count * sizeof *noises, 1);
  return noises;
}

static qlif_qubit_noise *one_noise(caller *c) { return qubit_noises(c, 1); }

static const qlif_noise *noise(caller *c, const shape *s) {
  if (one_in(c, 2)) return NULL;
  static const int64_t shots[] = {0, 0, 1, 2, 100, 1024, INT32_MAX};
  const int64_t count = s->layers == 0 ? 0 : one_in(c, 3) ? s->layers : below(c, 2);
  qlif_layer_noise *layers = take(c, (size_t)count * sizeof *layers);
  for (int64_t i = 0; i < count; i++) {
    const int is_empty = count > 1 && !s->currents[i];
    const int64_t qubits = is_empty ? 0 : count > 1 && one_in(c, 3) ? s->units[i] : below(c, 2);
    layers[i].qubits = qubits > 1000 ? NULL : qubit_noises(c, qubits);
    layers[i].qubit_count = lie(c, layers[i].qubits ? qubits : 0);
    layers[i].shots = is_empty ? 0 : integer(c, ANY(c, shots));
  }
  watch(c, layers, (size_t)count * sizeof *layers, 1);
  qlif_noise n = {layers, lie(c, count), next(c), integer(c, below(c, 100))};
  return in(c, &n, sizeof n);
}

/* ---- Calls --------------------------------------------------------------------------------- */

#define COUNT(name) (c->function = at_##name, c->counts[at_##name][0]++)

/* Calls, and looks at what came of it. */
#define CALL(name, ...) (c->function = at_##name, judge(c, name(__VA_ARGS__)))

static qlif_status judge(caller *c, qlif_status status) {
  if (status < 0 || status >= STATUSES) fail("an unknown status");
  c->counts[c->function][status]++;
  if (status == QLIF_OK && c->must_refuse) fail("accepted what it cannot take");
  if (status != QLIF_OK) check_message();
  for (int i = 0; i < c->watched_count; i++) {
    if (status == QLIF_OK && !c->watched[i].is_input) continue;
    if (memcmp(c->watched[i].at, c->copies + c->watched[i].copy, c->watched[i].size)) {
      fail(c->watched[i].is_input ? "changed its input" : "failed, but wrote something");
    }
  }
  return status;
}

/* Makes ready for the next call. */
static void begin(caller *c) {
  guarded_reset(&c->buffers);
  c->watched_count = 0;
  c->copied = 0;
  c->must_refuse = 0;
}

static void check_finite(const float *values, int64_t count) {
  for (int64_t i = 0; values && i < count; i++) {
    if (!isfinite(values[i])) fail("succeeded, but gave a number that is none");
  }
}

static void free_memory(caller *c, void *memory) {
  COUNT(qlif_free);
  qlif_free(memory);
}

/* ---- Handles ------------------------------------------------------------------------------- */

/* The shape of a network, from what it says. */
static void look(caller *c, qlif_network *handle, shape *s) {
  int32_t rank;
  int64_t sizes[3];
  const char *text;
  memset(s, 0, sizeof *s);
  begin(c);
  if (CALL(qlif_network_layer_count, handle, &s->layers) || CALL(qlif_network_description, handle, &text)) {
    fail("a network that does not say what it is");
  }
  if (s->layers < 1 || s->layers > MOST_LAYERS) fail("not as many layers as were described");
  const char *at = strstr(text, "\"steps\": ");
  if (!at || sscanf(at + 9, "%lld", (long long *)&s->steps) != 1) fail("a network without steps");
  at = strstr(text, "\"layers\": [");
  for (int32_t layer = -1; layer < s->layers; layer++) {
    if (CALL(qlif_network_layer_shape, handle, layer, sizes, &rank)) fail("a layer without a shape");
    if (rank < 1 || rank > 3) fail("a layer of an impossible rank");
    int64_t size = 1;
    for (int32_t axis = 0; axis < rank; axis++) size *= sizes[axis];
    if (layer < 0) {
      s->features = size;
      continue;
    }
    s->units[layer] = size;
    /* The layer's own object; no text in it has braces. */
    if (!at || !(at = strchr(at, '{'))) fail("a layer that is not described");
    int depth = 0;
    do {
      if (!strncmp(at, "\"neuron\"", 8)) s->currents[layer] = 1;
      if (!strncmp(at, "\"qlif\"", 6)) s->currents[layer] = 2;
      depth += (*at == '{') - (*at == '}');
    } while (depth && *++at);
  }
  begin(c);
}

static int is_small(const shape *s) { return s->steps <= 1000 && s->features <= 4096; }

static int64_t classes(const shape *s) { return s->layers ? s->units[s->layers - 1] : 1; }

static void destroy_network(caller *c, int slot) {
  COUNT(qlif_network_destroy);
  qlif_network_destroy(c->networks[slot].handle);
  c->networks[slot].handle = NULL;
}

static void destroy_trainer(caller *c, int slot) {
  COUNT(qlif_trainer_destroy);
  qlif_trainer_destroy(c->trainers[slot].handle);
  c->trainers[slot].handle = NULL;
}

/* A new network takes a place. */
static void adopt(caller *c, qlif_network *handle) {
  shape s;
  look(c, handle, &s);
  const int slot = (int)below(c, HANDLES);
  destroy_network(c, slot);
  c->networks[slot].handle = handle;
  c->networks[slot].shape = s;
}

static void adopt_trainer(caller *c, qlif_trainer *handle, const shape *s) {
  char *text;
  begin(c);
  if (CALL(qlif_trainer_description, handle, &text)) fail("a trainer that does not say what it is");
  const int slot = (int)below(c, HANDLES);
  destroy_trainer(c, slot);
  c->trainers[slot].handle = handle;
  c->trainers[slot].takes_values = strstr(text, "\"cross_entropy\"") == NULL;
  c->trainers[slot].shape = *s;
  free_memory(c, text);
}

static network_slot *any_network(caller *c) {
  network_slot *n = &c->networks[below(c, HANDLES)];
  for (int tries = 0; !n->handle && tries < 20; tries++) n = &c->networks[below(c, HANDLES)];
  return n;
}

static trainer_slot *any_trainer(caller *c) {
  trainer_slot *t = &c->trainers[below(c, HANDLES)];
  for (int tries = 0; !t->handle && tries < 20; tries++) t = &c->trainers[below(c, HANDLES)];
  return t;
}

static qlif_network *network(caller *c, network_slot *n) {
  qlif_network *handle = required(c, n->handle);
  if (!handle) c->must_refuse = 1;
  return handle;
}

static qlif_trainer *trainer(caller *c, trainer_slot *t) {
  qlif_trainer *handle = required(c, t->handle);
  if (!handle) c->must_refuse = 1;
  return handle;
}

#endif
