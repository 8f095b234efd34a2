/* limits.h - every bound of sync/, in one place, each with its reason. Checked before memory is
 * taken or a byte is kept. */
#ifndef SYNC_BUNDLE_LIMITS_H
#define SYNC_BUNDLE_LIMITS_H
#include "core/base/caps.h"

/* --- the bundle ---------------------------------------------------------------------------------
 */
#define BUNDLE_HEADER_BYTES_MAX 117 /* 5 + 16 + 32 + 8 + 32 + 24: a joining device's */
#define BUNDLE_ITEMS_BYTES                                                                         \
    4096 /* a frame ends with the item that brings it here: lost at a cut                          \
          */
#define BUNDLE_ITEM_BYTES_MAX 32768 /* the largest item: a small attachment with its manifest */
#define BUNDLE_MANIFEST_BYTES 49152 /* digests of 400 subjects and what else a manifest lists */
#define BUNDLE_PLAIN_BYTES_MAX                                                                     \
    (1 + 36 + CAP_CHUNK_BYTES) /* a chunk with its name: largest frame                             \
                                */
#define BUNDLE_FRAME_BYTES_MAX (4 + 17 + BUNDLE_PLAIN_BYTES_MAX)

/* --- what a manifest may list -------------------------------------------------------------------
 */
#define MANIFEST_JOURNALS_MAX 16  /* epochs of one author: each is a restore or a clone */
#define MANIFEST_WANTED_MAX 32    /* attachments asked for at once; the next exchange asks on */
#define MANIFEST_SUBJECTS_MAX 400 /* digests; a backlog beyond is compared next time */
#define MANIFEST_HELD_MAX                                                                          \
    256                      /* others' chains that a handheld holds: colleagues, nodes, epochs    \
                              */
#define MANIFEST_ASKED_MAX 8 /* subjects whose hashes are asked for; the rest next time */
#define MANIFEST_PROBLEMS_MAX 64 /* quarantined items named; the count says how many there were */
#define MANIFEST_HASHES_MAX                                                                        \
    512 /* hashes of one item [4, ...]; a subject may take several items                           \
         */

/* --- one exchange --------------------------------------------------------------------------------
 */
#define EXCHANGE_SEND_BYTES (4U << 20)    /* entries a device sends at once: 20,000 of them */
#define EXCHANGE_LARGE_BYTES (8U << 20)   /* large attachments on top, each way */
#define EXCHANGE_ANSWER_BYTES (16U << 20) /* the largest answer that a device reads */
#define EXCHANGE_FILE_BYTES (64U << 20)   /* the largest *.docket that is read or written */
#define EXCHANGE_ROUNDS 64                /* exchanges of one sync before it pauses */

/* --- docketd
 * -------------------------------------------------------------------------------------- */
#define HQ_REQUEST_BYTES (16U << 20)    /* one posted bundle: a send with its large attachments */
#define HQ_DROP_BYTES (32U << 20)       /* of a refused body, read to its end and not kept */
#define HQ_JOIN_BYTES 4096              /* a joining bundle, from anybody: a tenth of that */
#define HQ_IN_FLIGHT_BYTES (256U << 20) /* all posted bundles together; beyond: 503, try later */
#define HQ_AUTHOR_EXCHANGES 4           /* of one author at once: a quarter of those bytes */
#define HQ_CONNECTIONS 1024             /* 500 devices at once, twice over */
#define HQ_CONNECTIONS_EACH 768         /* ... of one address: it never has them all */
#define HQ_WRONG_CODES 10               /* enrolment codes of one address in a minute */
#define HQ_WRONG_CODES_ALL 200          /* ... and of all */
#define HQ_CONNECTION_TIMEOUT_S 60      /* a slow link sends a frame in a few seconds */
#define HQ_QUEUE 1024                   /* requests that wait for the writer: all connections */
#define HQ_GROUP 128                    /* requests committed together: one flush for all */
#define HQ_GROUP_ENTRIES 20000          /* ... and entries, so that nobody waits long */
#define HQ_DOOR_ENTRIES                                                                            \
    1024               /* of all requests under way: some 80 ms of signatures; beyond, after */
#define HQ_DOOR_A_MS 1 /* ... and so many each millisecond: a tenth of one core */
#define HQ_INLINE_ENTRIES 256 /* up to here folded with the commit, beyond after the receipt */
#define HQ_REST_QUIET_MS 20   /* what follows receipts begins when nobody came for so long ... */
#define HQ_REST_WAIT_MS 1000  /* ... or when it waited so long: a step, and on with the others */
#define HQ_SWEEP_MS                                                                                \
    86400000LL                 /* what is over: keys of writes live a day, shown sign-offs months  \
                                */
#define HQ_CUT_ROUNDS 4        /* of a revocation at a time, 64 subjects each: some 30 ms */
#define HQ_CUT_NAMED 1024      /* ... and entries of a branch by name: a tenth of a second or two */
#define HQ_TAKEN_STEP 8        /* calls that technicians took, registered at a time: some 30 ms */
#define HQ_DEVICES_MAX 4096    /* authors of one deployment held in memory (about 1 MiB) */
#define HQ_ENROLMENTS_MAX 1024 /* codes that are tried against a joining bundle: some ms */
#define HQ_QUOTA_ENTRIES_DAY 200000         /* a day per author: twenty years of honest work */
#define HQ_QUOTA_ATT_BYTES_DAY (1ULL << 30) /* ... of attachments: two hundred photos of 5 MB */
#define HQ_QUOTA_RECEIPTS_DAY 2000  /* ... kept beside the newest: one each 43 s, day and night */
#define HQ_QUOTA_ODD_DAY 1000       /* ... items put aside: an honest device has none */
#define HQ_ODD_BYTES (64U << 20)    /* ... kept aside of all, ever; beyond, the oldest go */
#define HQ_ODD_ROW_BYTES 8192       /* ... one counts as so many or more: 8,192, which one reads */
#define HQ_QUOTA_LACKING_DAY 50000  /* ... entries sent again because it says that it lacks them */
#define HQ_INDEX_MAX 5000           /* entries of a backlog indexed at once for a fork: 50 ms */
#define HQ_QUOTA_STEPS_DAY 20000000 /* ... steps back along its branches: a minute or so in all */
#define HQ_WALK_MAX 100000    /* of one request: some 0.3 s; a clone's branch of 30,000 entries */
#define HQ_WALK_LUMP 500      /* ... counted at once */
#define HQ_ATT_SCAN_MAX 20000 /* entries looked through for missing attachments at once: 50 ms */
#define HQ_ONLINE_CODE_MS (15LL * 60 * 1000)
#define HQ_FILE_CODE_MS (7LL * 24 * 3600 * 1000)
#define HQ_CODE_KEPT_MS (30LL * 24 * 3600 * 1000) /* a used code still answers its own device */
#define HQ_CONTROL_BYTES (16U << 20) /* one message on the control socket: an import's batch */
#define HQ_KEYFILE_BYTES 16384       /* the key file with a rotated sealing key or two */
#define HQ_WORKERS_MAX 16            /* threads that parse and verify */
#endif
