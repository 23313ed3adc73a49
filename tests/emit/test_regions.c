/* Arenas that are split over regions of memory: the same bytes as in one piece, on this machine with each region allocated
 * by itself and watched, and on emulated chips; folders compile everywhere; what cannot be is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#define ROOT "build/tests/regions"
#include "compiling.h"

#include <mote/emulate.h>

enum { SAMPLES = 20, CHIP_SAMPLES = 3, REGIONS = 3 };

/* ---- models ---- */

/* As networks for words in sound are: a convolution, depthwise and pointwise ones by turns, the average. */
static mote_model *make_words(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 2, .name = "words"}, &err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){13, 10, 1});
    network_dice  dice = network_dice_of(4);
    mote_model   *real, *model;
    int           i;

    x = mote_layer_conv2d(b, x,
                          &(mote_conv2d_options){.filters = 8,
                                                 .kernel_size = {5, 4},
                                                 .strides = {2},
                                                 .padding = MOTE_PADDING_SAME,
                                                 .activation = MOTE_ACTIVATION_RELU});
    for (i = 0; i < 2; i++) {
        x = mote_layer_depthwise_conv2d(b, x,
                                        &(mote_depthwise_conv2d_options){.kernel_size = {3},
                                                                         .padding = MOTE_PADDING_SAME,
                                                                         .activation = MOTE_ACTIVATION_RELU});
        x = mote_layer_conv2d(b, x,
                              &(mote_conv2d_options){.filters = 12, .kernel_size = {1}, .activation = MOTE_ACTIVATION_RELU});
    }
    x = mote_layer_global_average_pooling2d(b, x, NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 6, .activation = MOTE_ACTIVATION_SOFTMAX});
    real = network_infer(network_finish(b, &x, 1, &dice));
    model = network_quantize(real, &(mote_quantize_options){.io = MOTE_I8});
    mote_model_destroy(real);
    return model;
}

static const struct {
    const char *name, *path; /* NULL: made here */
} models[] = {
    {"words", NULL},
    {"cnn", "tests/golden/convert/cnn_int8.tflite"},
    {"residual", "tests/golden/convert/residual_int8.tflite"},
    {"lstm", "tests/fuzz/corpus/interpreter/ops_unidirectional_sequence_lstm.tflite"}, /* has state */
    {"loop", "tests/fuzz/corpus/interpreter/control_while_f32_5.tflite"},
};

enum { MODELS = sizeof models / sizeof *models };

