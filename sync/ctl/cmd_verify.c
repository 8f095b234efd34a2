/* cmd_verify.c - docketctl verify: is a report genuine, or a proof of two histories? From the file,
 * hq.pub and nothing else. */
#include <stdlib.h>
#include <string.h>

#include "core/journal/forks.h"
#include "core/report/proof.h"
#include "sync/carrier/file.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_verify_fork.h"
#include "sync/ctl/ctl_view.h"

#define ROOM (4U * PROOF_SCRATCH_BYTES)

struct verifying {
    const char *file, *qr, *text, *trust;
    bool json;
    bytes content, words, pub; /* malloc'ed */
    struct proof_result r;
};

static const char *outcome(enum sign_outcome o)
{
    return o == SIGN_SIGNED ? "signed" : o == SIGN_REFUSED ? "refused" : "absent";
}

static void money(int64_t minor, char out[static 32])
{
    int64_t rest = minor % 100 < 0 ? -(minor % 100) : minor % 100;
    snprintf(out, 32, "%s%lld.%02d", minor < 0 && minor > -100 ? "-" : "", (long long)(minor / 100),
             (int)rest);
}

static void say_witness(const struct proof_result *r, bool qr)
{
    char after[32], before[32];
    if (r->witnessed_after && r->witnessed_before) {
        printf("witnessed       by headquarters: made after %s and before %s\n",
               ctl_time(r->after_ms, after), ctl_time(r->before_ms, before));
    } else if (r->witnessed_before) {
        printf("witnessed       by headquarters: made before %s\n", ctl_time(r->before_ms, before));
    } else if (r->witnessed_after) {
        printf("witnessed       by headquarters: made after %s; no receipt covers it yet\n",
               ctl_time(r->after_ms, after));
    } else {
        printf("witnessed       %s\n", qr ? "not said by a code; report.cbor does"
                                          : "no: no receipt of headquarters is in the file, so "
                                            "nobody but the key says when it was made");
    }
}

/* What the file cannot know is said as plainly as what it proves. */
static void say_revocation(const struct proof_result *r)
{
    char when[32], admitted[32];
    if (r->admitted) {
        printf("revoked         the author's key was revoked on %s; headquarters admitted this "
               "sign-off by name on %s\n",
               ctl_time(r->revoked_ms, when), ctl_time(r->admitted_ms, admitted));
    } else if (r->revoked_after) {
        printf("revoked         the author's key was revoked on %s; this is within what stands\n",
               ctl_time(r->revoked_ms, when));
    } else if (r->failed == PROOF_OK && r->unrevoked_ms != 0) {
        printf("revoked         not as of %s; not checked against revocations after that\n",
               ctl_time(r->unrevoked_ms, when));
    } else if (r->failed == PROOF_OK) {
        printf("revoked         not checked: nothing here says what headquarters knew; ask it\n");
    }
}

static void say(const struct verifying *v)
{
    const struct proof_result *r = &v->r;
    char amount[32], when[32];
    if (r->number.n > 0) {
        money(r->total_minor, amount);
        printf("report          %.*s version %u, class %s, amount %s, claimed time %s\n",
               (int)r->number.n, r->number.p, r->version, ctl_view_class(r->class_), amount,
               ctl_time(r->claimed_ms, when));
    }
    printf("content         %s\n",
           r->content_intact ? "intact"
           : v->qr != NULL && v->text == NULL && r->failed == PROOF_OK
               ? "not given: the code alone proves number, time, class, amount and author"
               : "not proved intact");
    printf("key             %s\n",
           r->key_certified ? "certified by headquarters" : "not certified by this headquarters");
    if (r->failed == PROOF_OK) {
        say_witness(r, v->qr != NULL);
        printf("outcome         %s%s%.*s\n", outcome(r->outcome), r->signer.n > 0 ? " by " : "",
               (int)r->signer.n, r->signer.n > 0 ? r->signer.p : "");
        if (r->reason.n > 0) {
            printf("%s%.*s\n", r->outcome == SIGN_SIGNED ? "company seal    " : "reason          ",
                   (int)r->reason.n, r->reason.p);
        }
        printf("customer's code not checked here: headquarters alone can open it\n");
    }
    say_revocation(r);
    if (r->withdrawn) {
        char by[33];
        json_t *hex = ctl_json_hex(r->withdrawn_by.b, sizeof r->withdrawn_by.b);
        snprintf(by, sizeof by, "%s", json_is_string(hex) ? json_string_value(hex) : "?");
        json_decref(hex);
        printf("evidence        withdrawn on %s by %s (%s)\n", ctl_time(r->withdrawn_ms, when), by,
               r->withdrawn_rule == FORGET_RETENTION ? "retention" : "on request");
    }
    if (r->failed == PROOF_OK) {
        printf("genuine\n");
    } else {
        printf("not genuine: %s: %s\n", proof_part_name(r->failed), r->why);
    }
}

