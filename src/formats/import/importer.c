/* What operators' functions are written with: import.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "formats/import/import.h"

/* ---- failing ---- */

static void fail(mote_import_call *c, mote_status status, const char *format, va_list args)
{
    char text[MOTE_ERROR_TEXT];

    vsnprintf(text, sizeof text, format, args);
    if (c->err->code != MOTE_OK)
        return;
    if (c->node->name[0] != '\0')
        mote_fail(c->err, status, "node %d (%s \"%s\"): %s", c->index, mote_show_string(c->node->type).text,
                  mote_show_string(c->node->name).text, text);
    else
        mote_fail(c->err, status, "node %d (%s): %s", c->index, mote_show_string(c->node->type).text, text);
}

void mote_import_refuse(mote_import_call *c, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fail(c, MOTE_ERR_UNSUPPORTED, format, args);
    va_end(args);
}

void mote_import_wrong(mote_import_call *c, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fail(c, MOTE_ERR_FORMAT, format, args);
    va_end(args);
}

bool mote_import_failed(const mote_import_call *c)
{
    return c->err->code != MOTE_OK;
}

void mote_import_note(mote_importer *im, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    mote_text_vprintf(&im->notes, format, args);
    va_end(args);
    mote_text_puts(&im->notes, "\n");
}

/* ---- what a node says ---- */

bool mote_import_has(const mote_import_call *c, const char *name)
{
    return mote_import_attribute_find(c->node, name) != NULL;
}

int64_t mote_import_int(mote_import_call *c, const char *name, int64_t standard)
{
    const mote_import_attribute *a = mote_import_attribute_find(c->node, name);

    return a ? a->i : standard;
}

int32_t mote_import_small(mote_import_call *c, const char *name, int32_t standard)
{
    const int64_t value = mote_import_int(c, name, standard);

    if (value >= INT32_MIN && value <= INT32_MAX)
        return (int32_t)value;
    mote_import_wrong(c, "%s is %lld", name, (long long)value);
    return 0;
}

float mote_import_float(mote_import_call *c, const char *name, float standard)
{
    const mote_import_attribute *a = mote_import_attribute_find(c->node, name);

    return a ? a->f : standard;
}

const char *mote_import_string(mote_import_call *c, const char *name, const char *standard)
{
    const mote_import_attribute *a = mote_import_attribute_find(c->node, name);

    return a ? a->s : standard;
}

mote_import_list mote_import_ints(mote_import_call *c, const char *name)
{
    const mote_import_attribute *a = name ? mote_import_attribute_find(c->node, name) : NULL;

    return a ? (mote_import_list){a->ints, a->int_count} : (mote_import_list){NULL, -1};
}

mote_import_list mote_import_operand_ints(mote_import_call *c, int32_t i, const char *name)
{
    const mote_import_value *value = mote_import_in(c, i);
    int64_t                 *n;
    size_t                   k, count;

    if (!value)
        return mote_import_ints(c, name);
    if (!value->known || mote_dtype_is_float(value->dtype)) {
        mote_import_refuse(c, "operand %d, %s, must be a constant of whole numbers", i, mote_show_string(value->name).text);
        return (mote_import_list){NULL, -1};
    }
    count = mote_import_count(&value->shape);
    n = mote_import_take(c, count, sizeof *n);
    for (k = 0; n && k < count; k++)
        n[k] = mote_import_integer_at(value, k);
    return n ? (mote_import_list){n, (int32_t)count} : (mote_import_list){NULL, -1};
}

int32_t mote_import_axis(mote_import_call *c, int64_t axis, int32_t rank)
{
    if (axis >= -rank && axis < rank)
        return (int32_t)(axis < 0 ? axis + rank : axis);
    mote_import_wrong(c, "axis %lld of %d", (long long)axis, rank);
    return 0;
}

uint32_t mote_import_axes(mote_import_call *c, mote_import_list list, int32_t rank, uint32_t if_none)
{
    uint32_t axes = 0;
    int32_t  i;

    if (list.count <= 0)
        return if_none;
    for (i = 0; i < list.count && !mote_import_failed(c) && rank > 0; i++)
        axes |= 1u << mote_import_axis(c, list.n[i], rank);
    return axes;
}

