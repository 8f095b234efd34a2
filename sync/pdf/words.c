/* words.c - see words.h. */
#include "sync/pdf/words.h"

static const struct pdf_words zh = {.lang = "zh-cn",
                                    .colon = "：",
                                    .copy = "客户联",
                                    .scan = "扫码核对真伪",
                                    .signature = "客户签字",
                                    .refused = "客户拒签",
                                    .absent = "客户不在",
                                    .signer = "签字人",
                                    .time = "时间",
                                    .reason = "理由",
                                    .seal = "盖章",
                                    .page = "第 ",
                                    .of = " 页 共 ",
                                    .pages = " 页"};
static const struct pdf_words en = {.lang = "en",
                                    .colon = ": ",
                                    .copy = "Customer's copy",
                                    .scan = "Scan to verify",
                                    .signature = "Customer's signature",
                                    .refused = "Customer refused to sign",
                                    .absent = "Customer absent",
                                    .signer = "Signed by",
                                    .time = "Time",
                                    .reason = "Reason",
                                    .seal = "Company seal",
                                    .page = "Page ",
                                    .of = " of ",
                                    .pages = ""};

const struct pdf_words *words_of(enum report_template t)
{
    return t == REPORT_1_EN ? &en : &zh;
}
