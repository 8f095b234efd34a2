/* manifest.c - see manifest.h; the keys are BUNDLE.md's. */
#include "sync/bundle/manifest.h"

#include "core/codec/cbor.h"

enum key {
    K_ROLE = 1,
    K_JOURNALS = 2,
    K_RECEIPTS = 3,
    K_SERIAL = 4,
    K_TRUST = 5,
    K_CURSOR = 6,
    K_WANTED = 7,
    K_SUBJECTS = 8,
    K_ASKED = 9,
    K_KEYS = 10,
    K_CERT = 11,
    K_PROBLEMS = 12,
    K_MORE = 13,
    K_HELD = 14,
    K_SEEN = 15,
    K_BOX = 16,
    K_DATA_KEY = 17,
    K_REPLY = 18
};

static void put_id(struct cbor_w *w, const uint8_t *p, size_t n)
{
    cbor_put_bytes(w, bytes_of(p, n));
}

static void put_journals(struct cbor_w *w, const struct manifest *m)
{
    cbor_put_uint(w, K_JOURNALS);
    cbor_put_array(w, m->njournals);
    for (unsigned i = 0; i < m->njournals; i++) {
        const struct manifest_journal *j = &m->journals[i];
        cbor_put_array(w, 6);
        put_id(w, j->author.b, 8);
        put_id(w, j->epoch.b, 8);
        cbor_put_uint(w, j->seq);
        put_id(w, j->head.b, 32);
        cbor_put_int(w, j->receipt_ms);
        cbor_put_uint(w, j->receipt_seq);
    }
}

static void put_subjects(struct cbor_w *w, const struct manifest *m)
{
    cbor_put_uint(w, K_SUBJECTS);
    cbor_put_array(w, m->nsubjects);
    for (unsigned i = 0; i < m->nsubjects; i++) {
        const struct manifest_subject *s = &m->subjects[i];
        cbor_put_array(w, 6);
        put_id(w, s->subject.b, 16);
        cbor_put_uint(w, s->count);
        put_id(w, s->set, 16);
        put_id(w, s->state, 16);
        cbor_put_uint(w, s->fold_version);
        cbor_put_uint(w, s->revocations);
    }
}

static void put_lists(struct cbor_w *w, const struct manifest *m)
{
    if (m->nwanted != 0) {
        cbor_put_uint(w, K_WANTED);
        cbor_put_array(w, m->nwanted);
        for (unsigned i = 0; i < m->nwanted; i++) {
            cbor_put_array(w, 2);
            put_id(w, m->wanted[i].name.b, 32);
            cbor_put_uint(w, m->wanted[i].from);
        }
    }
    if (m->nsubjects != 0) {
        put_subjects(w, m);
    }
    if (m->nasked != 0) {
        cbor_put_uint(w, K_ASKED);
        cbor_put_array(w, m->nasked);
        for (unsigned i = 0; i < m->nasked; i++) {
            put_id(w, m->asked[i].b, 16);
        }
    }
    if (m->has_keys) {
        cbor_put_uint(w, K_KEYS);
        cbor_put_array(w, 2);
        put_id(w, m->sign_pk, 32);
        put_id(w, m->box_pk, 32);
    }
    if (m->cert.n != 0) {
        cbor_put_uint(w, K_CERT);
        cbor_put_bytes(w, m->cert);
    }
    if (m->nproblems != 0) {
        cbor_put_uint(w, K_PROBLEMS);
        cbor_put_array(w, m->nproblems);
        for (unsigned i = 0; i < m->nproblems; i++) {
            cbor_put_array(w, 2);
            cbor_put_uint(w, (uint64_t)m->problems[i].code);
            put_id(w, m->problems[i].what.b, 32);
        }
    }
    if (m->more) {
        cbor_put_uint(w, K_MORE);
        cbor_put_bool(w, true);
    }
    if (m->nheld != 0) {
        cbor_put_uint(w, K_HELD);
        cbor_put_array(w, 2);
        put_id(w, m->recall, sizeof m->recall);
        cbor_put_array(w, m->nheld);
        for (unsigned i = 0; i < m->nheld; i++) {
            cbor_put_array(w, m->held[i].has_head ? 4 : 3);
            put_id(w, m->held[i].author.b, 8);
            put_id(w, m->held[i].epoch.b, 8);
            cbor_put_uint(w, m->held[i].seq);
            if (m->held[i].has_head) {
                put_id(w, m->held[i].head, sizeof m->held[i].head);
            }
        }
    }
    if (m->has_seen) {
        cbor_put_uint(w, K_SEEN);
        cbor_put_array(w, 2);
        cbor_put_uint(w, m->seen_seq);
        put_id(w, m->seen, sizeof m->seen);
    }
    if (m->box.n != 0) {
        cbor_put_uint(w, K_BOX);
        cbor_put_array(w, 2);
        put_id(w, m->box_key.b, sizeof m->box_key.b);
        cbor_put_bytes(w, m->box);
    }
    if (m->has_data_key) {
        cbor_put_uint(w, K_DATA_KEY);
        put_id(w, m->data_key, sizeof m->data_key);
    }
    if (m->has_reply) {
        cbor_put_uint(w, K_REPLY);
        put_id(w, m->reply_pk, sizeof m->reply_pk);
    }
}

