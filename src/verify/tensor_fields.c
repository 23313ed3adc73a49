/* What a tensor says of itself: type, shape, quantization, where its values lie.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "formats/tflite/types.h"
#include "verify/verifier.h"

enum { ALIGNMENT = 16, TABLE_STEPS = 32 };

typedef struct tensor_view {
    mote_verifier    *v;
    int32_t           index;
    mote_fb_table     table;
    mote_seen_tensor *seen;
} tensor_view;

/* What nothing uses keeps nobody from running the file. */
static mote_severity at_most(const tensor_view *t, mote_severity severity)
{
    return t->seen->is_used || severity < MOTE_SEVERITY_WARNING ? severity : MOTE_SEVERITY_WARNING;
}

#define TELL(t, kind, severity, field, ...)                                                                                 \
    mote_tell_as((t)->v, kind, at_most(t, severity), NULL, mote_spot_tensor((t)->v, (t)->index, field), __VA_ARGS__)

/* Damage: false, where there was some. */
static bool is_whole(const tensor_view *t, const char *field, mote_error *err)
{
    return !mote_tell_broken(t->v, mote_spot_tensor(t->v, t->index, field), err);
}

/* ---- type ---- */

static bool check_type(tensor_view *t)
{
    const char *name = mote_tflite_type_name(t->seen->type);

    if (!name)
        TELL(t, MOTE_FINDING_TENSOR_TYPE, MOTE_SEVERITY_ERROR, "type", "number %d is no element type", t->seen->type);
    else if (t->v->engine == MOTE_ENGINE_TFLM && (t->seen->type == TFLITE_STRING || t->seen->type == TFLITE_VARIANT))
        TELL(t, MOTE_FINDING_TENSOR_TYPE, MOTE_SEVERITY_ERROR, "type",
             "%s has no fixed size, which TensorFlow Lite Micro needs", name);
    else if (mote_engine_is_own(t->v->engine) && t->seen->type != TFLITE_RESOURCE &&
             mote_tflite_type_read(t->seen->type) == MOTE_DTYPE_COUNT)
        TELL(t, MOTE_FINDING_TENSOR_TYPE, MOTE_SEVERITY_ERROR, "type", "mote has no %s", name);
    return mote_tflite_type_read(t->seen->type) != MOTE_DTYPE_COUNT;
}

/* ---- shape ---- */

static void note_open(tensor_view *t, uint32_t axis)
{
    if (axis == 0)
        t->seen->is_batched = true;
    else
        t->seen->is_open = true;
}

/* A dimension and its signature. False: it cannot be. */
static bool check_dim(tensor_view *t, uint32_t axis, int32_t dim, const mote_fb_vector *signature)
{
    const int32_t sign = signature->count > 0 ? mote_fb_element_i32(signature, axis) : dim;

    if (dim < -1 || sign < -1) {
        TELL(t, MOTE_FINDING_SHAPE, MOTE_SEVERITY_ERROR, sign < -1 ? "shape_signature" : "shape", "dimension %u is %d", axis,
             dim < -1 ? dim : sign);
        return false;
    }
    if (dim == -1 || sign == -1)
        note_open(t, axis);
    else if (dim != sign)
        TELL(t, MOTE_FINDING_SHAPE_SIGNATURE, MOTE_SEVERITY_WARNING, "shape_signature",
             "dimension %u is %d in the shape, and %d in the signature", axis, dim, sign);
    t->seen->dim[axis] = dim == -1 ? 1 : dim;
    return true;
}

/* Rank and dimensions into seen; false: rules cannot be asked. */
static bool check_dims(tensor_view *t, const mote_fb_vector *shape, const mote_fb_vector *signature)
{
    bool     is_possible = true;
    uint32_t i;

    if (shape->count > MOTE_RANK_MAX) {
        TELL(t, MOTE_FINDING_SHAPE, t->v->engine == MOTE_ENGINE_LITERT ? MOTE_SEVERITY_WARNING : MOTE_SEVERITY_ERROR,
             "shape", "%u dimensions; mote has at most %d, kernels of other engines up to 6", shape->count, MOTE_RANK_MAX);
        return false;
    }
    t->seen->rank = (int32_t)shape->count;
    for (i = 0; i < shape->count; i++)
        is_possible = check_dim(t, i, mote_fb_element_i32(shape, i), signature) && is_possible;
    return is_possible;
}

