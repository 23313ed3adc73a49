/* Compiled models: the folder compiles everywhere without a warning, gives the host's bytes, is the same each time, and
 * replaces nothing that mote did not make.
 * SPDX-License-Identifier: Apache-2.0 */
#define ROOT "build/tests/emit"
#include "compiling.h"
#include "running.h"

#include <dirent.h>
#include <math.h>
#include <sys/stat.h>

enum { SAMPLES = 50 };

/* A program that reads samples from stdin and writes outputs to stdout. */
static void write_runner(const compiled *c, const char *path)
{
    FILE *out = fopen(path, "w");

    fprintf(out,
            "#include <stdio.h>\n#include <string.h>\n#include \"%s.h\"\nint main(void)\n{\n    static %s_arena arena;\n",
            c->result.name, c->result.name);
    fprintf(out, "    static unsigned char in[%s_INPUT_0_BYTES];\n", "UPPER");
    fprintf(out, "    while (fread(in, sizeof in, 1, stdin) == 1) {\n        memcpy(%s_input(&arena), in, sizeof in);\n",
            c->result.name);
    fprintf(out, "        %s_invoke(&arena);\n        fwrite(%s_output(&arena), UPPER_OUTPUT_0_BYTES, 1, stdout);\n    }\n",
            c->result.name, c->result.name);
    fprintf(out, "    return 0;\n}\n");
    fclose(out);
}

static const char *upper(const char *name)
{
    static char text[80];
    size_t      i;

    for (i = 0; name[i]; i++)
        text[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 32 : name[i]);
    text[i] = '\0';
    return text;
}

static void save_bytes(const char *path, const void *bytes, size_t count)
{
    mote_error err = {0};

    assert_int_equal(mote_file_write(path, bytes, count, &err), MOTE_OK);
}

/* The compiled code on 50 random inputs against the host's runner: integers byte for byte, floats within 1e-6 of the
 * largest. */
static void answers_as_the_host_does(const mote_model *model, const compiled *c, const char *flags)
{
    mote_tensor_info in = mote_model_input(model, 0), out = mote_model_output(model, 0);
    uint8_t         *inputs = calloc(SAMPLES, in.bytes), *wanted = calloc(SAMPLES, out.bytes);
    mote_runner     *runner = network_runner(model, NULL);
    network_dice     dice = network_dice_of(31);
    mote_file        got;
    mote_error       err = {0};
    size_t           i, k;

    for (i = 0; i < SAMPLES; i++) {
        network_fill_input(&in, &dice, inputs + i * in.bytes);
        memcpy(mote_runner_input(runner, 0), inputs + i * in.bytes, in.bytes);
        invoke_model(runner);
        memcpy(wanted + i * out.bytes, mote_runner_output(runner, 0), out.bytes);
    }
    save_bytes(ROOT "/in.bin", inputs, SAMPLES * in.bytes);
    write_runner(c, ROOT "/runner.c");
    run("sed -i s/UPPER/%s/ " ROOT "/runner.c && gcc %s -I%s " ROOT "/runner.c %s/%s.c -o " ROOT "/runner && " ROOT
        "/runner <" ROOT "/in.bin >" ROOT "/out.bin",
        upper(c->result.name), flags, c->folder, c->folder, c->result.name);
    assert_int_equal(mote_file_open(&got, ROOT "/out.bin", &err), MOTE_OK);
    assert_int_equal(got.count, SAMPLES * out.bytes);
    if (out.dtype != MOTE_F32)
        assert_memory_equal(got.bytes, wanted, got.count);
    else
        for (k = 0; k < SAMPLES * out.count; k++) {
            float a, b;
            memcpy(&a, got.bytes + 4 * k, 4);
            memcpy(&b, wanted + 4 * k, 4);
            if (!(fabsf(a - b) <= 1e-6f * fmaxf(1, fabsf(b))))
                fail_msg("%s: element %zu is %g, the host's %g", c->folder, k, (double)a, (double)b);
        }
    mote_file_close(&got);
    mote_runner_destroy(runner);
    free(inputs);
    free(wanted);
}

/* ---- models ---- */

static mote_builder *begin(const char *name)
{
    mote_error err = {0};

    return mote_builder_create(&(mote_builder_options){.seed = 2, .name = name}, &err);
}

