/* cmd_export.c - docketctl export: a table of the store, as CSV for spreadsheets or as JSON. */
#include <string.h>

#include "sync/ctl/commands.h"
#include "sync/ctl/export_rows.h"
#include "sync/hq/reg_csv.h"

struct out {
    bool json, first;
    size_t n;
    const char *names[EXPORT_COLUMNS_MAX];
};

static void put_cell(const char *s)
{
    bool quote = reg_csv_formula(s) || strpbrk(s, ",\"\r\n") != NULL;
    if (quote) {
        putchar('"');
    }
    if (reg_csv_formula(s)) {
        putchar('\'');
    }
    for (; *s != '\0'; s++) {
        if (*s == '"') {
            putchar('"');
        }
        putchar(*s);
    }
    if (quote) {
        putchar('"');
    }
}

static void put_value(const json_t *v)
{
    if (json_is_string(v)) {
        put_cell(json_string_value(v));
    } else if (json_is_integer(v)) {
        printf("%" JSON_INTEGER_FORMAT, json_integer_value(v));
    } else if (json_is_boolean(v)) {
        fputs(json_is_true(v) ? "yes" : "no", stdout);
    }
}

static enum st take_row(void *ctx, json_t *row, struct err *err)
{
    struct out *o = ctx;
    int rc = row == NULL;
    if (o->json && rc == 0) {
        fputs(o->first ? "[\n" : ",\n", stdout);
        rc = json_dumpf(row, stdout, JSON_COMPACT);
        o->first = false;
    }
    for (size_t i = 0; !o->json && i < o->n; i++) {
        if (i > 0) {
            putchar(',');
        }
        put_value(json_object_get(row, o->names[i]));
    }
    if (!o->json) {
        fputs("\r\n", stdout);
    }
    json_decref(row);
    return rc == 0 && !ferror(stdout)
               ? ST_OK
               : err_set(err, ST_IO, 0, __func__, "no memory, or standard output is closed");
}

static enum st export_all(struct ctl_store *s, const char *kind, struct out *o, struct err *err)
{
    struct ctl_view v;
    enum st st = ctl_view_begin(&v, s, err);
    for (size_t i = 0; st == ST_OK && !o->json && i < o->n; i++) {
        printf("%s%s", i > 0 ? "," : "", o->names[i]);
    }
    if (st == ST_OK && !o->json) {
        fputs("\r\n", stdout);
    }
    if (st == ST_OK) {
        st = export_rows(&v, kind, take_row, o, err);
    }
    if (st == ST_OK && o->json) {
        puts(o->first ? "[]" : "\n]");
    }
    ctl_view_end(&v);
    if (fflush(stdout) != 0 && st == ST_OK) {
        st = err_set(err, ST_IO, 0, __func__, "standard output is closed");
    }
    return st;
}

int ctl_cmd_export(int argc, char **argv)
{
    struct ctl_open how = {0};
    struct out o = {.first = true};
    bool csv = false;
    const struct ctl_opt opts[] = {{"store", &how.dir, NULL, true},
                                   {"keys", &how.keys, NULL, false},
                                   {"pin-fd", &how.pin_fd, NULL, false},
                                   {"csv", NULL, &csv, false},
                                   {"json", NULL, &o.json, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 1 ||
        (csv && o.json)) {
        return ctl_usage(argv[0]);
    }
    o.n = export_columns(argv[1], o.names);
    if (o.n == 0) {
        fprintf(stderr, "docketctl: there is no kind \"%s\"; there are:", argv[1]);
        for (const char *const *k = export_kinds(); *k != NULL; k++) {
            fprintf(stderr, " %s", *k);
        }
        fputc('\n', stderr);
        return CTL_USAGE;
    }
    struct err err = {0};
    struct ctl_store s;
    enum st st = ctl_store_open(&how, &s, &err);
    if (st == ST_OK) {
        st = export_all(&s, argv[1], &o, &err);
        ctl_store_close(&s);
    }
    return st == ST_OK ? CTL_OK : ctl_fail(&err);
}
