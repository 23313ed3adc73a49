/* What a file asks for and mote lacks is told at once, by name; what nothing uses, or what constants alone decide, is no
 * obstacle.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdlib.h>
#include <string.h>

#include <mote/compile.h>
#include <mote/convert.h>
#include <mote/inspect.h>
#include <mote/run.h>
#include <mote/train.h>

#include "base/file.h"
#include "formats/tflite/flatbuffer_writer.h"
#include "formats/tflite/tflite.h"
#include "ops/op.h"
#include "running.h"

/* Numbers of schema.fbs. */
enum {
    BUILTIN_DEQUANTIZE = 6,
    BUILTIN_FULLY_CONNECTED = 9,
    BUILTIN_MUL = 18,
    BUILTIN_RELU = 19,
    OPTIONS_FULLY_CONNECTED = 8
};

enum { LSH_PROJECTION = 15, HASHTABLE = 136, UNIQUE = 103, CALL = 31, VALUES = 4 };
enum { TENSORS_MAX = 12, OPERATORS_MAX = 12, OPERANDS_MAX = 3, NONE = -1 };

/* A tensor of [1, 4], or [4, 4] where it is a constant: all bytes of its value 0. */
typedef struct value {
    int8_t  type;
    bool    is_constant;
    int32_t rows; /* 0: as above */
} value;

typedef struct operation {
    int32_t     builtin, version;
    const char *custom;
    int32_t     in[OPERANDS_MAX], out; /* NONE: left out at the end */
} operation;

typedef struct file_plan {
    value     values[TENSORS_MAX];
    operation operations[OPERATORS_MAX];
    int32_t   value_count, operation_count, in, out;
} file_plan;

static mote_fb_ref put_value(mote_fb_writer *w, const value *is)
{
    const int32_t dim[2] = {is->rows ? is->rows : is->is_constant ? VALUES : 1, VALUES};
    const float   scale = 0.5f;
    mote_fb_ref   shape = mote_fb_put_vector(w, dim, 2, 4, 4), scales = mote_fb_put_vector(w, &scale, 1, 4, 4), quant;

    mote_fb_begin(w);
    mote_fb_set_ref(w, quantization_scale, scales);
    quant = mote_fb_end(w);
    mote_fb_begin(w);
    mote_fb_set_ref(w, tensor_shape, shape);
    mote_fb_set_i8(w, tensor_type, is->type, 0);
    mote_fb_set_u32(w, tensor_buffer, is->is_constant, 0);
    mote_fb_set_ref(w, tensor_quantization, quant);
    return mote_fb_end(w);
}

static mote_fb_ref put_code(mote_fb_writer *w, const operation *is)
{
    mote_fb_ref custom = is->custom ? mote_fb_put_string(w, is->custom) : 0;

    mote_fb_begin(w);
    mote_fb_set_i32(w, operator_code_builtin, is->builtin, 0);
    mote_fb_set_i32(w, operator_code_version, is->version ? is->version : 1, 1);
    mote_fb_set_ref(w, operator_code_custom, custom);
    return mote_fb_end(w);
}

static mote_fb_ref put_operation(mote_fb_writer *w, const operation *is, uint32_t code)
{
    mote_fb_ref in, out = mote_fb_put_vector(w, &is->out, 1, 4, 4);
    size_t      count = OPERANDS_MAX;

    while (count > 1 && is->in[count - 1] == NONE)
        count--;
    in = mote_fb_put_vector(w, is->in, count, 4, 4);
    mote_fb_begin(w);
    mote_fb_set_u32(w, operator_opcode_index, code, 0);
    mote_fb_set_ref(w, operator_inputs, in);
    mote_fb_set_ref(w, operator_outputs, out);
    return mote_fb_end(w);
}

/* An empty buffer, and one that is large enough for every constant. */
static mote_fb_ref put_buffers(mote_fb_writer *w)
{
    static const uint8_t bytes[16 * VALUES * VALUES] = {0};
    mote_fb_ref          data = mote_fb_put_vector(w, bytes, sizeof bytes, 1, 16), refs[2];

    mote_fb_begin(w);
    refs[0] = mote_fb_end(w);
    mote_fb_begin(w);
    mote_fb_set_ref(w, buffer_data, data);
    refs[1] = mote_fb_end(w);
    return mote_fb_put_refs(w, refs, 2);
}

