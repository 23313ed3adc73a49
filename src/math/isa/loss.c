/* Losses and their gradients. Each value is computed in float lanes and summed in double.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/functions.h"
#include "math/isa/kernels.h"

#define CLIP_LOW  1e-7f
#define CLIP_HIGH (1.0f - 1e-7f)

INLINE float log_of(float x)
{
    return log_(set1(x))[0];
}

/* log(sum(exp(logits))) - top, the row's maximum in *top. */
static float log_sum_exp(int32_t classes, const float *logits, float *top)
{
    vf total = set1(0);

    *top = logits[0];
    for (int32_t c = 1; c < classes; c++)
        *top = logits[c] > *top ? logits[c] : *top;
    FOR_VECTORS(i, left, classes)
    {
        total += without_rest(exp_(load_up_to(logits + i, left) - *top), left);
    }
    return log_of(sum_lanes(total));
}

/* loss = sum_c t_c (lse - z_c);  d/dz_c = softmax_c sum(t) - t_c */
double ISA(softmax_cross_entropy)(size_t rows, int32_t classes, float scale, const float *logits, const float *targets,
                                  float *dx)
{
    double loss = 0;

    for (; rows > 0; rows--, logits += classes, targets += classes) {
        float top, lse = log_sum_exp(classes, logits, &top), target_sum;
        vf    terms = set1(0), weights = set1(0);
        FOR_VECTORS(i, left, classes)
        {
            vf t = load_up_to(targets + i, left), gap = lse - (load_up_to(logits + i, left) - top);
            terms += select_(greater(absolute(t), set1(0)), t * gap, set1(0)); /* 0 * infinity is no loss */
            weights += t;
        }
        loss += sum_lanes_f64(terms);
        if (!dx)
            continue;
        target_sum = sum_lanes(weights);
        FOR_VECTORS(i, left, classes)
        {
            vf p = exp_(load_up_to(logits + i, left) - top - lse);
            store_up_to(dx + i, (p * target_sum - load_up_to(targets + i, left)) * scale, left);
        }
        dx += classes;
    }
    return loss;
}

double ISA(softmax_cross_entropy_labels)(size_t rows, int32_t classes, float scale, const float *logits,
                                         const int32_t *labels, float *dx)
{
    double loss = 0;

    for (; rows > 0; rows--, logits += classes, labels++) {
        float top, lse = log_sum_exp(classes, logits, &top);
        loss += (double)(lse - (logits[*labels] - top));
        if (!dx)
            continue;
        FOR_VECTORS(i, left, classes)
        {
            store_up_to(dx + i, exp_(load_up_to(logits + i, left) - top - lse) * scale, left);
        }
        dx[*labels] -= scale;
        dx += classes;
    }
    return loss;
}

INLINE vf clip(vf p)
{
    return min_(set1(CLIP_HIGH), max_(set1(CLIP_LOW), p));
}

/* v where p lies within the clip's range, else 0. */
INLINE vf unless_clipped(vf v, vf p)
{
    vf low = select_(greater(set1(CLIP_LOW), p), set1(0), v);
    return select_(greater(p, set1(CLIP_HIGH)), set1(0), low);
}

/* q = p / S, S = sum(p); loss = -sum_c t_c log(clip(q_c)); dq_c = -t_c / q_c; dp_c = (dq_c - sum_k dq_k q_k) / S */
double ISA(cross_entropy)(size_t rows, int32_t classes, float scale, const float *p, const float *targets, float *dx)
{
    double loss = 0;

    for (; rows > 0; rows--, p += classes, targets += classes) {
        vf    total = set1(0), terms = set1(0), products = set1(0);
        float whole, dot;
        FOR_VECTORS(i, left, classes)
        {
            total += load_up_to(p + i, left);
        }
        whole = sum_lanes(total);
        FOR_VECTORS(i, left, classes)
        {
            vf q = load_up_to(p + i, left) / whole, t = load_up_to(targets + i, left);
            terms -= t * log_(clip(q));
            products -= unless_clipped(t, q);
        }
        loss += sum_lanes_f64(terms);
        if (!dx)
            continue;
        dot = sum_lanes(products);
        FOR_VECTORS(i, left, classes)
        {
            vf q = load_up_to(p + i, left) / whole, t = load_up_to(targets + i, left);
            store_up_to(dx + i, (unless_clipped(-t / clip(q), q) - dot) * (scale / whole), left);
        }
        dx += classes;
    }
    return loss;
}

