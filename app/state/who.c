/* who.c - who wrote something, in words: a name that one can ask for, and the role he acted in. */
#include <string.h>

#include "app/state/app_internal.h"
#include "core/fold/record.h"
#include "core/journal/append.h"

/* Of a technician's entry: whose his certificate says that it is, whomever the entry names. */
static bool by_technician(struct store_txn *t, id8 author, id16 *person, enum role *role)
{
    /* It was verified when it was kept; the trust document is the writer thread's. */
    uint8_t room[2 * CAP_CERT_BYTES];
    struct arena tmp = arena_of(room, sizeof room);
    const char *rule = NULL;
    struct cert c;
    bytes doc;
    if (store_get(t, T_CERT, bytes_of(author.b, sizeof author.b), &tmp, &doc, NULL) != ST_OK ||
        cert_parse(doc, &c, &rule) != ST_OK || c.role == ROLE_HEADQUARTERS) {
        return false;
    }
    *person = c.person;
    *role = c.role;
    return true;
}

void who_is(struct store_txn *t, id8 author, id16 actor, struct arena *m, struct who *out)
{
    struct subject_state s;
    memset(out, 0, sizeof *out);
    if (!by_technician(t, author, &actor, &out->role) && id16_zero(actor)) {
        return;
    }
    if (fold_load(t, actor, m, &s, NULL, NULL) == ST_OK) {
        out->name = field_text(t, m, &s, F_TECHNICIAN_NAME);
        out->phone = field_text(t, m, &s, F_TECHNICIAN_PHONE);
    }
}

void who_wrote(struct store_txn *t, h32 entry, struct arena *m, struct who *out)
{
    struct entry_view e;
    memset(out, 0, sizeof *out);
    if (journal_get(t, entry, m, &e, NULL) != ST_OK) {
        return;
    }
    who_is(t, e.author, e.actor, m, out);
    if (out->role == ROLE_NONE) {
        out->role = e.actor_role;
    }
}
