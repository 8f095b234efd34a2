/* pinyin.c - see pinyin.h. */
#define _GNU_SOURCE /* memfd_create */
#include "app/ime/pinyin.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PINYIN_DICTIONARY
#define PINYIN_DICTIONARY "/usr/lib/googlepinyin/data/dict_pinyin.dat"
#endif

/* The library's header is C++; these are its C functions. */
bool im_open_decoder(const char *system_dictionary, const char *user_dictionary);
void im_close_decoder(void);
void im_set_max_lens(size_t letters, size_t characters);
void im_flush_cache(void);
size_t im_search(const char *letters, size_t n);
void im_reset_search(void);
const char *im_get_sps_str(size_t *decoded);
uint16_t *im_get_candidate(size_t i, uint16_t *out, size_t cap);
size_t im_get_spl_start_pos(const uint16_t **start);
size_t im_choose(size_t i);
size_t im_cancel_last_choice(void);
size_t im_get_fixed_len(void);

struct pinyin {
    int learned_fd, scratch_fd;
    bool private;    /* asked for */
    bool scratch;    /* the decoder has the words of a private field: from its first letter on */
    bool dirty;      /* something was learned and not given out yet */
    size_t count;    /* candidates now */
    size_t letter_n; /* letters composed */
    char letters[PINYIN_LETTERS_MAX + 1];
    char shown[PINYIN_WORD_BYTES + PINYIN_LETTERS_MAX + 1];
    uint8_t learned[PINYIN_LEARNED_BYTES];
};

static bool decoder_open(const struct pinyin *p)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", p->scratch ? p->scratch_fd : p->learned_fd);
    if (!im_open_decoder(PINYIN_DICTIONARY, path)) {
        return false;
    }
    im_set_max_lens(PINYIN_LETTERS_MAX, PINYIN_LETTERS_MAX);
    return true;
}

/* Every byte that a memfd held is overwritten before it goes: its pages return to the kernel. */
static void wipe_fd(int fd)
{
    struct stat sb;
    static const uint8_t zero[4096];
    if (fd < 0 || fstat(fd, &sb) != 0) {
        return;
    }
    for (off_t at = 0; at < sb.st_size; at += (off_t)sizeof zero) {
        if (pwrite(fd, zero, sizeof zero, at) < 0) {
            break;
        }
    }
    if (ftruncate(fd, 0) != 0) {
        return;
    }
}

static bool write_all(int fd, bytes b)
{
    size_t at = 0;
    while (at < b.n) {
        ssize_t n = pwrite(fd, b.p + at, b.n - at, (off_t)at);
        if (n <= 0) {
            return false;
        }
        at += (size_t)n;
    }
    return true;
}

enum st pinyin_open(bytes learned, struct pinyin **out, struct err *err)
{
    *out = NULL;
    if (access(PINYIN_DICTIONARY, R_OK) != 0) {
        return err_set(err, ST_NOT_FOUND, errno, __func__, "no Pinyin dictionary on this machine");
    }
    struct pinyin *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return err_set(err, ST_FULL, ENOMEM, __func__, "no memory for Pinyin");
    }
    p->learned_fd = memfd_create("words", MFD_CLOEXEC);
    p->scratch_fd = memfd_create("scratch", MFD_CLOEXEC);
    if (p->learned_fd < 0 || p->scratch_fd < 0 || !write_all(p->learned_fd, learned) ||
        !decoder_open(p)) {
        int sys = errno;
        wipe_fd(p->learned_fd);
        if (p->learned_fd >= 0) {
            close(p->learned_fd);
        }
        if (p->scratch_fd >= 0) {
            close(p->scratch_fd);
        }
        free(p);
        return err_set(err, ST_IO, sys, __func__, "Pinyin cannot be opened");
    }
    *out = p;
    return ST_OK;
}

void pinyin_close(struct pinyin *p)
{
    if (p == NULL) {
        return;
    }
    im_close_decoder();
    wipe_fd(p->learned_fd);
    wipe_fd(p->scratch_fd);
    close(p->learned_fd);
    close(p->scratch_fd);
    sodium_memzero(p, sizeof *p);
    free(p);
}

void pinyin_cancel(struct pinyin *p)
{
    im_reset_search();
    p->count = p->letter_n = 0;
    sodium_memzero(p->letters, sizeof p->letters);
    sodium_memzero(p->shown, sizeof p->shown);
}

/* The words change by opening the decoder again, of which the library keeps 200 KB each time: only
 * where something is composed in private. */
static void use_scratch(struct pinyin *p, bool on)
{
    if (on == p->scratch) {
        return;
    }
    im_close_decoder(); /* writes what it learned into the memfd of before */
    p->scratch = on;
    wipe_fd(p->scratch_fd);
    if (!decoder_open(p)) {
        p->count = 0; /* no candidates: letters are typed as they are */
    }
}

void pinyin_private(struct pinyin *p, bool on)
{
    pinyin_cancel(p);
    p->private = on;
    if (!on) {
        use_scratch(p, false); /* at once: what was composed there goes */
    }
}

