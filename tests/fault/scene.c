/* scene.c - the company: made, copied, opened, closed. See scene.h. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "tests/fault/scene.h"

#include "sync/carrier/mend.h"
#include "sync/engine/want_back.h"

#include "core/model/catalogue.h"
#include "sync/carrier/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const scene_pins[SCENE_PINS] = {"1234", "246810", "135791113"};

void scene_path(const struct world *w, const char *name, char out[static 160])
{
    snprintf(out, 160, "%s/%s", w->base, name);
}

void scene_bad(struct world *w, const char *fmt, ...)
{
    va_list ap;
    w->bad++;
    printf("# wrong: ");
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    printf("\n");
}

void scene_ack(struct world *w, const struct ack *a)
{
    if (w->pipe >= 0) {
        if (write(w->pipe, a, sizeof *a) != (ssize_t)sizeof *a) {
            _exit(97);
        }
        return;
    }
    if (w->nacks == SCENE_ACKS) {
        _exit(98);
    }
    w->acks[w->nacks++] = *a;
}

/* --- copies
 * ------------------------------------------------------------------------------------ */

static void must(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(99);
    }
}

static void copy_file(const char *from, const char *to, mode_t mode)
{
    static uint8_t buf[1U << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0777);
    must(in >= 0 && out >= 0, from);
    for (;;) {
        ssize_t n = read(in, buf, sizeof buf);
        must(n >= 0, from);
        if (n == 0) {
            break;
        }
        must(write(out, buf, (size_t)n) == n, to);
    }
    close(in);
    close(out);
}

void scene_copy_tree(const char *from, const char *to)
{
    struct stat what;
    must(lstat(from, &what) == 0, from);
    if (S_ISREG(what.st_mode)) {
        copy_file(from, to, what.st_mode);
        return;
    }
    DIR *d = opendir(from);
    must(d != NULL && mkdir(to, 0700) == 0, from);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        char a[512], b[512];
        struct stat sb;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
            continue;
        }
        snprintf(a, sizeof a, "%.250s/%.250s", from, e->d_name);
        snprintf(b, sizeof b, "%.250s/%.250s", to, e->d_name);
        must(lstat(a, &sb) == 0, a);
        if (S_ISDIR(sb.st_mode)) {
            scene_copy_tree(a, b);
        } else if (S_ISREG(sb.st_mode)) {
            copy_file(a, b, sb.st_mode);
        }
    }
    closedir(d);
}

static void settle_in(struct world *w, const char *base)
{
    snprintf(w->base, sizeof w->base, "%s", base);
    snprintf(w->p.dir, sizeof w->p.dir, "%.90s/hq", base);
    snprintf(w->d.dir, sizeof w->d.dir, "%.90s/device", base);
}