static mote_fb_ref put_subgraph(mote_fb_writer *w, const file_plan *p)
{
    mote_fb_ref refs[TENSORS_MAX + OPERATORS_MAX], tensors, operators, in, out;
    int32_t     i;

    for (i = 0; i < p->value_count; i++)
        refs[i] = put_value(w, &p->values[i]);
    tensors = mote_fb_put_refs(w, refs, (size_t)p->value_count);
    for (i = 0; i < p->operation_count; i++)
        refs[i] = put_operation(w, &p->operations[i], (uint32_t)i);
    operators = mote_fb_put_refs(w, refs, (size_t)p->operation_count);
    in = mote_fb_put_vector(w, &p->in, 1, 4, 4);
    out = mote_fb_put_vector(w, &p->out, 1, 4, 4);
    mote_fb_begin(w);
    mote_fb_set_ref(w, subgraph_tensors, tensors);
    mote_fb_set_ref(w, subgraph_inputs, in);
    mote_fb_set_ref(w, subgraph_outputs, out);
    mote_fb_set_ref(w, subgraph_operators, operators);
    tensors = mote_fb_end(w);
    return mote_fb_put_refs(w, &tensors, 1);
}

/* The model, or NULL with err filled. */
static mote_model *read_plan(const file_plan *p, mote_error *err)
{
    mote_fb_writer w = {0};
    mote_fb_ref    buffers = put_buffers(&w), graphs = put_subgraph(&w, p), codes[OPERATORS_MAX], list;
    mote_model    *model;
    int32_t        i;

    for (i = 0; i < p->operation_count; i++)
        codes[i] = put_code(&w, &p->operations[i]);
    list = mote_fb_put_refs(&w, codes, (size_t)p->operation_count);
    mote_fb_begin(&w);
    mote_fb_set_u32(&w, model_version, TFLITE_SCHEMA_VERSION, 0);
    mote_fb_set_ref(&w, model_operator_codes, list);
    mote_fb_set_ref(&w, model_subgraphs, graphs);
    mote_fb_set_ref(&w, model_buffers, buffers);
    mote_fb_finish(&w, mote_fb_end(&w), TFLITE_IDENTIFIER);
    *err = (mote_error){0};
    mote_tflite_read(&model, w.bytes + w.capacity - w.used, w.used, 0, err);
    mote_fb_writer_free(&w);
    return model;
}

static void assert_refused(const file_plan *p, const char *text)
{
    mote_error err;

    assert_null(read_plan(p, &err));
    assert_int_equal(err.code, MOTE_ERR_UNSUPPORTED);
    if (strcmp(err.text, text) != 0)
        fail_msg("it says\n\"%s\", not\n\"%s\"", err.text, text);
}

static const value float_value = {TFLITE_FLOAT32, false, 0};

/* One operator behind the other. */
static file_plan chain_of(const operation *operations, int32_t count)
{
    file_plan p = {.value_count = count + 1, .operation_count = count, .out = count};
    int32_t   i;

    for (i = 0; i < count; i++) {
        p.values[i] = float_value;
        p.operations[i] = operations[i];
        p.operations[i].in[0] = i;
        p.operations[i].in[1] = p.operations[i].in[2] = NONE;
        p.operations[i].out = i + 1;
    }
    p.values[count] = float_value;
    return p;
}

/* ---- operators ---- */

static void all_operators_that_are_missing_are_named_once_each(void **state)
{
    const operation many[] = {{.builtin = LSH_PROJECTION},
                              {.builtin = BUILTIN_RELU},
                              {.builtin = UNIQUE},
                              {.builtin = HASHTABLE},
                              {.builtin = UNIQUE},
                              {.builtin = MRT_CUSTOM_CODE, .custom = "Erf"},
                              {.builtin = BUILTIN_RELU, .version = 9}};
    const operation control[] = {{.builtin = CALL}};
    file_plan       p = chain_of(many, 7);

    (void)state;
    assert_refused(&p, "operators not supported: LSH_PROJECTION, UNIQUE (2), HASHTABLE, custom operator \"Erf\", RELU in "
                       "version 9 (up to 3 there "
                       "is); `mote inspect --operators` lists what there is");
    p = chain_of(control, 1);
    assert_refused(&p, "operator not supported: CALL; of control flow there are IF and WHILE: convert the model with these");
}

/* ---- types ---- */

