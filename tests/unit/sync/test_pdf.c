/* test_pdf.c - the customer's copy on paper, looked at by other people's programs. */
#include "core/report/strokes.h"
#include "sync/pdf/pdf.h"
#include "sync/pdf/qr.h"
#include "tests/support/check.h"
#include "tests/unit/core/report_help.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static struct report_part parts[40];
static struct report_price prices[2];

/* Runs a program, its output into `out`; answers its exit code, -1 when it is not installed. */
static int run(const char *const *argv, const char *out)
{
    pid_t pid;
    int status = -1;
    char *args[12] = {NULL};
    for (size_t i = 0; argv[i] != NULL && i < 11; i++) {
        args[i] = strdup(argv[i]);
    }
    posix_spawn_file_actions_t fa;
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_addopen(&fa, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
    int rc = posix_spawnp(&pid, args[0], &fa, NULL, args, environ);
    posix_spawn_file_actions_destroy(&fa);
    if (rc == 0) {
        waitpid(pid, &status, 0);
    }
    for (size_t i = 0; args[i] != NULL; i++) {
        free(args[i]);
    }
    return rc != 0 ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static size_t slurp(const char *path, char *buf, size_t cap)
{
    FILE *f = fopen(path, "rb");
    size_t n = f == NULL ? 0 : fread(buf, 1, cap - 1, f);
    buf[n] = '\0';
    if (f != NULL) {
        fclose(f);
    }
    return n;
}

/* What is left when blanks, line ends and page ends are taken away: wrapping is no difference. */
static size_t squeeze(char *s, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (n - i >= 3 && memcmp(s + i, "\xE3\x80\x80", 3) == 0) {
            i += 2;
        } else if (strchr(" \n\r\f", s[i]) == NULL || s[i] == '\0') {
            s[k++] = s[i];
        }
    }
    s[k] = '\0';
    return k;
}

static bytes signature(uint8_t *buf, size_t cap)
{
    static struct stroke_point p[200];
    for (size_t i = 0; i < 200; i++) {
        double t = (double)i / 199.0, wave = t * 7 - (int)(t * 7), side = (int)(t * 7) % 2 ? 1 : -1;
        p[i] = (struct stroke_point){.x = (int32_t)(3000 + 28000 * t),
                                     .y = (int32_t)(20000 + 40000 * wave * (1 - wave) * side),
                                     .t_ms = (uint32_t)i * 12,
                                     .pressure = 500,
                                     .start = i == 0 || i == 130};
    }
    struct strokes s = {.w = 34000, .h = 42000, .n = 200, .points = p};
    bytes out;
    CHECK_INT(strokes_encode(&s, buf, cap, &out), ST_OK);
    return out;
}

static char qr_text[1251];
static str longest_qr(void)
{
    int n = snprintf(qr_text, sizeof qr_text, "https://hq.example/verify#");
    for (; n < 1250; n++) {
        qr_text[n] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[n * 7 % 64];
    }
    return (str){qr_text, 1250};
}

static char text[CAP_REPORT_BYTES], path[4200], got[400000], out_path[4200];
static uint8_t stroke_bytes[CAP_STROKES_BYTES];

static struct pdf_report make(const struct report_facts *f)
{
    struct pdf_report r = {.facts = f,
                           .outcome = SIGN_SIGNED,
                           .strokes = signature(stroke_bytes, sizeof stroke_bytes),
                           .signer = S("王秀兰"),
                           .qr = longest_qr(),
                           .date_ms = f->finished_ms + 61500};
    CHECK_INT(report_text(f, text, sizeof text, &r.text), ST_OK);
    return r;
}

static void paths(const char *name)
{
    static const char *dir;
    if (dir == NULL) {
        const char *keep = getenv("KEEP"); /* to look at the papers */
        dir = keep != NULL ? keep : check_tmp();
    }
    snprintf(path, sizeof path, "%s/%s.pdf", dir, name);
    snprintf(out_path, sizeof out_path, "%s/%s.out", dir, name);
}

/* Every canonical line can be marked and copied; qpdf has nothing to say. */
static void check_paper(const struct pdf_report *r, bool one_page)
{
    struct err err = {0};
    static char line[CAP_REPORT_BYTES];
    CHECK_INT(pdf_file(r, path, &err), ST_OK);
    CHECK_INT(run((const char *const[]){"qpdf", "--check", path, NULL}, out_path), 0);
    CHECK_INT(run((const char *const[]){"qpdf", "--show-npages", path, NULL}, out_path), 0);
    slurp(out_path, got, sizeof got);
    CHECK(one_page == (strtol(got, NULL, 10) == 1));
    CHECK_INT(run((const char *const[]){"pdftotext", "-raw", path, out_path, NULL}, "/dev/null"),
              0);
    squeeze(got, slurp(out_path, got, sizeof got));
    static str lines[2000];
    size_t n = report_lines(r->text, lines, 2000);
    for (size_t i = 0; i < n; i++) {
        memcpy(line, lines[i].p, lines[i].n);
        squeeze(line, lines[i].n);
        if (strstr(got, line) == NULL) {
            check_fail(__FILE__, __LINE__, "line %zu is not in the text: %s", i, line);
        }
    }
}

static void check_qr(const struct pdf_report *r)
{
    char png[4300], prefix[4290];
    snprintf(prefix, sizeof prefix, "%.*s", (int)(strlen(path) - 4), path);
    snprintf(png, sizeof png, "%s.png", prefix);
    CHECK_INT(run((const char *const[]){"pdftoppm", "-r", "200", "-png", "-singlefile", path,
                                        prefix, NULL},
                  "/dev/null"),
              0);
    CHECK_INT(run((const char *const[]){"zbarimg", "-q", "--raw", png, NULL}, out_path), 0);
    size_t n = slurp(out_path, got, sizeof got);
    CHECK(n == r->qr.n + 1 && memcmp(got, r->qr.p, r->qr.n) == 0);
}

static void a_chinese_report_is_one_clean_page(void)
{
    struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices);
    paths("zh");
    struct pdf_report r = make(&f);
    check_paper(&r, true);
    check_qr(&r);
}

