/*
 * Takes descriptions that are allowed, of networks, neurons, losses, trainers and circuits, changes them and gives them
 * to the engine. It may accept or refuse them: a refusal is a message of one line; what is accepted can be described,
 * and its description makes the same thing again. Nothing may crash, hang, or take more memory than is granted, of which
 * a caller's thread may have little as its stack.
 *
 *   mutated_descriptions SEED COUNT
 *
 * prints how many of each kind were accepted and refused, and the memory that it took. The same build and seed make
 * the same descriptions.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

#include "descriptions.h"

enum {
  LONGEST = 1 << 20, /* that the engine reads */
  CAPACITY = LONGEST + (1 << 16),
  MOST_TOKENS = 1 << 14,
  STACK_KIBIBYTES = 128,
  GRANTED_MEBIBYTES = 400, /* beyond what the program takes when it starts */
  MOST_MEBIBYTES = 512
};

/* A description that is being changed. */
static struct {
  size_t length;
  char text[CAPACITY + 1];
} mutant;

/* ---- Tokens -------------------------------------------------------------------------------- */

/* A piece of JSON: one of {}[]:, or 's', a string, or 'w', a word or a number. */
typedef struct {
  char type;
  size_t start, end;
} token;

static token tokens[MOST_TOKENS];
static int64_t token_count;

static void split(void) {
  size_t at = 0;
  token_count = 0;
  while (at < mutant.length && token_count < MOST_TOKENS) {
    const char first = mutant.text[at];
    token t = {first, at, at + 1};
    if (strchr(" \t\n\r", first)) {
      at++;
      continue;
    }
    if (first == '"') {
      t.type = 's';
      while (t.end < mutant.length && mutant.text[t.end] != '"') t.end += 1 + (mutant.text[t.end] == '\\');
      t.end = t.end < mutant.length ? t.end + 1 : mutant.length;
    } else if (!strchr("{}[]:,", first)) {
      t.type = 'w';
      while (t.end < mutant.length && !strchr("{}[]:,\" \t\n\r", mutant.text[t.end])) t.end++;
    }
    tokens[token_count++] = t;
    at = t.end;
  }
}

static int is_key(int64_t i) { return i + 1 < token_count && tokens[i].type == 's' && tokens[i + 1].type == ':'; }
static int is_value(int64_t i) { return !is_key(i) && strchr("{[sw", tokens[i].type) != NULL; }

/* A token that `is_wanted`; -1: none was found. */
static int64_t any_token(caller *c, int (*is_wanted)(int64_t)) {
  if (token_count == 0) return -1;
  for (int tries = 0; tries < 100; tries++) {
    const int64_t i = below(c, token_count);
    if (is_wanted(i)) return i;
  }
  return -1;
}

/* The last token of the value that begins with token `i`. */
static int64_t last_of_value(int64_t i) {
  int depth = 0;
  for (; i < token_count; i++) {
    depth += tokens[i].type == '{' || tokens[i].type == '[';
    depth -= tokens[i].type == '}' || tokens[i].type == ']';
    if (depth <= 0) return i;
  }
  return token_count - 1;
}

/* ---- Changes ------------------------------------------------------------------------------- */

/* Puts `size` bytes in place of those from `start` to `end`, as far as they fit. */
static void replace(size_t start, size_t end, const char *bytes, size_t size) {
  if (mutant.length - (end - start) + size > CAPACITY) return;
  memmove(mutant.text + start + size, mutant.text + end, mutant.length - end);
  memcpy(mutant.text + start, bytes, size);
  mutant.length += size;
  mutant.length -= end - start;
}

static void replace_token(int64_t i, int64_t last, const char *words) {
  replace(tokens[i].start, tokens[last].end, words, strlen(words));
}

static char scratch[CAPACITY];

/* `count` times the same bytes, and bytes that close them. */
static void replace_repeated(size_t start, size_t end, const char *bytes, size_t size, int64_t count,
                             const char *closing, int64_t closings) {
  size_t length = 0;
  for (int64_t i = 0; i < count && length + size < CAPACITY; i++, length += size) {
    memcpy(scratch + length, bytes, size);
  }
  for (int64_t i = 0; i < closings && length + 1 < CAPACITY; i++) scratch[length++] = *closing;
  replace(start, end, scratch, length);
}

