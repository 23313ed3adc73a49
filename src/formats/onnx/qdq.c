/* Real operators whose operands come out of DEQUANTIZE, and whose result goes into QUANTIZE, become integer ones:
 *
 *     int8 -> DEQUANTIZE -> CONV_2D -> RELU -> QUANTIZE -> int8      becomes      int8 -> CONV_2D (RELU) -> int8
 *
 * Which scales an operator takes is what its row in src/ops/ says to the quantizer; an operator whose scales do not fit
 * stays real, which is what the file says literally. uint8 between the two is int8 with another zero point; int16 is as
 * int8, with int8 or int16 weights.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "formats/onnx/operators.h"

typedef struct fusing {
    mote_importer *im;
    mote_graph    *graph;
    int32_t        count, capacity;        /* of tensors when the index was made; that there is room for */
    int32_t       *maker, *reader, *reads; /* [tensor]: 1 + node; the last node that reads; by how many operands */
    bool          *is_end;                 /* [tensor]: of the graph */
} fusing;

/* ---- who makes and reads what ---- */

static mote_status index_graph(fusing *f, mote_error *err)
{
    const mote_graph *graph = f->graph;
    mote_arena       *scratch = &f->im->scratch;
    int32_t           n, i;

    f->count = graph->tensor_count;
    if (f->count > f->capacity) {
        f->capacity = 2 * f->count + 64;
        f->maker = MOTE_NEW(scratch, int32_t, f->capacity, err);
        f->reader = MOTE_NEW(scratch, int32_t, f->capacity, err);
        f->reads = MOTE_NEW(scratch, int32_t, f->capacity, err);
        f->is_end = MOTE_NEW(scratch, bool, f->capacity, err);
        MOTE_TRY(err->code);
    }
    memset(f->maker, 0, (size_t)f->count * sizeof *f->maker);
    memset(f->reads, 0, (size_t)f->count * sizeof *f->reads);
    memset(f->is_end, 0, (size_t)f->count * sizeof *f->is_end);
    for (n = 0; n < graph->node_count; n++) {
        for (i = 0; i < graph->nodes[n].in_count; i++)
            if (graph->nodes[n].in[i] != MOTE_NONE) {
                f->reader[graph->nodes[n].in[i]] = n;
                f->reads[graph->nodes[n].in[i]]++;
            }
        for (i = 0; i < graph->nodes[n].out_count; i++)
            f->maker[graph->nodes[n].out[i]] = n + 1;
    }
    for (i = 0; i < graph->input_count; i++)
        f->is_end[graph->inputs[i]] = true;
    for (i = 0; i < graph->output_count; i++)
        f->is_end[graph->outputs[i]] = true;
    return MOTE_OK;
}

static mote_node *maker_of(const fusing *f, mote_id id)
{
    return id >= 0 && id < f->count && f->maker[id] > 0 ? &f->graph->nodes[f->maker[id] - 1] : NULL;
}

/* The node comes to stand at place `index`. Pointers to nodes, and the index, are lost. */
static mote_status insert(fusing *f, int32_t index, const mote_node *node, mote_error *err)
{
    mote_graph *graph = f->graph;
    mote_node   added;

    if (!mote_graph_add_node(f->im->model, graph, node, err))
        return err->code;
    added = graph->nodes[graph->node_count - 1];
    memmove(&graph->nodes[index + 1], &graph->nodes[index], (size_t)(graph->node_count - 1 - index) * sizeof *graph->nodes);
    graph->nodes[index] = added;
    return MOTE_OK;
}

static void take_out(fusing *f, int32_t index)
{
    mote_graph *graph = f->graph;

    graph->node_count--;
    memmove(&graph->nodes[index], &graph->nodes[index + 1], (size_t)(graph->node_count - index) * sizeof *graph->nodes);
}

