#include "tests/bench/bench.h"
void bench_sync(struct bench *b)
{
    bench_section("Sync over HTTP");
    bench_skip(b, "nothing new: bytes and time", "<= 700 B, <= 2 ms", "docketd is not built yet");
    bench_skip(b, "one new action, both durable", "<= 1,100 B, <= 3 ms",
               "docketd is not built yet");
}
