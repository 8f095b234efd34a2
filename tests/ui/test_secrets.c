/* test_secrets.c - what is left in the process after a lock: its memory is read and searched for
 * the keys, the PIN and what the screens have shown. And where the keys lie while it is unlocked.
 *
 * The store is made by a child, so that no making left its plaintext here. What is searched for is
 * kept masked, and compared masked, or the test would find itself. */
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
static const struct needle SHOWN[] = {
    {"an address",
     {0xb3, 0xc8, 0xeb, 0xbf, 0xfb, 0xc2, 0xbf, 0xd6, 0xe0, 0xb3, 0xdd, 0xcb, 0xbc, 0xe8,
      0xc3, 0xbf, 0xfe, 0xfd, 0xb3, 0xdb, 0xc9, 0x6c, 0x6a, 0x6a, 0xbf, 0xd5, 0xed},
     27},
    {"a phone number",
     {0x6b, 0x69, 0x62, 0x77, 0x6a, 0x6a, 0x6a, 0x6a, 0x77, 0x6b, 0x6a, 0x6a, 0x6b},
     13},
    {"what a customer told",
     {0xbf, 0xe6, 0xda, 0xbc, 0xc6, 0xe0, 0xbf, 0xd7, 0xdb, 0xbf, 0xd2, 0xdc,
      0xb3, 0xc8, 0xc5, 0xbf, 0xca, 0xd4, 0xbc, 0xd0, 0xff, 0x1c, 0x69},
     23},
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
    struct needle keys[8];
    unsigned nkeys;
};

static void wake(void *p)
{
    platform_wake(p);
}

static void note(struct device *d, const char *what, const void *p, size_t n)
{
    struct needle *k = &d->keys[d->nkeys++];
    k->what = what;
    k->n = n;
    for (size_t i = 0; i < n; i++) {
        k->masked[i] = (uint8_t)(((const uint8_t *)p)[i] ^ MASK);
    }
}

/* A PIN of its own, masked in `pin`; the store at d->dir. In a child. */
static void make(struct device *d, const struct needle *pin)
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

static void begin(struct device *d, const struct needle *pin)
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
}

static void end(struct device *d)
{
    app_close(&d->a);
    platform_close(&d->p);
    free(d->u);
}

