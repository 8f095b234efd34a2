/* test_compose.c - the table of composed letters that X reads at start: whole, ours only where
 * nobody has one of his own, and gone from the environment afterwards. */
#include "app/platform/compose.h"
#include "core/base/utf8.h"
#include "tests/support/check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char all[65536];

static void read_table(const char *path)
{
    FILE *f = fopen(path, "r");
    size_t n = f == NULL ? 0 : fread(all, 1, sizeof all - 1, f);
    all[n] = '\0';
    if (f != NULL) {
        fclose(f);
    }
}

/* Every line: keys in brackets, a colon, a letter in quotes or the name of a key; no keys twice. */
static void every_line_is_in_xs_form_and_its_keys_stand_once(void)
{
    CHECK_INT(setenv("HOME", check_tmp(), 1), 0);
    CHECK_INT(unsetenv("XCOMPOSEFILE"), 0);
    int fd = compose_begin(), lines = 0;
    CHECK(fd >= 0 && getenv("XCOMPOSEFILE") != NULL);
    read_table(getenv("XCOMPOSEFILE"));
    for (char *p = all, *end; (end = strchr(p, '\n')) != NULL; p = end + 1, lines++) {
        *end = '\0';
        char *colon = strstr(p, " : ");
        CHECK(p[0] == '<' && colon != NULL && colon[-1] == '>' && colon[3] != '\0');
        if (colon != NULL && colon[3] == '"') {
            size_t n = strlen(colon + 4) - 1;
            CHECK(n >= 1 && n <= 3 && colon[4 + n] == '"');
            CHECK(utf8_valid((str){colon + 4, n}));
        }
        char keys[80];
        snprintf(keys, sizeof keys, "%.*s : ", (int)(colon - p), p);
        CHECK(strstr(end + 1, keys) == NULL);
        *end = '\n';
    }
    CHECK(lines > 150);
    CHECK(strstr(all, "<dead_acute> <e> : \"é\"\n") != NULL);
    CHECK(strstr(all, "<dead_caron> <u> : \"ǔ\"\n") != NULL);
    CHECK(strstr(all, "<Multi_key> <quotedbl> <u> : \"ü\"\n") != NULL);
    compose_end(fd);
    CHECK(getenv("XCOMPOSEFILE") == NULL);
}

static void whoever_has_a_table_keeps_it(void)
{
    char path[600];
    const char *home = check_tmp();
    snprintf(path, sizeof path, "%s/.XCompose", home);
    FILE *f = fopen(path, "w");
    CHECK(f != NULL && fclose(f) == 0);
    CHECK_INT(setenv("HOME", home, 1), 0);
    CHECK_INT(compose_begin(), -1);
    compose_end(-1);
    CHECK_INT(unlink(path), 0);
    CHECK_INT(setenv("XCOMPOSEFILE", "/his/own", 1), 0);
    CHECK_INT(compose_begin(), -1);
    compose_end(-1);
    CHECK_STR(getenv("XCOMPOSEFILE"), "/his/own");
}

int main(void)
{
    RUN(every_line_is_in_xs_form_and_its_keys_stand_once);
    RUN(whoever_has_a_table_keeps_it);
    CHECK_END();
}
