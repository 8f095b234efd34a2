/* test_append.c - one action: durable whole or not at all, and the head only moves with it. */
#include "tests/unit/core/journal_help.h"

#include <signal.h>

/* ---- one action -------------------------------------------------------------------------------
 */

static void a_fresh_journal_opens_its_first_epoch_and_names_no_predecessor(void)
{
    struct desk d;
    start(&d);
    struct entry_view e;
    CHECK(look(&d, d.j.head.hash, &e) == ST_OK);
    CHECK(e.kind == KIND_JOURNAL_OPENED && e.seq == 1 && e.body.n == 1);
    CHECK(memcmp(e.subject.b, s.tech.author.b, 8) == 0);
    CHECK(entry_verify(&e, s.trust.deployment, s.tech.keys.sign_pk) == ST_OK);
    CHECK(strlen(d.j.epoch_mark) == 2);
    CHECK_STR(d.j.cert.prefix, "T1");
    struct now now = sample_now(0);
    CHECK(journal_found(d.store, &s.tech.keys, true, s.trust_doc, s.tech.cert.whole, &now,
                        arena_of(scratch, sizeof scratch), &err) == ST_EXISTS);
    stop(&d);
}

static void a_journal_is_not_founded_on_anothers_certificate(void)
{
    const char *dir = help_create(STORE_DEVICE);
    struct store *st = help_open(dir, STORE_DEVICE, STORE_WRITE);
    struct now now = sample_now(0);
    CHECK(journal_found(st, &s.tech.keys, true, s.trust_doc, s.other.cert.whole, &now,
                        arena_of(scratch, sizeof scratch), &err) == ST_WRONG_PARTY);
    struct journal j;
    CHECK(journal_open(&j, st, NULL, scratch, sizeof scratch, &now, &err) == ST_NOT_FOUND);
    CHECK(j.keys.sign_sk == NULL);
    store_close(&st);
}

static void an_action_is_there_after_a_restart_with_its_texts_and_indexes(void)
{
    struct desk d;
    start(&d);
    struct append_att atts[2] = {{.type = ATT_TEXT, .content = help_b("it leaks")},
                                 {.type = ATT_TEXT, .content = help_b("seal worn")}};
    struct append a = step(KIND_VISIT_DIAGNOSED);
    a.atts = atts;
    a.natt = 2;
    struct now now = sample_now(1000);
    h32 hash;
    CHECK(journal_append(&d.j, &a, &now, &hash, &err) == ST_OK);
    CHECK(h32_eq(d.j.head.hash, hash) && d.j.head.seq == 2);
    CHECK(reopen(&d, sample_now(2000)) == ST_OK);
    CHECK(h32_eq(d.j.head.hash, hash) && d.j.head.seq == 2);
    struct entry_view e;
    CHECK(look(&d, hash, &e) == ST_OK);
    CHECK(e.natt == 2 && h32_eq(entry_att(&e, 0), atts[0].name));
    struct store_txn *t = help_read(d.store);
    struct arena ar = arena_of(room, sizeof room);
    bytes manifest, content, key;
    CHECK(store_att_get(t, atts[1].name, &ar, &manifest, &content, &err) == ST_OK);
    CHECK_BYTES(content.p, content.n, "seal worn", 9);
    id16 job = sample_id16("job");
    CHECK(store_last(t, T_SUBJECT, bytes_of(job.b, 16), &ar, &key, &err) == ST_OK);
    CHECK(key.n == 56 && memcmp(key.p + 24, hash.b, 32) == 0);
    CHECK(store_has(t, T_STATE, bytes_of(job.b, 16)));
    CHECK(journal_at(t, s.tech.author, d.j.head.epoch, 2, &ar, &e, &err) == ST_OK);
    CHECK(h32_eq(e.hash, hash) && e.seq == 2);
    store_abort(&t);
    stop(&d);
}

static void a_draft_goes_with_the_entry_that_it_becomes(void)
{
    struct desk d;
    start(&d);
    id16 job = sample_id16("job");
    uint8_t key[23];
    memcpy(key, job.b, 16);
    memcpy(key + 16, "strokes", 7);
    struct store_txn *t = help_write(d.store);
    CHECK(store_put(t, T_DRAFT, bytes_of(key, 23), help_b("half"), &err) == ST_OK);
    CHECK(store_commit(&t, &err) == ST_OK);
    struct append a = step(KIND_VISIT_ACTION);
    a.drop_drafts = job;
    a.draft_name = "strokes";
    struct now now = sample_now(5);
    h32 h;
    static h32 never = {{9}};
    struct append_att missing = {.have = true, .name = never};
    a.atts = &missing;
    a.natt = 1;
    CHECK(journal_append(&d.j, &a, &now, &h, &err) == ST_NOT_FOUND);
    t = help_read(d.store);
    CHECK(store_has(t, T_DRAFT, bytes_of(key, 23))); /* a failure keeps it */
    store_abort(&t);
    a.natt = 0;
    CHECK(journal_append(&d.j, &a, &now, &h, &err) == ST_OK);
    t = help_read(d.store);
    CHECK(!store_has(t, T_DRAFT, bytes_of(key, 23)));
    store_abort(&t);
    CHECK(journal_append(&d.j, &a, &now, &h, &err) == ST_OK); /* no draft is no error */
    stop(&d);
}

