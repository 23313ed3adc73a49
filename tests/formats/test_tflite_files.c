/* .tflite files that mote writes, as an independent reader sees them: flatc with tflite_subset.fbs turns them into JSON,
 * which is compared with the model; flatc's own builder makes a file of that JSON again, which mote must read as the same
 * model. Without flatc (Debian: flatbuffers-compiler) the tests say so and are skipped. SPDX-License-Identifier: Apache-2.0
 */
#include "testing.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "formats/formats.h"
#include "samples.h"

#define FOLDER "build/tests/flatc"

static bool has_flatc(void)
{
    if (system("flatc --version > /dev/null 2>&1") == 0)
        return true;
    tell_untested("flatc", "it is not installed (Debian: apt install flatbuffers-compiler)");
    return false;
}

static void run_command(const char *command)
{
    if (system(command) != 0)
        fail_msg("%s failed", command);
}

/* The file as JSON. */
static json_t *show_file(const mote_model *model)
{
    mote_error   err = {0};
    json_error_t where;
    json_t      *json;

    assert_int_equal(mote_make_dirs(FOLDER, &err), MOTE_OK);
    if (mote_model_save(model, FOLDER "/model.tflite", &err) != MOTE_OK)
        fail_msg("%s", err.text);
    run_command("flatc --json --raw-binary --strict-json --defaults-json -o " FOLDER
                " tests/formats/tflite_subset.fbs -- " FOLDER "/model.tflite");
    json = json_load_file(FOLDER "/model.json", 0, &where);
    if (!json)
        fail_msg("%s", where.text);
    return json;
}

static const json_t *member(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!value)
        fail_msg("no \"%s\"", key);
    return value;
}

static void assert_ints(const json_t *array, const int32_t *values, int32_t count)
{
    int32_t i;
    assert_int_equal(json_array_size(array), count);
    for (i = 0; i < count; i++)
        assert_int_equal(json_integer_value(json_array_get(array, (size_t)i)), values[i]);
}

/* flatc prints floats with at least six digits. */
static void assert_quant(const json_t *json, const mote_quant *quant)
{
    const json_t *scale = member(json, "scale"), *zero_point = member(json, "zero_point");
    int32_t       i;
    assert_int_equal(json_array_size(scale), quant->count);
    assert_int_equal(json_array_size(zero_point), quant->count);
    assert_int_equal(json_integer_value(member(json, "quantized_dimension")), quant->axis < 0 ? 0 : quant->axis);
    for (i = 0; i < quant->count; i++) {
        assert_float_equal(json_number_value(json_array_get(scale, (size_t)i)), quant->scale[i],
                           1e-5f * quant->scale[i] + 1e-6f);
        assert_int_equal(json_integer_value(json_array_get(zero_point, (size_t)i)), quant->zero_point[i]);
    }
}

static void assert_bytes(const json_t *buffers, json_int_t index, const mote_tensor *tensor)
{
    const json_t  *bytes = json_object_get(json_array_get(buffers, (size_t)index), "data");
    const uint8_t *data = tensor->data;
    size_t         i;
    if (!data) {
        assert_int_equal(index, 0);
        assert_null(bytes);
        return;
    }
    assert_int_equal(json_array_size(bytes), mote_tensor_bytes(tensor));
    for (i = 0; i < mote_tensor_bytes(tensor); i++)
        assert_int_equal(json_integer_value(json_array_get(bytes, i)), data[i]);
}

static void assert_tensor(const json_t *json, const json_t *buffers, const mote_tensor *tensor)
{
    static const char *const names[MOTE_DTYPE_COUNT] = {[MOTE_F32] = "FLOAT32", [MOTE_I8] = "INT8", [MOTE_I32] = "INT32"};
    int32_t                  open[MOTE_RANK_MAX];
    assert_string_equal(json_string_value(member(json, "name")), tensor->name);
    assert_string_equal(json_string_value(member(json, "type")), names[tensor->dtype]);
    assert_ints(member(json, "shape"), tensor->dim, tensor->rank);
    if (tensor->is_batched) {
        memcpy(open, tensor->dim, sizeof open);
        open[0] = -1;
        assert_ints(member(json, "shape_signature"), open, tensor->rank);
    }
    if (tensor->quant)
        assert_quant(member(json, "quantization"), tensor->quant);
    assert_bytes(buffers, json_integer_value(member(json, "buffer")), tensor);
}