void scene_copy(struct world *w, const char *base)
{
    snprintf(w->origin, sizeof w->origin, "%s", w->base);
    scene_copy_tree(w->base, base);
    settle_in(w, base);
    w->nacks = w->bad = w->attempt = 0;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void scene_remove(const char *dir)
{
    nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- opening
 * ----------------------------------------------------------------------------------- */

enum st scene_unlock(struct world *w, struct pair_device *d, const char *pin)
{
    char slots[160];
    struct now now = pair_now(&w->p);
    struct slots_keys *keys = sodium_malloc(sizeof *keys);
    if (keys == NULL) {
        return err_set(&w->err, ST_FULL, 0, __func__, "no locked memory");
    }
    snprintf(slots, sizeof slots, "%s/slots", d->dir);
    enum st st =
        slots_enter(slots, SLOT_PIN, str_bytes(str_c(pin)), d->secret, &now, keys, &w->err);
    struct store_options o = {.side = STORE_DEVICE,
                              .mode = STORE_WRITE,
                              .map_bytes = PAIR_MAP,
                              .data_key = keys->data,
                              .own_key = keys->own};
    if (st == ST_OK) {
        /* As the app does: a file that is in doubt is looked through, and mended, first. */
        struct salvage_totals kept;
        struct arena room = arena_of(d->scratch, CAP_SCRATCH_BYTES);
        st = mend_open(d->dir, &o, false, room, &d->store, &kept, &w->err);
        if (st == ST_OK) {
            st = mend_finish(d->store, room, want_back, &kept, &w->err);
        }
        if (st != ST_OK) {
            store_close(&d->store);
        }
    }
    if (st == ST_OK) {
        st =
            journal_open(&d->journal, d->store, NULL, d->scratch, CAP_SCRATCH_BYTES, &now, &w->err);
        if (st == ST_CORRUPT && d->journal.keys.sign_sk != NULL) {
            st = journal_new_epoch(&d->journal, &now, &w->err);
        }
        if (st != ST_OK) {
            pair_close_device(d);
        }
    }
    sodium_free(keys);
    return st;
}

enum st scene_hq_open(struct world *w)
{
    struct hq_options o = {
        .dir = w->p.dir, .map_bytes = PAIR_MAP, .clock = {.read = pair_clock, .ctx = &w->p}};
    return hq_open(&o, &w->p.hq, &w->err);
}

enum st scene_open(struct world *w, unsigned opens)
{
    enum st st = ST_OK;
    w->p.err = (struct err){.st = ST_OK};
    if ((opens & SCENE_HQ) != 0 && w->p.hq == NULL) {
        st = scene_hq_open(w);
    }
    if (st == ST_OK && (opens & SCENE_DEVICE) != 0 && w->d.store == NULL) {
        for (unsigned k = 0; k < SCENE_PINS; k++) {
            st = scene_unlock(w, &w->d, scene_pins[(w->pin + k) % SCENE_PINS]);
            if (st != ST_WRONG_PIN) {
                w->pin = (w->pin + k) % SCENE_PINS;
                break;
            }
        }
    }
    return st;
}

void scene_close(struct world *w)
{
    if (w->d.store != NULL) {
        pair_close_device(&w->d);
    }
    hq_close(&w->p.hq);
}

/* --- the company
 * ------------------------------------------------------------------------------- */

static void ok(struct world *w, enum st st, const char *what)
{
    if (st != ST_OK) {
        printf("not ok - the company cannot be made: %s: %s: %s\n", what, st_name(st), w->err.text);
        exit(99);
    }
}

/* An edition whose names make it a large attachment of several chunks. */
static void write_edition(const struct world *w, unsigned number)
{
    enum { PARTS = 1500, BYTES = 1 << 20 };
    struct cat_part *parts = calloc(PARTS, sizeof *parts);
    char(*names)[64] = calloc(PARTS, sizeof *names);
    uint8_t *buf = malloc(BYTES);
    struct catalogue c = {.number = number, .nparts = PARTS, .parts = parts, .retention_days = 30};
    char path[160];
    struct err err;
    bytes out;
    must(parts != NULL && names != NULL && buf != NULL, "edition");
    calendars_default(&c.calendars);
    for (unsigned i = 0; i < PARTS; i++) {
        snprintf(names[i], sizeof names[i], "P-%05u", i);
        parts[i] = (struct cat_part){.number = str_c(names[i]),
                                     .name = S("a part with a name of some forty bytes, or more"),
                                     .name_en = S("Run capacitor"),
                                     .unit = S("1"),
                                     .price_minor = 100};
    }
    must(catalogue_encode(&c, buf, BYTES, &out) == ST_OK, "edition");
    snprintf(path, sizeof path, "%s/edition-%u", w->base, number);
    must(file_write(path, out, 0600, &err) == ST_OK, path);
    free(parts);
    free(names);
    free(buf);
}

static void people(struct world *w)
{
    static const char *const records[] = {
        "{'type':'technician','code':'T01','fields':{'name':'Li Wei','role':1}}",
        "{'type':'technician','code':'S01','fields':{'name':'Zhao Min','role':'supervisor'}}",
        "{'type':'technician','code':'A01','fields':{'name':'Sun Li','role':'accountant'}}",
        "{'type':'customer','code':'C1','fields':{'name':'Golden Lotus','zone':1}}",
        "{'type':'customer','code':'C2','fields':{'name':'Silver Fern','zone':2}}",
        "{'type':'job','code':'J1','fields':{'customer':'C1','fault_told':'no "
        "cooling','called':5}}",
        "{'type':'job','code':'J2','fields':{'customer':'C2','fault_told':'leaks','called':6}}",
    };
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        ok(w, scene_op(w, "record.set", "%s", records[i]), records[i]);
    }
    ok(w, scene_op(w, "assign", "{'job':'J1','technician':'T01'}"), "assign");
    ok(w, scene_op(w, "assign", "{'job':'J2','technician':'T01'}"), "assign");
    ok(w, hq_id_of(w->p.hq, SUBJECT_TECHNICIAN, S("T01"), &w->who, &w->err), "T01");
    ok(w, hq_id_of(w->p.hq, SUBJECT_CUSTOMER, S("C1"), &w->customer, &w->err), "C1");
    ok(w, hq_id_of(w->p.hq, SUBJECT_CUSTOMER, S("C2"), &w->second, &w->err), "C2");
    ok(w, hq_id_of(w->p.hq, SUBJECT_JOB, S("J1"), &w->job, &w->err), "J1");
    ok(w, hq_id_of(w->p.hq, SUBJECT_JOB, S("J2"), &w->other, &w->err), "J2");
}

static void a_visit(struct world *w)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    h32 hash;
    struct now now = pair_now(&w->p);
    memset(&b, 0, sizeof b);
    b.paid.head.visit = (id8){{1}};
    b.paid.method = PAY_CASH;
    b.paid.amount_minor = 12000;
    must(code_of(str_bytes(S("R-1")), &b.paid.receipt), "code");
    pair_step(&w->p, &w->d, w->job, KIND_VISIT_ACCEPTED, b.paid.head.visit);
    struct append what = {.kind = KIND_VISIT_PAID, .subject_type = SUBJECT_JOB, .subject = w->job};
    ok(w, body_encode(KIND_VISIT_PAID, &b, body, sizeof body, &what.body), "paid");
    ok(w, journal_append(&w->d.journal, &what, &now, &hash, &w->err), "paid");
}

