/* test_state_search.c - what a search finds, what it costs to go on, and a catalogue of any size.
 */
#include "core/fold/refold.h"
#include "tests/unit/app/state_rig.h"

static size_t found(struct rig *r, const char *search, int list)
{
    for (int k = 0; k < 2; k++) { /* as frames do: until all that is there was looked through */
        rig_turn(r);
        app_today_filter(r->a, search, list);
        rig_settle(r);
    }
    app_today_filter(r->a, search, list);
    return app_today_count(r->a);
}

static void a_search_finds_by_every_word_of_a_row(void)
{
    struct rig r;
    struct today_row row;
    rig_begin(&r);
    CHECK_INT(found(&r, "", LIST_JOBS_OPEN), 2);
    CHECK_INT(found(&r, "刘美华", LIST_JOBS_OPEN), 1);
    CHECK(app_today_row(r.a, 0, &row));
    id16 job = sample_id16("job 1");
    CHECK_BYTES(row.row.subject.b, 16, job.b, 16);
    CHECK(!app_today_row(r.a, 1, &row));
    CHECK_INT(found(&r, "j-261121", LIST_JOBS_OPEN), 2); /* a number, in any case */
    CHECK_INT(found(&r, "j-261121-02", LIST_JOBS_OPEN), 1);
    CHECK_INT(found(&r, "J-261121", LIST_JOBS_OPEN), 2); /* wider again */
    CHECK_INT(found(&r, "kfr-35", LIST_JOBS_OPEN), 1);
    CHECK_INT(found(&r, "大堂", LIST_JOBS_OPEN), 1);
    CHECK_INT(found(&r, "空调 望江路", LIST_JOBS_OPEN), 1); /* all words, in any order */
    CHECK_INT(found(&r, "望江路 空调", LIST_JOBS_OPEN), 1);
    CHECK_INT(found(&r, "望江路 洗衣机", LIST_JOBS_OPEN), 0);
    CHECK_INT(found(&r, "刘美华壁挂", LIST_JOBS_OPEN), 0); /* not across two texts */
    CHECK_INT(found(&r, "  ", LIST_JOBS_OPEN), 2);
    CHECK_INT(found(&r, "刘美华", LIST_JOBS_DONE), 0);
    CHECK_INT(found(&r, "刘美华", LIST_JOBS_OPEN), 1);
    char longest[64];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    CHECK_INT(found(&r, longest, LIST_JOBS_OPEN), 0);
    rig_end(&r);
}

static void own_work_costs_no_new_gathering_but_new_words_do(void)
{
    struct rig r;
    rig_begin(&r);
    CHECK_INT(found(&r, "刘美华", LIST_JOBS_OPEN), 1);
    const char *text = r.a->words.text;
    uint64_t serial = r.a->today.serial;
    rig_go(&r, SCREEN_JOB, "job 1");
    CHECK(rig_step(&r, KIND_VISIT_ACCEPTED, NULL, SCREEN_TODAY));
    rig_settle(&r);
    rig_go(&r, SCREEN_TODAY, NULL);
    CHECK_INT(found(&r, "刘美华", LIST_JOBS_OPEN), 1);
    CHECK(r.a->today.serial != serial);
    CHECK(r.a->words.text == text);

    /* A telephone number is put right: it is found by the new one. */
    rig_go(&r, SCREEN_JOB, "job 1");
    const struct job_model *j = app_job(r.a);
    struct record_write w = {.field = F_CUSTOMER_NAME, .type = FT_TEXT, .i = 0};
    struct intent_att att = {.type = ATT_TEXT, .content = str_bytes(S("Golden Lotus"))};
    CHECK(j != NULL && j->has_customer);
    CHECK(app_record(r.a, SUBJECT_CUSTOMER, j->customer.subject, &j->customer, &w, 1, &att, 1, NULL,
                     SCREENS));
    rig_settle(&r);
    CHECK_INT(app_result(r.a)->st, ST_OK);
    rig_go(&r, SCREEN_TODAY, NULL);
    CHECK_INT(found(&r, "golden", LIST_JOBS_OPEN), 1);
    rig_end(&r);
}

/* Where the app was is kept by its writer, too: the node writes when that is done. */
static void writer_idle(struct rig *r)
{
    const struct timespec moment = {.tv_nsec = 500000};
    while (!queue_idle(&r->a->writer.queue)) {
        nanosleep(&moment, NULL);
    }
}

#define PARTS 60000U
/* An edition of so many parts, as headquarters would send it; with PARTS it is 3 MB, beyond any
 * scratch. */
