/* salvage.c - see salvage.h: finding damage, and copying what holds into a new environment.
 *
 * DIR/env.mend is built and synced whole, then env becomes env.bad, env.mend becomes env, env.bad
 * is destroyed. salvage_settle finishes that after a cut. */
#include "core/store/salvage.h"

#include "core/store/inside.h"
#include "core/store/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define BATCH_BYTES (4U << 20) /* dirty pages are heap */
#define KEY_TREES 32           /* a main tree's tables: ours, and room for a newer version's */

struct salvage {
    const struct store_options *opt;
    struct pages pages;
    struct salvage_totals *out;
    /* the table in hand; of a scan: 0, any that its seal says */
    unsigned table;
    bool once_only; /* of a scan of stale pages: nothing that is ever replaced or deleted */
    bool rescuing;
    struct pages_tree trees[TABLES];
    bool has_tree[TABLES];
    bool doubt;
    bool has_layout; /* the row holds, and is of layout 2 or more */
    /* where to; env NULL: nothing is copied */
    struct env_at to;
    MDB_txn *txn;
    size_t batch;
    const char *dir;
    bool has_code_key;
    uint8_t code_key[32];
    struct err *err;
};

/* --- seals --------------------------------------------------------------------------------------
 */

static bool seal_holds(const struct salvage *v, unsigned table, bytes key, bytes value)
{
    uint8_t buf[AD_BYTES];
    if (value.n < SEAL_OVERHEAD || key.n == 0 || key.n > CAP_STORE_KEY_BYTES) {
        return false;
    }
    bytes ad = store_ad((enum table)table, key, buf);
    size_t n = value.n - SEAL_OVERHEAD;
    return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
               NULL, NULL, value.p + NONCE_BYTES, n, value.p + NONCE_BYTES + n, ad.p, ad.n, value.p,
               v->opt->data_key) == 0;
}

static bool is_meta(unsigned table, bytes key, const char *name)
{
    return table == T_META && bytes_eq(key, str_bytes(str_c(name)));
}

static bool derived(unsigned table)
{
    return table == T_HASH || table == T_SUBJECT || table == T_STATE || table == T_LIST ||
           table == T_CODE || table == T_SAID;
}

/* Never replaced by another value, and never deleted: a stale page's copy is as good as any. And
 * the trust document: an older one is better than none, since a newer one comes with any bundle. */
static bool never_changes(unsigned table, bytes key)
{
    return table == T_ENTRY || table == T_CERT || table == T_REVOKED ||
           is_meta(table, key, META_CHECK) || is_meta(table, key, "keys") ||
           is_meta(table, key, "root") || is_meta(table, key, "trust");
}

static void take_code_key(struct salvage *v, bytes key, bytes value)
{
    uint8_t plain[256], buf[AD_BYTES];
    size_t n = 0;
    if (value.n <= sizeof plain &&
        seal_get(v->opt->data_key, store_ad(T_META, key, buf), value, plain, &n) == ST_OK &&
        n >= sizeof v->code_key) {
        memcpy(v->code_key, plain + n - sizeof v->code_key, sizeof v->code_key);
        v->has_code_key = true;
    }
    sodium_memzero(plain, sizeof plain);
}

/* --- copying ------------------------------------------------------------------------------------
 */

static enum st flush(struct salvage *v)
{
    MDB_txn *txn = v->txn;
    v->txn = NULL;
    v->batch = 0;
    int rc = txn != NULL ? mdb_txn_commit(txn) : 0;
    return rc == 0 ? ST_OK : env_fail(v->err, rc, v->dir, __func__, "copy what holds");
}

