/* ONNX models: networks by PyTorch's exporters answer as ONNX Runtime does, operators as the `onnx` package's own tests say
 * (tests/golden/gen_onnx.py, check_onnx_nodes.py); files that lie are refused in one line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/file.h>
#include <mote/run.h>

#include "base/text.h"
#include "formats/formats.h"
#include "graph/graph.h"
#include "ops/golden_cases.h"
#include "running.h"

/* ---- layouts ---- */

static bool is_channels_last(const mote_model *model, const char *kind, const char *name)
{
    char    begins[200];
    int32_t i;

    snprintf(begins, sizeof begins, "%s %s is [", kind, name);
    for (i = 0; i < mote_model_note_count(model); i++)
        if (strncmp(mote_model_note(model, i), begins, strlen(begins)) == 0)
            return true;
    return false;
}

/* Between the file's order, [N, C, ...], and [N, ..., C]; info: of the end as mote has it. */
static void turn(const mote_tensor_info *info, const uint8_t *from, uint8_t *to, bool is_to_file)
{
    const size_t width = info->bytes / info->count, channels = (size_t)info->dim[info->rank - 1],
                 samples = (size_t)info->dim[0], places = info->count / channels / samples;
    size_t n, p, c;

    for (n = 0; n < samples; n++)
        for (p = 0; p < places; p++)
            for (c = 0; c < channels; c++) {
                const size_t last = ((n * places + p) * channels + c) * width,
                             file = ((n * channels + c) * places + p) * width;
                memcpy(to + (is_to_file ? file : last), from + (is_to_file ? last : file), width);
            }
}

/* ---- running a case ---- */

typedef struct tolerance {
    float relative, absolute, of_largest;
} tolerance;

static bool is_near(const mote_tensor_info *out, const uint8_t *got, const uint8_t *wanted, tolerance t)
{
    const float *a = (const float *)(const void *)got;
    float        b, largest = 1;
    size_t       i;

    if (out->dtype != MOTE_F32)
        return memcmp(got, wanted, out->bytes) == 0;
    for (i = 0; i < out->count; i++) {
        memcpy(&b, wanted + i * sizeof b, sizeof b);
        largest = isfinite(b) ? fmaxf(largest, fabsf(b)) : largest;
    }
    for (i = 0; i < out->count; i++) {
        memcpy(&b, wanted + i * sizeof b, sizeof b);
        if (isnan(b) ? !isnan(a[i])
                     : a[i] != b && !(fabsf(a[i] - b) <= t.absolute + t.relative * fabsf(b) + t.of_largest * largest))
            return false;
    }
    return true;
}

static void check_sample(const golden_case *c, const mote_model *ends, mote_runner *runner, const uint8_t *sample,
                         tolerance t)
{
    uint8_t *turned = malloc(1 << 20);
    int32_t  i;

    assert_non_null(turned);
    for (i = 0; i < (int32_t)c->in_count; i++) {
        const mote_tensor_info in = mote_model_input(ends, i);
        assert_int_equal(in.bytes, c->in_bytes[i]);
        if (is_channels_last(ends, "input", in.name))
            turn(&in, sample, mote_runner_input(runner, i), false);
        else
            memcpy(mote_runner_input(runner, i), sample, in.bytes);
        sample += in.bytes;
    }
    invoke_model(runner);
    for (i = 0; i < (int32_t)c->out_count; i++) {
        const mote_tensor_info out = mote_model_output(ends, i);
        const uint8_t         *got = mote_runner_output(runner, i);
        assert_int_equal(out.bytes, c->out_bytes[i]);
        assert_true(out.bytes <= 1 << 20);
        if (is_channels_last(ends, "output", out.name)) {
            turn(&out, got, turned, true);
            got = turned;
        }
        if (!is_near(&out, got, sample, t))
            fail_msg("%s: output %s differs", c->name, out.name);
        sample += out.bytes;
    }
    free(turned);
}

