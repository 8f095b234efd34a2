/* app.h - the handheld's state: what the screens see and the intents they give.
 *
 * Two sides. The UI thread owns struct app: it draws screens (app/screens) from app_model and turns
 * touches into intents; it reads the store in short read transactions and never waits for disk,
 * network or key derivation. The writer thread (app/state/writer.c) owns the journal and the one
 * write transaction: it takes intents from a bounded queue, one transaction each, and answers with
 * a result; then it wakes the UI. The network thread (app/state/net.c) owns the network: it
 * asks the writer to build a bundle and to take an answer in, and itself only carries bytes.
 *
 * "Saved" is shown from a result with ST_OK only, "at headquarters" from a verified receipt only.
 */
#ifndef APP_STATE_APP_H
#define APP_STATE_APP_H
#include "app/ui/ui.h"
#include "core/fold/refold.h"
#include "core/journal/append.h"
#include "core/model/catalogue.h"
#include "core/model/position.h"
#include "core/report/report.h"

struct app;

/* ---- screens --------------------------------------------------------------------------------- */
enum screen_id {
    SCREEN_FIRST_START,
    SCREEN_UNLOCK,
    SCREEN_TODAY,
    SCREEN_JOB,
    SCREEN_ARRIVE,
    SCREEN_DIAGNOSE,
    SCREEN_PRICE,
    SCREEN_WORK,
    SCREEN_PART,
    SCREEN_TEST,
    SCREEN_FEE,
    SCREEN_SIGN_READ,
    SCREEN_SIGN_RATE,
    SCREEN_SIGN_PAD,
    SCREEN_SIGN_REFUSE /* refused or absent, with a reason */,
    SCREEN_HAND_BACK /* the technician's unlock after the customer */,
    SCREEN_COPY,
    SCREEN_END_VISIT
    /* nobody there, part wanted, ... */,
    SCREEN_PAYMENT,
    SCREEN_CONFLICTS,
    SCREEN_DETAILS /* a job's contact, phone, note */,
    SCREEN_SYNC,
    SCREEN_SETTINGS,
    SCREEN_PIN,    /* a new PIN */
    SCREEN_FORGOT, /* ... without the old one */
    SCREEN_STOPPED /* revoked: what is still owed */,
    SCREEN_DAY /* the technician's daily report */,
    SCREEN_DEBTS /* his parts, his cash, what he owes */,
    SCREEN_PREPARE,   /* the day's calls and parts */
    SCREEN_CALL,      /* one of the calls */
    SCREEN_KNOWLEDGE, /* of each fault, offline */
    SCREEN_HELP,      /* asked of the supervisor */
    SCREEN_EARLIER /* visits that the device holds */,
    SCREEN_TAKE,   /* a thing of the customer's is taken away */
    SCREEN_CARD,   /* its repair card; the subject is the goods */
    SCREEN_RETURN, /* it comes back */
    SCREEN_PAPERS, /* receipts, tags: to show, photograph, write off */
    SCREEN_HANDOVER /* asked of headquarters */,
    SCREEN_EQUIPMENT /* that no file has: proposed in words */,
    SCREEN_TAKE_CALL /* a repair call; the subject is a customer, or none */,
    SCREENS
};
/* One row a screen in app/screens/screens.c; `frame` draws and reacts, once a frame. `enter` (may
 * be NULL) is called when the screen comes up: load the draft, clear what is the screen's own. */
struct screen {
    enum screen_id id;
    const char *name; /* stable ASCII: #name in scripts, shots, the restored place */
    void (*enter)(struct app *a);
    void (*frame)(struct app *a, struct ui *u);
    void (*leave)(struct app *a); /* the device locks or closes on it; NULL: drafts hold all */
};
extern const struct screen screens[SCREENS];
/* app_go: show a screen (for `subject` where it concerns one). The place is kept as a draft, so
 * that a restart lands on it. app_back: to where the present screen was entered from. */
void app_go(struct app *a, enum screen_id screen, id16 subject);
void app_back(struct app *a);

/* Who wrote something: name and phone as far as his record is held here, the role he acted in. All
 * empty: headquarters' node. */
struct who {
    str name, phone;
    enum role role;
};
/* ---- model: what the screens read -------------------------------------------------------------
 */
/* A job with all it names, loaded together from one read transaction; reloaded when the store's
 * generation moved. Everything points into the model's own arena. */
