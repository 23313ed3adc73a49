/* chips/: what the hooked firmware tells: what each layer takes, which one a fault is in, what start-up does for the model.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <mote/compile.h>
#include <mote/emulate.h>
#include <mote/inspect.h>

#include "base/text.h"

#define STANDIN "tests/chips/standin/"
#define ROOT    "build/tests/layers"

/* ---- helpers ---- */

static bool has_chip(const char *name)
{
    mote_error err = {0};

    if (mote_chip_check(mote_chip_find(name), &err) == MOTE_OK)
        return true;
    tell_untested(name, err.text);
    return false;
}

/* The chips whose tools are installed; at least one, or the test is skipped. */
static int find_chips(const char *chips[])
{
    static const char *const all[] = {"cortex-m0", "cortex-m0plus", "cortex-m4",  "cortex-m33", "rv32imc",
                                      "rv32imafc", "xtensa",        "atmega328p", "atmega2560"};
    size_t                   i;
    int                      count = 0;

    for (i = 0; i < sizeof all / sizeof *all; i++)
        if (has_chip(all[i]))
            chips[count++] = all[i];
    if (count == 0)
        skip();
    return count;
}

enum { CHIPS_MAX = 16 };

static bool is_avr(const char *chip)
{
    return strncmp(chip, "atmega", 6) == 0;
}

static void emulate(const char *dir, const mote_emulate_options *options, mote_emulation *run)
{
    mote_error err = {0};

    if (mote_emulate(run, dir, NULL, options, &err) != MOTE_OK)
        fail_msg("%s on %s: %s", dir, options->chip, err.text);
}

static mote_error emulate_badly(const char *dir, const char *chip, bool counts_layers)
{
    mote_error     err = {0};
    mote_emulation run;

    if (mote_emulate(&run, dir, NULL, &(mote_emulate_options){.chip = chip, .counts_layers = counts_layers}, &err) ==
        MOTE_OK)
        fail_msg("%s ran on %s", dir, chip);
    assert_null(strchr(err.text, '\n'));
    mote_emulation_free(&run);
    return err;
}

static void assert_contains(const mote_error *err, const char *part)
{
    if (!strstr(err->text, part))
        fail_msg("\"%s\" does not contain \"%s\"", err->text, part);
}

/* A convolution, a pooling, a reshape and two dense layers in int8. */
static mote_model *make_network(void)
{
    network_dice  dice = network_dice_of(1);
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 1, .name = "small"}, &err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){6, 6, 2});
    mote_model   *real, *quantized;

    x = mote_layer_conv2d(
        b, x, &(mote_conv2d_options){.name = "stem", .filters = 4, .kernel_size = {3}, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_max_pooling2d(b, x, &(mote_pooling2d_options){.name = "pool"});
    x = mote_layer_flatten(b, x, NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.name = "wide", .units = 9, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.name = "head", .units = 3, .activation = MOTE_ACTIVATION_SOFTMAX});
    real = network_infer(network_finish(b, &x, 1, &dice));
    quantized = network_quantize(real, &(mote_quantize_options){.io = MOTE_I8});
    mote_model_destroy(real);
    return quantized;
}

/* ---- counts ---- */

/* The sums are in tests/chips/standin/stepped/stepped.c: the long loop wraps the counters of Cortex-M and AVR. What stands
 * between the call and the next mark is the call. */
static void a_layer_counts_exactly_what_it_takes(void **state)
{
    const char *chips[CHIPS_MAX];
    int         count = find_chips(chips), c;
    (void)state;
    for (c = 0; c < count; c++) {
        mote_emulate_options options = {.chip = chips[c], .counts_layers = true};
        const bool           is_riscv = strncmp(chips[c], "rv32", 4) == 0;
        const int            longer = strcmp(chips[c], "atmega2560") == 0; /* a call, and a return */
        mote_emulation       run;
        emulate(STANDIN "stepped", &options, &run);
        assert_int_equal(run.layer_count, 3);
        assert_int_equal(run.layers[0].index, 0);
        assert_string_equal(run.layers[0].op, "CONV_2D");
        assert_string_equal(run.layers[0].shape, "[1,2]");
        assert_string_equal(run.layers[0].name, "long, \"quoted\"\nand in two lines");
        assert_true(run.layers[0].macs == 12345678901);
        assert_string_equal(run.layers[1].name, "");
        assert_int_equal(run.layers[1].count, 0);
        assert_string_equal(run.layers[2].name, "short");
        assert_int_equal(run.layers[0].count, is_avr(chips[c]) ? 15000006 + 4 + 2 * longer
                                              : is_riscv       ? 6000003 + 1
                                                               : 6000002 + 1);
        assert_in_range(run.count - run.layers[0].count - run.layers[2].count, 0, 20);
        mote_emulation_free(&run);
    }
}

