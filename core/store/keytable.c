/* keytable.c - see keytable.h. */
#include "core/store/keytable.h"

#include "core/store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROW_BYTES 61 /* 83 | 50 subject | 48 id | 5820 key */
#define SUBJECT_AT 2
#define ID_AT 19
#define KEY_AT 29
#define FIRST_ROWS 64

/* Critical sections are a probe or an insertion; only a reader's reload holds it longer. */
static void enter(struct keytable *k)
{
    while (atomic_flag_test_and_set_explicit(&k->busy, memory_order_acquire)) {
        sched_yield();
    }
}

static void leave(struct keytable *k)
{
    atomic_flag_clear_explicit(&k->busy, memory_order_release);
}

static id8 id_of(id16 subject, const uint8_t key[static 32])
{
    uint8_t hash[32];
    id8 id;
    crypto_generichash_state h;
    crypto_generichash_init(&h, NULL, 0, sizeof hash);
    crypto_generichash_update(&h, subject.b, sizeof subject.b);
    crypto_generichash_update(&h, key, 32);
    crypto_generichash_final(&h, hash, sizeof hash);
    memcpy(id.b, hash, sizeof id.b);
    return id;
}

static void put_row(const struct keytable_row *r, uint8_t out[static ROW_BYTES])
{
    out[0] = 0x83;
    out[1] = 0x50;
    memcpy(out + SUBJECT_AT, r->subject.b, 16);
    out[18] = 0x48;
    memcpy(out + ID_AT, r->id.b, 8);
    out[27] = 0x58;
    out[28] = 0x20;
    memcpy(out + KEY_AT, r->key, 32);
}

static bool get_row(const uint8_t in[static ROW_BYTES], struct keytable_row *r)
{
    if (in[0] != 0x83 || in[1] != 0x50 || in[18] != 0x48 || in[27] != 0x58 || in[28] != 0x20) {
        return false;
    }
    memcpy(r->subject.b, in + SUBJECT_AT, 16);
    memcpy(r->id.b, in + ID_AT, 8);
    memcpy(r->key, in + KEY_AT, 32);
    return id8_eq(r->id, id_of(r->subject, r->key));
}

/* --- memory --------------------------------------------------------------------------------------
 */

static size_t place(const uint8_t *b, size_t cap)
{
    uint64_t h;
    memcpy(&h, b, sizeof h); /* ids and subjects are random: any eight bytes spread */
    return (size_t)(h % (2 * cap));
}

static void index_row(struct keytable *k, size_t i)
{
    const struct keytable_row *r = &k->rows[i];
    if (id8_zero(r->id)) {
        return;
    }
    size_t at = place(r->id.b, k->cap);
    while (k->by_id[at] != 0) {
        at = (at + 1) % (2 * k->cap);
    }
    k->by_id[at] = (uint32_t)i + 1;
    at = place(r->subject.b, k->cap);
    while (k->by_subject[at] != 0 && !id16_eq(k->rows[k->by_subject[at] - 1].subject, r->subject)) {
        at = (at + 1) % (2 * k->cap);
    }
    k->by_subject[at] = (uint32_t)i + 1; /* the newest of a subject stands */
}

static void drop_memory(struct keytable *k)
{
    sodium_free(k->rows);
    sodium_free(k->by_id);
    sodium_free(k->by_subject);
    k->rows = NULL;
    k->by_id = k->by_subject = NULL;
    k->n = k->cap = k->durable = k->damaged = 0;
}

