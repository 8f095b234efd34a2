/* bench_office.c - headquarters with a million calls: pages of a register, beside a thousand. */
#include "tests/bench/bench_office.h"

#include "sync/hq/reg.h"
#include "sync/hq/search.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define GROUP 4000 /* calls a transaction: with more, LMDB spends its time on its list of pages */
#define ROW_BYTES 8000 /* of a call and a tenth of a customer, with all keys, in the store */
#define PAGES 300      /* of each kind, a median each */

static const char *const surnames[] = {"刘", "陈", "王", "李", "张", "赵", "周", "吴",
                                       "徐", "孙", "马", "胡", "朱", "郭", "何", "高"};
static const char *const given[] = {"美华", "志强", "建国", "秀英", "丽娟", "伟民", "海燕", "国庆",
                                    "晓东", "文静", "桂芳", "永康", "雪梅", "俊杰", "玉兰", "振华"};
static const char *const roads[] = {"望江路",   "金沙大道", "中山北路", "解放街",   "湖滨路",
                                    "文三西路", "建设二路", "市心南路", "天目山路", "庆春东路"};
#define PICK(a, n) (a)[(n) % (sizeof(a) / sizeof(a)[0])]

/* ---- making it --------------------------------------------------------------------------------
 */

/* Random within a transaction's calls: fifty of a page lie on fifty leaves, as they do when all is
 * random, but a transaction does not write the whole tree again, so that a million are made in a
 * minute or two. */
id16 bench_office_id(const char *kind, unsigned n)
{
    char text[48];
    snprintf(text, sizeof text, "%s %u of the office", kind, n);
    id16 id = sample_id16(text);
    unsigned group = n / GROUP;
    id.b[0] = (uint8_t)group; /* a million: 250 groups */
    return id;
}

id8 bench_office_branch(unsigned n)
{
    static const char *const here[OFFICE_BRANCHES] = {"SZ", "HZ", "NJ", "WX", "NB"};
    id8 b = {{0}};
    memcpy(b.b, here[n % OFFICE_BRANCHES], 2);
    return b;
}

static void act(struct desk *d, enum subject_type type, id16 id, struct record_write *w, size_t n,
                const char (*texts)[96], unsigned ntexts)
{
    uint8_t body[CAP_BODY_BYTES];
    struct append_att att[4];
    struct append what = {.kind = KIND_RECORD_SET, .subject_type = type, .subject = id};
    for (unsigned i = 0; i < ntexts; i++) {
        att[i] = (struct append_att){.type = ATT_TEXT, .content = str_bytes(str_c(texts[i]))};
    }
    what.atts = att;
    what.natt = ntexts;
    bench_must(record_encode(w, n, body, sizeof body, &what.body), "a record", NULL);
    bench_must(hq_act(d->p.hq, &what, NULL, &d->p.err), "hq_act", &d->p.err);
}

static void code_in(struct record_write *w, char prefix, unsigned n)
{
    char text[32];
    snprintf(text, sizeof text, "%c%07u", prefix, n);
    *w = (struct record_write){.field = F_CODE, .type = FT_CODE};
    if (!code_of(str_bytes(str_c(text)), &w->code)) {
        bench_die("a code", ST_BUG, NULL);
    }
}

/* Of the smaller headquarters fewer, so that each has more than a page of calls in both. */
static unsigned people(unsigned rows)
{
    return rows < 10000 ? 2 : OFFICE_PEOPLE;
}

static void person(struct desk *d, unsigned n)
{
    char t[1][96];
    struct record_write w[4] = {{.field = F_TECHNICIAN_NAME, .type = FT_TEXT, .i = 0},
                                {.field = F_TECHNICIAN_ROLE, .type = FT_ENUM, .i = ROLE_TECHNICIAN},
                                {.field = F_BRANCH, .type = FT_ID8, .id = bench_office_branch(n)}};
    code_in(&w[3], 'T', n);
    snprintf(t[0], sizeof t[0], "%s%s", PICK(surnames, n / 3), PICK(given, n));
    act(d, SUBJECT_TECHNICIAN, bench_office_id("person", n), w, 4, (const char(*)[96])t, 1);
}

