/* test_join.c - codes: right, wrong, used, expired; a lost answer; by file. */
#include "sync/hq/hq_keys.h"
#include "tests/unit/hq/pair.h"

#include <sys/stat.h>
#include <unistd.h>

static struct pair p;
static id16 who;
static struct join j;
static char code[20];
static struct bundle_buffer req, ans;
static uint8_t trust[CAP_TRUST_BYTES];

static void begin(int64_t lasts_ms)
{
    struct hq_invite inv = {.role = ROLE_TECHNICIAN, .prefix = "T01", .lasts_ms = lasts_ms};
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    int64_t until;
    pair_begin(&p);
    who = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    inv.person = who;
    PAIR_OK(&p, hq_join_invite(p.hq, &inv, code, &until, &p.err));
    req = ans = (struct bundle_buffer){.cap = 1 << 20};
}

static void end(void)
{
    join_end(&j);
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
    pair_end(&p);
}

/* One try with a code: what headquarters says. */
static enum st try(const char *with, const char **problem)
{
    struct now now = pair_now(&p);
    req.n = ans.n = 0;
    PAIR_OK(&p, join_begin(&j, str_c(with), pair_trust(&p, trust), &p.err));
    PAIR_OK(&p, join_request(&j, &now, bundle_buffer_sink, &req, &p.err));
    return hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, problem, &p.err);
}

static void a_code_has_sixteen_forgiving_characters(void)
{
    const char *problem;
    char typed[40];
    begin(0);
    CHECK_INT((int)strlen(code), 16);
    snprintf(typed, sizeof typed, "%.4s-%.4s %.4s-%.4s", code, code + 4, code + 8, code + 12);
    for (char *c = typed; *c != '\0'; c++) {
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
    }
    CHECK_INT(try(typed, &problem), ST_OK);
    CHECK_INT(join_answer(&j, bytes_of(ans.p, ans.n), &p.err), ST_OK);
    CHECK_INT(join_begin(&j, S("SHORT"), pair_trust(&p, trust), &p.err), ST_BAD_INPUT);
    CHECK_INT(join_begin(&j, S("UUUUUUUUUUUUUUUU"), pair_trust(&p, trust), &p.err), ST_BAD_INPUT);
    CHECK_INT(join_begin(&j, str_c(code), str_bytes(S("no trust document")), &p.err), ST_BAD_INPUT);
    end();
}

static void a_wrong_code_is_named_and_changes_nothing(void)
{
    const char *problem;
    char wrong[20];
    begin(0);
    snprintf(wrong, sizeof wrong, "%s", code);
    wrong[15] = wrong[15] == '0' ? '1' : '0';
    CHECK_INT(try(wrong, &problem), ST_UNTRUSTED);
    CHECK_STR(problem, "enrol-unknown");
    CHECK_INT(p.hq->ndevices, 0);
    join_end(&j);
    CHECK_INT(try(code, &problem), ST_OK); /* a wrong try spends nothing */
    end();
}

static void a_used_code_serves_its_own_device_again_and_no_other(void)
{
    const char *problem;
    struct now now;
    begin(0);
    CHECK_INT(try(code, &problem), ST_OK);
    struct join first = j; /* its answer was lost: asked again with the same keys */
    bytes lost = bytes_of(ans.p, ans.n);
    CHECK(lost.n > 0);
    ans.n = req.n = 0;
    now = pair_now(&p);
    PAIR_OK(&p, join_request(&first, &now, bundle_buffer_sink, &req, &p.err));
    CHECK_INT(hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err),
              ST_OK);
    CHECK_INT(join_answer(&first, bytes_of(ans.p, ans.n), &p.err), ST_OK);
    CHECK_INT(p.hq->ndevices, 1);
    CHECK_INT(try(code, &problem), ST_EXISTS);
    CHECK_STR(problem, "enrol-used");
    CHECK_INT(p.hq->ndevices, 1);
    join_end(&first);
    end();
}

