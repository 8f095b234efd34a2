/* ctl.c - docketctl's table of subcommands, options and ways to say things. */
#include "sync/ctl/ctl.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/carrier/http_client.h"
#include "sync/carrier/process.h"
#include "sync/ctl/commands.h"

static const struct ctl_command commands[] = {
#define COMMAND(id, name, usage, summary) {name, name " " usage, summary, ctl_cmd_##id},
    CTL_COMMANDS
#undef COMMAND
};
#define NCOMMANDS (sizeof commands / sizeof commands[0])

static void help(FILE *f)
{
    fprintf(f,
            "docketctl - set up, import, assign, sync, verify, check and export, from one command "
            "line\n\n");
    for (size_t k = 0; k < NCOMMANDS; k++) {
        fprintf(f, "  %-12s %s\n", commands[k].name, commands[k].summary);
    }
    fprintf(
        f, "\ndocketctl COMMAND --help says how each is used. Exit: 0 done, 1 refused, 2 usage.\n");
}

static const struct ctl_command *find(const char *name)
{
    for (size_t k = 0; k < NCOMMANDS; k++) {
        if (strcmp(commands[k].name, name) == 0) {
            return &commands[k];
        }
    }
    return NULL;
}

int ctl_usage(const char *name)
{
    const struct ctl_command *c = find(name);
    fprintf(stderr, "usage: docketctl %s\n", c == NULL ? "COMMAND" : c->usage);
    return CTL_USAGE;
}

int ctl_main(int argc, char **argv)
{
    struct err err = {0};
    if (argc < 2) {
        help(stderr);
        return CTL_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        help(stdout);
        return CTL_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("docketctl " DOCKET_VERSION);
        return CTL_OK;
    }
    const struct ctl_command *c = find(argv[1]);
    if (c == NULL) {
        fprintf(stderr, "docketctl: there is no command \"%s\"\n", argv[1]);
        help(stderr);
        return CTL_USAGE;
    }
    for (int k = 2; k < argc; k++) {
        if (strcmp(argv[k], "--help") == 0) {
            printf("docketctl %s\n  %s\n", c->usage, c->summary);
            return CTL_OK;
        }
    }
    if (sodium_init() < 0) {
        return ctl_failf("no source of randomness");
    }
    struct process_safety safety;
    process_secure(&safety);
    process_keys_said("docketctl", &safety);
    if (http_global_init(&err) != ST_OK) {
        return ctl_fail(&err);
    }
    return c->run(argc - 1, argv + 1);
}

/* ---- options ----------------------------------------------------------------------------------
 */
static const struct ctl_opt *opt_of(const struct ctl_opt *opts, size_t n, const char *name)
{
    for (size_t k = 0; k < n; k++) {
        if (strcmp(opts[k].name, name) == 0) {
            return &opts[k];
        }
    }
    return NULL;
}

bool ctl_opts(int argc, char **argv, const struct ctl_opt *opts, size_t n, int *npos)
{
    *npos = 0;
    bool only_positional = false;
    for (int k = 1; k < argc; k++) {
        if (only_positional || strncmp(argv[k], "--", 2) != 0) {
            argv[1 + (*npos)++] = argv[k];
            continue;
        }
        if (argv[k][2] == '\0') {
            only_positional = true;
            continue;
        }
        const struct ctl_opt *o = opt_of(opts, n, argv[k] + 2);
        if (o == NULL) {
            fprintf(stderr, "docketctl %s: unknown option %s\n", argv[0], argv[k]);
            return false;
        }
        if (o->flag != NULL) {
            *o->flag = true;
        }
        if (o->value != NULL) {
            if (k + 1 == argc) {
                fprintf(stderr, "docketctl %s: %s needs a value\n", argv[0], argv[k]);
                return false;
            }
            *o->value = argv[++k];
        }
    }
    for (size_t k = 0; k < n; k++) {
        if (opts[k].required && opts[k].value != NULL && *opts[k].value == NULL) {
            fprintf(stderr, "docketctl %s: --%s is missing\n", argv[0], opts[k].name);
            return false;
        }
    }
    return true;
}

bool ctl_number(const char *text, const char *name, int64_t min, int64_t max, int64_t *out)
{
    char *end = NULL;
    long long v = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || v < min || v > max) {
        fprintf(stderr, "docketctl: --%s is a whole number from %lld to %lld, not \"%s\"\n", name,
                (long long)min, (long long)max, text);
        return false;
    }
    *out = v;
    return true;
}

bool ctl_absolute(const char *path, char *out, size_t cap)
{
    char here[512] = "";
    if (path[0] != '/' && getcwd(here, sizeof here) == NULL) {
        return false;
    }
    int n = snprintf(out, cap, "%s%s%s", here, path[0] == '/' ? "" : "/", path);
    return n > 0 && (size_t)n < cap;
}

/* ---- saying ------------------------------------------------------------------------------------
 */
int ctl_fail(const struct err *err)
{
    fprintf(stderr, "docketctl: %s\n", err->text[0] != '\0' ? err->text : st_name(err->st));
    return CTL_REFUSED;
}

int ctl_failf(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("docketctl: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return CTL_REFUSED;
}

int ctl_print(json_t *value)
{
    if (value == NULL || json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY) != 0) {
        json_decref(value);
        return ctl_failf("no memory, or standard output is closed");
    }
    putchar('\n');
    json_decref(value);
    return fflush(stdout) == 0 ? CTL_OK : ctl_failf("standard output is closed");
}
