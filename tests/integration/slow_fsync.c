/* Preloaded into a store: each fsync takes 900 ms, as on a busy disk. */
#include <time.h>

static int slow(void) {
    struct timespec wanted = {0, 900000000};
    nanosleep(&wanted, 0);
    return 0;
}

int fsync(int fd) { (void)fd; return slow(); }
int fdatasync(int fd) { (void)fd; return slow(); }
