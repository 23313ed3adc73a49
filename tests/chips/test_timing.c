/* chips/timing/ and the plugin: what an instruction is, what a block takes, cycles of whole runs, waits for flash.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <mote/emulate.h>

#include "chips/timing/cores.h"

#define STANDIN "tests/chips/standin/"

/* ---- instructions ---- */

#define R(n) ((uint64_t)1 << (n))
enum { SP = 13, LR = 14, PC = 15 };
#define FLAGS  R(MOTE_INSN_FLAGS)
#define FLOATS R(MOTE_INSN_FLOATS)

typedef struct encoded {
    const char    *text;
    uint8_t        code[4];
    int32_t        bytes;
    mote_insn_kind kind;
    int32_t        registers;
    uint64_t       reads, writes;
} encoded;

/* Assembled by GNU as 2.40. */
static const encoded thumb[] = {
    {"movs r2, #5", {0x05, 0x22}, 2, MOTE_INSN_ALU, 0, 0, R(2) | FLAGS},
    {"cmp r1, #0", {0x00, 0x29}, 2, MOTE_INSN_ALU, 0, R(1), FLAGS},
    {"adds r0, r1, r2", {0x88, 0x18}, 2, MOTE_INSN_ALU, 0, R(1) | R(2), R(0) | FLAGS},
    {"lsls r3, r0, #2", {0x83, 0x00}, 2, MOTE_INSN_ALU, 0, R(0), R(3) | FLAGS},
    {"muls r0, r1", {0x48, 0x43}, 2, MOTE_INSN_MULTIPLY, 0, R(0) | R(1), R(0) | FLAGS},
    {"mov r8, r1", {0x88, 0x46}, 2, MOTE_INSN_ALU, 0, R(1), R(8)},
    {"bx lr", {0x70, 0x47}, 2, MOTE_INSN_BRANCH_REGISTER, 0, R(LR), 0},
    {"ldr r4, [r0, #8]", {0x84, 0x68}, 2, MOTE_INSN_LOAD, 1, R(0), R(4)},
    {"ldrsb r1, [r2, r3]", {0xd1, 0x56}, 2, MOTE_INSN_LOAD, 1, R(2) | R(3), R(1)},
    {"strb r0, [r4, r1]", {0x60, 0x54}, 2, MOTE_INSN_STORE_INDEXED, 1, R(4) | R(0) | R(1), 0},
    {"str r3, [sp, #4]", {0x01, 0x93}, 2, MOTE_INSN_STORE, 1, R(SP) | R(3), 0},
    {"ldmia r0!, {r1, r2}", {0x06, 0xc8}, 2, MOTE_INSN_LOAD_MANY, 2, R(0), R(0) | R(1) | R(2)},
    {"push {r4, lr}", {0x10, 0xb5}, 2, MOTE_INSN_STORE_MANY, 2, R(SP) | R(4) | R(LR), R(SP)},
    {"pop {r4, pc}", {0x10, 0xbd}, 2, MOTE_INSN_LOAD_MANY, 2, R(SP), R(SP) | R(4) | R(PC)},
    {"bne .", {0xfe, 0xd1}, 2, MOTE_INSN_BRANCH, 0, FLAGS, 0},
    {"cbz r2, .+4", {0x02, 0xb1}, 2, MOTE_INSN_BRANCH, 0, R(2), 0},
    {"b .", {0xfe, 0xe7}, 2, MOTE_INSN_JUMP, 0, 0, 0},
    {"bl .", {0xff, 0xf7, 0xfe, 0xff}, 4, MOTE_INSN_CALL, 0, 0, R(LR)},
    {"smlad r0, r1, r2, r3", {0x21, 0xfb, 0x02, 0x30}, 4, MOTE_INSN_MULTIPLY_ADD, 0, R(1) | R(2) | R(3), R(0)},
    {"mul r0, r1, r2", {0x01, 0xfb, 0x02, 0xf0}, 4, MOTE_INSN_MULTIPLY, 0, R(1) | R(2), R(0)},
    {"smull r0, r1, r2, r3", {0x82, 0xfb, 0x03, 0x01}, 4, MOTE_INSN_MULTIPLY_LONG, 0, R(2) | R(3), R(0) | R(1)},
    {"udiv r0, r1, r2", {0xb1, 0xfb, 0xf2, 0xf0}, 4, MOTE_INSN_DIVIDE, 0, R(1) | R(2), R(0)},
    {"sxtb16 r0, r1", {0x2f, 0xfa, 0x81, 0xf0}, 4, MOTE_INSN_ALU, 0, R(1), R(0)},
    {"ldr r2, [r1], #4", {0x51, 0xf8, 0x04, 0x2b}, 4, MOTE_INSN_LOAD, 1, R(1), R(1) | R(2)},
    {"ldrd r0, r1, [r2]", {0xd2, 0xe9, 0x00, 0x01}, 4, MOTE_INSN_LOAD_MANY, 2, R(2), R(0) | R(1)},
    {"tbb [pc, r0]", {0xdf, 0xe8, 0x00, 0xf0}, 4, MOTE_INSN_LOAD, 1, R(PC) | R(0), 0},
    {"vadd.f32 s0, s1, s2", {0x30, 0xee, 0x81, 0x0a}, 4, MOTE_INSN_FLOAT, 0, FLOATS, FLOATS},
    {"vfma.f32 s0, s1, s2", {0xa0, 0xee, 0x81, 0x0a}, 4, MOTE_INSN_FLOAT_MULTIPLY_ADD, 0, FLOATS, FLOATS},
    {"vdiv.f32 s0, s1, s2", {0x80, 0xee, 0x81, 0x0a}, 4, MOTE_INSN_FLOAT_DIVIDE, 0, FLOATS, FLOATS},
    {"vldr s0, [r1]", {0x91, 0xed, 0x00, 0x0a}, 4, MOTE_INSN_LOAD, 1, R(1), FLOATS},
    {"dsb sy", {0xbf, 0xf3, 0x4f, 0x8f}, 4, MOTE_INSN_SYSTEM, 0, 0, 0},
};

