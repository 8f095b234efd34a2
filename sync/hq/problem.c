/* problem.c - see problem.h. */
#include "sync/hq/problem.h"

#include <stdio.h>
#include <string.h>

unsigned problem_status(enum st st, const char *problem)
{
    static const struct {
        const char *problem;
        unsigned status;
    } named[] = {
        {"enrol-unknown", 403},  {"enrol-used", 409}, {"enrol-expired", 410},
        {"quota", 429},          {"enrol-wait", 429}, {"busy", 503},
        {"method", 405},         {"media-type", 415}, {"not-found", 404},
        {"unknown-sender", 403},
    };
    for (size_t i = 0; problem != NULL && i < sizeof named / sizeof named[0]; i++) {
        if (strcmp(problem, named[i].problem) == 0) {
            return named[i].status;
        }
    }
    switch (st) {
    case ST_TOO_BIG:
        return 413;
    case ST_WRONG_PARTY:
        return 421;
    case ST_BAD_SIGNATURE:
        return 422;
    case ST_FULL:
    case ST_WAIT:
        return 503;
    case ST_IO:
    case ST_CORRUPT:
    case ST_BUG:
        return 500;
    default:
        return 400;
    }
}

void problem_text(const char *in, size_t cap, char *out)
{
    size_t n = 0;
    for (; *in != '\0' && n + 3 < cap; in++) {
        if (*in == '"' || *in == '\\') {
            out[n++] = '\\';
        }
        out[n++] = (unsigned char)*in < 0x20 || *in == 0x7F ? ' ' : *in;
    }
    while (n > 0 && out[n - 1] == ' ') {
        n--;
    }
    out[n] = '\0';
}

size_t problem_json(unsigned status, const char *problem, const char *detail, char *out, size_t cap)
{
    char text[400];
    problem_text(detail, sizeof text, text);
    const char *type = problem != NULL ? problem : "refused";
    int n = snprintf(out, cap,
                     "{\"type\":\"/problems/%s\",\"title\":\"%s\",\"status\":%u,\"detail\":\"%s\"}",
                     type, type, status, text);
    return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}
