/* boards/: every board's file, what readers refuse, where arenas go, and that what is said of code and stack holds on the
 * emulated chips. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <string.h>
#include <strings.h>

#include <mote/boards.h>
#include <mote/emulate.h>
#include <mote/file.h>
#include <mote/layers.h>

#include "base/embedded.h"
#include "boards/boards.h"
#include "boards/fit.h"
#include "build/spec.h"
#include "lower/lower.h"

static mote_error *err = &(mote_error){0};

static mote_boards *load(void)
{
    mote_boards *boards;

    *err = (mote_error){0};
    if (mote_boards_load(&boards, err) != MOTE_OK)
        fail_msg("%s", err->text);
    return boards;
}

/* ---- the files ---- */

static void each_board_is_whole(void **state)
{
    mote_boards *boards = load();
    int32_t      i, k;

    (void)state;
    assert_int_equal(mote_boards_count(boards), 87);
    for (i = 0; i < mote_boards_count(boards); i++) {
        const mote_board *board = mote_boards_at(boards, i);
        char              path[80];
        snprintf(path, sizeof path, "boards/%s.yaml", board->id);
        assert_non_null(mote_embedded_find(path)); /* the file is the board's */
        assert_true(board->region_count > 0);
        for (k = 0; k < board->region_count; k++)
            assert_true(board->regions[k].bytes >= 1024);
        assert_true(board->flash_bytes >= 16384); /* or unknown */
        assert_true(board->source[0] != '\0');
        assert_non_null(board->chip);
        assert_non_null(mote_target_find(board->kernels));
        if (board->has_chip_compiler)
            assert_string_equal(board->kernels, board->chip->kernels);
        /* what is outside the chip comes last */
        for (k = 0; k + 1 < board->region_count; k++)
            assert_true(strcmp(board->regions[k].name, "PSRAM") != 0 && strcmp(board->regions[k].name, "SDRAM") != 0);
    }
    mote_boards_destroy(boards);
}

static void each_name_is_one_boards(void **state)
{
    mote_boards *boards = load();
    int32_t      i, k;

    (void)state;
    for (i = 0; i < mote_boards_count(boards); i++) {
        const mote_board *board = mote_boards_at(boards, i);
        for (k = -1; k < board->alias_count; k++) {
            const char *name = k < 0 ? board->id : board->aliases[k];
            int32_t     other, alias, count = 0;
            for (other = 0; other < mote_boards_count(boards); other++) {
                const mote_board *with = mote_boards_at(boards, other);
                count += strcasecmp(with->id, name) == 0;
                for (alias = 0; alias < with->alias_count; alias++)
                    count += strcasecmp(with->aliases[alias], name) == 0;
            }
            if (count != 1)
                fail_msg("%s is the name of %d boards", name, count);
            assert_ptr_equal(mote_boards_find(boards, name, err), board);
        }
    }
    mote_boards_destroy(boards);
}

static void boards_are_found_by_what_people_call_them(void **state)
{
    static const struct {
        const char *name, *id;
    } cases[] = {{"esp32dev", "esp32dev"},
                 {"esp32s3", "esp32-s3-devkitc-1"},
                 {"pico", "pico"},
                 {"nano33ble", "nano33ble"},
                 {"uno", "uno"},
                 {"UNO", "uno"},
                 {"rpipico2", "pico2"},
                 {"mega", "megaatmega2560"},
                 {"esp32c3", "esp32-c3-devkitm-1"},
                 {"microbit", "bbcmicrobit_v2"}};
    mote_boards *boards = load();
    size_t       i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const mote_board *board = mote_boards_find(boards, cases[i].name, err);
        assert_non_null(board);
        assert_string_equal(board->id, cases[i].id);
    }
    assert_null(mote_boards_find(boards, "esp32s33", err));
    assert_int_equal(err->code, MOTE_ERR_USAGE);
    assert_string_equal(err->text, "no board is named esp32s33; did you mean esp32s3?");
    *err = (mote_error){0};
    assert_null(mote_boards_find(boards, "abacus", err));
    assert_string_equal(err->text, "no board is named abacus; `mote inspect --boards` lists them");
    *err = (mote_error){0};
    assert_null(mote_boards_find(boards, NULL, err));
    *err = (mote_error){0};
    assert_null(mote_boards_at(boards, -1));
    assert_null(mote_boards_at(boards, 87));
    mote_boards_destroy(boards);
}

