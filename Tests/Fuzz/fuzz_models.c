/*
 * What libFuzzer calls: the loading of networks and trainers from memory, and their use.
 *
 * An input that begins with "r" is a file as it is. Any other is a file in words, which is made into a whole
 * one with a checksum that fits, so that damage gets as far as it can:
 *
 *   line 1   the network's description, JSON
 *   line 2   the training state, JSON; empty: none
 *   more     a tensor each: its name and its sizes, with blanks between
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "qlif.h"

enum { MOST_TENSORS = 40, MOST_VALUES = 1 << 14 };

typedef struct {
  char name[64], sizes[96];
  size_t values;
} tensor;

typedef struct {
  uint8_t *bytes;
  size_t size, room;
} buffer;

static void append(buffer *b, const void *bytes, size_t size) {
  if (b->size + size > b->room) {
    b->room = 2 * (b->size + size);
    b->bytes = realloc(b->bytes, b->room);
    if (!b->bytes) abort();
  }
  if (size) memcpy(b->bytes + b->size, bytes, size);
  b->size += size;
}

static void append_text(buffer *b, const char *text) { append(b, text, strlen(text)); }

static void append_json(buffer *b, const char *text, size_t size) {
  append_text(b, "\"");
  for (size_t i = 0; i < size; i++) {
    char escaped[8];
    const unsigned char c = (unsigned char)text[i];
    if (c == '"' || c == '\\') snprintf(escaped, sizeof escaped, "\\%c", c);
    else if (c < 32) snprintf(escaped, sizeof escaped, "\\u%04x", c);
    else snprintf(escaped, sizeof escaped, "%c", c);
    append_text(b, escaped);
  }
  append_text(b, "\"");
}

static uLong seal(uLong sum, const void *bytes, size_t size) {
  const uint64_t length = size;
  sum = crc32_z(sum, (const Bytef *)&length, sizeof length);
  return size ? crc32_z(sum, bytes, size) : sum;
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const tensor *)a)->name, ((const tensor *)b)->name);
}

/* Reads "name 3 4" into a tensor; 0 where it is no such line. */
static int read_tensor(const char *line, tensor *t) {
  int at = 0;
  memset(t, 0, sizeof *t);
  if (sscanf(line, "%63s%n", t->name, &at) != 1 || strpbrk(t->name, "\"\\")) return 0;
  t->values = 1;
  strcat(t->sizes, "[");
  int size, length;
  while (sscanf(line + at, "%d%n", &size, &length) == 1) {
    if (size < 1 || size > MOST_VALUES || t->values * (size_t)size > MOST_VALUES) return 0;
    if (strlen(t->sizes) + 16 > sizeof t->sizes) return 0;
    sprintf(t->sizes + strlen(t->sizes), "%s%d", t->sizes[1] ? ", " : "", size);
    t->values *= (size_t)size;
    at += length;
  }
  strcat(t->sizes, "]");
  return 1;
}