static void customer_words(unsigned n, char t[3][96])
{
    if (n % 2 == 0) {
        snprintf(t[0], sizeof t[0], "%s%s", PICK(surnames, n / 7), PICK(given, n / 2));
    } else {
        snprintf(t[0], sizeof t[0], "Customer %u Ltd", n);
    }
    snprintf(t[1], sizeof t[1], "13%09u", n * 7919U % 1000000000U);
    snprintf(t[2], sizeof t[2], "%s%u号%u室", PICK(roads, n), n % 900 + 1, n % 40 + 101);
}

static void customer(struct desk *d, unsigned n)
{
    char t[3][96];
    struct record_write w[5] = {{.field = F_CUSTOMER_NAME, .type = FT_TEXT, .i = 0},
                                {.field = F_CUSTOMER_PHONE, .type = FT_TEXT, .i = 1},
                                {.field = F_CUSTOMER_ADDRESS, .type = FT_TEXT, .i = 2},
                                {.field = F_BRANCH, .type = FT_ID8, .id = bench_office_branch(n)}};
    code_in(&w[4], 'K', n);
    customer_words(n, t);
    act(d, SUBJECT_CUSTOMER, bench_office_id("customer", n), w, 5, (const char(*)[96])t, 3);
}

/* A tenth cancelled, a fifth dispatched, three tenths struck off, the rest as they were registered.
 */
static void job(struct desk *d, unsigned n, unsigned rows, unsigned customers)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    char t[1][96];
    id16 id = bench_office_id("job", n);
    struct record_write w[7] = {
        {.field = F_JOB_CUSTOMER,
         .type = FT_REF,
         .ref = bench_office_id("customer", n * 2654435761U % customers)},
        {.field = F_JOB_CALLED, .type = FT_TIME, .i = OFFICE_NOW_MS - (int64_t)(rows - n) * 90000},
        {.field = F_JOB_FAULT_TOLD, .type = FT_TEXT, .i = 0},
        {.field = F_JOB_CLASS_PROPOSED, .type = FT_ENUM, .i = 1 + n % 4},
        {.field = F_JOB_ZONE, .type = FT_ENUM, .i = 1 + n % 2},
        {.field = F_BRANCH, .type = FT_ID8, .id = bench_office_branch(n)}};
    code_in(&w[6], 'C', n);
    snprintf(t[0], sizeof t[0], "不制冷，%u号机", n % 10);
    act(d, SUBJECT_JOB, id, w, 7, (const char(*)[96])t, 1);
    struct append what = {.subject_type = SUBJECT_JOB, .subject = id};
    memset(&b, 0, sizeof b);
    if (n / 5 % 10 == 0) {
        what.kind = KIND_JOB_CANCELLED;
        b.cancelled.reason = 1;
    } else if (n / 5 % 10 < 3 || n / 5 % 10 > 6) {
        what.kind = KIND_JOB_ASSIGNED;
        b.assigned.technician = bench_office_id("person", n / 50 % people(rows));
    } else {
        return;
    }
    bench_must(body_encode(what.kind, &b, body, sizeof body, &what.body), "a body", NULL);
    bench_must(hq_act(d->p.hq, &what, NULL, &d->p.err), "hq_act", &d->p.err);
    if (n / 5 % 10 > 6) {
        memset(&b, 0, sizeof b);
        what.kind = KIND_JOB_ARCHIVED;
        bench_must(body_encode(what.kind, &b, body, sizeof body, &what.body), "a body", NULL);
        bench_must(hq_act(d->p.hq, &what, NULL, &d->p.err), "hq_act", &d->p.err);
    }
}

static void office_clock(void *ctx, struct now *out)
{
    int64_t *ms = ctx;
    memset(out, 0, sizeof *out);
    out->wall_ms = ++*ms; /* a millisecond a reading */
    out->boot_ms = out->wall_ms - 1700000000000LL;
    out->boot_id[0] = 7;
    out->utc_offset_minutes = 480;
}

/* ---- rows alone -------------------------------------------------------------------------------
 */

/* A state that headquarters folded from entries, of which others are cast. */
struct mould {
    struct subject_state s;
    uint8_t *room;
};