/* ends: the model as it was read, which knows the layouts. */
static void check_answers(const golden_case *c, const mote_model *ends, const mote_model *model, tolerance t)
{
    mote_error     err = {0};
    mote_runner   *runner;
    const uint8_t *sample = c->samples;
    size_t         step = 0;
    uint32_t       i;

    for (i = 0; i < c->in_count; i++)
        step += c->in_bytes[i];
    for (i = 0; i < c->out_count; i++)
        step += c->out_bytes[i];
    if (mote_runner_create(&runner, model, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", c->name, err.text);
    for (i = 0; i < c->sample_count; i++, sample += step)
        check_sample(c, ends, runner, sample, t);
    mote_runner_destroy(runner);
}

static mote_model *read_case(const golden_case *c)
{
    mote_error  err = {0};
    mote_model *model;

    if (mote_model_read(&model, c->model, c->model_bytes, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", c->name, err.text);
    return model;
}

/* What is written as .tflite answers the same. */
static void check_written(const golden_case *c, const mote_model *model, tolerance t)
{
    mote_error  err = {0};
    mote_text   file = {0};
    mote_model *again = NULL;

    if (mote_tflite_write(&file, model, &err) != MOTE_OK ||
        mote_model_read(&again, (const uint8_t *)file.bytes, file.count, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", c->name, err.text);
    check_answers(c, model, again, t);
    mote_model_destroy(again);
    mote_text_free(&file);
}

static int count_notes(const mote_model *model, const char *begins)
{
    int32_t i;
    int     count = 0;

    for (i = 0; i < mote_model_note_count(model); i++)
        count += strncmp(mote_model_note(model, i), begins, strlen(begins)) == 0;
    return count;
}

static int count_operators(const mote_model *model, mote_op_kind op)
{
    int32_t i;
    int     count = 0;

    for (i = 0; i < model->graphs[0].node_count; i++)
        count += model->graphs[0].nodes[i].op == op;
    return count;
}

/* Attention moves heads before batches are multiplied, and back; the shuffle of channels is a move. */
static int needed_transposes(const char *name)
{
    return strncmp(name, "encoder", 7) == 0 ? 4 : strncmp(name, "mixed", 5) == 0 ? 1 : 0;
}

static void networks_of_pytorch_answer_as_onnx_runtime_does(void **state)
{
    const tolerance t = {.of_largest = 1e-5f};
    golden_file     file;
    golden_case     c;
    int             count = 0;

    (void)state;
    golden_open(&file, "tests/golden/onnx/nets.npz");
    for (; golden_next(&file, &c); count++) {
        mote_model *model = read_case(&c);
        check_answers(&c, model, model, t);
        check_written(&c, model, t);
        assert_int_equal(count_notes(model, "a TRANSPOSE"), needed_transposes(c.name));
        assert_int_equal(count_operators(model, MOTE_OP_TRANSPOSE), needed_transposes(c.name));
        assert_int_equal(model->stage, MOTE_STAGE_INFER);
        mote_model_destroy(model);
    }
    assert_int_equal(count, 60);
    golden_close(&file);
}

static void an_open_batch_stays_one_but_where_samples_are_mixed(void **state)
{
    golden_file file;
    golden_case c;

    (void)state;
    golden_open(&file, "tests/golden/onnx/nets.npz");
    while (golden_next(&file, &c)) {
        mote_model *model = read_case(&c);
        const bool  is_open = strstr(c.name, "_open") != NULL;
        const bool  is_mixed = count_notes(model, "the batch is 1: ") > 0;
        assert_true(!is_mixed || (is_open && (strncmp(c.name, "encoder", 7) == 0 || strncmp(c.name, "rnn", 3) == 0)));
        assert_int_equal(mote_model_input(model, 0).is_batched, is_open && !is_mixed);
        mote_model_destroy(model);
    }
    golden_close(&file);
}

static void operators_answer_as_the_onnx_package_says(void **state)
{
    const tolerance t = {.relative = 1e-3f, .absolute = 1e-5f};
    golden_file     file;
    golden_case     c;
    int             count = 0;

    (void)state;
    golden_open(&file, "tests/golden/onnx/nodes.npz");
    for (; golden_next(&file, &c); count++) {
        mote_model *model = read_case(&c);
        check_answers(&c, model, model, t);
        mote_model_destroy(model);
    }
    assert_int_equal(count, 876);
    golden_close(&file);
}

static void files_made_by_hand_answer_as_onnx_runtime_does(void **state)
{
    const tolerance t = {.of_largest = 1e-5f};
    golden_file     file;
    golden_case     c;
    int             count = 0;

    (void)state;
    golden_open(&file, "tests/golden/onnx/made.npz");
    for (; golden_next(&file, &c); count++) {
        mote_model *model = read_case(&c);
        check_answers(&c, model, model, t);
        mote_model_destroy(model);
    }
    assert_int_equal(count, 37);
    golden_close(&file);
}

static int32_t count_op(const mote_model *model, mote_op_kind op)
{
    int32_t g, n, count = 0;

    for (g = 0; g < model->graph_count; g++)
        for (n = 0; n < model->graphs[g].node_count; n++)
            count += model->graphs[g].nodes[n].op == op;
    return count;
}

/* An LSTM is one operator where the batch is open: its state must not outlive an inference. */
static void recurrent_layers_are_operators_or_loops(void **state)
{
    golden_file file;
    golden_case c;

    (void)state;
    golden_open(&file, "tests/golden/onnx/nets.npz");
    while (golden_next(&file, &c)) {
        const bool is_lstm = strncmp(c.name, "lstm", 4) == 0, has_two = strncmp(c.name, "lstm_2", 6) == 0;
        const bool is_other = (strncmp(c.name, "gru", 3) == 0 || strncmp(c.name, "rnn", 3) == 0) &&
                              strncmp(c.name, "rnn_dynamo", 10) != 0; /* steps one by one in the file already */
        const int32_t layers = has_two ? 4 : is_lstm || is_other ? 1 : 0;
        mote_model   *model = read_case(&c);
        const bool    is_open = is_lstm && mote_model_input(model, 0).is_batched;
        assert_int_equal(count_op(model, MOTE_OP_UNIDIRECTIONAL_SEQUENCE_LSTM), is_open ? layers : 0);
        assert_int_equal(count_op(model, MOTE_OP_WHILE), is_open ? 0 : layers);
        mote_model_destroy(model);
    }
    golden_close(&file);
}

/* Real operators are left only where the file has them without scales: none of these is. */
static void quantized_networks_are_computed_with_integers(void **state)
{
    const tolerance t = {.of_largest = 0.05f};
    golden_file     file;
    golden_case     c;
    int32_t         n;
    int             count = 0;

    (void)state;
    golden_open(&file, "tests/golden/onnx/quantized.npz");
    for (; golden_next(&file, &c); count++) {
        mote_model       *model = read_case(&c);
        const mote_graph *graph = &model->graphs[0];
        const bool        has_real = strncmp(c.name, "unet_QOperator", 14) == 0; /* its ConvTranspose has no scales */
        check_answers(&c, model, model, t);
        check_written(&c, model, t);
        assert_int_equal(model->stage, MOTE_STAGE_QUANTIZED);
        for (n = 0; n < graph->node_count && !has_real; n++)
            assert_true(graph->nodes[n].op == MOTE_OP_DEQUANTIZE ||
                        mote_node_out(graph, &graph->nodes[n], 0)->dtype == MOTE_I8);
        mote_model_destroy(model);
    }
    assert_int_equal(count, 16);
    golden_close(&file);
}

/* ---- files made by hand ---- */

/* A message under construction. */
typedef struct message {
    uint8_t bytes[8192];
    size_t  count;
} message;

static void put_byte(message *m, uint64_t byte)
{
    assert_true(m->count < sizeof m->bytes);
    m->bytes[m->count++] = (uint8_t)byte;
}

static void put_varint(message *m, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        put_byte(m, value | 0x80);
    put_byte(m, value);
}

static void put_number(message *m, uint32_t field, uint64_t value)
{
    put_varint(m, field << 3);
    put_varint(m, value);
}

static void put_bytes(message *m, uint32_t field, const void *bytes, size_t count)
{
    size_t i;

    put_varint(m, field << 3 | 2);
    put_varint(m, count);
    for (i = 0; i < count; i++)
        put_byte(m, ((const uint8_t *)bytes)[i]);
}

static void put_string(message *m, uint32_t field, const char *text)
{
    put_bytes(m, field, text, strlen(text));
}

static void put_message(message *m, uint32_t field, const message *inner)
{
    put_bytes(m, field, inner->bytes, inner->count);
}

/* Inputs and outputs as "a b", attributes as they are. */
static void put_names(message *node, uint32_t field, const char *names)
{
    char text[100], *name, *rest = NULL;

    snprintf(text, sizeof text, "%s", names);
    for (name = strtok_r(text, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
        put_string(node, field, strcmp(name, "-") == 0 ? "" : name);
}

static void put_node(message *graph, const char *type, const char *in, const char *out, const message *attribute)
{
    message node = {.count = 0};

    put_names(&node, 1, in);
    put_names(&node, 2, out);
    put_string(&node, 4, type);
    if (attribute)
        put_message(&node, 5, attribute);
    put_message(graph, 1, &node);
}

/* dim 0: open, and called "length". */
static void put_end(message *graph, uint32_t field, const char *name, int type, int rank, const int *dim)
{
    message shape = {.count = 0}, tensor = {.count = 0}, kind = {.count = 0}, end = {.count = 0};
    int     i;

    for (i = 0; i < rank; i++) {
        message d = {.count = 0};
        if (dim[i] > 0)
            put_number(&d, 1, (uint64_t)dim[i]);
        else
            put_string(&d, 2, "length");
        put_message(&shape, 1, &d);
    }
    put_number(&tensor, 1, (uint64_t)type);
    put_message(&tensor, 2, &shape);
    put_message(&kind, 1, &tensor);
    put_string(&end, 1, name);
    put_message(&end, 2, &kind);
    put_message(graph, field, &end);
}

static void put_constant(message *graph, const char *name, int type, int rank, const uint64_t *dim, const void *raw,
                         size_t bytes)
{
    message tensor = {.count = 0};
    int     i;

    for (i = 0; i < rank; i++)
        put_number(&tensor, 1, dim[i]);
    put_number(&tensor, 2, (uint64_t)type);
    put_string(&tensor, 8, name);
    put_bytes(&tensor, 9, raw, bytes);
    put_message(graph, 5, &tensor);
}

static void finish_model(message *model, const message *graph, uint64_t opset)
{
    message set = {.count = 0};

    put_number(model, 1, 8);
    put_number(&set, 2, opset);
    put_message(model, 8, &set);
    put_message(model, 7, graph);
}

static mote_status read_graph(mote_model **out, const message *graph, const mote_load_options *options, mote_error *err)
{
    message model = {.count = 0};

    finish_model(&model, graph, 17);
    return mote_model_read(out, model.bytes, model.count, options, err);
}

static void check_refused(const message *graph, const char *says)
{
    mote_error  err = {0};
    mote_model *model;

    assert_int_not_equal(read_graph(&model, graph, NULL, &err), MOTE_OK);
    assert_null(model);
    if (!strstr(err.text, says))
        fail_msg("\"%s\" expected in: %s", says, err.text);
}

static const int four[] = {1, 4};

static message begin_graph(void)
{
    message graph = {.count = 0};

    put_string(&graph, 2, "net");
    put_end(&graph, 11, "x", 1, 2, four);
    put_end(&graph, 12, "y", 1, 2, four);
    return graph;
}

static void files_that_lie_are_refused(void **state)
{
    const uint64_t matrix[] = {4, 4}, huge[] = {1u << 30, 1u << 30}, wide[] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    const float    values[16] = {0};
    message        g;

    (void)state;
    g = begin_graph();
    put_node(&g, "Relu", "z", "y", NULL);
    check_refused(&g, "node 0 (Relu): nothing computes its operand \"z\"");
    g = begin_graph();
    put_node(&g, "Add", "x b", "a", NULL);
    put_node(&g, "Relu", "a", "b", NULL);
    put_node(&g, "Neg", "b", "y", NULL);
    check_refused(&g, "node 0 (Add): its operand \"b\" is computed behind it");
    g = begin_graph();
    put_node(&g, "Relu", "x", "y", NULL);
    put_node(&g, "Neg", "x", "y", NULL);
    check_refused(&g, "two values \"y\"");
    g = begin_graph();
    check_refused(&g, "output \"y\" is computed by no node");
    g = begin_graph();
    put_node(&g, "MatMul", "x w", "y", NULL);
    put_constant(&g, "w", 1, 2, matrix, values, 60);
    check_refused(&g, "constant \"w\": it has 60 bytes, 16 values of float32 take 64");
    g = begin_graph();
    put_node(&g, "MatMul", "x w", "y", NULL);
    put_constant(&g, "w", 1, 2, huge, values, 64);
    check_refused(&g, "constant \"w\": larger than 2 GiB");
    g = begin_graph();
    put_node(&g, "MatMul", "x w", "y", NULL);
    put_constant(&g, "w", 1, 9, wide, values, 4);
    check_refused(&g, "constant \"w\": more than 8 dimensions");
    g = begin_graph();
    put_node(&g, "MatMul", "x w", "y", NULL);
    put_constant(&g, "w", 99, 2, matrix, values, 64);
    check_refused(&g, "its operand \"w\" is computed behind it, or of a type that is not supported");
    g = begin_graph();
    put_node(&g, "MatMul", "x", "y", NULL);
    check_refused(&g, "node 0 (MatMul): 1 operands, 2 to 2 expected");
    g = begin_graph();
    put_node(&g, "Foo", "x", "a", NULL);
    put_node(&g, "Bar", "a", "b", NULL);
    put_node(&g, "Foo", "b", "y", NULL);
    check_refused(&g, "operators that are not read: Foo (2), Bar");
    g = begin_graph();
    put_node(&g, "Unsqueeze", "x axes", "y", NULL);
    put_constant(&g, "axes", 7, 1, (uint64_t[]){1}, (int64_t[]){INT64_MIN}, 8);
    check_refused(&g, "axis -9223372036854775808 of 3");
    g = begin_graph();
    put_node(&g, "Reshape", "x shape", "y", NULL);
    put_constant(&g, "shape", 7, 1, (uint64_t[]){2}, (int64_t[]){INT64_MAX, 4}, 16);
    check_refused(&g, "dimension 0 of the new shape is 9223372036854775807");
    g = begin_graph();
    put_node(&g, "Transpose", "x", "t", NULL);
    put_node(&g, "Relu", "t", "y", NULL);
    check_refused(&g, "output \"y\": its dimension 0 is 4, the file says 1");
}

static void nesting_costs_nothing(void **state)
{
    message g = begin_graph(), attribute = {.count = 0}, inner = {.count = 0};
    int     depth;

    (void)state;
    for (depth = 0; depth < 500; depth++) { /* a graph in an attribute of a node of a graph in ... */
        message node = {.count = 0};
        attribute.count = 0;
        put_message(&attribute, 6, &inner);
        put_message(&node, 5, &attribute);
        inner.count = 0;
        put_message(&inner, 1, &node);
    }
    attribute.count = 0;
    put_string(&attribute, 1, "body");
    put_message(&attribute, 6, &inner);
    put_node(&g, "Relu", "x", "y", &attribute);
    check_refused(&g, "node 0 (Relu): a graph in attribute \"body\"");
}

static void a_file_cut_at_any_byte_is_refused(void **state)
{
    message g = begin_graph(), model = {.count = 0};
    size_t  count;

    (void)state;
    put_node(&g, "Relu", "x", "y", NULL);
    finish_model(&model, &g, 17);
    for (count = 0; count < model.count; count++) {
        mote_error  err = {0};
        mote_model *out;
        uint8_t    *cut = malloc(count + 1); /* sanitizers see what is read behind it */
        assert_non_null(cut);
        memcpy(cut + 1, model.bytes, count);
        assert_int_not_equal(mote_model_read(&out, cut + 1, count, NULL, &err), MOTE_OK);
        assert_string_not_equal(err.text, "");
        free(cut);
    }
}

static void opsets_that_mean_something_else_are_refused(void **state)
{
    static const struct {
        uint64_t    opset;
        const char *says;
    } cases[] = {{6, "operators of opset 6; 7 to "}, {1000, "operators of opset 1000; 7 to "}, {7, NULL}, {20, NULL}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        message     g = begin_graph(), model = {.count = 0};
        mote_error  err = {0};
        mote_model *out;
        put_node(&g, "Relu", "x", "y", NULL);
        finish_model(&model, &g, cases[i].opset);
        if (cases[i].says) {
            assert_int_not_equal(mote_model_read(&out, model.bytes, model.count, NULL, &err), MOTE_OK);
            assert_non_null(strstr(err.text, cases[i].says));
        } else
            assert_int_equal(mote_model_read(&out, model.bytes, model.count, NULL, &err), MOTE_OK);
        mote_model_destroy(out);
    }
}

static void open_dimensions_are_given(void **state)
{
    const mote_input_shape shape = {"x", 3, {2, 5, 4}}, other = {"z", 3, {2, 5, 4}}, wrong = {"x", 3, {2, 5, 3}};
    message                g = {.count = 0};
    mote_error             err = {0};
    mote_model            *model;

    (void)state;
    put_end(&g, 11, "x", 1, 3, (int[]){0, 0, 4});
    put_end(&g, 12, "y", 1, 3, (int[]){0, 0, 4});
    put_node(&g, "Relu", "x", "y", NULL);
    check_refused(&g, "input \"x\": dimension 1 (length) is open; only the batch (dimension 0) may be");
    assert_int_equal(read_graph(&model, &g, &(mote_load_options){.shapes = &shape, .shape_count = 1}, &err), MOTE_OK);
    assert_int_equal(mote_model_input(model, 0).dim[0], 2);
    assert_int_equal(mote_model_output(model, 0).dim[1], 5);
    assert_false(mote_model_input(model, 0).is_batched);
    mote_model_destroy(model);
    assert_int_not_equal(read_graph(&model, &g, &(mote_load_options){.shapes = &other, .shape_count = 1}, &err), MOTE_OK);
    assert_non_null(strstr(err.text, "a shape for input z, which the model does not have"));
    mote_error_clear(&err);
    assert_int_not_equal(read_graph(&model, &g, &(mote_load_options){.shapes = &wrong, .shape_count = 1}, &err), MOTE_OK);
    assert_non_null(strstr(err.text, "dimension 2 is 4 in the file, and 3 was given"));
}

/* One step of a sequence looks like one sample; but it is none, and nobody may take it for one. */
static void an_open_sequence_is_no_batch(void **state)
{
    const float w[12] = {0}, r[9] = {0};
    message     g = {.count = 0}, size = {.count = 0};

    (void)state;
    put_string(&size, 1, "hidden_size");
    put_number(&size, 3, 3);
    put_end(&g, 11, "x", 1, 3, (int[]){0, 1, 4});
    put_end(&g, 12, "y", 1, 4, (int[]){0, 1, 1, 3});
    put_constant(&g, "w", 1, 3, (uint64_t[]){1, 3, 4}, w, sizeof w);
    put_constant(&g, "r", 1, 3, (uint64_t[]){1, 3, 3}, r, sizeof r);
    put_node(&g, "RNN", "x w r", "y", &size);
    check_refused(&g, "it would move the axis that counts samples");
    check_refused(&g, "the first dimension is open; --input-shape fixes it");
}

/* ---- constants in other files ---- */

static void constants_in_another_file_are_read(void **state)
{
    mote_error  err = {0};
    mote_model *model;
    mote_file   file = {0};

    (void)state;
    if (mote_model_load(&model, "tests/golden/onnx/external/mlp.onnx", NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(count_operators(model, MOTE_OP_FULLY_CONNECTED), 3);
    mote_model_destroy(model);
    assert_int_equal(mote_file_open(&file, "tests/golden/onnx/external/mlp.onnx", &err), MOTE_OK);
    assert_int_not_equal(mote_model_read(&model, file.bytes, file.count, NULL, &err), MOTE_OK);
    assert_non_null(strstr(err.text, "its data lie in another file, weights.bin, and the model comes from memory"));
    mote_file_close(&file);
}

static void put_external(message *graph, const char *location, const char *offset, const char *length)
{
    const char *entries[][2] = {{"location", location}, {"offset", offset}, {"length", length}};
    message     tensor = {.count = 0};
    int         i;

    put_number(&tensor, 1, 4);
    put_number(&tensor, 1, 4);
    put_number(&tensor, 2, 1);
    put_string(&tensor, 8, "w");
    put_number(&tensor, 14, 1);
    for (i = 0; i < 3; i++) {
        message entry = {.count = 0};
        put_string(&entry, 1, entries[i][0]);
        put_string(&entry, 2, entries[i][1]);
        if (entries[i][1][0] != '\0')
            put_message(&tensor, 13, &entry);
    }
    put_message(graph, 5, &tensor);
}

static void places_outside_the_folder_are_refused(void **state)
{
    static const struct {
        const char *location, *offset, *length, *says;
    } cases[] = {{"/etc/passwd", "", "", "only files beside the model"},
                 {"../weights.bin", "", "", "only files beside the model"},
                 {"a/../../weights.bin", "", "", "only files beside the model"},
                 {"C:\\weights.bin", "", "", "only files beside the model"},
                 {"", "", "", "external data without a location"},
                 {"nothing.bin", "", "", "external data nothing.bin"},
                 {"weights.bin", "2100", "", "64 bytes from byte 2100 on of a file of 2112"},
                 {"weights.bin", "99999999999999999999", "", "a place that is no number"},
                 {"weights.bin", "-4", "", "a place that is no number"},
                 {"weights.bin", "0", "63", "external data of 63 bytes, its shape takes 64"}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        message     g = begin_graph();
        mote_error  err = {0};
        mote_model *model;
        put_node(&g, "MatMul", "x w", "y", NULL);
        put_external(&g, cases[i].location, cases[i].offset, cases[i].length);
        assert_int_not_equal(read_graph(&model, &g, &(mote_load_options){.folder = "tests/golden/onnx/external"}, &err),
                             MOTE_OK);
        if (!strstr(err.text, cases[i].says))
            fail_msg("\"%s\" expected in: %s", cases[i].says, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_of_pytorch_answer_as_onnx_runtime_does),
        cmocka_unit_test(an_open_batch_stays_one_but_where_samples_are_mixed),
        cmocka_unit_test(operators_answer_as_the_onnx_package_says),
        cmocka_unit_test(files_made_by_hand_answer_as_onnx_runtime_does),
        cmocka_unit_test(recurrent_layers_are_operators_or_loops),
        cmocka_unit_test(quantized_networks_are_computed_with_integers),
        cmocka_unit_test(files_that_lie_are_refused),
        cmocka_unit_test(nesting_costs_nothing),
        cmocka_unit_test(a_file_cut_at_any_byte_is_refused),
        cmocka_unit_test(opsets_that_mean_something_else_are_refused),
        cmocka_unit_test(open_dimensions_are_given),
        cmocka_unit_test(an_open_sequence_is_no_batch),
        cmocka_unit_test(constants_in_another_file_are_read),
        cmocka_unit_test(places_outside_the_folder_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