/* ---- values ---- */

const mote_import_value *mote_import_in(const mote_import_call *c, int32_t i)
{
    return i < c->in_count ? c->in[i] : NULL;
}

size_t mote_import_count(const mote_import_shape *shape)
{
    size_t  count = 1;
    int32_t i;

    for (i = 0; i < shape->rank; i++)
        count = mote_size_mul(count, (size_t)shape->dim[i]);
    return count;
}

#define AT(T, result) ((result)((const T *)value->known)[i])
int64_t mote_import_integer_at(const mote_import_value *value, size_t i)
{
    switch (value->dtype) {
    case MOTE_I64:
    case MOTE_U64:
        return AT(int64_t, int64_t);
    case MOTE_I32:
        return AT(int32_t, int64_t);
    case MOTE_U32:
        return AT(uint32_t, int64_t);
    case MOTE_I16:
        return AT(int16_t, int64_t);
    case MOTE_U16:
        return AT(uint16_t, int64_t);
    case MOTE_I8:
        return AT(int8_t, int64_t);
    case MOTE_U8:
    case MOTE_BOOL:
        return AT(uint8_t, int64_t);
    default: {
        const double number = mote_import_number_at(value, i);
        return number > -9e18 && number < 9e18 ? (int64_t)number : 0;
    }
    }
}

double mote_import_number_at(const mote_import_value *value, size_t i)
{
    switch (value->dtype) {
    case MOTE_F32:
        return AT(float, double);
    case MOTE_F64:
        return AT(double, double);
    case MOTE_F16:
        return 0; /* nothing computes with these */
    default:
        return (double)mote_import_integer_at(value, i);
    }
}
#undef AT

const float *mote_import_floats(mote_import_call *c, int32_t i)
{
    const mote_import_value *value = mote_import_in(c, i);
    const size_t             count = value && value->known ? mote_import_count(&value->shape) : 0;
    float                   *numbers;
    size_t                   k;

    if (!value || !value->known || value->dtype == MOTE_F16) {
        mote_import_refuse(c, "operand %d, %s, must be a constant", i,
                           value ? mote_show_string(value->name).text : "absent");
        return NULL;
    }
    if (value->dtype == MOTE_F32)
        return value->known;
    numbers = mote_import_take(c, count, sizeof *numbers);
    for (k = 0; numbers && k < count; k++)
        numbers[k] = (float)mote_import_number_at(value, k);
    return numbers;
}

void *mote_import_take(mote_import_call *c, size_t count, size_t size)
{
    return mote_import_failed(c) ? NULL : mote_arena_alloc(&c->im->scratch, count, size, c->err);
}

/* ---- outputs ---- */

mote_import_value *mote_import_find_value(const mote_importer *im, const char *name)
{
    const uint64_t hash = mote_hash_bytes(MOTE_HASH_SEED, name, strlen(name));
    int32_t        at;

    for (at = mote_index_first(&im->by_name, hash); at >= 0; at = mote_index_next(&im->by_name, at))
        if (strcmp(im->values[mote_index_value(&im->by_name, at)]->name, name) == 0)
            return im->values[mote_index_value(&im->by_name, at)];
    return NULL;
}

mote_import_value *mote_import_out(const mote_import_call *c, int32_t i)
{
    if (c->result)
        return i == 0 ? c->result : NULL;
    return i < c->node->out_count && c->node->out[i][0] != '\0' ? mote_import_find_value(c->im, c->node->out[i]) : NULL;
}

bool mote_import_wants(const mote_import_call *c, int32_t i)
{
    const mote_import_value *value = mote_import_out(c, i);

    return value && value->uses > 0;
}

static void set_file_order(mote_import_value *value)
{
    int32_t i;

    value->held = value->shape;
    for (i = 0; i < value->shape.rank; i++)
        value->order[i] = i;
}

void mote_import_give_known(mote_import_call *c, int32_t i, mote_dtype dtype, const mote_import_shape *shape,
                            const void *known)
{
    mote_import_value *value = mote_import_out(c, i);

    if (!value || mote_import_failed(c))
        return;
    value->dtype = dtype;
    value->shape = *shape;
    value->known = known;
    set_file_order(value);
}

