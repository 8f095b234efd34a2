/* app_internal.h - struct app and its threads, for the files of app/state only. */
#ifndef APP_STATE_APP_INTERNAL_H
#define APP_STATE_APP_INTERNAL_H
#include <pthread.h>
#include <stdatomic.h>

#include "core/journal/times.h"
#include "app/state/limits.h"
#include "app/state/queue.h"
#include "app/state/run.h"
#include "app/state/words.h"
#include "app/ui/i18n.h"
#include "core/keys/slots.h"

/* What the writer or the network thread tells the UI. At most one of each kind is on its way: the
 * user waits for one thing at a time, and drafts that failed are said once. */
struct writer_news {
    struct app_result result;
    enum intent_type type;
    enum screen_id go;
    id16 from; /* the subject of the screen that asked: `go` counts only there */
    id16 to;   /* the subject to go to, when it is another one; zero: `from` */
    bool present;
    bool let_go;         /* the writer asks for the store's pointer back, to reopen it */
    bool reopened;       /* it was: `store` is the new one, NULL when it did not open */
    bool stopped;        /* this device was revoked: its store is gone */
    struct store *store; /* opened by unlock, by joining, again */
};

/* What the UI needs to know of the open journal, which is the writer's alone. Filled in by the
 * writer when it has opened the journal, and after each sync: keys rotate, epochs begin. */
struct session {
    id8 author;
    id16 person, deployment;
    char prefix[9], epoch_mark[3], company[96];
    struct trust_key sealing; /* all zero: the trust document names none */
};

/* The writer thread's own. Fields are its alone unless said otherwise. */
struct writer {
    struct app *app;
    pthread_t thread;
    struct queue queue;
    struct store *store; /* handed to the UI through news; closed only after it let go */
    struct journal journal;
    bool open;
    bool stopping;           /* revoked: what is owed is sealed, the keys are destroyed */
    bool reopening;          /* a sync to disk failed, and the UI was asked to let go */
    struct writer_news owed; /* what is said when that is done */
    h32 edition;             /* of the catalogue: the newest that was handed to the UI */
    uint8_t *scratch;        /* CAP_SCRATCH_BYTES for the journal */
    uint8_t *work;           /* CAP_SCRATCH_BYTES for gathering a report */
    struct slots_keys *keys; /* sodium_malloc: opens the store, signs, compacts */
};

/* The network thread's own. */
/* How a code reaches headquarters: over the network, or by a file that is carried there and back.
 */
enum join_way { JOIN_HTTP, JOIN_FILE_ASK, JOIN_FILE_TAKE };
struct net {
    struct app *app;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t cond;
    bool started, quit, sync_wanted, join_wanted, join_recovers, file_export, file_wanted;
    enum join_way join_way;
    char join_code[64], join_address[256], file_path[512];
    char address[128];       /* of headquarters: as settings had it, or as joined */
    atomic_int stop;         /* ends a transfer at exit */
    uint8_t *join_pin;       /* sodium_malloc 72, NUL-terminated */
    struct sync_state state; /* running, done, total, last_* */
};

/* Asking where the device is. With news_mutex: asking, visit; the rest is the writer's. */
struct where {
    struct where_source source;
    pthread_t thread;
    bool started;
    int stop[2]; /* a pipe: a byte in it ends the asking */
    id16 job;
    bool asking;
    id8 visit;
};

/* Of app_fitted: what was looked for last, and where it stands. */
struct fitted {
    struct code serial;
    h32 but;
    uint64_t generation; /* generation + 1; 0: never looked */
    bool found;
    id16 job;
};

struct today {
    id16 *subjects; /* in list order */
    size_t n, cap;
    size_t *shown; /* indices that pass the filter */
    size_t nshown, shown_cap;
    char search[64];
    int list;
    uint64_t generation; /* when it was loaded */
    bool loaded;
    uint64_t serial; /* grows with each loading */
    /* what `shown` was found for: it is looked for again when one of these has moved */
    char found[64];
    uint64_t found_serial, found_words;
    size_t found_ready;
};

