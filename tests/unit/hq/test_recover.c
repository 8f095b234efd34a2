/* test_recover.c - a forgotten PIN: headquarters gives the data key back, never the signing key;
 * the device goes on as a new author, and nothing unsent is lost. */
#include "core/keys/seal.h"
#include "core/keys/slots_file.h"
#include "tests/unit/hq/pair.h"

static struct pair p;
static struct pair_device a, b;
static id16 who, other, job;

static void begin(void)
{
    struct exchange_result r;
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    pair_begin(&p);
    who = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    other = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Wang Fang", F_TECHNICIAN_NAME);
    id16 c = pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "Golden Lotus", F_CUSTOMER_NAME);
    job = pair_job(&p, c, "no cooling");
    pair_assign(&p, job, who);
    pair_join(&p, &a, who, "D1");
    pair_join(&p, &b, other, "D2");
    pair_sync(&p, &a, &r);
}

static void end(void)
{
    pair_leave(&a);
    pair_leave(&b);
    pair_end(&p);
}

/* A code by the office's own operation; `device` zero: for a new device of `person`. */
static enum st code_for(id8 device, id16 person, char code[static 20])
{
    json_t *out = NULL, *in = json_object();
    if (id8_zero(device)) {
        json_object_set_new(in, "technician", ops_hex(person.b, 16));
    } else {
        json_object_set_new(in, "recover", ops_hex(device.b, 8));
    }
    enum st st = ops_run(p.hq, "enrol", in, &out, &p.err);
    if (st == ST_OK) {
        snprintf(code, 20, "%s", json_string_value(json_object_get(out, "code")));
    }
    json_decref(in);
    json_decref(out);
    return st;
}

/* Both bundles, as a device that has lost its PIN sends and takes them. *problem: a refusal. */
static enum st ask(struct join *j, const char *code, const char *dir, const char **problem)
{
    struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
    uint8_t doc[CAP_TRUST_BYTES];
    struct now now = pair_now(&p);
    id8 author;
    PAIR_OK(&p, join_begin(j, str_c(code), pair_trust(&p, doc), &p.err));
    PAIR_OK(&p, join_recover_from(j, dir, &author, &p.err));
    PAIR_OK(&p, join_request(j, &now, bundle_buffer_sink, &req, &p.err));
    *problem = "";
    enum st st =
        hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, problem, &p.err);
    st = st == ST_OK ? join_answer(j, bytes_of(ans.p, ans.n), &p.err) : st;
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    return st;
}

static enum st recover(struct pair_device *d, const struct join *j, const char *pin)
{
    struct now now = pair_now(&p);
    return join_recover(j, d->dir, str_bytes(str_c(pin)), d->secret, PAIR_MAP, &now,
                        arena_of(d->scratch, CAP_SCRATCH_BYTES), &p.err);
}

static enum st try_pin(struct pair_device *d, const char *pin)
{
    char slots[160];
    struct slots_keys keys;
    struct now now = pair_now(&p);
    snprintf(slots, sizeof slots, "%s/slots", d->dir);
    enum st st =
        slots_enter(slots, SLOT_PIN, str_bytes(str_c(pin)), d->secret, &now, &keys, &p.err);
    slots_keys_wipe(&keys);
    return st;
}

static uint64_t unsent(struct pair_device *d)
{
    struct store_txn *t = NULL;
    struct sync_status s;
    PAIR_OK(&p, store_read(d->store, &t, &p.err));
    PAIR_OK(&p, sync_status(t, d->journal.head.author, arena_of(d->scratch, CAP_SCRATCH_BYTES), &s,
                            &p.err));
    store_abort(&t);
    return s.unsent;
}

static bool hq_has(h32 entry)
{
    struct store_txn *t = NULL;
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    bool has = store_has(t, T_HASH, bytes_of(entry.b, 32));
    store_abort(&t);
    return has;
}

