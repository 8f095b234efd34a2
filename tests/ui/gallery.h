/* gallery.h - pages that show every widget of the kit, in Chinese and English as a company would
 * have it. Used by the gallery's pictures and by the kit's unit tests; a header, since each .c here
 * is a program. Call gallery_page between ui_begin and ui_end. */
#ifndef TESTS_UI_GALLERY_H
#define TESTS_UI_GALLERY_H
#include "app/ui/ui.h"
#include <stdio.h>
#include <string.h>

enum gallery_kind {
    GALLERY_TODAY,
    GALLERY_JOB,
    GALLERY_FORM,
    GALLERY_CONTROLS,
    GALLERY_RATE,
    GALLERY_SIGN,
    GALLERY_REPORT,
    GALLERY_COPY,
    GALLERY_EMPTY,
    GALLERY_DIALOG,
    GALLERY_MENU,
    GALLERY_LONG,
    GALLERY_PAGES
};

static const char *const GALLERY_NAMES[GALLERY_PAGES] = {"today", "job",    "form",   "controls",
                                                         "rate",  "sign",   "report", "copy",
                                                         "empty", "dialog", "menu",   "long"};

struct gallery {
    bool zh;
    char search[64], note[256], pin[16], code[32], amount[16];
    int64_t quantity;
    bool tick;
    int chosen[5];
    bool chips[8];
    struct ui_ink_point points[2000];
    struct ui_ink ink;
    uint8_t modules[117 * 117];
    size_t rows;
    unsigned hits;   /* of the last frame */
    char tapped[64]; /* id of the last row, chip or button that fired */
    char scanned[64];
    unsigned field; /* result bits of the note, or-ed */
    int menu;
    enum ui_dialog_result answer;
};

static inline const char *gallery_t(const struct gallery *g, const char *zh, const char *en)
{
    return g->zh ? zh : en;
}

static inline void gallery_init(struct gallery *g)
{
    memset(g, 0, sizeof *g);
    g->zh = true;
    g->rows = 4;
    g->quantity = 2;
    g->ink = (struct ui_ink){.points = g->points, .cap = 2000};
    for (int i = 0; i < 5; i++) {
        g->chosen[i] = i < 2 ? 0 : i == 2 ? 1 : -1;
    }
    g->chips[0] = true;
    uint32_t r = 7;
    for (size_t i = 0; i < sizeof g->modules; i++) {
        r = r * 1664525U + 1013904223U;
        g->modules[i] = (uint8_t)(r >> 31);
    }
}

static inline void gallery_fired(struct gallery *g, bool fired, const char *id)
{
    if (fired) {
        snprintf(g->tapped, sizeof g->tapped, "%s", id);
    }
}

static inline void gallery_row(struct ui *u, struct gallery *g, size_t i)
{
    static const struct {
        const char *box, *title[2], *l2[2], *l3[2], *big[2], *r2[2];
        enum ui_tone tone;
        enum ui_place place;
    } R[4] = {{"C",
               {"王秀兰 · 格力空调", "Wang Xiulan · Gree AC"},
               {"压缩机异响，制冷差", "Compressor noise, poor cooling"},
               {"建设路 88 号 3 栋 1202", "88 Jianshe Rd, Bldg 3, 1202"},
               {"剩 1:20", "1:20 left"},
               {"市区 6 小时", "city 6 h"},
               UI_TONE_SOON,
               UI_PLACE_HERE},
              {"A",
               {"永丰食品厂", "Yongfeng Foods"},
               {"真空包装机 不抽真空", "Vacuum packer draws no vacuum"},
               {"工业园东区 B12", "Industrial park E, B12"},
               {"超 0:35", "0:35 late"},
               {"郊区 7 小时", "suburb 7 h"},
               UI_TONE_LATE,
               UI_PLACE_HQ},
              {"B",
               {"江南省第三人民医院附属康复理疗中心门诊综合楼设备保障与后勤服务部空调维修科",
                "Third People's Hospital of Jiangnan, Rehabilitation Centre"},
               {"中央空调 季度保养（合同 HT-0193）", "Chiller, quarterly care (HT-0193)"},
               {"门诊楼 B1 机房", "Outpatients, B1 plant room"},
               {"14:00", "14:00"},
               {"预约", "booked"},
               UI_TONE_PLAIN,
               UI_PLACE_BRANCH},
              {"C",
               {"李建国 · 海尔洗衣机", "Li Jianguo · Haier washer"},
               {"送还：主板更换后验讫", "Return: board replaced, passed"},
               {"和平里 5-2-301", "Hepingli 5-2-301"},
               {"16:30", "16:30"},
               {"送还", "return"},
               UI_TONE_PLAIN,
               UI_PLACE_HQ}};
    static const char *const PLACE[][2] = {{"", ""},
                                           {"已存本机", "saved here"},
                                           {"已到分公司", "at the branch"},
                                           {"总部已收", "at HQ"}};
    int l = g->zh ? 0 : 1;
    size_t k = i % 4;
    char id[24], title[160];
    snprintf(id, sizeof id, "job:%zu", i);
    snprintf(title, sizeof title, i < 4 ? "%s" : "%s %zu", R[k].title[l], i);
    gallery_fired(g,
                  ui_row(u, &(struct ui_row){.id = id,
                                             .box = R[k].box,
                                             .title = title,
                                             .line2 = R[k].l2[l],
                                             .line3 = R[k].l3[l],
                                             .big = R[k].big[l],
                                             .big_tone = R[k].tone,
                                             .right2 = R[k].r2[l],
                                             .place = R[k].place,
                                             .place_text = PLACE[R[k].place][l],
                                             .marked = i == 0}),
                  id);
}

