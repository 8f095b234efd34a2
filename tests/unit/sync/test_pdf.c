/* test_pdf.c - the customer's copy on paper, looked at by other people's programs. */
#include "core/base/utf8.h"
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

/* A page's foot may stand between two halves of a wrapped line: every "NUMBER ... n / n" goes. */
static void drop_feet(const struct pdf_report *r)
{
    static char title[CAP_REPORT_BYTES];
    static str lines[2];
    bool zh = r->facts->template_ == REPORT_1_ZH;
    IGNORE(report_lines(r->text, lines, 1) == 0);
    memcpy(title, lines[0].p, lines[0].n);
    size_t n = squeeze(title, lines[0].n);
    for (char *p = strstr(got, title); p != NULL; p = strstr(p, title)) {
        char *q = p + n;
        bool foot = strncmp(q, zh ? "第" : "Page", 3) == 0;
        if (!foot) {
            p = q;
            continue;
        }
        q += strcspn(q, "0123456789");
        q += strspn(q, "0123456789");
        q += strcspn(q, "0123456789");
        q += strspn(q, "0123456789");
        q += zh && strncmp(q, "页", 3) == 0 ? 3 : 0;
        memmove(p, q, strlen(q) + 1);
    }
}

static long pages;

/* Every canonical line can be marked and copied; qpdf has nothing to say. */
static void check_paper(const struct pdf_report *r, bool one_page)
{
    struct err err = {0};
    static char line[CAP_REPORT_BYTES];
    CHECK_INT(pdf_file(r, path, &err), ST_OK);
    CHECK_INT(run((const char *const[]){"qpdf", "--check", path, NULL}, out_path), 0);
    CHECK_INT(run((const char *const[]){"qpdf", "--show-npages", path, NULL}, out_path), 0);
    slurp(out_path, got, sizeof got);
    pages = strtol(got, NULL, 10);
    CHECK(one_page == (pages == 1));
    CHECK_INT(run((const char *const[]){"pdftotext", "-raw", path, out_path, NULL}, "/dev/null"),
              0);
    squeeze(got, slurp(out_path, got, sizeof got));
    static str lines[6000];
    size_t n = report_lines(r->text, lines, 6000);
    if (!one_page) {
        drop_feet(r);
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(line, lines[i].p, lines[i].n);
        squeeze(line, lines[i].n);
        if (strstr(got, line) == NULL) {
            check_fail(__FILE__, __LINE__, "line %zu is not in the text: %s", i, line);
        }
    }
}

