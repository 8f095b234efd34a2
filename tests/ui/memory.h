/* memory.h - a handheld in this process, driven as main.c drives it, and a search through all of
 * the process's memory. For test_secrets.c and test_rated.c.
 *
 * The store is made by a child, so that no making left its plaintext here. What is searched for is
 * kept masked, and compared masked, or the search would find itself. */
#ifndef TESTS_UI_MEMORY_H
#define TESTS_UI_MEMORY_H
#include "app/platform/platform.h"
#include "app/state/app_internal.h"
#include "app/ui/i18n.h"
#include "app/ui/ui_state.h"
#include "sync/carrier/process.h"
#include "tests/ui/shop.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MASK 0x5a
#define WINDOW (1U << 20)

struct needle {
    const char *what;
    uint8_t masked[64];
    size_t n;
};
/* ---- a device ----------------------------------------------------------------------------------
 */
struct device {
    char dir[400];
    struct platform *p;
    struct app *a;
    struct ui *u;
    struct ui_out out;
    int64_t ms;
    int w_px, h_px;
    struct needle keys[8];
    unsigned nkeys;
};

static inline void wake(void *p)
{
    platform_wake(p);
}

static inline void note(struct device *d, const char *what, const void *p, size_t n)
{
    struct needle *k = &d->keys[d->nkeys++];
    k->what = what;
    k->n = n;
    for (size_t i = 0; i < n; i++) {
        k->masked[i] = (uint8_t)(((const uint8_t *)p)[i] ^ MASK);
    }
}

/* A PIN of its own, masked in `pin`; the store at d->dir. In a child. */
static inline void make(struct device *d, const struct needle *pin)
{
    static const char *root;
    static int made;
    char path[300], slots[440];
    root = root == NULL ? check_tmp() : root;
    snprintf(path, sizeof path, "%.200s/%d", root, made++);
    CHECK_INT(mkdir(path, 0700), 0);
    CHECK_INT(setenv("XDG_CONFIG_HOME", path, 1), 0);
    snprintf(d->dir, sizeof d->dir, "%s/store", path);
    snprintf(slots, sizeof slots, "%s/slots", d->dir);
    snprintf(path + strlen(path), sizeof path - strlen(path), "/docket");
    mkdir(path, 0700);
    snprintf(path + strlen(path), sizeof path - strlen(path), "/device.secret");
    pid_t child = fork();
    if (child == 0) {
        struct shop *x = malloc(sizeof *x);
        struct slots_keys keys;
        struct now now = {.boot_ms = 1};
        struct err err = {0};
        uint8_t secret[32], plain[64];
        shop_make(x, d->dir, path);
        for (size_t i = 0; i < pin->n; i++) {
            plain[i] = pin->masked[i] ^ MASK;
        }
        shop_must(device_secret_load(path, false, secret, &err), &err, "secret");
        shop_must(slots_enter(slots, SLOT_PIN, str_bytes(S(SHOP_PIN)), secret, &now, &keys, &err),
                  &err, "slots");
        shop_must(slots_change(slots, SLOT_PIN, bytes_of(plain, pin->n), secret, &keys, &err), &err,
                  "PIN");
        _exit(0);
    }
    int status = 1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

static inline void begin(struct device *d, const struct needle *pin)
{
    struct err err = {0};
    memset(d, 0, sizeof *d);
    make(d, pin);
    struct platform_config c = {.headless = true, .title = "Docket", .now_ms = SHOP_NOW_MS};
    shop_must(platform_open(&c, &d->p, &err), &err, "platform");
    d->u = calloc(1, sizeof *d->u);
    ui_init(d->u, platform_fonts(d->p));
    struct app_config ac = {.dir = d->dir,
                            .lang = "zh",
                            .theme = -1,
                            .clock = {platform_now, d->p},
                            .wake = wake,
                            .wake_ctx = d->p};
    shop_must(app_open(&ac, &d->a, &err), &err, "app");
    d->ms = 100000;
    d->w_px = 480;
    d->h_px = 800;
}

static inline void end(struct device *d)
{
    app_close(&d->a);
    platform_close(&d->p);
    free(d->u);
}

/* Frames until nothing moves, as main.c runs them. */
static inline void settle(struct device *d)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int k = 0, still = 0; k < 20000 && still < 3; k++) {
        struct ui_frame f = {.now_ms = d->ms,
                             .w_px = d->w_px,
                             .h_px = d->h_px,
                             .density = 1,
                             .scale = 1,
                             .lang = app_look(d->a)->lang};
        app_turn(d->a, d->u, &f);
        ui_end(d->u, &d->out);
        if (app_forgot(d->a)) {
            platform_forget(d->p);
        }
        platform_present(d->p, &d->out, false);
        d->ms += 17;
        still = app_pending(d->a) || d->out.again ? 0 : still + 1;
        if (app_pending(d->a)) {
            nanosleep(&moment, NULL);
        }
    }
}

