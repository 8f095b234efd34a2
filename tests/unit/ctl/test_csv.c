/* The reader of tables: what it accepts, what it refuses with a line number, and that one bad line
 * costs one line. Inputs are written to files of the test's own folder, or come through a pipe. */
#include "tests/support/check.h"

#include <iconv.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sync/ctl/csv.h"

static const char *dir;

static const char *file_of(const void *p, size_t n)
{
    static char path[128];
    static int count;
    snprintf(path, sizeof path, "%s/t%d.csv", dir, count++ % 4);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(p, 1, n, f) != n || fclose(f) != 0) {
        perror(path);
        exit(99);
    }
    return path;
}

/* Everything that the reader says of a file, as one text: fields in <>, refusals with !. */
static char said[1 << 20];
static void append(const char *before, const char *p, size_t n, const char *after)
{
    size_t at = strlen(said);
    snprintf(said + at, sizeof said - at, "%s%.*s%s", before, (int)n, p, after);
}

static const char *all_of(const char *path, const char *encoding)
{
    struct csv *c = NULL;
    struct err err = {0};
    said[0] = '\0';
    if (csv_open(path, encoding, &c, &err) != ST_OK) {
        append("no: ", err.text, strlen(err.text), "");
        return said;
    }
    for (;;) {
        struct csv_row row;
        enum st st = csv_next(c, &row, &err);
        if (st == ST_END) {
            break;
        }
        if (st != ST_OK) {
            CHECK(row.n == 0);
            append("!", err.text, strlen(err.text), "\n");
            if (st != ST_BAD_INPUT) {
                break;
            }
            continue;
        }
        char number[16];
        int digits = snprintf(number, sizeof number, "%u", row.line);
        append("", number, (size_t)digits, "");
        for (size_t i = 0; i < row.n; i++) {
            append("<", row.field[i].p, row.field[i].n, ">");
        }
        append("", "", 0, "\n");
    }
    csv_close(&c);
    CHECK(c == NULL);
    return said;
}

static const char *read_text(const char *text)
{
    return all_of(file_of(text, strlen(text)), NULL);
}

static void plain_rows_with_either_line_end(void)
{
    CHECK_STR(read_text("id,name\r\n1,Ann\n2,Bob"), "1<id><name>\n2<1><Ann>\n3<2><Bob>\n");
    CHECK_STR(read_text(""), "");
    CHECK_STR(read_text("a"), "1<a>\n");
    CHECK_STR(read_text("a,\n,b\n"), "1<a><>\n2<><b>\n");
}

static void empty_records_are_passed_over_and_counted(void)
{
    CHECK_STR(read_text("a,b\n\n\r\n,\n1,2\n\n"), "1<a><b>\n5<1><2>\n");
}

static void quoted_fields_hold_commas_quotes_and_line_breaks(void)
{
    CHECK_STR(read_text("\"a,b\",\"say \"\"hi\"\"\",\"x\ny\r\nz\"\nnext,,\n"),
              "1<a,b><say \"hi\"><x\ny\r\nz>\n4<next><><>\n");
    CHECK_STR(read_text("\"\",\"\"\"\"\r\n"), "1<><\">\n");
    CHECK_STR(read_text("\"a\",\"b\""), "1<a><b>\n");
    CHECK_STR(read_text("\"a\",\"b\"\r\n\"c\",d\r\n"), "1<a><b>\n2<c><d>\n");
}

static void a_quotation_mark_in_mid_field_is_text(void)
{
    CHECK_STR(read_text("1,5\" pipe,O'Brien\n"), "1<1><5\" pipe><O'Brien>\n");
}

static void a_broken_quote_costs_its_own_line_only(void)
{
    CHECK_STR(read_text("a,b\n1,\"two\" 2\n3,4\n"),
              "1<a><b>\n!line 2: there is text between a closing quotation mark and the next "
              "comma\n3<3><4>\n");
    CHECK_STR(read_text("a,b\n1,\"two\n3,4\n5,6\n"),
              "1<a><b>\n!line 2: a quotation mark is opened and never closed\n3<3><4>\n4<5><6>\n");
    CHECK_STR(read_text("1,\"x\n2,\"y\",z\n3,w\n"),
              "!line 1: there is text between a closing quotation mark and the next "
              "comma\n2<2><y><z>\n3<3><w>\n");
}

