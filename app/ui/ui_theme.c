/* ui_theme.c - the tokens: colours, text sizes. The only place where a colour is written. */
#include "app/ui/ui_state.h"

#define RGB(x) (0xFF000000U | (x))

static const struct ui_tokens THEMES[UI_THEMES] = {
    [UI_LIGHT] = {.background = RGB(0xF3F4F1),
                  .surface = RGB(0xFFFFFF),
                  .ink = RGB(0x14181C),
                  .muted = RGB(0x47515B),
                  .line = RGB(0xCBD2D8),
                  .edge = RGB(0x6B7680),
                  .primary = RGB(0x0B5A9E),
                  .on_primary = RGB(0xFFFFFF),
                  .done = RGB(0x176B36),
                  .soon = RGB(0x8A4B00),
                  .late = RGB(0xA8201A),
                  .chip = RGB(0xE6EBEF)},
    [UI_DARK] = {.background = RGB(0x0F1317),
                 .surface = RGB(0x1A2127),
                 .ink = RGB(0xF3F6F8),
                 .muted = RGB(0xB4C0CA),
                 .line = RGB(0x3A454F),
                 .edge = RGB(0x8393A0),
                 .primary = RGB(0x7FC0FF),
                 .on_primary = RGB(0x06223D),
                 .done = RGB(0x7BD99A),
                 .soon = RGB(0xFFCB7A),
                 .late = RGB(0xFF9C94),
                 .chip = RGB(0x26303A)},
    [UI_SUNLIGHT] = {.background = RGB(0xFFFFFF),
                     .surface = RGB(0xFFFFFF),
                     .ink = RGB(0x000000),
                     .muted = RGB(0x1C1C1C),
                     .line = RGB(0x000000),
                     .edge = RGB(0x000000),
                     .primary = RGB(0x003A78),
                     .on_primary = RGB(0xFFFFFF),
                     .done = RGB(0x00401A),
                     .soon = RGB(0x5A2E00),
                     .late = RGB(0x7A0000),
                     .chip = RGB(0xFFFFFF)},
};

static const struct {
    int size_dp, leading_dp;
    bool bold;
} STYLES[UI_STYLES] = {
    [UI_TITLE] = {34, 44, true},        [UI_HEADING] = {24, 32, true},
    [UI_BUTTON_TEXT] = {22, 30, true},  [UI_BODY] = {18, 26, false},
    [UI_BODY_BOLD] = {18, 26, true},    [UI_BODY_MUTED] = {18, 26, false},
    [UI_SMALL] = {15, 22, false},       [UI_SMALL_BOLD] = {15, 22, true},
    [UI_SMALL_MUTED] = {15, 22, false},
};

void ui_theme_load(struct ui_tokens *t, enum ui_theme theme)
{
    *t = THEMES[(unsigned)theme < UI_THEMES ? theme : UI_LIGHT];
}

ui_colour ui_theme_mix(ui_colour a, ui_colour b, int percent_b)
{
    ui_colour out = 0xFF000000U;
    for (int shift = 0; shift < 24; shift += 8) {
        int ca = (int)(a >> shift & 255U), cb = (int)(b >> shift & 255U);
        out |= (ui_colour)(ca + (cb - ca) * percent_b / 100) << shift;
    }
    return out;
}

int ui_theme_size_dp(enum ui_style s)
{
    return STYLES[s].size_dp;
}

int ui_theme_leading_dp(enum ui_style s)
{
    return STYLES[s].leading_dp;
}

bool ui_theme_bold(enum ui_style s)
{
    return STYLES[s].bold;
}