static void change_bytes(caller *c) {
  static const char bytes[] = "{}[]:,\"\\0123456789.eE+-nulltruefalse \t\n\x80\xff\xc3\x01";
  for (int64_t changes = from_to(c, 1, 8); changes && mutant.length; changes--) {
    const size_t at = (size_t)below(c, (int64_t)mutant.length);
    char byte = bytes[below(c, sizeof bytes - 1)];
    switch (below(c, 4)) {
      case 0: mutant.text[at] = (char)(mutant.text[at] ^ (1 << below(c, 8))); break;
      case 1: mutant.text[at] = byte; break;
      case 2: replace(at, at, &byte, 1); break;
      default: replace(at, at + 1, "", 0);
    }
  }
}

static void change_key(caller *c) {
  static const char *const keys[] = {"\"kind\"",  "\"units\"", "\"neuron\"",     "\"layers\"", "\"steps\"",
                                     "\"size\"",  "\"loss\"",  "\"threshold\"",  "\"t1\"",     "\"\"",
                                     "\"Kind\"",  "\"beta\"",  "\"kin\\u0064\"", "\"\\u0000\"", "\"\\ud800\"",
                                     "\"a\\nb\"", "\"seed\"",  "\"\xe2\x80\xa8\"", "kind",     "1"};
  const int64_t key = any_token(c, is_key);
  if (key < 0) return;
  const int64_t last = last_of_value(key + 2);
  const size_t start = tokens[key].start, end = tokens[last].end;
  switch (below(c, 5)) {
    case 0:
      /* Gone, with one of the commas beside it. */
      if (last + 1 < token_count && tokens[last + 1].type == ',') replace(start, tokens[last + 1].end, "", 0);
      else if (key > 0 && tokens[key - 1].type == ',') replace(tokens[key - 1].start, end, "", 0);
      else replace(start, end, "", 0);
      break;
    case 1:
      /* Twice, alike or not. */
      memcpy(scratch, mutant.text + start, end - start);
      memcpy(scratch + (end - start), ", ", 2);
      replace(start, start, scratch, end - start + 2);
      split();
      if (one_in(c, 2)) replace_token(key + 2, last_of_value(key + 2), evil_value(c));
      break;
    case 2:
      if (one_in(c, 20)) {
        memset(scratch, 'x', 1 << 19);
        scratch[0] = scratch[(1 << 19) - 1] = '"';
        replace(start, tokens[key].end, scratch, (size_t)1 << from_to(c, 6, 19));
        break;
      } /* fallthrough */
    default: replace_token(key, key, ANY(c, keys));
  }
}

static void change_value(caller *c) {
  const int64_t i = any_token(c, is_value);
  if (i < 0) return;
  const int64_t last = last_of_value(i), other = any_token(c, is_value);
  const char first = mutant.text[tokens[i].start];
  if (first >= '0' && first <= '9' && one_in(c, 2)) {
    /* A number that may well be right. */
    char number[32];
    if (one_in(c, 2)) snprintf(number, sizeof number, "%lld", (long long)below(c, 12));
    else snprintf(number, sizeof number, "%.*g", (int)from_to(c, 1, 17), uniform(c, 0, 1.2));
    replace_token(i, last, number);
  } else if (one_in(c, 6) && other >= 0) {
    /* Another value of the description. */
    const size_t size = tokens[last_of_value(other)].end - tokens[other].start;
    memcpy(scratch, mutant.text + tokens[other].start, size);
    replace(tokens[i].start, tokens[last].end, scratch, size);
  } else if (one_in(c, 6)) {
    /* A number of any size. */
    char number[64];
    const int length = snprintf(number, sizeof number, "%s%lld%s", one_in(c, 6) ? "-" : "",
                                (long long)(next(c) >> from_to(c, 1, 63)), one_in(c, 4) ? "e2" : "");
    replace(tokens[i].start, tokens[last].end, number, (size_t)length);
  } else {
    replace_token(i, last, evil_value(c));
  }
}