/* Bytes of the tensor; SIZE_MAX: more than there are. Of an open one as many as a sample takes. */
static size_t count_bytes(const tensor_view *t)
{
    mote_tensor tensor = {.dtype = mote_tflite_type_read(t->seen->type), .rank = t->seen->rank};

    memcpy(tensor.dim, t->seen->dim, sizeof tensor.dim);
    return mote_tensor_bytes(&tensor);
}

size_t mote_seen_count(const mote_seen_tensor *seen)
{
    mote_tensor tensor = {.dtype = MOTE_I8, .rank = seen->rank};

    memcpy(tensor.dim, seen->dim, sizeof tensor.dim);
    return mote_tensor_count(&tensor);
}

static bool check_shape(tensor_view *t)
{
    mote_error     err = {0};
    mote_fb_vector shape = mote_fb_vector_at(&t->table, tensor_shape, 4, &err),
                   signature = mote_fb_vector_at(&t->table, tensor_shape_signature, 4, &err);

    if (!is_whole(t, "shape", &err))
        return false;
    if (signature.count > 0 && signature.count != shape.count) {
        TELL(t, MOTE_FINDING_SHAPE_SIGNATURE, mote_engine_is_own(t->v->engine) ? MOTE_SEVERITY_ERROR : MOTE_SEVERITY_WARNING,
             "shape_signature", "%u dimensions, and the shape has %u", signature.count, shape.count);
        signature.count = 0;
    }
    if (!mote_may_spend(t->v, shape.count) || !check_dims(t, &shape, &signature))
        return false;
    if (mote_tflite_type_read(t->seen->type) != MOTE_DTYPE_COUNT && count_bytes(t) > INT32_MAX) {
        TELL(t, MOTE_FINDING_SHAPE, MOTE_SEVERITY_ERROR, "shape", "it takes more than 2 GiB");
        return false;
    }
    return true;
}

/* ---- quantization ---- */

static bool check_scale_values(tensor_view *t, const mote_fb_vector *scale)
{
    uint32_t i;

    for (i = 0; i < scale->count; i++) {
        const float value = mote_fb_element_f32(scale, i);
        if (!isfinite(value) || value <= 0) {
            TELL(t, MOTE_FINDING_SCALE, MOTE_SEVERITY_ERROR, "quantization.scale", "scale %u is %g", i, (double)value);
            return false;
        }
    }
    return true;
}

/* An integer that mote knows. Of other types there is a finding already, and zero points have no ends. */
static bool has_limits(const tensor_view *t)
{
    const mote_dtype dtype = mote_tflite_type_read(t->seen->type);

    return dtype != MOTE_DTYPE_COUNT && !mote_dtype_is_float(dtype);
}

static bool check_zero_points(tensor_view *t, const mote_fb_vector *zero_point)
{
    const mote_dtype dtype = mote_tflite_type_read(t->seen->type);
    long long        low, high;
    uint32_t         i;

    mote_dtype_limits(dtype, &low, &high);
    for (i = 0; i < zero_point->count; i++) {
        const int64_t value = mote_fb_element_i64(zero_point, i);
        if (value < low || value > high || value < INT32_MIN || value > INT32_MAX) {
            TELL(t, MOTE_FINDING_ZERO_POINT, MOTE_SEVERITY_ERROR, "quantization.zero_point",
                 "zero point %u is %lld, outside %s", i, (long long)value, mote_dtype_name(dtype));
            return false;
        }
        if (dtype == MOTE_I16 && value != 0 && !mote_engine_is_own(t->v->engine))
            TELL(t, MOTE_FINDING_ZERO_POINT, MOTE_SEVERITY_WARNING, "quantization.zero_point",
                 "zero point %u is %lld; most kernels for int16 take it for 0", i, (long long)value);
    }
    return true;
}