static void an_english_report_is_one_clean_page(void)
{
    struct report_facts f = report_help_facts(REPORT_1_EN, parts, prices);
    paths("en");
    struct pdf_report r = make(&f);
    r.signer = S("Wang Xiulan");
    check_paper(&r, true);
    check_qr(&r);
}

static void a_refusal_shows_the_reason_in_the_place_of_the_signature(void)
{
    struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices);
    paths("refused");
    struct pdf_report r = make(&f);
    r.outcome = SIGN_REFUSED;
    r.strokes = (bytes){NULL, 0};
    r.signer = (str){NULL, 0};
    r.reason = S("认为上门费过高，要求先与公司核对收费标准");
    check_paper(&r, true);
    CHECK(strstr(got, "客户拒签") != NULL);
    CHECK(strstr(got, "要求先与公司核对收费标准") != NULL);
    check_qr(&r);
}

static void a_long_report_goes_on_over_pages_and_is_never_cut(void)
{
    struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices);
    paths("long");
    for (unsigned i = 2; i < 40; i++) {
        parts[i] = parts[i % 2];
    }
    f.nparts = 40;
    struct pdf_report r = make(&f);
    check_paper(&r, false);
    check_qr(&r);
}

static bool keep(void *ctx, const uint8_t *p, size_t n)
{
    struct {
        uint8_t *p;
        size_t n, cap;
    } *b = ctx;
    if (n > b->cap - b->n) {
        return false;
    }
    memcpy(b->p + b->n, p, n);
    b->n += n;
    return true;
}

static void the_same_report_gives_the_same_bytes(void)
{
    static uint8_t one[2000000], two[2000000];
    struct {
        uint8_t *p;
        size_t n, cap;
    } a = {one, 0, sizeof one}, b = {two, 0, sizeof two}, none = {NULL, 0, 0};
    struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices);
    struct pdf_report r = make(&f);
    CHECK_INT(pdf_make(&r, keep, &a, NULL), ST_OK);
    CHECK_INT(pdf_make(&r, keep, &b, NULL), ST_OK);
    CHECK_BYTES(a.p, a.n, b.p, b.n);
    printf("# one page: %zu bytes\n", a.n);
    CHECK_INT(pdf_make(&r, keep, &none, NULL), ST_IO);
    paths("same");
    CHECK_INT(pdf_file(&r, path, NULL), ST_OK);
    b.n = slurp(path, got, sizeof got);
    CHECK_BYTES(a.p, a.n, got, b.n);
}

static void a_qr_code_never_goes_beyond_version_25(void)
{
    static struct qr q;
    static char digits[1274];
    memset(digits, 'x', sizeof digits);
    CHECK_INT(qr_make(longest_qr(), &q), ST_OK);
    CHECK_INT(q.side, QR_SIDE_MAX);
    CHECK_INT(qr_make((str){digits, 1273}, &q), ST_OK);
    CHECK_INT(qr_make((str){digits, 1274}, &q), ST_TOO_BIG);
    CHECK_INT(q.side, 0);
    CHECK_INT(qr_make(S("docket"), &q), ST_OK);
    CHECK_INT(q.side, 21);
    CHECK(q.modules[0] == 1 && q.modules[7] == 0); /* corner of a finder, and its margin */
}

int main(void)
{
    RUN(a_chinese_report_is_one_clean_page);
    RUN(an_english_report_is_one_clean_page);
    RUN(a_refusal_shows_the_reason_in_the_place_of_the_signature);
    RUN(a_long_report_goes_on_over_pages_and_is_never_cut);
    RUN(the_same_report_gives_the_same_bytes);
    RUN(a_qr_code_never_goes_beyond_version_25);
    CHECK_END();
}
