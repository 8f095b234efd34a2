/* find.c - see find.h. */
#include "app/screens/find.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* U+3000, and U+FF01 to U+FF5E, which are '!' to '~'; 0: none of them. */
static char narrow(const char *p)
{
    unsigned char a = (unsigned char)p[0], b = (unsigned char)p[1];
    unsigned char c = b == 0 ? 0 : (unsigned char)p[2];
    if (a == 0xE3 && b == 0x80 && c == 0x80) {
        return ' ';
    }
    if (a == 0xEF && b == 0xBC && c >= 0x81 && c <= 0xBF) {
        return (char)(c - 0x81 + '!');
    }
    if (a == 0xEF && b == 0xBD && c >= 0x80 && c <= 0x9E) {
        return (char)(c - 0x80 + '`');
    }
    return 0;
}

void find_plain(const char *typed, char out[static FIND_BYTES])
{
    size_t n = 0;
    while (*typed != '\0' && n + 1 < FIND_BYTES) {
        char c = narrow(typed);
        out[n++] = lower(c != 0 ? c : *typed);
        typed += c != 0 ? 3 : 1;
    }
    out[n] = '\0';
}

static bool holds(str text, const char *word, size_t n)
{
    for (size_t k = 0; k + n <= text.n; k++) {
        size_t m = 0;
        while (m < n && lower(text.p[k + m]) == word[m]) {
            m++;
        }
        if (m == n) {
            return true;
        }
    }
    return false;
}

bool find_in(const str *texts, size_t n, const char *plain)
{
    while (*plain != '\0') {
        size_t len = strcspn(plain, " ");
        bool there = len == 0;
        for (size_t k = 0; k < n && !there; k++) {
            there = holds(texts[k], plain, len);
        }
        if (!there) {
            return false;
        }
        plain += len + (plain[len] == ' ' ? 1U : 0U);
    }
    return true;
}