/* A tensor like another one, of integers with the scale. */
static mote_id add_integer(fusing *f, mote_id like, mote_dtype dtype, const mote_quant *quant, mote_error *err)
{
    mote_tensor spec = f->graph->tensors[like];

    spec.dtype = dtype;
    spec.quant = quant;
    spec.name = mote_arena_printf(&f->im->model->arena, err, "%s/%s", spec.name, mote_dtype_name(dtype));
    return err->code == MOTE_OK ? mote_graph_add_tensor(f->im->model, f->graph, &spec, err) : MOTE_NONE;
}

/* The one node that reads a tensor which is no end of the graph; NULL where there is another. */
static mote_node *sole_reader(const fusing *f, mote_id id)
{
    return f->reads[id] == 1 && !f->is_end[id] ? &f->graph->nodes[f->reader[id]] : NULL;
}

/* ---- uint8 ---- */

static bool only_dequantized(const fusing *f, mote_id id)
{
    int32_t n, i;

    for (n = 0; n < f->graph->node_count; n++)
        for (i = 0; i < f->graph->nodes[n].in_count; i++)
            if (f->graph->nodes[n].in[i] == id && f->graph->nodes[n].op != MOTE_OP_DEQUANTIZE)
                return false;
    return true;
}

static mote_quant *shifted(fusing *f, const mote_quant *quant, mote_error *err)
{
    const int32_t zero = quant->zero_point[0] - 128;

    return mote_quant_create(f->im->model, -1, 1, quant->scale, &zero, err);
}

static mote_status take_as_int8(fusing *f, mote_id id, mote_error *err)
{
    mote_tensor     *tensor = &f->graph->tensors[id];
    const mote_node *maker = maker_of(f, id);

    if (tensor->dtype != MOTE_U8 || !tensor->quant || f->is_end[id] || !maker || maker->op != MOTE_OP_QUANTIZE ||
        mote_node_in(f->graph, maker, 0)->dtype != MOTE_F32 || !only_dequantized(f, id))
        return MOTE_OK;
    tensor->dtype = MOTE_I8;
    tensor->quant = shifted(f, tensor->quant, err);
    return err->code;
}

/* What stays uint8, at the graph's ends, becomes int8 behind them and before. */
static mote_status convert_at_ends(fusing *f, int32_t n, mote_error *err)
{
    mote_node          node = f->graph->nodes[n], made = {.op = MOTE_OP_QUANTIZE, .in_count = 1, .out_count = 1};
    const bool         is_from = node.op == MOTE_OP_DEQUANTIZE;
    const mote_tensor *in = mote_node_in(f->graph, &node, 0), *out = mote_node_out(f->graph, &node, 0);
    const mote_tensor *bytes = is_from ? in : out;
    mote_id            old, id;

    if ((!is_from && node.op != MOTE_OP_QUANTIZE) || bytes->dtype != MOTE_U8 || !bytes->quant ||
        (is_from ? out : in)->dtype != MOTE_F32)
        return MOTE_OK;
    old = is_from ? node.in[0] : node.out[0];
    id = add_integer(f, old, MOTE_I8, shifted(f, bytes->quant, err), err);
    MOTE_TRY(err->code);
    made.origin = node.origin;
    made.in = is_from ? &old : &id;
    made.out = is_from ? &id : &old;
    *(is_from ? f->graph->nodes[n].in : f->graph->nodes[n].out) = id;
    MOTE_TRY(insert(f, is_from ? n : n + 1, &made, err));
    return index_graph(f, err);
}

/* ---- one operator ---- */

/* What a node would become. */
typedef struct fused {
    mote_node        *node, *relu, *quantize;
    mote_quant_want   want[MOTE_NODE_IN_MAX + MOTE_NODE_OUT_MAX];
    mote_id           in[MOTE_NODE_IN_MAX];
    const mote_quant *out;
    mote_dtype        dtype; /* of the result */
} fused;

static mrt_activation activation_of(const mote_node *node)
{
    return node->op == MOTE_OP_RELU           ? MRT_ACT_RELU
           : node->op == MOTE_OP_RELU6        ? MRT_ACT_RELU6
           : node->op == MOTE_OP_RELU_N1_TO_1 ? MRT_ACT_RELU_N1_TO_1
                                              : MRT_ACT_NONE;
}

