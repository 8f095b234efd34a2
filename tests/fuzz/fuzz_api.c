/* fuzz_api.c - requests of /api/v1, without sockets: addresses, queries, headers and JSON bodies,
 * through to what the writer does with them. The first byte says who asks; then a line "METHOD
 * /address?query", and the body. What a write did stands, so every so many writes the headquarters
 * is made anew. The console's table of files is asked for the same address. */
#include "sync/hq/web_files.h"
#include "tests/fuzz/door.h"
#include "tests/unit/hq/desk.h"

#include <unistd.h>

#define ANEW 400 /* writes in one headquarters */

static struct desk d;
static struct web_files *files;
static unsigned writes;
static const char *const who[] = {"clerk",   "supervisor", "technician", "accountant",   "parts",
                                  "manager", "clerk2",     "department", "administrator"};
#define WHO (sizeof who / sizeof who[0])

static void anew(void)
{
    char id[33];
    door_long_lived(true);
    desk_begin(&d);
    desk_record(&d, "technician", "T1", "{\"name\":\"Li\",\"role\":1,\"branch\":\"" DESK_HERE "\"}",
                id);
    desk_record(&d, "customer", "C1", "{\"name\":\"Wang\",\"branch\":\"" DESK_HERE "\"}", id);
    desk_record(&d, "job", "J1",
                "{\"customer\":\"C1\",\"called\":1780000000000,\"branch\":\"" DESK_HERE "\"}", id);
    desk_settle(&d);
    door_long_lived(false);
    writes = 0;
}

static void begin(void)
{
    struct err err;
    char vendor[] = "build/assets";
    if (access("/dev/shm", W_OK) == 0) {
        HOLD(setenv("TMPDIR", "/dev/shm", 1) == 0); /* a write is a commit: without a disk */
    }
    door_long_lived(true);
    if (web_files_load(vendor, &files, &err) != ST_OK) {
        HOLD(web_files_load(NULL, &files, &err) == ST_OK);
    }
    anew();
    door_long_lived(false);
    HOLD(check_failures == 0);
}

/* "METHOD /address?query\n" cut out of `in`; the rest is the body. */
static bool first_line(bytes *in, char method[static 16], char path[static 600],
                       struct desk_query *q)
{
    const uint8_t *end = in->n == 0 ? NULL : memchr(in->p, '\n', in->n);
    size_t n = end == NULL ? 0 : (size_t)(end - in->p);
    char line[600];
    if (n == 0 || n >= sizeof line) {
        return false;
    }
    memcpy(line, in->p, n);
    line[n] = '\0';
    *in = bytes_of(end + 1, in->n - n - 1);
    char *space = strchr(line, ' '), *mark;
    if (space == NULL || space - line > 15) {
        return false;
    }
    *space = '\0';
    mark = strchr(space + 1, '?');
    if (mark != NULL) {
        *mark = '\0';
        snprintf(q->buf, sizeof q->buf, "%.511s", mark + 1);
    }
    snprintf(method, 16, "%.15s", line);
    snprintf(path, 600, "/api/v1%.580s", space + 1);
    return true;
}

static bool is_kept_out(const char *method, const char *path)
{
    /* A password is hashed: Argon2 would eat the time. */
    return strcmp(method, "GET") != 0 &&
           (strstr(path, "session") != NULL || strstr(path, "users") != NULL ||
            strstr(path, "password") != NULL);
}

static void answer_holds(const struct api_call *c)
{
    const struct api_reply *r = &c->reply;
    HOLD(r->status >= 200 && r->status < 600);
    HOLD(r->status != 500); /* whatever is asked, nothing of ours may break on it */
    HOLD(r->type != NULL || r->n == 0 || r->stream);
    HOLD(memchr(r->cookie, '\0', sizeof r->cookie) != NULL && strchr(r->cookie, '\n') == NULL);
    HOLD(memchr(r->file, '\0', sizeof r->file) != NULL && strpbrk(r->file, "\"\\\r\n/") == NULL);
    if (r->type != NULL && strstr(r->type, "json") != NULL) {
        json_t *out = json_loadb(r->body, r->n, JSON_DECODE_ANY, NULL);
        HOLD(out != NULL);
        HOLD(r->status < 400 || json_string_value(json_object_get(out, "type")) != NULL);
        json_decref(out);
    }
}

static void file_holds(const char *path)
{
    const struct web_file *f = web_files_find(files, path + 7);
    HOLD(f == NULL || (strcmp(f->url, path + 7) == 0 && f->type != NULL));
    HOLD(f == NULL || strstr(f->url, "..") == NULL);
}

