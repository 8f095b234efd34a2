/* test_state.c - unlock, one thing at a time, drafts, places, settings, lock. */
#include "tests/unit/app/state_rig.h"

#include "core/keys/seal.h"

static const struct app_result *result(struct rig *r)
{
    return app_result(r->a);
}

/* ---- unlock ---------------------------------------------------------------------------------- */
static void the_pin_opens_and_a_wrong_one_waits_longer_each_time(void)
{
    struct rig r;
    rig_begin(&r);
    CHECK(app_company(r.a).n > 0);
    CHECK(!id8_zero(app_author(r.a)));
    CHECK(app_lock(r.a));
    rig_settle(&r);
    CHECK(r.a->store == NULL);
    for (int k = 0; k < CAP_PIN_TRIES_FREE; k++) {
        CHECK(app_unlock(r.a, "9999"));
        rig_settle(&r);
        CHECK_INT(result(&r)->st, ST_WRONG_PIN);
        CHECK(strstr(app_error_words(r.a, result(&r)), "Wrong PIN") != NULL);
    }
    unsigned tries = 0;
    do {
        CHECK(app_unlock(r.a, "9999"));
        rig_settle(&r);
    } while (result(&r)->st == ST_WRONG_PIN && ++tries < 3);
    CHECK_INT(result(&r)->st, ST_WAIT);
    CHECK(result(&r)->err.wait_s > 0);
    CHECK(strstr(app_error_words(r.a, result(&r)), "Wait 5 seconds") != NULL);
    CHECK(app_unlock(r.a, SHOP_PIN)); /* not tried either */
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_WAIT);
    atomic_fetch_add(&r.ms, 60000);
    rig_unlock(&r);
    CHECK_INT(app_today_count(r.a), 2);
    rig_end(&r);
}

static void a_wrong_pin_at_the_hand_back_costs_nothing(void)
{
    struct rig r;
    uint8_t key[32], wrap[32];
    rig_begin(&r);
    memcpy(key, r.a->writer.keys->data, 32);
    memcpy(wrap, r.a->writer.keys->wrap, 32);
    rig_go(&r, SCREEN_HAND_BACK, "job 1");
    CHECK(app_hand_back(r.a, "0000"));
    CHECK_INT(app_busy(r.a), APP_UNLOCKING);
    CHECK(!app_hand_back(r.a, SHOP_PIN)); /* one at a time */
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_WRONG_PIN);
    CHECK_BYTES(r.a->writer.keys->data, 32, key, 32);
    CHECK_BYTES(r.a->writer.keys->wrap, 32, wrap, 32);
    CHECK(app_job(r.a) != NULL);
    CHECK(app_hand_back(r.a, SHOP_PIN));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_OK);
    rig_end(&r);
}

/* ---- one thing at a time --------------------------------------------------------------------- */
static void a_double_tap_makes_one_entry(void)
{
    struct rig r;
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    uint64_t before = rig_entries(&r);
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREEN_ARRIVE));
    CHECK(!rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREEN_ARRIVE));
    CHECK(!app_lock(r.a));
    CHECK(!app_sync_now(r.a));
    CHECK(r.a->store != NULL);
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_OK);
    CHECK(!h32_zero(result(&r)->entry));
    CHECK_INT(rig_entries(&r), before + 1);
    CHECK_INT(r.a->trail[r.a->ntrail - 1].screen, SCREEN_ARRIVE);
    const struct job_model *j = app_job(r.a);
    CHECK(j != NULL && j->visit != NULL);
    /* What the rules forbid by now is refused by the writer, and said in words. */
    CHECK(rig_step(&r, KIND_VISIT_TESTED, NULL, SCREEN_JOB));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_FORBIDDEN);
    CHECK(strlen(app_error_words(r.a, result(&r))) > 10);
    CHECK_INT(r.a->trail[r.a->ntrail - 1].screen, SCREEN_ARRIVE);
    CHECK_INT(rig_entries(&r), before + 1);
    rig_end(&r);
}

