/* Resize and Upsample. Where RESIZE_BILINEAR or RESIZE_NEAREST_NEIGHBOR would take the very same elements, it is one of
 * those. Otherwise the file's rule is followed axis by axis: an output is a sum of some inputs along it, which is a product
 * with a constant matrix; or, of the nearest, one of them, which is a GATHER. Source of the rules: onnx/docs/Operators.md,
 * Resize. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "formats/onnx/operators.h"

enum { TAPS_MAX = 1 << 24 };

typedef enum coordinates {
    HALF_PIXEL,
    HALF_PIXEL_SYMMETRIC,
    PYTORCH_HALF_PIXEL,
    ALIGN_CORNERS,
    ASYMMETRIC,
    CROP
} coordinates;
typedef enum mode { NEAREST, LINEAR, CUBIC } mode;
typedef enum rounding { ROUND_PREFER_FLOOR, ROUND_PREFER_CEIL, FLOOR, CEIL } rounding;

/* How the file wants it. */
typedef struct rule {
    coordinates where;
    mode        how;
    rounding    nearest;
    double      cubic_a, outside;
    bool        excludes_outside, antialias;
} rule;

/* One axis of the file's. */
typedef struct axis {
    int32_t in, out;
    double  scale, start, end; /* start, end: of CROP */
} axis;

/* ---- where an output comes from ---- */

static double place_of(const rule *r, const axis *a, int32_t i)
{
    const double scaled = a->scale * a->in;

    switch (r->where) {
    case HALF_PIXEL_SYMMETRIC:
        return a->in / 2.0 * (1 - a->out / scaled) + (i + 0.5) / a->scale - 0.5;
    case PYTORCH_HALF_PIXEL:
        return a->out > 1 ? (i + 0.5) / a->scale - 0.5 : 0;
    case ALIGN_CORNERS:
        return scaled == 1 ? 0 : i * (a->in - 1) / (scaled - 1);
    case ASYMMETRIC:
        return i / a->scale;
    case CROP:
        return a->out > 1 ? a->start * (a->in - 1) + i * (a->end - a->start) * (a->in - 1) / (a->out - 1)
                          : 0.5 * (a->start + a->end) * (a->in - 1);
    default:
        return (i + 0.5) / a->scale - 0.5;
    }
}

static int32_t clamped(double i, int32_t count)
{
    return i < 0 ? 0 : i > count - 1 ? count - 1 : (int32_t)i;
}

static int32_t nearest_of(const rule *r, const axis *a, int32_t i)
{
    const double x = place_of(r, a, i);

    switch (r->nearest) {
    case ROUND_PREFER_FLOOR:
        return clamped(ceil(x - 0.5), a->in);
    case ROUND_PREFER_CEIL:
        return clamped(floor(x + 0.5), a->in);
    case FLOOR:
        return clamped(floor(x), a->in);
    default:
        return clamped(ceil(x), a->in);
    }
}