/* At 203 dpi, as a receipt's printer has; paper has more. */
static void check_qr(const struct pdf_report *r)
{
    char png[4300], prefix[4290];
    snprintf(prefix, sizeof prefix, "%.*s", (int)(strlen(path) - 4), path);
    snprintf(png, sizeof png, "%s.png", prefix);
    CHECK_INT(run((const char *const[]){"pdftoppm", "-r", "203", "-png", "-singlefile", path,
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

/* ---- a receipt ---------------------------------------------------------------------------------
 */

static void page_size(double *w, double *h)
{
    CHECK_INT(run((const char *const[]){"pdfinfo", path, NULL}, out_path), 0);
    slurp(out_path, got, sizeof got);
    const char *p = strstr(got, "Page size:");
    char *end = NULL;
    CHECK(p != NULL);
    *w = p == NULL ? 0 : strtod(p + strlen("Page size:"), &end);
    *h = end == NULL || strncmp(end, " x ", 3) != 0 ? 0 : strtod(end + 3, NULL);
}

static void receipt(const char *name, enum report_template t)
{
    double w, h;
    struct report_facts f = report_help_facts(t, parts, prices);
    paths(name);
    struct pdf_report r = make(&f);
    r.paper = PDF_RECEIPT;
    check_paper(&r, true);
    CHECK(strstr(got, t == REPORT_1_ZH ? "客户联" : "Customer'scopy") != NULL);
    check_qr(&r);
    page_size(&w, &h);
    CHECK(w > 226 && w < 227.5); /* 80 mm */
    CHECK(h > 500 && h < 1600);  /* cut where it ends */
}

static void a_receipt_of_80_mm_is_one_strip_in_both_languages(void)
{
    receipt("receipt-zh", REPORT_1_ZH);
    receipt("receipt-en", REPORT_1_EN);
}

static char many[4001], wide[4001];

/* The largest that facts can hold, and what no page can: nothing is lost, the block stays whole. */
static void the_longest_report_and_reason_are_all_there_on_both_papers(void)
{
    struct report_facts f = report_help_facts(REPORT_1_EN, parts, prices);
    for (size_t i = 0; i < 4000; i++) {
        many[i] = i % 4 == 3 ? '\n' : "abcdefghijklmnopqrstuvwxyz"[i / 4 % 26];
        wide[i] = "WMWMQ"[i % 5];
    }
    f.fault_told = (str){wide, 4000};
    f.action_words = (str){many, 3999};
    f.nparts = 2;
    struct pdf_report r = make(&f);
    r.outcome = SIGN_REFUSED;
    r.strokes = (bytes){NULL, 0};
    r.signer = (str){NULL, 0};
    r.reason = (str){wide, 3900};
    paths("longest");
    check_paper(&r, false);
    printf("# A4: %ld pages\n", pages);
    CHECK(strstr(got, "Customerrefusedtosign") != NULL);
    CHECK(strstr(got, "\xE2\x80\x90") == NULL &&
          strstr(got, "QW-") == NULL); /* no hyphens of ours */
    static char all[4001];
    memcpy(all, wide, 3900);
    CHECK(strstr(strstr(got, "Reason:WM") == NULL ? "" : strstr(got, "Reason:WM"), all) != NULL);
    r.paper = PDF_RECEIPT;
    paths("longest-receipt");
    check_paper(&r, false);
    printf("# receipt: %ld pages\n", pages);
    CHECK(strstr(got, "Customerrefusedtosign") != NULL);
}

/* The page's upper margin, 10 mm, is white: what is heaped on a letter leaves its line nowhere. */
static void check_margin(void)
{
    char prefix[4290], picture[4300];
    snprintf(prefix, sizeof prefix, "%.*s-margin", (int)(strlen(path) - 4), path);
    CHECK_INT(run((const char *const[]){"pdftoppm", "-r", "72", "-gray", "-singlefile", "-H", "28",
                                        path, prefix, NULL},
                  "/dev/null"),
              0);
    snprintf(picture, sizeof picture, "%s.pgm", prefix);
    size_t n = slurp(picture, got, sizeof got), dark = 0;
    CHECK(n > 28 * 500 && memcmp(got, "P5", 2) == 0);
    for (size_t i = 20; i < n; i++) { /* behind the heading */
        dark += (uint8_t)got[i] < 200;
    }
    CHECK_INT(dark, 0);
}

/* Words of people who mean ill, or write what no font has: the file is sound, no page is left out
 * and what stands beside them stands. */
static void hostile_words_break_no_paper(void)
{
    static const char *const hostile[] = {
        "\U0001F600\U0001F469\u200D\U0001F527\U0001F1E8\U0001F1F3 \u2708\uFE0F emoji",
        "\u05E9\u05DC\u05D5\u05DD 123 \u0645\u0631\u062D\u0628\u0627 (abc) \u202Etxet\u202C end",
        "Z\u0351\u036B\u0343\u036A\u0302\u036B\u033D\u034F\u0334\u0319\u0324\u031E\u0349\u035A alg",
        "\uFFFD\uE000\U0010FFFD\u0378 no font has these",
        "<b>&amp;</b> %s %n {{x}} \\ (paren) \\) endobj endstream >>",
        "\u3042\u30A2\u4E00\u76F4 \uAC00\uB098 \u0E01\u0E33 \u0915\u094D\u0937",
    };
    static char marks[4001], company[1201];
    static uint8_t room[200000];
    struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices);
    f.nparts = 2;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0] + 2; i++) {
        size_t n = sizeof hostile / sizeof hostile[0];
        bool known = i < n;
        memset(marks, 0, sizeof marks);
        for (size_t k = 0; i == n && k + 3 < sizeof marks; k += 2) {
            memcpy(marks + k, k == 0 ? "ab" : "\u0301", 2); /* a letter with 1999 accents */
        }
        for (size_t k = 0; i == n + 1 && k + 3 < sizeof marks; k += 3) {
            memcpy(marks + k, "\u6C34", 3);
        }
        struct arena a = arena_of(room, sizeof room);
        CHECK_INT(utf8_clean(&a, known ? str_c(hostile[i]) : str_c(marks), &f.fault_told), ST_OK);
        for (size_t k = 0; k + 3 < sizeof company; k += 3) {
            memcpy(company + k, "\u5B89", 3); /* cut by a buffer it is no UTF-8 any more */
        }
        f.company = i % 2 == 0 ? (str){company, 600} : S("A");
        struct pdf_report r = make(&f);
        for (int k = 0; k < 2; k++) {
            struct err err = {0};
            char name[32];
            r.paper = k == 0 ? PDF_A4 : PDF_RECEIPT;
            snprintf(name, sizeof name, "hostile-%zu-%d", i, k);
            paths(name);
            CHECK_INT(pdf_file(&r, path, &err), ST_OK);
            CHECK_INT(run((const char *const[]){"qpdf", "--check", path, NULL}, out_path), 0);
            CHECK_INT(
                run((const char *const[]){"pdftotext", "-raw", path, out_path, NULL}, "/dev/null"),
                0);
            squeeze(got, slurp(out_path, got, sizeof got));
            drop_feet(&r);
            static char want[4100];
            size_t w = f.fault_told.n;
            memcpy(want, f.fault_told.p, w);
            squeeze(want, w);
            /* What Noto Sans and Noto Sans CJK SC do not have is a box with its number, and marks
             * that are heaped up come back in another order: of these the file is sound, no more.
             */
            if (strstr(got, want) == NULL && (i == 4 || i == n + 1)) {
                check_fail(__FILE__, __LINE__, "%s: its words are not in the text", name);
            }
            CHECK(strstr(got, "253.00") != NULL || strstr(got, "\xE5\xBA\x94\xE4\xBB\x98") != NULL);
            if (k == 0) {
                check_margin();
            }
        }
    }
}

static void a_company_seal_is_noted_beside_the_signature(void)
{
    struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices);
    struct pdf_report r = make(&f);
    r.reason = S("圆形公章，编号 3");
    for (int k = 0; k < 2; k++) {
        r.paper = k == 0 ? PDF_A4 : PDF_RECEIPT;
        paths(k == 0 ? "seal" : "seal-receipt");
        check_paper(&r, true);
        CHECK(strstr(got, "盖章：圆形公章，编号3") != NULL);
        CHECK(strstr(got, "理由") == NULL);
    }
}