enum st manifest_encode(const struct manifest *m, uint8_t *buf, size_t cap, bytes *out)
{
    *out = (bytes){NULL, 0};
    if (m->njournals > MANIFEST_JOURNALS_MAX || m->nreceipts > MANIFEST_JOURNALS_MAX ||
        m->nwanted > MANIFEST_WANTED_MAX || m->nsubjects > MANIFEST_SUBJECTS_MAX ||
        m->nasked > MANIFEST_ASKED_MAX || m->nproblems > MANIFEST_PROBLEMS_MAX ||
        m->nheld > MANIFEST_HELD_MAX) {
        return ST_BUG;
    }
    size_t pairs = 1U + (m->njournals != 0) + (m->nreceipts != 0) + (m->trust_serial != 0) +
                   (m->trust.n != 0) + m->has_cursor + (m->nwanted != 0) + (m->nsubjects != 0) +
                   (m->nasked != 0) + m->has_keys + (m->cert.n != 0) + (m->nproblems != 0) +
                   m->more + (m->nheld != 0) + m->has_seen + (m->box.n != 0) + m->has_data_key +
                   m->has_reply;
    struct cbor_w w = cbor_w_init(buf, cap < BUNDLE_MANIFEST_BYTES ? cap : BUNDLE_MANIFEST_BYTES);
    cbor_put_map(&w, pairs);
    cbor_put_uint(&w, K_ROLE);
    cbor_put_uint(&w, (uint64_t)m->role);
    if (m->njournals != 0) {
        put_journals(&w, m);
    }
    if (m->nreceipts != 0) {
        cbor_put_uint(&w, K_RECEIPTS);
        cbor_put_array(&w, m->nreceipts);
        for (unsigned i = 0; i < m->nreceipts; i++) {
            cbor_put_bytes(&w, m->receipts[i]);
        }
    }
    if (m->trust_serial != 0) {
        cbor_put_uint(&w, K_SERIAL);
        cbor_put_uint(&w, m->trust_serial);
    }
    if (m->trust.n != 0) {
        cbor_put_uint(&w, K_TRUST);
        cbor_put_bytes(&w, m->trust);
    }
    if (m->has_cursor) {
        cbor_put_uint(&w, K_CURSOR);
        cbor_put_array(&w, m->cursor_mark != 0 ? 3 : 2);
        put_id(&w, m->cursor_epoch.b, 8);
        cbor_put_uint(&w, m->cursor);
        if (m->cursor_mark != 0) {
            cbor_put_uint(&w, m->cursor_mark);
        }
    }
    put_lists(&w, m);
    return cbor_w_done(&w, out);
}

/* --- reading
 * -------------------------------------------------------------------------------------- */

struct get {
    struct cbor_r r;
    struct arena *a;
    enum st st; /* ST_TOO_BIG, ST_FULL */
};

/* The head of a list of at most `max`, each an array of `width` (0: a bare value). */
static void *get_list(struct get *g, size_t max, size_t size, unsigned *n)
{
    size_t count = cbor_get_array(&g->r);
    *n = 0;
    if (count > max) {
        g->st = ST_TOO_BIG;
        cbor_fail(&g->r);
        return NULL;
    }
    void *p = arena_take(g->a, size, 8, count);
    if (p == NULL) {
        g->st = ST_FULL;
        cbor_fail(&g->r);
        return NULL;
    }
    *n = (unsigned)count;
    return p;
}