/* The figures that decide most often, as their sources have them. */
static void traps_of_memory_maps_are_in_the_files(void **state)
{
    mote_boards      *boards = load();
    const mote_board *b = mote_boards_find(boards, "esp32dev", err);

    (void)state;
    assert_int_equal(b->regions[0].bytes, 0x2c200);
    assert_int_equal(b->regions[0].use, MOTE_REGION_STATIC);
    assert_int_equal(b->regions[1].use, MOTE_REGION_HEAP);
    assert_int_equal(b->sdk_ram_bytes, 22116);
    b = mote_boards_find(boards, "esp32s3", err);
    assert_int_equal(b->sdk_ram_bytes, 10668 + 2248 + 42607); /* with the code that shares the region */
    b = mote_boards_find(boards, "nucleo_h743zi", err);
    assert_int_equal(b->sdk_ram_bytes, MOTE_UNKNOWN);
    assert_string_equal(b->regions[0].name, "DTCM");
    assert_int_equal(b->regions[0].use, MOTE_REGION_SECTION);
    assert_int_equal(b->regions[1].bytes, 524288);
    b = mote_boards_find(boards, "disco_f407vg", err);
    assert_int_equal(b->regions[0].origin, 0x10000000);
    assert_int_equal(b->regions[0].use, MOTE_REGION_SECTION);
    b = mote_boards_find(boards, "ch32v003f4p6_evt_r0", err);
    assert_string_equal(b->kernels, "portable"); /* it has no multiply */
    assert_false(b->has_chip_compiler);
    b = mote_boards_find(boards, "nucleo_n657x0_q", err);
    assert_int_equal(b->flash_bytes, MOTE_UNKNOWN);
    assert_null(b->fpu);
    b = mote_boards_find(boards, "nodemcuv2", err);
    assert_int_equal(b->regions[0].bytes - b->sdk_ram_bytes, 50 * 1024);
    b = mote_boards_find(boards, "uno", err);
    assert_int_equal(b->flash_bytes, 32256);
    assert_int_equal(b->ram_bytes, 2048);
    mote_boards_destroy(boards);
}

/* ---- what is refused ---- */

static const char good[] = "id: x\nname: X\naliases: [y]\ncore: AVR8\ncores: AVR8\nfpu: none\nclock_mhz: 16\n"
                           "flash_bytes: 1000\nram_bytes: 100\nram:\n  - {name: R, bytes: 100, holds: static}\n"
                           "flash_cache:\n  instructions: {lines: 8, line_bytes: 32, ways: 2}\n  data: shared\n"
                           "  miss_cycles: 5\n  source: s\nsdk: {flash_bytes: null, ram_bytes: null}\nnotes: n\nsource: s\n";

