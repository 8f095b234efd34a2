/* app_internal.h - struct app and its threads, for the files of app/state only. */
#ifndef APP_STATE_APP_INTERNAL_H
#define APP_STATE_APP_INTERNAL_H
#include <pthread.h>
#include <stdatomic.h>

#include "app/state/limits.h"
#include "app/state/queue.h"
#include "app/state/words.h"
#include "app/ui/i18n.h"

/* What the writer tells the UI, one at a time (the user waits for one thing at a time). */
struct writer_news {
    struct app_result result;
    enum intent_type type;
    enum screen_id go;
    bool present;
};

/* The writer thread's own. Fields are its alone unless said otherwise. */
struct writer {
    struct app *app;
    pthread_t thread;
    struct queue queue;
    struct store *store; /* handed to the UI through news; closed only after it let go */
    struct journal journal;
    bool open;
    uint8_t *scratch;  /* CAP_SCRATCH_BYTES for the journal */
    uint8_t *work;     /* CAP_SCRATCH_BYTES for gathering a report */
    uint8_t *wrap;     /* sodium_malloc 32: what wraps the data key, for compaction */
    uint8_t *data_key; /* sodium_malloc 32 */
};

/* The network thread's own. */
struct net {
    struct app *app;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t cond;
    bool started, quit, sync_wanted, join_wanted, file_export, file_wanted;
    char join_code[64], join_address[256], file_path[512];
    char address[128];       /* of headquarters: as settings had it, or as joined */
    atomic_int stop;         /* ends a transfer at exit */
    uint8_t *join_pin;       /* sodium_malloc 72, NUL-terminated */
    struct sync_state state; /* running, done, total, last_* */
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
};

struct cached_report {
    bool have;
    uint64_t generation;
    id16 subject;
    h32 of; /* a signature's entry, or zero for the open visit */
    enum report_template template_;
    struct report_shown shown;
    uint8_t *mem; /* APP_REPORT_BYTES */
};

struct app {
    /* set at start, read by all */
    char dir[512];
    char secret_path[512]; /* device secret, kept apart from the store */
    char settings_path[600];
    struct clock clock;
    void (*wake)(void *ctx); /* any thread */
    void *wake_ctx;

    struct writer writer;
    struct net net;
    pthread_mutex_t news_mutex;
    struct writer_news news[8];
    unsigned nnews;
    atomic_ullong generation;       /* grows with every commit */
    atomic_ullong words_generation; /* grows when others' words may have come */

    /* the UI thread's own */
    struct store *store; /* NULL: locked */
    id8 author;
    char prefix[9], epoch_mark[3];
    id16 person;
    char company[96];
    struct trust_key sealing; /* all zero: the trust document names none */
    struct now now;           /* of this frame */
    struct app_settings settings;
    struct app_result result; /* the newest */
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
    struct job_model model;
    bool model_ok;
    uint64_t model_generation;
    struct catalogue catalogue;
    uint8_t *catalogue_mem;
    size_t catalogue_n;
    h32 catalogue_edition;
    uint64_t catalogue_generation;
    struct today today;
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
    unsigned ndrafts; /* drafts as the UI last set them: the truth for screens */
    struct sync_state sync;
    uint64_t sync_generation;
    bool want_minute;
    int height_sp;
};

/* app_news: the writer posts a result and wakes the UI. Any thread. */
void app_news(struct app *a, const struct intent *i, enum app_busy what, enum st st,
              const struct err *err, const h32 *entry);
/* app_changed: a commit happened. */
void app_changed(struct app *a);
/* app_push: to the writer; NULL-safe result of queue_push. */
bool app_push(struct app *a, const struct intent *i);

/* writer.c */
MUST_USE enum st writer_start(struct writer *w, struct app *a);
void writer_stop(struct writer *w);
/* writer_call: run fn(ctx) on the writer thread and wait for it. Network thread only. */
bool writer_call(struct writer *w, void (*fn)(void *ctx), void *ctx);
/* writer_sign.c */
MUST_USE enum st writer_sign(struct writer *w, const struct intent *i, h32 *entry, struct err *err);
MUST_USE enum st writer_pay(struct writer *w, const struct intent *i, h32 *entry, struct err *err);
/* writer_copy.c: the PDF of i->entry; copy_path: its name. */
MUST_USE enum st writer_copy(struct writer *w, const struct intent *i, struct err *err);
void copy_path(const struct app *a, str number, unsigned version, char *out, size_t cap);
/* counter_peek: the number that the counter `name` gives next ("report", "receipt"). */
MUST_USE enum st counter_peek(struct store_txn *t, const char *name, struct arena tmp, uint64_t *n,
                              struct err *err);

/* net.c */
MUST_USE enum st net_start(struct net *n, struct app *a);
void net_stop(struct net *n);

/* model.c, today.c, drafts.c, settings.c */
void model_drop(struct app *a);
void catalogue_refresh(struct app *a);
void today_drop(struct app *a);
/* today_words: what a row shows, into `m`. Any thread, with its own transaction and arena. */
bool today_words(struct store_txn *t, id16 subject, struct arena *m, struct today_row *out);
void drafts_drop(struct app *a);
void settings_load(struct app *a);
unsigned place_of(struct app *a, struct store_txn *t, id16 subject);
#endif