static void an_answer_moves_only_the_screens_of_its_job(void)
{
    struct rig r;
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREEN_ARRIVE));
    rig_go(&r, SCREEN_TODAY, NULL); /* the user does not wait */
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_OK);
    CHECK_INT(r.a->ntrail, 1);
    CHECK_INT(r.a->trail[0].screen, SCREEN_TODAY);
    rig_end(&r);
}

/* ---- drafts ---------------------------------------------------------------------------------- */
#define TYPED "half a sente"
static bool type(struct rig *r, const char *name, const char *text)
{
    return app_draft(r->a, name, str_bytes(str_c(text)));
}

static void a_draft_outlives_the_app_and_goes_with_its_entry(void)
{
    struct rig r;
    char kept[64];
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(type(&r, "accept", TYPED));
    CHECK(rig_draft_is(&r, "accept", TYPED));
    rig_restart(&r);
    CHECK_INT(r.a->trail[r.a->ntrail - 1].screen, SCREEN_JOB);
    CHECK(rig_draft_is(&r, "accept", TYPED));
    CHECK(type(&r, "accept", TYPED "nce"));
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, "accept", SCREEN_JOB));
    CHECK(!type(&r, "accept", "typed while it is saved")); /* it would stay for ever */
    CHECK(type(&r, "other", "another form"));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_OK);
    CHECK(rig_draft_is(&r, "accept", ""));
    rig_kept(&r, "job 1", "accept", kept, sizeof kept);
    CHECK_STR(kept, "");
    CHECK(rig_draft_is(&r, "other", "another form"));
    CHECK(type(&r, "accept", "a new one"));
    rig_restart(&r);
    CHECK(rig_draft_is(&r, "accept", "a new one"));
    rig_end(&r);
}

static void a_refused_entry_leaves_its_draft(void)
{
    struct rig r;
    char kept[64];
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(type(&r, "test", TYPED));
    CHECK(rig_step(&r, KIND_VISIT_TESTED, "test", SCREEN_JOB));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_FORBIDDEN);
    /* Another answer, a good one, before the screen looks at its draft again. */
    CHECK(app_hand_back(r.a, SHOP_PIN));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_OK);
    CHECK(rig_draft_is(&r, "test", TYPED));
    rig_kept(&r, "job 1", "test", kept, sizeof kept);
    CHECK_STR(kept, TYPED);
    CHECK(type(&r, "test", "more"));
    rig_end(&r);
}

static void a_saved_draft_stays_away_whatever_fails_next(void)
{
    struct rig r;
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(type(&r, "accept", TYPED));
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, "accept", SCREENS));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_OK);
    CHECK(app_hand_back(r.a, "0000"));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_WRONG_PIN);
    CHECK(rig_draft_is(&r, "accept", ""));
    rig_end(&r);
}

static void a_full_queue_refuses_a_draft_and_keeps_what_was(void)
{
    struct rig r;
    char name[24];
    unsigned taken = 0;
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    for (unsigned k = 0; k < 4 * APP_QUEUE_MAX; k++) {
        snprintf(name, sizeof name, "form %u", k);
        taken += type(&r, name, TYPED);
    }
    CHECK(taken > APP_QUEUE_MAX / 2 && taken < 4 * APP_QUEUE_MAX);
    rig_settle(&r);
    CHECK(type(&r, "form 0", "again"));
    rig_settle(&r);
    CHECK(rig_draft_is(&r, "form 0", "again"));
    CHECK(rig_draft_is(&r, "form 1", TYPED)); /* beyond what is cached: from the store */
    CHECK(!type(&r, "a name that is much too long for one", TYPED));
    CHECK(app_draft_get(r.a, "a name that is much too long for one").n == 0);
    rig_end(&r);
}

/* ---- news ------------------------------------------------------------------------------------ */
static void failures_of_drafts_do_not_push_out_an_answer(void)
{
    struct rig r;
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREENS));
    while (!queue_idle(&r.a->writer.queue)) {
        sched_yield();
    }
    struct intent d = {.type = INTENT_DRAFT, .go = SCREENS};
    for (int k = 0; k < 100; k++) {
        app_news(r.a, &d, APP_IDLE, ST_FULL, NULL, NULL);
    }
    CHECK_INT(app_busy(r.a), APP_SAVING);
    rig_turn(&r);
    CHECK_INT(app_busy(r.a), APP_IDLE);
    CHECK_INT(result(&r)->st, ST_FULL); /* said, once */
    CHECK_INT(result(&r)->what, APP_IDLE);
    rig_end(&r);
}