static inline void gallery_today(struct ui *u, struct gallery *g)
{
    g->hits = ui_screen_begin(
        u, &(struct ui_screen){
               .id = "today",
               .title = gallery_t(g, "今天 · 4 单", "Today · 4 jobs"),
               .icons = {{UI_ICON_SEARCH, "find", gallery_t(g, "查找", "Search")},
                         {UI_ICON_MENU, "menu", gallery_t(g, "菜单", "Menu")}},
               .above = gallery_t(g, "下一单：王秀兰 · 格力空调", "Next: Wang Xiulan · Gree AC"),
               .primary = gallery_t(g, "出发", "Set off"),
               .primary_id = "go"});
    gallery_fired(g,
                  ui_status(u, "sync", UI_PLACE_HERE,
                            gallery_t(g, "1 单已存本机，总部尚未收到 · 上次同步 08:12",
                                      "1 job saved here, not at HQ yet · last sync 08:12")),
                  "sync");
    struct ui_list l;
    ui_list_begin(u, &l, "jobs", g->rows);
    while (ui_list_next(u, &l)) {
        gallery_row(u, g, l.index);
    }
    ui_list_end(u, &l);
    ui_screen_end(u);
}

static inline void gallery_job(struct ui *u, struct gallery *g)
{
    static const char *const STEP[7][2] = {{"已接单", "Accepted"},
                                           {"已到达", "Arrived"},
                                           {"诊断", "Diagnose"},
                                           {"维修与配件", "Work and parts"},
                                           {"试机、讲解、清场", "Test, teach, tidy"},
                                           {"费用", "Fee"},
                                           {"客户签字", "Customer signs"}};
    static const char *const SUB[3][2] = {
        {"08:12 · 总部派工 刘主任", "08:12 · dispatched by Liu"},
        {"10:46 · 定位误差 12 米 · 已出示上岗证", "10:46 · within 12 m · badge shown"},
        {"听 · 看 · 查：选择故障，2 步", "Listen · look · check: choose the fault, 2 steps"}};
    int l = g->zh ? 0 : 1;
    g->hits = ui_screen_begin(
        u, &(struct ui_screen){.id = "job",
                               .back = true,
                               .title = gallery_t(g, "王秀兰 · 格力空调", "Wang Xiulan · Gree AC"),
                               .icons = {{UI_ICON_MORE, "more", gallery_t(g, "更多", "More")}},
                               .primary = gallery_t(g, "诊断", "Diagnose"),
                               .primary_id = "diagnose"});
    ui_strip(u, "C", gallery_t(g, "保修期内免费，至 2027-03-15", "free in warranty, to 2027-03-15"),
             gallery_t(g, "到达用时 1:20，未超", "arrived in 1:20, in time"), UI_TONE_PLAIN);
    for (int i = 0; i < 7; i++) {
        char id[24];
        snprintf(id, sizeof id, "step:%d", i + 1);
        gallery_fired(g,
                      ui_step(u, &(struct ui_step){.id = id,
                                                   .number = i + 1,
                                                   .title = STEP[i][l],
                                                   .sub = i < 3 ? SUB[i][l] : NULL,
                                                   .state = i < 2    ? UI_STEP_DONE
                                                            : i == 2 ? UI_STEP_NOW
                                                                     : UI_STEP_LATER,
                                                   .tappable = i < 3}),
                      id);
    }
    ui_section(u, gallery_t(g, "这台设备", "This equipment"));
    ui_card_begin(u, NULL, NULL, NULL);
    ui_pair(u, gallery_t(g, "型号", "Model"), "KFR-35GW/(35592)");
    ui_pair(u, gallery_t(g, "上次维修", "Last repair"),
            gallery_t(g, "2026-07-02 加制冷剂", "2026-07-02 refrigerant added"));
    ui_pair(u, gallery_t(g, "来电", "Call"),
            gallery_t(g, "09:26 制冷差，外机响；客户说昨天晚上开始的，请带电容",
                      "09:26 poor cooling, outdoor unit noisy since last night"));
    ui_card_end(u);
    ui_screen_end(u);
}

