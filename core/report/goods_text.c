/* goods_text.c - see goods_text.h. */
#include "core/report/goods_text.h"

#include "core/base/civil.h"

#include <stdio.h>

struct words {
    const char *taken, *returned, *colon, *indent, *comma, *before, *after;
    const char *company, *technician, *job, *customer, *address, *phone;
    const char *what, *model, *serial, *condition, *accessories, *with, *reason, *why;
    const char *at, *promised, *estimate, *no_estimate;
    const char *keep, *acknowledge;
    const char *back_at, *work, *part, *result, *passed, *due;
    const char *back, *lost, *lost_how, *received;
    const char *conditions[CONDITION_DAMAGED + 1], *reasons[TAKE_OTHER + 1];
    const char *results[RESULT_NOT_FIXED + 1], *things[5];
};

static const struct words zh = {
    .taken = "客户商品领取收据 ",
    .returned = "送还客户商品 收据 ",
    .colon = "：",
    .indent = "\xE3\x80\x80\xE3\x80\x80",
    .comma = "、",
    .before = "",
    .after = " 元",
    .company = "公司",
    .technician = "技术员",
    .job = "工单",
    .customer = "客户",
    .address = "地址",
    .phone = "电话",
    .what = "商品",
    .model = "型号",
    .serial = "机号",
    .condition = "外观",
    .accessories = "附件",
    .with = "附件与外观说明",
    .reason = "带回原因",
    .why = "说明",
    .at = "带回日期",
    .promised = "预计送还",
    .estimate = "已同意收费，最多",
    .no_estimate = "收费：保修或合同内，不收人工费",
    .keep = "请保存好本收据。送还时凭本收据领取，并由您签字后作废。",
    .acknowledge = "以上商品已交技术员带回修理，本人确认。",
    .back_at = "送还日期",
    .work = "修理内容",
    .part = "更换配件",
    .result = "结果",
    .passed = "服务主任验讫",
    .due = "应付",
    .back = "客户商品领取收据已交还，现予作废。",
    .lost = "本人声明：客户商品领取收据已遗失，找到后交还公司；该收据自本次签字起作废。",
    .lost_how = "遗失说明",
    .received = "以上商品及附件已收回，本人确认。",
    .conditions = {"", "完好", "旧", "有划痕", "有损坏"},
    .reasons = {"", "需在车间修理", "等待配件", "需要检测", "送厂家", "其他"},
    .results = {"", "正常", "能用，有限制", "未修好"},
    .things = {"电源线", "遥控器", "管件", "电池", "包装"},
};

static const struct words en = {
    .taken = "Goods receipt ",
    .returned = "Return of goods, receipt ",
    .colon = ": ",
    .indent = "  ",
    .comma = ", ",
    .before = "CNY ",
    .after = "",
    .company = "Company",
    .technician = "Technician",
    .job = "Job",
    .customer = "Customer",
    .address = "Address",
    .phone = "Phone",
    .what = "Goods",
    .model = "Model",
    .serial = "Serial",
    .condition = "Condition",
    .accessories = "Accessories",
    .with = "Further accessories and marks",
    .reason = "Why it is taken away",
    .why = "In words",
    .at = "Taken on",
    .promised = "Promised for",
    .estimate = "Agreed price, at most",
    .no_estimate = "Price: by warranty or contract, no charge for labour",
    .keep =
        "Please keep this receipt. The goods are given back against it, and your signature then "
        "makes it void.",
    .acknowledge = "I have given these goods to the technician to be repaired in the workshop.",
    .back_at = "Returned on",
    .work = "Work done",
    .part = "Part fitted",
    .result = "Result",
    .passed = "Passed the supervisor's inspection",
    .due = "Amount due",
    .back = "The goods receipt was handed back and is now void.",
    .lost =
        "I declare that the goods receipt is lost. Should it be found I hand it to the company; "
        "it is void from this signature on.",
    .lost_how = "How it was lost",
    .received = "I have received these goods and their accessories.",
    .conditions = {"", "good", "worn", "scratched", "damaged"},
    .reasons = {"", "repair in the workshop", "waiting for parts", "to be tested",
                "sent to the maker", "other"},
    .results = {"", "works", "works with limits", "not fixed"},
    .things = {"power cord", "remote control", "pipes", "battery", "packing"},
};

struct out {
    const struct words *w;
    char *p;
    size_t n, cap;
    bool full;
};

static void raw(struct out *o, const char *p, size_t n)
{
    if (o->full || n > o->cap - o->n) {
        o->full = true;
        return;
    }
    if (n > 0) {
        memcpy(o->p + o->n, p, n);
        o->n += n;
    }
}

static void word(struct out *o, const char *s)
{
    raw(o, s, strlen(s));
}

/* Typed text: its further lines are indented. */
static void typed(struct out *o, str s)
{
    size_t from = 0;
    for (size_t k = 0; k <= s.n; k++) {
        if (k == s.n || s.p[k] == '\n') {
            if (from > 0) {
                word(o, "\n");
                word(o, o->w->indent);
            }
            raw(o, s.p == NULL ? NULL : s.p + from, k - from);
            from = k + 1;
        }
    }
}

