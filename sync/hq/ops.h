/* ops.h - everything that an operator does at headquarters, as named operations over JSON.
 *
 * docketd runs them for its control socket (DIR/control.sock), docketctl through ops_call: over the
 * socket when docketd holds the store, else with the store opened for the one call. So an operation
 * is written once. One file an operation (op_<name>.c), one row in the table of ops.c.
 *
 * Common input keys: "actor" (books' code or id of a person), "role" ("supervisor" ...); absent:
 * the administrator. Subjects are named by books' code or by 32 hex digits. Times are milliseconds.
 */
#ifndef SYNC_HQ_OPS_H
#define SYNC_HQ_OPS_H
#include "core/rules/office.h"
#include "sync/hq/hq.h"

#include <jansson.h>

/* An operation: `in` borrowed, *out a new reference (NULL on failure). A refusal is an enum st with
 * a sentence in err. Runs on the writer's thread. */
typedef enum st (*op_fn)(struct hq *hq, const json_t *in, json_t **out, struct err *err);
struct op {
    const char *name; /* "assign" */
    op_fn run;
};
const struct op *ops_find(const char *name); /* NULL */
MUST_USE enum st ops_run(struct hq *hq, const char *name, const json_t *in, json_t **out,
                         struct err *err);

/* ops_call: run where the store is: see above. ST_NOT_FOUND (no store), ST_OFFLINE (the store is in
 * use but nobody answers on its socket), else the operation's. */
MUST_USE enum st ops_call(const char *dir, const char *keys_path, const char *name,
                          const json_t *in, json_t **out, struct err *err);

/* Helpers for op files. */
/* ops_str, ops_int: a member; ST_BAD_INPUT names it when it is absent or of another type. */
MUST_USE enum st ops_str(const json_t *in, const char *key, str *out, struct err *err);
MUST_USE enum st ops_int(const json_t *in, const char *key, int64_t *out, struct err *err);
/* ops_actor: fill actor and role; `role` when none is given. ST_NOT_FOUND, ST_BAD_INPUT. */
MUST_USE enum st ops_actor(struct hq *hq, const json_t *in, enum role role, struct append *what,
                           struct err *err);
/* ops_subject: the member `key` as a subject of a type. */
MUST_USE enum st ops_subject(struct hq *hq, const json_t *in, const char *key,
                             enum subject_type type, id16 *out, struct err *err);
/* ops_state: a subject's state, decoded into `a`. ST_NOT_FOUND: nothing is known of it. */
MUST_USE enum st ops_state(struct hq *hq, id16 subject, struct arena *a, struct subject_state *out,
                           struct err *err);
/* ops_batch: run `each` for every item of the list `key`, all or none, one flush; *out is
 * {results}. */
MUST_USE enum st ops_batch(struct hq *hq, const json_t *in, const char *key, op_fn each,
                           json_t **out, struct err *err);
json_t *ops_hex(const void *p, size_t n);      /* a new JSON string; NULL when out of memory */
json_t *ops_branch(const uint8_t b[static 8]); /* as the books write it, else hex */
/* ops_rule: ST_OK, or ST_FORBIDDEN with "B-18.4 goods_not_passed" as its sentence, where "rule". */
MUST_USE enum st ops_rule(enum office_rule r, struct err *err);
enum subject_type ops_type(str name);           /* "customer"; 0 when unknown */
const char *ops_type_name(enum subject_type t); /* "customer"; "" */
enum role ops_role(str name);                   /* "supervisor"; ROLE_NONE when unknown */
const char *ops_role_name(enum role r);

/* --- the operations ------------------------------------------------------------------------------
 * enrol          {technician, minutes? | by_file?: true, prefix?, role?} -> {code, until_ms};
 *                {recover: device, ...}: the code gives that device its data key back
 * assign         {job, technician ("" or absent: nobody)} -> {entry}
 * assign.batch   {assignments: [assign ...]} -> {results: [...]}; one transaction: all or none
 * record.set     {type, id?, code?, fields: {name: value}} -> {id, entry, created, unchanged}
 *                values: text, integer, code, subject by code or id; a field as they stand is
 *                left out
 * record.batch   {records: [record.set ...]} -> {results: [...]}; one transaction: all or none
 * forget         {customer} -> {erased, kept, kept_until_ms?, entry...}
 * conflicts      {} -> {conflicts: [{type, id, code, field, values: [{entry, author, actor,
 *                value}]}]}
 * resolve        {type, id | code, field, value | entry} -> {entry}
 * revoke         {author, since_ms?} -> {number, entry, set_aside}: with since_ms only what
 *                receipts covered by then stands
 * admit          {author?} -> {late: [{entry, author, type, subject, kind, sequence, claimed_ms,
 *                why}]}: what a revocation cut off (late.h); {entries: [hash], reason: 1 to 4,
 *                author?} -> {admitted, entries}: a supervisor lets it count
 * job.restore    {job} -> {entry}: its cancellation is taken back
 * cash.accept    {job, paid?: [entry], amount} -> {entry}: no more than is out (B-18.11)
 * edition.publish {file | data_base64url} -> {number, attachment, entry}
 * bundle.import  {file, answer?} -> {received_entries, answer_bytes, problem}: ingest a *.docket,
 *                write the answer's file
 * status         {} -> counts, last receipts, devices, problems */
