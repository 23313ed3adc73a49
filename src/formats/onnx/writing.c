/* Values, orders and nodes of what is written: see writing.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "formats/onnx/writing.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "formats/onnx/onnx_file.h"

/* ---- failing ---- */

enum { REFUSALS_NAMED = 64 }; /* more than a message holds */

bool mote_ox_failed(const mote_ox_call *c)
{
    return c->is_refused || c->x->err->code != MOTE_OK;
}

static mote_ox_refusal *find_refusal(mote_ox *x, const char *why)
{
    mote_ox_refusal **at = &x->refusals;

    while (*at && strcmp((*at)->why, why) != 0)
        at = &(*at)->next;
    if (!*at && (*at = MOTE_NEW(&x->arena, mote_ox_refusal, 1, x->err)) != NULL)
        (*at)->why = mote_arena_strdup(&x->arena, why, x->err);
    return *at;
}

void mote_ox_refuse(mote_ox_call *c, const char *format, ...)
{
    const mote_node_text node = mote_node_show(c->x->graph, c->node);
    char                 why[200];
    mote_ox_refusal     *refusal;
    va_list              args;

    if (mote_ox_failed(c))
        return;
    va_start(args, format);
    mote_format_list(why, sizeof why, format, args);
    va_end(args);
    c->is_refused = true;
    c->x->refusal_count++;
    refusal = find_refusal(c->x, why);
    if (refusal && c->x->refusal_count <= REFUSALS_NAMED)
        refusal->which = refusal->which ? mote_arena_printf(&c->x->arena, c->x->err, "%s, %s", refusal->which, node.text)
                                        : mote_arena_strdup(&c->x->arena, node.text, c->x->err);
}

void mote_ox_need(mote_ox_call *c, int32_t opset)
{
    c->x->opset = c->x->opset > opset ? c->x->opset : opset;
}

void *mote_ox_take(mote_ox_call *c, size_t count, size_t size)
{
    return mote_ox_failed(c) ? NULL : mote_arena_alloc(&c->x->arena, count, size, c->x->err);
}

/* Room for one more pointer in a list. */
static void *grow(mote_ox *x, const void *list, int32_t count, int32_t *capacity)
{
    void **grown;

    if (count < *capacity)
        return (void *)(uintptr_t)list;
    *capacity = 2 * count + 64;
    grown = mote_arena_alloc(&x->arena, (size_t)*capacity, sizeof *grown, x->err);
    if (grown && count > 0)
        memcpy(grown, list, (size_t)count * sizeof *grown);
    return grown;
}

/* ---- names ---- */

static bool is_taken(const mote_ox *x, const mote_index *index, const char *name)
{
    int32_t at = mote_index_first(index, mote_hash_bytes(MOTE_HASH_SEED, name, strlen(name)));

    for (; at >= 0; at = mote_index_next(index, at))
        if (strcmp(x->name_list[mote_index_value(index, at)], name) == 0)
            return true;
    return false;
}

static const char *take_name(mote_ox *x, mote_index *index, const char *name)
{
    x->name_list = grow(x, x->name_list, x->name_count, &x->name_capacity);
    if (!x->name_list)
        return NULL;
    if (!mote_index_add(index, mote_hash_bytes(MOTE_HASH_SEED, name, strlen(name)), x->name_count)) {
        mote_fail(x->err, MOTE_ERR_LIMIT, "out of memory");
        return NULL;
    }
    return x->name_list[x->name_count++] = name;
}

/* A copy in which what is no UTF-8 is '_'; protocol buffers' strings are. */
static char *clean_name(mote_ox *x, const char *name)
{
    char    *clean = mote_arena_strdup(&x->arena, name && *name ? name : "value", x->err);
    size_t   left = clean ? strlen(clean) : 0;
    char    *at = clean;
    uint32_t code;

    while (left > 0) {
        const size_t length = mote_utf8_length(at, left, &code);
        if (length == 0)
            *at = '_';
        at += length > 0 ? length : 1;
        left -= length > 0 ? length : 1;
    }
    return clean;
}

static const char *unique_name(mote_ox *x, mote_index *index, const char *wanted)
{
    const char *clean = clean_name(x, wanted), *name = clean;
    int32_t     i;

    for (i = 1; name && is_taken(x, index, name); i++)
        name = mote_arena_printf(&x->arena, x->err, "%s_%d", clean, i);
    return name ? take_name(x, index, name) : NULL;
}