/* Scales are one for all, or one for each index of an axis; of a bias no kernel looks at the axis. */
static bool check_axis(tensor_view *t, uint32_t count, int32_t axis)
{
    const mote_seen_tensor *seen = t->seen;

    t->seen->axis = axis;
    if (t->v->engine == MOTE_ENGINE_LITERT && seen->rank > 0 && (axis < 0 || axis >= seen->rank)) {
        mote_tell_as(t->v, MOTE_FINDING_DIMENSION, MOTE_SEVERITY_ERROR, "convert it again: LiteRT refuses the file",
                     mote_spot_tensor(t->v, t->index, "quantization.quantized_dimension"),
                     "it is %d, and the tensor has %d dimension%s", axis, seen->rank, seen->rank == 1 ? "" : "s");
        return false;
    }
    if (count <= 1)
        return true;
    if (seen->rank == 1 && (uint32_t)seen->dim[0] == count) {
        t->seen->axis = 0;
        if (axis != 0)
            TELL(t, MOTE_FINDING_DIMENSION, MOTE_SEVERITY_WARNING, "quantization.quantized_dimension",
                 "it is %d, and the tensor has 1 dimension", axis);
        return true;
    }
    if (axis < 0 || axis >= seen->rank) {
        TELL(t, MOTE_FINDING_SCALE_COUNT, MOTE_SEVERITY_ERROR, "quantization.quantized_dimension",
             "it is %d, and the tensor has %d dimensions", axis, seen->rank);
        return false;
    }
    if ((uint32_t)seen->dim[axis] == count)
        return true;
    TELL(t, MOTE_FINDING_SCALE_COUNT, MOTE_SEVERITY_ERROR, "quantization.scale", "%u scales along dimension %d, which is %d",
         count, axis, seen->dim[axis]);
    return false;
}

static bool check_numbers(tensor_view *t, const mote_fb_table *quantization)
{
    mote_error     err = {0};
    mote_fb_vector scale = mote_fb_vector_at(quantization, quantization_scale, 4, &err),
                   zero_point = mote_fb_vector_at(quantization, quantization_zero_point, 8, &err);
    const int32_t axis = mote_fb_i32(quantization, quantization_dimension, 0, &err);
    bool          is_fit;

    if (!is_whole(t, "quantization", &err))
        return false;
    if (scale.count == 0 || !has_limits(t))
        return true;
    if (!mote_may_spend(t->v, (uint64_t)scale.count + zero_point.count))
        return false;
    is_fit = check_scale_values(t, &scale);
    is_fit = check_zero_points(t, &zero_point) && is_fit;
    is_fit = check_axis(t, scale.count, axis) && is_fit;
    if (zero_point.count > 1 && zero_point.count != scale.count) {
        TELL(t, MOTE_FINDING_SCALE_COUNT, MOTE_SEVERITY_ERROR, "quantization.zero_point", "%u scales and %u zero points",
             scale.count, zero_point.count);
        return false;
    }
    if (zero_point.count == 0)
        TELL(t, MOTE_FINDING_SCALE_COUNT, MOTE_SEVERITY_WARNING, "quantization.zero_point",
             "there are scales and no zero point: LiteRT and TensorFlow Lite Micro take the tensor for not quantized");
    t->seen->scale = scale;
    t->seen->zero_point = zero_point;
    return is_fit;
}

static bool check_quantization(tensor_view *t)
{
    mote_error    err = {0};
    mote_fb_table table = mote_fb_table_at(&t->table, tensor_quantization, "QuantizationParameters", &err);
    const uint8_t details = mote_fb_u8(&table, quantization_details_type, 0, &err);

    if (!is_whole(t, "quantization", &err))
        return false;
    if (details != 0) {
        TELL(t, MOTE_FINDING_QUANTIZATION_KIND, MOTE_SEVERITY_ERROR, "quantization.details",
             "a quantization of kind %d, in place of scale and zero point", details);
        return false;
    }
    return check_numbers(t, &table);
}

