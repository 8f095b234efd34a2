/* text.c - the canonical text of frozen facts: template 1, in the words of its language.
 *
 * Why it is injective: each line begins with a label and a colon, and the labels of one place in
 * the order differ; what follows a typed text in its line (quantity, price) is of a fixed shape
 * that holds none of the separators before it; codes are ASCII and end at a middle dot, which is
 * not; a typed text's further lines begin with the indent, which no label does. A line is left out
 * only where its fact is empty. */
#include "core/base/civil.h"
#include "core/report/facts.h"
#include "core/report/template_1.h"

#include <stdio.h>

struct out {
    char *p;
    size_t n, cap;
    bool full;
    const struct template_1 *w;
};

static void put(struct out *o, const char *s, size_t n)
{
    if (n > o->cap - o->n) {
        o->full = true;
        return;
    }
    memcpy(o->p + o->n, s, n);
    o->n += n;
}

static void puts_(struct out *o, const char *z)
{
    put(o, z, strlen(z));
}

static void typed(struct out *o, str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n') {
            put(o, s.p + from, i + 1 - from);
            puts_(o, o->w->indent);
            from = i + 1;
        }
    }
    put(o, s.p + from, s.n - from);
}

static void label(struct out *o, const char *name)
{
    puts_(o, "\n");
    puts_(o, name);
    puts_(o, o->w->colon);
}

static void number(struct out *o, uint64_t v)
{
    char buf[24];
    snprintf(buf, sizeof buf, "%llu", (unsigned long long)v);
    puts_(o, buf);
}

static void money(struct out *o, int64_t minor)
{
    char buf[40];
    uint64_t u = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    snprintf(buf, sizeof buf, "%s%s%llu.%02u%s", o->w->before, minor < 0 ? "-" : "",
             (unsigned long long)(u / 100), (unsigned)(u % 100), o->w->after);
    puts_(o, buf);
}

static void quantity(struct out *o, int64_t milli)
{
    char buf[40];
    uint64_t u = milli < 0 ? 0 - (uint64_t)milli : (uint64_t)milli;
    int n = snprintf(buf, sizeof buf, "%s%llu.%03u", milli < 0 ? "-" : "",
                     (unsigned long long)(u / 1000), (unsigned)(u % 1000));
    while (buf[n - 1] == '0') {
        n--;
    }
    put(o, buf, (size_t)(buf[n - 1] == '.' ? n - 1 : n));
}

static void date(struct out *o, int64_t day)
{
    struct civil c = civil_of(day);
    char buf[40];
    snprintf(buf, sizeof buf, "%04d-%02d-%02d", c.year, c.month, c.day);
    puts_(o, buf);
}

static void minute_of(struct out *o, const char *name, int64_t ms, int16_t zone)
{
    int64_t minutes = ms / 60000 + zone, day = minutes / 1440, m = minutes % 1440;
    if (m < 0) { /* the first day of 1970, west of Greenwich */
        day--;
        m += 1440;
    }
    int abs = zone < 0 ? -zone : zone;
    char buf[40];
    label(o, name);
    date(o, day);
    snprintf(buf, sizeof buf, " %02d:%02d %c%02d:%02d", (int)(m / 60), (int)(m % 60),
             zone < 0 ? '-' : '+', abs / 60, abs % 60);
    puts_(o, buf);
}

static void line(struct out *o, const char *name, str s)
{
    if (s.n > 0) {
        label(o, name);
        typed(o, s);
    }
}

static void fee(struct out *o, const char *name, int64_t minor)
{
    if (minor != 0) {
        label(o, name);
        money(o, minor);
    }
}

/* "code · name", "code" or "— · name": the dot and the dash are no ASCII, a code is nothing else.
 */
static void coded(struct out *o, str code, str name)
{
    if (code.n > 0) {
        put(o, code.p, code.n);
    } else {
        puts_(o, "—");
    }
    if (name.n > 0) {
        puts_(o, " · ");
        typed(o, name);
    }
}

static void head(struct out *o, const struct report_facts *f)
{
    const struct template_1 *w = o->w;
    puts_(o, w->title);
    put(o, f->number.p, f->number.n);
    puts_(o, w->version);
    number(o, f->version);
    puts_(o, w->version_end);
    line(o, w->company, f->company);
    line(o, w->job, f->job_code);
    line(o, w->customer, f->customer);
    line(o, w->address, f->address);
    line(o, w->phone, f->phone);
    line(o, w->equipment, f->equipment);
    line(o, w->maker, f->maker);
    line(o, w->model, f->model);
    line(o, w->serial, f->serial);
    line(o, w->told, f->fault_told);
    if (f->called_ms != 0) {
        minute_of(o, w->called, f->called_ms, f->utc_offset_minutes);
    }
    /* Always there, even of a clock at 1970: the offset stands nowhere else for certain. */
    minute_of(o, w->arrived, f->arrived_ms, f->utc_offset_minutes);
    minute_of(o, w->finished, f->finished_ms, f->utc_offset_minutes);
}

