/* Random descriptions, as JSON text. Those of a caller that is not hostile are allowed; in others a value may be
 * anything. */
#ifndef DESCRIPTIONS_H
#define DESCRIPTIONS_H

#include <stdarg.h>

#include "caller.h"

/* A text that grows within a fixed size. */
typedef struct {
  int must_refuse; /* it has a key that there is not */
  size_t length;
  char text[1 << 14];
} description;

static void start(description *d) {
  d->must_refuse = 0;
  d->length = 0;
}

static void add(description *d, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(d->text + d->length, sizeof d->text - d->length, format, arguments);
  va_end(arguments);
  if (length < 0 || d->length + (size_t)length >= sizeof d->text) fail("a description that is too long to make");
  d->length += (size_t)length;
}

/* What a key may be given in place of its value. Whether it is refused depends on the key. */
static const char *evil_value(caller *c) {
  static const char *const values[] = {
      "0", "-1", "1", "2", "3", "0.5", "1.0", "2.5", "-0.0", "1e3", "1e38", "-1e38", "1e39", "1e308", "1e999", "-1e999",
      "1e-45", "1e-320", "2147483647", "2147483648", "-2147483649", "4294967296", "1099511627776",
      "9007199254740993", "1152921504606846976", "9223372036854775807", "-9223372036854775808",
      "9223372036854775808", "18446744073709551615", "18446744073709551616", "10000000000000000000000000000000000000000",
      "null", "true", "false", "\"\"", "\"qlif\"", "\"lif\"", "\"dense\"", "\"x\\u0000y\"", "\"\\ud83d\\udc08\"",
      "\"\\ud83d\"", "\"a\\nb\"", "\"\\u2028\"", "[]", "{}", "[1]", "[[]]", "{\"kind\": \"lif\"}", "{\"a\": 1}", "NaN",
      "nan", "Infinity", "-Infinity", "01", "+1", "1.", ".5", "0x10", "--1", "'x'", "tru", ""};
  return ANY(c, values);
}

/* A key and its value, or something else in place of it. */
__attribute__((format(printf, 4, 5))) static void add_key(caller *c, description *d, const char *key,
                                                          const char *format, ...) {
  char value[128];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(value, sizeof value, format, arguments);
  va_end(arguments);
  /* One value of a long description, or nothing would be accepted. */
  const char *given = is_evil(c) && one_in(c, 8) ? evil_value(c) : value;
  add(d, "%s\"%s\": %s", d->text[d->length - 1] == '{' ? "" : ", ", key, given);
}

/* A constant that may be left to the engine. */
#define ADD_CONSTANT(c, d, ...) \
  do { \
    if (one_in(c, 2)) add_key(c, d, __VA_ARGS__); \
  } while (0)

static void close_object(caller *c, description *d) {
  if (is_evil(c) && one_in(c, 40)) {
    add(d, "%s\"more\": 1", d->text[d->length - 1] == '{' ? "" : ", ");
    d->must_refuse = 1;
  }
  add(d, "}");
}

static void add_number(caller *c, description *d, const char *key, double low, double high) {
  ADD_CONSTANT(c, d, key, "%.7g", uniform(c, low, high));
}

static void add_name(caller *c, description *d, const char *key, const char *const *values, int64_t count) {
  ADD_CONSTANT(c, d, key, "\"%s\"", values[below(c, count)]);
}
#define ADD_NAME(c, d, key, ...) \
  do { \
    static const char *const values[] = {__VA_ARGS__}; \
    add_name(c, d, key, values, (int64_t)(sizeof values / sizeof *values)); \
  } while (0)

/* One of the engine's kinds of neuron, loss, ... */
typedef struct {
  char text[32];
} kind_name;

static kind_name any_kind(caller *c, const char *sort) {
  const char *kinds;
  char list[64];
  kind_name found = {""};
  if (qlif_kinds(&kinds)) fail("no kinds");
  snprintf(list, sizeof list, "\"%s\": [", sort);
  const char *at = strstr(kinds, list);
  if (!at) fail("no kinds of a sort that there is");
  at += strlen(list);
  /* The one of a random number among those up to the bracket. */
  const size_t end = strcspn(at, "]");
  int64_t count = 1;
  for (size_t i = 0; i < end; i++) count += at[i] == ',';
  for (int64_t skipped = below(c, count); skipped; skipped--) at = strchr(at, ',') + 1;
  if (sscanf(at, " \"%31[^\"]\"", found.text) != 1) fail("a kind without a name");
  return found;
}

