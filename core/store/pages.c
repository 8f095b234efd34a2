/* pages.c - see pages.h. */
#include "core/store/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define HEADER 16
#define NODE_HEADER 8
#define TREE_BYTES 48
#define META_BYTES (4 + 4 + 8 + 8 + 2 * TREE_BYTES + 8 + 8)
#define MAGIC 0xBEEFC0DEU
#define VERSION 1
#define BRANCH 0x01U
#define LEAF 0x02U
#define OVERFLOW 0x04U
#define META 0x08U
#define KIND_BITS 0x7FU /* all but what LMDB keeps in memory alone */
#define TREE_OF_NUMBERS 0x08U
#define NODE_BIG 0x01U
#define NODE_TREE 0x02U
#define NODE_DUPLICATES 0x04U
#define PAGE_DEFAULT 4096
#define KEY_MAX 511
#define ARENA_LEAST (1U << 20)

static uint16_t get16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint32_t get32(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t get64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static bool read_at(int fd, uint8_t *out, size_t n, uint64_t at)
{
    while (n > 0) {
        ssize_t k = pread(fd, out, n, (off_t)at);
        if (k < 0 && errno == EINTR) {
            continue;
        }
        if (k <= 0) {
            return false;
        }
        out += k;
        n -= (size_t)k;
        at += (uint64_t)k;
    }
    return true;
}

static bool bit_get(const uint8_t *bits, uint64_t n)
{
    return (bits[n / 8] >> (n % 8) & 1) != 0;
}

static void bit_set(uint8_t *bits, uint64_t n)
{
    bits[n / 8] = (uint8_t)(bits[n / 8] | 1U << (n % 8));
}

static void bit_clear(uint8_t *bits, uint64_t n)
{
    bits[n / 8] = (uint8_t)(bits[n / 8] & ~(1U << (n % 8)));
}

/* --- opening ------------------------------------------------------------------------------------
 */

static struct pages_tree get_tree(const uint8_t *p)
{
    return (struct pages_tree){
        .root = get64(p + 40), .entries = get64(p + 32), .depth = get16(p + 6)};
}

/* A page's size stands in the first tree of a meta page. */
static size_t page_bytes_of(const uint8_t *head)
{
    const uint8_t *m = head + HEADER;
    uint32_t n = get32(m + 24);
    bool is = (get16(head + 10) & META) != 0 && get32(m) == MAGIC && get32(m + 4) == VERSION;
    return is && n >= 512 && n <= 32768 && (n & (n - 1)) == 0 ? n : 0;
}

static void read_meta(struct pages *p, unsigned i)
{
    uint8_t head[HEADER + META_BYTES];
    struct pages_meta *m = &p->meta[i];
    m->ok = false;
    if (!read_at(p->fd, head, sizeof head, (uint64_t)i * p->page_bytes) ||
        page_bytes_of(head) != p->page_bytes || get64(head) != i) {
        return;
    }
    const uint8_t *b = head + HEADER + 24;
    m->free_list = get_tree(b);
    m->main = get_tree(b + TREE_BYTES);
    m->last_page = get64(b + 2 * TREE_BYTES);
    m->txn = get64(b + 2 * TREE_BYTES + 8);
    /* last_page may lie beyond the file: pages taken and given back are never written. */
    m->ok = get16(b + 4) == TREE_OF_NUMBERS && get16(b + TREE_BYTES + 4) == 0;
}

static void read_metas(struct pages *p, uint64_t file_bytes)
{
    uint8_t head[HEADER + META_BYTES];
    p->page_bytes = PAGE_DEFAULT;
    if (read_at(p->fd, head, sizeof head, 0) && page_bytes_of(head) != 0) {
        p->page_bytes = page_bytes_of(head);
    }
    p->count = file_bytes / p->page_bytes;
    read_meta(p, 0);
    read_meta(p, 1);
    p->newest = -1;
    for (int i = 0; i < 2; i++) {
        if (p->meta[i].ok && (p->newest < 0 || p->meta[i].txn > p->meta[p->newest].txn)) {
            p->newest = i;
        }
    }
}

static bool take_memory(struct pages *p, struct arena *a)
{
    if ((size_t)(a->end - a->beg) < ARENA_LEAST) {
        return false;
    }
    for (size_t i = 0; i <= PAGES_DEPTH; i++) {
        p->level[i] = arena_new(a, uint8_t, p->page_bytes);
    }
    size_t most = (size_t)(a->end - a->beg) / 4, want = (size_t)(p->count / 8) + 1;
    size_t bytes_ = want < most ? want : most;
    p->bits = (uint64_t)bytes_ * 8 < p->count ? (uint64_t)bytes_ * 8 : p->count;
    p->seen = arena_new(a, uint8_t, bytes_);
    p->free = arena_new(a, uint8_t, bytes_);
    p->value_bytes = (size_t)(a->end - a->beg);
    p->value = arena_new(a, uint8_t, p->value_bytes);
    return p->value != NULL;
}

enum st pages_open(struct pages *p, const char *path, struct arena *a, struct err *err)
{
    memset(p, 0, sizeof *p);
    p->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (p->fd < 0) {
        return err_set(err, errno == ENOENT ? ST_NOT_FOUND : ST_IO, errno, __func__,
                       "the store's pages cannot be opened");
    }
    off_t n = lseek(p->fd, 0, SEEK_END);
    read_metas(p, n > 0 ? (uint64_t)n : 0);
    if (!take_memory(p, a)) {
        pages_close(p);
        return err_set(err, ST_FULL, 0, __func__, "too little memory to read pages");
    }
    return ST_OK;
}

void pages_close(struct pages *p)
{
    if (p->fd >= 0) {
        close(p->fd);
    }
    p->fd = -1;
}

bool pages_metas_agree(const struct pages *p)
{
    const struct pages_meta *a = &p->meta[0], *b = &p->meta[1];
    if (!a->ok || !b->ok) {
        return false;
    }
    /* Transaction n writes meta page n modulo 2; a fresh file has two of transaction 0. */
    return (a->txn == 0 && b->txn == 0) ||
           (a->txn % 2 == 0 && b->txn % 2 == 1 && (a->txn + 1 == b->txn || b->txn + 1 == a->txn));
}

/* --- pages and nodes ----------------------------------------------------------------------------
 */

struct node {
    bytes key;
    unsigned flags;
    uint64_t child;      /* of a branch */
    const uint8_t *data; /* of a leaf */
    uint32_t data_bytes;
};

static unsigned nodes_of(const uint8_t *page)
{
    return ((unsigned)get16(page + 12) - HEADER) / 2U;
}

/* Is it page `n` of that kind, with bounds that make sense? */
static bool is_page(const struct pages *p, const uint8_t *page, uint64_t n, unsigned kind)
{
    unsigned lower = get16(page + 12), upper = get16(page + 14);
    return get64(page) == n && (get16(page + 10) & KIND_BITS & ~0x10U) == kind && lower >= HEADER &&
           lower % 2 == 0 && lower <= upper && upper <= p->page_bytes && nodes_of(page) > 0;
}

static bool load(struct pages *p, uint64_t n, uint8_t *page)
{
    return n >= 2 && n < p->count && read_at(p->fd, page, p->page_bytes, n * p->page_bytes);
}

static bool get_node(const struct pages *p, const uint8_t *page, unsigned i, bool leaf,
                     struct node *out)
{
    size_t at = get16(page + HEADER + 2 * (size_t)i), room = p->page_bytes;
    if (at < get16(page + 14) || at % 2 != 0 || at + NODE_HEADER > room) {
        return false;
    }
    const uint8_t *b = page + at;
    size_t ksize = get16(b + 6), left = room - at - NODE_HEADER;
    *out = (struct node){.flags = get16(b + 4)};
    if (ksize > KEY_MAX || ksize > left) {
        return false;
    }
    out->key = bytes_of(b + NODE_HEADER, ksize);
    uint64_t low = get16(b), high = get16(b + 2);
    if (!leaf) {
        out->child = low | high << 16 | (uint64_t)out->flags << 32;
        return true;
    }
    out->data = b + NODE_HEADER + ksize;
    out->data_bytes = (uint32_t)(low | high << 16);
    size_t inside = (out->flags & NODE_BIG) != 0 ? sizeof(uint64_t) : out->data_bytes;
    return (out->flags & NODE_DUPLICATES) == 0 && ksize > 0 && inside <= left - ksize;
}

/* A page is of one tree, once. */
static bool first_time(struct pages *p, uint64_t n)
{
    if (n >= p->bits) {
        return true;
    }
    if (bit_get(p->seen, n)) {
        return false;
    }
    bit_set(p->seen, n);
    return true;
}

/* *first, *pages: of an overflow value, else 0. */
static bool get_value(struct pages *p, const struct node *n, bytes *out, uint64_t *first,
                      uint64_t *pages)
{
    uint8_t head[HEADER];
    *out = bytes_of(n->data, n->data_bytes);
    *first = *pages = 0;
    if ((n->flags & NODE_BIG) == 0) {
        return true;
    }
    *first = get64(n->data);
    if (*first < 2 || *first >= p->count ||
        !read_at(p->fd, head, sizeof head, *first * p->page_bytes)) {
        return false;
    }
    *pages = get32(head + 12);
    if (get64(head) != *first || (get16(head + 10) & KIND_BITS & ~0x10U) != OVERFLOW ||
        *pages == 0 || *pages > p->count - *first ||
        n->data_bytes > *pages * p->page_bytes - HEADER || n->data_bytes > p->value_bytes) {
        return false;
    }
    *out = bytes_of(p->value, n->data_bytes);
    return read_at(p->fd, p->value, n->data_bytes, *first * p->page_bytes + HEADER);
}

static bool all_first_time(struct pages *p, uint64_t first, uint64_t pages)
{
    bool fresh = true;
    for (uint64_t i = 0; i < pages; i++) {
        fresh = first_time(p, first + i) && fresh;
    }
    return fresh;
}

static void not_seen(struct pages *p, uint64_t first, uint64_t pages)
{
    for (uint64_t i = first; i < first + pages && i < p->bits; i++) {
        bit_clear(p->seen, i);
    }
}

static enum st tell(struct pages *p, const struct node *n, const struct pages_sink *sink)
{
    bytes value;
    uint64_t first, pages;
    if ((n->flags & NODE_TREE) != 0) {
        if (n->data_bytes != TREE_BYTES || get16(n->data + 4) != 0) {
            p->bad++;
            return ST_OK;
        }
        struct pages_tree tree = get_tree(n->data);
        p->told++;
        return sink->value(sink->ctx, n->key, (bytes){NULL, 0}, &tree);
    }
    if (!get_value(p, n, &value, &first, &pages) || !all_first_time(p, first, pages)) {
        p->bad++;
        return ST_OK;
    }
    p->told++;
    enum st st = sink->value(sink->ctx, n->key, value, NULL);
    if (st == ST_NOT_FOUND) {
        not_seen(p, first, pages);
    }
    return st;
}

static int compare(const struct pages *p, bytes a, bytes b)
{
    if (p->integers && a.n == sizeof(uint64_t) && b.n == sizeof(uint64_t)) {
        return (get64(a.p) > get64(b.p)) - (get64(a.p) < get64(b.p));
    }
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static size_t node_bytes(const struct node *n, bool leaf)
{
    size_t data = !leaf ? 0 : (n->flags & NODE_BIG) != 0 ? sizeof(uint64_t) : n->data_bytes;
    return (NODE_HEADER + n->key.n + data + 1) & ~(size_t)1;
}

/* In order of keys, as LMDB would look for them, and the nodes fill the page's end without gap. */
static bool in_order(const struct pages *p, const uint8_t *page, bool leaf)
{
    struct node last = {.flags = 0}, n;
    size_t used = 0;
    for (unsigned i = 0; i < nodes_of(page); i++) {
        if (!get_node(p, page, i, leaf, &n) ||
            (i > (leaf ? 0U : 1U) && compare(p, last.key, n.key) >= 0)) {
            return false;
        }
        last = n;
        used += node_bytes(&n, leaf);
    }
    return used == p->page_bytes - get16(page + 14);
}

static enum st walk_leaf(struct pages *p, const uint8_t *page, const struct pages_sink *sink)
{
    enum st st = ST_OK;
    bool mine = in_order(p, page, true);
    p->bad += !mine;
    for (unsigned i = 0; i < nodes_of(page) && st == ST_OK; i++) {
        struct node n;
        st = get_node(p, page, i, true, &n) ? tell(p, &n, sink) : ST_OK;
        mine = mine && st == ST_OK;
        st = st == ST_NOT_FOUND ? ST_OK : st;
    }
    if (!mine) {
        not_seen(p, get64(page), 1);
    }
    return st;
}

/* --- trees --------------------------------------------------------------------------------------
 */

/* The next page of the walk: up to a branch that has another child, and down to it. False: done. */
static bool go_on(struct pages *p, unsigned *place, unsigned *depth, uint64_t *next)
{
    while (*depth > 0) {
        const uint8_t *up = p->level[*depth - 1];
        struct node n;
        if (place[*depth - 1] >= nodes_of(up)) {
            (*depth)--;
        } else if (get_node(p, up, place[*depth - 1]++, false, &n)) {
            *next = n.child;
            return true;
        }
    }
    return false;
}

/* Would whoever looks for the page's keys be led to it? `place` is beyond the child of each branch
 * above, whose separator is no greater than the page's first key, and the next one's greater than
 * its last. */
static bool is_led_to(const struct pages *p, const uint8_t *page, const unsigned *place,
                      unsigned depth)
{
    struct node first, last, n;
    bool led =
        get_node(p, page, 0, true, &first) && get_node(p, page, nodes_of(page) - 1, true, &last);
    for (unsigned i = 0; i < depth && led; i++) {
        unsigned child = place[i] - 1;
        if (child > 0) {
            led = get_node(p, p->level[i], child, false, &n) && compare(p, n.key, first.key) <= 0;
        }
        if (led && child + 1 < nodes_of(p->level[i])) {
            led = get_node(p, p->level[i], child + 1, false, &n) && compare(p, n.key, last.key) > 0;
        }
    }
    return led;
}

/* Down the levels without recursion: `place` is the next child of each branch page. */
static enum st walk(struct pages *p, const struct pages_tree *tree, const struct pages_sink *sink)
{
    unsigned place[PAGES_DEPTH + 1] = {0};
    uint64_t next = tree->root;
    unsigned depth = 0;
    enum st st = ST_OK;
    do {
        uint8_t *page = p->level[depth];
        bool leaf = depth + 1 == tree->depth;
        if (!load(p, next, page) || !is_page(p, page, next, leaf ? LEAF : BRANCH) ||
            !first_time(p, next)) {
            p->bad++;
        } else if (leaf) {
            p->bad += !is_led_to(p, page, place, depth);
            st = walk_leaf(p, page, sink);
        } else {
            p->bad += !in_order(p, page, false);
            place[depth++] = 0;
        }
    } while (st == ST_OK && go_on(p, place, &depth, &next));
    return st;
}

enum st pages_walk(struct pages *p, const struct pages_tree *tree, const struct pages_sink *sink)
{
    enum st st = ST_OK;
    p->told = 0;
    if (tree->root != PAGES_NONE) {
        if (tree->depth == 0 || tree->depth > PAGES_DEPTH) {
            p->bad++;
        } else {
            st = walk(p, tree, sink);
        }
    }
    p->bad += st == ST_OK && p->told != tree->entries;
    return st;
}

/* --- what no tree leads to ----------------------------------------------------------------------
 */

static enum st take_free(void *ctx, bytes key, bytes value, const struct pages_tree *tree)
{
    struct pages *p = ctx;
    uint64_t n = value.n >= sizeof n ? get64(value.p) : 0;
    if (tree != NULL || key.n != sizeof(uint64_t) || n > value.n / sizeof n ||
        value.n < (n + 1) * sizeof n) {
        p->bad++;
        return ST_OK;
    }
    for (uint64_t i = 1; i <= n; i++) {
        uint64_t page = get64(value.p + i * sizeof page);
        bool twice = page < p->bits && (bit_get(p->free, page) || bit_get(p->seen, page));
        if (page < 2 || page > p->meta[p->newest].last_page || twice) {
            p->bad++;
        } else if (page < p->bits) {
            bit_set(p->free, page);
        }
    }
    return ST_OK;
}

void pages_read_free(struct pages *p)
{
    uint64_t bad = p->bad;
    const struct pages_sink sink = {take_free, p};
    p->free_known = false;
    p->integers = true;
    if (p->newest >= 0 && pages_walk(p, &p->meta[p->newest].free_list, &sink) == ST_OK) {
        p->free_known = p->bad == bad;
    }
    p->integers = false;
}

/* A page that lies in another's place (a write gone astray) is still the one that its number says,
 * unless that one was read where it belongs. */
static bool is_live(const struct pages *p, uint64_t number)
{
    uint64_t last = p->newest >= 0 ? p->meta[p->newest].last_page : 0;
    return p->free_known && number >= 2 && number < p->bits && number <= last &&
           !bit_get(p->free, number) && !bit_get(p->seen, number);
}

static enum st scan_page(struct pages *p, const uint8_t *page, const struct pages_sink *sink)
{
    enum st st = ST_OK;
    for (unsigned i = 0; i < nodes_of(page) && st == ST_OK; i++) {
        struct node node;
        bytes value;
        uint64_t first, pages;
        if (get_node(p, page, i, true, &node) && (node.flags & NODE_TREE) == 0 &&
            get_value(p, &node, &value, &first, &pages)) {
            st = sink->value(sink->ctx, node.key, value, NULL);
            st = st == ST_NOT_FOUND ? ST_OK : st;
        }
    }
    return st;
}

enum st pages_scan(struct pages *p, enum pages_use use, const struct pages_sink *sink)
{
    enum st st = ST_OK;
    for (uint64_t n = 0; n < p->count && st == ST_OK; n++) {
        uint8_t *page = p->level[0];
        if ((n < p->bits && bit_get(p->seen, n)) ||
            !read_at(p->fd, page, p->page_bytes, n * p->page_bytes)) {
            continue;
        }
        uint64_t number = get64(page);
        if (is_page(p, page, number, LEAF) && is_live(p, number) == (use == PAGES_LIVE)) {
            st = scan_page(p, page, sink);
        }
    }
    return st;
}
