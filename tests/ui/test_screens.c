/* test_screens.c - visits played through every screen, at every size, text scale and language, with
 * the kit's own checks after each action: nothing overlaps, nothing is cut, nothing is too small.
 * With SHOTS=DIR in the environment it leaves the pictures there. */
#include "tests/ui/stage.h"

static void all_looks(const char *script, int size)
{
    run(script, &SIZES[size], 1.0F, size % 2 == 0 ? "zh" : "en", UI_DARK);
    run(script, &SIZES[size], 2.0F, size % 2 == 0 ? "en" : "zh", UI_SUNLIGHT);
}

#define VISIT "tests/ui/visit.script"
#define OTHER "tests/ui/other.script"
static void a_visit_of_class_a_at_320x480(void)
{
    all_looks(VISIT, 0);
}
static void a_visit_of_class_a_at_480x800(void)
{
    all_looks(VISIT, 1);
}
static void a_visit_of_class_a_at_720x1280(void)
{
    all_looks(VISIT, 2);
}
static void a_visit_of_class_a_at_1080x2400(void)
{
    all_looks(VISIT, 3);
}

static void what_does_not_go_by_the_book(void)
{
    for (int k = 0; k < 4; k++) {
        run(OTHER, &SIZES[k], k % 2 == 0 ? 2.0F : 1.0F, k % 2 == 0 ? "zh" : "en", UI_LIGHT);
    }
}

static void visits_in_landscape(void)
{
    run(VISIT, &SIZES[4], 1.0F, "zh", UI_LIGHT);
    run(VISIT, &SIZES[5], 2.0F, "en", UI_SUNLIGHT);
    run(OTHER, &SIZES[4], 1.0F, "en", UI_LIGHT);
    run(OTHER, &SIZES[5], 2.0F, "zh", UI_SUNLIGHT);
    run_as(VISIT, &(struct look){&SIZES[5], 1.5F, "zh", UI_DARK, .left = true});
}

static void at_a_text_size_between_and_left_handed(void)
{
    run_as(VISIT, &(struct look){&SIZES[0], 1.5F, "en", UI_LIGHT, .left = true});
    run_as(OTHER, &(struct look){&SIZES[5], 1.5F, "en", UI_LIGHT, .left = true});
    run_as(OTHER, &(struct look){&SIZES[1], 1.5F, "zh", UI_LIGHT, .left = false});
}

static void keys_alone_reach_everything_with_the_focus_in_sight(void)
{
    run_as(VISIT, &(struct look){&SIZES[1], 1.0F, "zh", UI_LIGHT, .walk = true});
    run_as(OTHER, &(struct look){&SIZES[5], 1.0F, "en", UI_DARK, .walk = true});
}

/* Every script and story at the sizes and scales between which the layout turns, from the smallest
 * page with the largest letters on; how each of their states looks otherwise is asked by looks.h.
 * `english`: it looks for English words. */
static void tell(const char *what, const struct look *l);
static void in_both(const char *what, bool english)
{
    const char *zh = english ? "en" : "zh";
    tell(what, &(struct look){&SIZES[1], 1.0F, "en", UI_LIGHT, .left = false});
    tell(what, &(struct look){&SIZES[0], 2.0F, zh, UI_SUNLIGHT, .left = false});
    tell(what, &(struct look){&SIZES[5], 1.5F, "en", UI_DARK, .left = true});
    tell(what, &(struct look){&SIZES[5], 2.0F, zh, UI_LIGHT, .left = false});
    tell(what, &(struct look){&SIZES[4], 1.0F, "en", UI_LIGHT, .left = false});
}

static void everywhere(const char *what)
{
    in_both(what, false);
}

static void in_english(const char *what)
{
    in_both(what, true);
}

static void wrong_taps_wrong_fields_and_a_customer_who_tries_everything(void)
{
    in_english("tests/ui/wrong.script");
    in_english("tests/ui/refused.script");
    run("tests/ui/refused.script", &SIZES[3], 2.0F, "en", UI_LIGHT);
}

