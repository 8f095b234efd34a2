/* csv_columns.h - what each kind of import may hold: one static table a kind.
 *
 * The order of a kind's columns is released through the enums below, by which the import finds a
 * value; the names are released through everybody's files. To add a column: a name at the end of
 * the enum, a row at the end of the table. Pure; any thread. */
#ifndef SYNC_CTL_CSV_COLUMNS_H
#define SYNC_CTL_CSV_COLUMNS_H
#include "core/base/slice.h"

enum csv_type {
    CSV_CODE = 1, /* 1 to 32 printable ASCII characters */
    CSV_TEXT,     /* at most CAP_TEXT_BYTES */
    CSV_DATE,     /* the first millisecond of a day */
    CSV_LAST_DAY, /* the last millisecond of a day: an end that counts itself */
    CSV_TIME,     /* a day with a time of day */
    CSV_MONEY,    /* "380.00" to minor units; may be negative */
    CSV_QUANTITY, /* "1.5" to thousandths; not negative */
    CSV_COUNT,    /* a whole number from 0 */
    CSV_WORD,     /* one of a few words, English or Chinese, to a number */
    CSV_DAY,      /* a date, or a weekday for every week */
    CSV_CLOCK     /* "08:00" to minutes of the day */
};

struct csv_word {
    const char *en, *zh;
    int number; /* of core/model/kinds.h and fields.h */
};

struct csv_column {
    const char *name;
    bool required;
    enum csv_type type;
    const struct csv_word *words; /* CSV_WORD: ends with an `en` of NULL */
};

struct csv_kind {
    const char *name;
    const struct csv_column *column;
    size_t n;
};

enum { TECHNICIANS_ID, TECHNICIANS_NAME, TECHNICIANS_BRANCH, TECHNICIANS_ROLE, TECHNICIANS_PHONE };
enum {
    CUSTOMERS_ID,
    CUSTOMERS_NAME,
    CUSTOMERS_PHONE,
    CUSTOMERS_ADDRESS,
    CUSTOMERS_ZONE,
    CUSTOMERS_BRANCH,
    CUSTOMERS_LANGUAGE,
    CUSTOMERS_EMAIL,
    CUSTOMERS_NOTE
};
enum {
    EQUIPMENT_ID,
    EQUIPMENT_CUSTOMER,
    EQUIPMENT_MODEL,
    EQUIPMENT_SERIAL,
    EQUIPMENT_NAME,
    EQUIPMENT_MAKER,
    EQUIPMENT_PURCHASE_DATE,
    EQUIPMENT_WARRANTY_UNTIL,
    EQUIPMENT_LOCATION,
    EQUIPMENT_NOTE
};
enum {
    CONTRACTS_ID,
    CONTRACTS_CUSTOMER,
    CONTRACTS_EQUIPMENT,
    CONTRACTS_NUMBER,
    CONTRACTS_START,
    CONTRACTS_END,
    CONTRACTS_TERMS
};
enum {
    PARTS_NUMBER,
    PARTS_NAME,
    PARTS_NAME_EN,
    PARTS_UNIT,
    PARTS_PRICE,
    PARTS_SERIALIZED,
    PARTS_WARRANTY_MONTHS
};
enum { STOCK_TECHNICIAN, STOCK_PART, STOCK_QUANTITY };
enum {
    FAULTS_CODE,
    FAULTS_NAME,
    FAULTS_NAME_EN,
    FAULTS_EQUIPMENT_TYPE,
    FAULTS_FREQUENCY,
    FAULTS_CAUSE,
    FAULTS_CAUSE_EN,
    FAULTS_ACTION,
    FAULTS_ACTION_EN,
    FAULTS_KNOWLEDGE,
    FAULTS_CAUSE_CODE, /* enum cause */
    FAULTS_ACTION_CODE /* enum action */
};
enum {
    CASES_CODE,
    CASES_TITLE,
    CASES_TITLE_EN,
    CASES_FAULTS, /* codes, blanks between */
    CASES_EQUIPMENT_TYPE,
    CASES_SYMPTOM,
    CASES_SYMPTOM_EN,
    CASES_CAUSE,
    CASES_CAUSE_EN,
    CASES_ACTION,
    CASES_ACTION_EN
};
enum { PRICES_CODE, PRICES_NAME, PRICES_NAME_EN, PRICES_UNIT, PRICES_PRICE, PRICES_CLASS };
enum {
    CALENDAR_DATE,
    CALENDAR_OPEN,
    CALENDAR_CLOSE,
    CALENDAR_KIND,
    CALENDAR_BRANCH, /* empty: the company */
    CALENDAR_ZONE    /* as in TZ, or "usual": the company's */
};
/* Numbers of calendar.kind. Usual: a branch's weekday is the company's again, a date differs no
 * more. */
enum { CALENDAR_KIND_WORK = 1, CALENDAR_KIND_HOLIDAY = 2, CALENDAR_KIND_USUAL = 3 };
enum {
    JOBS_ID,
    JOBS_CUSTOMER,
    JOBS_EQUIPMENT,
    JOBS_CALL_TIME,
    JOBS_CHANNEL,
    JOBS_FAULT_TEXT,
    JOBS_CLASS,
    JOBS_ZONE,
    JOBS_TECHNICIAN,
    JOBS_APPOINTMENT,
    JOBS_PRIORITY,
    JOBS_CONTACT,
    JOBS_PHONE,
    JOBS_COST,
    JOBS_KIND_OF_WORK,
    JOBS_NOTE,
    JOBS_BRANCH
};

/* csv_columns_kind: the table called `name` ("jobs"), or NULL. Static storage. */
const struct csv_kind *csv_columns_kind(str name);
/* csv_columns_all: every kind, *n of them, in the order in which they can be imported: what is
 * named comes before what names it. */
const struct csv_kind *csv_columns_all(size_t *n);
/* csv_columns_find: the place of the column called `name`, or -1. */
int csv_columns_find(const struct csv_kind *kind, str name);
#endif
