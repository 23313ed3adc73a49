/* Models written as .onnx answer, read back, as they did: tests/golden/operators has them with samples. (ONNX Runtime's
 * answers are compared by tests/golden/check_onnx_out.py.)
 *
 *     build/tests/test_formats_onnx_write [NAME ...]      these files only; every case that differs is named
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <dirent.h>
#include <math.h>
#include <string.h>

#include <mote/file.h>
#include <mote/run.h>

#include "base/text.h"
#include "formats/formats.h"
#include "formats/onnx/onnx_file.h"
#include "formats/onnx/write.h"
#include "graph/graph.h"
#include "networks.h"
#include "ops/golden_cases.h"
#include "running.h"

static char **only; /* names of files; NULL: all */
static int    only_count;

/* ---- what came back ---- */

typedef struct tally {
    int read, unwritten, unread, exact, near, wrong;
} tally;

static float largest_of(const float *values, size_t count)
{
    float  largest = 1;
    size_t i;

    for (i = 0; i < count; i++)
        largest = isfinite(values[i]) ? fmaxf(largest, fabsf(values[i])) : largest;
    return largest;
}

/* The most that a value is apart: of floats in parts of 1e-5 max(1, largest), of bytes in steps, of int16, whose kernels
 * compute some functions by tables, in 64 steps: a thousandth of the range. */
static double apart(mote_dtype dtype, const void *got, const void *wanted, size_t bytes)
{
    const float *a = got, *b = wanted;
    const float  largest = dtype == MOTE_F32 ? largest_of(b, bytes / sizeof *b) : 0;
    double       most = 0;
    size_t       i;

    if (memcmp(got, wanted, bytes) == 0)
        return 0;
    if (dtype == MOTE_I8 || dtype == MOTE_U8) {
        for (i = 0; i < bytes; i++)
            most = fmax(most, dtype == MOTE_I8 ? abs(((const int8_t *)got)[i] - ((const int8_t *)wanted)[i])
                                               : abs(((const uint8_t *)got)[i] - ((const uint8_t *)wanted)[i]));
        return most;
    }
    if (dtype == MOTE_I16)
        for (i = 0; i < bytes / sizeof(int16_t); i++)
            most = fmax(most, abs(((const int16_t *)got)[i] - ((const int16_t *)wanted)[i]) / 64.0);
    if (dtype != MOTE_F32)
        return dtype == MOTE_I16 ? most : INFINITY;
    for (i = 0; i < bytes / sizeof *a; i++)
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i])))
            most = fmax(most, isnan(a[i]) || isnan(b[i]) ? INFINITY
                                                         : fabs((double)a[i] - (double)b[i]) / (1e-5 * (double)largest));
    return most;
}

