/* Keras' other losses and their gradients (keras/src/losses/losses.py), each value in float lanes and summed in double.
 * SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/functions.h"
#include "math/isa/kernels.h"

#define EPSILON   1e-7f
#define CLIP_HIGH (1.0f - 1e-7f)

typedef const mote_math_loss loss_options;

INLINE vf sign_of(vf x)
{
    return select_(greater(x, set1(0)), set1(1), select_(greater(set1(0), x), set1(-1), x));
}

INLINE vf clip(vf p, float low, float high)
{
    return min_(set1(high), max_(set1(low), p));
}

/* v where p lies within [low, high], else 0: nothing passes what was clipped. */
INLINE vf inside(vf v, vf p, float low, float high)
{
    return select_(greater(p, set1(high)), set1(0), select_(greater(set1(low), p), set1(0), v));
}

/* base^exponent of base >= 0. */
INLINE vf power(vf base, float exponent)
{
    if (exponent == 0)
        return set1(1);
    return select_(greater(base, set1(0)), exp_(log_(base) * exponent), set1(0));
}

/* ---- an element's: the value, and the gradient in *slope ---- */

typedef vf loss_term(loss_options *o, vf x, vf t, vf *slope);

INLINE vf huber_term(loss_options *o, vf x, vf t, vf *slope)
{
    vf    gap = x - t, far = absolute(gap);
    vmask is_far = greater(far, set1(o->delta));

    *slope = select_(is_far, sign_of(gap) * o->delta, gap);
    return select_(is_far, far * o->delta - 0.5f * o->delta * o->delta, gap * gap * 0.5f);
}

INLINE vf hinge_term(loss_options *o, vf x, vf t, vf *slope)
{
    vf lack = 1.0f - t * x;

    (void)o;
    *slope = select_(greater(lack, set1(0)), -t, set1(0));
    return max_(set1(0), lack);
}

INLINE vf squared_hinge_term(loss_options *o, vf x, vf t, vf *slope)
{
    vf lack = max_(set1(0), 1.0f - t * x);

    (void)o;
    *slope = lack * t * -2.0f;
    return lack * lack;
}

/* x + softplus(-2 x) - log 2, of |x|: the function is even. */
INLINE vf log_cosh_term(loss_options *o, vf x, vf t, vf *slope)
{
    vf far = absolute(x - t), small = exp_(far * -2.0f);

    (void)o;
    *slope = sign_of(x - t) * (1.0f - small) / (1.0f + small);
    return far + log1p_(small) - 0.69314718056f;
}

INLINE vf poisson_term(loss_options *o, vf x, vf t, vf *slope)
{
    (void)o;
    *slope = 1.0f - t / (x + EPSILON);
    return x - t * log_(x + EPSILON);
}

INLINE vf percentage_term(loss_options *o, vf x, vf t, vf *slope)
{
    vf size = max_(set1(EPSILON), absolute(t));

    (void)o;
    *slope = sign_of(x - t) * 100.0f / size;
    return absolute((t - x) / size) * 100.0f;
}

INLINE vf logarithmic_term(loss_options *o, vf x, vf t, vf *slope)
{
    vf size = max_(set1(EPSILON), x) + 1.0f, gap = log_(size) - log_(max_(set1(EPSILON), t) + 1.0f);

    (void)o;
    *slope = select_(greater(set1(EPSILON), x), set1(0), gap * 2.0f / size);
    return gap * gap;
}

INLINE vf kl_divergence_term(loss_options *o, vf x, vf t, vf *slope)
{
    vf p = clip(x, EPSILON, 1), q = clip(t, EPSILON, 1);

    (void)o;
    *slope = inside(-q / p, x, EPSILON, 1);
    return q * log_(q / p);
}

/* (1 - p_t)^gamma ce, p_t the probability of what is true, ce the cross-entropy. */
INLINE vf binary_focal_term(loss_options *o, vf x, vf t, vf *slope)
{
    vf p = o->at_logits ? sigmoid_(x) : x, other = 1.0f - t, sure = t * p + other * (1.0f - p), rest = 1.0f - sure;
    vf c = clip(p, EPSILON, CLIP_HIGH), ce, steep, toward = t - other;
    vf weight = o->is_balanced ? t * o->alpha + other * (1.0f - o->alpha) : set1(1), factor = power(rest, o->gamma);

    if (o->at_logits) {
        ce = max_(set1(0), x) - x * t + log1p_(exp_(-absolute(x)));
        steep = p - t;
        toward *= p * (1.0f - p);
    } else {
        ce = -(t * log_(c) + other * log_(1.0f - c));
        steep = inside(other / (1.0f - c) - t / c, p, EPSILON, CLIP_HIGH);
    }
    *slope = weight * (factor * steep - ce * toward * power(rest, o->gamma - 1.0f) * o->gamma);
    return weight * factor * ce;
}

INLINE double elementwise(loss_term *term, loss_options *o, size_t rows, int32_t columns, float scale, const float *x,
                          const float *targets, float *dx)
{
    double loss = 0;
    vf     slope;

    FOR_VECTORS(i, left, (ptrdiff_t)rows * columns)
    {
        vf value = term(o, load_up_to(x + i, left), load_up_to(targets + i, left), &slope);
        loss += sum_lanes_f64(without_rest(value, left));
        if (dx)
            store_up_to(dx + i, slope * scale, left);
    }
    return loss;
}

/* ---- a row's ---- */