/* good with its first `from` replaced. */
static void edit(char *text, size_t room, const char *from, const char *to)
{
    const char *at = strstr(good, from);

    assert_non_null(at);
    snprintf(text, room, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
}

static void wrong_files_are_refused_by_line(void **state)
{
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"AVR8\n", "AVR9\n", "b.yaml:4: core: unknown \"AVR9\"; did you mean \"AVR8\"?"},
        {"flash_bytes: 1000", "flash_byte: 1000",
         "b.yaml:8: unknown key \"flash_byte\" in a board; did you mean \"flash_bytes\"?"},
        {"flash_bytes: 1000", "flash_bytes: 0", "b.yaml:8: a board: flash_bytes is 0; 1 to 4294967296 are possible"},
        {"notes: n\nsource: s\n", "notes: n\n", "b.yaml:1: a board: source is missing"},
        {"lines: 8", "lines: 9", "b.yaml:13: flash_cache: instructions: 9 lines are not 2 ways of equal size"},
        {"lines: 8", "lines: 0", "b.yaml:13: flash_cache: instructions: lines is 0; 1 to 4096 are possible"},
        {"data: shared", "data: apart",
         "b.yaml:14: flash_cache: data must have keys, as in flash_cache: data: {key: value}"},
        {"  data: shared\n", "", "b.yaml:13: flash_cache: instructions and data expected; data may be \"shared\""},
        {"  miss_cycles: 5\n", "", "b.yaml:13: flash_cache: miss_cycles is missing"},
        {"bytes: 100,", "bytes: 90,",
         "b.yaml:11: ram: static regions have 90 bytes, ram_bytes is 100; say why in ram_differs"},
        {"ram:\n", "ram_differs: why\nram:\n",
         "b.yaml:12: ram: static regions have 100 bytes, ram_bytes is 100; leave ram_differs out"},
        {"holds: static", "holds: heap", "b.yaml:11: ram: no region holds static data"},
        {"holds: static", "holds: statik", "b.yaml:11: ram: unknown holds \"statik\"; did you mean \"static\"?"},
        {"bytes: 100,", "bytes: 100, origin: 0x2,", "b.yaml:11: ram: origin is \"0x2\"; an address as 0x20000000 expected"},
        {"\n  - {name: R, bytes: 100, holds: static}", " []", "b.yaml:10: ram: a list of regions expected"},
        {"aliases: [y]", "aliases: y", "b.yaml:3: aliases: a list expected, [] for none"},
        {"{flash_bytes: null, ram_bytes: null}", "{flash_bytes: 3}",
         "b.yaml:17: sdk: a figure needs a source, and a source a figure"},
        {"sdk: {flash_bytes: null, ram_bytes: null}\n", "", "b.yaml:1: sdk is missing; what is not known is null"},
        {"fpu: none", "fpu: f16", "b.yaml:6: a board: unknown fpu \"f16\"; possible: none, f32, f64"},
    };
    mote_board board;
    size_t     i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_arena arena = {0};
        char       text[800];
        edit(text, sizeof text, cases[i].from, cases[i].to);
        *err = (mote_error){0};
        assert_int_equal(mote_board_read(&board, "b.yaml", text, strlen(text), &arena, err), MOTE_ERR_USAGE);
        assert_string_equal(err->text, cases[i].message);
        mote_arena_destroy(&arena);
    }
    *err = (mote_error){0};
}

/* ---- where the arena goes ---- */

static mote_fit place(const mote_boards *boards, const char *name, size_t arena_bytes, size_t constant_bytes)
{
    mote_fit fit = {.board = mote_boards_find(boards, name, err),
                    .arena_bytes = arena_bytes,
                    .constant_bytes = constant_bytes,
                    .code_bytes = MOTE_UNKNOWN,
                    .stack_bytes = MOTE_UNKNOWN};

    assert_non_null(fit.board);
    mote_fit_place(&fit);
    mote_fit_tell(&fit);
    return fit;
}

