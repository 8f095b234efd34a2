/* catalogue_form.h - the bytes of an edition, for the two files that write and read them.
 *
 * Codes are byte strings, the rest of the words text strings; money in minor units; a table ascends
 * by its code. Deterministic CBOR (RFC 8949 section 4.2); keys that are not listed are skipped. */
#ifndef CORE_MODEL_CATALOGUE_FORM_H
#define CORE_MODEL_CATALOGUE_FORM_H
#include "core/base/caps.h"
#include "core/model/catalogue.h"

/* clang-format off */
/*  edition  = { 1: uint,           ; number
 *               2: [* part], 3: [* fault], 4: [* price],
 *               5: calendar,
 *               6: uint,           ; days that a device keeps an archived job
 *               7: tstr,           ; where the customer's copy is verified
 *               ? 8: [+ case],     ; hard cases
 *               ? 9: [+ [bstr .size 8, hours]] }  ; branches, ascending by their bytes: what each
 *                                  ; does otherwise than the company (5); the rest is the company's
 *  calendar = { 1: int,            ; minutes ahead of UTC
 *               2: [7*7 day],      ; Monday first
 *               3: [* [int, day]], ; days since 1970 that differ
 *               ? 4: [int, turn, turn] }  ; summer time: minutes more, when it begins and ends
 *  hours    = { ? 1: int,          ; minutes ahead of UTC
 *               ? 2: [+ [0..6, day]],   ; weekdays, 0 = Monday, ascending
 *               ? 3: [+ [int, day]],    ; days since 1970 that differ; before the company's (5, 3)
 *               ? 4: [int, turn, turn] }  ; summer time; with 1 alone
 *  day      = [*3 [from, to]]      ; minutes of the day, open
 *  turn     = [month, week, weekday, minute]
 *  part     = [code, name, name-en, unit, price, serialized: bool, months of warranty]
 *  fault    = [code, name, name-en, equipment type, cause, cause-en, action, action-en, knowledge,
 *              frequency, cause code, action code]
 *  price    = [code, name, name-en, unit, price, class]
 *  case     = [code, fault codes with blanks between, title, title-en, equipment type, symptom,
 *              symptom-en, cause, cause-en, action, action-en] */
/* clang-format on */
enum {
    K_NUMBER = 1,
    K_PARTS,
    K_FAULTS,
    K_PRICES,
    K_CALENDAR,
    K_RETENTION,
    K_VERIFY,
    K_CASES,
    K_BRANCHES
};
enum { C_OFFSET = 1, C_WEEK, C_EXCEPTIONS, C_SUMMER };
#define PART_ITEMS 7
#define FAULT_ITEMS 12
#define PRICE_ITEMS 6
#define CASE_ITEMS 11
#define DAY_MINUTES 1440
#define WEEKDAYS 7
#endif