static void publish(struct rig *r, unsigned number, unsigned nparts, const struct calendars *hours)
{
    struct cat_part *parts = calloc(nparts, sizeof *parts);
    char(*codes)[16] = calloc(nparts, sizeof *codes);
    uint8_t *buf = malloc(8U << 20), room[CAP_BODY_BYTES];
    struct shop *s = malloc(sizeof *s);
    struct catalogue c = {.number = number, .nparts = nparts, .parts = parts, .calendars = *hours};
    bytes content, body;
    union body b;
    for (unsigned k = 0; k < nparts; k++) {
        snprintf(codes[k], sizeof codes[k], "P-%06u", k);
        parts[k] = (struct cat_part){.number = str_c(codes[k]),
                                     .name = S("电容"),
                                     .name_en = S("Capacitor of a kind"),
                                     .unit = S("只"),
                                     .price_minor = k};
    }
    shop_must(catalogue_encode(&c, buf, 8U << 20, &content), NULL, "edition");
    CHECK(nparts < PARTS || content.n > 2U << 20);
    /* The node of the sample goes on where the shop left its chain; nothing else writes now. */
    memset(s, 0, sizeof *s);
    sample_make(&s->s);
    s->store = r->a->store;
    s->room = malloc(SHOP_ROOM);
    s->tmp = malloc(SHOP_ROOM);
    s->at_ms = SHOP_NOW_MS;
    s->head.author = s->s.node.author;
    s->head.epoch = sample_id8("another epoch of the node");
    memset(&b, 0, sizeof b);
    b.edition.number = number;
    shop_must(body_encode(KIND_EDITION, &b, room, sizeof room, &body), NULL, "edition");
    id16 dep;
    memcpy(dep.b, s->s.trust.deployment, sizeof dep.b);
    struct err err = {0};
    struct store_txn *t = NULL;
    uint8_t *mem = malloc(16U << 20);
    struct arena a = arena_of(mem, 16U << 20);
    struct att_view v;
    h32 name;
    shop_must(att_make(&a, ATT_EDITION, content, &v), NULL, "manifest");
    name = v.name;
    writer_idle(r);
    shop_must(store_write(s->store, &t, &err), &err, "write");
    shop_must(store_att_put(t, v.manifest, content, dep, &err), &err, "edition");
    struct entry_draft d = {.kind = KIND_EDITION,
                            .subject_type = SUBJECT_DEPLOYMENT,
                            .subject = dep,
                            .body = body,
                            .atts = &name,
                            .natt = 1,
                            .actor = sample_id16("supervisor"),
                            .actor_role = ROLE_PARTS_KEEPER};
    uint8_t out[CAP_ENTRY_BYTES];
    struct entry_view e;
    bool forked;
    struct now now = sample_now(0);
    now.wall_ms = s->at_ms;
    shop_must(entry_make(&s->head, &d, &now, s->s.trust.deployment, s->s.node.keys.sign_sk, out,
                         sizeof out, &e, &err),
              &err, "entry");
    shop_must(journal_keep(t, &e, &forked, &err), &err, "keep");
    shop_must(fold_refold(t, dep, arena_of(s->tmp, SHOP_ROOM), &err), &err, "fold");
    shop_must(store_commit(&t, &err), &err, "commit");
    sample_free(&s->s);
    free(s->room);
    free(s->tmp);
    free(s);
    free(mem);
    free(buf);
    free(codes);
    free(parts);
}

static void a_catalogue_of_sixty_thousand_parts_opens_for_screen_and_writer(void)
{
    struct rig r;
    struct calendars usual;
    calendars_default(&usual);
    rig_begin(&r);
    CHECK_INT(app_catalogue(r.a)->number, 1);
    h32 first = app_catalogue(r.a)->edition;
    publish(&r, 2, PARTS, &usual);
    rig_restart(&r); /* it is there with the first turn after an unlock */
    CHECK_INT(app_catalogue(r.a)->number, 2);
    CHECK_INT(app_catalogue(r.a)->nparts, PARTS);
    CHECK(catalogue_part(app_catalogue(r.a), str_bytes(S("P-059999"))) != NULL);
    struct store_txn *t = NULL;
    struct edition e;
    shop_must(store_read(r.a->store, &t, NULL), NULL, "read");
    CHECK_INT(edition_open(t, app_catalogue(r.a)->edition, &e, NULL), ST_OK);
    CHECK_INT(e.cat.nparts, PARTS);
    edition_close(&e);
    CHECK(e.mem == NULL);
    CHECK_INT(edition_open(t, first, &e, NULL), ST_OK); /* the one before is still to be had */
    CHECK_INT(e.cat.number, 1);
    edition_close(&e);
    CHECK_INT(edition_open(t, sample_h32("none"), &e, NULL), ST_NOT_FOUND);
    CHECK(e.cat.nparts == 0 && e.mem == NULL);
    store_abort(&t);
    rig_end(&r);
}

static bool first_is(struct rig *r, const char *job)
{
    struct today_row row;
    id16 id = sample_id16(job);
    rig_go(r, SCREEN_TODAY, NULL);
    rig_turn(r);
    app_today_filter(r->a, "", LIST_JOBS_OPEN);
    return app_today_row(r->a, 0, &row) && id16_eq(row.row.subject, id);
}

/* Six hours in the city, seven in the suburb: where everything is shut until both were called, the
 * one of the suburb, called days before, comes second. */