static void a_quote_open_for_64_KiB_costs_one_line(void)
{
    size_t n = 200000;
    char *text = malloc(n + 64);
    size_t at = (size_t)snprintf(text, 64, "a,b\n1,\"open\n");
    while (at < n) {
        at += (size_t)snprintf(text + at, 64, "22,33\n");
    }
    const char *all = all_of(file_of(text, at), NULL);
    const char *want = "1<a><b>\n!line 2: a quotation mark is opened and not closed within 64 KiB\n"
                       "3<22><33>\n4<22><33>\n";
    CHECK(strncmp(all, want, strlen(want)) == 0);
    size_t rows = 0;
    for (const char *p = all; *p != '\0'; p++) {
        rows += *p == '\n';
    }
    CHECK_INT(rows, 2 + (at - 12) / 6);
    free(text);
}

static void a_line_of_10_MB_is_refused_and_the_next_is_read(void)
{
    size_t n = 10U << 20;
    char *text = malloc(n + 64);
    size_t at = (size_t)snprintf(text, 64, "id,name\n1,");
    memset(text + at, 'x', n);
    at += n;
    at += (size_t)snprintf(text + at, 32, "\n2,Bob\n");
    struct rusage before, after;
    const char *path = file_of(text, at);
    free(text);
    getrusage(RUSAGE_SELF, &before);
    CHECK_STR(all_of(path, NULL), "1<id><name>\n!line 2: it is longer than 64 KiB\n3<2><Bob>\n");
    getrusage(RUSAGE_SELF, &after);
    CHECK(after.ru_maxrss - before.ru_maxrss < 4096); /* KiB: memory is bounded */
}

static void the_longest_line_is_exact(void)
{
    char *text = malloc(CSV_LINE_BYTES + 64);
    memset(text, 'x', CSV_LINE_BYTES + 64);
    text[CSV_LINE_BYTES - 1] = '\n';
    struct csv *c = NULL;
    struct csv_row row;
    CHECK(csv_open(file_of(text, CSV_LINE_BYTES), NULL, &c, NULL) == ST_OK);
    CHECK(csv_next(c, &row, NULL) == ST_OK && row.n == 1 && row.field[0].n == CSV_LINE_BYTES - 1);
    CHECK(csv_next(c, &row, NULL) == ST_END);
    csv_close(&c);
    text[CSV_LINE_BYTES - 1] = 'x';
    text[CSV_LINE_BYTES] = '\n';
    CHECK_STR(all_of(file_of(text, CSV_LINE_BYTES + 1), NULL),
              "!line 1: it is longer than 64 KiB\n");
    free(text);
}

static void more_than_64_columns_are_refused(void)
{
    char text[256];
    memset(text, ',', sizeof text);
    memcpy(text + 63, "x\n", 2);
    memcpy(text + 65 + 64, "x\na,b\n", 7);
    struct csv *c = NULL;
    struct csv_row row;
    struct err err = {0};
    CHECK(csv_open(file_of(text, strlen(text)), NULL, &c, &err) == ST_OK);
    CHECK(csv_next(c, &row, &err) == ST_OK && row.n == 64);
    CHECK(csv_next(c, &row, &err) == ST_BAD_INPUT && row.line == 2);
    CHECK_STR(err.text, "line 2: it has 65 columns, at most 64 are read");
    CHECK(csv_next(c, &row, &err) == ST_OK && row.n == 2 && row.line == 3);
    csv_close(&c);
}

static void a_zero_byte_is_refused(void)
{
    static const char text[] = "a,b\n1,\0\n2,3\n";
    CHECK_STR(all_of(file_of(text, sizeof text - 1), NULL),
              "1<a><b>\n!line 2: it holds a zero byte, so this is not a table of text\n3<2><3>\n");
}

static const char *encoding_of(const void *p, size_t n, const char *name, bool *guessed)
{
    static char used[64];
    struct csv *c = NULL;
    struct err err = {0};
    if (csv_open(file_of(p, n), name, &c, &err) != ST_OK) {
        return err.text[0] != '\0' ? "refused" : "refused without a word";
    }
    snprintf(used, sizeof used, "%s", csv_encoding(c, guessed));
    csv_close(&c);
    return used;
}

static size_t convert(const char *to, const char *text, char *out, size_t cap)
{
    iconv_t cd = iconv_open(to, "UTF-8");
    char in[4096], *from = in, *put = out;
    snprintf(in, sizeof in, "%s", text);
    size_t n = strlen(in), room = cap;
    CHECK(cd != (iconv_t)-1 && iconv(cd, &from, &n, &put, &room) == 0);
    iconv_close(cd);
    return cap - room;
}

#define CHINESE "编号,名称\nC-1,\"滨江\"\"家电\"\"服务部\"\nC-2,联通营业厅\n"
#define CHINESE_READ "1<编号><名称>\n2<C-1><滨江\"家电\"服务部>\n3<C-2><联通营业厅>\n"

