/* looks.h - one state of a screen, laid out under every look: sizes, both ways up, text scales,
 * themes, languages, hands; no pixels. Whatever script test_screens.c plays for the first time in
 * its process is looked at like this wherever it comes to rest, so that a new screen needs nothing
 * but its taps.
 *
 * Each look asks ui_check, and whether scrolling brings all of it into view; once a screen and set
 * of targets also whether Tab alone comes by everything. A failed save, sync or join is put under
 * each screen in turn: what it says then is laid out too. Kit and screens are given back as they
 * were. */
#ifndef TESTS_UI_LOOKS_H
#define TESTS_UI_LOOKS_H
#include "app/platform/script_walk.h"
#include "app/state/app_internal.h"
#include "app/ui/ui_state.h"
#include "tests/support/check.h"

#include <stddef.h>

enum {
    LOOKS_STATES = 16384, /* different ones of a whole run, at most half of it */
    LOOKS_SETTLE = 40,    /* frames until a look is at rest */
    LOOKS_WALK = 4000,    /* frames of one walk */
    LOOKS_MANY = 100,     /* nodes of a page that is no list */
    LOOKS_MOST = 40       /* findings in words; then only their number */
};
/* How a screen was seen. */
enum {
    SEEN = 1,
    SEEN_EMPTY = 2, /* nothing there, nothing found */
    SEEN_LONG = 4,  /* with a name that fills lines */
    SEEN_MANY = 8,  /* a hundred things and more */
    SEEN_ERROR = 16,
    SEEN_KINDS = 5
};

static const struct looks_size {
    int w, h;
    float density;
} LOOKS_SIZES[] = {{320, 480, 1}, {480, 800, 1}, {720, 1280, 1.5F}, {1080, 2400, 2.6F},
                   {480, 320, 1}, {800, 480, 1}, {1280, 720, 1.5F}, {2400, 1080, 2.6F}};
enum { LOOKS_SIZE_N = sizeof LOOKS_SIZES / sizeof *LOOKS_SIZES };

struct looks {
    uint64_t states[LOOKS_STATES]; /* open addressing; 0: free */
    unsigned nstates;
    unsigned seen[SCREENS];
    unsigned long frames, looks, walks;
    unsigned findings;
    struct ui *kept;
    struct {
        void *p;
        size_t n;
    } data[SCREENS];
    const char *script;
};

/* looks_wanted: how a screen of the table must have been seen. One that is not named here: at all,
 * and with an error; one that has no way to fail, or can be empty, long or many, stands here. */
static inline unsigned looks_wanted(const char *name)
{
    enum { E = SEEN_EMPTY, L = SEEN_LONG, M = SEEN_MANY, X = SEEN_ERROR };
    static const struct {
        const char *name;
        unsigned kinds;
    } KINDS[] = {
        {"today", E | L | M},
        {"job", L | X},
        {"diagnose", E | M | X},
        {"part", E | M | X},
        {"knowledge", E | M},
        {"prepare", E | L | M},
        {"conflicts", E | M | X},
        {"earlier", E | L | M},
        {"debts", E | M},
        {"papers", E},
        {"copy", X},
        {"unlock", X},
        {"settings", 0},
        {"sign_read", 0}, /* nothing is sent from here */
        {"sign_rate", 0},
        {"hand_back", X},
    };
    for (size_t k = 0; k < sizeof KINDS / sizeof *KINDS; k++) {
        if (strcmp(KINDS[k].name, name) == 0) {
            return SEEN | KINDS[k].kinds;
        }
    }
    return SEEN | SEEN_ERROR;
}

/* ---- kit and screens as they were ------------------------------------------------------------ */

/* All but what the next frame makes anew. */
static inline void looks_kit(struct ui *to, const struct ui *from)
{
    size_t head = offsetof(struct ui, cmds), tail = offsetof(struct ui, hash);
    memcpy(to, from, head);
    memcpy((uint8_t *)to + tail, (const uint8_t *)from + tail, sizeof *to - tail);
}

static inline void looks_keep(struct looks *l, const struct app *a, const struct ui *u)
{
    l->kept = l->kept != NULL ? l->kept : malloc(sizeof *l->kept);
    if (l->kept == NULL) {
        exit(99);
    }
    memcpy(l->kept, u, sizeof *u);
    for (int k = 0; k < SCREENS; k++) {
        if (a->screen_data[k] != NULL && l->data[k].n < a->screen_data_n[k]) {
            free(l->data[k].p);
            l->data[k].n = a->screen_data_n[k];
            l->data[k].p = malloc(l->data[k].n);
        }
        if (a->screen_data[k] != NULL) {
            memcpy(l->data[k].p, a->screen_data[k], a->screen_data_n[k]);
        }
    }
}

static inline void looks_back(struct looks *l, struct app *a, struct ui *u)
{
    looks_kit(u, l->kept);
    for (int k = 0; k < SCREENS; k++) {
        if (a->screen_data[k] != NULL && l->data[k].p != NULL) {
            memcpy(a->screen_data[k], l->data[k].p, a->screen_data_n[k]);
        }
    }
}

