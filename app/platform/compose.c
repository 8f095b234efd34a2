/* compose.c - see compose.h. The table is written in X's form into memory that has a path. */
#define _GNU_SOURCE /* memfd_create */
#include "app/platform/compose.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define VARIABLE "XCOMPOSEFILE"

/* The dead key; the key that stands for it after Compose; each letter and what it becomes. */
static const struct {
    const char *dead, *key, *letters;
} ACCENTS[] = {
    {"dead_grave", "grave", "aàeèiìoòuùnǹAÀEÈIÌOÒUÙ"},
    {"dead_acute", "apostrophe", "aáeéiíoóuúyýnńcćsśzźAÁEÉIÍOÓUÚYÝNŃCĆSŚZŹ"},
    {"dead_circumflex", "asciicircum", "aâeêiîoôuûAÂEÊIÎOÔUÛ"},
    {"dead_tilde", "asciitilde", "aãoõnñAÃOÕNÑ"},
    {"dead_diaeresis", "quotedbl", "aäeëiïoöuüyÿAÄEËIÏOÖUÜYŸ"},
    {"dead_macron", "minus", "aāeēiīoōuūAĀEĒIĪOŌUŪ"},
    {"dead_caron", "c", "aǎeěiǐoǒuǔnňcčrřsšzžAǍEĚIǏOǑUǓCČRŘSŠZŽ"},
    {"dead_cedilla", "comma", "cçsşCÇSŞ"},
    {"dead_abovering", "o", "aåuůAÅUŮ"},
    {"dead_stroke", "slash", "oølłOØLŁ"},
};

static size_t bytes_of_letter(const char *s)
{
    size_t n = 1;
    while (((unsigned char)s[n] & 0xC0U) == 0x80U) {
        n++;
    }
    return n;
}

static bool write_table(FILE *f)
{
    bool ok = true;
    for (size_t k = 0; k < sizeof ACCENTS / sizeof ACCENTS[0]; k++) {
        for (const char *p = ACCENTS[k].letters; *p != '\0';) {
            int n = (int)bytes_of_letter(p + 1);
            ok = ok && fprintf(f, "<%s> <%c> : \"%.*s\"\n<Multi_key> <%s> <%c> : \"%.*s\"\n",
                               ACCENTS[k].dead, *p, n, p + 1, ACCENTS[k].key, *p, n, p + 1) > 0;
            p += 1 + n;
        }
        /* Twice, or before a space, it is the accent itself, where the keyboard has it. */
        ok = ok && (strlen(ACCENTS[k].key) == 1 ||
                    fprintf(f, "<%s> <space> : %s\n", ACCENTS[k].dead, ACCENTS[k].key) > 0);
    }
    return ok &&
           fprintf(f, "<Multi_key> <s> <s> : \"ß\"\n<Multi_key> <a> <e> : \"æ\"\n"
                      "<Multi_key> <y> <minus> : \"¥\"\n<Multi_key> <equal> <y> : \"¥\"\n") > 0;
}

static bool has_his_own(void)
{
    const char *home = getenv("HOME");
    char path[600];
    if (getenv(VARIABLE) != NULL) {
        return true;
    }
    return home != NULL &&
           (size_t)snprintf(path, sizeof path, "%s/.XCompose", home) < sizeof path &&
           access(path, R_OK) == 0;
}

int compose_begin(void)
{
    char path[40];
    int fd = has_his_own() ? -1 : memfd_create("compose", MFD_CLOEXEC);
    FILE *f = fd < 0 ? NULL : fdopen(dup(fd), "w");
    bool ok = f != NULL && write_table(f);
    ok = f != NULL && fclose(f) == 0 && ok;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!ok || setenv(VARIABLE, path, 1) != 0) {
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

void compose_end(int fd)
{
    if (fd >= 0) {
        unsetenv(VARIABLE);
        close(fd);
    }
}