/* ---- values ---- */

/* How many bytes an element must be aligned to. */
static size_t element_bytes(const tensor_view *t)
{
    const mote_dtype dtype = mote_tflite_type_read(t->seen->type);

    return dtype == MOTE_DTYPE_COUNT ? 1 : (size_t)(mote_dtype_bits(dtype) + 7) / 8;
}

static void check_alignment(tensor_view *t, const mote_fb_vector *data)
{
    if (data->at % element_bytes(t) != 0)
        TELL(t, MOTE_FINDING_BUFFER_ALIGNMENT, MOTE_SEVERITY_WARNING, "buffer",
             "its values of %zu bytes begin at byte %zu of the file, which is no multiple of that", element_bytes(t),
             data->at);
    else if (data->at % ALIGNMENT != 0 && t->v->askew_count++ == 0)
        t->v->first_askew = t->index;
}

/* A tensor of a known type and shape with values. */
static bool check_size(tensor_view *t, uint32_t buffer, const mote_fb_vector *data)
{
    const size_t wanted = count_bytes(t);

    if (data->count < wanted) {
        TELL(t, MOTE_FINDING_BUFFER_SIZE, MOTE_SEVERITY_ERROR, "buffer", "buffer %u holds %u bytes, the tensor takes %zu",
             buffer, data->count, wanted);
        return false;
    }
    if (data->count > wanted)
        TELL(t, MOTE_FINDING_BUFFER_LARGER,
             t->v->engine == MOTE_ENGINE_LITERT && t->seen->type != TFLITE_INT4 ? MOTE_SEVERITY_ERROR
                                                                                : MOTE_SEVERITY_WARNING,
             "buffer", "buffer %u holds %u bytes, the tensor takes %zu", buffer, data->count, wanted);
    t->seen->bytes = data->elements;
    t->seen->byte_count = (uint32_t)wanted;
    return true;
}

static bool check_values(tensor_view *t, bool is_measured)
{
    mote_error     err = {0};
    const uint32_t buffer = mote_fb_u32(&t->table, tensor_buffer, 0, &err);
    mote_fb_vector data = {0};
    bool           is_outside;

    t->seen->is_variable = mote_fb_bool(&t->table, tensor_is_variable, false, &err);
    if (mote_fb_u32(&t->table, tensor_external_buffer, 0, &err) != 0)
        TELL(t, MOTE_FINDING_EXTERNAL, MOTE_SEVERITY_ERROR, "external_buffer", "its values lie in another file");
    if (mote_fb_has(&t->table, tensor_sparsity))
        TELL(t, MOTE_FINDING_SPARSE, t->v->engine == MOTE_ENGINE_LITERT ? MOTE_SEVERITY_NOTE : MOTE_SEVERITY_ERROR,
             "sparsity", "its values are stored sparse");
    t->seen->is_const = buffer != 0 && mote_fb_has(&t->table, tensor_sparsity);
    if (!is_whole(t, "buffer", &err) || mote_fb_has(&t->table, tensor_sparsity))
        return false;
    if (buffer == 0 && (t->v->buffers.count == 0 || t->v->engine == MOTE_ENGINE_LITERT))
        return true; /* which never looks into buffer 0 */
    if (buffer >= t->v->buffers.count) {
        TELL(t, MOTE_FINDING_BUFFER_INDEX, MOTE_SEVERITY_ERROR, "buffer", "buffer %u of %u", buffer, t->v->buffers.count);
        return false;
    }
    if (!mote_verify_read_buffer(t->v, buffer, &data, &is_outside, &err))
        return false; /* told with the buffers */
    if (data.count == 0)
        return true;
    if (t->seen->is_variable)
        TELL(t, MOTE_FINDING_VARIABLE_VALUE, t->v->engine == MOTE_ENGINE_TFLM ? MOTE_SEVERITY_WARNING : MOTE_SEVERITY_ERROR,
             "is_variable", "a variable with a value of %u bytes", data.count);
    t->seen->is_const = !t->seen->is_variable;
    check_alignment(t, &data);
    return is_measured ? check_size(t, buffer, &data) : true;
}