static void an_answer_of_another_kind_does_not_end_the_waiting(void)
{
    struct rig r;
    rig_begin(&r);
    rig_settle(&r);
    r.a->busy = APP_SYNCING; /* as if it were under way */
    app_news(r.a, NULL, APP_SAVING, ST_OK, NULL, NULL);
    app_news(r.a, NULL, APP_UNLOCKING, ST_WRONG_PIN, NULL, NULL);
    rig_turn(&r);
    CHECK_INT(app_busy(r.a), APP_SYNCING);
    r.a->busy = APP_IDLE;
    CHECK(app_sync_file(r.a, "/nowhere/at/all.docket", false));
    rig_settle(&r);
    CHECK_INT(app_busy(r.a), APP_IDLE);
    CHECK_INT(result(&r)->what, APP_SYNCING);
    CHECK(result(&r)->st != ST_OK);
    rig_end(&r);
}

/* ---- place ----------------------------------------------------------------------------------- */
static void a_restart_lands_where_the_last_run_was(void)
{
    struct rig r;
    id16 gone = sample_id16("a job that has left the device");
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 2");
    rig_go(&r, SCREEN_WORK, "job 2");
    rig_go(&r, SCREEN_HAND_BACK, "job 2");
    rig_restart(&r);
    CHECK_INT(r.a->ntrail, 3);
    CHECK_INT(r.a->trail[2].screen, SCREEN_WORK); /* unlocking is the hand-back */
    app_back(r.a);
    CHECK_INT(r.a->trail[r.a->ntrail - 1].screen, SCREEN_JOB);
    app_go(r.a, SCREEN_TODAY, (id16){{0}});
    app_go(r.a, SCREEN_SETTINGS, (id16){{0}});
    app_go(r.a, SCREEN_JOB, gone);
    app_go(r.a, SCREEN_WORK, gone);
    rig_restart(&r);
    CHECK_INT(r.a->ntrail, 2);
    CHECK_INT(r.a->trail[1].screen, SCREEN_SETTINGS);
    rig_end(&r);
}

static void the_trail_is_bounded_and_walks_in_no_circle(void)
{
    struct rig r;
    rig_begin(&r);
    for (int k = 0; k < 100; k++) {
        char job[16];
        snprintf(job, sizeof job, "job %d", k);
        rig_go(&r, SCREEN_JOB, job);
        rig_go(&r, SCREEN_WORK, job);
        CHECK(r.a->ntrail <= APP_TRAIL_MAX);
    }
    CHECK_INT(r.a->trail[0].screen, SCREEN_TODAY);
    unsigned n = r.a->ntrail;
    rig_go(&r, SCREEN_JOB, "job 99");
    CHECK_INT(r.a->ntrail, n - 1);
    for (int k = 0; k < 40; k++) {
        app_back(r.a);
    }
    CHECK_INT(r.a->ntrail, 1);
    rig_settle(&r);
    rig_end(&r);
}

/* ---- settings -------------------------------------------------------------------------------- */
static void settings(struct rig *r, const char *text)
{
    char path[600];
    snprintf(path, sizeof path, "%s.settings", r->dir);
    FILE *f = fopen(path, "w");
    CHECK(f != NULL);
    fputs(text, f);
    fclose(f);
}