#define APP_GOODS_MAX 8 /* of one job: one thing is out at a time */
struct goods_item {
    id16 subject;
    struct subject_state state;
    str receipt, what;
    unsigned at; /* enum goods_state */
};
struct job_model {
    id16 subject;
    struct subject_state job, customer, equipment, contract;
    bool has_customer, has_equipment, has_contract;
    struct visit_state *visit; /* this author's newest visit, NULL: none */
    str provisional; /* the number that a technician gave it; `code` too, until the official one */
    str code, customer_name, customer_phone, customer_address, contact, contact_phone;
    str equipment_name, equipment_model, equipment_serial, equipment_maker, fault_told, note;
    int customer_lang;                    /* 1 zh, 2 en */
    struct class_decision class_;         /* as decided now, offline */
    struct class_decision class_excluded; /* the same when the warranty does not count (D-03) */
    struct deadline deadlines[4];
    size_t ndeadlines;
    unsigned place; /* enum sync_place of the newest own entry: here, branch, HQ */
    struct goods_item *
        goods; /* what was taken away for this job, as far as it is held; what is out stands last */
    unsigned ngoods;
    bool is_goods; /* the subject is goods: `job` is their state, `call` their job's */
    struct subject_state call;
    bool has_call;
    int64_t last_service_ms; /* of this equipment, 0: none known */
    str last_service;        /* in words */
    /* Headquarters reopened the newest signature of `visit`, and no other stands yet. */
    struct {
        bool is;
        unsigned reason; /* 1 amount, 2 content, 3 the customer asks, 4 other */
        struct who who;
        int64_t when_ms;
    } reopened;
    bool two_histories; /* an entry of it lies in one of two histories (core/journal/forks.h) */
};
/* app_job: the model of the job that the present screen concerns; NULL when it cannot be loaded
 * (the screen then says what is missing). Valid until the frame ends. */
const struct job_model *app_job(struct app *a);
/* app_text: an attachment's text (ATT_TEXT) into the frame arena; empty when not held; *gone tells
 * that it was forgotten. */
str app_text(struct app *a, h32 att, bool *gone);
/* app_where: what is known of where the technician stood at the arrival of this visit (NULL: of one
 * to come); *out is filled in for WHERE_RECORDED. */
enum app_where {
    WHERE_TO_COME,  /* asked once, at the tap */
    WHERE_OFF,      /* headquarters has switched it off for him */
    WHERE_ASKING,   /* some seconds at most */
    WHERE_RECORDED, /* a fact of the visit */
    WHERE_NONE,     /* nothing came */
    WHERE_GONE      /* recorded, and forgotten since */
};
enum app_where app_where(struct app *a, const struct visit_state *v, struct position *out);
const struct catalogue *
app_catalogue(const struct app *a); /* never NULL: empty when none came yet */

/* Today: all jobs in order, as an array of subjects held in memory; rows are loaded as they come
 * into view. Filtering is by a search text (names, code, address, phone, model; built in memory).
 */
struct today_row {
    struct list_row row;
    str customer, phone, equipment, model, address, fault_told, code; /* frame arena */
    str provisional;             /* of a call that a technician took */
    bool not_numbered;           /* ... and `code` is that, too: headquarters has not seen it yet */
    struct deadline deadline[2]; /* what matters most now (deadlines_first) */
    unsigned ndeadlines;
    int zone;                  /* 1 city, 2 suburb */
    unsigned help;             /* enum visit_help of his visit */
    bool reopened;             /* his report of it was signed, and counts as unsigned again */
    enum service_class class_; /* of the visit; before, what the device can decide; or none */
    unsigned place;
};
size_t app_today_count(struct app *a);
bool app_today_row(struct app *a, size_t index, struct today_row *out);
void app_today_filter(struct app *a, const char *search, int list /* enum list */);

/* What this technician has in the van, ascending by part number; valid until the store moves. */
struct stock_item {
    struct code part;
    int64_t qty_milli;
};
const struct stock_item *app_stock(struct app *a, size_t *n);

/* app_fitted: was a part with this serial number put in and not taken out since, in a job that this
 * device holds (the first APP_FITTED_JOBS of them; the entry `but` does not count)? *job: where. */
bool app_fitted(struct app *a, const struct code *serial, h32 but, id16 *job);

/* app_job_name: of a job that this device holds: its customer and its number; frame arena. */
void app_job_name(struct app *a, id16 job, str *customer, str *code);

