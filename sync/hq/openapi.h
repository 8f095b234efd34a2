/* openapi.h - openapi.json as it stands in this folder, in the program. */
#ifndef SYNC_HQ_OPENAPI_H
#define SYNC_HQ_OPENAPI_H
#include <stddef.h>
extern const char openapi_json[];
extern const size_t openapi_bytes;
#endif