/* An edition of the catalogue in memory of its own. */
struct edition {
    struct catalogue cat;
    uint8_t *mem; /* APP_CATALOGUE_BYTES of address space, used as far as needed */
};

/* What stands beside the job (desk.h): one block of memory each, taken when it is first wanted. */
enum desk_model { DESK_DAY, DESK_DEBTS, DESK_PREPARE, DESK_SITE, DESK_MODELS };
struct desk_cache {
    bool have;
    unsigned long long generation;
    int64_t key;  /* of what: a day */
    uint8_t *mem; /* APP_DESK_BYTES */
    void *model;
};

struct cached_report {
    bool have;
    uint64_t generation;
    id16 subject;
    h32 of; /* a signature's entry, or zero for the open visit */
    enum report_template template_;
    int offset_minutes; /* times stand in it by the clock's zone */
    unsigned before;    /* new numbers that are given before its own */
    struct report_shown shown;
    uint8_t *mem; /* APP_REPORT_BYTES */
};

struct app {
    /* set at start, read by all */
    char base[480];        /* the first store; others lie beside it, their number after it */
    char dir[512];         /* the one that is chosen; changes only while all are locked */
    char secret_path[512]; /* device secret, kept apart from the store */
    char settings_path[600];
    struct clock clock;
    void (*wake)(void *ctx); /* any thread */
    void *wake_ctx;

    struct writer writer;
    struct net net;
    struct where where;
    pthread_mutex_t news_mutex;
    struct writer_news news[8];
    unsigned nnews;
    struct session session;       /* with news_mutex */
    struct edition fresh_edition; /* with news_mutex: read by the writer, not yet taken */
    bool session_moved;
    atomic_bool keys_unlocked;      /* the open keys may be written to the swap file */
    atomic_ullong generation;       /* grows with every commit */
    atomic_ullong words_generation; /* grows when others' words may have come */
    atomic_bool upgrading;          /* the writer brings an older version's store up to date */

    /* the UI thread's own */
    struct store *store; /* NULL: locked, or let go */
    bool reopening;      /* let go; the writer has been asked to open it again */
    bool asked_reopen;
    struct app_result later; /* st != ST_OK: to be said on the screen that comes up */
    struct session who;
    struct now now; /* of this frame */
    bool clock_given;
    struct times_anchor anchor; /* what receipts say of the clock, of anchor_generation */
    unsigned long long anchor_generation;
    struct times_corrected when; /* of this frame */
    struct app_settings settings;
    struct app_result result; /* the newest */
    unsigned told;            /* serial of the one that a screen brought into view */
    enum app_busy busy;
    struct {
        enum screen_id screen;
        id16 subject;
    } trail[APP_TRAIL_MAX];
    unsigned ntrail; /* the last one is present */
    bool entered;    /* `enter` was called for the present screen */
    struct arena frame;
    uint8_t *frame_mem;
    uint8_t *model_mem;
    uint8_t *row_mem; /* APP_ROW_BYTES: a row of Today while it is read */
    struct app_seat seats[APP_SEATS_MAX];
    unsigned nseats, seat; /* seat: number of the chosen store, from 1 */
    bool name_kept;
    uint64_t name_generation; /* generation + 1 when the name was looked for */
    int64_t active_ms;        /* since the start of the machine: the last touch */
    bool wipe;                /* locked: the memory of the last frame goes before the next */
    bool forgot;              /* ... and went: the pictures are to go too */
    struct job_model model;
    bool model_ok;
    uint64_t model_generation;
    struct edition edition; /* what app_catalogue shows */
    struct today today;
    struct fitted fitted;
    struct desk_cache desk[DESK_MODELS];
    struct book_store *book; /* desk_book.c: NULL until it is asked for */
    struct file_store *file; /* desk_file.c: likewise */
    struct words words;
    struct cached_report reports[2]; /* open visit, signed */
    struct stock_item stock[APP_STOCK_MAX];
    size_t nstock;
    uint64_t stock_generation; /* generation + 1 when it was loaded; 0: never */
    void *screen_data[SCREENS];
    size_t screen_data_n[SCREENS];
    id16 screen_data_of[SCREENS];
    struct {
        id16 subject;
        char name[24];
        bytes content;
        uint8_t *mem;
        bool leaving;
    } drafts[APP_MODEL_DRAFTS];
    unsigned ndrafts;         /* drafts as the UI last set them: the truth for screens */
    struct sync_state sync;   /* what the store says of it */
    uint64_t sync_generation; /* generation + 1 when it was read; 0: never */
    bool want_minute;
    int height_sp;
    bool lying;            /* the window is wider than high */
    struct pinyin *pinyin; /* of the keyboard: opened once a run */
    /* It has the words of whom the store is; the kit has it; it cannot be had this time. */
    bool pinyin_his, pinyin_given, pinyin_none;
};