static void a_type_that_mote_lacks_is_named_and_only_where_it_is_used(void **state)
{
    const operation relu = {.builtin = BUILTIN_RELU};
    const int8_t    types[] = {TFLITE_STRING,   TFLITE_COMPLEX64, TFLITE_COMPLEX128,
                               TFLITE_RESOURCE, TFLITE_VARIANT,   TFLITE_BFLOAT16,
                               TFLITE_INT2,     TFLITE_UINT4,     100};
    mote_error      err;
    mote_model     *model;
    size_t          i;

    (void)state;
    for (i = 0; i < sizeof types; i++) {
        file_plan p = chain_of(&relu, 1);
        p.values[p.value_count++] = (value){types[i], i % 2 != 0, 0};
        if (!(model = read_plan(&p, &err)))
            fail_msg("%s", err.text);
        mote_model_destroy(model);
    }
    {
        file_plan p = chain_of((const operation[]){relu, relu}, 2);
        p.values[1].type = TFLITE_COMPLEX64;
        p.values[2].type = 100;
        assert_refused(&p,
                       "element types that are not supported: complex64, number 100, which is no type that mote knows; the "
                       "first is tensor 1's");
    }
}

/* rows: the weights'; 0: as many as columns. */
static void assert_kind_of(int32_t builtin, int32_t rows, int8_t in, int8_t weights, int8_t out, const char *says)
{
    file_plan  p = {.values = {{in, false, 0}, {weights, true, rows}, {out, false, 0}},
                    .operations = {{.builtin = builtin, .in = {0, 1, NONE}, .out = 2}},
                    .value_count = 3,
                    .operation_count = 1,
                    .out = 2};
    mote_error err;

    assert_null(read_plan(&p, &err));
    assert_int_equal(err.code, MOTE_ERR_UNSUPPORTED);
    if (strncmp(err.text, says, strlen(says)) != 0)
        fail_msg("it says\n\"%s\", not\n\"%s\"", err.text, says);
}

static void assert_kind(int8_t in, int8_t weights, int8_t out, const char *says)
{
    assert_kind_of(BUILTIN_FULLY_CONNECTED, 0, in, weights, out, says);
}

static void a_kind_of_file_that_the_converter_makes_is_named(void **state)
{
    (void)state;
    assert_kind_of(BUILTIN_MUL, 1, TFLITE_FLOAT32, TFLITE_INT8, TFLITE_FLOAT32,
                   "a dynamic-range file: float32 activations with int8 weights; no kernel takes MUL (float32, int8) to "
                   "float32: convert it ");
    assert_kind(TFLITE_INT16, TFLITE_UINT8, TFLITE_INT16, "an int16x8 file: ");
    assert_kind(TFLITE_UINT8, TFLITE_INT8, TFLITE_UINT8, "a uint8 file");
    assert_kind(TFLITE_FLOAT32, TFLITE_INT4, TFLITE_FLOAT32, "a file with 4-bit weights; ");
    assert_kind(TFLITE_FLOAT32, TFLITE_FLOAT16, TFLITE_FLOAT32, "a float16 file: ");
    assert_kind(TFLITE_FLOAT64, TFLITE_FLOAT64, TFLITE_FLOAT64, "no kernel takes ");
}

static void float16_weights_become_float32_when_the_file_is_read(void **state)
{
    file_plan   p = {.values = {{TFLITE_FLOAT16, true, 1}, {TFLITE_FLOAT32, false, 0}, {TFLITE_FLOAT32, false, 0}},
                     .operations = {{.builtin = BUILTIN_DEQUANTIZE, .version = 3, .in = {0, NONE, NONE}, .out = 1}},
                     .value_count = 3,
                     .operation_count = 1,
                     .in = 2,
                     .out = 1};
    mote_error  err;
    mote_model *model = read_plan(&p, &err);
    mote_graph *graph;

    (void)state;
    assert_non_null(model);
    graph = &model->graphs[0];
    assert_int_equal(graph->node_count, 0);
    assert_int_equal(graph->tensors[graph->outputs[0]].kind, MOTE_CONST);
    assert_int_equal(graph->tensors[graph->outputs[0]].dtype, MOTE_F32);
    mote_model_destroy(model);
}

/* ---- constants ---- */

static mote_id add_f32(mote_model *model, const char *name, const float *bytes, mote_error *err)
{
    mote_graph *graph = &model->graphs[0];
    mote_tensor tensor = {.name = name, .rank = 2, .dim = {1, VALUES}};

    return bytes ? mote_graph_add_const(model, graph, name, MOTE_F32, 2, tensor.dim, bytes, err)
                 : mote_graph_add_tensor(model, graph, &tensor, err);
}

static void add_node(mote_model *model, mote_op_kind op, mote_id a, mote_id b, mote_id out, mote_error *err)
{
    mote_id   in[] = {a, b};
    mote_node node = {.op = op, .in = in, .in_count = b == MOTE_NONE ? 1 : 2, .out = &out, .out_count = 1};

    if (op == MOTE_OP_LEAKY_RELU)
        node.as.leaky_relu.alpha = 0.5f;
    assert_non_null(mote_graph_add_node(model, &model->graphs[0], &node, err));
}

