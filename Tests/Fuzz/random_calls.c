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
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guarded.h"
#include "qlif.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1 /* and many times slower */
#endif
#endif

#define FUNCTIONS(X)                                                                                  \
  X(qlif_abi_version) X(qlif_version) X(qlif_instruction_set) X(qlif_last_error_message)              \
  X(qlif_set_thread_count) X(qlif_thread_count) X(qlif_neuron_config_default)                         \
  X(qlif_network_create) X(qlif_network_destroy) X(qlif_network_copy) X(qlif_network_add_dense)       \
  X(qlif_network_add_conv2d) X(qlif_network_add_max_pool2d) X(qlif_network_add_avg_pool2d)            \
  X(qlif_network_layer_count) X(qlif_network_layer_shape) X(qlif_network_layer_neuron)                \
  X(qlif_network_steps) X(qlif_network_description) X(qlif_network_parameter_count)                   \
  X(qlif_network_parameter) X(qlif_network_set_metadata) X(qlif_network_metadata)                     \
  X(qlif_network_metadata_count) X(qlif_network_metadata_key) X(qlif_qubit_noise_default)             \
  X(qlif_qubit_noise_check) X(qlif_network_simulate) X(qlif_network_predict) X(qlif_network_evaluate) \
  X(qlif_network_loss_and_gradients) X(qlif_trainer_config_default) X(qlif_trainer_create)            \
  X(qlif_trainer_destroy) X(qlif_trainer_step) X(qlif_trainer_set_noise) X(qlif_trainer_get_config)   \
  X(qlif_trainer_step_count) X(qlif_qubit_prepare) X(qlif_qubit_rotate) X(qlif_qubit_depolarize)      \
  X(qlif_qubit_wait) X(qlif_qubit_measure) X(qlif_qubit_follow) X(qlif_circuit_config_default)        \
  X(qlif_circuit_run) X(qlif_circuit_layer_qasm) X(qlif_circuit_train_qasm) X(qlif_text_free)         \
  X(qlif_network_save) X(qlif_network_load) X(qlif_network_serialize) X(qlif_network_deserialize)     \
  X(qlif_bytes_free) X(qlif_trainer_save) X(qlif_trainer_load) X(qlif_trainer_serialize)              \
  X(qlif_trainer_deserialize)

#define AS_INDEX(name) at_##name,
#define AS_NAME(name) #name,
enum { FUNCTIONS(AS_INDEX) FUNCTION_COUNT };
static const char *const names[] = {FUNCTIONS(AS_NAME)};

enum {
  HANDLES = 6,
  MOST_LAYERS = 4,
  MOST_KEPT = 200,
  KEPT_BYTES = 1 << 23,
  STATUSES = 7,
  MOST_FEATURES = 1 << 19,
#ifdef SANITIZED
  SECONDS_A_CALL = 600
#else
  SECONDS_A_CALL = 60
#endif
};

/* What a network looks like: enough to give a call buffers of the right sizes. */
typedef struct {
  int32_t layers;
  int64_t features, steps, units[MOST_LAYERS];
  int has_neurons[MOST_LAYERS];
} shape;

typedef struct {
  qlif_network *handle;
  shape shape;
} network_slot;

typedef struct {
  qlif_trainer *handle;
  qlif_network *network; /* to find the trainers of a network that grows; NULL once it is destroyed */
  shape shape;
} trainer_slot;

typedef struct {
  uint64_t seed, random, number, wanted;
  guarded room;
  network_slot networks[HANDLES];
  trainer_slot trainers[HANDLES];
  uint64_t counts[FUNCTION_COUNT][STATUSES];
  char folder[256];
  /* Of the call that is being made. */
  int function;
  int is_hostile;  /* arguments may be wrong */
  int must_refuse; /* one of them certainly is */
  struct {
    const void *at;
    size_t size, copy;
    int is_input;
  } kept[MOST_KEPT];
  int kept_count;
  char *copies;
  size_t copied;
} caller;

static caller *callers;
static int caller_count;

/* ---- Reports ------------------------------------------------------------------------------- */

static void say_where(void) {
  for (int i = 0; i < caller_count; i++) {
    char text[256];
    const caller *c = &callers[i];
    int length = snprintf(text, sizeof text, "seed %llu, thread %d, call %llu: %s\n", (unsigned long long)c->seed,
                          i, (unsigned long long)c->number, names[c->function]);
    if (write(2, text, (size_t)length) < 0) return;
  }
}

