/* cmd_import.c - docketctl import: read a table, say line by line what is refused, write the rest.
 */
#include <stdlib.h>

#include "sync/ctl/commands.h"
#include "sync/ctl/import.h"

static enum st open_file(struct import *im, struct err *err)
{
    struct csv_row row;
    enum st st = csv_map_open(im->kind, im->map_path, im->utc_offset_minutes, &im->map, err);
    if (st == ST_OK) {
        st = csv_seen_open(&im->seen, err);
    }
    if (st == ST_OK) {
        st = csv_open(im->path, im->encoding, &im->csv, err);
    }
    if (st != ST_OK) {
        return st;
    }
    snprintf(im->encoding_used, sizeof im->encoding_used, "%.39s",
             csv_encoding(im->csv, &im->guessed));
    st = csv_next(im->csv, &row, err);
    if (st == ST_END) {
        return err_set(err, ST_BAD_INPUT, 0, "import",
                       "the file is empty: its first line must name the columns");
    }
    return st == ST_OK ? csv_map_heading(im->map, &row, err) : st;
}

static enum st read_rows(struct import *im, struct err *err)
{
    bool edition = import_edition_is(im->kind);
    struct csv_row row;
    struct csv_record rec;
    enum st st;
    for (;;) {
        st = csv_next(im->csv, &row, err);
        if (st == ST_END) {
            return ST_OK;
        }
        if (st == ST_OK) {
            st = csv_map_row(im->map, &row, &rec, err);
        }
        if (st == ST_BAD_INPUT) {
            im->rows++;
            import_refuse(im, row.line, err->text);
            continue;
        }
        if (st != ST_OK) {
            return st;
        }
        im->rows++;
        st = edition ? import_edition_row(im, &rec, err) : import_record(im, &rec, err);
        if (st != ST_OK) {
            return st;
        }
    }
}

/* The store is open for reading during this, so that it is one moment that the rows are held
 * against. */
static enum st read_file(struct import *im, bytes *edition, struct err *err)
{
    struct ctl_store s;
    struct ctl_open how = {.dir = im->dir, .keys = im->keys};
    enum st st = open_file(im, err);
    if (st == ST_OK) {
        st = ctl_store_open(&how, &s, err);
    }
    if (st != ST_OK) {
        return st;
    }
    if (s.side != STORE_HQ) {
        st = err_set(err, ST_BAD_INPUT, 0, "import",
                     "%.120s is a device's store; import goes to "
                     "headquarters'",
                     im->dir);
    }
    if (st == ST_OK) {
        st = ctl_view_begin(&im->v, &s, err);
    }
    if (st == ST_OK && import_edition_is(im->kind)) {
        st = import_edition_begin(im, err);
    }
    if (st == ST_OK) {
        st = read_rows(im, err);
    }
    if (st == ST_OK && im->edition != NULL) {
        st = import_edition_done(im, edition, err);
    }
    ctl_view_end(&im->v);
    ctl_store_close(&s);
    return st;
}

/* ---- the report --------------------------------------------------------------------------------
 */
static int say_json(struct import *im, bool publishes)
{
    json_t *o = json_pack("{s:s, s:s, s:s, s:b, s:b, s:i, s:i, s:i, s:i, s:i, s:O, s:O}", "kind",
                          im->kind->name, "file", im->path, "encoding", im->encoding_used,
                          "encoding_guessed", im->guessed, "dry_run", im->dry, "rows",
                          (int)im->rows, "created", (int)im->created, "changed", (int)im->changed,
                          "unchanged", (int)im->unchanged, "assigned", (int)im->assigned, "refused",
                          im->refused, "credits", im->credits);
    if (o != NULL && im->dry) {
        json_object_set_new(o, "known", json_integer(im->known));
        json_object_set_new(o, "would_publish", json_boolean(publishes));
    }
    if (o != NULL && im->edition_number != 0) {
        json_object_set_new(o, "edition", json_integer((json_int_t)im->edition_number));
    }
    return ctl_print(o);
}