static int say_json(const struct verifying *v)
{
    const struct proof_result *r = &v->r;
    json_t *o =
        json_pack("{s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:i, s:i, s:I, s:I, s:o, s:o}", "genuine",
                  r->failed == PROOF_OK, "content_intact", r->content_intact, "key_certified",
                  r->key_certified, "witnessed_after", r->witnessed_after, "witnessed_before",
                  r->witnessed_before, "revoked_after", r->revoked_after, "withdrawn", r->withdrawn,
                  "version", (int)r->version, "class", (int)r->class_, "total_minor",
                  (json_int_t)r->total_minor, "claimed_ms", (json_int_t)r->claimed_ms, "number",
                  ctl_json_str(r->number), "author", ctl_json_hex(r->author.b, sizeof r->author.b));
    if (o != NULL && r->failed != PROOF_OK) {
        json_object_set_new(o, "part", json_string(proof_part_name(r->failed)));
        json_object_set_new(o, "why", json_string(r->why));
    }
    if (o != NULL && r->failed == PROOF_OK) {
        json_object_set_new(o, "outcome", json_string(outcome(r->outcome)));
        json_object_set_new(o, "after", ctl_json_time(r->witnessed_after ? r->after_ms : 0));
        json_object_set_new(o, "before", ctl_json_time(r->witnessed_before ? r->before_ms : 0));
        json_object_set_new(o, "admitted", json_boolean(r->admitted));
        json_object_set_new(o, "not_revoked_until", ctl_json_time(r->unrevoked_ms));
    }
    if (o != NULL && r->withdrawn) {
        json_object_set_new(o, "withdrawn_at", ctl_json_time(r->withdrawn_ms));
        json_object_set_new(o, "withdrawn_by",
                            ctl_json_hex(r->withdrawn_by.b, sizeof r->withdrawn_by.b));
    }
    return ctl_print(o);
}

static enum st read_all(struct verifying *v, struct err *err)
{
    enum st st = file_read(v->trust, HQ_PUB_BYTES_MAX, &v->pub, err);
    if (st == ST_OK) {
        st = file_read(v->qr != NULL ? v->qr : v->file, PROOF_FILE_MAX, &v->content, err);
    }
    if (st == ST_OK && v->text != NULL) {
        st = file_read(v->text, CAP_REPORT_BYTES + 2, &v->words, err);
    }
    return st;
}

/* What an editor or a scanner adds at the end is no part of it. */
static str trimmed(bytes b)
{
    str s = bytes_str(b);
    while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r')) {
        s.n--;
    }
    return s;
}

static enum st judge(struct verifying *v, struct arena a, struct err *err)
{
    enum st st = v->qr != NULL
                     ? proof_qr_verify(trimmed(v->content), trimmed(v->words), v->pub, a, &v->r)
                     : proof_verify(v->content, v->pub, a, &v->r);
    if (st == ST_BAD_INPUT) {
        return err_set(err, st, 0, "verify", "%.150s is no hq.pub that can be used", v->trust);
    }
    if (st != ST_OK && st != ST_BAD_SIGNATURE) {
        return err_set(err, st, 0, "verify", "the file is too large to be a report (%s)",
                       st_name(st));
    }
    return ST_OK;
}

int ctl_cmd_verify(int argc, char **argv)
{
    struct verifying v;
    memset(&v, 0, sizeof v);
    const struct ctl_opt opts[] = {{"trust", &v.trust, NULL, true},
                                   {"qr", &v.qr, NULL, false},
                                   {"text", &v.text, NULL, false},
                                   {"json", NULL, &v.json, false}};
    int npos;
    if (!ctl_opts(argc, argv, opts, sizeof opts / sizeof opts[0], &npos) ||
        npos != (v.qr == NULL ? 1 : 0) || (v.text != NULL && v.qr == NULL)) {
        return ctl_usage(argv[0]);
    }
    v.file = v.qr == NULL ? argv[1] : NULL;
    struct err err = {0};
    uint8_t *room = malloc(ROOM);
    enum st st = room == NULL ? err_set(&err, ST_FULL, 0, "verify", "no memory") : ST_OK;
    if (st == ST_OK) {
        st = read_all(&v, &err);
    }
    bool fork = st == ST_OK && v.qr == NULL && forks_file_is(v.content);
    if (st == ST_OK && !fork) {
        st = judge(&v, arena_of(room, ROOM), &err);
    }
    int rc = CTL_OK;
    if (fork) {
        rc = ctl_verify_fork(v.content, v.pub, v.trust, v.json);
    } else if (st != ST_OK) {
        rc = ctl_fail(&err);
    } else if (v.json) {
        rc = say_json(&v);
    } else {
        say(&v);
    }
    rc = rc == CTL_OK && v.r.failed != PROOF_OK ? CTL_REFUSED : rc;
    free((void *)(uintptr_t)v.content.p);
    free((void *)(uintptr_t)v.words.p);
    free((void *)(uintptr_t)v.pub.p);
    free(room);
    return rc;
}
