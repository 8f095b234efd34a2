/* code.c - a code as it stands on a thing or a paper. */
#include "core/model/bodies.h"

bool code_of(bytes in, struct code *out)
{
    memset(out, 0, sizeof *out);
    if (in.n == 0 || in.n > CAP_CODE_BYTES) {
        return false;
    }
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] < 0x20 || in.p[i] > 0x7E) {
            return false;
        }
    }
    memcpy(out->b, in.p, in.n);
    out->n = (uint8_t)in.n;
    return true;
}
