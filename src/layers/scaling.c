/* rescaling, normalization, unit_normalization: Keras' layers that prepare numbers.
 *
 * normalization is x + shift, times factor: the difference first, so that nothing is lost of numbers that are large and
 * close to each other. SPDX-License-Identifier: Apache-2.0 */
#include "layers/scaling.h"

#include <math.h>
#include <string.h>

#include "layers/parts.h"

/* ---- rescaling ---- */

static mote_id numbers(const mote_layer_call *call, const char *name, const mote_floats *floats)
{
    const int32_t channels = mote_layer_channels(call);

    if (floats->count != 1 && floats->count != channels)
        return mote_layer_fail(call, MOTE_ERR_USAGE, "%s has %d numbers; 1 or %d are possible", name, (int)floats->count,
                               (int)channels);
    return floats->count == 1 ? mote_layer_number(call, name, (double)floats->values[0])
                              : mote_layer_reals(call, name, 1, &floats->count, floats->values);
}

static bool is_zero(const mote_floats *floats)
{
    int32_t i;

    for (i = 0; i < floats->count; i++)
        if (floats->values[i] != 0)
            return false;
    return true;
}

static mote_layer_id add_rescaling(const mote_layer_call *call, const void *options)
{
    const mote_rescaling_options *o = options;
    const bool                    has_offset = !is_zero(&o->offset);
    mote_id                       x =
        mote_layer_part(call, MOTE_OP_MUL, call->in[0], numbers(call, "scale", &o->scale), has_offset ? "scaled" : NULL);

    return has_offset ? mote_layer_part(call, MOTE_OP_ADD, x, numbers(call, "offset", &o->offset), NULL) : x;
}

static const mote_key rescaling_keys[] = {
    MOTE_KEY("scale", mote_rescaling_options, scale, .min = -1e9, .max = 1e9, .is_required = true),
    MOTE_KEY("offset", mote_rescaling_options, offset, .min = -1e9, .max = 1e9),
    {0},
};

/* ---- normalization ---- */

static float factor_of(float variance)
{
    return (float)(1 / fmax(sqrt((double)variance), 1e-7));
}

/* Shift and factor lie along the axis, and repeat along all others. */
static mote_id along_axis(const mote_layer_call *call, int32_t axis, const char *name, const float *values)
{
    const mote_tensor *in = mote_layer_in(call, 0);
    int32_t            dim[MOTE_RANK_MAX], i;

    for (i = axis; i < in->rank; i++)
        dim[i - axis] = i == axis ? in->dim[axis] : 1;
    return mote_layer_reals(call, name, in->rank - axis, dim, values);
}

static bool has_right_count(const mote_floats *floats, int32_t channels)
{
    return floats->count == 1 || floats->count == channels;
}

static mote_layer_id add_normalization(const mote_layer_call *call, const void *options)
{
    const mote_normalization_options *o = options;
    const int32_t                     axis = mote_layer_axis(call, call->in[0], o->axis);
    const int32_t                     channels = axis > 0 ? mote_layer_in(call, 0)->dim[axis] : 0;
    float                             shift[MOTE_FLOATS_MAX] = {0}, factor[MOTE_FLOATS_MAX];
    mote_id                           x;
    int32_t                           i;

    if (axis == 0)
        return MOTE_NO_LAYER;
    if (channels > MOTE_FLOATS_MAX)
        return mote_layer_fail(call, MOTE_ERR_LIMIT, "axis %d has %d elements, more than %d", (int)axis, (int)channels,
                               MOTE_FLOATS_MAX);
    if ((o->mean.count == 0) != (o->variance.count == 0))
        return mote_layer_fail(call, MOTE_ERR_USAGE, "has a %s and no %s; give both or neither",
                               o->mean.count ? "mean" : "variance", o->mean.count ? "variance" : "mean");
    if (o->mean.count > 0 && (!has_right_count(&o->mean, channels) || o->variance.count != o->mean.count))
        return mote_layer_fail(call, MOTE_ERR_USAGE, "mean has %d numbers and variance %d; both 1 or both %d are possible",
                               (int)o->mean.count, (int)o->variance.count, (int)channels);
    for (i = 0; i < channels; i++) {
        shift[i] = o->mean.count > 0 ? -o->mean.values[o->mean.count == 1 ? 0 : i] : 0;
        factor[i] = o->mean.count > 0 ? factor_of(o->variance.values[o->mean.count == 1 ? 0 : i]) : 1;
    }
    x = mote_layer_part(call, MOTE_OP_ADD, call->in[0], along_axis(call, axis, "shift", shift), "centred");
    return mote_layer_part(call, MOTE_OP_MUL, x, along_axis(call, axis, "factor", factor), NULL);
}

