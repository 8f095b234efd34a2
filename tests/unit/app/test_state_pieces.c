/* test_state_pieces.c - several pieces of equipment at one address: one report each, signed for in
 * one pass, all of them or none (issue: one signature, bound in every sign-off). */
#include "tests/unit/app/state_rig.h"

#include "app/screens/sign.h"
#include "app/state/desk_site.h"
#include "core/rules/visit.h"

static const char *const JOBS[] = {"job 2", "job 3", "job 4"};
static const int64_t FEES[] = {0, 12000, 4550};

static void begin(struct rig *r)
{
    struct shop *x = malloc(sizeof *x);
    CHECK(x != NULL);
    rig_place(r);
    shop_make(x, r->dir, r->secret);
    struct chain_head head = x->head;
    int64_t at_ms = x->at_ms;
    shop_open_again(x, r->dir, r->secret, &head, at_ms);
    shop_pieces(x);
    shop_shut(x, &head);
    free(x);
    rig_open(r);
    rig_unlock(r);
}

static void fact(struct rig *r, unsigned kind, union body *b)
{
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    shop_must(body_encode(kind, b, buf, sizeof buf, &body), NULL, "body");
    CHECK(app_append(r->a, kind, body, NULL, 0, NULL, SCREENS));
    rig_settle(r);
    CHECK_INT(app_result(r->a)->st, ST_OK);
}

/* All but the signature. */
static void work_again(struct rig *r, unsigned k, const char *visit)
{
    static const unsigned kinds[] = {KIND_VISIT_ACCEPTED, KIND_VISIT_ARRIVED, KIND_VISIT_DIAGNOSED,
                                     KIND_VISIT_CLASS,    KIND_VISIT_ACTION,  KIND_VISIT_TESTED,
                                     KIND_VISIT_FEE};
    rig_go(r, SCREEN_JOB, JOBS[k]);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        union body b;
        memset(&b, 0, sizeof b);
        b.head.visit = sample_id8(visit);
        switch (kinds[i]) {
        case KIND_VISIT_DIAGNOSED:
            CHECK(code_of(str_bytes(S("AC-03")), &b.diagnosed.fault));
            b.diagnosed.cause = CAUSE_WEAR;
            b.diagnosed.responsibility = RESP_NOBODY;
            break;
        case KIND_VISIT_CLASS:
            b.class_.class_ = CLASS_C;
            b.class_.basis = BASIS_WARRANTY;
            break;
        case KIND_VISIT_ACTION:
            b.action.n = 1;
            b.action.codes[0] = ACTION_CLEAN;
            break;
        case KIND_VISIT_TESTED:
            b.tested.result = RESULT_WORKS;
            break;
        case KIND_VISIT_FEE:
            b.fee.parts_minor = b.fee.total_minor = FEES[k];
            break;
        default:
            break;
        }
        fact(r, kinds[i], &b);
    }
}

static void work(struct rig *r, unsigned k)
{
    work_again(r, k, JOBS[k]);
}

static void work_all(struct rig *r)
{
    begin(r);
    for (unsigned k = 0; k < 3; k++) {
        work(r, k);
    }
    rig_go(r, SCREEN_SIGN_PAD, JOBS[0]);
}

static const uint8_t *strokes(bytes *out)
{
    static uint8_t buf[CAP_STROKES_BYTES];
    struct ui_ink_point points[3] = {
        {1, 1, 0, 1, true}, {5, 6, 10, 1, false}, {9, 3, 20, 1, false}};
    struct ui_ink ink = {.points = points, .n = 3, .cap = 3, .w = 1000, .h = 1000};
    *out = form_ink_put(&ink, buf, sizeof buf);
    return buf;
}

/* The intent of a pass over the site's ready reports as they stand, but `but` (APP_SITE_MAX: all).
 */
static struct sign_intent pass(struct rig *r, unsigned outcome, size_t but)
{
    struct sign_intent i = {.outcome = outcome, .template_ = REPORT_1_EN};
    const struct site *s = app_site(r->a);
    CHECK(s != NULL && s->n == 3);
    for (size_t k = 0; k < s->n; k++) {
        if (!s->items[k].ready || k == but) {
            continue;
        }
        const struct report_shown *x = app_report_of(r->a, s->items[k].job, i.n, REPORT_1_EN);
        CHECK_INT(x->st, ST_OK);
        i.of[i.n].job = s->items[k].job;
        i.of[i.n++].text_shown = x->hash;
    }
    if (outcome == SIGN_SIGNED) {
        IGNORE(strokes(&i.strokes) == NULL);
    } else {
        i.reason = SR_NO_REASON;
    }
    return i;
}

