/* ctl_verify_fork.c - see ctl_verify_fork.h. */
#include "sync/ctl/ctl_verify_fork.h"

#include <inttypes.h>

#include "core/journal/forks.h"
#include "core/model/kinds.h"
#include "core/report/proof.h"
#include "sync/ctl/commands.h"
#include "sync/ctl/ctl_view.h"

struct seen {
    enum st st;
    const char *why;
    struct cert cert;
    struct entry_view e[2];
};

static const char *kind_words(const struct entry_view *e)
{
    const struct kind_info *k = kind_info(e->kind);
    return k == NULL ? "(newer version)" : k->name;
}

static json_t *entry_json(const struct entry_view *e)
{
    return json_pack("{s:o,s:s,s:s,s:o,s:o}", "hash", ctl_json_hex(e->hash.b, 32), "kind",
                     kind_words(e), "type", ctl_view_type(e->subject_type), "subject",
                     ctl_json_hex(e->subject.b, 16), "claimed_time", ctl_json_time(e->wall_ms));
}

static int print_json(const struct seen *s)
{
    json_t *o = json_pack("{s:b,s:s}", "genuine", s->st == ST_OK, "what", "fork");
    if (s->st != ST_OK) {
        json_object_set_new(o, "why", json_string(s->why));
        return ctl_print(o);
    }
    json_object_set_new(o, "author", ctl_json_hex(s->cert.author.b, 8));
    json_object_set_new(o, "prefix", json_string(s->cert.prefix));
    json_object_set_new(o, "technician", ctl_json_hex(s->cert.person.b, 16));
    json_object_set_new(o, "epoch", ctl_json_hex(s->e[0].epoch.b, 8));
    json_object_set_new(o, "seq", json_integer((json_int_t)s->e[0].seq));
    json_object_set_new(o, "entries",
                        json_pack("[o,o]", entry_json(&s->e[0]), entry_json(&s->e[1])));
    return ctl_print(o);
}

static void print_words(const struct seen *s)
{
    if (s->st != ST_OK) {
        printf("two histories   not proved: %s\n", s->why);
        return;
    }
    char author[24], epoch[24];
    hex_put(bytes_of(s->cert.author.b, 8), author);
    hex_put(bytes_of(s->e[0].epoch.b, 8), epoch);
    printf("two histories   proved: one key signed two entries under one number\n");
    printf("key             certified by headquarters: author %s, prefix %s\n", author,
           s->cert.prefix);
    printf("where           epoch %s, number %" PRIu64 "\n", epoch, s->e[0].seq);
    for (int i = 0; i < 2; i++) {
        char hash[65], when[32];
        hex_put(bytes_of(s->e[i].hash.b, 32), hash);
        printf("entry           %s  %s on a %s, claimed time %s\n", hash, kind_words(&s->e[i]),
               ctl_view_type(s->e[i].subject_type), ctl_time(s->e[i].wall_ms, when));
    }
    printf("why             not said: a store that was copied or put back does it, and so does "
           "a thief\n");
}

int ctl_verify_fork(bytes file, bytes pub, const char *name, bool json)
{
    struct seen s = {.why = ""};
    struct trust trust;
    bytes doc;
    const char *rule;
    if (hq_pub_open(pub, &trust, &doc, &rule) != ST_OK) {
        return ctl_failf("%.150s is no hq.pub that can be used", name);
    }
    s.st = forks_file_open(file, &trust, &s.cert, &s.e[0], &s.e[1], &s.why);
    if (s.st != ST_OK && s.why[0] == '\0') {
        s.why = st_name(s.st);
    }
    int rc = CTL_OK;
    if (json) {
        rc = print_json(&s);
    } else {
        print_words(&s);
    }
    return rc == CTL_OK && s.st != ST_OK ? CTL_REFUSED : rc;
}
