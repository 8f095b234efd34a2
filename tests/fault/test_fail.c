/* test_fail.c - every call that can fail on the way from a tap to the disk fails once, everywhere.
 *
 * A scene (scene.h) runs once undisturbed, its calls are counted; then it runs again with the k-th
 * call failing, in each way that such a call can fail, each time in a fresh copy of the company and
 * a fresh process. The short sweep fails each site once, and more while its time lasts; SOAK=1 all.
 * FAIL_SCENE=name sweeps one alone. */
#define _DEFAULT_SOURCE
#include "tests/fault/fail.h"
#include "tests/fault/scene.h"

#include <dirent.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#define LEAKS() __lsan_do_recoverable_leak_check()
#define SLOW 4
#else
#define LEAKS() 0
#define SLOW 1
#endif
#define SHORT_S 13
#define LONG_S 560
#define SCENES_MAX 40

struct outcome {
    struct world w;
    enum st st; /* what the scene said, the first time */
    bool ended, refused, again;
};
static struct outcome *out; /* shared */
static struct world company;
static char work[96];
static uint16_t *traces[SCENES_MAX];
static uint64_t calls[SCENES_MAX];
static uint64_t injected, refusals, deaths, acks, lost, bad_runs;

/* --- one run, in a child
 * ------------------------------------------------------------------------ */

static unsigned descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    unsigned n = 0;
    while (d != NULL && readdir(d) != NULL) {
        n++;
    }
    if (d != NULL) {
        closedir(d);
    }
    return n;
}

static void sentence(struct world *w, const char *when)
{
    const char *s = w->err.text;
    if (strlen(s) < 9 || strchr(s, ' ') == NULL || strstr(s, "(null)") != NULL) {
        scene_bad(w, "%s: no sentence: \"%s\"", when, s);
    }
}

static void run(const struct scene *s, struct fail_at at)
{
    struct world *w = &out->w;
    alarm(60 * SLOW);
    unsigned fds = descriptors(), held = fail_live();
    fail_live_mark();
    enum st st = scene_open(w, s->opens);
    st = st == ST_OK && s->prepare != NULL ? s->prepare(w) : st;
    if (st != ST_OK) {
        scene_bad(w, "not prepared: %s", w->err.text);
        _exit(1);
    }
    w->err = (struct err){.st = ST_OK};
    fail->tracing = at.nth == 0;
    fail_arm(at);
    out->st = s->run(w);
    fail_disarm();
    if (out->st != ST_OK) {
        out->refused = true;
        sentence(w, "told");
        if (at.nth == 0) {
            scene_bad(w, "undisturbed: %s: %s", st_name(out->st), w->err.text);
        } else {
            scene_again(w, s, out->st == ST_FULL);
        }
    }
    scene_close(w);
    if (fail_live() != held) {
        scene_bad(w, "%d allocations, transactions or folders are not given back",
                  (int)fail_live() - (int)held);
        fail_live_say();
    }
    if (descriptors() != fds) {
        scene_bad(w, "%d descriptors stay open", (int)descriptors() - (int)fds);
    }
    scene_judge(w);
    scene_judge_files(w);
    if (LEAKS() != 0) {
        scene_bad(w, "memory leaks (above)");
    }
    out->ended = true;
    fflush(stdout);
    _exit(0);
}

/* --- one run, seen from outside
 * ----------------------------------------------------------------- */

static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
    }
    return status;
}

static void judge_the_dead(const struct scene *s)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60 * SLOW);
        struct world *w = &out->w;
        scene_judge_dead(w, s);
        out->ended = true;
        fflush(stdout);
        _exit(0);
    }
    (void)wait_for(pid);
}

static bool entropy(unsigned site)
{
    return site < fail->nsites && fail->site[site].call == FAIL_randombytes_buf;
}

static void say_site(unsigned nth, unsigned site)
{
    if (nth != 0 && site < fail->nsites) {
        const struct fail_site *f = &fail->site[site];
        printf(", %s of %s:%u %s (%u) failed", fail_name(f->call), f->file, f->line, f->function,
               nth);
    }
}

/* True when nothing was wrong. */
static bool one(unsigned scene, struct fail_at at)
{
    const struct scene *s = &scenes[scene];
    memset(out, 0, sizeof *out);
    out->w = company;
    scene_copy(&out->w, work);
    fail->fired = false;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        run(s, at);
    }
    int status = wait_for(pid);
    fail_disarm();
    bool died = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && fail->fired &&
                (entropy(at.site) || (fail->fired_twice && entropy(at.then)));
    if (died) { /* no entropy: the process ends */
        deaths++;
        judge_the_dead(s);
    } else if (!out->ended) {
        scene_bad(&out->w, "the process ended: status %x", (unsigned)status);
    }
    bool good = out->ended && out->w.bad == 0;
    if (!good) {
        printf("# in scene \"%s\"", s->name);
        say_site(at.nth, at.site);
        say_site(fail->fired_twice, at.then);
        printf(", way %u, code %d; the scene said %s\n", at.way, fail->fired_code,
               st_name(out->st));
        bad_runs++;
    }
    injected += fail->fired + (unsigned)fail->fired_twice;
    refusals += out->refused;
    acks += out->w.told;
    lost += out->w.lost;
    scene_remove(work);
    return good;
}