/* news.c. news_of: what came of an intent (NULL: of the network thread's work). news_tell: post it
 * and wake the UI. app_news: both. Any thread. */
struct writer_news news_of(const struct intent *i, enum app_busy what, enum st st,
                           const struct err *err, const h32 *entry);
void news_tell(struct app *a, const struct writer_news *n);
void app_news(struct app *a, const struct intent *i, enum app_busy what, enum st st,
              const struct err *err, const h32 *entry);
/* news_session: what the open journal says now. Writer thread. */
void news_session(struct app *a, const struct journal *j, int64_t now_ms);
/* news_take: the UI thread takes in all that was told. */
void news_take(struct app *a);
/* clock_turn: this frame's time, and what is known of it. UI thread. */
void clock_turn(struct app *a);
/* app_changed: a commit happened. */
void app_changed(struct app *a);
/* app.c. turn_begin: a turn but for the drawing. */
void turn_begin(struct app *a);
void restore_place(struct app *a);
/* screen_leave: the present screen keeps what it has in memory only; before let_go, when the device
 * locks or closes. */
void screen_leave(struct app *a);
/* screens_wipe: what screens have in memory is nobody's any more: whoever unlocks next reads their
 * drafts, and no rating that somebody was about to give. */
void screens_wipe(struct app *a);
/* let_go: drop all that reads the store or holds what it held; the pointer goes last. UI thread. */
void let_go(struct app *a);
/* app_push: to the writer; NULL-safe result of queue_push. */
bool app_push(struct app *a, const struct intent *i);

/* intents.c. intent_send: to the writer; `busy` is what is in flight then. False: something else is
 * in flight, or the queue is full; app_result says so, but for a second tap on the same thing.
 * intent_refused: always false; the result says that `what` was not taken, nothing else changed.
 * intent_send_with: to the writer, with the draft of this name of the present subject,
 * which goes when it is durable. False: busy, or no room. */
bool intent_send(struct app *a, const struct intent *i, enum app_busy busy);
bool intent_refused(struct app *a, enum app_busy what);
bool intent_send_with(struct app *a, struct intent *i, const char *draft_name);

/* writer.c */
MUST_USE enum st writer_start(struct writer *w, struct app *a);
void writer_stop(struct writer *w);
/* writer_call: run fn(ctx) on the writer thread and wait for it. Network thread only. */
bool writer_call(struct writer *w, void (*fn)(void *ctx), void *ctx);
/* writer_failed: ST_IO of a write: the store is closed and opened again as soon as the UI has let
 * go of it. Writer thread. */
