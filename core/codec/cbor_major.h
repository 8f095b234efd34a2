/* cbor_major.h - CBOR's major types and the few arguments that the profile knows by value. Private
 * to the codec. */
#ifndef CORE_CODEC_CBOR_MAJOR_H
#define CORE_CODEC_CBOR_MAJOR_H

enum major {
    MAJOR_UINT,
    MAJOR_NEGATIVE,
    MAJOR_BYTES,
    MAJOR_TEXT,
    MAJOR_ARRAY,
    MAJOR_MAP,
    MAJOR_TAG,
    MAJOR_SIMPLE
};

enum { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21, SIMPLE_NULL = 22, TAG_SIGN1 = 18 };
#endif
