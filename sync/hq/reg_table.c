/* reg_table.c - the registers, one row each; the names of states. See reg.h. */
#include "sync/hq/reg.h"

#define DESK (AR_CLERK | AR_SUPERVISOR | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN)
#define PARTS (AR_PARTS | AR_SUPERVISOR | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN)
#define MONEY (AR_ACCOUNTANT | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN)
#define TECH AR_TECHNICIAN
#define JOBS "state technician class due"

/* name, source, type, fixed dimension and value, roles, scope, filters */
static const struct reg table[] = {
    {"calls", 0, SUBJECT_JOB, REG_ALL, 0, DESK | TECH, SCOPE_CALLS, JOBS},
    {"vouchers", 0, SUBJECT_JOB, REG_STATE, JOB_SIGNED, DESK | AR_ACCOUNTANT, SCOPE_CALLS,
     "technician class"},
    {"archive", 0, SUBJECT_JOB, REG_STATE, JOB_ARCHIVED, DESK | AR_ACCOUNTANT, SCOPE_CALLS,
     "technician class"},
    {"help", 0, SUBJECT_JOB, REG_FLAG, REG_HELP_ASKED, DESK, SCOPE_CALLS, "technician class"},
    {"handovers", 0, SUBJECT_JOB, REG_FLAG, REG_HANDOVER_ASKED, DESK, SCOPE_CALLS,
     "technician class"},
    {"proposals", 0, SUBJECT_JOB, REG_FLAG, REG_PROPOSED, DESK | AR_PARTS, SCOPE_CATALOGUE,
     "technician"},
    {"cash", 0, SUBJECT_JOB, REG_FLAG, REG_CASH_OWED, MONEY | AR_SUPERVISOR, SCOPE_CASH,
     "technician"},
    {"customers", 0, SUBJECT_CUSTOMER, REG_ALL, 0, DESK, SCOPE_CUSTOMERS, ""},
    {"equipment", 0, SUBJECT_EQUIPMENT, REG_ALL, 0, DESK, SCOPE_CUSTOMERS, ""},
    {"contracts", 0, SUBJECT_CONTRACT, REG_ALL, 0, DESK, SCOPE_CUSTOMERS, ""},
    {"people", 0, SUBJECT_TECHNICIAN, REG_ALL, 0, DESK | AR_PARTS | AR_ACCOUNTANT, SCOPE_CALLS, ""},
    {"goods", 0, SUBJECT_GOODS, REG_ALL, 0, DESK, SCOPE_GOODS, "state technician"},
    {"slips", 0, SUBJECT_SLIP, REG_ALL, 0, PARTS | TECH, SCOPE_PARTS, "state technician"},
    {"stock", 0, SUBJECT_STOCK, REG_ALL, 0, PARTS | TECH, SCOPE_PARTS, "technician"},
    {"days", 0, SUBJECT_DAY, REG_ALL, 0,
     AR_SUPERVISOR | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN | TECH, SCOPE_REPORTS,
     "state technician"},
    {"invoices", 0, SUBJECT_INVOICE, REG_ALL, 0, MONEY, SCOPE_CASH, "state"},
    {"conflicts", REG_CONFLICTS, 0, REG_ALL, 0, DESK, SCOPE_CALLS, ""},
    {"devices", REG_DEVICES, 0, REG_ALL, 0, AR_SUPERVISOR | AR_MANAGER | AR_DEPARTMENT | AR_ADMIN,
     SCOPE_DEVICES, ""},
    {"quarantine", REG_QUARANTINE, 0, REG_ALL, 0, AR_SUPERVISOR | AR_DEPARTMENT | AR_ADMIN,
     SCOPE_DEVICES, ""},
    {"editions", REG_EDITIONS, 0, REG_ALL, 0, DESK | AR_PARTS, SCOPE_CATALOGUE, ""},
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

#define LIST(a)                                                                                    \
    {                                                                                              \
        a, sizeof(a) / sizeof(a)[0]                                                                \
    }
static const struct {
    const char *const *names;
    size_t n;
} states[SUBJECT_TYPES] = {
    [SUBJECT_JOB] = LIST(job_states),         [SUBJECT_GOODS] = LIST(goods_states),
    [SUBJECT_SLIP] = LIST(slip_states),       [SUBJECT_DAY] = LIST(day_states),
    [SUBJECT_INVOICE] = LIST(invoice_states),
};

const char *reg_state_name(enum subject_type type, unsigned state)
{
    return (unsigned)type < SUBJECT_TYPES && state < states[type].n ? states[type].names[state]
                                                                    : "";
}

unsigned reg_state_of(enum subject_type type, const char *name)
{
    for (unsigned i = 1; (unsigned)type < SUBJECT_TYPES && i < states[type].n; i++) {
        if (strcmp(states[type].names[i], name) == 0) {
            return i;
        }
    }
    return 0;
}