static void utf8_is_utf8_with_and_without_a_mark(void)
{
    bool guessed = true;
    CHECK_STR(read_text(CHINESE), CHINESE_READ);
    CHECK_STR(read_text("\xEF\xBB\xBF" CHINESE), CHINESE_READ);
    CHECK_STR(encoding_of(CHINESE, strlen(CHINESE), NULL, &guessed), "UTF-8");
    CHECK(!guessed);
}

static void utf16_with_a_mark_is_converted(void)
{
    char out[4096];
    bool guessed = true;
    size_t n = convert("UTF-16LE", "\xEF\xBB\xBF" CHINESE, out, sizeof out);
    CHECK_STR(all_of(file_of(out, n), NULL), CHINESE_READ);
    CHECK_STR(encoding_of(out, n, NULL, &guessed), "UTF-16LE");
    CHECK(!guessed);
    n = convert("UTF-16BE", "\xEF\xBB\xBF" CHINESE, out, sizeof out);
    CHECK_STR(all_of(file_of(out, n), NULL), CHINESE_READ);
    CHECK_STR(encoding_of(out, n, NULL, &guessed), "UTF-16BE");
    CHECK_STR(all_of(file_of(out, n), "UTF-16"), CHINESE_READ);
}

static void anything_else_is_GB18030_and_says_that_it_is_a_guess(void)
{
    char out[4096];
    bool guessed = false;
    size_t n = convert("GB18030", CHINESE "C-3,𠮷野家,€\n", out, sizeof out);
    CHECK_STR(encoding_of(out, n, NULL, &guessed), "GB18030");
    CHECK(guessed);
    CHECK_STR(all_of(file_of(out, n), NULL), CHINESE_READ "4<C-3><𠮷野家><€>\n");
}

static void a_named_encoding_decides(void)
{
    char out[4096];
    bool guessed = true;
    size_t n = convert("BIG5", "a,b\n1,工單\n", out, sizeof out);
    CHECK_STR(all_of(file_of(out, n), "BIG5"), "1<a><b>\n2<1><工單>\n");
    CHECK_STR(encoding_of(out, n, "BIG5", &guessed), "BIG5");
    CHECK(!guessed);
    CHECK_STR(encoding_of(out, n, "no such thing", NULL), "refused");
    CHECK_STR(encoding_of(out, n, "GB18030//IGNORE", NULL), "refused");
    CHECK_STR(encoding_of(out, n, "", NULL), "refused");
}

static void broken_sequences_name_line_and_byte(void)
{
    static const char utf8[] = "a,b\n1,\xE5\xAE\n2,3\n4,\xED\xA0\x80\n5,\xC0\x80\n6,\xFF";
    CHECK_STR(all_of(file_of(utf8, sizeof utf8 - 1), "utf-8"),
              "1<a><b>\n!line 2: byte 7 of the file does not fit the encoding utf-8\n3<2><3>\n"
              "!line 4: byte 16 of the file does not fit the encoding utf-8\n"
              "!line 5: byte 22 of the file does not fit the encoding utf-8\n"
              "!line 6: byte 27 of the file does not fit the encoding utf-8\n");
    static const char gb[] = "a,b\n\"\xB1\xE0\n\xFF\",2\n3,\xB1";
    CHECK_STR(all_of(file_of(gb, sizeof gb - 1), NULL),
              "1<a><b>\n!line 3: byte 9 of the file does not fit the encoding GB18030\n"
              "!line 4: byte 16 of the file does not fit the encoding GB18030\n");
    static const char utf16[] = "\xFF\xFE"
                                "a\0\n\0\0\xD8"
                                "b\0\n\0c\0\n\0d";
    CHECK_STR(all_of(file_of(utf16, sizeof utf16 - 1), NULL),
              "1<a>\n!line 2: byte 7 of the file does not fit the encoding UTF-16LE\n3<c>\n"
              "!line 4: byte 17 of the file does not fit the encoding UTF-16LE\n");
}

static void utf8_with_a_little_damage_stays_utf8(void)
{
    static const char text[] = CHINESE "C-3,\xE7\xBB\n" CHINESE;
    bool guessed = false;
    CHECK_STR(encoding_of(text, sizeof text - 1, NULL, &guessed), "UTF-8");
    CHECK(guessed);
    const char *all = all_of(file_of(text, sizeof text - 1), NULL);
    CHECK(strncmp(all, CHINESE_READ "!line 4: byte ", strlen(CHINESE_READ) + 14) == 0);
    CHECK(strstr(all, "7<C-2><联通营业厅>\n") != NULL);
}