const char *mote_ox_unique_name(mote_ox *x, const char *wanted)
{
    return unique_name(x, &x->names, wanted);
}

static void name_value(mote_ox *x, mote_ox_value *value, const char *wanted)
{
    if (value && !value->name)
        value->name = unique_name(x, &x->names, wanted);
}

static const char *name_with(mote_ox *x, const char *name, const char *part)
{
    return mote_arena_printf(&x->arena, x->err, "%s/%s", name && *name ? name : "value", part);
}

/* ---- what an operator says ---- */

const mote_tensor *mote_ox_operand(const mote_ox_call *c, int32_t i)
{
    return mote_node_in(c->x->graph, c->node, i);
}

const mote_tensor *mote_ox_result(const mote_ox_call *c, int32_t i)
{
    return mote_node_out(c->x->graph, c->node, i);
}

mote_ox_tensor *mote_ox_tensor_of(const mote_ox_call *c, const mote_tensor *tensor)
{
    return &c->x->tensors[tensor - c->x->graph->tensors];
}

const int64_t *mote_ox_numbers(mote_ox_call *c, int32_t i, size_t *count)
{
    const mote_tensor *tensor = mote_ox_operand(c, i);
    int64_t           *numbers;
    size_t             k;

    *count = 0;
    if (!tensor || tensor->kind != MOTE_CONST || (tensor->dtype != MOTE_I32 && tensor->dtype != MOTE_I64)) {
        mote_ox_refuse(c, "operand %d is computed, and ONNX wants it constant", i);
        return NULL;
    }
    numbers = mote_ox_take(c, mote_tensor_count(tensor), sizeof *numbers);
    for (k = 0; numbers && k < mote_tensor_count(tensor); k++)
        numbers[k] = tensor->dtype == MOTE_I32 ? ((const int32_t *)tensor->data)[k] : ((const int64_t *)tensor->data)[k];
    *count = numbers ? k : 0;
    return numbers;
}

/* ---- orders ---- */

mote_ox_order mote_ox_ours(int32_t rank)
{
    mote_ox_order order = {.rank = rank};
    int32_t       k;

    for (k = 0; k < rank; k++)
        order.axis[k] = k;
    return order;
}

mote_ox_order mote_ox_channels_second(int32_t rank)
{
    mote_ox_order order = mote_ox_ours(rank);
    int32_t       k;

    for (k = 2; k < rank; k++)
        order.axis[k] = k - 1;
    if (rank > 1)
        order.axis[1] = rank - 1;
    return order;
}

bool mote_ox_same_order(const mote_ox_order *a, const mote_ox_order *b)
{
    return a->rank == b->rank && memcmp(a->axis, b->axis, (size_t)a->rank * sizeof *a->axis) == 0;
}

bool mote_ox_is_ours(const mote_ox_order *order)
{
    const mote_ox_order ours = mote_ox_ours(order->rank);

    return mote_ox_same_order(order, &ours);
}

int32_t mote_ox_place(const mote_ox_order *order, int32_t axis)
{
    int32_t k = 0;

    while (k < order->rank && order->axis[k] != axis)
        k++;
    return k;
}

mote_ox_order mote_ox_given_order(const mote_ox_call *c, int32_t i)
{
    const mote_tensor  *tensor = mote_ox_operand(c, i);
    const mote_ox_form *form = mote_ox_tensor_of(c, tensor)->forms;

    return form ? form->order : mote_ox_ours(tensor->rank);
}

mote_ox_order mote_ox_common_order(const mote_ox_call *c, int32_t first, int32_t count)
{
    const mote_tensor  *out = mote_ox_result(c, 0);
    const mote_ox_form *found = NULL;
    int32_t             i;

    for (i = first; i < first + count; i++) {
        const mote_tensor *in = mote_ox_operand(c, i);
        if (!in || in->kind == MOTE_CONST)
            continue;
        if (in->rank != out->rank || !mote_ox_tensor_of(c, in)->forms) /* a state's: refused where it is taken */
            return mote_ox_ours(out->rank);
        if (!found && !mote_ox_is_ours(&mote_ox_tensor_of(c, in)->forms->order))
            found = mote_ox_tensor_of(c, in)->forms;
    }
    if (found)
        return found->order;
    return c->x->wants_image[out - c->x->graph->tensors] ? mote_ox_channels_second(out->rank) : mote_ox_ours(out->rank);
}

/* ---- initializers ---- */

