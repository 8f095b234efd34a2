/* story.h - what a device and its headquarters do while the power log listens, what was said
 * to people on the way, and whether a folder that a cut left still holds all of it. */
#ifndef TESTS_FAULT_STORY_H
#define TESTS_FAULT_STORY_H
#include "tests/fault/disk_log.h"
#include "tests/unit/hq/pair.h"

enum story_side { STORY_DEVICE, STORY_HQ, STORY_SIDES };
/* What somebody was told, from `from` on (ops of the side's log), until `until`. */
enum promise_kind {
    PROMISE_FOUNDED, /* the store is there and opens */
    PROMISE_SECRET,  /* the device secret of these 32 bytes */
    PROMISE_KEY,     /* key slot of secrets[n] opens */
    PROMISE_ENTRY, /* "saved" on a device, "receipt sent" at headquarters: chain up to n ends so */
    PROMISE_RECEIPT,  /* shown as "at headquarters" */
    PROMISE_ATT,      /* content of the attachment */
    PROMISE_GONE,     /* it was forgotten */
    PROMISE_DRAFT,    /* the draft's first byte is n */
    PROMISE_CERTIFIED /* headquarters knows the device */
};
struct promise {
    enum story_side side;
    enum promise_kind kind;
    size_t from, until;
    id8 author, epoch;
    uint64_t n;
    h32 hash;
};
#define PROMISES_MAX 4096
struct story {
    struct disk_log log[STORY_SIDES];
    struct pair p;
    struct pair_device d;
    struct join *join;
    uint8_t secrets[2][32]; /* of the key-file slot, before and after the change */
    char base[128];
    id16 who, customer, job;
    struct promise promises[PROMISES_MAX];
    unsigned npromises;
};
/* story_tell: the whole story, recorded; CHECKs as it goes. `days`: how much of the dull
 * middle; `deaf`: the log believes no sync. */
void story_tell(struct story *s, unsigned days, bool deaf);
void story_free(struct story *s);
/* The test program's own hands: its calls reach the log while one is listened to. */
extern struct story *story_live;
#endif
