/* openapi.c - the document is taken in by the assembler: one file, one truth. */
#include "sync/hq/openapi.h"

__asm__(".section .rodata\n"
        ".globl openapi_json\n"
        "openapi_json:\n"
        ".incbin \"sync/hq/openapi.json\"\n"
        "openapi_end:\n"
        ".byte 0\n"
        ".balign 8\n"
        ".globl openapi_bytes\n"
        "openapi_bytes:\n"
        ".quad openapi_end - openapi_json\n"
        ".previous\n");