static void arenas_go_where_they_fit(void **state)
{
    static const struct {
        const char     *board;
        size_t          arena, constants;
        mote_fit_answer answer;
        const char     *region;
        size_t          over;
    } cases[] = {
        {"esp32dev", 158620, 1, MOTE_FIT_YES, "DRAM", 0},   /* 180,736 less what the SDK takes */
        {"esp32dev", 158621, 1, MOTE_FIT_NO, "DRAM", 1},    /* the heap has less */
        {"esp32cam", 158621, 1, MOTE_FIT_HEAP, "PSRAM", 1}, /* 4 MB of it, and nothing of the SDK */
        {"esp32cam", 4194304, 1, MOTE_FIT_HEAP, "PSRAM", 4194304 - 158620},
        {"esp32cam", 4194305, 1, MOTE_FIT_NO, "DRAM", 4194305 - 158620},
        {"disco_f407vg", 130132, 1, MOTE_FIT_YES, "SRAM+SRAM2", 0}, /* adjacent; 940 of them the SDK's */
        {"disco_f407vg", 130133, 1, MOTE_FIT_NO, "SRAM+SRAM2", 1},  /* CCM has 65,536 */
        {"nucleo_l476rg", 98305, 1, MOTE_FIT_NO, "SRAM", 1},
        {"disco_b_u585i_iot02a", 262145, 1, MOTE_FIT_SECTION, "SRAM3", 1},
        {"nucleo_u575zi_q", 786432, 1, MOTE_FIT_YES, "SRAM+SRAM2+SRAM3", 0},
        {"nucleo_u385rg_q", 196609, 1, MOTE_FIT_NO, "SRAM1", 1}, /* whose addresses no source tells */
        {"nodemcuv2", 41200, 10000, MOTE_FIT_YES, "RAM", 0},     /* less what the SDK takes, with the constants */
        {"nodemcuv2", 41200, 10001, MOTE_FIT_NO, "RAM", 1},
        {"uno", 2039, 31812, MOTE_FIT_YES, "RAM", 0}, /* an empty sketch has 9 and 444 */
        {"uno", 2039, 31813, MOTE_FIT_NO, "RAM", 0},
        {"uno", 2040, 31812, MOTE_FIT_NO, "RAM", 1},
        {"mega", 1, 65536, MOTE_FIT_YES, "RAM", 0},
        {"mega", 1, 65537, MOTE_FIT_NO, "RAM", 0},                   /* far pointers */
        {"nucleo_n657x0_q", 1, 1 << 30, MOTE_FIT_YES, "AXISRAM", 0}, /* flash outside */
    };
    mote_boards *boards = load();
    size_t       i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const mote_fit fit = place(boards, cases[i].board, cases[i].arena, cases[i].constants);
        if (fit.answer != cases[i].answer || strcmp(fit.region, cases[i].region) != 0 || fit.ram_over != cases[i].over)
            fail_msg("case %zu: %s", i, fit.verdict);
    }
    mote_boards_destroy(boards);
}

static void verdicts_have_the_numbers_and_what_they_leave_out(void **state)
{
    mote_boards *boards = load();

    (void)state;
    assert_string_equal(
        place(boards, "uno", 2000, 40000).verdict,
        "uno: does not fit: RAM 2009 of 2048 bytes (RAM), 39 left; flash 40444 of 32256 bytes, 8188 too many; "
        "without code and stack");
    assert_string_equal(
        place(boards, "esp32cam", 200000, 1000).verdict,
        "esp32cam: fits on the heap only: RAM 200000 of 4194304 bytes (PSRAM), 41380 too many for other static "
        "data; flash 272780 of 4194304 bytes; without code and stack");
    assert_string_equal(place(boards, "mega", 1000, 70000).verdict,
                        "megaatmega2560: does not fit: RAM 1009 of 8192 bytes (RAM), 7183 left; constants 70000 bytes, code "
                        "reaches 65536; flash 70662 of 253952 bytes; without code and stack");
    assert_string_equal(place(boards, "nodemcuv2", 1000, 1000).verdict,
                        "nodemcuv2: fits: RAM 32720 of 81920 bytes (RAM) with 1000 of constants, which this chip copies "
                        "there, 49200 left; flash 222995 of 4194304 bytes; without "
                        "code and stack");
    assert_string_equal(
        place(boards, "nucleo_l432kc", 1000, 1000).verdict,
        "nucleo_l432kc: fits: RAM 1000 of 65536 bytes (SRAM+SRAM2), 64536 left; flash 1000 of 262144 bytes; without "
        "code and stack; what the SDK takes is not known");
    assert_string_equal(
        place(boards, "portenta_c33", 1000, 1000).verdict,
        "portenta_c33: fits: RAM 21736 of 523624 bytes (SRAM1), 501888 left; flash 1000 of 2097152 bytes; without "
        "code and stack; what the SDK takes of flash is not known");
    assert_string_equal(place(boards, "nano_33_iot", 1000, 1000).verdict,
                        "nano_33_iot: fits: RAM 1000 of 32768 bytes (RAM), 31768 left; flash 10600 of 262144 bytes; without "
                        "code and stack; what the SDK takes of RAM is not known");
    mote_boards_destroy(boards);
}