static mote_ox_value *add_initializer(mote_ox *x, int32_t type, int32_t rank, const int32_t *dim, const void *bytes,
                                      size_t count)
{
    mote_ox_value *value = MOTE_NEW(&x->arena, mote_ox_value, 1, x->err);

    x->initializers = grow(x, x->initializers, x->initializer_count, &x->initializer_capacity);
    if (!value || !x->initializers)
        return NULL;
    *value = (mote_ox_value){.bytes = bytes, .byte_count = count, .onnx_type = type, .rank = rank};
    if (rank > 0)
        memcpy(value->dim, dim, (size_t)rank * sizeof *dim);
    return x->initializers[x->initializer_count++] = value;
}

mote_ox_value *mote_ox_const(mote_ox_call *c, mote_dtype dtype, int32_t rank, const int32_t *dim, const void *bytes)
{
    const size_t width = (size_t)mote_dtype_bits(dtype) / 8;
    size_t       count = 1;
    void        *copy;
    int32_t      k;

    for (k = 0; k < rank; k++)
        count = mote_size_mul(count, (size_t)dim[k]);
    copy = mote_ox_failed(c) ? NULL : mote_arena_copy(&c->x->arena, bytes, count, width, c->x->err);
    return copy ? add_initializer(c->x, mote_onnx_type_of(dtype), rank, dim, copy, count * width) : NULL;
}

mote_ox_value *mote_ox_ints(mote_ox_call *c, const int64_t *values, size_t count)
{
    const int32_t dim = (int32_t)count;

    return mote_ox_const(c, MOTE_I64, 1, &dim, values);
}

mote_ox_value *mote_ox_float(mote_ox_call *c, float value)
{
    return mote_ox_const(c, MOTE_F32, 0, NULL, &value);
}

static bool is_scaled(const mote_tensor *tensor)
{
    return tensor->quant && !mote_dtype_is_float(tensor->dtype);
}

mote_ox_value *mote_ox_number_like(mote_ox_call *c, const mote_tensor *tensor, double value)
{
    const int64_t wide = (int64_t)value;
    const int32_t whole = (int32_t)value;

    if (is_scaled(tensor) || tensor->dtype == MOTE_F32)
        return mote_ox_float(c, (float)value);
    if (tensor->dtype == MOTE_I64)
        return mote_ox_const(c, MOTE_I64, 0, NULL, &wide);
    if (tensor->dtype != MOTE_I32)
        mote_ox_refuse(c, "it is not written for %s", mote_dtype_name(tensor->dtype));
    return mote_ox_const(c, MOTE_I32, 0, NULL, &whole);
}

mote_ox_value *mote_ox_shape(mote_ox_call *c, const mote_tensor *tensor, const mote_ox_order *order)
{
    int64_t dim[MOTE_RANK_MAX];
    int32_t k;

    for (k = 0; k < tensor->rank; k++)
        dim[k] = order->axis[k] == 0 && tensor->is_batched ? -1 : tensor->dim[order->axis[k]];
    return mote_ox_ints(c, dim, (size_t)tensor->rank);
}

/* ---- nodes ---- */

static const char *base_name(const mote_ox_call *c)
{
    const mote_tensor *out = mote_ox_result(c, 0);

    return c->node->name && *c->node->name ? c->node->name : out ? out->name : mote_op_kind_name(c->node->op);
}

static mote_ox_node *new_node(mote_ox *x, const char *type, const char *base, int32_t in_count)
{
    mote_ox_node *node = MOTE_NEW(&x->arena, mote_ox_node, 1, x->err);

    x->nodes = grow(x, x->nodes, x->node_count, &x->node_capacity);
    if (!node || !x->nodes)
        return NULL;
    node->type = type;
    node->name = unique_name(x, &x->node_names, name_with(x, base, type));
    node->in = MOTE_NEW(&x->arena, mote_ox_value *, in_count, x->err);
    node->out = MOTE_NEW(&x->arena, mote_ox_value *, MOTE_NODE_OUT_MAX, x->err);
    node->last = &node->attributes;
    if (x->err->code != MOTE_OK)
        return NULL;
    return x->nodes[x->node_count++] = node;
}

static mote_ox_value *new_output(mote_ox *x, mote_ox_node *node)
{
    mote_ox_value *value = MOTE_NEW(&x->arena, mote_ox_value, 1, x->err);

    if (!value)
        return NULL;
    value->maker = node;
    return node->out[node->out_count++] = value;
}

