/* api_reads.h - the readers of api_routes.c that are no registers. */
#ifndef SYNC_HQ_API_READS_H
#define SYNC_HQ_API_READS_H
#include "sync/hq/api.h"

/* api_read_openapi: the document, as it stands. */
enum st api_read_openapi(struct api_call *c);
/* api_read_login: a session from login and password; the cookie goes with it. */
enum st api_read_login(struct api_call *c);
/* api_read_me: whose session this is, and its CSRF token. */
enum st api_read_me(struct api_call *c);
/* api_read_logout: this session ends. */
enum st api_read_logout(struct api_call *c);
/* api_read_sessions: this user's, the one used last first. api_read_end_session: one of them. */
enum st api_read_sessions(struct api_call *c);
enum st api_read_end_session(struct api_call *c);
/* api_read_events: a stream: web_events.c says what. */
enum st api_read_events(struct api_call *c);
/* api_read_status: counts of the server, nothing personal. */
enum st api_read_status(struct api_call *c);
/* api_read_job: a call with all that belongs to it. */
enum st api_read_job(struct api_call *c);
/* api_read_history: the entries about a subject. */
enum st api_read_history(struct api_call *c);
/* api_read_report: the signed report of a call as PDF: ?paper=a4|80mm&version=N (api_report.c). */
enum st api_read_report(struct api_call *c);
/* api_read_record: any other subject, with its history. */
enum st api_read_record(struct api_call *c);
/* api_read_shown: does headquarters hold the sign-off of that hash, does it count, is its author
 * revoked; ?author=16 hex digits for one that it does not hold (api_verify.c). Public. */
enum st api_read_shown(struct api_call *c);
/* api_history: the entries about a subject, oldest first; with `of`, those that it says. */
typedef bool (*api_entry_fn)(void *ctx, const struct entry_view *e);
json_t *api_history(struct api_call *c, id16 subject, api_entry_fn of, void *ctx);
/* api_read_item: what came in and could not be kept, by its hash: when, from whom, how often, and
 * what was done about it (api_item.c). */
enum st api_read_item(struct api_call *c);
/* api_read_late: what the revocation of the device {id} set aside, oldest first, and what was done
 * with the device: certified, revoked (api_late.c). */
enum st api_read_late(struct api_call *c);
/* api_read_edition: a catalogue that was published, as a file, by its attachment's name in hex. */
enum st api_read_edition(struct api_call *c);
/* api_read_preview: what a catalogue would change of the one in force (api_catalogue.c). */
enum st api_read_preview(struct api_call *c);
/* api_read_login_past: the history of the login {id}: entries of its person, steps of the login. */
enum st api_read_login_past(struct api_call *c);
/* api_read_token_past: the history of the token {id}. api_access_said: what a step of either says,
 * into its line of a history (api_access.c). */
enum st api_read_token_past(struct api_call *c);
void api_access_said(json_t *out, const struct body_access *a);
/* api_password_set: when and by whom the password that stands was set; false: it is not known. */
bool api_password_set(struct api_call *c, const struct acct_user *u, struct acct_event *out);
/* api_read_users: logins. */
enum st api_read_users(struct api_call *c);
/* api_read_tokens: tokens, without their secrets. */
enum st api_read_tokens(struct api_call *c);
#endif