/* UTF-16 of the library (the basic plane only) as UTF-8. Returns bytes, without the end. */
static size_t utf8_of(const uint16_t *s, size_t n, char *out, size_t cap)
{
    size_t k = 0;
    for (size_t i = 0; i < n && s[i] != 0; i++) {
        unsigned c = s[i];
        if (k + 4 > cap || (c >= 0xD800 && c < 0xE000)) {
            break;
        }
        if (c < 0x80) {
            out[k++] = (char)c;
        } else if (c < 0x800) {
            out[k++] = (char)(0xC0U | c >> 6);
            out[k++] = (char)(0x80U | (c & 0x3FU));
        } else {
            out[k++] = (char)(0xE0U | c >> 12);
            out[k++] = (char)(0x80U | (c >> 6 & 0x3FU));
            out[k++] = (char)(0x80U | (c & 0x3FU));
        }
    }
    out[k] = '\0';
    return k;
}

/* The chosen characters, then the letters that no choice has used. */
static void show(struct pinyin *p)
{
    uint16_t text[PINYIN_LETTERS_MAX + 1] = {0};
    const uint16_t *start = NULL;
    size_t fixed = im_get_fixed_len(), syllables = im_get_spl_start_pos(&start), k = 0;
    size_t from = fixed <= syllables && start != NULL ? start[fixed] : 0;
    if (fixed > 0 && im_get_candidate(0, text, sizeof text / sizeof text[0]) != NULL) {
        k = utf8_of(text, fixed, p->shown, PINYIN_WORD_BYTES);
    }
    from = from < p->letter_n ? from : p->letter_n;
    memcpy(p->shown + k, p->letters + from, p->letter_n - from);
    p->shown[k + p->letter_n - from] = '\0';
}

static void search(struct pinyin *p)
{
    p->count = im_search(p->letters, p->letter_n);
    show(p);
}

bool pinyin_letter(struct pinyin *p, char c)
{
    if (c < 'a' || c > 'z' || p->letter_n == PINYIN_LETTERS_MAX) {
        return false;
    }
    use_scratch(p, p->private);
    p->letters[p->letter_n++] = c;
    p->letters[p->letter_n] = '\0';
    search(p);
    return true;
}

bool pinyin_back(struct pinyin *p)
{
    if (p->letter_n == 0) {
        return false;
    }
    if (im_get_fixed_len() > 0) {
        p->count = im_cancel_last_choice();
        show(p);
        return true;
    }
    p->letters[--p->letter_n] = '\0';
    if (p->letter_n == 0) {
        pinyin_cancel(p);
    } else {
        search(p);
    }
    return true;
}

const char *pinyin_letters(const struct pinyin *p)
{
    return p->letters;
}

const char *pinyin_shown(const struct pinyin *p)
{
    return p->shown;
}

size_t pinyin_count(const struct pinyin *p)
{
    return p->count;
}

bool pinyin_candidate(const struct pinyin *p, size_t i, char out[static PINYIN_WORD_BYTES])
{
    uint16_t text[PINYIN_LETTERS_MAX + 1] = {0};
    out[0] = '\0';
    if (i >= p->count || im_get_candidate(i, text, sizeof text / sizeof text[0]) == NULL) {
        return false;
    }
    size_t fixed = i == 0 ? im_get_fixed_len() : 0; /* the first one is the whole sentence */
    const uint16_t *rest = text + (fixed < PINYIN_LETTERS_MAX ? fixed : 0);
    if (*rest == 0) {
        rest = text;
    }
    return utf8_of(rest, PINYIN_LETTERS_MAX, out, PINYIN_WORD_BYTES) > 0;
}

bool pinyin_choose(struct pinyin *p, size_t i, char out[static PINYIN_WORD_BYTES])
{
    out[0] = '\0';
    if (i >= p->count) {
        return false;
    }
    p->count = im_choose(i);
    const uint16_t *start = NULL;
    size_t fixed = im_get_fixed_len(), syllables = im_get_spl_start_pos(&start);
    if (fixed < syllables || p->count != 1) {
        show(p);
        return false;
    }
    uint16_t text[PINYIN_LETTERS_MAX + 1] = {0};
    if (im_get_candidate(0, text, sizeof text / sizeof text[0]) != NULL) {
        size_t n = utf8_of(text, PINYIN_LETTERS_MAX, out, PINYIN_WORD_BYTES);
        /* Letters that are no syllable stay letters. */
        size_t used = start != NULL ? start[syllables] : p->letter_n;
        for (; used < p->letter_n && n + 1 < PINYIN_WORD_BYTES; used++) {
            out[n++] = p->letters[used];
        }
        out[n] = '\0';
    }
    p->dirty = p->dirty || !p->private;
    pinyin_cancel(p);
    return out[0] != '\0';
}

bool pinyin_learned(struct pinyin *p, bytes *out)
{
    if (!p->dirty || p->private || p->letter_n > 0) {
        return false;
    }
    p->dirty = false;
    im_flush_cache();
    struct stat sb;
    if (fstat(p->learned_fd, &sb) != 0 || sb.st_size <= 0 ||
        sb.st_size > (off_t)sizeof p->learned) {
        return false;
    }
    size_t n = (size_t)sb.st_size;
    if (pread(p->learned_fd, p->learned, n, 0) != (ssize_t)n) {
        return false;
    }
    *out = bytes_of(p->learned, n);
    return true;
}