static mote_model *end(mote_builder *b, mote_layer_id x)
{
    network_dice dice = network_dice_of(23);

    return network_infer(network_finish(b, &x, 1, &dice));
}

/* Three like layers in a row: one instance serves them. */
static mote_model *make_dense(void)
{
    mote_builder *b = begin("dense");
    mote_layer_id x = mote_layer_input(b, 1, (int[]){6});
    int           i;

    for (i = 0; i < 4; i++)
        x = mote_layer_dense(b, x, &(mote_dense_options){.units = 6, .activation = MOTE_ACTIVATION_RELU});
    return end(b, mote_layer_dense(b, x, &(mote_dense_options){.units = 3, .activation = MOTE_ACTIVATION_SOFTMAX}));
}

static mote_model *make_cnn(void)
{
    mote_builder *b = begin("cnn");
    mote_layer_id x = mote_layer_input(b, 3, (int[]){9, 8, 2});

    x = mote_layer_conv2d(b, x,
                          &(mote_conv2d_options){.filters = 4, .kernel_size = {3}, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_max_pooling2d(b, x, NULL);
    x = mote_layer_conv2d(
        b, x,
        &(mote_conv2d_options){.filters = 5, .kernel_size = {2}, .padding = MOTE_PADDING_SAME, .use_bias = MOTE_SWITCH_OFF});
    x = mote_layer_average_pooling2d(b, x, NULL);
    return end(b, mote_layer_dense(b, mote_layer_flatten(b, x, NULL), &(mote_dense_options){.units = 4}));
}

/* Every operator that training knows. */
static mote_model *make_all(void)
{
    mote_builder *b = begin("all");
    mote_layer_id x = mote_layer_input(b, 3, (int[]){8, 8, 3}), both[2];

    x = mote_layer_conv2d(
        b, x, &(mote_conv2d_options){.filters = 4, .kernel_size = {3}, .strides = {2}, .padding = MOTE_PADDING_SAME});
    both[0] = x = mote_layer_activation(b, mote_layer_batch_normalization(b, x, NULL),
                                        &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_depthwise_conv2d(b, x,
                                    &(mote_depthwise_conv2d_options){.kernel_size = {3}, .padding = MOTE_PADDING_SAME});
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_TANH});
    both[1] = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_SIGMOID});
    x = mote_layer_add(b, both, 2, NULL);
    both[0] = mote_layer_reshape(b, x, &(mote_reshape_options){.target_shape = {3, {8, 2, 4}}});
    both[0] = mote_layer_activation(b, both[0], &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU6});
    x = mote_layer_max_pooling2d(b, both[0], &(mote_pooling2d_options){.padding = MOTE_PADDING_SAME});
    x = mote_layer_average_pooling2d(b, x, &(mote_pooling2d_options){.pool_size = {2, 1}});
    x = mote_layer_batch_normalization(b, x, NULL);
    x = mote_layer_global_average_pooling2d(b, x, NULL);
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
    return end(b, mote_layer_dense(b, x, &(mote_dense_options){.units = 5, .activation = MOTE_ACTIVATION_SOFTMAX}));
}

typedef mote_model *(*model_maker)(void);

static const struct {
    const char *name;
    model_maker make;
} makers[] = {{"dense", make_dense}, {"cnn", make_cnn}, {"all", make_all}};

static mote_model *int8_of(mote_model *real, mote_dtype io)
{
    mote_model *model = network_quantize(real, &(mote_quantize_options){.io = io});

    mote_model_destroy(real);
    return model;
}

/* ---- tests ---- */

static void check_model(mote_model *model, const char *name, bool on_all_compilers)
{
    int optimize;

    for (optimize = 0; optimize < 2; optimize++) {
        mote_compile_options options = {.optimize = (mote_optimize)optimize};
        char                 label[80];
        compiled             c;
        snprintf(label, sizeof label, "%s_%s", name, optimize ? "size" : "speed");
        c = compile(model, label, &options);
        if (on_all_compilers)
            compiles_everywhere(&c);
        selftest_passes(&c, optimize ? "-std=c99 -O0 -fsanitize=undefined -fno-sanitize-recover" : "-std=c99 -O2");
        answers_as_the_host_does(model, &c, optimize ? "-std=gnu11 -O2" : "-std=gnu11 -Os");
    }
    mote_model_destroy(model);
}

