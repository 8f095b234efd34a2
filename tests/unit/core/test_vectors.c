/* test_vectors.c - the committed vectors: made again to the byte, and read as they promise.
 * `test_vectors --write` (from the repository's root) writes them. */
#include "core/base/encode.h"
#include "core/journal/attachment.h"
#include "core/journal/forks.h"
#include "core/model/bodies.h"
#include "tests/support/check.h"
#include "tests/support/guard.h"
#include "tests/support/vectors.h"

static struct vectors all;

static void put_json(FILE *f, const struct vector *v, bool last)
{
    char hex[2 * sizeof v->data + 1];
    fprintf(f, "  {\n    \"name\": \"%s\",\n    \"type\": \"%s\",\n    \"file\": \"%s.hex\",\n",
            v->name, v->type, v->name);
    hex_put(bytes_of(v->pk, 32), hex);
    fprintf(f, "    \"public_key\": \"%s\",\n", hex);
    hex_put(bytes_of(v->deployment, 16), hex);
    fprintf(f, "    \"deployment\": \"%s\",\n", hex);
    if (v->content_n > 0) {
        hex_put(bytes_of(v->content, v->content_n), hex);
        fprintf(f, "    \"content\": \"%s\",\n", hex);
    }
    fprintf(f, "    \"expect\": \"%s\",\n    \"rule\": \"%s\",\n", v->expect, v->rule);
    hex_put(bytes_of(v->data, v->n), hex);
    fprintf(f, "    \"hex\": \"%s\"\n  }%s\n", hex, last ? "" : ",");
}

static void put_listing(FILE *f)
{
    fprintf(f, "[\n");
    for (unsigned i = 0; i < all.n; i++) {
        put_json(f, &all.v[i], i + 1 == all.n);
    }
    fprintf(f, "]\n");
}

static void put_hex_file(FILE *f, const struct vector *v)
{
    char hex[2 * sizeof v->data + 1];
    hex_put(bytes_of(v->data, v->n), hex);
    fprintf(f, "%s\n", hex);
}

static FILE *open_vector(const char *name, const char *ext, const char *mode)
{
    char path[128];
    snprintf(path, sizeof path, "tests/vectors/%s.%s", name, ext);
    FILE *f = fopen(path, mode);
    if (f == NULL) {
        check_fail(__FILE__, __LINE__, "%s cannot be opened", path);
    }
    return f;
}

static int write_all(void)
{
    FILE *f = open_vector("vectors", "json", "w");
    if (f == NULL) {
        return 1;
    }
    put_listing(f);
    fclose(f);
    for (unsigned i = 0; i < all.n; i++) {
        f = open_vector(all.v[i].name, "hex", "w");
        if (f == NULL) {
            return 1;
        }
        put_hex_file(f, &all.v[i]);
        fclose(f);
    }
    printf("%u vectors written\n", all.n);
    return 0;
}

static void compare(const char *name, const char *ext, const char *want, size_t n)
{
    FILE *f = open_vector(name, ext, "r");
    if (f == NULL) {
        return;
    }
    char *got = malloc(n + 2);
    size_t len = fread(got, 1, n + 1, f);
    if (len != n || memcmp(got, want, n) != 0) {
        check_fail(__FILE__, __LINE__, "%s.%s is not what is made today", name, ext);
    }
    free(got);
    fclose(f);
}

static void the_committed_vectors_are_what_is_made_today(void)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    put_listing(f);
    fclose(f);
    compare("vectors", "json", text, n);
    free(text);
    for (unsigned i = 0; i < all.n; i++) {
        f = open_memstream(&text, &n);
        put_hex_file(f, &all.v[i]);
        fclose(f);
        compare(all.v[i].name, "hex", text, n);
        free(text);
    }
}

static enum st read_entry(const struct vector *v, bytes doc, const char **rule)
{
    struct entry_view e;
    enum st st = entry_parse(doc, &e, NULL, rule);
    if (st == ST_OK) {
        st = entry_verify(&e, v->deployment, v->pk);
        *rule = st == ST_OK ? "" : "signature";
    }
    return st;
}

/* `doc` in place of the vector's own bytes. */
static enum st read_bytes(const struct vector *v, bytes doc, const char **rule)
{
    struct cert cert;
    struct trust trust;
    struct receipt receipt;
    struct revocation revocation;
    struct att_view att;
    struct entry_view a, b;
    switch (v->type[0]) {
    case 'e':
        return read_entry(v, doc, rule);
    case 't':
        return trust_open(doc, NULL, &trust, rule);
    case 'c':
        return cert_open(doc, &all.s.trust, &cert, rule);
    case 'f':
        return strcmp(v->type, "fork") == 0
                   ? fork_open(doc, v->deployment, v->pk, &a, &b, rule)
                   : forks_file_open(doc, &all.s.trust, &cert, &a, &b, rule);
    case 'm':
        return att_parse(doc, &att, rule);
    default:
        return strcmp(v->type, "receipt") == 0
                   ? receipt_open(doc, &all.s.trust, &receipt, rule)
                   : revocation_open(doc, &all.s.trust, &revocation, rule);
    }
}

static void every_vector_is_read_as_it_promises(void)
{
    for (unsigned i = 0; i < all.n; i++) {
        const struct vector *v = &all.v[i];
        const char *rule = "";
        enum st st = read_bytes(v, bytes_of(v->data, v->n), &rule);
        if (strcmp(st_name(st), v->expect) != 0 || strcmp(rule, v->rule) != 0) {
            check_fail(__FILE__, __LINE__, "%s: %s (%s), wanted %s (%s)", v->name, st_name(st),
                       rule, v->expect, v->rule);
        }
    }
}

