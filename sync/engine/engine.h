/* engine.h - the sync worker's state machine: an event in, an action out. Pure; no clock, no I/O.
 *
 * The worker does what the action says (on the writer thread for BUILD and TAKE, on its own for
 * POST) and feeds back what happened. Boot milliseconds come from the caller. */
#ifndef SYNC_ENGINE_ENGINE_H
#define SYNC_ENGINE_ENGINE_H
#include "sync/engine/exchange.h"

enum engine_state {
    ENGINE_IDLE,       /* nothing to do, or not asked */
    ENGINE_SENDING,    /* the bundle is being built */
    ENGINE_CONNECTING, /* posted, nothing came back yet */
    ENGINE_RECEIVING,  /* the answer is being taken */
    ENGINE_DONE,       /* last sync ended well; as idle */
    ENGINE_WAITING     /* failed; tries again at wake_ms */
};
enum engine_event {
    ENGINE_ASKED,    /* a person, or a new entry, wants a sync */
    ENGINE_NET_UP,   /* the link came up: waiting ends */
    ENGINE_BUILT,    /* the bundle is ready */
    ENGINE_FAILED,   /* building, posting or taking failed: `st` */
    ENGINE_ANSWERED, /* the whole answer is in memory */
    ENGINE_TAKEN,    /* exchange_answer ended: `res` */
    ENGINE_TICK      /* time went by */
};
enum engine_action {
    ENGINE_NOTHING, /* wait for an event, until wake_ms when it is not 0 */
    ENGINE_BUILD,   /* exchange_request on the writer thread */
    ENGINE_POST,    /* http_post on the worker */
    ENGINE_TAKE     /* exchange_answer on the writer thread */
};
struct engine {
    enum engine_state state;
    unsigned failures;    /* in a row */
    unsigned rounds;      /* of this sync */
    int64_t wake_ms;      /* boot time of the next try; 0: none */
    int64_t last_good_ms; /* boot time of the last success; 0: never */
    enum st last_error;   /* ST_OK after a success */
    bool asked;           /* wanted again while busy */
};
void engine_init(struct engine *e);
/* engine_step: `st` for ENGINE_FAILED, `res` for ENGINE_TAKEN, else ST_OK and NULL. */
enum engine_action engine_step(struct engine *e, enum engine_event event, enum st st,
                               const struct exchange_result *res, int64_t boot_ms, uint32_t jitter);
#endif