/* The contents of a constant tensor, its axes put where the file has them. */
static void *in_file_order(mote_import_call *c, const mote_tensor *tensor, const int32_t *order,
                           const mote_import_shape *shape)
{
    const size_t   width = (size_t)mote_dtype_bits(tensor->dtype) / 8, count = mote_tensor_count(tensor);
    uint8_t       *to = mote_import_take(c, count, width);
    const uint8_t *from = tensor->data;
    size_t         step[MOTE_RANK_MAX] = {0}, run = 1, k, left, place;
    int32_t        i;

    for (i = shape->rank - 1; i >= 0; i--) { /* of the file's axes, in the result */
        step[i] = run;
        run *= (size_t)shape->dim[i];
    }
    for (k = 0; to && k < count; k++) {
        for (place = 0, left = k, i = tensor->rank - 1; i >= 0; i--) {
            place += left % (size_t)tensor->dim[i] * step[order[i]];
            left /= (size_t)tensor->dim[i];
        }
        memcpy(to + place * width, from + k * width, width);
    }
    return to;
}

void mote_import_give(mote_import_call *c, int32_t i, mote_id id, const int32_t *order)
{
    mote_import_value *value = mote_import_out(c, i);
    mote_tensor       *tensor;
    int32_t            k;

    if (!value || mote_import_failed(c) || id == MOTE_NONE)
        return;
    tensor = &c->im->graph->tensors[id];
    value->dtype = tensor->dtype;
    value->shape.rank = tensor->rank;
    for (k = 0; k < tensor->rank; k++) {
        value->order[k] = order ? order[k] : k;
        value->shape.dim[value->order[k]] = tensor->dim[k];
    }
    value->held = value->shape;
    value->id = id;
    if (tensor->kind == MOTE_CONST) {
        value->known = in_file_order(c, tensor, value->order, &value->shape);
        set_file_order(value);
    } else if (id >= c->first_tensor || c->is_fused) {
        char *name = mote_arena_strdup(&c->im->model->arena, value->name, c->err);
        tensor->name = name ? name : tensor->name;
    }
}

void mote_import_give_view(mote_import_call *c, int32_t i, const mote_import_value *of, const mote_import_shape *shape,
                           const mote_import_shape *held, const int32_t *order)
{
    mote_import_value *value = mote_import_out(c, i);
    int32_t            k;

    if (!value || mote_import_failed(c))
        return;
    value->dtype = of->dtype;
    value->shape = *shape;
    value->held = *held;
    value->id = of->id;
    value->uses += of->uses > 1 ? of->uses - 1 : 0; /* of the same tensor */
    for (k = 0; k < held->rank; k++)
        value->order[k] = order[k];
}

mote_import_value *mote_import_new_value(mote_import_call *c)
{
    mote_import_value *value = mote_import_take(c, 1, sizeof *value);

    if (value)
        *value = (mote_import_value){.name = c->node->name, .dtype = MOTE_DTYPE_COUNT, .id = MOTE_NONE, .uses = 1};
    return value;
}

static void copy_value(mote_import_value *to, const mote_import_value *from)
{
    const mote_import_value own = *to;

    *to = *from;
    to->name = own.name;
    to->number = own.number;
    to->uses = own.uses + 1; /* the tensor is not this value's alone */
}

void mote_import_give_value(mote_import_call *c, int32_t i, const mote_import_value *value)
{
    mote_import_value *out = mote_import_out(c, i);

    if (out && !mote_import_failed(c))
        copy_value(out, value);
}

/* ---- orders ---- */

mote_import_order mote_import_file_order(int32_t rank)
{
    mote_import_order order = {.rank = rank};
    int32_t           i;

    for (i = 0; i < rank; i++)
        order.axis[i] = i;
    return order;
}

mote_import_order mote_import_channels_last(int32_t rank)
{
    mote_import_order order = mote_import_file_order(rank);
    int32_t           i;

    for (i = 1; i + 1 < rank; i++)
        order.axis[i] = i + 1;
    if (rank > 1)
        order.axis[rank - 1] = 1;
    return order;
}

bool mote_import_is_waiting(const mote_import_value *value)
{
    return value->held.rank != value->shape.rank ||
           memcmp(value->held.dim, value->shape.dim, (size_t)value->shape.rank * sizeof *value->shape.dim) != 0;
}

