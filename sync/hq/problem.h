/* problem.h - refusals over HTTP: RFC 9457 documents. Pure. */
#ifndef SYNC_HQ_PROBLEM_H
#define SYNC_HQ_PROBLEM_H
#include "core/base/status.h"

#include <stddef.h>

#define PROBLEM_BYTES 640
/* problem_status: the HTTP status of a refusal. `problem` is its type's last part, or NULL. */
unsigned problem_status(enum st st, const char *problem);
/* problem_text: a sentence as it stands between a JSON string's quotes: quotes and backslashes
 * escaped, a control character is a blank; cut at `cap`. */
void problem_text(const char *in, size_t cap, char *out);
/* problem_json: {"type","title","status","detail"} into out; the length, 0 when it does not fit. */
size_t problem_json(unsigned status, const char *problem, const char *detail, char *out,
                    size_t cap);
#endif
