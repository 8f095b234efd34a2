/* fields.c - the table of single-valued fields.
 *
 * A technician's write has effect where he is the one who sees the thing: the customer's telephone,
 * the equipment before him, a customer's thing that he takes, repairs and brings back. What decides
 * money, dates and dispatch he can only propose; a state of goods that is the supervisor's to give
 * does not count by his word (core/rules/office.c). Of a job that he took himself what he said when
 * he took it has effect (core/rules/call.h); so has his daily report. */
#include "core/model/fields.h"

#define HIS true
#define OFFICE false
#define PERSONAL true
#define PLAIN false
#define C SUBJECT_CUSTOMER
#define E SUBJECT_EQUIPMENT
#define K SUBJECT_CONTRACT
#define T SUBJECT_TECHNICIAN
#define ST SUBJECT_STOCK
#define J SUBJECT_JOB
#define G SUBJECT_GOODS
#define L SUBJECT_SLIP
#define D SUBJECT_DAY
#define I SUBJECT_INVOICE

static const struct field_info table[] = {
    {0, F_CODE, FT_CODE, "code", PLAIN, OFFICE},
    {G, F_BRANCH, FT_ID8, "branch", PLAIN, HIS}, /* of the job: his branch's clerk takes them in */
    {0, F_BRANCH, FT_ID8, "branch", PLAIN, OFFICE},
    {0, F_NOTE, FT_TEXT, "note", PERSONAL, HIS},
    {C, F_CUSTOMER_NAME, FT_TEXT, "customer.name", PERSONAL, HIS},
    {C, F_CUSTOMER_PHONE, FT_TEXT, "customer.phone", PERSONAL, HIS},
    {C, F_CUSTOMER_ADDRESS, FT_TEXT, "customer.address", PERSONAL, HIS},
    {C, F_CUSTOMER_ZONE, FT_ENUM, "customer.zone", PLAIN, OFFICE},
    {C, F_CUSTOMER_LANG, FT_ENUM, "customer.language", PLAIN, HIS},
    {C, F_CUSTOMER_EMAIL, FT_TEXT, "customer.email", PERSONAL, HIS},
    {E, F_EQUIPMENT_CUSTOMER, FT_REF, "equipment.customer", PLAIN, OFFICE},
    {E, F_EQUIPMENT_MODEL, FT_TEXT, "equipment.model", PLAIN, HIS},
    {E, F_EQUIPMENT_SERIAL, FT_CODE, "equipment.serial", PLAIN, HIS},
    {E, F_EQUIPMENT_NAME, FT_TEXT, "equipment.name", PLAIN, HIS},
    {E, F_EQUIPMENT_MAKER, FT_TEXT, "equipment.maker", PLAIN, HIS},
    {E, F_EQUIPMENT_BOUGHT, FT_TIME, "equipment.bought", PLAIN, OFFICE},
    {E, F_EQUIPMENT_WARRANTY_UNTIL, FT_TIME, "equipment.warranty_until", PLAIN, OFFICE},
    {E, F_EQUIPMENT_PLACE, FT_TEXT, "equipment.place", PERSONAL, HIS},
    {K, F_CONTRACT_CUSTOMER, FT_REF, "contract.customer", PLAIN, OFFICE},
    {K, F_CONTRACT_EQUIPMENT, FT_REF, "contract.equipment", PLAIN, OFFICE},
    {K, F_CONTRACT_START, FT_TIME, "contract.start", PLAIN, OFFICE},
    {K, F_CONTRACT_END, FT_TIME, "contract.end", PLAIN, OFFICE},
    {K, F_CONTRACT_TERMS, FT_TEXT, "contract.terms", PLAIN, OFFICE},
    {K, F_CONTRACT_NUMBER, FT_CODE, "contract.number", PLAIN, OFFICE},
    {T, F_TECHNICIAN_NAME, FT_TEXT, "technician.name", PLAIN, OFFICE},
    {T, F_TECHNICIAN_ROLE, FT_ENUM, "technician.role", PLAIN, OFFICE},
    {T, F_TECHNICIAN_PHONE, FT_TEXT, "technician.phone", PLAIN, OFFICE},
    {T, F_TECHNICIAN_POSITION, FT_ENUM, "technician.position", PLAIN, OFFICE},
    {ST, F_STOCK_TECHNICIAN, FT_REF, "stock.technician", PLAIN, OFFICE},
    {ST, F_STOCK_PART, FT_CODE, "stock.part", PLAIN, OFFICE},
    {ST, F_STOCK_QTY, FT_QTY, "stock.quantity", PLAIN, OFFICE},
    {J, F_JOB_CUSTOMER, FT_REF, "job.customer", PLAIN, OFFICE},
    {J, F_JOB_EQUIPMENT, FT_REF, "job.equipment", PLAIN, HIS},
    {J, F_JOB_CALLED, FT_TIME, "job.called", PLAIN, OFFICE},
    {J, F_JOB_CHANNEL, FT_ENUM, "job.channel", PLAIN, OFFICE},
    {J, F_JOB_FAULT_TOLD, FT_TEXT, "job.fault_told", PERSONAL, OFFICE},
    {J, F_JOB_ZONE, FT_ENUM, "job.zone", PLAIN, OFFICE},
    {J, F_JOB_APPOINTMENT, FT_TIME, "job.appointment", PLAIN, HIS},
    {J, F_JOB_PRIORITY, FT_INT, "job.priority", PLAIN, OFFICE},
    {J, F_JOB_CONTACT, FT_TEXT, "job.contact", PERSONAL, HIS},
    {J, F_JOB_PHONE, FT_TEXT, "job.phone", PERSONAL, HIS},
    {J, F_JOB_COST, FT_MONEY, "job.cost", PLAIN, OFFICE},
    {J, F_JOB_WORK_KIND, FT_CODE, "job.work_kind", PLAIN, OFFICE},
    {J, F_JOB_CLASS_PROPOSED, FT_ENUM, "job.class_proposed", PLAIN, OFFICE},
    {J, F_JOB_PROVISIONAL, FT_CODE, "job.provisional", PLAIN, OFFICE},
    {J, F_JOB_PROPOSED, FT_INT, "job.proposed", PLAIN, OFFICE},
    {G, F_GOODS_JOB, FT_REF, "goods.job", PLAIN, HIS},
    {G, F_GOODS_CUSTOMER, FT_REF, "goods.customer", PLAIN, HIS},
    {G, F_GOODS_TECHNICIAN, FT_REF, "goods.technician", PLAIN, HIS},
    {G, F_GOODS_RECEIPT, FT_CODE, "goods.receipt", PLAIN, HIS},
    {G, F_GOODS_STATE, FT_ENUM, "goods.state", PLAIN, HIS},
    {G, F_GOODS_IN, FT_TIME, "goods.in", PLAIN, OFFICE},
    {G, F_GOODS_DUE, FT_TIME, "goods.due", PLAIN, HIS},
    {G, F_GOODS_SHELF, FT_CODE, "goods.shelf", PLAIN, OFFICE},
    {G, F_GOODS_WHAT, FT_TEXT, "goods.what", PERSONAL, HIS},
    {G, F_GOODS_ACKNOWLEDGED, FT_ENUM, "goods.acknowledged", PLAIN, HIS},
    {G, F_GOODS_REPAIRER, FT_REF, "goods.repairer", PLAIN, HIS},
    {G, F_GOODS_MINUTES, FT_INT, "goods.minutes", PLAIN, HIS},
    {G, F_GOODS_INSPECTOR, FT_REF, "goods.inspector", PLAIN, OFFICE},
    {G, F_GOODS_OUT, FT_TIME, "goods.out", PLAIN, OFFICE},
    {G, F_GOODS_SIGNED_BACK, FT_TIME, "goods.signed_back", PLAIN, HIS},
    {G, F_GOODS_HELP, FT_TIME, "goods.help", PLAIN, HIS},
    {G, F_GOODS_PASSED, FT_TIME, "goods.passed", PLAIN, OFFICE},
    {L, F_SLIP_TECHNICIAN, FT_REF, "slip.technician", PLAIN, OFFICE},
    {L, F_SLIP_PART, FT_CODE, "slip.part", PLAIN, OFFICE},
    {L, F_SLIP_QTY, FT_QTY, "slip.quantity", PLAIN, OFFICE},
    {L, F_SLIP_STATE, FT_ENUM, "slip.state", PLAIN, OFFICE},
    {L, F_SLIP_AT, FT_TIME, "slip.at", PLAIN, OFFICE},
    {L, F_SLIP_JOB, FT_REF, "slip.job", PLAIN, OFFICE},
    {L, F_SLIP_APPROVED_BY, FT_REF, "slip.approved_by", PLAIN, OFFICE},
    {L, F_SLIP_ISSUED_BY, FT_REF, "slip.issued_by", PLAIN, OFFICE},
    {L, F_SLIP_OLD, FT_QTY, "slip.old", PLAIN, OFFICE},
    {L, F_SLIP_UNUSED, FT_QTY, "slip.unused", PLAIN, OFFICE},
    {D, F_DAY_TECHNICIAN, FT_REF, "day.technician", PLAIN, OFFICE},
    {D, F_DAY_DAY, FT_TIME, "day.day", PLAIN, OFFICE},
    {D, F_DAY_STATE, FT_ENUM, "day.state", PLAIN, OFFICE},
    {D, F_DAY_A, FT_INT, "day.a", PLAIN, OFFICE},
    {D, F_DAY_B, FT_INT, "day.b", PLAIN, OFFICE},
    {D, F_DAY_C, FT_INT, "day.c", PLAIN, OFFICE},
    {D, F_DAY_D, FT_INT, "day.d", PLAIN, OFFICE},
    {D, F_DAY_REVIEWED_BY, FT_REF, "day.reviewed_by", PLAIN, OFFICE},
    {D, F_DAY_SIGNED_BY, FT_REF, "day.signed_by", PLAIN, OFFICE},
    {D, F_DAY_VERSION, FT_INT, "day.version", PLAIN, OFFICE},
    {D, F_DAY_LINES, FT_TEXT, "day.lines", PERSONAL, OFFICE},
    {I, F_INVOICE_JOB, FT_REF, "invoice.job", PLAIN, OFFICE},
    {I, F_INVOICE_AMOUNT, FT_MONEY, "invoice.amount", PLAIN, OFFICE},
    {I, F_INVOICE_AT, FT_TIME, "invoice.at", PLAIN, OFFICE},
    {I, F_INVOICE_BY, FT_REF, "invoice.by", PLAIN, OFFICE},
    {I, F_INVOICE_STATE, FT_ENUM, "invoice.state", PLAIN, OFFICE},
};
#define ROWS (sizeof table / sizeof table[0])

const struct field_info *field_info(enum subject_type subject, int field)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (table[i].field == field && (table[i].subject == 0 || table[i].subject == subject)) {
            return &table[i];
        }
    }
    return NULL;
}

const struct field_info *field_table(size_t *n)
{
    *n = ROWS;
    return table;
}
