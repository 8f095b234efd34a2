/* faces.c - see faces.h. */
#include "sync/pdf/faces.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>

#define NOT(family)                                                                                \
    "<pattern><patelt name='family'><string>Noto Sans CJK " family "</string></patelt></pattern>"

/* Folders where Debian puts them, and where a kiosk's own image may. Nothing is taken by its name
 * or by a guess: a file of another name is not read, and of the collection only what is Chinese.
 * The caches are fontconfig's own, so that a large collection is not read through each time. */
static const FcChar8 rules[] =
    "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'urn:fontconfig:fonts.dtd'><fontconfig>"
    "<dir>/usr/share/fonts/truetype/noto</dir>"
    "<dir>/usr/share/fonts/opentype/noto</dir>"
    "<dir>/usr/share/fonts/truetype/droid</dir>"
    "<dir>/usr/local/share/fonts/docket</dir>"
    "<cachedir>/var/cache/fontconfig</cachedir>"
    "<cachedir prefix='xdg'>fontconfig</cachedir>"
    "<selectfont>"
    "<acceptfont>"
    "<glob>*/NotoSans-Regular.ttf</glob><glob>*/NotoSans-Bold.ttf</glob>"
    "<glob>*/NotoSansCJK-Regular.ttc</glob><glob>*/NotoSansCJK-Bold.ttc</glob>"
    "<glob>*/DroidSansFallbackFull.ttf</glob><glob>*/DroidSansFallback.ttf</glob>"
    "</acceptfont>"
    "<rejectfont><glob>*</glob>" NOT("JP") NOT("KR") NOT("TC")
        NOT("HK") "</rejectfont>"
                  "</selectfont></fontconfig>";

PangoFontMap *faces_map(void)
{
    FcConfig *cfg = FcConfigCreate();
    if (cfg == NULL) {
        return NULL;
    }
    PangoFontMap *map = NULL;
    if (FcConfigParseAndLoadFromMemory(cfg, rules, FcTrue) == FcTrue &&
        FcConfigBuildFonts(cfg) == FcTrue) {
        map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    }
    if (map != NULL) {
        pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), cfg);
        pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map), 72.0);
    }
    FcConfigDestroy(cfg); /* the map holds its own reference */
    return map;
}

PangoLanguage *faces_language(PangoScript script)
{
    static const struct {
        PangoScript script;
        const char *lang; /* writes this script, so pango takes it as it is */
    } rows[] = {
        {PANGO_SCRIPT_LATIN, "en"},    {PANGO_SCRIPT_HAN, "zh-cn"},
        {PANGO_SCRIPT_HIRAGANA, "ja"}, {PANGO_SCRIPT_KATAKANA, "ja"},
        {PANGO_SCRIPT_HANGUL, "ko"},   {PANGO_SCRIPT_CYRILLIC, "ru"},
        {PANGO_SCRIPT_GREEK, "el"},    {PANGO_SCRIPT_ARABIC, "ar"},
        {PANGO_SCRIPT_HEBREW, "he"},   {PANGO_SCRIPT_THAI, "th"},
        {PANGO_SCRIPT_BOPOMOFO, "zh"}, {PANGO_SCRIPT_DEVANAGARI, "hi"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].script == script) {
            return pango_language_from_string(rows[i].lang);
        }
    }
    return pango_language_from_string("zh-cn");
}