static void a_settings_file_is_read_with_care(void)
{
    struct rig r;
    char text[2000];
    rig_place(&r);
    settings(&r, "scale=9999999999999999\ntheme=-1\nlanguage=xx\naddress=http://a b\nleft=1\n"
                 "=\nno line\nscale\n\xff\xfe\naddress=http://\xe4\xb8\n");
    rig_open(&r);
    CHECK_INT(app_settings(r.a)->scale_percent, 100);
    CHECK_INT(app_settings(r.a)->theme, 0);
    CHECK_STR(app_settings(r.a)->address, "");
    CHECK(app_settings(r.a)->left_hand);
    app_close(&r.a);
    memset(text, 'x', sizeof text);
    memcpy(text, "address=http://", 15);
    text[sizeof text - 1] = '\0';
    settings(&r, text);
    rig_open(&r);
    CHECK_STR(app_settings(r.a)->address, "");
    snprintf(app_settings(r.a)->address, sizeof app_settings(r.a)->address, "http://hq:8080");
    app_settings(r.a)->scale_percent = 150;
    CHECK(app_settings_save(r.a));
    app_close(&r.a);
    rig_open(&r);
    CHECK_STR(app_settings(r.a)->address, "http://hq:8080");
    CHECK_INT(app_settings(r.a)->scale_percent, 150);
    CHECK_STR(r.a->net.address, "http://hq:8080");
    app_close(&r.a);
    char path[600];
    snprintf(path, sizeof path, "%s.settings", r.dir);
    unlink(path);
    CHECK_INT(mkfifo(path, 0600), 0); /* opening it would wait for ever */
    rig_open(&r);
    CHECK_INT(app_settings(r.a)->scale_percent, 100);
    app_close(&r.a);
}

/* ---- lock ------------------------------------------------------------------------------------ */
static bool holds(const void *mem, size_t n, const char *words)
{
    size_t wn = strlen(words);
    const uint8_t *p = mem;
    for (size_t k = 0; k + wn <= n; k++) {
        if (p[k] == (uint8_t)words[0] && memcmp(p + k, words, wn) == 0) {
            return true;
        }
    }
    return false;
}

static void locking_leaves_nobodys_words_in_memory(void)
{
    struct rig r;
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(app_job(r.a) != NULL && app_job(r.a)->customer_name.n > 0);
    CHECK(holds(r.a->model_mem, APP_MODEL_BYTES, "刘美华"));
    char *mine = app_screen_data(r.a, SCREEN_JOB, 100);
    snprintf(mine, 100, "刘美华");
    CHECK(type(&r, "note", "刘美华"));
    rig_go(&r, SCREEN_TODAY, NULL);
    app_today_filter(r.a, "刘美华", 0);
    struct today_row row;
    rig_settle(&r);
    app_today_filter(r.a, "刘美华", 0);
    CHECK(app_today_row(r.a, 0, &row));
    CHECK(holds(r.a->row_mem, APP_ROW_BYTES, "刘美华"));
    CHECK(app_lock(r.a));
    CHECK(r.a->store == NULL);
    rig_settle(&r);
    CHECK_INT(r.a->trail[0].screen, SCREEN_UNLOCK);
    CHECK(!holds(r.a->model_mem, APP_MODEL_BYTES, "刘美华"));
    CHECK(!holds(r.a->frame_mem, APP_FRAME_BYTES, "刘美华"));
    CHECK(!holds(r.a->row_mem, APP_ROW_BYTES, "刘美华"));
    CHECK(!holds(mine, 100, "刘美华"));
    CHECK(!holds(r.a, sizeof *r.a, "刘美华"));
    CHECK_INT(r.a->ndrafts, 0);
    CHECK(r.a->words.text == NULL);
    CHECK(app_job(r.a) == NULL);
    CHECK_INT(app_today_count(r.a), 0);
    CHECK(!app_today_row(r.a, 0, &row));
    /* Everything that a screen could still ask for is answered. */
    struct sync_state s;
    size_t n;
    bool gone;
    app_sync_state(r.a, &s);
    app_stock(r.a, &n);
    CHECK_INT(n, 0);
    CHECK(app_text(r.a, sample_h32("x"), &gone).n == 0);
    CHECK(app_technician_name(r.a).n == 0);
    CHECK(app_report(r.a, REPORT_1_ZH)->st != ST_OK);
    CHECK(!app_resolve(r.a, sample_id16("customer 1"), F_CUSTOMER_PHONE, 0));
    rig_unlock(&r);
    CHECK(app_today_count(r.a) == 2);
    rig_end(&r);
}

