/* Faults that no test can wait for: a disk that is full from a chosen write on, and a clock that was set.

   Preloaded into a program (LD_PRELOAD). Writes count where they go under FAULTS_UNDER: whatever writes, Python, SQLite
   or libsndfile, comes through here. faults_* are set from inside, through ctypes. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

int faults_at = 0;      /* the first write that finds no space, from 1; 0: never */
int faults_once = 0;    /* only that one */
int faults_short = 0;   /* it takes half of what it is given, as the last write before a disk is full does */
int faults_count = 0;   /* writes so far */
long faults_clock_s = 0; /* added to the clock of the day */

static int under(const char *path) {
    const char *root = getenv("FAULTS_UNDER");
    return root && *root && path && strncmp(path, root, strlen(root)) == 0;
}

static int under_fd(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return under(path);
}

/* 0: as it was asked. 1: no space. 2: half of it. */
static int full(void) {
    int now = __sync_add_and_fetch(&faults_count, 1);
    if (!faults_at || now < faults_at || (faults_once && now > faults_at)) return 0;
    return now == faults_at && faults_short ? 2 : 1;
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define REFUSE do { errno = ENOSPC; return -1; } while (0)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(write);
    int how = under_fd(fd) ? full() : 0;
    if (how == 1) REFUSE;
    return real(fd, data, how == 2 && size > 1 ? size / 2 : size);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    REAL(pwrite64);
    int how = under_fd(fd) ? full() : 0;
    if (how == 1) REFUSE;
    return real(fd, data, how == 2 && size > 1 ? size / 2 : size, at);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    return pwrite64(fd, data, size, at);
}

int ftruncate64(int fd, off64_t size) {
    REAL(ftruncate64);
    struct stat now;
    if (under_fd(fd) && fstat(fd, &now) == 0 && size > now.st_size && full()) REFUSE;
    return real(fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int fsync(int fd) {
    REAL(fsync);
    if (under_fd(fd) && full()) REFUSE;
    return real(fd);
}

int fdatasync(int fd) {
    REAL(fdatasync);
    if (under_fd(fd) && full()) REFUSE;
    return real(fd);
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    if (under(path) && access(path, F_OK) != 0 && full()) REFUSE;
    return real(path, mode);
}

int rename(const char *from, const char *to) {
    REAL(rename);
    if (under(to) && full()) REFUSE;
    return real(from, to);
}

static int creates(const char *path, int flags) {
    return (flags & O_CREAT) && under(path) && access(path, F_OK) != 0;
}

#define OPENS(name) \
int name(const char *path, int flags, ...) { \
    REAL(name); \
    mode_t mode = 0; \
    if (flags & O_CREAT) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); } \
    if (creates(path, flags) && full()) REFUSE; \
    return real(path, flags, mode); \
}
OPENS(open)
OPENS(open64)

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(clock_gettime);
    int answer = real(clock, now);
    if (answer == 0 && clock == CLOCK_REALTIME) now->tv_sec += faults_clock_s;
    return answer;
}
