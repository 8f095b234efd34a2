/* body_att.c - parts of a body without the whole: which attachment is what, whose visit it is. */
#include "core/model/bodies.h"

#include "core/codec/cbor.h"

#define AT(m) ((uint16_t)offsetof(union body, m))

enum att_when { WHEN_ALWAYS, WHEN_BOOL, WHEN_BIT };
static const struct att_row {
    unsigned kind;
    enum body_att what;
    enum att_when when;
    uint16_t at; /* WHEN_BOOL: in union body; WHEN_BIT: of att_flags */
} att_rows[] = {
    {KIND_EDITION, BA_EDITION, WHEN_ALWAYS, 0},
    {KIND_VISIT_DIAGNOSED, BA_FAULT, WHEN_BOOL, AT(diagnosed.fault_words)},
    {KIND_VISIT_DIAGNOSED, BA_CAUSE, WHEN_BOOL, AT(diagnosed.cause_words)},
    {KIND_VISIT_PRICED, BA_PRICE_TEXT, WHEN_ALWAYS, 0},
    {KIND_VISIT_PRICED, BA_PRICE_STROKES, WHEN_BOOL, AT(priced.consented)},
    {KIND_VISIT_PART, BA_PART, WHEN_BOOL, AT(part.words)},
    {KIND_VISIT_PART, BA_OLD_WHY, WHEN_BOOL, AT(part.why_words)},
    {KIND_VISIT_ACTION, BA_ACTION, WHEN_BOOL, AT(action.words)},
    {KIND_VISIT_TESTED, BA_DANGER, WHEN_BOOL, AT(tested.danger_words)},
    {KIND_VISIT_TESTED, BA_RESULT, WHEN_BOOL, AT(tested.words)},
    {KIND_VISIT_SIGNED, BA_FACTS, WHEN_ALWAYS, 0},
    {KIND_VISIT_SIGNED, BA_REPORT, WHEN_ALWAYS, 0},
    {KIND_VISIT_SIGNED, BA_STROKES, WHEN_BIT, SIGNED_STROKES},
    {KIND_VISIT_SIGNED, BA_NAME, WHEN_BIT, SIGNED_NAME},
    {KIND_VISIT_SIGNED, BA_REASON, WHEN_BIT, SIGNED_REASON},
    {KIND_VISIT_SIGNED, BA_RATINGS, WHEN_BIT, SIGNED_RATINGS},
    {KIND_VISIT_ENDED, BA_NOTE, WHEN_BOOL, AT(ended.note)},
    {KIND_HANDOVER_ASKED, BA_NOTE, WHEN_BOOL, AT(asked.note)},
    {KIND_HELP_ASKED, BA_NOTE, WHEN_BOOL, AT(asked.note)},
    {KIND_PROPOSED, BA_WORDS, WHEN_ALWAYS, 0},
    {KIND_HELP_ANSWERED, BA_WORDS, WHEN_BOOL, AT(help.words)},
    {KIND_VISIT_TAKEN, BA_GOODS_TEXT, WHEN_ALWAYS, 0},
    {KIND_VISIT_TAKEN, BA_GOODS_STROKES, WHEN_ALWAYS, 0},
    {KIND_VISIT_TAKEN, BA_GOODS_NAME, WHEN_BOOL, AT(taken.name)},
    {KIND_VISIT_RETURNED, BA_GOODS_TEXT, WHEN_ALWAYS, 0},
    {KIND_VISIT_RETURNED, BA_GOODS_STROKES, WHEN_ALWAYS, 0},
    {KIND_VISIT_RETURNED, BA_GOODS_NAME, WHEN_BOOL, AT(returned.name)},
    {KIND_VISIT_POSITION, BA_POSITION, WHEN_ALWAYS, 0},
    {KIND_VISIT_RATED, BA_RATINGS, WHEN_ALWAYS, 0},
};

int body_att(unsigned kind, const union body *b, enum body_att what)
{
    int index = 0;
    for (size_t i = 0; i < sizeof att_rows / sizeof att_rows[0]; i++) {
        const struct att_row *row = &att_rows[i];
        if (row->kind != kind) {
            continue;
        }
        bool there = row->when == WHEN_ALWAYS ||
                     (row->when == WHEN_BIT && (b->signed_.att_flags & row->at) != 0) ||
                     (row->when == WHEN_BOOL && *((const bool *)b + row->at));
        if (row->what == what) {
            return there ? index : -1;
        }
        index += there;
    }
    return -1;
}

bool body_visit(bytes in, id8 *visit)
{
    bytes raw;
    if (cbor_map_find(in, 1, &raw) != ST_OK) {
        return false;
    }
    struct cbor_r r = cbor_r_init(raw);
    cbor_get_bytes_n(&r, visit->b, sizeof visit->b);
    return cbor_done(&r) == ST_OK;
}
