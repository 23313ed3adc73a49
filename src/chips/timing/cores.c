/* Sources: Arm's technical reference manuals (Cortex-M0, DDI 0432C, 3.3; Cortex-M0+, DDI 0484C, 3.3; Cortex-M3,
 * 100165_0201, 3.3; Cortex-M4, DDI 0439D, 3.3 and 7.2.3). What an early end shortens (division) counts as in the middle.
 * Arm publishes no table for the Cortex-M7 and M33; theirs follow the descriptions of their pipelines, which basis says.
 * SPDX-License-Identifier: Apache-2.0 */
#include "chips/timing/cores.h"

/* ---- tables ---- */

/* Of the two-stage and three-stage Armv6-M cores. */
#define ARMV6M(taken, register_taken, call_taken, pop_taken)                                                                \
    .decode = mote_thumb_decode,                                                                                            \
    .cycles = {[MOTE_INSN_ALU] = 1,        [MOTE_INSN_MULTIPLY] = 1,        [MOTE_INSN_LOAD] = 2,                           \
               [MOTE_INSN_LOAD_MANY] = 1,  [MOTE_INSN_STORE] = 2,           [MOTE_INSN_STORE_INDEXED] = 2,                  \
               [MOTE_INSN_STORE_MANY] = 1, [MOTE_INSN_BRANCH] = 1,          [MOTE_INSN_JUMP] = 1,                           \
               [MOTE_INSN_CALL] = 2,       [MOTE_INSN_BRANCH_REGISTER] = 1, [MOTE_INSN_SYSTEM] = 3},                        \
    .jump = {[MOTE_INSN_BRANCH] = (taken),                                                                                  \
             [MOTE_INSN_JUMP] = (taken),                                                                                    \
             [MOTE_INSN_CALL] = (call_taken),                                                                               \
             [MOTE_INSN_BRANCH_REGISTER] = (register_taken)},                                                               \
    .jump_from_memory = (pop_taken), .at_once = 1

const mote_core mote_core_cortex_m0 = {.name = "Cortex-M0", .basis = "Arm's table (DDI 0432C)", ARMV6M(2, 2, 2, 3)};
const mote_core mote_core_cortex_m0plus = {.name = "Cortex-M0+", .basis = "Arm's table (DDI 0484C)", ARMV6M(1, 1, 1, 2)};

/* Of the cores from Armv7-M on: one cycle each, but for these. load, many: of one register, and of many besides each. */
#define CYCLES(multiply_add, multiply_long, multiply_add_long, load, many, store_indexed, branch_register, float_sum)       \
    .decode = mote_thumb_decode, .cycles = {[MOTE_INSN_ALU] = 1,                                                            \
                                            [MOTE_INSN_MULTIPLY] = 1,                                                       \
                                            [MOTE_INSN_MULTIPLY_ADD] = (multiply_add),                                      \
                                            [MOTE_INSN_MULTIPLY_LONG] = (multiply_long),                                    \
                                            [MOTE_INSN_MULTIPLY_ADD_LONG] = (multiply_add_long),                            \
                                            [MOTE_INSN_DIVIDE] = 7,                                                         \
                                            [MOTE_INSN_LOAD] = (load),                                                      \
                                            [MOTE_INSN_LOAD_MANY] = (many),                                                 \
                                            [MOTE_INSN_STORE] = 1,                                                          \
                                            [MOTE_INSN_STORE_INDEXED] = (store_indexed),                                    \
                                            [MOTE_INSN_STORE_MANY] = (many),                                                \
                                            [MOTE_INSN_BRANCH] = 1,                                                         \
                                            [MOTE_INSN_JUMP] = 1,                                                           \
                                            [MOTE_INSN_CALL] = 1,                                                           \
                                            [MOTE_INSN_BRANCH_REGISTER] = (branch_register),                                \
                                            [MOTE_INSN_FLOAT] = 1,                                                          \
                                            [MOTE_INSN_FLOAT_MULTIPLY_ADD] = (float_sum),                                   \
                                            [MOTE_INSN_FLOAT_DIVIDE] = 14,                                                  \
                                            [MOTE_INSN_FLOAT_MOVE] = 1,                                                     \
                                            [MOTE_INSN_SYSTEM] = 3}