void writer_failed(struct writer *w);
/* writer_shut: close and wipe. */
void writer_shut(struct writer *w);
/* writer_keys.c. enter: by the PIN; wiped when it is not the one. again: while the store is open: a
 * wrong one must not cost the keys that are in use. change: `both` is the old PIN, a zero, the new
 * one. recovery: headquarters can help with a forgotten PIN. guard: are the keys in locked pages?
 * revoked: after an exchange that said so: if the revocation holds, the UI is asked to let go; then
 * stop: the parcel, and the end of the store; false: it could not be made. */
MUST_USE enum st writer_keys_enter(struct writer *w, bytes pin, struct slots_keys *keys,
                                   struct err *err);
MUST_USE enum st writer_keys_again(struct writer *w, bytes pin, struct err *err);
MUST_USE enum st writer_keys_change(struct writer *w, bytes both, struct err *err);
void writer_keys_recovery(struct writer *w, const struct now *now);
void writer_keys_guard(struct writer *w);
void writer_keys_revoked(struct writer *w);
bool writer_keys_stop(struct writer *w);
/* writer_may.c: ST_FORBIDDEN with the rule in err->sys. */
MUST_USE enum st writer_may(struct writer *w, const struct intent *i, struct err *err);
/* writer_sign.c */
MUST_USE enum st writer_sign(struct writer *w, const struct intent *i, h32 *entry, struct err *err);
MUST_USE enum st writer_pay(struct writer *w, const struct intent *i, h32 *entry, struct err *err);
/* writer_goods.c: a step of a customer's goods with the fact that belongs to it. */
MUST_USE enum st writer_goods(struct writer *w, const struct intent *i, h32 *entry,
                              struct err *err);
/* writer_call.c: a call that the technician takes; *job is its subject. */
MUST_USE enum st writer_call_take(struct writer *w, const struct intent *i, h32 *entry, id16 *job,
                                  struct err *err);
/* writer_copy.c: the PDF of i->entry; copy_path: its name. */
MUST_USE enum st writer_copy(struct writer *w, const struct intent *i, struct err *err);
void copy_path(const struct app *a, str number, unsigned version, bool roll, char *out, size_t cap);
/* conflicts.c: a value, a person, in words. Frame arena; empty when not held. */
str value_words(struct app *a, struct store_txn *t, const struct field_value *v);
str person_words(struct app *a, struct store_txn *t, id16 person);
/* who.c: who wrote: headquarters' person by an entry's actor, a technician by his certificate.
 * who_wrote: of an entry. Texts in `m`; empty when not held. */
void who_is(struct store_txn *t, id8 author, id16 actor, struct arena *m, struct who *out);
void who_wrote(struct store_txn *t, h32 entry, struct arena *m, struct who *out);
/* counter_peek: the number that the counter `name` gives next ("report", "receipt", "goods").
 * ("call" too). counter_move: it is used up. */
MUST_USE enum st counter_move(struct store_txn *t, const char *name, uint64_t next,
                              struct err *err);
MUST_USE enum st counter_peek(struct store_txn *t, const char *name, struct arena tmp, uint64_t *n,
                              struct err *err);

/* net_join.c: a new device, or a forgotten PIN. net_parcel.c: what a revoked device still owes. On
 * the network thread. */
MUST_USE enum st net_join(struct net *n, const char *code, const char *address, bool recover,
                          struct err *err);
/* net_recover_file: the same for a forgotten PIN by one file: JOIN_FILE_ASK turns what headquarters
 * wrote into the request (also one written before under this code), JOIN_FILE_TAKE takes the
 * answer. ST_NOT_FOUND: no such file; ST_WRONG_PIN: another code than the request's; ST_UNTRUSTED:
 * the file is something else. */
MUST_USE enum st net_recover_file(struct net *n, const char *code, const char *path,
                                  enum join_way way, struct err *err);
MUST_USE enum st net_parcel(struct net *n, struct err *err);
MUST_USE enum st net_parcel_file(struct net *n, const char *path, bool export, struct err *err);

/* seats.c: the stores of a shared device. seats_open: at start: the first. seats_read: who they
 * are. seats_name_keep: UI: the list learns the technician's name once it is known;
 * seats_name_write: the writer's part. seats_start: the screen that a start, or a choice, begins
 * with. */
