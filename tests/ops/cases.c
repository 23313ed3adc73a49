/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quantize/quantize.h"

const mote_op_case *const mote_op_cases[MOTE_OP_COUNT] = {
#define OP(KIND, name, attributes, header) [MOTE_OP_##KIND] = name##_cases,
#include "runtime/operators.def"
#undef OP
};

/* ---- random values ---- */

mote_random_key mote_case_key(mote_op_kind kind, const mote_op_case *c, uint32_t stream)
{
    uint32_t    hash = 2166136261u; /* FNV-1a over both names */
    const char *text;

    for (text = mote_op_kind_name(kind); *text; text++)
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    for (text = c->claim; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 16777619u;
    return mote_random_make(hash, MOTE_RANDOM_TEST, stream, 0);
}

static long long random_integer(mote_dtype dtype, mote_random_key key, uint64_t index)
{
    uint32_t  word = mote_random_u32(key, 2 * index), which = mote_random_u32(key, 2 * index + 1);
    long long low, high;

    mote_dtype_limits(dtype, &low, &high);
    if (dtype == MOTE_I64) { /* what a double counts, and what sums bear */
        high = 1LL << 40;
        low = -high;
    }
    if (which % 8 == 0)
        return which % 16 ? low : high;
    return low + (long long)((double)word / 4294967296.0 * ((double)high - (double)low + 1));
}

static void store_integer(mote_dtype dtype, void *values, size_t i, long long value)
{
    switch (dtype) {
    case MOTE_I8:
        ((int8_t *)values)[i] = (int8_t)value;
        break;
    case MOTE_U8:
        ((uint8_t *)values)[i] = (uint8_t)value;
        break;
    case MOTE_I16:
        ((int16_t *)values)[i] = (int16_t)value;
        break;
    case MOTE_I32:
        ((int32_t *)values)[i] = (int32_t)value;
        break;
    case MOTE_I64:
        ((int64_t *)values)[i] = value;
        break;
    case MOTE_BOOL:
        ((uint8_t *)values)[i] = value & 1;
        break;
    case MOTE_I4: /* two to a byte, in order */
        ((uint8_t *)values)[i / 2] = (uint8_t)(i % 2 ? ((uint8_t *)values)[i / 2] | (value & 15) << 4 : value & 15);
        break;
    default:
        fail_msg("no random values of type %s", mote_dtype_name(dtype));
    }
}

/* Any bits but those of infinities and NaN. */
static void fill_f16(mote_random_key key, uint16_t *values, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        values[i] = (uint16_t)(mote_random_u32(key, i) & 0xfbffu);
}

void mote_case_fill(mote_dtype dtype, mote_random_key key, void *values, size_t count)
{
    size_t i;

    if (dtype == MOTE_F32)
        mote_random_fill_f32(key, -4.0f, 4.0f, values, count);
    else if (dtype == MOTE_F16)
        fill_f16(key, values, count);
    else
        for (i = 0; i < count; i++)
            store_integer(dtype, values, i, random_integer(dtype, key, i));
}

void mote_case_fill_sample(mote_op_kind kind, const mote_op_case *c, const mote_tensor *in, int32_t index, uint32_t sample,
                           void *values)
{
    long long low, high;

    mote_case_fill(in->dtype, mote_case_key(kind, c, 100 + 16 * sample + (uint32_t)index), values, mote_tensor_count(in));
    if (sample > 1 || mote_dtype_bits(in->dtype) != 8)
        return;
    mote_dtype_limits(in->dtype, &low, &high);
    memset(values, (int)(sample == 0 ? low : high) & 0xff, mote_tensor_count(in));
}

/* Uniform in its logarithm. */
static float random_scale(mote_random_key key, uint64_t index, float low, float high)
{
    return low * powf(high / low, mote_random_unit_f32(key, index));
}

/* ---- operands ---- */

/* What is being built, and how. */
typedef struct case_builder {
    mote_op_kind           kind;
    const mote_op_case    *c;
    const mote_case_build *build;
    mote_case_model        built;
    mote_quant_want        want[MOTE_CASE_OPERANDS + MOTE_NODE_OUT_MAX];
    mote_error             err;
} case_builder;

static int32_t operand_count(const mote_op_case *c)
{
    int32_t count = MOTE_CASE_OPERANDS;

    while (count > 0 && c->in[count - 1].role == MOTE_CASE_ABSENT)
        count--;
    return count;
}

static void check(const case_builder *b, bool is_good)
{
    if (!is_good)
        fail_msg("%s: %s: %s", mote_op_kind_name(b->kind), b->c->claim, b->err.text);
}

static mote_id add_operand(case_builder *b, int32_t index)
{
    const mote_case_operand *operand = &b->c->in[index];
    mote_tensor              tensor = {.name = "operand", .dtype = b->build->in[index], .rank = operand->rank};
    mote_id                  id;

    if (operand->role == MOTE_CASE_ABSENT)
        return MOTE_NONE;
    memcpy(tensor.dim, operand->dim, sizeof tensor.dim);
    if (operand->role == MOTE_CASE_INTS) {
        id = mote_graph_add_const(b->built.model, b->built.graph, "integers", MOTE_I32, 1, &operand->rank, operand->dim,
                                  &b->err);
    } else {
        tensor.kind = operand->role == MOTE_CASE_INPUT ? MOTE_ACTIVATION : MOTE_CONST;
        tensor.is_batched = operand->role == MOTE_CASE_INPUT && operand->rank > 1 && operand->dim[0] == 1;
        tensor.is_trainable = operand->role == MOTE_CASE_PARAM && b->build->stage == MOTE_STAGE_TRAIN;
        if (tensor.kind == MOTE_CONST)
            tensor.data = mote_arena_alloc(&b->built.model->arena, mote_tensor_bytes(&tensor), 1, &b->err);
        id = mote_graph_add_tensor(b->built.model, b->built.graph, &tensor, &b->err);
    }
    check(b, id != MOTE_NONE);
    return id;
}

static void add_node(case_builder *b)
{
    mote_id   in[MOTE_CASE_OPERANDS], out[MOTE_NODE_OUT_MAX], inputs[MOTE_CASE_OPERANDS];
    mote_node spec = {
        .op = b->kind, .name = "case", .in = in, .out = out, .activation = b->c->activation, .as = b->c->attrs};
    int32_t input_count = 0, i;

    spec.in_count = operand_count(b->c);
    spec.out_count = mote_op_count_operands(b->kind).out_min;
    for (i = 0; i < spec.in_count; i++) {
        in[i] = add_operand(b, i);
        if (b->c->in[i].role == MOTE_CASE_INPUT)
            inputs[input_count++] = in[i];
    }
    for (i = 0; i < spec.out_count; i++) {
        out[i] = mote_graph_add_tensor(b->built.model, b->built.graph,
                                       &(mote_tensor){.name = "output", .dtype = b->build->out}, &b->err);
        check(b, out[i] != MOTE_NONE);
    }
    b->built.node = mote_graph_add_node(b->built.model, b->built.graph, &spec, &b->err);
    check(b, b->built.node != NULL);
    mote_graph_set_inputs(b->built.model, b->built.graph, inputs, input_count, &b->err);
    mote_graph_set_outputs(b->built.model, b->built.graph, out, spec.out_count, &b->err);
}

/* ---- scales ---- */

/* Elsewhere int32 is sums, axes or shapes. */
static bool is_quantized_type(const case_builder *b, mote_dtype dtype)
{
    return dtype == MOTE_I4 || dtype == MOTE_I8 || dtype == MOTE_U8 || dtype == MOTE_I16 ||
           (dtype == MOTE_I32 && b->kind == MOTE_OP_QUANTIZE);
}

static void set_quant(case_builder *b, mote_tensor *tensor, int32_t axis, int32_t count)
{
    mote_quant *quant = mote_quant_create(b->built.model, axis, count, NULL, NULL, &b->err);

    check(b, quant != NULL);
    tensor->quant = quant;
}

/* One scale, any zero point. int16 has finer steps, and 0 in the middle. */
static void set_random_quant(case_builder *b, mote_tensor *tensor, float scale, uint32_t stream)
{
    mote_random_key key = mote_case_key(b->kind, b->c, stream);

    set_quant(b, tensor, -1, 1);
    tensor->quant->scale[0] = tensor->dtype == MOTE_I16 ? scale / 256 : scale;
    if (tensor->dtype != MOTE_I16)
        tensor->quant->zero_point[0] = (int32_t)random_integer(tensor->dtype, key, 7);
}

/* uint8 weights have one scale and a zero point, others are symmetric. */
static void set_weight_quant(case_builder *b, mote_tensor *tensor, int32_t axis)
{
    bool            is_per_channel = b->build->granularity == MOTE_PER_CHANNEL && tensor->dtype != MOTE_U8;
    mote_random_key key = mote_case_key(b->kind, b->c, 20);
    int8_t         *values = tensor->data;
    size_t          count = mote_tensor_count(tensor), i;
    int32_t         channel;

    set_quant(b, tensor, is_per_channel ? axis : -1, is_per_channel ? tensor->dim[axis] : 1);
    for (channel = 0; channel < tensor->quant->count; channel++)
        tensor->quant->scale[channel] = random_scale(key, (uint64_t)channel, 0.002f, 0.02f);
    for (i = 0; i < count && tensor->dtype == MOTE_I8; i++)
        values[i] = values[i] < -127 ? -127 : values[i];
    if (tensor->dtype == MOTE_U8)
        tensor->quant->zero_point[0] = (int32_t)random_integer(MOTE_U8, key, 7);
}

static void set_bias_quant(case_builder *b, mote_tensor *tensor)
{
    const mote_tensor *in = mote_node_in(b->built.graph, b->built.node, 0),
                      *w = mote_node_in(b->built.graph, b->built.node, 1);
    size_t  count = mote_tensor_count(tensor), i;
    int32_t channel;

    set_quant(b, tensor, w->quant->count > 1 ? 0 : -1, w->quant->count);
    for (channel = 0; channel < tensor->quant->count; channel++)
        tensor->quant->scale[channel] = in->quant->scale[0] * w->quant->scale[channel];
    for (i = 0; i < count; i++)
        if (tensor->dtype == MOTE_I64)
            ((int64_t *)tensor->data)[i] /= 1 << 18;
        else
            ((int32_t *)tensor->data)[i] /= 1 << 18;
}

/* A scale for the output that its values fill, more or less: sums of n products spread as the root of n. */
static float output_scale(case_builder *b)
{
    const mote_tensor *in = mote_node_in(b->built.graph, b->built.node, 0),
                      *w = mote_node_in(b->built.graph, b->built.node, 1);
    mote_random_key key = mote_case_key(b->kind, b->c, 21);
    float           in_scale = in->quant ? in->quant->scale[0] : 0.03f;

    if (!w || !w->quant || b->want[1].rule != MOTE_QUANT_WEIGHTS)
        return random_scale(key, 0, 0.5f * in_scale, 2.0f * in_scale);
    return random_scale(key, 0, 30.0f, 300.0f) * in_scale * w->quant->scale[0] *
           sqrtf((float)mote_tensor_count(w) / (float)w->dim[b->want[1].axis]);
}

static void quantize_operand(case_builder *b, mote_tensor *tensor, const mote_quant_want *want, bool is_output,
                             uint32_t stream)
{
    const mote_tensor *in = mote_node_in(b->built.graph, b->built.node, 0);
    mote_random_key    key = mote_case_key(b->kind, b->c, stream);
    mote_affine        fixed;

    if (want->rule == MOTE_QUANT_BIAS && (tensor->dtype == MOTE_I32 || tensor->dtype == MOTE_I64))
        set_bias_quant(b, tensor);
    if (!is_quantized_type(b, tensor->dtype))
        return;
    if (b->want[0].rule == MOTE_QUANT_JOINED && tensor != in) { /* all have one scale, the output too */
        tensor->quant = in->quant;
        return;
    }
    switch (want->rule) {
    case MOTE_QUANT_RANGE:
    case MOTE_QUANT_JOINED:
        set_random_quant(b, tensor, is_output ? output_scale(b) : random_scale(key, 3, 0.01f, 0.1f), stream);
        break;
    case MOTE_QUANT_SAME:
        tensor->quant = in->quant;
        break;
    case MOTE_QUANT_FIXED:
        set_quant(b, tensor, -1, 1);
        fixed = mote_affine_of_fixed(tensor->dtype, in->dtype == MOTE_I16, want->low, want->high);
        tensor->quant->scale[0] = fixed.scale;
        tensor->quant->zero_point[0] = fixed.zero_point;
        break;
    case MOTE_QUANT_WEIGHTS:
        set_weight_quant(b, tensor, want->axis);
        break;
    case MOTE_QUANT_BIAS:
    case MOTE_QUANT_REAL:
    case MOTE_QUANT_STATE: /* cases of operators with states say their scales */
    case MOTE_QUANT_CELL:
    case MOTE_QUANT_KEEP:
        break;
    }
}

static void quantize_operands(case_builder *b)
{
    const mote_node *node = b->built.node;
    int32_t          i;

    if (mote_ops[b->kind]->quantize)
        mote_ops[b->kind]->quantize(b->built.graph, node, b->want);
    for (i = 0; i < node->in_count; i++)
        if (node->in[i] != MOTE_NONE)
            quantize_operand(b, &b->built.graph->tensors[node->in[i]], &b->want[i], false, 30 + (uint32_t)i);
    for (i = 0; i < node->out_count; i++)
        quantize_operand(b, &b->built.graph->tensors[node->out[i]], &b->want[node->in_count + i], true, 50 + (uint32_t)i);
}

/* ---- twists ---- */

/* Of five channels one has no weight, and one has so few that they are far apart. */
static bool is_left_out(int32_t channel, size_t i)
{
    const uint32_t mixed = (uint32_t)i * 2654435761u;

    return channel % 5 == 4 || mixed >> (channel % 5 == 3 ? 24 : 28) != 0;
}

static void twist_weight(mote_case_twist twist, int8_t *value, int32_t channel, size_t i)
{
    if (twist == MOTE_TWIST_SPARSE)
        *value = is_left_out(channel, i) ? 0 : *value;
    else if (twist == MOTE_TWIST_EXTREME)
        *value = channel % 2 ? -127 : 127;
    else if (i % 4 == 0)
        *value = -128;
    else if (i % 4 == 1)
        *value = (int8_t) - (int)(i % 3 == 0);
}

/* axis is the channels': 0, or the last one. */
static void twist_weights(mote_case_twist twist, mote_tensor *w, int32_t axis)
{
    const size_t count = mote_tensor_count(w), channels = (size_t)w->dim[axis];
    size_t       i;

    for (i = 0; i < count; i++)
        twist_weight(twist, (int8_t *)w->data + i, (int32_t)(axis == 0 ? i / (count / channels) : i % channels), i);
}

static void twist_bias(mote_case_twist twist, mote_tensor *bias)
{
    int32_t *values = bias->data, i;

    for (i = 0; i < bias->dim[0]; i++)
        if (twist == MOTE_TWIST_EXTREME && i % 2 == 0)
            values[i] = 0;
        else if (twist == MOTE_TWIST_CONSTANT && i % 3 == 0)
            values[i] = i % 2 ? 1 << 30 : -(1 << 30);
}

/* An input's quantization may be the output's, too. */
static void twist_zeros(int32_t zero_point, const mote_tensor *in, const mote_tensor *out)
{
    if (in->dtype == MOTE_I8 && in->quant)
        in->quant->zero_point[0] = zero_point;
    if (out->dtype == MOTE_I8 && out->quant)
        out->quant->zero_point[0] = zero_point;
}

static mote_tensor *operand_of(case_builder *b, int32_t index)
{
    const mote_node *node = b->built.node;

    return index < node->in_count && node->in[index] != MOTE_NONE ? &b->built.graph->tensors[node->in[index]] : NULL;
}

static void twist_numbers(case_builder *b)
{
    const mote_case_twist twist = b->c->twist;
    mote_tensor          *in = operand_of(b, 0);
    mote_tensor          *w = operand_of(b, 1), *bias = operand_of(b, 2);
    mote_tensor          *out = &b->built.graph->tensors[b->built.node->out[0]];

    if (twist == MOTE_TWIST_LOW_ZEROS || twist == MOTE_TWIST_HIGH_ZEROS)
        twist_zeros(twist == MOTE_TWIST_LOW_ZEROS ? -128 : 127, in, out);
    if (!w || w->dtype != MOTE_I8 || b->want[1].rule != MOTE_QUANT_WEIGHTS)
        return;
    if (twist == MOTE_TWIST_EXTREME || twist == MOTE_TWIST_MINUS_128 || twist == MOTE_TWIST_SPARSE)
        twist_weights(twist, w, b->want[1].axis);
    if (bias && bias->dtype == MOTE_I32)
        twist_bias(twist, bias);
    if (twist == MOTE_TWIST_WEIGHT_ZERO && b->kind == MOTE_OP_FULLY_CONNECTED && w->quant->count == 1 &&
        in->dtype == MOTE_I8)
        w->quant->zero_point[0] =
            w->dim[0] % 3 ? (int32_t)random_integer(MOTE_I8, mote_case_key(b->kind, b->c, 22), 0) : -128;
    if (twist == MOTE_TWIST_FINE && out->quant) /* activations may be floats */
        out->quant->scale[0] = in->quant->scale[0] * w->quant->scale[0] * 0.9f;
    if (twist == MOTE_TWIST_COARSE && out->quant)
        out->quant->scale[0] *= 64.0f;
}

static void fill_constants(case_builder *b)
{
    const mote_node *node = b->built.node;
    int32_t          i;
    size_t           k, count;

    for (i = 0; i < node->in_count; i++) {
        mote_case_role role = b->c->in[i].role;
        mote_tensor   *tensor = role == MOTE_CASE_ABSENT ? NULL : &b->built.graph->tensors[node->in[i]];
        if (role != MOTE_CASE_PARAM && role != MOTE_CASE_MOVING)
            continue;
        count = mote_tensor_count(tensor);
        mote_case_fill(tensor->dtype, mote_case_key(b->kind, b->c, 10 + (uint32_t)i), tensor->data, count);
        for (k = 0; role == MOTE_CASE_MOVING && k < count; k++)
            ((float *)tensor->data)[k] = 0.5f + fabsf(((float *)tensor->data)[k]);
    }
}

/* Constants have values before infer, which reads shapes and axes among them. */
static mote_status infer(case_builder *b)
{
    MOTE_TRY(mote_op_infer(b->built.model, b->built.graph, &b->built.graph->nodes[0], &b->err));
    assert_int_equal(mote_node_out(b->built.graph, b->built.node, 0)->dtype, b->build->out);
    quantize_operands(b);
    twist_numbers(b);
    return mote_model_verify(b->built.model, &b->err);
}

/* One type of a class. */
static mote_dtype type_of(uint8_t type, uint8_t first)
{
    switch (type) {
    case MRT_ANY:
        return MOTE_I16;
    case MRT_AS_FIRST:
        return type_of(first, MRT_I16);
    case MRT_INDEX:
        return MOTE_I32;
    default:
        return (mote_dtype)type;
    }
}

mote_case_build mote_case_build_of(const mote_op_row *row, mote_granularity granularity)
{
    const bool      is_float = row->out == MOTE_F32 && row->in[0] == MOTE_F32;
    mote_case_build build = {.stage = is_float ? MOTE_STAGE_INFER : MOTE_STAGE_QUANTIZED,
                             .out = type_of(row->out, row->in[0]),
                             .granularity = granularity};
    int32_t         i;

    for (i = 0; i < MOTE_CASE_OPERANDS; i++)
        build.in[i] = type_of(row->in[i < row->in_count ? i : row->in_count - 1], row->in[0]);
    return build;
}

mote_status mote_case_try(mote_case_model *out, mote_op_kind kind, const mote_op_case *c, const mote_case_build *build,
                          mote_error *err)
{
    case_builder b = {.kind = kind, .c = c, .build = build};

    check(&b, mote_model_create(&b.built.model, build->stage, 0, &b.err) == MOTE_OK);
    b.built.graph = &b.built.model->graphs[0];
    add_node(&b);
    fill_constants(&b);
    infer(&b);
    *out = b.built;
    *err = b.err;
    return err->code;
}

mote_case_model mote_case_create(mote_op_kind kind, const mote_op_case *c, const mote_case_build *build)
{
    mote_case_model built;
    mote_error      err = {0};

    if (mote_case_try(&built, kind, c, build, &err) != MOTE_OK)
        fail_msg("%s: %s: %s", mote_op_kind_name(kind), c->claim, err.text);
    return built;
}

void mote_case_destroy(mote_case_model *built)
{
    mote_model_destroy(built->model);
    built->model = NULL;
}

/* ---- buffers ---- */

enum { GUARD_BYTES = 64, GUARD = 0xa5 };

mote_fenced mote_fenced_create(size_t count)
{
    size_t      whole = (count + 63) / 64 * 64 + 2 * GUARD_BYTES;
    mote_fenced fenced = {.block = aligned_alloc(64, whole), .count = count};

    assert_non_null(fenced.block);
    memset(fenced.block, GUARD, whole);
    fenced.bytes = fenced.block + GUARD_BYTES;
    memset(fenced.bytes, 0, count);
    return fenced;
}

void mote_fenced_check(const mote_fenced *fenced, const char *what)
{
    const uint8_t *end = (const uint8_t *)fenced->bytes + fenced->count;
    int            i;

    for (i = 0; i < GUARD_BYTES; i++) {
        if (fenced->block[i] != GUARD)
            fail_msg("%s: byte %d was written to", what, i - GUARD_BYTES);
        if (end[i] != GUARD)
            fail_msg("%s: byte %zu of %zu was written to", what, fenced->count + (size_t)i, fenced->count);
    }
}

void mote_fenced_free(mote_fenced *fenced)
{
    free(fenced->block);
    *fenced = (mote_fenced){0};
}

/* ---- running ---- */

typedef struct case_run {
    mote_op_kind   kind;
    mote_case_test run;
    uint32_t       drawn_count;
} case_run;

static void run_operator(void **state)
{
    const case_run     *all = *state;
    const mote_op_case *c = mote_op_cases[all->kind];
    mote_drawn_case     drawn;
    uint32_t            i;

    for (; c && c->claim; c++) /* none: its cases are golden */
        all->run(all->kind, c);
    for (i = 0; i < all->drawn_count && mote_case_draw(&drawn, all->kind, i); i++)
        all->run(all->kind, &drawn.c);
}

int mote_case_run_all(const char *group, mote_case_test run, uint32_t drawn_count)
{
    case_run          runs[MOTE_OP_COUNT];
    struct CMUnitTest tests[MOTE_OP_COUNT];
    int               i;

    for (i = 0; i < MOTE_OP_COUNT; i++) {
        runs[i] = (case_run){(mote_op_kind)i, run, drawn_count};
        tests[i] = (struct CMUnitTest){mote_op_kind_name((mote_op_kind)i), run_operator, NULL, NULL, &runs[i]};
    }
    return _cmocka_run_group_tests(group, tests, MOTE_OP_COUNT, NULL, NULL);
}
