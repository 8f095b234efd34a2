/* api_routes.c - every route of /api/v1, one row each: procedures.md E as a table. See api.h. */
#include "sync/hq/api_reads.h"
#include "sync/hq/reg.h"

#include <stdio.h>

/* Who sees the desk's registers, parts, daily reports, money. */
#define DESK (AR_CLERK | AR_SUPERVISOR | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN)
#define PARTS_SEE (AR_PARTS | AR_SUPERVISOR | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN)
#define DAYS_SEE (AR_SUPERVISOR | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN)
#define MONEY_SEE (AR_ACCOUNTANT | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN)

/* clang-format off */
static const struct api_route table[] = {
    {"GET", "/openapi.json", AR_PUBLIC, SCOPE_NONE, 0, api_read_openapi, NULL, NULL, NULL, "this document"},
    {"GET", "/verify/{id}", AR_PUBLIC, SCOPE_NONE, 0, api_read_shown, NULL, NULL, NULL, "is this sign-off held here"},
    {"POST", "/verify", AR_PUBLIC, SCOPE_NONE, 0, NULL, "shown.keep", NULL, NULL, "a genuine sign-off that headquarters does not hold"},
    {"POST", "/session", AR_PUBLIC, SCOPE_NONE, 0, api_read_login, NULL, NULL, NULL, "log in"},
    {"GET", "/session", AR_ALL, SCOPE_NONE, 0, api_read_me, NULL, NULL, NULL, "who am I"},
    {"DELETE", "/session", AR_ALL, SCOPE_NONE, 0, api_read_logout, NULL, NULL, NULL, "log out"},
    {"DELETE", "/sessions", AR_ALL, SCOPE_NONE, 0, NULL, "user.sessions", NULL, NULL, "end all my sessions"},
    {"GET", "/sessions", AR_ALL, SCOPE_NONE, 0, api_read_sessions, NULL, NULL, NULL, "my sessions: from where, since when"},
    {"DELETE", "/sessions/{id}", AR_ALL, SCOPE_NONE, 0, api_read_end_session, NULL, NULL, NULL, "end one of my sessions"},
    {"POST", "/session/password", AR_ALL, SCOPE_NONE, 0, NULL, "user.password", NULL, NULL, "change my password"},
    {"GET", "/events", AR_ALL, SCOPE_NONE, 0, api_read_events, NULL, NULL, NULL, "what changes, as it changes"},
    {"GET", "/registers", AR_ALL, SCOPE_NONE, 0, reg_read_list, NULL, NULL, NULL, "the registers that I may see"},
    {"GET", "/registers/{id}", AR_ALL, SCOPE_NONE, 0, reg_read_page, NULL, NULL, NULL, "a page of a register"},
    {"POST", "/search", DESK, SCOPE_CUSTOMERS, 0, reg_read_search, NULL, NULL, NULL, "names, phones, addresses, numbers"},
    {"GET", "/board", DESK, SCOPE_CALLS, 0, reg_read_board, NULL, NULL, NULL, "the dispatch board"},
    {"GET", "/dashboard", DESK, SCOPE_REPORTS, 0, reg_read_dashboard, NULL, NULL, NULL, "the unit at a glance"},
    {"GET", "/status", AR_ADMIN, SCOPE_ADMIN, 0, api_read_status, NULL, NULL, NULL, "the server at a glance"},
    {"GET", "/jobs/{id}", DESK | AR_TECHNICIAN | AR_ACCOUNTANT, SCOPE_CALLS, SUBJECT_JOB, api_read_job, NULL, NULL, NULL, "a call with its visits"},
    {"GET", "/jobs/{id}/history", DESK | AR_TECHNICIAN, SCOPE_CALLS, SUBJECT_JOB, api_read_history, NULL, NULL, NULL, "every entry about a call"},
    {"GET", "/jobs/{id}/report.pdf", DESK | AR_TECHNICIAN | AR_ACCOUNTANT, SCOPE_CALLS, SUBJECT_JOB, api_read_report, NULL, NULL, NULL, "the signed service report as PDF"},
    {"GET", "/customers/{id}", DESK | AR_TECHNICIAN, SCOPE_CUSTOMERS, SUBJECT_CUSTOMER, api_read_record, NULL, NULL, NULL, "a customer's file, with its history"},
    {"GET", "/equipment/{id}", DESK | AR_TECHNICIAN, SCOPE_CUSTOMERS, SUBJECT_EQUIPMENT, api_read_record, NULL, NULL, NULL, "a piece of equipment, with its history"},
    {"GET", "/contracts/{id}", DESK, SCOPE_CUSTOMERS, SUBJECT_CONTRACT, api_read_record, NULL, NULL, NULL, "a maintenance contract, with its history"},
    {"GET", "/people/{id}", AR_ALL, SCOPE_CALLS, SUBJECT_TECHNICIAN, api_read_record, NULL, NULL, NULL, "a person of the company, with its history"},
    {"GET", "/stock/{id}", PARTS_SEE | AR_TECHNICIAN, SCOPE_PARTS, SUBJECT_STOCK, api_read_record, NULL, NULL, NULL, "one part in one van, with its history"},
    {"GET", "/goods/{id}", DESK, SCOPE_GOODS, SUBJECT_GOODS, api_read_record, NULL, NULL, NULL, "a customer's thing at the branch, with its history"},
    {"GET", "/slips/{id}", PARTS_SEE | AR_TECHNICIAN, SCOPE_PARTS, SUBJECT_SLIP, api_read_record, NULL, NULL, NULL, "an issue slip, with its history"},
    {"GET", "/days/{id}", DAYS_SEE | AR_TECHNICIAN, SCOPE_REPORTS, SUBJECT_DAY, api_read_record, NULL, NULL, NULL, "a daily report, with its history"},
    {"GET", "/invoices/{id}", MONEY_SEE, SCOPE_CASH, SUBJECT_INVOICE, api_read_record, NULL, NULL, NULL, "an invoice, with its history"},
    {"POST", "/calls", AR_CLERK | AR_SUPERVISOR, SCOPE_CALLS, 0, NULL, "call.create", NULL, NULL, "register a call"},
    {"PATCH", "/jobs/{id}", AR_CLERK | AR_SUPERVISOR, SCOPE_CALLS, SUBJECT_JOB, NULL, "record.edit", "id", "type=job", "change fields, having seen what stands"},
    {"POST", "/customers", AR_CLERK | AR_SUPERVISOR, SCOPE_CUSTOMERS, 0, NULL, "record.edit", NULL, "type=customer", "add one to the books"},
    {"PATCH", "/customers/{id}", AR_CLERK | AR_SUPERVISOR, SCOPE_CUSTOMERS, SUBJECT_CUSTOMER, NULL, "record.edit", "id", "type=customer", "change fields, having seen what stands"},
    {"POST", "/equipment", AR_CLERK | AR_SUPERVISOR, SCOPE_CUSTOMERS, 0, NULL, "record.edit", NULL, "type=equipment", "add one to the books"},
    {"PATCH", "/equipment/{id}", AR_CLERK | AR_SUPERVISOR, SCOPE_CUSTOMERS, SUBJECT_EQUIPMENT, NULL, "record.edit", "id", "type=equipment", "change fields, having seen what stands"},
    {"POST", "/contracts", AR_CLERK | AR_SUPERVISOR, SCOPE_CUSTOMERS, 0, NULL, "record.edit", NULL, "type=contract", "add one to the books"},
    {"PATCH", "/contracts/{id}", AR_CLERK | AR_SUPERVISOR, SCOPE_CUSTOMERS, SUBJECT_CONTRACT, NULL, "record.edit", "id", "type=contract", "change fields, having seen what stands"},
    {"PATCH", "/people/{id}", AR_ADMIN, SCOPE_ADMIN, SUBJECT_TECHNICIAN, NULL, "record.edit", "id", "type=technician", "change fields, having seen what stands"},
    {"POST", "/stock", AR_PARTS, SCOPE_PARTS, 0, NULL, "record.edit", NULL, "type=stock", "add one to the books"},
    {"PATCH", "/stock/{id}", AR_PARTS, SCOPE_PARTS, SUBJECT_STOCK, NULL, "record.edit", "id", "type=stock", "change fields, having seen what stands"},
    {"POST", "/jobs/{id}/assign", AR_SUPERVISOR, SCOPE_CALLS, SUBJECT_JOB, NULL, "assign", "job", NULL, "give to a technician, to another, or to nobody"},
    {"POST", "/jobs/{id}/cancel", AR_CLERK | AR_SUPERVISOR, SCOPE_CALLS, SUBJECT_JOB, NULL, "job.cancel", "job", NULL, "cancel a call"},
    {"POST", "/jobs/{id}/archive", AR_CLERK, SCOPE_CALLS, SUBJECT_JOB, NULL, "job.archive", "job", NULL, "the voucher is back: strike the call off"},
    {"POST", "/jobs/{id}/reopen", AR_SUPERVISOR, SCOPE_CALLS, SUBJECT_JOB, NULL, "job.reopen", "job", NULL, "reopen a signed report: a new version"},
    {"POST", "/jobs/{id}/answer", AR_SUPERVISOR, SCOPE_CALLS, SUBJECT_JOB, NULL, "help.answer", "id", "type=job", "answer a help request"},
    {"POST", "/jobs/{id}/cash", AR_ACCOUNTANT, SCOPE_CASH, SUBJECT_JOB, NULL, "cash.accept", "job", NULL, "accept the cash of a call"},
    {"POST", "/conflicts", AR_CLERK | AR_SUPERVISOR | AR_DEPARTMENT | AR_ADMIN, SCOPE_CALLS, 0, NULL, "resolve", NULL, NULL, "settle two values of one field"},
    {"POST", "/goods", AR_CLERK | AR_SUPERVISOR, SCOPE_GOODS, 0, NULL, "paper.step", NULL, "step=goods.in", "goods come in, with receipt and acknowledgement"},
    {"POST", "/goods/{id}/in", AR_CLERK | AR_SUPERVISOR, SCOPE_GOODS, SUBJECT_GOODS, NULL, "paper.step", "id", "step=goods.in", "what a technician took comes in"},
    {"POST", "/goods/{id}/begin", AR_CLERK | AR_SUPERVISOR, SCOPE_GOODS, SUBJECT_GOODS, NULL, "paper.step", "id", "step=goods.begin", "repair begins"},
    {"POST", "/goods/{id}/help", AR_CLERK | AR_SUPERVISOR, SCOPE_GOODS, SUBJECT_GOODS, NULL, "paper.step", "id", "step=goods.help", "it will be late: help is asked"},
    {"POST", "/goods/{id}/answer", AR_SUPERVISOR, SCOPE_GOODS, SUBJECT_GOODS, NULL, "help.answer", "id", "type=goods", "answer a help request"},
    {"POST", "/goods/{id}/finish", AR_CLERK | AR_SUPERVISOR, SCOPE_GOODS, SUBJECT_GOODS, NULL, "paper.step", "id", "step=goods.finish", "repair is done"},
    {"POST", "/goods/{id}/pass", AR_SUPERVISOR, SCOPE_GOODS, SUBJECT_GOODS, NULL, "paper.step", "id", "step=goods.pass", "passed inspection"},
    {"POST", "/goods/{id}/reject", AR_SUPERVISOR, SCOPE_GOODS, SUBJECT_GOODS, NULL, "paper.step", "id", "step=goods.reject", "did not pass"},
    {"POST", "/goods/{id}/out", AR_CLERK | AR_SUPERVISOR, SCOPE_GOODS, SUBJECT_GOODS, NULL, "paper.step", "id", "step=goods.out", "goods go back"},
    {"POST", "/goods/{id}/void", AR_CLERK | AR_SUPERVISOR, SCOPE_GOODS, SUBJECT_GOODS, NULL, "paper.step", "id", "step=goods.void", "the customer signed: the receipt is void"},
    {"POST", "/slips", AR_CLERK | AR_SUPERVISOR | AR_PARTS, SCOPE_PARTS, 0, NULL, "paper.step", NULL, "step=slip.propose", "parts are wanted"},
    {"POST", "/slips/{id}/approve", AR_SUPERVISOR | AR_MANAGER, SCOPE_PARTS, SUBJECT_SLIP, NULL, "paper.step", "id", "step=slip.approve", "approved"},
    {"POST", "/slips/{id}/refuse", AR_SUPERVISOR | AR_MANAGER, SCOPE_PARTS, SUBJECT_SLIP, NULL, "paper.step", "id", "step=slip.refuse", "refused"},
    {"POST", "/slips/{id}/issue", AR_PARTS, SCOPE_PARTS, SUBJECT_SLIP, NULL, "paper.step", "id", "step=slip.issue", "issued"},
    {"POST", "/slips/{id}/clear", AR_PARTS, SCOPE_PARTS, SUBJECT_SLIP, NULL, "paper.step", "id", "step=slip.clear", "old or unused parts are back"},
    {"POST", "/days", AR_SUPERVISOR, SCOPE_REPORTS, 0, NULL, "paper.step", NULL, "step=day.submit", "hand a daily report in"},
    {"POST", "/days/{id}/review", AR_SUPERVISOR, SCOPE_REPORTS, SUBJECT_DAY, NULL, "paper.step", "id", "step=day.review", "reviewed"},
    {"POST", "/days/{id}/sign", AR_MANAGER, SCOPE_REPORTS, SUBJECT_DAY, NULL, "paper.step", "id", "step=day.sign", "signed by the branch manager"},
    {"POST", "/days/{id}/receive", AR_DEPARTMENT, SCOPE_REPORTS, SUBJECT_DAY, NULL, "paper.step", "id", "step=day.receive", "received by the service department"},
    {"POST", "/invoices", AR_ACCOUNTANT, SCOPE_CASH, 0, NULL, "paper.step", NULL, "step=invoice.issue", "issue an invoice"},
    {"POST", "/invoices/{id}/hand", AR_ACCOUNTANT, SCOPE_CASH, SUBJECT_INVOICE, NULL, "paper.step", "id", "step=invoice.hand", "handed to the customer"},
    {"POST", "/invoices/{id}/mail", AR_ACCOUNTANT, SCOPE_CASH, SUBJECT_INVOICE, NULL, "paper.step", "id", "step=invoice.mail", "mailed to the customer"},
    {"POST", "/devices/enrol", AR_SUPERVISOR | AR_ADMIN, SCOPE_DEVICES, 0, NULL, "enrol", NULL, NULL, "a code for one new device"},
    {"POST", "/devices/{id}/revoke", AR_SUPERVISOR | AR_ADMIN, SCOPE_DEVICES, SUBJECT_AUTHOR, NULL, "revoke", "author", NULL, "stop a lost device"},
    {"GET", "/devices/{id}/late", DAYS_SEE, SCOPE_DEVICES, SUBJECT_AUTHOR, api_read_late, NULL, NULL, NULL, "its history, and what its revocation set aside"},
    {"POST", "/devices/{id}/late", AR_SUPERVISOR | AR_ADMIN, SCOPE_DEVICES, SUBJECT_AUTHOR, NULL, "admit", "author", NULL, "let work that was set aside count"},
    {"GET", "/quarantine/{id}", AR_SUPERVISOR | AR_DEPARTMENT | AR_ADMIN, SCOPE_DEVICES, 0, api_read_item, NULL, NULL, NULL, "what could not be kept, and what was done about it"},
    {"POST", "/quarantine/{id}/settle", AR_SUPERVISOR | AR_DEPARTMENT | AR_ADMIN, SCOPE_DEVICES, 0, NULL, "item.settle", "item", NULL, "it was seen to"},
    {"POST", "/catalogue", AR_PARTS | AR_DEPARTMENT | AR_ADMIN, SCOPE_CATALOGUE, 0, NULL, "edition.publish", NULL, NULL, "publish a catalogue"},
    {"GET", "/catalogue/{id}", AR_PARTS | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN, SCOPE_CATALOGUE, 0, api_read_edition, NULL, NULL, NULL, "a catalogue as a file"},
    {"POST", "/catalogue/preview", AR_PARTS | AR_DEPARTMENT | AR_ADMIN, SCOPE_CATALOGUE, 0, api_read_preview, NULL, NULL, NULL, "what a catalogue would change"},
    {"GET", "/users", AR_ADMIN, SCOPE_ADMIN, 0, api_read_users, NULL, NULL, NULL, "logins"},
    {"GET", "/users/{id}/history", AR_ADMIN, SCOPE_ADMIN, 0, api_read_login_past, NULL, NULL, NULL, "what was done with a login and its person"},
    {"POST", "/users", AR_ADMIN, SCOPE_NONE, 0, NULL, "user.add", NULL, NULL, "a login for a person"},
    {"POST", "/users/{id}/password", AR_ADMIN, SCOPE_NONE, 0, NULL, "user.password", "login", NULL, "a new password for somebody"},
    {"POST", "/users/{id}/disable", AR_ADMIN, SCOPE_NONE, 0, NULL, "user.disable", "login", NULL, "shut a login"},
    {"POST", "/users/{id}/enable", AR_ADMIN, SCOPE_NONE, 0, NULL, "user.enable", "login", NULL, "open it again"},
    {"DELETE", "/users/{id}/sessions", AR_ADMIN, SCOPE_NONE, 0, NULL, "user.sessions", "login", NULL, "end all sessions of somebody"},
    {"GET", "/tokens", AR_ADMIN, SCOPE_NONE, 0, api_read_tokens, NULL, NULL, NULL, "tokens of integrations"},
    {"GET", "/tokens/{id}/history", AR_ADMIN, SCOPE_ADMIN, 0, api_read_token_past, NULL, NULL, NULL, "what was done with a token"},
    {"POST", "/tokens", AR_ADMIN, SCOPE_NONE, 0, NULL, "token.add", NULL, NULL, "a new token; its secret is shown once"},
    {"DELETE", "/tokens/{id}", AR_ADMIN, SCOPE_NONE, 0, NULL, "token.remove", "id", NULL, "end a token"},
};
/* clang-format on */
#define ROWS (sizeof table / sizeof table[0])

