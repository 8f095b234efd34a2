/* test_rated.c - what a customer said of a visit is on this device for nobody: not in its memory
 * once he left the page, not in a draft, not on the page when somebody goes back to it, and not in
 * the size of what is kept of it. */
#include "tests/ui/memory.h"

#include "app/screens/sign.h"

static void fact(struct device *d, unsigned kind, union body *b)
{
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    b->head.visit = sample_id8("visit");
    shop_must(body_encode(kind, b, buf, sizeof buf, &body), NULL, "body");
    CHECK(app_append(d->a, kind, body, NULL, 0, NULL, SCREENS));
    settle(d);
    CHECK_INT(app_result(d->a)->st, ST_OK);
}

/* A visit of class C up to the signature. */
static void work(struct device *d, const char *job)
{
    union body b;
    app_go(d->a, SCREEN_JOB, sample_id16(job));
    settle(d);
    fact(d, KIND_VISIT_ACCEPTED, memset(&b, 0, sizeof b));
    fact(d, KIND_VISIT_ARRIVED, memset(&b, 0, sizeof b));
    memset(&b, 0, sizeof b);
    CHECK(code_of(str_bytes(S("AC-03")), &b.diagnosed.fault));
    b.diagnosed.cause = CAUSE_WEAR;
    b.diagnosed.responsibility = RESP_NOBODY;
    fact(d, KIND_VISIT_DIAGNOSED, &b);
    memset(&b, 0, sizeof b);
    b.class_.class_ = CLASS_C;
    b.class_.basis = BASIS_WARRANTY;
    fact(d, KIND_VISIT_CLASS, &b);
    memset(&b, 0, sizeof b);
    b.action.n = 1;
    b.action.codes[0] = ACTION_CLEAN;
    fact(d, KIND_VISIT_ACTION, &b);
    memset(&b, 0, sizeof b);
    b.tested.result = RESULT_WORKS;
    fact(d, KIND_VISIT_TESTED, &b);
    fact(d, KIND_VISIT_FEE, memset(&b, 0, sizeof b));
}

static void key(struct device *d, enum ui_key k)
{
    struct ui_event e = {.type = UI_EV_KEY, .t_ms = d->ms += 100, .key = k};
    CHECK(ui_event(d->u, &e));
    settle(d);
}

static void unlock(struct device *d, const struct needle *pin)
{
    type(d, pin);
    tap(d, "primary");
    CHECK(d->a->store != NULL);
}

static void rate_page(struct device *d, const char *job)
{
    app_go(d->a, SCREEN_JOB, sample_id16(job));
    settle(d);
    app_go(d->a, SCREEN_SIGN_RATE, sample_id16(job));
    settle(d);
    CHECK(shows(d, "skill:3"));
}

/* How often words stand in what the store keeps of half-typed things, opened. */
static unsigned in_drafts(struct device *d, const struct needle *words, size_t *longest)
{
    static uint8_t room[2 * CAP_DRAFT_BYTES];
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    unsigned n = 0;
    bytes key, none = {NULL, 0};
    *longest = 0;
    shop_must(store_read(d->a->store, &t, NULL), NULL, "read");
    shop_must(store_scan(t, T_DRAFT, none, none, &c, NULL), NULL, "scan");
    while (store_next(c, &key) == ST_OK) {
        struct arena m = arena_of(room, sizeof room);
        bytes v = {NULL, 0};
        if (store_get(t, T_DRAFT, key, &m, &v, NULL) == ST_OK) {
            n += (unsigned)count_in(v.p, v.n, words);
            *longest = v.n > *longest ? v.n : *longest;
        }
    }
    store_scan_end(&c);
    store_abort(&t);
    return n;
}

/* Ratings that are entries of their own. */
static unsigned recorded(struct device *d)
{
    const struct job_model *j = app_job(d->a);
    unsigned n = 0;
    for (unsigned k = 0; j != NULL && j->visit != NULL && k < j->visit->nfacts; k++) {
        n += j->visit->facts[k].kind == KIND_VISIT_RATED;
    }
    return n;
}

