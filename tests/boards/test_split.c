/* Arenas over several regions of a board: which regions are asked for, what is left for others, what is told; and that the
 * code which is compiled for a board takes of each region what was told. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <string.h>

#include <mote/boards.h>
#include <mote/file.h>
#include <mote/layers.h>

#include "boards/fit.h"
#include "emit/emit.h"

static mote_error  *err = &(mote_error){0};
static mote_boards *boards;

static int load(void **state)
{
    (void)state;
    return mote_boards_load(&boards, err) != MOTE_OK;
}

static int unload(void **state)
{
    (void)state;
    mote_boards_destroy(boards);
    return 0;
}

/* ---- arenas of equal pieces ---- */

typedef struct pieces {
    size_t  bytes;
    int32_t count;
} pieces;

/* Fills regions one after the other. */
static mote_status plan_pieces(void *user, const size_t *limits, int32_t count, size_t *taken, bool *fits, mote_error *e)
{
    const pieces *p = user;
    size_t        left = (size_t)p->count;
    int32_t       i;

    (void)e;
    for (i = 0; i < count; i++) {
        const size_t some = limits[i] / p->bytes < left ? limits[i] / p->bytes : left;
        taken[i] = some * p->bytes;
        left -= some;
    }
    *fits = left == 0;
    return MOTE_OK;
}

/* The board as it is where nobody has measured what its SDK takes: better figures of that change nothing here. */
static const mote_board *without_floor(const char *name)
{
    static mote_board board;

    assert_non_null(mote_boards_find(boards, name, err));
    board = *mote_boards_find(boards, name, err);
    board.sdk_flash_bytes = board.sdk_ram_bytes = MOTE_UNKNOWN;
    return &board;
}

static mote_fit split(const char *board, pieces p, size_t stack_bytes)
{
    mote_fit fit = {.board = without_floor(board),
                    .arena_bytes = p.bytes * (size_t)p.count,
                    .constant_bytes = 1000,
                    .code_bytes = MOTE_UNKNOWN,
                    .stack_bytes = stack_bytes};

    assert_non_null(fit.board);
    assert_int_equal(mote_fit_split(&fit, plan_pieces, &p, err), MOTE_OK);
    mote_fit_tell(&fit);
    return fit;
}

static void arenas_are_split_where_they_fit_in_no_other_way(void **state)
{
    static const struct {
        const char     *board;
        pieces          arena;
        size_t          stack;
        mote_fit_answer answer;
        const char     *region;
        size_t          parts[4];
    } cases[] = {
        {"disco_f407vg", {4096, 32}, 0, MOTE_FIT_YES, "SRAM+SRAM2", {0}},
        {"disco_f407vg", {4096, 33}, 0, MOTE_FIT_SPLIT, "CCMRAM + SRAM+SRAM2", {65536, 69632}},
        {"disco_f407vg", {4096, 48}, 0, MOTE_FIT_SPLIT, "CCMRAM + SRAM+SRAM2", {65536, 131072}},
        {"disco_f407vg", {4096, 48}, 1, MOTE_FIT_NO, "SRAM+SRAM2", {0}}, /* no room for the stack */
        {"disco_f407vg", {70000, 2}, 0, MOTE_FIT_NO, "SRAM+SRAM2", {0}}, /* no piece fits CCM */
        /* a quarter of what others use is left, unless it is needed */
        {"esp32cam", {4096, 45}, 0, MOTE_FIT_SPLIT, "DRAM + heap", {135168, 49152}},
        {"esp32cam", {4096, 61}, 0, MOTE_FIT_SPLIT, "DRAM + heap + PSRAM", {135168, 106496, 8192}},
        {"esp32cam", {150000, 2}, 0, MOTE_FIT_SPLIT, "DRAM + PSRAM", {150000, 150000}},
        {"esp32cam", {200000, 2}, 0, MOTE_FIT_HEAP, "PSRAM", {0}}, /* no piece fits inside */
        {"esp32dev", {4096, 79}, 0, MOTE_FIT_SPLIT, "DRAM + heap", {180224, 143360}},
        {"teensy41", {4096, 160}, 0, MOTE_FIT_SPLIT, "FlexRAM + OCRAM", {393216, 262144}},
        {"teensy41", {4096, 256}, 0, MOTE_FIT_SPLIT, "FlexRAM + OCRAM", {524288, 524288}},
        {"pico", {4096, 65}, 0, MOTE_FIT_SPLIT, "striped + bank 1", {262144, 4096}},
        {"nucleo_h743zi", {4096, 200}, 0, MOTE_FIT_SPLIT, "DTCM + AXISRAM + SRAM1+SRAM2+SRAM3", {131072, 393216, 294912}},
        {"portenta_h7_m7", {300000, 4}, 0, MOTE_FIT_SPLIT, "AXISRAM + SDRAM", {300000, 900000}},
        {"uno", {512, 8}, 0, MOTE_FIT_NO, "RAM", {0}},
    };
    size_t  i;
    int32_t k;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const mote_fit fit = split(cases[i].board, cases[i].arena, cases[i].stack);
        if (fit.answer != cases[i].answer || strcmp(fit.region, cases[i].region) != 0)
            fail_msg("case %zu: %s", i, fit.verdict);
        for (k = 0; k < 4; k++)
            if ((k < fit.part_count ? fit.parts[k].bytes : 0) != cases[i].parts[k])
                fail_msg("case %zu, part %d: %s", i, (int)k, fit.verdict);
        assert_true(fit.answer != MOTE_FIT_SPLIT || mote_fit_is_static(fit.answer));
    }
}