mote_import_order mote_import_common_order(const mote_import_call *c, int32_t first, int32_t count, int32_t rank)
{
    mote_import_order order = mote_import_file_order(rank), held;
    int32_t           i;

    for (i = first; i < first + count && i < c->in_count; i++) {
        const mote_import_value *value = c->in[i];
        if (!value || value->known || value->shape.rank != rank)
            continue;
        if (!mote_import_is_waiting(value))
            memcpy(order.axis, value->order, (size_t)rank * sizeof *order.axis);
        else if (!mote_import_natural_order(c, value, &order, &held))
            continue;
        break;
    }
    return order;
}

int32_t mote_import_place(const mote_import_order *order, int32_t axis)
{
    int32_t i;

    for (i = 0; i < order->rank; i++)
        if (order->axis[i] == axis)
            return i;
    return 0;
}

/* Axes longer than 1, as they follow each other; how many. */
static int32_t long_axes(const mote_import_shape *shape, const int32_t *order, int32_t *out)
{
    int32_t i, count = 0;

    for (i = 0; i < shape->rank; i++)
        if (shape->dim[order[i]] != 1)
            out[count++] = order[i];
    return count;
}

static bool same_sequence(const mote_import_shape *shape, const int32_t *a, const int32_t *b)
{
    int32_t a_axes[MOTE_RANK_MAX], b_axes[MOTE_RANK_MAX];
    int32_t a_count = long_axes(shape, a, a_axes), b_count = long_axes(shape, b, b_axes);

    return a_count == b_count && memcmp(a_axes, b_axes, (size_t)a_count * sizeof *a_axes) == 0;
}

/* An open batch is 1 here: where its axis moves is seen by nobody but the model that answers several samples. It must stay
 * first. */
static bool moves_samples(mote_import_call *c, mote_id id, int32_t from, int32_t to)
{
    if (!mote_import_tensor_at(c, id)->is_batched || from == to)
        return false;
    mote_import_refuse(c, "it would move the axis that counts samples");
    return true;
}

/* The tensor, whose axes are shape's in the order `from`, with axes in the order `to`. */
static mote_id reorder(mote_import_call *c, mote_id id, const mote_import_shape *shape, const int32_t *from,
                       const int32_t *to)
{
    int32_t perm[MOTE_RANK_MAX], dim[MOTE_RANK_MAX], i, k;

    for (i = 0; i < shape->rank; i++) {
        dim[i] = shape->dim[to[i]];
        for (k = 0; k < shape->rank; k++)
            if (from[k] == to[i])
                perm[i] = k;
    }
    if (memcmp(from, to, (size_t)shape->rank * sizeof *from) == 0)
        return id;
    if (moves_samples(c, id, from[0], to[0]))
        return MOTE_NONE;
    if (same_sequence(shape, from, to))
        return mote_import_reshape(c, id, shape->rank, dim);
    return mote_import_transpose(c, id, perm);
}

/* Axes of 1 in front, until there are `rank`. */
static void lengthen(mote_import_shape *shape, int32_t *order, int32_t rank)
{
    const int32_t added = rank - shape->rank;
    int32_t       i;

    for (i = shape->rank - 1; i >= 0; i--) {
        shape->dim[i + added] = shape->dim[i];
        order[i + added] = order[i] + added;
    }
    for (i = 0; i < added; i++) {
        shape->dim[i] = 1;
        order[i] = i;
    }
    shape->rank = rank;
}

/* A computed value that does not wait, or no more. */
static mote_id as_computed(mote_import_call *c, mote_id id, const mote_import_shape *of, const int32_t *held,
                           const mote_import_order *wanted)
{
    mote_import_shape shape = *of;
    int32_t           order[MOTE_RANK_MAX], dim[MOTE_RANK_MAX], i;
    const bool        grows = shape.rank < wanted->rank;

    memcpy(order, held, sizeof order);
    if (shape.rank > wanted->rank) {
        mote_import_wrong(c, "an operand of %d dimensions, %d expected", shape.rank, wanted->rank);
        return MOTE_NONE;
    }
    lengthen(&shape, order, wanted->rank);
    if (grows && moves_samples(c, id, held[0] + wanted->rank - of->rank, wanted->axis[0]))
        return MOTE_NONE;
    if (grows && !same_sequence(&shape, order, wanted->axis)) {
        for (i = 0; i < shape.rank; i++)
            dim[i] = shape.dim[order[i]];
        id = mote_import_reshape(c, id, shape.rank, dim);
    } else if (grows) {
        for (i = 0; i < shape.rank; i++)
            dim[i] = shape.dim[wanted->axis[i]];
        return mote_import_reshape(c, id, shape.rank, dim);
    }
    return reorder(c, id, &shape, order, wanted->axis);
}