#define JUMPS(taken, call_taken, register_taken)                                                                            \
    .jump = {[MOTE_INSN_BRANCH] = (taken),                                                                                  \
             [MOTE_INSN_JUMP] = (taken),                                                                                    \
             [MOTE_INSN_CALL] = (call_taken),                                                                               \
             [MOTE_INSN_BRANCH_REGISTER] = (register_taken)}

/* A jump refills the pipeline in one to three cycles: one where the address is known early, two else. */
const mote_core mote_core_cortex_m3 = {.name = "Cortex-M3",
                                       .basis = "Arm's table (100165_0201)",
                                       CYCLES(2, 4, 6, 2, 1, 2, 1, 3),
                                       JUMPS(1, 2, 2),
                                       .jump_from_memory = 2,
                                       .at_once = 1,
                                       .load_after_memory = 1};
const mote_core mote_core_cortex_m4 = {.name = "Cortex-M4",
                                       .basis = "Arm's table (DDI 0439D)",
                                       .error = "at most 11 % off times published for other kernels (docs/BOARDS.md)",
                                       CYCLES(1, 1, 1, 2, 1, 2, 1, 3),
                                       JUMPS(1, 2, 2),
                                       .jump_from_memory = 2,
                                       .at_once = 1,
                                       .load_after_memory = 1,
                                       .float_use = 1};

/* As the M4, but that a load takes one cycle, and one more when the next instruction needs it. */
const mote_core mote_core_cortex_m33 = {.name = "Cortex-M33",
                                        .basis = "the M4's table, loads of one cycle",
                                        .error = "at most 16 % off times published for other kernels (docs/BOARDS.md)",
                                        CYCLES(1, 1, 1, 1, 0, 1, 1, 3),
                                        JUMPS(1, 2, 2),
                                        .jump_from_memory = 2,
                                        .at_once = 1,
                                        .load_use = 1,
                                        .float_use = 1};

/* In order, two at a time, branches predicted: a taken one that was foreseen costs nothing. */
const mote_core mote_core_cortex_m7 = {.name = "Cortex-M7",
                                       .basis = "two neighbours at once, no table published",
                                       .error = "at most 33 % off times published for other kernels (docs/BOARDS.md)",
                                       CYCLES(1, 1, 1, 1, 1, 1, 2, 1),
                                       JUMPS(0, 1, 2),
                                       .jump_from_memory = 3,
                                       .at_once = 2,
                                       .load_use = 1,
                                       .multiply_use = 1,
                                       .float_use = 2,
                                       .pairs = true};

/* Four stages, in order; the multiplier takes one cycle. */
#define RV32                                                                                                                \
    .decode = mote_riscv_decode,                                                                                            \
    .cycles = {[MOTE_INSN_ALU] = 1,                                                                                         \
               [MOTE_INSN_MULTIPLY] = 1,                                                                                    \
               [MOTE_INSN_MULTIPLY_LONG] = 1,                                                                               \
               [MOTE_INSN_DIVIDE] = 18,                                                                                     \
               [MOTE_INSN_LOAD] = 1,                                                                                        \
               [MOTE_INSN_STORE] = 1,                                                                                       \
               [MOTE_INSN_STORE_INDEXED] = 1,                                                                               \
               [MOTE_INSN_BRANCH] = 1,                                                                                      \
               [MOTE_INSN_JUMP] = 1,                                                                                        \
               [MOTE_INSN_CALL] = 1,                                                                                        \
               [MOTE_INSN_BRANCH_REGISTER] = 1,                                                                             \
               [MOTE_INSN_FLOAT] = 1,                                                                                       \
               [MOTE_INSN_FLOAT_MULTIPLY_ADD] = 1,                                                                          \
               [MOTE_INSN_FLOAT_DIVIDE] = 16,                                                                               \
               [MOTE_INSN_FLOAT_MOVE] = 1,                                                                                  \
               [MOTE_INSN_SYSTEM] = 3},                                                                                     \
    JUMPS(2, 1, 2), .at_once = 1, .load_use = 1

const mote_core mote_core_rv32imc = {
    .name = "RV32IMC", .basis = "four stages in order, as the ESP32-C3's is described; no table published", RV32};
const mote_core mote_core_rv32imafc = {
    .name = "RV32IMAFC", .basis = "four stages in order, no table published", RV32, .float_use = 2};

/* ---- a block ---- */

static bool moves_many(const mote_insn *i)
{
    return i->kind == MOTE_INSN_LOAD_MANY || i->kind == MOTE_INSN_STORE_MANY;
}