static void change_nesting(caller *c) {
  static const int64_t depths[] = {2, 10, 100, 510, 511, 512, 513, 514, 1000};
  const int64_t i = any_token(c, is_value);
  if (i < 0) return;
  const int64_t depth = one_in(c, 100) ? 100000 : ANY(c, depths);
  const int is_list = one_in(c, 2);
  const char *opening = is_list ? "[" : "{\"a\":";
  replace_repeated(tokens[i].start, tokens[last_of_value(i)].end, opening, strlen(opening), depth,
                   is_list ? "]" : "}", one_in(c, 4) ? 0 : depth);
}

static void change_text(caller *c) {
  static const char *const texts[] = {"\"\\u0000\"",        "\"qlif\\u0000\"", "\"\\ud800\"", "\"\\udc08\\ud83d\"",
                                      "\"\\ud83d\\udc08\"", "\"\\uZZZZ\"",     "\"\\u12\"",   "\"\\x41\"",
                                      "\"\xff\"",           "\"\xed\xa0\x80\"", "\"\xc0\x80\"", "\"a\tb\"",
                                      "\"\\\"",             "\"\xe2\x80\xa9\"", "\"\xc2\x85\"", "\"\x1b[31m\""};
  const int64_t i = any_token(c, is_value);
  if (i >= 0) replace_token(i, last_of_value(i), ANY(c, texts));
}

/* A value many times in its list, up to as much as is read. */
static void repeat(caller *c) {
  const int64_t i = any_token(c, is_value);
  if (i < 0) return;
  const size_t start = tokens[i].start, size = tokens[last_of_value(i)].end - start;
  const size_t most = one_in(c, 20) ? LONGEST : 4096;
  const int64_t count = from_to(c, 1, 1 + (int64_t)(most / (size + 2)));
  static char element[CAPACITY];
  if (size + 2 > sizeof element) return;
  memcpy(element, mutant.text + start, size);
  memcpy(element + size, ", ", 2);
  replace_repeated(start, start, element, size + 2, count, "", 0);
}

/* Blanks, until it is as long as may be, or one byte longer. */
static void pad(caller *c) {
  if (mutant.length >= LONGEST || !one_in(c, 20)) return;
  const size_t size = LONGEST + (size_t)one_in(c, 2) - mutant.length;
  memset(scratch, one_in(c, 2) ? ' ' : '\n', size);
  const size_t at = one_in(c, 4) ? (size_t)below(c, (int64_t)mutant.length + 1) : mutant.length;
  replace(at, at, scratch, size);
}

static void mutate(caller *c) {
  split();
  switch (below(c, 16)) {
    case 0: change_bytes(c); break;
    case 1: mutant.length = (size_t)below(c, (int64_t)mutant.length + 1); break;
    case 2:
    case 3:
    case 4: change_key(c); break;
    case 5: change_nesting(c); break;
    case 6: change_text(c); break;
    case 7: repeat(c); break;
    case 8: pad(c); break;
    default: change_value(c);
  }
}

/* ---- Use ----------------------------------------------------------------------------------- */

static const char *const subjects[] = {"network", "neuron", "loss", "trainer", "circuit"};
enum { NETWORK, NEURON, LOSS, TRAINER, CIRCUIT, SUBJECTS };

static qlif_network *tiny;

static int refuses(qlif_status status) {
  if (status < 0 || status >= STATUSES) fail("an unknown status");
  if (status != QLIF_OK) check_message();
  return status != QLIF_OK;
}

static void check_same(qlif_network *one, qlif_network *other) {
  int32_t count, same;
  if (qlif_network_parameter_count(one, &count) || qlif_network_parameter_count(other, &same) || count != same) {
    fail("not as many parameters");
  }
  for (int32_t i = 0; i < count; i++) {
    qlif_parameter a, b;
    if (qlif_network_parameter(one, i, &a) || qlif_network_parameter(other, i, &b)) fail("no parameter");
    if (a.size != b.size || memcmp(a.values, b.values, (size_t)a.size * sizeof *a.values)) fail("other parameters");
  }
}