static inline void tap(struct device *d, const char *id)
{
    for (size_t i = 0; i < d->u->node_n; i++) {
        const struct ui_node *n = &d->u->nodes[i];
        if (strcmp(n->id, id) == 0) {
            float x = (float)n->seen.x + (float)n->seen.w / 2;
            float y = (float)n->seen.y + (float)n->seen.h / 2;
            struct ui_event e = {
                .type = UI_EV_DOWN, .t_ms = d->ms += 400, .x = x, .y = y, .touch = true};
            CHECK(ui_event(d->u, &e));
            e.type = UI_EV_UP;
            e.t_ms = d->ms += 30;
            CHECK(ui_event(d->u, &e));
            settle(d);
            return;
        }
    }
    check_fail(__FILE__, __LINE__, "no node %s", id);
}

/* By the device's own events, as slow as a hand; a stroke at a time is unmasked. */
static inline void type(struct device *d, const struct needle *text)
{
    for (size_t i = 0; i < text->n; i++) {
        struct ui_event e = {.type = UI_EV_TEXT, .t_ms = d->ms += 120};
        e.text[0] = (char)(text->masked[i] ^ MASK);
        CHECK(ui_event(d->u, &e));
        sodium_memzero(&e, sizeof e);
        settle(d);
    }
}

static inline bool shows(const struct device *d, const char *id)
{
    for (size_t i = 0; i < d->u->node_n; i++) {
        if (strcmp(d->u->nodes[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

static inline struct needle random_text(const char *what, const char *of)
{
    struct needle n = {.what = what, .n = 16};
    uint32_t letters = (uint32_t)strlen(of);
    for (size_t i = 0; i < n.n; i++) {
        n.masked[i] = (uint8_t)(of[randombytes_uniform(letters)] ^ MASK);
    }
    return n;
}
#define DIGITS "0123456789"
#define LETTERS "bcdfghjklmnpqrstvwxz"

/* ---- reading the process -----------------------------------------------------------------------
 */
struct window {
    uint8_t *p; /* of a mapping of its own */
    uint64_t read;
};

static inline size_t count_in(const uint8_t *p, size_t n, const struct needle *k)
{
    size_t found = 0;
    for (size_t i = 0; i + k->n <= n; i++) {
        size_t j = 0;
        while (j < k->n && (p[i + j] ^ MASK) == k->masked[j]) {
            j++;
        }
        found += j == k->n;
    }
    return found;
}

/* "55e0-55f0 rw-p ...": the heading of a mapping; *rest at its rights. */
static inline bool range_of(const char *line, uintptr_t *from, uintptr_t *to, const char **rest)
{
    char *end = NULL;
    *from = (uintptr_t)strtoull(line, &end, 16);
    if (end == line || *end != '-') {
        return false;
    }
    const char *second = end + 1;
    *to = (uintptr_t)strtoull(second, &end, 16);
    *rest = end + 1;
    return end != second && *end == ' ';
}

/* How often each needle stands in writable memory of this process; what cannot be read (guards) is
 * passed over. Windows overlap by the longest needle. */
static inline void search(struct window *w, const struct needle *const *k, size_t nk, size_t *found)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    char line[600];
    CHECK(maps != NULL && mem >= 0);
    memset(found, 0, nk * sizeof *found);
    w->read = 0;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        uintptr_t from, to;
        const char *perms;
        if (!range_of(line, &from, &to, &perms) || perms[1] != 'w' || from == (uintptr_t)w->p) {
            continue;
        }
        for (uintptr_t at = from; at < to; at += WINDOW - sizeof k[0]->masked) {
            size_t n = to - at < WINDOW ? to - at : WINDOW;
            ssize_t got = pread(mem, w->p, n, (off_t)at);
            w->read += got > 0 ? (uint64_t)got : 0;
            for (size_t i = 0; got > 0 && i < nk; i++) {
                found[i] += count_in(w->p, (size_t)got, k[i]);
            }
        }
    }
    memset(w->p, 0, WINDOW);
    close(mem);
    fclose(maps);
}

static inline void window_open(struct window *w)
{
    int zero = open("/dev/zero", O_RDWR | O_CLOEXEC); /* MAP_ANONYMOUS is not POSIX */
    w->p = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
    CHECK(w->p != MAP_FAILED);
    close(zero);
}
#endif