static const encoded riscv[] = {
    {"addi a0, a0, -1", {0x13, 0x05, 0xf5, 0xff}, 4, MOTE_INSN_ALU, 1, R(10), R(10)},
    {"mul a0, a1, a2", {0x33, 0x85, 0xc5, 0x02}, 4, MOTE_INSN_MULTIPLY, 1, R(11) | R(12), R(10)},
    {"mulhu a0, a1, a2", {0x33, 0xb5, 0xc5, 0x02}, 4, MOTE_INSN_MULTIPLY_LONG, 1, R(11) | R(12), R(10)},
    {"divu a0, a1, a2", {0x33, 0xd5, 0xc5, 0x02}, 4, MOTE_INSN_DIVIDE, 1, R(11) | R(12), R(10)},
    {"lbu a0, 3(a1)", {0x03, 0xc5, 0x35, 0x00}, 4, MOTE_INSN_LOAD, 1, R(11), R(10)},
    {"sw a0, 4(a1)", {0x23, 0xa2, 0xa5, 0x00}, 4, MOTE_INSN_STORE, 1, R(10) | R(11), 0},
    {"beq a0, a1, .", {0x63, 0x00, 0xb5, 0x00}, 4, MOTE_INSN_BRANCH, 1, R(10) | R(11), 0},
    {"jal ra, .", {0xef, 0x00, 0x00, 0x00}, 4, MOTE_INSN_CALL, 1, 0, R(1)},
    {"c.lw a0, 0(a1)", {0x88, 0x41}, 2, MOTE_INSN_LOAD, 1, R(11), R(10)},
    {"c.add a0, a1", {0x2e, 0x95}, 2, MOTE_INSN_ALU, 1, R(10) | R(11), R(10)},
    {"c.mv a0, a1", {0x2e, 0x85}, 2, MOTE_INSN_ALU, 1, R(11), R(10)},
    {"c.sub a0, a1", {0x0d, 0x8d}, 2, MOTE_INSN_ALU, 1, R(10) | R(11), R(10)},
    {"c.bnez a0, .", {0x01, 0xe1}, 2, MOTE_INSN_BRANCH, 1, R(10), 0},
    {"c.j .", {0x01, 0xa0}, 2, MOTE_INSN_JUMP, 1, 0, 0},
    {"c.jr ra", {0x82, 0x80}, 2, MOTE_INSN_BRANCH_REGISTER, 1, R(1), 0},
    {"c.swsp a0, 0(sp)", {0x2a, 0xc0}, 2, MOTE_INSN_STORE, 1, R(2) | R(10), 0},
    {"fmadd.s fa0, fa1, fa2, fa3", {0x43, 0xf5, 0xc5, 0x68}, 4, MOTE_INSN_FLOAT_MULTIPLY_ADD, 1, FLOATS, FLOATS},
    {"flw fa0, 0(a1)", {0x07, 0xa5, 0x05, 0x00}, 4, MOTE_INSN_LOAD, 1, R(11), FLOATS},
};