/* For the console and its clerks:
 * job.reopen     {job, reason} -> {entry, version}: its signed report counts as unsigned until
 *                that version is signed; a supervisor's
 * help.answer    {type: job | goods, id, asked, decision: 1 to 6, person?, when_ms?, words?,
 *                seen?} -> {entry}: a supervisor's, to the request `asked`; or {conflict}:
 *                `seen` is not the last answer to it
 * call.create    {fields, customer | customer_new, equipment? | equipment_new, code?, branch?}
 *                -> {id, code}
 * record.edit    {type, id | code, fields, seen: {field: [entry]}, branch?} -> as record.set, or
 *                {conflict: {id, fields}}: somebody wrote meanwhile, nothing was changed
 * job.cancel     {job, reason} -> {entry};  job.archive {job} -> {entry}
 * paper.step     {step, id?, code?, fields?, branch?} -> as record.set (core/rules/office.h)
 * user.add       {login, hash, person? | name, role, branch?}, user.password {login, hash},
 * user.disable, user.enable, user.sessions {login} -> {done}: the last ends all of its sessions;
 * user.list {} -> {users}
 * user.seen      {login, at_ms, address, agent} -> {done}: he logged in
 * token.add      {label, login, scopes, days?} -> {id, secret};  token.remove {id}
 * item.settle    {item, reason: 1 to 5} -> {entry}: what could not be kept was seen to
 * shown.keep     {entry, certificate} (base64url) -> {held, kept}: a stranger's (shown.h)
 * root.take      {documents (base64url)} -> {serial}: signed trust documents after which another
 *                root is in force, and nothing else has changed (hq_root.h)
 * api.write      {who, key, op, in} -> the operation's answer, once for each key */
enum st op_item_settle(struct hq *, const json_t *, json_t **, struct err *);
enum st op_shown_keep(struct hq *, const json_t *, json_t **, struct err *);
enum st op_root_take(struct hq *, const json_t *, json_t **, struct err *);
enum st op_call_create(struct hq *, const json_t *, json_t **, struct err *);
enum st op_record_edit(struct hq *, const json_t *, json_t **, struct err *);
/* op_call_number: the next official number of a call, inside the open batch. */
MUST_USE enum st op_call_number(struct hq *hq, char out[static 24], struct err *err);
enum st op_job_cancel(struct hq *, const json_t *, json_t **, struct err *);
enum st op_job_archive(struct hq *, const json_t *, json_t **, struct err *);
enum st op_paper_step(struct hq *, const json_t *, json_t **, struct err *);
/* ops_stock_slip: what a slip that was just issued (else cleared) moves in its technician's van:
 * his account of the part goes up, or down, by the slip's quantity; a line of stock that is not
 * there yet is made. `in` names the actor. Inside the batch of the step. */
MUST_USE enum st ops_stock_slip(struct hq *hq, const json_t *in, id16 slip, bool issued,
                                struct err *err);
/* ops_stock_code: the code of a van's line of stock: "TECHNICIAN/PART", hashed where that is longer
 * than a code. Imports and slips find the same line by it. */
void ops_stock_code(str technician, str part, char out[static 40]);
enum st op_user_add(struct hq *, const json_t *, json_t **, struct err *);
enum st op_user_password(struct hq *, const json_t *, json_t **, struct err *);
enum st op_user_disable(struct hq *, const json_t *, json_t **, struct err *);
enum st op_user_enable(struct hq *, const json_t *, json_t **, struct err *);
enum st op_user_seen(struct hq *, const json_t *, json_t **, struct err *);
enum st op_user_sessions(struct hq *, const json_t *, json_t **, struct err *);
enum st op_user_list(struct hq *, const json_t *, json_t **, struct err *);
enum st op_token_add(struct hq *, const json_t *, json_t **, struct err *);
enum st op_token_remove(struct hq *, const json_t *, json_t **, struct err *);
enum st op_api_write(struct hq *, const json_t *, json_t **, struct err *);
/* op_api_sweep: forget keys older than a day; the writer's thread, or before it runs. */
MUST_USE enum st op_api_sweep(struct hq *hq, int64_t now_ms, struct err *err);
/* op_shown_sweep: sign-offs that strangers showed go when their time is over (shown.h); likewise.
 */
MUST_USE enum st op_shown_sweep(struct hq *hq, int64_t now_ms, struct err *err);
enum st op_enrol(struct hq *, const json_t *, json_t **, struct err *);
enum st op_assign(struct hq *, const json_t *, json_t **, struct err *);
enum st op_assign_batch(struct hq *, const json_t *, json_t **, struct err *);
enum st op_record_set(struct hq *, const json_t *, json_t **, struct err *);
enum st op_record_batch(struct hq *, const json_t *, json_t **, struct err *);
enum st op_forget(struct hq *, const json_t *, json_t **, struct err *);
enum st op_conflicts(struct hq *, const json_t *, json_t **, struct err *);
enum st op_resolve(struct hq *, const json_t *, json_t **, struct err *);
enum st op_revoke(struct hq *, const json_t *, json_t **, struct err *);
enum st op_admit(struct hq *, const json_t *, json_t **, struct err *);
enum st op_help_answer(struct hq *, const json_t *, json_t **, struct err *);
enum st op_job_reopen(struct hq *, const json_t *, json_t **, struct err *);
enum st op_job_restore(struct hq *, const json_t *, json_t **, struct err *);
enum st op_cash_accept(struct hq *, const json_t *, json_t **, struct err *);
enum st op_edition_publish(struct hq *, const json_t *, json_t **, struct err *);
enum st op_bundle_import(struct hq *, const json_t *, json_t **, struct err *);
enum st op_status(struct hq *, const json_t *, json_t **, struct err *);
#endif
