/* test_secrets.c - what is left in the process after a lock: its memory is read and searched for
 * the keys, the PIN and what the screens have shown. And where the keys lie while it is unlocked.
 */
#include "tests/ui/memory.h"

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