mote_ox_value *mote_ox_add(mote_ox_call *c, const char *type, mote_ox_value *const *in, int32_t in_count)
{
    while (in_count > 0 && !in[in_count - 1])
        in_count--;
    if (mote_ox_failed(c))
        return NULL;
    c->last = new_node(c->x, type, base_name(c), in_count);
    if (!c->last)
        return NULL;
    memcpy(c->last->in, in, (size_t)in_count * sizeof *in);
    c->last->in_count = in_count;
    c->made++;
    return new_output(c->x, c->last);
}

mote_ox_value *mote_ox_unary(mote_ox_call *c, const char *type, mote_ox_value *a)
{
    return mote_ox_add(c, type, &a, 1);
}

mote_ox_value *mote_ox_binary(mote_ox_call *c, const char *type, mote_ox_value *a, mote_ox_value *b)
{
    return mote_ox_add(c, type, (mote_ox_value *[]){a, b}, 2);
}

mote_ox_value *mote_ox_ternary(mote_ox_call *c, const char *type, mote_ox_value *a, mote_ox_value *b, mote_ox_value *d)
{
    return mote_ox_add(c, type, (mote_ox_value *[]){a, b, d}, 3);
}

mote_ox_value *mote_ox_more(mote_ox_call *c)
{
    return mote_ox_failed(c) ? NULL : new_output(c->x, c->last);
}

static mote_ox_attribute *add_attribute(mote_ox_call *c, const char *name, int32_t type)
{
    mote_ox_attribute *attribute = mote_ox_take(c, 1, sizeof *attribute);

    if (!attribute)
        return NULL;
    attribute->name = name;
    attribute->type = type;
    *c->last->last = attribute;
    c->last->last = &attribute->next;
    return attribute;
}

void mote_ox_set_int(mote_ox_call *c, const char *name, int64_t value)
{
    mote_ox_attribute *attribute = add_attribute(c, name, ATTRIBUTE_IS_INT);

    if (attribute)
        attribute->i = value;
}

void mote_ox_set_float(mote_ox_call *c, const char *name, float value)
{
    mote_ox_attribute *attribute = add_attribute(c, name, ATTRIBUTE_IS_FLOAT);

    if (attribute)
        attribute->f = value;
}

void mote_ox_set_string(mote_ox_call *c, const char *name, const char *value)
{
    mote_ox_attribute *attribute = add_attribute(c, name, ATTRIBUTE_IS_STRING);

    if (attribute)
        attribute->string = value;
}

void mote_ox_set_ints(mote_ox_call *c, const char *name, const int64_t *values, size_t count)
{
    mote_ox_attribute *attribute = add_attribute(c, name, ATTRIBUTE_IS_INTS);

    if (!attribute)
        return;
    attribute->ints = mote_arena_copy(&c->x->arena, values, count, sizeof *values, c->x->err);
    attribute->count = count;
}

mote_ox_value *mote_ox_cast(mote_ox_call *c, mote_ox_value *a, mote_dtype dtype)
{
    mote_ox_value *value = mote_ox_unary(c, "Cast", a);

    mote_ox_set_int(c, "to", mote_onnx_type_of(dtype));
    return value;
}

mote_ox_value *mote_ox_transpose(mote_ox_call *c, mote_ox_value *a, const int32_t *perm, int32_t rank)
{
    mote_ox_value *value = mote_ox_unary(c, "Transpose", a);
    int64_t        wide[MOTE_RANK_MAX];
    int32_t        k;

    for (k = 0; k < rank; k++)
        wide[k] = perm[k];
    mote_ox_set_ints(c, "perm", wide, (size_t)rank);
    return value;
}

/* ---- integers with scales ---- */

static bool has_zero_point(const mote_quant *quant)
{
    int32_t k = 0;

    while (k < quant->count && quant->zero_point[k] == 0)
        k++;
    return k < quant->count;
}

/* Types that QuantizeLinear and DequantizeLinear have, int16 from opset 21 on; of int32 only biases, which have no zero
 * point. */
static bool check_scaled(mote_ox_call *c, const mote_tensor *tensor, bool is_result)
{
    const mote_dtype dtype = tensor->dtype;

    if (dtype == MOTE_I8 || dtype == MOTE_U8 || dtype == MOTE_I16 || (!is_result && dtype == MOTE_I4) ||
        (!is_result && dtype == MOTE_I32 && tensor->kind == MOTE_CONST && !has_zero_point(tensor->quant)))
        return true;
    mote_ox_refuse(c, "%s with a scale, which QuantizeLinear and DequantizeLinear have not", mote_dtype_name(dtype));
    return false;
}