/* Frames until nothing moves, as main.c runs them. */
static void settle(struct device *d)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int k = 0, still = 0; k < 20000 && still < 3; k++) {
        struct ui_frame f = {.now_ms = d->ms,
                             .w_px = 480,
                             .h_px = 800,
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

static void tap(struct device *d, const char *id)
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
static void type(struct device *d, const struct needle *text)
{
    for (size_t i = 0; i < text->n; i++) {
        struct ui_event e = {.type = UI_EV_TEXT, .t_ms = d->ms += 120};
        e.text[0] = (char)(text->masked[i] ^ MASK);
        CHECK(ui_event(d->u, &e));
        sodium_memzero(&e, sizeof e);
        settle(d);
    }
}

static bool shows(const struct device *d, const char *id)
{
    for (size_t i = 0; i < d->u->node_n; i++) {
        if (strcmp(d->u->nodes[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

static struct needle random_text(const char *what, const char *of)
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

static size_t count_in(const uint8_t *p, size_t n, const struct needle *k)
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
static bool range_of(const char *line, uintptr_t *from, uintptr_t *to, const char **rest)
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
static void search(struct window *w, const struct needle *const *k, size_t nk, size_t *found)
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

static void window_open(struct window *w)
{
    int zero = open("/dev/zero", O_RDWR | O_CLOEXEC); /* MAP_ANONYMOUS is not POSIX */
    w->p = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
    CHECK(w->p != MAP_FAILED);
    close(zero);
}

/* The flags of the mapping that holds an address, from smaps: " lo " when it is locked. */
static bool is_locked(const void *p)
{
    FILE *smaps = fopen("/proc/self/smaps", "r");
    char line[600];
    bool inside = false, locked = false;
    while (smaps != NULL && fgets(line, sizeof line, smaps) != NULL) {
        uintptr_t from, to;
        const char *rest;
        if (range_of(line, &from, &to, &rest)) {
            inside = (uintptr_t)p >= from && (uintptr_t)p < to;
        } else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
            locked = strstr(line, " lo") != NULL;
        } else if (inside && strncmp(line, "Locked:", 7) == 0 && strtol(line + 7, NULL, 10) == 0) {
            break;
        }
    }
    fclose(smaps);
    return locked;
}

/* ---- the tests ---------------------------------------------------------------------------------
 */
static void note_keys(struct device *d)
{
    const struct writer *w = &d->a->writer;
    note(d, "the data key", w->keys->data, 32);
    note(d, "the wrapping key", w->keys->wrap, 32);
    note(d, "the own key", w->keys->own, 32);
    note(d, "the signing key", w->journal.keys.sign_sk, 32);
    note(d, "the sealing key", w->journal.keys.box_sk, 32);
}

static void after_a_lock_neither_keys_nor_pin_nor_what_was_shown_is_in_memory(void)
{
    struct window w;
    struct device d;
    struct needle pin = random_text("the PIN", DIGITS),
                  typed = random_text("what was typed", LETTERS);
    const struct needle *all[16];
    size_t found[16], n = 0;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    /* Its own memory is terabytes of address space, and what is freed is kept. */
    printf("# skipped: the process of a sanitizer is not searched for secrets\n");
    return;
#endif
    window_open(&w);
    begin(&d, &pin);
    settle(&d);
    type(&d, &pin);
    tap(&d, "primary");
    CHECK(d.a->store != NULL);
    if (d.a->store == NULL) {
        return;
    }
    note_keys(&d);
    for (unsigned i = 0; i < d.nkeys; i++) {
        all[n++] = &d.keys[i];
    }
    all[n++] = &pin;
    all[n++] = &typed;
    for (size_t i = 0; i < sizeof SHOWN / sizeof SHOWN[0]; i++) {
        all[n++] = &SHOWN[i];
    }
    /* Look round: the search, both jobs, half-typed words, the settings. */
    tap(&d, "find");
    type(&d, &typed);
    static const char *const jobs[] = {"job 1", "job 2"};
    for (int k = 0; k < 2; k++) {
        app_go(d.a, SCREEN_JOB, sample_id16(jobs[k]));
        settle(&d);
        app_go(d.a, SCREEN_DETAILS, sample_id16(jobs[k]));
        settle(&d);
    }
    CHECK(shows(&d, "details") || d.u->node_n > 5);
    id16 none = {{0}};
    app_go(d.a, SCREEN_SETTINGS, none);
    settle(&d);
    search(&w, all, n, found);
    size_t open = 0;
    for (size_t i = 0; i < n; i++) {
        open += found[i] != 0 && all[i] != &pin;
    }
    CHECK_INT(found[0] != 0, 1); /* the search does find what is there */
    CHECK(open >= 7);
    tap(&d, "lock");
    CHECK(d.a->store == NULL);
    CHECK(shows(&d, "pin"));
    search(&w, all, n, found);
    CHECK(w.read > (1U << 20));
    for (size_t i = 0; i < n; i++) {
        if (found[i] != 0) {
            check_fail(__FILE__, __LINE__, "%s is still in memory, %zu times", all[i]->what,
                       found[i]);
        }
    }
    printf("# counted: after a lock: %llu MiB of memory read, %zu secrets looked for\n",
           (unsigned long long)(w.read >> 20), n);
    end(&d);
    munmap(w.p, WINDOW);
}

static void the_keys_lie_in_locked_pages(void)
{
    struct device d;
    struct needle pin = random_text("the PIN", DIGITS);
    int unlocked = 0;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    printf("# skipped: a sanitizer locks no pages\n");
    return;
#endif
    begin(&d, &pin);
    settle(&d);
    type(&d, &pin);
    tap(&d, "primary");
    const struct writer *w = &d.a->writer;
    CHECK(is_locked(w->keys));
    CHECK(is_locked(w->journal.keys.sign_sk));
    CHECK(is_locked(w->journal.keys.box_sk));
    CHECK(is_locked(store_own_key(d.a->store)));
    CHECK(!is_locked(&unlocked));
    end(&d);
}

static void a_device_whose_keys_may_be_swapped_out_says_so_before_the_pin(void)
{
    struct device d;
    struct needle pin = random_text("the PIN", DIGITS);
    begin(&d, &pin);
    settle(&d);
    CHECK(shows(&d, "pin") && !shows(&d, "unlocked-memory"));
    atomic_store(&d.a->keys_unlocked, true); /* as main says it of process_secure's answer */
    d.out.again = true;
    tap(&d, "pin");
    CHECK(shows(&d, "unlocked-memory"));
    end(&d);
}

/* In a child: the limit is lowered for good. The system's own user locks whatever the limit says,
 * so somebody else is asked. */
static void a_system_that_locks_no_memory_is_found_out_and_no_core_is_left(void)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct process_safety s;
        struct rlimit core, lock = {0, 0};
        process_secure(&s);
        bool ok = s.no_core && getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 &&
                  core.rlim_max == 0;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        ok = ok && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
#endif
        ok = ok && setrlimit(RLIMIT_MEMLOCK, &lock) == 0 && (geteuid() != 0 || setuid(65534) == 0);
        process_secure(&s);
        ok = ok && !s.locks;
        int said[2];
        char words[200] = "";
        ok = ok && pipe(said) == 0 && dup2(said[1], 2) == 2;
        process_keys_said("docket", &s);
        ok = ok && read(said[0], words, sizeof words - 1) > 0 &&
             strstr(words, "refuses to lock memory") != NULL && strstr(words, "core") == NULL;
        _exit(ok ? 0 : 1);
    }
    int status = 1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
}

int main(void)
{
    i18n_open(NULL);
    CHECK(sodium_init() >= 0);
    RUN(after_a_lock_neither_keys_nor_pin_nor_what_was_shown_is_in_memory);
    RUN(the_keys_lie_in_locked_pages);
    RUN(a_device_whose_keys_may_be_swapped_out_says_so_before_the_pin);
    RUN(a_system_that_locks_no_memory_is_found_out_and_no_core_is_left);
    CHECK_END();
}