static void add_qlif(caller *c, description *d, int fires_at_threshold) {
  add_number(c, d, "slope", 0.5, 5);
  add_number(c, d, "dropout", 0, 0.9);
  add_number(c, d, "threshold", 0.2, 0.9);
  if (one_in(c, 3)) add_key(c, d, "memory", "\"coherent\""); /* of the leak that is the default */
  else ADD_NAME(c, d, "leak", "relaxation", "published", "rotation");
  ADD_NAME(c, d, "drive_bound", "none", "tanh");
  ADD_CONSTANT(c, d, "refractory", one_in(c, 2) ? "true" : "false");
  if (!fires_at_threshold && one_in(c, 3)) ADD_NAME(c, d, "firing", "threshold", "measurement");
  add_number(c, d, "t1", 1, 100);
  add_number(c, d, "drive_scale", 0.1, 4);
  add_number(c, d, "delay_scale", 0, 200);
}

/* What the engine lists of a kind, with other numbers: all take those between 0 and 1. */
static void add_constants(caller *c, description *d, const char *kind) {
  const char *at;
  char key[32], value[64];
  if (qlif_defaults(kind, &at)) fail("no defaults of a kind that there is");
  while ((at = strchr(at, '"')) && sscanf(at, "\"%31[^\"]\": %63[^,}]", key, value) == 2) {
    at = at + strcspn(at, ",}");
    if (!strcmp(key, "kind") || !strcmp(key, "reading") || !strcmp(key, "surrogate") || !strcmp(key, "reset")) continue;
    if (value[0] >= '0' && value[0] <= '9') add_number(c, d, key, 0.05, 0.95);
    else ADD_CONSTANT(c, d, key, "%s", value);
  }
}

static void add_neuron(caller *c, description *d, const char *kind, int fires_at_threshold) {
  add(d, "{");
  add_key(c, d, "kind", "\"%s\"", kind);
  ADD_NAME(c, d, "surrogate", "arctan", "fast_sigmoid", "sigmoid", "triangular");
  if (!strcmp(kind, "qlif")) {
    add_qlif(c, d, fires_at_threshold);
  } else {
    ADD_NAME(c, d, "reset", "subtract", "zero");
    add_constants(c, d, kind);
  }
  close_object(c, d);
}

/* Where a description of layers stands. */
typedef struct {
  int64_t channels, height, width; /* height 0: features in a row */
  int has_neurons, is_sum, count;
} place;

static void add_layer(caller *c, description *d, place *at, int must_be_dense) {
  static const int64_t units[] = {1, 2, 3, 10, 16, 17, 33, 64, 65, 128};
  const int64_t least = at->height < at->width ? at->height : at->width;
  const int64_t wish = must_be_dense || !at->height ? 0 : at->count ? below(c, 4) : below(c, 2);
  add(d, "%s{", at->count++ ? ", " : "");
  if (wish == 2 || (wish == 3 && at->is_sum)) {
    const int64_t size = from_to(c, 1, least < 3 ? least : 3);
    add_key(c, d, "kind", one_in(c, 2) ? "\"avg_pool2d\"" : "\"sum_pool2d\"");
    add_key(c, d, "size", "%lld", (long long)size);
    at->height /= size;
    at->width /= size;
    at->has_neurons = 0;
    at->is_sum = at->is_sum || size > 1;
  } else if (wish == 3) {
    const int64_t size = from_to(c, 1, least < 3 ? least : 3), stride = from_to(c, 1, 3);
    add_key(c, d, "kind", "\"max_pool2d\"");
    add_key(c, d, "size", "%lld", (long long)size);
    add_key(c, d, "stride", "%lld", (long long)stride);
    if (at->has_neurons) ADD_NAME(c, d, "ties", "first", "membrane");
    at->height = (at->height - size) / stride + 1;
    at->width = (at->width - size) / stride + 1;
    at->has_neurons = 0;
  } else {
    if (wish == 1) {
      const int64_t sides[] = {from_to(c, 1, at->height < 4 ? at->height : 4),
                               from_to(c, 1, at->width < 4 ? at->width : 4)};
      const int64_t padding = below(c, sides[0] < sides[1] ? sides[0] : sides[1]), stride = from_to(c, 1, 2);
      at->channels = from_to(c, 1, one_in(c, 4) ? 20 : 5);
      add_key(c, d, "kind", "\"conv2d\"");
      add_key(c, d, "channels", "%lld", (long long)at->channels);
      add_key(c, d, "kernel_height", "%lld", (long long)sides[0]);
      add_key(c, d, "kernel_width", "%lld", (long long)sides[1]);
      add_key(c, d, "stride", "%lld", (long long)stride);
      add_key(c, d, "padding", "%lld", (long long)padding);
      at->height = (at->height + 2 * padding - sides[0]) / stride + 1;
      at->width = (at->width + 2 * padding - sides[1]) / stride + 1;
    } else {
      add_key(c, d, "kind", "\"dense\"");
      add_key(c, d, "units", "%lld", (long long)ANY(c, units));
      at->height = at->width = 0;
    }
    add(d, ", \"neuron\": ");
    add_neuron(c, d, one_in(c, 2) ? "qlif" : any_kind(c, "neuron").text, 0);
    at->has_neurons = 1;
    at->is_sum = 0;
  }
  close_object(c, d);
}