/* ---- one look -------------------------------------------------------------------------------- */

static inline bool looks_lay(struct looks *l, struct app *a, struct ui *u, const struct ui_frame *f)
{
    struct ui_out out = {.again = true};
    for (int i = 0; i < LOOKS_SETTLE && out.again; i++) {
        app_turn(a, u, f);
        ui_end(u, &out);
        l->frames++;
    }
    return !out.again;
}

/* Words and targets that no scrolling brings into view. */
static inline int looks_reach(const struct ui *u, FILE *to)
{
    int n = 0, scroll = (int)(u->screen->scroll_px + 0.5F);
    for (size_t i = 0; i < u->node_n; i++) {
        const struct ui_node *d = &u->nodes[i];
        struct ui_rect r = d->rect;
        bool counts = (d->state & (UI_ST_TARGET | UI_ST_TEXTUAL)) != 0 && r.h > 0, lost = false;
        if (!counts || (u->modal && d->region != 3)) {
            continue;
        }
        if (d->region == 1 && d->layer == 0) {
            int end = u->body.y + u->content_h + (u->fixed ? 0 : u->bar_below) - scroll;
            lost = r.y + r.h > (u->fixed ? u->body.y + u->body.h : end) || r.x < u->body.x ||
                   r.x + r.w > u->body.x + u->body.w;
        } else if (d->region == 3 && u->area_kept != NULL) {
            int more = (int)(u->area_max - u->area_kept->scroll_px + 1);
            lost = r.y + r.h > u->area.y + u->area.h + more;
        } else if (d->region == 4 || (d->region == 0 && !u->header_rides) ||
                   (d->region == 2 && u->bar_below == 0)) {
            lost = d->seen.w < r.w || d->seen.h < r.h;
        }
        if (lost) {
            n++;
            if (to != NULL) {
                fprintf(to, "no scrolling brings this into view:\n");
                ui_tree_node(to, d);
            }
        }
    }
    return n;
}

static inline void looks_wrong(struct looks *l, const struct app *a, const struct ui *u,
                               const struct ui_frame *f, const char *what)
{
    if (l->findings++ >= LOOKS_MOST) {
        return;
    }
    printf("# screen %s at %dx%d, scale %.1f, theme %d, %s%s, in %s: %s\n",
           screens[a->trail[a->ntrail - 1].screen].name, f->w_px, f->h_px, (double)f->scale,
           (int)f->theme, a->settings.lang, f->left_hand ? ", left-handed" : "", l->script, what);
    IGNORE(ui_check(u, stdout) + looks_reach(u, stdout));
    if (l->findings == 1) {
        printf("# the whole of it:\n");
        ui_tree_write(u, stdout);
    }
}

/* Tab until it begins anew. */
static inline void looks_walk(struct looks *l, struct app *a, struct ui *u, struct ui_frame f)
{
    struct script_walk w = {.n = 0};
    const char *why = "it does not end";
    enum script_walk_says says = SCRIPT_WALK_ON;
    enum screen_id at = a->trail[a->ntrail - 1].screen;
    unsigned long from = l->frames;
    l->walks++;
    while (says == SCRIPT_WALK_ON && l->frames - from < LOOKS_WALK) {
        says = script_walk(&w, u, &f.now_ms, &why);
        if (says == SCRIPT_WALK_ON && !looks_lay(l, a, u, &f)) {
            says = SCRIPT_WALK_WRONG;
            why = "it does not come to rest";
        }
        if (a->trail[a->ntrail - 1].screen != at) {
            says = SCRIPT_WALK_WRONG;
            why = "looking at it leads elsewhere";
        }
    }
    if (says != SCRIPT_WALK_DONE) {
        looks_wrong(l, a, u, &f, why);
    }
}

/* Every size, scale, theme and language; the hands take turns, so that each comes with each size
 * and scale. */
static inline void looks_all(struct looks *l, struct app *a, struct ui *u, struct ui_frame f,
                             bool walk)
{
    char lang[sizeof a->settings.lang];
    memcpy(lang, a->settings.lang, sizeof lang);
    for (unsigned k = 0; k < LOOKS_SIZE_N * 3 * 3 * 2; k++) {
        unsigned size = k % LOOKS_SIZE_N, rest = k / LOOKS_SIZE_N, zh = rest / 9;
        f.w_px = LOOKS_SIZES[size].w;
        f.h_px = LOOKS_SIZES[size].h;
        f.density = LOOKS_SIZES[size].density;
        f.scale = 1.0F + 0.5F * (float)(rest % 3);
        f.theme = (enum ui_theme)(rest / 3 % 3);
        f.left_hand = (k + rest / 3 + zh) % 2 != 0;
        snprintf(a->settings.lang, sizeof a->settings.lang, "%s", zh != 0 ? "zh" : "en");
        f.lang = a->settings.lang;
        looks_back(l, a, u);
        bool rests = looks_lay(l, a, u, &f);
        l->looks++;
        if (!rests) {
            looks_wrong(l, a, u, &f, "it does not come to rest");
        } else if (ui_check(u, NULL) + looks_reach(u, NULL) > 0) {
            looks_wrong(l, a, u, &f, "findings");
        }
        if (walk && (unsigned)f.theme == (size + rest) % 3 && zh == (size + rest % 3) % 2) {
            looks_walk(l, a, u, f); /* each size and scale once, with one theme and language */
        }
    }
    memcpy(a->settings.lang, lang, sizeof lang);
}