static void get_width(struct get *g, size_t width)
{
    if (cbor_get_array(&g->r) != width) {
        cbor_fail(&g->r);
    }
}

static unsigned get_small(struct get *g, uint64_t max)
{
    uint64_t v = cbor_get_uint(&g->r);
    if (v > max) {
        cbor_fail(&g->r);
        return 0;
    }
    return (unsigned)v;
}

static void get_held(struct get *g, struct manifest_held *h)
{
    size_t width = cbor_get_array(&g->r);
    if (width != 3 && width != 4) {
        cbor_fail(&g->r);
        return;
    }
    cbor_get_bytes_n(&g->r, h->author.b, 8);
    cbor_get_bytes_n(&g->r, h->epoch.b, 8);
    h->seq = cbor_get_uint(&g->r);
    h->has_head = width == 4;
    if (h->has_head) {
        cbor_get_bytes_n(&g->r, h->head, sizeof h->head);
    }
}

static void get_journals(struct get *g, struct manifest *m)
{
    m->journals = get_list(g, MANIFEST_JOURNALS_MAX, sizeof *m->journals, &m->njournals);
    for (unsigned i = 0; i < m->njournals; i++) {
        struct manifest_journal *j = &m->journals[i];
        get_width(g, 6);
        cbor_get_bytes_n(&g->r, j->author.b, 8);
        cbor_get_bytes_n(&g->r, j->epoch.b, 8);
        j->seq = cbor_get_uint(&g->r);
        cbor_get_bytes_n(&g->r, j->head.b, 32);
        j->receipt_ms = cbor_get_int(&g->r);
        j->receipt_seq = cbor_get_uint(&g->r);
    }
}

static void get_cursor(struct get *g, struct manifest *m)
{
    size_t width = cbor_get_array(&g->r);
    cbor_get_bytes_n(&g->r, m->cursor_epoch.b, 8);
    m->cursor = cbor_get_uint(&g->r);
    m->cursor_mark = width == 3 ? cbor_get_uint(&g->r) : 0;
    m->has_cursor = true;
    if (width < 2 || width > 3 || (width == 3 && m->cursor_mark == 0)) {
        cbor_fail(&g->r); /* what is not said is left out */
    }
}

static void get_receipts(struct get *g, struct manifest *m)
{
    m->receipts = get_list(g, MANIFEST_JOURNALS_MAX, sizeof *m->receipts, &m->nreceipts);
    for (unsigned i = 0; i < m->nreceipts; i++) {
        m->receipts[i] = cbor_get_bytes(&g->r);
    }
}

static void get_wanted(struct get *g, struct manifest *m)
{
    m->wanted = get_list(g, MANIFEST_WANTED_MAX, sizeof *m->wanted, &m->nwanted);
    for (unsigned i = 0; i < m->nwanted; i++) {
        get_width(g, 2);
        cbor_get_bytes_n(&g->r, m->wanted[i].name.b, 32);
        m->wanted[i].from = get_small(g, CAP_ATT_BYTES / CAP_CHUNK_BYTES);
    }
}

static void get_subjects(struct get *g, struct manifest *m)
{
    m->subjects = get_list(g, MANIFEST_SUBJECTS_MAX, sizeof *m->subjects, &m->nsubjects);
    for (unsigned i = 0; i < m->nsubjects; i++) {
        struct manifest_subject *s = &m->subjects[i];
        get_width(g, 6);
        cbor_get_bytes_n(&g->r, s->subject.b, 16);
        s->count = cbor_get_uint(&g->r);
        cbor_get_bytes_n(&g->r, s->set, 16);
        cbor_get_bytes_n(&g->r, s->state, 16);
        s->fold_version = get_small(g, UINT16_MAX);
        s->revocations = cbor_get_uint(&g->r);
    }
}

