/* dump_all.c - does anything of a store still say one of these words? Reads it as somebody would
 * who has every key that is left.
 *
 *     dump_all STORE NEEDLES [PIN] : NEEDLES holds one thing to look for a line, in hex
 *
 * Four ways: (1) every table through the store's own functions, attachments with them; (2) the
 * environment's file page by page, freed pages included: at every place of a page that could be
 * the head of a node, and in every page that is or was the first of an overflow, the bytes are
 * decrypted with every key that is left, without asking whether the seal holds, so that what is
 * half overwritten counts too; (3) every sealed file of a large attachment likewise; (4) every
 * file of the store, and beside it of the same name, as raw bytes. Prints one line a hit, and at
 * the end what it went through. Exit 0: nothing was found; 3: something was. */
#include "core/base/encode.h"
#include "core/journal/attachment.h"
#include "core/keys/slots.h"
#include "core/store/inside.h"
#include "sync/carrier/paths.h"
#include "sync/hq/hq.h"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NEEDLES = 64, PAGE = 4096, KEYS = 4096, NODE_HEAD = 8, PAGE_HEAD = 16, NEEDLE_MIN = 6 };
enum { BIG = 40 << 20 };

struct look {
    bytes needle[NEEDLES];
    unsigned needles, hits;
    uint64_t values, pages, tries, files;
    uint8_t (*key)[32];
    unsigned keys;
    uint8_t *plain, *inner;
};

static bool holds(bytes in, bytes needle)
{
    const uint8_t *p = in.p, *end = in.p + in.n;
    while ((size_t)(end - p) >= needle.n) {
        p = memchr(p, needle.p[0], (size_t)(end - p) - needle.n + 1);
        if (p == NULL) {
            return false;
        }
        if (memcmp(p, needle.p, needle.n) == 0) {
            return true;
        }
        p++;
    }
    return false;
}

static void find_in(struct look *l, bytes in, const char *way, const char *where)
{
    for (unsigned i = 0; i < l->needles; i++) {
        if (holds(in, l->needle[i])) {
            printf("hit needle %u %s %s\n", i + 1, way, where);
            l->hits++;
        }
    }
}

static bool take_needles(struct look *l, const char *path)
{
    FILE *f = fopen(path, "r");
    char line[2048];
    while (f != NULL && l->needles < NEEDLES && fgets(line, sizeof line, f) != NULL) {
        size_t n = strcspn(line, "\r\n") / 2;
        uint8_t *b = n < NEEDLE_MIN ? NULL : malloc(n);
        if (b == NULL || !hex_get((str){line, 2 * n}, b, n)) {
            fprintf(stderr, "dump_all: a needle is no hex, or shorter than %d bytes\n", NEEDLE_MIN);
            free(b);
            fclose(f);
            return false;
        }
        l->needle[l->needles++] = bytes_of(b, n);
    }
    if (f != NULL) {
        fclose(f);
    }
    return l->needles > 0;
}

static void add_key(struct look *l, const uint8_t *key)
{
    for (unsigned i = 0; i < l->keys; i++) {
        if (memcmp(l->key[i], key, 32) == 0) {
            return;
        }
    }
    if (l->keys < KEYS) {
        memcpy(l->key[l->keys++], key, 32);
    }
}

/* ---- (1) through the store's own functions --------------------------------------------------- */
static void walk_attachment(struct look *l, struct store_txn *t, bytes key, const char *where)
{
    h32 name;
    bytes manifest, content;
    struct att_row r;
    struct arena a = arena_of(l->inner, BIG);
    if (key.n != sizeof name.b) {
        return;
    }
    memcpy(name.b, key.p, sizeof name.b);
    if (store_att_get(t, name, &a, &manifest, &content, NULL) == ST_OK) {
        find_in(l, content, "attachment", where);
    }
    a = arena_of(l->inner, BIG);
    if (att_row_open(t, name, &a, &r, NULL) == ST_OK && r.kind == ROW_LARGE && r.rest.n == 32) {
        add_key(l, r.rest.p); /* the key of its file */
    }
}

