#define _GNU_SOURCE
#include "machine.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

int machine_x86_64_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return 4;
  if (__builtin_cpu_supports("x86-64-v3")) return 3;
  return 1;
#else
  return 0;
#endif
}

int machine_core_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

/* The first number in a file of a control group, and the second where `second` is not NULL; 0 on failure, as where the
 * file says "max" or -1: no limit. */
static int read_limit(const char *folder, const char *file, long long *first, long long *second) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/%s", folder, file) >= (int)sizeof path) return 0;
  FILE *stream = fopen(path, "re");
  if (!stream) return 0;
  int wanted = second ? 2 : 1;
  int found = second ? fscanf(stream, "%lld %lld", first, second) : fscanf(stream, "%lld", first);
  fclose(stream);
  return found == wanted && *first > 0 && (!second || *second > 0);
}

typedef void visit(const char *folder, int version, long long *least);

static void least_cores(const char *folder, int version, long long *least) {
  long long quota, period;
  int limited = version == 2 ? read_limit(folder, "cpu.max", &quota, &period)
                             : read_limit(folder, "cpu.cfs_quota_us", &quota, NULL) &&
                                   read_limit(folder, "cpu.cfs_period_us", &period, NULL);
  if (!limited) return;
  long long cores = quota / period + (quota % period != 0);
  if (cores < *least) *least = cores;
}

/* The number behind `key` in a file of lines "key number"; 0 where there is none. */
static long long read_entry(const char *folder, const char *file, const char *key) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/%s", folder, file) >= (int)sizeof path) return 0;
  FILE *stream = fopen(path, "re");
  if (!stream) return 0;
  char name[64];
  long long value, found = 0;
  while (fscanf(stream, "%63s %lld", name, &value) == 2)
    if (strcmp(name, key) == 0) found = value;
  fclose(stream);
  return found;
}

static void least_memory(const char *folder, int version, long long *least) {
  long long limit, used;
  const char *limit_file = version == 2 ? "memory.max" : "memory.limit_in_bytes";
  const char *used_file = version == 2 ? "memory.current" : "memory.usage_in_bytes";
  if (!read_limit(folder, limit_file, &limit, NULL) || !read_limit(folder, used_file, &used, NULL)) return;
  /* Files that are kept in memory give way. */
  used -= read_entry(folder, "memory.stat", version == 2 ? "file" : "total_cache");
  long long left = limit > used ? limit - used : 0;
  if (left < *least) *least = left;
}

/* Whether `controller` is one of a list with commas between. */
static int lists(const char *controllers, const char *controller) {
  size_t length = strlen(controller);
  for (const char *place = controllers; (place = strstr(place, controller)); place += length)
    if ((place == controllers || place[-1] == ',') && (place[length] == 0 || place[length] == ',')) return 1;
  return 0;
}

/* Visits the control group of this process and all above it: the least of their limits counts. */
static void visit_groups(const char *root, const char *controller, visit *visit, long long *least) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/proc/self/cgroup", root) >= (int)sizeof path) return;
  FILE *stream = fopen(path, "re");
  if (!stream) return;
  char line[PATH_MAX];
  while (fgets(line, sizeof line, stream)) {
    /* number:controllers:group, the second empty in version 2 */
    line[strcspn(line, "\n")] = 0;
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group) continue;
    controllers++;
    *group++ = 0;
    int version = *controllers ? 1 : 2;
    if (version == 1 && !lists(controllers, controller)) continue;
    char folder[PATH_MAX];
    int mount = version == 2 ? snprintf(folder, sizeof folder, "%s/sys/fs/cgroup", root)
                             : snprintf(folder, sizeof folder, "%s/sys/fs/cgroup/%s", root, controller);
    if (mount < 0 || mount + strlen(group) >= sizeof folder) continue;
    strcpy(folder + mount, group);
    for (;;) {
      visit(folder, version, least);
      char *last = strrchr(folder + mount, '/');
      if (!last) break;
      *last = 0;
    }
  }
  fclose(stream);
}

int machine_core_quota(const char *root) {
  long long least = INT_MAX;
  visit_groups(root, "cpu", least_cores, &least);
  return (int)least;
}

/* What `ulimit -v` leaves of the address space of this process. */
static void least_address_space(const char *root, long long *least) {
  struct rlimit limit;
  char path[PATH_MAX];
  long long pages;
  if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > INT64_MAX) return;
  if (snprintf(path, sizeof path, "%s/proc", root) >= (int)sizeof path) return;
  if (!read_limit(path, "self/statm", &pages, NULL)) return;
  long long used = pages * sysconf(_SC_PAGESIZE);
  long long left = (long long)limit.rlim_cur > used ? (long long)limit.rlim_cur - used : 0;
  if (left < *least) *least = left;
}

int64_t machine_available_memory(const char *root) {
  long long least = INT64_MAX;
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/proc/meminfo", root) < (int)sizeof path) {
    FILE *stream = fopen(path, "re");
    char line[256];
    long long kilobytes;
    while (stream && fgets(line, sizeof line, stream))
      if (sscanf(line, "MemAvailable: %lld kB", &kilobytes) == 1 && kilobytes < INT64_MAX / 1024)
        least = kilobytes * 1024;
    if (stream) fclose(stream);
  }
  visit_groups(root, "memory", least_memory, &least);
  least_address_space(root, &least);
  return least;
}