/* By way of the natural order, if that is the wanted one, or of the file's. */
static mote_id as_waiting(mote_import_call *c, const mote_import_value *value, const mote_import_order *wanted)
{
    mote_import_order way, held;
    int32_t           dim[MOTE_RANK_MAX], i;
    mote_id           id;

    if (!mote_import_natural_order(c, value, &way, &held) || way.rank != wanted->rank ||
        !same_sequence(&value->shape, way.axis, wanted->axis)) {
        way = mote_import_file_order(value->shape.rank);
        held = mote_import_file_order(value->held.rank);
    }
    id = reorder(c, value->id, &value->held, value->order, held.axis);
    for (i = 0; i < way.rank; i++)
        dim[i] = value->shape.dim[way.axis[i]];
    id = mote_import_reshape(c, id, way.rank, dim);
    return as_computed(c, id, &value->shape, way.axis, wanted);
}

/* Known contents in an order, of a shape with axes in front. */
static mote_id as_known(mote_import_call *c, const mote_import_value *value, const mote_import_order *wanted, bool is_short)
{
    const size_t      width = (size_t)mote_dtype_bits(value->dtype) / 8, count = mote_import_count(&value->shape);
    mote_import_shape shape = value->shape;
    int32_t           order[MOTE_RANK_MAX], dim[MOTE_RANK_MAX], i, skipped = 0;
    uint8_t          *to = mote_import_take(c, count, width);
    size_t            step[MOTE_RANK_MAX] = {0}, run = 1, k, left, place;

    memcpy(order, value->order, sizeof order);
    if (shape.rank > wanted->rank) {
        mote_import_wrong(c, "an operand of %d dimensions, %d expected", shape.rank, wanted->rank);
        return MOTE_NONE;
    }
    lengthen(&shape, order, wanted->rank);
    for (i = shape.rank - 1; i >= 0; i--) {
        step[i] = run; /* in the file */
        run *= (size_t)shape.dim[i];
    }
    for (i = 0; i < shape.rank; i++)
        dim[i] = shape.dim[wanted->axis[i]];
    for (k = 0; to && k < count; k++) {
        for (place = 0, left = k, i = shape.rank - 1; i >= 0; i--) {
            place += left % (size_t)dim[i] * step[wanted->axis[i]];
            left /= (size_t)dim[i];
        }
        memcpy(to + k * width, (const uint8_t *)value->known + place * width, width);
    }
    while (is_short && skipped < shape.rank && dim[skipped] == 1)
        skipped++;
    return to ? mote_import_const(c, value->dtype, shape.rank - skipped, dim + skipped, to) : MOTE_NONE;
}

static mote_import_form *find_form(const mote_import_value *value, const mote_import_order *order, bool is_short)
{
    mote_import_form *form = value->forms;

    while (form && (form->rank != (is_short ? ~order->rank : order->rank) ||
                    memcmp(form->order, order->axis, (size_t)order->rank * sizeof *form->order) != 0))
        form = form->next;
    return form;
}

static mote_id make_form(mote_import_call *c, const mote_import_value *value, const mote_import_order *order, bool is_short)
{
    if (value->known)
        return as_known(c, value, order, is_short);
    if (mote_import_is_waiting(value))
        return as_waiting(c, value, order);
    return as_computed(c, value->id, &value->shape, value->order, order);
}

