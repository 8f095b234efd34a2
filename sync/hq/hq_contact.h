/* hq_contact.h - when each device was last heard of, and what was open between us then.
 *
 * The newest and the last HQ_CONTACTS of each device are in memory; a request that brought
 * something keeps them in its own transaction too (T_META), since a sync with nothing new writes
 * nothing. After a restart a device is known by what was kept, else by its newest receipt, until it
 * comes again. A contact is no act of a person: it is no entry. Any thread. */
#ifndef SYNC_HQ_HQ_CONTACT_H
#define SYNC_HQ_HQ_CONTACT_H
#include "core/base/arena.h"
#include "core/base/ids.h"
#include "core/base/status.h"

#define HQ_CONTACTS 32               /* of a device */
#define HQ_CONTACT_TOGETHER_MS 60000 /* a sync is several requests: those are one contact */

struct hq_contact {
    int64_t at_ms;    /* 0: none */
    uint64_t unsent;  /* entries that it has and had not brought yet */
    uint64_t brought; /* that were new here */
    uint64_t cursor;  /* of its outbox: how far it had got */
    bool has_cursor;
};
struct hq_contacts;
struct hq_request;
struct store_txn;
struct hq_contacts *hq_contacts_new(unsigned max); /* NULL: no memory */
void hq_contacts_free(struct hq_contacts **c);     /* NULL is fine */
/* hq_contacts_heard: r->contact of a known device, from what `t` holds with its request in it; what
 * brought something is kept in `t`. The writer's. Errors: those of the store. */
MUST_USE enum st hq_contacts_heard(struct hq_request *r, struct store_txn *t, struct arena tmp,
                                   int64_t now_ms, struct err *err);
/* hq_contacts_note: what was heard, once `t` is committed. Beyond `max` devices nothing is noted.
 */
void hq_contacts_note(struct hq_contacts *c, id8 author, const struct hq_contact *what);
/* hq_contacts_get: the newest since this process began. */
bool hq_contacts_get(struct hq_contacts *c, id8 author, struct hq_contact *out);
/* hq_contacts_last: the last ones, oldest first, with those that `t` holds of before this process
 * began. Answers how many. Their cursors are not kept. */
unsigned hq_contacts_last(struct hq_contacts *c, struct store_txn *t, id8 author,
                          struct hq_contact out[static HQ_CONTACTS]);
#endif