/* The types between the two that operators compute with. */
static bool is_integer(mote_dtype dtype)
{
    return dtype == MOTE_I8 || dtype == MOTE_I16;
}

static bool find_end(const fusing *f, fused *u)
{
    mote_node *reader = sole_reader(f, u->node->out[0]);

    if (reader && activation_of(reader) != MRT_ACT_NONE && mote_op_fuses_activation(u->node->op) &&
        u->node->activation == MRT_ACT_NONE) {
        u->relu = reader;
        reader = sole_reader(f, reader->out[0]);
    }
    if (!reader || reader->op != MOTE_OP_QUANTIZE || !is_integer(mote_node_out(f->graph, reader, 0)->dtype))
        return false;
    u->quantize = reader;
    u->dtype = mote_node_out(f->graph, reader, 0)->dtype;
    u->out = mote_node_out(f->graph, reader, 0)->quant;
    return u->out != NULL;
}

/* The integers that an operand stands for; NULL: there are none. */
static const mote_tensor *integers_of(const fusing *f, mote_id id)
{
    const mote_node   *maker = maker_of(f, id);
    const mote_tensor *tensor = maker && maker->op == MOTE_OP_DEQUANTIZE ? mote_node_in(f->graph, maker, 0) : NULL;

    return tensor && is_integer(tensor->dtype) && tensor->quant && tensor->kind == MOTE_ACTIVATION ? tensor : NULL;
}

static bool same_scale(const mote_quant *a, const mote_quant *b)
{
    return a->scale[0] == b->scale[0] && a->zero_point[0] == b->zero_point[0];
}

/* Whether a result of a known range has the scale that kernels give it. */
static bool is_fixed_scale(const mote_quant_want *want, mote_dtype dtype, const mote_quant *quant)
{
    const float scale = (want->high - want->low) / 256.0f;

    if (dtype == MOTE_I16)
        return quant->scale[0] == fmaxf(-want->low, want->high) / 32768.0f && quant->zero_point[0] == 0;

    return quant->scale[0] == scale && quant->zero_point[0] == (int32_t)(-128.0f - want->low / scale);
}

static const mote_import_scaled *find_scales(const fusing *f, mote_id id)
{
    const mote_import_scaled *scaled = f->im->scaled;

    while (scaled && scaled->id != id)
        scaled = scaled->next;
    return scaled;
}

static bool fits(const fusing *f, const fused *u)
{
    const mote_node *node = u->node;
    int32_t          i, computed = 0;

    for (i = 0; i < node->in_count; i++) {
        const mote_quant_want *want = &u->want[i];
        const mote_tensor     *in = mote_node_in(f->graph, node, i), *integers = in ? integers_of(f, node->in[i]) : NULL;
        if (!in || want->rule == MOTE_QUANT_KEEP)
            continue;
        computed += integers != NULL;
        if (want->rule == MOTE_QUANT_WEIGHTS && !(in->kind == MOTE_CONST && find_scales(f, node->in[i])))
            return false;
        if (want->rule == MOTE_QUANT_BIAS && in->kind != MOTE_CONST)
            return false;
        if ((want->rule == MOTE_QUANT_RANGE || want->rule == MOTE_QUANT_JOINED) && !integers)
            return false;
    }
    if (computed == 0 || node->out_count != 1)
        return false;
    if (u->want[node->in_count].rule == MOTE_QUANT_SAME)
        return integers_of(f, node->in[u->want[node->in_count].of]) &&
               same_scale(integers_of(f, node->in[u->want[node->in_count].of])->quant, u->out);
    return u->want[node->in_count].rule != MOTE_QUANT_FIXED || is_fixed_scale(&u->want[node->in_count], u->dtype, u->out);
}

/* ---- constants ---- */