static void pins_are_changed_forgotten_and_asked_for_again(void)
{
    everywhere("tests/ui/secrets.script");
}

static void a_day_is_reported_signed_and_put_right(void)
{
    everywhere("tests/ui/day.script");
}

/* What a hand does in a script between "# from here" and "# to here". */
struct touches {
    int taps, typed, scans, strokes, scrolls;
};

static struct touches count_touches(const char *script)
{
    struct touches n = {0};
    char line[512];
    bool on = false;
    FILE *in = fopen(script, "r");
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        on = (on || strncmp(line, "# from here", 11) == 0) && strncmp(line, "# to here", 9) != 0;
        n.taps += on && (strncmp(line, "tap ", 4) == 0 || strncmp(line, "key ", 4) == 0);
        n.scans += on && strncmp(line, "scan ", 5) == 0;
        n.strokes += on && strncmp(line, "draw", 4) == 0;
        n.scrolls += on && strncmp(line, "scroll ", 7) == 0;
        for (const char *p = line + 6; on && strncmp(line, "type ", 5) == 0 && *p != '"'; p++) {
            n.typed += (*p & 0xC0) != 0x80;
        }
    }
    CHECK(in != NULL && fclose(in) == 0);
    return n;
}

static void the_standard_visit_takes_few_touches(void)
{
    static const char script[] = "tests/ui/touch.script";
    struct touches n = count_touches(script);
    in_english(script);
    printf(
        "# counted: standard visit: %d taps, %d characters, %d scans, %d stroke(s), %d scroll(s)\n",
        n.taps, n.typed, n.scans, n.strokes, n.scrolls);
    CHECK(n.taps > 0 && n.taps <= 22); /* app/screens/README.md says where each one goes */
    CHECK_INT(n.typed, 4);             /* the PIN */
    CHECK_INT(n.scans, 2);
}

static void b_18_11_cash_and_old_parts_stay_the_technicians_debt(void)
{
    everywhere("tests/ui/debts.script");
}

static void b_03_7_help_is_asked_and_a_second_visit_knows_what_the_first_found(void)
{
    everywhere("tests/ui/help.script");
}

static void b_03_6_a_refused_price_ends_the_visit_and_is_asked_anew_on_the_next(void)
{
    everywhere("tests/ui/price-refused.script");
}

static void f_01_before_leaving_customers_are_called_and_parts_are_one_list(void)
{
    everywhere("tests/ui/prepare.script");
}

static void whatever_was_recorded_of_a_long_visit_can_be_withdrawn(void)
{
    everywhere("tests/ui/withdraw.script");
}

static void what_is_known_of_a_fault_is_found_by_code_and_by_word(void)
{
    everywhere("tests/ui/knowledge.script");
}

static void a_01_a_technician_takes_a_call_himself_and_visits_it_with_no_network(void)
{
    everywhere("tests/ui/take-call.script");
}

static void drafts(const struct look *l)
{
    static const char *const parts[] = {"tests/ui/drafts-1.script", "tests/ui/drafts-2.script",
                                        "tests/ui/drafts-3.script", "tests/ui/drafts-4.script",
                                        "tests/ui/drafts-5.script"};
    struct device d;
    make_device(&d);
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
        run_on(&d, parts[k], l);
    }
}

static void half_typed_things_are_where_they_were_and_ratings_stay_sealed(void)
{
    in_english("drafts");
}

/* Headquarters writes something before the device is opened again. */
static void at_office(struct device *d, void (*does)(struct shop *x))
{
    struct shop x;
    shop_open_again(&x, d->dir, d->secret, &d->head, d->at_ms);
    does(&x);
    d->at_ms = x.at_ms;
    shop_shut(&x, &d->head);
}