static void mould_begin(struct desk *d, id16 subject, struct mould *m)
{
    struct store_txn *t = NULL;
    m->room = malloc(1U << 20);
    struct arena a = arena_of(m->room, 1U << 20);
    bench_must(m->room == NULL ? ST_FULL : ST_OK, "room", NULL);
    bench_must(store_read(d->p.hq->store, &t, &d->p.err), "read", &d->p.err);
    bench_must(fold_load(t, subject, &a, &m->s, NULL, &d->p.err), "fold_load", &d->p.err);
    store_abort(&t);
}

static struct field_value *value(struct mould *m, int field)
{
    for (unsigned i = 0; i < m->s.nfields; i++) {
        if (m->s.fields[i].field == field) {
            return &m->s.fields[i].v[0];
        }
    }
    bench_die("a field that the mould has", ST_BUG, NULL);
    return NULL;
}

static void words(struct desk *d, struct mould *m, int field, const char *text)
{
    uint8_t room[4096];
    struct arena a = arena_of(room, sizeof room);
    struct att_view v;
    bytes content = str_bytes(str_c(text));
    bench_must(att_make(&a, ATT_TEXT, content, &v), "att_make", NULL);
    bench_must(store_att_put(d->p.hq->batch, v.manifest, content, m->s.subject, &d->p.err),
               "store_att_put", &d->p.err);
    memcpy(value(m, field)->b, v.name.b, sizeof v.name.b);
}

static void number(struct mould *m, char prefix, unsigned n)
{
    char text[32];
    struct field_value *v = value(m, F_CODE);
    snprintf(text, sizeof text, "%c%07u", prefix, n);
    v->nb = (uint8_t)strlen(text);
    memcpy(v->b, text, v->nb);
}

static void cast(struct desk *d, struct mould *m, unsigned n)
{
    id8 branch = bench_office_branch(n);
    memcpy(value(m, F_BRANCH)->b, branch.b, sizeof branch.b);
    bench_must(fold_keep(d->p.hq->batch, &m->s, hq_arena(d->p.hq), &d->p.err), "fold_keep",
               &d->p.err);
}

static void customer_row(struct desk *d, struct mould *m, unsigned n)
{
    char t[3][96];
    m->s.subject = bench_office_id("customer", n);
    number(m, 'K', n);
    customer_words(n, t);
    words(d, m, F_CUSTOMER_NAME, t[0]);
    words(d, m, F_CUSTOMER_PHONE, t[1]);
    words(d, m, F_CUSTOMER_ADDRESS, t[2]);
    cast(d, m, n);
}

enum { CANCELLED = 0, DISPATCHED = 5, REGISTERED = 15, ARCHIVED = 35 }; /* the first of each kind */

static unsigned kind_of(unsigned n)
{
    unsigned k = n / 5 % 10;
    return k == 0 ? CANCELLED : k < 3 ? DISPATCHED : k > 6 ? ARCHIVED : REGISTERED;
}

static void job_row(struct desk *d, struct mould *m, unsigned n, unsigned rows, unsigned customers)
{
    char text[96];
    id16 whose = bench_office_id("customer", n * 2654435761U % customers);
    m->s.subject = bench_office_id("job", n);
    number(m, 'C', n);
    memcpy(value(m, F_JOB_CUSTOMER)->b, whose.b, sizeof whose.b);
    value(m, F_JOB_CALLED)->i = OFFICE_NOW_MS - (int64_t)(rows - n) * 90000;
    value(m, F_JOB_CLASS_PROPOSED)->i = 1 + n % 4;
    value(m, F_JOB_ZONE)->i = 1 + n % 2;
    if (kind_of(n) == DISPATCHED || kind_of(n) == ARCHIVED) {
        m->s.assigned = bench_office_id("person", n / 50 % people(rows));
    }
    snprintf(text, sizeof text, "不制冷，%u号机", n % 10);
    words(d, m, F_JOB_FAULT_TOLD, text);
    cast(d, m, n);
}