static void an_expired_code_is_named(void)
{
    const char *problem;
    begin(HQ_ONLINE_CODE_MS);
    p.ms += HQ_ONLINE_CODE_MS + 60000;
    CHECK_INT(try(code, &problem), ST_WAIT);
    CHECK_STR(problem, "enrol-expired");
    end();
    begin(HQ_FILE_CODE_MS);
    p.ms += HQ_ONLINE_CODE_MS + 60000;
    CHECK_INT(try(code, &problem), ST_OK); /* by file there are seven days */
    end();
}

static void an_answer_under_another_code_or_from_elsewhere_is_refused(void)
{
    const char *problem;
    begin(0);
    CHECK_INT(try(code, &problem), ST_OK);
    j.code[0] ^= 1;
    CHECK_INT(join_answer(&j, bytes_of(ans.p, ans.n), &p.err), ST_BAD_SIGNATURE);
    j.code[0] ^= 1;
    CHECK_INT(join_answer(&j, bytes_of(ans.p, 40), &p.err), ST_INCOMPLETE);
    ans.p[ans.n - 3] ^= 4;
    CHECK_INT(join_answer(&j, bytes_of(ans.p, ans.n), &p.err), ST_BAD_SIGNATURE);
    ans.p[ans.n - 3] ^= 4;
    CHECK_INT(join_answer(&j, bytes_of(ans.p, ans.n), &p.err), ST_OK);
    end();
}

static void a_trust_document_of_an_impostor_opens_no_answer(void)
{
    /* A second headquarters answers the first contact with its own trust document: the code was
     * given by the first one, so nothing opens. */
    static struct pair real;
    const char *problem;
    begin(0);
    real = p;
    pair_begin(&p);
    struct now now = pair_now(&p);
    PAIR_OK(&p, join_begin(&j, str_c(code), pair_trust(&p, trust), &p.err));
    req.n = 0;
    PAIR_OK(&p, join_request(&j, &now, bundle_buffer_sink, &req, &p.err));
    CHECK_INT(hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err),
              ST_UNTRUSTED);
    CHECK_INT(
        hq_exchange(real.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err),
        ST_WRONG_PARTY);
    pair_end(&real);
    end();
}

static void a_pending_joining_survives_the_end_of_the_process(void)
{
    const char *problem;
    char path[200];
    uint8_t secret[32] = {1}, wrong[32] = {2};
    struct join again;
    struct stat sb;
    begin(HQ_FILE_CODE_MS);
    CHECK_INT(try(code, &problem), ST_OK);
    snprintf(path, sizeof path, "%s.join", p.dir);
    PAIR_OK(&p, join_save(&j, path, secret, &p.err));
    CHECK(stat(path, &sb) == 0 && (sb.st_mode & 0777) == 0600);
    CHECK_INT(join_load(&again, path, wrong, &p.err), ST_CORRUPT);
    PAIR_OK(&p, join_load(&again, path, secret, &p.err));
    CHECK_INT(join_answer(&again, bytes_of(ans.p, ans.n), &p.err), ST_OK);
    join_forget(path);
    CHECK(access(path, F_OK) != 0);
    CHECK_INT(join_load(&again, path, secret, &p.err), ST_NOT_FOUND);
    join_end(&again);
    end();
}

static void a_device_of_a_technician_with_work_gets_it(void)
{
    struct pair_device d;
    struct exchange_result r;
    begin(0);
    id16 c = pair_record(&p, SUBJECT_CUSTOMER, NULL, 0, "Golden Lotus", F_CUSTOMER_NAME);
    id16 job = pair_job(&p, c, "no cooling");
    pair_assign(&p, job, who);
    id16 part;
    struct record_write w[] = {
        {.field = F_STOCK_TECHNICIAN, .type = FT_REF, .ref = who},
        {.field = F_STOCK_PART, .type = FT_CODE, .code = {.n = 3, .b = "A-1"}},
        {.field = F_STOCK_QTY, .type = FT_QTY, .i = 2000},
    };
    part = pair_record(&p, SUBJECT_STOCK, w, 3, NULL, 0);
    pair_join(&p, &d, who, "T02");
    pair_sync(&p, &d, &r);
    pair_digest(&p, d.store, job, NULL);
    pair_digest(&p, d.store, c, NULL);
    pair_digest(&p, d.store, part, NULL);
    pair_digest(&p, d.store, who, NULL);
    pair_leave(&d);
    end();
}