static void die(int signal_number) {
  char text[64];
  int length = snprintf(text, sizeof text, "random_calls: signal %d at\n", signal_number);
  if (write(2, text, (size_t)length) >= 0) say_where();
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

static void fail(const caller *c, const char *what) {
  fprintf(stderr, "random_calls: %s (message: \"%s\") at\n", what, qlif_last_error_message());
  (void)c;
  say_where();
  _exit(1);
}

/* ---- Chance -------------------------------------------------------------------------------- */

static uint64_t next(caller *c) {
  uint64_t z = (c->random += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static int64_t below(caller *c, int64_t count) { return (int64_t)(next(c) % (uint64_t)count); }
static int64_t from_to(caller *c, int64_t low, int64_t high) { return low + below(c, high - low + 1); }
static int one_in(caller *c, int64_t count) { return below(c, count) == 0; }
static double uniform(caller *c, double low, double high) {
  return low + (high - low) * ((double)(next(c) >> 11) / 9007199254740992.0);
}
static int is_evil(caller *c) { return c->is_hostile && one_in(c, 6); }

static int64_t evil_integer(caller *c) {
  static const int64_t values[] = {0,         -1,         1,         2,         3,          5,
                                   7,         99,         -2,        INT32_MAX, INT32_MIN,  (int64_t)1 << 31,
                                   -1000,     INT64_MAX,  INT64_MIN, 1 << 30,   (int64_t)1 << 32,
                                   (int64_t)1 << 40, (int64_t)1 << 60, (int64_t)1 << 61, (int64_t)1 << 62,
                                   INT64_MAX - 1, INT64_MAX / 2, INT64_MAX / 8, INT64_MIN + 1};
  return values[below(c, sizeof values / sizeof *values)];
}

static double evil_number(caller *c) {
  static const double values[] = {0.0,     -0.0,   1.0,     -1.0,   NAN,   INFINITY, -INFINITY, 5e-324, 1e-45,
                                  1e308,   -1e308, 1e38,    -1e38,  1e39,  2.0,      0.5,       1e-12,  1e9,
                                  1e18,    -1e18,  1.5};
  return values[below(c, sizeof values / sizeof *values)];
}

static int64_t integer(caller *c, int64_t right) { return is_evil(c) ? evil_integer(c) : right; }
static int32_t choice(caller *c, int32_t count) {
  return (int32_t)(is_evil(c) ? evil_integer(c) : below(c, count));
}
static double number(caller *c, double right) { return is_evil(c) ? evil_number(c) : right; }

/* ---- Arguments ----------------------------------------------------------------------------- */

/* Remembers what is at `at`, to see afterwards whether it changed. */
static void keep(caller *c, const void *at, size_t size, int is_input) {
  if (c->kept_count == MOST_KEPT || c->copied + size > KEPT_BYTES) fail(c, "too many buffers in one call");
  memcpy(c->copies + c->copied, at, size);
  c->kept[c->kept_count].at = at;
  c->kept[c->kept_count].size = size;
  c->kept[c->kept_count].copy = c->copied;
  c->kept[c->kept_count++].is_input = is_input;
  c->copied += size;
}

static void *take(caller *c, size_t size) {
  void *at = guarded_take(&c->room, size, one_in(c, 4));
  if (!at) fail(c, "no more guarded buffers");
  return at;
}

/* A buffer to write to, full of noise. */
static void *out(caller *c, size_t size) {
  char *at = take(c, size);
  for (size_t i = 0; i < size; i++) at[i] = (char)(0x5a ^ (i * 37));
  keep(c, at, size, 0);
  return at;
}

/* Something that the engine only reads. */
static void *in(caller *c, const void *value, size_t size) {
  void *at = take(c, size);
  memcpy(at, value, size);
  keep(c, at, size, 1);
  return at;
}

/* Something that the engine may change where it succeeds. */
static void *inout(caller *c, const void *value, size_t size) {
  void *at = take(c, size);
  memcpy(at, value, size);
  keep(c, at, size, 0);
  return at;
}

/* The pointer, or NULL where that must be refused. */
static void *need(caller *c, void *at) {
  if (!is_evil(c)) return at;
  c->must_refuse = 1;
  return NULL;
}

/* The pointer, or NULL where that is allowed. */
static void *maybe(caller *c, void *at) { return one_in(c, 4) ? NULL : at; }

static void fill(caller *c, float *values, int64_t count) {
  const int64_t style = below(c, 5);
  for (int64_t i = 0; i < count; i++) {
    values[i] = style == 0 ? 0.0f : style == 1 ? 1.0f : (float)uniform(c, style == 2 ? 0 : -1, 1);
  }
  if (count && is_evil(c)) values[below(c, count)] = (float)evil_number(c);
}

static double *doubles(caller *c, int64_t count, double low, double high) {
  double *values = take(c, (size_t)count * sizeof *values);
  for (int64_t i = 0; i < count; i++) values[i] = uniform(c, low, high);
  if (count && is_evil(c)) values[below(c, count)] = evil_number(c);
  keep(c, values, (size_t)count * sizeof *values, 1);
  return values;
}

static qlif_neuron_config *neuron(caller *c) {
  qlif_neuron_config n;
  const qlif_neuron_kind kind = (qlif_neuron_kind)below(c, 2);
  if (qlif_neuron_config_default(kind, &n) != QLIF_OK) fail(c, "no defaults of a kind that there is");
  n.surrogate = choice(c, 4);
  n.slope = (float)number(c, uniform(c, 0.5, 5));
  n.dropout = (float)number(c, one_in(c, 2) ? 0 : uniform(c, 0, 0.9));
  n.threshold = (float)number(c, uniform(c, 0.2, 0.9));
  /* The constants of the other kind are not a neuron's to have. */
  if (kind == QLIF_NEURON_QLIF || is_evil(c)) {
    n.leak = choice(c, 3);
    n.drive_bound = choice(c, 2);
    n.refractory = choice(c, 2);
    n.memory = one_in(c, 3) ? choice(c, 2) : 0;
    n.firing = one_in(c, 3) ? choice(c, 2) : 0;
    /* A coherent memory takes one leak only. */
    if (n.memory == QLIF_MEMORY_COHERENT && !is_evil(c)) n.leak = QLIF_LEAK_RELAXATION;
    n.t1 = (float)number(c, uniform(c, 1, 100));
    n.drive_scale = (float)number(c, uniform(c, 0.1, 4));
    n.delay_scale = (float)number(c, uniform(c, 0, 200));
  }
  if (kind == QLIF_NEURON_LIF || is_evil(c)) {
    n.reset = choice(c, 2);
    n.beta = (float)number(c, uniform(c, 0, 1));
  }
  return in(c, &n, sizeof n);
}

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
  keep(c, noises, (size_t)count * sizeof *noises, 1);
  return noises;
}

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
  return values[below(c, sizeof values / sizeof *values)];
}

static const qlif_noise *noise(caller *c, const shape *s) {
  if (one_in(c, 2)) return NULL;
  static const int64_t shots[] = {0, 0, 1, 2, 100, 1024, INT32_MAX};
  const int64_t count = s->layers == 0 ? 0 : one_in(c, 3) ? s->layers : below(c, 2);
  qlif_layer_noise *layers = take(c, (size_t)count * sizeof *layers);
  for (int64_t i = 0; i < count; i++) {
    const int is_empty = count > 1 && !s->has_neurons[i];
    const int64_t qubits = is_empty ? 0 : count > 1 && one_in(c, 3) ? s->units[i] : below(c, 2);
    layers[i].qubits = qubits > 1000 ? NULL : qubit_noises(c, qubits);
    layers[i].qubit_count = lie(c, layers[i].qubits ? qubits : 0);
    layers[i].shots = is_empty ? 0 : integer(c, shots[below(c, 7)]);
  }
  keep(c, layers, (size_t)count * sizeof *layers, 1);
  qlif_noise n = {layers, lie(c, count), next(c), integer(c, below(c, 100))};
  return in(c, &n, sizeof n);
}

static char *text(caller *c, const char *words) { return in(c, words, strlen(words) + 1); }

static char *random_text(caller *c) {
  static const char *const texts[] = {"a", "key", "note", "", "qlif.x", "qlif.", "\xff\xfe", "\xc3\xa9t\xc3\xa9",
                                      "a\"b\\c\n\t\x01", "\xed\xa0\x80", "{}", "\xf0\x9f\x90\x88"};
  if (one_in(c, 50)) {
    const size_t size = (size_t)from_to(c, 1, 1 << 14);
    char *long_text = take(c, size + 1);
    memset(long_text, 'x', size);
    long_text[size] = 0;
    keep(c, long_text, size + 1, 1);
    return long_text;
  }
  return text(c, texts[below(c, sizeof texts / sizeof *texts)]);
}

static char *path(caller *c, int is_read) {
  char words[8192];
  static const char *const odd[] = {"missing/x", "", "fifo", "\xff\xfe", "link", "notes.txt", "\n", "%s%n"};
  if (is_evil(c)) {
    const int64_t which = below(c, 10);
    if (which == 8) {
      memset(words, 'y', 6000);
      words[6000] = 0;
    } else if (which == 9) {
      words[0] = 0;
    } else {
      /* Who opens a FIFO for writing waits for a reader, as with any other program. */
      const char *name = which == 2 && !is_read ? "" : odd[which];
      snprintf(words, sizeof words, "%s/%s", c->folder, name);
    }
  } else {
    snprintf(words, sizeof words, "%s/%c.safetensors", c->folder, 'a' + (char)below(c, 4));
  }
  return text(c, words);
}

/* ---- Calls --------------------------------------------------------------------------------- */

#define COUNT(name) (c->function = at_##name, c->counts[at_##name][0]++)

/* Calls, and looks at what came of it. */
#define CALL(name, ...) (c->function = at_##name, judge(c, name(__VA_ARGS__)))

static qlif_status judge(caller *c, qlif_status status) {
  if (status < 0 || status >= STATUSES) fail(c, "an unknown status");
  c->counts[c->function][status]++;
  if (status == QLIF_OK && c->must_refuse) fail(c, "accepted what it cannot take");
  if (status != QLIF_OK) {
    const char *message = qlif_last_error_message();
    if (!message || !*message || strchr(message, '\n')) fail(c, "no message of one line");
  }
  for (int i = 0; i < c->kept_count; i++) {
    if (status == QLIF_OK && !c->kept[i].is_input) continue;
    if (memcmp(c->kept[i].at, c->copies + c->kept[i].copy, c->kept[i].size)) {
      fail(c, c->kept[i].is_input ? "changed its input" : "failed, but wrote something");
    }
  }
  return status;
}

/* Makes ready for the next call. */
static void begin(caller *c) {
  guarded_reset(&c->room);
  c->kept_count = 0;
  c->copied = 0;
  c->must_refuse = 0;
}

static void look(caller *c, qlif_network *handle, shape *s) {
  int32_t rank;
  int64_t sizes[3];
  memset(s, 0, sizeof *s);
  begin(c);
  if (CALL(qlif_network_layer_count, handle, &s->layers) || CALL(qlif_network_steps, handle, &s->steps)) {
    fail(c, "a network that does not say what it is");
  }
  if (s->layers > MOST_LAYERS) fail(c, "more layers than were added");
  for (int32_t layer = -1; layer < s->layers; layer++) {
    if (CALL(qlif_network_layer_shape, handle, layer, sizes, &rank)) fail(c, "a layer without a shape");
    if (rank < 1 || rank > 3) fail(c, "a layer of an impossible rank");
    int64_t size = 1;
    for (int32_t axis = 0; axis < rank; axis++) size *= sizes[axis];
    if (layer < 0) {
      s->features = size;
      continue;
    }
    qlif_neuron_config ignored;
    s->units[layer] = size;
    s->has_neurons[layer] = CALL(qlif_network_layer_neuron, handle, layer, &ignored) == QLIF_OK;
  }
  begin(c);
}

static int is_small(const shape *s) { return s->steps <= 1000 && s->features <= 4096; }

static void destroy_network(caller *c, int slot) {
  network_slot *n = &c->networks[slot];
  for (int i = 0; i < HANDLES; i++) {
    if (c->trainers[i].network == n->handle) c->trainers[i].network = NULL;
  }
  COUNT(qlif_network_destroy);
  qlif_network_destroy(n->handle);
  n->handle = NULL;
}

static void destroy_trainer(caller *c, int slot) {
  COUNT(qlif_trainer_destroy);
  qlif_trainer_destroy(c->trainers[slot].handle);
  c->trainers[slot].handle = NULL;
  c->trainers[slot].network = NULL;
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

static void adopt_trainer(caller *c, qlif_trainer *handle, qlif_network *network, const shape *s) {
  const int slot = (int)below(c, HANDLES);
  destroy_trainer(c, slot);
  c->trainers[slot].handle = handle;
  c->trainers[slot].network = network;
  c->trainers[slot].shape = *s;
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
  qlif_network *handle = need(c, n->handle);
  if (!handle) c->must_refuse = 1;
  return handle;
}

static qlif_trainer *trainer(caller *c, trainer_slot *t) {
  qlif_trainer *handle = need(c, t->handle);
  if (!handle) c->must_refuse = 1;
  return handle;
}

static void create(caller *c) {
  static const int64_t features[] = {1, 2, 5, 16, 17, 63, 64, 65, 128, 130};
  int64_t sizes[3];
  int32_t rank = one_in(c, 2) ? 1 : 3;
  sizes[0] = rank == 1 ? features[below(c, 10)] : from_to(c, 1, 3);
  sizes[1] = from_to(c, 3, 10);
  sizes[2] = from_to(c, 3, 10);
  if (is_evil(c)) sizes[below(c, 3)] = evil_integer(c);
  int64_t *shape_given = in(c, sizes, (size_t)rank * sizeof *sizes);
  if (is_evil(c)) {
    rank = (int32_t)evil_integer(c);
    if (rank >= 1 && rank <= 3) rank = 4;
    c->must_refuse = 1;
  }
  const int64_t steps = one_in(c, 400) ? 1000 : integer(c, from_to(c, 1, 8));
  qlif_network **made = out(c, sizeof *made);
  if (CALL(qlif_network_create, need(c, shape_given), rank, steps, next(c), need(c, made))) return;
  adopt(c, *made);
}

/* What was added, seen by the network's trainers too. */
static void grown(caller *c, network_slot *n, qlif_status status) {
  if (status != QLIF_OK) return;
  look(c, n->handle, &n->shape);
  for (int i = 0; i < HANDLES; i++) {
    if (c->trainers[i].handle && c->trainers[i].network == n->handle) c->trainers[i].shape = n->shape;
  }
}

/* A network that may take another layer. */
static network_slot *young_network(caller *c) {
  network_slot *n = any_network(c);
  if (n->handle && n->shape.layers == MOST_LAYERS) {
    destroy_network(c, (int)(n - c->networks));
    create(c);
    begin(c);
    n = any_network(c);
  }
  if (n->handle && n->shape.layers == MOST_LAYERS) return NULL;
  return n;
}

static void add_dense(caller *c) {
  network_slot *n = young_network(c);
  if (!n) return;
  static const int64_t units[] = {1, 2, 3, 10, 16, 17, 33, 64, 65, 128};
  qlif_neuron_config *layer = need(c, neuron(c));
  grown(c, n, CALL(qlif_network_add_dense, network(c, n), integer(c, units[below(c, 10)]), layer));
}

static void add_conv2d(caller *c) {
  network_slot *n = young_network(c);
  if (!n) return;
  const int64_t sides[] = {from_to(c, 1, 4), from_to(c, 1, 4)};
  const int64_t padding = below(c, sides[0] < sides[1] ? sides[0] : sides[1]);
  qlif_neuron_config *layer = need(c, neuron(c));
  grown(c, n,
        CALL(qlif_network_add_conv2d, network(c, n), integer(c, from_to(c, 1, 5)), integer(c, sides[0]),
             integer(c, sides[1]), integer(c, from_to(c, 1, 2)), integer(c, padding), layer));
}

static void add_max_pool2d(caller *c) {
  network_slot *n = young_network(c);
  if (!n) return;
  const int64_t size = integer(c, from_to(c, 1, 3));
  grown(c, n,
        CALL(qlif_network_add_max_pool2d, network(c, n), size, integer(c, from_to(c, 1, 3)), choice(c, 2)));
}

static void add_avg_pool2d(caller *c) {
  network_slot *n = young_network(c);
  if (!n) return;
  grown(c, n, CALL(qlif_network_add_avg_pool2d, network(c, n), integer(c, from_to(c, 1, 3))));
}

/* A network as one would build it: a convolution, a pooling and a dense layer. */
static void create_for_images(caller *c) {
  const int64_t sizes[] = {from_to(c, 1, 3), from_to(c, 4, 12), from_to(c, 4, 12)};
  qlif_network *made = NULL;
  c->is_hostile = 0;
  if (CALL(qlif_network_create, sizes, 3, from_to(c, 1, 8), next(c), &made) ||
      CALL(qlif_network_add_conv2d, made, from_to(c, 1, 20), from_to(c, 1, 4), from_to(c, 1, 4), 1, 0, neuron(c))) {
    fail(c, "refused an ordinary network");
  }
  begin(c);
  if (one_in(c, 3)) {
    CALL(qlif_network_add_avg_pool2d, made, from_to(c, 1, 3));
  } else {
    CALL(qlif_network_add_max_pool2d, made, from_to(c, 1, 3), from_to(c, 1, 3), (qlif_pool_ties)below(c, 2));
  }
  if (one_in(c, 2)) CALL(qlif_network_add_conv2d, made, from_to(c, 1, 20), 1, 1, 1, 0, neuron(c));
  begin(c);
  if (!one_in(c, 4)) CALL(qlif_network_add_dense, made, from_to(c, 1, 10), neuron(c));
  adopt(c, made);
}

/* More than fits: it must be refused, whatever part of the work asks for the memory. */
static void create_huge(caller *c) {
  const int64_t side = 200 + below(c, 200), kernel = 50 + below(c, 150);
  const int64_t images[] = {1, side, side}, line[] = {(int64_t)1 << from_to(c, 16, 27)};
  const int is_image = one_in(c, 2);
  qlif_network *made = NULL;
  c->is_hostile = 0;
  const int64_t steps = one_in(c, 2) ? (int64_t)1 << from_to(c, 12, 30) : 2;
  if (CALL(qlif_network_create, is_image ? images : line, is_image ? 3 : 1, steps, 0, &made)) return;
  if (is_image) {
    CALL(qlif_network_add_conv2d, made, from_to(c, 1, 3), kernel, kernel, 1, 0, neuron(c));
  } else {
    CALL(qlif_network_add_dense, made, (int64_t)1 << from_to(c, 0, 12), neuron(c));
  }
  adopt(c, made);
}

static void defaults(caller *c) {
  CALL(qlif_neuron_config_default, choice(c, 2), need(c, out(c, sizeof(qlif_neuron_config))));
  begin(c);
  CALL(qlif_trainer_config_default, need(c, out(c, sizeof(qlif_trainer_config))));
  begin(c);
  CALL(qlif_qubit_noise_default, need(c, out(c, sizeof(qlif_qubit_noise))));
  begin(c);
  CALL(qlif_circuit_config_default, need(c, out(c, sizeof(qlif_circuit_config))));
}

static void library(caller *c) {
  COUNT(qlif_abi_version);
  if (qlif_abi_version() != QLIF_ABI_VERSION) fail(c, "another ABI version");
  COUNT(qlif_version);
  if (!strlen(qlif_version())) fail(c, "no version");
  COUNT(qlif_instruction_set);
  if (!strlen(qlif_instruction_set())) fail(c, "no instruction set");
  COUNT(qlif_last_error_message);
  if (!qlif_last_error_message()) fail(c, "no message");
  COUNT(qlif_thread_count);
  if (qlif_thread_count() < 1) fail(c, "no thread");
}

static void threads(caller *c) {
  const int32_t count = (int32_t)(is_evil(c) ? -1 - below(c, INT32_MAX) : below(c, 5));
  if (count < 0) c->must_refuse = 1;
  CALL(qlif_set_thread_count, count);
}

static void copy(caller *c) {
  network_slot *n = any_network(c);
  qlif_network **made = out(c, sizeof *made);
  if (CALL(qlif_network_copy, network(c, n), need(c, made)) == QLIF_OK) adopt(c, *made);
}

static void describe(caller *c) {
  network_slot *n = any_network(c);
  const int32_t layer = choice(c, n->shape.layers + 1);
  const char **description = out(c, sizeof *description);
  CALL(qlif_network_layer_count, network(c, n), need(c, out(c, 4)));
  begin(c);
  CALL(qlif_network_steps, network(c, n), need(c, out(c, 8)));
  begin(c);
  CALL(qlif_network_layer_neuron, network(c, n), layer, need(c, out(c, sizeof(qlif_neuron_config))));
  begin(c);
  CALL(qlif_network_layer_shape, network(c, n), layer == INT32_MIN ? layer : layer - 1, need(c, out(c, 3 * 8)), need(c, out(c, 4)));
  begin(c);
  description = out(c, sizeof *description);
  if (CALL(qlif_network_description, network(c, n), need(c, description)) == QLIF_OK) {
    if ((*description)[0] != '{') fail(c, "a description that is no JSON object");
  }
}

static void parameters(caller *c) {
  network_slot *n = any_network(c);
  int32_t *count = out(c, sizeof *count);
  if (CALL(qlif_network_parameter_count, network(c, n), need(c, count)) || *count == 0) return;
  const int32_t index = choice(c, *count);
  begin(c);
  qlif_parameter *parameter = out(c, sizeof *parameter);
  if (CALL(qlif_network_parameter, network(c, n), index, need(c, parameter))) return;
  int64_t size = 1;
  for (int32_t axis = 0; axis < parameter->rank; axis++) size *= parameter->shape[axis];
  if (size != parameter->size || !strlen(parameter->name)) fail(c, "a parameter that does not fit");
  if (size > 1 << 16) return;
  double sum = 0;
  for (int64_t i = 0; i < size; i++) sum += parameter->values[i] + parameter->gradient[i];
  if (isnan(sum) && one_in(c, 2)) return;
  for (int64_t i = 0; i < size; i++) parameter->values[i] = (float)uniform(c, -1, 1);
  /* What a caller writes may be no number; the network must bear it. */
  if (is_evil(c)) parameter->values[below(c, size)] = (float)evil_number(c);
}

static void metadata(caller *c) {
  network_slot *n = any_network(c);
  CALL(qlif_network_set_metadata, network(c, n), need(c, random_text(c)), maybe(c, random_text(c)));
  begin(c);
  const char **value = out(c, sizeof *value);
  if (CALL(qlif_network_metadata, network(c, n), need(c, random_text(c)), need(c, value)) == QLIF_OK) {
    if (*value && strlen(*value) > 1 << 20) fail(c, "a text that was not given");
  }
  begin(c);
  int32_t *count = out(c, sizeof *count);
  if (CALL(qlif_network_metadata_count, network(c, n), need(c, count))) return;
  const int32_t index = *count ? choice(c, *count) : (int32_t)evil_integer(c);
  begin(c);
  const char **key = out(c, sizeof *key);
  if (CALL(qlif_network_metadata_key, network(c, n), index, need(c, key)) == QLIF_OK) {
    if (!strlen(*key)) fail(c, "an empty key");
  }
}

/* A batch for a network; `batch` and `steps` are what its other buffers are to be made for. */
static const qlif_input *input(caller *c, const shape *s, int64_t *batch, int64_t *steps) {
  static const int64_t batches[] = {1, 1, 2, 3, 5, 9, 17, 65};
  *batch = batches[below(c, 8)];
  int64_t length = one_in(c, 2) ? 0 : from_to(c, 1, 6);
  /* Of a huge network the smallest batch; of one that is too huge, a batch that does not fit it. */
  int64_t features = s->features;
  if (features > 4096) *batch = 1, length = one_in(c, 2);
  if (features > MOST_FEATURES) features = 7;
  const int64_t count = features * *batch * (length ? length : 1);
  float *values = take(c, (size_t)count * sizeof *values);
  fill(c, values, count);
  keep(c, values, (size_t)count * sizeof *values, 1);
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
  return need(c, in(c, &given, sizeof given));
}

static int64_t classes(const shape *s) { return s->layers ? s->units[s->layers - 1] : 1; }

static int64_t *labels(caller *c, const shape *s, int64_t batch) {
  int64_t *values = take(c, (size_t)batch * sizeof *values);
  for (int64_t i = 0; i < batch; i++) values[i] = below(c, classes(s));
  if (is_evil(c)) values[below(c, batch)] = evil_integer(c);
  keep(c, values, (size_t)batch * sizeof *values, 1);
  return need(c, values);
}

static void check_finite(caller *c, const float *values, int64_t count) {
  for (int64_t i = 0; values && i < count; i++) {
    if (!isfinite(values[i])) fail(c, "succeeded, but gave a number that is none");
  }
}

static void simulate(caller *c) {
  network_slot *n = any_network(c);
  const shape *s = &n->shape;
  int64_t batch, steps;
  const qlif_input *given = input(c, s, &batch, &steps);
  qlif_record *records = take(c, (size_t)s->layers * sizeof *records);
  for (int32_t layer = 0; layer < s->layers; layer++) {
    const int64_t size = steps * batch * s->units[layer];
    const int fits = size <= 1 << 15 && steps <= 1 << 15;
    records[layer].spikes = fits && !one_in(c, 3) ? out(c, (size_t)size * 4) : NULL;
    records[layer].alpha =
        fits && (s->has_neurons[layer] || is_evil(c)) && !one_in(c, 3) ? out(c, (size_t)size * 4) : NULL;
  }
  keep(c, records, (size_t)s->layers * sizeof *records, 1);
  if (CALL(qlif_network_simulate, network(c, n), given, need(c, records), short_lie(c, s->layers),
           noise(c, s))) {
    return;
  }
  for (int32_t layer = 0; layer < s->layers; layer++) {
    check_finite(c, records[layer].spikes, steps * batch * s->units[layer]);
    check_finite(c, records[layer].alpha, steps * batch * s->units[layer]);
  }
}

static void predict(caller *c) {
  network_slot *n = any_network(c);
  const shape *s = &n->shape;
  int64_t batch, steps;
  const qlif_input *given = input(c, s, &batch, &steps);
  const int64_t count = classes(s) * batch <= 1 << 19 ? classes(s) : 1;
  int64_t *predicted = maybe(c, out(c, (size_t)batch * sizeof *predicted));
  float *scores = count == classes(s) ? maybe(c, out(c, (size_t)(batch * count) * sizeof *scores)) : NULL;
  if (CALL(qlif_network_predict, network(c, n), given, choice(c, 2), predicted, scores, noise(c, s))) return;
  check_finite(c, scores, batch * count);
  for (int64_t i = 0; predicted && i < batch; i++) {
    if (predicted[i] < 0 || predicted[i] >= classes(s)) fail(c, "a class that there is not");
  }
}

static void evaluate(caller *c) {
  network_slot *n = any_network(c);
  const shape *s = &n->shape;
  int64_t batch, steps;
  const qlif_input *given = input(c, s, &batch, &steps);
  qlif_report *report = need(c, out(c, sizeof *report));
  float *rates = maybe(c, out(c, (size_t)s->layers * sizeof *rates));
  if (CALL(qlif_network_evaluate, network(c, n), given, labels(c, s, batch), choice(c, 3), choice(c, 2), report,
           rates, noise(c, s))) {
    return;
  }
  if (!isfinite(report->loss)) fail(c, "succeeded with a loss that is no number");
  check_finite(c, rates, s->layers);
}

static void loss_and_gradients(caller *c) {
  network_slot *n = any_network(c);
  const shape *s = &n->shape;
  int64_t batch, steps;
  const qlif_input *given = input(c, s, &batch, &steps);
  double *loss = need(c, out(c, sizeof *loss));
  if (CALL(qlif_network_loss_and_gradients, network(c, n), given, labels(c, s, batch), choice(c, 3), loss,
           noise(c, s))) {
    return;
  }
  if (!isfinite(*loss)) fail(c, "succeeded with a loss that is no number");
}

static void create_trainer(caller *c) {
  network_slot *n = any_network(c);
  qlif_trainer_config config;
  if (qlif_trainer_config_default(&config)) fail(c, "no defaults of a trainer");
  config.loss = choice(c, 3);
  config.readout = choice(c, 2);
  config.schedule = choice(c, 3);
  config.learning_rate = (float)number(c, uniform(c, 1e-4, 1e-1));
  config.beta1 = (float)number(c, 0.9);
  config.beta2 = (float)number(c, 0.999);
  config.epsilon = (float)number(c, 1e-8);
  config.weight_decay = (float)number(c, 0.01);
  config.clip_norm = (float)number(c, 1);
  config.warmup = (float)number(c, 0.3);
  config.total_steps = integer(c, from_to(c, 1, 50));
  qlif_trainer **made = out(c, sizeof *made);
  if (CALL(qlif_trainer_create, network(c, n), need(c, in(c, &config, sizeof config)), need(c, made))) return;
  adopt_trainer(c, *made, n->handle, &n->shape);
}

static void step(caller *c) {
  trainer_slot *t = any_trainer(c);
  const shape *s = &t->shape;
  int64_t batch, steps;
  const qlif_input *given = input(c, s, &batch, &steps);
  qlif_report *report = need(c, out(c, sizeof *report));
  float *rates = maybe(c, out(c, (size_t)s->layers * sizeof *rates));
  if (CALL(qlif_trainer_step, trainer(c, t), given, labels(c, s, batch), report, rates)) return;
  if (!isfinite(report->loss) || !isfinite(report->gradient_norm)) fail(c, "a step that is no number");
  check_finite(c, rates, s->layers);
}

static void about_trainer(caller *c) {
  trainer_slot *t = any_trainer(c);
  CALL(qlif_trainer_set_noise, trainer(c, t), noise(c, &t->shape));
  begin(c);
  CALL(qlif_trainer_get_config, trainer(c, t), need(c, out(c, sizeof(qlif_trainer_config))));
  begin(c);
  CALL(qlif_trainer_step_count, trainer(c, t), need(c, out(c, 8)));
}

/* ---- Qubits -------------------------------------------------------------------------------- */

static qlif_qubit *qubit(caller *c) {
  qlif_qubit q = {0, 0, 1};
  const double angle = uniform(c, 0, 6.3);
  q.y = -sin(angle);
  q.z = cos(angle);
  if (is_evil(c)) (one_in(c, 2) ? (q.x = evil_number(c)) : (q.z = evil_number(c)));
  return inout(c, &q, sizeof q);
}

static void check_qubit(caller *c, const qlif_qubit *q) {
  const double length = q->x * q->x + q->y * q->y + q->z * q->z;
  if (!(length <= 1 + 1e-6)) {
    fprintf(stderr, "random_calls: x %g, y %g, z %g\n", q->x, q->y, q->z);
    fail(c, "a state outside of the sphere");
  }
}

static qlif_qubit_noise *one_noise(caller *c) { return qubit_noises(c, 1); }

static void qubits(caller *c) {
  qlif_qubit *q = out(c, sizeof *q);
  if (!CALL(qlif_qubit_prepare, number(c, uniform(c, 0, 1)), need(c, q))) check_qubit(c, q);
  begin(c);
  CALL(qlif_qubit_noise_check, need(c, one_noise(c)));
  begin(c);
  q = qubit(c);
  if (!CALL(qlif_qubit_rotate, need(c, q), number(c, uniform(c, -7, 7)), maybe(c, one_noise(c)))) {
    check_qubit(c, q);
  }
  begin(c);
  q = qubit(c);
  if (!CALL(qlif_qubit_depolarize, need(c, q), number(c, uniform(c, 0, 1)))) check_qubit(c, q);
  begin(c);
  q = qubit(c);
  if (!CALL(qlif_qubit_wait, need(c, q), number(c, uniform(c, 0, 100)), need(c, one_noise(c)))) {
    check_qubit(c, q);
  }
  begin(c);
  q = qubit(c);
  double *reading = out(c, sizeof *reading);
  if (!CALL(qlif_qubit_measure, need(c, q), maybe(c, one_noise(c)), need(c, reading))) {
    if (!(*reading >= -1e-6 && *reading <= 1 + 1e-6)) fail(c, "a probability outside of 0 to 1");
  }
}

static void follow(caller *c) {
  qlif_pulse pulse = {choice(c, 2), number(c, uniform(c, -7, 7)), number(c, uniform(c, 0.01, 1)),
                      number(c, uniform(c, -20, 20)), number(c, uniform(c, 0.01, 1))};
  int64_t samples = from_to(c, 1, 40);
  qlif_qubit *trajectory = maybe(c, out(c, (size_t)samples * sizeof *trajectory));
  if (is_evil(c)) {
    samples = -below(c, 3) - (one_in(c, 2) ? 0 : INT64_MAX - 9);
    c->must_refuse = 1;
  }
  qlif_qubit *q = qubit(c);
  const qlif_pulse *given = need(c, in(c, &pulse, sizeof pulse));
  if (!CALL(qlif_qubit_follow, need(c, q), given, maybe(c, one_noise(c)), samples, trajectory)) {
    check_qubit(c, q);
    for (int64_t i = 0; trajectory && i < samples; i++) check_qubit(c, &trajectory[i]);
  }
}

static const qlif_circuit_config *circuit(caller *c) {
  qlif_circuit_config config;
  if (qlif_circuit_config_default(&config)) fail(c, "no defaults of a circuit");
  if (one_in(c, 2)) config.neuron = *neuron(c);
  if (config.neuron.kind != QLIF_NEURON_QLIF && !is_evil(c)) qlif_circuit_config_default(&config);
  config.memory = choice(c, 2);
  config.leak = choice(c, 2);
  config.clock = choice(c, 2);
  return need(c, in(c, &config, sizeof config));
}

static void run_circuit(caller *c) {
  int64_t steps = from_to(c, 1, 12), count = from_to(c, 1, 9);
  const size_t size = (size_t)(steps * count);
  const double *drive = need(c, doubles(c, (int64_t)size, -1, 1));
  const double *delay = need(c, doubles(c, (int64_t)size, -1, 1));
  const double *before = maybe(c, doubles(c, count, 0, 1));
  double *alpha = maybe(c, out(c, size * 8)), *spikes = maybe(c, out(c, size * 8));
  qlif_qubit *states = maybe(c, out(c, size * sizeof *states));
  const int64_t noise_count = one_in(c, 3) ? 0 : one_in(c, 2) ? 1 : count;
  const qlif_qubit_noise *noises = noise_count ? qubit_noises(c, noise_count) : NULL;
  if (is_evil(c)) {
    /* No array has such a size: it must be seen before any is read. */
    const int64_t impossible[] = {0, -1, INT64_MIN, INT64_MAX};
    const int64_t value = impossible[below(c, 4)];
    if (value == INT64_MAX && steps == 1) count = value, steps = 2;
    else if (value == INT64_MAX) count = value;
    else if (one_in(c, 2)) steps = value;
    else count = value;
    c->must_refuse = 1;
  }
  const qlif_circuit_config *config = circuit(c);
  if (CALL(qlif_circuit_run, config, noises, lie(c, noise_count), steps, count, drive, delay, before, alpha,
           spikes, states)) {
    return;
  }
  for (size_t i = 0; i < size; i++) {
    if (alpha && !isfinite(alpha[i])) fail(c, "an alpha that is no number");
    if (states) check_qubit(c, &states[i]);
  }
}

static void free_text(caller *c, char **made) {
  if (strncmp(*made, "OPENQASM 3", 10)) fail(c, "a text that is no OpenQASM 3");
  COUNT(qlif_text_free);
  qlif_text_free(*made);
}

static void write_circuit(caller *c) {
  const int is_layer = one_in(c, 2);
  int64_t count = from_to(c, 1, 9);
  const double *alpha = is_layer ? need(c, doubles(c, count, 0, 1)) : NULL;
  const double *drive = need(c, doubles(c, count, -1, 1)), *delay = need(c, doubles(c, count, -1, 1));
  if (is_evil(c)) {
    count = -below(c, 5);
    c->must_refuse = 1;
  }
  char **made = out(c, sizeof *made);
  const qlif_circuit_config *config = circuit(c);
  const qlif_qubit_noise *device = maybe(c, one_noise(c));
  const qlif_status status =
      is_layer
          ? CALL(qlif_circuit_layer_qasm, config, device, count, alpha, drive, delay, need(c, made))
          : CALL(qlif_circuit_train_qasm, config, device, count, drive, delay, need(c, made));
  if (status == QLIF_OK) free_text(c, made);
}

/* ---- Files --------------------------------------------------------------------------------- */

static void adopt_both(caller *c, qlif_trainer *trainer_made, qlif_network *network_made) {
  shape s;
  look(c, network_made, &s);
  adopt_trainer(c, trainer_made, network_made, &s);
  adopt(c, network_made);
}

static void files(caller *c) {
  network_slot *n = any_network(c);
  trainer_slot *t = any_trainer(c);
  qlif_network **made = out(c, sizeof *made);
  qlif_trainer **trained = out(c, sizeof *trained);
  switch (below(c, 4)) {
    case 0:
      if (n->handle && !is_small(&n->shape)) return;
      CALL(qlif_network_save, network(c, n), need(c, path(c, 0)));
      break;
    case 1:
      if (!CALL(qlif_network_load, need(c, path(c, 1)), need(c, made))) adopt(c, *made);
      break;
    case 2:
      if (t->handle && !is_small(&t->shape)) return;
      CALL(qlif_trainer_save, trainer(c, t), need(c, path(c, 0)));
      break;
    default:
      if (!CALL(qlif_trainer_load, need(c, path(c, 1)), need(c, trained), need(c, made))) {
        adopt_both(c, *trained, *made);
      }
  }
}

/* Writes to memory and reads that again, whole or damaged. */
static void bytes(caller *c) {
  const int is_trainer = one_in(c, 2);
  network_slot *n = any_network(c);
  trainer_slot *t = any_trainer(c);
  const shape *s = is_trainer ? &t->shape : &n->shape;
  if ((is_trainer ? (void *)t->handle : (void *)n->handle) && !is_small(s)) return;
  uint8_t **written = out(c, sizeof *written);
  int64_t *size = out(c, sizeof *size);
  const qlif_status status =
      is_trainer ? CALL(qlif_trainer_serialize, trainer(c, t), need(c, written), need(c, size))
                 : CALL(qlif_network_serialize, network(c, n), need(c, written), need(c, size));
  if (status != QLIF_OK) return;
  uint8_t *mine = *written;
  int64_t given = *size;
  begin(c);
  if (given > 1 << 22) {
    COUNT(qlif_bytes_free);
    qlif_bytes_free(mine);
    return;
  }
  const int is_damaged = c->is_hostile && one_in(c, 2);
  if (is_damaged && one_in(c, 2)) given = below(c, given);
  uint8_t *text_given = take(c, (size_t)given);
  memcpy(text_given, mine, (size_t)given);
  COUNT(qlif_bytes_free);
  qlif_bytes_free(mine);
  if (is_damaged && given) text_given[below(c, given)] ^= (uint8_t)(1 << below(c, 8));
  keep(c, text_given, (size_t)given, 1);
  if (is_evil(c)) given = -1 - below(c, INT64_MAX), c->must_refuse = 1;
  qlif_network **made = out(c, sizeof *made);
  qlif_trainer **trained = out(c, sizeof *trained);
  if (is_trainer && !one_in(c, 4)) {
    if (!CALL(qlif_trainer_deserialize, need(c, text_given), given, need(c, trained), need(c, made))) {
      adopt_both(c, *trained, *made);
    }
  } else if (!CALL(qlif_network_deserialize, need(c, text_given), given, need(c, made))) {
    adopt(c, *made);
  }
}

static void destroys(caller *c) {
  if (one_in(c, 3)) {
    destroy_network(c, (int)below(c, HANDLES));
    destroy_trainer(c, (int)below(c, HANDLES));
  }
  COUNT(qlif_network_destroy);
  qlif_network_destroy(NULL);
  COUNT(qlif_trainer_destroy);
  qlif_trainer_destroy(NULL);
  COUNT(qlif_bytes_free);
  qlif_bytes_free(NULL);
  COUNT(qlif_text_free);
  qlif_text_free(NULL);
}

/* ---- The whole ----------------------------------------------------------------------------- */

static void (*const actions[])(caller *) = {
    create,     create,   create_for_images, create_for_images, add_dense,     add_dense,  add_dense,          add_conv2d, add_conv2d,
    add_max_pool2d, add_avg_pool2d, defaults, library, threads,          copy,       describe,
    parameters, metadata, simulate,      simulate,   predict,            predict,    evaluate,
    loss_and_gradients,   create_trainer, step,      step,               about_trainer, qubits,
    follow,     run_circuit, write_circuit, write_circuit, bytes,        bytes,      destroys};

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
    else actions[below(c, sizeof actions / sizeof *actions)](c);
  }
  for (int slot = 0; slot < HANDLES; slot++) {
    destroy_network(c, slot);
    destroy_trainer(c, slot);
  }
  begin(c);
  return NULL;
}

