/* The interpreter on the chip: opened within a limit of memory and of work, one invoke. Every refusal names its reason, what
 * it asks for is enough and never too much by its own count.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/interpreter/operators.h"

enum { WORK_MAX = 1 << 22, ARENA_MAX = 1 << 22, GUARD_BYTES = 32 };

static const mrt_operator *const operators[] = {
#define OP(KIND, name, attributes, header) &mrt_operator_##name,
#define TRAINING_OP(KIND, name, attributes)
#define PROGRAM_OP(KIND, name, attributes)
#include "runtime/operators.def"
#undef OP
};
enum { OPERATOR_COUNT = sizeof operators / sizeof *operators };

/* A claim that does not hold is a finding. */
static void claim(int holds)
{
    if (!holds)
        abort();
}

static void invoke(mrt_interpreter *net)
{
    mrt_end end;
    int32_t i;

    for (i = 0; i < mrt_interpreter_input_count(net); i++) {
        mrt_interpreter_input(net, i, &end);
        memset(end.data, 0x5a, end.bytes);
    }
    mrt_interpreter_invoke(net);
    for (i = 0; i < mrt_interpreter_output_count(net); i++)
        mrt_interpreter_output(net, i, &end);
    mrt_interpreter_reset(net);
}

static void run(const mrt_file *file, size_t arena_bytes)
{
    uint8_t         *arena = aligned_alloc(16, (arena_bytes + 15) / 16 * 16 + GUARD_BYTES);
    mrt_interpreter *net;
    mrt_failure      why;
    size_t           i;

    claim(arena != NULL);
    memset(arena + arena_bytes, 0xa5, GUARD_BYTES);
    claim(mrt_interpreter_open(&net, file, operators, OPERATOR_COUNT, arena, arena_bytes, &why) == MRT_OK);
    invoke(net);
    for (i = 0; i < GUARD_BYTES; i++)
        claim(arena[arena_bytes + i] == 0xa5);
    free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    const mrt_file file = {bytes, count, WORK_MAX};
    size_t         arena_bytes;
    mrt_failure    why;

    if (mrt_interpreter_bytes(&file, operators, OPERATOR_COUNT, &arena_bytes, &why) != MRT_OK) {
        claim(why.reason != MRT_REASON_NONE && arena_bytes == 0);
        return 0;
    }
    if (arena_bytes <= ARENA_MAX)
        run(&file, arena_bytes);
    return 0;
}
