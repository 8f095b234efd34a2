/* cmd_conflicts.c - docketctl conflicts: values that stand beside each other until headquarters
 * decides, and the decision. */
#include <stdlib.h>
#include <string.h>

#include "core/base/encode.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_view.h"

struct conflicts {
    struct ctl_view v;
    json_t *all;
};

static const char *field_name(enum subject_type type, int field)
{
    const struct field_info *f = field_info(type, field);
    const char *dot = f == NULL ? NULL : strchr(f->name, '.');
    return f == NULL ? "?" : dot == NULL ? f->name : dot + 1;
}

static json_t *value_json(struct ctl_view *v, const struct field_value *f, struct arena tmp)
{
    char author[32];
    ctl_view_author(v, f->author, author);
    struct arena name = tmp;
    return json_pack(
        "{s:o, s:o, s:s, s:o, s:o, s:b}", "value", ctl_json_str(ctl_view_value(v, &tmp, f)),
        "entry", ctl_json_hex(f->entry.b, sizeof f->entry.b), "author", author, "actor",
        id16_zero(f->actor) ? json_string("") : ctl_json_str(ctl_view_name(v, &name, f->actor)),
        "time", ctl_json_time(hlc_ms(f->time)), "proposal", f->proposal);
}

static void add(struct conflicts *c, const struct subject_state *s, const char *field,
                json_t *values, struct arena tmp)
{
    json_array_append_new(c->all,
                          json_pack("{s:s, s:o, s:o, s:s, s:o}", "type", ctl_view_type(s->type),
                                    "id", ctl_json_hex(s->subject.b, sizeof s->subject.b), "code",
                                    ctl_json_str(ctl_view_field(&c->v, &tmp, s, F_CODE)), "field",
                                    field, "values", values));
}

static void add_assignments(struct conflicts *c, const struct subject_state *s, struct arena tmp)
{
    bool differ = false;
    json_t *values = json_array();
    for (unsigned k = 0; k < s->nassigned; k++) {
        const struct assignment *a = &s->assignments[k];
        struct arena here = tmp;
        differ = differ || !id16_eq(a->technician, s->assignments[0].technician);
        json_array_append_new(values,
                              json_pack("{s:o, s:o, s:o}", "value",
                                        ctl_json_str(ctl_view_code(&c->v, &here, a->technician)),
                                        "entry", ctl_json_hex(a->entry.b, sizeof a->entry.b),
                                        "time", ctl_json_time(hlc_ms(a->time))));
    }
    if (differ) {
        add(c, s, "assigned", values, tmp);
    } else {
        json_decref(values);
    }
}

static enum st of_subject(struct conflicts *c, id16 id, struct err *err)
{
    struct arena tmp = c->v.a;
    struct subject_state *s = arena_new(&tmp, struct subject_state, 1);
    enum st st = s == NULL ? ST_FULL : fold_load(c->v.t, id, &tmp, s, NULL, err);
    for (unsigned k = 0; st == ST_OK && k < s->nfields; k++) {
        const struct field_state *f = &s->fields[k];
        json_t *values = f->conflict ? json_array() : NULL;
        for (unsigned i = 0; f->conflict && i < f->n; i++) {
            json_array_append_new(values, value_json(&c->v, &f->v[i], tmp));
        }
        if (f->conflict) {
            add(c, s, field_name(s->type, f->field), values, tmp);
        }
    }
    if (st == ST_OK && s->type == SUBJECT_JOB) {
        add_assignments(c, s, tmp);
    }
    return st;
}

static enum st collect(struct conflicts *c, struct err *err)
{
    uint8_t prefix[1] = {LIST_CONFLICTS};
    bytes none = {NULL, 0}, key;
    struct store_cursor *cur = NULL;
    id16 id;
    enum st st = store_scan(c->v.t, T_LIST, bytes_of(prefix, 1), none, &cur, err);
    while (st == ST_OK && ctl_view_next(cur, &key, &st)) {
        if (key.n >= sizeof id.b) {
            memcpy(id.b, key.p + key.n - sizeof id.b, sizeof id.b);
            st = of_subject(c, id, err);
        }
    }
    store_scan_end(&cur);
    return st;
}

