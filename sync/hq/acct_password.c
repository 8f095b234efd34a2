/* acct_password.c - which passwords are taken, and their hashes. See acct.h.
 *
 * Lists of broken passwords, cut down to twelve characters and more, are nearly all a few pieces
 * put together: a favourite word, a row of keys, a run of digits, a year, the same again. So a
 * password is measured in pieces: whatever anybody would guess at once is one, every other
 * character is one. */
#include "sync/hq/acct.h"

#include <sodium.h>
#include <string.h>

#define PIECES_MIN                                                                                 \
    7 /* six words of this list have some 40 bits: no more than six letters at random */

/* Favourites of people's, in letters that case_of leaves; what stands in rows of keys and in runs
 * need not be here. */
static const char *const favourites[] = {
    "password",
    "passwort",
    "passw0rd",
    "pa55word",
    "admin",
    "administrator",
    "root",
    "welcome",
    "letmein",
    "login",
    "secret",
    "changeme",
    "default",
    "guest",
    "test",
    "user",
    "master",
    "server",
    "computer",
    "internet",
    "samsung",
    "google",
    "iloveyou",
    "ilove",
    "loveyou",
    "love",
    "lovely",
    "baby",
    "angel",
    "princess",
    "sunshine",
    "flower",
    "summer",
    "winter",
    "spring",
    "autumn",
    "monday",
    "friday",
    "sunday",
    "january",
    "october",
    "december",
    "monkey",
    "dragon",
    "tiger",
    "lion",
    "panda",
    "chicken",
    "butterfly",
    "football",
    "baseball",
    "basketball",
    "soccer",
    "hockey",
    "chelsea",
    "arsenal",
    "liverpool",
    "barcelona",
    "superman",
    "batman",
    "spiderman",
    "pokemon",
    "naruto",
    "starwars",
    "michael",
    "jordan",
    "jennifer",
    "jessica",
    "michelle",
    "daniel",
    "charlie",
    "thomas",
    "robert",
    "andrew",
    "anthony",
    "ashley",
    "nicole",
    "hannah",
    "shadow",
    "killer",
    "hunter",
    "ranger",
    "freedom",
    "whatever",
    "trustno",
    "access",
    "qazwsx",
    "wsxedc",
    "edcrfv",
    "zaqxsw",
    "mustang",
    "ferrari",
    "mercedes",
    "porsche",
    "corvette",
    "harley",
    "yankees",
    "cowboys",
    "cookie",
    "chocolate",
    "pepper",
    "cheese",
    "banana",
    "orange",
    "purple",
    "yellow",
    "black",
    "white",
    "silver",
    "golden",
    "diamond",
    "crystal",
    "hello",
    "goodbye",
    "please",
    "thankyou",
    "family",
    "mother",
    "father",
    "woaini",
    "woaiwo",
    "aini",
    "wangyut",
    "mima",
    "zhongguo",
    "beijing",
    "shanghai",
    "caonima",
    "nihao",
    "laopo",
    "laogong",
    "xiaoming",
    "zhangwei",
    "wangwei",
    "wangfang",
    "liwei",
    "lijing",
    "woshishui",
    "buzhidao",
    "asdf",
    "tencent",
    "taobao",
    "alibaba",
    "huawei",
    "xiaomi",
    "docket",
    "company",
    "office",
    "service",
    "repair",
    "customer",
    "manager",
    "supervisor",
    "clerk",
    "1314520",
    "5201314",
    "520",
    "1314",
    "168",
    "666",
    "888",
    "123",
    "321",
    "007",
    "110",
    "521",
    "abc",
    "xyz",
    "\xE5\xAF\x86\xE7\xA0\x81" /* 密码 */,
    "\xE5\x8F\xA3\xE4\xBB\xA4" /* 口令 */,
    "\xE4\xB8\xAD\xE5\x9B\xBD" /* 中国 */,
    "\xE6\x88\x91\xE7\x88\xB1\xE4\xBD\xA0" /* 我爱你 */,
    "\xE4\xBD\xA0\xE5\xA5\xBD" /* 你好 */,
    "\xE7\xAE\xA1\xE7\x90\x86\xE5\x91\x98" /* 管理员 */,
    "\xE7\x94\x9F\xE6\x97\xA5\xE5\xBF\xAB\xE4\xB9\x90" /* 生日快乐 */,
};
/* A step along one of these, either way, is a run. */
static const char *const rows[] = {"qwertyuiop",
                                   "asdfghjkl",
                                   "zxcvbnm",
                                   "1234567890",
                                   "abcdefghijklmnopqrstuvwxyz",
                                   "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
                                   "q1w2e3r4t5y6u7i8o9p0",
                                   "!@#$%^&*()"};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* What people write for a letter is that letter. */
static char case_of(char c)
{
    static const char from[] = "@4310$5", to[] = "aaelos5";
    const char *at = c == '\0' ? NULL : strchr(from, c);
    return at != NULL ? to[at - from] : lower(c);
}