static double run_case(const golden_case *c, const mote_model *model)
{
    mote_error     err = {0};
    mote_runner   *runner;
    const uint8_t *at = c->samples;
    double         most = 0;
    uint32_t       s, i;

    if (mote_runner_create(&runner, model, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", c->name, err.text);
    for (s = 0; s < c->sample_count; s++) {
        for (i = 0; i < c->in_count; at += c->in_bytes[i++]) {
            assert_int_equal(mote_model_input(model, (int32_t)i).bytes, c->in_bytes[i]);
            memcpy(mote_runner_input(runner, (int32_t)i), at, c->in_bytes[i]);
        }
        invoke_model(runner);
        for (i = 0; i < c->out_count; at += c->out_bytes[i++]) {
            const mote_tensor_info out = mote_model_output(model, (int32_t)i);
            void                  *wanted = malloc(c->out_bytes[i] + 1);
            assert_non_null(wanted);
            memcpy(wanted, at, c->out_bytes[i]);
            if (out.bytes != c->out_bytes[i])
                fail_msg("%s: output %u has %zu bytes, %u expected", c->name, i, out.bytes, c->out_bytes[i]);
            most = fmax(most, apart(out.dtype, mote_runner_output(runner, (int32_t)i), wanted, c->out_bytes[i]));
            free(wanted);
        }
    }
    mote_runner_destroy(runner);
    return most;
}

static bool is_named(const char *what)
{
    if (only)
        print_message("%s\n", what);
    return only != NULL;
}

static void check_case(const golden_case *c, tally *t)
{
    mote_error  err = {0};
    mote_text   file = {0};
    mote_model *model, *again = NULL;
    double      most;

    if (mote_model_read(&model, c->model, c->model_bytes, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", c->name, err.text);
    t->read++;
    if (mote_onnx_write(&file, model, &err) != MOTE_OK) {
        assert_int_equal(err.code, MOTE_ERR_UNSUPPORTED);
        t->unwritten++;
    } else if (mote_model_read(&again, (const uint8_t *)file.bytes, file.count, NULL, &err) != MOTE_OK) {
        if (is_named(c->name))
            print_message("    not read back: %s\n", err.text);
        t->unread++;
    } else {
        most = run_case(c, again);
        t->exact += most == 0;
        t->near += most > 0 && most <= 1;
        t->wrong += most > 1;
        if (most > 0 && is_named(c->name))
            print_message("    apart by %g\n", most);
    }
    mote_model_destroy(again);
    mote_model_destroy(model);
    mote_text_free(&file);
}

static void check_file(const char *name, tally *t)
{
    char        path[300];
    golden_file file;
    golden_case c;

    snprintf(path, sizeof path, "tests/golden/operators/%s", name);
    golden_open(&file, path);
    while (golden_next(&file, &c))
        check_case(&c, t);
    golden_close(&file);
}

static bool is_wanted(const char *name)
{
    int i;

    for (i = 0; i < only_count; i++)
        if (strncmp(name, only[i], strlen(only[i])) == 0 && strcmp(name + strlen(only[i]), ".npz") == 0)
            return true;
    return only_count == 0 && strlen(name) > 4 && strcmp(name + strlen(name) - 4, ".npz") == 0;
}

static void operators_answer_the_same_when_read_back(void **state)
{
    DIR           *folder = opendir("tests/golden/operators");
    struct dirent *entry;
    tally          t = {0};

    (void)state;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL)
        if (is_wanted(entry->d_name))
            check_file(entry->d_name, &t);
    closedir(folder);
    print_message("%d models: %d not written, %d not read back; %d exactly the same, %d near, %d not\n", t.read, t.unwritten,
                  t.unread, t.exact, t.near, t.wrong);
    if (only)
        return;
    /* Several of the models of whole networks with a step's difference somewhere inside: uint8 ones, whose rounding is
     * LiteRT's, and a transformer whose products of activations the reader leaves real; squares beyond the largest
     * float, which the reader's products do not pass; and of int16 QUANTIZE and PRELU whose products leave 32 bits,
     * and SQUARED_DIFFERENCE, which rounds to 7 bits more than its output has. */
    assert_true(t.wrong <= 17);
    assert_true(t.exact >= 9300);
    assert_true(t.unwritten <= 2600);
}

/* ---- whole networks ---- */

static mote_model *load(const char *path)
{
    mote_error  err = {0};
    mote_model *model;

    if (mote_model_load(&model, path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static mote_text written(const mote_model *model)
{
    mote_error err = {0};
    mote_text  file = {0};

    if (mote_onnx_write(&file, model, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return file;
}

static mote_model *read_back(const mote_model *model)
{
    mote_error  err = {0};
    mote_text   file = written(model);
    mote_model *again;

    if (mote_model_read(&again, (const uint8_t *)file.bytes, file.count, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_text_free(&file);
    return again;
}

/* The most that answers to five drawn inputs are apart, as `apart` tells. */
static double answers_apart(const mote_model *model, const mote_model *again)
{
    network_dice dice = network_dice_of(3);
    mote_runner *one = network_runner(model, NULL), *other = network_runner(again, NULL);
    double       most = 0;
    int32_t      i, k;

    for (k = 0; k < 5; k++) {
        for (i = 0; i < mote_model_input_count(model); i++) {
            const mote_tensor_info in = mote_model_input(model, i), back = mote_model_input(again, i);
            assert_string_equal(in.name, back.name);
            assert_int_equal(in.is_batched, back.is_batched);
            assert_int_equal(in.dtype, back.dtype);
            assert_memory_equal(in.dim, back.dim, sizeof in.dim);
            network_fill_input(&in, &dice, mote_runner_input(one, i));
            memcpy(mote_runner_input(other, i), mote_runner_input(one, i), in.bytes);
        }
        invoke_model(one);
        invoke_model(other);
        for (i = 0; i < mote_model_output_count(model); i++) {
            const mote_tensor_info out = mote_model_output(model, i), back = mote_model_output(again, i);
            assert_string_equal(out.name, back.name);
            assert_int_equal(out.is_batched, back.is_batched);
            assert_int_equal(out.bytes, back.bytes);
            most = fmax(most, apart(out.dtype, mote_runner_output(other, i), mote_runner_output(one, i), out.bytes));
        }
    }
    mote_runner_destroy(one);
    mote_runner_destroy(other);
    return most;
}

/* Quantized ones to the byte: the reader makes the same integers of what stands between the pairs. */
static void random_networks_answer_the_same_when_read_back(void **state)
{
    static const mote_quantize_options options[] = {
        {.io = MOTE_I8}, {.io = MOTE_F32}, {.io = MOTE_I8, .is_per_tensor = true}};
    uint64_t number;
    size_t   k;

    (void)state;
    for (number = 0; number < 60; number++) {
        mote_model *model = network_infer(network_random(number)), *again = read_back(model);
        assert_true(answers_apart(model, again) <= 1);
        mote_model_destroy(again);
        for (k = 0; k < sizeof options / sizeof *options; k++) {
            mote_model  *quantized = network_quantize(model, &options[k]);
            const double most = answers_apart(quantized, again = read_back(quantized));
            if (most > 0)
                fail_msg("network %d, option %zu: apart by %g", (int)number, k, most);
            mote_model_destroy(again);
            mote_model_destroy(quantized);
        }
        mote_model_destroy(model);
    }
}

static void files_answer_the_same_when_read_back(void **state)
{
    static const char *const paths[] = {"convert/cnn.tflite",
                                        "convert/mlp.tflite",
                                        "convert/residual.tflite",
                                        "convert/dead.tflite",
                                        "convert/cnn_int8.tflite",
                                        "convert/mlp_int8.tflite",
                                        "convert/residual_int8.tflite",
                                        "convert/dead_int8.tflite",
                                        "convert/cnn_tensor.tflite",
                                        "convert/mlp_tensor.tflite",
                                        "convert/residual_tensor.tflite",
                                        "passes/image_float32.tflite",
                                        "passes/image_int8.tflite"};
    char                     path[200];
    size_t                   i;

    (void)state;
    for (i = 0; i < sizeof paths / sizeof *paths; i++) {
        mote_model *model, *again;
        double      most;
        snprintf(path, sizeof path, "tests/golden/%s", paths[i]);
        model = load(path);
        again = read_back(model);
        most = answers_apart(model, again);
        if (most > (model->stage == MOTE_STAGE_QUANTIZED ? 0 : 1))
            fail_msg("%s: apart by %g", path, most);
        mote_model_destroy(again);
        mote_model_destroy(model);
    }
}

/* ---- what is in the file ---- */

static mote_import_file parse(const mote_text *file, mote_arena *arena)
{
    mote_error       err = {0};
    mote_import_file parsed;

    if (mote_onnx_file_read(&parsed, (const uint8_t *)file->bytes, file->count, NULL, (size_t)1 << 30, arena, &err) !=
        MOTE_OK)
        fail_msg("%s", err.text);
    return parsed;
}

static int count_nodes(const mote_model *model, const char *type)
{
    mote_text              text = written(model);
    mote_arena             arena = {0};
    const mote_import_file file = parse(&text, &arena);
    int32_t                n;
    int                    count = 0;

    for (n = 0; n < file.node_count; n++)
        count += strcmp(file.nodes[n].type, type) == 0;
    mote_arena_destroy(&arena);
    mote_text_free(&text);
    return count;
}

/* One where images come in: dense layers' weights are permuted, not their inputs. */
static void images_turn_once(void **state)
{
    static const struct {
        const char *path;
        int         transposes;
    } files[] = {{"tests/golden/convert/cnn.tflite", 1},      {"tests/golden/convert/cnn_int8.tflite", 1},
                 {"tests/golden/convert/residual.tflite", 1}, {"tests/golden/convert/residual_int8.tflite", 1},
                 {"tests/golden/convert/mlp.tflite", 0},      {"tests/golden/convert/dead.tflite", 1}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof files / sizeof *files; i++) {
        mote_model *model = load(files[i].path);
        assert_int_equal(count_nodes(model, "Transpose"), files[i].transposes);
        mote_model_destroy(model);
    }
}

static bool has_node(const mote_import_file *file, const char *type, const char *from)
{
    int32_t n;

    for (n = 0; n < file->node_count; n++)
        if (strcmp(file->nodes[n].type, type) == 0 && strcmp(file->nodes[n].in[0], from) == 0)
            return true;
    return false;
}

static void ends_keep_their_names_types_and_open_batch(void **state)
{
    mote_model *real = network_infer(network_random(4)),
               *model = network_quantize(real, &(mote_quantize_options){.io = MOTE_I8});
    mote_text        text = written(model);
    mote_arena       arena = {0};
    mote_import_file file = parse(&text, &arena);

    (void)state;
    assert_string_equal(file.producer, "mote");
    assert_int_equal(file.opset, 13);
    assert_int_equal(file.ir_version, 7);
    assert_int_equal(file.input_count, 1);
    assert_string_equal(file.inputs[0].name, mote_model_input(model, 0).name);
    assert_string_equal(file.outputs[0].name, mote_model_output(model, 0).name);
    assert_int_equal(file.inputs[0].dtype, MOTE_I8);
    assert_int_equal(file.outputs[0].dtype, MOTE_I8);
    assert_int_equal(file.inputs[0].rank, 4);
    assert_int_equal(file.inputs[0].dim[0], -1);
    assert_string_equal(file.inputs[0].dim_param[0], "batch");
    assert_string_equal(file.outputs[0].dim_param[0], "batch");
    assert_true(has_node(&file, "DequantizeLinear", file.inputs[0].name));
    mote_arena_destroy(&arena);
    mote_text_free(&text);
    mote_model_destroy(model);
    mote_model_destroy(real);
}

static void the_same_model_gives_the_same_bytes(void **state)
{
    mote_model *model = network_infer(network_random(6));
    mote_text   one = written(model), other = written(model);

    (void)state;
    assert_int_equal(one.count, other.count);
    assert_memory_equal(one.bytes, other.bytes, one.count);
    mote_text_free(&one);
    mote_text_free(&other);
    mote_model_destroy(model);
}

static void names_are_made_unique_and_utf_8(void **state)
{
    mote_model      *model = network_infer(network_random(2));
    mote_graph      *graph = &model->graphs[0];
    mote_arena       arena = {0};
    mote_text        text;
    mote_import_file file;
    int32_t          i, k;

    (void)state;
    for (i = 0; i < graph->tensor_count; i++)
        graph->tensors[i].name = "na\xffme";
    text = written(model);
    file = parse(&text, &arena);
    assert_string_equal(file.inputs[0].name, "na_me");
    for (i = 0; i < file.initializer_count; i++)
        for (k = 0; k < i; k++)
            assert_string_not_equal(file.initializers[i].name, file.initializers[k].name);
    mote_arena_destroy(&arena);
    mote_text_free(&text);
    mote_model_destroy(model);
}

static void the_recipe_travels_with_it(void **state)
{
    static const char *const labels[] = {"no", "yes"};
    mote_model              *model = network_infer(network_random(1)), *again;

    (void)state;
    model->recipe.output[0].labels = labels;
    model->recipe.output[0].label_count = 2;
    model->recipe.input[0].is_prepared = true;
    model->recipe.input[0].preparation.scale = 255;
    again = read_back(model);
    assert_int_equal(again->recipe.output[0].label_count, 2);
    assert_string_equal(again->recipe.output[0].labels[1], "yes");
    assert_true(again->recipe.input[0].preparation.scale == 255);
    mote_model_destroy(again);
    mote_model_destroy(model);
}

/* ---- refusals ---- */

static mote_model *case_of(const char *path, const char *name)
{
    mote_error  err = {0};
    mote_model *model = NULL;
    golden_file file;
    golden_case c;

    golden_open(&file, path);
    while (!model && golden_next(&file, &c))
        if (strcmp(c.name, name) == 0 && mote_model_read(&model, c.model, c.model_bytes, NULL, &err) != MOTE_OK)
            fail_msg("%s", err.text);
    golden_close(&file);
    assert_non_null(model);
    return model;
}

static void what_onnx_lacks_is_refused_in_one_message(void **state)
{
    static const char *const path = "build/tests/refused.onnx";
    mote_model              *model = case_of("tests/golden/operators/examples_sequences.npz", "accumulator_f32");
    mote_error               err = {0};
    FILE                    *file;

    (void)state;
    assert_int_equal(mote_model_save(model, path, &err), MOTE_ERR_UNSUPPORTED);
    assert_string_equal(
        err.text, "build/tests/refused.onnx: 3 operators cannot be written as ONNX: operator 0 (VAR_HANDLE), operator 2 "
                  "(IF), operator 3 (READ_VARIABLE): ONNX has no such operator");
    assert_null(file = fopen(path, "rb"));
    mote_model_destroy(model);
}

static void other_answers_are_refused(void **state)
{
    static const struct {
        const char *file, *name, *why;
    } cases[] = {
        {"relu6", "i8_3", "it takes integers as they are stored, and their scales differ"},
        {"unidirectional_sequence_lstm", NULL, "its state lasts from one inference to the next, which ONNX has not"},
        {"hybrid_fully_connected", NULL, "its weights are integers and its input is real; convert the float model instead"},
    };
    char        path[200];
    size_t      i;
    golden_file file;
    golden_case c;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        mote_error  err = {0};
        mote_text   text = {0};
        mote_model *model;
        snprintf(path, sizeof path, "tests/golden/operators/%s.npz", cases[i].file);
        golden_open(&file, path);
        assert_true(golden_next(&file, &c));
        model = case_of(path, cases[i].name ? cases[i].name : c.name);
        golden_close(&file);
        assert_int_equal(mote_onnx_write(&text, model, &err), MOTE_ERR_UNSUPPORTED);
        assert_non_null(strstr(err.text, cases[i].why));
        assert_int_equal(text.count, 0);
        mote_model_destroy(model);
    }
}

static void a_model_in_training_is_refused(void **state)
{
    mote_model *model = network_random(2);
    mote_error  err = {0};
    mote_text   text = {0};

    (void)state;
    assert_int_equal(mote_onnx_write(&text, model, &err), MOTE_ERR_USAGE);
    mote_model_destroy(model);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_answer_the_same_when_read_back),
        cmocka_unit_test(random_networks_answer_the_same_when_read_back),
        cmocka_unit_test(files_answer_the_same_when_read_back),
        cmocka_unit_test(images_turn_once),
        cmocka_unit_test(ends_keep_their_names_types_and_open_batch),
        cmocka_unit_test(the_same_model_gives_the_same_bytes),
        cmocka_unit_test(names_are_made_unique_and_utf_8),
        cmocka_unit_test(the_recipe_travels_with_it),
        cmocka_unit_test(what_onnx_lacks_is_refused_in_one_message),
        cmocka_unit_test(other_answers_are_refused),
        cmocka_unit_test(a_model_in_training_is_refused),
    };

    only = argc > 1 ? argv + 1 : NULL;
    only_count = argc - 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