static mote_id add_integers(fusing *f, const mote_tensor *from, mote_dtype dtype, const void *values, int32_t axis,
                            int32_t count, const float *scale, mote_error *err)
{
    const mote_id id = mote_graph_add_const(f->im->model, f->graph, from->name, dtype, from->rank, from->dim, values, err);

    if (id != MOTE_NONE)
        f->graph->tensors[id].quant = mote_quant_create(f->im->model, count == 1 ? -1 : axis, count, scale, NULL, err);
    return err->code == MOTE_OK ? id : MOTE_NONE;
}

/* Which channel along the axis an element is of. */
static size_t channel_of(const mote_tensor *tensor, int32_t axis, size_t i)
{
    int32_t k;

    for (k = tensor->rank - 1; k > axis; k--)
        i /= (size_t)tensor->dim[k];
    return i % (size_t)tensor->dim[axis];
}

/* MOTE_NONE without a failure: the scales are not along the axis that kernels want. */
static mote_id integer_weights(fusing *f, mote_id id, int32_t axis, mote_error *err)
{
    const mote_tensor         from = f->graph->tensors[id];
    const mote_import_scaled *s = find_scales(f, id);
    const size_t              count = mote_tensor_count(&from);
    int8_t                   *to = mote_arena_alloc(&f->im->scratch, count, s->dtype == MOTE_I16 ? 2 : 1, err);
    const float               low = s->dtype == MOTE_I16 ? -32768 : -128;
    size_t                    i;

    if (!to || (s->count != 1 && s->count != from.dim[axis]))
        return MOTE_NONE;
    for (i = 0; i < count; i++) {
        const float whole =
            roundf(((const float *)from.data)[i] / s->scales[s->count == 1 ? 0 : channel_of(&from, axis, i)]);
        const float clamped = whole < low ? low : whole > -1 - low ? -1 - low : whole;
        if (s->dtype == MOTE_I16)
            ((int16_t *)(void *)to)[i] = (int16_t)clamped;
        else
            to[i] = (int8_t)clamped;
    }
    return add_integers(f, &from, s->dtype, to, axis, s->count, s->scales, err);
}

/* int64 where the input, of int16, is to be summed in 64 bits. */
static mote_id integer_bias(fusing *f, mote_id id, const mote_tensor *x, const mote_quant *weights, mote_error *err)
{
    const mote_quant *in = x->quant;
    const bool        is_wide = x->dtype == MOTE_I16;
    const mote_tensor from = f->graph->tensors[id];
    const size_t      count = mote_tensor_count(&from);
    int64_t          *wide = mote_arena_alloc(&f->im->scratch, count, sizeof *wide, err);
    int32_t          *to = (int32_t *)(void *)wide;
    float            *scale = mote_arena_alloc(&f->im->scratch, (size_t)weights->count, sizeof *scale, err);
    size_t            i;

    if (!to || !scale)
        return MOTE_NONE;
    for (i = 0; i < (size_t)weights->count; i++)
        scale[i] = in->scale[0] * weights->scale[i];
    for (i = 0; i < count; i++) {
        const double whole = round((double)((const float *)from.data)[i] / (double)scale[weights->count == 1 ? 0 : i]);
        if (!(fabs(whole) < (is_wide ? 0x1p62 : 2147483647.0)))
            return MOTE_NONE;
        if (is_wide)
            wide[i] = (int64_t)whole;
        else
            to[i] = (int32_t)whole;
    }
    return add_integers(f, &from, is_wide ? MOTE_I64 : MOTE_I32, wide, 0, weights->count, scale, err);
}