static void float_models_compile_everywhere_and_answer_as_the_host_does(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof makers / sizeof *makers; i++) {
        char name[60];
        snprintf(name, sizeof name, "%s_f32", makers[i].name);
        check_model(makers[i].make(), name, makers[i].make == make_all);
    }
}

static void int8_models_compile_everywhere_and_answer_byte_for_byte(void **state)
{
    static const mote_dtype ios[] = {MOTE_U8, MOTE_F32, MOTE_I8};
    size_t                  i;

    (void)state;
    for (i = 0; i < sizeof makers / sizeof *makers; i++) {
        char name[60];
        snprintf(name, sizeof name, "%s_io_%s", makers[i].name, mote_dtype_name(ios[i]));
        check_model(int8_of(makers[i].make(), ios[i]), name, makers[i].make == make_all);
    }
}

static void random_int8_networks_answer_byte_for_byte(void **state)
{
    uint64_t number;

    (void)state;
    for (number = 0; number < 4; number++) {
        mote_model          *model = int8_of(network_infer(network_random(number)), MOTE_I8);
        mote_compile_options options = {.optimize = (mote_optimize)(number % 2)};
        compiled             c = compile(model, "random", &options);
        selftest_passes(&c, "-std=c99 -O1 -fsanitize=undefined,address -fno-sanitize-recover=all");
        answers_as_the_host_does(model, &c, "-std=c99 -O2");
        mote_model_destroy(model);
    }
}

/* The self-test's answers are the whole model's, so this shows that dropping changed none. */
static mote_model *make_large(int units)
{
    mote_builder *b = begin("large");
    mote_layer_id x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){200}), &(mote_dense_options){.units = units});

    return end(b, mote_layer_dense(b, x, &(mote_dense_options){.units = 1}));
}

/* What avr-gcc says first about a model with a dense layer of so many outputs, whose weights are units * 200 bytes. */
static void check_avr_says(int units, const char *expected)
{
    mote_model *model = int8_of(make_large(units), MOTE_I8);
    compiled    c = compile(model, "large", &(mote_compile_options){0});
    char        command[700], line[300] = "";
    FILE       *pipe;

    snprintf(command, sizeof command,
             "avr-gcc -mmcu=atmega2560 -std=gnu99 -Os -c %s/large.c -o %s/../object.o 2>&1 | grep error", c.folder,
             c.folder);
    pipe = popen(command, "r");
    if (!fgets(line, sizeof line, pipe))
        line[0] = '\0';
    pclose(pipe);
    if (expected ? !strstr(line, expected) : line[0] != '\0')
        fail_msg("%s\n%s", command, line);
    mote_model_destroy(model);
}

static void objects_too_large_for_an_avr_are_told(void **state)
{
    (void)state;
    if (!has_tool("avr-gcc"))
        skip();
    check_avr_says(163, NULL);
    check_avr_says(164,
                   "#error \"large: its largest array of weights has 32800 bytes, and a compiler for avr allows 32767 in "
                   "one object\"");
}

static void constant_channels_are_left_out_unless_they_are_to_stay(void **state)
{
    mote_model *model = network_with_constant_channels();
    compiled    without = compile(model, "without", NULL);
    compiled    with = compile(model, "with", &(mote_compile_options){.keeps_constant_channels = true});

    (void)state;
    assert_int_equal(without.result.pruned.dropped_channels, 5);
    assert_int_equal(with.result.pruned.dropped_channels, 0);
    assert_true(without.result.chips[0].constant_bytes < with.result.chips[0].constant_bytes);
    assert_true(without.result.chips[0].arena_bytes < with.result.chips[0].arena_bytes);
    selftest_passes(&without, "-std=c99 -O1 -fsanitize=undefined,address -fno-sanitize-recover=all");
    selftest_passes(&with, "-std=c99 -O1");
    answers_as_the_host_does(model, &without, "-std=c99 -O2");
    mote_model_destroy(model);
}

static void like_layers_share_one_instance(void **state)
{
    mote_model *model = int8_of(make_dense(), MOTE_I8);
    compiled    speed = compile(model, "shared", NULL);
    compiled    size = compile(model, "shared", &(mote_compile_options){.optimize = MOTE_OPTIMIZE_SIZE});

    (void)state;
    assert_int_equal(speed.result.step_count, 6);
    assert_int_equal(size.result.chips[0].instance_count, 3); /* FULLY_CONNECTED with RELU and without, SOFTMAX */
    assert_true(speed.result.chips[0].instance_count <= 6 && speed.result.chips[0].instance_count >= 2);
    mote_model_destroy(model);

    model = make_dense(); /* in float no zero point tells the four apart */
    speed = compile(model, "shared", NULL);
    assert_int_equal(speed.result.chips[0].instance_count, 3);
    mote_model_destroy(model);
}