static void send(struct rig *r, const struct sign_intent *i)
{
    CHECK(app_sign(r->a, i, SCREENS));
    rig_settle(r);
}

/* The standing signature of a job; false: none. */
static bool signature(struct rig *r, const char *job, struct signature_state *out)
{
    rig_go(r, SCREEN_JOB, job);
    rig_turn(r);
    const struct job_model *j = app_job(r->a);
    CHECK(j != NULL && j->visit != NULL);
    if (j->visit->nsigned == 0 || !j->visit->signatures[j->visit->nsigned - 1].stands) {
        return false;
    }
    *out = j->visit->signatures[j->visit->nsigned - 1];
    return true;
}

static unsigned nsigned(struct rig *r)
{
    struct signature_state s;
    unsigned n = 0;
    for (unsigned k = 0; k < 3; k++) {
        n += signature(r, JOBS[k], &s) ? 1 : 0;
    }
    return n;
}

static void the_site_has_the_present_job_first_and_what_is_ready_before_the_rest(void)
{
    struct rig r;
    begin(&r);
    rig_go(&r, SCREEN_JOB, JOBS[0]);
    const struct site *s = app_site(r.a);
    CHECK(s != NULL && s->n == 3 && id16_eq(s->items[0].job, sample_id16(JOBS[0])));
    CHECK(!s->items[0].ready && !s->items[1].ready && s->items[1].stage == VISIT_NONE);
    work(&r, 1);
    rig_go(&r, SCREEN_JOB, JOBS[0]);
    s = app_site(r.a);
    CHECK(s->n == 3 && s->items[1].ready && id16_eq(s->items[1].job, sample_id16(JOBS[1])));
    CHECK_INT(s->items[1].total_minor, FEES[1]);
    rig_go(&r, SCREEN_JOB, "job 1"); /* another customer's */
    s = app_site(r.a);
    CHECK(s != NULL && s->n == 1);
    rig_end(&r);
}

static void b_18_1_one_signature_is_bound_in_every_report_and_each_proves_itself(void)
{
    struct rig r;
    struct signature_state s[3];
    work_all(&r);
    uint64_t before = rig_entries(&r);
    struct sign_intent i = pass(&r, SIGN_SIGNED, APP_SITE_MAX);
    CHECK_INT(i.n, 3);
    send(&r, &i);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    CHECK_INT(rig_entries(&r), before + 3);
    for (unsigned k = 0; k < 3; k++) {
        CHECK(signature(&r, JOBS[k], &s[k]));
        CHECK_INT(s[k].total_minor, FEES[k]);
        CHECK_INT(s[k].wall_ms, s[0].wall_ms);
        const struct report_shown *shown = app_signed(r.a, &s[k]);
        CHECK_INT(shown->st, ST_OK);
        CHECK(h32_eq(shown->hash, i.of[0].text_shown) || h32_eq(shown->hash, i.of[1].text_shown) ||
              h32_eq(shown->hash, i.of[2].text_shown));
        CHECK(bytes_eq(str_bytes(app_text(r.a, s[k].strokes, NULL)), i.strokes));
        CHECK(app_qr(r.a, s[k].entry).n > 100);
        for (unsigned m = 0; m < k; m++) { /* a number of its own, salts of its own */
            CHECK(!bytes_eq(bytes_of(s[k].number, s[k].nnumber),
                            bytes_of(s[m].number, s[m].nnumber)));
            CHECK(!h32_eq(s[k].strokes, s[m].strokes) && !h32_eq(s[k].text, s[m].text));
        }
    }
    rig_go(&r, SCREEN_JOB, JOBS[0]);
    const struct site *site = app_site(r.a);
    CHECK(site->n == 3 && site->items[1].together && site->items[2].together);
    rig_restart(&r);
    CHECK_INT(nsigned(&r), 3);
    rig_end(&r);
}

static void what_is_left_out_stays_open_and_takes_no_number(void)
{
    struct rig r;
    struct signature_state s, later;
    work_all(&r);
    CHECK(app_draft(r.a, "sign", str_bytes(S("strokes"))));
    rig_settle(&r);
    struct sign_intent i = pass(&r, SIGN_SIGNED, 0); /* the present job's itself */
    CHECK_INT(i.n, 2);
    send(&r, &i);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    CHECK(!signature(&r, JOBS[0], &s));
    CHECK(rig_draft_is(&r, "sign", "")); /* these strokes were for the others */
    CHECK(visit_missing(&app_job(r.a)->job, app_job(r.a)->visit) == RULE_OK);
    CHECK_INT(nsigned(&r), 2);
    rig_go(&r, SCREEN_SIGN_PAD, JOBS[0]);
    struct sign_intent alone = {.outcome = SIGN_SIGNED, .template_ = REPORT_1_EN, .n = 1};
    alone.of[0].job = sample_id16(JOBS[0]);
    alone.of[0].text_shown = app_report(r.a, REPORT_1_EN)->hash;
    IGNORE(strokes(&alone.strokes) == NULL);
    send(&r, &alone);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    CHECK(signature(&r, JOBS[0], &later));
    CHECK(later.number[later.nnumber - 1] == '3'); /* no gap in the numbers */
    rig_end(&r);
}