static void an_edition_with_other_hours_or_another_zone_puts_open_jobs_in_their_new_order(void)
{
    static struct calendar_day shut[40];
    struct rig r;
    struct calendars c;
    calendars_default(&c);
    rig_begin(&r);
    CHECK(first_is(&r, "job 2")); /* three days old */
    for (int i = 0; i < 40; i++) {
        shut[i].day = (int32_t)(SHOP_NOW_MS / SHOP_DAY_MS) - 20 + i;
    }
    c.usual.exceptions = shut;
    c.usual.nexceptions = 40;
    publish(&r, 2, 3, &c);
    rig_restart(&r);
    CHECK_INT(app_catalogue(r.a)->number, 2);
    CHECK(first_is(&r, "job 1"));
    struct store_txn *t = NULL;
    uint8_t *room = malloc(CAP_SCRATCH_BYTES);
    struct arena tmp = arena_of(room, CAP_SCRATCH_BYTES);
    struct calendars kept;
    shop_must(store_read(r.a->store, &t, NULL), NULL, "read");
    fold_calendars(t, &tmp, &kept, NULL);
    CHECK(calendars_same(&kept, &c) && calendars_same(&kept, &app_catalogue(r.a)->calendars));
    store_abort(&t);
    free(room);
    calendars_default(&c); /* taken back by a newer one */
    CHECK_INT(calendar_zone(&c.usual, S("CET-1CEST,M3.5.0,M10.5.0/3")), ST_OK);
    publish(&r, 3, 3, &c);
    rig_restart(&r);
    CHECK(first_is(&r, "job 2"));
    rig_end(&r);
}

/* The node says in which branch a job is, in an epoch of its own; nothing else writes now. */
static void put_in_branch(struct rig *r, const char *job, const char *branch)
{
    struct shop *s = calloc(1, sizeof *s);
    struct record_write w = {.field = F_BRANCH, .type = FT_ID8};
    uint8_t buf[CAP_BODY_BYTES];
    bytes body;
    sample_make(&s->s);
    s->store = r->a->store;
    s->room = malloc(SHOP_ROOM);
    s->tmp = malloc(SHOP_ROOM);
    s->at_ms = SHOP_NOW_MS;
    s->head.author = s->s.node.author;
    s->head.epoch = sample_id8("the branch's epoch");
    memcpy(w.id.b, branch, strlen(branch));
    shop_must(record_encode(&w, 1, buf, sizeof buf, &body), NULL, "branch");
    writer_idle(r);
    shop_entry(s, KIND_RECORD_SET, SUBJECT_JOB, sample_id16(job), body, NULL, ATT_TEXT, 0);
    sample_free(&s->s);
    free(s->room);
    free(s->tmp);
    free(s);
}

/* When a job's arrival is due, and the working minutes that are left until then. */
static int64_t arrival(struct rig *r, const char *job, int64_t *left)
{
    rig_go(r, SCREEN_JOB, job);
    rig_turn(r);
    const struct job_model *j = app_job(r->a);
    for (size_t k = 0; j != NULL && k < j->ndeadlines; k++) {
        if (j->deadlines[k].kind == DL_ARRIVE) {
            *left = deadline_left_minutes(&j->deadlines[k], &app_catalogue(r->a)->calendars,
                                          SHOP_NOW_MS);
            return j->deadlines[k].due_ms;
        }
    }
    return 0;
}

/* SZ works from eight to ten in the evening: what was called three days ago comes second there. */
static void j04_a_job_is_counted_and_stands_by_the_hours_of_its_branch(void)
{
    const int64_t eight = SHOP_NOW_MS - 80 * 60000LL, hour = 3600000; /* Saturday, 08:00 */
    struct branch_hours sz = {.branch = {{'S', 'Z'}}, .weekdays = 0x7F};
    struct calendars c;
    struct rig r;
    int64_t left = 0;
    calendars_default(&c);
    for (unsigned d = 0; d < 7; d++) {
        sz.own.week[d] = (struct calendar_day){.nspans = 1, .span = {{1200, 1320}}};
    }
    c.branches = &sz;
    c.nbranches = 1;
    rig_begin(&r);
    put_in_branch(&r, "job 2", "SZ");
    publish(&r, 2, 3, &c);
    rig_restart(&r);
    CHECK(first_is(&r, "job 1"));
    CHECK_INT(arrival(&r, "job 2", &left), eight + 13 * hour); /* three evenings, one hour */
    CHECK_INT(left, 60);
    CHECK_INT(arrival(&r, "job 1", &left), eight + 7 * hour + hour / 2);
    CHECK_INT(left, 280);
    rig_restart(&r);
    c.nbranches = 0; /* the branch's hours are taken back */
    publish(&r, 3, 3, &c);
    rig_restart(&r);
    CHECK(first_is(&r, "job 2"));
    CHECK_INT(arrival(&r, "job 2", &left), eight - 3 * SHOP_DAY_MS + 8 * hour + hour / 2);
    rig_end(&r);
}

int main(void)
{
    RUN(an_edition_with_other_hours_or_another_zone_puts_open_jobs_in_their_new_order);
    RUN(j04_a_job_is_counted_and_stands_by_the_hours_of_its_branch);
    RUN(a_search_finds_by_every_word_of_a_row);
    RUN(own_work_costs_no_new_gathering_but_new_words_do);
    RUN(a_catalogue_of_sixty_thousand_parts_opens_for_screen_and_writer);
    CHECK_END();
}
