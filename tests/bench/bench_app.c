/* bench_app.c - the handheld: cold start, memory, scrolling, in processes of their own with a real
 * window where there is a display (Xvfb is started when none is). The rows; bench_child.c runs. */
#include "tests/bench/bench.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_BYTES (BENCH_PATH_BYTES + 64)

/* A display of our own; 0 when there is one already, or none can be had. */
static pid_t display(void)
{
    int fd[2];
    if (getenv("DISPLAY") != NULL || pipe(fd) != 0) {
        return 0;
    }
    pid_t pid = fork();
    if (pid == 0) {
        char n[16];
        snprintf(n, sizeof n, "%d", fd[1]);
        close(fd[0]);
        if (freopen("/dev/null", "w", stderr) == NULL) {
            _exit(127);
        }
        /* Not begun anew when a child goes: the next one would find no server for a moment. */
        execlp("Xvfb", "Xvfb", "-displayfd", n, "-screen", "0", "1280x1400x24", "-nolisten", "tcp",
               "-noreset", (char *)NULL);
        _exit(127);
    }
    close(fd[1]);
    char name[16] = ":";
    ssize_t n = pid > 0 ? read(fd[0], name + 1, sizeof name - 2) : 0;
    close(fd[0]);
    if (n <= 0) {
        return 0; /* no Xvfb: SDL's dummy window it is */
    }
    name[strcspn(name, "\n")] = '\0';
    setenv("DISPLAY", name, 1);
    return pid;
}