static void the_data_key_comes_back_and_unsent_work_reaches_headquarters(void)
{
    struct exchange_result r;
    struct join *j = calloc(1, sizeof *j);
    const char *problem;
    char code[20];
    id8 visit = {{1}};
    begin();
    pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, visit);
    pair_sync(&p, &a, &r);
    h32 late = pair_step(&p, &a, job, KIND_VISIT_TRAVELLING, visit);
    h32 typed = pair_write(&p, &a, job, F_JOB_CONTACT, "Mrs Zhou at the gate");
    id8 before = a.journal.head.author;
    pair_close_device(&a);
    PAIR_OK(&p, code_for(before, who, code));
    PAIR_OK(&p, ask(j, code, a.dir, &problem));
    PAIR_OK(&p, recover(&a, j, "86420"));
    PAIR_OK(&p, recover(&a, j, "86420")); /* after a cut: once more */
    CHECK_INT(try_pin(&a, "1234"), ST_WRONG_PIN);
    pair_open_device_pin(&p, &a, "86420");
    CHECK(!id8_eq(a.journal.head.author, before));
    CHECK(id16_eq(a.journal.cert.person, who));
    CHECK(strcmp(a.journal.cert.prefix, "D1") != 0); /* so that no number is given twice */
    CHECK_INT(unsent(&a), 3); /* two of the author before, and the first of the new one */
    CHECK_INT(pair_place(&p, &a, late), SYNC_HERE);
    CHECK(!hq_has(late));
    /* It works on as itself. */
    id8 again = {{2}};
    h32 fresh = pair_step(&p, &a, job, KIND_VISIT_ACCEPTED, again);
    pair_sync(&p, &a, &r);
    CHECK_INT(r.receipts_refused, 0);
    CHECK_INT(r.problems, 0);
    CHECK(hq_has(late));
    CHECK(hq_has(typed));
    CHECK(hq_has(fresh));
    CHECK_INT(unsent(&a), 0);
    CHECK_INT(pair_place(&p, &a, late), SYNC_HQ);
    h32 here = pair_digest(&p, a.store, job, NULL), there = pair_digest(&p, p.hq->store, job, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    CHECK_INT(pair_sync(&p, &a, &r), 1); /* at rest */
    join_end(j);
    free(j);
    end();
}

/* Asked again, as after a cut at any place: before anything was written, and when all was. */
static void the_same_code_serves_until_its_recovery_is_at_an_end(void)
{
    struct join *j = calloc(1, sizeof *j);
    const char *problem;
    char code[20], pending[160];
    begin();
    id8 before = a.journal.head.author;
    h32 late = pair_write(&p, &a, job, F_JOB_CONTACT, "Mrs Zhou at the gate");
    pair_close_device(&a);
    PAIR_OK(&p, code_for(before, who, code));
    PAIR_OK(&p, ask(j, code, a.dir, &problem));
    snprintf(pending, sizeof pending, "%s.recovering", a.dir);
    PAIR_OK(&p, join_save(j, pending, a.secret, &p.err));
    for (unsigned again = 0; again < 2; again++) {
        struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
        struct now now = pair_now(&p);
        id8 author;
        join_end(j);
        PAIR_OK(&p, join_load(j, pending, a.secret, &p.err));
        PAIR_OK(&p, join_recover_from(j, a.dir, &author, &p.err));
        CHECK(id8_eq(author, before) == (again == 0));
        PAIR_OK(&p, join_request(j, &now, bundle_buffer_sink, &req, &p.err));
        PAIR_OK(&p, hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem,
                                &p.err));
        PAIR_OK(&p, join_answer(j, bytes_of(ans.p, ans.n), &p.err));
        PAIR_OK(&p, recover(&a, j, "86420"));
        bundle_buffer_drop(&req);
        bundle_buffer_drop(&ans);
    }
    pair_open_device_pin(&p, &a, "86420");
    struct exchange_result r;
    pair_sync(&p, &a, &r);
    CHECK(hq_has(late));
    join_end(j);
    free(j);
    end();
}

/* What headquarters could do with the key that it gave back, and the whole device in its hands:
 * read all, and open the signing key with nothing of it. */