static mote_id as(mote_import_call *c, const mote_import_value *value, const mote_import_order *order, bool is_short)
{
    mote_import_form *form;

    if (mote_import_failed(c))
        return MOTE_NONE;
    if (!value) {
        mote_import_wrong(c, "an operand is absent");
        return MOTE_NONE;
    }
    if (!value->known && value->id == MOTE_NONE) {
        mote_import_wrong(c, "%s has no value", mote_show_string(value->name).text);
        return MOTE_NONE;
    }
    if ((form = find_form(value, order, is_short)) != NULL)
        return form->id;
    if (!(form = mote_import_take(c, 1, sizeof *form)))
        return MOTE_NONE;
    form->rank = is_short ? ~order->rank : order->rank;
    memcpy(form->order, order->axis, sizeof form->order);
    form->id = make_form(c, value, order, is_short);
    if (mote_import_failed(c))
        return MOTE_NONE;
    form->next = value->forms;
    ((mote_import_value *)value)->forms = form;
    return form->id;
}

mote_id mote_import_as(mote_import_call *c, const mote_import_value *value, const mote_import_order *order)
{
    return as(c, value, order, false);
}

mote_id mote_import_as_operand(mote_import_call *c, const mote_import_value *value, const mote_import_order *order)
{
    return as(c, value, order, value && value->known);
}

mote_id mote_import_as_file(mote_import_call *c, const mote_import_value *value)
{
    const mote_import_order order = mote_import_file_order(value ? value->shape.rank : 0);

    return as(c, value, &order, false);
}

/* ---- tensors and nodes of ours ---- */

const mote_tensor *mote_import_tensor_at(const mote_import_call *c, mote_id id)
{
    static const mote_tensor none = {.name = ""};

    return id >= 0 && id < c->im->graph->tensor_count ? &c->im->graph->tensors[id] : &none;
}

void mote_import_enter(mote_importer *im, int32_t number)
{
    im->graph = &im->model->graphs[number];
}

int32_t mote_import_graph_number(const mote_importer *im)
{
    return (int32_t)(im->graph - im->model->graphs);
}

const char *mote_import_own_name(mote_import_call *c)
{
    const char *of = c->node->out_count > 0 && c->node->out[0][0] != '\0' ? c->node->out[0] : c->node->type;

    return mote_arena_printf(&c->im->model->arena, c->err, "%s/%d", of, ++c->made);
}

mote_id mote_import_const(mote_import_call *c, mote_dtype dtype, int32_t rank, const int32_t *dim, const void *values)
{
    const char *name = mote_import_failed(c) ? NULL : mote_import_own_name(c);
    mote_id     id;

    if (!name)
        return MOTE_NONE;
    id = mote_graph_add_const(c->im->model, c->im->graph, name, dtype, rank, dim, values, c->err);
    if (id != MOTE_NONE)
        c->im->graph->tensors[id].origin = (uint32_t)id;
    return id;
}

mote_id mote_import_const_ints(mote_import_call *c, const int32_t *values, int32_t count)
{
    return mote_import_const(c, MOTE_I32, 1, &count, values);
}

mote_id mote_import_const_float(mote_import_call *c, float value)
{
    return mote_import_const(c, MOTE_F32, 0, NULL, &value);
}

mote_id mote_import_zeros(mote_import_call *c, mote_dtype dtype, int32_t rank, const int32_t *dim)
{
    size_t  count = 1;
    void   *values;
    int32_t i;

    for (i = 0; i < rank; i++)
        count = mote_size_mul(count, (size_t)dim[i]);
    values = mote_import_take(c, count, (size_t)mote_dtype_bits(dtype) / 8);
    return values ? mote_import_const(c, dtype, rank, dim, values) : MOTE_NONE;
}

static mote_id add_tensor(mote_import_call *c, mote_dtype dtype)
{
    const mote_tensor spec = {.name = mote_import_own_name(c),
                              .origin = (uint32_t)c->im->graph->tensor_count,
                              .dtype = dtype,
                              .kind = MOTE_ACTIVATION};

    return mote_import_failed(c) ? MOTE_NONE : mote_graph_add_tensor(c->im->model, c->im->graph, &spec, c->err);
}

/* Of constants: computed now, and gone. */
static void evaluate_if_constant(mote_import_call *c, mote_node *node)
{
    if (mote_import_failed(c) || !mote_op_reads_constants_only(c->im->graph, node))
        return;
    if (mote_op_evaluate(c->im->model, c->im->graph, node, &c->im->work, c->err) == MOTE_OK)
        c->im->graph->node_count--;
}

