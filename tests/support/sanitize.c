/* sanitize.c - what the sanitizers are not to blame us for: read by their runtime at start, and by
 * nothing in other builds. */

const char *__asan_default_options(void);
const char *__lsan_default_suppressions(void);

/* libgooglepinyin, which is C++, frees with delete what it made with new[]. We have no C++. */
const char *__asan_default_options(void)
{
    return "alloc_dealloc_mismatch=0";
}

/* What these libraries keep or lose for themselves is theirs. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libcairo\nleak:libfontconfig\nleak:libgooglepinyin\n";
}
