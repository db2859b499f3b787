/* Calls that save and load. */
#ifndef CALLS_FILES_H
#define CALLS_FILES_H

#include <sys/stat.h>

#include "arguments.h"

static void make_files(caller *c) {
  char name[300];
  const char *base = getenv("TMPDIR");
  snprintf(c->folder, sizeof c->folder, "%.200s/qlif-XXXXXX", base ? base : "/tmp");
  if (!mkdtemp(c->folder)) fail("no folder");
  snprintf(name, sizeof name, "%s/fifo", c->folder);
  if (mkfifo(name, 0600)) fail("no FIFO");
  snprintf(name, sizeof name, "%s/link", c->folder);
  if (symlink("b.safetensors", name)) fail("no link");
  snprintf(name, sizeof name, "%s/notes.txt", c->folder);
  FILE *notes = fopen(name, "w");
  if (!notes || fputs("not a model\n", notes) < 0 || fclose(notes)) fail("no file");
}

static void remove_files(const caller *c) {
  char command[300];
  snprintf(command, sizeof command, "rm -r '%s'", c->folder);
  if (system(command)) fprintf(stderr, "random_calls: %s stays\n", c->folder);
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

static void adopt_both(caller *c, qlif_trainer *trainer_made, qlif_network *network_made) {
  shape s;
  look(c, network_made, &s);
  adopt_trainer(c, trainer_made, &s);
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
      CALL(qlif_network_save, network(c, n), required(c, path(c, 0)));
      break;
    case 1:
      if (!CALL(qlif_network_load, required(c, path(c, 1)), required(c, made))) adopt(c, *made);
      break;
    case 2:
      if (t->handle && !is_small(&t->shape)) return;
      CALL(qlif_trainer_save, trainer(c, t), required(c, path(c, 0)));
      break;
    default:
      if (!CALL(qlif_trainer_load, required(c, path(c, 1)), required(c, trained), required(c, made))) {
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
      is_trainer ? CALL(qlif_trainer_serialize, trainer(c, t), required(c, written), required(c, size))
                 : CALL(qlif_network_serialize, network(c, n), required(c, written), required(c, size));
  if (status != QLIF_OK) return;
  uint8_t *mine = *written;
  int64_t given = *size;
  begin(c);
  if (given > 1 << 22) {
    free_memory(c, mine);
    return;
  }
  const int is_damaged = c->is_hostile && one_in(c, 2);
  if (is_damaged && one_in(c, 2)) given = below(c, given);
  uint8_t *text_given = take(c, (size_t)given);
  memcpy(text_given, mine, (size_t)given);
  free_memory(c, mine);
  if (is_damaged && given) text_given[below(c, given)] ^= (uint8_t)(1 << below(c, 8));
  watch(c, text_given, (size_t)given, 1);
  if (is_evil(c)) given = -1 - below(c, INT64_MAX), c->must_refuse = 1;
  qlif_network **made = out(c, sizeof *made);
  qlif_trainer **trained = out(c, sizeof *trained);
  if (is_trainer && !one_in(c, 4)) {
    if (!CALL(qlif_trainer_deserialize, required(c, text_given), given, required(c, trained), required(c, made))) {
      adopt_both(c, *trained, *made);
    }
  } else if (!CALL(qlif_network_deserialize, required(c, text_given), given, required(c, made))) {
    adopt(c, *made);
  }
}

#endif