static void each_page_says_its_number_and_how_many_there_are(void)
{
    char foot[80];
    struct report_facts f = report_help_facts(REPORT_1_ZH, parts, prices);
    for (unsigned i = 2; i < 40; i++) {
        parts[i] = parts[i % 2];
    }
    f.nparts = 40;
    paths("feet");
    struct pdf_report r = make(&f);
    check_paper(&r, false);
    for (long k = 1; k <= pages; k++) {
        char n[24];
        snprintf(n, sizeof n, "%ld", k);
        CHECK_INT(
            run((const char *const[]){"pdftotext", "-raw", "-f", n, "-l", n, path, out_path, NULL},
                "/dev/null"),
            0);
        squeeze(got, slurp(out_path, got, sizeof got));
        snprintf(foot, sizeof foot, "服务凭证T1-7K-000342第1版第%ld页共%ld页", k, pages);
        CHECK(strstr(got, foot) != NULL);
    }
}

/* ---- bytes -------------------------------------------------------------------------------------
 */

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

/* An English report with a Chinese customer: each run in a script that the language does not have.
 */
static struct pdf_report mixed(struct report_facts *f, enum report_template t, enum pdf_paper paper)
{
    *f = report_help_facts(t, parts, prices);
    f->customer = S("直角骨画 Café Ștefan Сербия かな 한국");
    struct pdf_report r = make(f);
    r.paper = paper;
    return r;
}