static void describe_network(caller *c, description *d) {
  static const int64_t features[] = {1, 2, 5, 16, 17, 63, 64, 65, 128, 130};
  place at = {0};
  start(d);
  add(d, "{");
  if (one_in(c, 3)) {
    add_key(c, d, "input_shape", "[%lld]", (long long)ANY(c, features));
  } else {
    at.channels = from_to(c, 1, 3);
    at.height = from_to(c, 3, 12);
    at.width = from_to(c, 3, 12);
    add_key(c, d, "input_shape", "[%lld, %lld, %lld]", (long long)at.channels, (long long)at.height,
            (long long)at.width);
  }
  add_key(c, d, "steps", "%lld", one_in(c, 400) ? 1000 : (long long)from_to(c, 1, 8));
  ADD_CONSTANT(c, d, "seed", "%llu", (unsigned long long)next(c));
  if (one_in(c, 4)) add_key(c, d, "encoder", "{\"kind\": \"direct\"}");
  add(d, ", \"layers\": [");
  const int64_t layers = from_to(c, 1, MOST_LAYERS);
  for (int64_t i = 0; i < layers; i++) add_layer(c, d, &at, i == layers - 1 && !one_in(c, 4));
  add(d, "]");
  close_object(c, d);
}

/* Returns whether the loss compares with numbers, not with labels. */
static int add_loss(caller *c, description *d) {
  const kind_name kind = any_kind(c, "loss");
  add(d, "{");
  add_key(c, d, "kind", "\"%s\"", kind.text);
  ADD_NAME(c, d, "reading", "membrane", "membrane_sum", "spike_count");
  add_constants(c, d, kind.text);
  close_object(c, d);
  return strcmp(kind.text, "cross_entropy") != 0;
}

/* Returns whether the trainer's loss compares with numbers. */
static int describe_trainer(caller *c, description *d) {
  int takes_values = 0;
  start(d);
  add(d, "{");
  if (one_in(c, 2)) {
    add(d, "\"loss\": ");
    takes_values = add_loss(c, d);
  }
  ADD_NAME(c, d, "readout", "spike_count", "membrane");
  if (one_in(c, 2)) {
    add_key(c, d, "schedule", one_in(c, 2) ? "\"one_cycle\"" : "\"cosine\"");
    add_key(c, d, "total_steps", "%lld", (long long)from_to(c, 1, 50));
  }
  add_number(c, d, "learning_rate", 1e-4, 1e-1);
  add_number(c, d, "beta1", 0, 0.99);
  add_number(c, d, "beta2", 0, 0.999);
  add_number(c, d, "epsilon", 1e-9, 1e-3);
  add_number(c, d, "weight_decay", 0, 0.1);
  add_number(c, d, "clip_norm", 0, 2);
  add_number(c, d, "warmup", 0.1, 0.9);
  close_object(c, d);
  return takes_values;
}

static int describe_loss(caller *c, description *d) {
  start(d);
  return add_loss(c, d);
}

static void describe_neuron(caller *c, description *d, const char *kind) {
  start(d);
  add_neuron(c, d, kind, 0);
}

/* With its neuron, which fires at its threshold, or for the neurons of a network. */
static void describe_circuit(caller *c, description *d, int has_neuron) {
  start(d);
  add(d, "{");
  if (has_neuron && one_in(c, 2)) {
    add(d, "\"neuron\": ");
    add_neuron(c, d, "qlif", 1);
  }
  /* A neuron whose leak is no wait has no delay. */
  if (c->is_hostile) ADD_NAME(c, d, "leak_form", "delay", "rotation");
  else ADD_CONSTANT(c, d, "leak_form", "\"rotation\"");
  ADD_NAME(c, d, "clock", "relative", "absolute");
  close_object(c, d);
}

#endif