static void the_same_model_gives_the_same_bytes(void **state)
{
    mote_model *model = int8_of(make_all(), MOTE_I8);
    const char *targets[] = {"c", "array"};
    int         t;

    (void)state;
    for (t = 0; t < 2; t++) {
        mote_compile_options options = {.target = targets[t]};
        compile(model, "first", &options);
        compile(model, "second", &options);
        run("diff -r " ROOT "/first " ROOT "/second");
        run("rm -r " ROOT "/first " ROOT "/second");
    }
    mote_model_destroy(model);
}

/* The file beside which it has a plan of its memory, without which it is written again. */
static void the_array_compiles_as_c_plus_plus_and_holds_the_file(void **state)
{
    mote_model *model = int8_of(make_cnn(), MOTE_I8), *back;
    mote_error  err = {0};

    (void)state;
    compile(model, "array", &(mote_compile_options){.target = "array"});
    assert_int_equal(mote_model_save(model, ROOT "/array.tflite", &err), MOTE_OK);
    if (has_tool("g++")) {
        run("printf '#include <cstdio>\\n#include \"array/model.h\"\\nint main() { std::fwrite(g_model, 1, "
            "(size_t)g_model_len, "
            "stdout); }\\n' >" ROOT "/array.cc && g++ -std=c++17 " STRICT " -I" ROOT " " ROOT "/array.cc " ROOT
            "/array/model.cc -o " ROOT "/array.out && " ROOT "/array.out > " ROOT "/planned.tflite");
        assert_int_equal(mote_model_load(&back, ROOT "/planned.tflite", NULL, &err), MOTE_OK);
        assert_int_equal(mote_model_save(back, ROOT "/planned.tflite", &err), MOTE_OK);
        run("cmp " ROOT "/planned.tflite " ROOT "/array.tflite");
        mote_model_destroy(back);
    }
    mote_model_destroy(model);
}

/* ---- names, labels, comments ---- */

static void names_that_c_cannot_have_are_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "2d",
                                      "a-b",
                                      "int",
                                      "class",
                                      "math",
                                      "STDINT",
                                      "mrt",
                                      "mrt_add",
                                      "mote_net",
                                      "Mote",
                                      "features",
                                      "_stdint",
                                      "_sys_cdefs",
                                      "NULL",
                                      "errno",
                                      "linux",
                                      "unix",
                                      "main",
                                      "alignas",
                                      "nullptr",
                                      "co_await",
                                      "static_assert",
                                      "a b",
                                      "\xc3\xa4",
                                      "a123456789b123456789c123456789d123456789e123456789f"};
    mote_model              *model = make_dense();
    char                     made[MOTE_COMPILE_NAME];
    size_t                   i;

    (void)state;
    for (i = 0; i < sizeof bad / sizeof *bad; i++) {
        mote_error err = {0};
        if (mote_compile(NULL, model, ROOT "/bad", &(mote_compile_options){.name = bad[i]}, &err) != MOTE_ERR_USAGE)
            fail_msg("\"%s\" was taken", bad[i]);
        assert_null(strchr(err.text, '\n'));
        assert_int_equal(mote_compile_check_name(bad[i], &(mote_error){0}), MOTE_ERR_USAGE);
        mote_compile_name(made, bad[i]); /* which the message names */
        assert_int_equal(mote_compile_check_name(made, &(mote_error){0}), MOTE_OK);
        assert_false(mote_path_exists(ROOT "/bad"));
    }
    mote_model_destroy(model);
}

static void any_text_becomes_a_name(void **state)
{
    static const char *const rows[][2] = {{"mnist-cnn", "mnist_cnn"}, {"", "model"},          {"2d", "model_2d"},
                                          {"int", "int_model"},       {"Math", "Math_model"}, {"mote-net", "model_mote_net"},
                                          {"\xc3\xa4", "__"}};
    char                     name[MOTE_COMPILE_NAME], longest[200];
    size_t                   i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof *rows; i++) {
        mote_compile_name(name, rows[i][0]);
        assert_string_equal(name, rows[i][1]);
    }
    memset(longest, 'x', sizeof longest);
    longest[199] = '\0';
    mote_compile_name(name, longest);
    assert_int_equal(strlen(name), 50);
    memcpy(longest, "mote_", 5);
    mote_compile_name(name, longest);
    assert_int_equal(strlen(name), 50);
}