/* The file that the words stand for. */
static buffer written(const char *words) {
  const char *lines[2] = {"", ""};
  size_t lengths[2] = {0, 0};
  tensor tensors[MOST_TENSORS];
  size_t count = 0;
  for (int line = 0; *words; line++) {
    const size_t length = strcspn(words, "\n");
    char text[256];
    if (line < 2) {
      lines[line] = words;
      lengths[line] = length;
    } else if (length < sizeof text && count < MOST_TENSORS) {
      memcpy(text, words, length);
      text[length] = 0;
      count += (size_t)read_tensor(text, &tensors[count]);
    }
    words += length + (words[length] == '\n');
  }
  qsort(tensors, count, sizeof *tensors, by_name);

  static float values[MOST_VALUES];
  for (size_t i = 0; i < MOST_VALUES; i++) values[i] = 0.4f - 0.1f * (float)(i % 7);
  uLong sum = crc32_z(0, NULL, 0);
  sum = seal(seal(sum, "qlif.format", 11), "2", 1);
  sum = seal(seal(sum, "qlif.network", 12), lines[0], lengths[0]);
  if (lengths[1]) sum = seal(seal(sum, "qlif.trainer", 12), lines[1], lengths[1]);
  buffer header = {0};
  size_t end = 0;
  append_text(&header, "{");
  for (size_t i = 0; i < count; i++) {
    const tensor *t = &tensors[i];
    char entry[320];
    snprintf(entry, sizeof entry, "\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%zu,%zu]},", t->name,
             t->sizes, end, end + 4 * t->values);
    append_text(&header, entry);
    sum = seal(seal(sum, t->name, strlen(t->name)), t->sizes, strlen(t->sizes));
    sum = seal(sum, values, 4 * t->values);
    end += 4 * t->values;
  }
  char number[64];
  snprintf(number, sizeof number, "\"__metadata__\":{\"qlif.checksum\":\"%lx\",", sum);
  append_text(&header, number);
  append_text(&header, "\"qlif.format\":\"2\",\"qlif.network\":");
  append_json(&header, lines[0], lengths[0]);
  if (lengths[1]) {
    append_text(&header, ",\"qlif.trainer\":");
    append_json(&header, lines[1], lengths[1]);
  }
  append_text(&header, "}}");
  while (header.size % 8) append_text(&header, " ");

  buffer file = {0};
  const uint64_t length = header.size;
  append(&file, &length, sizeof length);
  append(&file, header.bytes, header.size);
  for (size_t i = 0; i < count; i++) append(&file, values, 4 * tensors[i].values);
  free(header.bytes);
  return file;
}

/* One sample, if it and what comes of it are small. */
static float *sample(qlif_network *network, qlif_input *input) {
  int64_t shape[3], features = 1;
  int32_t rank;
  const char *description, *steps;
  if (qlif_network_description(network, &description)) abort();
  if (qlif_network_layer_shape(network, -1, shape, &rank)) abort();
  if (!(steps = strstr(description, "\"steps\": ")) || atoll(steps + 9) > 100) return NULL;
  for (int32_t axis = 0; axis < rank; axis++) {
    if (shape[axis] > 4096) return NULL;
    features *= shape[axis];
  }
  if (features > 4096) return NULL;
  float *values = malloc((size_t)features * sizeof *values);
  for (int64_t i = 0; values && i < features; i++) values[i] = (float)(i % 3) / 2;
  *input = (qlif_input){values, features, 1, 0};
  return values;
}

static void use(qlif_network *network, qlif_trainer *trainer) {
  qlif_input input;
  float *values = sample(network, &input);
  if (values) {
    int64_t label = 0;
    qlif_report report;
    qlif_network_predict(network, &input, "membrane", &label, NULL, NULL);
    if (trainer) {
      label = 0;
      const qlif_target target = {&label, NULL, 0};
      qlif_trainer_step(trainer, &input, &target, &report, NULL);
    }
    free(values);
  }
  uint8_t *bytes = NULL;
  int64_t size = 0;
  qlif_network *again = NULL;
  /* What was read can be written, and that be read. */
  if (qlif_network_serialize(network, &bytes, &size) || qlif_network_deserialize(bytes, size, &again)) abort();
  qlif_free(bytes);
  qlif_network_destroy(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size) return 0;
  buffer file = {0};
  if (data[0] == 'r') {
    append(&file, data + 1, size - 1);
  } else {
    char *words = malloc(size + 1);
    if (!words) return 0;
    memcpy(words, data, size);
    words[size] = 0;
    file = written(words);
    free(words);
  }
  const uint8_t nothing = 0;
  const uint8_t *bytes = file.bytes ? file.bytes : &nothing;
  qlif_network *network = NULL;
  qlif_trainer *trainer = NULL;
  if (qlif_network_deserialize(bytes, (int64_t)file.size, &network) == QLIF_OK) use(network, NULL);
  qlif_network_destroy(network);
  network = NULL;
  if (qlif_trainer_deserialize(bytes, (int64_t)file.size, &trainer, &network) == QLIF_OK) use(network, trainer);
  qlif_trainer_destroy(trainer);
  qlif_network_destroy(network);
  free(file.bytes);
  return 0;
}