/* ---- models ---- */

static mote_model *finish(mote_builder *b, mote_layer_id x)
{
    mote_model *model;

    if (mote_builder_finish(&model, b, &x, 1, err) != MOTE_OK)
        fail_msg("%s", err->text);
    return model;
}

/* [size,size,1] -> conv 3x3, 4 filters -> flatten -> dense 10, softmax. */
static mote_model *make_picture_network(int size)
{
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 1, .name = "small"}, err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){size, size, 1});

    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.name = "stem", .filters = 4, .kernel_size = {3, 3}});
    x = mote_layer_flatten(b, x, NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 10, .activation = MOTE_ACTIVATION_SOFTMAX});
    return finish(b, x);
}

static mote_model *make_sine_network(void)
{
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 1, .name = "sine"}, err);
    mote_layer_id x = mote_layer_input(b, 1, (int[]){1});

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 8, .activation = MOTE_ACTIVATION_TANH});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 1});
    return finish(b, x);
}

static const mote_quantize_options int8_ends = {.io = MOTE_I8};

static void what_does_not_fit_is_explained(void **state)
{
    const mote_fit_options as_float = {.leaves_code = true};
    const mote_fit_options as_int8 = {.leaves_code = true, .inspect.quantize = &int8_ends};
    mote_boards           *boards = load();
    const mote_board      *uno = mote_boards_find(boards, "uno", err);
    mote_model            *model = make_picture_network(24);
    mote_fit               fit;

    (void)state;
    assert_int_equal(mote_board_fit(&fit, model, uno, &as_float, err), MOTE_OK);
    assert_int_equal(fit.answer, MOTE_FIT_NO);
    assert_int_equal(fit.ram_over, fit.arena_bytes + 9 - 2048);
    /* 22 x 22 x 4 floats, of 24 x 24; the dense layer has 1936 x 10 weights and 10 biases */
    assert_string_equal(fit.blame, "the arena is fullest at #0: stem 7744 + input 2304 bytes; the largest constants are "
                                   "those of dense: 77480 bytes");
    assert_string_equal(fit.ways[0].what, "quantize: int8, io: int8");
    assert_false(fit.ways[0].is_estimate);
    assert_int_equal(fit.ways[0].answer, MOTE_FIT_NO);
    assert_true(fit.ways[1].is_estimate);
    assert_int_equal(mote_board_fit(&fit, model, uno, &as_int8, err), MOTE_OK);
    assert_int_equal(fit.ram_over, fit.arena_bytes + 9 - 2048);
    assert_int_equal(fit.flash_over, 0);
    assert_string_equal(fit.blame, "the arena is fullest at #0: stem 1936 + input 576 bytes");
    mote_model_destroy(model);
    mote_boards_destroy(boards);
}

/* What fits a board needs no explanation, and is planned as mote_inspect says. */
static void what_fits_agrees_with_the_inspection(void **state)
{
    const mote_fit_options options = {.leaves_code = true, .inspect.quantize = &int8_ends};
    mote_boards           *boards = load();
    mote_model            *model = make_picture_network(12);
    mote_inspect_options   how = {.quantize = &int8_ends};
    mote_fit              *fits = calloc(87, sizeof *fits), one;
    mote_inspection        is;
    int32_t                i;

    (void)state;
    assert_non_null(fits);
    assert_int_equal(mote_boards_fit(fits, boards, model, &options, err), MOTE_OK);
    for (i = 0; i < 87; i++) {
        how.kernels = fits[i].board->kernels;
        assert_ptr_equal(fits[i].board, mote_boards_at(boards, i));
        assert_int_equal(mote_inspect(&is, model, &how, err), MOTE_OK);
        assert_int_equal(fits[i].arena_bytes, is.memory.arena_bytes);
        assert_int_equal(fits[i].constant_bytes, is.memory.constant_bytes);
        assert_int_equal(fits[i].answer, MOTE_FIT_YES);
        assert_string_equal(fits[i].blame, "");
        mote_inspection_free(&is);
        assert_int_equal(mote_board_fit(&one, model, fits[i].board, &options, err), MOTE_OK);
        assert_string_equal(one.verdict, fits[i].verdict);
        assert_int_equal(one.way_count, 0);
    }
    free(fits);
    mote_model_destroy(model);
    mote_boards_destroy(boards);
}

