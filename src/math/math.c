/* Which level to use. SPDX-License-Identifier: Apache-2.0 */
#include "math/math.h"

#include <string.h>

#if MOTE_ISA_X86
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}
#endif

static bool has_baseline(void)
{
    return true;
}

const mote_math *mote_math_select(const char *isa_or_null)
{
    static const struct {
        const mote_math *table;
        bool (*is_supported)(void);
    } levels[] = {
#if MOTE_ISA_X86
        {&mote_math_table_avx512, has_avx512},
        {&mote_math_table_avx2, has_avx2},
#endif
        {&mote_math_table_baseline, has_baseline},
    };
    size_t i;

    for (i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if ((!isa_or_null || strcmp(isa_or_null, levels[i].table->name) == 0) && levels[i].is_supported())
            return levels[i].table;
    return NULL;
}