/* What only moves or selects values gives them back with the scale that they had. */
static void hand_on_scales(mote_import_call *c, const mote_node *node)
{
    const mote_tensor *in = mote_node_in(c->im->graph, node, 0);
    mote_quant_want    want[MOTE_NODE_IN_MAX + MOTE_NODE_OUT_MAX] = {{0}};
    int32_t            i;

    if (!in || !in->quant || in->dtype == MOTE_F32 || !mote_ops[node->op]->quantize)
        return;
    mote_ops[node->op]->quantize(c->im->graph, node, want);
    for (i = 0; i < node->out_count; i++)
        if (want[node->in_count + i].rule == MOTE_QUANT_SAME && !c->im->graph->tensors[node->out[i]].quant)
            c->im->graph->tensors[node->out[i]].quant = in->quant;
}

void mote_import_keep_scales(mote_import_call *c, mote_id id, int32_t i)
{
    const mote_import_value *value = mote_import_in(c, i);
    mote_import_scaled      *scaled;

    if (mote_import_failed(c) || !value || !value->scales || !(scaled = mote_import_take(c, 1, sizeof *scaled)))
        return;
    *scaled = (mote_import_scaled){c->im->scaled, id, value->scales, value->scale_count, value->scaled_from};
    c->im->scaled = scaled;
}

/* Integers of 8 and 16 bits are real numbers to most kernels, which want their scales: whether they do is said when they are
 * prepared. */
static void check_scales(mote_import_call *c, const mote_node *node)
{
    const mote_tensor *in = mote_node_in(c->im->graph, node, 0), *out = mote_node_out(c->im->graph, node, 0);
    mote_arena         arena = {0};
    mote_prepared      prepared = {.arena = &arena};
    const mote_kernel *kernel;
    const mote_op_row *row;

    if (mote_import_failed(c) || !out || out->kind == MOTE_CONST ||
        (mote_dtype_bits(out->dtype) > 16 && (!in || mote_dtype_bits(in->dtype) > 16)))
        return;
    row = mote_op_find_row(c->im->graph, node, c->err);
    kernel = row ? mote_op_choose_kernel(row, MOTE_TARGET_REFERENCE, c->im->graph, node, c->err) : NULL;
    if (kernel && !kernel->is_view)
        mote_kernel_prepare(kernel, c->im->graph, node, &prepared, c->err);
    mote_arena_destroy(&arena);
}

/* What operators say of themselves is told as what the file's node is. */
static void tell_node(mote_import_call *c)
{
    mote_error inner = *c->err;

    mote_error_clear(c->err);
    if (c->node->name[0] != '\0')
        mote_fail(c->err, inner.code, "node %d (%s \"%s\"): %s", c->index, mote_show_string(c->node->type).text,
                  mote_show_string(c->node->name).text, inner.text);
    else
        mote_fail(c->err, inner.code, "node %d (%s): %s", c->index, mote_show_string(c->node->type).text, inner.text);
}

void mote_import_add_many(mote_import_call *c, const mote_import_op *op, mote_id *out, int32_t out_count)
{
    mote_id   in[MOTE_NODE_IN_MAX];
    mote_node spec = {
        .op = op->op, .in = in, .out = out, .out_count = out_count, .as = op->as, .activation = op->activation};
    mote_node *node;
    int32_t    i;

    for (i = 0; i < out_count; i++)
        out[i] = MOTE_NONE;
    for (i = 0; i < op->in_count && i < MOTE_NODE_IN_MAX; i++)
        in[i] = op->in[i];
    if (op->in_count > MOTE_NODE_IN_MAX || out_count > MOTE_NODE_OUT_MAX)
        mote_import_refuse(c, "%d operands and %d outputs; at most %d and %d are supported", op->in_count, out_count,
                           MOTE_NODE_IN_MAX, MOTE_NODE_OUT_MAX);
    for (i = 0; i < out_count; i++)
        out[i] = mote_import_failed(c) ? MOTE_NONE : add_tensor(c, op->dtype);
    for (i = 0; i < out_count && !mote_import_failed(c); i++)
        c->im->graph->tensors[out[i]].quant = op->quant;
    spec.in_count = op->in_count;
    while (spec.in_count > 0 && in[spec.in_count - 1] == MOTE_NONE)
        spec.in_count--;
    spec.origin = (uint32_t)c->im->graph->node_count;
    spec.name = c->node->name[0] != '\0' ? c->node->name : NULL;
    if (mote_import_failed(c) || !(node = mote_graph_add_node(c->im->model, c->im->graph, &spec, c->err)))
        return;
    hand_on_scales(c, node);
    if (mote_op_infer(c->im->model, c->im->graph, node, c->err) == MOTE_OK && mote_op_find_row(c->im->graph, node, c->err)) {
        evaluate_if_constant(c, node);
        check_scales(c, node);
    }
    if (mote_import_failed(c))
        tell_node(c);
}

