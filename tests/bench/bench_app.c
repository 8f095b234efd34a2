#include "tests/bench/bench.h"
void bench_app(struct bench *b)
{
    bench_section("The handheld");
    bench_skip(b, "cold start, 10,000 jobs", "<= 100 ms", "libapp is not linked yet");
}