static int make_file(const char *to)
{
    struct report_facts f;
    for (int k = 0; k < 4; k++) {
        char at[4300];
        snprintf(at, sizeof at, "%s-%d.pdf", to, k);
        struct pdf_report r =
            mixed(&f, k % 2 ? REPORT_1_EN : REPORT_1_ZH, k / 2 ? PDF_RECEIPT : PDF_A4);
        if (pdf_file(&r, at, NULL) != ST_OK) {
            return 1;
        }
    }
    return 0;
}

static const char japanese[] =
    "<?xml version='1.0'?><fontconfig><dir>/usr/share/fonts</dir>"
    "<cachedir>/var/cache/fontconfig</cachedir>"
    "<match target='pattern'><edit name='family' mode='assign' binding='strong'>"
    "<string>Noto Sans CJK JP</string></edit></match></fontconfig>";

static void neither_the_locale_nor_the_machines_font_rules_change_a_byte(void)
{
    static char here[2000000], there[2000000];
    char rules[4400], a[4300], b[4300], self[4300], env[1][4500];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    CHECK(n > 0);
    self[n > 0 ? n : 0] = '\0';
    snprintf(rules, sizeof rules, "%s/japanese.conf", check_tmp());
    snprintf(a, sizeof a, "%s/here", check_tmp());
    snprintf(b, sizeof b, "%s/there", check_tmp());
    FILE *f = fopen(rules, "wb");
    CHECK(f != NULL && fwrite(japanese, 1, sizeof japanese - 1, f) == sizeof japanese - 1 &&
          fclose(f) == 0);
    snprintf(env[0], sizeof env[0], "FONTCONFIG_FILE=%s", rules);
    paths("fonts");
    const char *const with[] = {"LANG=ja_JP.UTF-8", "LC_ALL=ja_JP.UTF-8", "LANGUAGE=ja:ro:sr",
                                "PANGO_LANGUAGE=ja:ro:sr"};
    if (run((const char *const[]){"env", env[0], with[0], "fc-match", "Noto Sans CJK SC", NULL},
            out_path) == 0) {
        slurp(out_path, got, sizeof got);
        CHECK(strstr(got, "CJK JP") != NULL); /* these rules do bite */
    }
    CHECK_INT(make_file(a), 0);
    CHECK_INT(run((const char *const[]){"env", env[0], with[0], with[1], with[2], with[3], self,
                                        "--make", b, NULL},
                  out_path),
              0);
    for (int k = 0; k < 4; k++) {
        snprintf(rules, sizeof rules, "%s-%d.pdf", a, k);
        size_t na = slurp(rules, here, sizeof here);
        snprintf(rules, sizeof rules, "%s-%d.pdf", b, k);
        size_t nb = slurp(rules, there, sizeof there);
        CHECK(na > 10000);
        CHECK_BYTES(here, na, there, nb);
        CHECK_INT(run((const char *const[]){"pdffonts", rules, NULL}, out_path), 0);
        slurp(out_path, got, sizeof got);
        CHECK(strstr(got, "NotoSansCJKsc-Regular") != NULL);
        CHECK(strstr(got, "CJKjp") == NULL && strstr(got, "CJKtc") == NULL);
    }
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

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--make") == 0) {
        return make_file(argv[2]);
    }
    RUN(a_chinese_report_is_one_clean_page);
    RUN(an_english_report_is_one_clean_page);
    RUN(a_refusal_shows_the_reason_in_the_place_of_the_signature);
    RUN(a_long_report_goes_on_over_pages_and_is_never_cut);
    RUN(a_receipt_of_80_mm_is_one_strip_in_both_languages);
    RUN(the_longest_report_and_reason_are_all_there_on_both_papers);
    RUN(hostile_words_break_no_paper);
    RUN(a_company_seal_is_noted_beside_the_signature);
    RUN(each_page_says_its_number_and_how_many_there_are);
    RUN(the_same_report_gives_the_same_bytes);
    RUN(neither_the_locale_nor_the_machines_font_rules_change_a_byte);
    RUN(a_qr_code_never_goes_beyond_version_25);
    CHECK_END();
}