static void a_text_already_held_is_named_again_without_being_kept_twice(void)
{
    struct desk d;
    start(&d);
    struct append_att att = {.type = ATT_TEXT, .content = help_b("note")};
    struct append a = step(KIND_VISIT_ACTION);
    a.atts = &att;
    a.natt = 1;
    struct now now = sample_now(5);
    h32 h;
    CHECK(journal_append(&d.j, &a, &now, &h, &err) == ST_OK);
    h32 name = att.name;
    att = (struct append_att){.have = true, .name = name};
    CHECK(journal_append(&d.j, &a, &now, &h, &err) == ST_OK);
    struct entry_view e;
    CHECK(look(&d, h, &e) == ST_OK && h32_eq(entry_att(&e, 0), name));
    struct store_txn *t = help_read(d.store);
    CHECK_INT(store_count(t, T_ATT), 1);
    store_abort(&t);
    stop(&d);
}

/* ---- failures ---------------------------------------------------------------------------------
 */

static void every_refused_action_leaves_head_and_store_as_they_were(void)
{
    struct desk d;
    start(&d);
    h32 h;
    CHECK(act(&d, 10, &h) == ST_OK);
    struct chain_head before = d.j.head;
    static const uint8_t text[] = {0xA1, 0x01, 0x61, 0x61};
    struct append bad[3] = {step(1), step(2), step(3)};
    bad[0].body = bytes_of(text, sizeof text);
    bad[1].natt = CAP_ENTRY_ATTACHMENTS + 1;
    struct append_att missing = {.have = true};
    bad[2].atts = &missing;
    bad[2].natt = 1;
    static const enum st want[] = {ST_BAD_FORM, ST_TOO_BIG, ST_NOT_FOUND};
    for (size_t i = 0; i < 3; i++) {
        struct now now = sample_now(20);
        CHECK(journal_append(&d.j, &bad[i], &now, &h, &err) == want[i]);
        CHECK(memcmp(&d.j.head, &before, sizeof before) == 0);
    }
    struct store_txn *t = help_read(d.store);
    CHECK_INT(store_count(t, T_ENTRY), 2);
    CHECK_INT(store_count(t, T_HASH), 2);
    store_abort(&t);
    CHECK(act(&d, 30, &h) == ST_OK && d.j.head.seq == 3);
    CHECK(reopen(&d, sample_now(40)) == ST_OK);
    stop(&d);
}

static void an_aborted_transaction_that_was_not_reloaded_cannot_fork_the_chain(void)
{
    struct desk d;
    start(&d);
    h32 h;
    struct now now = sample_now(50);
    struct append a = step(KIND_VISIT_ACCEPTED);
    struct store_txn *t = help_write(d.store);
    CHECK(journal_append_in(&d.j, t, &a, &now, &h, &err) == ST_OK);
    CHECK(journal_append_in(&d.j, t, &a, &now, &h, &err) == ST_OK);
    CHECK(d.j.head.seq == 3);
    store_abort(&t);
    CHECK(act(&d, 60, &h) == ST_CONFLICT);
    CHECK(journal_reload(&d.j, &err) == ST_OK && d.j.head.seq == 1);
    CHECK(act(&d, 60, &h) == ST_OK && d.j.head.seq == 2);
    stop(&d);
}

static void several_entries_in_one_transaction_stand_or_fall_together(void)
{
    struct desk d;
    start(&d);
    h32 h;
    struct now now = sample_now(50);
    struct append a = step(KIND_VISIT_ACCEPTED);
    struct store_txn *t = help_write(d.store);
    for (int i = 0; i < 50; i++) {
        CHECK(journal_append_in(&d.j, t, &a, &now, &h, &err) == ST_OK);
    }
    CHECK(store_commit(&t, &err) == ST_OK);
    CHECK(reopen(&d, sample_now(60)) == ST_OK);
    CHECK(d.j.head.seq == 51 && h32_eq(d.j.head.hash, h));
    stop(&d);
}

