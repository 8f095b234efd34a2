/* qr.h - a QR code as modules, for the screen and for the paper. libqrencode does the work.
 *
 * Error correction L, as small as the text allows, never beyond version 25 (DESIGN 6): at two
 * pixels a module that still fits a screen of 320. No quiet zone: whoever draws leaves four
 * modules. Any thread. */
#ifndef SYNC_PDF_QR_H
#define SYNC_PDF_QR_H
#include "core/base/slice.h"
#include "core/base/status.h"

#define QR_VERSION_MAX 25
#define QR_SIDE_MAX 117 /* 17 + 4 x version */
#define QR_QUIET 4
struct qr {
    int side;
    uint8_t modules[QR_SIDE_MAX * QR_SIDE_MAX]; /* row by row, side x side, 1: black */
};
/* qr_make: ST_TOO_BIG: the text takes a larger version (1,273 bytes fit); ST_BAD_INPUT: empty;
 * ST_FULL: no memory. *out is all zero then. */
MUST_USE enum st qr_make(str text, struct qr *out);
#endif