static void label(struct out *o, const char *name)
{
    word(o, "\n");
    word(o, name);
    word(o, o->w->colon);
}

static void line(struct out *o, const char *name, str value)
{
    if (value.n > 0) {
        label(o, name);
        typed(o, value);
    }
}

static void sentence(struct out *o, const char *s)
{
    word(o, "\n");
    word(o, s);
}

static void code(struct out *o, const char *name, const char *const *words, size_t n, unsigned c)
{
    if (c > 0 && c < n) {
        label(o, name);
        word(o, words[c]);
    }
}
#define CODE(o, name, t, c) code(o, name, (o)->w->t, sizeof(o)->w->t / sizeof(o)->w->t[0], c)

static void day(struct out *o, const char *name, int64_t ms, int16_t offset_minutes)
{
    char buf[24];
    if (ms <= 0) {
        return;
    }
    struct civil c = civil_of((ms / 60000 + offset_minutes) / 1440);
    snprintf(buf, sizeof buf, "%04d-%02d-%02d", c.year, c.month, c.day);
    label(o, name);
    word(o, buf);
}

static void money(struct out *o, const char *name, int64_t minor)
{
    char buf[40];
    uint64_t v = minor < 0 ? 0 : (uint64_t)minor;
    snprintf(buf, sizeof buf, "%llu.%02u", (unsigned long long)(v / 100), (unsigned)(v % 100));
    label(o, name);
    word(o, o->w->before);
    word(o, buf);
    word(o, o->w->after);
}

static void accessories(struct out *o, unsigned bits)
{
    bool any = false;
    for (unsigned k = 0; k < 5; k++) {
        if ((bits >> k & 1U) == 0) {
            continue;
        }
        if (any) {
            word(o, o->w->comma);
        } else {
            label(o, o->w->accessories);
        }
        word(o, o->w->things[k]);
        any = true;
    }
}

static enum st begin(struct out *o, const struct goods_facts *f, bool back, char *buf, size_t cap)
{
    *o = (struct out){.w = f->template_ == GOODS_1_EN ? &en : &zh, .p = buf, .cap = cap};
    if (f->template_ != GOODS_1_ZH && f->template_ != GOODS_1_EN) {
        return ST_BUG;
    }
    word(o, back ? o->w->returned : o->w->taken);
    typed(o, f->number);
    line(o, o->w->company, f->company);
    line(o, o->w->job, f->job_code);
    label(o, o->w->customer);
    typed(o, f->customer);
    line(o, o->w->address, f->address);
    line(o, o->w->phone, f->phone);
    label(o, o->w->what);
    typed(o, f->what);
    line(o, o->w->model, f->model);
    line(o, o->w->serial, f->serial);
    CODE(o, o->w->condition, conditions, f->condition);
    accessories(o, f->accessories);
    line(o, o->w->with, f->with);
    return ST_OK;
}

static enum st done(const struct out *o, str *out)
{
    *out = o->full ? (str){NULL, 0} : (str){o->p, o->n};
    return o->full ? ST_TOO_BIG : ST_OK;
}

enum st goods_taken_text(const struct goods_facts *f, char *buf, size_t cap, str *out)
{
    struct out o;
    *out = (str){NULL, 0};
    enum st st = begin(&o, f, false, buf, cap);
    if (st != ST_OK) {
        return st;
    }
    CODE(&o, o.w->reason, reasons, f->reason);
    line(&o, o.w->why, f->why);
    day(&o, o.w->at, f->at_ms, f->utc_offset_minutes);
    line(&o, o.w->technician, f->technician);
    if (f->agreed) {
        money(&o, o.w->estimate, f->estimate_minor);
    } else {
        sentence(&o, o.w->no_estimate);
    }
    sentence(&o, o.w->keep);
    sentence(&o, o.w->acknowledge);
    day(&o, o.w->promised, f->promised_ms, f->utc_offset_minutes);
    return done(&o, out);
}

enum st goods_returned_text(const struct goods_facts *f, char *buf, size_t cap, str *out)
{
    struct out o;
    *out = (str){NULL, 0};
    enum st st = begin(&o, f, true, buf, cap);
    if (st != ST_OK) {
        return st;
    }
    line(&o, o.w->work, f->work);
    for (unsigned k = 0; k < f->nparts; k++) {
        line(&o, o.w->part, f->parts[k]);
    }
    CODE(&o, o.w->result, results, f->result);
    day(&o, o.w->passed, f->passed_ms, f->utc_offset_minutes);
    day(&o, o.w->back_at, f->at_ms, f->utc_offset_minutes);
    line(&o, o.w->technician, f->technician);
    sentence(&o, f->outcome == RECEIPT_LOST ? o.w->lost : o.w->back);
    if (f->outcome == RECEIPT_LOST) {
        line(&o, o.w->lost_how, f->lost);
    }
    sentence(&o, o.w->received);
    money(&o, o.w->due, f->total_minor);
    return done(&o, out);
}