static void layers_and_calls_are_the_whole_inference(void **state)
{
    const char     *chips[CHIPS_MAX];
    int             count = find_chips(chips), c;
    mote_model     *model = make_network();
    mote_inspection is;
    mote_error      err = {0};
    (void)state;
    assert_int_equal(mote_inspect(&is, model, NULL, &err), MOTE_OK);
    for (c = 0; c < count; c++) {
        mote_emulate_options options = {.chip = chips[c], .counts_layers = true};
        mote_emulation       run;
        uint64_t             sum = 0;
        int32_t              i;
        if (mote_emulate_model(&run, model, NULL, &options, &err) != MOTE_OK)
            fail_msg("%s: %s", chips[c], err.text);
        assert_int_equal(run.layer_count, is.layer_count);
        for (i = 0; i < is.layer_count; i++) {
            assert_string_equal(run.layers[i].op, is.layers[i].op);
            assert_int_equal(run.layers[i].macs, is.layers[i].macs);
            assert_true(run.layers[i].count >= 2 * run.layers[i].macs);
            sum += run.layers[i].count;
        }
        assert_in_range(run.count - sum, 0, is_avr(chips[c]) ? 60 : 20);
        mote_emulation_free(&run);
    }
    mote_inspection_free(&is);
    mote_model_destroy(model);
}

static void hooks_change_no_figure(void **state)
{
    static const char *const chips[] = {"cortex-m4", "atmega328p"};
    mote_model              *model = make_network();
    mote_error               err = {0};
    size_t                   c;
    (void)state;
    for (c = 0; c < 2; c++) {
        mote_emulate_options options = {.chip = chips[c]};
        mote_emulation       plain, counted;
        if (!has_chip(chips[c]))
            continue;
        assert_int_equal(mote_emulate_model(&plain, model, NULL, &options, &err), MOTE_OK);
        options.counts_layers = options.counts_start_up = true;
        assert_int_equal(mote_emulate_model(&counted, model, NULL, &options, &err), MOTE_OK);
        assert_int_equal(plain.count, counted.count);
        assert_int_equal(plain.flash_bytes, counted.flash_bytes);
        assert_int_equal(plain.code_bytes, counted.code_bytes);
        assert_int_equal(plain.weight_bytes, counted.weight_bytes);
        assert_int_equal(plain.ram_bytes, counted.ram_bytes);
        assert_int_equal(plain.stack_bytes, counted.stack_bytes);
        assert_int_equal(plain.output_bytes, counted.output_bytes);
        assert_memory_equal(plain.outputs, counted.outputs, plain.output_bytes);
        assert_int_equal(plain.layer_count, 0);
        mote_emulation_free(&plain);
        mote_emulation_free(&counted);
    }
    mote_model_destroy(model);
}

static void sections_add_up_to_flash_and_ram(void **state)
{
    const char *chips[CHIPS_MAX];
    int         count = find_chips(chips), c, i;
    (void)state;
    for (c = 0; c < count; c++) {
        mote_emulation run;
        uint32_t       flash = 0, ram = 0;
        emulate(STANDIN "negate", &(mote_emulate_options){.chip = chips[c]}, &run);
        for (i = 0; i < run.section_count; i++) {
            flash += run.sections[i].is_in_flash ? run.sections[i].bytes : 0;
            ram += run.sections[i].is_in_ram ? run.sections[i].bytes : 0;
        }
        assert_string_equal(run.sections[0].name, ".text");
        assert_int_equal(flash, run.flash_bytes);
        assert_int_equal(ram, run.ram_bytes);
        mote_emulation_free(&run);
    }
}

