/* screens.c - the table of all screens, in the order of enum screen_id.
 *
 * A new screen is one file, screen_<name>.c with SCREEN(name), and one line here; the compiler asks
 * for its number (enum screen_id in app/state/app.h, at the end: places that were kept name them)
 * and its declaration (screens.h). Then its taps with a `shot` in a script of tests/ui (played by
 * test_screens.c, and by its golden_frames), how it must be seen in tests/ui/looks.h if it can be
 * empty, long or many, and tests/ui/golden.sh --accept: the tests name what lacks. */
#include "app/screens/screens.h"

#define ROW(ID, name, enter) [ID] = {ID, #name, enter, screen_##name##_frame, NULL}
#define ROW_LEAVE(ID, name, enter, leave) [ID] = {ID, #name, enter, screen_##name##_frame, leave}

const struct screen screens[SCREENS] = {
    ROW(SCREEN_FIRST_START, first_start, NULL),
    ROW(SCREEN_UNLOCK, unlock, screen_unlock_enter),
    ROW(SCREEN_TODAY, today, NULL),
    ROW(SCREEN_JOB, job, NULL),
    ROW(SCREEN_ARRIVE, arrive, screen_arrive_enter),
    ROW(SCREEN_DIAGNOSE, diagnose, screen_diagnose_enter),
    ROW(SCREEN_PRICE, price, screen_price_enter),
    ROW(SCREEN_WORK, work, screen_work_enter),
    ROW(SCREEN_PART, part, screen_part_enter),
    ROW(SCREEN_TEST, test, screen_test_enter),
    ROW(SCREEN_FEE, fee, screen_fee_enter),
    ROW(SCREEN_SIGN_READ, sign_read, screen_sign_read_enter),
    ROW_LEAVE(SCREEN_SIGN_RATE, sign_rate, screen_sign_rate_enter, screen_sign_rate_leave),
    ROW(SCREEN_SIGN_PAD, sign_pad, screen_sign_pad_enter),
    ROW(SCREEN_SIGN_REFUSE, sign_refuse, screen_sign_refuse_enter),
    ROW(SCREEN_HAND_BACK, hand_back, screen_hand_back_enter),
    ROW(SCREEN_COPY, copy, screen_copy_enter),
    ROW(SCREEN_END_VISIT, end_visit, screen_end_visit_enter),
    ROW(SCREEN_PAYMENT, payment, screen_payment_enter),
    ROW(SCREEN_CONFLICTS, conflicts, NULL),
    ROW(SCREEN_DETAILS, details, screen_details_enter),
    ROW(SCREEN_SYNC, sync, NULL),
    ROW(SCREEN_SETTINGS, settings, NULL),
    ROW(SCREEN_PIN, pin, screen_pin_enter),
    ROW(SCREEN_FORGOT, forgot, screen_forgot_enter),
    ROW(SCREEN_STOPPED, stopped, screen_stopped_enter),
    ROW(SCREEN_DAY, day, screen_day_enter),
    ROW(SCREEN_DEBTS, debts, NULL),
    ROW(SCREEN_PREPARE, prepare, NULL),
    ROW(SCREEN_CALL, call, screen_call_enter),
    ROW(SCREEN_KNOWLEDGE, knowledge, NULL),
    ROW(SCREEN_HELP, help, screen_help_enter),
    ROW(SCREEN_EARLIER, earlier, NULL),
    ROW(SCREEN_TAKE, take, screen_take_enter),
    ROW(SCREEN_CARD, card, screen_card_enter),
    ROW(SCREEN_RETURN, give_back, screen_give_back_enter),
    ROW(SCREEN_PAPERS, papers, screen_papers_enter),
    ROW(SCREEN_HANDOVER, handover, screen_handover_enter),
    ROW(SCREEN_EQUIPMENT, equipment, screen_equipment_enter),
    ROW(SCREEN_TAKE_CALL, take_call, screen_take_call_enter),
};
