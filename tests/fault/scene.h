/* scene.h - a small company on disk, what can be done in it, and what must hold whatever happened.
 *
 * The sweeps (test_fail, test_kill) make the company once, copy it for every run, open it, let one
 * scene run while a call fails or a signal kills, and then ask scene_judge. What the scene was told
 * is done it tells with scene_ack, at once: the judge holds the store to it. A world lies in memory
 * that survives the process that worked in it (shared), or its acknowledgements go to a pipe. */
#ifndef TESTS_FAULT_SCENE_H
#define TESTS_FAULT_SCENE_H
#include "tests/unit/hq/pair.h"

enum ack_kind {
    ACK_ENTRY = 1, /* hash: the handheld said that it is saved, with its attachments */
    ACK_HQ,        /* hash: headquarters said that it is written */
    ACK_SENT,      /* hash: headquarters answered the bundle that ends with it */
    ACK_DRAFT,     /* n: the text of that number is kept */
    ACK_PIN,       /* n: this PIN opens from now on, the others do not */
    ACK_COMPACT,   /* what was forgotten is off the disk */
    ACK_FORGOT,    /* headquarters has destroyed what it knew of the second customer */
    ACK_CODE,      /* text: a code for a new device was given out */
    ACK_FOUNDED,   /* the new device has a store; n: SCENE_NEW, or SCENE_COLLEAGUE */
    ACK_INIT,      /* the new headquarters is made */
    ACK_EPOCH      /* n: so many epochs are the handheld's own */
};
struct ack {
    enum ack_kind kind;
    unsigned n;
    h32 hash;
    char text[24];
};
#define SCENE_ACKS 256
#define SCENE_PINS 3

struct world {
    struct pair p;        /* headquarters; p.hq is NULL while it is closed */
    struct pair_device d; /* the handheld; d.store is NULL while it is closed */
    char base[96];        /* the folder of it all */
    char origin[96];      /* the company that it was copied from */
    id16 who, customer, second, job, other;
    h32 second_name;  /* attachment: the second customer's name */
    h32 voucher;      /* entry: his job's sign-off, whose evidence the law keeps */
    char code[24];    /* for the new device */
    h32 owed[3];      /* entries: of the device that was revoked, saved there and not sent */
    unsigned pin;     /* index of the PIN that was set last, as far as anybody knows */
    unsigned attempt; /* of the scene in this world, from 0: makes its texts and numbers new */
    bool restored;    /* headquarters was put back: what it gave receipts for comes back by syncs */
    int pipe;         /* acknowledgements go here; -1: into acks */
    struct ack acks[SCENE_ACKS];
    unsigned nacks;
    unsigned bad;  /* what scene_judge found wrong */
    unsigned lost; /* of it: what was acknowledged and is not there, or not once */
    unsigned told; /* acknowledgements looked at */
    struct err err;
};

/* Devices beside the company's first: one of its own, a second store on the first one. */
enum scene_device { SCENE_NEW = 0, SCENE_COLLEAGUE = 1, SCENE_DEVICES = 2 };
enum scene_opens { SCENE_DEVICE = 1, SCENE_HQ = 2 };
struct scene {
    const char *name;
    unsigned opens;                      /* what is open when `run` begins */
    enum st (*prepare)(struct world *w); /* NULL: nothing; never disturbed */
    enum st (*run)(struct world *w);     /* may be repeated; w->err on failure */
};
extern const struct scene scenes[];
extern const unsigned scenes_n;

/* scene_company: make the company in `base` (an empty folder); everything closed after it. */
void scene_company(struct world *w, const char *base);
/* scene_copy: the company at w->base copied to `base`, where *w lives from now on. */
void scene_copy(struct world *w, const char *base);
void scene_remove(const char *dir); /* a folder with all that is in it */
/* scene_open: what `opens` names; ST_OK, or w->err says why not. scene_close: whatever is open. */
enum st scene_open(struct world *w, unsigned opens);
void scene_close(struct world *w);
void scene_ack(struct world *w, const struct ack *a);
/* scene_judge: everything closed: stores open, checks pass, what was acknowledged is there exactly
 * once, and a sync brings both sides together. Counts into w->bad. */
void scene_judge(struct world *w);
/* scene_judge_files: nothing lies about that is no store's. */
void scene_judge_files(struct world *w);
/* scene_again: the scene once more, which must succeed now; in the stores as they are open, else
 * they are opened again. */
void scene_again(struct world *w, const struct scene *s, bool as_open);
/* scene_judge_dead: all of it for a world whose process was ended: judged as it lies; then the
 * scene again, which takes away what was left half done; and judged once more. */
void scene_judge_dead(struct world *w, const struct scene *s);
extern const char *const scene_pins[SCENE_PINS];

/* Shared by scene files only. */
void scene_bad(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void scene_tell(struct world *w, enum ack_kind kind, unsigned n, h32 hash);
enum st scene_append(struct world *w, int field, const char *text, size_t photo_bytes,
                     const char *draft);
enum st scene_sync(struct world *w, struct pair_device *d);
enum st scene_op(struct world *w, const char *op, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
enum st scene_unlock(struct world *w, struct pair_device *d, const char *pin);
enum st scene_hq_open(struct world *w);
void scene_copy_tree(const char *from, const char *to); /* `to` is not there yet */
/* scene_spoil_device, scene_spoil_hq: damage to the closed store's file, as if it had been in use.
 */
enum st scene_spoil_device(struct world *w);
enum st scene_spoil_hq(struct world *w);
/* scene_age_device, scene_age_hq: the closed store as the previous layout's writer left it. */
enum st scene_age_device(struct world *w);
enum st scene_age_hq(struct world *w);
/* scene_device: where one of the others lies, its secret read. False: it has none. */
bool scene_device(struct world *w, enum scene_device which, struct pair_device *out);
/* scene_recovering: a recovery was begun and did not come to its end. */
bool scene_recovering(const struct world *w);
/* The scenes of scene_keys.c, for the table of them all. */
enum st scene_prepare_join(struct world *w);
enum st scene_run_join(struct world *w);
enum st scene_prepare_colleague(struct world *w);
enum st scene_run_colleague(struct world *w);
enum st scene_prepare_recovery(struct world *w);
enum st scene_run_recovery(struct world *w);
enum st scene_prepare_parcel(struct world *w);
enum st scene_run_parcel(struct world *w);
enum st scene_prepare_back(struct world *w);
enum st scene_run_back(struct world *w);
void scene_path(const struct world *w, const char *name, char out[static 160]);
#endif