static void a_prefix_is_given_once(void)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    struct hq_invite inv = {.role = ROLE_TECHNICIAN, .prefix = "T01"};
    const char *problem;
    char again[20], id[33];
    int64_t until;
    begin(0);
    inv.person = pair_record(&p, SUBJECT_TECHNICIAN, &w, 1, "Wang Fang", F_TECHNICIAN_NAME);
    CHECK_INT(hq_join_invite(p.hq, &inv, again, &until, &p.err),
              ST_EXISTS); /* promised to Li Wei */
    inv.person = who;
    PAIR_OK(&p, hq_join_invite(p.hq, &inv, again, &until, &p.err)); /* he lost the first code */
    CHECK_INT(try(code, &problem), ST_OK);
    join_end(&j);
    CHECK_INT(try(again, &problem), ST_EXISTS); /* the first device has it */
    CHECK_INT(hq_join_invite(p.hq, &inv, again, &until, &p.err), ST_EXISTS);
    for (unsigned i = 0; i < 16; i++) {
        snprintf(id + 2 * i, 3, "%02x", who.b[i]);
    }
    json_t *in = json_pack("{s:s,s:s}", "technician", id, "prefix", "T01"), *out = NULL;
    CHECK_INT(ops_run(p.hq, "enrol", in, &out, &p.err), ST_EXISTS);
    json_object_del(in, "prefix");
    PAIR_OK(&p, ops_run(p.hq, "enrol", in, &out, &p.err)); /* counted up past it */
    json_decref(in);
    json_decref(out);
    end();
}

/* --- after the root was changed
 * ----------------------------------------------------------------------------------- */

static void sign_trust(struct trust *t, const uint8_t *sk, const uint8_t *next_pk)
{
    uint8_t buf[CAP_TRUST_BYTES];
    struct store_txn *txn = NULL;
    bytes doc;
    t->serial++;
    memset(t->next_root, 0, sizeof t->next_root);
    if (next_pk != NULL) {
        memcpy(t->next_root, next_pk, sizeof t->next_root);
    }
    PAIR_OK(&p, trust_make(t, sk, buf, sizeof buf, &doc));
    PAIR_OK(&p, store_write(p.hq->store, &txn, &p.err));
    PAIR_OK(&p, trust_store_put(txn, doc, &p.err));
    PAIR_OK(&p, store_commit(&txn, &p.err));
}

/* Two changes, each document signed by the root that the one before names. */
static void change_root_twice(void)
{
    uint8_t sk[3][64], pk[3][32];
    char path[160];
    struct trust t = p.hq->trust;
    snprintf(path, sizeof path, "%s.root", p.dir);
    PAIR_OK(&p, hq_keys_root_load(path, sk[0], pk[0], &p.err));
    crypto_sign_keypair(pk[1], sk[1]);
    crypto_sign_keypair(pk[2], sk[2]);
    for (unsigned i = 0; i < 3; i++) {
        memcpy(t.root_pk, pk[i], sizeof t.root_pk);
        sign_trust(&t, sk[i], NULL);
        if (i < 2) {
            sign_trust(&t, sk[i], pk[i + 1]);
        }
    }
    hq_close(&p.hq);
    pair_open_hq(&p);
    CHECK_INT(p.hq->trust.serial, 6);
}

static bytes chain_after(uint64_t serial, uint8_t buf[static CAP_TRUST_CHAIN_BYTES])
{
    struct store_txn *t = NULL;
    struct arena a = hq_arena(p.hq);
    bytes docs = {NULL, 0};
    PAIR_OK(&p, store_read(p.hq->store, &t, &p.err));
    PAIR_OK(&p, trust_store_chain(t, serial, &a, &docs, &p.err));
    CHECK(docs.n <= CAP_TRUST_CHAIN_BYTES);
    if (docs.n != 0) {
        memcpy(buf, docs.p, docs.n);
    }
    store_abort(&t);
    return bytes_of(buf, docs.n);
}