static void check_encoded(mote_insn_decode *decode, const encoded *table, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const encoded *e = &table[i];
        mote_insn      insn;
        if (!decode(&insn, e->code, sizeof e->code) || insn.bytes != e->bytes || insn.kind != e->kind ||
            insn.registers != e->registers || insn.reads != e->reads || insn.writes != e->writes)
            fail_msg("%s is read as kind %d of %d bytes, %d registers, reads %#llx, writes %#llx", e->text, (int)insn.kind,
                     insn.bytes, insn.registers, (unsigned long long)insn.reads, (unsigned long long)insn.writes);
        assert_false(decode(&insn, e->code, (size_t)e->bytes - 1)); /* cut off */
    }
}

static void instructions_are_what_assemblers_mean(void **state)
{
    (void)state;
    check_encoded(mote_thumb_decode, thumb, sizeof thumb / sizeof *thumb);
    check_encoded(mote_riscv_decode, riscv, sizeof riscv / sizeof *riscv);
}

/* Whatever the bytes are: no crash, and a length. */
static void any_bytes_are_some_instruction(void **state)
{
    mote_insn insn;
    unsigned  h;

    (void)state;
    for (h = 0; h < 0x10000; h++) {
        const uint8_t first[4] = {(uint8_t)h, (uint8_t)(h >> 8), 0x5a, 0xa5};
        const uint8_t second[4] = {0x5a, (uint8_t)(0xe8 | (h & 0x17)), (uint8_t)h, (uint8_t)(h >> 8)};
        assert_true(mote_thumb_decode(&insn, first, 4) && insn.kind < MOTE_INSN_KINDS && insn.bytes >= 2);
        assert_true(mote_thumb_decode(&insn, second, 4) && insn.kind < MOTE_INSN_KINDS && insn.bytes >= 2);
        assert_true(mote_riscv_decode(&insn, first, 4) && insn.kind < MOTE_INSN_KINDS && insn.bytes >= 2);
    }
}

/* ---- blocks ---- */

static void check_block(const mote_core *core, const uint8_t *code, size_t bytes, uint64_t count, uint64_t run,
                        uint64_t jump)
{
    mote_block_cycles cycles;

    assert_true(mote_core_time(&cycles, core, code, bytes, count));
    if (cycles.run != run || cycles.jump != jump)
        fail_msg("%s takes %llu and %llu a jump; %llu and %llu expected", core->name, (unsigned long long)cycles.run,
                 (unsigned long long)cycles.jump, (unsigned long long)run, (unsigned long long)jump);
}