static void a_full_store_refuses_the_action_and_keeps_what_it_has(void)
{
    struct desk d = {.dir = help_create(STORE_DEVICE)};
    struct store_options o = help_options(STORE_DEVICE, STORE_WRITE);
    o.map_bytes = 1 << 20;
    CHECK(store_open(d.dir, &o, &d.store, &err) == ST_OK);
    struct now now = sample_now(0);
    CHECK(journal_found(d.store, &s.tech.keys, true, s.trust_doc, s.tech.cert.whole, &now,
                        arena_of(scratch, sizeof scratch), &err) == ST_OK);
    CHECK(journal_open(&d.j, d.store, NULL, scratch, sizeof scratch, &now, &err) == ST_OK);
    static uint8_t noise[12000];
    h32 h, last = {{0}};
    enum st st = ST_OK;
    uint64_t n = 1;
    while (st == ST_OK && n < 500) {
        randombytes_buf(noise, sizeof noise);
        struct append_att att = {.type = ATT_TEXT, .content = bytes_of(noise, sizeof noise)};
        struct append a = step(KIND_VISIT_ACTION);
        a.atts = &att;
        a.natt = 1;
        now.wall_ms++;
        st = journal_append(&d.j, &a, &now, &h, &err);
        if (st == ST_OK) {
            last = h;
            n++;
        }
    }
    CHECK(st == ST_FULL && n > 5);
    CHECK(d.j.head.seq == n && h32_eq(d.j.head.hash, last));
    journal_close(&d.j);
    store_close(&d.store);
    d.store = help_open(d.dir, STORE_DEVICE, STORE_WRITE); /* more room: it goes on */
    CHECK(journal_open(&d.j, d.store, NULL, scratch, sizeof scratch, &now, &err) == ST_OK);
    CHECK(d.j.head.seq == n && h32_eq(d.j.head.hash, last));
    CHECK(act(&d, 90000, &h) == ST_OK && d.j.head.seq == n + 1);
    stop(&d);
}

static void what_was_said_to_be_saved_is_there_after_a_kill(void)
{
    for (int round = 0; round < 5; round++) {
        struct desk d;
        start(&d);
        stop(&d);
        int p[2];
        CHECK(pipe(p) == 0);
        pid_t child = fork();
        if (child == 0) {
            close(p[0]);
            d.store = help_open(d.dir, STORE_DEVICE, STORE_WRITE);
            struct now now = sample_now(0);
            if (journal_open(&d.j, d.store, NULL, scratch, sizeof scratch, &now, &err) != ST_OK) {
                _exit(1);
            }
            h32 h;
            for (int i = 1; act(&d, i, &h) == ST_OK; i++) {
                if (write(p[1], h.b, sizeof h.b) != sizeof h.b) {
                    break;
                }
            }
            _exit(2);
        }
        close(p[1]);
        static h32 saved[100000];
        size_t n = 0, wanted = (size_t)(3 + round * 7);
        while (n < wanted && read(p[0], saved[n].b, 32) == 32) {
            n++;
        }
        kill(child, SIGKILL);
        while (n < 100000 && read(p[0], saved[n].b, 32) == 32) {
            n++; /* said before the kill, read after it */
        }
        close(p[0]);
        waitpid(child, NULL, 0);
        CHECK(n >= wanted);
        CHECK(reopen(&d, sample_now(99)) == ST_OK);
        CHECK(d.j.head.seq == n + 1 || d.j.head.seq == n + 2);
        struct entry_view e;
        for (size_t i = 0; i < n; i++) {
            CHECK(look(&d, saved[i], &e) == ST_OK && e.seq == i + 2);
        }
        stop(&d);
    }
}

int main(void)
{
    sample_make(&s);
    RUN(a_fresh_journal_opens_its_first_epoch_and_names_no_predecessor);
    RUN(a_journal_is_not_founded_on_anothers_certificate);
    RUN(an_action_is_there_after_a_restart_with_its_texts_and_indexes);
    RUN(a_draft_goes_with_the_entry_that_it_becomes);
    RUN(a_text_already_held_is_named_again_without_being_kept_twice);
    RUN(every_refused_action_leaves_head_and_store_as_they_were);
    RUN(an_aborted_transaction_that_was_not_reloaded_cannot_fork_the_chain);
    RUN(several_entries_in_one_transaction_stand_or_fall_together);
    RUN(a_full_store_refuses_the_action_and_keeps_what_it_has);
    RUN(what_was_said_to_be_saved_is_there_after_a_kill);
    sample_free(&s);
    CHECK_END();
}
