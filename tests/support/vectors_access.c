/* vectors_access.c - what headquarters says of its logins, tokens, items that it could not keep,
 * and requests for help. */
#include "tests/support/vectors_inside.h"

#include "core/model/bodies.h"

static void node_says(struct vectors *t, const char *name, struct chain_head *head,
                      struct entry_draft d, const union body *b, struct now now)
{
    uint8_t buf[256];
    d.actor = sample_id16("clerk");
    d.actor_role = d.actor_role == ROLE_NONE ? ROLE_ADMINISTRATOR : d.actor_role;
    if (body_encode(d.kind, b, buf, sizeof buf, &d.body) != ST_OK) {
        vectors_die(name, "body");
    }
    vectors_entry(t, name, &t->s.node, head, &d, now);
}

/* A password, a token with its scopes, what was done about an item, and what was answered to a help
 * request: no name, no secret. */
void vectors_access(struct vectors *t)
{
    struct chain_head head = {.author = t->s.node.author,
                              .epoch = sample_id8("node epoch"),
                              .seq = 42,
                              .hash = sample_h32("an entry before")};
    const id16 person = sample_id16("person");
    struct entry_draft d = {
        .kind = KIND_ACCESS, .subject_type = SUBJECT_ACCESS, .subject = sample_id16("a login")};
    node_says(t, "entry-access-password", &head, d,
              &(union body){.access = {.step = ACCESS_PASSWORD, .person = person}}, sample_now(20));
    d.subject = sample_id16("a token");
    node_says(t, "entry-access-token", &head, d,
              &(union body){.access = {ACCESS_TOKEN_MADE, person, 0x30, SAMPLE_TIME_MS, 0}},
              sample_now(30));
    d = (struct entry_draft){
        .kind = KIND_ITEM_SETTLED, .subject_type = SUBJECT_ITEM, .subject = sample_id16("an item")};
    node_says(t, "entry-item-settled", &head, d, &(union body){.settled = {.reason = ITEM_DEVICE}},
              sample_now(40));
    const h32 words = sample_h32("what to do");
    d = (struct entry_draft){.kind = KIND_HELP_ANSWERED,
                             .subject_type = SUBJECT_JOB,
                             .subject = sample_id16("a job"),
                             .atts = &words,
                             .natt = 1,
                             .actor_role = ROLE_SUPERVISOR};
    node_says(t, "entry-help-answered", &head, d,
              &(union body){.help = {sample_h32("asked"), HELP_COMES, person,
                                     SAMPLE_TIME_MS + 3600000, true}},
              sample_now(50));
}
