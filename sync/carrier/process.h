/* process.h - what a process that holds keys asks of the kernel. */
#ifndef SYNC_CARRIER_PROCESS_H
#define SYNC_CARRIER_PROCESS_H
#include <stdbool.h>

struct process_safety {
    bool no_core; /* no core file, and no other process of this user may look into this one */
    bool locks;   /* memory for keys can be kept out of the swap file */
};
/* process_secure: once, first thing in main, after sodium_init. What is refused is false. */
void process_secure(struct process_safety *out);
/* process_keys_said: a line on stderr for what was refused; `name` of the program. */
void process_keys_said(const char *name, const struct process_safety *s);
#endif