static size_t starts(str s, size_t at, const char *word)
{
    size_t n = strlen(word);
    if (n == 0 || n > s.n - at) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (case_of(s.p[at + i]) != case_of(word[i])) {
            return 0;
        }
    }
    return n;
}

/* Along a row of keys, the alphabet or the digits, or one key held down: at least three. */
static size_t run_at(str s, size_t at)
{
    size_t most = 1;
    while (at + most < s.n && s.p[at + most] == s.p[at]) {
        most++;
    }
    most = most >= 3 ? most : 0;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        const char *from = strchr(rows[r], lower(s.p[at]));
        for (int step = -1; from != NULL && step <= 1; step += 2) {
            long n = 1, last = (long)strlen(rows[r]), here = from - rows[r];
            while (at + (size_t)n < s.n && here + step * n >= 0 && here + step * n < last &&
                   lower(s.p[at + (size_t)n]) == rows[r][here + step * n]) {
                n++;
            }
            most = n >= 3 && (size_t)n > most ? (size_t)n : most;
        }
    }
    return most;
}

/* The same again: what stands here stood just before, once or many times over. */
static size_t again_at(str s, size_t at)
{
    size_t most = 0;
    for (size_t p = 1; p <= at; p++) {
        size_t n = 0;
        while (at + n < s.n && s.p[at + n] == s.p[at + n - p]) {
            n++;
        }
        most = n >= p && n > most ? n : most;
    }
    return most;
}

static size_t year_at(str s, size_t at)
{
    bool year = s.n - at >= 4 &&
                ((s.p[at] == '1' && s.p[at + 1] == '9') || (s.p[at] == '2' && s.p[at + 1] == '0'));
    for (size_t i = 2; i < 4 && year; i++) {
        year = s.p[at + i] >= '0' && s.p[at + i] <= '9';
    }
    return year ? 4 : 0;
}

static size_t character(str s, size_t at)
{
    size_t n = 1;
    while (at + n < s.n && ((unsigned char)s.p[at + n] & 0xC0) == 0x80) {
        n++;
    }
    return n;
}

static size_t more(size_t a, size_t b)
{
    return a > b ? a : b;
}

unsigned acct_pieces(const char *login, str s)
{
    unsigned n = 0;
    for (size_t at = 0; at < s.n; n++) {
        size_t most = more(character(s, at), more(run_at(s, at), again_at(s, at)));
        most = more(most, more(year_at(s, at), starts(s, at, login)));
        for (size_t i = 0; i < sizeof favourites / sizeof favourites[0]; i++) {
            most = more(most, starts(s, at, favourites[i]));
        }
        at += most;
    }
    return n;
}

/* As people count them; a run of spaces is one. */
static size_t characters(str s, size_t *all)
{
    size_t n = 0;
    *all = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool one = ((unsigned char)s.p[i] & 0xC0) != 0x80;
        *all += one;
        n += one && (s.p[i] != ' ' || i == 0 || s.p[i - 1] != ' ');
    }
    return n;
}

enum st acct_password_ok(const char *login, str password, struct err *err)
{
    size_t all, n = characters(password, &all);
    if (password.n > ACCT_PASSWORD_BYTES || all > ACCT_PASSWORD_MAX || n < ACCT_PASSWORD_MIN) {
        return err_set(err, ST_BAD_INPUT, 0, "password-length",
                       "a password has %d to %d characters", ACCT_PASSWORD_MIN, ACCT_PASSWORD_MAX);
    }
    if (acct_pieces(login, password) < PIECES_MIN) {
        return err_set(err, ST_BAD_INPUT, 0, "password-common",
                       "this password is one of those that are guessed first: too few pieces");
    }
    return ST_OK;
}

enum st acct_hash(const char *login, str password, unsigned ops, char out[static ACCT_HASH_BYTES],
                  struct err *err)
{
    enum st st = acct_password_ok(login, password, err);
    if (st != ST_OK) {
        return st;
    }
    int rc = ops != 0
                 ? crypto_pwhash_str_alg(out, password.p, password.n, ops,
                                         crypto_pwhash_MEMLIMIT_MIN, crypto_pwhash_ALG_ARGON2ID13)
                 : crypto_pwhash_str_alg(
                       out, password.p, password.n, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                       crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
    return rc == 0 ? ST_OK : err_set(err, ST_FULL, 0, __func__, "no memory to hash a password");
}

/* Of nobody's password, at the usual cost: a login that is not there takes as long. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$MTIzNDU2Nzg5MDEyMzQ1Ng$"
                             "A3c8T0PkTLUVT0hQhH1rXoW5vGZkq1yrgk0HnDkOYxA";

bool acct_verify(const char *hash, str password)
{
    bool some = hash != NULL && hash[0] != '\0';
    return crypto_pwhash_str_verify(some ? hash : nobody, password.p, password.n) == 0 && some;
}
