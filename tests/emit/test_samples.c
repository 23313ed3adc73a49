/* Samples that are given travel with the firmware: as they were in their files, as the model stores them, and with the
 * host's answers; the self-test and a firmware in C or C++ use them. In both targets, on emulated chips, with one output or
 * two. SPDX-License-Identifier: Apache-2.0 */
#define ROOT "build/tests/samples"
#include "wrapping.h"

#include <mote/samples.h>

#include "graph/graph.h"
#include "report/png_encode.h"

enum { HEIGHT = 4, WIDTH = 3 };

static const char *const labels[] = {"ash", "beech", "cedar"};

static mote_model *make_model(mote_dtype io, bool has_recipe)
{
    static const float mean[] = {0.2f, 0.3f, 0.4f}, std[] = {0.5f, 0.6f, 0.7f};
    mote_error         err = {0};
    mote_builder      *b = mote_builder_create(&(mote_builder_options){.seed = 5, .name = "net"}, &err);
    network_dice       dice = network_dice_of(37);
    mote_layer_id      x = mote_layer_flatten(b, mote_layer_input(b, 3, (int[]){HEIGHT, WIDTH, 3}), NULL), y[2];
    mote_model        *real, *model;
    mote_recipe        recipe = {.input = {{.is_prepared = true,
                                            .preparation = {.scale = 255, .channels = 3, .mean = mean, .std = std},
                                            .has_dtype = true,
                                            .dtype = MOTE_U8}},
                                 .output = {{.labels = labels, .label_count = 3}}};

    y[0] = mote_layer_dense(b, x, &(mote_dense_options){.name = "kind", .units = 3, .activation = MOTE_ACTIVATION_SOFTMAX});
    y[1] = mote_layer_dense(b, x, &(mote_dense_options){.name = "size", .units = 2});
    real = network_infer(network_finish(b, y, 2, &dice));
    model = io == MOTE_F32 ? real : network_quantize(real, &(mote_quantize_options){.io = io});
    if (model != real)
        mote_model_destroy(real);
    if (has_recipe)
        mote_recipe_copy(&model->recipe, &recipe, &model->arena, &err);
    assert_int_equal(err.code, MOTE_OK);
    return model;
}

/* pixels, and a name that would end a comment */
static const uint8_t pixels[HEIGHT * WIDTH * 3] = {0,  255, 7,   30, 31, 32,  90,  80, 70, 1,  2,   3,
                                                   4,  5,   250, 0,  0,  255, 255, 0,  9,  19, 29,  39,
                                                   49, 59,  69,  79, 89, 99,  109, 9,  8,  7,  255, 254};
static const char   *picture = ROOT "/a*";