/* Conflicts: one item a field (or the assignment) of which two values stand. */
struct conflict_value {
    str text; /* in words, as people read it; empty when the content is not held */
    struct who who;
    int64_t when_ms;
    bool proposal, own;
};
struct conflict_item {
    id16 subject;
    enum subject_type type;
    int field; /* 0: the assignment, which the supervisor settles */
    str name;  /* of the subject: customer, equipment, number of the job */
    unsigned n;
    struct conflict_value *v;
};
/* app_conflicts: at most `cap` items into `out`, texts in the frame arena; returns how many. */
size_t app_conflicts(struct app *a, struct conflict_item *out, size_t cap);
/* app_resolve: record.set with the chosen value, naming all that stand: the technician's own
 * proposal, which the supervisor confirms. False: busy, or the field has moved. */
bool app_resolve(struct app *a, id16 subject, int field, unsigned value);
/* app_changes: what others wrote about the present job, its customer and its equipment since the
 * technician's open visit was first shown here, or since app_changes_seen: at most `cap` items, the
 * texts in the frame arena. Nothing when no visit is open. What was seen is a draft of the job. */
struct change_item {
    enum subject_type type;
    int field;   /* 0: the assignment */
    str text;    /* the new value, in words */
    bool nobody; /* it is taken from him, and given to nobody */
    struct who who;
    int64_t when_ms;
};
size_t app_changes(struct app *a, struct change_item *out, size_t cap);
void app_changes_seen(struct app *a);
/* app_person: a person's name by id; empty when not held. Frame arena. */
str app_person(struct app *a, id16 person);
/* app_author_name: of whoever an author's certificate names. */
str app_author_name(struct app *a, id8 author);

/* ---- intents: what the screens want ------------------------------------------------------------
 */
/* All return false when something else is in flight or the queue is full (the button stays, and
 * app_result says that it was not taken, but for a second tap on what is under way); all data is
 * copied. A result comes back in a later frame through app_result; `go` counts only if the
 * user is still on the same job then. */
struct intent_att {
    enum att_type type;
    bytes content;
};
/* app_append: one entry on the present job. `go` is where to go when it is durable (SCREENS: stay);
 * the draft `draft_name` of this job goes with it. */
bool app_append(struct app *a, unsigned kind, bytes body, const struct intent_att *atts,
                unsigned natt, const char *draft_name, enum screen_id go);
/* app_goods_step: a step of a customer's goods (core/rules/office_steps.c) by this technician: its
 * state and what else it writes, with the fact of the present subject that belongs to it (kind 0:
 * none), in one transaction. The rules are asked again by the writer; `counter` ("goods") moves
 * when the fact uses the number up that app_goods_number showed. */
struct record_write;
struct goods_step {
    const char *step, *counter;
    id16 goods;
    const struct subject_state *seen; /* their state; NULL: new ones */
    struct record_write *w;           /* room for one more */
    size_t n;
    str text; /* of the one FT_TEXT field among them; empty: none */
    unsigned kind;
    bytes body;
    const struct intent_att *atts;
    unsigned natt;
};
bool app_goods_step(struct app *a, const struct goods_step *s, const char *draft_name,
                    enum screen_id go);
str app_goods_number(struct app *a); /* of the next goods receipt; frame arena */
/* app_me: who the technician is. */
id16 app_me(const struct app *a);
/* app_sign: make the sign-off of the open visit of one job, or of several of one customer in one
 * pass: the writer puts number, facts, text, strokes, covers together and appends a VISIT_SIGNED to
 * each, all in one transaction or none. Each text must equal the one that was read (its hash is
 * checked). New numbers are given in this order. */
#define APP_SITE_MAX 8 /* pieces of equipment that one customer reads about without a pause */
struct sign_intent {
    unsigned outcome, relation, reason;
    str name, reason_words;
    bytes strokes;        /* core/report/strokes.h */
    bytes ratings_sealed; /* as app_ratings_seal made them when the customer left the page */
    enum report_template template_;
    unsigned n;
    struct {
        id16 job;
        h32 text_shown; /* BLAKE2b-256 of the canonical text that was on the read page */
    } of[APP_SITE_MAX];
};
bool app_sign(struct app *a, const struct sign_intent *s, enum screen_id go);
/* app_ratings_seal: plain bytes of core/report/ratings.h, sealed to headquarters into buf (plain.n
 * + RATINGS_SEAL_OVERHEAD); the caller wipes the plain ones. ST_UNTRUSTED: no sealing key. */
