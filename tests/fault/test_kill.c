/* test_kill.c - SIGKILL at every place of every scene: what was acknowledged before it is there.
 *
 * A child plays a scene (scene.h) in a copy of the company and tells by a pipe what it was told is
 * done. It is killed before or after its k-th system call; some more by the clock. The short sweep
 * takes about a hundred places, spread evenly; SOAK=1 thousands. KILL_SCENE=name takes one scene.
 */
#define _DEFAULT_SOURCE
#include "tests/fault/kill_trace.h"
#include "tests/fault/scene.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SLOW 4
#else
#define SLOW 1
#endif
#define SHORT_S 14
#define LONG_S 560
#define SHORT_KILLS 110
#define BY_CLOCK 8 /* one kill of so many */
#define SCENES_MAX 40

static struct world company;
static struct world *world; /* shared with the child that judges */
static char work[96];
static uint64_t stops[SCENES_MAX];
static double lasts_us[SCENES_MAX];
static uint64_t kills, by_clock, acks, lost, ended;
static uint64_t random_state = 88172645463325252U;

static uint64_t next_random(void) /* xorshift: the same places in every run */
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- the child
 * ---------------------------------------------------------------------------------- */

static void play(const struct scene *s, int to, bool traced)
{
    static struct world w;
    char go = 'g';
    w = *world;
    w.pipe = -1;
    alarm(60 * SLOW);
    enum st st = scene_open(&w, s->opens);
    st = st == ST_OK && s->prepare != NULL ? s->prepare(&w) : st;
    world->restored = w.restored; /* what the judge must know of it */
    memcpy(world->code, w.code, sizeof w.code);
    memcpy(world->owed, w.owed, sizeof w.owed);
    w.pipe = to;
    if (st != ST_OK || write(to, &go, 1) != 1) {
        _exit(3);
    }
    if (traced && !kill_ready()) {
        _exit(4);
    }
    st = s->run(&w);
    _exit(st == ST_OK ? 0 : 5);
}

/* What came through the pipe: a letter when the scene began, then what was acknowledged. */
static void listen_to(int from)
{
    struct ack a;
    while (read(from, &a, sizeof a) == (ssize_t)sizeof a) {
        if (world->nacks < SCENE_ACKS) {
            world->acks[world->nacks++] = a;
        }
    }
    close(from);
}

static bool judge(const struct scene *s)
{
    int status = 1;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60 * SLOW);
        scene_judge_dead(world, s);
        fflush(stdout);
        _exit(0);
    }
    while (waitpid(pid, &status, 0) < 0) {
    }
    if (status != 0) {
        scene_bad(world, "the judge ended: status %x", (unsigned)status);
    }
    return world->bad == 0;
}

/* Kill before the k-th stop (0: never), or, k being 0, after `us` microseconds (0: never). */
static bool one(unsigned scene, uint64_t k, unsigned us)
{
    const struct scene *s = &scenes[scene];
    int ends[2], status = 0;
    char go = 0;
    bool killed = false;
    *world = company;
    scene_copy(world, work);
    if (pipe(ends) != 0) {
        exit(99);
    }
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        play(s, ends[1], us == 0);
    }
    close(ends[1]);
    bool began = read(ends[0], &go, 1) == 1;
    double from = seconds();
    if (us != 0) {
        kill_after(pid, us, &killed, &status);
    } else {
        uint64_t n = kill_at(pid, k, &killed, &status);
        stops[scene] = k == 0 ? n : stops[scene];
    }
    lasts_us[scene] = k == 0 && us == 0 ? (seconds() - from) * 1e6 : lasts_us[scene];
    listen_to(ends[0]);
    if (!began || (!killed && status != 0)) {
        scene_bad(world, "the scene ended by itself: status %x", (unsigned)status);
    }
    bool good = judge(s) && began;
    if (!good) {
        printf("# in scene \"%s\", killed at stop %llu of %llu, or after %u us\n", s->name,
               (unsigned long long)k, (unsigned long long)stops[scene], us);
    }
    kills += killed;
    by_clock += killed && us != 0;
    ended += !killed;
    acks += world->told;
    lost += world->lost;
    scene_remove(work);
    return good;
}

/* --- the sweep
 * ---------------------------------------------------------------------------------- */

static bool wanted(unsigned scene)
{
    const char *only = getenv("KILL_SCENE");
    return only == NULL || strcmp(only, scenes[scene].name) == 0;
}

static void every_scene_runs_to_its_end(void)
{
    for (unsigned i = 0; i < scenes_n; i++) {
        if (wanted(i)) {
            CHECK(one(i, 0, 0));
            CHECK(stops[i] > 10);
            printf("# %s: %llu stops\n", scenes[i].name, (unsigned long long)stops[i]);
        }
    }
    acks = lost = ended = 0;
}

/* Places of all scenes together, by a step without a common divisor; one in BY_CLOCK by the clock.
 */
static void nothing_acknowledged_is_lost_by_a_kill(void)
{
    bool soak = getenv("SOAK") != NULL;
    double until = seconds() + (soak ? LONG_S : SHORT_S * SLOW);
    uint64_t all = 0, most = SHORT_KILLS;
    for (unsigned i = 0; i < scenes_n; i++) {
        all += stops[i];
    }
    most = soak || all < most ? all : most;
    const uint64_t step = soak ? 1000003 : all / most;
    for (uint64_t n = 0; n < most && seconds() < until; n++) {
        uint64_t k = (n * (step % all) + (soak ? 0 : step / 2)) % all;
        unsigned i = 0;
        while (k >= stops[i]) {
            k -= stops[i++];
        }
        CHECK(one(i, k + 1, 0));
        if (n % BY_CLOCK == 0 && lasts_us[i] > 10) {
            CHECK(one(i, 0, 1 + (unsigned)(next_random() % (uint64_t)(lasts_us[i] / 3))));
        }
    }
    CHECK(kills >= (soak ? 500U : 20U) || getenv("KILL_SCENE") != NULL);
    CHECK_INT(lost, 0);
    printf("# counted: %llu kills (%llu by the clock, %llu came too late) at %llu places of %u "
           "scenes; %llu acknowledgements looked at, %llu lost\n",
           (unsigned long long)kills, (unsigned long long)by_clock, (unsigned long long)ended,
           (unsigned long long)all, scenes_n, (unsigned long long)acks, (unsigned long long)lost);
}

static bool may_trace(void)
{
    int status = 0;
    bool killed;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(kill_ready() ? 0 : 4);
    }
    return kill_at(pid, 0, &killed, &status) > 1;
}

int main(void)
{
    if (access("/dev/shm", W_OK) == 0) {
        CHECK_INT(setenv("TMPDIR", "/dev/shm", 1), 0); /* the disk's own speed is not the matter */
    }
    if (!may_trace()) {
        printf("# skipped: this machine lets no process trace its child\n");
        printf("ok - nothing could be shown here\n");
        return 0;
    }
    world = mmap(NULL, sizeof *world, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (world == MAP_FAILED) {
        return 99;
    }
    char base[96];
    const char *tmp = check_tmp();
    snprintf(base, sizeof base, "%.80s/company", tmp);
    snprintf(work, sizeof work, "%.80s/work", tmp);
    scene_company(&company, base);
    RUN(every_scene_runs_to_its_end);
    RUN(nothing_acknowledged_is_lost_by_a_kill);
    free(company.d.scratch);
    CHECK_END();
}
