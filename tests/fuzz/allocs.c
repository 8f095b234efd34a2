/* allocs.c - counts requests for memory: by the sanitizer's hooks where there is one, else by
 * standing in front of glibc. Of this thread: libFuzzer has one of its own. */
#include "tests/fuzz/door.h"

static _Thread_local volatile unsigned long
    requests; /* else the compiler knows that malloc changes nothing */

unsigned long door_allocs(void)
{
    return requests;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *))
    __attribute__((weak));

static void on_malloc(const volatile void *p, size_t n)
{
    (void)p;
    (void)n;
    requests++;
}

static void on_free(const volatile void *p)
{
    (void)p;
}

bool door_counting(void)
{
    static bool asked, counts;
    if (!asked) {
        asked = true;
        counts = __sanitizer_install_malloc_and_free_hooks != NULL &&
                 __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) != 0;
    }
    return counts;
}
#else
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n)
{
    requests++;
    return __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
    requests++;
    return __libc_calloc(count, n);
}

void *realloc(void *p, size_t n)
{
    requests++;
    return __libc_realloc(p, n);
}

bool door_counting(void)
{
    unsigned long before = requests;
    void *volatile p = malloc(1);
    free(p);
    return requests > before;
}
#endif