/* ---- what is new ----------------------------------------------------------------------------- */

static inline uint64_t looks_mix(uint64_t h, const char *s)
{
    for (; *s != '\0'; s++) {
        h = (h ^ (uint8_t)*s) * 0x100000001B3U;
    }
    return (h ^ 0xFF) * 0x100000001B3U;
}

static inline bool looks_new(struct looks *l, uint64_t h)
{
    h |= 1;
    size_t i = (size_t)(h >> 20) % LOOKS_STATES;
    while (l->states[i] != 0 && l->states[i] != h) {
        i = (i + 1) % LOOKS_STATES;
    }
    bool fresh = l->states[i] == 0 && l->nstates < LOOKS_STATES / 2;
    if (fresh) {
        l->states[i] = h;
        l->nstates++;
    }
    return fresh;
}

static inline unsigned looks_kinds(const struct ui *u)
{
    unsigned seen = SEEN;
    for (size_t i = 0; i < u->cmd_n; i++) { /* the large sign of ui_empty */
        bool sign = u->cmds[i].type == UI_CMD_ICON && u->cmds[i].rect.w == ui_w_dp(u, 64);
        seen |= sign ? SEEN_EMPTY : 0U;
    }
    for (size_t i = 0; i < u->node_n; i++) {
        const struct ui_node *d = &u->nodes[i];
        seen |= strcmp(d->id, "error") == 0 ? SEEN_ERROR : 0U;
        seen |= d->role == UI_ROLE_LIST && strtol(d->value, NULL, 10) >= 100 ? SEEN_MANY : 0U;
        seen |= strstr(d->label, "锦绣江南国际商务酒店管理有限责任公司") != NULL ? SEEN_LONG : 0U;
    }
    return seen | (u->node_n >= LOOKS_MANY ? SEEN_MANY : 0U);
}

static inline uint64_t looks_text(const struct ui *u, enum screen_id at)
{
    uint64_t h = 14695981039346656037U ^ (uint64_t)at;
    for (size_t i = 0; i < u->node_n; i++) {
        const struct ui_node *d = &u->nodes[i];
        h = looks_mix(looks_mix(looks_mix(h, d->id), d->label), d->value) ^ d->state;
    }
    return h;
}

/* What it says when something failed; only where it says anything. */
static inline void looks_errors(struct looks *l, struct app *a, struct ui *u,
                                const struct ui_frame *f, uint64_t shape)
{
    enum screen_id at = a->trail[a->ntrail - 1].screen;
    struct app_result was = a->result;
    for (int what = APP_SAVING; what <= APP_SYNCING; what++) {
        looks_back(l, a, u);
        bool rests = looks_lay(l, a, u, f);
        uint64_t without = looks_text(u, at);
        a->result =
            (struct app_result){.serial = was.serial + 2, .what = (enum app_busy)what, .st = ST_IO};
        rests = looks_lay(l, a, u, f) && rests;
        if (rests && looks_text(u, at) != without && a->trail[a->ntrail - 1].screen == at) {
            l->seen[at] |= looks_kinds(u);
            if (looks_new(l, shape ^ (uint64_t)what * 0x9E3779B97F4A7C15U)) {
                looks_all(l, a, u, *f, false);
            }
        }
        a->result = was;
    }
}

/* looks_take: the app is at rest: lay this out under every look, if it was not seen before. */
static inline void looks_take(struct looks *l, struct app *a, struct ui *u,
                              const struct ui_frame *f)
{
    enum screen_id at = a->trail[a->ntrail - 1].screen;
    uint64_t text = looks_text(u, at), shape = (uint64_t)at;
    for (size_t i = 0; i < u->node_n; i++) {
        const struct ui_node *d = &u->nodes[i];
        if ((d->state & UI_ST_TARGET) != 0 && strpbrk(d->id, "0123456789") == NULL) {
            shape = looks_mix(shape, d->id) ^ (d->state & (UI_ST_DISABLED | UI_ST_CHECKED));
        }
    }
    l->seen[at] |= looks_kinds(u);
    if (!looks_new(l, text)) {
        return;
    }
    looks_keep(l, a, u);
    looks_all(l, a, u, *f, looks_new(l, shape));
    if (looks_new(l, shape ^ 0xE4404U)) {
        looks_errors(l, a, u, f, shape);
    }
    looks_back(l, a, u);
    memcpy(u, l->kept, sizeof *u);
}

static inline void looks_free(struct looks *l)
{
    free(l->kept);
    for (int k = 0; k < SCREENS; k++) {
        free(l->data[k].p);
    }
    free(l);
}
#endif
