/* .tflite: what is written is what is read; every operator's golden file gives its golden answers; no file hurts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <dirent.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mote/array.h>
#include <mote/run.h>

#include "base/file.h"
#include "ops/reduce.h"
#include "formats/formats.h"
#include "formats/recipe.h"
#include "formats/tflite/flatbuffer_reader.h"
#include "formats/tflite/flatbuffer_writer.h"
#include "samples.h"
#include "running.h"

/* Numbers of schema.fbs. */
enum { BUILTIN_DEQUANTIZE = 6, BUILTIN_FULLY_CONNECTED = 9, BUILTIN_RELU = 19, OPTIONS_FULLY_CONNECTED = 8 };

static mote_text written(const mote_model *model)
{
    mote_text  file = {0};
    mote_error err = {0};
    if (mote_tflite_write(&file, model, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return file;
}

/* Reads from a copy of exactly that length, so that a sanitizer sees a step too far. */
static mote_status read_bytes(mote_model **out, const void *bytes, size_t count, mote_error *err)
{
    uint8_t    *copy = malloc(count ? count : 1);
    mote_status status;
    memcpy(copy, bytes, count);
    *err = (mote_error){0};
    status = mote_tflite_read(out, copy, count, 0, err);
    free(copy);
    return status;
}

static mote_model *must_read(const mote_text *file)
{
    mote_model *model;
    mote_error  err;
    if (read_bytes(&model, file->bytes, file->count, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

/* ---- the same model ---- */

static void assert_same_quant(const mote_quant *a, const mote_quant *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (!a)
        return;
    assert_int_equal(a->axis, b->axis);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->scale, b->scale, (size_t)a->count * sizeof(float));
    assert_memory_equal(a->zero_point, b->zero_point, (size_t)a->count * sizeof(int32_t));
}

static void assert_same_tensor(const mote_tensor *a, const mote_tensor *b)
{
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->origin, b->origin);
    assert_int_equal(a->dtype, b->dtype);
    assert_true(mote_tensor_same_shape(a, b));
    assert_int_equal(a->is_batched, b->is_batched);
    assert_int_equal(a->kind, b->kind);
    assert_same_quant(a->quant, b->quant);
    assert_int_equal(a->data == NULL, b->data == NULL);
    if (a->data)
        assert_memory_equal(a->data, b->data, mote_tensor_bytes(a));
}

static void assert_same_ids(const mote_id *a, int32_t a_count, const mote_id *b, int32_t b_count)
{
    assert_int_equal(a_count, b_count);
    if (a_count > 0)
        assert_memory_equal(a, b, (size_t)a_count * sizeof *a);
}

/* What of the union an operator's attributes fill; beyond that a copy need not be the same. */
static const size_t attributes_bytes[MOTE_OP_COUNT] = {
#define OP(KIND, name, attributes, header) [MOTE_OP_##KIND] = sizeof(attributes),
#include "runtime/operators.def"
#undef OP
};

static void assert_same_graph(const mote_graph *a, const mote_graph *b)
{
    int32_t i;
    assert_int_equal(a->tensor_count, b->tensor_count);
    assert_int_equal(a->node_count, b->node_count);
    assert_same_ids(a->inputs, a->input_count, b->inputs, b->input_count);
    assert_same_ids(a->outputs, a->output_count, b->outputs, b->output_count);
    for (i = 0; i < a->tensor_count; i++)
        assert_same_tensor(&a->tensors[i], &b->tensors[i]);
    for (i = 0; i < a->node_count; i++) {
        assert_int_equal(a->nodes[i].op, b->nodes[i].op);
        assert_int_equal(a->nodes[i].origin, b->nodes[i].origin);
        assert_int_equal(a->nodes[i].activation, b->nodes[i].activation);
        assert_memory_equal(&a->nodes[i].as, &b->nodes[i].as, attributes_bytes[a->nodes[i].op]);
        assert_same_ids(a->nodes[i].in, a->nodes[i].in_count, b->nodes[i].in, b->nodes[i].in_count);
        assert_same_ids(a->nodes[i].out, a->nodes[i].out_count, b->nodes[i].out, b->nodes[i].out_count);
    }
}

static void assert_same_names(const char *const *a, int32_t a_count, const char *const *b, int32_t b_count)
{
    int32_t i;
    assert_int_equal(a_count, b_count);
    for (i = 0; i < a_count; i++)
        assert_string_equal(a[i], b[i]);
}

static void assert_same_input(const mote_input_recipe *a, const mote_input_recipe *b)
{
    const size_t channels = (size_t)a->preparation.channels * sizeof(float);
    assert_int_equal(a->is_prepared, b->is_prepared);
    assert_int_equal(a->has_dtype, b->has_dtype);
    assert_int_equal(a->dtype, b->dtype);
    assert_int_equal(a->range.is_known, b->range.is_known);
    assert_float_equal(a->range.min, b->range.min, 0);
    assert_float_equal(a->range.max, b->range.max, 0);
    assert_memory_equal(a->image, b->image, sizeof a->image);
    assert_memory_equal(&a->crop, &b->crop, sizeof a->crop);
    assert_same_names(a->columns, a->column_count, b->columns, b->column_count);
    assert_memory_equal(&a->preparation.scale, &b->preparation.scale, sizeof(float));
    assert_memory_equal(&a->preparation.offset, &b->preparation.offset, sizeof(float));
    assert_int_equal(a->preparation.channels, b->preparation.channels);
    if (channels > 0) {
        assert_memory_equal(a->preparation.mean, b->preparation.mean, channels);
        assert_memory_equal(a->preparation.std, b->preparation.std, channels);
    }
}

static void assert_same_output(const mote_output_recipe *a, const mote_output_recipe *b)
{
    assert_same_names(a->labels, a->label_count, b->labels, b->label_count);
    assert_int_equal(a->has_goal, b->has_goal);
    assert_int_equal(a->goal.loss, b->goal.loss);
    assert_int_equal(a->goal.from_logits, b->goal.from_logits);
    assert_int_equal(a->goal.metrics, b->goal.metrics);
    assert_true(a->goal.weight == b->goal.weight);
    assert_same_names(a->columns, a->column_count, b->columns, b->column_count);
}

static void assert_same_recipe(const mote_recipe *a, const mote_recipe *b)
{
    int i;
    for (i = 0; i < MOTE_FEATURES_MAX; i++)
        assert_same_input(&a->input[i], &b->input[i]);
    for (i = 0; i < MOTE_TARGETS_MAX; i++)
        assert_same_output(&a->output[i], &b->output[i]);
}

static void assert_same_model(const mote_model *a, const mote_model *b)
{
    int32_t i;
    assert_int_equal(a->stage, b->stage);
    assert_string_equal(a->name, b->name);
    assert_same_graph(&a->graphs[0], &b->graphs[0]);
    assert_same_recipe(&a->recipe, &b->recipe);
    assert_int_equal(a->metadata_count, b->metadata_count);
    for (i = 0; i < a->metadata_count; i++) {
        assert_string_equal(a->metadata[i].name, b->metadata[i].name);
        assert_int_equal(a->metadata[i].count, b->metadata[i].count);
        assert_memory_equal(a->metadata[i].bytes, b->metadata[i].bytes, a->metadata[i].count);
    }
}

/* Writes, reads, writes: one model, one file. Returns the file's bytes. */
static size_t round_trip(mote_model *model)
{
    mote_text   first = written(model), again = written(model), second;
    mote_model *back = must_read(&first);
    size_t      count = first.count;
    assert_same_model(model, back);
    second = written(back);
    assert_int_equal(first.count, again.count);
    assert_memory_equal(first.bytes, again.bytes, count);
    assert_int_equal(first.count, second.count);
    assert_memory_equal(first.bytes, second.bytes, count);
    mote_model_destroy(back);
    mote_model_destroy(model);
    mote_text_free(&first);
    mote_text_free(&again);
    mote_text_free(&second);
    return count;
}

static void what_is_written_is_read_and_the_bytes_are_the_same_each_time(void **state)
{
    (void)state;
    round_trip(sample_classifier(MOTE_STAGE_INFER));
    round_trip(sample_classifier(MOTE_STAGE_QUANTIZED));
}

/* TensorFlow's converter needs 3,092, 3,296 and 2,576 bytes. */
static void files_are_no_larger_than_the_converter_s(void **state)
{
    (void)state;
    size_t f32 = round_trip(sample_sine(MOTE_STAGE_INFER, false)), i8 = round_trip(sample_sine(MOTE_STAGE_QUANTIZED, false)),
           per_tensor = round_trip(sample_sine(MOTE_STAGE_QUANTIZED, true));
    printf("sine: float %zu bytes, int8 %zu, int8 per tensor %zu\n", f32, i8, per_tensor);
    assert_true(f32 <= 3092);
    assert_true(i8 <= 3296);
    assert_true(per_tensor <= 2576);
}

static void unused_tensors_are_left_out_and_missing_operands_are_made(void **state)
{
    sample                s = sample_begin(MOTE_STAGE_INFER);
    mote_id               in = sample_image(&s, "in", 4, 4, 2), unused = sample_image(&s, "unused", 1, 1, 1), conv, mean;
    mote_tensor           w = {.name = "w", .rank = 4, .dim = {3, 1, 1, 2}};
    mrt_conv_attributes   as = {.stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1};
    mrt_reduce_attributes axes = {.axis = {1, 2}, .axis_count = 2};
    mote_id               ids[3] = {in, sample_const(&s, w, 0, 1, 0.1f), MOTE_NONE};
    mote_text             file;
    mote_model           *model, *back;
    int32_t               i;
    (void)state, (void)unused;
    conv = sample_image(&s, "conv", 4, 4, 3);
    sample_node(&s, MOTE_OP_CONV_2D, sample_attrs(&as, sizeof as), MRT_ACT_NONE, ids, conv);
    mean = sample_activation(&s, (mote_tensor){.name = "mean", .rank = 2, .dim = {1, 3}, .is_batched = true}, 1, 0);
    sample_unary(&s, MOTE_OP_MEAN, sample_attrs(&axes, sizeof axes), conv, mean);
    model = sample_end(&s, in, mean);
    file = written(model);
    back = must_read(&file);
    for (i = 0; i < back->graphs[0].tensor_count; i++)
        assert_string_not_equal(back->graphs[0].tensors[i].name, "unused");
    assert_int_equal(back->graphs[0].nodes[0].in_count, 3); /* a bias of zeroes */
    assert_int_equal(back->graphs[0].nodes[1].in_count, 2); /* the axes */
    assert_int_equal(mote_reduced_axes(&back->graphs[0], &back->graphs[0].nodes[1]), 6);
    mote_model_destroy(back);
    mote_model_destroy(model);
    mote_text_free(&file);
}

/* FILL's first operand must stay a constant while the operator is computed. */
static void a_constant_is_filled_when_the_model_is_read(void **state)
{
    sample        s = sample_begin(MOTE_STAGE_INFER);
    const float   value = 2.5f;
    const int32_t shape[2] = {1, 3}, two = 2;
    mote_tensor   x = {.name = "x", .rank = 2, .dim = {1, 3}};
    mote_id       in = sample_activation(&s, x, 1, 0), filled, out;
    mote_text     file;
    mote_model   *model, *back;
    (void)state;
    filled = sample_activation(&s, x, 1, 0);
    sample_node(&s, MOTE_OP_FILL, sample_attrs(NULL, 0), MRT_ACT_NONE,
                (const mote_id[3]){mote_graph_add_const(s.model, s.graph, "shape", MOTE_I32, 1, &two, shape, &s.err),
                                   mote_graph_add_const(s.model, s.graph, "value", MOTE_F32, 0, NULL, &value, &s.err),
                                   MOTE_NONE},
                filled);
    out = sample_activation(&s, x, 1, 0);
    sample_node(&s, MOTE_OP_MUL, sample_attrs(NULL, 0), MRT_ACT_NONE, (const mote_id[3]){in, filled, MOTE_NONE}, out);
    model = sample_end(&s, in, out);
    file = written(model);
    back = must_read(&file);
    assert_int_equal(back->graphs[0].node_count, 1);
    assert_memory_equal(mote_node_in(&back->graphs[0], &back->graphs[0].nodes[0], 1)->data,
                        ((const float[3]){2.5f, 2.5f, 2.5f}), 3 * sizeof(float));
    mote_model_destroy(back);
    mote_model_destroy(model);
    mote_text_free(&file);
}

static void equal_constants_are_stored_once(void **state)
{
    sample        s = sample_begin(MOTE_STAGE_INFER);
    const float   values[64] = {1, 2, 3};
    const int32_t dim[2] = {8, 8};
    mote_tensor   x = {.name = "x", .rank = 2, .dim = {1, 8}, .is_batched = true};
    mote_id       in = sample_activation(&s, x, 1, 0), at = in;
    mote_text     file;
    mote_model   *model;
    int           i;
    (void)state;
    for (i = 0; i < 20; i++) {
        mote_id out = sample_activation(&s, x, 1, 0);
        mote_id w = mote_graph_add_const(s.model, s.graph, "w", MOTE_F32, 2, dim, values, &s.err);
        sample_node(&s, MOTE_OP_FULLY_CONNECTED, sample_attrs(NULL, 0), MRT_ACT_NONE, (const mote_id[3]){at, w, MOTE_NONE},
                    out);
        at = out;
    }
    model = sample_end(&s, in, at);
    file = written(model);
    assert_true(file.count < 20 * sizeof values / 2);
    mote_text_free(&file);
    round_trip(model);
}

static void a_model_in_training_is_not_written(void **state)
{
    mote_model *model;
    mote_text   file = {0};
    mote_error  err = {0};
    (void)state;
    assert_int_equal(mote_model_create(&model, MOTE_STAGE_TRAIN, 0, &err), MOTE_OK);
    assert_int_equal(mote_tflite_write(&file, model, &err), MOTE_ERR_USAGE);
    assert_int_equal(file.count, 0);
    mote_model_destroy(model);
}

/* A vector of 8-byte elements is not taken for one of 4-byte elements that begins with its bytes at half its alignment. */
static void shared_vectors_keep_their_alignment(void **state)
{
    static const uint8_t behind[12] = {0};
    const int32_t        narrow = 0;
    const int64_t        wide = (int64_t)sizeof behind << 32; /* a 0, then the length of what lies behind */
    mote_fb_writer       w = {0};
    mote_fb_ref          first, second, third;
    (void)state;
    mote_fb_put_vector(&w, behind, sizeof behind, 1, 4);
    first = mote_fb_put_vector(&w, &narrow, 1, sizeof narrow, 4);
    second = mote_fb_put_vector(&w, &wide, 1, sizeof wide, 8);
    third = mote_fb_put_vector(&w, &wide, 1, sizeof wide, 8);
    assert_int_not_equal(second, first);
    assert_int_equal((second - 4) % 8, 0);
    assert_int_equal(third, second);
    mote_fb_writer_free(&w);
}

/* ---- damaged files ---- */

static void a_file_cut_anywhere_is_refused(mote_model *model)
{
    mote_text   file = written(model);
    mote_model *back;
    mote_error  err;
    size_t      solid = file.count, n;
    while (file.bytes[solid - 1] == 0) /* zeroes at the end may be padding */
        solid--;
    for (n = 0; n < solid; n++) {
        assert_int_not_equal(read_bytes(&back, file.bytes, n, &err), MOTE_OK);
        assert_int_equal(err.code, MOTE_ERR_FORMAT);
        assert_true(strlen(err.text) > 0);
        assert_null(back);
    }
    mote_text_free(&file);
    mote_model_destroy(model);
}

static void tflite_rejects_file_cut_at_every_byte(void **state)
{
    (void)state;
    a_file_cut_anywhere_is_refused(sample_sine(MOTE_STAGE_QUANTIZED, false));
    a_file_cut_anywhere_is_refused(sample_classifier(MOTE_STAGE_INFER));
}

/* Every byte changed, one at a time, to a few values: any answer is right that comes without harm. */
static void a_changed_byte_does_no_harm(void **state)
{
    static const uint8_t changes[] = {0x01, 0x80, 0xff, 0x10};
    mote_model          *model = sample_classifier(MOTE_STAGE_QUANTIZED), *back;
    mote_text            file = written(model);
    mote_error           err;
    size_t               n, k;
    (void)state;
    for (n = 0; n < file.count; n++)
        for (k = 0; k < sizeof changes; k++) {
            file.bytes[n] = (char)(file.bytes[n] ^ changes[k]);
            if (read_bytes(&back, file.bytes, file.count, &err) == MOTE_OK)
                mote_model_destroy(back);
            else
                assert_true(strlen(err.text) > 0);
            file.bytes[n] = (char)(file.bytes[n] ^ changes[k]);
        }
    mote_text_free(&file);
    mote_model_destroy(model);
}

static void every_memory_limit_ends_in_one_line(void **state)
{
    mote_model *model = sample_classifier(MOTE_STAGE_QUANTIZED), *back;
    mote_text   file = written(model);
    mote_error  err = {0};
    size_t      cap = 1;
    (void)state;
    while (mote_tflite_read(&back, (const uint8_t *)file.bytes, file.count, &(mote_load_options){.memory_bytes = cap},
                            &err) != MOTE_OK) {
        assert_int_equal(err.code, MOTE_ERR_LIMIT);
        assert_null(back);
        mote_error_clear(&err);
        cap += 64;
        assert_true(cap < 1 << 20);
    }
    mote_model_destroy(back);
    mote_text_free(&file);
    mote_model_destroy(model);
}

/* ---- files made by hand ---- */

/* One FULLY_CONNECTED with float weights [2, 3]; each field breaks something. */
typedef struct handmade {
    uint32_t       version, subgraphs, tensor_copies, w_bytes;
    int32_t        builtin, operator_version, operand, activation, batch;
    const char    *custom;
    const int32_t *signature;
} handmade;

static const handmade sound = {.version = 3,
                               .subgraphs = 1,
                               .w_bytes = 24,
                               .builtin = BUILTIN_FULLY_CONNECTED,
                               .operator_version = 1,
                               .operand = 1,
                               .batch = 1};

static mote_fb_ref handmade_tensor(mote_fb_writer *w, const handmade *h, const char *name, const int32_t dim[2],
                                   uint32_t buffer)
{
    mote_fb_ref shape = mote_fb_put_vector(w, dim, 2, 4, 4), text = mote_fb_put_string(w, name);
    mote_fb_ref signature = h->signature && buffer == 0 ? mote_fb_put_vector(w, h->signature, 2, 4, 4) : 0;
    mote_fb_begin(w);
    mote_fb_set_ref(w, tensor_shape, shape);
    mote_fb_set_u32(w, tensor_buffer, buffer, 0);
    mote_fb_set_ref(w, tensor_name, text);
    mote_fb_set_ref(w, tensor_shape_signature, signature);
    return mote_fb_end(w);
}

/* What is computed, and all copies: what nothing uses is not read. */
static mote_fb_ref handmade_outputs(mote_fb_writer *w, const handmade *h)
{
    int32_t    *ids = calloc(h->tensor_copies + 1, sizeof *ids);
    uint32_t    i;
    mote_fb_ref written;
    for (i = 0; i <= h->tensor_copies; i++)
        ids[i] = (int32_t)i + 2;
    written = mote_fb_put_vector(w, ids, h->tensor_copies + 1, 4, 4);
    free(ids);
    return written;
}

static mote_fb_ref handmade_subgraph(mote_fb_writer *w, const handmade *h)
{
    const int32_t in_dim[2] = {h->batch, 3}, w_dim[2] = {2, 3}, out_dim[2] = {h->batch, 2};
    const int32_t in[2] = {0, h->operand}, out[1] = {2}, ends[1] = {0};
    uint32_t      count = 3 + h->tensor_copies, i;
    mote_fb_ref  *tensors = calloc(count, sizeof *tensors), table, inputs, outputs, options, operators;
    tensors[0] = handmade_tensor(w, h, "in", in_dim, 0);
    tensors[1] = handmade_tensor(w, h, "w\n\x01", w_dim, 1);
    tensors[2] = handmade_tensor(w, h, "out", out_dim, 0);
    for (i = 3; i < count; i++)
        tensors[i] = tensors[1];
    table = mote_fb_put_refs(w, tensors, count);
    free(tensors);
    inputs = mote_fb_put_vector(w, in, 2, 4, 4);
    outputs = mote_fb_put_vector(w, out, 1, 4, 4);
    mote_fb_begin(w);
    mote_fb_set_i8(w, (mote_fb_field){0, "fused_activation_function"}, (int8_t)h->activation, 0);
    options = mote_fb_end(w);
    mote_fb_begin(w);
    mote_fb_set_ref(w, operator_inputs, inputs);
    mote_fb_set_ref(w, operator_outputs, outputs);
    mote_fb_set_u8(w, operator_options_type, OPTIONS_FULLY_CONNECTED, 0);
    mote_fb_set_ref(w, operator_options, options);
    operators = mote_fb_end(w);
    operators = mote_fb_put_refs(w, &operators, 1);
    inputs = mote_fb_put_vector(w, ends, 1, 4, 4);
    outputs = handmade_outputs(w, h);
    mote_fb_begin(w);
    mote_fb_set_ref(w, subgraph_tensors, table);
    mote_fb_set_ref(w, subgraph_inputs, inputs);
    mote_fb_set_ref(w, subgraph_outputs, outputs);
    mote_fb_set_ref(w, subgraph_operators, operators);
    return mote_fb_end(w);
}

static mote_fb_ref handmade_buffers(mote_fb_writer *w, const handmade *h)
{
    uint8_t    *bytes = calloc(h->w_bytes, 1);
    mote_fb_ref refs[2], data = mote_fb_put_vector(w, bytes, h->w_bytes, 1, 16);
    free(bytes);
    mote_fb_begin(w);
    refs[0] = mote_fb_end(w);
    mote_fb_begin(w);
    mote_fb_set_ref(w, buffer_data, data);
    refs[1] = mote_fb_end(w);
    return mote_fb_put_refs(w, refs, 2);
}

/* Of subgraph 1. */
static mote_fb_ref handmade_signatures(mote_fb_writer *w)
{
    mote_fb_ref key = mote_fb_put_string(w, "again"), signature;
    mote_fb_begin(w);
    mote_fb_set_ref(w, signature_key, key);
    mote_fb_set_u32(w, signature_subgraph, 1, 0);
    signature = mote_fb_end(w);
    return mote_fb_put_refs(w, &signature, 1);
}

static mote_text make_file(const handmade *h)
{
    mote_fb_writer w = {0};
    mote_fb_ref    graph[2], graphs, code, buffers = handmade_buffers(&w, h), custom, signatures;
    mote_text      file = {0};
    graph[0] = graph[1] = handmade_subgraph(&w, h);
    graphs = mote_fb_put_refs(&w, graph, h->subgraphs);
    signatures = handmade_signatures(&w);
    custom = h->custom ? mote_fb_put_string(&w, h->custom) : 0;
    mote_fb_begin(&w);
    mote_fb_set_i32(&w, operator_code_builtin, h->builtin, 0);
    mote_fb_set_i32(&w, operator_code_version, h->operator_version, 1);
    mote_fb_set_ref(&w, operator_code_custom, custom);
    code = mote_fb_end(&w);
    code = mote_fb_put_refs(&w, &code, 1);
    mote_fb_begin(&w);
    mote_fb_set_u32(&w, model_version, h->version, 0);
    mote_fb_set_ref(&w, model_operator_codes, code);
    mote_fb_set_ref(&w, model_subgraphs, graphs);
    mote_fb_set_ref(&w, model_buffers, buffers);
    mote_fb_set_ref(&w, model_signatures, signatures);
    mote_fb_finish(&w, mote_fb_end(&w), TFLITE_IDENTIFIER);
    assert_int_equal(w.used % 16, 0);
    mote_text_add(&file, (const char *)w.bytes + w.capacity - w.used, w.used);
    mote_fb_writer_free(&w);
    return file;
}

static mote_status read_handmade(const handmade *h, mote_error *err)
{
    mote_text   file = make_file(h);
    mote_model *model;
    mote_status status = read_bytes(&model, file.bytes, file.count, err);
    mote_model_destroy(model);
    mote_text_free(&file);
    return status;
}

static void assert_refused(handmade h, mote_status code, const char *text)
{
    mote_error err;
    if (read_handmade(&h, &err) != code)
        fail_msg("\"%s\" is another kind of failure than of \"%s\"", err.text, text);
    if (!strstr(err.text, text))
        fail_msg("\"%s\" does not say \"%s\"", err.text, text);
}

static handmade changed(size_t offset, int32_t value)
{
    handmade h = sound;
    memcpy((char *)&h + offset, &value, sizeof value);
    return h;
}
#define CHANGED(field, value) changed(offsetof(handmade, field), value)

static void messages_say_where_and_what(void **state)
{
    static const int32_t open_width[2] = {1, -1};
    handmade             h = sound;
    mote_error           err;
    (void)state;
    assert_int_equal(read_handmade(&h, &err), MOTE_OK);
    assert_refused(CHANGED(version, 2), MOTE_ERR_UNSUPPORTED, "schema version 2");
    assert_refused(CHANGED(subgraphs, 0), MOTE_ERR_FORMAT, "no subgraph");
    assert_refused(CHANGED(w_bytes, 20), MOTE_ERR_FORMAT,
                   "tensor 1 (w\\x0a\\x01): buffer 1 holds 20 bytes, float32[2,3] takes 24");
    assert_refused(CHANGED(builtin, 33), MOTE_ERR_UNSUPPORTED,
                   "operator not supported: EMBEDDING_LOOKUP_SPARSE; `mote inspect");
    assert_refused(CHANGED(builtin, 100000), MOTE_ERR_UNSUPPORTED, "builtin code 100000, which is newer");
    assert_refused(CHANGED(builtin, 119), MOTE_ERR_FORMAT, "operator 0 (WHILE): options of type 8, 93 expected");
    assert_refused(CHANGED(operator_version, 99), MOTE_ERR_UNSUPPORTED, "FULLY_CONNECTED in version 99 (up to ");
    assert_refused(CHANGED(operator_version, -1), MOTE_ERR_FORMAT, "version -1");
    assert_refused(CHANGED(operand, 3), MOTE_ERR_FORMAT, "operator 0 (FULLY_CONNECTED): inputs: tensor 3 of 3");
    assert_refused(CHANGED(operand, -2), MOTE_ERR_FORMAT, "inputs: tensor -2 of 3");
    assert_refused(CHANGED(operand, 2), MOTE_ERR_FORMAT, "read before it is computed");
    assert_refused(CHANGED(activation, 4), MOTE_ERR_UNSUPPORTED, "fused activation 4");
    h.builtin = MRT_CUSTOM_CODE;
    h.custom = "FlexErf";
    assert_refused(h, MOTE_ERR_UNSUPPORTED, "custom operator \"FlexErf\"; \"Flex\" operators are TensorFlow's own");
    h = sound;
    h.signature = open_width;
    assert_refused(h, MOTE_ERR_UNSUPPORTED, "tensor 0 (in): dimension 1 is open; only the batch");
}

static void the_first_of_several_subgraphs_is_read_and_the_others_are_named(void **state)
{
    handmade    h = CHANGED(subgraphs, 2);
    mote_model *model;
    mote_error  err;
    mote_text   file = make_file(&h);
    (void)state;
    if (read_bytes(&model, file.bytes, file.count, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(model->graph_count, 1);
    assert_int_equal(mote_model_left_out_count(model), 1);
    assert_string_equal(mote_model_left_out(model, 0), "again");
    assert_null(mote_model_left_out(model, 1));
    mote_model_destroy(model);
    mote_text_free(&file);
}

static void a_padded_buffer_gives_its_first_bytes(void **state)
{
    handmade    h = CHANGED(w_bytes, 40);
    mote_model *model;
    mote_error  err;
    mote_text   file = make_file(&h);
    (void)state;
    if (read_bytes(&model, file.bytes, file.count, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(mote_tensor_bytes(&model->graphs[0].tensors[1]), 24);
    mote_model_destroy(model);
    mote_text_free(&file);
}

static void an_open_batch_is_one_sample(void **state)
{
    static const int32_t open_batch[2] = {-1, 3};
    handmade             h = sound;
    mote_model          *model;
    mote_error           err;
    mote_text            file;
    (void)state;
    h.signature = open_batch;
    h.batch = 5; /* whatever number stood in the shape */
    file = make_file(&h);
    if (read_bytes(&model, file.bytes, file.count, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_true(mote_model_input(model, 0).is_batched);
    assert_true(mote_model_output(model, 0).is_batched);
    assert_int_equal(mote_model_input(model, 0).dim[0], 1);
    mote_model_destroy(model);
    mote_text_free(&file);
}

static void assert_two_ends(const mote_model *model)
{
    assert_string_equal(mote_model_input(model, 0).name, "left");
    assert_string_equal(mote_model_input(model, 0).tensor_name, "serving_default_left:0");
    assert_string_equal(mote_model_input(model, 1).name, "right");
    assert_string_equal(mote_model_output(model, 0).name, "price");
    assert_string_equal(mote_model_output(model, 1).name, "kind");
    assert_int_equal(mote_model_find_output(model, "kind"), 1);
    assert_int_equal(mote_model_find_output(model, mote_model_output(model, 1).tensor_name), 1);
    assert_int_equal(mote_model_find_output(model, "kin"), -1);
}

static void a_signature_names_inputs_and_outputs_and_is_written_again(void **state)
{
    mote_model *model, *again, *copy;
    mote_text   written = {0};
    mote_error  err = {0};
    (void)state;
    assert_int_equal(mote_model_load(&model, "tests/golden/ends/two.tflite", NULL, &err), MOTE_OK);
    assert_two_ends(model);
    assert_int_equal(mote_tflite_write(&written, model, &err), MOTE_OK);
    assert_int_equal(read_bytes(&again, written.bytes, written.count, &err), MOTE_OK);
    assert_string_equal(again->signature.key, "serving_default");
    assert_two_ends(again);
    assert_int_equal(mote_model_copy(&copy, again, &err), MOTE_OK);
    mote_model_destroy(again);
    assert_two_ends(copy);
    mote_model_destroy(copy);
    mote_model_destroy(model);
    mote_text_free(&written);
}

/* Nobody who runs a model looks at it: the tensors' own names are then all that there are. */
static void a_damaged_signature_does_not_refuse_a_file(void **state)
{
    mote_file   file;
    mote_model *model;
    mote_error  err = {0};
    char       *bytes, *name;
    size_t      i;
    (void)state;
    assert_int_equal(mote_file_open(&file, "tests/golden/ends/two.tflite", &err), MOTE_OK);
    bytes = malloc(file.count);
    memcpy(bytes, file.bytes, file.count);
    for (name = NULL, i = 0; i + 9 < file.count; i++) /* the name's length, far too large */
        if (memcmp(bytes + i, "\005\0\0\0price", 9) == 0)
            name = bytes + i;
    assert_non_null(name);
    name[3] = 0x7f;
    assert_int_equal(read_bytes(&model, bytes, file.count, &err), MOTE_OK);
    assert_string_equal(mote_model_output(model, 0).name, mote_model_output(model, 0).tensor_name);
    assert_int_equal(mote_model_find_input(model, "left"), -1);
    mote_model_destroy(model);
    mote_file_close(&file);
    free(bytes);
}

/* 4 bytes of file name a tensor of 64 KiB again, 100,000 times: 6.4 GB, if nobody looked. */
static void shared_parts_of_a_file_do_not_multiply_without_limit(void **state)
{
    handmade   h = sound;
    mote_error err;
    (void)state;
    h.tensor_copies = 100000;
    assert_int_equal(read_handmade(&h, &err), MOTE_ERR_LIMIT);
}

/* ---- recipes ---- */

static void a_bad_recipe_is_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "line"},
        {"[]", "not a JSON object"},
        {"{\"scale\": 0}", "\"scale\" is 0"},
        {"{\"scale\": \"x\"}", "\"scale\" is not a number"},
        {"{\"offset\": 1e300}", "\"offset\" is not a number of float32's range"},
        {"{\"mean\": [1]}", "lists of one length"},
        {"{\"mean\": [1], \"std\": [1, 2]}", "lists of one length"},
        {"{\"mean\": [], \"std\": []}", "lists of one length"},
        {"{\"mean\": [1], \"std\": [0]}", "must be positive"},
        {"{\"mean\": [1], \"std\": [true]}", "\"std\" is not a number"},
        {"{\"labels\": 3}", "\"labels\" must be a list"},
        {"{\"labels\": [\"a\", 3]}", "entry 1 is no text"},
        {"{\"labels\": [\"a\"], \"labels\": []}", "duplicate"},
        {"{\"image\": 3}", "\"image\" must be height, width and channels"},
        {"{\"image\": [2, 3]}", "\"image\" must be height"},
        {"{\"image\": [2, 3, 2]}", "channels, 1 or 3"},
        {"{\"image\": [0, 3, 1]}", "\"image\" must be height"},
        {"{\"image\": [1e9, 3, 1]}", "\"image\" must be height"},
        {"{\"image\": [99999999, 3, 1]}", "\"image\" must be height"},
        {"{\"crop\": \"middle\"}", "\"crop\" must be \"center\", \"pad\", or top, left, height and width"},
        {"{\"crop\": 3}", "\"crop\" must be"},
        {"{\"crop\": {}}", "\"crop\" must be"},
        {"{\"crop\": []}", "\"crop\" must be"},
        {"{\"crop\": [0, 0, 3]}", "\"crop\" must be"},
        {"{\"crop\": [0, 0, 3, 3, 3]}", "\"crop\" must be"},
        {"{\"crop\": [-1, 0, 3, 3]}", "\"crop\" must be"},
        {"{\"crop\": [0, 0, 0, 3]}", "\"crop\" must be"},
        {"{\"crop\": [0, 0, 3, 65537]}", "\"crop\" must be"},
        {"{\"crop\": [0, 0, 3, 9223372036854775807]}", "\"crop\" must be"},
        {"{\"crop\": [0.5, 0, 3, 3]}", "\"crop\" must be"},
        {"{\"inputs\": {}}", "\"inputs\" must be a list"},
        {"{\"outputs\": [3]}", "\"outputs\" entry 0 is no object"},
        {"{\"inputs\": [{\"scale\": 0}]}", "\"scale\" is 0"},
        {"{\"outputs\": [{}, {\"loss\": \"mse\", \"weight\": -1}]}", "\"weight\" is -1"},
        {"{\"outputs\": [{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}", "at most 16"},
    };
    size_t i;
    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_arena  arena = {0};
        mote_recipe recipe;
        mote_error  err = {0};
        assert_int_equal(mote_recipe_decode(&recipe, cases[i].text, strlen(cases[i].text), &arena, &err), MOTE_ERR_FORMAT);
        if (!strstr(err.text, cases[i].says))
            fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
        mote_arena_destroy(&arena);
    }
}

static void a_recipe_that_says_nothing_is_not_written(void **state)
{
    mote_arena  arena = {0};
    mote_recipe recipe = {0}, back;
    mote_error  err = {0};
    char       *text;
    (void)state;
    assert_true(mote_recipe_is_empty(&recipe));
    recipe.input[0].is_prepared = true;
    recipe.input[0].preparation.scale = 255;
    memcpy(recipe.input[0].image, (int32_t[]){96, 64, 3}, sizeof recipe.input[0].image);
    text = mote_recipe_encode(&recipe, &arena, &err);
    assert_string_equal(text, "{\"scale\":255.0,\"offset\":0.0,\"image\":[96,64,3]}");
    assert_int_equal(mote_recipe_decode(&back, text, strlen(text), &arena, &err), MOTE_OK);
    assert_same_recipe(&recipe, &back);
    recipe.input[0].preparation.scale = NAN;
    assert_null(mote_recipe_encode(&recipe, &arena, &err));
    mote_error_clear(&err);
    recipe = (mote_recipe){.input = {{.crop = {.kind = MOTE_CROP_CENTER}}, {.crop = {MOTE_CROP_BOX, 1, 0, 65536, 3}}}};
    assert_false(mote_recipe_is_empty(&recipe));
    text = mote_recipe_encode(&recipe, &arena, &err);
    assert_string_equal(text, "{\"inputs\":[{\"crop\":\"center\"},{\"crop\":[1,0,65536,3]}],\"outputs\":[]}");
    assert_int_equal(mote_recipe_decode(&back, text, strlen(text), &arena, &err), MOTE_OK);
    assert_same_recipe(&recipe, &back);
    recipe = (mote_recipe){.input = {{.range = {.is_known = true, .min = 0, .max = INFINITY}}}};
    assert_null(mote_recipe_encode(&recipe, &arena, &err));
    assert_int_equal(err.code, MOTE_ERR_FORMAT);
    assert_non_null(strstr(err.text, "the range of its inputs is not finite"));
    mote_arena_destroy(&arena);
}

/* One input and one output stay a flat object, which older files have. */
static void recipes_of_several_inputs_and_outputs_are_lists(void **state)
{
    static const char *const labels[] = {"ash", "beech"};
    mote_arena               arena = {0};
    mote_recipe              recipe = {0}, back;
    mote_error               err = {0};
    char                    *text;
    (void)state;
    recipe.input[1] = (mote_input_recipe){.is_prepared = true, .preparation = {.scale = 255}};
    recipe.output[0] = (mote_output_recipe){.has_goal = true, .goal = {.loss = MOTE_LOSS_MSE, .weight = 0.5f}};
    recipe.output[1] = (mote_output_recipe){.labels = labels, .label_count = 2};
    text = mote_recipe_encode(&recipe, &arena, &err);
    assert_string_equal(text, "{\"inputs\":[{},{\"scale\":255.0,\"offset\":0.0}],"
                              "\"outputs\":[{\"loss\":\"mse\",\"weight\":0.5},{\"labels\":[\"ash\",\"beech\"]}]}");
    assert_int_equal(mote_recipe_decode(&back, text, strlen(text), &arena, &err), MOTE_OK);
    assert_same_recipe(&recipe, &back);
    mote_arena_destroy(&arena);
}

/* ---- golden files ---- */

enum { GOLDEN_COUNT = 325 };

static void load_golden(mote_array *out, mote_npz *golden, const char *name, const char *what, int index)
{
    mote_error err = {0};
    char       key[200];
    snprintf(key, sizeof key, "%s/%s%d", name, what, index);
    if (mote_npz_load(out, golden, key, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

/* Integers byte for byte; floats within 1e-5 max(1, max |reference|) (other orders of adding, another exp). */
static void assert_as_golden(const char *name, const mote_tensor_info *info, const void *got, const void *wanted)
{
    const float *a = got, *b = wanted;
    float        largest = 1.0f;
    size_t       i;
    if (info->dtype != MOTE_F32) {
        for (i = 0; i < info->bytes; i++)
            if (((const uint8_t *)got)[i] != ((const uint8_t *)wanted)[i])
                fail_msg("%s: byte %zu is %d, %d expected", name, i, ((const int8_t *)got)[i], ((const int8_t *)wanted)[i]);
        return;
    }
    for (i = 0; i < info->count; i++)
        largest = fmaxf(largest, fabsf(b[i]));
    for (i = 0; i < info->count; i++)
        if (!(fabsf(a[i] - b[i]) <= 1e-5f * largest))
            fail_msg("%s: element %zu is %.9g, %.9g expected", name, i, (double)a[i], (double)b[i]);
}

/* TFLite Micro's float to int32 conversion in QUANTIZE is undefined beyond int32 (x86 gives the lowest number); mote
 * saturates, so that all chips agree. One golden value is of that kind. */
static void saturate_golden(const mote_array *in, const mote_tensor_info *out, mote_array *wanted)
{
    const float *x = in->bytes;
    int16_t     *y = wanted->bytes;
    size_t       i;
    if (in->dtype != MOTE_F32 || out->dtype != MOTE_I16)
        return;
    for (i = 0; i < in->count; i++)
        if (x[i] / out->scale >= 2147483648.0f)
            y[i] = INT16_MAX;
}

static void run_golden(const char *name, const mote_model *model, mote_npz *golden)
{
    mote_tensor_info out = mote_model_output(model, 0);
    int32_t          in_count = mote_model_input_count(model), i;
    mote_array       in[4] = {0}, wanted = {0};
    mote_runner     *runner;
    mote_error       err = {0};
    int64_t          k;

    assert_true(in_count <= 4);
    for (i = 0; i < in_count; i++)
        load_golden(&in[i], golden, name, "in", i);
    load_golden(&wanted, golden, name, "out", 0);
    assert_int_equal(wanted.dtype, out.dtype);
    saturate_golden(&in[0], &out, &wanted);
    if (mote_runner_create(&runner, model, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", name, err.text);
    for (k = 0; k < wanted.dim[0]; k++) {
        for (i = 0; i < in_count; i++) {
            size_t bytes = mote_model_input(model, i).bytes;
            memcpy(mote_runner_input(runner, i), (const char *)in[i].bytes + bytes * (size_t)k, bytes);
        }
        invoke_model(runner);
        assert_as_golden(name, &out, mote_runner_output(runner, 0), (const char *)wanted.bytes + out.bytes * (size_t)k);
    }
    mote_runner_destroy(runner);
    for (i = 0; i < in_count; i++)
        mote_array_free(&in[i]);
    mote_array_free(&wanted);
}

/* The same with the first sample as constants: reading computes the answer, once. */
static void read_golden_of_constants(const char *name, mote_model *model, mote_npz *golden)
{
    const mote_tensor_info out = mote_model_output(model, 0);
    mote_graph            *graph = &model->graphs[0];
    const mote_tensor      other = {.name = "another input", .rank = 1, .dim = {1}};
    mote_array             in, wanted = {0};
    mote_text              text;
    mote_model            *back;
    mote_runner           *runner;
    mote_error             err = {0};
    mote_id                id;
    int32_t                i;

    for (i = 0; i < graph->input_count; i++) {
        mote_tensor *tensor = &graph->tensors[graph->inputs[i]];
        load_golden(&in, golden, name, "in", i);
        if (i == 0) {
            load_golden(&wanted, golden, name, "out", 0);
            saturate_golden(&in, &out, &wanted);
        }
        tensor->kind = MOTE_CONST;
        tensor->data = mote_arena_copy(&model->arena, in.bytes, mote_tensor_bytes(tensor), 1, &err);
        mote_array_free(&in);
    }
    id = mote_graph_add_tensor(model, graph, &other, &err);
    assert_int_equal(mote_graph_set_inputs(model, graph, &id, 1, &err), MOTE_OK);
    text = written(model);
    back = must_read(&text);
    assert_int_equal(back->graphs[0].node_count, 0);
    if (mote_runner_create(&runner, back, NULL, &err) != MOTE_OK)
        fail_msg("%s: %s", name, err.text);
    invoke_model(runner);
    assert_as_golden(name, &out, mote_runner_output(runner, 0), wanted.bytes);
    mote_runner_destroy(runner);
    mote_array_free(&wanted);
    mote_model_destroy(back);
    mote_text_free(&text);
}

/* Read, run; written again and read, it runs the same. */
static void try_golden(const char *file, mote_npz *golden)
{
    const char *folder = "tests/golden/ops/";
    char        path[300], name[200];
    mote_model *model, *back;
    mote_error  err = {0};
    mote_text   text;

    snprintf(path, sizeof path, "%s%s", folder, file);
    snprintf(name, sizeof name, "%.*s", (int)(strlen(file) - strlen(".tflite")), file);
    if (mote_model_load(&model, path, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    run_golden(name, model, golden);
    text = written(model);
    back = must_read(&text);
    run_golden(name, back, golden);
    if (fnmatch("*conv_2d_*_no_bias", name, 0) != 0) /* these get a bias */
        assert_same_graph(&model->graphs[0], &back->graphs[0]);
    mote_text_free(&text);
    mote_model_destroy(back);
    read_golden_of_constants(name, model, golden);
    mote_model_destroy(model);
}

static void every_golden_operator_gives_its_golden_answers(void **state)
{
    DIR           *folder = opendir("tests/golden/ops");
    int            count = 0;
    struct dirent *entry;
    mote_npz      *golden;
    mote_error     err = {0};
    (void)state;
    assert_non_null(folder);
    assert_int_equal(mote_npz_open(&golden, "tests/golden/ops/golden.npz", &err), MOTE_OK);
    while ((entry = readdir(folder)) != NULL)
        if (mote_path_has_suffix(entry->d_name, ".tflite")) {
            try_golden(entry->d_name, golden);
            count++;
        }
    closedir(folder);
    mote_npz_close(golden);
    assert_int_equal(count, GOLDEN_COUNT);
}

/* ---- files on disk ---- */

static void load_and_save_name_the_path_and_the_kind(void **state)
{
    const char *path = "build/tests/sine.tflite", *other = "build/tests/sine.keras";
    mote_model *model = sample_sine(MOTE_STAGE_INFER, false), *back;
    mote_error  err = {0};
    (void)state;
    if (mote_make_dirs("build/tests", &err) != MOTE_OK || mote_model_save(model, path, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(mote_model_load(&back, path, NULL, &err), MOTE_OK);
    assert_same_graph(&model->graphs[0], &back->graphs[0]);
    mote_model_destroy(back);
    unlink(path);
    assert_int_equal(mote_model_save(model, other, &err), MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, other));
    mote_error_clear(&err);
    assert_int_equal(mote_model_load(&back, path, NULL, &err), MOTE_ERR_IO);
    assert_string_equal(err.text, "build/tests/sine.tflite: No such file or directory");
    mote_error_clear(&err);
    assert_int_equal(mote_file_write(other, "PK\3\4    ", 8, &err), MOTE_OK);
    assert_int_equal(mote_model_load(&back, other, NULL, &err), MOTE_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "build/tests/sine.keras: this file is a zip archive"));
    unlink(other);
    mote_model_destroy(model);
}

static void custom_operators_are_called_what_files_call_them(void **state)
{
    mote_op_kind kind;
    int          count = 0;
    (void)state;
    for (kind = 0; kind < MOTE_OP_COUNT; kind++) {
        const mrt_operator *description = mote_ops[kind]->description;
        if (!description || !description->names)
            continue;
        assert_string_equal(description->names[0], mote_op_kind_name(kind));
        assert_int_equal(description->builtin_code, MRT_CUSTOM_CODE);
        count++;
    }
    assert_true(count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_and_the_bytes_are_the_same_each_time),
        cmocka_unit_test(files_are_no_larger_than_the_converter_s),
        cmocka_unit_test(unused_tensors_are_left_out_and_missing_operands_are_made),
        cmocka_unit_test(a_constant_is_filled_when_the_model_is_read),
        cmocka_unit_test(equal_constants_are_stored_once),
        cmocka_unit_test(a_model_in_training_is_not_written),
        cmocka_unit_test(shared_vectors_keep_their_alignment),
        cmocka_unit_test(tflite_rejects_file_cut_at_every_byte),
        cmocka_unit_test(a_changed_byte_does_no_harm),
        cmocka_unit_test(every_memory_limit_ends_in_one_line),
        cmocka_unit_test(messages_say_where_and_what),
        cmocka_unit_test(the_first_of_several_subgraphs_is_read_and_the_others_are_named),
        cmocka_unit_test(a_padded_buffer_gives_its_first_bytes),
        cmocka_unit_test(an_open_batch_is_one_sample),
        cmocka_unit_test(a_signature_names_inputs_and_outputs_and_is_written_again),
        cmocka_unit_test(a_damaged_signature_does_not_refuse_a_file),
        cmocka_unit_test(shared_parts_of_a_file_do_not_multiply_without_limit),
        cmocka_unit_test(a_bad_recipe_is_refused),
        cmocka_unit_test(a_recipe_that_says_nothing_is_not_written),
        cmocka_unit_test(recipes_of_several_inputs_and_outputs_are_lists),
        cmocka_unit_test(every_golden_operator_gives_its_golden_answers),
        cmocka_unit_test(load_and_save_name_the_path_and_the_kind),
        cmocka_unit_test(custom_operators_are_called_what_files_call_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
