/* limits.h - the handheld's own bounds, each with its reason (core's are in core/base/caps.h). */
#ifndef APP_STATE_LIMITS_H
#define APP_STATE_LIMITS_H
#define APP_QUEUE_MAX 64 /* intents waiting; a person makes one at a time, drafts coalesce */
#define APP_FRAME_BYTES                                                                            \
    (2U << 20)                     /* one frame's text: 30 rows of a list, or a report twice over  \
                                    */
#define APP_MODEL_BYTES (3U << 20) /* a job of 4096 entries with all it names */
#define APP_REPORT_BYTES (512U << 10) /* facts, text and what collecting them takes */
#define APP_CATALOGUE_BYTES                                                                        \
    (48U << 20) /* the largest edition (CAP_ATT_BYTES) and tables over its 100,000                 \
                 * lines: address space, of which memory is what is used */
#define APP_LOCK_MINUTES                                                                           \
    30 /* a repair with both hands in the machine; lost longer, a device is locked */
#define APP_SPACE_LOW_BYTES                                                                        \
    (256ULL << 20)          /* a week of photos above the reserve: time to do something about it */
#define APP_TRAIL_MAX 16    /* screens to go back through */
#define APP_MODEL_DRAFTS 64 /* drafts of one job kept in view */
#define APP_ROW_BYTES (1U << 20) /* a job's state and texts while its row is read */
#define APP_FOREIGN_JOBS 1000000 /* subjects that the list holds in memory: 24 MB */
#define APP_NET_ANSWER_BYTES                                                                       \
    (64U << 20) /* one answer of headquarters; more comes with the next                            \
                 */
#define APP_DESK_BYTES                                                                             \
    (1U << 20) /* a day's 80 visits with all that they name, or a thousand lines of an account */
#define APP_FITTED_JOBS                                                                            \
    500 /* jobs looked through for a serial number in one frame; more than a technician holds in a \
         * season */
#define APP_STOCK_MAX 512 /* kinds of parts in one van; what is beyond is found by search */
#endif
