/* part_form.c - see part_form.h. */
#include "app/screens/part_form.h"

/* The diagnosis gave the cause; what is free of charge is proved by the old part, so it goes back.
 * Both are shown as chosen, and one tap changes them. */
static void said_before(struct app *a, struct part_form *d)
{
    const struct visit_state *v = form_visit(a);
    union body b;
    if (form_read(v, KIND_VISIT_DIAGNOSED, &b) != NULL) {
        d->reason = b.diagnosed.cause == CAUSE_WEAR     ? PART_WORN
                    : b.diagnosed.cause == CAUSE_DEFECT ? PART_FAILED
                    : b.diagnosed.cause == CAUSE_MISUSE || b.diagnosed.cause == CAUSE_ACCIDENT
                        ? PART_DAMAGED
                        : 0;
    }
    d->old_part = form_class(v) == CLASS_C || form_class(v) == CLASS_B ? OLD_TAKEN : 0;
}

void part_form_choose(struct app *a, struct part_form *d, str code)
{
    h32 old = d->old;
    const struct cat_part *p = catalogue_part(app_catalogue(a), str_bytes(code));
    struct code c;
    memset(d, 0, sizeof *d);
    d->old = old;
    d->chosen = true;
    d->qty[0] = '1';
    d->in_words = p == NULL;
    d->charged = form_decision(app_job(a)).class_ == CLASS_A;
    if (code.n <= CAP_CODE_BYTES && code_of(str_bytes(code), &c)) {
        memcpy(d->number, c.b, c.n);
    }
    if (p != NULL) {
        form_put_money(d->price, sizeof d->price, p->price_minor);
        d->serials = p->serialized;
    }
    said_before(a, d);
}

void part_form_of(struct app *a, struct part_form *d, const struct fact *f)
{
    union body b;
    memset(d, 0, sizeof *d);
    if (body_decode(KIND_VISIT_PART, f->body, &b) != ST_OK) {
        return;
    }
    const struct body_part *p = &b.part;
    d->old = f->entry;
    d->chosen = true;
    memcpy(d->number, p->number.b, p->number.n);
    d->in_words = p->words;
    form_put_qty(d->qty, sizeof d->qty, p->qty_milli);
    form_put_money(d->price, sizeof d->price, p->unit_minor);
    memcpy(d->serial_in, p->serial_in.b, p->serial_in.n);
    memcpy(d->serial_out, p->serial_out.b, p->serial_out.n);
    d->serials = p->serial_in.n > 0 || p->serial_out.n > 0;
    d->reason = p->reason;
    d->old_part = p->old_part;
    d->charged = p->charged;
    form_text(a, f, &b, BA_PART, d->words, sizeof d->words);
    form_text(a, f, &b, BA_OLD_WHY, d->why, sizeof d->why);
}

const char *part_form_name(struct app *a, const struct fact *f, const union body *b)
{
    char words[FORM_LINE];
    const struct cat_part *p = catalogue_part(app_catalogue(a), code_bytes(&b->part.number));
    form_text(a, f, b, BA_PART, words, sizeof words);
    if (words[0] != '\0') {
        return shared_z(a, str_c(words));
    }
    return p != NULL ? form_name(a, p->name, p->name_en)
                     : shared_z(a, bytes_str(code_bytes(&b->part.number)));
}
