/* Buffers of an exact size: the next byte lies on a page that faults when it is touched. */
#ifndef GUARDED_H
#define GUARDED_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { GUARDED_SLOTS = 128, GUARDED_SLOT = 1 << 16, GUARDED_PAGE = 1 << 12 };

/* Hands out buffers that live until they are all taken back at once. */
typedef struct guarded {
  char *slots; /* each GUARDED_SLOT bytes between two forbidden pages */
  int used;
  struct {
    void *pages;
    size_t size;
  } large[16];
  int large_used;
} guarded;

static char *guarded_map(size_t size) {
  char *pages = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return pages == MAP_FAILED ? NULL : pages;
}

static int guarded_open(guarded *g) {
  const size_t stride = GUARDED_SLOT + GUARDED_PAGE;
  memset(g, 0, sizeof *g);
  g->slots = guarded_map(GUARDED_SLOTS * stride + GUARDED_PAGE);
  if (!g->slots) return 0;
  for (int slot = 0; slot < GUARDED_SLOTS; slot++) {
    char *first = g->slots + GUARDED_PAGE + (size_t)slot * stride;
    if (mprotect(first, GUARDED_SLOT, PROT_READ | PROT_WRITE)) return 0;
  }
  return 1;
}

/* `size` bytes, which end at a forbidden page or, if `at_front`, begin behind one. NULL: no more room. */
static void *guarded_take(guarded *g, size_t size, int at_front) {
  size_t room = GUARDED_SLOT;
  char *first;
  if (size <= room) {
    if (g->used == GUARDED_SLOTS) return NULL;
    first = g->slots + GUARDED_PAGE + (size_t)g->used++ * (GUARDED_SLOT + GUARDED_PAGE);
  } else {
    if (g->large_used == 16) return NULL;
    room = (size + GUARDED_PAGE - 1) / GUARDED_PAGE * GUARDED_PAGE;
    char *pages = guarded_map(room + 2 * GUARDED_PAGE);
    if (!pages) return NULL;
    g->large[g->large_used].pages = pages;
    g->large[g->large_used++].size = room + 2 * GUARDED_PAGE;
    first = pages + GUARDED_PAGE;
    if (mprotect(first, room, PROT_READ | PROT_WRITE)) return NULL;
  }
  return at_front ? first : first + room - size;
}

static void guarded_reset(guarded *g) {
  g->used = 0;
  while (g->large_used) {
    g->large_used--;
    munmap(g->large[g->large_used].pages, g->large[g->large_used].size);
  }
}

static void guarded_close(guarded *g) {
  guarded_reset(g);
  munmap(g->slots, GUARDED_SLOTS * (GUARDED_SLOT + GUARDED_PAGE) + GUARDED_PAGE);
}

#endif