static void assert_operator(const json_t *json, const json_t *codes, const mote_node *node)
{
    const json_t *code = json_array_get(codes, (size_t)json_integer_value(member(json, "opcode_index")));
    assert_string_equal(json_string_value(member(code, "builtin_code")), mote_op_kind_name(node->op));
    assert_true(json_integer_value(member(code, "version")) >= 1);
    assert_ints(member(json, "inputs"), node->in, node->in_count);
    assert_ints(member(json, "outputs"), node->out, node->out_count);
}

static void assert_json(const json_t *json, const mote_model *model)
{
    const mote_graph *graph = &model->graphs[0];
    const json_t     *subgraph = json_array_get(member(json, "subgraphs"), 0), *buffers = member(json, "buffers");
    const json_t     *tensors = member(subgraph, "tensors"), *operators = member(subgraph, "operators");
    int32_t           i;
    assert_int_equal(json_integer_value(member(json, "version")), 3);
    assert_ints(member(subgraph, "inputs"), graph->inputs, graph->input_count);
    assert_ints(member(subgraph, "outputs"), graph->outputs, graph->output_count);
    assert_int_equal(json_array_size(tensors), graph->tensor_count);
    assert_int_equal(json_array_size(operators), graph->node_count);
    for (i = 0; i < graph->tensor_count; i++)
        assert_tensor(json_array_get(tensors, (size_t)i), buffers, &graph->tensors[i]);
    for (i = 0; i < graph->node_count; i++)
        assert_operator(json_array_get(operators, (size_t)i), member(json, "operator_codes"), &graph->nodes[i]);
}

/* flatc's builder lays the file out in its own way; mote reads the same model from it. */
static void assert_reads_rebuilt(const mote_model *model)
{
    const mote_graph *a = &model->graphs[0], *b;
    mote_model       *back;
    mote_error        err = {0};
    int32_t           i;
    run_command("flatc --binary -o " FOLDER " tests/formats/tflite_subset.fbs " FOLDER "/model.json");
    run_command("test ! -e " FOLDER "/model.bin || mv " FOLDER "/model.bin " FOLDER "/model.tflite");
    if (mote_model_load(&back, FOLDER "/model.tflite", NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    b = &back->graphs[0];
    assert_int_equal(b->tensor_count, a->tensor_count);
    assert_int_equal(b->node_count, a->node_count);
    for (i = 0; i < a->tensor_count; i++) {
        assert_string_equal(b->tensors[i].name, a->tensors[i].name);
        assert_true(mote_tensor_same_shape(&b->tensors[i], &a->tensors[i]));
        assert_int_equal(b->tensors[i].is_batched, a->tensors[i].is_batched);
        if (a->tensors[i].data)
            assert_memory_equal(b->tensors[i].data, a->tensors[i].data, mote_tensor_bytes(&a->tensors[i]));
    }
    for (i = 0; i < a->node_count; i++) {
        assert_int_equal(b->nodes[i].op, a->nodes[i].op);
        assert_int_equal(b->nodes[i].activation, a->nodes[i].activation);
        assert_memory_equal(&b->nodes[i].as, &a->nodes[i].as, sizeof a->nodes[i].as);
    }
    mote_model_destroy(back);
}

static void check(mote_model *model)
{
    json_t    *json = show_file(model);
    mote_error err = {0};
    assert_json(json, model);
    assert_reads_rebuilt(model);
    json_decref(json);
    mote_model_destroy(model);
    assert_int_equal(mote_remove_tree(FOLDER, &err), MOTE_OK);
}

static void flatc_reads_float_files(void **state)
{
    (void)state;
    if (!has_flatc())
        skip();
    check(sample_sine(MOTE_STAGE_INFER, false));
    check(sample_classifier(MOTE_STAGE_INFER));
}

static void flatc_reads_int8_files(void **state)
{
    (void)state;
    if (!has_flatc())
        skip();
    check(sample_sine(MOTE_STAGE_QUANTIZED, true));
    check(sample_classifier(MOTE_STAGE_QUANTIZED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flatc_reads_float_files),
        cmocka_unit_test(flatc_reads_int8_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
