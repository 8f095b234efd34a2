/* vectors.h - the journal's test vectors, built from fixed seeds: what tests/vectors/ holds.
 *
 * Every vector is made anew by vectors_build; test_vectors compares with the committed files, and
 * `test_vectors --write` writes them. To add one: a line in vectors.c, then --write. */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H
#include "tests/support/sample.h"

struct vector {
    char name[64];
    const char
        *type; /* entry, trust, certificate, revocation, receipt, manifest, fork, fork-file */
    const char *expect;     /* st_name of what the reader must answer; "ok" */
    const char *rule;       /* the name of the broken rule, "" */
    uint8_t pk[32];         /* the signer's; zero for a manifest */
    uint8_t deployment[16]; /* under which the reader verifies */
    uint8_t data[8192];
    size_t n;
    uint8_t content[64]; /* of a manifest */
    size_t content_n;
};
#define VECTORS_MAX 120

struct vectors {
    struct sample s;
    struct vector v[VECTORS_MAX];
    unsigned n;
};
/* vectors_build: fills *out (large: keep it static or on the heap). exit(99) when it cannot. */
void vectors_build(struct vectors *out);
/* vectors_find: by name; exit(99) when there is none. */
const struct vector *vectors_find(const struct vectors *v, const char *name);
#endif
