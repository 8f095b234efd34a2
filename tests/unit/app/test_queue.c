/* test_queue.c - the bounded queue between the UI thread and the writer thread. */
#include "app/state/limits.h"
#include "app/state/queue.h"
#include "tests/support/check.h"

#include <sodium.h>

static struct intent draft(const char *name, uint8_t subject, const char *content)
{
    struct intent i = {.type = INTENT_DRAFT, .data = str_bytes(str_c(content))};
    i.subject.b[0] = subject;
    snprintf(i.draft, sizeof i.draft, "%s", name);
    return i;
}

static struct intent append(unsigned kind)
{
    return (struct intent){.type = INTENT_APPEND, .kind = kind};
}

/* The next, as type and content; the queue must not be empty. */
static enum intent_type take(struct queue *q, char *content, size_t cap)
{
    struct intent *i = queue_take(q);
    enum intent_type t = i->type;
    snprintf(content, cap, "%.*s", (int)i->data.n, i->data.n == 0 ? "" : (const char *)i->data.p);
    queue_done(q, i);
    return t;
}

static void what_comes_first_goes_first_and_is_a_copy(void)
{
    struct queue q;
    char name[8] = "Chen", back[64] = "nine";
    uint8_t strokes[4] = {1, 2, 3, 4};
    CHECK_INT(queue_init(&q), ST_OK);
    struct intent s = {.type = INTENT_SIGN, .kind = 7};
    s.sign.name = str_c(name);
    s.sign.strokes = bytes_of(strokes, sizeof strokes);
    s.atts[0].content = str_bytes(S("photo"));
    s.natt = 1;
    s.data = str_bytes(S("body"));
    CHECK(queue_idle(&q));
    CHECK(queue_push(&q, &s));
    CHECK(!queue_idle(&q));
    struct intent a = append(8);
    CHECK(queue_push(&q, &a));
    memset(name, 'x', sizeof name);
    memset(strokes, 9, sizeof strokes);
    struct intent *i = queue_take(&q);
    CHECK_INT(i->kind, 7);
    CHECK_BYTES(i->sign.name.p, i->sign.name.n, "Chen", 4);
    CHECK_BYTES(i->sign.strokes.p, i->sign.strokes.n, "\1\2\3\4", 4);
    CHECK_BYTES(i->atts[0].content.p, i->atts[0].content.n, "photo", 5);
    CHECK_BYTES(i->data.p, i->data.n, "body", 4);
    queue_done(&q, i);
    CHECK_INT(take(&q, back, sizeof back), INTENT_APPEND);
    CHECK_STR(back, "");
    CHECK(queue_idle(&q));
    queue_close(&q);
}

static void fast_typing_is_one_draft(void)
{
    struct queue q;
    char text[64];
    CHECK_INT(queue_init(&q), ST_OK);
    struct intent other = draft("note", 2, "other job"), form = draft("form", 1, "form");
    CHECK(queue_push(&q, &other));
    for (int k = 0; k < 1000; k++) {
        char typed[24];
        snprintf(typed, sizeof typed, "word %d", k);
        struct intent d = draft("note", 1, typed);
        CHECK(queue_push(&q, &d));
    }
    CHECK(queue_push(&q, &form));
    CHECK_INT(q.count, 3);
    CHECK_INT(take(&q, text, sizeof text), INTENT_DRAFT);
    CHECK_STR(text, "other job");
    CHECK_INT(take(&q, text, sizeof text), INTENT_DRAFT);
    CHECK_STR(text, "word 999");
    CHECK_INT(take(&q, text, sizeof text), INTENT_DRAFT);
    CHECK_STR(text, "form");
    queue_close(&q);
}

/* The entry takes the draft with it: what was typed after it must not be put before it. */
static void a_draft_does_not_overtake_an_entry(void)
{
    struct queue q;
    char text[64];
    CHECK_INT(queue_init(&q), ST_OK);
    struct intent d1 = draft("note", 1, "before"), e = append(1), d2 = draft("note", 1, "after");
    struct intent d3 = draft("note", 1, "last");
    CHECK(queue_push(&q, &d1));
    CHECK(queue_push(&q, &e));
    CHECK(queue_push(&q, &d2));
    CHECK(queue_push(&q, &d3));
    CHECK_INT(take(&q, text, sizeof text), INTENT_DRAFT);
    CHECK_STR(text, "before");
    CHECK_INT(take(&q, text, sizeof text), INTENT_APPEND);
    CHECK_INT(take(&q, text, sizeof text), INTENT_DRAFT);
    CHECK_STR(text, "last");
    CHECK(queue_idle(&q));
    queue_close(&q);
}

static void a_full_queue_says_so_and_still_ends_and_mends(void)
{
    struct queue q;
    char text[64];
    CHECK_INT(queue_init(&q), ST_OK);
    for (unsigned k = 0; k < APP_QUEUE_MAX; k++) {
        struct intent a = append(k);
        CHECK(queue_push(&q, &a));
    }
    struct intent more = append(99), d = draft("note", 1, "typed");
    struct intent quit = {.type = INTENT_QUIT}, reopen = {.type = INTENT_REOPEN};
    CHECK(!queue_push(&q, &more));
    CHECK(!queue_push(&q, &d));
    CHECK(queue_push(&q, &reopen));
    CHECK(queue_push(&q, &quit));
    for (unsigned k = 0; k < APP_QUEUE_MAX; k++) {
        struct intent *i = queue_take(&q);
        CHECK_INT(i->kind, k);
        queue_done(&q, i);
    }
    CHECK_INT(take(&q, text, sizeof text), INTENT_REOPEN);
    CHECK_INT(take(&q, text, sizeof text), INTENT_QUIT);
    CHECK(queue_push(&q, &more));
    CHECK_INT(take(&q, text, sizeof text), INTENT_APPEND);
    CHECK(queue_push(&q, &d));
    queue_close(&q); /* with one left */
}

#define PUSHERS 4
#define EACH 2000
struct pusher {
    struct queue *q;
    unsigned who;
};

static void *push_many(void *arg)
{
    const struct pusher *p = arg;
    for (unsigned k = 0; k < EACH;) {
        struct intent a = append(p->who * EACH + k);
        k += queue_push(p->q, &a) ? 1U : 0U; /* full: the writer is at work */
    }
    return NULL;
}

static void many_threads_lose_nothing_and_keep_their_own_order(void)
{
    struct queue q;
    pthread_t t[PUSHERS];
    struct pusher p[PUSHERS];
    unsigned next[PUSHERS] = {0};
    CHECK_INT(queue_init(&q), ST_OK);
    for (unsigned k = 0; k < PUSHERS; k++) {
        p[k] = (struct pusher){&q, k};
        CHECK_INT(pthread_create(&t[k], NULL, push_many, &p[k]), 0);
    }
    bool ordered = true;
    for (unsigned k = 0; k < PUSHERS * EACH; k++) {
        struct intent *i = queue_take(&q);
        unsigned who = i->kind / EACH;
        ordered = ordered && i->kind % EACH == next[who]++;
        queue_done(&q, i);
    }
    CHECK(ordered);
    for (unsigned k = 0; k < PUSHERS; k++) {
        pthread_join(t[k], NULL);
    }
    CHECK(queue_idle(&q));
    queue_close(&q);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 99;
    }
    RUN(what_comes_first_goes_first_and_is_a_copy);
    RUN(fast_typing_is_one_draft);
    RUN(a_draft_does_not_overtake_an_entry);
    RUN(a_full_queue_says_so_and_still_ends_and_mends);
    RUN(many_threads_lose_nothing_and_keep_their_own_order);
    CHECK_END();
}
