/* page.c - see page.h. */
#include "sync/pdf/page.h"

#include "sync/pdf/faces.h"

#define PEN_PT 1.4

bool page_open(struct page *p, cairo_surface_t *surface, const char *lang)
{
    memset(p, 0, sizeof *p);
    PangoFontMap *map = faces_map();
    if (map == NULL) {
        return false;
    }
    p->pango = pango_font_map_create_context(map);
    g_object_unref(map);
    p->lang = pango_language_from_string(lang);
    pango_context_set_language(p->pango, p->lang);
    cairo_font_options_t *fo = cairo_font_options_create();
    cairo_font_options_set_hint_style(fo, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(fo, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(p->pango, fo);
    cairo_font_options_destroy(fo);
    p->cr = cairo_create(surface);
    return cairo_status(p->cr) == CAIRO_STATUS_SUCCESS;
}

void page_close(struct page *p)
{
    if (p->cr != NULL) {
        cairo_destroy(p->cr);
    }
    if (p->pango != NULL) {
        g_object_unref(p->pango);
    }
    memset(p, 0, sizeof *p);
}

static void ink(struct page *p, enum page_ink i)
{
    double v = i == PAGE_GREY ? 0.36 : 0.0;
    cairo_set_source_rgb(p->cr, v, v, v);
}

/* The label in grey, and each run in the letter shapes of faces_language. */
static PangoAttrList *attributes(const struct page_style *style, str s)
{
    PangoAttrList *attrs = pango_attr_list_new();
    /* No hyphen where a word is parted: whoever types the text from the paper would type it too. */
    pango_attr_list_insert(attrs, pango_attr_insert_hyphens_new(FALSE));
    if (style->label > 0) {
        PangoAttribute *grey = pango_attr_foreground_new(0x5C5C, 0x5C5C, 0x5C5C);
        grey->end_index = (guint)style->label;
        pango_attr_list_insert(attrs, grey);
    }
    PangoScriptIter *it = pango_script_iter_new(s.p, (int)s.n);
    do {
        const char *from, *to;
        PangoScript script;
        pango_script_iter_get_range(it, &from, &to, &script);
        PangoAttribute *lang = pango_attr_language_new(faces_language(script));
        lang->start_index = (guint)(from - s.p);
        lang->end_index = (guint)(to - s.p);
        pango_attr_list_insert(attrs, lang);
    } while (pango_script_iter_next(it));
    pango_script_iter_free(it);
    return attrs;
}

static PangoLayout *lay(struct page *p, const struct page_style *style, str s, double w)
{
    PangoLayout *l = pango_layout_new(p->pango);
    PangoFontDescription *f = pango_font_description_new();
    str text = s.n == 0 ? S("") : s;
    pango_font_description_set_family_static(f, FACES_FAMILIES);
    pango_font_description_set_absolute_size(f, style->size_pt * PANGO_SCALE);
    pango_font_description_set_weight(f, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(l, f);
    pango_layout_set_text(l, text.p, (int)text.n);
    pango_layout_set_single_paragraph_mode(l, TRUE);
    pango_layout_set_width(l, (int)(w * PANGO_SCALE));
    pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_indent(l, (int)(-style->hang * PANGO_SCALE));
    pango_layout_set_alignment(l, style->align);
    pango_layout_set_line_spacing(l, 1.06F);
    PangoAttrList *attrs = attributes(style, text);
    pango_layout_set_attributes(l, attrs);
    pango_attr_list_unref(attrs);
    pango_font_description_free(f);
    return l;
}

/* A line within its own height: marks heaped on one letter strike through nothing above it. */
#define BEYOND_PT 1.5
static void draw_line(struct page *p, PangoLayoutIter *it, struct page_box b, double top)
{
    PangoRectangle r;
    int y0, y1;
    pango_layout_iter_get_line_extents(it, NULL, &r);
    pango_layout_iter_get_line_yrange(it, &y0, &y1);
    cairo_save(p->cr);
    cairo_rectangle(p->cr, b.x - BEYOND_PT, b.y + (double)y0 / PANGO_SCALE - top - BEYOND_PT,
                    b.w + 2 * BEYOND_PT, (double)(y1 - y0) / PANGO_SCALE + 2 * BEYOND_PT);
    cairo_clip(p->cr);
    cairo_move_to(p->cr, b.x + (double)r.x / PANGO_SCALE,
                  b.y + (double)pango_layout_iter_get_baseline(it) / PANGO_SCALE - top);
    pango_cairo_show_layout_line(p->cr, pango_layout_iter_get_line_readonly(it));
    cairo_restore(p->cr);
}

double page_text_part(struct page *p, const struct page_style *style, str s, struct page_box b,
                      bool draw, int from, int *next)
{
    PangoLayout *l = lay(p, style, s, b.w);
    PangoLayoutIter *it = pango_layout_get_iter(l);
    double top = 0, end = 0;
    int k = 0;
    *next = 0;
    do {
        int y0, y1;
        pango_layout_iter_get_line_yrange(it, &y0, &y1);
        double to = (double)y1 / PANGO_SCALE;
        if (k < from) {
            top = end = to;
            continue;
        }
        if (k > from && to - top > b.h) {
            *next = k;
            break;
        }
        end = to;
        if (draw) {
            ink(p, style->ink);
            draw_line(p, it, b, top);
        }
    } while (k++, pango_layout_iter_next_line(it));
    pango_layout_iter_free(it);
    g_object_unref(l);
    return end - top;
}

double page_text(struct page *p, const struct page_style *style, str s, double x, double y,
                 double w, bool draw)
{
    int next;
    return page_text_part(p, style, s, (struct page_box){x, y, w, 1e9}, draw, 0, &next);
}

void page_rule(struct page *p, double x, double y, double w)
{
    ink(p, PAGE_BLACK);
    cairo_set_line_width(p->cr, 0.8);
    cairo_move_to(p->cr, x, y);
    cairo_line_to(p->cr, x + w, y);
    cairo_stroke(p->cr);
}

void page_frame(struct page *p, struct page_box b)
{
    ink(p, PAGE_GREY);
    cairo_set_line_width(p->cr, 0.6);
    cairo_rectangle(p->cr, b.x, b.y, b.w, b.h);
    cairo_stroke(p->cr);
}

void page_qr(struct page *p, const struct qr *qr, struct page_box b)
{
    double m = b.w / (qr->side + 2 * QR_QUIET);
    double x0 = b.x + QR_QUIET * m, y0 = b.y + QR_QUIET * m;
    ink(p, PAGE_BLACK);
    for (int y = 0; y < qr->side; y++) {
        const uint8_t *row = &qr->modules[y * qr->side];
        for (int x = 0; x < qr->side;) {
            int from = x;
            while (x < qr->side && row[x] != 0) {
                x++;
            }
            if (x > from) {
                cairo_rectangle(p->cr, x0 + from * m, y0 + y * m, (x - from) * m, m);
            }
            x += x == from;
        }
    }
    cairo_fill(p->cr);
}

void page_strokes(struct page *p, const struct strokes *s, struct page_box b)
{
    int32_t x0 = s->points[0].x, x1 = x0, y0 = s->points[0].y, y1 = y0;
    for (size_t i = 1; i < s->n; i++) {
        x0 = s->points[i].x < x0 ? s->points[i].x : x0;
        x1 = s->points[i].x > x1 ? s->points[i].x : x1;
        y0 = s->points[i].y < y0 ? s->points[i].y : y0;
        y1 = s->points[i].y > y1 ? s->points[i].y : y1;
    }
    double w = x1 - x0, h = y1 - y0, pad = 4.0 + PEN_PT;
    double sx = w > 0 ? (b.w - 2 * pad) / w : 1.0, sy = h > 0 ? (b.h - 2 * pad) / h : 1.0;
    double k = sx < sy ? sx : sy;
    k = k > 0.0072 ? 0.0072 : k; /* no larger than drawn: 160 dp are an inch */
    double left = b.x + (b.w - w * k) / 2, top = b.y + (b.h - h * k) / 2;
    ink(p, PAGE_BLACK);
    cairo_set_line_width(p->cr, PEN_PT);
    cairo_set_line_cap(p->cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
    for (size_t i = 0; i < s->n; i++) {
        double x = left + (s->points[i].x - x0) * k, y = top + (s->points[i].y - y0) * k;
        if (s->points[i].start) {
            cairo_move_to(p->cr, x, y);
        }
        cairo_line_to(p->cr, x, y); /* a lone point is a dot: round caps draw it */
    }
    cairo_stroke(p->cr);
}