static void join_with(bytes docs)
{
    const char *problem;
    struct now now = pair_now(&p);
    req.n = ans.n = 0;
    PAIR_OK(&p, join_begin(&j, str_c(code), docs, &p.err));
    PAIR_OK(&p, join_request(&j, &now, bundle_buffer_sink, &req, &p.err));
    PAIR_OK(&p,
            hq_exchange(p.hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p.err));
    PAIR_OK(&p, join_answer(&j, bytes_of(ans.p, ans.n), &p.err));
    CHECK_INT(j.trust.serial, 6);
}

static void a_device_joins_after_the_root_was_changed(void)
{
    static uint8_t all[CAP_TRUST_CHAIN_BYTES], some[CAP_TRUST_CHAIN_BYTES];
    begin(0);
    bytes first = pair_trust(&p, trust);
    struct join alone;
    change_root_twice();
    bytes docs = chain_after(0, all);
    CHECK_INT(chain_after(6, some).n, 0);
    CHECK(chain_after(3, some).n < docs.n);
    uint8_t newest[CAP_TRUST_BYTES];
    CHECK_INT(join_begin(&alone, str_c(code), pair_trust(&p, newest), &p.err), ST_BAD_INPUT);
    /* A link left out, or two changed about: nobody vouches for the rest. */
    bytes rest = docs;
    trust_chain(&rest);
    CHECK_INT(join_begin(&alone, str_c(code), rest, &p.err), ST_BAD_INPUT);
    join_with(docs);
    join_end(&j);
    /* By file: the request was made from the document of that time, the grant brings the others. */
    struct hq_invite inv = {.role = ROLE_TECHNICIAN, .prefix = "T02", .person = who};
    int64_t until;
    PAIR_OK(&p, hq_join_invite(p.hq, &inv, code, &until, &p.err));
    join_with(first);
    struct pair_device d = {.scratch = malloc(CAP_SCRATCH_BYTES)};
    struct now now = pair_now(&p);
    randombytes_buf(d.secret, sizeof d.secret);
    pair_dir(d.dir, sizeof d.dir, "device");
    PAIR_OK(&p, join_found(&j, d.dir, str_bytes(S("1234")), d.secret, PAIR_MAP, &now,
                           arena_of(d.scratch, CAP_SCRATCH_BYTES), &p.err));
    pair_open_device(&p, &d);
    CHECK_INT(d.journal.trust.serial, 6);
    struct exchange_result r;
    pair_sync(&p, &d, &r);
    CHECK_INT(r.unsent, 0);
    pair_leave(&d);
    end();
}

static void a_device_that_slept_through_two_changes_follows(void)
{
    struct pair_device d;
    struct exchange_result r;
    begin(0);
    pair_join(&p, &d, who, "D1");
    pair_sync(&p, &d, &r);
    change_root_twice();
    pair_sync(&p, &d, &r);
    CHECK_INT(d.journal.trust.serial, 6);
    pair_close_device(&d);
    pair_open_device(&p, &d); /* and its store opens under the root of today */
    CHECK_INT(d.journal.trust.serial, 6);
    pair_leave(&d);
    end();
}

int main(void)
{
    RUN(a_code_has_sixteen_forgiving_characters);
    RUN(a_wrong_code_is_named_and_changes_nothing);
    RUN(a_used_code_serves_its_own_device_again_and_no_other);
    RUN(an_expired_code_is_named);
    RUN(an_answer_under_another_code_or_from_elsewhere_is_refused);
    RUN(a_trust_document_of_an_impostor_opens_no_answer);
    RUN(a_pending_joining_survives_the_end_of_the_process);
    RUN(a_device_of_a_technician_with_work_gets_it);
    RUN(a_prefix_is_given_once);
    RUN(a_device_joins_after_the_root_was_changed);
    RUN(a_device_that_slept_through_two_changes_follows);
    CHECK_END();
}