static void verdicts_name_each_region(void **state)
{
    (void)state;
    assert_string_equal(split("disco_f407vg", (pieces){4096, 33}, 100).verdict,
                        "disco_f407vg: fits split over CCMRAM + SRAM+SRAM2: RAM 65536 of 65536 bytes (CCMRAM), 69632 of "
                        "131072 (SRAM+SRAM2), in one piece 4196 too many; flash 1000 of 1048576 bytes; without code and "
                        "stack; what the SDK takes is not known");
    assert_string_equal(mote_fit_answer_name(MOTE_FIT_SPLIT), "fits split");
    assert_int_equal(split("disco_f407vg", (pieces){4096, 33}, 100).ram_bytes, 33 * 4096 + 100);
    assert_int_equal(split("disco_f407vg", (pieces){4096, 33}, 100).region_bytes, 65536 + 131072);
}

/* What lies in flash is no matter of regions. */
static void what_lacks_flash_is_not_split(void **state)
{
    pieces   p = {4096, 33};
    mote_fit fit = {.board = mote_boards_find(boards, "disco_f407vg", err),
                    .arena_bytes = 33 * 4096,
                    .constant_bytes = 2000000,
                    .code_bytes = MOTE_UNKNOWN,
                    .stack_bytes = MOTE_UNKNOWN};

    (void)state;
    assert_int_equal(mote_fit_split(&fit, plan_pieces, &p, err), MOTE_OK);
    assert_int_equal(fit.answer, MOTE_FIT_NO);
    assert_int_equal(fit.part_count, 0);
}

/* Takes a byte of each. */
static mote_status plan_everywhere(void *user, const size_t *limits, int32_t count, size_t *taken, bool *fits, mote_error *e)
{
    int32_t i;

    (void)user;
    (void)limits;
    (void)e;
    for (i = 0; i < count; i++)
        taken[i] = 1;
    *fits = true;
    return MOTE_OK;
}

static void regions_of_all_boards_have_names_that_code_can_have(void **state)
{
    int32_t i, several = 0;

    (void)state;
    for (i = 0; i < mote_boards_count(boards); i++) {
        mote_fit           fit = {.board = mote_boards_at(boards, i), .arena_bytes = SIZE_MAX / 4};
        mote_memory_region regions[MOTE_FIT_PARTS];
        mote_emitter       emitter = {.region_count = 0};
        assert_int_equal(mote_fit_split(&fit, plan_everywhere, NULL, err), MOTE_OK);
        assert_int_equal(mote_fit_regions(&fit, regions), fit.part_count);
        if (mote_emit_take_regions(&emitter, regions, fit.part_count, err) != MOTE_OK)
            fail_msg("%s: %s", fit.board->id, err->text);
        several += fit.part_count > 1;
    }
    assert_true(several > 20);
}

/* ---- a network ---- */

/* A picture of 48,400 bytes and twice as many of its first convolution, which live at once: more than an F407's SRAM. */
static mote_model *make_network(void)
{
    mote_builder       *b = mote_builder_create(&(mote_builder_options){.seed = 1, .name = "split"}, err);
    mote_layer_id       x = mote_layer_input(b, 3, (int[]){110, 110, 1});
    mote_model         *model;
    mote_conv2d_options conv = {.filters = 2, .kernel_size = {3, 3}, .padding = MOTE_PADDING_SAME};

    x = mote_layer_global_average_pooling2d(b, mote_layer_conv2d(b, x, &conv), NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 2});
    if (mote_builder_finish(&model, b, &x, 1, err) != MOTE_OK)
        fail_msg("%s", err->text);
    return model;
}

/* Of the network in training: its plan needs no trained weights. */
static void compiled_code_takes_of_each_region_what_is_told(void **state)
{
    const mote_fit_options     how = {.leaves_code = true};
    mote_model                *model = make_network(), *real;
    mote_memory_region         regions[MOTE_FIT_PARTS];
    mote_compile_options       options = {.regions = regions};
    mote_compile_result        result;
    const mote_compiled_chips *arm;
    mote_fit                   fit;
    int32_t                    i;

    (void)state;
    assert_int_equal(mote_model_freeze(&real, model, err), MOTE_OK);
    assert_int_equal(mote_board_fit(&fit, real, mote_boards_find(boards, "disco_f407vg", err), &how, err), MOTE_OK);
    assert_int_equal(fit.answer, MOTE_FIT_SPLIT);
    assert_string_equal(fit.blame, "");
    assert_int_equal(fit.part_count, 2);
    assert_string_equal(fit.parts[0].name, "ccmram");
    assert_string_equal(fit.parts[1].name, "sram");
    options.region_count = mote_fit_regions(&fit, regions);
    if (mote_compile(&result, real, "build/tests/boards_split", &options, err) != MOTE_OK)
        fail_msg("%s", err->text);
    arm = mote_compiled_for(&result, fit.board->kernels);
    for (i = 0; i < 2; i++)
        assert_int_equal(arm->region_bytes[i], fit.parts[i].bytes);
    assert_false(arm->exceeds_regions);
    mote_model_destroy(real);
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arenas_are_split_where_they_fit_in_no_other_way),
        cmocka_unit_test(verdicts_name_each_region),
        cmocka_unit_test(what_lacks_flash_is_not_split),
        cmocka_unit_test(regions_of_all_boards_have_names_that_code_can_have),
        cmocka_unit_test(compiled_code_takes_of_each_region_what_is_told),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
