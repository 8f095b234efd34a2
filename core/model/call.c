/* call.c - see call.h. */
#include "core/model/call.h"

#include "core/codec/hash.h"

id16 call_subject(id8 author, id8 epoch, const struct code *number)
{
    static const char what[] = "docket call 1";
    struct hash32_state h;
    uint8_t hash[HASH_BYTES];
    id16 id;
    hash32_begin(&h);
    hash32_add(&h, bytes_of(what, sizeof what));
    hash32_add(&h, bytes_of(author.b, sizeof author.b));
    hash32_add(&h, bytes_of(epoch.b, sizeof epoch.b));
    hash32_add(&h, code_bytes(number));
    hash32_end(&h, hash);
    memcpy(id.b, hash, sizeof id.b);
    return id;
}