void seats_open(struct app *a, const char *dir);
void seats_read(struct app *a);
void seats_name_keep(struct app *a);
void seats_name_write(struct app *a, bytes name);
enum screen_id seats_start(struct app *a);
/* idle.c: lock when nothing was touched for so long; true: it did. */
bool idle_turn(struct app *a, const struct ui *u);

/* where.c, on the writer thread: after an arrival that is durable; at lock and exit; when what came
 * of it is written, or is not to be. */
void where_arrived(struct app *a, const struct intent *i);
void where_stop(struct app *a);
void where_done(struct app *a, const struct intent *i);

/* net.c */
MUST_USE enum st net_start(struct net *n, struct app *a);
void net_stop(struct net *n);

/* editions.c. edition_in_force: which one the deployment names; zero: none came yet. edition_open:
 * its tables, when its content is held; ST_FULL: no room for them. UI and writer, each its own. */
h32 edition_in_force(struct store_txn *t, id16 deployment, struct arena tmp);
MUST_USE enum st edition_open(struct store_txn *t, h32 name, struct edition *out, struct err *err);
void edition_close(struct edition *e);
/* edition_fetch: the writer's: read the one in force if it is new, and hand it to the UI.
 * catalogue_refresh: the UI takes it. catalogue_drop: at lock and close. */
void edition_fetch(struct writer *w);
void catalogue_refresh(struct app *a);
void catalogue_drop(struct app *a);

/* desk.c: a model's memory; `have` false: it must be read. NULL: locked, or no memory. desk_drop:
 * wiped, at lock and close. */
struct desk_cache *desk_cache(struct app *a, enum desk_model which, int64_t key);
void desk_drop(struct app *a);

/* desk_book.c. book_running: it is being gathered for the screen of this frame. book_turn: a frame
 * begins. book_touched: an entry of this job is durable (zero: of one that is not known).
 * book_drop: wiped, at lock and close. */
struct book_store;
bool book_running(const struct app *a);
void book_turn(struct app *a);
void book_touched(struct app *a, id16 job);
void book_drop(struct app *a);

/* desk_file.c: the same of the customers and equipment on file. */
bool file_running(const struct app *a);
void file_turn(struct app *a);
void file_drop(struct app *a);

/* model.c, today.c, drafts.c, settings.c */
void model_drop(struct app *a);
/* field_text: a text or code as it is shown, in `m`; empty: no such value, or not held. Any thread,
 * with its own transaction and arena. */
str field_text(struct store_txn *t, struct arena *m, const struct subject_state *s, int field);
void today_drop(struct app *a);
/* today_words: what a row shows, into `m`. Any thread, with its own transaction and arena. */
bool today_words(struct store_txn *t, id16 subject, struct arena *m, struct today_row *out);
void drafts_drop(struct app *a);
/* drafts_settle: what became of the intent that the leaving drafts went with. */
void drafts_settle(struct app *a, enum st st);
/* learned.c: the keyboard's words. learned_turn: before a frame: opens, or takes away.
 * learned_keep: after it: what was newly learned goes to the writer. learned_drop: at lock; wiped.
 * learned_close: at close; the library goes too. */
void learned_turn(struct app *a, struct ui *u);
void learned_keep(struct app *a);
void learned_drop(struct app *a);
void learned_close(struct app *a);
/* drafts_evict: those of this name go from memory: the writer may have dropped them, of jobs that
 * are not on the screen. */
void drafts_evict(struct app *a, const char *name);
/* drafts_again: the store was opened again: what is kept here is written once more. */
void drafts_again(struct app *a);
bool draft_leaving(struct app *a, id16 subject, const char *name, bool mark);
void settings_load(struct app *a);
unsigned place_of(struct app *a, struct store_txn *t, id16 subject);
#endif