/* False, with or without a failure: it stays as it is. */
static bool make_operands(fusing *f, fused *u, mote_error *err)
{
    const mote_node *node = u->node;
    int32_t          i;

    for (i = 0; i < node->in_count; i++) {
        const mote_quant_want *want = &u->want[i];
        u->in[i] = node->in[i];
        if (node->in[i] == MOTE_NONE || want->rule == MOTE_QUANT_KEEP)
            continue;
        if (want->rule == MOTE_QUANT_WEIGHTS)
            u->in[i] = integer_weights(f, node->in[i], want->axis, err);
        else if (want->rule != MOTE_QUANT_BIAS)
            u->in[i] = maker_of(f, node->in[i])->in[0];
        if (u->in[i] == MOTE_NONE)
            return false;
    }
    for (i = 0; i < node->in_count; i++) { /* when what it goes by is there */
        const mote_quant_want *want = &u->want[i];
        if (want->rule != MOTE_QUANT_BIAS || node->in[i] == MOTE_NONE)
            continue;
        u->in[i] = integer_bias(f, node->in[i], &f->graph->tensors[u->in[want->input]],
                                f->graph->tensors[u->in[want->weights]].quant, err);
        if (u->in[i] == MOTE_NONE)
            return false;
    }
    return true;
}

/* ---- putting it in place ---- */

/* Whether there is a kernel for it; err is filled where that cannot be found out for lack of memory. */
static bool is_right(fusing *f, mote_node *node, mote_error *lack)
{
    const mote_tensor  stored = f->graph->tensors[node->out[0]];
    mote_arena         arena = {0};
    mote_prepared      prepared = {.arena = &arena};
    mote_error         err = {0};
    const mote_op_row *row;
    const mote_kernel *kernel;

    if (mote_op_verify_node(f->im->model, f->graph, node, &err) == MOTE_OK &&
        (row = mote_op_find_row(f->graph, node, &err)) != NULL &&
        (kernel = mote_op_choose_kernel(row, MOTE_TARGET_REFERENCE, f->graph, node, &err)) != NULL && !kernel->is_view)
        mote_kernel_prepare(kernel, f->graph, node, &prepared, &err);
    mote_arena_destroy(&arena);
    f->graph->tensors[node->out[0]] = stored;
    mote_fail_if_memory(lack, &err);
    return err.code == MOTE_OK;
}

/* Operands that one tensor is to hold side by side get its scale first. */
static mote_status join(fusing *f, fused *u, int32_t *n, mote_error *err)
{
    int32_t i;

    for (i = 0; i < u->node->in_count; i++) {
        const mote_id id = u->in[i];
        mote_node     node = {.op = MOTE_OP_QUANTIZE, .in = &u->in[i], .out = NULL, .in_count = 1, .out_count = 1};
        mote_id       made;
        if (u->want[i].rule != MOTE_QUANT_JOINED || same_scale(f->graph->tensors[id].quant, u->out))
            continue;
        made = add_integer(f, id, u->dtype, u->out, err);
        MOTE_TRY(err->code);
        node.out = &made;
        node.origin = f->graph->nodes[*n].origin;
        MOTE_TRY(insert(f, (*n)++, &node, err));
        u->in[i] = made;
        u->node = &f->graph->nodes[*n];
    }
    return MOTE_OK;
}

static int32_t place_of(const fusing *f, const mote_node *node)
{
    return (int32_t)(node - f->graph->nodes);
}

static mote_status put(fusing *f, fused *u, mote_error *err)
{
    const int32_t relu = u->relu ? place_of(f, u->relu) : -1, quantize = place_of(f, u->quantize);
    int32_t       n = place_of(f, u->node), before = n;
    mote_node     made = *u->node;

    made.out = u->quantize->out;
    if (u->relu)
        made.activation = activation_of(u->relu);
    MOTE_TRY(join(f, u, &n, err));
    made.in = mote_arena_copy(&f->im->model->arena, u->in, (size_t)made.in_count, sizeof *u->in, err);
    if (!made.in)
        return err->code;
    if (is_right(f, &made, err)) {
        f->graph->nodes[n] = made;
        take_out(f, quantize + n - before);
        if (relu >= 0)
            take_out(f, relu + n - before);
    }
    MOTE_TRY(err->code);
    return index_graph(f, err);
}