static bool make_room(struct keytable *k, size_t want)
{
    size_t cap = k->cap > 0 ? k->cap : FIRST_ROWS;
    while (cap < want) {
        cap *= 2;
    }
    if (cap == k->cap) {
        return true;
    }
    struct keytable_row *rows =
        cap <= CAP_SUBJECT_KEYS ? sodium_allocarray(cap, sizeof *rows) : NULL;
    uint32_t *by_id = rows != NULL ? sodium_allocarray(2 * cap, sizeof *by_id) : NULL;
    uint32_t *by_subject = by_id != NULL ? sodium_allocarray(2 * cap, sizeof *by_subject) : NULL;
    if (by_subject == NULL) {
        sodium_free(rows);
        sodium_free(by_id);
        return false;
    }
    memset(by_id, 0, 2 * cap * sizeof *by_id);
    memset(by_subject, 0, 2 * cap * sizeof *by_subject);
    size_t n = k->n, durable = k->durable, damaged = k->damaged;
    if (n > 0) {
        memcpy(rows, k->rows, n * sizeof *rows);
    }
    drop_memory(k);
    k->rows = rows;
    k->by_id = by_id;
    k->by_subject = by_subject;
    k->cap = cap;
    k->n = n;
    k->durable = durable;
    k->damaged = damaged;
    for (size_t i = 0; i < n; i++) {
        index_row(k, i);
    }
    return true;
}

static bool add_row(struct keytable *k, const struct keytable_row *r)
{
    if (!make_room(k, k->n + 1)) {
        return false;
    }
    k->rows[k->n] = *r;
    index_row(k, k->n++);
    return true;
}

static const struct keytable_row *find_id(const struct keytable *k, id8 id)
{
    if (k->cap == 0) {
        return NULL;
    }
    for (size_t at = place(id.b, k->cap); k->by_id[at] != 0; at = (at + 1) % (2 * k->cap)) {
        const struct keytable_row *r = &k->rows[k->by_id[at] - 1];
        if (id8_eq(r->id, id)) {
            return r;
        }
    }
    return NULL;
}

static const struct keytable_row *find_subject(const struct keytable *k, id16 subject)
{
    if (k->cap == 0) {
        return NULL;
    }
    for (size_t at = place(subject.b, k->cap); k->by_subject[at] != 0;
         at = (at + 1) % (2 * k->cap)) {
        const struct keytable_row *r = &k->rows[k->by_subject[at] - 1];
        if (id16_eq(r->subject, subject)) {
            return r;
        }
    }
    return NULL;
}

/* --- the file ------------------------------------------------------------------------------------
 */

enum st keytable_create(const char *path, struct err *err)
{
    struct files_path up;
    files_parent(&up, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return errno == EEXIST ? ST_OK
                               : files_fail(err, errno, up.s, __func__, "make the key table");
    }
    int rc = fsync(fd) == 0 ? 0 : errno;
    close(fd);
    return rc == 0 ? files_sync_dir(up.s, err)
                   : files_fail(err, rc, up.s, __func__, "sync the key table");
}

/* A damaged row is lost alone: a blank holds its place. What follows the last good row is the rest
 * of an append that never finished. */
static bool add_after_blanks(struct keytable *k, size_t *bad, const struct keytable_row *r)
{
    static const struct keytable_row blank;
    for (; *bad > 0; (*bad)--) {
        if (!add_row(k, &blank)) {
            return false;
        }
        k->damaged++;
    }
    return add_row(k, r);
}

static enum st load(struct keytable *k, int fd, struct err *err)
{
    uint8_t buf[ROW_BYTES * 64];
    size_t have = 0, bad = 0;
    enum st st = ST_OK;
    while (st == ST_OK) {
        ssize_t n = read(fd, buf + have, sizeof buf - have);
        if (n < 0) {
            st = err_set(err, ST_IO, errno, __func__, "cannot read the key table");
        }
        if (n <= 0) {
            break;
        }
        have += (size_t)n;
        size_t at = 0;
        struct keytable_row r;
        for (; have - at >= ROW_BYTES; at += ROW_BYTES) {
            if (!get_row(buf + at, &r)) {
                bad++;
            } else if (!add_after_blanks(k, &bad, &r)) {
                st = err_set(err, ST_FULL, 0, __func__, "no memory for the key table");
            }
        }
        sodium_memzero(&r, sizeof r);
        memmove(buf, buf + at, have - at);
        have -= at;
    }
    sodium_memzero(buf, sizeof buf);
    k->durable = k->n;
    return st;
}

