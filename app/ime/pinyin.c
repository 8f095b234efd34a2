/* pinyin.c - see pinyin.h. */
#define _GNU_SOURCE /* memfd_create */
#include "app/ime/pinyin.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
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
    int at_fd;       /* the file that the library knows by its path: one of the two */
    bool private;    /* asked for */
    bool scratch;    /* the decoder has the words of a private field: from its first letter on */
    bool dirty;      /* something was learned and not given out yet */
    size_t count;    /* candidates now */
    size_t letter_n; /* letters composed */
    char letters[PINYIN_LETTERS_MAX + 1];
    char shown[PINYIN_WORD_BYTES + PINYIN_LETTERS_MAX + 1];
    uint8_t learned[PINYIN_LEARNED_BYTES];
};

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

/* The library's only way to read words anew: it writes what it has not written yet into its file,
 * lets go of all of it and reads the file again. What it lets go of is overwritten by the C
 * library, since these are somebody's words. */
static void reload(void)
{
    IGNORE(mallopt(M_PERTURB, 0xA5) == 0);
    im_flush_cache();
    IGNORE(mallopt(M_PERTURB, 0) == 0);
}

/* From here on the words of that file, as it stands: nothing of what was learned before is written
 * into it. False: they could not be changed, and the library composes nothing any more. */
static bool read_from(struct pinyin *p, int fd)
{
    if (dup3(fd, p->at_fd, O_CLOEXEC) < 0) {
        im_close_decoder();
        return false;
    }
    reload();
    return true;
}

static bool decoder_open(struct pinyin *p)
{
    char path[40];
    p->at_fd = fcntl(p->learned_fd, F_DUPFD_CLOEXEC, 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", p->at_fd);
    if (p->at_fd < 0 || !im_open_decoder(PINYIN_DICTIONARY, path)) {
        return false;
    }
    im_set_max_lens(PINYIN_LETTERS_MAX, PINYIN_LETTERS_MAX);
    return true;
}

static void drop(struct pinyin *p)
{
    const int fds[] = {p->learned_fd, p->scratch_fd, p->at_fd};
    wipe_fd(p->learned_fd);
    wipe_fd(p->scratch_fd);
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    sodium_memzero(p, sizeof *p);
    free(p);
}

enum st pinyin_open(struct pinyin **out, struct err *err)
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
    p->at_fd = -1;
    if (p->learned_fd < 0 || p->scratch_fd < 0 || !decoder_open(p)) {
        int sys = errno;
        drop(p);
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
    IGNORE(!pinyin_user(p, (bytes){NULL, 0})); /* its memory is overwritten, not only let go of */
    im_close_decoder();
    drop(p);
}

void pinyin_cancel(struct pinyin *p)
{
    im_reset_search();
    p->count = p->letter_n = 0;
    sodium_memzero(p->letters, sizeof p->letters);
    sodium_memzero(p->shown, sizeof p->shown);
}

/* Only where something is composed in private, not where such a field is passed by. */
static void use_scratch(struct pinyin *p, bool on)
{
    if (on == p->scratch) {
        return;
    }
    reload(); /* what was learned goes into the memfd of before */
    p->scratch = on;
    wipe_fd(p->scratch_fd);
    if (!read_from(p, on ? p->scratch_fd : p->learned_fd)) {
        p->count = 0; /* no candidates: letters are typed as they are */
    }
}

bool pinyin_user(struct pinyin *p, bytes learned)
{
    pinyin_private(p, false);
    reload(); /* nothing is left to be written when the next words are read */
    p->dirty = false;
    sodium_memzero(p->learned, sizeof p->learned);
    wipe_fd(p->learned_fd);
    bool written = write_all(p->learned_fd, learned);
    return read_from(p, p->learned_fd) && written;
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