/* --- the sweep
 * ---------------------------------------------------------------------------------- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool wanted(unsigned scene)
{
    const char *only = getenv("FAIL_SCENE");
    return only == NULL || strcmp(only, scenes[scene].name) == 0;
}

static void every_scene_runs_undisturbed(void)
{
    for (unsigned i = 0; i < scenes_n; i++) {
        if (!wanted(i)) {
            continue;
        }
        CHECK(one(i, (struct fail_at){.site = FAIL_SITES, .then = FAIL_SITES}));
        calls[i] = fail->count;
        size_t n = calls[i] < FAIL_TRACE ? (size_t)calls[i] : FAIL_TRACE;
        traces[i] = malloc((n + 1) * sizeof *traces[i]);
        memcpy(traces[i], fail->trace, n * sizeof *traces[i]);
        printf("# %s: %llu calls\n", scenes[i].name, (unsigned long long)calls[i]);
    }
    injected = refusals = acks = 0;
    memset(fail->reached, 0, sizeof fail->reached);
}

/* The k-th call of a scene, as a site and a number. */
static struct fail_at at_of(unsigned scene, uint64_t k, unsigned way)
{
    struct fail_at at = {.site = traces[scene][k], .way = way, .then = FAIL_SITES};
    for (uint64_t i = 0; i <= k; i++) {
        at.nth += traces[scene][i] == at.site;
    }
    return at;
}

/* Fails that call; and when this led to a place that was never failed, again with that one failing
 * as well. */
static void at_and_after(unsigned scene, uint64_t k, unsigned way)
{
    struct fail_at at = at_of(scene, k, way), both = at;
    CHECK(one(scene, at));
    while (fail->late != FAIL_SITES) {
        both.then = fail->late;
        CHECK(one(scene, both));
        if (!fail->fired_twice) {
            break;
        }
        CHECK(one(scene, at)); /* is there another such place? */
    }
}

/* Each site for the first time in each scene that reaches it, in every way: the first pass only
 * what was never failed before. */
static void each_site(bool everywhere, double until)
{
    static bool seen[FAIL_SITES];
    for (unsigned i = 0; i < scenes_n; i++) {
        memset(seen, 0, sizeof seen);
        for (uint64_t k = 0; k < calls[i] && k < FAIL_TRACE; k++) {
            unsigned site = traces[i][k];
            if (seen[site] || (!everywhere && fail->failed[site] != 0)) {
                continue;
            }
            seen[site] = true;
            unsigned ways = everywhere ? fail_ways(fail->site[site].call) : 1;
            for (unsigned way = 0; way < ways; way++) {
                if (everywhere && seconds() > until) {
                    return;
                }
                at_and_after(i, k, way);
            }
        }
    }
}

/* Every call in every scene and way, spread over the time there is by a step that shares no divisor
 * with any number of calls. True when it came to the end. */
static bool every_call(double until)
{
    uint64_t all = 0;
    for (unsigned i = 0; i < scenes_n; i++) {
        all += calls[i] < FAIL_TRACE ? calls[i] : FAIL_TRACE;
    }
    const uint64_t step = 1000003; /* a prime */
    for (uint64_t n = 0; n < all; n++) {
        uint64_t k = n * (step % all) % all;
        unsigned i = 0;
        while (k >= calls[i]) {
            k -= calls[i++];
        }
        unsigned ways = fail_ways(fail->site[traces[i][k]].call);
        for (unsigned way = 0; way < ways; way++) {
            if (seconds() > until) {
                return false;
            }
            at_and_after(i, k, way);
        }
    }
    return true;
}

static void every_call_fails_once_and_nothing_is_lost(void)
{
    bool soak = getenv("SOAK") != NULL;
    double from = seconds();
    double until = from + (soak ? LONG_S : SHORT_S * SLOW);
    each_site(false, until);
    uint64_t once = injected;
    if (seconds() < until) {
        each_site(true, until);
    }
    bool whole = seconds() < until && every_call(until);
    CHECK_INT(lost, 0);
    printf("# counted: %llu faults injected (%llu told, %llu ended for want of entropy), %s; "
           "%llu acknowledgements looked at, %llu lost\n",
           (unsigned long long)injected, (unsigned long long)refusals, (unsigned long long)deaths,
           whole ? "every call in every scene" : "every site at least once",
           (unsigned long long)acks, (unsigned long long)lost);
    printf("# %llu runs to fail each site once, %llu in all, %.0f s\n", (unsigned long long)once,
           (unsigned long long)injected, seconds() - from);
}

