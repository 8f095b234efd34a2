/* engine.c - see engine.h. Invariant: a state that wants something has an action or a wake time. */
#include "sync/engine/engine.h"

#include "sync/engine/backoff.h"

void engine_init(struct engine *e)
{
    memset(e, 0, sizeof *e);
}

static enum engine_action start(struct engine *e)
{
    e->state = ENGINE_SENDING;
    e->wake_ms = 0;
    e->asked = false;
    return ENGINE_BUILD;
}

static enum engine_action fail(struct engine *e, enum st st, int64_t boot_ms, uint32_t jitter)
{
    e->failures++;
    e->rounds = 0;
    e->last_error = st == ST_OK ? ST_BUG : st;
    e->state = ENGINE_WAITING;
    e->wake_ms = boot_ms + backoff_ms(e->failures, jitter);
    return ENGINE_NOTHING;
}

static enum engine_action taken(struct engine *e, const struct exchange_result *res,
                                int64_t boot_ms, uint32_t jitter)
{
    if (res == NULL || !res->answered) {
        return fail(e, ST_REFUSED, boot_ms, jitter);
    }
    if (res->receipts_refused != 0 && res->receipts == 0) {
        /* An answer that proves nothing is no success, whatever its status line said. */
        return fail(e, ST_UNTRUSTED, boot_ms, jitter);
    }
    e->rounds++;
    if ((res->again || e->asked) && e->rounds < EXCHANGE_ROUNDS) {
        return start(e);
    }
    e->failures = 0;
    e->rounds = 0;
    e->asked = false;
    e->last_error = ST_OK;
    e->last_good_ms = boot_ms;
    e->state = ENGINE_DONE;
    e->wake_ms = 0;
    return ENGINE_NOTHING;
}

enum engine_action engine_step(struct engine *e, enum engine_event event, enum st st,
                               const struct exchange_result *res, int64_t boot_ms, uint32_t jitter)
{
    bool busy =
        e->state == ENGINE_SENDING || e->state == ENGINE_CONNECTING || e->state == ENGINE_RECEIVING;
    switch (event) {
    case ENGINE_ASKED:
    case ENGINE_NET_UP:
        if (busy) {
            e->asked = e->asked || event == ENGINE_ASKED;
            return ENGINE_NOTHING;
        }
        if (event == ENGINE_NET_UP && e->state != ENGINE_WAITING) {
            return ENGINE_NOTHING;
        }
        return start(e);
    case ENGINE_TICK:
        return e->state == ENGINE_WAITING && boot_ms >= e->wake_ms ? start(e) : ENGINE_NOTHING;
    case ENGINE_BUILT:
        if (e->state != ENGINE_SENDING) {
            return ENGINE_NOTHING;
        }
        e->state = ENGINE_CONNECTING;
        return ENGINE_POST;
    case ENGINE_ANSWERED:
        if (e->state != ENGINE_CONNECTING) {
            return ENGINE_NOTHING;
        }
        e->state = ENGINE_RECEIVING;
        return ENGINE_TAKE;
    case ENGINE_TAKEN:
        return e->state == ENGINE_RECEIVING ? taken(e, res, boot_ms, jitter) : ENGINE_NOTHING;
    case ENGINE_FAILED:
        return busy ? fail(e, st, boot_ms, jitter) : ENGINE_NOTHING;
    }
    return ENGINE_NOTHING;
}
