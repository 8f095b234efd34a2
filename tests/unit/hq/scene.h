/* scene.h - the scene of many tests: a technician with two handhelds, a job of his, and what may
 * become of a handheld. */
#ifndef TESTS_HQ_SCENE_H
#define TESTS_HQ_SCENE_H
#include "tests/unit/hq/pair.h"

/* Li Wei (in *who, unless it is NULL) and a job that is his. */
static inline id16 scene_job(struct pair *p, id16 *who)
{
    struct record_write w = {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN};
    id16 person = pair_record(p, SUBJECT_TECHNICIAN, &w, 1, "Li Wei", F_TECHNICIAN_NAME);
    id16 c = pair_record(p, SUBJECT_CUSTOMER, NULL, 0, "Golden Lotus", F_CUSTOMER_NAME);
    id16 job = pair_job(p, c, "no cooling");
    pair_assign(p, job, person);
    if (who != NULL) {
        *who = person;
    }
    return job;
}

/* The same with two handhelds of his, D1 and D2, which both hold the job. */
static inline id16 scene_pair(struct pair *p, struct pair_device *a, struct pair_device *b,
                              id16 *who)
{
    struct exchange_result r;
    id16 person;
    id16 job = scene_job(p, &person);
    pair_join(p, a, person, "D1");
    pair_join(p, b, person, "D2");
    pair_sync(p, a, &r);
    pair_sync(p, b, &r);
    if (who != NULL) {
        *who = person;
    }
    return job;
}

static inline void scene_end(struct pair *p, struct pair_device *a, struct pair_device *b)
{
    pair_leave(a);
    pair_leave(b);
    pair_end(p);
}

/* Headquarters revokes the author of `d`, lost since then (0: since now). */
static inline void scene_revoke(struct pair *p, const struct pair_device *d, int64_t since_ms)
{
    json_t *out = NULL, *in = json_pack("{s:o}", "author", ops_hex(d->journal.head.author.b, 8));
    if (since_ms != 0) {
        json_object_set_new(in, "since_ms", json_integer(since_ms));
    }
    PAIR_OK(p, ops_run(p->hq, "revoke", in, &out, &p->err));
    json_decref(in);
    json_decref(out);
}

/* The device makes 60 entries of its job, and hands in what fits a small bundle: some of them. */
static inline void scene_part(struct pair *p, struct pair_device *d, id16 job,
                              struct exchange_result *r)
{
    struct exchange_options small = {.max_bytes = 4096};
    struct bundle_buffer req = {.cap = 1 << 20}, ans = {.cap = 1 << 20};
    const char *problem;
    for (unsigned i = 0; i < 60; i++) {
        pair_step(p, d, job, KIND_VISIT_TRAVELLING, (id8){{(uint8_t)(i + 1)}});
    }
    memset(r, 0, sizeof *r);
    struct now now = pair_now(p);
    PAIR_OK(p, exchange_request(&d->journal, &small, &now, bundle_buffer_sink, &req, r, &p->err));
    PAIR_OK(
        p, hq_exchange(p->hq, bytes_of(req.p, req.n), bundle_buffer_sink, &ans, &problem, &p->err));
    bundle_buffer_drop(&req);
    bundle_buffer_drop(&ans);
}

/* The device asks for help with a job, and says that a supervisor did: any actor can be written. */
static inline h32 scene_forge(struct pair *p, struct pair_device *d, id16 job, id16 supervisor)
{
    uint8_t body[CAP_BODY_BYTES];
    union body said = {.asked = {.visit = {{1}}, .reason = 1}};
    struct append what = {.kind = KIND_HELP_ASKED,
                          .subject_type = SUBJECT_JOB,
                          .subject = job,
                          .actor = supervisor,
                          .actor_role = ROLE_SUPERVISOR};
    struct now now = pair_now(p);
    h32 hash = {{0}};
    PAIR_OK(p, body_encode(what.kind, &said, body, sizeof body, &what.body));
    PAIR_OK(p, journal_append(&d->journal, &what, &now, &hash, &p->err));
    return hash;
}

/* The device records something of a job, whether or not it holds anything of it. */
static inline h32 scene_write_about(struct pair *p, struct pair_device *d, id16 subject)
{
    uint8_t body[CAP_BODY_BYTES];
    struct record_write w = {.field = F_JOB_CONTACT, .type = FT_TEXT, .i = 0};
    struct append_att att = {.type = ATT_TEXT, .content = str_bytes(S("Mr Wu"))};
    struct append what = {.kind = KIND_RECORD_SET,
                          .subject_type = SUBJECT_JOB,
                          .subject = subject,
                          .atts = &att,
                          .natt = 1};
    struct now now = pair_now(p);
    h32 hash = {{0}};
    PAIR_OK(p, record_encode(&w, 1, body, sizeof body, &what.body));
    PAIR_OK(p, journal_append(&d->journal, &what, &now, &hash, &p->err));
    return hash;
}

/* ... of a job that nobody else has. */
static inline h32 scene_write_alone(struct pair *p, struct pair_device *d)
{
    id16 subject;
    randombytes_buf(subject.b, sizeof subject.b);
    return scene_write_about(p, d, subject);
}

/* Each of the two syncs so many times, in turn. */
static inline void scene_everybody(struct pair *p, struct pair_device *a, struct pair_device *b,
                                   unsigned rounds)
{
    struct exchange_result r;
    for (unsigned i = 0; i < rounds; i++) {
        pair_sync(p, a, &r);
        pair_sync(p, b, &r);
    }
}

/* The subject folds to the same at headquarters and on both. */
static inline void scene_same(struct pair *p, struct pair_device *a, struct pair_device *b,
                              id16 subject)
{
    h32 there = pair_digest(p, p->hq->store, subject, NULL);
    h32 here = pair_digest(p, a->store, subject, NULL);
    h32 other = pair_digest(p, b->store, subject, NULL);
    CHECK_BYTES(here.b, 32, there.b, 32);
    CHECK_BYTES(other.b, 32, there.b, 32);
}
#endif