/* c = clip(p), S = sum(c); loss = log(S) - log(c_label); dp_k = 1 / S - [k = label] / c_label where not clipped */
double ISA(cross_entropy_labels)(size_t rows, int32_t classes, float scale, const float *p, const int32_t *labels, float *dx)
{
    double loss = 0;

    for (; rows > 0; rows--, p += classes, labels++) {
        vf    total = set1(0);
        float whole, hit = clip(set1(p[*labels]))[0];
        float at_label = unless_clipped(set1(-scale / hit), set1(p[*labels]))[0];
        FOR_VECTORS(i, left, classes)
        {
            total += without_rest(clip(load_up_to(p + i, left)), left);
        }
        whole = sum_lanes(total);
        loss += (double)(log_of(whole) - log_of(hit));
        if (!dx)
            continue;
        FOR_VECTORS(i, left, classes)
        {
            store_up_to(dx + i, unless_clipped(set1(scale / whole), load_up_to(p + i, left)), left);
        }
        dx[*labels] += at_label;
        dx += classes;
    }
    return loss;
}

/* The four below: one term an element, the mean over columns. term returns the loss and leaves the gradient in *slope. */
typedef vf loss_term(vf x, vf t, vf *slope);

INLINE double columnwise(loss_term *term, size_t rows, int32_t columns, float scale, const float *x, const float *targets,
                         float *dx)
{
    const float per_column = scale / (float)columns;
    double      loss = 0;
    vf          slope;

    FOR_VECTORS(i, left, (ptrdiff_t)rows * columns)
    {
        vf value = term(load_up_to(x + i, left), load_up_to(targets + i, left), &slope);
        loss += sum_lanes_f64(without_rest(value, left));
        if (dx)
            store_up_to(dx + i, slope * per_column, left);
    }
    return loss / columns;
}

/* max(z, 0) - z t + log(1 + e^-|z|) */
INLINE vf sigmoid_term(vf z, vf t, vf *slope)
{
    *slope = sigmoid_(z) - t;
    return max_(set1(0), z) - z * t + log1p_(exp_(-absolute(z)));
}

INLINE vf binary_term(vf p, vf t, vf *slope)
{
    vf c = clip(p), other = 1.0f - c;

    *slope = unless_clipped((1.0f - t) / other - t / c, p);
    return -(t * log_(c) + (1.0f - t) * log_(other));
}

INLINE vf square_term(vf x, vf t, vf *slope)
{
    vf gap = x - t;

    *slope = gap + gap;
    return gap * gap;
}

INLINE vf absolute_term(vf x, vf t, vf *slope)
{
    vf gap = x - t;

    *slope = select_(greater(gap, set1(0)), set1(1), select_(greater(set1(0), gap), set1(-1), gap));
    return absolute(gap);
}

double ISA(sigmoid_cross_entropy)(size_t rows, int32_t columns, float scale, const float *logits, const float *targets,
                                  float *dx)
{
    return columnwise(sigmoid_term, rows, columns, scale, logits, targets, dx);
}

double ISA(binary_cross_entropy)(size_t rows, int32_t columns, float scale, const float *p, const float *targets, float *dx)
{
    return columnwise(binary_term, rows, columns, scale, p, targets, dx);
}

double ISA(mean_squared_error)(size_t rows, int32_t columns, float scale, const float *x, const float *targets, float *dx)
{
    return columnwise(square_term, rows, columns, scale, x, targets, dx);
}

double ISA(mean_absolute_error)(size_t rows, int32_t columns, float scale, const float *x, const float *targets, float *dx)
{
    return columnwise(absolute_term, rows, columns, scale, x, targets, dx);
}
