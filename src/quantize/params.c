/* Scales and zero points from ranges.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "quantize/quantize.h"

mote_affine mote_affine_of(float min, float max)
{
    const double low = min < 0 ? (double)min : 0.0, high = max > 0 ? (double)max : 0.0, scale = (high - low) / 255.0;
    double       from_low, from_high, zero;

    if (!((float)scale > 0)) /* only ever zero */
        return (mote_affine){1.0f, 0};
    from_low = -128.0 - low / scale;
    from_high = 127.0 - high / scale;
    zero =
        -128.0 + fabs(low / scale) < 127.0 + fabs(high / scale) ? from_low : from_high; /* the one computed more exactly */
    zero = zero < -128.0 ? -128.0 : zero > 127.0 ? 127.0 : zero;
    return (mote_affine){(float)scale, (int32_t)lround(zero)};
}

static void find_scales(const mote_tensor *w, size_t inner, int32_t channels, float *scale)
{
    const float *values = w->data;
    size_t       count = mote_tensor_count(w), i;
    int32_t      c;

    for (c = 0; c < channels; c++)
        scale[c] = 0;
    for (i = 0; i < count; i++) {
        float size = fabsf(values[i]);
        c = (int32_t)(i / inner % (size_t)channels);
        if (size > scale[c])
            scale[c] = size;
    }
    for (c = 0; c < channels; c++)
        scale[c] /= 127.0f;
}

void mote_quantize_weights(const mote_tensor *w, int32_t axis, const float *least_scale, float *scale, int8_t *out)
{
    const float *values = w->data;
    size_t       count = mote_tensor_count(w), inner = 1, i;
    int32_t      channels = axis < 0 ? 1 : w->dim[axis], d, c;

    for (d = axis + 1; axis >= 0 && d < w->rank; d++)
        inner *= (size_t)w->dim[d];
    if (axis < 0)
        inner = count;
    find_scales(w, inner, channels, scale);
    for (c = 0; c < channels; c++) {
        if (least_scale && scale[c] < least_scale[c]) /* a channel of zeros, too: its bias is all it has, and stays fine */
            scale[c] = least_scale[c];
        if (!(scale[c] > 0))
            scale[c] = 1.0f;
    }
    for (i = 0; i < count; i++) {
        double q = round((double)values[i] / (double)scale[i / inner % (size_t)channels]);
        out[i] = (int8_t)(q < -127 ? -127 : q > 127 ? 127 : q);
    }
}