static bool walk_tables(struct look *l, struct store *s)
{
    struct store_txn *t = NULL;
    if (store_read(s, &t, NULL) != ST_OK) {
        return false;
    }
    bool ok = true;
    for (int table = 1; table < TABLES; table++) {
        struct store_cursor *c = NULL;
        bytes none = {NULL, 0}, key, value;
        ok = store_scan(t, (enum table)table, none, none, &c, NULL) == ST_OK && ok;
        while (c != NULL && store_next(c, &key) == ST_OK) {
            struct arena a = arena_of(l->plain, BIG);
            char where[80];
            snprintf(where, sizeof where, "table %s", env_table_names[table]);
            find_in(l, key, "key", where);
            if (store_value(c, &a, &value, NULL) == ST_OK) {
                find_in(l, value, "value", where);
                l->values++;
            }
            if (table == T_ATT) {
                walk_attachment(l, t, key, where);
            }
        }
        store_scan_end(&c);
    }
    store_abort(&t);
    return ok;
}

/* ---- (2), (3) the bytes on the disk, decrypted with every key that is left --------------------
 */
static bool decrypt(const uint8_t *key, bytes sealed, uint8_t *out, size_t *n)
{
    if (sealed.n <= SEAL_OVERHEAD) {
        return false;
    }
    const size_t nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    *n = sealed.n - nonce; /* the tag's bytes too: what is cut short has none */
    return crypto_stream_xchacha20_xor_ic(out, sealed.p + nonce, *n, sealed.p, 1, key) == 0;
}

static void try_sealed(struct look *l, bytes sealed, const char *way, const char *where)
{
    size_t n = 0, m = 0;
    for (unsigned k = 0; k < l->keys; k++) {
        l->tries++;
        if (!decrypt(l->key[k], sealed, l->plain, &n)) {
            continue;
        }
        find_in(l, bytes_of(l->plain, n), way, where);
        /* A row of an attachment at headquarters holds a body under a key of its own. */
        if (n <= ROW_HEAD_BYTES + SEAL_OVERHEAD ||
            (l->plain[0] != ROW_SMALL && l->plain[0] != ROW_LARGE)) {
            continue;
        }
        bytes body = bytes_of(l->plain + ROW_HEAD_BYTES, n - ROW_HEAD_BYTES);
        for (unsigned j = 0; j < l->keys; j++) {
            l->tries++;
            if (decrypt(l->key[j], body, l->inner, &m)) {
                find_in(l, bytes_of(l->inner, m), way, where);
            }
        }
    }
}

static unsigned le16(const uint8_t *p)
{
    return (unsigned)p[0] | (unsigned)p[1] << 8;
}

static void try_page(struct look *l, const uint8_t *file, size_t size, size_t page)
{
    const uint8_t *p = file + page;
    char where[64];
    snprintf(where, sizeof where, "page %zu", page / PAGE);
    for (size_t at = 0; at + NODE_HEAD < PAGE; at += 2) {
        size_t value = (size_t)le16(p + at) | (size_t)le16(p + at + 2) << 16;
        unsigned flags = le16(p + at + 4), key = le16(p + at + 6);
        size_t from = at + NODE_HEAD + key;
        if (key == 0 || key > CAP_STORE_KEY_BYTES || from >= PAGE || value <= SEAL_OVERHEAD ||
            value > PAGE) {
            continue;
        }
        if (flags == 0) { /* its value lies in the page */
            size_t room =
                PAGE - from; /* what lay beyond may be overwritten: its head still counts */
            try_sealed(l, bytes_of(p + from, value < room ? value : room), "node", where);
        }
    }
    /* The first page of an overflow: a length in pages, then one value to its end. */
    uint32_t pages;
    memcpy(&pages, p + 12, sizeof pages);
    size_t most = (size - page) / PAGE;
    if ((le16(p + 10) & 0x04U) != 0 && pages > 0) {
        size_t n = (pages < most ? pages : most) * (size_t)PAGE - PAGE_HEAD;
        try_sealed(l, bytes_of(p + PAGE_HEAD, n < BIG ? n : BIG), "overflow", where);
    }
    l->pages++;
}

static void try_chunks(struct look *l, const uint8_t *file, size_t size, const char *name)
{
    for (size_t at = 0; at < size; at += CAP_CHUNK_BYTES + SEAL_OVERHEAD) {
        size_t n = size - at;
        n = n < CAP_CHUNK_BYTES + SEAL_OVERHEAD ? n : CAP_CHUNK_BYTES + SEAL_OVERHEAD;
        try_sealed(l, bytes_of(file + at, n), "file", name);
    }
}

/* ---- (4) all files ----------------------------------------------------------------------------
 */
