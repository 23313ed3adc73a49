/* Scales and zero points from ranges.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "quantize/quantize.h"

mote_affine mote_affine_of(const mote_scheme_row *scheme, float min, float max)
{
    const double lowest = scheme->low, highest = scheme->high;
    const double low = min < 0 ? (double)min : 0.0, high = max > 0 ? (double)max : 0.0;
    const double scale = scheme->is_symmetric ? fmax(-low, high) / highest : (high - low) / (highest - lowest);
    double       from_low, from_high, zero;

    if (!((float)scale > 0)) /* only ever zero */
        return (mote_affine){1.0f, 0};
    if (scheme->is_symmetric)
        return (mote_affine){(float)scale, 0};
    from_low = lowest - low / scale;
    from_high = highest - high / scale;
    zero = lowest + fabs(low / scale) < highest + fabs(high / scale) ? from_low : from_high; /* the more exact one */
    zero = zero < lowest ? lowest : zero > highest ? highest : zero;
    return (mote_affine){(float)scale, (int32_t)lround(zero)};
}

mote_affine mote_affine_of_cell(float min, float max)
{
    enum { LEAST = -9, MOST = 15 }; /* scales of 2^-24 to 1, which kernels take */
    const double size = fmax(-(double)min, (double)max);
    const double power = size > 0 ? ceil(log2(size)) : LEAST;

    return (mote_affine){(float)exp2(fmin(fmax(power, LEAST), MOST) - 15), 0};
}

mote_affine mote_affine_of_fixed(mote_dtype dtype, bool is_symmetric, float low, float high)
{
    long long lowest, highest;
    double    steps, scale;

    mote_dtype_limits(dtype, &lowest, &highest);
    steps = (double)(highest - lowest + 1);
    if (is_symmetric)
        return (mote_affine){(float)(fmax(-(double)low, (double)high) / (steps / 2)), 0};
    scale = ((double)high - (double)low) / steps;
    return (mote_affine){(float)scale, (int32_t)lround((double)lowest - (double)low / scale)};
}

/* Weights as [outer, channels, inner]. */
typedef struct weight_shape {
    size_t outer, inner;
    size_t channels;
} weight_shape;

static weight_shape shape_of(const mote_tensor *w, int32_t axis)
{
    const size_t count = mote_tensor_count(w);
    weight_shape shape = {1, 1, axis < 0 ? 1 : (size_t)w->dim[axis]};
    int32_t      d;

    for (d = axis + 1; axis >= 0 && d < w->rank; d++)
        shape.inner *= (size_t)w->dim[d];
    if (axis < 0)
        shape.inner = count;
    else
        shape.outer = count / (shape.channels * shape.inner);
    return shape;
}

static void find_scales(const float *values, weight_shape shape, int32_t limit, float *scale)
{
    size_t o, c, i;

    for (c = 0; c < shape.channels; c++)
        scale[c] = 0;
    for (o = 0; o < shape.outer; o++)
        for (c = 0; c < shape.channels; c++, values += shape.inner) {
            float most = scale[c];
            for (i = 0; i < shape.inner; i++)
                most = fabsf(values[i]) > most ? fabsf(values[i]) : most;
            scale[c] = most;
        }
    for (c = 0; c < shape.channels; c++)
        scale[c] /= (float)limit;
}

/* Halves away from zero. The quotient of two floats is a half, or further from one than adding it could round away. */
static int8_t store_weight(double q, double limit)
{
    q = q < -limit ? -limit : q > limit ? limit : q;
    return (int8_t)(q + copysign(0.5, q));
}

void mote_quantize_weights(const mote_scheme_row *scheme, const mote_tensor *w, int32_t axis, const float *least_scale,
                           float *scale, int8_t *out)
{
    const weight_shape shape = shape_of(w, axis);
    const float       *values = w->data;
    size_t             o, c, i;

    find_scales(values, shape, scheme->weight_limit, scale);
    for (c = 0; c < shape.channels; c++) {
        if (least_scale && scale[c] < least_scale[c]) /* a channel of zeros, too: its bias is all it has, and stays fine */
            scale[c] = least_scale[c];
        if (!(scale[c] > 0))
            scale[c] = 1.0f;
    }
    for (o = 0; o < shape.outer; o++)
        for (c = 0; c < shape.channels; c++, values += shape.inner, out += shape.inner)
            for (i = 0; i < shape.inner; i++)
                out[i] = store_weight((double)values[i] / (double)scale[c], scheme->weight_limit);
}