/* Zeroing takes 4 instructions a word. */
static void the_model_adds_its_arena_to_start_up(void **state)
{
    const char *chips[CHIPS_MAX];
    int         count = find_chips(chips), c;
    (void)state;
    for (c = 0; c < count; c++) {
        mote_emulate_options options = {.chip = chips[c], .counts_start_up = true};
        mote_emulation       run;
        emulate(STANDIN "model", &options, &run);
        assert_int_equal(run.has_start_up, !is_avr(chips[c]));
        assert_int_equal(run.model_start_up_count, is_avr(chips[c]) ? 0 : run.arena_bytes);
        assert_in_range(run.start_up_count, run.model_start_up_count, run.model_start_up_count + 40);
        mote_emulation_free(&run);
    }
}

static void folders_without_marks_have_no_layers(void **state)
{
    mote_emulation run;
    (void)state;
    if (!has_chip("cortex-m4"))
        skip();
    emulate(STANDIN "model", &(mote_emulate_options){.chip = "cortex-m4", .counts_layers = true}, &run);
    assert_int_equal(run.layer_count, 0);
    assert_in_range(run.count, 4, 100);
    mote_emulation_free(&run);
}

static void rows_that_mote_did_not_write_are_refused(void **state)
{
    mote_error err;
    (void)state;
    if (!has_chip("cortex-m4"))
        skip();
    err = emulate_badly(STANDIN "misnamed", "cortex-m4", true);
    assert_contains(&err, "misnamed.c: an MRT_LAYER is not as mote compile writes it");
}

/* ---- faults ---- */

/* Puts addition behind every line that has mark: a folder has the steps of several kinds of chips. */
static void insert_behind(const char *path, const char *mark, const char *addition)
{
    mote_text  text = {0};
    mote_error err = {0};
    mote_file  file;
    char      *whole, *rest, *at;

    assert_int_equal(mote_file_open(&file, path, &err), MOTE_OK);
    rest = whole = strndup((const char *)file.bytes, file.count);
    mote_file_close(&file);
    assert_non_null(strstr(whole, mark));
    while ((at = strstr(rest, mark)) != NULL) {
        at = strchr(at, '\n') + 1;
        mote_text_add(&text, rest, (size_t)(at - rest));
        mote_text_puts(&text, addition);
        rest = at;
    }
    mote_text_puts(&text, rest);
    assert_int_equal(mote_file_write(path, text.bytes, text.count, &err), MOTE_OK);
    mote_text_free(&text);
    free(whole);
}