static mote_ox_value *scale_of(mote_ox_call *c, const mote_tensor *tensor)
{
    const mote_quant *q = tensor->quant;
    mote_ox_tensor   *t = mote_ox_tensor_of(c, tensor);

    if (!t->scale && !mote_ox_failed(c)) {
        t->scale = mote_ox_const(c, MOTE_F32, q->count > 1, &q->count, q->scale);
        name_value(c->x, t->scale, name_with(c->x, tensor->name, "scale"));
    }
    return t->scale;
}

static mote_ox_value *new_zero(mote_ox_call *c, const mote_tensor *tensor)
{
    const mote_quant *q = tensor->quant;
    const mote_dtype  dtype = tensor->dtype == MOTE_I4 ? MOTE_I8 : tensor->dtype;
    int16_t          *wide = mote_ox_take(c, (size_t)q->count, sizeof *wide);
    int8_t           *bytes = (int8_t *)wide;
    int32_t           k;

    for (k = 0; wide && k < q->count; k++)
        if (dtype == MOTE_I16)
            wide[k] = (int16_t)q->zero_point[k];
        else
            bytes[k] = (int8_t)q->zero_point[k];
    return wide ? mote_ox_const(c, dtype, q->count > 1, &q->count, wide) : NULL;
}

/* NULL for int32: it has none. */
static mote_ox_value *zero_of(mote_ox_call *c, const mote_tensor *tensor)
{
    mote_ox_tensor *t = mote_ox_tensor_of(c, tensor);

    if (tensor->dtype == MOTE_I32)
        return NULL;
    if (!t->zero && !mote_ox_failed(c)) {
        t->zero = new_zero(c, tensor);
        name_value(c->x, t->zero, name_with(c->x, tensor->name, "zero_point"));
    }
    return t->zero;
}

/* axis: of several scales, the file's. */
static mote_ox_value *dequantize(mote_ox_call *c, mote_ox_value *stored, const mote_tensor *tensor, int32_t axis)
{
    mote_ox_value *value;

    if (!check_scaled(c, tensor, false))
        return NULL;
    value = mote_ox_ternary(c, "DequantizeLinear", stored, scale_of(c, tensor), zero_of(c, tensor));
    if (tensor->quant->count > 1)
        mote_ox_set_int(c, "axis", axis);
    if (!mote_ox_failed(c))
        c->last->name = unique_name(c->x, &c->x->node_names, name_with(c->x, tensor->name, "DequantizeLinear"));
    return value;
}

static mote_ox_value *quantize(mote_ox_call *c, mote_ox_value *real, const mote_tensor *tensor)
{
    if (!check_scaled(c, tensor, true))
        return NULL;
    if (tensor->quant->count > 1)
        mote_ox_refuse(c, "its output has several scales");
    return mote_ox_ternary(c, "QuantizeLinear", real, scale_of(c, tensor), zero_of(c, tensor));
}

/* ---- constants in other orders ---- */

/* int4 as int8, of the same values. */
static const uint8_t *bytes_of(mote_ox_call *c, const mote_tensor *tensor)
{
    const size_t   count = mote_tensor_count(tensor);
    const uint8_t *packed = tensor->data;
    uint8_t       *bytes;
    size_t         i;

    if (tensor->dtype != MOTE_I4)
        return packed;
    bytes = mote_ox_take(c, count, 1);
    for (i = 0; bytes && i < count; i++) {
        const int32_t half = packed[i / 2] >> (i % 2 * 4) & 15;
        bytes[i] = (uint8_t)(half >= 8 ? half - 16 : half);
    }
    return bytes;
}

/* Element by element, the file's order of axes counting up. */
static void permute(uint8_t *to, const uint8_t *from, size_t width, int32_t rank, const int32_t *dim,
                    const mote_ox_order *order)
{
    size_t  step[MOTE_RANK_MAX], at = 0;
    int32_t index[MOTE_RANK_MAX] = {0}, k;

    for (k = rank - 1; k >= 0; k--)
        step[k] = k == rank - 1 ? width : step[k + 1] * (size_t)dim[k + 1];
    for (;;) {
        memcpy(to, from + at, width);
        to += width;
        for (k = rank - 1; k >= 0; k--) {
            const int32_t axis = order->axis[k];
            at += step[axis];
            if (++index[k] < dim[axis])
                break;
            at -= step[axis] * (size_t)dim[axis];
            index[k] = 0;
        }
        if (k < 0)
            return;
    }
}