static void nothing_is_chosen(struct device *d)
{
    const struct sign *s = sign_data(d->a);
    CHECK(s != NULL && s->comment[0] == '\0' && s->code[0] == '\0');
    for (int k = 0; s != NULL && k < RATE_QUESTIONS; k++) {
        CHECK_INT(s->grade[k], -1);
    }
    for (size_t i = 0; i < d->u->node_n; i++) {
        CHECK((d->u->nodes[i].state & UI_ST_CHECKED) == 0);
    }
}

/* He says it; the page is left by `leave`. Then nobody finds it. */
static void said(struct device *d, struct window *w, const struct needle *pin, bool by_lock)
{
    struct needle words = random_text("a comment", LETTERS), code = random_text("a code", LETTERS);
    const struct needle *both[] = {&words, &code};
    size_t found[2], longest;
    rate_page(d, "job 2");
    unsigned before = recorded(d);
    tap(d, "skill:3");
    tap(d, "comment");
    type(d, &words);
    key(d, UI_KEY_ESCAPE);
    tap(d, "code");
    type(d, &code);
    key(d, UI_KEY_ESCAPE);
    search(w, both, 2, found);
    CHECK(found[0] > 0 && found[1] > 0); /* the search does find what is there */
    if (by_lock) {
        CHECK(app_lock(d->a));
        settle(d);
    } else {
        tap(d, "rated");
    }
    search(w, both, 2, found);
    for (int k = 0; k < 2; k++) {
        if (found[k] != 0) {
            check_fail(__FILE__, __LINE__, "%s is still in memory, %zu times", both[k]->what,
                       found[k]);
        }
    }
    if (by_lock) {
        unlock(d, pin);
    }
    CHECK_INT(in_drafts(d, &words, &longest) + in_drafts(d, &code, &longest), 0);
    /* Unlocked, it was the technician's: there is an entry of it. */
    CHECK(by_lock ? recorded(d) == before + 1 : longest > RATINGS_BLOCK + RATINGS_SEAL_OVERHEAD);
    rate_page(d, "job 2");
    CHECK_INT(recorded(d), before + 1);
    CHECK_INT(in_drafts(d, &words, &longest), 0);
    CHECK(longest <= offsetof(struct sign_form, sealed) + 16); /* the box is in no draft now */
    CHECK(shows(d, "again"));
    nothing_is_chosen(d);
    search(w, both, 2, found);
    CHECK_INT(found[0] + found[1], 0);
}

static void b18_13_what_a_customer_said_is_for_nobody_here_once_the_page_is_left(void)
{
    struct window w;
    struct device d;
    struct needle pin = random_text("the PIN", DIGITS);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    /* Its own memory is terabytes of address space, and what is freed is kept. */
    printf("# skipped: the process of a sanitizer is not searched\n");
    return;
#endif
    window_open(&w);
    begin(&d, &pin);
    d.h_px = 2000; /* the whole page, and nothing to scroll */
    settle(&d);
    unlock(&d, &pin);
    work(&d, "job 2");
    said(&d, &w, &pin, false);
    said(&d, &w, &pin, true);
    end(&d);
    munmap(w.p, WINDOW);
}

/* Or the technician could confirm it, alone. */
static void what_was_drawn_and_not_confirmed_is_gone_after_a_hand_back(void)
{
    struct device d;
    struct needle pin = random_text("the PIN", DIGITS);
    id16 job = sample_id16("job 2");
    begin(&d, &pin);
    d.h_px = 2000;
    settle(&d);
    unlock(&d, &pin);
    work(&d, "job 2");
    app_go(d.a, SCREEN_JOB, job);
    settle(&d);
    struct sign *s = sign_data(d.a);
    CHECK(s != NULL);
    static const struct ui_ink_point drawn[] = {{1, 1, 0, 1, true}, {9, 7, 20, 1, false}};
    memcpy(s->points, drawn, sizeof drawn);
    s->ink = (struct ui_ink){.points = s->points, .n = 2, .cap = FORM_INK, .w = 100, .h = 100};
    s->d.nstrokes = (uint16_t)form_ink_put(&s->ink, s->d.strokes, sizeof s->d.strokes).n;
    sign_keep(d.a, s);
    size_t before = app_draft_get(d.a, "sign").n;
    CHECK(s->d.nstrokes > 0);
    app_go(d.a, SCREEN_SIGN_REFUSE, job);
    settle(&d);
    tap(&d, "give_back");
    CHECK(shows(&d, "pin"));
    s = sign_data(d.a);
    CHECK(s != NULL && s->ink.n == 0 && s->d.nstrokes == 0);
    CHECK(sodium_is_zero(s->d.strokes, sizeof s->d.strokes));
    CHECK(app_draft_get(d.a, "sign").n < before);
    end(&d);
}