static void the_signing_key_does_not_come_back(void)
{
    struct join *j = calloc(1, sizeof *j);
    const char *problem;
    char code[20];
    uint8_t seed[AUTHOR_KEYS_SEED_BYTES], row[512], out[512];
    size_t n = 0, m;
    begin();
    author_keys_save(&a.journal.keys, seed);
    id8 device = a.journal.head.author;
    pair_close_device(&a);
    PAIR_OK(&p, code_for(device, who, code));
    PAIR_OK(&p, ask(j, code, a.dir, &problem));
    struct store_options o = {
        .side = STORE_DEVICE, .mode = STORE_WRITE, .map_bytes = PAIR_MAP, .data_key = j->data_key};
    PAIR_OK(&p, store_open(a.dir, &o, &a.store, &p.err));
    struct store_txn *t = NULL;
    struct arena tmp = arena_of(a.scratch, CAP_SCRATCH_BYTES);
    bytes kept;
    PAIR_OK(&p, store_read(a.store, &t, &p.err));
    CHECK(store_count(t, T_ENTRY) > 0);
    PAIR_OK(&p, store_get(t, T_META, str_bytes(S("keys")), &tmp, &kept, &p.err));
    n = kept.n;
    memcpy(row, kept.p, n);
    store_abort(&t);
    CHECK(n > sizeof seed);
    for (size_t i = 0; i + 32 <= n; i++) {
        CHECK(memcmp(row + i, seed, 32) != 0 && memcmp(row + i, seed + 32, 32) != 0);
    }
    /* Nor with any key that the data key opens. */
    CHECK(seal_get(j->data_key, str_bytes(S("keys")), bytes_of(row, n), out, &m) == ST_CORRUPT);
    CHECK(seal_get(a.secret, str_bytes(S("keys")), bytes_of(row, n), out, &m) == ST_CORRUPT);
    struct now now = pair_now(&p);
    struct journal stolen;
    CHECK_INT(journal_open(&stolen, a.store, NULL, a.scratch, CAP_SCRATCH_BYTES, &now, &p.err),
              ST_LOCKED);
    store_close(&a.store);
    pair_open_device(&p, &a); /* the right PIN still opens all */
    join_end(j);
    free(j);
    end();
}

static void a_code_opens_the_store_that_it_was_given_for_and_no_other(void)
{
    struct join *j = calloc(1, sizeof *j);
    const char *problem;
    char code[20];
    begin();
    id8 a_id = a.journal.head.author, b_id = b.journal.head.author;
    /* Of a new device: certifies nobody for a store that is there. */
    PAIR_OK(&p, code_for((id8){{0}}, who, code));
    CHECK_INT(ask(j, code, a.dir, &problem), ST_REFUSED);
    CHECK(!j->has_data_key);
    join_end(j);
    /* Of another technician's device, on a shared one. */
    PAIR_OK(&p, code_for(b_id, other, code));
    CHECK(ask(j, code, a.dir, &problem) != ST_OK);
    CHECK_STR(problem, "enrol-other");
    CHECK(!j->has_data_key);
    join_end(j);
    /* For a device that is another person's: not even a code. */
    json_t *out = NULL, *in = json_pack("{s:o,s:o}", "recover", ops_hex(a_id.b, 8), "technician",
                                        ops_hex(other.b, 16));
    CHECK_INT(ops_run(p.hq, "enrol", in, &out, &p.err), ST_FORBIDDEN);
    json_decref(in);
    /* Of the right one, once. */
    PAIR_OK(&p, code_for(a_id, who, code));
    PAIR_OK(&p, ask(j, code, a.dir, &problem));
    join_end(j);
    CHECK(ask(j, code, a.dir, &problem) != ST_OK); /* other keys: another device */
    CHECK_STR(problem, "enrol-used");
    join_end(j);
    /* A box that was altered opens for nobody. */
    PAIR_OK(&p, code_for(a_id, who, code));
    char slots[160];
    struct slots s;
    snprintf(slots, sizeof slots, "%s/slots", a.dir);
    PAIR_OK(&p, slots_file_get(slots, &s, &p.err));
    slots_file_find(&s, SLOT_RECOVERY)->sealed[40] ^= 1;
    PAIR_OK(&p, slots_file_put(slots, &s, false, &p.err));
    CHECK(ask(j, code, a.dir, &problem) != ST_OK);
    CHECK_STR(problem, "enrol-other");
    join_end(j);
    /* A code for a forgotten PIN makes no new device. */
    struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
    uint8_t doc[CAP_TRUST_BYTES];
    struct now now = pair_now(&p);
    PAIR_OK(&p, join_begin(j, str_c(code), pair_trust(&p, doc), &p.err));
    PAIR_OK(&p, join_request(j, &now, bundle_buffer_sink, &req, &p.err));
    CHECK(hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err) !=
          ST_OK);
    CHECK_STR(problem, "enrol-recovery");
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    join_end(j);
    /* A revoked device's store stays shut. */
    in = json_pack("{s:o}", "author", ops_hex(b_id.b, 8));
    PAIR_OK(&p, ops_run(p.hq, "revoke", in, &out, &p.err));
    json_decref(in);
    json_decref(out);
    CHECK_INT(code_for(b_id, other, code), ST_FORBIDDEN);
    free(j);
    end();
}