MUST_USE enum st app_ratings_seal(struct app *a, bytes plain, uint8_t *buf, size_t cap, bytes *out);
/* app_draft: keep half-typed things of the present job (coalesced; empty deletes). False while the
 * draft of this name is becoming an entry, or when the queue is full: the next frame tries again.
 * app_draft_get: valid until the next app_draft, or the frame ends. */
bool app_draft(struct app *a, const char *name, bytes content);
bytes app_draft_get(struct app *a, const char *name);
bool app_unlock(struct app *a, const char *pin);
bool app_hand_back(struct app *a, const char *pin); /* checks the PIN, changes nothing else */
/* app_change_pin: ST_WRONG_PIN counts as any wrong try. app_recover: a forgotten one, by a code
 * that headquarters gives for this store; app_store_id: as whom it knows it, in hex; "" when it
 * cannot help. Frame arena. */
bool app_change_pin(struct app *a, const char *old, const char *fresh);
bool app_recover(struct app *a, const char *code, const char *address, const char *pin);
/* app_recover_file: the same by one file that is carried: without a PIN it turns what headquarters
 * wrote there into the request, with one it takes the answer. */
bool app_recover_file(struct app *a, const char *code, const char *path, const char *pin_or_null);
const char *app_store_id(struct app *a);
/* Several technicians on one device: a store each. app_seats: who they are; the chosen one's place
 * in *chosen. While locked: app_seat_choose, and app_seat_new for one more (First start comes up).
 * app_seat_leave: back from there to the first. False: no room, or something is in flight. */
#define APP_SEATS_MAX 8 /* as many as one choice shows */
struct app_seat {
    unsigned number; /* from 1 */
    char name[64];   /* "" : not known yet */
};
const struct app_seat *app_seats(const struct app *a, unsigned *n, unsigned *chosen);
bool app_seat_choose(struct app *a, unsigned number);
bool app_seat_new(struct app *a);
bool app_seat_leave(struct app *a);
/* app_owes_parcel: revoked, and headquarters does not have all of the parcel yet. */
bool app_owes_parcel(const struct app *a);
/* app_start_anew: ... and now it has: First start, or a colleague's store. */
bool app_start_anew(struct app *a);
/* app_keys_safe: the keys are kept out of the swap file. */
bool app_keys_safe(const struct app *a);
bool app_join(struct app *a, const char *code, const char *address_or_file, const char *pin);
bool app_lock(struct app *a); /* compacts first when something was forgotten */
bool app_sync_now(struct app *a);
bool app_sync_file(struct app *a, const char *path, bool export);
bool app_settings_save(struct app *a);                /* app_settings as they are */
void app_address(struct app *a, const char *address); /* where the next sync goes */

/* app_record: set fields of one record (a job's, a customer's, a piece of equipment's). What is
 * seen as current is filled in from `state` (NULL: nothing). An FT_TEXT write's `i` is its place in
 * atts. */
struct record_write;
bool app_record(struct app *a, enum subject_type type, id16 subject,
                const struct subject_state *state, struct record_write *w, size_t n,
                const struct intent_att *atts, unsigned natt, const char *draft_name,
                enum screen_id go);
/* app_report: the canonical text of the present job's open visit in a language, its facts and the
 * hash that app_sign wants back. Cached until the store moves; valid until then. ST_NOT_FOUND with
 * the reason when something is missing. */
struct report_shown {
    str text;
    h32 hash;
    struct report_facts facts;
    enum st st;
    struct err err;
};
const struct report_shown *app_report(struct app *a, enum report_template template_);
/* app_report_of: the same of another job, which takes its number after `before` others. */
const struct report_shown *app_report_of(struct app *a, id16 job, unsigned before,
                                         enum report_template template_);
/* app_signed: the frozen report of a signature that stands: facts and text from their attachments.
 */
const struct report_shown *app_signed(struct app *a, const struct signature_state *s);
/* app_qr: the customer's copy of a sign-off as the characters of a QR; frame arena; empty on
 * failure. */
str app_qr(struct app *a, h32 signoff);
/* app_copy: the customer's copy of a sign-off of the present job as a PDF (A4, or for a roll of
 * 80 mm), in the folder STORE.copies; made on the writer thread, answered as APP_SAVING. It is not
 * sealed: what lies there goes with the next lock or exit, after a crash with the next unlock.
 * app_copy_path: where it is, or will be. Frame arena.
 */