static inline void gallery_form(struct ui *u, struct gallery *g)
{
    static const char *const CHIP[7][2] = {{"启动电容失效", "Start capacitor failed"},
                                           {"压缩机卡缸", "Compressor seized"},
                                           {"制冷剂泄漏", "Refrigerant leak"},
                                           {"风机电机异响", "Fan motor noise"},
                                           {"固定螺丝松动", "Loose screws"},
                                           {"全部故障", "All faults"},
                                           {"用文字写", "Write it"}};
    int l = g->zh ? 0 : 1;
    g->hits = ui_screen_begin(
        u, &(struct ui_screen){.id = "form",
                               .back = true,
                               .title = gallery_t(g, "诊断", "Diagnose"),
                               .icons = {{UI_ICON_SCAN, "scan", gallery_t(g, "扫码", "Scan")}},
                               .primary = gallery_t(g, "去维修", "To work"),
                               .primary_off = !g->chips[0]});
    ui_section(u, gallery_t(g, "这种设备最常见（可多选）", "Most frequent for this equipment"));
    ui_chips_begin(u);
    for (int i = 0; i < 7; i++) {
        char id[24];
        snprintf(id, sizeof id, "chip:%d", i);
        bool hit = ui_chip(u, id, CHIP[i][l], g->chips[i]);
        g->chips[i] = g->chips[i] != hit;
        gallery_fired(g, hit, id);
    }
    ui_chips_end(u);
    g->field |=
        ui_field(u, &(struct ui_field){.id = "note",
                                       .label = gallery_t(g, "说明（可不填）", "Note (optional)"),
                                       .hint = gallery_t(g, "点这里写", "Write here"),
                                       .text = g->note,
                                       .cap = sizeof g->note,
                                       .flags = UI_FIELD_MULTI});
    ui_field(u, &(struct ui_field){.id = "amount",
                                   .label = gallery_t(g, "实测电流 A", "Measured current, A"),
                                   .text = g->amount,
                                   .cap = sizeof g->amount,
                                   .flags = UI_FIELD_NUMERIC});
    ui_field(u, &(struct ui_field){
                    .id = "code",
                    .label = gallery_t(g, "机号", "Serial number"),
                    .hint = gallery_t(g, "扫码或输入", "scan or type"),
                    .text = g->code,
                    .cap = sizeof g->code,
                    .flags = UI_FIELD_SCAN | UI_FIELD_UPPER,
                    .error = gallery_t(g, "没有这个机号。已输入的都还在；请再扫一次，或改用查找。",
                                       "There is no such serial number. What you typed is safe; "
                                       "scan again, or use search.")});
    ui_field(u, &(struct ui_field){.id = "pin",
                                   .label = gallery_t(g, "数字密码", "PIN"),
                                   .text = g->pin,
                                   .cap = sizeof g->pin,
                                   .flags = UI_FIELD_SECRET | UI_FIELD_NUMERIC});
    ui_section(u, gallery_t(g, "知识库：同样故障的做法", "Knowledge: how others did it"));
    bool card = ui_card_begin(
        u, "know:1",
        gallery_t(g, "启动电容失效，压缩机嗡响不启动", "Start capacitor failed, compressor hums"),
        NULL);
    gallery_fired(g, card, "know:1");
    ui_text(u, UI_SMALL_MUTED,
            gallery_t(g, "断电放电，测容量，换 35 μF/450 V，测启动电流。上次在这个小区 3 例。",
                      "Switch off, discharge, measure, replace by 35 μF/450 V, measure the "
                      "starting current."));
    ui_card_end(u);
    ui_screen_end(u);
}