static void all_or_none_when_one_report_is_not_the_one_that_was_read(void)
{
    struct rig r;
    work_all(&r);
    for (unsigned k = 0; k < 3; k++) {
        struct sign_intent i = pass(&r, SIGN_SIGNED, APP_SITE_MAX);
        i.of[k].text_shown.b[7] ^= 1;
        uint64_t before = rig_entries(&r);
        send(&r, &i);
        CHECK_INT(app_result(r.a)->st, ST_CONFLICT);
        CHECK_INT(rig_entries(&r), before);
        CHECK_INT(nsigned(&r), 0);
        rig_go(&r, SCREEN_SIGN_PAD, JOBS[0]);
    }
    /* One named twice, and one that is not ready: nothing is signed either. */
    struct sign_intent i = pass(&r, SIGN_SIGNED, APP_SITE_MAX);
    i.of[2] = i.of[1];
    send(&r, &i);
    CHECK_INT(app_result(r.a)->st, ST_FORBIDDEN);
    CHECK_INT(nsigned(&r), 0);
    rig_go(&r, SCREEN_SIGN_PAD, JOBS[0]);
    i = pass(&r, SIGN_SIGNED, APP_SITE_MAX);
    i.of[2].job = sample_id16("job 1");
    send(&r, &i);
    CHECK_INT(app_result(r.a)->st, ST_FORBIDDEN);
    CHECK_INT(nsigned(&r), 0);
    /* And it goes on: the same chain takes the pass as it should be. */
    rig_go(&r, SCREEN_SIGN_PAD, JOBS[0]);
    i = pass(&r, SIGN_SIGNED, APP_SITE_MAX);
    send(&r, &i);
    CHECK_INT(nsigned(&r), 3);
    rig_end(&r);
}

static void b_18_17_refused_by_all_in_one_pass_with_one_reason(void)
{
    struct rig r;
    struct signature_state s;
    work_all(&r);
    struct sign_intent i = pass(&r, SIGN_REFUSED, 2);
    send(&r, &i);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    CHECK_INT(nsigned(&r), 2);
    CHECK(signature(&r, JOBS[0], &s));
    CHECK_INT(s.outcome, SIGN_REFUSED);
    CHECK_INT(s.reason, SR_NO_REASON);
    rig_end(&r);
}

static void a_draft_of_another_job_that_was_signed_goes_too(void)
{
    struct rig r;
    char kept[64];
    work_all(&r);
    rig_go(&r, SCREEN_SIGN_PAD, JOBS[1]);
    CHECK(app_draft(r.a, "sign", str_bytes(S("begun from the other side"))));
    rig_go(&r, SCREEN_SIGN_PAD, JOBS[0]);
    CHECK(app_draft(r.a, "sign", str_bytes(S("strokes"))));
    rig_settle(&r);
    struct sign_intent i = pass(&r, SIGN_SIGNED, APP_SITE_MAX);
    send(&r, &i);
    for (unsigned k = 0; k < 2; k++) {
        rig_kept(&r, JOBS[k], "sign", kept, sizeof kept);
        CHECK(kept[0] == '\0');
        rig_go(&r, SCREEN_SIGN_PAD, JOBS[k]);
        CHECK(rig_draft_is(&r, "sign", ""));
    }
    rig_end(&r);
}

/* On the rate page: what was chosen before the device locked, or was closed. */
static void rate(struct rig *r, int grade, const char *comment)
{
    unsigned tried = 0;
    rig_go(r, SCREEN_SIGN_RATE, JOBS[0]);
    for (int k = 0; k < 2; k++) { /* as its frames do: what was said before is an entry first */
        sign_settle(r->a, &tried);
        rig_settle(r);
    }
    struct sign *s = sign_data(r->a);
    CHECK(s != NULL && s->d.nsealed == 0);
    s->grade[RATE_SKILL] = grade;
    snprintf(s->comment, sizeof s->comment, "%s", comment);
    r->a->entered = true;
}

static bool holds(bytes in, const char *word)
{
    size_t n = strlen(word);
    for (size_t k = 0; k + n <= in.n; k++) {
        if (memcmp(in.p + k, word, n) == 0) {
            return true;
        }
    }
    return false;
}