static mote_status fuse(fusing *f, int32_t n, mote_error *err)
{
    fused u = {.node = &f->graph->nodes[n]};

    if (u.node->op == MOTE_OP_QUANTIZE || u.node->op == MOTE_OP_DEQUANTIZE || u.node->out_count != 1 ||
        mote_node_out(f->graph, u.node, 0)->dtype != MOTE_F32 || !mote_ops[u.node->op]->quantize || !find_end(f, &u))
        return MOTE_OK;
    mote_ops[u.node->op]->quantize(f->graph, u.node, u.want);
    if (!fits(f, &u) || !make_operands(f, &u, err))
        return err->code;
    return put(f, &u, err);
}

/* ---- what only moves values ---- */

/* Of a node with one output, which has operand 0's values and no others (but a padding's 0, which is the zero point). */
static bool only_moves(const fusing *f, const mote_node *node, mote_quant_want *want)
{
    int32_t i;

    if (node->out_count != 1 || node->op == MOTE_OP_PADV2 || !mote_ops[node->op]->quantize)
        return false;
    mote_ops[node->op]->quantize(f->graph, node, want);
    for (i = 1; i < node->in_count; i++)
        if (node->in[i] != MOTE_NONE && want[i].rule != MOTE_QUANT_KEEP)
            return false;
    return want[node->in_count].rule == MOTE_QUANT_SAME && want[node->in_count].of == 0;
}

/* DEQUANTIZE and then a move are the move of integers and then DEQUANTIZE, so that this meets what computes. */
static mote_status move_integers(fusing *f, int32_t n, mote_error *err)
{
    mote_quant_want    want[MOTE_NODE_IN_MAX + MOTE_NODE_OUT_MAX] = {{0}};
    mote_node          made = f->graph->nodes[n], after = {.op = MOTE_OP_DEQUANTIZE, .in_count = 1, .out_count = 1};
    const mote_tensor *integers = made.in_count > 0 ? integers_of(f, made.in[0]) : NULL;
    mote_id            in[MOTE_NODE_IN_MAX], moved, out;

    if (!integers || !only_moves(f, &made, want))
        return MOTE_OK;
    memcpy(in, made.in, (size_t)made.in_count * sizeof *in);
    in[0] = maker_of(f, made.in[0])->in[0];
    out = made.out[0];
    moved = add_integer(f, out, integers->dtype, integers->quant, err);
    MOTE_TRY(err->code);
    made.in = in;
    made.out = &moved;
    if (!is_right(f, &made, err))
        return err->code;
    made.in = mote_arena_copy(&f->im->model->arena, in, (size_t)made.in_count, sizeof *in, err);
    made.out = mote_arena_copy(&f->im->model->arena, &moved, 1, sizeof moved, err);
    MOTE_TRY(err->code);
    f->graph->nodes[n] = made;
    after.origin = made.origin;
    after.in = &moved;
    after.out = &out;
    MOTE_TRY(insert(f, n + 1, &after, err));
    return index_graph(f, err);
}

/* ---- the graph ---- */

static bool has_quantize(const mote_graph *graph)
{
    int32_t n;

    for (n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].op == MOTE_OP_QUANTIZE)
            return true;
    return false;
}

mote_status mote_onnx_fuse_quantization(mote_importer *im, mote_error *err)
{
    fusing  f = {.im = im, .graph = im->graph};
    int32_t n;

    if (!has_quantize(f.graph))
        return MOTE_OK;
    MOTE_TRY(index_graph(&f, err));
    for (n = 0; n < f.count; n++)
        MOTE_TRY(take_as_int8(&f, n, err));
    for (n = 0; n < f.graph->node_count && im->scaled; n++)
        MOTE_TRY(convert_at_ends(&f, n, err));
    for (n = 0; n < f.graph->node_count; n++)
        MOTE_TRY(move_integers(&f, n, err));
    for (n = 0; n < f.graph->node_count; n++)
        MOTE_TRY(fuse(&f, n, err));
    return MOTE_OK;
}