static void every_prefix_of_what_holds_is_refused_beside_an_unreadable_page(void)
{
    unsigned prefixes = 0;
    for (unsigned i = 0; i < all.n; i++) {
        if (strcmp(all.v[i].expect, "ok") != 0) {
            continue;
        }
        for (size_t n = 0; n < all.v[i].n; n++) {
            const char *rule = "";
            struct guard g = guard_copy(bytes_of(all.v[i].data, n));
            enum st st = read_bytes(&all.v[i], g.b, &rule);
            if (st != ST_BAD_FORM || rule[0] == '\0') {
                check_fail(__FILE__, __LINE__, "%s cut to %zu: %s (%s)", all.v[i].name, n,
                           st_name(st), rule);
            }
            guard_free(&g);
            prefixes++;
        }
    }
    CHECK(prefixes > 3000);
}

static void there_are_forty_refusals_and_every_rule_has_a_name(void)
{
    unsigned refused = 0;
    for (unsigned i = 0; i < all.n; i++) {
        bool ok = strcmp(all.v[i].expect, "ok") == 0;
        CHECK(ok == (all.v[i].rule[0] == '\0'));
        refused += !ok;
    }
    CHECK(refused >= 40);
}

static void a_fork_is_made_from_two_entries_in_either_order_and_from_no_others(void)
{
    const struct vector *fork = vectors_find(&all, "fork");
    const char *const names[] = {"entry-journal-opened", "entry-of-a-second-history",
                                 "entry-visit-arrived"};
    struct entry_view e[3];
    uint8_t buf[FORK_PROOF_BYTES_MAX];
    bytes out;
    for (int i = 0; i < 3; i++) {
        const struct vector *v = vectors_find(&all, names[i]);
        CHECK_INT(entry_parse(bytes_of(v->data, v->n), &e[i], NULL, NULL), ST_OK);
    }
    CHECK_INT(fork_make(&e[0], &e[1], buf, sizeof buf, &out), ST_OK);
    CHECK_BYTES(out.p, out.n, fork->data, fork->n);
    CHECK_INT(fork_make(&e[1], &e[0], buf, sizeof buf, &out), ST_OK);
    CHECK_BYTES(out.p, out.n, fork->data, fork->n);
    CHECK_INT(fork_make(&e[0], &e[0], buf, sizeof buf, &out), ST_BAD_INPUT);
    CHECK_INT(fork_make(&e[0], &e[2], buf, sizeof buf, &out), ST_BAD_INPUT);
    CHECK_INT(fork_make(&e[0], &e[1], buf, fork->n - 1, &out), ST_FULL);
    CHECK_INT(out.n, 0);
}

static void b18_13_a_rating_before_a_sign_off_says_its_visit_and_no_more(void)
{
    static const char *const names[] = {"entry-visit-rated", "entry-visit-rated-anew"};
    static const char *const sealed[] = {"sealed ratings", "sealed ratings, anew"};
    for (int i = 0; i < 2; i++) {
        const struct vector *v = vectors_find(&all, names[i]);
        struct entry_view e;
        union body b;
        CHECK_INT(entry_parse(bytes_of(v->data, v->n), &e, NULL, NULL), ST_OK);
        CHECK_INT(e.kind, KIND_VISIT_RATED);
        CHECK_INT(body_decode(e.kind, e.body, &b), ST_OK);
        CHECK(id8_eq(b.step.head.visit, sample_id8("visit")) && b.step.head.old.n == 0);
        CHECK_INT(e.natt, 1);
        CHECK_INT(body_att(e.kind, &b, BA_RATINGS), 0);
        CHECK(h32_eq(entry_att(&e, 0), sample_h32(sealed[i])));
    }
}

static void a_text_is_proved_by_its_manifest_and_by_no_other_bytes(void)
{
    const struct vector *v = vectors_find(&all, "manifest-of-a-text");
    struct att_view att;
    CHECK(att_parse(bytes_of(v->data, v->n), &att, NULL) == ST_OK);
    CHECK(att_check(&att, bytes_of(v->content, v->content_n)) == ST_OK);
    uint8_t other[64];
    memcpy(other, v->content, v->content_n);
    other[0] ^= 1;
    CHECK(att_check(&att, bytes_of(other, v->content_n)) == ST_BAD_SIGNATURE);
    CHECK(att_check(&att, bytes_of(v->content, v->content_n - 1)) == ST_BAD_FORM);
}

int main(int argc, char **argv)
{
    vectors_build(&all);
    if (argc > 1 && strcmp(argv[1], "--write") == 0) {
        return write_all();
    }
    RUN(the_committed_vectors_are_what_is_made_today);
    RUN(every_vector_is_read_as_it_promises);
    RUN(every_prefix_of_what_holds_is_refused_beside_an_unreadable_page);
    RUN(there_are_forty_refusals_and_every_rule_has_a_name);
    RUN(a_fork_is_made_from_two_entries_in_either_order_and_from_no_others);
    RUN(b18_13_a_rating_before_a_sign_off_says_its_visit_and_no_more);
    RUN(a_text_is_proved_by_its_manifest_and_by_no_other_bytes);
    sample_free(&all.s);
    CHECK_END();
}
