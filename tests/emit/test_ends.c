/* Outputs that no input changes, that are named twice, or that are an input passed through: by quantization, on the host, in
 * compiled code and by the interpreter, on every kind of chip; and inputs that are prepared as in training.
 * SPDX-License-Identifier: Apache-2.0 */
#define ROOT "build/tests/ends"
#include "compiling.h"

#include <math.h>

#include <mote/emulate.h>

#include "graph/graph.h"
#include "ops/op.h"
#include "running.h"

/* ---- a model with all kinds of outputs ---- */

enum { WIDTH = 6, FIXED = 3, OUTPUTS = 6 };

static const float   fixed[FIXED] = {1.0f, -2.0f, 3.5f};
static const int32_t whole[2] = {5, -70000};

static mote_id add_activation(mote_model *model, const char *name)
{
    mote_error        err = {0};
    const mote_tensor spec = {.name = name, .dtype = MOTE_F32, .rank = 2, .dim = {1, WIDTH}, .is_batched = true};

    return mote_graph_add_tensor(model, &model->graphs[0], &spec, &err);
}

/* fixed, relu(x), x, relu(x), fixed, whole */
static mote_model *make_ends(bool computes)
{
    mote_model *model;
    mote_error  err = {0};
    mote_graph *graph;
    mote_id     x, y, c, k;

    assert_int_equal(mote_model_create(&model, MOTE_STAGE_INFER, 0, &err), MOTE_OK);
    graph = &model->graphs[0];
    model->name = mote_arena_strdup(&model->arena, "ends", &err);
    x = y = add_activation(model, "x");
    if (computes) {
        y = add_activation(model, "y");
        mote_graph_add_node(model, graph,
                            &(mote_node){.op = MOTE_OP_RELU, .in = &x, .out = &y, .in_count = 1, .out_count = 1}, &err);
    }
    c = mote_graph_add_const(model, graph, "fixed", MOTE_F32, 2, (int32_t[]){1, FIXED}, fixed, &err);
    k = mote_graph_add_const(model, graph, "whole", MOTE_I32, 1, (int32_t[]){2}, whole, &err);
    mote_graph_set_inputs(model, graph, &x, 1, &err);
    mote_graph_set_outputs(model, graph, (mote_id[]){c, y, x, y, c, k}, OUTPUTS, &err);
    if (mote_model_verify(model, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static mote_model *quantize_ends(mote_dtype io)
{
    mote_model *real = make_ends(true), *model = network_quantize(real, &(mote_quantize_options){.io = io});

    mote_model_destroy(real);
    return model;
}

/* All outputs of one sample in a row, as the host gives them. */
typedef struct answers {
    uint8_t input[WIDTH * sizeof(float)], bytes[256];
    size_t  input_bytes, count;
} answers;

static answers ask_host(const mote_model *model)
{
    const mote_tensor_info in = mote_model_input(model, 0);
    mote_runner           *runner = network_runner(model, NULL);
    network_dice           dice = network_dice_of(3);
    answers                a = {.input_bytes = in.bytes};
    int32_t                i;

    network_fill_input(&in, &dice, a.input);
    memcpy(mote_runner_input(runner, 0), a.input, in.bytes);
    invoke_model(runner);
    for (i = 0; i < OUTPUTS; i++) {
        const size_t bytes = mote_model_output(model, i).bytes;
        memcpy(a.bytes + a.count, mote_runner_output(runner, i), bytes);
        a.count += bytes;
    }
    mote_runner_destroy(runner);
    return a;
}

static const struct {
    const char *name;
    mote_dtype  io;
    bool        is_real;
} forms[] = {{"real", MOTE_F32, true}, {"io_f32", MOTE_F32, false}, {"io_i8", MOTE_I8, false}, {"io_u8", MOTE_U8, false}};
enum { FORMS = sizeof forms / sizeof *forms };

static mote_model *make_form(int form)
{
    return forms[form].is_real ? make_ends(true) : quantize_ends(forms[form].io);
}

/* ---- quantization ---- */

static void check_real(const mote_runner *runner, int32_t output, const float *wanted, size_t count, float tolerance)
{
    float  got[WIDTH];
    size_t i;

    mote_runner_get_real(runner, output, got);
    for (i = 0; i < count; i++)
        if (!(fabsf(got[i] - wanted[i]) <= tolerance))
            fail_msg("output %d: value %zu is %g, %g expected", output, i, (double)got[i], (double)wanted[i]);
}

/* Within a step of int8: the samples that calibrated lie in -1 .. 2. Ends that are float32 and pass nothing are exact. */
static void quantized_ends_answer_as_the_real_ones(void **state)
{
    static const float x[WIDTH] = {-0.9f, -0.3f, 0.0f, 0.4f, 1.1f, 1.7f}, y[WIDTH] = {0, 0, 0, 0.4f, 1.1f, 1.7f};
    int                form;

    (void)state;
    for (form = 0; form < FORMS; form++) {
        mote_model  *model = make_form(form);
        mote_runner *runner = network_runner(model, NULL);
        const float  step = forms[form].is_real ? 0 : 0.013f, end = forms[form].io == MOTE_F32 ? 0 : 5.5f / 255;
        mote_runner_set_real(runner, 0, x);
        invoke_model(runner);
        check_real(runner, 0, fixed, FIXED, end);
        check_real(runner, 1, y, WIDTH, step);
        check_real(runner, 2, x, WIDTH, forms[form].io == MOTE_F32 ? 0 : step);
        check_real(runner, 3, y, WIDTH, step);
        check_real(runner, 4, fixed, FIXED, end);
        assert_memory_equal(mote_runner_output(runner, 5), whole, sizeof whole);
        assert_ptr_equal(mote_runner_output(runner, 1), mote_runner_output(runner, 3));
        mote_runner_destroy(runner);
        mote_model_destroy(model);
    }
}

static void constants_that_int8_cannot_hold_are_refused(void **state)
{
    mote_model   *model = make_ends(true), *out;
    mote_dataset *set = network_data(model, 10, 0, 5);
    mote_error    err = {0};

    (void)state;
    ((float *)model->graphs[0].tensors[model->graphs[0].outputs[0]].data)[1] = INFINITY;
    assert_int_equal(
        mote_model_quantize(&out, model, &set->split[MOTE_SPLIT_TRAIN], &(mote_quantize_options){.io = MOTE_I8}, &err),
        MOTE_ERR_NUMERIC);
    assert_non_null(strstr(err.text, "(fixed) holds infinity or NaN"));
    assert_null(out);
    mote_dataset_destroy(set);
    mote_model_destroy(model);
}

/* ---- compiled ---- */

/* Constants before an invoke, one array for both names of a tensor, and what the host says after one. */
static void write_check(const answers *a, const char *path)
{
    FILE  *out = fopen(path, "w");
    size_t i;

    fprintf(out, "#include <string.h>\n#include \"ends.h\"\nstatic const unsigned char in[] = {");
    for (i = 0; i < a->input_bytes; i++)
        fprintf(out, "%d,", a->input[i]);
    fprintf(out, "}, want[] = {");
    for (i = 0; i < a->count; i++)
        fprintf(out, "%d,", a->bytes[i]);
    fprintf(out, "};\nint main(void)\n{\n    static ends_arena arena;\n    const unsigned char *at = want;\n"
                 "#if ENDS_HAS_STATE\n    ends_reset(&arena);\n#endif\n"
                 "    if (memcmp(ends_output(&arena), want, ENDS_OUTPUT_0_BYTES) != 0)\n        return 1;\n"
                 "    if (ends_output_0(&arena) != ends_output_4(&arena))\n        return 2;\n"
                 "    memcpy(ends_input(&arena), in, sizeof in);\n    ends_invoke(&arena);\n"
                 "    if (ends_argmax(&arena) != 2)\n        return 3;\n");
    for (i = 0; i < OUTPUTS; i++)
        fprintf(out,
                "    if (memcmp(ends_output_%zu(&arena), at, ENDS_OUTPUT_%zu_BYTES) != 0)\n        return %zu;\n"
                "    at += ENDS_OUTPUT_%zu_BYTES;\n",
                i, i, 10 + i, i);
    fprintf(out, "    return 0;\n}\n");
    fclose(out);
}

static void check_folder(const compiled *c, const answers *a)
{
    selftest_passes(c, "-std=c99 -O2 -fsanitize=undefined,address -fno-sanitize-recover=all");
    write_check(a, ROOT "/check.c");
    run("gcc -std=c99 -O1 -I%s " ROOT "/check.c %s/ends.c -o " ROOT "/check && " ROOT "/check", c->folder, c->folder);
}

/* avr-gcc has not the interpreter's double. */
static void compiled_ends_are_the_hosts(void **state)
{
    int form;

    (void)state;
    for (form = 0; form < FORMS; form++) {
        mote_model *model = make_form(form);
        answers     a = ask_host(model);
        compiled    c = compile(model, forms[form].name, &(mote_compile_options){.name = "ends"});
        if (form % 2 == 0)
            compiles_everywhere(&c);
        check_folder(&c, &a);
        c = compile(model, "interpreted", &(mote_compile_options){.name = "ends", .target = "interpreter"});
        selftest_passes(&c, "-std=c99 -O2 " STRICT);
        write_check(&a, ROOT "/check.c");
        run("gcc -std=c99 -O1 -I%s " ROOT "/check.c %s/ends.c -o " ROOT "/check && " ROOT "/check", c.folder, c.folder);
        mote_model_destroy(model);
    }
}

static void a_model_of_no_operator_compiles(void **state)
{
    static const char *const targets[] = {"c", "interpreter"};
    mote_model              *model = make_ends(false);
    int                      t;

    (void)state;
    for (t = 0; t < 2; t++) {
        compiled c = compile(model, "passed", &(mote_compile_options){.target = targets[t]});
        selftest_passes(&c, "-std=c99 -O2 " STRICT);
    }
    mote_model_destroy(model);
}

static void dropping_channels_keeps_constant_outputs(void **state)
{
    mote_model  *model = network_with_constant_channels();
    mote_graph  *graph = &model->graphs[0];
    mote_error   err = {0};
    mote_id      c = mote_graph_add_const(model, graph, "whole", MOTE_I32, 1, (int32_t[]){2}, whole, &err);
    const size_t weights = mote_tensor_bytes(&graph->tensors[graph->nodes[0].in[1]]);
    compiled     plain = compile(model, "plain", NULL), made;

    (void)state;
    mote_graph_set_outputs(model, graph, (mote_id[]){c, graph->outputs[0], graph->nodes[0].in[1], c}, 4, &err);
    made = compile(model, "pruned", NULL);
    assert_true(made.result.pruned.dropped_channels > 0);
    assert_int_equal(made.result.chips[0].constant_bytes, plain.result.chips[0].constant_bytes + sizeof whole + weights);
    selftest_passes(&made, "-std=c99 -O2 -fsanitize=undefined,address -fno-sanitize-recover=all");
    mote_model_destroy(model);
}

static void types_that_c_has_not_are_refused(void **state)
{
    static const char *const targets[] = {"c", "interpreter"};
    mote_model              *model = make_ends(true);
    mote_graph              *graph = &model->graphs[0];
    mote_error               err = {0};
    mote_id c = mote_graph_add_const(model, graph, "wide", MOTE_F64, 1, (int32_t[]){1}, (double[]){1.0}, &err);
    int     t;

    (void)state;
    mote_graph_set_outputs(model, graph, (mote_id[]){graph->outputs[1], c}, 2, &err);
    for (t = 0; t < 2; t++) {
        err = (mote_error){0};
        assert_int_equal(mote_compile(NULL, model, ROOT "/wide", &(mote_compile_options){.target = targets[t]}, &err),
                         MOTE_ERR_UNSUPPORTED);
        assert_non_null(strstr(err.text, "output 1 (wide) is float64"));
    }
    mote_model_destroy(model);
}

/* ---- on chips ---- */

static void check_on_chip(const mote_model *model, const char *chip, const char *target)
{
    const answers              a = ask_host(model);
    const mote_compile_options compile = {.target = target, .name = "ends"};
    const mote_emulate_options options = {.chip = chip, .inputs = a.input, .input_bytes = a.input_bytes};
    mote_emulation             run;
    mote_error                 err = {0};

    if (mote_emulate_model(&run, model, &compile, &options, &err) != MOTE_OK)
        fail_msg("%s, %s: %s", chip, target, err.text);
    assert_int_equal(run.output_bytes, a.count);
    assert_memory_equal(run.outputs, a.bytes, a.count);
    mote_emulation_free(&run);
}

static void ends_on_chips_are_the_hosts(void **state)
{
    static const char *const chips[] = {"cortex-m4", "cortex-m0",  "rv32imc",   "rv32imafc",
                                        "xtensa",    "atmega328p", "atmega2560"};
    size_t                   i;
    int                      form;

    (void)state;
    for (i = 0; i < sizeof chips / sizeof *chips; i++)
        for (form = 0; form < FORMS; form++) {
            mote_model *model = make_form(form);
            mote_error  err = {0};
            if (mote_chip_check(mote_chip_find(chips[i]), &err) != MOTE_OK) {
                print_message("NOT TESTED: %s\n", err.text);
            } else {
                check_on_chip(model, chips[i], "c");
                if (strncmp(chips[i], "atmega", 6) != 0)
                    check_on_chip(model, chips[i], "interpreter");
            }
            mote_model_destroy(model);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantized_ends_answer_as_the_real_ones),
        cmocka_unit_test(constants_that_int8_cannot_hold_are_refused),
        cmocka_unit_test(compiled_ends_are_the_hosts),
        cmocka_unit_test(a_model_of_no_operator_compiles),
        cmocka_unit_test(dropping_channels_keeps_constant_outputs),
        cmocka_unit_test(types_that_c_has_not_are_refused),
        cmocka_unit_test(ends_on_chips_are_the_hosts),
    };

    return cmocka_run_group_tests_name("ends", tests, find_compilers, NULL);
}
