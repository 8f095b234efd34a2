/* reg_table.c - the registers, one row each; the names of states. See reg.h. */
#include "sync/hq/reg.h"

#define DESK (AR_CLERK | AR_SUPERVISOR | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN)
#define PARTS (AR_PARTS | AR_SUPERVISOR | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN)
#define MONEY (AR_ACCOUNTANT | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN)
#define TECH AR_TECHNICIAN
#define BOOKS "time number branch"
#define PAPERS "time number state technician branch"
#define GOODS PAPERS " due"
#define SIGNED "time number class technician branch"
#define JOBS "time number state class technician branch due"
#define FLAGGED "state technician class"

/* name, source, type, part, roles, scope, filters, sorts, only */
static const struct reg table[] = {
    {"calls", 0, SUBJECT_JOB, REG_WHOLE, DESK | TECH, SCOPE_CALLS, FLAGGED " customer", JOBS,
     "late"},
    {"vouchers", 0, SUBJECT_JOB, REG_SIGNED, DESK | AR_ACCOUNTANT, SCOPE_CALLS, "technician class",
     SIGNED, ""},
    {"archive", 0, SUBJECT_JOB, REG_ARCHIVED, DESK | AR_ACCOUNTANT, SCOPE_CALLS, "technician class",
     SIGNED, ""},
    {"help", 0, SUBJECT_JOB, REG_HELP_ASKED, DESK, SCOPE_CALLS, FLAGGED, JOBS, "waiting answered"},
    {"handovers", 0, SUBJECT_JOB, REG_HANDOVER_ASKED, DESK, SCOPE_CALLS, FLAGGED, JOBS, ""},
    {"proposals", 0, SUBJECT_JOB, REG_PROPOSED, DESK | AR_PARTS, SCOPE_CATALOGUE, FLAGGED, JOBS,
     ""},
    {"cash", 0, SUBJECT_JOB, REG_CASH_OWED, MONEY | AR_SUPERVISOR, SCOPE_CASH, FLAGGED,
     "time number state class technician branch", ""},
    {"customers", 0, SUBJECT_CUSTOMER, REG_WHOLE, DESK, SCOPE_CUSTOMERS, "", BOOKS, ""},
    {"equipment", 0, SUBJECT_EQUIPMENT, REG_WHOLE, DESK, SCOPE_CUSTOMERS, "customer", BOOKS, ""},
    {"contracts", 0, SUBJECT_CONTRACT, REG_WHOLE, DESK, SCOPE_CUSTOMERS, "customer", BOOKS, ""},
    {"people", 0, SUBJECT_TECHNICIAN, REG_WHOLE, DESK | AR_PARTS | AR_ACCOUNTANT, SCOPE_CALLS, "",
     BOOKS, ""},
    {"goods", 0, SUBJECT_GOODS, REG_WHOLE, DESK, SCOPE_GOODS, "state technician customer", GOODS,
     "open workshop unhelped waiting answered"},
    {"slips", 0, SUBJECT_SLIP, REG_WHOLE, PARTS | TECH, SCOPE_PARTS, "state technician", PAPERS,
     ""},
    {"stock", 0, SUBJECT_STOCK, REG_WHOLE, PARTS | TECH, SCOPE_PARTS, "technician",
     "time number technician branch", ""},
    {"days", 0, SUBJECT_DAY, REG_WHOLE,
     AR_SUPERVISOR | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN | TECH, SCOPE_REPORTS,
     "state technician", "time state technician branch", ""},
    {"invoices", 0, SUBJECT_INVOICE, REG_WHOLE, MONEY, SCOPE_CASH, "state",
     "time number state branch", ""},
    {"conflicts", REG_CONFLICTS, 0, REG_CONFLICT, DESK, SCOPE_CALLS, "technician type",
     "time number technician branch", ""},
    {"devices", REG_DEVICES, 0, REG_WHOLE, AR_SUPERVISOR | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN,
     SCOPE_DEVICES, "state technician", PAPERS, "silent"},
    {"quarantine", REG_QUARANTINE, 0, REG_WHOLE, AR_SUPERVISOR | AR_DEPARTMENT | AR_ADMIN,
     SCOPE_DEVICES, "state technician", PAPERS, ""},
    {"editions", REG_EDITIONS, 0, REG_WHOLE, DESK | AR_PARTS, SCOPE_CATALOGUE, "state",
     "time number state", ""},
    {"users", REG_USERS, 0, REG_WHOLE, AR_ADMIN, SCOPE_ADMIN, "state", "time number state branch",
     ""},
    {"tokens", REG_TOKENS, 0, REG_WHOLE, AR_ADMIN, SCOPE_ADMIN, "state", "time number state", ""},
};
#define ROWS (sizeof table / sizeof table[0])

const struct reg *reg_table(size_t *n)
{
    *n = ROWS;
    return table;
}

const struct reg *reg_find(const char *name)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static const char *const job_states[] = {"",         "registered", "dispatched",
                                         "accepted", "on_site",    "waiting",
                                         "signed",   "archived",   "cancelled"};
static const char *const goods_states[] = {"",       "in",  "in_work", "finished",
                                           "passed", "out", "voided",  "taken"};
static const char *const slip_states[] = {"",        "proposed", "approved",
                                          "refused", "issued",   "cleared"};
static const char *const day_states[] = {"", "submitted", "reviewed", "signed", "received"};
static const char *const invoice_states[] = {"", "issued", "handed", "mailed"};

static const char *const device_states[] = {"", "active", "revoked"};
static const char *const odd_states[] = {"", "kept", "shown", "came", "settled"};
static const char *const edition_states[] = {"", "stands", "superseded"};
static const char *const user_states[] = {"", "open", "shut"};
static const char *const token_states[] = {"", "active", "expired", "ended"};

#define LIST(a)                                                                                    \
    {                                                                                              \
        a, sizeof(a) / sizeof(a)[0]                                                                \
    }
struct names {
    const char *const *names;
    size_t n;
};
static const struct names of_type[SUBJECT_TYPES] = {
    [SUBJECT_JOB] = LIST(job_states),         [SUBJECT_GOODS] = LIST(goods_states),
    [SUBJECT_SLIP] = LIST(slip_states),       [SUBJECT_DAY] = LIST(day_states),
    [SUBJECT_INVOICE] = LIST(invoice_states),
};
static const struct names of_source[] = {
    [REG_DEVICES] = LIST(device_states),   [REG_QUARANTINE] = LIST(odd_states),
    [REG_EDITIONS] = LIST(edition_states), [REG_USERS] = LIST(user_states),
    [REG_TOKENS] = LIST(token_states),
};

const char *reg_state_name(enum subject_type type, unsigned state)
{
    return (unsigned)type < SUBJECT_TYPES && state < of_type[type].n ? of_type[type].names[state]
                                                                     : "";
}

const char *reg_state_of_row(const struct reg *r, unsigned state)
{
    const struct names *n = &of_source[r->source];
    return r->source == REG_SUBJECTS ? reg_state_name(r->type, state)
           : state < n->n            ? n->names[state]
                                     : "";
}

unsigned reg_state_of(const struct reg *r, const char *name)
{
    for (unsigned i = 1; *reg_state_of_row(r, i) != '\0'; i++) {
        if (strcmp(reg_state_of_row(r, i), name) == 0) {
            return i;
        }
    }
    return 0;
}