static enum st file_code(id8 device, char code[static 20])
{
    json_t *out = NULL, *in = json_pack("{s:o,s:b}", "recover", ops_hex(device.b, 8), "by_file", 1);
    enum st st = ops_run(p.hq, "enrol", in, &out, &p.err);
    snprintf(code, 20, "%s", st == ST_OK ? json_string_value(json_object_get(out, "code")) : "");
    json_decref(in);
    json_decref(out);
    return st;
}

/* One half of the way by file: what lies on the stick, either way. */
static void on_stick(struct join *j, const char *code, struct bundle_buffer *req)
{
    uint8_t doc[CAP_TRUST_BYTES];
    struct now now = pair_now(&p);
    id8 author;
    req->n = 0;
    PAIR_OK(&p, join_begin(j, str_c(code), pair_trust(&p, doc), &p.err));
    PAIR_OK(&p, join_recover_from(j, a.dir, &author, &p.err));
    PAIR_OK(&p, join_request(j, &now, bundle_buffer_sink, req, &p.err));
}

/* A stick lies about for days: who finds it, with the code on the paper beside it, opens nothing.
 */
static void what_lies_on_a_stick_opens_for_its_own_device_alone_and_seven_days_long(void)
{
    struct join *mine = calloc(1, sizeof *mine), *thief = calloc(1, sizeof *thief);
    struct bundle_buffer req = {.cap = 1 << 20}, other_req = {.cap = 1 << 20},
                         ans = {.cap = 1 << 20};
    const char *problem = "";
    char code[20];
    begin();
    id8 device = a.journal.head.author;
    pair_close_device(&a);
    PAIR_OK(&p, file_code(device, code));
    on_stick(mine, code, &req);
    on_stick(thief, code, &other_req); /* the handheld's files in his hands, and the code */
    p.ms += HQ_FILE_CODE_MS - 3600000;
    PAIR_OK(&p, hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem,
                            &p.err)); /* the last hour of the seven days */
    CHECK(join_answer(thief, bytes_of(ans.p, ans.n), &p.err) != ST_OK);
    CHECK(!thief->has_data_key);
    for (size_t at = 0; at < ans.n; at += 37) { /* nor with any byte of it altered, for anybody */
        ans.p[at] ^= 1;
        CHECK(join_answer(thief, bytes_of(ans.p, ans.n), &p.err) != ST_OK);
        ans.p[at] ^= 1;
    }
    PAIR_OK(&p, join_answer(mine, bytes_of(ans.p, ans.n), &p.err));
    CHECK(mine->has_data_key);
    /* His own request comes second, whatever the code: used. */
    ans.n = 0;
    CHECK(hq_exchange(p.hq, bytes_of(other_req.p, other_req.n), bundle_buffer_sink, &ans, &problem,
                      &p.err) != ST_OK);
    CHECK_STR(problem, "enrol-used");
    /* And one that was never brought is void after its seven days. */
    join_end(mine);
    join_end(thief);
    PAIR_OK(&p, file_code(device, code));
    on_stick(mine, code, &req);
    p.ms += HQ_FILE_CODE_MS + 60000;
    CHECK(hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err) !=
          ST_OK);
    CHECK_STR(problem, "enrol-expired");
    join_end(mine);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&other_req);
    bundle_buffer_drop(&ans);
    free(mine);
    free(thief);
    pair_open_device(&p, &a);
    end();
}

int main(void)
{
    RUN(the_data_key_comes_back_and_unsent_work_reaches_headquarters);
    RUN(the_same_code_serves_until_its_recovery_is_at_an_end);
    RUN(the_signing_key_does_not_come_back);
    RUN(a_code_opens_the_store_that_it_was_given_for_and_no_other);
    RUN(what_lies_on_a_stick_opens_for_its_own_device_alone_and_seven_days_long);
    CHECK_END();
}