/* One sample, where that is little work. */
static void run(qlif_network *network, const char *text) {
  static float values[1 << 12];
  int64_t shape[3], features = 1;
  int32_t rank;
  long long steps;
  const char *at = strstr(text, "\"steps\": ");
  if (!at || sscanf(at + 9, "%lld", &steps) != 1) fail("a network without steps");
  if (qlif_network_layer_shape(network, -1, shape, &rank)) fail("a network without an input");
  for (int32_t axis = 0; axis < rank; axis++) {
    if (shape[axis] > 1 << 12) return;
    features *= shape[axis];
  }
  if (features > 1 << 12 || steps > 100) return;
  for (int64_t i = 0; i < features; i++) values[i] = (float)(i % 3) / 2;
  const qlif_input input = {values, features, 1, 0};
  int64_t label;
  refuses(qlif_network_predict(network, &input, NULL, &label, NULL, NULL));
}

static int accepts_network(caller *c, const char *text) {
  qlif_network *made, *again;
  if (refuses(qlif_network_create(text, &made))) return 0;
  const char *described, *twice;
  if (qlif_network_description(made, &described)) fail("a network that does not say what it is");
  const qlif_status status = qlif_network_create(described, &again);
  if (status == QLIF_OK) {
    if (qlif_network_description(again, &twice)) fail("a network that does not say what it is");
    if (strcmp(described, twice)) fail("a description that changes");
    check_same(made, again);
    qlif_network_destroy(again);
  } else if (status != QLIF_ERROR_OUT_OF_MEMORY) {
    fail("refused what a network says of itself");
  }
  if (one_in(c, 8)) run(made, described);
  qlif_network_destroy(made);
  return 1;
}

static int accepts_trainer(const char *text) {
  qlif_trainer *made, *again;
  const int is_refused = refuses(qlif_trainer_create(tiny, text, &made));
  if (refuses(qlif_check("trainer", text)) != is_refused) fail("a check that does not tell what comes");
  if (is_refused) return 0;
  char *described, *twice;
  if (qlif_trainer_description(made, &described)) fail("a trainer that does not say what it is");
  if (qlif_trainer_create(tiny, described, &again)) fail("refused what a trainer says of itself");
  if (qlif_trainer_description(again, &twice)) fail("a trainer that does not say what it is");
  if (strcmp(described, twice)) fail("a description that changes");
  qlif_free(described);
  qlif_free(twice);
  qlif_trainer_destroy(made);
  qlif_trainer_destroy(again);
  return 1;
}

static int accepts_loss(const char *text, const char *kind) {
  static const float values[4], results[2] = {0, 1};
  static const int64_t label;
  const qlif_input input = {values, 4, 1, 0};
  const int takes_values = strcmp(kind, "cross_entropy") != 0;
  const qlif_target target = {takes_values ? NULL : &label, takes_values ? results : NULL, takes_values ? 2 : 0};
  double value;
  const int is_refused = refuses(qlif_network_loss_and_gradients(tiny, &input, &target, text, &value, NULL));
  const int is_unfit = refuses(qlif_check(kind, text));
  /* A check knows the kind. */
  if (is_unfit && !is_refused) fail("a check that does not tell what comes");
  return !is_refused;
}

static int accepts_circuit(const char *text) {
  const double alpha = 0.3, drive = 0.5, delay = 0.5;
  double phi, theta, wait;
  const int is_refused =
      refuses(qlif_circuit_angles(text, NULL, 0, 1, &alpha, &drive, &delay, &phi, &theta, &wait));
  const int is_unfit = refuses(qlif_check("circuit", text));
  if (is_unfit && !is_refused) fail("a check that does not tell what comes");
  /* Constants that are allowed may turn by an angle that is none. */
  return !is_refused;
}

