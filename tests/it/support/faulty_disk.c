/* A disk that is full or loses writes when it is told to. Preloaded into a program, it reads its orders from the first letter
   of the file that LECTERN_TEST_DISK names: `f` lets no file of the database grow, `s` lets no sync of one succeed, and with `r`
   the files of Recordings have room for all of a write but its last byte. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int ordered(char order, int fd, const char *where) {
    const char *orders = getenv("LECTERN_TEST_DISK");
    char given = 0, link[64], path[4096];
    long file = orders ? syscall(SYS_openat, AT_FDCWD, orders, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    syscall(SYS_read, file, &given, 1);
    syscall(SYS_close, file);
    if (given != order) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, where) != NULL;
}

/* How much of a write has room; what is there already may be overwritten, as on a real disk. */
static ssize_t room(int fd, size_t count, off_t at) {
    struct stat now;
    if (ordered('r', fd, "/recordings/")) {
        if (count > 1) return (ssize_t)count - 1;
        errno = ENOSPC;
        return -1;
    }
    if (!ordered('f', fd, "/lectern.db") || fstat(fd, &now) != 0 || at + (off_t)count <= now.st_size) return (ssize_t)count;
    if (at < now.st_size) return now.st_size - at;
    errno = ENOSPC;
    return -1;
}

ssize_t write(int fd, const void *from, size_t count) {
    ssize_t fits = room(fd, count, lseek(fd, 0, SEEK_CUR));
    return fits < 0 ? fits : syscall(SYS_write, fd, from, fits);
}

ssize_t pwrite(int fd, const void *from, size_t count, off_t at) {
    ssize_t fits = room(fd, count, at);
    return fits < 0 ? fits : syscall(SYS_pwrite64, fd, from, fits, at);
}

ssize_t pwrite64(int fd, const void *from, size_t count, off64_t at) { return pwrite(fd, from, count, at); }

static int sync_of(int fd, long call) {
    if (ordered('s', fd, "/lectern.db")) {
        errno = EIO;
        return -1;
    }
    return syscall(call, fd);
}

int fsync(int fd) { return sync_of(fd, SYS_fsync); }

int fdatasync(int fd) { return sync_of(fd, SYS_fdatasync); }