/* What C can say of a name becomes part of the functions'; what it cannot, or what two would have, a number. */
static void every_input_and_output_has_functions_of_its_own(void **state)
{
    static const char *const inputs[] = {"left side:0", "LEFT_side_0"}, *const outputs[] = {"at", "kind", "9 lives"};
    static const char *const held[] = {"int8_t *model_input_left_side_0(", "int8_t model_quantize_input_left_side_0(",
                                       "int8_t model_quantize_input_1(",   "const int8_t *model_output_kind(",
                                       "float model_dequantize_output_0(", "float model_dequantize_output_kind(",
                                       "int32_t model_argmax_2(",          "const char *model_label_kind(",
                                       "int8_t model_quantize_input(float"};
    static const char *const labels[] = {"yes", "no"};
    mote_error               err = {0};
    mote_builder            *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_named_input(b, "x", 1, (int[]){3}), y = mote_layer_named_input(b, "y", 1, (int[]){3});
    mote_layer_id ends[3];
    mote_model   *model;
    network_dice  dice = network_dice_of(5);
    compiled      c;
    size_t        i;

    (void)state;
    x = mote_layer_add(b, (mote_layer_id[]){x, y}, 2, NULL);
    for (i = 0; i < 3; i++)
        ends[i] = mote_layer_dense(b, x, &(mote_dense_options){.units = 2});
    model = int8_of(network_infer(network_finish(b, ends, 3, &dice)), MOTE_I8);
    model->signature = (mote_signature){"serving_default", inputs, outputs};
    model->recipe.output[1].labels = labels;
    model->recipe.output[1].label_count = 2;
    c = compile(model, "ends", NULL);
    compiles_everywhere(&c);
    for (i = 0; i < sizeof held / sizeof *held; i++)
        run("grep -qF -- '%s' %s/%s.h", held[i], c.folder, c.result.name);
    run("grep -q 'MODEL_LABEL_KIND_COUNT 2' %s/%s.h && ! grep -qi 'input_left_side_0.*LEFT_side\\|lives(' %s/%s.h", c.folder,
        c.result.name, c.folder, c.result.name);
    mote_model_destroy(model);
}

/* Tensor names, layer names and labels come from files. */
static void hostile_texts_stay_inside_comments_and_strings(void **state)
{
    static const char *const labels[] = {
        "a\"b", "back\\slash", "\xc3\xa4\xe2\x82\xac", "?\?/trigraph?\?=", "*/ int x; /*", "line\nfeed", "", "%s\t"};
    mote_model *model = int8_of(make_dense(), MOTE_I8);
    compiled    c;
    int32_t     i;
    FILE       *out;

    (void)state;
    for (i = 0; i < model->graphs[0].tensor_count; i++)
        model->graphs[0].tensors[i].name = "*/ int hostile; /* ?\?/\n \\";
    for (i = 0; i < model->graphs[0].node_count; i++)
        model->graphs[0].nodes[i].name = "/**/ */ #error \\";
    model->name = "*/ #error";
    model->recipe.output[0].labels = labels;
    model->recipe.output[0].label_count = sizeof labels / sizeof *labels;
    c = compile(model, "hostile", NULL);
    compiles_everywhere(&c);
    out = fopen(ROOT "/labels.c", "w");
    fprintf(out,
            "#include <stdio.h>\n#include \"%s.h\"\nint main(void) { int i; for (i = 0; i < %s_LABEL_COUNT; i++) "
            "fwrite(%s_label(i), 1, 40, stdout); return 0; }\n",
            c.result.name, upper(c.result.name), c.result.name);
    fclose(out);
    run("sed -i 's/fwrite(\\(.*\\), 1, 40, stdout)/puts(\\1)/' " ROOT "/labels.c && gcc -std=c99 -I%s " ROOT
        "/labels.c %s/%s.c -o " ROOT "/labels && " ROOT "/labels >" ROOT "/labels.txt",
        c.folder, c.folder, c.result.name);
    out = fopen(ROOT "/wanted.txt", "w");
    for (i = 0; i < model->recipe.output[0].label_count; i++)
        fprintf(out, "%s\n", labels[i]);
    fclose(out);
    run("cmp " ROOT "/labels.txt " ROOT "/wanted.txt");
    mote_model_destroy(model);
}