static mote_samples load(const mote_model *model)
{
    const char  *files[] = {ROOT "/a*/b.png", ROOT "/a*/c.png"};
    mote_text    png = {0};
    mote_samples samples;
    mote_error   err = {0};

    assert_int_equal(mote_make_dirs(picture, &err), MOTE_OK);
    mote_png_encode(&png, (mote_pixels){(uint8_t *)(uintptr_t)pixels, WIDTH, HEIGHT, 3}, 1);
    mote_file_write(files[0], png.bytes, png.count, &err);
    png.count = 0;
    mote_png_encode(&png, (mote_pixels){(uint8_t *)(uintptr_t)pixels, HEIGHT, WIDTH, 3}, 1); /* turned: is resized */
    mote_file_write(files[1], png.bytes, png.count, &err);
    mote_text_free(&png);
    if (mote_samples_load(&samples, model, files, 2, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return samples;
}

static void loaded_pictures_keep_their_bytes(void **state)
{
    mote_model  *model = make_model(MOTE_I8, true);
    mote_samples samples = load(model);

    (void)state;
    assert_int_equal(samples.raw_bytes, sizeof pixels);
    assert_memory_equal(samples.raw, pixels, sizeof pixels);
    mote_samples_free(&samples);
    mote_model_destroy(model);
}

/* A firmware in C++: what Arduino's sketches are. */
static void a_sketch_uses_them(const compiled *c)
{
    if (!has_tool("g++"))
        return;
    run("printf '#include \"net_samples.h\"\\n#include <string.h>\\nint main() { static net_arena a; int s;\\n"
        "for (s = 0; s < NET_SAMPLE_COUNT; s++) { net_take_rgb888(&a, net_sample_raw[s], NET_SAMPLE_WIDTH, "
        "NET_SAMPLE_HEIGHT, "
        "0); if (memcmp(net_input(&a), net_sample_inputs[s], NET_INPUT_0_BYTES)) return 1;\\n"
        "net_invoke(&a); if (net_sample_check(&a, s) || net_sample_class(s) != net_argmax(&a)) return 2;\\n"
        "net_sample_load(&a, s); net_invoke(&a); if (net_sample_check(&a, s)) return 3; }\\n"
        "net_sample_load(&a, 0); net_invoke(&a); return net_sample_check(&a, 1) > 0 ? 0 : 4; }' >%s/main.cpp && cd %s && "
        "gcc -c -std=c99 " STRICT " net.c net_selftest.c && g++ -std=c++11 " STRICT " main.cpp net.o net_selftest.o -o main "
        "&& ./main && rm net.o net_selftest.o main main.cpp",
        c->folder, c->folder);
}

static void firmware_answers_its_samples(void **state)
{
    static const char *const chips[] = {"cortex-m4", "atmega328p"};
    static const mote_dtype  ios[] = {MOTE_I8, MOTE_F32};
    const uint8_t            right[4] = {0}, *input = right;
    size_t                   k;
    int                      i;

    (void)state;
    for (i = 0; i < 2; i++) {
        mote_model          *model = make_model(ios[i], true);
        mote_samples         samples = load(model);
        mote_compile_options options = {.name = "net", .samples = &samples};
        compiled             c = compile(model, i ? "real" : "quantized", &options);
        wrapped_samples      s = {input, right, 1, 4, 4};
        if (i == 0)
            compiles_everywhere(&c);
        selftest_passes(&c, "-std=c99 -O2 " STRICT);
        a_sketch_uses_them(&c);
        c = compile(model, i ? "real" : "quantized", &options); /* all in the folder is mote's */
        run("grep -q '0  b.png: ' %s/net_samples.h && ! grep -q build/tests %s/net_samples.h", c.folder, c.folder);
        wrap(&c, &s, "    int32_t wrong = net_selftest(&a->net);\n    (void)in;\n    mrt_copy(out, &wrong, 4);\n");
        run("sed -i 's/#include \"net.c\"/&\\n#include \"net_selftest.c\"/' %s/wrap.c", c.folder);
        for (k = 0; i == 0 && k < 2; k++)
            assert_int_equal(wrong_on_chip(&c, &s, chips[k]), 1);
        mote_samples_free(&samples);
        mote_model_destroy(model);
    }
}

static void the_self_test_notices_a_wrong_byte(void **state)
{
    mote_model  *model = make_model(MOTE_I8, true);
    mote_samples samples = load(model);
    compiled     c = compile(model, "wrong", &(mote_compile_options){.name = "net", .samples = &samples});

    (void)state;
    run("sed -i 's/{0, 255, 7, 30/{90, 5, 200, 130/' %s/net_selftest.c && gcc -DMOTE_SELFTEST_MAIN %s/net.c "
        "%s/net_selftest.c "
        "-o " ROOT "/wrong_test && ! " ROOT "/wrong_test",
        c.folder, c.folder, c.folder);
    mote_samples_free(&samples);
    mote_model_destroy(model);
}

/* Interpreted; and of a model whose recipe says nothing, where the answers have no names. */
static void samples_go_with_both_targets_and_without_a_recipe(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        mote_model  *model = make_model(MOTE_I8, i == 0);
        mote_samples samples = load(model);
        compiled     c =
            compile(model, "other",
                    &(mote_compile_options){.target = i == 0 ? "interpreter" : "c", .name = "net", .samples = &samples});
        selftest_passes(&c, "-std=c99 -O2 " STRICT);
        run("[ $(grep -c net_sample_class %s/net_samples.h) = %d ]", c.folder, i == 0);
        mote_samples_free(&samples);
        mote_model_destroy(model);
    }
}

static void refuses(const mote_model *model, const mote_compile_options *options)
{
    mote_error err = {0};

    assert_int_equal(mote_compile(NULL, model, ROOT "/refused", options, &err), MOTE_ERR_USAGE);
    assert_false(mote_path_exists(ROOT "/refused"));
}

static void samples_that_cannot_be_are_refused(void **state)
{
    mote_model  *model = make_model(MOTE_I8, true), *other = make_model(MOTE_F32, true);
    mote_samples samples = load(model), none = {.sample_bytes = samples.sample_bytes};

    (void)state;
    refuses(other, &(mote_compile_options){.samples = &samples});
    refuses(model, &(mote_compile_options){.samples = &none});
    refuses(model, &(mote_compile_options){.samples = &samples, .golden = samples.bytes, .golden_count = 1});
    refuses(model, &(mote_compile_options){.samples = &samples, .target = "array"});
    mote_samples_free(&samples);
    mote_model_destroy(model);
    mote_model_destroy(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loaded_pictures_keep_their_bytes),
        cmocka_unit_test(firmware_answers_its_samples),
        cmocka_unit_test(the_self_test_notices_a_wrong_byte),
        cmocka_unit_test(samples_go_with_both_targets_and_without_a_recipe),
        cmocka_unit_test(samples_that_cannot_be_are_refused),
    };

    return cmocka_run_group_tests_name("samples", tests, find_compilers, NULL);
}