static void get_rest(struct get *g, struct manifest *m, int64_t key)
{
    switch (key) {
    case K_ASKED:
        m->asked = get_list(g, MANIFEST_ASKED_MAX, sizeof *m->asked, &m->nasked);
        for (unsigned i = 0; i < m->nasked; i++) {
            cbor_get_bytes_n(&g->r, m->asked[i].b, 16);
        }
        break;
    case K_KEYS:
        get_width(g, 2);
        cbor_get_bytes_n(&g->r, m->sign_pk, 32);
        cbor_get_bytes_n(&g->r, m->box_pk, 32);
        m->has_keys = true;
        break;
    case K_CERT:
        m->cert = cbor_get_bytes(&g->r);
        break;
    case K_PROBLEMS:
        m->problems = get_list(g, MANIFEST_PROBLEMS_MAX, sizeof *m->problems, &m->nproblems);
        for (unsigned i = 0; i < m->nproblems; i++) {
            get_width(g, 2);
            m->problems[i].code = (enum problem_code)get_small(g, UINT16_MAX);
            cbor_get_bytes_n(&g->r, m->problems[i].what.b, 32);
        }
        break;
    case K_MORE:
        m->more = cbor_get_bool(&g->r);
        break;
    case K_HELD:
        get_width(g, 2);
        cbor_get_bytes_n(&g->r, m->recall, sizeof m->recall);
        m->held = get_list(g, MANIFEST_HELD_MAX, sizeof *m->held, &m->nheld);
        for (unsigned i = 0; i < m->nheld; i++) {
            get_held(g, &m->held[i]);
        }
        break;
    case K_SEEN:
        get_width(g, 2);
        m->seen_seq = cbor_get_uint(&g->r);
        cbor_get_bytes_n(&g->r, m->seen, sizeof m->seen);
        m->has_seen = true;
        break;
    case K_BOX:
        get_width(g, 2);
        cbor_get_bytes_n(&g->r, m->box_key.b, sizeof m->box_key.b);
        m->box = cbor_get_bytes(&g->r);
        break;
    case K_DATA_KEY:
        cbor_get_bytes_n(&g->r, m->data_key, sizeof m->data_key);
        m->has_data_key = true;
        break;
    case K_REPLY:
        cbor_get_bytes_n(&g->r, m->reply_pk, sizeof m->reply_pk);
        m->has_reply = true;
        break;
    default:
        break; /* of a newer version */
    }
}

enum st manifest_decode(bytes in, struct arena *a, struct manifest *m)
{
    memset(m, 0, sizeof *m);
    if (in.n > BUNDLE_MANIFEST_BYTES) {
        return ST_TOO_BIG;
    }
    enum st st = cbor_check(in, 0, NULL, NULL);
    if (st != ST_OK) {
        return st;
    }
    struct get g = {.r = cbor_r_init(in), .a = a, .st = ST_OK};
    struct cbor_map map = cbor_map_begin(&g.r);
    for (int64_t key; cbor_map_next(&map, &key);) {
        switch (key) {
        case K_ROLE:
            m->role = (enum manifest_role)get_small(&g, MANIFEST_GRANT);
            break;
        case K_JOURNALS:
            get_journals(&g, m);
            break;
        case K_RECEIPTS:
            get_receipts(&g, m);
            break;
        case K_SERIAL:
            m->trust_serial = cbor_get_uint(&g.r);
            break;
        case K_TRUST:
            m->trust = cbor_get_bytes(&g.r);
            break;
        case K_CURSOR:
            get_cursor(&g, m);
            break;
        case K_WANTED:
            get_wanted(&g, m);
            break;
        case K_SUBJECTS:
            get_subjects(&g, m);
            break;
        default:
            get_rest(&g, m, key);
        }
    }
    st = cbor_done(&g.r);
    if (st == ST_OK && m->role == 0) {
        st = ST_BAD_FORM;
    }
    if (st != ST_OK) {
        memset(m, 0, sizeof *m);
        return g.st != ST_OK ? g.st : st;
    }
    return ST_OK;
}

const char *manifest_problem_name(enum problem_code code)
{
    static const char *const names[PROBLEM_CODES] = {
        [PROBLEM_NONE] = "none",
        [PROBLEM_FORM] = "not of a known form",
        [PROBLEM_SIGNATURE] = "the signature does not hold",
        [PROBLEM_AUTHOR] = "nobody vouches for its author",
        [PROBLEM_GAP] = "entries before it are missing",
        [PROBLEM_FORK] = "a second entry under one number",
        [PROBLEM_QUOTA] = "over the author's quota of today",
        [PROBLEM_ATTACHMENT] = "the content is not what its name says",
        [PROBLEM_STATE] = "same entries, different state",
        [PROBLEM_REVOKED] = "the author is revoked",
        [PROBLEM_SET] = "the subject's entries differ",
    };
    return (unsigned)code < PROBLEM_CODES ? names[code] : "made by a newer version";
}