mote_id mote_import_add(mote_import_call *c, const mote_import_op *op)
{
    mote_id out;

    mote_import_add_many(c, op, &out, 1);
    return mote_import_failed(c) ? MOTE_NONE : out;
}

mote_id mote_import_unary(mote_import_call *c, mote_op_kind op, mote_id x)
{
    return mote_import_add(c, &(mote_import_op){.op = op, .in = &x, .in_count = 1});
}

mote_id mote_import_binary(mote_import_call *c, mote_op_kind op, mote_id a, mote_id b)
{
    const mote_id in[] = {a, b};

    return mote_import_add(c, &(mote_import_op){.op = op, .in = in, .in_count = 2});
}

mote_id mote_import_with(mote_import_call *c, mote_op_kind op, mote_id a, float b)
{
    return mote_import_binary(c, op, a, mote_import_const_float(c, b));
}

mote_id mote_import_square(mote_import_call *c, mote_id x)
{
    return mote_import_binary(c, MOTE_OP_MUL, x, x);
}

mote_id mote_import_reshape(mote_import_call *c, mote_id x, int32_t rank, const int32_t *dim)
{
    const mote_tensor *tensor = mote_import_tensor_at(c, x);
    int32_t            shape[MOTE_RANK_MAX] = {0}, i;
    bool               is_so = tensor->rank == rank;
    mote_id            in[2] = {x, MOTE_NONE};

    if (mote_import_failed(c))
        return MOTE_NONE;
    for (i = 0; i < rank; i++) {
        is_so &= tensor->dim[i] == dim[i];
        shape[i] = dim[i];
    }
    if (is_so)
        return x;
    if (tensor->is_batched && rank > 0 && shape[0] == 1)
        shape[0] = -1;
    in[1] = mote_import_const_ints(c, shape, rank);
    return mote_import_add(c, &(mote_import_op){.op = MOTE_OP_RESHAPE, .in = in, .in_count = 2});
}

mote_id mote_import_transpose(mote_import_call *c, mote_id x, const int32_t *perm)
{
    const mote_id in[] = {x, mote_import_const_ints(c, perm, mote_import_tensor_at(c, x)->rank)};
    const mote_id out = mote_import_add(c, &(mote_import_op){.op = MOTE_OP_TRANSPOSE, .in = in, .in_count = 2});

    if (!mote_import_failed(c) && mote_import_tensor_at(c, out)->kind != MOTE_CONST) {
        if (c->node->name[0] != '\0')
            mote_import_note(c->im, "a TRANSPOSE stands before node %d (%s \"%s\")", c->index,
                             mote_show_string(c->node->type).text, mote_show_string(c->node->name).text);
        else
            mote_import_note(c->im, "a TRANSPOSE stands before node %d (%s)", c->index,
                             mote_show_string(c->node->type).text);
    }
    return out;
}

mote_node *mote_import_sole_maker(mote_import_call *c, const mote_import_value *value)
{
    mote_graph *graph = c->im->graph;
    int32_t     n;

    if (mote_import_failed(c) || !value || value->known || value->uses != 1 || value->forms || mote_import_is_waiting(value))
        return NULL;
    for (n = graph->node_count - 1; n >= 0; n--)
        if (graph->nodes[n].out_count == 1 && graph->nodes[n].out[0] == value->id)
            return mote_graph_use_count(graph, value->id) == 0 ? &graph->nodes[n] : NULL;
    return NULL;
}
