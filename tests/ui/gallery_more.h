/* gallery_more.h - the second half of the gallery's pages: sign-off, copy, what lies over a page,
 * words that are too long. Included by gallery.h only. */
#ifndef TESTS_UI_GALLERY_MORE_H
#define TESTS_UI_GALLERY_MORE_H

static inline void gallery_rate(struct ui *u, struct gallery *g)
{
    static const char *const ZH[4] = {"很满意", "满意", "一般", "不满意"};
    static const char *const EN[4] = {"very good", "good", "fair", "poor"};
    static const char *const Q[4][2] = {{"服务态度", "Attitude"},
                                        {"维修技术", "Skill"},
                                        {"到达时间", "Arrival time"},
                                        {"说到做到", "Promises kept"}};
    g->hits = ui_screen_begin(
        u, &(struct ui_screen){.id = "rate",
                               .title = gallery_t(g, "您的评价", "Your rating"),
                               .action = gallery_t(g, "English", "中文"),
                               .steps = 3,
                               .step = 2,
                               .primary = gallery_t(g, "去签字", "To the signature"),
                               .secondary = gallery_t(g, "不评价", "No rating")});
    for (int i = 0; i < 4; i++) {
        char id[24];
        snprintf(id, sizeof id, "q:%d", i);
        ui_choice(u, id, Q[i][g->zh ? 0 : 1], g->zh ? ZH : EN, 4, &g->chosen[i]);
    }
    ui_field(
        u, &(struct ui_field){.id = "comment",
                              .label = gallery_t(g, "意见（可不填，技术员看不到）",
                                                 "Comment (optional, not shown to the technician)"),
                              .hint = gallery_t(g, "点这里写", "Write here"),
                              .text = g->note,
                              .cap = sizeof g->note,
                              .flags = UI_FIELD_MULTI | UI_FIELD_PRIVATE});
    ui_screen_end(u);
}

static inline void gallery_sign(struct ui *u, struct gallery *g)
{
    g->hits =
        ui_screen_begin(u, &(struct ui_screen){.id = "sign",
                                               .title = gallery_t(g, "请您签字", "Please sign"),
                                               .action = gallery_t(g, "English", "中文"),
                                               .steps = 3,
                                               .step = 3,
                                               .fixed = true,
                                               .primary = gallery_t(g, "确认签字", "Confirm"),
                                               .primary_id = "confirm",
                                               .primary_off = g->ink.n == 0});
    ui_text(u, UI_BODY,
            gallery_t(g, "服务凭证 D7-A1-000342 第 1 版，应付 0.00 元",
                      "Service report D7-A1-000342 version 1, amount due CNY 0.00"));
    ui_pad(u, "pad", gallery_t(g, "签字", "Signature"),
           gallery_t(g, "在框内签字，可横过来签", "Sign inside; the device may be turned"), 1,
           &g->ink, NULL);
    ui_cols_begin(u, 2);
    if (ui_button(u, "clear", gallery_t(g, "清除", "Clear"), UI_SECONDARY)) {
        g->ink.n = 0;
    }
    ui_col(u);
    gallery_fired(g, ui_button(u, "refuse", gallery_t(g, "拒签", "Refuse"), UI_SECONDARY),
                  "refuse");
    ui_cols_end(u);
    ui_screen_end(u);
}

static const char *const GALLERY_REPORT_ZH[] = {
    "服务凭证 D7-A1-000342 第 1 版",
    "客户：王秀兰",
    "地址：建设路 88 号 3 栋 1202",
    "设备：格力空调 KFR-35GW/(35592)",
    "机号：4R26 0391 7745",
    "来电：2026-11-21 09:26 (+08:00)",
    "到达：10:46 完成：11:31",
    "故障：启动电容失效",
    "原因：零件老化",
    "处理：更换启动电容 × 1，更换减震胶垫 × 4；整机清洗，测运行电流与出风温度，客户在场确认",
    "",
    "新件：DR35-26-00817",
    "旧件：电容带回，胶垫客户留下",
    "结果：制冷正常，已讲解使用保养",
    "类别：C 免费（保修至 2027-03-15）",
    "技术员：陈志强",
    "应付：0.00 元"};
enum { GALLERY_REPORT_LINES = sizeof GALLERY_REPORT_ZH / sizeof *GALLERY_REPORT_ZH };

static inline void gallery_report(struct ui *u, struct gallery *g)
{
    g->hits =
        ui_screen_begin(u, &(struct ui_screen){.id = "read",
                                               .title = gallery_t(g, "请您核对", "Please read"),
                                               .action = gallery_t(g, "English", "中文"),
                                               .steps = 3,
                                               .step = 1,
                                               .primary = gallery_t(g, "核对无误", "It is right"),
                                               .primary_id = "confirm",
                                               .primary_off = !ui_report_seen(u, "report"),
                                               .secondary = gallery_t(g, "拒签", "Refuse")});
    ui_report_begin(u, "report");
    for (int i = 0; i < GALLERY_REPORT_LINES; i++) {
        ui_report_line(u,
                       i == 0                          ? UI_BODY_BOLD
                       : i == GALLERY_REPORT_LINES - 1 ? UI_TITLE
                                                       : UI_BODY,
                       str_c(GALLERY_REPORT_ZH[i]));
    }
    ui_report_end(u);
    ui_screen_end(u);
}