/* The clerk takes it in; the supervisor inspects it, once in vain. */
static void office(struct device *d, int part)
{
    struct shop x;
    shop_open_again(&x, d->dir, d->secret, &d->head, d->at_ms);
    if (part == 1) {
        SHOP_GOODS(&x, {F_GOODS_STATE, NULL, GOODS_IN}, {F_GOODS_IN, NULL, SHOP_NOW_MS},
                   {F_GOODS_SHELF, "A-3", 0});
    } else if (part == 2) {
        SHOP_GOODS(&x, {F_GOODS_STATE, NULL, GOODS_IN_WORK}, {F_GOODS_INSPECTOR, "supervisor", 0});
    } else if (part == 3) {
        SHOP_GOODS(&x, {F_GOODS_STATE, NULL, GOODS_PASSED}, {F_GOODS_INSPECTOR, "supervisor", 0},
                   {F_GOODS_PASSED, NULL, SHOP_NOW_MS});
    }
    d->at_ms = x.at_ms;
    shop_shut(&x, &d->head);
}

/* While the technician types: another contact and a note for him, a corrected address, a colleague.
 */
static void meanwhile(struct device *d)
{
    struct shop x;
    shop_open_again(&x, d->dir, d->secret, &d->head, d->at_ms);
    shop_change(&x, SUBJECT_JOB, "job 1", F_JOB_CONTACT, "刘先生（儿子）");
    shop_change(&x, SUBJECT_JOB, "job 1", F_NOTE,
                "客户要求先打电话；门禁密码已换，请到物业登记后再上楼，电梯在检修，走消防楼梯");
    shop_change(&x, SUBJECT_CUSTOMER, "customer 1", F_CUSTOMER_ADDRESS,
                "上城区望江路18号清水苑5幢1单元202室");
    shop_colleague(&x, "job 1");
    d->at_ms = x.at_ms;
    shop_shut(&x, &d->head);
}

static void changed(const struct look *l)
{
    struct device d;
    make_device(&d);
    run_on(&d, "tests/ui/changed-1.script", l);
    meanwhile(&d);
    run_on(&d, "tests/ui/changed-2.script", l);
}

/* As long as people write when it matters: each line must be there whole. */
#define LONG_ANSWER                                                                                                                   \
    "先确认电容两端已放电，再量压缩机三个端子之间的电阻：R-S 应等于 C-R 加 C-S。若有一相断路，" \
    "不要再通电，等我带热成像仪过来。Measure again after ten minutes, the overload opens when it "                    \
    "is hot. "                                                                                                                        \
    "客户那边我已打电话说明，维修费按检测费收，换压缩机另行报价，请不要先答应。最后一行: "   \
    "end-of-answer"

static void answered(const struct look *l)
{
    struct device d;
    make_device(&d);
    run_on(&d, "tests/ui/answer-1.script", l);
    d.at_ms = SHOP_NOW_MS + 600000; /* headquarters writes after it was asked */
    meanwhile(&d);
    struct shop x;
    struct body_help advice = {.decision = HELP_ADVICE}, comes = {.decision = HELP_COMES,
                                                                  .who = sample_id16("supervisor"),
                                                                  .when_ms = SHOP_NOW_MS + 5400000};
    shop_open_again(&x, d.dir, d.secret, &d.head, d.at_ms);
    shop_answer(&x, "job 1", &advice, "Close the valve first. 先关截止阀。");
    shop_answer(&x, "job 1", &comes, LONG_ANSWER);
    d.at_ms = x.at_ms;
    shop_shut(&x, &d.head);
    run_on(&d, "tests/ui/answer-2.script", l);
}

static void a_13_the_answer_to_a_help_request_is_a_sign_in_the_list_and_on_the_job(void)
{
    everywhere("answered");
    answered(&(struct look){&SIZES[1], 1.5F, "en", UI_DARK, .walk = true});
}

static void what_headquarters_changed_is_told_and_a_job_is_handed_over(void)
{
    everywhere("changed");
}

/* The devices that have nothing: not joined, stopped, on their first morning; and one with much. */
static void bare_devices(const struct look *l)
{
    struct device d;
    char path[500];
    make_place(&d);
    run_on(&d, "tests/ui/first.script", l);
    make_place(&d);
    for (int k = 0; k < 2; k++) {
        snprintf(path, sizeof path, "%s.parcel%s", d.dir, k == 0 ? "" : ".key");
        FILE *f = fopen(path, "w");
        CHECK(f != NULL && fclose(f) == 0);
    }
    run_on(&d, "tests/ui/stopped.script", l);
    make_with(&d, true);
    run_on(&d, "tests/ui/nothing.script", l);
    run_on(&d, "tests/ui/no-conflict.script", l);
}