/* NAME_quantize_input rounds as mote_store_real does. */
static void the_header_quantizes_as_the_host_does(void **state)
{
    static const mote_dtype ios[] = {MOTE_I8, MOTE_U8};
    size_t                  t, i;

    (void)state;
    for (t = 0; t < 2; t++) {
        mote_model      *model = int8_of(make_dense(), ios[t]);
        mote_tensor_info in = mote_model_input(model, 0);
        compiled         c = compile(model, "rounding", NULL);
        float            reals[3000];
        uint8_t          wanted[3000];
        FILE            *out;
        for (i = 0; i < 3000; i++)
            reals[i] = i < 2400 ? in.scale * ((float)i / 4.0f - 300.0f) * (i % 3 ? 1.0f : 0.99999994f)
                                : (i % 2 ? 1e30f : -3e38f) / (float)(i - 2399);
        reals[0] = NAN;
        reals[1] = 0.49999997f * in.scale;
        mote_store_real(&in, reals, wanted, 3000);
        save_bytes(ROOT "/reals.bin", reals, sizeof reals);
        save_bytes(ROOT "/stored.bin", wanted, sizeof wanted);
        out = fopen(ROOT "/rounding.c", "w");
        fprintf(out,
                "#include <stdio.h>\n#include \"%s.h\"\nint main(void) { float x; while (fread(&x, 4, 1, stdin) == 1) "
                "putchar((unsigned char)%s_quantize_input(x)); return 0; }\n",
                c.result.name, c.result.name);
        fclose(out);
        run("gcc -std=c99 -fsanitize=undefined -fno-sanitize-recover -I%s " ROOT "/rounding.c -o " ROOT
            "/rounding.out && " ROOT "/rounding.out <" ROOT "/reals.bin | cmp - " ROOT "/stored.bin",
            c.folder);
        mote_model_destroy(model);
    }
}

/* ---- folders ---- */

static void compile_to(const mote_model *model, const char *folder, const char *target, mote_status wanted)
{
    mote_error err = {0};

    if (mote_compile(NULL, model, folder, &(mote_compile_options){.target = target}, &err) != wanted)
        fail_msg("%s: status %d, %s", folder, (int)err.code, err.text);
    if (wanted != MOTE_OK)
        assert_null(strchr(err.text, '\n'));
}

static void a_folder_is_replaced_only_when_all_in_it_was_generated(void **state)
{
    mote_model *model = make_dense();

    (void)state;
    run("mkdir -p " ROOT "/empty " ROOT "/home/src && echo hello >" ROOT "/home/letter.txt");
    compile_to(model, ROOT "/empty", "c", MOTE_OK); /* an empty folder is nobody's */
    compile_to(model, ROOT "/empty", "array", MOTE_OK);
    compile_to(model, ROOT "/empty", "c", MOTE_OK);
    assert_false(mote_path_exists(ROOT "/empty/model.cc"));
    compile_to(model, ROOT "/home", "c", MOTE_ERR_USAGE);
    compile_to(model, ROOT "/home/letter.txt", "c", MOTE_ERR_IO);
    run("test -e " ROOT "/home/letter.txt -a -d " ROOT "/home/src");
    run("echo 'int main(void) { return 0; }' >" ROOT "/empty/main.c"); /* the user's own, beside ours */
    compile_to(model, ROOT "/empty", "c", MOTE_ERR_USAGE);
    run("test -e " ROOT "/empty/main.c -a -e " ROOT "/empty/dense.h && rm " ROOT "/empty/main.c");
    compile_to(model, ROOT "/empty", "c", MOTE_OK);
    compile_to(model, ROOT "/other", "zip", MOTE_ERR_USAGE);
    assert_false(mote_path_exists(ROOT "/other"));
    mote_model_destroy(model);
}

/* ---- golden operators ---- */

/* All files of one kind in tests/golden/ops through compiled code: the self-test is given the golden inputs, and its
 * expectations are the host's, which tests/formats compares with the golden outputs. One source includes them all: generated
 * files share no name. */