static void a_pipe_reads_like_a_file(void)
{
    char out[4096], path[128];
    snprintf(path, sizeof path, "%s/pipe", dir);
    CHECK(mkfifo(path, 0600) == 0);
    size_t n = convert("GB18030", CHINESE, out, sizeof out);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        FILE *f = fopen(path, "wb");
        for (size_t i = 0; f != NULL && i < n; i++) {
            fputc(out[i], f);
            if (i % 7 == 0) {
                fflush(f);
            }
        }
        _exit(f == NULL || fclose(f) != 0);
    }
    CHECK_STR(all_of(path, NULL), CHINESE_READ);
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

/* Every prefix of a valid file gives the whole rows of the full file, then at most one refusal or a
 * shorter last row: never a crash, never a row that is not there. */
static void every_prefix_is_read_or_refused(void)
{
    static const char text[] = "a,b\n\"q \"\"x\"\"\",编\r\n\"1\n2\",名称\n";
    static char whole[4096];
    snprintf(whole, sizeof whole, "%s", all_of(file_of(text, sizeof text - 1), "UTF-8"));
    CHECK_STR(whole, "1<a><b>\n2<q \"x\"><编>\n3<1\n2><名称>\n");
    bool seen_refusal = false;
    for (size_t n = 0; n < sizeof text - 1; n++) {
        const char *all = all_of(file_of(text, n), "UTF-8");
        /* The rows before the first refusal, or before the last row, are those of the whole. */
        const char *end = strchr(all, '!');
        if (end == NULL) {
            end = all + strlen(all);
            while (end > all && (end[-1] != '\n' || end[0] == '\0')) {
                end--;
            }
        }
        CHECK(strncmp(all, whole, (size_t)(end - all)) == 0);
        CHECK(n == 0 || *all != '\0');
        seen_refusal |= strchr(all, '!') != NULL;
    }
    CHECK(seen_refusal);
}

static void blocks_of_the_reader_do_not_show(void)
{
    size_t n = 3 * CSV_READ_BYTES;
    char *text = malloc(n + 64);
    for (size_t shift = 0; shift < 4; shift++) {
        size_t at = shift, rows = 0;
        memset(text, 'x', shift);
        while (at < n) {
            memcpy(text + at, "编,\"号\"\n", 10);
            at += 10;
            rows++;
        }
        struct csv *c = NULL;
        struct csv_row row;
        CHECK(csv_open(file_of(text, at), NULL, &c, NULL) == ST_OK);
        bool guessed = true;
        CHECK_STR(csv_encoding(c, &guessed), "UTF-8");
        CHECK(!guessed);
        size_t seen = 0;
        while (csv_next(c, &row, NULL) == ST_OK) {
            seen++;
            CHECK(row.n == 2 && row.line == seen);
            CHECK(row.n == 2 && str_eq(row.field[1], S("号")));
        }
        CHECK_INT(seen, rows);
        csv_close(&c);
    }
    free(text);
}

static void a_missing_file_and_a_folder_are_named(void)
{
    struct csv *c = NULL;
    struct err err = {0};
    CHECK(csv_open("/nonexistent/x.csv", NULL, &c, &err) == ST_NOT_FOUND && c == NULL);
    CHECK(strstr(err.text, "/nonexistent/x.csv") != NULL);
    CHECK(csv_open(dir, NULL, &c, &err) == ST_IO && c == NULL);
    CHECK(strstr(err.text, "folder") != NULL);
    csv_close(&c);
}

int main(void)
{
    dir = check_tmp();
    RUN(plain_rows_with_either_line_end);
    RUN(empty_records_are_passed_over_and_counted);
    RUN(quoted_fields_hold_commas_quotes_and_line_breaks);
    RUN(a_quotation_mark_in_mid_field_is_text);
    RUN(a_broken_quote_costs_its_own_line_only);
    RUN(a_quote_open_for_64_KiB_costs_one_line);
    RUN(a_line_of_10_MB_is_refused_and_the_next_is_read);
    RUN(the_longest_line_is_exact);
    RUN(more_than_64_columns_are_refused);
    RUN(a_zero_byte_is_refused);
    RUN(utf8_is_utf8_with_and_without_a_mark);
    RUN(utf16_with_a_mark_is_converted);
    RUN(anything_else_is_GB18030_and_says_that_it_is_a_guess);
    RUN(a_named_encoding_decides);
    RUN(broken_sequences_name_line_and_byte);
    RUN(utf8_with_a_little_damage_stays_utf8);
    RUN(a_pipe_reads_like_a_file);
    RUN(every_prefix_is_read_or_refused);
    RUN(blocks_of_the_reader_do_not_show);
    RUN(a_missing_file_and_a_folder_are_named);
    CHECK_END();
}
