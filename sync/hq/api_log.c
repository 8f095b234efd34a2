/* api_log.c - a line of the log for a request: what, by which role, how it ended.
 *
 * Nobody is named. Who asks and what he looked at stand as the random ids of their records: with
 * the store at hand an inquiry can tell who opened which file, with the log alone nobody can. Every
 * word is ours; of a request's own words none comes here. */
#include "core/base/civil.h"
#include "sync/hq/api_inside.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS 86400000LL

static void moment(int64_t ms, char out[static 32])
{
    int64_t days = ms / DAY_MS - (ms % DAY_MS < 0), rest = ms - days * DAY_MS;
    struct civil d = civil_of(days);
    snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)d.year, (int)d.month, (int)d.day,
             (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60),
             (int)(rest % 1000));
}

/* Reads that show somebody's data: a record, a page of a register, what a search found. */
static bool of_people(const struct api_call *c)
{
    const char *path = c->route->path;
    return c->route->type != 0 || strncmp(path, "/registers/", 11) == 0 ||
           strcmp(path, "/search") == 0 || strcmp(path, "/board") == 0;
}

void api_log(const struct api_call *c, const char *event)
{
    char at[32], actor[33] = "", record[33] = "";
    bool well = c->reply.status < 400;
    const struct api_route *r = c->route;
    moment(c->now_ms, at);
    if (c->user.role != ROLE_NONE) {
        hex_put(bytes_of(c->user.person.b, sizeof c->user.person.b), actor);
    }
    if (r != NULL && r->type != 0 && well) {
        hex_put(bytes_of(c->id.b, sizeof c->id.b), record);
    } else if (r != NULL && strcmp(r->path, "/registers/{id}") == 0 && well) {
        snprintf(record, sizeof record, "%.32s", c->param); /* one of ours: it was found */
    }
    fprintf(stderr,
            "{\"time\":\"%s\",\"request\":%llu,\"event\":\"%s\",\"method\":\"%s\",\"route\":\"%s\","
            "\"op\":\"%s\",\"role\":\"%s\",\"actor\":\"%s\",\"record\":\"%s\",\"status\":%u}\n",
            at, (unsigned long long)c->number, event, r != NULL ? r->method : "",
            r != NULL ? r->path : "", r != NULL && r->op != NULL ? r->op : "",
            c->user.role != ROLE_NONE ? ops_role_name(c->user.role) : "", actor, record,
            c->reply.status);
}

#define FILE_READS 60 /* a register taken away as a file is as many looks */

/* Somebody who carries the books away looks at many records, one after the other or as files. That
 * is said once an hour, in the log and in docket_read_much_total; who keeps headquarters sets an
 * alarm to it. What a page looks at by itself does not count, nor what a program is there for. */
static void notice(const struct api_call *c)
{
    const char *format = api_query(c, "format");
    bool file = format != NULL && strcmp(format, "csv") == 0;
    char who[33];
    if (c->user.token || c->request->background || (c->route->type == 0 && !file)) {
        return;
    }
    hex_put(bytes_of(c->user.person.b, sizeof c->user.person.b), who);
    bool much = false;
    for (unsigned i = 0; i < (file ? FILE_READS : 1U); i++) {
        much = rate_take(c->api->readers, who, c->now_ms) > 0;
    }
    if (much && rate_take(c->api->noticed, who, c->now_ms) == 0) {
        atomic_fetch_add(&c->api->read_much, 1);
        api_log(c, "read.much");
    }
}

void api_log_end(const struct api_call *c)
{
    if (c->route != NULL && api_is_write(c->route) && strncmp(c->route->path, "/session", 8) == 0) {
        api_log(c, "session"); /* logged in or not, logged out */
    } else if (c->reply.status >= 400) {
        api_log(c, "refused");
    } else if (c->route != NULL && c->route->read != NULL && of_people(c)) {
        api_log(c, "read");
        notice(c);
    }
}
