/* kill_trace.c - see kill_trace.h. The system calls of a traced child are what it does to the disk,
 * in LMDB as in our own code: each is a place to die, and every run finds the same ones. */
#define _DEFAULT_SOURCE
#include "tests/fault/kill_trace.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool kill_ready(void)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
        return false;
    }
    return raise(SIGSTOP) == 0;
}

static void wait_for(pid_t child, int *status)
{
    while (waitpid(child, status, 0) < 0 && errno == EINTR) {
    }
}

uint64_t kill_at(pid_t child, uint64_t k, bool *killed, int *status)
{
    uint64_t n = 0;
    *killed = false;
    wait_for(child, status); /* its SIGSTOP, or its end */
    while (WIFSTOPPED(*status)) {
        if (n == k && k != 0) {
            kill(child, SIGKILL);
            *killed = true;
            wait_for(child, status);
            break;
        }
        int pass =
            WSTOPSIG(*status) == SIGTRAP || WSTOPSIG(*status) == SIGSTOP ? 0 : WSTOPSIG(*status);
        n++;
        if (ptrace(PTRACE_SYSCALL, child, NULL, (void *)(intptr_t)pass) != 0) {
            break;
        }
        wait_for(child, status);
    }
    return n;
}

void kill_after(pid_t child, unsigned us, bool *killed, int *status)
{
    struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000};
    nanosleep(&t, NULL);
    kill(child, SIGKILL);
    wait_for(child, status);
    *killed = WIFSIGNALED(*status) && WTERMSIG(*status) == SIGKILL;
}