static bool child(const char *mode, const char *dir, struct bench_child *out)
{
    int fd[2];
    if (pipe(fd) != 0) {
        bench_die("pipe", ST_IO, NULL);
    }
    pid_t pid = fork();
    if (pid == 0) {
        char n[16];
        snprintf(n, sizeof n, "%d", fd[1]);
        close(fd[0]);
        execl("/proc/self/exe", "bench", "--child", mode, dir, n, (char *)NULL);
        _exit(127);
    }
    close(fd[1]);
    memset(out, 0, sizeof *out);
    size_t n = 0;
    ssize_t got = 1;
    while (n < sizeof *out && got > 0) {
        got = read(fd[0], (uint8_t *)out + n, sizeof *out - n);
        n += got > 0 ? (size_t)got : 0;
    }
    close(fd[0]);
    int status = 0;
    waitpid(pid, &status, 0);
    return n == sizeof *out && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void rows_cold(struct bench *b, const char *dir, unsigned jobs)
{
    double cold[9], empty[9], kdf[9], lock[9], unlock[9], rss[9], own[9], peer[9];
    struct bench_child c = {0}, e;
    for (unsigned r = 0; r < b->runs; r++) {
        if (!child("cold", dir, &c) || !child("empty", dir, &e)) {
            bench_die("a child process failed", ST_BUG, NULL);
        }
        cold[r] = c.ms[0] + c.ms[1] - c.kdf_ms;
        lock[r] = c.ms[0];
        unlock[r] = c.ms[1] - c.kdf_ms;
        kdf[r] = c.kdf_ms;
        empty[r] = e.ms[0];
        own[r] = c.ms[3];
        peer[r] = e.ms[3];
        rss[r] = c.rss_kib;
    }
    double t = bench_median(cold, b->runs), bare = bench_median(empty, b->runs);
    bench_row(b, bench_fmt("cold start, %u jobs", jobs), "<= 100 ms", bench_fmt("%.0f ms", t),
              bench_fmt("empty window, one font: %.0f ms", bare), t / bare, t <= 100);
    bench_row(b, "cold start beside an empty window", "<= 1.50 x", bench_fmt("%.0f ms", t),
              bench_fmt("empty window, one font: %.0f ms", bare), t / bare, t <= 1.5 * bare);
    bench_note(
        "main() to the lock screen presented %.0f ms, PIN to the first jobs presented %.0f ms, "
        "key derivation (%.0f ms) taken out of it; %u frames presented; SDL's video "
        "driver: %s",
        bench_median(lock, b->runs), bench_median(unlock, b->runs), bench_median(kdf, b->runs),
        c.frames, c.driver);
    bench_note("the main thread's own time, which others on the machine do not stretch so much: "
               "%.1f ms, of the empty window %.1f ms",
               bench_median(own, b->runs), bench_median(peer, b->runs));
    bench_note("of the last run: window and fonts %.1f ms, state and threads %.1f ms, lock screen "
               "%.1f ms; store opened %.1f ms, jobs laid out and drawn %.1f ms",
               c.part_ms[0], c.part_ms[1], c.part_ms[2], c.part_ms[3], c.part_ms[4]);
    double m = bench_median(rss, b->runs) / 1024;
    bench_row(b, bench_fmt("memory, %u jobs, after unlock", jobs), "<= 64 MiB RSS",
              bench_fmt("%.1f MiB", m),
              bench_fmt("empty window, one font: %.1f MiB", e.rss_kib / 1024),
              m / (e.rss_kib / 1024), m <= 64);
    bench_note(
        "private %.1f MiB, of the store's file %.1f MiB, the rest libraries and fonts; after "
        "60 screens scrolled by %.1f MiB, of these %.1f MiB of the store's file (clean "
        "pages: the kernel takes them back when it must)",
        c.anon_kib / 1024, c.store_kib / 1024, c.scrolled_kib / 1024, c.scrolled_store_kib / 1024);
}

static void row_scroll(struct bench *b, const char *dir, unsigned jobs)
{
    struct bench_child c;
    double p99[9], p50[9], jump[9], cpu[9];
    unsigned frames = 0;
    for (unsigned r = 0; r < 3; r++) {
        if (!child("scroll", dir, &c)) {
            bench_die("a child process failed", ST_BUG, NULL);
        }
        p50[r] = c.ms[0];
        p99[r] = c.ms[1];
        jump[r] = c.ms[2];
        cpu[r] = c.ms[3];
        frames = c.frames;
    }
    struct bench_child e;
    if (!child("fill", dir, &e)) {
        bench_die("a child process failed", ST_BUG, NULL);
    }
    double t = bench_median(p99, 3);
    bench_row(b, bench_fmt("scroll %u jobs, 720x1280, p99", jobs), "<= 8 ms a frame",
              bench_fmt("%.2f ms (p50 %.2f ms)", t, bench_median(p50, 3)),
              bench_fmt("fill and present the window: %.2f ms", e.ms[0]), t / e.ms[0], t <= 8);
    bench_note("a fling of 200 pixels a frame, %u frames presented, every row's words distinct, "
               "half Chinese; with input, layout, rows read from the store; the thread's own time "
               "p99 %.2f ms; jumps of a whole screen: p99 %.2f ms",
               frames, bench_median(cpu, 3), bench_median(jump, 3));
}

static void row_touch(struct bench *b, const char *dir, const char *mode, const char *name,
                      const char *what)
{
    struct bench_child c, e;
    double p50[9], p99[9], own[9];
    for (unsigned r = 0; r < 3; r++) {
        if (!child(mode, dir, &c)) {
            bench_die("a child process failed", ST_BUG, NULL);
        }
        p50[r] = c.ms[0];
        p99[r] = c.ms[1];
        own[r] = c.ms[3];
    }
    if (!child("fill", dir, &e)) {
        bench_die("a child process failed", ST_BUG, NULL);
    }
    double t = bench_median(p99, 3);
    bench_row(b, name, "<= 16 ms: within a frame",
              bench_fmt("%.2f ms (p50 %.2f ms)", t, bench_median(p50, 3)),
              bench_fmt("fill and present the window: %.2f ms", e.ms[0]), t / e.ms[0], t <= 16);
    bench_note("%s: %u; medians: the loop wakes %.3f ms, input and layout %.3f ms, painted and "
               "presented %.3f ms; the thread's own time p99 %.2f ms",
               what, c.frames, c.part_ms[0], c.part_ms[1], c.part_ms[2], bench_median(own, 3));
}

static void rows_press(struct bench *b, const char *dir)
{
    struct bench_child c;
    row_touch(
        b, dir, "press", "input to presented frame, 720x1280, p99",
        "a finger's event into SDL's queue, the loop wakes, the button shows the press and is "
        "presented; times down and up");
    row_touch(b, dir, "ink", "finger to ink, 720x1280, p99",
              "a finger's move into SDL's queue, the stroke reaches to it in the frame that is "
              "presented; points of one stroke that fills the pad");
    if (!child("cursor", dir, &c)) {
        bench_die("a child process failed", ST_BUG, NULL);
    }
    double part = c.pixels[0] * 4, all = c.pixels[1] * 4;
    bench_row(b, "what a blinking cursor would cost", "<= 1 % of a picture",
              bench_fmt("%.0f bytes, %.1f us", part, c.ms[0] * 1e3),
              bench_fmt("the whole picture: %.0f bytes, %.0f us", all, c.ms[1] * 1e3), part / all,
              part <= all / 100);
    bench_note("painted and presented, the thread's own time; the cursor of this program stands "
               "still, so that an open field costs nothing");
}

static void row_search(struct bench *b, const char *dir, unsigned jobs)
{
    struct bench_child c;
    double p99[9], p50[9];
    for (unsigned r = 0; r < 3; r++) {
        if (!child("search", dir, &c)) {
            bench_die("a child process failed", ST_BUG, NULL);
        }
        p50[r] = c.ms[0];
        p99[r] = c.ms[1];
    }
    double t = bench_median(p99, 3);
    bench_row(b, bench_fmt("search %u jobs, per keystroke, p99", jobs), "<= 16 ms",
              bench_fmt("%.2f ms (p50 %.2f ms)", t, bench_median(p50, 3)), "-", 0, t <= 16);
    bench_note(
        "%u keys: words of five letters, Chinese, English, a phone number, typed and taken "
        "back, to the presented frame, without the 31 ms for which a letter might be a "
        "scanner's; the first letter of all %.2f ms, its %.0f jobs complete after %.2f s "
        "(a thread gathers the words; the list fills); RSS then %.1f MiB; the thread's own time "
        "p99 %.2f ms",
        c.frames, c.part_ms[0], c.part_ms[2], c.part_ms[1] / 1e3, c.rss_kib / 1024, c.ms[3]);
}

void bench_app(struct bench *b)
{
    char dir[PATH_BYTES], config[PATH_BYTES];
    unsigned few = b->quick ? 1000 : 10000, many = b->quick ? 2000 : 100000;
    bench_section("The handheld, in processes of its own");
    pid_t x = display();
    snprintf(config, sizeof config, "%s/config", b->dir);
    setenv("XDG_CONFIG_HOME", config, 1);
    snprintf(dir, sizeof dir, "%s/jobs-few", b->dir);
    bench_shop(b, dir, config, few);
    rows_cold(b, dir, few);
    rows_press(b, dir);
    snprintf(dir, sizeof dir, "%s/jobs-many", b->dir);
    double from = bench_us();
    bench_shop(b, dir, config, many);
    bench_note("store of %u jobs made in %.1f s", many, (bench_us() - from) / 1e6);
    row_scroll(b, dir, many);
    row_search(b, dir, many);
    bench_remove(dir);
    if (x > 0) {
        kill(x, SIGTERM);
        waitpid(x, NULL, 0);
    }
}