static void blocks_take_what_the_tables_say(void **state)
{
    static const uint8_t loads[] = {0x01, 0x68, 0x42, 0x68,
                                    0x83, 0x68, 0xc9, 0x18}; /* ldr r1, r2, r3 [r0]; adds r1, r1, r3 */
    static const uint8_t chain[] = {0x00, 0x68, 0x00, 0x68}; /* ldr r0, [r0]; ldr r0, [r0] */
    static const uint8_t loop[] = {0x01, 0x38, 0xfd, 0xd1};  /* subs r0, #1; bne */
    static const uint8_t leave[] = {0xf0, 0xbd};             /* pop {r4-r7, pc} */
    static const uint8_t sums[] = {0x21, 0xfb, 0x02, 0x00, 0x21, 0xfb, 0x02, 0x00}; /* smlad r0, r1, r2, r0, twice */
    static const uint8_t use[] = {0x88, 0x41, 0x2e, 0x95};                          /* c.lw a0, 0(a1); c.add a0, a1 */
    mote_block_cycles    cycles;

    (void)state;
    check_block(&mote_core_cortex_m4, loads, sizeof loads, 4, 2 + 1 + 1 + 1, 0); /* loads follow each other in one cycle */
    check_block(&mote_core_cortex_m0plus, loads, sizeof loads, 4, 2 + 2 + 2 + 1, 0);
    check_block(&mote_core_cortex_m4, chain, sizeof chain, 2, 2 + 2, 0); /* but not where one needs the other */
    check_block(&mote_core_cortex_m4, loop, sizeof loop, 2, 2, 1);
    check_block(&mote_core_cortex_m0plus, loop, sizeof loop, 2, 2, 1);
    check_block(&mote_core_cortex_m0, loop, sizeof loop, 2, 2, 2);
    check_block(&mote_core_cortex_m7, loop, sizeof loop, 2, 1, 0); /* a pair */
    check_block(&mote_core_cortex_m4, leave, sizeof leave, 1, 1 + 5, 2);
    check_block(&mote_core_cortex_m0plus, leave, sizeof leave, 1, 1 + 5, 2);
    check_block(&mote_core_cortex_m4, sums, sizeof sums, 2, 2, 0);
    check_block(&mote_core_cortex_m3, sums, sizeof sums, 2, 4, 0);
    check_block(&mote_core_cortex_m7, sums, sizeof sums, 2, 2, 0);     /* one multiplier */
    check_block(&mote_core_rv32imc, use, sizeof use, 2, 1 + 1 + 1, 0); /* waits for the load */
    assert_false(mote_core_time(&cycles, &mote_core_cortex_m4, loop, sizeof loop, 3));
}

/* ---- runs ---- */

static bool has_chip(const char *name)
{
    mote_error err = {0};

    if (mote_chip_check(mote_chip_find(name), &err) == MOTE_OK)
        return true;
    tell_untested(name, err.text);
    return false;
}

static mote_emulation emulate(const char *dir, const char *chip, const mote_flash_cache *flash)
{
    mote_error     err = {0};
    mote_emulation run;

    if (mote_emulate(
            &run, dir, NULL,
            &(mote_emulate_options){.chip = chip, .counts_cycles = true, .flash = flash, .flash_count = flash != NULL},
            &err) != MOTE_OK)
        fail_msg("%s on %s: %s", dir, chip, err.text);
    if (!run.has_cycles)
        fail_msg("%s on %s: %s", dir, chip, run.cycles_failure);
    return run;
}