static double cubic_weight(double a, double x)
{
    x = fabs(x);
    return x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

static double weight_at(const rule *r, double distance)
{
    const double x = fabs(distance);

    return r->how == CUBIC ? cubic_weight(r->cubic_a, distance) : x < 1 ? 1 - x : 0;
}

/* Row i of the matrix: how much of each input there is in output i. Elements beyond the edge are those at it. */
static void fill_row(const rule *r, const axis *a, int32_t i, float *row)
{
    const double x = place_of(r, a, i), wide = r->antialias && a->scale < 1 ? a->scale : 1;
    const double reach = (r->how == CUBIC ? 2 : 1) / wide;
    double       sum = 0;
    int32_t      k;

    for (k = (int32_t)floor(x - reach); k <= (int32_t)ceil(x + reach); k++) {
        const double weight = weight_at(r, (k - x) * wide);
        if (r->excludes_outside && (k < 0 || k >= a->in))
            continue;
        sum += weight;
    }
    for (k = (int32_t)floor(x - reach); k <= (int32_t)ceil(x + reach); k++)
        if (!r->excludes_outside || (k >= 0 && k < a->in))
            row[clamped(k, a->in)] += (float)(weight_at(r, (k - x) * wide) / sum);
}

/* ---- whether an operator does the same ---- */

/* Source: RESIZE_NEAREST_NEIGHBOR in runtime/kernels/resize.h. */
static int32_t own_nearest(const axis *a, int32_t i, bool align, bool half)
{
    const float scale = align && a->out > 1 ? (float)(a->in - 1) / (float)(a->out - 1) : (float)a->in / (float)a->out;
    const float x = ((float)i + (half ? 0.5f : 0.0f)) * scale;

    return clamped((double)(align ? roundf(x) : floorf(x)), a->in);
}

static bool does_nearest(const rule *r, const axis *a, bool align, bool half)
{
    int32_t i, k;

    for (k = 2; k < 4; k++)
        for (i = 0; i < a[k].out; i++)
            if (own_nearest(&a[k], i, align, half) != nearest_of(r, &a[k], i))
                return false;
    return true;
}

/* Source: RESIZE_BILINEAR: (i + 1/2) scale - 1/2, or i scale, and nothing beyond the edge. */
static bool does_linear(const rule *r, const axis *a, bool align, bool half)
{
    int32_t i, k;

    for (k = 2; k < 4; k++) {
        const double scale = align && a[k].out > 1 ? (double)(a[k].in - 1) / (a[k].out - 1) : (double)a[k].in / a[k].out;
        for (i = 0; i < a[k].out; i++) {
            const double own = half ? (i + 0.5) * scale - 0.5 : i * scale, wanted = place_of(r, &a[k], i);
            if (fabs(fmax(0, fmin(own, a[k].in - 1)) - fmax(0, fmin(wanted, a[k].in - 1))) > 1e-6 * a[k].in)
                return false;
        }
        if (r->antialias && a[k].scale < 1)
            return false;
    }
    return !r->excludes_outside;
}

static mote_id as_one_operator(mote_import_call *c, mote_id x, const rule *r, const axis *a)
{
    const int32_t  size[] = {a[2].out, a[3].out};
    mote_import_op op = {.op = r->how == LINEAR ? MOTE_OP_RESIZE_BILINEAR : MOTE_OP_RESIZE_NEAREST_NEIGHBOR, .in_count = 2};
    mote_id        in[2];
    int32_t        i;

    for (i = 0; i < 3; i++) {
        const bool align = i == 1, half = i == 2;
        if (!(r->how == LINEAR ? does_linear(r, a, align, half) : does_nearest(r, a, align, half)))
            continue;
        in[0] = x;
        in[1] = mote_import_const_ints(c, size, 2);
        op.in = in;
        op.as.resize_bilinear.align_corners = align;
        op.as.resize_bilinear.half_pixel_centers = half;
        return mote_import_add(c, &op);
    }
    return MOTE_NONE;
}

/* ---- axis by axis ---- */

static mote_id nearest_along(mote_import_call *c, mote_id x, int32_t place, const rule *r, const axis *a)
{
    int32_t *numbers = mote_import_take(c, (size_t)a->out, sizeof *numbers), i;

    for (i = 0; numbers && i < a->out; i++)
        numbers[i] = nearest_of(r, a, i);
    return numbers ? mote_import_gather(c, x, place, numbers, a->out) : MOTE_NONE;
}

/* The tensor as [samples, before, along, behind], multiplied by [out, along]. */
static mote_id product_along(mote_import_call *c, mote_id x, int32_t place, const rule *r, const axis *a)
{
    const mote_tensor *tensor = mote_import_tensor_at(c, x);
    const int32_t      rank = tensor->rank;
    int32_t            whole[MOTE_RANK_MAX], flat[4] = {1, 1, a->in, 1}, m_dim[] = {1, a->out, a->in}, i;
    float             *m;

    memcpy(whole, tensor->dim, sizeof whole);
    for (i = 0; i < rank; i++)
        flat[i == place  ? 2
             : i == 0    ? 0
             : i < place ? 1
                         : 3] = (i == place ? 1
                                            : flat[i == 0      ? 0
                                                   : i < place ? 1
                                                               : 3]) *
                                whole[i];
    m = (int64_t)a->in * a->out > TAPS_MAX ? NULL : mote_import_take(c, (size_t)a->in * (size_t)a->out, sizeof *m);
    if (!m) {
        mote_import_refuse(c, "from %d to %d elements along an axis", a->in, a->out);
        return MOTE_NONE;
    }
    for (i = 0; i < a->out; i++)
        fill_row(r, a, i, m + (size_t)i * (size_t)a->in);
    x = mote_import_reshape(c, x, 4, flat);
    x = mote_import_batch_matmul(c, mote_import_const(c, MOTE_F32, 3, m_dim, m), x, false, false);
    whole[place] = a->out;
    return mote_import_reshape(c, x, rank, whole);
}

/* Of CROP what comes from outside is a number of its own: x * inside + outside. */
static mote_id set_outside(mote_import_call *c, mote_id x, const mote_import_order *order, const rule *r, const axis *axes)
{
    int32_t dim[MOTE_RANK_MAX], i, k;

    for (k = 0; k < order->rank && !mote_import_failed(c); k++) {
        const axis *a = &axes[order->axis[k]];
        uint8_t    *is_inside = mote_import_take(c, (size_t)a->out, 1);
        bool        all = true;
        for (i = 0; is_inside && i < a->out; i++) {
            const double at = place_of(r, a, i);
            is_inside[i] = at >= 0 && at <= a->in - 1;
            all &= is_inside[i];
        }
        for (i = 0; i < order->rank; i++)
            dim[i] = i == k ? a->out : 1;
        if (is_inside && !all)
            x = mote_import_select(c, mote_import_const(c, MOTE_BOOL, order->rank, dim, is_inside), x,
                                   mote_import_const_float(c, (float)r->outside));
    }
    return x;
}

static mote_id axis_by_axis(mote_import_call *c, mote_id x, const mote_import_order *order, const rule *r, const axis *axes)
{
    int32_t k;

    for (k = 0; k < order->rank && !mote_import_failed(c); k++) {
        const axis *a = &axes[order->axis[k]];
        if (a->in == a->out && (r->where != CROP || (a->start == 0 && a->end == 1)) && a->scale == 1)
            continue;
        x = r->how == NEAREST ? nearest_along(c, x, k, r, a) : product_along(c, x, k, r, a);
    }
    return r->where == CROP ? set_outside(c, x, order, r, axes) : x;
}

/* ---- what the file says ---- */

static int32_t find_word(const char *word, const char *const *words, int32_t count)
{
    int32_t i = 0;

    while (i < count && strcmp(words[i], word) != 0)
        i++;
    return i;
}

static void read_rule(mote_import_call *c, rule *r)
{
    static const char *const modes[] = {"nearest", "linear", "cubic"};
    static const char *const places[] = {"half_pixel",    "half_pixel_symmetric", "pytorch_half_pixel",
                                         "align_corners", "asymmetric",           "tf_crop_and_resize"};
    static const char *const roundings[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
    const bool               is_old = c->im->file.opset < 11;
    const char *where = mote_import_string(c, "coordinate_transformation_mode", is_old ? "asymmetric" : "half_pixel");
    const char *how = mote_import_string(c, "mode", "nearest");
    const char *nearest = mote_import_string(c, "nearest_mode", is_old ? "floor" : "round_prefer_floor");

    r->where = (coordinates)find_word(where, places, 6);
    r->how = (mode)find_word(how, modes, 3);
    r->nearest = (rounding)find_word(nearest, roundings, 4);
    r->cubic_a = (double)mote_import_float(c, "cubic_coeff_a", -0.75f);
    r->outside = (double)mote_import_float(c, "extrapolation_value", 0);
    r->excludes_outside = mote_import_int(c, "exclude_outside", 0) != 0;
    r->antialias = mote_import_int(c, "antialias", 0) != 0;
    if (r->where > CROP || r->how > CUBIC || r->nearest > CEIL)
        mote_import_refuse(c, "mode %s, %s, %s", mote_show_string(how).text, mote_show_string(where).text,
                           mote_show_string(nearest).text);
}

/* Axis k of those that are named; of all where none is. */
static int32_t axis_at(mote_import_call *c, mote_import_list axes, int32_t k, int32_t rank)
{
    return axes.count > 0 ? mote_import_axis(c, axes.n[k], rank) : k;
}

static void read_scales(mote_import_call *c, int32_t operand, mote_import_list named, axis *axes, int32_t rank)
{
    const mote_import_attribute *a = mote_import_attribute_find(c->node, "scales");
    const mote_import_value     *value = mote_import_in(c, operand);
    const float                 *scales = value ? mote_import_floats(c, operand) : a ? a->floats : NULL;
    const int32_t                count = value ? (int32_t)mote_import_count(&value->shape) : a ? a->float_count : 0;
    int32_t                      k;

    if (!scales || count != (named.count > 0 ? named.count : rank)) {
        mote_import_wrong(c, "%d scales of %d axes", count, named.count > 0 ? named.count : rank);
        return;
    }
    for (k = 0; k < count && !mote_import_failed(c); k++) {
        axis *to = &axes[axis_at(c, named, k, rank)];
        to->scale = (double)scales[k];
        if (!(to->scale > 0) || to->scale * to->in > 1 << 24 || to->scale * to->in < 1)
            mote_import_refuse(c, "scale %g of %d elements", to->scale, to->in);
        else
            to->out = (int32_t)floor(to->scale * to->in);
    }
}

/* One scale for all axes that are named, where the shape is to be kept. */
static void keep_aspect(mote_import_call *c, mote_import_list named, axis *axes, int32_t rank)
{
    const char *policy = mote_import_string(c, "keep_aspect_ratio_policy", "stretch");
    const bool  is_larger = strcmp(policy, "not_smaller") == 0;
    double      scale = is_larger ? 0 : INFINITY;
    int32_t     k, count = named.count > 0 ? named.count : rank;

    if (strcmp(policy, "stretch") == 0)
        return;
    for (k = 0; k < count; k++) {
        const axis *a = &axes[axis_at(c, named, k, rank)];
        scale = is_larger ? fmax(scale, a->scale) : fmin(scale, a->scale);
    }
    for (k = 0; k < count; k++) {
        axis *a = &axes[axis_at(c, named, k, rank)];
        a->scale = scale;
        a->out = (int32_t)floor(scale * a->in + 0.5);
    }
}

static void read_sizes(mote_import_call *c, mote_import_list named, axis *axes, int32_t rank)
{
    const mote_import_list sizes = mote_import_operand_ints(c, 3, NULL);
    int32_t                k;

    if (sizes.count != (named.count > 0 ? named.count : rank)) {
        mote_import_wrong(c, "%d sizes", sizes.count);
        return;
    }
    for (k = 0; k < sizes.count && !mote_import_failed(c); k++) {
        axis *a = &axes[axis_at(c, named, k, rank)];
        if (sizes.n[k] < 1 || sizes.n[k] > 1 << 24)
            mote_import_refuse(c, "%lld elements along an axis", (long long)sizes.n[k]);
        a->out = (int32_t)sizes.n[k];
        a->scale = (double)a->out / a->in;
    }
    if (!mote_import_failed(c))
        keep_aspect(c, named, axes, rank);
}

/* Of each named axis where it begins, then where it ends. */
static void read_crop(mote_import_call *c, mote_import_list named, axis *axes, int32_t rank)
{
    const mote_import_value *roi = mote_import_in(c, 1);
    const int32_t            count = named.count > 0 ? named.count : rank;
    int32_t                  k;

    if (!roi || !roi->known || mote_import_count(&roi->shape) != (size_t)(2 * count)) {
        mote_import_refuse(c, "roi must be a constant of %d numbers", 2 * count);
        return;
    }
    for (k = 0; k < count; k++) {
        axis *a = &axes[axis_at(c, named, k, rank)];
        a->start = mote_import_number_at(roi, (size_t)k);
        a->end = mote_import_number_at(roi, (size_t)(k + count));
    }
}

static void read_axes(mote_import_call *c, const rule *r, axis *axes)
{
    const mote_import_shape *shape = &mote_import_in(c, 0)->shape;
    const mote_import_list   named = mote_import_ints(c, "axes");
    const bool               has_sizes = mote_import_in(c, 3) && mote_import_count(&mote_import_in(c, 3)->shape) > 0;
    const bool               is_old = c->row->kind || c->im->file.opset < 11;
    int32_t                  i;

    for (i = 0; i < shape->rank; i++) {
        axes[i] = (axis){.in = shape->dim[i], .out = shape->dim[i], .scale = 1, .end = 1};
        if (shape->dim[i] < 1)
            mote_import_refuse(c, "an axis without elements");
    }
    if (mote_import_failed(c))
        return;
    if (has_sizes)
        read_sizes(c, named, axes, shape->rank);
    else
        read_scales(c, is_old ? 1 : 2, named, axes, shape->rank);
    if (r->where == CROP && !mote_import_failed(c))
        read_crop(c, named, axes, shape->rank);
}

static bool is_plain_image(const axis *a, int32_t rank)
{
    return rank == 4 && a[0].in == a[0].out && a[1].in == a[1].out;
}

static void import_resize(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_order  order = mote_import_channels_last(x->shape.rank);
    axis                     axes[MOTE_RANK_MAX];
    rule                     r;
    mote_id                  id, y = MOTE_NONE;

    read_rule(c, &r);
    read_axes(c, &r, axes);
    if (mote_import_failed(c))
        return;
    id = mote_import_as(c, x, &order);
    if (is_plain_image(axes, x->shape.rank) && r.where != CROP && r.how != CUBIC)
        y = as_one_operator(c, id, &r, axes);
    if (y == MOTE_NONE && !mote_import_failed(c))
        y = axis_by_axis(c, id, &order, &r, axes);
    if (!mote_import_failed(c) && y == id)
        mote_import_give_reshaped(c, 0, x, &x->shape);
    else
        mote_import_give(c, 0, y, order.axis);
}

const mote_import_row mote_onnx_resizes[] = {{"Resize", MOTE_IMPORT_IMAGE, 1, 4, 1, import_resize, 0},
                                             {"Upsample", MOTE_IMPORT_IMAGE, 1, 2, 1, import_resize, 1},
                                             {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0}};