static void look_file(struct look *l, const char *path)
{
    struct stat sb;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &sb) != 0 || sb.st_size == 0) {
        if (fd >= 0) {
            close(fd);
        }
        return;
    }
    size_t n = (size_t)sb.st_size;
    const char *name = strrchr(path, '/') + 1;
    uint8_t *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (p == MAP_FAILED) {
        printf("hit file %s cannot be read\n", path);
        l->hits++;
        return;
    }
    l->files++;
    find_in(l, bytes_of(p, n), "raw", path);
    if (strcmp(name, "data.mdb") == 0) {
        for (size_t at = 0; at + PAGE <= n; at += PAGE) {
            try_page(l, p, n, at);
        }
    } else if (strstr(path, "/att/") != NULL) {
        try_chunks(l, p, n, name);
    }
    munmap(p, n);
}

static void look_folder(struct look *l, const char *dir, const char *begin)
{
    DIR *d = opendir(dir);
    for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d)) {
        char path[CAP_PATH_BYTES];
        struct stat sb;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            strncmp(e->d_name, begin, strlen(begin)) != 0) {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (lstat(path, &sb) == 0 && S_ISDIR(sb.st_mode)) {
            look_folder(l, path, "");
        } else if (S_ISREG(sb.st_mode)) {
            look_file(l, path);
        }
    }
    if (d != NULL) {
        closedir(d);
    }
}

/* ---- opening -----------------------------------------------------------------------------------
 */
static enum st open_device(const char *dir, const char *pin, uint8_t *key, struct store **s,
                           struct err *err)
{
    char secret_path[CAP_PATH_BYTES], slots[CAP_PATH_BYTES];
    uint8_t secret[32];
    snprintf(slots, sizeof slots, "%s/slots", dir);
    if (!paths_device_secret(secret_path, sizeof secret_path)) {
        return ST_NOT_FOUND;
    }
    enum st st = device_secret_load(secret_path, false, secret, err);
    if (st == ST_OK) {
        st = slots_open(slots, SLOT_PIN, str_bytes(str_c(pin)), secret, 0, key, err);
    }
    struct store_options opt = {.side = STORE_DEVICE, .mode = STORE_READ, .data_key = key};
    return st != ST_OK ? st : store_open(dir, &opt, s, err);
}

static void add_keytable(struct look *l, const struct keytable *k)
{
    for (size_t i = 0; i < k->n; i++) {
        add_key(l, k->rows[i].key);
    }
}

int main(int argc, char **argv)
{
    static struct look l;
    struct err err = {0};
    struct store *s = NULL;
    struct hq *hq = NULL;
    l.key = calloc(KEYS, sizeof *l.key);
    l.plain = malloc(BIG);
    l.inner = malloc(BIG);
    uint8_t *key = sodium_init() < 0 ? NULL : sodium_malloc(DATA_KEY_BYTES);
    if (argc < 3 || l.key == NULL || l.plain == NULL || l.inner == NULL || key == NULL ||
        !take_needles(&l, argv[2])) {
        fprintf(stderr, "dump_all STORE NEEDLES [PIN]\n");
        return 2;
    }
    struct hq_options how = {.dir = argv[1]};
    enum st st =
        argc > 3 ? open_device(argv[1], argv[3], key, &s, &err) : hq_open_reader(&how, &hq, &err);
    if (st != ST_OK) {
        fprintf(stderr, "dump_all: %s: %s\n", st_name(st), err.text);
        return 2;
    }
    s = hq != NULL ? hq->store : s;
    add_key(&l, s->key);
    add_key(&l, s->code_key);
    add_keytable(&l, &s->kt);
    bool ok = walk_tables(&l, s);
    char parent[CAP_PATH_BYTES];
    snprintf(parent, sizeof parent, "%s", argv[1]);
    char *slash = strrchr(parent, '/');
    if (slash == NULL) {
        fprintf(stderr, "dump_all: STORE is a path with a folder\n");
        return 2;
    }
    *slash = '\0';
    look_folder(&l, parent, slash + 1); /* the store, and all that is named after it */
    printf("%u hits; %llu values, %llu pages, %llu files, %u keys, %llu decryptions\n", l.hits,
           (unsigned long long)l.values, (unsigned long long)l.pages, (unsigned long long)l.files,
           l.keys, (unsigned long long)l.tries);
    if (hq != NULL) {
        hq_close(&hq);
    } else {
        store_close(&s);
    }
    sodium_free(key);
    return !ok ? 2 : l.hits == 0 ? 0 : 3;
}