static inline void gallery_controls(struct ui *u, struct gallery *g)
{
    g->hits = ui_screen_begin(
        u, &(struct ui_screen){.id = "controls",
                               .back = true,
                               .title = gallery_t(g, "维修与配件", "Work and parts"),
                               .primary = gallery_t(g, "去试机", "To the test"),
                               .secondary = gallery_t(g, "缺配件", "Part wanted")});
    ui_search(u, "search", gallery_t(g, "名称、编码或扫码", "name, code or scan"), g->search,
              sizeof g->search);
    ui_banner(u, "saved", UI_TONE_DONE, gallery_t(g, "已存本机。", "Saved here."));
    ui_banner(u, "full", UI_TONE_LATE,
              gallery_t(g, "存储空间已满：这一项没有存上，之前的都在。请删除照片后再试。",
                        "The storage is full: this one was not saved, all before it is safe. "
                        "Remove photos and try again."));
    ui_banner(u, "soon", UI_TONE_SOON,
              gallery_t(g, "回执已 3 天没有来。", "No receipt for 3 days."));
    gallery_fired(g,
                  ui_card_begin(u, "part:1",
                                gallery_t(g, "启动电容 35 μF/450 V", "Start capacitor 35 μF/450 V"),
                                "× 1"),
                  "part:1");
    ui_pair(u, gallery_t(g, "新件", "New part"), "DR35-26-00817");
    ui_pair(u, gallery_t(g, "旧件去向", "Old part"), gallery_t(g, "带回（三包）", "taken back"));
    ui_pair_tone(u, gallery_t(g, "费用", "Fee"), "0.00", UI_HEADING, UI_TONE_DONE);
    ui_card_end(u);
    ui_cols_begin(u, 2);
    gallery_fired(g, ui_button(u, "find", gallery_t(g, "查找配件", "Find a part"), UI_SECONDARY),
                  "find");
    ui_col(u);
    gallery_fired(g, ui_button(u, "last", gallery_t(g, "上次用的", "Used last"), UI_SECONDARY),
                  "last");
    ui_cols_end(u);
    ui_number(u, "qty", gallery_t(g, "数量", "Quantity"), &g->quantity, 1, 99);
    ui_tick(u, "tidy", gallery_t(g, "已清场，垃圾带走", "Tidied, waste taken along"), &g->tick);
    ui_text(u, UI_TITLE, "380.00 元");
    ui_text_tone(u, UI_BODY_BOLD, UI_TONE_LATE,
                 gallery_t(g, "超出同意的金额", "More than was agreed"));
    ui_divider(u);
    ui_progress(u, "send", gallery_t(g, "正在同步", "Syncing"), 120, 300,
                gallery_t(g, "取消", "Cancel"));
    ui_button_icon(u, "del", gallery_t(g, "撤回这一步", "Withdraw this step"), UI_ICON_TRASH,
                   UI_DANGER);
    ui_button(u, "off", gallery_t(g, "不能按", "Not now"), UI_PRIMARY | UI_OFF);
    ui_button(u, "link", gallery_t(g, "修改", "Change"), UI_LINK);
    ui_row(u, &(struct ui_row){.id = "lang",
                               .icon = UI_ICON_GLOBE,
                               .title = gallery_t(g, "语言", "Language"),
                               .line2 = "中文 / English",
                               .chevron = true});
    ui_row(u, &(struct ui_row){.id = "zh", .title = "中文", .checked = true});
    ui_screen_end(u);
    const char *s = ui_scan(u);
    if (s != NULL) {
        snprintf(g->scanned, sizeof g->scanned, "%s", s);
    }
}

#include "tests/ui/gallery_more.h"

static inline void gallery_page(struct ui *u, struct gallery *g, enum gallery_kind page)
{
    switch (page) {
    case GALLERY_TODAY:
        gallery_today(u, g);
        break;
    case GALLERY_JOB:
        gallery_job(u, g);
        break;
    case GALLERY_FORM:
        gallery_form(u, g);
        break;
    case GALLERY_CONTROLS:
        gallery_controls(u, g);
        break;
    case GALLERY_RATE:
        gallery_rate(u, g);
        break;
    case GALLERY_SIGN:
        gallery_sign(u, g);
        break;
    case GALLERY_REPORT:
        gallery_report(u, g);
        break;
    case GALLERY_COPY:
        gallery_copy(u, g);
        break;
    case GALLERY_EMPTY:
        gallery_empty(u, g);
        break;
    case GALLERY_DIALOG:
        gallery_over(u, g, false);
        break;
    case GALLERY_MENU:
        gallery_over(u, g, true);
        break;
    case GALLERY_LONG:
        gallery_long(u, g);
        break;
    case GALLERY_PAGES:
        break;
    }
}
#endif