/* The test stands in for what headquarters orders; nothing else writes now. */
static void forget_something(struct rig *r)
{
    struct err err = {0};
    struct store_txn *t = NULL;
    uint8_t room[4096];
    struct arena m = arena_of(room, sizeof room);
    struct att_view v;
    shop_must(store_write(r->a->store, &t, &err), &err, "write");
    shop_must(att_make(&m, ATT_TEXT, str_bytes(S("gate code")), &v), &err, "attachment");
    shop_must(store_att_put(t, v.manifest, str_bytes(S("gate code")), sample_id16("job 1"), &err),
              &err, "put");
    shop_must(store_att_forget(t, v.name, sample_h32("order"), 1, SHOP_NOW_MS, &err), &err,
              "forget");
    shop_must(store_commit(&t, &err), &err, "commit");
}

static bool compact_due(struct rig *r)
{
    struct err err = {0};
    struct store_txn *t = NULL;
    shop_must(store_read(r->a->store, &t, &err), &err, "read");
    bool due = store_compact_due(t);
    store_abort(&t);
    return due;
}

/* What cannot be wiped at a lock is told on the screen that then stands, and done at the next. */
static void a_lock_that_cannot_wipe_says_so_and_tries_again(void)
{
    struct rig r;
    char in_the_way[600];
    rig_begin(&r);
    forget_something(&r);
    snprintf(in_the_way, sizeof in_the_way, "%s/slots.new", r.dir);
    CHECK_INT(mkdir(in_the_way, 0700), 0);
    snprintf(in_the_way, sizeof in_the_way, "%s/slots.new/x", r.dir);
    CHECK_INT(mkdir(in_the_way, 0700), 0);
    CHECK(app_lock(r.a));
    rig_settle(&r);
    CHECK(result(&r)->st != ST_OK);
    CHECK_INT(result(&r)->what, APP_LOCKING);
    CHECK_INT(app_busy(r.a), APP_IDLE);
    CHECK_STR(app_error_words(r.a, result(&r)),
              "Locked. What headquarters wants forgotten could not be wiped. It is tried again at "
              "the next lock.");
    CHECK_INT(rmdir(in_the_way), 0);
    *strrchr(in_the_way, '/') = '\0';
    CHECK_INT(rmdir(in_the_way), 0);
    rig_unlock(&r);
    CHECK(compact_due(&r));
    CHECK(app_lock(r.a));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_OK);
    rig_unlock(&r);
    CHECK(!compact_due(&r));
    rig_end(&r);
}

/* Something was forgotten: the store is written anew when it is locked, and opens again. */
static void a_lock_after_forgetting_compacts(void)
{
    struct rig r;
    char kept[64];
    rig_begin(&r);
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(type(&r, "note", TYPED));
    CHECK(app_hand_back(r.a, "0000"));
    rig_settle(&r);
    forget_something(&r);
    CHECK(compact_due(&r));
    app_today_filter(r.a, "刘", 0); /* the search's thread is at work */
    CHECK(app_lock(r.a));
    rig_settle(&r);
    CHECK_INT(result(&r)->st, ST_OK);
    rig_unlock(&r);
    CHECK(!compact_due(&r));
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(rig_draft_is(&r, "note", TYPED));
    rig_kept(&r, "job 1", "note", kept, sizeof kept);
    CHECK_STR(kept, TYPED);
    rig_end(&r);
}

int main(void)
{
    RUN(the_pin_opens_and_a_wrong_one_waits_longer_each_time);
    RUN(a_wrong_pin_at_the_hand_back_costs_nothing);
    RUN(a_double_tap_makes_one_entry);
    RUN(an_answer_moves_only_the_screens_of_its_job);
    RUN(a_draft_outlives_the_app_and_goes_with_its_entry);
    RUN(a_refused_entry_leaves_its_draft);
    RUN(a_saved_draft_stays_away_whatever_fails_next);
    RUN(a_full_queue_refuses_a_draft_and_keeps_what_was);
    RUN(failures_of_drafts_do_not_push_out_an_answer);
    RUN(an_answer_of_another_kind_does_not_end_the_waiting);
    RUN(a_restart_lands_where_the_last_run_was);
    RUN(the_trail_is_bounded_and_walks_in_no_circle);
    RUN(a_settings_file_is_read_with_care);
    RUN(locking_leaves_nobodys_words_in_memory);
    RUN(a_lock_after_forgetting_compacts);
    RUN(a_lock_that_cannot_wipe_says_so_and_tries_again);
    CHECK_END();
}