static void golden_operators_compile_and_answer_as_the_host_does(void **state)
{
    struct dirent **entries;
    int             count = scandir("tests/golden/ops", &entries, NULL, alphasort), i, done = 0;
    FILE           *main_c = fopen(ROOT "/golden_main.c", "w");
    mote_npz       *golden;
    mote_error      err = {0};

    (void)state;
    assert_true(count > 0);
    assert_int_equal(mote_npz_open(&golden, "tests/golden/ops/golden.npz", &err), MOTE_OK);
    run("rm -rf " ROOT "/golden && mkdir -p " ROOT "/golden");
    fprintf(main_c, "#include <stdio.h>\n#include <stdint.h>\n");
    for (i = 0; i < count; i++) {
        char        path[300], name[200], folder[300], key[240];
        size_t      length = strlen(entries[i]->d_name);
        mote_model *model;
        mote_array  in;
        bool        is_case = length > 7 && strcmp(entries[i]->d_name + length - 7, ".tflite") == 0;
        snprintf(name, sizeof name, "%.*s", is_case ? (int)length - 7 : 0, entries[i]->d_name);
        snprintf(path, sizeof path, "tests/golden/ops/%s", entries[i]->d_name);
        free(entries[i]);
        err = (mote_error){0};
        if (!is_case || mote_model_load(&model, path, NULL, &err) != MOTE_OK)
            continue; /* operators and types that mote does not have yet */
        if (mote_model_input_count(model) != 1) {
            mote_model_destroy(model);
            continue;
        }
        snprintf(key, sizeof key, "%s/in0", name);
        snprintf(folder, sizeof folder, ROOT "/golden/%s", name);
        assert_int_equal(mote_npz_load(&in, golden, key, 0, &err), MOTE_OK);
        if (mote_compile(NULL, model, folder,
                         &(mote_compile_options){.name = name,
                                                 .optimize = (mote_optimize)(done % 2),
                                                 .golden = in.bytes,
                                                 .golden_count = (int32_t)in.dim[0]},
                         &err) != MOTE_OK)
            fail_msg("%s: %s", name, err.text);
        fprintf(main_c, "#include \"golden/%s/%s.c\"\n#include \"golden/%s/%s_selftest.c\"\n", name, name, name, name);
        fprintf(main_c,
                "static int test_%d(void) { static %s_arena arena; int32_t n = %s_selftest(&arena); if (n) "
                "printf(\"%s: %%d bytes\\n\", (int)n); return n != 0; }\n",
                done++, name, name, name);
        mote_array_free(&in);
        mote_model_destroy(model);
    }
    free(entries);
    mote_npz_close(golden);
    fprintf(main_c, "int main(void)\n{\n    int failed = 0;\n");
    for (i = 0; i < done; i++)
        fprintf(main_c, "    failed += test_%d();\n", i);
    fprintf(main_c, "    return failed != 0;\n}\n");
    fclose(main_c);
    print_message("%d golden operators\n", done);
    assert_true(done > 80);
    run("cd " ROOT " && gcc -std=c99 -Wall -Wextra -Wconversion -Werror golden_main.c -o golden_main && ./golden_main");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_input_and_output_has_functions_of_its_own),
        cmocka_unit_test(float_models_compile_everywhere_and_answer_as_the_host_does),
        cmocka_unit_test(int8_models_compile_everywhere_and_answer_byte_for_byte),
        cmocka_unit_test(random_int8_networks_answer_byte_for_byte),
        cmocka_unit_test(objects_too_large_for_an_avr_are_told),
        cmocka_unit_test(constant_channels_are_left_out_unless_they_are_to_stay),
        cmocka_unit_test(like_layers_share_one_instance),
        cmocka_unit_test(the_same_model_gives_the_same_bytes),
        cmocka_unit_test(the_array_compiles_as_c_plus_plus_and_holds_the_file),
        cmocka_unit_test(names_that_c_cannot_have_are_refused),
        cmocka_unit_test(any_text_becomes_a_name),
        cmocka_unit_test(hostile_texts_stay_inside_comments_and_strings),
        cmocka_unit_test(the_header_quantizes_as_the_host_does),
        cmocka_unit_test(a_folder_is_replaced_only_when_all_in_it_was_generated),
        cmocka_unit_test(golden_operators_compile_and_answer_as_the_host_does),
    };
    return cmocka_run_group_tests_name("emit", tests, find_compilers, NULL);
}