/* The people and one of each kind are made as headquarters makes them; the rest are rows alone. */
static void cast_all(struct desk *d, unsigned rows, unsigned customers)
{
    static const unsigned kinds[] = {CANCELLED, DISPATCHED, REGISTERED, ARCHIVED};
    struct mould jobs[ARCHIVED + 1], one;
    for (unsigned n = 0; n < people(rows); n++) {
        person(d, n);
    }
    customer(d, 0);
    mould_begin(d, bench_office_id("customer", 0), &one);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        job(d, kinds[i], rows, customers);
        mould_begin(d, bench_office_id("job", kinds[i]), &jobs[kinds[i]]);
    }
    for (unsigned from = 0; from < rows; from += GROUP) {
        bench_must(hq_batch_begin(d->p.hq, &d->p.err), "batch", &d->p.err);
        for (unsigned n = from; n < from + GROUP && n < rows; n++) {
            if (n > 0 && n < customers) {
                customer_row(d, &one, n);
            }
            if (n != kind_of(n)) {
                job_row(d, &jobs[kind_of(n)], n, rows, customers);
            }
        }
        bench_must(hq_batch_end(d->p.hq, true, &d->p.err), "batch", &d->p.err);
    }
    free(one.room);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        free(jobs[kinds[i]].room);
    }
}

static void batches(struct desk *d, unsigned rows, unsigned customers)
{
    for (unsigned from = 0; from < rows; from += GROUP) {
        bench_must(hq_batch_begin(d->p.hq, &d->p.err), "batch", &d->p.err);
        for (unsigned n = from; n < from + GROUP && n < rows; n++) {
            if (n < people(rows)) {
                person(d, n);
            }
            if (n < customers) {
                customer(d, n);
            }
            job(d, n, rows, customers);
        }
        bench_must(hq_batch_end(d->p.hq, true, &d->p.err), "batch", &d->p.err);
    }
}

void bench_office_begin(const struct bench *b, struct desk *d, unsigned rows, const char *alone)
{
    unsigned customers = rows / 10 == 0 ? 1 : rows / 10;
    setenv("TMPDIR", b->dir, 1);
    memset(d, 0, sizeof *d);
    d->p.ms = OFFICE_NOW_MS;
    if (alone != NULL) {
        snprintf(d->p.dir, sizeof d->p.dir, "%.90s/office-%u", alone, rows);
    } else {
        pair_dir(d->p.dir, sizeof d->p.dir, "office");
    }
    struct hq_options o = {.dir = d->p.dir, .clock = {.read = office_clock, .ctx = &d->p.ms}};
    struct hq_setup s = {.name = "Sample Appliance Service", .legal_period_days = 3650};
    bench_must(hq_init(&o, &s, &d->p.err), "hq_init", &d->p.err);
    bench_must(hq_open(&o, &d->p.hq, &d->p.err), "hq_open", &d->p.err);
    bench_must(hq_registers(d->p.hq, &d->p.err), "registers", &d->p.err);
    if (alone != NULL) {
        cast_all(d, rows, customers);
    } else {
        batches(d, rows, customers);
    }
    desk_user(d, "clerk", ROLE_CLERK, DESK_HERE);
    desk_user(d, "administrator", ROLE_ADMINISTRATOR, NULL);
}

void bench_office_end(struct desk *d)
{
    free(d->body);
    api_free(&d->api);
    hq_close(&d->p.hq);
    bench_remove(d->p.dir);
}

/* ---- the rows ---------------------------------------------------------------------------------
 */

/* A page is computed from what lies in memory: what it takes is the thread's own time, which others
 * on the machine do not lengthen. */
struct page {
    const char *what, *login, *target;
    char cursor[64]; /* then of the page before */
};

/* The log of requests goes nowhere while a page is asked for: it is docketd's, no row of the bench.
 * log_off answers what log_on takes. */
static int log_off(void)
{
    int kept = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
    if (kept < 0 || null < 0 || dup2(null, STDERR_FILENO) < 0) {
        bench_die("stderr", ST_IO, NULL);
    }
    close(null);
    return kept;
}
static void log_on(int kept)
{
    if (dup2(kept, STDERR_FILENO) < 0) {
        exit(1); /* nobody would read why */
    }
    close(kept);
}