/* Back on the page: the newest rating is there, sealed, and nothing says what it is. */
static void sealed(struct rig *r, const char *comment, uint8_t *box, size_t *n)
{
    rig_go(r, SCREEN_SIGN_RATE, JOBS[0]);
    screens[SCREEN_SIGN_RATE].enter(r->a);
    const struct sign *s = sign_data(r->a);
    CHECK(s != NULL && s->d.rated);
    CHECK(s->d.nsealed > RATINGS_SEAL_OVERHEAD);
    CHECK(s->grade[RATE_SKILL] == -1 && s->comment[0] == '\0');
    bytes draft = app_draft_get(r->a, "sign");
    CHECK(draft.n > s->d.nsealed && !holds(draft, comment));
    *n = s->d.nsealed;
    memcpy(box, s->d.sealed, *n);
}

static void what_was_rated_is_sealed_when_the_device_locks_or_closes(void)
{
    struct rig r;
    uint8_t first[sizeof((struct sign_form *)0)->sealed], second[sizeof first];
    size_t n1 = 0, n2 = 0;
    work_all(&r);
    rate(&r, 3, "he was rude");
    CHECK(app_lock(r.a));
    rig_settle(&r);
    rig_unlock(&r);
    sealed(&r, "he was rude", first, &n1);
    rate(&r, 0, "all well, after all");
    rig_restart(&r);
    sealed(&r, "all well, after all", second, &n2);
    CHECK(n1 == n2 && memcmp(first, second, n1) != 0); /* another box of one size */
    rig_go(&r, SCREEN_SIGN_RATE, JOBS[0]);             /* nothing more is said: it stays as it is */
    CHECK(app_lock(r.a));
    rig_settle(&r);
    rig_unlock(&r);
    sealed(&r, "all well", first, &n1);
    CHECK(n1 == n2 && memcmp(first, second, n1) == 0);
    rig_end(&r);
}

/* The disk failed on that page: whoever unlocks next is not the customer. */
static void a_store_that_does_not_open_again_leaves_no_rating_in_memory(void)
{
    struct rig r;
    work_all(&r);
    rate(&r, 3, "he was rude");
    const uint8_t *block = r.a->screen_data[SCREEN_SIGN_PAD];
    CHECK(!sodium_is_zero(block, CAP_SCREEN_BYTES));
    struct writer_news n = {.present = true,
                            .type = INTENT_REOPEN,
                            .go = SCREENS,
                            .reopened = true,
                            .result = {.what = APP_SAVING, .st = ST_IO}};
    let_go(r.a);
    news_tell(r.a, &n);
    turn_begin(r.a);
    CHECK_INT(r.a->trail[r.a->ntrail - 1].screen, SCREEN_UNLOCK);
    CHECK(sodium_is_zero(block, CAP_SCREEN_BYTES));
    rig_end(&r);
}

/* A rating is of one visit: the next one of the same job begins with none. */
static void a_sealed_rating_is_not_taken_for_another_visit(void)
{
    struct rig r;
    work_all(&r);
    rate(&r, 0, "well done");
    CHECK(app_lock(r.a));
    rig_settle(&r);
    rig_unlock(&r);
    rig_go(&r, SCREEN_SIGN_PAD, JOBS[0]);
    CHECK(sign_data(r.a)->d.nsealed > 0);
    union body b;
    memset(&b, 0, sizeof b);
    b.head.visit = sample_id8(JOBS[0]);
    b.ended.outcome = END_HELP_WANTED;
    fact(&r, KIND_VISIT_ENDED, &b);
    memset(&b, 0, sizeof b);
    b.head.visit = sample_id8(JOBS[0]);
    fact(&r, KIND_VISIT_LEFT, &b);
    work_again(&r, 0, "another visit");
    rig_go(&r, SCREEN_SIGN_PAD, JOBS[0]);
    const struct sign *s = sign_data(r.a);
    CHECK(s != NULL && s->d.nsealed == 0 && !s->d.rated && s->d.nstrokes == 0);
    rig_end(&r);
}

int main(void)
{
    RUN(the_site_has_the_present_job_first_and_what_is_ready_before_the_rest);
    RUN(b_18_1_one_signature_is_bound_in_every_report_and_each_proves_itself);
    RUN(what_is_left_out_stays_open_and_takes_no_number);
    RUN(all_or_none_when_one_report_is_not_the_one_that_was_read);
    RUN(b_18_17_refused_by_all_in_one_pass_with_one_reason);
    RUN(a_draft_of_another_job_that_was_signed_goes_too);
    RUN(what_was_rated_is_sealed_when_the_device_locks_or_closes);
    RUN(a_store_that_does_not_open_again_leaves_no_rating_in_memory);
    RUN(a_sealed_rating_is_not_taken_for_another_visit);
    CHECK_END();
}
