/* process.c - see process.h. */
#include "sync/carrier/process.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define PROBE_BYTES (512U * 1024U) /* about what a store, its keys and a PIN take */

void process_secure(struct process_safety *out)
{
    const struct rlimit none = {0, 0};
    bool limited = setrlimit(RLIMIT_CORE, &none) == 0;
    /* A core piped to a program has no limit: that goes by this. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    bool hidden = true; /* a sanitizer looks into the process itself */
#else
    bool hidden = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
#endif
    out->no_core = limited && hidden;
    void *probe = sodium_malloc(PROBE_BYTES);
    out->locks = probe != NULL && sodium_mlock(probe, PROBE_BYTES) == 0;
    sodium_free(probe);
}

void process_keys_said(const char *name, const struct process_safety *s)
{
    if (!s->no_core) {
        fprintf(stderr, "%s: the system does not let core dumps be turned off\n", name);
    }
    if (!s->locks) {
        fprintf(stderr,
                "%s: the system refuses to lock memory (ulimit -l): keys may be written to the "
                "swap file\n",
                name);
    }
}