/* --- the sites
 * ---------------------------------------------------------------------------------- */

/* The next word of a line, ended; what follows it in *rest. */
static char *word(char **rest)
{
    char *w = *rest + strspn(*rest, " ");
    size_t n = strcspn(w, " \n");
    *rest = w[n] == '\0' ? w + n : w + n + 1;
    w[n] = '\0';
    return w;
}

static bool matches(const char *pattern, const char *what)
{
    return strcmp(pattern, "*") == 0 || strcmp(pattern, what) == 0;
}

/* Is it in fail_unreached.txt? A line: file, function, call ('*' for any), then the reason. */
static bool excused(const struct fail_site *s)
{
    char line[512];
    FILE *f = fopen("tests/fault/fail_unreached.txt", "r");
    bool found = false;
    while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
        char *rest = line;
        if (line[0] == '#' || line[0] == '\n') {
            continue;
        }
        const char *file = word(&rest), *function = word(&rest), *call = word(&rest);
        if (strlen(rest) < 12) {
            check_fail(__FILE__, __LINE__, "no reason: %s %s %s", file, function, call);
        }
        found = strcmp(file, s->file) == 0 && matches(function, s->function) &&
                matches(call, fail_name(s->call));
    }
    if (f != NULL) {
        fclose(f);
    }
    return found;
}

static bool same_place(const struct fail_site *a, const struct fail_site *b)
{
    return a->call == b->call && a->line == b->line && strcmp(a->file, b->file) == 0;
}

/* A line that the compiler put into several functions is one site. */
static bool first_of_its_place(unsigned n, uint64_t *reached, uint64_t *failed)
{
    *reached = *failed = 0;
    for (unsigned i = 0; i < fail->nsites; i++) {
        if (same_place(&fail->site[i], &fail->site[n])) {
            if (i < n) {
                return false;
            }
            *reached += fail->reached[i];
            *failed += fail->failed[i];
        }
    }
    return true;
}

static void every_call_site_was_failed(void)
{
    unsigned n = 0, never = 0, excuses = 0;
    for (unsigned i = 0; i < fail->nsites; i++) {
        const struct fail_site *s = &fail->site[i];
        uint64_t reached, failed;
        if (!s->scope || !first_of_its_place(i, &reached, &failed)) {
            continue;
        }
        n++;
        bool excuse = failed == 0 && excused(s);
        printf("# site %s:%u %s %s: reached %llu, failed %llu%s\n", s->file, s->line, s->function,
               fail_name(s->call), (unsigned long long)reached, (unsigned long long)failed,
               excuse ? " (listed)" : "");
        excuses += excuse;
        if (failed == 0 && !excuse) {
            never++;
            printf("# never failed: %s %s %s\n", s->file, s->function, fail_name(s->call));
        }
    }
    CHECK(n > 200);
    CHECK_INT(never, 0);
    printf("# counted: %u call sites, %u failed at least once, %u listed as beyond reach, %u "
           "forgotten\n",
           n, n - never - excuses, excuses, never);
}

static void the_sites_are_found(void)
{
    CHECK(fail->nsites > 200);
}

int main(void)
{
    if (access("/dev/shm", W_OK) == 0) {
        CHECK_INT(setenv("TMPDIR", "/dev/shm", 1), 0); /* the disk's own speed is not the matter */
    }
    if (!fail_begin()) {
        printf("# skipped: call sites are found on x86-64 and aarch64 with addr2line only\n");
        printf("ok - nothing could be shown here\n");
        return 0;
    }
    out = mmap(NULL, sizeof *out, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (out == MAP_FAILED) {
        return 99;
    }
    char base[96];
    const char *tmp = check_tmp();
    snprintf(base, sizeof base, "%.80s/company", tmp);
    snprintf(work, sizeof work, "%.80s/work", tmp);
    scene_company(&company, base);
    RUN(the_sites_are_found);
    RUN(every_scene_runs_undisturbed);
    RUN(every_call_fails_once_and_nothing_is_lost);
    if (getenv("FAIL_SCENE") == NULL) {
        RUN(every_call_site_was_failed);
    }
    for (unsigned i = 0; i < scenes_n; i++) {
        free(traces[i]);
    }
    free(company.d.scratch);
    CHECK_END();
}