/* max(0, 1 + max_c (1 - t_c) x_c - sum_c t_c x_c) */
static double categorical_hinge(int32_t classes, float scale, const float *x, const float *t, float *dx)
{
    float   right = 0, wrong = (1 - t[0]) * x[0], lack;
    int32_t c, worst = 0;

    for (c = 0; c < classes; c++) {
        right += t[c] * x[c];
        if ((1 - t[c]) * x[c] > wrong) {
            wrong = (1 - t[c]) * x[c];
            worst = c;
        }
    }
    lack = wrong - right + 1;
    for (c = 0; dx && c < classes; c++)
        dx[c] = lack > 0 ? scale * ((c == worst ? 1 - t[c] : 0) - t[c]) : 0;
    return lack > 0 ? (double)lack : 0;
}

/* -t x / (|t| |x|); norms are at least the root of epsilon. */
static double cosine_similarity(int32_t columns, float scale, const float *x, const float *t, float *dx)
{
    float   xx = 0, tt = 0, dot = 0, x_size, t_size;
    int32_t c;

    for (c = 0; c < columns; c++) {
        xx += x[c] * x[c];
        tt += t[c] * t[c];
        dot += x[c] * t[c];
    }
    x_size = __builtin_sqrtf(xx > 1e-12f ? xx : 1e-12f);
    t_size = __builtin_sqrtf(tt > 1e-12f ? tt : 1e-12f);
    for (c = 0; dx && c < columns; c++)
        dx[c] = -scale / (x_size * t_size) * (t[c] - (xx > 1e-12f ? x[c] * dot / xx : 0));
    return -(double)(dot / (x_size * t_size));
}

/* q = p / S, S = sum(p), c = clip(q): the sum of alpha (1 - c)^gamma t -log(c); of logits p is their softmax. */
static double categorical_focal(loss_options *o, int32_t classes, float scale, const float *x, const float *t, float *dx)
{
    float  top = x[0], whole, dot, shift = o->at_logits ? 1.0f : 0.0f;
    vf     sum = set1(0), terms = set1(0), products = set1(0);
    double loss;

    for (int32_t c = 1; c < classes; c++)
        top = x[c] > top ? x[c] : top;
    FOR_VECTORS(i, left, classes)
    {
        vf value = load_up_to(x + i, left);
        sum += without_rest(o->at_logits ? exp_(value - top) : value, left);
    }
    whole = sum_lanes(sum);
    for (int pass = 0; pass < (dx ? 2 : 1); pass++) {
        dot = pass ? sum_lanes(products) : 0;
        FOR_VECTORS(i, left, classes)
        {
            vf value = load_up_to(x + i, left), target = load_up_to(t + i, left);
            vf q = (o->at_logits ? exp_(value - top) : value) / whole, c = clip(q, EPSILON, CLIP_HIGH), ln = log_(c);
            vf factor = power(1.0f - c, o->gamma);
            vf slope = inside(target * o->alpha * (ln * power(1.0f - c, o->gamma - 1.0f) * o->gamma - factor / c), q,
                              EPSILON, CLIP_HIGH);
            if (pass == 0) {
                terms -= without_rest(target * factor * ln * o->alpha, left);
                products += without_rest(slope * q, left);
            } else {
                store_up_to(dx + i, (slope - dot) * (shift > 0 ? q * scale : set1(scale / whole)), left);
            }
        }
    }
    loss = sum_lanes_f64(terms);
    return loss;
}

double ISA(loss)(const mote_math_loss *o, size_t rows, int32_t columns, float scale, const float *x, const float *targets,
                 float *dx)
{
    const float mean = scale / (float)columns;
    double      loss = 0;

#define ELEMENTS(term) elementwise(term, o, rows, columns, mean, x, targets, dx) / columns
    switch (o->kind) {
    case MOTE_MATH_HUBER:
        return ELEMENTS(huber_term);
    case MOTE_MATH_HINGE:
        return ELEMENTS(hinge_term);
    case MOTE_MATH_SQUARED_HINGE:
        return ELEMENTS(squared_hinge_term);
    case MOTE_MATH_LOG_COSH:
        return ELEMENTS(log_cosh_term);
    case MOTE_MATH_POISSON:
        return ELEMENTS(poisson_term);
    case MOTE_MATH_PERCENTAGE:
        return ELEMENTS(percentage_term);
    case MOTE_MATH_LOGARITHMIC:
        return ELEMENTS(logarithmic_term);
    case MOTE_MATH_KL_DIVERGENCE:
        return elementwise(kl_divergence_term, o, rows, columns, scale, x, targets, dx);
    case MOTE_MATH_BINARY_FOCAL:
        return ELEMENTS(binary_focal_term);
    default:
        break;
    }
#undef ELEMENTS
    for (; rows > 0; rows--, x += columns, targets += columns) {
        loss += o->kind == MOTE_MATH_CATEGORICAL_HINGE   ? categorical_hinge(columns, scale, x, targets, dx)
                : o->kind == MOTE_MATH_CATEGORICAL_FOCAL ? categorical_focal(o, columns, scale, x, targets, dx)
                                                         : cosine_similarity(columns, scale, x, targets, dx);
        dx = dx ? dx + columns : NULL;
    }
    return loss;
}

double ISA(penalty)(size_t count, float l1, float l2, const float *w, float *g)
{
    double magnitudes = 0, squares = 0;

    FOR_VECTORS(i, left, count)
    {
        vf value = load_up_to(w + i, left);
        magnitudes += sum_lanes_f64(absolute(value));
        squares += sum_lanes_f64(value * value);
        if (g)
            store_up_to(g + i, load_up_to(g + i, left) + sign_of(value) * l1 + value * 2.0f * l2, left);
    }
    return (double)l1 * magnitudes + (double)l2 * squares;
}
