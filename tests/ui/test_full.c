/* test_full.c - what the pages say when the writer's queue is full: what happened, that the work is
 * safe, what to do; and they stay where they were. */
#include "tests/ui/memory.h"

#include "app/screens/form.h"

/* As if a slow disk had let so much wait; nobody is at work on it, so it stays so. */
static void full(struct device *d, bool is)
{
    struct queue *q = &d->a->writer.queue;
    CHECK(queue_idle(q));
    pthread_mutex_lock(&q->mutex);
    q->count = is ? APP_QUEUE_MAX : 0;
    pthread_mutex_unlock(&q->mutex);
}

static bool says(const struct device *d, const char *words)
{
    for (size_t i = 0; i < d->u->node_n; i++) {
        if (strstr(d->u->nodes[i].label, words) != NULL && d->u->nodes[i].seen.h > 0) {
            return true;
        }
    }
    return false;
}

/* The shop's device on the page of a job that was accepted. */
static void open_job(struct device *d)
{
    struct needle pin = random_text("the PIN", DIGITS);
    id16 job = sample_id16("job 2");
    begin(d, &pin);
    snprintf(app_settings(d->a)->lang, sizeof app_settings(d->a)->lang, "en");
    settle(d);
    type(d, &pin);
    tap(d, "primary");
    app_go(d->a, SCREEN_JOB, job);
    settle(d);
    tap(d, "accept");
    CHECK(shows(d, "travelling"));
}

static const char words[] = "Wait a moment, then do it again";

static void a_step_that_is_not_taken_is_said_where_it_was_tapped(void)
{
    struct device d;
    open_job(&d);
    ui_reveal(d.u, "another-piece"); /* far from the head of the page */
    settle(&d);
    full(&d, true);
    tap(&d, "travelling");
    CHECK(says(&d, words));
    CHECK_INT(app_job(d.a)->visit->nfacts, 1);
    full(&d, false);
    tap(&d, "travelling");
    CHECK(!says(&d, words));
    CHECK_INT(app_job(d.a)->visit->nfacts, 2);
    end(&d);
}

static void withdrawing_stays_open_and_says_why(void)
{
    struct device d;
    open_job(&d);
    tap(&d, "travelling");
    tap(&d, "more");
    size_t k = 0;
    while (k < d.u->node_n && strstr(d.u->nodes[k].label, "Withdraw") == NULL) {
        k++;
    }
    CHECK(k < d.u->node_n);
    char id[64];
    snprintf(id, sizeof id, "%s", d.u->nodes[k].id);
    tap(&d, id);
    tap(&d, "withdraw:0");
    full(&d, true);
    tap(&d, "sure:ok");
    CHECK(says(&d, words));
    tap(&d, "error:cancel");
    CHECK(!says(&d, words) && shows(&d, "withdraw:0")); /* the page is there still */
    full(&d, false);
    tap(&d, "withdraw:0");
    tap(&d, "sure:ok");
    CHECK(shows(&d, "travelling")); /* it is to be done again */
    CHECK_INT(app_job(d.a)->visit->nfacts, 1);
    end(&d);
}

static void locking_that_is_not_taken_is_said(void)
{
    struct device d;
    open_job(&d);
    app_go(d.a, SCREEN_SETTINGS, (id16){{0}});
    settle(&d);
    ui_reveal(d.u, "change-pin");
    settle(&d);
    full(&d, true);
    tap(&d, "lock");
    CHECK(says(&d, words));
    CHECK(d.a->store != NULL);
    full(&d, false);
    tap(&d, "back");
    end(&d);
}

int main(void)
{
    i18n_open(NULL);
    CHECK(sodium_init() >= 0);
    RUN(a_step_that_is_not_taken_is_said_where_it_was_tapped);
    RUN(withdrawing_stays_open_and_says_why);
    RUN(locking_that_is_not_taken_is_said);
    CHECK_END();
}