/* 40,000 weights would fit a Mega's flash, but its compiler takes no array so long. */
static void arrays_that_a_compiler_refuses_do_not_fit(void **state)
{
    const mote_fit_options options = {.leaves_code = true, .leaves_ways = true, .inspect.quantize = &int8_ends};
    mote_boards           *boards = load();
    mote_builder          *b = mote_builder_create(&(mote_builder_options){.seed = 1, .name = "wide"}, err);
    mote_layer_id          x = mote_layer_input(b, 1, (int[]){400});
    mote_model            *model;
    mote_fit               fit;

    (void)state;
    model = finish(b, mote_layer_dense(b, x, &(mote_dense_options){.units = 100}));
    assert_int_equal(mote_board_fit(&fit, model, mote_boards_find(boards, "mega", err), &options, err), MOTE_OK);
    assert_int_equal(fit.answer, MOTE_FIT_NO);
    assert_int_equal(fit.ram_over, 0);
    assert_non_null(strstr(fit.verdict, "; an array of 40000 bytes, compilers for it allow 32767"));
    assert_string_equal(fit.blame, "the largest constants are those of dense: 40400 bytes");
    assert_int_equal(mote_board_fit(&fit, model, mote_boards_find(boards, "due", err), &options, err), MOTE_OK);
    assert_int_equal(fit.answer, MOTE_FIT_YES);
    mote_model_destroy(model);
    mote_boards_destroy(boards);
}

static void without_a_model_or_a_board_nothing_is_said(void **state)
{
    mote_boards *boards = load();
    mote_fit     fit;

    (void)state;
    assert_int_equal(mote_board_fit(&fit, NULL, mote_boards_at(boards, 0), NULL, err), MOTE_ERR_USAGE);
    assert_string_equal(err->text, "no model");
    *err = (mote_error){0};
    assert_int_equal(mote_board_fit(&fit, NULL, mote_boards_find(boards, "abacus", err), NULL, err), MOTE_ERR_USAGE);
    assert_string_equal(err->text, "no board is named abacus; `mote inspect --boards` lists them");
    *err = (mote_error){0};
    mote_boards_destroy(boards);
}

/* ---- ways out of a spec ---- */

static void ways_out_of_a_spec_are_tried(void **state)
{
    static const char      text[] = "model:\n  input: [40, 40, 1]\n  layers:\n"
                                    "    - conv2d: {name: stem, filters: 8, kernel_size: 3}\n    - flatten\n"
                                    "    - dense: 16\n    - dense: {units: 3}\n    - activation: softmax\n"
                                    "convert: {quantize: int8}\n";
    const mote_fit_options options = {.leaves_code = true};
    mote_boards           *boards = load();
    mote_spec             *spec;
    mote_fit               fit;

    (void)state;
    assert_int_equal(mote_spec_parse(&spec, "x.yaml", text, strlen(text), err), MOTE_OK);
    assert_int_equal(mote_spec_fit(&fit, spec, NULL, mote_boards_find(boards, "uno", err), &options, err), MOTE_OK);
    assert_int_equal(fit.answer, MOTE_FIT_NO);
    assert_int_equal(fit.way_count, 3); /* one is enough: both together are not tried */
    assert_string_equal(fit.ways[0].what, "io: int8");
    assert_int_equal(fit.ways[0].answer, MOTE_FIT_NO);
    assert_int_equal(fit.ways[0].constant_bytes, fit.constant_bytes); /* ends have no weights */
    /* 15 x 15: the conv makes 13 x 13 x 8 = 1352 bytes of 225; 20 x 20 would make 2592 */
    assert_string_equal(fit.ways[1].what, "io: int8, input 15x15 instead of 40x40");
    assert_int_equal(fit.ways[1].answer, MOTE_FIT_YES);
    assert_in_range(fit.ways[1].arena_bytes, 1352, 1352 + 225 + 64);
    /* 1 of 8 filters, 2 of 16 units; the 3 units of the answer stay */
    assert_string_equal(fit.ways[2].what, "io: int8, 1/8 of the channels of each layer");
    assert_int_equal(fit.ways[2].answer, MOTE_FIT_NO);
    assert_int_equal(fit.ways[2].arena_bytes, 40 * 40 + 38 * 38);
    assert_int_equal(fit.ways[2].constant_bytes, 2957); /* 9 + 2888 + 6 weights, 6 biases, their multipliers */
    assert_int_equal(fit.ways[2].is_estimate, false);
    assert_int_equal(spec->convert.options.io, MOTE_F32); /* the spec is as it was */
    mote_spec_destroy(spec);
    mote_boards_destroy(boards);
}