static void full_device(const struct look *l)
{
    struct device d;
    make_device(&d);
    at_office(&d, shop_fill);
    run_on(&d, "tests/ui/many.script", l);
}

static void nothing_at_all_and_hundreds_of_everything(void)
{
    everywhere("bare");
    everywhere("many");
}

/* The supervisor looks at the report that came in. */
static void reopened(const struct look *l)
{
    struct device d;
    struct shop x;
    make_device(&d);
    run_on(&d, "tests/ui/reopened-1.script", l);
    shop_open_again(&x, d.dir, d.secret, &d.head, d.at_ms);
    shop_reopen(&x, "job 2", 1);
    d.at_ms = x.at_ms;
    shop_shut(&x, &d.head);
    run_on(&d, "tests/ui/reopened-2.script", l);
}

/* What stands twice: two numbers, one address in two entries, one call for two technicians. */
static void argued(const struct look *l)
{
    struct device d;
    make_device(&d);
    at_office(&d, shop_argue);
    run_on(&d, "tests/ui/conflicts.script", l);
}

static void both_values_stand_with_who_wrote_them_until_the_supervisor_decides(void)
{
    everywhere("argued");
    argued(&(struct look){&SIZES[4], 1.5F, "en", UI_DARK, .left = true});
}

/* A call of 900 lines, as no clerk writes one and as somebody may who means ill. */
static void shop_long_call(struct shop *x)
{
    static char words[1801];
    for (size_t k = 0; k + 1 < sizeof words; k++) {
        words[k] = k % 2 == 0 ? 'a' : '\n';
    }
    words[1799] = '\0';
    shop_change(x, SUBJECT_JOB, "job 2", F_JOB_FAULT_TOLD, words);
}

static void long_text(const struct look *l)
{
    struct device d;
    make_device(&d);
    at_office(&d, shop_long_call);
    run_on(&d, "tests/ui/long-text.script", l);
}

static void what_is_signed_is_shown_to_its_last_line_or_is_not_signed(void)
{
    struct look l = {&SIZES[1], 1.0F, "en", UI_LIGHT, .left = false};
    long_text(&l);
    run_as("tests/ui/price-changed.script", &l);
    l = (struct look){&SIZES[0], 2.0F, "zh", UI_LIGHT, .left = false};
    long_text(&l);
    run_as("tests/ui/price-changed.script", &l);
}

/* Three calls of one customer. */
static void pieces(const struct look *l)
{
    struct device d;
    make_device(&d);
    at_office(&d, shop_pieces);
    run_on(&d, "tests/ui/pieces-1.script", l);
    run_on(&d, "tests/ui/pieces-2.script", l);
}

static void b_18_1_three_reports_are_read_in_turn_and_signed_for_in_one_pass(void)
{
    everywhere("pieces");
    pieces(&(struct look){&SIZES[3], 2.0F, "zh", UI_LIGHT, .left = false});
    pieces(&(struct look){&SIZES[4], 2.0F, "zh", UI_DARK, .left = true});
}

static void b_18_2_what_headquarters_reopened_is_said_put_right_and_signed_again(void)
{
    everywhere("reopened");
    reopened(&(struct look){&SIZES[4], 2.0F, "en", UI_DARK, .left = true});
}

static void goods(const struct look *l)
{
    static const char *const parts[] = {"tests/ui/goods-1.script", "tests/ui/goods-2.script",
                                        "tests/ui/goods-3.script", "tests/ui/goods-4.script"};
    struct device d;
    make_device(&d);
    for (int k = 0; k < 4; k++) {
        run_on(&d, parts[k], l);
        office(&d, k + 1);
    }
}