static void a_voucher(struct world *w)
{
    uint8_t body[CAP_BODY_BYTES];
    union body b;
    struct now now = pair_now(&w->p);
    struct append_att atts[] = {
        {.type = ATT_FACTS, .content = str_bytes(S("facts of the visit"))},
        {.type = ATT_REPORT, .content = str_bytes(S("text of the report"))},
        {.type = ATT_STROKES, .content = str_bytes(S("strokes as drawn"))},
        {.type = ATT_RATINGS, .content = str_bytes(S("sealed ratings"))},
    };
    struct append what = {.kind = KIND_VISIT_SIGNED,
                          .subject_type = SUBJECT_JOB,
                          .subject = w->other,
                          .atts = atts,
                          .natt = 4};
    memset(&b, 0, sizeof b);
    b.signed_.visit = (id8){{2}};
    b.signed_.outcome = SIGN_SIGNED;
    b.signed_.version = 1;
    must(code_of(str_bytes(S("D1AB0001")), &b.signed_.number), "code");
    b.signed_.class_ = CLASS_A;
    b.signed_.template_ = 2;
    b.signed_.relation = REL_SELF;
    b.signed_.att_flags = SIGNED_STROKES | SIGNED_RATINGS;
    pair_step(&w->p, &w->d, w->other, KIND_VISIT_ACCEPTED, b.signed_.visit);
    ok(w, body_encode(KIND_VISIT_SIGNED, &b, body, sizeof body, &what.body), "signed");
    ok(w, journal_append(&w->d.journal, &what, &now, &w->voucher, &w->err), "signed");
}

static h32 name_of(struct world *w, id16 customer)
{
    struct store_txn *t = NULL;
    struct subject_state s;
    struct arena a = hq_arena(w->p.hq);
    h32 out = {{0}};
    ok(w, store_read(w->p.hq->store, &t, &w->err), "read");
    ok(w, fold_load(t, customer, &a, &s, NULL, &w->err), "fold");
    memcpy(out.b, fold_shown(&s, F_CUSTOMER_NAME)->b, 32);
    store_abort(&t);
    return out;
}

/* What waits on both sides when a scene begins: unsent entries with a small and a large attachment,
 * an edition for the handheld, a field that both wrote. */
static void waiting(struct world *w)
{
    char path[160];
    ok(w, scene_append(w, F_JOB_PHONE, "13900000000", 0, NULL), "phone");
    ok(w, scene_append(w, F_JOB_CONTACT, "Ms Chen", 150000, NULL), "contact");
    ok(w, scene_op(w, "record.set", "{'type':'job','code':'J1','fields':{'contact':'Mr Wang'}}"),
       "contact");
    for (unsigned n = 1; n < 4; n++) {
        write_edition(w, n);
    }
    scene_path(w, "edition-1", path);
    ok(w, scene_op(w, "edition.publish", "{'file':'%s'}", path), "edition");
}

void scene_company(struct world *w, const char *base)
{
    memset(w, 0, sizeof *w);
    w->pipe = -1;
    w->p.ms = 1780000000000LL;
    must(sodium_init() >= 0 && mkdir(base, 0700) == 0, base);
    settle_in(w, base);
    struct hq_options o = {
        .dir = w->p.dir, .map_bytes = PAIR_MAP, .clock = {.read = pair_clock, .ctx = &w->p}};
    struct hq_setup s = {.name = "Sample Appliance Service", .legal_period_days = 3650};
    ok(w, hq_init(&o, &s, &w->err), "hq_init");
    ok(w, scene_open(w, SCENE_HQ), "hq_open");
    people(w);
    char name[128], path[160];
    snprintf(name, sizeof name, "%s", w->d.dir);
    pair_join(&w->p, &w->d, w->who, "D1");
    pair_close_device(&w->d);
    must(rename(w->d.dir, name) == 0, name);
    settle_in(w, base);
    scene_path(w, "device.secret", path);
    ok(w, file_write(path, bytes_of(w->d.secret, 32), 0600, &w->err), "secret");
    ok(w, scene_open(w, SCENE_DEVICE), "unlock");
    ok(w, scene_sync(w, &w->d), "sync");
    a_visit(w);
    a_voucher(w);
    ok(w, scene_append(w, F_JOB_PHONE, "13800000000", 40000, NULL), "photo");
    ok(w, scene_sync(w, &w->d), "sync");
    w->second_name = name_of(w, w->second);
    waiting(w);
    scene_close(w);
    w->nacks = 0;
}
