/* document.h - what trust documents, certificates, revocations and receipts share: a COSE_Sign1
 * whose payload is one map of small integer keys, no unknown ones, the required ones all there.
 * Private to core/keys. Pure; any thread. */
#ifndef CORE_KEYS_DOCUMENT_H
#define CORE_KEYS_DOCUMENT_H
#include "core/base/ids.h"
#include "core/codec/cose.h"

#define DOCUMENT_MS_MAX ((int64_t)1 << 47) /* as in entries */

/* One kind of document: `take` reads the value of one key into `out` and answers the name of the
 * rule that it breaks, or NULL. Keys are 1 to last. */
struct document_form {
    size_t cap; /* bytes of the whole */
    int last;
    unsigned required; /* bit per key */
    const char *(*take)(struct cbor_r *r, int key, void *out);
};

/* document_read: form only. ST_OK, ST_TOO_BIG, ST_NEWER (a key beyond the last), ST_BAD_FORM.
 * `rule` may be NULL. `out` is the caller's; its content after a failure means nothing. */
MUST_USE enum st document_read(bytes doc, const struct document_form *form, struct cose_view *v,
                               void *out, const char **rule);
/* document_rule: set *rule where it is asked for, and give `st` back. */
enum st document_rule(const char **rule, const char *name, enum st st);
/* document_ms: milliseconds since 1970, or -1 (then the reader is spoilt). */
int64_t document_ms(struct cbor_r *r);
void document_put_id8(struct cbor_w *w, unsigned key, id8 id);
void document_put_h32(struct cbor_w *w, unsigned key, const uint8_t b[static 32]);
void document_put_uint(struct cbor_w *w, unsigned key, uint64_t v);
#endif