/* ---- all ---- */

static void check_tensor(mote_verifier *v, uint32_t index)
{
    mote_error  err = {0};
    tensor_view t = {v, (int32_t)index, mote_fb_element_table(&v->tensors, index, "Tensor", &err), &v->seen[index]};
    bool        is_measured;

    t.seen->maker = MOTE_MAKER_NONE;
    t.seen->type = mote_fb_i8(&t.table, tensor_type, TFLITE_FLOAT32, &err);
    mote_fb_string_at(&t.table, tensor_name, &err);
    if (!is_whole(&t, "", &err))
        return;
    t.seen->is_fit = check_type(&t);
    is_measured = check_shape(&t) && t.seen->is_fit && !t.seen->is_open;
    t.seen->is_fit = is_measured || (t.seen->is_fit && t.seen->is_open);
    t.seen->is_fit = check_quantization(&t) && t.seen->is_fit;
    t.seen->is_fit = check_values(&t, is_measured) && t.seen->is_fit;
}

static void mark(mote_verifier *v, const mote_fb_vector *list)
{
    uint32_t i;

    for (i = 0; i < list->count && mote_may_spend(v, 1); i++) {
        const int32_t id = mote_fb_element_i32(list, i);
        if (id >= 0 && (uint32_t)id < v->tensors.count)
            v->seen[id].is_used = true;
    }
}

static void mark_used(mote_verifier *v)
{
    uint32_t i;

    mark(v, &v->inputs);
    mark(v, &v->outputs);
    for (i = 0; i < v->operators.count && mote_may_spend(v, TABLE_STEPS); i++) {
        mote_error     err = {0};
        mote_fb_table  table = mote_fb_element_table(&v->operators, i, "Operator", &err);
        mote_fb_vector in = mote_fb_vector_at(&table, operator_inputs, 4, &err),
                       out = mote_fb_vector_at(&table, operator_outputs, 4, &err);
        mark(v, &in);
        mark(v, &out);
    }
}

static void tell_open_inputs(mote_verifier *v)
{
    uint32_t i;

    for (i = 0; i < v->inputs.count && mote_may_spend(v, 1); i++) {
        const int32_t id = mote_fb_element_i32(&v->inputs, i);
        if (id < 0 || (uint32_t)id >= v->tensors.count)
            continue;
        if (v->seen[id].is_open)
            mote_tell_as(v, MOTE_FINDING_OPEN_SHAPE,
                         mote_engine_is_own(v->engine) ? MOTE_SEVERITY_ERROR : MOTE_SEVERITY_WARNING, NULL,
                         mote_spot_tensor(v, id, "shape_signature"), "an input is open in other dimensions than the batch");
        else if (v->seen[id].is_batched && !mote_engine_is_own(v->engine))
            mote_tell(v, MOTE_FINDING_OPEN_SHAPE, mote_spot_tensor(v, id, "shape_signature"),
                      "an input with an open batch: the engine takes %d sample%s a run", v->seen[id].dim[0],
                      v->seen[id].dim[0] == 1 ? "" : "s");
    }
}

void mote_verify_tensors(mote_verifier *v)
{
    uint32_t i;

    mark_used(v);
    v->askew_count = 0;
    for (i = 0; i < v->tensors.count && mote_may_spend(v, TABLE_STEPS); i++)
        check_tensor(v, i);
    tell_open_inputs(v);
    if (v->askew_count > 0)
        mote_tell_as(v, MOTE_FINDING_BUFFER_ALIGNMENT, MOTE_SEVERITY_NOTE, "align buffers when writing, as the schema asks",
                     mote_spot_tensor(v, v->first_askew, "buffer"),
                     "values of %u tensors, of which this is the first, begin at no multiple of %d bytes", v->askew_count,
                     ALIGNMENT);
}
