/* call.c - see call.h: packs what was said into the bodies of two or three entries. */
#include "app/state/call.h"

#include <sodium.h>
#include <stdio.h>

#include "app/state/app_internal.h"
#include "core/model/bodies.h"
#include "core/rules/service.h"

/* One record that is being packed: its fields, and texts as attachments in their order. */
struct pack {
    struct record_write w[CAP_RECORD_WRITES];
    struct intent_att atts[INTENT_ATTS];
    size_t n;
    unsigned natt;
};

static void add_text(struct pack *p, int field, str text)
{
    if (text.n > 0 && p->natt < INTENT_ATTS) {
        p->w[p->n++] =
            (struct record_write){.field = field, .type = FT_TEXT, .i = (int64_t)p->natt};
        p->atts[p->natt++] = (struct intent_att){.type = ATT_TEXT, .content = str_bytes(text)};
    }
}

static void add_int(struct pack *p, int field, enum field_type type, int64_t v)
{
    p->w[p->n++] = (struct record_write){.field = field, .type = type, .i = v};
}

static void add_ref(struct pack *p, int field, id16 to)
{
    p->w[p->n++] = (struct record_write){.field = field, .type = FT_REF, .ref = to};
}

static void add_code(struct pack *p, int field, const struct code *c)
{
    if (c->n > 0) {
        p->w[p->n++] = (struct record_write){.field = field, .type = FT_CODE, .code = *c};
    }
}

static bool encode(struct arena *m, struct pack *p, bytes *out)
{
    uint8_t *buf = arena_new(m, uint8_t, CAP_BODY_BYTES);
    return buf != NULL && record_encode(p->w, p->n, buf, CAP_BODY_BYTES, out) == ST_OK;
}

static bool add_atts(struct intent *i, const struct pack *p)
{
    if (i->natt + p->natt > INTENT_ATTS) {
        return false;
    }
    for (unsigned k = 0; k < p->natt; k++) {
        i->atts[i->natt].type = p->atts[k].type;
        i->atts[i->natt++].content = p->atts[k].content;
    }
    return true;
}

/* A record of its own that goes before the job. */
static bool before(struct app *a, struct intent *i, enum subject_type type, id16 *subject,
                   struct pack *p)
{
    struct intent_record *r = &i->before[i->nbefore++];
    randombytes_buf(subject->b, sizeof subject->b);
    r->type = type;
    r->subject = *subject;
    r->natt = p->natt;
    return encode(&a->frame, p, &r->body);
}

str app_call_number(struct app *a)
{
    struct store_txn *t = NULL;
    uint64_t n = 0;
    char number[33], full[40];
    if (a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return (str){NULL, 0};
    }
    enum st st = counter_peek(t, "call", a->frame, &n, NULL);
    store_abort(&t);
    if (st != ST_OK) {
        return (str){NULL, 0};
    }
    number_format(a->who.prefix, a->who.epoch_mark, n, number);
    snprintf(full, sizeof full, "C-%s", number);
    return str_c(arena_cstr(&a->frame, str_c(full)));
}

/* The job itself; its customer and equipment stand by now. */
static bool job(struct app *a, const struct call_intent *c, id16 customer, id16 equipment,
                unsigned fresh, struct pack *p)
{
    struct code number;
    if (!code_of(str_bytes(app_call_number(a)), &number)) {
        return false;
    }
    add_code(p, F_JOB_PROVISIONAL, &number);
    add_ref(p, F_JOB_CUSTOMER, customer);
    if (!id16_zero(equipment)) {
        add_ref(p, F_JOB_EQUIPMENT, equipment);
    }
    add_int(p, F_JOB_CALLED, FT_TIME, c->called_ms);
    add_int(p, F_JOB_CHANNEL, FT_ENUM, CHANNEL_TECHNICIAN);
    if (c->zone > 0) {
        add_int(p, F_JOB_ZONE, FT_ENUM, c->zone);
    }
    if (c->asked_ms > 0) {
        add_int(p, F_JOB_APPOINTMENT, FT_TIME, c->asked_ms);
    }
    if (fresh != 0) {
        add_int(p, F_JOB_PROPOSED, FT_INT, fresh);
    }
    add_text(p, F_JOB_FAULT_TOLD, c->fault);
    add_text(p, F_JOB_CONTACT, c->contact);
    add_text(p, F_JOB_PHONE, c->contact_phone);
    return true;
}

bool app_call_take(struct app *a, const struct call_intent *c, const char *draft_name,
                   enum screen_id go)
{
    struct intent i = {.type = INTENT_TAKE_CALL, .subject_type = SUBJECT_JOB, .go = go};
    struct pack customer = {.n = 0}, equipment = {.n = 0}, call = {.n = 0};
    id16 who = c->customer, what = c->equipment;
    unsigned fresh = 0;
    bool ok = true;
    if (id16_zero(who)) {
        fresh |= CALL_NEW_CUSTOMER;
        add_text(&customer, F_CUSTOMER_NAME, c->name);
        add_text(&customer, F_CUSTOMER_ADDRESS, c->address);
        add_text(&customer, F_CUSTOMER_PHONE, c->phone);
        ok = customer.n > 0 && before(a, &i, SUBJECT_CUSTOMER, &who, &customer);
    }
    if (ok && id16_zero(what) && c->what.n > 0) {
        fresh |= CALL_NEW_EQUIPMENT;
        add_text(&equipment, F_EQUIPMENT_NAME, c->what);
        add_text(&equipment, F_EQUIPMENT_MAKER, c->maker);
        add_text(&equipment, F_EQUIPMENT_MODEL, c->model);
        add_code(&equipment, F_EQUIPMENT_SERIAL, &c->serial);
        ok = before(a, &i, SUBJECT_EQUIPMENT, &what, &equipment);
    }
    ok = ok && job(a, c, who, what, fresh, &call) && encode(&a->frame, &call, &i.data) &&
         add_atts(&i, &call) && add_atts(&i, &customer) && add_atts(&i, &equipment);
    return ok ? intent_send_with(a, &i, draft_name) : intent_refused(a, APP_SAVING);
}

bool app_call_double(struct app *a, id16 equipment, id16 *job_out)
{
    uint8_t prefix[LIST_KEY_BYTES];
    struct store_txn *t = NULL;
    struct store_cursor *c = NULL;
    bytes key, none = {NULL, 0};
    bool found = false;
    if (id16_zero(equipment) || a->store == NULL || store_read(a->store, &t, NULL) != ST_OK) {
        return false;
    }
    if (store_scan(t, T_LIST, fold_list_prefix(LIST_OF_EQUIPMENT, SUBJECT_JOB, &equipment, prefix),
                   none, &c, NULL) == ST_OK) {
        for (unsigned n = 0; !found && n < APP_FITTED_JOBS && store_next(c, &key) == ST_OK; n++) {
            struct arena tmp = arena_of(a->row_mem, APP_ROW_BYTES);
            struct subject_state s;
            id16 id;
            memcpy(id.b, key.p + key.n - sizeof id.b, sizeof id.b);
            found = fold_load(t, id, &tmp, &s, NULL, NULL) == ST_OK && call_doubles(&s, equipment);
            *job_out = found ? id : *job_out;
        }
        store_scan_end(&c);
    }
    store_abort(&t);
    return found;
}