static inline void gallery_copy(struct ui *u, struct gallery *g)
{
    g->hits =
        ui_screen_begin(u, &(struct ui_screen){.id = "copy",
                                               .back = true,
                                               .title = gallery_t(g, "客户联", "Customer's copy"),
                                               .primary = gallery_t(g, "离开", "Leave")});
    ui_text(u, UI_BODY_MUTED,
            gallery_t(g, "请客户扫描保存。", "The customer scans it to keep it."));
    ui_qr(u, "qr", gallery_t(g, "客户联二维码", "QR of the customer's copy"), g->modules, 117);
    ui_ink(u, gallery_t(g, "客户的签字", "the customer's signature"), &g->ink, 120);
    ui_screen_end(u);
}

static inline void gallery_empty(struct ui *u, struct gallery *g)
{
    g->hits = ui_screen_begin(u, &(struct ui_screen){.id = "empty",
                                                     .back = true,
                                                     .title = gallery_t(g, "冲突", "Conflicts")});
    gallery_fired(g,
                  ui_empty(u, UI_ICON_INBOX,
                           gallery_t(g, "没有冲突。两个人改了同一处时，会在这里并排显示。",
                                     "No conflicts. When two people change the same thing, both "
                                     "stand here side by side."),
                           "sync", gallery_t(g, "现在同步", "Sync now")),
                  "sync");
    ui_screen_end(u);
}

static inline void gallery_over(struct ui *u, struct gallery *g, bool menu)
{
    static const char *const ZH[5] = {"撤回到达", "没有人在", "客户不同意价格", "缺配件，再来一次",
                                      "求助"};
    static const char *const EN[5] = {"Withdraw the arrival", "Nobody there", "Price refused",
                                      "Part wanted: come again", "Ask for help"};
    g->hits = ui_screen_begin(
        u, &(struct ui_screen){.id = "over",
                               .back = true,
                               .title = gallery_t(g, "今天 · 4 单", "Today · 4 jobs"),
                               .primary = gallery_t(g, "出发", "Set off")});
    for (size_t i = 0; i < 4; i++) {
        gallery_row(u, g, i);
    }
    if (menu) {
        g->menu = ui_menu(u, "menu", gallery_t(g, "这一单", "This job"), g->zh ? ZH : EN, 5,
                          gallery_t(g, "关闭", "Close"));
    } else {
        g->answer = ui_dialog(
            u, &(struct ui_dialog){
                   .id = "ask",
                   .title = gallery_t(g, "撤回到达？", "Withdraw the arrival?"),
                   .text = gallery_t(
                       g, "已记录的 10:46 会保留在日志里并标为撤回；之后的步骤要重新确认。",
                       "What was recorded at 10:46 stays in the journal, marked as withdrawn; "
                       "later steps must be confirmed again."),
                   .confirm = gallery_t(g, "撤回", "Withdraw"),
                   .cancel = gallery_t(g, "保留", "Keep"),
                   .danger = true});
    }
    ui_screen_end(u);
}

static inline void gallery_long(struct ui *u, struct gallery *g)
{
    g->hits = ui_screen_begin(
        u,
        &(struct ui_screen){
            .id = "long",
            .back = true,
            .title = "江南省第三人民医院附属康复理疗中心门诊综合楼设备保障与后勤服务部空调维修科",
            .action = "Bahasa Indonesia",
            .above = "江南省第三人民医院附属康复理疗中心门诊综合楼设备保障与后勤服务部空调维修科",
            .primary = gallery_t(g, "客户不在，留下服务凭证并离开",
                                 "Customer absent: leave the service report"),
            .secondary = gallery_t(g, "改约时间再上门", "Make another appointment")});
    ui_text(u, UI_BODY,
            "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung "
            "4R26039177454R26039177454R2603917745");
    ui_strip(u, "B", "合同 HT-0193 江南省第三人民医院附属康复理疗中心",
             "到达用时 12:20，超出 6:20，已说明原因", UI_TONE_LATE);
    ui_card_begin(u, NULL, "中央空调冷水机组 30XW-V 螺杆式 4R26039177454R2603917745",
                  "× 1,000.500");
    ui_pair(u, "合同规定的每季度保养完成时间与实际完成时间之差",
            "2026-11-21 10:46（+08:00），已超 3 天 4 小时 12 分");
    ui_pair(u, "A", "");
    ui_card_end(u);
    ui_chips_begin(u);
    ui_chip(u, "c1",
            "The compressor hums but does not start, and the outdoor fan turns the wrong way round",
            true);
    ui_chip(u, "c2", "电", false);
    ui_chips_end(u);
    ui_button(u, "b1",
              gallery_t(g, "把这台设备带回修理并开具客户商品领取收据",
                        "Take the equipment away for workshop repair and issue a goods receipt"),
              UI_SECONDARY);
    ui_number(u, "n1", "标准大气压下铜管焊接用银焊条（含助焊剂）", &g->quantity, 0, 9);
    ui_tick(u, "t1", "已当面讲解使用与保养，客户表示明白；滤网请每月清洗一次，遥控器电池已换",
            &g->tick);
    ui_screen_end(u);
}
#endif