static void say(struct import *im, bool publishes)
{
    size_t refused = json_array_size(im->refused);
    printf("%s: %u rows read as %s%s\n", im->kind->name, im->rows, im->encoding_used,
           im->guessed ? " (a guess: the file has no mark and is not UTF-8; --encoding decides)"
                       : "");
    if (im->dry) {
        printf("dry run: %zu rows would go in, %u of them known already; nothing was changed\n",
               im->rows - refused, im->known);
        if (publishes) {
            printf("a new edition would be published\n");
        }
    } else if (import_edition_is(im->kind)) {
        if (im->edition_number != 0) {
            printf("edition %llu published\n", (unsigned long long)im->edition_number);
        } else {
            printf("all is so already: no new edition\n");
        }
    } else {
        printf("%u new, %u changed, %u as they were", im->created, im->changed, im->unchanged);
        if (im->assigned > 0) {
            printf(", %u assigned", im->assigned);
        }
        putchar('\n');
    }
    if (json_array_size(im->credits) > 0) {
        printf("%zu with a negative cost, taken in as credits (named above)\n",
               json_array_size(im->credits));
    }
    if (refused > 0) {
        printf("%zu refused (named above); correct them and import the file again: what is in "
               "stays as it is\n",
               refused);
    }
}

static int run(struct import *im)
{
    struct err err = {0};
    bytes edition = {NULL, 0};
    im->records = json_array();
    im->lines = json_array();
    im->assign = json_array();
    im->refused = json_array();
    im->credits = json_array();
    enum st st = read_file(im, &edition, &err);
    if (st == ST_OK && !im->dry) {
        st = import_write(im, edition, &err);
    }
    int rc;
    if (st != ST_OK) {
        rc = ctl_failf("%s%s", err.text[0] != '\0' ? err.text : st_name(st),
                       im->created + im->changed + im->assigned == 0
                           ? "; nothing was changed"
                           : "; what was written before stands, and importing the file again goes "
                             "on from there");
    } else if (im->json) {
        rc = say_json(im, edition.n != 0);
    } else {
        say(im, edition.n != 0);
        rc = CTL_OK;
    }
    if (rc == CTL_OK && json_array_size(im->refused) > 0) {
        rc = CTL_REFUSED;
    }
    json_decref(im->records);
    json_decref(im->lines);
    json_decref(im->assign);
    json_decref(im->refused);
    json_decref(im->credits);
    import_edition_drop(im);
    csv_close(&im->csv);
    csv_map_close(&im->map);
    csv_seen_close(&im->seen);
    return rc;
}

int ctl_cmd_import(int argc, char **argv)
{
    struct import im;
    memset(&im, 0, sizeof im);
    const char *offset = NULL;
    const struct ctl_opt opts[] = {
        {"store", &im.dir, NULL, true},       {"keys", &im.keys, NULL, false},
        {"map", &im.map_path, NULL, false},   {"encoding", &im.encoding, NULL, false},
        {"utc-offset", &offset, NULL, false}, {"verify-url", &im.verify_url, NULL, false},
        {"zone", &im.zone, NULL, false},      {"dry-run", NULL, &im.dry, false},
        {"json", NULL, &im.json, false}};
    int npos;
    int64_t minutes = ctl_now().utc_offset_minutes;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 2 ||
        (offset != NULL && !ctl_number(offset, "utc-offset", -840, 840, &minutes))) {
        return ctl_usage(argv[0]);
    }
    im.utc_offset_minutes = (int)minutes;
    im.offset_said = offset != NULL;
    im.path = argv[2];
    im.kind = csv_columns_kind(str_c(argv[1]));
    if (im.kind == NULL) {
        size_t n;
        const struct csv_kind *all = csv_columns_all(&n);
        fprintf(stderr, "docketctl: there is no kind \"%s\"; in the order of import:", argv[1]);
        for (size_t k = 0; k < n; k++) {
            fprintf(stderr, " %s", all[k].name);
        }
        fputc('\n', stderr);
        return CTL_USAGE;
    }
    if (im.verify_url != NULL &&
        (!import_edition_is(im.kind) || strlen(im.verify_url) > VERIFY_URL_BYTES)) {
        return ctl_failf(
            "--verify-url goes with parts, faults, cases, prices or calendar, and has at most "
            "%d characters; nothing was changed",
            VERIFY_URL_BYTES);
    }
    struct calendar zone;
    if (im.zone != NULL && (im.kind != csv_columns_kind(S("calendar")) ||
                            calendar_zone(&zone, str_c(im.zone)) != ST_OK)) {
        return ctl_failf("--zone goes with the calendar, and is like CST-8 or "
                         "CET-1CEST,M3.5.0,M10.5.0/3; nothing was changed");
    }
    return run(&im);
}
