// A shim for LD_PRELOAD that makes one call of one libc function fail, so that a test can walk over every system call of a real program.
//   ENTENTE_FAULT=FUNCTION:N:WHAT   the N-th call (from 1) of FUNCTION does WHAT: EIO, ENOSPC, EINTR, SHORT (half is done), KILL_BEFORE,
//                                   KILL_AFTER (SIGKILL to itself before or after the call)
//   ENTENTE_FAULT_COUNTS=FILE       at exit, one line "FUNCTION CALLS" for each function
// Only calls that concern the folder ENTENTE_FAULT_FOLDER count: its files are known by path at open, then by descriptor.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { kOpen, kRead, kPread, kWrite, kPwrite, kFdatasync, kFsync, kFtruncate, kFallocate, kRename, kUnlink, kMkdir, kFlock, kClose, kFunctions };
static const char* const kNames[kFunctions] = {"open",      "read",      "pread",  "write",  "pwrite", "fdatasync", "fsync",
                                               "ftruncate", "fallocate", "rename", "unlink", "mkdir",  "flock",     "close"};
enum { kMaxFd = 4096 };
static int calls[kFunctions];
static char watched[kMaxFd];

static int in_folder(const char* path) {
  const char* folder = getenv("ENTENTE_FAULT_FOLDER");
  return folder != NULL && path != NULL && strncmp(path, folder, strlen(folder)) == 0;
}
static int is_watched(int fd) { return fd >= 0 && fd < kMaxFd && watched[fd]; }

// What the test wants of this call: nothing (NULL), or the WHAT.
static const char* plan(int function) {
  static char text[128];
  const char* fault = getenv("ENTENTE_FAULT");
  ++calls[function];
  if (fault == NULL) return NULL;
  snprintf(text, sizeof text, "%s:%d:", kNames[function], calls[function]);
  if (strncmp(fault, text, strlen(text)) != 0) return NULL;
  return fault + strlen(text);
}
static int failure(const char* what) {
  if (what == NULL) return 0;
  if (strcmp(what, "KILL_BEFORE") == 0) raise(SIGKILL);
  if (strcmp(what, "EIO") == 0) return EIO;
  if (strcmp(what, "ENOSPC") == 0) return ENOSPC;
  if (strcmp(what, "EINTR") == 0) return EINTR;
  return 0;
}
static int is(const char* what, const char* wanted) { return what != NULL && strcmp(what, wanted) == 0; }
static void after(const char* what) {
  if (is(what, "KILL_AFTER")) raise(SIGKILL);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define CALL(function, counted, result_type, expression)   \
  do {                                                      \
    if (!(counted)) return (expression);                    \
    const char* what = plan(function);                      \
    const int error = failure(what);                        \
    if (error != 0) return errno = error, (result_type) - 1; \
    const result_type result = (expression);                \
    const int saved = errno;                                \
    after(what);                                            \
    errno = saved;                                          \
    return result;                                          \
  } while (0)

static int opened(int fd, const char* path) {
  if (fd >= 0 && fd < kMaxFd) watched[fd] = (char)in_folder(path);
  return fd;
}
static int do_open(const char* path, int flags, mode_t mode) { return opened(REAL(open)(path, flags, mode), path); }

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  CALL(kOpen, in_folder(path), int, do_open(path, flags, mode));
}
int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  CALL(kOpen, in_folder(path), int, do_open(path, flags, mode));
}
static int do_close(int fd) {
  if (fd >= 0 && fd < kMaxFd) watched[fd] = 0;
  return REAL(close)(fd);
}
int close(int fd) { CALL(kClose, is_watched(fd), int, do_close(fd)); }

// SHORT on a transfer: half of it.
#define TRANSFER(function, fd, size, expression)                       \
  do {                                                                 \
    if (!is_watched(fd)) return (expression);                          \
    const char* what = plan(function);                                 \
    const int error = failure(what);                                   \
    if (error != 0) return errno = error, -1;                          \
    if (is(what, "SHORT") && size > 1) size /= 2;                      \
    const ssize_t result = (expression);                               \
    const int saved = errno;                                           \
    after(what);                                                       \
    errno = saved;                                                     \
    return result;                                                     \
  } while (0)
ssize_t read(int fd, void* out, size_t size) { TRANSFER(kRead, fd, size, REAL(read)(fd, out, size)); }
ssize_t write(int fd, const void* bytes, size_t size) { TRANSFER(kWrite, fd, size, REAL(write)(fd, bytes, size)); }
ssize_t pread(int fd, void* out, size_t size, off_t at) { TRANSFER(kPread, fd, size, REAL(pread)(fd, out, size, at)); }
ssize_t pread64(int fd, void* out, size_t size, off64_t at) { TRANSFER(kPread, fd, size, REAL(pread)(fd, out, size, at)); }
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) { TRANSFER(kPwrite, fd, size, REAL(pwrite)(fd, bytes, size, at)); }
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) { TRANSFER(kPwrite, fd, size, REAL(pwrite)(fd, bytes, size, at)); }

int fdatasync(int fd) { CALL(kFdatasync, is_watched(fd), int, REAL(fdatasync)(fd)); }
int fsync(int fd) { CALL(kFsync, is_watched(fd), int, REAL(fsync)(fd)); }
int ftruncate(int fd, off_t size) { CALL(kFtruncate, is_watched(fd), int, REAL(ftruncate)(fd, size)); }
int ftruncate64(int fd, off64_t size) { CALL(kFtruncate, is_watched(fd), int, REAL(ftruncate)(fd, size)); }
int fallocate(int fd, int mode, off_t at, off_t size) { CALL(kFallocate, is_watched(fd), int, REAL(fallocate)(fd, mode, at, size)); }
int fallocate64(int fd, int mode, off64_t at, off64_t size) { CALL(kFallocate, is_watched(fd), int, REAL(fallocate)(fd, mode, at, size)); }
int flock(int fd, int operation) { CALL(kFlock, is_watched(fd), int, REAL(flock)(fd, operation)); }
int rename(const char* from, const char* to) { CALL(kRename, in_folder(to), int, REAL(rename)(from, to)); }
int unlink(const char* path) { CALL(kUnlink, in_folder(path), int, REAL(unlink)(path)); }
int mkdir(const char* path, mode_t mode) { CALL(kMkdir, in_folder(path), int, REAL(mkdir)(path, mode)); }

__attribute__((destructor)) static void report_counts(void) {
  const char* path = getenv("ENTENTE_FAULT_COUNTS");
  if (path == NULL) return;
  FILE* out = fopen(path, "w");
  if (out == NULL) return;
  for (int i = 0; i < kFunctions; ++i) fprintf(out, "%s %d\n", kNames[i], calls[i]);
  fclose(out);
}
