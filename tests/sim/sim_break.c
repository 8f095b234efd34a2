/* sim_break.c - a write that fails once: the disk says EIO and nothing of the transaction is there.
 *
 * The linker turns LMDB's commit over to this file (sim_calls.txt). What tests/fault does at every
 * call, one at a time, happens here in the middle of a schedule. */
#include "tests/sim/sim.h"

#include <errno.h>
#include <lmdb.h>

/* A wrapped call has no context: this is the one state outside of the world. One thread. */
static struct {
    unsigned left; /* commits until the one that fails; 0: none will */
    bool fired;
} due;

int __real_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t)
{
    if (due.left == 0 || --due.left != 0) {
        return __real_mdb_txn_commit(t);
    }
    due.fired = true;
    mdb_txn_abort(t);
    return EIO;
}

void sim_break_next(unsigned commits)
{
    due.left = commits;
    due.fired = false;
}

bool sim_break_fired(void)
{
    return due.fired;
}