/* tests/chips/standin/counted: a load or two, three million loops of two instructions, a return. */
static void a_loop_takes_the_cycles_of_its_core(void **state)
{
    enum { N = 3000000 };
    static const struct {
        const char *chip;
        uint64_t    cycles;
    } wanted[] = {
        {"cortex-m0", 2 + 2 * N + 2 * (N - 1) + 3}, /* ldr; subs, bne; taken; bx */
        {"cortex-m0plus", 2 + 2 * N + (N - 1) + 2},
        {"cortex-m3", 2 + 2 * N + (N - 1) + 3},
        {"cortex-m4", 2 + 2 * N + (N - 1) + 3},
        {"rv32imc", 2 + 2 * N + 2 * (N - 1) + 3}, /* lui, addi; addi, bnez; taken; ret */
        {"atmega328p", 3 + 5 * N - 1 + 4},        /* counted by the emulator */
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (has_chip(wanted[i].chip)) {
            mote_emulation run = emulate(STANDIN "counted", wanted[i].chip, NULL);
            if (run.cycles != wanted[i].cycles)
                fail_msg("%s: %llu cycles, %llu expected", wanted[i].chip, (unsigned long long)run.cycles,
                         (unsigned long long)wanted[i].cycles);
            assert_non_null(run.cycles_basis);
            mote_emulation_free(&run);
        }
}

/* tests/chips/standin/constants: 4,096 bytes in lines of 32. */
static void constants_are_waited_for_line_by_line(void **state)
{
    const mote_cache_shape instructions = {32, 32, 32}, data = {8, 32, 8};
    const mote_flash_cache code_alone = {.instructions = instructions, .miss_cycles = 10},
                           both = {.instructions = instructions, .data = data, .miss_cycles = 10},
                           shared = {.instructions = {512, 32, 2}, .is_shared = true, .miss_cycles = 10};
    static const char *const chips[] = {"cortex-m4", "rv32imc"};
    size_t                   i;

    (void)state;
    for (i = 0; i < sizeof chips / sizeof *chips; i++)
        if (has_chip(chips[i])) {
            mote_emulation without = emulate(STANDIN "constants", chips[i], &code_alone),
                           with = emulate(STANDIN "constants", chips[i], &both),
                           one = emulate(STANDIN "constants", chips[i], &shared);
            assert_true(without.wait_cycles[0] >= 10 && without.wait_cycles[0] <= 50); /* its few lines of code */
            assert_true(with.wait_cycles[0] >= without.wait_cycles[0] + 128 * 10);
            assert_true(with.wait_cycles[0] <= without.wait_cycles[0] + 129 * 10); /* an address that code keeps beside it */
            assert_true(one.wait_cycles[0] >= 128 * 10 && one.wait_cycles[0] <= 134 * 10);
            assert_int_equal(with.cycles, without.cycles);
            mote_emulation_free(&without);
            mote_emulation_free(&with);
            mote_emulation_free(&one);
        }
}

static void what_is_no_cache_is_refused(void **state)
{
    const mote_flash_cache uneven = {.instructions = {10, 32, 4}, .miss_cycles = 1};
    mote_error             err = {0};
    mote_emulation         run;

    (void)state;
    if (!has_chip("cortex-m4"))
        skip();
    assert_int_equal(
        mote_emulate(&run, STANDIN "counted", NULL,
                     &(mote_emulate_options){.chip = "cortex-m4", .counts_cycles = true, .flash = &uneven, .flash_count = 1},
                     &err),
        MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "ways of equal size"));
}

/* The M55's timings are not known: that is said, and no error. */
static void unknown_timings_are_told(void **state)
{
    mote_error     err = {0};
    mote_emulation run;

    (void)state;
    if (!has_chip("cortex-m55"))
        skip();
    assert_int_equal(mote_emulate(&run, STANDIN "model", NULL,
                                  &(mote_emulate_options){.chip = "cortex-m55", .counts_cycles = true}, &err),
                     MOTE_OK);
    assert_false(run.has_cycles);
    assert_string_equal(run.cycles_failure, "the timings of cortex-m55 are not known to mote");
    mote_emulation_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instructions_are_what_assemblers_mean),
        cmocka_unit_test(any_bytes_are_some_instruction),
        cmocka_unit_test(blocks_take_what_the_tables_say),
        cmocka_unit_test(a_loop_takes_the_cycles_of_its_core),
        cmocka_unit_test(constants_are_waited_for_line_by_line),
        cmocka_unit_test(what_is_no_cache_is_refused),
        cmocka_unit_test(unknown_timings_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
