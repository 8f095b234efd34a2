/* ctl_verify_fork.h - docketctl verify of a proof that a journal has two histories. */
#ifndef SYNC_CTL_CTL_VERIFY_FORK_H
#define SYNC_CTL_CTL_VERIFY_FORK_H
#include "core/base/slice.h"

/* ctl_verify_fork: check `file` (forks_file_is) against hq.pub alone and say what it proves and
 * what not; the exit code. `name` is of hq.pub, for the sentence when it cannot be used. */
int ctl_verify_fork(bytes file, bytes pub, const char *name, bool json);
#endif