static enum st copy(struct salvage *v, unsigned table, bytes key, bytes value)
{
    uint8_t k[CAP_STORE_KEY_BYTES];
    memcpy(k, key.p, key.n);
    MDB_val mk = {key.n, k}, mv = {value.n, NULL};
    int rc = v->txn == NULL ? mdb_txn_begin(v->to.env, NULL, 0, &v->txn) : 0;
    if (rc == 0) {
        rc = mdb_put(v->txn, v->to.dbi[table], &mk, &mv, MDB_RESERVE | MDB_NOOVERWRITE);
    }
    if (rc == MDB_KEYEXIST) {
        return ST_OK;
    }
    if (rc != 0) {
        return env_fail(v->err, rc, v->dir, __func__, "copy what holds");
    }
    memcpy(mv.mv_data, value.p, value.n);
    v->out->rescued += v->rescuing;
    v->batch += value.n;
    return v->batch > BATCH_BYTES ? flush(v) : ST_OK;
}

static enum st take(struct salvage *v, unsigned table, bytes key, bytes value)
{
    v->out->values += !v->rescuing;
    if (is_meta(table, key, META_LAYOUT)) {
        enum st st = layout_check(v->opt->data_key, value, &v->has_layout, v->err);
        if (st != ST_OK) {
            return st; /* half of its tables would be left behind */
        }
    }
    if (v->to.env == NULL) {
        return ST_OK;
    }
    if (is_meta(table, key, META_CHECK)) {
        if (!v->has_code_key) {
            take_code_key(v, key, value);
        }
        return ST_OK; /* written last */
    }
    return copy(v, table, key, value);
}

static enum st see_value(void *ctx, bytes key, bytes value, const struct pages_tree *tree)
{
    struct salvage *v = ctx;
    if (tree != NULL || !seal_holds(v, v->table, key, value)) {
        v->out->damaged++;
        return ST_NOT_FOUND;
    }
    return take(v, v->table, key, value);
}

/* On a page that nothing leads to: the seal says which table it is of. */
static enum st see_stray(void *ctx, bytes key, bytes value, const struct pages_tree *tree)
{
    struct salvage *v = ctx;
    for (unsigned i = 1; tree == NULL && i < TABLES; i++) {
        if (!derived(i) && (!v->once_only || never_changes(i, key)) &&
            seal_holds(v, i, key, value)) {
            return take(v, i, key, value);
        }
    }
    return ST_OK;
}

static enum st see_table(void *ctx, bytes key, bytes value, const struct pages_tree *tree)
{
    struct salvage *v = ctx;
    (void)value;
    for (unsigned i = 1; tree != NULL && i < TABLES; i++) {
        if (bytes_eq(key, str_bytes(str_c(env_table_names[i])))) {
            v->trees[i] = *tree;
            v->has_tree[i] = true;
        }
    }
    return ST_OK;
}

/* --- the walk -----------------------------------------------------------------------------------
 */

static uint64_t harm(const struct salvage *v)
{
    return v->pages.bad + v->out->damaged;
}

/* Damage here may hide that the own chain went on. */
static bool tells_the_end(unsigned table)
{
    return table == T_META || table == T_HEAD || table == T_ENTRY;
}

static enum st walk_newest(struct salvage *v)
{
    const struct pages_sink tables = {see_table, v}, values = {see_value, v};
    v->out->metas_agree = pages_metas_agree(&v->pages);
    v->doubt = !v->out->metas_agree;
    if (v->pages.newest < 0) {
        v->pages.bad++;
        return ST_OK;
    }
    enum st st = pages_walk(&v->pages, &v->pages.meta[v->pages.newest].main, &tables);
    for (unsigned i = 1; i < TABLES && st == ST_OK; i++) {
        uint64_t before = harm(v);
        v->table = i;
        v->pages.bad += !v->has_tree[i] && (i < LAYOUT_1_TABLES || v->has_layout);
        if (v->has_tree[i]) {
            st = pages_walk(&v->pages, &v->trees[i], &values);
        }
        v->doubt = v->doubt || (tells_the_end(i) && harm(v) != before);
    }
    if (st == ST_OK) {
        pages_read_free(&v->pages);
    }
    v->out->bad = v->pages.bad;
    return st;
}

static bool is_sound(const struct salvage *v)
{
    return v->out->metas_agree && harm(v) == 0;
}