static bool is_memory(const mote_insn *i)
{
    return i->kind == MOTE_INSN_LOAD || i->kind == MOTE_INSN_STORE || i->kind == MOTE_INSN_STORE_INDEXED || moves_many(i);
}

static bool multiplies(const mote_insn *i)
{
    return i->kind >= MOTE_INSN_MULTIPLY && i->kind <= MOTE_INSN_MULTIPLY_ADD_LONG;
}

static bool is_float(const mote_insn *i)
{
    return i->kind >= MOTE_INSN_FLOAT && i->kind <= MOTE_INSN_FLOAT_MOVE;
}

static bool needs(const mote_insn *later, const mote_insn *earlier)
{
    return (later->reads & earlier->writes) != 0;
}

/* One unit for multiplications, one for floats, one way to memory but for two loads; what leaves the block or takes several
 * steps runs alone. The second may be a branch that needs the flags of the first: they are handed on in time. */
static bool can_pair(const mote_insn *a, const mote_insn *b)
{
    const uint64_t flags = (uint64_t)1 << MOTE_INSN_FLAGS;
    const bool     loads_twice = a->kind == MOTE_INSN_LOAD && b->kind == MOTE_INSN_LOAD;

    if (a->kind == MOTE_INSN_DIVIDE || b->kind == MOTE_INSN_DIVIDE || moves_many(a) || moves_many(b) ||
        a->kind == MOTE_INSN_SYSTEM || b->kind == MOTE_INSN_SYSTEM || a->kind >= MOTE_INSN_FLOAT_DIVIDE ||
        b->kind >= MOTE_INSN_FLOAT_DIVIDE || (a->kind >= MOTE_INSN_BRANCH && a->kind <= MOTE_INSN_BRANCH_REGISTER))
        return false;
    if ((multiplies(a) && multiplies(b)) || (is_float(a) && is_float(b)) || (is_memory(a) && is_memory(b) && !loads_twice))
        return false;
    return (b->reads & a->writes & (b->kind == MOTE_INSN_BRANCH ? ~flags : ~(uint64_t)0)) == 0 &&
           (b->writes & a->writes & ~flags) == 0;
}

static uint64_t wait_for(const mote_core *core, const mote_insn *earlier, const mote_insn *later)
{
    if (!needs(later, earlier))
        return 0;
    if (earlier->kind == MOTE_INSN_LOAD || earlier->kind == MOTE_INSN_LOAD_MANY)
        return (uint64_t)core->load_use;
    /* A sum is handed to the next sum in time. */
    if (multiplies(earlier))
        return multiplies(later) && later->kind != MOTE_INSN_MULTIPLY ? 0 : (uint64_t)core->multiply_use;
    return is_float(earlier) ? (uint64_t)core->float_use : 0;
}

static uint64_t cycles_of(const mote_core *core, const mote_insn *i, const mote_insn *before)
{
    uint64_t cycles = (uint64_t)core->cycles[i->kind];

    if (moves_many(i))
        cycles += (uint64_t)((i->registers + core->at_once - 1) / core->at_once);
    else if (core->load_after_memory && is_memory(i) && before->kind == MOTE_INSN_LOAD && !needs(i, before))
        cycles = (uint64_t)core->load_after_memory;
    return cycles;
}

static uint64_t jump_of(const mote_core *core, const mote_insn *i)
{
    return (uint64_t)(i->jumps_from_memory ? core->jump_from_memory : core->jump[i->kind]);
}

bool mote_core_time(mote_block_cycles *out, const mote_core *core, const uint8_t *code, size_t room, uint64_t count)
{
    mote_insn now = {0}, before = {0};
    bool      is_paired = false; /* the one before is the second of a pair */
    size_t    at = 0;
    uint64_t  i;

    *out = (mote_block_cycles){0};
    for (i = 0; i < count; i++, before = now) {
        uint64_t wait;
        if (at >= room || !core->decode(&now, code + at, room - at))
            return false;
        at += (size_t)now.bytes;
        wait = i > 0 ? wait_for(core, &before, &now) : 0;
        is_paired = core->pairs && i > 0 && !is_paired && wait == 0 && can_pair(&before, &now);
        out->run += wait + (is_paired ? 0 : cycles_of(core, &now, &before));
    }
    out->jump = count > 0 ? jump_of(core, &now) : 0;
    return true;
}