static bool take(bytes in)
{
    char method[16], path[600], key[32];
    struct desk_query q = {.buf = ""};
    if (in.n < 2) {
        return false;
    }
    unsigned by = in.p[0] % (WHO + 1);
    in = bytes_of(in.p + 1, in.n - 1);
    if (!first_line(&in, method, path, &q) || is_kept_out(method, path)) {
        return false;
    }
    file_holds(path);
    d.csrf[0] = d.cookie[0] = '\0';
    if (by < WHO) {
        desk_login(&d, who[by]);
    }
    snprintf(key, sizeof key, "fuzz-key-%06u", d.keys++);
    struct api_request r = {.method = method,
                            .path = path,
                            .cookie = d.cookie[0] == '\0' ? NULL : d.cookie,
                            .csrf = d.csrf[0] == '\0' ? NULL : d.csrf,
                            .idempotency = key,
                            .peer = "192.0.2.1",
                            .query = desk_query,
                            .ctx = &q,
                            .body = in};
    struct api_call c;
    api_handle(d.api, &r, &c);
    answer_holds(&c);
    bool ok = c.reply.status < 300;
    writes += ok && strcmp(method, "GET") != 0;
    api_drop(&c);
    if (writes >= ANEW) {
        desk_end(&d);
        anew();
    }
    return ok;
}

static void seed(unsigned by, const char *method, const char *path, const char *body)
{
    char text[2048];
    int n = snprintf(text, sizeof text, "%s %s\n%s", method, path, body);
    HOLD(n > 0 && n < (int)sizeof text);
    door_seed_with((uint8_t)by, bytes_of(text, (size_t)n));
}

/* Every route once, with a code that is there; and bodies of the console. */
static void seeds(void)
{
    size_t n;
    const struct api_route *all = api_routes(&n);
    for (size_t i = 0; i < n; i++) {
        char path[160];
        const char *id = strstr(all[i].path, "{id}");
        snprintf(path, sizeof path, "%.*s%s%s",
                 (int)(id == NULL ? strlen(all[i].path) : (size_t)(id - all[i].path)), all[i].path,
                 id == NULL                          ? ""
                 : all[i].type == SUBJECT_CUSTOMER   ? "C1"
                 : all[i].type == SUBJECT_TECHNICIAN ? "T1"
                                                     : "J1",
                 id == NULL ? "" : id + 4);
        seed(8, all[i].method, path, strcmp(all[i].method, "GET") == 0 ? "" : "{}");
    }
    seed(0, "GET", "/jobs?q=wang&state=open&sort=-called&limit=20&after=5&csv=1", "");
    seed(0, "POST", "/customers", "{\"fields\":{\"name\":\"A\",\"phones\":\"1390000\"}}");
    seed(0, "POST", "/jobs",
         "{\"fields\":{\"customer\":\"C1\",\"fault_told\":\"leaks\",\"called\":1780000000000}}");
    seed(0, "PATCH", "/customers/C1", "{\"fields\":{\"name\":\"B\"},\"seen\":{\"name\":[]}}");
    seed(1, "POST", "/jobs/J1/assign", "{\"technician\":\"T1\"}");
    seed(1, "POST", "/jobs/J1/cancel", "{\"reason\":\"no longer wanted\"}");
    seed(3, "POST", "/jobs/J1/cash", "{\"amount\":12000}");
    seed(4, "POST", "/goods", "{\"fields\":{\"job\":\"J1\",\"part\":\"P-1\",\"quantity\":2}}");
    seed(1, "POST", "/assignments", "{\"assignments\":[{\"job\":\"J1\",\"technician\":\"T1\"}]}");
    seed(9, "GET", "/session", "");
    seed(0, "POST", "/customers", "{\"fields\":{\"name\":\"A\"}}");
    seed(0, "POST", "/jobs", "{\"fields\":{\"customer\":\"C1\",\"called\":1780000000000}}");
    seed(0, "POST", "/calls",
         "{\"customer\":\"C1\",\"fields\":{\"fault_told\":\"hot\",\"called\":1780000000000}}");
    seed(1, "POST", "/jobs/J1/assign", "{\"technician\":\"T1\"}");
    seed(0, "POST", "/goods", "{\"job\":\"J1\",\"receipt\":\"G-1\",\"fields\":{}}");
    seed(1, "POST", "/jobs/J1/cancel", "{\"reason\":1}");
}

static size_t json_at(bytes in)
{
    const uint8_t *end = memchr(in.p, '\n', in.n);
    return end != NULL && end + 1 < in.p + in.n ? (size_t)(end + 1 - in.p) : DOOR_NO_CBOR;
}

const struct door door = {.name = "api",
                          .max_bytes = 4096,
                          .tries = 1500,
                          .begin = begin,
                          .take = take,
                          .seeds = seeds,
                          .json_at = json_at};