static enum st begin(struct salvage *v, const char *dir, const struct store_options *opt,
                     struct arena *scratch, struct salvage_totals *out, struct err *err)
{
    struct files_path env, data;
    memset(v, 0, sizeof *v);
    memset(out, 0, sizeof *out);
    v->opt = opt;
    v->out = out;
    v->dir = dir;
    v->err = err;
    v->pages.fd = -1;
    if (opt->data_key == NULL || sodium_init() < 0) {
        return err_set(err, ST_BUG, 0, __func__, "a store needs its data key");
    }
    enum st st = files_join(&env, dir, "env", err);
    st = st != ST_OK ? st : files_join(&data, env.s, "data.mdb", err);
    return st != ST_OK ? st : pages_open(&v->pages, data.s, scratch, err);
}

enum st store_walk(const char *dir, const struct store_options *opt, struct arena scratch,
                   struct salvage_totals *out, struct err *err)
{
    struct salvage v;
    enum st st = begin(&v, dir, opt, &scratch, out, err);
    st = st != ST_OK ? st : walk_newest(&v);
    pages_close(&v.pages);
    if (st != ST_OK || is_sound(&v)) {
        return st;
    }
    return err_set(err, ST_CORRUPT, 0, __func__,
                   "the store's file is damaged: %llu pages or parts of them, %llu values",
                   (unsigned long long)out->bad, (unsigned long long)out->damaged);
}

/* --- the swap -----------------------------------------------------------------------------------
 */

static enum st destroy_in(const char *dir, const char *name, struct err *err)
{
    struct files_path p;
    enum st st = files_join(&p, dir, name, err);
    return st != ST_OK ? st : files_destroy_dir(p.s, err);
}

static enum st move_in(const char *dir, const char *from, const char *to, struct err *err)
{
    struct files_path a, b;
    enum st st = files_join(&a, dir, from, err);
    st = st != ST_OK ? st : files_join(&b, dir, to, err);
    if (st == ST_OK && rename(a.s, b.s) != 0) {
        st = files_fail(err, errno, dir, __func__, "put the mended environment in place");
    }
    return st;
}

static bool there(const char *dir, const char *name)
{
    struct files_path p;
    return files_join(&p, dir, name, NULL) == ST_OK && files_exists(p.s);
}

enum st salvage_settle(const char *dir, struct err *err)
{
    enum st st = ST_OK;
    if (!there(dir, "env") && there(dir, "env.bad")) {
        st = move_in(dir, there(dir, "env.mend") ? "env.mend" : "env.bad", "env", err);
        st = st != ST_OK ? st : files_sync_dir(dir, err);
    }
    st = st != ST_OK ? st : destroy_in(dir, "env.mend", err);
    return st != ST_OK || !there(dir, "env") ? st : destroy_in(dir, "env.bad", err);
}

static enum st swap(const char *dir, struct err *err)
{
    enum st st = files_sync_dir(dir, err);
    st = st != ST_OK ? st : move_in(dir, "env", "env.bad", err);
    st = st != ST_OK ? st : move_in(dir, "env.mend", "env", err);
    st = st != ST_OK ? st : files_sync_dir(dir, err);
    return st != ST_OK ? st : destroy_in(dir, "env.bad", err);
}

/* --- salvage ------------------------------------------------------------------------------------
 */

static enum st scan(struct salvage *v, enum pages_use use)
{
    const struct pages_sink strays = {see_stray, v};
    v->rescuing = true;
    v->once_only = use == PAGES_STALE;
    return pages_scan(&v->pages, use, &strays);
}

/* The note for store_mend, in digits: doubt, values, damaged, bad, rescued, metas_agree. */
static enum st put_note(struct salvage *v)
{
    const uint64_t n[NOTE_NUMBERS] = {v->doubt,    v->out->values,  v->out->damaged,
                                      v->out->bad, v->out->rescued, v->out->metas_agree};
    uint8_t plain[sizeof n], sealed[sizeof n + SEAL_OVERHEAD], ad[AD_BYTES];
    static const char *const notes[] = {META_MEND, META_DOUBT};
    enum st st = ST_OK;
    memcpy(plain, n, sizeof n);
    for (size_t i = 0; i < (v->doubt ? 2U : 1U) && st == ST_OK; i++) {
        bytes key = str_bytes(str_c(notes[i]));
        seal_put(v->opt->data_key, store_ad(T_META, key, ad), bytes_of(plain, sizeof plain),
                 sealed);
        v->rescuing = false;
        st = copy(v, T_META, key, bytes_of(sealed, sizeof sealed));
    }
    return st;
}