static enum st clear_rest(const char *path, struct err *err)
{
    struct files_path p;
    enum st st = files_join(&p, path, ".old", err);
    st = st != ST_OK ? st : files_destroy(p.s, err);
    st = st != ST_OK ? st : files_join(&p, path, ".new", err);
    return st != ST_OK ? st : files_destroy(p.s, err);
}

static enum st load_file(struct keytable *k, bool writer, struct err *err)
{
    struct files_path up;
    files_parent(&up, k->path);
    int fd = open(k->path, (writer ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? err_set(err, ST_NOT_FOUND, ENOENT, __func__, "no key table")
                               : files_fail(err, errno, up.s, __func__, "open the key table");
    }
    struct stat sb = {0};
    enum st st = fstat(fd, &sb) == 0 ? load(k, fd, err)
                                     : files_fail(err, errno, up.s, __func__, "the key table");
    uint64_t good = (uint64_t)k->n * ROW_BYTES;
    if (st == ST_OK && writer && good != (uint64_t)sb.st_size &&
        (ftruncate(fd, (off_t)good) != 0 || fsync(fd) != 0)) {
        st = files_fail(err, errno, up.s, __func__, "cut the key table's torn end");
    }
    k->file_ino = sb.st_ino;
    k->file_bytes = writer ? good : (uint64_t)sb.st_size;
    close(fd);
    return st;
}

enum st keytable_open(struct keytable *k, const char *path, bool writer, struct err *err)
{
    k->path = path;
    k->writer = writer;
    enum st st = writer ? clear_rest(path, err) : ST_OK;
    st = st != ST_OK ? st : load_file(k, writer, err);
    return st;
}

void keytable_close(struct keytable *k)
{
    drop_memory(k);
    k->path = NULL;
}

/* Another process may have added keys, or erased some, since this reader loaded the table. */
static void reload(struct keytable *k)
{
    struct stat sb;
    if (k->writer || k->path == NULL || stat(k->path, &sb) != 0 ||
        ((uint64_t)sb.st_ino == k->file_ino && (uint64_t)sb.st_size == k->file_bytes)) {
        return;
    }
    drop_memory(k);
    IGNORE(load_file(k, false, NULL)); /* what cannot be read is not found */
}

bool keytable_find(struct keytable *k, id8 id, uint8_t key[static 32])
{
    enter(k);
    const struct keytable_row *r = find_id(k, id);
    if (r == NULL) {
        reload(k);
        r = find_id(k, id);
    }
    if (r != NULL) {
        memcpy(key, r->key, 32);
    }
    leave(k);
    return r != NULL;
}

enum st keytable_of(struct keytable *k, id16 subject, bool fresh, id8 *id, uint8_t key[static 32],
                    struct err *err)
{
    enter(k);
    bool ok = true;
    const struct keytable_row *r = fresh ? NULL : find_subject(k, subject);
    if (r == NULL) {
        struct keytable_row made = {.subject = subject};
        randombytes_buf(made.key, sizeof made.key);
        made.id = id_of(subject, made.key);
        ok = add_row(k, &made);
        sodium_memzero(&made, sizeof made);
        r = ok ? &k->rows[k->n - 1] : NULL;
    }
    if (r != NULL) {
        *id = r->id;
        memcpy(key, r->key, 32);
    }
    leave(k);
    return ok ? ST_OK : err_set(err, ST_FULL, 0, __func__, "no memory for the key table");
}

static int write_rows(int fd, const struct keytable *k, size_t from)
{
    uint8_t buf[ROW_BYTES * 64];
    size_t n = 0;
    int rc = 0;
    for (size_t i = from; i < k->n && rc == 0; i++) {
        put_row(&k->rows[i], buf + n);
        n += ROW_BYTES;
        if (n == sizeof buf || i + 1 == k->n) {
            rc = files_write_all(fd, bytes_of(buf, n));
            n = 0;
        }
    }
    sodium_memzero(buf, sizeof buf);
    return rc;
}

enum st keytable_flush(struct keytable *k, struct err *err)
{
    if (k->durable == k->n) {
        return ST_OK;
    }
    struct files_path up;
    files_parent(&up, k->path);
    int fd = open(k->path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return files_fail(err, errno, up.s, __func__, "open the key table");
    }
    off_t end = (off_t)(k->durable * ROW_BYTES);
    int rc = lseek(fd, end, SEEK_SET) == end ? write_rows(fd, k, k->durable) : errno;
    if (rc == 0 && fdatasync(fd) != 0) {
        rc = errno;
    }
    if (rc != 0 && ftruncate(fd, end) != 0) {
        rc = EIO; /* a torn end stays; the next open cuts it, the next append overwrites it */
    }
    close(fd);
    if (rc != 0) {
        return files_fail(err, rc, up.s, __func__, "append to the key table");
    }
    enter(k);
    k->durable = k->n;
    k->file_bytes = (uint64_t)k->n * ROW_BYTES;
    leave(k);
    return ST_OK;
}

static enum st write_new(const struct keytable *k, const char *path, const char *dir,
                         struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return files_fail(err, errno, dir, __func__, "make the new key table");
    }
    int rc = write_rows(fd, k, 0);
    if (rc == 0 && fsync(fd) != 0) {
        rc = errno;
    }
    close(fd);
    return rc == 0 ? ST_OK : files_fail(err, rc, dir, __func__, "write the new key table");
}