static mote_ox_value *permuted(mote_ox_call *c, const mote_tensor *tensor, int32_t rank, const int32_t *dim,
                               const mote_ox_order *order)
{
    const mote_dtype dtype = tensor->dtype == MOTE_I4 ? MOTE_I8 : tensor->dtype;
    const size_t     width = (size_t)mote_dtype_bits(dtype) / 8, count = mote_tensor_count(tensor);
    const uint8_t   *from = mote_ox_failed(c) ? NULL : bytes_of(c, tensor);
    uint8_t         *to;
    int32_t          out[MOTE_RANK_MAX], k;

    if (!from)
        return NULL;
    for (k = 0; k < rank; k++)
        out[k] = dim[order->axis[k]];
    if (mote_ox_is_ours(order) || count == 0)
        return add_initializer(c->x, mote_onnx_type_of(dtype), rank, out, from, count * width);
    to = mote_ox_take(c, count, width);
    if (to)
        permute(to, from, width, rank, dim, order);
    return to ? add_initializer(c->x, mote_onnx_type_of(dtype), rank, out, to, count * width) : NULL;
}

/* ---- forms ---- */

static mote_ox_form *add_form(mote_ox_call *c, mote_ox_tensor *t, const mote_ox_order *order, mote_ox_value *stored,
                              mote_ox_value *real)
{
    mote_ox_form *form = mote_ox_take(c, 1, sizeof *form);

    if (!form)
        return NULL;
    *form = (mote_ox_form){.order = *order, .stored = stored, .real = real};
    if (!t->last)
        t->last = &t->forms;
    *t->last = form;
    t->last = &form->next;
    return form;
}

static mote_ox_form *find_form(const mote_ox_tensor *t, const mote_ox_order *order)
{
    mote_ox_form *form = t->forms;

    while (form && !mote_ox_same_order(&form->order, order))
        form = form->next;
    return form;
}

static mote_ox_value *real_of(mote_ox_call *c, const mote_tensor *tensor, mote_ox_form *form)
{
    if (!form->real)
        form->real = is_scaled(tensor)
                         ? dequantize(c, form->stored, tensor, mote_ox_place(&form->order, tensor->quant->axis))
                         : form->stored;
    return form->real;
}

static mote_ox_form *add_constant(mote_ox_call *c, const mote_tensor *tensor, const mote_ox_order *order)
{
    mote_ox_value *value = permuted(c, tensor, tensor->rank, tensor->dim, order);

    if (value)
        name_value(c->x, value, tensor->name);
    return value ? add_form(c, mote_ox_tensor_of(c, tensor), order, value, NULL) : NULL;
}

/* By a Transpose of the first form's real numbers. */
static mote_ox_form *add_turned(mote_ox_call *c, const mote_tensor *tensor, const mote_ox_order *order)
{
    mote_ox_tensor *t = mote_ox_tensor_of(c, tensor);
    mote_ox_value  *value;
    int32_t         perm[MOTE_RANK_MAX], k;

    if (!t->forms) {
        mote_ox_refuse(c, "operand %s is not there", mote_show_string(tensor->name).text);
        return NULL;
    }
    for (k = 0; k < order->rank; k++)
        perm[k] = mote_ox_place(&t->forms->order, order->axis[k]);
    value = mote_ox_transpose(c, real_of(c, tensor, t->forms), perm, order->rank);
    if (mote_ox_failed(c))
        return NULL;
    c->last->name = unique_name(c->x, &c->x->node_names, name_with(c->x, tensor->name, "Transpose"));
    if (!is_scaled(tensor))
        return add_form(c, t, order, value, value);
    return add_form(c, t, order, quantize(c, value, tensor), NULL);
}

static mote_ox_form *form_of(mote_ox_call *c, const mote_tensor *tensor, const mote_ox_order *order)
{
    mote_ox_form *form = find_form(mote_ox_tensor_of(c, tensor), order);

    if (mote_ox_failed(c))
        return NULL;
    if (!form && tensor->kind == MOTE_STATE)
        mote_ox_refuse(c, "its state lasts from one inference to the next, which ONNX has not");
    else if (!form)
        form = tensor->kind == MOTE_CONST ? add_constant(c, tensor, order) : add_turned(c, tensor, order);
    return mote_ox_failed(c) ? NULL : form;
}

/* ---- operands ---- */