bool mote_normalization_lacks_numbers(const mote_model *model, const mote_layer_record *record,
                                      mote_normalization_shape *shape)
{
    const mote_normalization_options *o = record->options;
    const mote_tensor                *in;
    int32_t                           axis;

    if (record->type != &mote_layer_type_normalization || o->mean.count > 0)
        return false;
    in = &model->graphs[0].tensors[record->in[0]];
    axis = o->axis < 0 ? o->axis + in->rank : o->axis;
    *shape = (mote_normalization_shape){in->dim[axis], 1};
    while (++axis < in->rank)
        shape->inner *= (size_t)in->dim[axis];
    return true;
}

/* The constant of the layer's node of that kind. */
static float *constant_of(const mote_model *model, const mote_layer_record *record, mote_op_kind op)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           n = 0;

    while (graph->nodes[n].op != op || !graph->nodes[n].name || strcmp(graph->nodes[n].name, record->name) != 0)
        n++;
    return graph->tensors[graph->nodes[n].in[1]].data;
}

void mote_normalization_set(mote_model *model, mote_layer_record *record, const float *mean, const float *variance)
{
    mote_normalization_options *o = (mote_normalization_options *)(uintptr_t)record->options; /* the model's own copy */
    float                      *shift = constant_of(model, record, MOTE_OP_ADD);
    float                      *factor = constant_of(model, record, MOTE_OP_MUL);
    mote_normalization_shape    shape = {0, 0};
    int32_t                     i;

    mote_normalization_lacks_numbers(model, record, &shape);
    o->mean.count = o->variance.count = shape.channels;
    for (i = 0; i < shape.channels; i++) {
        o->mean.values[i] = mean[i];
        o->variance.values[i] = variance[i];
        shift[i] = -mean[i];
        factor[i] = factor_of(variance[i]);
    }
}

static const mote_key normalization_keys[] = {
    MOTE_KEY("axis", mote_normalization_options, axis, .min = -7, .max = 7, .standard = -1),
    MOTE_KEY("mean", mote_normalization_options, mean, .min = -1e30, .max = 1e30, .may_lack = true),
    MOTE_KEY("variance", mote_normalization_options, variance, .min = 0, .max = 1e30, .may_lack = true),
    {0},
};

/* ---- unit_normalization ---- */

static mote_layer_id add_unit_normalization(const mote_layer_call *call, const void *options)
{
    const mote_unit_normalization_options *o = options;
    const int32_t                          axis = mote_layer_axis(call, call->in[0], o->axis);

    return axis == 0 ? MOTE_NO_LAYER : mote_layer_normalized(call, call->in[0], axis, 1e-12, NULL);
}

static const mote_key unit_normalization_keys[] = {
    MOTE_KEY("axis", mote_unit_normalization_options, axis, .min = -7, .max = 7, .standard = -1), {0}};

#define SCALING(layer, class)                                                                                               \
    const mote_layer_type mote_layer_type_##layer = {.name = #layer,                                                        \
                                                     .keras_class = class,                                                  \
                                                     .options_bytes = sizeof(mote_##layer##_options),                       \
                                                     .keys = layer##_keys,                                                  \
                                                     .add = add_##layer}
SCALING(rescaling, "Rescaling");
SCALING(normalization, "Normalization");
SCALING(unit_normalization, "UnitNormalization");