const struct api_route *api_routes(size_t *n)
{
    *n = ROWS;
    return table;
}

/* Segment by segment; {id} takes one that is not empty. */
static bool matches(const char *pattern, const char *path, char *param, size_t cap)
{
    param[0] = '\0';
    while (*pattern != '\0') {
        if (*pattern == '{') {
            size_t n = strcspn(path, "/");
            if (n == 0 || n >= cap) {
                return false;
            }
            memcpy(param, path, n);
            param[n] = '\0';
            path += n;
            pattern += strcspn(pattern, "}") + 1;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

void api_route_methods(const char *path, size_t cap, char *out)
{
    char param[72];
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < ROWS; i++) {
        if (matches(table[i].path, path, param, sizeof param) && n < cap) {
            bool get = strcmp(table[i].method, "GET") == 0;
            int k = snprintf(out + n, cap - n, "%s%s%s", n == 0 ? "" : ", ", table[i].method,
                             get ? ", HEAD" : "");
            n += k > 0 ? (size_t)k : 0;
        }
    }
}

const struct api_route *api_route_find(const char *method, const char *path, char *param,
                                       size_t cap, bool *known)
{
    *known = false;
    for (size_t i = 0; i < ROWS; i++) {
        if (matches(table[i].path, path, param, cap)) {
            *known = true;
            if (strcmp(table[i].method, method) == 0) {
                return &table[i];
            }
        }
    }
    return NULL;
}