mote_ox_value *mote_ox_in(mote_ox_call *c, int32_t i, const mote_ox_order *order)
{
    const mote_tensor *tensor = mote_ox_operand(c, i);
    mote_ox_form      *form = tensor ? form_of(c, tensor, order) : NULL;

    return form ? real_of(c, tensor, form) : NULL;
}

mote_ox_value *mote_ox_in_ours(mote_ox_call *c, int32_t i)
{
    const mote_tensor  *tensor = mote_ox_operand(c, i);
    const mote_ox_order order = mote_ox_ours(tensor ? tensor->rank : 0);

    return mote_ox_in(c, i, &order);
}

mote_ox_value *mote_ox_in_stored(mote_ox_call *c, int32_t i, const mote_ox_order *order)
{
    const mote_tensor  *tensor = mote_ox_operand(c, i);
    const mote_ox_form *form = tensor ? form_of(c, tensor, order) : NULL;

    return form ? form->stored : NULL;
}

mote_ox_value *mote_ox_in_view(mote_ox_call *c, int32_t i, const mote_ox_view *view)
{
    const mote_tensor *tensor = mote_ox_operand(c, i);
    mote_ox_value     *value;

    if (!tensor || mote_ox_failed(c))
        return NULL;
    value = permuted(c, tensor, view->dim ? view->rank : tensor->rank, view->dim ? view->dim : tensor->dim, &view->order);
    if (!value)
        return NULL;
    if (view->out_dim) {
        value->rank = view->out_rank;
        memcpy(value->dim, view->out_dim, (size_t)view->out_rank * sizeof *view->out_dim);
    }
    name_value(c->x, value, tensor->name);
    return is_scaled(tensor) ? dequantize(c, value, tensor, view->scales_along) : value;
}

mote_ox_value *mote_ox_in_repeated(mote_ox_call *c, int32_t i, const mote_ox_order *order)
{
    const mote_tensor *tensor = mote_ox_operand(c, i);
    int32_t            dim[MOTE_RANK_MAX], k, missing;
    mote_ox_view       view = {.rank = order->rank, .dim = dim, .order = *order};

    if (!tensor || tensor->rank == order->rank)
        return mote_ox_in(c, i, order);
    if (tensor->kind != MOTE_CONST || mote_ox_is_ours(order) || mote_tensor_count(tensor) == 1)
        return mote_ox_in_ours(c, i);
    if (is_scaled(tensor) && tensor->quant->count > 1)
        mote_ox_refuse(c, "a constant with several scales repeats");
    missing = order->rank - tensor->rank;
    for (k = 0; k < order->rank; k++)
        dim[k] = k < missing ? 1 : tensor->dim[k - missing];
    return mote_ox_in_view(c, i, &view);
}

static bool fits_int32(const mote_tensor *tensor)
{
    const int64_t *values = tensor->data;
    size_t         k, count = mote_tensor_count(tensor);

    for (k = 0; k < count; k++)
        if (values[k] < INT32_MIN || values[k] > INT32_MAX)
            return false;
    return true;
}

/* int64 biases of int16 activations, which DequantizeLinear does not take: as int32 where all fit, else as real numbers.
 * scale: one, or one a channel. */
static mote_ox_value *wide_bias(mote_ox_call *c, const mote_tensor *tensor, const float *scale, int32_t scales)
{
    const size_t   count = mote_tensor_count(tensor);
    const int64_t *from = tensor->data;
    const bool     is_int32 = fits_int32(tensor);
    int32_t       *whole = mote_ox_take(c, count, sizeof *whole);
    float         *real = mote_ox_take(c, count, sizeof *real);
    mote_ox_value *value;
    size_t         k;

    for (k = 0; whole && real && k < count; k++) {
        whole[k] = is_int32 ? (int32_t)from[k] : 0;
        real[k] = (float)((double)from[k] * (double)scale[scales > 1 ? k : 0]);
    }
    if (mote_ox_failed(c))
        return NULL;
    value = mote_ox_const(c, is_int32 ? MOTE_I32 : MOTE_F32, tensor->rank, tensor->dim, is_int32 ? (void *)whole : real);
    name_value(c->x, value, tensor->name);
    return value;
}

