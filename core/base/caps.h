/* caps.h - every limit of core, in one place, each with its reason.
 *
 * A bound is checked before memory is taken or a byte is written. Raising one is a decision about
 * small machines and hostile input; write the reason down. */
#ifndef CORE_BASE_CAPS_H
#define CORE_BASE_CAPS_H

#define CAP_ENTRY_BYTES                                                                            \
    4096                    /* one signed entry; the largest honest one (a sign-off) is < 1 KiB    \
                             */
#define CAP_BODY_BYTES 2944 /* leaves room for head, 24 attachments, evidence and signature */
#define CAP_ENTRY_ATTACHMENTS 24  /* a record of one customer names about ten texts */
#define CAP_CODE_BYTES 32         /* a code on a thing or a paper: printable ASCII */
#define CAP_CBOR_DEPTH 8          /* entries nest 4 deep, facts 5, trust documents 4 */
#define CAP_CHUNK_BYTES 65536     /* one chunk of an attachment */
#define CAP_ATT_SMALL_BYTES 16384 /* up to here an attachment lies in LMDB, beyond in a file */
#define CAP_ATT_BYTES (32U << 20) /* one attachment: a catalogue edition of 100,000 lines */
#define CAP_MANIFEST_BYTES 17408  /* 512 chunk hashes of 33 bytes, and the head */
#define CAP_TEXT_BYTES 4000       /* one typed text; a page of Chinese is about 2,400 */
#define CAP_REPORT_BYTES 15000    /* the canonical report must stay a small attachment */
#define CAP_FACTS_BYTES 15000     /* likewise the frozen facts */
#define CAP_STROKES_BYTES 15000   /* about 3,000 points of a signature, delta coded */
#define CAP_DRAFT_BYTES 32768     /* typed text and strokes before sign-off */
#define CAP_TRUST_BYTES 4096      /* trust document with about 24 keys */
#define CAP_TRUST_CHAIN_BYTES                                                                      \
    16384 /* the documents from the first root to the newest: some thirty, four of the largest */
#define CAP_CERT_BYTES 512       /* one certificate */
#define CAP_AUTHOR_EPOCHS 64     /* of one key: each is a restore, a clone or a mended tail */
#define CAP_SUBJECT_ENTRIES 4096 /* entries folded into one subject; more is shown as damaged */
#define CAP_VISITS 32            /* visits of one job that are shown */
#define CAP_VISIT_VERSIONS 16    /* signed versions of one visit's report; a third is rare */
#define CAP_VISIT_PARTS 40       /* part lines of one visit: fits the report's bytes */
#define CAP_VISIT_PRICES 40      /* price lines of one consent */
#define CAP_FIELD_WRITES 16      /* concurrent values of one field that are kept apart */
#define CAP_HELP_ANSWERS 64      /* to help requests of one subject: the newest; two are many */
#define CAP_COVERS 7             /* other authors' heads that a sign-off names (DESIGN 6) */
#define CAP_COVERS_MADE 4        /* that we write: with more the QR code passes 1,250 characters */
#define CAP_KEY_SLOTS 8          /* ways to open one data key */
#define CAP_TXN_BYTES (8U << 20) /* one user action with its small attachments */
#define CAP_MAP_DEVICE_BYTES (16ULL << 30) /* address space, not disk (DESIGN 3) */
#define CAP_MAP_HQ_BYTES (1ULL << 40)
#define CAP_RESERVE_BYTES                                                                          \
    (32ULL << 20) /* disk kept for signatures and sync; photos are refused first */
#define CAP_HLC_AHEAD_MS                                                                           \
    86400000LL                   /* a stamp more than a day ahead is never adopted (DESIGN 2)      \
                                  */
#define CAP_CALENDAR_DAYS 2000   /* of the company that differ: five years of every day */
#define CAP_CALENDAR_BRANCHES 64 /* branches with hours of their own: twice what has been seen */
#define CAP_BRANCH_DAYS 2000     /* days of all branches together: thirty each; read with a fold */
#define CAP_PIN_MIN 4
#define CAP_PIN_MAX 64
#define CAP_PIN_TRIES_FREE 3 /* then back-off doubles from 5 s to 15 min */
#define CAP_SCRATCH_BYTES                                                                          \
    (4U << 20) /* one store call's scratch: 4096 entries of a subject in view */
#define CAP_STORE_READERS                                                                          \
    64 /* read transactions of one process at once: a server's threads twice over */
#define CAP_STORE_CURSORS 8     /* open scans of one transaction; the deepest nest is 3 */
#define CAP_STORE_KEY_BYTES 100 /* a table key; the longest is 56 */
#define CAP_PATH_BYTES 1024     /* a store's path with a file's name; kept inside struct store */
#define CAP_SUBJECT_KEYS                                                                           \
    (1U << 22) /* headquarters' key table: 4 million customers and jobs, 234 MiB */

#endif
