/* desk_file.h - the customers and the equipment on file on this device, to be found by words or by
 * a serial number. Gathered some hundred a frame, kept while the store is open, gone through again
 * when words may have moved. UI thread. */
#ifndef APP_STATE_DESK_FILE_H
#define APP_STATE_DESK_FILE_H
#include "app/state/app.h"

#define FILE_ROWS_MAX 40000        /* customers and equipment of years of one technician's jobs */
#define FILE_WORDS_MAX (16U << 20) /* their texts; what is beyond is not found here */

/* One of them; texts live until the frame ends. */
struct file_row {
    enum subject_type type;
    id16 subject, customer;   /* of equipment: whose it is, zero: not known */
    str name, phone, address; /* equipment: what, model, serial */
    int zone;                 /* of a customer; 0 */
};
/* app_file_count: rows known so far; *whole: all have been gone through (else frames go on).
 * app_file_row: the k-th. app_file_get: by its subject; false: not here, or not known yet. */
size_t app_file_count(struct app *a, bool *whole);
void app_file_row(struct app *a, size_t k, struct file_row *out);
bool app_file_get(struct app *a, id16 subject, struct file_row *out);
/* app_file_of: the equipment of a customer, by its own record or by a job of his; at most `cap`.
 */
size_t app_file_of(struct app *a, id16 customer, id16 *out, size_t cap);
/* app_file_owner: whose a machine is: by its record, else by a job of it; zero: not known. */
id16 app_file_owner(struct app *a, const struct file_row *machine);
/* app_file_serial: equipment with this serial number, letters in either case; *n: how many have it
 * (the first one is meant). */
bool app_file_serial(struct app *a, const char *serial, id16 *out, unsigned *n);
#endif
