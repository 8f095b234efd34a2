/* qr.c - see qr.h. */
#include "sync/pdf/qr.h"

#include <errno.h>
#include <qrencode.h>

enum st qr_make(str text, struct qr *out)
{
    memset(out, 0, sizeof *out);
    if (text.n == 0) {
        return ST_BAD_INPUT;
    }
    if (text.n > 1273) {
        return ST_TOO_BIG;
    }
    QRcode *c = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_L);
    if (c == NULL) {
        return errno == ENOMEM ? ST_FULL : ST_TOO_BIG;
    }
    enum st st = c->version <= QR_VERSION_MAX ? ST_OK : ST_TOO_BIG;
    if (st == ST_OK) {
        out->side = c->width;
        for (int i = 0; i < c->width * c->width; i++) {
            out->modules[i] = c->data[i] & 1;
        }
    }
    QRcode_free(c);
    return st;
}