/* The customer rated and went; whoever has the device then, with every button that it has. */
static void b18_13_no_button_makes_a_rating_undone(void)
{
    struct device d;
    struct needle pin = random_text("the PIN", DIGITS);
    uint8_t box[RATINGS_BLOCK + RATINGS_SEAL_OVERHEAD];
    begin(&d, &pin);
    d.h_px = 2000;
    settle(&d);
    unlock(&d, &pin);
    work(&d, "job 2");
    app_go(d.a, SCREEN_JOB, sample_id16("job 2"));
    settle(&d);
    tap(&d, "sign");
    tap(&d, "confirm");
    tap(&d, "skill:3");
    tap(&d, "rated");
    const struct sign *s = sign_data(d.a);
    CHECK(s != NULL && s->d.nsealed == sizeof box);
    memcpy(box, s->d.sealed, sizeof box);
    tap(&d, "refuse");
    tap(&d, "give_back");
    CHECK_INT(recorded(&d), 0);
    type(&d, &pin);
    tap(&d, "unlock");
    CHECK_INT(recorded(&d), 1);
    const struct job_model *j = app_job(d.a);
    const struct fact *f = fold_fact(j->visit, KIND_VISIT_RATED);
    CHECK(f != NULL && f->natt == 1);
    str kept = app_text(d.a, f->atts[0], NULL);
    CHECK_BYTES(kept.p, kept.n, box, sizeof box);
    union body b;
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    memset(&b, 0, sizeof b);
    b.withdrawn.visit = j->visit->visit;
    b.withdrawn.entry = f->entry;
    shop_must(body_encode(KIND_WITHDRAWN, &b, buf, sizeof buf, &body), NULL, "body");
    CHECK(app_append(d.a, KIND_WITHDRAWN, body, NULL, 0, NULL, SCREENS));
    settle(&d);
    CHECK_INT(app_result(d.a)->st, ST_FORBIDDEN);
    rate_page(&d, "job 2"); /* "nothing to add" takes nothing away */
    CHECK(shows(&d, "again"));
    tap(&d, "unrated");
    CHECK(recorded(&d) == 1 && sign_data(d.a)->d.nsealed == 0);
    key(&d, UI_KEY_ESCAPE);
    tap(&d, "skill:0"); /* and what is said anew stands beside it, not in its place */
    tap(&d, "rated");
    key(&d, UI_KEY_ESCAPE);
    CHECK_INT(recorded(&d), 2);
    tap(&d, "unrated");
    tap(&d, "refuse");
    tap(&d, "outcome:1");
    tap(&d, "why:5");
    tap(&d, "refused");
    CHECK(recorded(&d) == 2 && shows(&d, "pin"));
    end(&d);
}

/* ---- what comes between ------------------------------------------------------------------------
 */
static enum screen_id at(const struct device *d)
{
    return d->a->trail[d->a->ntrail - 1].screen;
}

/* The device is turned, and back; somebody rings up and it locks. */
static void turned(struct device *d)
{
    for (int k = 0; k < 2; k++) {
        int w = d->w_px;
        d->w_px = d->h_px;
        d->h_px = w;
        d->out.again = true;
        settle(d);
    }
}

static void locked(struct device *d, const struct needle *pin)
{
    CHECK(app_lock(d->a));
    settle(d);
    CHECK_INT(at(d), SCREEN_UNLOCK);
    unlock(d, pin);
}