static void b_02_a_thing_is_taken_away_repaired_inspected_and_brought_back(void)
{
    everywhere("goods");
    goods(&(struct look){&SIZES[3], 1.5F, "zh", UI_DARK, .left = true});
    everywhere("tests/ui/goods-long.script");
    in_english("tests/ui/reopen.script");
}

static void every_screen_of_the_table_was_seen_in_all_its_states(void)
{
    static const char *const words[SEEN_KINDS] = {"at all", "with nothing in it",
                                                  "with a name that fills lines",
                                                  "with a hundred things", "with an error"};
    for (int k = 0; k < SCREENS; k++) {
        for (unsigned kind = 0; kind < SEEN_KINDS; kind++) {
            if ((looks_wanted(screens[k].name) & ~looks->seen[k] & 1U << kind) != 0) {
                check_fail(__FILE__, __LINE__,
                           "screen %s was never seen %s by a script of tests/ui", screens[k].name,
                           words[kind]);
            }
        }
    }
}

static void nothing_is_wrong_in_any_size_scale_theme_language_or_hand(void)
{
    printf("# counted: %u states of screens, %lu looks, %lu walks by Tab, %lu frames laid out\n",
           looks->nstates, looks->looks, looks->walks, looks->frames);
    CHECK(looks->looks > 100000 && looks->walks > 5000);
    CHECK_INT(looks->findings, 0);
}

static void a_picture_painted_by_parts_is_the_whole_one_to_the_byte(void)
{
    printf("# counted: %lu pictures, %lu by parts, %.0f %% of their pixels painted\n", whole.frames,
           whole.parts, 100 * whole.painted / (double)whole.frames);
    CHECK(whole.frames > 1000 && whole.parts > whole.frames / 4);
    SDL_FreeSurface(whole.s);
}

/* For golden.sh: every screen, at one size, in both languages, into the folder GOLDEN. */
static void golden_frames(void)
{
    static const char *const scripts[] = {VISIT,
                                          OTHER,
                                          "tests/ui/secrets.script",
                                          "tests/ui/day.script",
                                          "tests/ui/debts.script",
                                          "tests/ui/help.script",
                                          "tests/ui/prepare.script",
                                          "tests/ui/price-refused.script",
                                          "tests/ui/knowledge.script",
                                          "tests/ui/take-call.script",
                                          "tests/ui/withdraw.script",
                                          "tests/ui/goods-long.script"};
    for (int lang = 0; lang < 2; lang++) {
        struct look l = {&SIZES[1], 1.0F, lang == 0 ? "zh" : "en", UI_LIGHT, .left = false};
        for (size_t k = 0; k < sizeof scripts / sizeof scripts[0]; k++) {
            run_as(scripts[k], &l);
        }
        changed(&l);
        answered(&l);
        reopened(&l);
        argued(&l);
        pieces(&l);
        goods(&l);
        if (lang == 1) { /* it looks for English words */
            run_as("tests/ui/reopen.script", &l);
        }
        bare_devices(&l);
        full_device(&l);
    }
}

static void every_screen_of_the_table_has_a_golden_frame(void)
{
    for (int k = 0; k < SCREENS; k++) {
        if (golden_seen[k] == 0) {
            check_fail(__FILE__, __LINE__,
                       "screen %s has no golden frame: a `shot` of it into a script, the script "
                       "into golden_frames, then tests/ui/golden.sh --accept",
                       screens[k].name);
        }
    }
}

/* A script by its path, or a story of several by its name. */
static void tell(const char *what, const struct look *l)
{
    static const struct {
        const char *name;
        void (*run)(const struct look *l);
    } stories[] = {{"goods", goods},        {"changed", changed},   {"answered", answered},
                   {"argued", argued},      {"pieces", pieces},     {"drafts", drafts},
                   {"reopened", reopened},  {"bare", bare_devices}, {"many", full_device},
                   {"long-text", long_text}};
    for (size_t k = 0; k < sizeof stories / sizeof stories[0]; k++) {
        if (strcmp(what, stories[k].name) == 0) {
            stories[k].run(l);
            return;
        }
    }
    run_as(what, l);
}