static void make_files(caller *c) {
  char name[300];
  const char *base = getenv("TMPDIR");
  snprintf(c->folder, sizeof c->folder, "%.200s/qlif-XXXXXX", base ? base : "/tmp");
  if (!mkdtemp(c->folder)) fail(c, "no folder");
  snprintf(name, sizeof name, "%s/fifo", c->folder);
  if (mkfifo(name, 0600)) fail(c, "no FIFO");
  snprintf(name, sizeof name, "%s/link", c->folder);
  if (symlink("b.safetensors", name)) fail(c, "no link");
  snprintf(name, sizeof name, "%s/notes.txt", c->folder);
  FILE *notes = fopen(name, "w");
  if (!notes || fputs("not a model\n", notes) < 0 || fclose(notes)) fail(c, "no file");
}

static void remove_files(const caller *c) {
  char command[300];
  snprintf(command, sizeof command, "rm -r '%s'", c->folder);
  if (system(command)) fprintf(stderr, "random_calls: %s stays\n", c->folder);
}

int main(int count, char **arguments) {
  if (count < 3 || count > 4) {
    fprintf(stderr, "usage: random_calls SEED CALLS [THREADS]\n");
    return 2;
  }
  const uint64_t seed = strtoull(arguments[1], NULL, 10), wanted = strtoull(arguments[2], NULL, 10);
  const int threads_wanted = count == 4 ? atoi(arguments[3]) : 1;
  if (threads_wanted < 1 || threads_wanted > 16) return 2;
  signal(SIGALRM, die);
#ifndef SANITIZED
  const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE};
  for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) signal(fatal[i], die);
  /* Sizes that this machine could hold are refused too, and a leak is seen. */
  const struct rlimit limit = {(rlim_t)3 << 30, (rlim_t)3 << 30};
  setrlimit(RLIMIT_AS, &limit);
#else
  extern void __sanitizer_set_death_callback(void (*)(void));
  __sanitizer_set_death_callback(say_where);
#endif
  callers = calloc((size_t)threads_wanted, sizeof *callers);
  caller_count = threads_wanted;
  pthread_t ids[16];
  for (int i = 0; i < threads_wanted; i++) {
    caller *c = &callers[i];
    c->seed = seed;
    c->random = seed * 1000003u + (uint64_t)i;
    c->wanted = wanted / (uint64_t)threads_wanted;
    c->copies = malloc(KEPT_BYTES);
    if (!c->copies || !guarded_open(&c->room)) return 2;
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
    guarded_close(&callers[i].room);
    free(callers[i].copies);
  }
  free(callers);
  return 0;
}