static void draw(struct device *d)
{
    for (size_t i = 0; i < d->u->node_n; i++) {
        const struct ui_node *n = &d->u->nodes[i];
        if (strcmp(n->id, "pad") != 0) {
            continue;
        }
        struct ui_event e = {.type = UI_EV_DOWN,
                             .t_ms = d->ms += 400,
                             .x = (float)n->seen.x + 20,
                             .y = (float)n->seen.y + 20,
                             .touch = true};
        CHECK(ui_event(d->u, &e));
        for (int k = 0; k < 5; k++) {
            e.type = k < 4 ? UI_EV_MOVE : UI_EV_UP;
            e.t_ms = d->ms += 20;
            e.x += 30;
            e.y += k % 2 == 0 ? 25.0F : -15.0F;
            CHECK(ui_event(d->u, &e));
        }
        settle(d);
        return;
    }
    check_fail(__FILE__, __LINE__, "no pad");
}

static void the_three_pages(struct device *d, const struct needle *pin, bool english)
{
    struct needle words = random_text("a comment", LETTERS);
    id16 job = sample_id16("job 2");
    tap(d, "sign");
    if (sign_data(d->a)->d.english != english) {
        tap(d, "action");
    }
    turned(d);
    CHECK_INT(at(d), SCREEN_SIGN_READ);
    locked(d, pin);
    CHECK_INT(at(d), SCREEN_SIGN_READ);
    CHECK(sign_data(d->a)->d.english == english); /* his language, too */
    tap(d, "confirm");
    CHECK_INT(at(d), SCREEN_SIGN_RATE);
    tap(d, "skill:3");
    tap(d, "comment");
    type(d, &words);
    key(d, UI_KEY_ESCAPE);
    turned(d);
    CHECK_INT(sign_data(d->a)->grade[RATE_SKILL], 3);
    CHECK_INT(strlen(sign_data(d->a)->comment), words.n);
    locked(d, pin);
    CHECK(at(d) == SCREEN_SIGN_RATE && shows(d, "again"));
    nothing_is_chosen(d);
    tap(d, "rated");
    CHECK_INT(at(d), SCREEN_SIGN_PAD);
    draw(d);
    unsigned n = (unsigned)sign_data(d->a)->ink.n;
    CHECK(n >= 5);
    turned(d);
    CHECK_INT(sign_data(d->a)->ink.n, n);
    locked(d, pin);
    CHECK_INT(at(d), SCREEN_SIGN_PAD);
    CHECK_INT(sign_data(d->a)->ink.n, n);
    tap(d, "signed");
    CHECK_INT(at(d), SCREEN_HAND_BACK);
    type(d, pin);
    tap(d, "unlock");
    CHECK_INT(at(d), SCREEN_COPY);
    const struct job_model *j = app_job(d->a);
    CHECK(j != NULL && id16_eq(j->subject, job));
    const struct visit_state *v = &j->job.visits[j->job.nvisits - 1];
    CHECK_INT(v->nsigned, 1);
    CHECK(v->nsigned == 1 && v->signatures[0].stands && !h32_zero(v->signatures[0].strokes));
    CHECK(fold_fact(v, KIND_VISIT_RATED) != NULL && h32_zero(v->signatures[0].ratings));
    CHECK_INT(v->signatures[0].template_, english ? REPORT_1_EN : REPORT_1_ZH);
}

static void turning_and_locking_cost_nothing_on_any_of_the_customers_pages(void)
{
    for (int english = 0; english < 2; english++) {
        struct device d;
        struct needle pin = random_text("the PIN", DIGITS);
        begin(&d, &pin);
        d.w_px = 900; /* lying it is high enough, too, for all of a page */
        d.h_px = 2000;
        settle(&d);
        unlock(&d, &pin);
        work(&d, "job 2");
        app_go(d.a, SCREEN_JOB, sample_id16("job 2"));
        settle(&d);
        the_three_pages(&d, &pin, english != 0);
        end(&d);
    }
}

int main(void)
{
    i18n_open(NULL);
    CHECK(sodium_init() >= 0);
    RUN(b18_13_what_a_customer_said_is_for_nobody_here_once_the_page_is_left);
    RUN(b18_13_no_button_makes_a_rating_undone);
    RUN(what_was_drawn_and_not_confirmed_is_gone_after_a_hand_back);
    RUN(turning_and_locking_cost_nothing_on_any_of_the_customers_pages);
    CHECK_END();
}
