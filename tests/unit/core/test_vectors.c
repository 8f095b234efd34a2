/* test_vectors.c - the committed vectors: made again to the byte, and read as they promise.
 * `test_vectors --write` (from the repository's root) writes them. */
#include "core/base/encode.h"
#include "core/journal/attachment.h"
#include "tests/support/check.h"
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

static enum st read_entry(const struct vector *v, const char **rule)
{
    struct entry_view e;
    enum st st = entry_parse(bytes_of(v->data, v->n), &e, NULL, rule);
    if (st == ST_OK) {
        st = entry_verify(&e, v->deployment, v->pk);
        *rule = st == ST_OK ? "" : "signature";
    }
    return st;
}

static enum st read_vector(const struct vector *v, const char **rule)
{
    bytes doc = bytes_of(v->data, v->n);
    struct cert cert;
    struct trust trust;
    struct receipt receipt;
    struct revocation revocation;
    struct att_view att;
    switch (v->type[0]) {
    case 'e':
        return read_entry(v, rule);
    case 't':
        return trust_open(doc, NULL, &trust, rule);
    case 'c':
        return cert_open(doc, &all.s.trust, &cert, rule);
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
        enum st st = read_vector(v, &rule);
        if (strcmp(st_name(st), v->expect) != 0 || strcmp(rule, v->rule) != 0) {
            check_fail(__FILE__, __LINE__, "%s: %s (%s), wanted %s (%s)", v->name, st_name(st),
                       rule, v->expect, v->rule);
        }
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
    RUN(a_text_is_proved_by_its_manifest_and_by_no_other_bytes);
    sample_free(&all.s);
    CHECK_END();
}