/* A folder whose step does statement first. */
static void compile_broken(const char *folder, int step, const char *statement)
{
    mote_model *model = make_network();
    mote_error  err = {0};
    char        path[200], mark[40];

    if (mote_compile(NULL, model, folder, &(mote_compile_options){.name = "small"}, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    snprintf(path, sizeof path, "%s/small.c", folder);
    snprintf(mark, sizeof mark, "MRT_STEP(%d);", step);
    insert_behind(path, mark, statement);
    mote_model_destroy(model);
}

static void a_fault_names_its_layer(void **state)
{
    static const struct {
        const char *chip, *what;
    } cases[] = {{"cortex-m4", "stopped on cortex-m4: bus fault in operator 3 (FULLY_CONNECTED \"wide"},
                 {"cortex-m33", "stopped on cortex-m33: bus fault in operator 3 (FULLY_CONNECTED \"wide"},
                 {"rv32imc", "stopped on rv32imc: load from where no memory is in operator 3 (FULLY_CONNECTED \"wide"},
                 {"rv32imafc", "stopped on rv32imafc: load from where no memory is in operator 3 (FULLY_CONNECTED \"wide"},
                 {"xtensa", "stopped on xtensa: load or store where no memory is in operator 3 (FULLY_CONNECTED \"wide"}};
    size_t i;
    (void)state;
    compile_broken(ROOT "/far", 3, "    (void)*(const volatile uint32_t *)0xf0000000u;\n");
    for (i = 0; i < sizeof cases / sizeof *cases; i++)
        if (has_chip(cases[i].chip)) {
            mote_error err = emulate_badly(ROOT "/far", cases[i].chip, false);
            assert_contains(&err, cases[i].what);
            assert_contains(&err, "\") at 0x");
            assert_contains(&err, " in small_invoke, called from 0x");
        }
}

static void an_avr_gone_wild_names_its_layer(void **state)
{
    mote_error err;
    (void)state;
    if (!has_chip("atmega328p"))
        skip();
    compile_broken(ROOT "/wild", 1, "    __asm volatile(\"jmp 0\");\n");
    err = emulate_badly(ROOT "/wild", "atmega328p", false);
    assert_contains(&err, "ran into its own start again in operator 1 (MAX_POOL_2D \"pool");
}

static void a_stack_overflow_is_told_with_its_layer(void **state)
{
    static const char *const chips[] = {"cortex-m4", "cortex-m0plus", "rv32imc", "rv32imafc", "xtensa"};
    char                     wanted[100];
    size_t                   i;
    (void)state;
    compile_broken(ROOT "/sink", 0,
                   "    { extern void small_dig(volatile int *); volatile int z = 1; small_dig(&z); }\n}\n"
                   "void small_dig(volatile int *p);\n"
                   "void small_dig(volatile int *p)\n{\n    uint8_t *const at = (uint8_t *)p;\n    volatile int b[400];\n"
                   "    b[0] = *p;\n    if (*p) small_dig(b);\n    b[1] = b[0];\n");
    for (i = 0; i < sizeof chips / sizeof *chips; i++)
        if (has_chip(chips[i])) {
            mote_error err = emulate_badly(ROOT "/sink", chips[i], false);
            snprintf(wanted, sizeof wanted, "stopped on %s: stack overflow in operator 0 (CONV_2D \"stem", chips[i]);
            assert_contains(&err, wanted);
        }
}

static void writing_behind_the_arena_is_told(void **state)
{
    static const char *const chips[] = {"cortex-m4", "rv32imc", "xtensa"};
    char                     wanted[100];
    size_t                   i;
    (void)state;
    for (i = 0; i < sizeof chips / sizeof *chips; i++)
        if (has_chip(chips[i])) {
            mote_error err = emulate_badly(STANDIN "astray", chips[i], false);
            snprintf(wanted, sizeof wanted, "astray_invoke wrote behind its arena of 8 bytes on %s", chips[i]);
            assert_contains(&err, wanted);
        }
}

/* ---- real models ---- */

static void a_real_model_adds_up_on_both_counters(void **state)
{
    static const char *const chips[] = {"cortex-m4", "rv32imc"};
    const char              *shared = getenv("MOTE_SHARED");
    char                     path[512];
    mote_model              *model;
    mote_error               err = {0};
    size_t                   i;
    (void)state;
    snprintf(path, sizeof path, "%s/models/kws_int8.tflite", shared ? shared : "../shared");
    if (!mote_path_exists(path)) {
        print_message("NOT TESTED: %s is not there\n", path);
        skip();
    }
    if (mote_model_load(&model, path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    for (i = 0; i < 2; i++)
        if (has_chip(chips[i])) {
            mote_emulate_options options = {.chip = chips[i], .counts_layers = true};
            mote_emulation       run;
            uint64_t             sum = 0, macs = 0;
            int32_t              k;
            if (mote_emulate_model(&run, model, NULL, &options, &err) != MOTE_OK)
                fail_msg("%s: %s", chips[i], err.text);
            for (k = 0; k < run.layer_count; k++) {
                sum += run.layers[k].count;
                macs += run.layers[k].macs;
            }
            assert_int_equal(macs, 2656768);
            assert_in_range(run.count - sum, 0, 40);
            mote_emulation_free(&run);
        }
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layer_counts_exactly_what_it_takes),
        cmocka_unit_test(layers_and_calls_are_the_whole_inference),
        cmocka_unit_test(hooks_change_no_figure),
        cmocka_unit_test(sections_add_up_to_flash_and_ram),
        cmocka_unit_test(the_model_adds_its_arena_to_start_up),
        cmocka_unit_test(folders_without_marks_have_no_layers),
        cmocka_unit_test(rows_that_mote_did_not_write_are_refused),
        cmocka_unit_test(a_fault_names_its_layer),
        cmocka_unit_test(an_avr_gone_wild_names_its_layer),
        cmocka_unit_test(a_stack_overflow_is_told_with_its_layer),
        cmocka_unit_test(writing_behind_the_arena_is_told),
        cmocka_unit_test(a_real_model_adds_up_on_both_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