static double one(struct desk *d, struct page *p)
{
    char target[256];
    snprintf(target, sizeof target, "%s%s%s", p->target, p->cursor[0] != '\0' ? "&cursor=" : "",
             p->cursor);
    int kept = log_off();
    double from = bench_cpu_us();
    json_t *out = desk_get(d, target);
    double took = bench_cpu_us() - from;
    log_on(kept);
    const char *next = json_string_value(json_object_get(out, "next"));
    if (d->status != 200) {
        fprintf(stderr, "bench: %s: %u %s\n", target, d->status, d->body == NULL ? "" : d->body);
        exit(1);
    }
    snprintf(p->cursor, sizeof p->cursor, "%s", next == NULL ? "" : next);
    json_decref(out);
    return took;
}

/* The same page of both in turn: from the top to the end and over again, as one leafs. */
static void compare(struct bench *b, struct desk *few, struct desk *many, const struct page *what,
                    unsigned rows)
{
    static double v[2][PAGES];
    struct page p[2] = {*what, *what};
    desk_login(few, what->login);
    desk_login(many, what->login);
    for (unsigned i = 0; i < PAGES; i++) {
        v[0][i] = one(few, &p[0]);
        v[1][i] = one(many, &p[1]);
    }
    double f = bench_median(v[0], PAGES), m = bench_median(v[1], PAGES);
    bench_row(b, bench_fmt("register page, %s", what->what), "<= 1.50 x the same, 1,000 rows",
              bench_fmt("%u rows: %.2f ms (p99 %.2f)", rows, m / 1e3,
                        bench_percentile(v[1], PAGES, 0.99) / 1e3),
              bench_fmt("1,000 rows: %.2f ms (p99 %.2f)", f / 1e3,
                        bench_percentile(v[0], PAGES, 0.99) / 1e3),
              m / f, m <= 1.5 * f);
}

/* The names in memory as docketd builds them at its start, and what a search takes. */
static void note_search(struct desk *d, unsigned rows)
{
    static const char *const words[] = {"刘美华", "customer 4711", "望江路 室", "c0000042"};
    struct api_call c = {.api = d->api};
    double before = bench_status_kib("RssAnon:"), from = bench_us(), v[4][21];
    desk_settle(d);
    double took = bench_us() - from, kib = bench_status_kib("RssAnon:") - before;
    bench_note("%u calls: search index at start: %llu records in %.2f s, %.1f MiB", rows,
               (unsigned long long)search_count(api_search(&c)), took / 1e6, kib / 1024);
    desk_login(d, "administrator");
    for (unsigned i = 0; i < 4; i++) {
        id16 *ids = malloc(REG_HITS_MAX * sizeof *ids);
        bool more;
        for (unsigned k = 0; k < 21; k++) {
            from = bench_us();
            IGNORE(search_find(api_search(&c), str_c(words[i]), ids, REG_HITS_MAX, &more) == 0);
            v[i][k] = bench_us() - from;
        }
        free(ids);
    }
    bench_note("a search: \"%s\" %.2f ms, \"%s\" %.2f ms, \"%s\" %.2f ms, \"%s\" %.2f ms", words[0],
               bench_median(v[0], 21) / 1e3, words[1], bench_median(v[1], 21) / 1e3, words[2],
               bench_median(v[2], 21) / 1e3, words[3], bench_median(v[3], 21) / 1e3);
}

/* Pages that count and sort instead of leafing: their bounds are theirs (reg_board.c). */
static void note_glance(struct desk *few, struct desk *many)
{
    static const char *const what[] = {"/dashboard", "/board", "/registers/calls?due=1&limit=200"};
    for (size_t i = 0; i < sizeof what / sizeof what[0]; i++) {
        double v[2][11];
        struct page p[2] = {{what[i], "administrator", what[i], ""},
                            {what[i], "administrator", what[i], ""}};
        for (unsigned k = 0; k < 11; k++) {
            p[0].cursor[0] = p[1].cursor[0] = '\0';
            v[0][k] = one(few, &p[0]);
            v[1][k] = one(many, &p[1]);
        }
        bench_note("%s: %.1f ms, of 1,000 calls %.1f ms", what[i], bench_median(v[1], 11) / 1e3,
                   bench_median(v[0], 11) / 1e3);
    }
}

