/* att_file.c - large attachments: one file each, every 64 KiB chunk sealed by itself.
 *
 * The file's key is its own, random, and lies in the row of T_ATT: whoever cannot open the row
 * cannot open the file, so compaction and the erasure of a subject never rewrite files. */
#include "core/store/inside.h"

#include "core/base/encode.h"
#include "core/journal/attachment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORD_BYTES (CAP_CHUNK_BYTES + SEAL_OVERHEAD)
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define HEX_BYTES 64
#define PART ".part"

static enum st path_of(const struct store *s, h32 name, const char *suffix, struct files_path *out,
                       struct err *err)
{
    char hex[HEX_BYTES + 1];
    hex_put(bytes_of(name.b, sizeof name.b), hex);
    int n = snprintf(out->s, sizeof out->s, "%s/att/%s%s", s->dir, hex, suffix);
    return n > 0 && (size_t)n < sizeof out->s
               ? ST_OK
               : err_set(err, ST_TOO_BIG, 0, __func__, "the store's path is too long");
}

static bytes chunk_ad(h32 name, unsigned chunk, uint8_t buf[static 37])
{
    buf[0] = 'f';
    memcpy(buf + 1, name.b, 32);
    for (unsigned i = 0; i < 4; i++) {
        buf[33 + i] = (uint8_t)(chunk >> (24 - 8 * i));
    }
    return bytes_of(buf, 37);
}

static int write_chunks(struct store *s, int fd, h32 name, const uint8_t key[static 32],
                        bytes content)
{
    int rc = 0;
    for (unsigned i = 0; content.n > 0 && rc == 0; i++) {
        uint8_t ad[37];
        size_t n = content.n < CAP_CHUNK_BYTES ? content.n : CAP_CHUNK_BYTES;
        seal_put(key, chunk_ad(name, i, ad), bytes_of(content.p, n), s->scratch[0]);
        rc = files_write_all(fd, bytes_of(s->scratch[0], n + SEAL_OVERHEAD));
        content = bytes_of(content.p + n, content.n - n);
    }
    if (rc == 0 && fsync(fd) != 0) {
        rc = errno;
    }
    return rc;
}

enum st att_file_write(struct store *s, h32 name, const uint8_t key[static 32], bytes content,
                       struct err *err)
{
    struct files_path part, path, att;
    enum st st = path_of(s, name, PART, &part, err);
    st = st != ST_OK ? st : path_of(s, name, "", &path, err);
    st = st != ST_OK ? st : files_join(&att, s->dir, "att", err);
    if (st != ST_OK) {
        return st;
    }
    int fd = open(part.s, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return files_fail(err, errno, s->dir, __func__, "make an attachment's file");
    }
    int rc = write_chunks(s, fd, name, key, content);
    close(fd);
    if (rc == 0 && rename(part.s, path.s) != 0) {
        rc = errno;
    }
    if (rc != 0) {
        unlink(part.s);
        return files_fail(err, rc, s->dir, __func__, "write an attachment's file");
    }
    return files_sync_dir(att.s, err);
}

static bool read_at(int fd, uint8_t *out, size_t n, off_t at)
{
    while (n > 0) {
        ssize_t k = pread(fd, out, n, at);
        if (k < 0 && errno == EINTR) {
            continue;
        }
        if (k <= 0) {
            return false;
        }
        out += k;
        n -= (size_t)k;
        at += k;
    }
    return true;
}

enum st att_file_read(const struct store *s, h32 name, const uint8_t key[static 32], unsigned chunk,
                      uint8_t *out, size_t n, struct err *err)
{
    struct files_path path;
    enum st st = path_of(s, name, "", &path, err);
    if (st != ST_OK) {
        return st;
    }
    int fd = open(path.s, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT
                   ? err_set(err, ST_NOT_FOUND, ENOENT, __func__, "an attachment's file is missing")
                   : files_fail(err, errno, s->dir, __func__, "open an attachment's file");
    }
    /* seal_put's layout, opened in place: the caller's buffer holds the chunk and no more. */
    uint8_t nonce[NONCE_BYTES], tag[TAG_BYTES], ad[37];
    off_t at = (off_t)chunk * (off_t)RECORD_BYTES;
    bool got = read_at(fd, nonce, sizeof nonce, at) &&
               read_at(fd, out, n, at + (off_t)sizeof nonce) &&
               read_at(fd, tag, sizeof tag, at + (off_t)(sizeof nonce + n));
    close(fd);
    bytes d = chunk_ad(name, chunk, ad);
    if (!got || crypto_aead_xchacha20poly1305_ietf_decrypt_detached(out, NULL, out, n, tag, d.p,
                                                                    d.n, nonce, key) != 0) {
        return err_set(err, ST_CORRUPT, 0, __func__, "an attachment's file is damaged");
    }
    return ST_OK;
}

bool att_file_whole(const struct store *s, h32 name, uint64_t length)
{
    struct files_path path;
    struct stat sb;
    uint64_t chunks = (length + CAP_CHUNK_BYTES - 1) / CAP_CHUNK_BYTES;
    return path_of(s, name, "", &path, NULL) == ST_OK && stat(path.s, &sb) == 0 &&
           (uint64_t)sb.st_size == length + chunks * SEAL_OVERHEAD;
}

/* Does a row that can be opened, or may be once its damage is mended, need this file? */
static bool wanted(struct store_txn *t, const char *file)
{
    h32 name;
    uint8_t buf[ROW_MAX_BYTES], key[32];
    struct arena a = arena_of(buf, sizeof buf);
    struct att_row r;
    if (strlen(file) != HEX_BYTES || !hex_get(str_c(file), name.b, sizeof name.b)) {
        return false; /* a .part, or nothing of ours */
    }
    enum st st = att_row_get(t, name, &a, &r, NULL);
    if (st != ST_OK) {
        return st != ST_NOT_FOUND;
    }
    bool yes =
        r.kind == ROW_LARGE && (t->s->side != STORE_HQ || keytable_find(&t->s->kt, r.key_id, key));
    sodium_memzero(key, sizeof key);
    return yes;
}

enum st att_file_sweep(struct store *s, struct err *err)
{
    struct files_path att;
    struct store_txn *t;
    enum st st = files_join(&att, s->dir, "att", err);
    st = st != ST_OK ? st : store_read(s, &t, err);
    if (st != ST_OK) {
        return st;
    }
    DIR *d = opendir(att.s);
    if (d == NULL) {
        st = files_fail(err, errno, s->dir, __func__, "list the attachments");
    } else {
        for (struct dirent *e = readdir(d); e != NULL && st == ST_OK; e = readdir(d)) {
            struct files_path p;
            if (e->d_name[0] != '.' && !wanted(t, e->d_name)) {
                st = files_join(&p, att.s, e->d_name, err);
                st = st != ST_OK ? st : files_destroy(p.s, err);
            }
        }
        closedir(d);
    }
    store_abort(&t);
    return st;
}