mote_ox_value *mote_ox_in_bias(mote_ox_call *c, int32_t i, int32_t in, int32_t weights)
{
    const mote_tensor *tensor = mote_ox_operand(c, i), *x = mote_ox_operand(c, in), *w = mote_ox_operand(c, weights);
    const bool         is_wide = tensor && tensor->dtype == MOTE_I64 && tensor->kind == MOTE_CONST && x->quant && w->quant;
    float             *scale;
    mote_ox_value     *value;
    int32_t            k;

    if (!is_wide && (!tensor || tensor->dtype != MOTE_I32 || tensor->quant || !x->quant || !w->quant))
        return mote_ox_in_ours(c, i);
    scale = mote_ox_take(c, (size_t)w->quant->count, sizeof *scale);
    for (k = 0; scale && k < w->quant->count; k++)
        scale[k] = x->quant->scale[0] * w->quant->scale[k];
    value = is_wide && scale ? wide_bias(c, tensor, scale, w->quant->count) : mote_ox_in_ours(c, i);
    if (!scale || !value || value->onnx_type == mote_onnx_type_of(MOTE_F32))
        return value;
    value = mote_ox_binary(c, "DequantizeLinear", value,
                           mote_ox_const(c, MOTE_F32, w->quant->count > 1, &w->quant->count, scale));
    if (w->quant->count > 1)
        mote_ox_set_int(c, "axis", 0);
    return value;
}

/* ---- outputs ---- */

mote_ox_value *mote_ox_activate(mote_ox_call *c, mote_ox_value *value, const mote_tensor *like)
{
    const bool is_real = is_scaled(like) || like->dtype == MOTE_F32;

    switch (c->node->activation) {
    case MRT_ACT_NONE:
        return value;
    case MRT_ACT_RELU:
        if (is_real)
            return mote_ox_unary(c, "Relu", value);
        return mote_ox_binary(c, "Max", value, mote_ox_number_like(c, like, 0));
    case MRT_ACT_RELU_N1_TO_1:
        return mote_ox_ternary(c, "Clip", value, mote_ox_number_like(c, like, -1), mote_ox_number_like(c, like, 1));
    case MRT_ACT_RELU6:
        return mote_ox_ternary(c, "Clip", value, mote_ox_number_like(c, like, 0), mote_ox_number_like(c, like, 6));
    }
    mote_ox_refuse(c, "its activation is not known");
    return NULL;
}

void mote_ox_give(mote_ox_call *c, int32_t i, mote_ox_value *value, const mote_ox_order *order)
{
    const mote_tensor *tensor = mote_ox_result(c, i);

    if (!tensor)
        return;
    value = mote_ox_activate(c, value, tensor);
    if (is_scaled(tensor))
        value = quantize(c, value, tensor);
    mote_ox_give_stored(c, i, value, order);
}

void mote_ox_give_stored(mote_ox_call *c, int32_t i, mote_ox_value *value, const mote_ox_order *order)
{
    const mote_tensor  *tensor = mote_ox_result(c, i);
    const mote_ox_order ours = mote_ox_ours(tensor ? tensor->rank : 0);

    if (mote_ox_failed(c) || !value || !tensor)
        return;
    name_value(c->x, value, tensor->name);
    add_form(c, mote_ox_tensor_of(c, tensor), order ? order : &ours, value, is_scaled(tensor) ? NULL : value);
}

void mote_ox_give_flat(mote_ox_call *c, mote_ox_value *value, const mote_tensor *image)
{
    mote_ox_tensor *t = mote_ox_tensor_of(c, mote_ox_result(c, 0));

    t->flat = mote_ox_rounded(c, value, mote_ox_result(c, 0));
    t->flat_of = image;
}

mote_ox_value *mote_ox_rounded(mote_ox_call *c, mote_ox_value *value, const mote_tensor *like)
{
    return is_scaled(like) ? dequantize(c, quantize(c, value, like), like, 0) : value;
}

/* ---- the graph ---- */

bool mote_ox_feeds_dense_only(const mote_ox *x, mote_id id)
{
    int32_t n, i, reads = 0;

    for (i = 0; i < x->graph->output_count; i++)
        if (x->graph->outputs[i] == id)
            return false;
    for (n = 0; n < x->graph->node_count; n++)
        for (i = 0; i < x->graph->nodes[n].in_count; i++) {
            const mote_node   *node = &x->graph->nodes[n];
            const mote_tensor *w;
            if (node->in[i] != id)
                continue;
            w = node->op == MOTE_OP_FULLY_CONNECTED && i == 0 ? mote_node_in(x->graph, node, 1) : NULL;
            if (!w || w->kind != MOTE_CONST || w->rank != 2 || w->dtype == MOTE_I4)
                return false;
            reads++;
        }
    return reads > 0;
}
