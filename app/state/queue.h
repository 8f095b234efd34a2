/* queue.h - the bounded queue between the UI thread and the writer thread. Copies what it takes. */
#ifndef APP_STATE_QUEUE_H
#define APP_STATE_QUEUE_H
#include <pthread.h>

#include "app/state/app.h"

enum intent_type {
    INTENT_APPEND = 1, /* one entry */
    INTENT_SIGN,       /* a sign-off: number, facts, text, strokes and entry in one transaction */
    INTENT_PAY,        /* a payment with its receipt number */
    INTENT_TAKE_CALL,  /* a repair call taken by the technician, with the records that are new */
    INTENT_GOODS,      /* a step of a customer's goods, with the fact that belongs to it */
    INTENT_COPY,       /* the customer's copy as a PDF */
    INTENT_POSITION,   /* where he stood; nobody waits for it */
    INTENT_DRAFT,      /* keep or drop a draft */
    INTENT_UNLOCK,
    INTENT_HAND_BACK,
    INTENT_PIN,        /* a new one: data is the old, a zero, the new */
    INTENT_NAME,       /* whose store it is, for the list of a shared device */
    INTENT_JOIN_STORE, /* make the store of a device that headquarters has accepted (network thread)
                        */
    INTENT_LOCK,
    INTENT_REOPEN, /* the UI has let go: close the store, open it again */
    INTENT_CALL,   /* run a function on the writer thread for the network thread, which waits */
    INTENT_QUIT
};

#define INTENT_ATTS 10  /* a new customer's three, new equipment's three, a call's four */
#define INTENT_BEFORE 2 /* records that go before the entry, in its transaction */
struct intent {
    enum intent_type type;
    id16 subject;
    enum subject_type subject_type; /* 0: the kind's own */
    unsigned kind;
    enum screen_id go;
    id16 draft_of;  /* subject of the screen that asked, and of its draft */
    char draft[24]; /* name of the draft kept, or dropped with the entry */
    bytes data;     /* body, draft's content or PIN; points into `block` */
    struct {
        enum att_type type;
        bytes content;
    } atts[INTENT_ATTS];
    unsigned natt;
    struct sign_intent sign;
    h32 entry; /* INTENT_COPY: the sign-off; INTENT_SIGN: the edition of the catalogue read by */
    bool roll; /* INTENT_COPY: for a roll of 80 mm */
    unsigned method;
    int64_t amount_minor;
    const char *step, *counter; /* INTENT_GOODS: static */
    id16 goods;
    bytes also; /* INTENT_GOODS: body of its record.set; a text of it is the last attachment */
    bool also_text;
    struct intent_record { /* INTENT_TAKE_CALL: their attachments follow the entry's own, in order
                            */
        enum subject_type type;
        id16 subject;
        bytes body;
        unsigned natt;
    } before[INTENT_BEFORE];
    unsigned nbefore;
    void (*call)(void *ctx); /* INTENT_CALL */
    void *ctx;
    struct intent *next;
    uint8_t *block; /* one allocation for all slices; wiped when freed */
    size_t block_n;
};

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    struct intent *head, *tail;
    unsigned count;
    bool running_one; /* the writer is at work on one that it took */
};
/* queue_init: ST_FULL when the system has no more mutexes. */
MUST_USE enum st queue_init(struct queue *q);
void queue_close(struct queue *q); /* drops what is left */
/* queue_push: deep copy of `in`. A draft replaces a waiting draft of the same subject and name.
 * False when full or out of memory; nothing was taken. What ends or mends (quit, reopen) finds room
 * in a full queue. Any thread. */
bool queue_push(struct queue *q, const struct intent *in);
/* queue_take: wait for the next; the caller frees it by queue_done. Writer thread. */
struct intent *queue_take(struct queue *q);
void queue_done(struct queue *q, struct intent *i);
/* queue_idle: nothing waits and nothing is being done. Any thread. */
bool queue_idle(struct queue *q);
#endif