static void diagnosis(struct out *o, const struct report_facts *f)
{
    const struct template_1 *w = o->w;
    if (f->fault_code.n + f->fault.n > 0) {
        label(o, w->fault);
        coded(o, f->fault_code, f->fault);
    }
    label(o, w->cause);
    puts_(o, w->causes[f->cause]);
    line(o, w->cause_words, f->cause_words);
    label(o, w->responsibility);
    puts_(o, w->responsibilities[f->responsibility]);
    for (unsigned i = 0; i < f->nactions; i++) {
        if (i == 0) {
            label(o, w->action);
        } else {
            puts_(o, w->list);
        }
        puts_(o, w->actions[f->actions[i]]);
    }
    line(o, w->action_words, f->action_words);
}

static void part(struct out *o, const struct report_part *p, unsigned index)
{
    const struct template_1 *w = o->w;
    puts_(o, "\n");
    puts_(o, w->part);
    number(o, index + 1);
    puts_(o, w->colon);
    coded(o, p->number, p->name);
    puts_(o, " × ");
    quantity(o, p->qty_milli);
    label(o, w->unit_price);
    money(o, p->unit_minor);
    puts_(o, w->comma);
    puts_(o, p->charged ? w->charged : w->not_charged);
    label(o, w->reason);
    puts_(o, w->reasons[p->reason]);
    puts_(o, w->comma);
    puts_(o, w->old_part);
    puts_(o, w->colon);
    puts_(o, w->olds[p->old_part]);
    line(o, w->serial_in, p->serial_in);
    line(o, w->serial_out, p->serial_out);
    line(o, w->old_why, p->old_why);
}

static void result(struct out *o, const struct report_facts *f)
{
    const struct template_1 *w = o->w;
    label(o, w->result);
    puts_(o, w->results[f->result]);
    if (f->tidy) {
        puts_(o, w->comma);
        puts_(o, w->tidy);
    }
    if (f->taught) {
        puts_(o, w->comma);
        puts_(o, w->taught);
    }
    line(o, w->result_words, f->result_words);
    line(o, w->danger, f->hidden_danger);
}

static void prices(struct out *o, const struct report_facts *f)
{
    const struct template_1 *w = o->w;
    for (unsigned i = 0; i < f->nprices; i++) {
        const struct report_price *p = &f->prices[i];
        puts_(o, "\n");
        puts_(o, w->price);
        number(o, i + 1);
        puts_(o, w->colon);
        coded(o, p->code, p->name);
        puts_(o, w->comma);
        quantity(o, p->qty_milli);
        puts_(o, " × ");
        money(o, p->unit_minor);
        puts_(o, " = ");
        money(o, p->amount_minor);
    }
    if (f->nprices > 0 || f->consented || f->estimate_minor != 0) {
        label(o, w->consent);
        puts_(o, f->consented ? w->yes : w->no);
        puts_(o, w->comma);
        puts_(o, w->estimate);
        money(o, f->estimate_minor);
    }
}

static void fees(struct out *o, const struct report_facts *f)
{
    const struct template_1 *w = o->w;
    label(o, w->class_);
    puts_(o, w->classes[f->class_]);
    if (f->basis != BASIS_NONE) {
        puts_(o, w->comma);
        puts_(o, w->bases[f->basis]);
    }
    if (f->until_ms != 0) {
        puts_(o, w->comma);
        puts_(o, w->until);
        date(o, (f->until_ms / 60000 + f->utc_offset_minutes) / 1440);
    }
    fee(o, w->labour, f->labour_minor);
    fee(o, w->parts, f->parts_minor);
    fee(o, w->travel, f->travel_minor);
    fee(o, w->other, f->other_minor);
    if (f->edition != 0) {
        label(o, w->edition);
        puts_(o, w->edition_begin);
        number(o, f->edition);
        puts_(o, w->edition_end);
    }
    line(o, w->technician, f->technician);
    line(o, w->branch, f->branch);
    label(o, w->due);
    money(o, f->total_minor);
}

enum st report_text(const struct report_facts *f, char *buf, size_t cap, str *out)
{
    struct out o = {.p = buf, .cap = cap < CAP_REPORT_BYTES ? cap : CAP_REPORT_BYTES};
    *out = (str){NULL, 0};
    if (facts_check(f) != NULL) {
        return ST_BUG;
    }
    o.w = f->template_ == REPORT_1_EN ? &template_1_en : &template_1_zh;
    head(&o, f);
    diagnosis(&o, f);
    for (unsigned i = 0; i < f->nparts; i++) {
        part(&o, &f->parts[i], i);
    }
    result(&o, f);
    prices(&o, f);
    fees(&o, f);
    if (o.full) {
        return ST_TOO_BIG;
    }
    *out = (str){buf, o.n};
    return ST_OK;
}

size_t report_lines(str text, str *lines, size_t cap)
{
    size_t n = 0, from = 0;
    for (size_t i = 0; i <= text.n && n < cap; i++) {
        if (i == text.n || text.p[i] == '\n') {
            lines[n++] = (str){text.p + from, i - from};
            from = i + 1;
        }
    }
    return n;
}