/* y = x + leaky_relu(a + b), z = leaky_relu(a + b), as a file has them. */
static mote_model *read_constants_and_keep(mote_text *file)
{
    static const float a[VALUES] = {1, -8, 2, 0}, b[VALUES] = {3, 2, -5, 0};
    mote_model        *model, *back;
    mote_error         err = {0};
    mote_id            x, sum, ends[2];

    assert_int_equal(mote_model_create(&model, MOTE_STAGE_INFER, 0, &err), MOTE_OK);
    x = add_f32(model, "x", NULL, &err);
    sum = add_f32(model, "sum", NULL, &err);
    ends[1] = add_f32(model, "z", NULL, &err);
    ends[0] = add_f32(model, "y", NULL, &err);
    add_node(model, MOTE_OP_ADD, add_f32(model, "a", a, &err), add_f32(model, "b", b, &err), sum, &err);
    add_node(model, MOTE_OP_LEAKY_RELU, sum, MOTE_NONE, ends[1], &err);
    add_node(model, MOTE_OP_ADD, x, ends[1], ends[0], &err);
    mote_graph_set_inputs(model, &model->graphs[0], &x, 1, &err);
    mote_graph_set_outputs(model, &model->graphs[0], ends, 2, &err);
    assert_int_equal(mote_tflite_write(file, model, &err), MOTE_OK);
    if (mote_tflite_read(&back, (const uint8_t *)file->bytes, file->count, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_model_destroy(model);
    return back;
}

static mote_model *read_constants(void)
{
    mote_text   file = {0};
    mote_model *model = read_constants_and_keep(&file);

    mote_text_free(&file);
    return model;
}

static void assert_answers(const mote_model *model)
{
    static const float x[VALUES] = {10, 20, 30, 40}, z[VALUES] = {4, -3, -1.5f, 0};
    mote_runner       *runner;
    mote_error         err = {0};
    int32_t            i;

    if (mote_runner_create(&runner, model, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    memcpy(mote_runner_input(runner, 0), x, sizeof x);
    invoke_model(runner);
    for (i = 0; i < VALUES; i++) {
        assert_true(((const float *)mote_runner_output(runner, 0))[i] == x[i] + z[i]);
        assert_true(((const float *)mote_runner_output(runner, 1))[i] == z[i]);
    }
    mote_runner_destroy(runner);
}

static void operators_that_read_constants_alone_are_computed_when_the_file_is_read(void **state)
{
    mote_model     *model = read_constants(), *copy;
    mote_inspection inspection;
    mote_error      err = {0};

    (void)state;
    assert_int_equal(model->graphs[0].node_count, 1);
    assert_int_equal(model->graphs[0].nodes[0].origin, 2); /* the file's number */
    assert_answers(model);
    assert_int_equal(mote_inspect(&inspection, model, NULL, &err), MOTE_OK);
    assert_null(inspection.memory_failure);
    mote_inspection_free(&inspection);
    assert_int_equal(mote_model_copy(&copy, model, &err), MOTE_OK);
    assert_answers(copy);
    mote_model_destroy(copy);
    mote_model_destroy(model);
}

/* The interpreter has no such operators: it gets a file without them. */
static void compiled_code_and_the_interpreter_do_without_operators_of_constants(void **state)
{
    const char *folder = "build/tests/constants", *targets[] = {"c", "interpreter", "array"};
    mote_text   file = {0};
    mote_model *model = read_constants_and_keep(&file);
    size_t      i;

    (void)state;
    for (i = 0; i < 3; i++) {
        mote_compile_options options = {
            .target = targets[i], .name = "constants", .file = file.bytes, .file_bytes = file.count};
        mote_error err = {0};
        if (mote_compile(NULL, model, folder, &options, &err) != MOTE_OK)
            fail_msg("%s: %s", targets[i], err.text);
        assert_int_equal(mote_remove_tree(folder, &err), MOTE_OK);
    }
    mote_text_free(&file);
    mote_model_destroy(model);
}

/* A window over an image of nothing, again and again: few bytes that ask for hours. */
static void constants_that_take_too_long_are_refused(void **state)
{
    const int32_t dim[] = {1, 2000, 2000, 1};
    mote_model   *model, *back;
    mote_text     file = {0};
    mote_error    err = {0};
    mote_tensor   image = {.name = "image", .dtype = MOTE_I8, .rank = 4, .kind = MOTE_CONST}, x = {.name = "x", .rank = 1};
    mote_id       in[1], out[1], other;
    mote_node     node = {.op = MOTE_OP_MAX_POOL_2D, .in = in, .in_count = 1, .out = out, .out_count = 1};

    (void)state;
    assert_int_equal(mote_model_create(&model, MOTE_STAGE_QUANTIZED, 0, &err), MOTE_OK);
    memcpy(image.dim, dim, sizeof dim);
    x.dim[0] = 1;
    image.quant = mote_quant_create(model, -1, 1, (const float[]){1}, NULL, &err);
    image.data = mote_arena_alloc(&model->arena, mote_tensor_bytes(&image), 1, &err);
    in[0] = mote_graph_add_tensor(model, &model->graphs[0], &image, &err);
    image.kind = MOTE_ACTIVATION;
    image.data = NULL;
    out[0] = mote_graph_add_tensor(model, &model->graphs[0], &image, &err);
    other = mote_graph_add_tensor(model, &model->graphs[0], &x, &err);
    node.as.max_pool_2d =
        (mrt_pool_attributes){.filter_h = 2000, .filter_w = 2000, .stride_h = 1, .stride_w = 1, .padding = MRT_PADDING_SAME};
    assert_non_null(mote_graph_add_node(model, &model->graphs[0], &node, &err));
    mote_graph_set_inputs(model, &model->graphs[0], &other, 1, &err);
    mote_graph_set_outputs(model, &model->graphs[0], out, 1, &err);
    assert_int_equal(mote_tflite_write(&file, model, &err), MOTE_OK);
    assert_int_equal(mote_tflite_read(&back, (const uint8_t *)file.bytes, file.count, 0, &err), MOTE_ERR_LIMIT);
    if (!strstr(err.text, "take too long to compute"))
        fail_msg("%s", err.text);
    mote_text_free(&file);
    mote_model_destroy(model);
}

/* ---- asking for what there is not ---- */

static void a_model_that_is_not_there_has_nothing(void **state)
{
    mote_model *model = read_constants();
    mote_goal   goal;
    int32_t     index;

    (void)state;
    for (index = -2; index < 4; index += 2) {
        const mote_tensor_info in = mote_model_input(index < 0 || index > 0 ? model : NULL, index),
                               out = mote_model_output(NULL, index);
        assert_int_equal(in.count + in.bytes + (size_t)in.rank, 0);
        assert_string_equal(in.name, "");
        assert_string_equal(out.name, "");
    }
    assert_int_equal(mote_model_output(model, 2).bytes, 0);
    assert_int_equal(mote_model_input_count(NULL) + mote_model_output_count(NULL) + mote_model_label_count(NULL, 0), 0);
    assert_int_equal(mote_model_left_out_count(NULL), 0);
    assert_null(mote_model_left_out(NULL, 0));
    assert_null(mote_model_label(NULL, 0, 0));
    assert_int_equal(mote_model_answers(NULL, 0), MOTE_ANSWERS_UNKNOWN);
    assert_false(mote_model_goal(&goal, NULL, 0));
    assert_string_equal(mote_model_name(NULL), "");
    assert_false(mote_model_is_quantized(NULL));
    mote_model_destroy(model);
}

static void loading_and_saving_nothing_is_wrong_usage(void **state)
{
    mote_model *model = read_constants(), *back = model;
    mote_error  err = {0};

    (void)state;
    assert_int_equal(mote_model_load(&back, NULL, NULL, &err), MOTE_ERR_USAGE);
    assert_null(back);
    mote_error_clear(&err);
    assert_int_equal(mote_model_save(NULL, "build/tests/nothing.tflite", &err), MOTE_ERR_USAGE);
    mote_error_clear(&err);
    assert_int_equal(mote_model_save(model, NULL, &err), MOTE_ERR_USAGE);
    mote_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_operators_that_are_missing_are_named_once_each),
        cmocka_unit_test(a_type_that_mote_lacks_is_named_and_only_where_it_is_used),
        cmocka_unit_test(a_kind_of_file_that_the_converter_makes_is_named),
        cmocka_unit_test(float16_weights_become_float32_when_the_file_is_read),
        cmocka_unit_test(operators_that_read_constants_alone_are_computed_when_the_file_is_read),
        cmocka_unit_test(compiled_code_and_the_interpreter_do_without_operators_of_constants),
        cmocka_unit_test(constants_that_take_too_long_are_refused),
        cmocka_unit_test(a_model_that_is_not_there_has_nothing),
        cmocka_unit_test(loading_and_saving_nothing_is_wrong_usage),
    };
    return cmocka_run_group_tests_name("tflite lacks", tests, NULL, NULL);
}