static enum st finish(struct salvage *v)
{
    if (!v->has_code_key) {
        randombytes_buf(v->code_key, sizeof v->code_key); /* codes are indexed anew */
    }
    enum st st = put_note(v);
    if (st == ST_OK) {
        st = env_check_put(&v->to, v->txn, v->opt->data_key, v->opt->side, v->code_key, v->dir,
                           v->err);
    }
    st = st != ST_OK ? st : flush(v);
    int rc = st == ST_OK ? mdb_env_sync(v->to.env, 1) : 0;
    return rc == 0 ? st : env_fail(v->err, rc, v->dir, __func__, "sync what holds");
}

static enum st copy_out(struct salvage *v, struct err *err)
{
    struct files_path mend;
    enum st st = files_join(&mend, v->dir, "env.mend", err);
    st = st != ST_OK ? st : files_make_dir(mend.s, err);
    st = st != ST_OK ? st
                     : env_open(&v->to, mend.s, v->opt->side, false, true, v->opt->map_bytes, err);
    if (st != ST_OK) {
        return st;
    }
    st = walk_newest(v);
    st = st != ST_OK ? st : scan(v, PAGES_LIVE);
    v->doubt = v->doubt || v->out->rescued != 0;
    st = st != ST_OK ? st : scan(v, PAGES_STALE);
    if (st == ST_OK && v->out->values + v->out->rescued == 0) {
        st = err_set(err, ST_WRONG_PIN, 0, __func__, "no value of the store opens with this key");
    }
    st = st != ST_OK ? st : finish(v);
    if (v->txn != NULL) {
        mdb_txn_abort(v->txn);
    }
    env_close(&v->to);
    return st != ST_OK ? st : files_sync_dir(mend.s, err);
}

static enum st lock(const char *dir, int *fd, struct err *err)
{
    struct files_path p;
    enum st st = files_join(&p, dir, "lock", err);
    if (st != ST_OK) {
        return st;
    }
    *fd = open(p.s, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0) {
        return files_fail(err, errno, dir, __func__, "open the lock file");
    }
    return flock(*fd, LOCK_EX | LOCK_NB) == 0
               ? ST_OK
               : err_set(err, ST_LOCKED, errno, __func__, "another process has the store open");
}

enum st store_salvage(const char *dir, const struct store_options *opt, struct arena scratch,
                      struct salvage_totals *out, struct err *err)
{
    struct salvage v = {.dir = dir};
    int fd = -1;
    memset(out, 0, sizeof *out);
    enum st st = lock(dir, &fd, err);
    st = st != ST_OK ? st : salvage_settle(dir, err);
    if (st == ST_OK) {
        st = begin(&v, dir, opt, &scratch, out, err);
        st = st != ST_OK ? st : copy_out(&v, err);
        pages_close(&v.pages);
        st = st != ST_OK ? st : swap(dir, err);
        if (st != ST_OK) {
            IGNORE(salvage_settle(dir, NULL)); /* else the next open does */
        }
    }
    sodium_memzero(v.code_key, sizeof v.code_key);
    if (fd >= 0) {
        close(fd);
    }
    return st;
}

enum store_end store_last_end(const char *dir)
{
    struct files_path p;
    char mark = LOCK_CLOSED;
    int fd = files_join(&p, dir, "lock", NULL) == ST_OK ? open(p.s, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) {
        return errno == ENOENT ? STORE_END_CLEAN : STORE_END_UNCLEAN; /* no good news */
    }
    bool in_use = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ssize_t n = in_use ? 1 : pread(fd, &mark, 1, 0);
    close(fd);
    return in_use                          ? STORE_END_NOT_YET
           : n != 1 || mark != LOCK_CLOSED ? STORE_END_UNCLEAN
                                           : STORE_END_CLEAN;
}
