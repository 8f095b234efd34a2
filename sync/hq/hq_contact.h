/* hq_contact.h - when each device was last heard of, and what was open between us then.
 *
 * In memory only: a sync with nothing new writes nothing. After a restart a device is known by its
 * newest receipt until it comes again. Any thread. */
#ifndef SYNC_HQ_HQ_CONTACT_H
#define SYNC_HQ_HQ_CONTACT_H
#include "core/base/ids.h"
#include "core/base/arena.h"

struct hq_contact {
    int64_t at_ms;
    uint64_t unsent; /* entries that it has and had not brought yet */
    uint64_t cursor; /* of its outbox: how far it had got */
    bool has_cursor;
};
struct hq_contacts;
struct hq_request;
struct store_txn;
struct hq_contacts *hq_contacts_new(unsigned max); /* NULL: no memory */
void hq_contacts_free(struct hq_contacts **c);     /* NULL is fine */
/* hq_contacts_note: beyond `max` devices nothing is noted. */
void hq_contacts_note(struct hq_contacts *c, id8 author, const struct hq_contact *what);
/* hq_contacts_heard: the writer's, when a request of a known device was kept in `t`. */
void hq_contacts_heard(const struct hq_request *r, struct store_txn *t, struct arena tmp,
                       int64_t now_ms);
bool hq_contacts_get(struct hq_contacts *c, id8 author, struct hq_contact *out);
#endif