/* ---- code and stack ---- */

/* The bound is never below what a run takes, and the code is what the firmware's functions have, with what they call. */
static void check_on_chip(const mote_board *board, const mote_model *model)
{
    const mote_emulate_options emulate = {.chip = board->chip->name};
    mote_emulation             run;
    mote_fit                   fit;

    assert_int_equal(mote_board_fit(&fit, model, board, NULL, err), MOTE_OK);
    assert_string_equal(fit.code_failure, "");
    assert_ptr_equal(fit.code_chip, board->chip);
    if (mote_emulate_model(&run, model, NULL, &emulate, err) != MOTE_OK)
        fail_msg("%s", err->text);
    assert_in_range(fit.stack_bytes, run.stack_bytes, run.stack_bytes + 256);
    assert_in_range(fit.code_bytes, run.code_bytes, run.flash_bytes - run.weight_bytes);
    assert_in_range(run.weight_bytes, fit.constant_bytes - 8, fit.constant_bytes); /* a bias of 0 is folded into code */
    mote_emulation_free(&run);
}

static void stacks_are_bounds_of_what_runs_take(void **state)
{
    static const char *const names[] = {"pico", "bluepill", "nano33ble", "teensy40", "nrf5340dk", "esp32c3", "uno"};
    mote_boards             *boards = load();
    mote_model              *training = make_sine_network(), *model;
    mote_error               lacks = {0};
    size_t                   i;

    (void)state;
    assert_int_equal(mote_model_freeze(&model, training, err), MOTE_OK);
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        const mote_board *board = mote_boards_find(boards, names[i], err);
        if (mote_chip_check(board->chip, &lacks) == MOTE_OK)
            check_on_chip(board, model);
        else
            tell_untested(names[i], lacks.text);
        lacks = (mote_error){0};
    }
    mote_model_destroy(model);
    mote_model_destroy(training);
    mote_boards_destroy(boards);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_board_is_whole),
        cmocka_unit_test(each_name_is_one_boards),
        cmocka_unit_test(boards_are_found_by_what_people_call_them),
        cmocka_unit_test(traps_of_memory_maps_are_in_the_files),
        cmocka_unit_test(wrong_files_are_refused_by_line),
        cmocka_unit_test(arenas_go_where_they_fit),
        cmocka_unit_test(verdicts_have_the_numbers_and_what_they_leave_out),
        cmocka_unit_test(what_does_not_fit_is_explained),
        cmocka_unit_test(what_fits_agrees_with_the_inspection),
        cmocka_unit_test(arrays_that_a_compiler_refuses_do_not_fit),
        cmocka_unit_test(without_a_model_or_a_board_nothing_is_said),
        cmocka_unit_test(ways_out_of_a_spec_are_tried),
        cmocka_unit_test(stacks_are_bounds_of_what_runs_take),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