bool app_copy(struct app *a, h32 signoff, bool roll);
const char *app_copy_path(struct app *a, const struct signature_state *s, bool roll);
/* app_receipt_number: the number that the next fee receipt will carry (minted here); frame arena.
 */
str app_receipt_number(struct app *a);
/* app_pay: VISIT_PAID under that number, which is used up in the same transaction; the draft
 * "payment" goes with it. */
bool app_pay(struct app *a, unsigned method, int64_t amount_minor, enum screen_id go);

/* What is in flight and what came of it. */
enum app_busy { APP_IDLE = 0, APP_SAVING, APP_UNLOCKING, APP_LOCKING, APP_JOINING, APP_SYNCING };
enum app_busy app_busy(const struct app *a); /* of intents that the user waits for */
/* app_upgrading: while unlocking: an older version made the store, and it is brought up to date. */
bool app_upgrading(const struct app *a);
struct app_result {
    unsigned serial; /* grows with each result */
    enum app_busy what;
    enum st st;
    bool not_taken; /* it was never begun: the queue was full, or something else in flight */
    struct err err; /* for logs; words for the user come from app_error_words */
    h32 entry;      /* of an append */
};
/* app_result: the newest result; screens compare serial with the one they saw. */
const struct app_result *app_result(const struct app *a);
/* app_result_fresh: true once for each result. */
bool app_result_fresh(struct app *a);
/* app_error_words: what happened, is the work safe, what to do: translated; frame arena. */
const char *app_error_words(struct app *a, const struct app_result *r);

/* ---- settings and sync state --------------------------------------------------------------------
 */
struct app_settings {
    char lang[3];
    int scale_percent;
    int theme;
    bool left_hand;
    bool letters;     /* the PIN is a passphrase: the keyboard opens with letters */
    int lock_minutes; /* locks when nothing was touched for so long */
    char address[128];
};
struct app_settings *app_settings(struct app *a);
struct sync_state {
    uint64_t unsent;         /* own entries beyond the newest receipt */
    int64_t last_receipt_ms; /* 0: never */
    int64_t last_try_ms;
    bool running;
    int64_t done, total;
    uint64_t free_bytes; /* where the store lies */
    bool low_space;      /* soon in the reserve that is kept for signatures and sync */
    bool no_space;       /* in it: photos are refused */
    unsigned conflicts, quarantined, missing_attachments;
    unsigned missing_entries; /* own ones, lost here to damage: they come back */
};
void app_sync_state(struct app *a, struct sync_state *out);
/* app_space_words: before it hurts, what is still saved and what to do; NULL: there is room. Of the
 * store's last move; translated, frame arena. *full (may be NULL): photos are refused already. */
const char *app_space_words(struct app *a, bool *full);
enum sync_place_ui { PLACE_HERE = 1, PLACE_BRANCH = 2, PLACE_HQ = 3 };

/* ---- who, when ----------------------------------------------------------------------------------
 */
struct now app_now(const struct app *a); /* of this frame; fixed by --now */
/* app_now_ms: the same, put right where receipts and the boot clock say that the device's clock
 * cannot be (core/journal/times.h): what deadlines count down to. app_clock_wrong: it is. */
int64_t app_now_ms(const struct app *a);
bool app_clock_wrong(const struct app *a);
id8 app_author(const struct app *a);
str app_technician_name(struct app *a);
str app_company(struct app *a);
struct arena *app_frame(struct app *a); /* reset each frame */
/* app_height_sp: the height of the window in dp at the user's text size: what a page has room for.
 */
int app_height_sp(const struct app *a);
/* app_lying: the window is wider than high. */
bool app_lying(const struct app *a);
/* app_time: "2026-11-21 10:46" or "10:46" in the device's zone; app_money: "380.00" with the
 * currency by locale; app_qty: thousandths without needless zeros. Frame arena. */
const char *app_time(struct app *a, int64_t ms, bool with_date);
const char *app_money(struct app *a, int64_t minor);
const char *app_qty(struct app *a, int64_t milli);
/* Scratch that screens keep between frames, one block a screen, zeroed when the job changes. */
void *app_screen_data(struct app *a, enum screen_id screen, size_t size); /* <= CAP_SCREEN_BYTES */
#define CAP_SCREEN_BYTES 65536
#endif
