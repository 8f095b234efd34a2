/* kill_trace.h - a child that is killed at a chosen place: before its k-th system call, or after so
 * many microseconds. */
#ifndef TESTS_FAULT_KILL_TRACE_H
#define TESTS_FAULT_KILL_TRACE_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* kill_ready: called by the child where counting shall begin. False: it may not be traced here. */
bool kill_ready(void);
/* kill_at: let the child run up to its k-th stop after kill_ready (each call has one before and one
 * after), then kill it. *killed: it was; else it ended by itself. Returns the stops that were seen.
 * *status as of waitpid. */
uint64_t kill_at(pid_t child, uint64_t k, bool *killed, int *status);
/* kill_after: the same by the clock; the child has not called kill_ready. */
void kill_after(pid_t child, unsigned us, bool *killed, int *status);
#endif