static mote_model *open_model(int index)
{
    mote_model *model;
    mote_error  err = {0};

    if (!models[index].path)
        return make_words();
    if (mote_model_load(&model, models[index].path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

/* Half of what one block takes, a quarter, and the rest. */
typedef struct split {
    mote_memory_region regions[REGIONS];
} split;

static split split_of(const mote_model *model, const char *kernels)
{
    split                s = {.regions = {{.name = "Fast"}, {.name = "mid2"}, {.name = "slow"}}};
    mote_compile_options how = {.kernels = kernels};
    const size_t         whole = compile(model, "whole", &how).result.chips[0].arena_bytes;

    s.regions[0].bytes = whole / 2;
    s.regions[1].bytes = whole / 4 > 0 ? whole / 4 : 1;
    return s;
}

/* ---- on this machine ---- */

/* Runs both on the same inputs, each region of the second in an allocation of its own. */
static void write_comparison(const mote_model *model)
{
    FILE          *out = fopen(ROOT "/both.c", "w");
    const unsigned mask = mote_model_input(model, 0).dtype == MOTE_F32 ? 0x3f : 0xff; /* no NaN */
    int32_t        i;

    fprintf(out,
            "#include <stdlib.h>\n#include <string.h>\n#include \"one/one.h\"\n#include \"two/two.h\"\n"
            "static one_arena one;\nstatic unsigned x = 1;\n"
            "static void fill(void *a, void *b, size_t bytes)\n{\n    size_t i;\n"
            "    for (i = 0; i < bytes; i++) {\n        x = x * 1664525u + 1013904223u;\n"
            "        ((unsigned char *)a)[i] = ((unsigned char *)b)[i] = (unsigned char)(x >> 24 & 0x%xu);\n    }\n}\n"
            "int main(void)\n{\n    two_arena two = {malloc(TWO_FAST_BYTES), malloc(TWO_MID2_BYTES), "
            "malloc(TWO_SLOW_BYTES)};\n    int s, wrong = 0;\n"
            "#if ONE_HAS_STATE\n    one_reset(&one);\n    two_reset(&two);\n#endif\n"
            "    for (s = 0; s < %d; s++) {\n",
            mask, SAMPLES);
    for (i = 0; i < mote_model_input_count(model); i++)
        fprintf(out, "        fill(one_input_%d(&one), two_input_%d(&two), ONE_INPUT_%d_BYTES);\n", (int)i, (int)i, (int)i);
    fprintf(out, "        one_invoke(&one);\n        two_invoke(&two);\n");
    for (i = 0; i < mote_model_output_count(model); i++)
        fprintf(out, "        wrong += memcmp(one_output_%d(&one), two_output_%d(&two), ONE_OUTPUT_%d_BYTES) != 0;\n",
                (int)i, (int)i, (int)i);
    fprintf(out, "    }\n    free(two.fast);\n    free(two.mid2);\n    free(two.slow);\n    return wrong;\n}\n");
    fclose(out);
}

static void regions_give_the_bytes_of_one_block(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < MODELS; i++) {
        mote_model *model = open_model(i);
        const split s = split_of(model, "portable");
        compiled    two =
            compile(model, "two", &(mote_compile_options){.name = "two", .regions = s.regions, .region_count = 3});
        const mote_compiled_chips *portable = mote_compiled_for(&two.result, "portable");
        compile(model, "one", &(mote_compile_options){.name = "one"});
        assert_true(portable->region_bytes[0] > 0 && portable->region_bytes[0] <= s.regions[0].bytes);
        assert_true(portable->region_bytes[1] <= s.regions[1].bytes);
        assert_int_equal(portable->region_bytes[0] + portable->region_bytes[1] + portable->region_bytes[2],
                         portable->arena_bytes);
        write_comparison(model);
        run("gcc -std=c99 -O1 -fsanitize=undefined,address -fno-sanitize-recover=all -I" ROOT " " ROOT "/both.c " ROOT
            "/one/one.c " ROOT "/two/two.c -o " ROOT "/both && " ROOT "/both");
        selftest_passes(&two, "-std=c99 -O2");
        mote_model_destroy(model);
    }
}

static void folders_compile_everywhere(void **state)
{
    static const int which[] = {0};
    size_t           i;

    (void)state;
    for (i = 0; i < sizeof which / sizeof *which; i++) {
        mote_model *model = open_model(which[i]);
        const split s = split_of(model, "portable");
        compiled    c =
            compile(model, models[which[i]].name,
                    &(mote_compile_options){.name = models[which[i]].name, .regions = s.regions, .region_count = 3});
        compiles_everywhere(&c);
        run("gcc -std=c99 " STRICT " -DMRT_LINK_LAYERS -c %s/%s.c -o " ROOT "/x.o && gcc -std=c99 " STRICT
            " -DMRT_LINK_LAYERS -c %s/%s_link.c -o " ROOT "/x.o",
            c.folder, c.result.name, c.folder, c.result.name);
        mote_model_destroy(model);
    }
}

/* What one block holds needs no other: an arena may have NULL there. */
static void regions_that_are_not_needed_need_no_memory(void **state)
{
    const mote_memory_region regions[] = {{.name = "sram", .bytes = 100000}, {.name = "psram"}};
    mote_model              *model = make_words();
    compiled c = compile(model, "unused", &(mote_compile_options){.name = "unused", .regions = regions, .region_count = 2});
    FILE    *out = fopen(ROOT "/main.c", "w");

    (void)state;
    fprintf(out, "#include \"unused/unused.h\"\nint32_t unused_selftest(unused_arena *arena);\n"
                 "static unused_sram_memory memory;\nint main(void)\n{\n    unused_arena arena = {&memory, 0};\n"
                 "    return UNUSED_PSRAM_BYTES != 0 || unused_selftest(&arena) != 0;\n}\n");
    fclose(out);
    run("gcc -std=c99 " STRICT " -I" ROOT " " ROOT "/main.c %s/unused.c %s/unused_selftest.c -o " ROOT "/main && " ROOT
        "/main && grep -q 'UNUSED_PSRAM_BYTES 0 .* nothing lies there' %s/unused.h",
        c.folder, c.folder, c.folder);
    mote_model_destroy(model);
}

/* One region is a limit: the files are those of no region. */
static void one_region_is_one_block(void **state)
{
    const mote_memory_region region = {.name = "sram", .bytes = 100000}, small = {.name = "sram", .bytes = 100};
    mote_model              *model = make_words();
    mote_error               err = {0};

    (void)state;
    compile(model, "plain", &(mote_compile_options){.name = "words"});
    compile(model, "limited", &(mote_compile_options){.name = "words", .regions = &region, .region_count = 1});
    run("diff -r " ROOT "/plain " ROOT "/limited");
    assert_int_equal(
        mote_compile(NULL, model, ROOT "/small", &(mote_compile_options){.regions = &small, .region_count = 1}, &err),
        MOTE_ERR_LIMIT);
    assert_non_null(strstr(err.text, "the memory given has 100 bytes in 1 region; no plan was found for it: at least "));
    mote_model_destroy(model);
}

/* ---- kinds of chips ---- */

/* Kernels for Arm take more than the portable ones: where only these fit, compilers for Arm are told. */
static void chips_whose_plan_does_not_fit_are_told(void **state)
{
    mote_model         *model = make_words();
    const compiled      whole = compile(model, "whole", &(mote_compile_options){0});
    const size_t        arm = mote_compiled_for(&whole.result, "arm-dsp")->arena_bytes;
    const size_t        portable = mote_compiled_for(&whole.result, "portable")->arena_bytes;
    mote_memory_region  regions[] = {{.name = "a", .bytes = (portable + 7) / 8 * 8}, {.name = "b", .bytes = 1}};
    mote_compile_result result;
    mote_error          err = {0};

    (void)state;
    assert_true(arm > regions[0].bytes);
    if (mote_compile(&result, model, ROOT "/told",
                     &(mote_compile_options){.name = "told", .regions = regions, .region_count = 2}, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_true(mote_compiled_for(&result, "arm-dsp")->exceeds_regions);
    assert_false(mote_compiled_for(&result, "portable")->exceeds_regions);
    run("gcc -std=c99 -c " ROOT "/told/told.c -o " ROOT "/x.o");
    if (has_tool("arm-none-eabi-gcc"))
        run("! arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -std=c99 -c " ROOT "/told/told.c -o " ROOT "/x.o 2>" ROOT
            "/said && grep -q 'error: #error \"told: its memory was to have at most 1 bytes of b; these chips need' " ROOT
            "/said");
    assert_int_equal(mote_compile(NULL, model, ROOT "/arm",
                                  &(mote_compile_options){.kernels = "arm-dsp", .regions = regions, .region_count = 2},
                                  &err),
                     MOTE_ERR_LIMIT);
    mote_model_destroy(model);
}

static void emulate(mote_emulation *out, const mote_model *model, const mote_compile_options *compile_as,
                    const mote_emulate_options *options)
{
    mote_error err = {0};

    if (mote_emulate_model(out, model, compile_as, options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

static void same_on_chip(const mote_model *model, const mote_chip *chip)
{
    const split                s = split_of(model, chip->kernels);
    const mote_compile_options split_up = {.regions = s.regions, .region_count = 3};
    mote_emulate_options       options = {.chip = chip->name};
    mote_emulation             one, two;
    network_dice               dice = network_dice_of(9);
    uint8_t                   *inputs;
    mote_tensor_info           in = mote_model_input(model, 0);
    int                        i;

    inputs = calloc(CHIP_SAMPLES, in.bytes);
    for (i = 0; i < CHIP_SAMPLES; i++)
        network_fill_input(&in, &dice, inputs + (size_t)i * in.bytes);
    options.inputs = mote_model_input_count(model) == 1 ? inputs : NULL;
    options.input_bytes = options.inputs ? CHIP_SAMPLES * in.bytes : 0;
    emulate(&one, model, NULL, &options);
    emulate(&two, model, &split_up, &options);
    assert_int_equal(one.output_bytes, two.output_bytes);
    assert_memory_equal(one.outputs, two.outputs, one.output_bytes);
    assert_true(two.arena_bytes >= one.arena_bytes);
    mote_emulation_free(&one);
    mote_emulation_free(&two);
    free(inputs);
}

static void regions_give_the_bytes_of_one_block_on_chips(void **state)
{
    static const char *const chips[] = {"cortex-m4", "cortex-m7", "rv32imc", "atmega2560"};
    size_t                   k;
    int                      i;

    (void)state;
    for (k = 0; k < sizeof chips / sizeof *chips; k++)
        for (i = 0; i < MODELS; i++) {
            const mote_chip *chip = mote_chip_find(chips[k]);
            mote_model      *model = open_model(i);
            mote_error       err = {0};
            if (mote_chip_check(chip, &err) != MOTE_OK)
                tell_untested(chips[k], err.text);
            else if (i == 0 || (int)k == i - 1) /* what C alone decides, on one of them each */
                same_on_chip(model, chip);
            mote_model_destroy(model);
        }
}

/* ---- what is refused ---- */

static void wrong_regions_are_refused(void **state)
{
    static const struct {
        const char        *target;
        mote_memory_region regions[2];
        int32_t            count;
        const char        *message;
    } cases[] = {
        {"c",
         {{.name = "a"}, {.name = "b"}},
         2,
         "memory: a has no bytes; only the last region may take all that is left, as a=65536"},
        {"c", {{.name = "a", .bytes = 1}, {.name = "A"}}, 2, "memory: two regions are called a"},
        {"c", {{.name = "arena", .bytes = 1}}, 1, "memory: a region cannot be called arena; choose another name, as arena1"},
        {"c", {{.name = "for", .bytes = 1}}, 1, "memory: a region cannot be called for; choose another name, as for1"},
        {"c",
         {{.name = "2d"}},
         1,
         "memory: \"2d\" is no name of a region; it takes a letter, then letters and digits, at most 23"},
        {"c",
         {{.name = "input_0"}},
         1,
         "memory: \"input_0\" is no name of a region; it takes a letter, then letters and digits, at most 23"},
        {"c",
         {{.name = "abcdefghijklmnopqrstuvwx"}},
         1,
         "memory: \"abcdefghijklmnopqrstuvwx\" is no name of a region; it takes a letter, then letters and digits, at most "
         "23"},
        {"c",
         {{.name = NULL}},
         1,
         "memory: \"\" is no name of a region; it takes a letter, then letters and digits, at most 23"},
        {"c", {{.name = "a"}}, 7, "memory of 7 regions; 1 to 6 can be named"},
        {"interpreter",
         {{.name = "a"}},
         1,
         "memory of several regions goes with compiled code; the interpreter's arena is one piece"},
        {"array", {{.name = "a"}}, 1, "memory of several regions goes with compiled code; an array has none"},
        {"micropython",
         {{.name = "a"}},
         1,
         "memory of several regions does not go with target micropython, whose heap is one region"},
    };
    mote_model *model = make_words();
    size_t      i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        const mote_compile_options options = {
            .target = cases[i].target, .regions = cases[i].regions, .region_count = cases[i].count};
        mote_error err = {0};
        assert_int_equal(mote_compile(NULL, model, ROOT "/none", &options, &err), MOTE_ERR_USAGE);
        assert_string_equal(err.text, cases[i].message);
    }
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regions_give_the_bytes_of_one_block),
        cmocka_unit_test(folders_compile_everywhere),
        cmocka_unit_test(regions_that_are_not_needed_need_no_memory),
        cmocka_unit_test(one_region_is_one_block),
        cmocka_unit_test(chips_whose_plan_does_not_fit_are_told),
        cmocka_unit_test(regions_give_the_bytes_of_one_block_on_chips),
        cmocka_unit_test(wrong_regions_are_refused),
    };

    return cmocka_run_group_tests_name("regions", tests, find_compilers, NULL);
}