static void api_up(struct desk *d)
{
    struct api_options opt = {.hash_ops = 1};
    bench_must(api_new(d->p.hq, &opt, &d->api, &d->p.err), "api_new", &d->p.err);
}

void bench_office(struct bench *b)
{
    static struct desk few, many;
#define CALLS "/registers/calls?limit=50"
    static const struct page pages[] = {
        {"newest first", "administrator", CALLS, ""},
        {"oldest first", "administrator", CALLS "&order=asc", ""},
        {"of one branch", "clerk", CALLS, ""},
        {"by number", "administrator", CALLS "&sort=number", ""},
        {"by number, downwards", "administrator", CALLS "&sort=number&order=desc", ""},
        {"by number, of one branch", "clerk", CALLS "&sort=number", ""},
        {"by state", "administrator", CALLS "&sort=state", ""},
        {"by class, downwards", "administrator", CALLS "&sort=class&order=desc", ""},
        {"by technician", "administrator", CALLS "&sort=technician", ""},
        {"by branch", "administrator", CALLS "&sort=branch", ""},
        {"by due", "administrator", CALLS "&sort=due", ""},
        {"by due, downwards", "administrator", CALLS "&sort=due&order=desc", ""},
        {"of a state", "administrator", CALLS "&state=dispatched", ""},
        {"of a state, by number", "administrator", CALLS "&state=dispatched&sort=number", ""},
        {"of a class", "administrator", CALLS "&class=2", ""},
        {"of a technician", "administrator", CALLS "&technician=T0000001", ""},
        {"of a technician and a state", "administrator",
         CALLS "&technician=T0000001&state=dispatched", ""},
        {"from a number on", "administrator", CALLS "&number_from=C0000500", ""},
        {"customers", "administrator", "/registers/customers?limit=50", ""},
        {"customers by number", "administrator", "/registers/customers?limit=50&sort=number", ""},
#define ARCHIVE "/registers/archive?limit=50"
#define QUARTER_DAY "&from=1779956800000&to=1779978400000" /* the same calls in both */
        {"archive by technician", "administrator", ARCHIVE "&sort=technician", ""},
        {"archive by class", "administrator", ARCHIVE "&sort=class", ""},
        {"archive by branch, downwards, of six hours", "administrator",
         ARCHIVE "&sort=branch&order=desc" QUARTER_DAY, ""},
        {"archive by class, of six hours", "administrator", ARCHIVE "&sort=class" QUARTER_DAY, ""},
        {"archive of a technician, by number", "administrator",
         ARCHIVE "&technician=T0000001&sort=number", ""},
#undef QUARTER_DAY
#undef ARCHIVE
    };
#undef CALLS
    unsigned rows = b->quick ? 20000 : 1000000;
    bench_section(
        "Registers, with the console's request layer (no HTTP); a page takes its thread's time");
    char memory[BENCH_PATH_BYTES];
    bool fits = bench_memory_begin((uint64_t)rows * ROW_BYTES, memory);
    const char *dir = fits ? memory : b->dir;
    bench_office_begin(b, &few, 1000, dir);
    double from = bench_us();
    double cpu = bench_cpu_us();
    bench_office_begin(b, &many, rows, dir);
    bench_note("headquarters with %u calls and %u customers made in %.1f s (%.1f s of its thread):",
               rows, rows / 10, (bench_us() - from) / 1e6, (bench_cpu_us() - cpu) / 1e6);
    bench_note(
        "their states, rows, numbers and words by what keeps every folded state (fold_keep),");
    bench_note("no signed entries behind them; either headquarters alike, %s",
               fits ? "in memory (/dev/shm)" : "on the disk");
    api_up(&few);
    api_up(&many);
    note_search(&few, 1000);
    note_search(&many, rows);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        compare(b, &few, &many, &pages[i], rows);
    }
    note_glance(&few, &many);
    bench_office_end(&few);
    bench_office_end(&many);
    if (fits) {
        bench_remove(memory);
    }
}
