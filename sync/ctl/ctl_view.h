/* ctl_view.h - reading an open store for people: subjects by their codes, values as text.
 *
 * One view is one read transaction, hence one moment. Its arena is the store's scratch: pass `v->a`
 * by value for each row of a list. One thread a view. */
#ifndef SYNC_CTL_CTL_VIEW_H
#define SYNC_CTL_CTL_VIEW_H
#include "core/fold/refold.h"
#include "sync/ctl/ctl.h"

struct ctl_view {
    struct ctl_store *s;
    struct store_txn *t;
    struct arena a; /* CAP_SCRATCH_BYTES */
    id8 own;        /* the device's author; zero at headquarters */
};
/* ctl_view_begin: `s` is open. ctl_view_end: a zeroed view is fine. */
MUST_USE enum st ctl_view_begin(struct ctl_view *v, struct ctl_store *s, struct err *err);
void ctl_view_end(struct ctl_view *v);

/* ctl_view_find: the subject that the books call `code`, or, with `code` of 32 hex digits, the
 * subject itself. ST_NOT_FOUND: nothing is set in err, the caller knows what was looked for. */
MUST_USE enum st ctl_view_find(struct ctl_view *v, enum subject_type type, str code, id16 *out);

/* ctl_view_next: one step of a scan: true with the next key; false at the end (*st stays ST_OK) or
 * on an error (*st has it). */
bool ctl_view_next(struct store_cursor *c, bytes *key, enum st *st);

/* Values as text, in `a`; empty when there is none, it was forgotten or has not come. */
str ctl_view_value(struct ctl_view *v, struct arena *a, const struct field_value *f);
str ctl_view_field(struct ctl_view *v, struct arena *a, const struct subject_state *s, int field);
/* ctl_view_code: F_CODE of a subject by id; ctl_view_name: its name, where its type has one. */
str ctl_view_code(struct ctl_view *v, struct arena *a, id16 subject);
str ctl_view_name(struct ctl_view *v, struct arena *a, id16 subject);
/* ctl_view_ref: the subject that a field names; false when there is none. */
bool ctl_view_ref(const struct subject_state *s, int field, id16 *out);
/* ctl_view_catalogue: the newest edition, its text and tables in `a` (twice CAP_ATT_BYTES hold
 * any); *whole (may be NULL) its bytes. ST_NOT_FOUND: none was published. ST_CORRUPT and the
 * store's. */
struct catalogue;
MUST_USE enum st ctl_view_catalogue(struct ctl_view *v, struct arena *a, struct catalogue *out,
                                    bytes *whole, struct err *err);
/* ctl_view_author: "T01#3f2a..." prefix of the author's numbers and the start of its id. */
void ctl_view_author(struct ctl_view *v, id8 author, char out[static 32]);

/* Names of codes; static storage. */
const char *ctl_view_stage(const struct list_row *row);
const char *ctl_view_class(enum service_class c);
const char *ctl_view_type(enum subject_type t); /* "author", "deployment", as ops_type_name else */

/* New JSON strings; NULL when there is no memory (jansson then drops the member). */
json_t *ctl_json_hex(const void *p, size_t n);
json_t *ctl_json_str(str s);
json_t *ctl_json_time(int64_t ms); /* RFC 3339 in UTC; null for 0 */
/* ctl_json_branch: a branch's code as an operation takes it: up to eight characters are its id
 * itself (reports show them), a longer one goes as it stands. */
json_t *ctl_json_branch(str code);
#endif