int main(int argc, char **argv)
{
    if (getenv("GOLDEN") != NULL) {
        i18n_open(NULL);
        golden_chance();
        RUN(golden_frames);
        RUN(every_screen_of_the_table_has_a_golden_frame);
        CHECK_END();
    }
    i18n_open(getenv("WORDS"));    /* e2e/15-pseudo.sh has its own, and reads the TREE */
    if (getenv("LOOKS") != NULL) { /* scripts, each once: what is found in them */
        looks = calloc(1, sizeof *looks);
        for (int k = 1; k < argc; k++) {
            struct look l = {&SIZES[strtol(getenv("LOOKS"), NULL, 10) % 6], 1.0F, "en", UI_LIGHT,
                             .left = false};
            tell(argv[k], &l);
        }
        printf("# %lu frames, %lu looks, %lu walks, %u states, %u findings\n", looks->frames,
               looks->looks, looks->walks, looks->nstates, looks->findings);
        RUN(every_screen_of_the_table_was_seen_in_all_its_states);
        RUN(a_picture_painted_by_parts_is_the_whole_one_to_the_byte);
        return check_failures != 0;
    }
    if (argc >= 5) { /* SCRIPT-OR-STORY SIZE SCALE LANG [walk]: one run, to look at; by keys */
        tell(argv[1], &(struct look){&SIZES[strtol(argv[2], NULL, 10) % 6], strtof(argv[3], NULL),
                                     argv[4], UI_LIGHT, .walk = argc == 6});
        return check_failures != 0;
    }
    looks = calloc(1, sizeof *looks);
    RUN(a_visit_of_class_a_at_320x480);
    RUN(a_visit_of_class_a_at_480x800);
    RUN(a_visit_of_class_a_at_720x1280);
    RUN(a_visit_of_class_a_at_1080x2400);
    RUN(what_does_not_go_by_the_book);
    RUN(visits_in_landscape);
    RUN(at_a_text_size_between_and_left_handed);
    RUN(keys_alone_reach_everything_with_the_focus_in_sight);
    RUN(wrong_taps_wrong_fields_and_a_customer_who_tries_everything);
    RUN(pins_are_changed_forgotten_and_asked_for_again);
    RUN(a_day_is_reported_signed_and_put_right);
    RUN(what_headquarters_changed_is_told_and_a_job_is_handed_over);
    RUN(b_18_1_three_reports_are_read_in_turn_and_signed_for_in_one_pass);
    RUN(what_is_signed_is_shown_to_its_last_line_or_is_not_signed);
    RUN(both_values_stand_with_who_wrote_them_until_the_supervisor_decides);
    RUN(b_18_2_what_headquarters_reopened_is_said_put_right_and_signed_again);
    RUN(b_02_a_thing_is_taken_away_repaired_inspected_and_brought_back);
    RUN(the_standard_visit_takes_few_touches);
    RUN(b_18_11_cash_and_old_parts_stay_the_technicians_debt);
    RUN(b_03_7_help_is_asked_and_a_second_visit_knows_what_the_first_found);
    RUN(a_13_the_answer_to_a_help_request_is_a_sign_in_the_list_and_on_the_job);
    RUN(b_03_6_a_refused_price_ends_the_visit_and_is_asked_anew_on_the_next);
    RUN(f_01_before_leaving_customers_are_called_and_parts_are_one_list);
    RUN(a_01_a_technician_takes_a_call_himself_and_visits_it_with_no_network);
    RUN(whatever_was_recorded_of_a_long_visit_can_be_withdrawn);
    RUN(what_is_known_of_a_fault_is_found_by_code_and_by_word);
    RUN(half_typed_things_are_where_they_were_and_ratings_stay_sealed);
    RUN(nothing_at_all_and_hundreds_of_everything);
    RUN(every_screen_of_the_table_was_seen_in_all_its_states);
    RUN(nothing_is_wrong_in_any_size_scale_theme_language_or_hand);
    RUN(a_picture_painted_by_parts_is_the_whole_one_to_the_byte);
    looks_free(looks);
    CHECK_END();
}
