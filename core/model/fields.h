/* fields.h - the single-valued fields of records (KIND_RECORD_SET), one table for all subject
 * types.
 *
 * A text field's value in an entry is the index (uint) of its attachment in the entry's list; in
 * state it is the attachment's hash. To add one: a number here, a row in fields.c; numbers are
 * released. */
#ifndef CORE_MODEL_FIELDS_H
#define CORE_MODEL_FIELDS_H
#include "core/model/kinds.h"

enum field_type {
    FT_INT = 1,
    FT_MONEY,
    FT_QTY,
    FT_TIME,
    FT_ENUM,
    FT_CODE,
    FT_REF,
    FT_TEXT,
    FT_ID8
};

/* Fields of several types. */
enum {
    F_CODE = 1 /* FT_CODE: the id that the books of the company use; unique a type */,
    F_BRANCH = 2 /* FT_ID8 */,
    F_NOTE = 3 /* FT_TEXT */
};
enum customer_field {
    F_CUSTOMER_NAME = 10,
    F_CUSTOMER_PHONE = 11,
    F_CUSTOMER_ADDRESS = 12,
    F_CUSTOMER_ZONE = 13 /* 1 city 2 suburb */,
    F_CUSTOMER_LANG = 14 /* 1 zh 2 en */,
    F_CUSTOMER_EMAIL = 15
};
enum equipment_field {
    F_EQUIPMENT_CUSTOMER = 10 /* REF */,
    F_EQUIPMENT_MODEL = 11 /* TEXT */,
    F_EQUIPMENT_SERIAL = 12 /* CODE */,
    F_EQUIPMENT_NAME = 13 /* TEXT */,
    F_EQUIPMENT_MAKER = 14 /* TEXT */,
    F_EQUIPMENT_BOUGHT = 15 /* TIME */,
    F_EQUIPMENT_WARRANTY_UNTIL = 16 /* TIME */,
    F_EQUIPMENT_PLACE = 17 /* TEXT */
};
enum contract_field {
    F_CONTRACT_CUSTOMER = 10,
    F_CONTRACT_EQUIPMENT = 11 /* REF, absent: all of the customer */,
    F_CONTRACT_START = 12,
    F_CONTRACT_END = 13,
    F_CONTRACT_TERMS = 14 /* TEXT */,
    F_CONTRACT_NUMBER = 15 /* CODE: as it stands on the paper */
};
enum technician_field {
    F_TECHNICIAN_NAME = 10 /* TEXT */,
    F_TECHNICIAN_ROLE = 11 /* ENUM role */,
    F_TECHNICIAN_PHONE = 12 /* TEXT */,
    F_TECHNICIAN_POSITION = 13 /* ENUM position_wish: is he asked where he arrived */
};
enum position_wish { POSITION_RECORDED = 1, POSITION_NOT_RECORDED = 2 };
enum stock_field {
    F_STOCK_TECHNICIAN = 10 /* REF */,
    F_STOCK_PART = 11 /* CODE */,
    F_STOCK_QTY = 12 /* QTY */
};
enum job_field {
    F_JOB_CUSTOMER = 10,
    F_JOB_EQUIPMENT = 11,
    F_JOB_CALLED = 12 /* TIME */,
    F_JOB_CHANNEL = 13 /* ENUM 1 phone 2 document 3 technician */,
    F_JOB_FAULT_TOLD = 14 /* TEXT */,
    F_JOB_ZONE = 15,
    F_JOB_APPOINTMENT = 16 /* TIME */,
    F_JOB_PRIORITY = 17 /* INT */,
    F_JOB_CONTACT = 18 /* TEXT */,
    F_JOB_PHONE = 19 /* TEXT */,
    F_JOB_COST = 20 /* MONEY: of an imported order */,
    F_JOB_WORK_KIND = 21 /* CODE */,
    F_JOB_CLASS_PROPOSED = 22 /* ENUM service_class */,
    F_JOB_PROVISIONAL = 23 /* CODE: the number that the technician who took the call gave it */,
    F_JOB_PROPOSED = 24 /* INT: what of it is new, in words (core/model/call.h); 0: looked at */
};
/* Records of the office: each step of the paper is a write of these, by an actor with a role. */
enum goods_field {
    F_GOODS_JOB = 10,
    F_GOODS_CUSTOMER = 11,
    F_GOODS_TECHNICIAN = 12 /* REF: took it from the customer */,
    F_GOODS_RECEIPT = 13 /* CODE: of the customer's receipt */,
    F_GOODS_STATE = 14 /* ENUM goods_state */,
    F_GOODS_IN = 15 /* TIME */,
    F_GOODS_DUE = 16 /* TIME: planned finish */,
    F_GOODS_SHELF = 17 /* CODE */,
    F_GOODS_WHAT = 18 /* TEXT */,
    F_GOODS_ACKNOWLEDGED = 19 /* ENUM 1: the customer signed the voucher for taking away */,
    F_GOODS_REPAIRER = 20 /* REF */,
    F_GOODS_MINUTES = 21 /* INT: repair time used */,
    F_GOODS_INSPECTOR = 22 /* REF */,
    F_GOODS_OUT = 23 /* TIME */,
    F_GOODS_SIGNED_BACK = 24 /* TIME: the customer signed for what came back */,
    F_GOODS_HELP = 25 /* TIME: help was asked */,
    F_GOODS_PASSED = 26 /* TIME: of the supervisor's inspection */
};
enum slip_field {
    F_SLIP_TECHNICIAN = 10 /* REF */,
    F_SLIP_PART = 11 /* CODE */,
    F_SLIP_QTY = 12 /* QTY */,
    F_SLIP_STATE = 13 /* ENUM slip_state */,
    F_SLIP_AT = 14 /* TIME: proposed */,
    F_SLIP_JOB = 15 /* REF */,
    F_SLIP_APPROVED_BY = 16 /* REF */,
    F_SLIP_ISSUED_BY = 17 /* REF */,
    F_SLIP_OLD = 18 /* QTY: old parts returned */,
    F_SLIP_UNUSED = 19 /* QTY: returned unused */
};
enum day_field {
    F_DAY_TECHNICIAN = 10 /* REF; absent: the supervisor's of the branch */,
    F_DAY_DAY = 11 /* TIME: its local midnight */,
    F_DAY_STATE = 12 /* ENUM day_state */,
    F_DAY_A = 13 /* INT: minutes of work, by class */,
    F_DAY_B = 14,
    F_DAY_C = 15,
    F_DAY_D = 16,
    F_DAY_REVIEWED_BY = 17 /* REF */,
    F_DAY_SIGNED_BY = 18 /* REF: branch manager */,
    F_DAY_VERSION = 19 /* INT: of the technician's, from 1 */,
    F_DAY_LINES = 20 /* TEXT: core/model/day.h */
};
enum invoice_field {
    F_INVOICE_JOB = 10 /* REF; the number is F_CODE */,
    F_INVOICE_AMOUNT = 11 /* MONEY */,
    F_INVOICE_AT = 12 /* TIME */,
    F_INVOICE_BY = 13 /* REF */,
    F_INVOICE_STATE = 14 /* ENUM 1 issued 2 handed over 3 mailed */
};

struct field_info {
    enum subject_type subject; /* 0: any */
    int field;
    enum field_type type;
    const char *name; /* "customer.phone" */
    bool personal;    /* contact data: erased by forget whatever the legal period */
    bool technician;  /* a technician's write has effect (others' are proposals) */
};
/* field_info: the row for a type's field, or NULL. Static storage. */
const struct field_info *field_info(enum subject_type subject, int field);
/* field_table: all rows, *n of them. */
const struct field_info *field_table(size_t *n);
#endif