static void print_one(const json_t *o)
{
    const char *code = json_string_value(json_object_get(o, "code"));
    printf("%s:%s:%s\n", json_string_value(json_object_get(o, "type")),
           code != NULL && code[0] != '\0' ? code : json_string_value(json_object_get(o, "id")),
           json_string_value(json_object_get(o, "field")));
    const json_t *values = json_object_get(o, "values");
    for (size_t i = 0; i < json_array_size(values); i++) {
        const json_t *v = json_array_get(values, i);
        const char *who = json_string_value(json_object_get(v, "actor"));
        const char *author = json_string_value(json_object_get(v, "author"));
        printf("  %-64s %s  %s%s%s\n", json_string_value(json_object_get(v, "entry")),
               json_string_value(json_object_get(v, "value")),
               who != NULL && who[0] != '\0' ? who
               : author != NULL              ? author
                                             : "",
               json_is_true(json_object_get(v, "proposal")) ? ", proposed" : "",
               i == 0 ? ", shown" : "");
    }
}

static int list(const struct ctl_open *how, bool json)
{
    struct err err = {0};
    struct ctl_store s;
    struct conflicts c = {.all = json_array()};
    enum st st = ctl_store_open(how, &s, &err);
    if (st != ST_OK) {
        json_decref(c.all);
        return ctl_fail(&err);
    }
    st = ctl_view_begin(&c.v, &s, &err);
    if (st == ST_OK) {
        st = collect(&c, &err);
    }
    ctl_view_end(&c.v);
    ctl_store_close(&s);
    if (st == ST_OK && json) {
        return ctl_print(json_pack("{s:o}", "conflicts", c.all));
    }
    for (size_t i = 0; st == ST_OK && i < json_array_size(c.all); i++) {
        print_one(json_array_get(c.all, i));
    }
    if (st == ST_OK && json_array_size(c.all) == 0) {
        printf("nothing is in conflict\n");
    }
    json_decref(c.all);
    return st == ST_OK ? CTL_OK : ctl_fail(&err);
}

/* ---- the decision ------------------------------------------------------------------------------
 */
/* TYPE:CODE:FIELD; a code may hold colons, type and field do not. */
static json_t *parse(const char *what)
{
    const char *first = strchr(what, ':'), *last = strrchr(what, ':');
    if (first == NULL || first == last) {
        return NULL;
    }
    return json_pack("{s:s#, s:s#, s:s}", "type", what, (int)(first - what), "code", first + 1,
                     (int)(last - first - 1), "field", last + 1);
}

static int resolve(const struct ctl_open *how, const char *what, const char *entry,
                   const char *actor, bool json)
{
    struct err err = {0};
    json_t *in = parse(what), *out = NULL;
    if (in == NULL) {
        return ctl_failf("--resolve takes TYPE:CODE:FIELD, as docketctl conflicts prints it");
    }
    json_object_set_new(in, "entry", json_string(entry));
    if (actor != NULL) {
        json_object_set_new(in, "actor", json_string(actor));
    }
    enum st st = ctl_call(how->dir, how->keys, "resolve", in, &out, &err);
    if (st != ST_OK) {
        return ctl_failf("%s. Both values stand as before",
                         err.text[0] != '\0' ? err.text : st_name(st));
    }
    if (json) {
        return ctl_print(out);
    }
    json_decref(out);
    printf("%s is decided; the others see it after their next sync\n", what);
    return CTL_OK;
}

int ctl_cmd_conflicts(int argc, char **argv)
{
    struct ctl_open how = {0};
    const char *what = NULL, *entry = NULL, *actor = NULL;
    bool json = false;
    const struct ctl_opt opts[] = {
        {"store", &how.dir, NULL, true},      {"keys", &how.keys, NULL, false},
        {"pin-fd", &how.pin_fd, NULL, false}, {"resolve", &what, NULL, false},
        {"entry", &entry, NULL, false},       {"actor", &actor, NULL, false},
        {"json", NULL, &json, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) || npos != 0 ||
        (what != NULL) != (entry != NULL)) {
        return ctl_usage(argv[0]);
    }
    return what != NULL ? resolve(&how, what, entry, actor, json) : list(&how, json);
}
