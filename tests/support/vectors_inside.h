/* vectors_inside.h - what the two files that make vectors share. */
#ifndef TESTS_VECTORS_INSIDE_H
#define TESTS_VECTORS_INSIDE_H
#include "tests/support/vectors.h"

/* vectors_die: print and exit(99). */
void vectors_die(const char *what, const char *rule) __attribute__((noreturn));
/* vectors_add: a new one, expected to hold. vectors_again: a copy of another, to be altered. */
struct vector *vectors_add(struct vectors *t, const char *name, const char *type,
                           const uint8_t pk[32]);
struct vector *vectors_again(struct vectors *t, const char *name, const char *of,
                             const char *expect, const char *rule);
/* vectors_entry: the next entry of a chain. vectors_visit_body: {1: visit, ? extra_key: value}. */
void vectors_entry(struct vectors *t, const char *name, struct sample_party *p,
                   struct chain_head *head, const struct entry_draft *d, struct now now);
bytes vectors_visit_body(uint8_t *buf, size_t cap, unsigned extra_key, unsigned value);
size_t vectors_unhex(const char *hex, uint8_t *out);
/* The second half of the list. */
void vectors_bent_envelopes(struct vectors *t);
void vectors_goods(struct vectors *t);
void vectors_access(struct vectors *t);
void vectors_forks(struct vectors *t);
void vectors_fork_files(struct vectors *t); /* after vectors_forks and the documents */
#endif