/* Describes something allowed, changes it, and says whether that is accepted. */
static int try(caller *c, int subject) {
  description d;
  kind_name kind = any_kind(c, "neuron");
  switch (subject) {
    case NETWORK: describe_network(c, &d); break;
    case NEURON: describe_neuron(c, &d, kind.text); break;
    case LOSS:
      describe_loss(c, &d);
      if (sscanf(d.text, "{\"kind\": \"%31[^\"]\"", kind.text) != 1) fail("a loss without a kind");
      break;
    case TRAINER: describe_trainer(c, &d); break;
    default: describe_circuit(c, &d, 1);
  }
  mutant.length = d.length;
  memcpy(mutant.text, d.text, d.length);
  for (int64_t changes = one_in(c, 2) ? 1 : from_to(c, 1, 4); changes; changes--) mutate(c);
  /* A text ends at its first NUL. */
  mutant.text[mutant.length] = 0;
  const size_t size = strlen(mutant.text) + 1;
  guarded_reset(&c->buffers);
  char *text = guarded_take(&c->buffers, size, 0);
  if (!text) fail("no more guarded buffers");
  memcpy(text, mutant.text, size);
  int is_accepted;
  switch (subject) {
    case NETWORK: is_accepted = accepts_network(c, text); break;
    case NEURON: is_accepted = !refuses(qlif_check(kind.text, text)); break;
    case LOSS: is_accepted = accepts_loss(text, kind.text); break;
    case TRAINER: is_accepted = accepts_trainer(text); break;
    default: is_accepted = accepts_circuit(text);
  }
  if (is_accepted && size - 1 > LONGEST) fail("accepted a text that is too long");
  if (memcmp(text, mutant.text, size)) fail("changed its input");
  return is_accepted;
}

/* ---- The whole ----------------------------------------------------------------------------- */

#ifndef SANITIZED
static long memory_in_use(void) {
  long pages = 0;
  FILE *stream = fopen("/proc/self/statm", "r");
  if (!stream || fscanf(stream, "%ld", &pages) != 1) fail("no /proc/self/statm");
  fclose(stream);
  return pages * sysconf(_SC_PAGESIZE);
}
#endif

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint64_t accepted[SUBJECTS], refused[SUBJECTS], slowest;
static double longest;

static void *work(void *argument) {
  caller *c = argument;
  double before = seconds();
  for (c->number = 0; c->number < c->wanted; c->number++) {
    const int subject = (int)(one_in(c, 2) ? NETWORK : below(c, SUBJECTS));
    alarm(SECONDS_A_CALL);
    ++*(try(c, subject) ? &accepted[subject] : &refused[subject]);
    const double now = seconds();
    if (now - before > longest) longest = now - before, slowest = c->number;
    before = now;
  }
  return NULL;
}

/* MiB of memory that this program had at the most: getrusage also counts the program that started it. */
static long most_memory(void) {
  long kibibytes = 0;
  char line[256];
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status)) sscanf(line, "VmHWM: %ld kB", &kibibytes);
  if (status) fclose(status);
  return kibibytes >> 10;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: mutated_descriptions SEED COUNT\n");
    return 2;
  }
  static caller c;
  callers = &c;
  caller_count = 1;
  c.seed = c.random = strtoull(arguments[1], NULL, 10);
  c.wanted = strtoull(arguments[2], NULL, 10);
  report_deaths();
  static const char words[] =
      "{\"input_shape\": [4], \"steps\": 3, \"layers\": [{\"kind\": \"dense\", \"units\": 2, \"neuron\": {\"kind\": \"lif\"}}]}";
  if (!guarded_open(&c.buffers) || qlif_network_create(words, &tiny)) return 2;
  pthread_attr_t thread;
  pthread_attr_init(&thread);
#ifndef SANITIZED
  pthread_attr_setstacksize(&thread, STACK_KIBIBYTES << 10);
  const rlim_t granted = (rlim_t)memory_in_use() + ((rlim_t)GRANTED_MEBIBYTES << 20);
  setrlimit(RLIMIT_AS, &(struct rlimit){granted, granted});
#endif
  pthread_t id;
  if (pthread_create(&id, &thread, work, &c)) return 2;
  pthread_join(id, NULL);
  for (int subject = 0; subject < SUBJECTS; subject++) {
    printf("%-8s %8llu accepted %8llu refused\n", subjects[subject], (unsigned long long)accepted[subject],
           (unsigned long long)refused[subject]);
  }
  const long most = most_memory();
  printf("%llu descriptions, seed %llu: %ld MiB at the most, %.2f s for the slowest (%llu)\n", (unsigned long long)c.wanted,
         (unsigned long long)c.seed, most, longest, (unsigned long long)slowest);
#ifndef SANITIZED
  if (most > MOST_MEBIBYTES) fail("more memory than was granted");
#endif
  qlif_network_destroy(tiny);
  guarded_close(&c.buffers);
  return 0;
}
