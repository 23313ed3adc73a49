/* SPDX-License-Identifier: Apache-2.0 */
#include "interpreter.h"

const char *mrt_reason_text(mrt_reason reason)
{
    static const char *const texts[MRT_REASON_COUNT] = {
#define MRT_REASON(NAME, STATUS, text) text,
        MRT_REASONS(MRT_REASON)
#undef MRT_REASON
    };

    return (unsigned)reason < MRT_REASON_COUNT ? texts[reason] : "unknown";
}