static enum st swap_files(struct keytable *k, struct err *err)
{
    struct files_path up, fresh, old;
    files_parent(&up, k->path);
    enum st st = files_join(&fresh, k->path, ".new", err);
    st = st != ST_OK ? st : files_join(&old, k->path, ".old", err);
    st = st != ST_OK ? st : clear_rest(k->path, err);
    st = st != ST_OK ? st : write_new(k, fresh.s, up.s, err);
    if (st != ST_OK) {
        return st;
    }
    /* The old file keeps a name until it is overwritten: an open after a crash finds it. */
    if (link(k->path, old.s) != 0 || rename(fresh.s, k->path) != 0) {
        return files_fail(err, errno, up.s, __func__, "swap the key table");
    }
    st = files_sync_dir(up.s, err);
    st = st != ST_OK ? st : files_destroy(old.s, err);
    return st != ST_OK ? st : files_sync_dir(up.s, err);
}

enum st keytable_drop(struct keytable *k, id16 subject, const id8 *keep, struct err *err)
{
    if (k->cap == 0) {
        return ST_OK;
    }
    enter(k);
    size_t n = 0;
    for (size_t i = 0; i < k->n; i++) {
        struct keytable_row *r = &k->rows[i];
        bool kept = !id16_eq(r->subject, subject) || (keep != NULL && id8_eq(r->id, *keep));
        if (kept && !id8_zero(r->id)) {
            k->rows[n++] = *r;
        }
    }
    sodium_memzero(&k->rows[n], (k->n - n) * sizeof k->rows[0]);
    k->n = n;
    k->damaged = 0;
    memset(k->by_id, 0, 2 * k->cap * sizeof *k->by_id);
    memset(k->by_subject, 0, 2 * k->cap * sizeof *k->by_subject);
    for (size_t i = 0; i < n; i++) {
        index_row(k, i);
    }
    leave(k);
    enum st st = swap_files(k, err);
    struct stat sb;
    if (st == ST_OK && stat(k->path, &sb) == 0) {
        enter(k);
        k->durable = n;
        k->file_ino = sb.st_ino;
        k->file_bytes = (uint64_t)sb.st_size;
        leave(k);
    }
    return st;
}
