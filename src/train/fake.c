/* SPDX-License-Identifier: Apache-2.0 */
#include "train/fake.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "passes/passes.h"
#include "quantize/quantize.h"
#include "runtime/kernels/mean.h"

/* Ranges are the mean of what all batches showed, and after so many of them one that forgets. */
enum { REMEMBERED = 100 };

/* How an activation gets its scale. */
typedef enum fake_kind {
    FAKE_NONE = 0, /* it stays real, or is no activation */
    FAKE_RANGE,
    FAKE_JOINED, /* of the range of all that it holds */
    FAKE_FIXED,
    FAKE_SAME
} fake_kind;

/* How the operator that computes an activation rounds, where that is not to the nearest number of steps. */
typedef enum fake_rounding {
    FAKE_NEAREST = 0,
    FAKE_PRODUCTS, /* a sum of products, in its own small steps, is rescaled */
    FAKE_SUM,      /* a sum of values */
    FAKE_POOL      /* halves go away from the stored 0 */
} fake_rounding;

typedef struct fake_weights fake_weights;

/* Of the frozen model's tensors. */
typedef struct fake_tensor {
    mote_id          trained; /* the same tensor in training; MOTE_NONE: a pass has made it */
    fake_kind        kind;
    const mote_node *node; /* that computes it; NULL: an input */
    mote_quant_want  want;
    fake_rounding    rounding;
    fake_weights    *weights; /* PRODUCTS: of which */
    mote_math_fake   steps;
    float            min, max; /* of this batch */
} fake_tensor;

/* Weights, of which each channel has a scale of its own, or all have one. */
struct fake_weights {
    mote_id                id; /* in training */
    const mote_scheme_row *scheme;
    const mote_tensor     *from;
    const mote_node       *norm, *norm_before;     /* behind and before the layer, folded into them; NULL: none is */
    size_t                 outer, channels, inner; /* the shape, channels in the middle */
    int32_t                scale_axis;
    double                *factor;                       /* [channels]: of norm; 1 */
    double                *factor_before, *shift_before; /* [in]: of norm_before; 1, 0 */
    size_t                 in;                           /* the last axis */
    mote_tensor            folded;
    float                 *scale;
    int8_t                *stored;
    float                 *value;
    int32_t               *mult, *shift; /* [channels]: from products to an output */
    mote_id                bias_id;      /* with norm_before */
    const mote_tensor     *bias;         /* NULL: there is none, or nothing to correct */
    float                 *bias_value;
    double                *correction; /* [channels] */
};

/* A constant that is quantized as an activation is. */
typedef struct fake_constant {
    mote_id            id;
    const mote_tensor *from;
    mote_id            joined; /* of the frozen model: in whose scale it is; MOTE_NONE: its own */
    float             *value;
} fake_constant;

struct mote_fake {
    mote_arena             arena;
    const mote_math       *math;
    const mote_scheme_row *scheme;
    bool                   is_per_tensor;
    const mote_graph      *trained;
    mote_model            *frozen;
    const mote_graph      *graph;     /* of frozen */
    mote_id               *frozen_of; /* [tensors in training]; MOTE_NONE: gone */
    fake_tensor           *tensors;   /* this and the next three: [tensors of the frozen model] */
    mote_range            *ranges, *settled;
    mote_affine           *affine;
    fake_weights          *weights;
    fake_constant         *constants;
    int32_t                weights_count, constant_count;
    size_t                 batches;    /* that ranges have seen */
    bool                   is_current; /* constants' values are those of the model's */
};

/* ---- what a pass does ---- */

/* What the converter would make of the ranges by now. */
static void assign(mote_fake *fake)
{
    const mote_graph *graph = fake->graph;
    int32_t           i;

    for (i = 0; i < graph->tensor_count; i++) {
        const fake_tensor *t = &fake->tensors[i];
        if (t->kind == FAKE_SAME)
            fake->ranges[i] = fake->ranges[t->node->in[t->want.of]];
        fake->settled[i] = fake->ranges[i];
    }
    mote_widen_joined(graph, fake->settled);
    for (i = 0; i < graph->tensor_count; i++) { /* an output has a greater number than what it is computed of */
        fake_tensor *t = &fake->tensors[i];
        if (t->kind == FAKE_NONE)
            continue;
        fake->affine[i] = t->node ? mote_affine_for(fake->scheme, t->node, &t->want, fake->settled[i], fake->affine)
                                  : mote_affine_of(fake->scheme, fake->settled[i].min, fake->settled[i].max);
        t->steps = (mote_math_fake){.scale = fake->affine[i].scale,
                                    .low = (float)(fake->scheme->low - fake->affine[i].zero_point),
                                    .high = (float)(fake->scheme->high - fake->affine[i].zero_point)};
    }
}

static void take_factors(const mote_fake *fake, const mote_node *norm, double *factor, size_t count)
{
    size_t c;

    for (c = 0; norm && c < count; c++) {
        factor[c] = mote_normalization_line(fake->trained, norm, (int32_t)c).factor;
        if (!(fabs(factor[c]) > 0)) /* nothing of the channel is left, in any steps */
            factor[c] = 1;
    }
}

static void fold_before(const fake_weights *w)
{
    float *to = w->folded.data;
    size_t rows = mote_tensor_count(w->from) / w->in, i;

    for (; rows > 0; rows--, to += w->in)
        for (i = 0; i < w->in; i++)
            to[i] = (float)((double)to[i] * w->factor_before[i]);
}

static void fold_behind(const fake_weights *w)
{
    float *to = w->folded.data;
    size_t o, c, i;

    for (o = 0; o < w->outer; o++)
        for (c = 0; c < w->channels; c++, to += w->inner)
            for (i = 0; i < w->inner; i++)
                to[i] = (float)((double)to[i] * w->factor[c]);
}

/* In the order in which freezing goes, rounding included. False: where training has gone astray. */
static bool fold(const mote_fake *fake, fake_weights *w)
{
    const size_t count = mote_tensor_count(w->from);
    const float *folded = w->folded.data;
    bool         is_finite = true;
    size_t       i;

    memcpy(w->folded.data, w->from->data, count * sizeof *folded);
    take_factors(fake, w->norm_before, w->factor_before, w->in);
    take_factors(fake, w->norm, w->factor, w->channels);
    if (w->norm_before)
        fold_before(w);
    if (w->norm)
        fold_behind(w);
    for (i = 0; i < count; i++)
        is_finite &= fabsf(folded[i]) <= FLT_MAX;
    return is_finite;
}

/* What the integers stand for, in the weights' own scale. */
static void unfold(const fake_weights *w)
{
    const int8_t *stored = w->stored;
    float        *to = w->value;
    size_t        rows = mote_tensor_count(w->from) / w->in, o, c, i;

    for (o = 0; o < w->outer; o++)
        for (c = 0; c < w->channels; c++, to += w->inner, stored += w->inner) {
            const double step = (double)w->scale[w->scale_axis < 0 ? 0 : c] / w->factor[c];
            for (i = 0; i < w->inner; i++)
                to[i] = (float)(stored[i] * step);
        }
    for (to = w->value; w->norm_before && rows > 0; rows--, to += w->in)
        for (i = 0; i < w->in; i++)
            to[i] = (float)((double)to[i] / w->factor_before[i]);
}

/* Freezing sends a normalization's shift through the real weights, into the bias; in training it goes through those that are
 * quantized. The bias takes the difference, or, where the layer has none, the sum. */
static void correct(const mote_fake *fake, fake_weights *w)
{
    const float *from = w->from->data;
    const size_t count = mote_tensor_count(w->from);
    size_t       c, i;

    memset(w->correction, 0, w->channels * sizeof *w->correction);
    for (i = 0; w->norm_before && i < w->in; i++)
        w->shift_before[i] = mote_normalization_line(fake->trained, w->norm_before, (int32_t)i).shift;
    for (i = 0; w->norm_before && i < count; i++)
        w->correction[i / w->inner % w->channels] += w->shift_before[i % w->in] * ((double)from[i] - (double)w->value[i]);
    for (c = 0; w->bias && c < w->channels; c++) {
        w->bias_value[c] = (float)((double)((const float *)w->bias->data)[c] + w->correction[c]);
        w->correction[c] = 0;
    }
    for (c = 0; c < w->channels; c++)
        w->correction[c] *= w->factor[c];
}

/* Weights that are not finite stay so, and show in the loss. */
static void prepare_weights(const mote_fake *fake, fake_weights *w)
{
    const size_t count = mote_tensor_count(w->from);
    size_t       i;

    if (!fold(fake, w)) {
        for (i = 0; i < count; i++)
            w->value[i] = NAN;
        return;
    }
    mote_quantize_weights(w->scheme, &w->folded, w->scale_axis, NULL, w->scale, w->stored);
    unfold(w);
    correct(fake, w);
}

static void prepare_constant(const mote_fake *fake, const fake_constant *c)
{
    const size_t count = mote_tensor_count(c->from);
    mote_affine  affine;
    float        min = 0, max = 0;

    fake->math->widen(count, c->from->data, &min, &max);
    affine = c->joined == MOTE_NONE ? mote_affine_of(fake->scheme, min, max) : fake->affine[c->joined];
    fake->math->fake_quantize(&(mote_math_fake){.scale = affine.scale,
                                                .low = (float)(fake->scheme->low - affine.zero_point),
                                                .high = (float)(fake->scheme->high - affine.zero_point)},
                              count, c->from->data, c->value);
}

void mote_fake_begin(mote_fake *fake)
{
    int32_t i;

    for (i = 0; !fake->is_current && i < fake->weights_count; i++)
        prepare_weights(fake, &fake->weights[i]);
    for (i = 0; !fake->is_current && i < fake->constant_count; i++)
        prepare_constant(fake, &fake->constants[i]);
    fake->is_current = true;
}

static void join(const mote_fake *fake, const mote_node *node, float *min, float *max)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        if (node->in[i] != MOTE_NONE && fake->tensors[node->in[i]].kind != FAKE_NONE) {
            const mote_range part = fake->ranges[node->in[i]];
            *min = part.min < *min ? part.min : *min;
            *max = part.max > *max ? part.max : *max;
        }
}

static void observe(mote_fake *fake, mote_id id, size_t count, const float *raw)
{
    fake_tensor *t = &fake->tensors[id];

    t->min = t->max = raw[0];
    fake->math->widen(count, raw, &t->min, &t->max);
    if (fake->batches > 0)
        return;
    fake->ranges[id] = (mote_range){t->min, t->max, true};
    if (t->kind == FAKE_JOINED)
        join(fake, t->node, &fake->ranges[id].min, &fake->ranges[id].max);
    assign(fake);
}

/* ---- as the kernels round ----
 *
 * Integer kernels rescale a whole sum by a multiplier of 31 bits and round twice (runtime/kernels/rescale.h): up to a
 * thousandth of the values come out a step off the nearest. Training does not mind; what is evaluated is to be what the
 * converted model answers, and a sum in real numbers tells well which whole sum it stands for. */

static float rescaled(const mote_fake *fake, double sum, mote_affine to, int32_t mult, int32_t shift)
{
    const double most = 1 << 30;
    int32_t      q;

    if (!(sum > -most && sum < most))
        return (float)(sum * 0) +
               (float)(sum < 0 ? fake->scheme->low - to.zero_point : fake->scheme->high - to.zero_point) * to.scale;
    q = mrt_rescale((int32_t)lround(sum), mult, (int)shift);
    return (float)(mrt_clamp_i32(q, fake->scheme->low - to.zero_point, fake->scheme->high - to.zero_point)) * to.scale;
}

static void round_products(const mote_fake *fake, const fake_tensor *t, mote_affine to, size_t count, const float *raw,
                           float *value)
{
    const fake_weights *w = t->weights;
    const double        in_scale = (double)fake->affine[t->node->in[0]].scale;
    size_t              c, i;

    for (c = 0; c < w->channels; c++)
        mrt_quantize_multiplier(in_scale * (double)w->scale[w->scale_axis < 0 ? 0 : c] / (double)to.scale, &w->mult[c],
                                &w->shift[c]);
    for (i = 0; i < count; i += w->channels)
        for (c = 0; c < w->channels; c++)
            value[i + c] = rescaled(
                fake, ((double)raw[i + c] + w->correction[c]) / (in_scale * (double)w->scale[w->scale_axis < 0 ? 0 : c]), to,
                w->mult[c], w->shift[c]);
}

static void round_sums(const mote_fake *fake, const fake_tensor *t, mote_affine to, size_t count, const float *raw,
                       float *value)
{
    const mote_affine in = fake->affine[t->node->in[0]];
    const int32_t     terms = (int32_t)(mote_tensor_count(mote_node_in(fake->graph, t->node, 0)) /
                                    mote_tensor_count(mote_node_out(fake->graph, t->node, 0)));
    int32_t           mult, shift;
    size_t            i;

    mrt_mean_multiplier(in.scale, to.scale, terms, &mult, &shift);
    for (i = 0; i < count; i++)
        value[i] = rescaled(fake, (double)raw[i] * terms / (double)in.scale, to, mult, shift);
}

/* A mean of less than a thousand numbers is a half, or no nearer to one than that. */
static void round_pool(const mote_fake *fake, mote_affine to, size_t count, const float *raw, float *value)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const double stored = (double)raw[i] / (double)to.scale + to.zero_point, size = floor(fabs(stored) + 0.5005);
        const double q = fmin(fmax(stored < 0 ? -size : size, fake->scheme->low), fake->scheme->high);
        value[i] = (float)(q - to.zero_point) * to.scale + (raw[i] - raw[i]);
    }
}

static void round_as_kernels(const mote_fake *fake, mote_id at, size_t count, const float *raw, float *value)
{
    const fake_tensor *t = &fake->tensors[at];
    const mote_affine  to = fake->affine[at];

    if (t->rounding == FAKE_PRODUCTS)
        round_products(fake, t, to, count, raw, value);
    else if (t->rounding == FAKE_SUM)
        round_sums(fake, t, to, count, raw, value);
    else
        round_pool(fake, to, count, raw, value);
}

void mote_fake_activation(mote_fake *fake, mote_id id, size_t count, const float *raw, float *value, bool is_training)
{
    const mote_id   at = fake->frozen_of[id];
    const fake_kind kind = fake->tensors[at].kind;

    if (is_training && (kind == FAKE_RANGE || kind == FAKE_JOINED))
        observe(fake, at, count, raw);
    else if (is_training && fake->batches == 0)
        assign(fake);
    if (is_training || fake->tensors[at].rounding == FAKE_NEAREST)
        fake->math->fake_quantize(&fake->tensors[at].steps, count, raw, value);
    else
        round_as_kernels(fake, at, count, raw, value);
}

static void move_range(mote_fake *fake, mote_id id)
{
    const size_t       seen = fake->batches < REMEMBERED ? fake->batches + 1 : REMEMBERED;
    const fake_tensor *t = &fake->tensors[id];
    mote_range        *range = &fake->ranges[id];

    range->min += (t->min - range->min) / (float)seen;
    range->max += (t->max - range->max) / (float)seen;
    if (t->kind == FAKE_JOINED)
        join(fake, t->node, &range->min, &range->max);
}

void mote_fake_end(mote_fake *fake, bool is_training)
{
    mote_id i;

    if (!is_training)
        return;
    for (i = 0; fake->batches > 0 && i < fake->graph->tensor_count; i++)
        if (fake->tensors[i].kind == FAKE_RANGE || fake->tensors[i].kind == FAKE_JOINED)
            move_range(fake, i);
    assign(fake);
    fake->batches++;
    fake->is_current = false;
}

void mote_fake_backward(const mote_fake *fake, mote_id id, size_t count, const float *raw, float *grad)
{
    fake->math->fake_quantize_backward(&fake->tensors[fake->frozen_of[id]].steps, count, raw, grad, grad);
}

float *mote_fake_constant(const mote_fake *fake, mote_id id)
{
    int32_t i;

    for (i = 0; i < fake->weights_count; i++) {
        const fake_weights *w = &fake->weights[i];
        if (w->id == id || (w->bias && w->bias_id == id))
            return w->id == id ? w->value : w->bias_value;
    }
    for (i = 0; i < fake->constant_count; i++)
        if (fake->constants[i].id == id)
            return fake->constants[i].value;
    return NULL;
}

bool mote_fake_has(const mote_fake *fake, mote_id id)
{
    return fake->frozen_of[id] != MOTE_NONE && fake->tensors[fake->frozen_of[id]].kind != FAKE_NONE;
}

void mote_fake_keep(const mote_fake *fake, mote_model *model)
{
    mote_id i;

    for (i = 0; i < fake->graph->tensor_count; i++)
        if (fake->tensors[i].kind != FAKE_NONE)
            model->graphs[0].tensors[fake->tensors[i].trained].range = fake->ranges[i];
}

/* ---- the frozen form ---- */

/* Numbers of tensors come back as their origins, one higher: what a pass adds has 0. */
static mote_status freeze(mote_fake *fake, const mote_model *model, mote_error *err)
{
    mote_model *numbered;
    int32_t     i;

    MOTE_TRY(mote_model_copy(&numbered, model, err));
    for (i = 0; i < numbered->graphs[0].tensor_count; i++) {
        numbered->graphs[0].tensors[i].origin = (uint32_t)i + 1;
        numbered->graphs[0].tensors[i].range = (mote_range){-1, 1, true};
    }
    if (mote_model_freeze(&fake->frozen, numbered, err) == MOTE_OK)
        fake->graph = &fake->frozen->graphs[0];
    mote_model_destroy(numbered);
    return err->code;
}

/* What the converter refuses it refuses before anything is trained. */
static mote_status try_conversion(const mote_fake *fake, const mote_train_quantize *options, mote_error *err)
{
    const mote_quantize_options convert = {.scheme = options->scheme, .is_per_tensor = options->is_per_tensor};
    mote_model                 *integers;

    MOTE_TRY(mote_model_quantize(&integers, fake->frozen, NULL, &convert, err));
    mote_model_destroy(integers);
    return MOTE_OK;
}

static mote_status take_arrays(mote_fake *fake, mote_error *err)
{
    const int32_t count = fake->graph->tensor_count;
    int32_t       i;

    fake->frozen_of = MOTE_NEW(&fake->arena, mote_id, fake->trained->tensor_count, err);
    fake->tensors = MOTE_NEW(&fake->arena, fake_tensor, count, err);
    fake->ranges = MOTE_NEW(&fake->arena, mote_range, count, err);
    fake->settled = MOTE_NEW(&fake->arena, mote_range, count, err);
    fake->affine = MOTE_NEW(&fake->arena, mote_affine, count, err);
    fake->weights = MOTE_NEW(&fake->arena, fake_weights, count, err);
    fake->constants = MOTE_NEW(&fake->arena, fake_constant, count, err);
    MOTE_TRY(err->code);
    for (i = 0; i < fake->trained->tensor_count; i++)
        fake->frozen_of[i] = MOTE_NONE;
    for (i = 0; i < count; i++) {
        fake->tensors[i].trained = (mote_id)fake->graph->tensors[i].origin - 1;
        if (fake->tensors[i].trained != MOTE_NONE)
            fake->frozen_of[fake->tensors[i].trained] = i;
    }
    return MOTE_OK;
}

/* ---- weights ---- */

/* The only node that reads a tensor in training, Dropout passed over; NULL: there are others, or none. */
static const mote_node *only_reader(const mote_graph *graph, mote_id id)
{
    const mote_node *reader = NULL;
    int32_t          n, i, count = 0;

    for (n = 0; n < graph->node_count; n++)
        for (i = 0; i < graph->nodes[n].in_count; i++)
            if (graph->nodes[n].in[i] == id) {
                reader = &graph->nodes[n];
                count++;
            }
    if (count != 1)
        return NULL;
    return reader->op == MOTE_OP_DROPOUT ? only_reader(graph, reader->out[0]) : reader;
}

/* The node that computes a tensor, Dropout passed over; NULL: it is an input. */
static const mote_node *producer(const mote_graph *graph, mote_id id)
{
    int32_t n, i;

    for (n = 0; n < graph->node_count; n++)
        for (i = 0; i < graph->nodes[n].out_count; i++)
            if (graph->nodes[n].out[i] == id)
                return graph->nodes[n].op == MOTE_OP_DROPOUT ? producer(graph, graph->nodes[n].in[0]) : &graph->nodes[n];
    return NULL;
}

/* The normalizations that freezing folds into these weights: nothing is left of what lies between. */
static void find_norms(const mote_fake *fake, fake_weights *w)
{
    const mote_graph *graph = fake->trained;
    const mote_node  *layer = NULL, *before, *behind;
    int32_t           n, i;

    for (n = graph->node_count - 1; n >= 0; n--)
        for (i = 0; i < graph->nodes[n].in_count; i++)
            if (graph->nodes[n].in[i] == w->id)
                layer = &graph->nodes[n];
    before = producer(graph, layer->in[0]);
    behind = only_reader(graph, layer->out[0]);
    if (before && before->op == MOTE_OP_BATCH_NORMALIZATION && fake->frozen_of[before->out[0]] == MOTE_NONE)
        w->norm_before = before;
    if (w->norm_before && layer->in_count > 2 && layer->in[2] != MOTE_NONE) {
        w->bias_id = layer->in[2];
        w->bias = &graph->tensors[w->bias_id];
    }
    if (behind && behind->op == MOTE_OP_BATCH_NORMALIZATION && fake->frozen_of[layer->out[0]] == MOTE_NONE)
        w->norm = behind;
}

static mote_status set_shape(mote_fake *fake, fake_weights *w, int32_t axis, mote_error *err)
{
    const mote_tensor *from = w->from;
    const size_t       count = mote_tensor_count(from);
    int32_t            d;
    size_t             c;

    w->channels = (size_t)from->dim[axis];
    w->inner = 1;
    for (d = axis + 1; d < from->rank; d++)
        w->inner *= (size_t)from->dim[d];
    w->outer = count / (w->channels * w->inner);
    w->in = (size_t)from->dim[from->rank - 1];
    w->scale_axis = fake->is_per_tensor ? -1 : axis;
    w->folded = *from;
    w->folded.data = MOTE_NEW(&fake->arena, float, count, err);
    w->factor = MOTE_NEW(&fake->arena, double, w->channels, err);
    w->factor_before = MOTE_NEW(&fake->arena, double, w->in, err);
    w->shift_before = MOTE_NEW(&fake->arena, double, w->in, err);
    w->scale = MOTE_NEW(&fake->arena, float, w->channels, err);
    w->stored = MOTE_NEW(&fake->arena, int8_t, count, err);
    w->value = MOTE_NEW(&fake->arena, float, count, err);
    w->bias_value = MOTE_NEW(&fake->arena, float, w->channels, err);
    w->correction = MOTE_NEW(&fake->arena, double, w->channels, err);
    w->mult = MOTE_NEW(&fake->arena, int32_t, w->channels, err);
    w->shift = MOTE_NEW(&fake->arena, int32_t, w->channels, err);
    for (c = 0; err->code == MOTE_OK && c < w->channels; c++)
        w->factor[c] = 1;
    for (c = 0; err->code == MOTE_OK && c < w->in; c++)
        w->factor_before[c] = 1;
    return err->code;
}

static mote_status refuse_shape(const mote_fake *fake, const mote_node *node, mote_error *err)
{
    return mote_op_fail(fake->graph, node, MOTE_ERR_UNSUPPORTED, err,
                        "takes in a normalization or constant that does not stand beside it; quantized training wants "
                        "batch_normalization right behind a convolution or dense layer, or right before a dense one");
}

/* A normalization that stands alone becomes a convolution of one weight a channel, which a scale a channel holds exactly. */
static bool is_exact(const mote_fake *fake, const mote_node *node, const mote_tensor *weights)
{
    return node->op == MOTE_OP_DEPTHWISE_CONV_2D && !fake->is_per_tensor &&
           mote_tensor_count(weights) == (size_t)weights->dim[weights->rank - 1];
}

/* What is folded here is what freezing has folded: nothing else went into them. */
static mote_status add_weights(mote_fake *fake, const mote_node *node, int32_t i, const mote_quant_want *want,
                               mote_error *err)
{
    const mote_id      id = fake->tensors[node->in[i]].trained;
    const mote_tensor *frozen = &fake->graph->tensors[node->in[i]];
    fake_weights      *w = &fake->weights[fake->weights_count];

    if (id == MOTE_NONE)
        return is_exact(fake, node, frozen) ? MOTE_OK : refuse_shape(fake, node, err);
    if (mote_fake_constant(fake, id))
        return MOTE_OK;
    w->id = id;
    w->scheme = mote_scheme_of_weights(fake->scheme, node->op, i);
    w->from = &fake->trained->tensors[id];
    find_norms(fake, w);
    MOTE_TRY(set_shape(fake, w, want->axis, err));
    fold(fake, w);
    if (!mote_tensor_same_shape(w->from, frozen) || memcmp(w->folded.data, frozen->data, mote_tensor_bytes(frozen)) != 0)
        return refuse_shape(fake, node, err);
    fake->weights_count++;
    return MOTE_OK;
}

static mote_status add_constant(mote_fake *fake, const mote_node *node, int32_t i, const mote_quant_want *want,
                                mote_error *err)
{
    const mote_id  id = fake->tensors[node->in[i]].trained;
    fake_constant *c = &fake->constants[fake->constant_count];

    if (id == MOTE_NONE)
        return refuse_shape(fake, node, err);
    if (mote_fake_constant(fake, id))
        return MOTE_OK;
    c->id = id;
    c->from = &fake->trained->tensors[id];
    c->joined = want->rule == MOTE_QUANT_JOINED ? node->out[0] : MOTE_NONE;
    c->value = MOTE_NEW(&fake->arena, float, mote_tensor_count(c->from), err);
    fake->constant_count += c->value != NULL;
    return err->code;
}

/* ---- operators ---- */

static mote_status add_operand(mote_fake *fake, const mote_node *node, int32_t i, const mote_quant_want *want,
                               mote_error *err)
{
    const mote_tensor *in = mote_node_in(fake->graph, node, i);

    if (!in || in->kind != MOTE_CONST || in->dtype != MOTE_F32)
        return MOTE_OK;
    if (want->rule == MOTE_QUANT_WEIGHTS)
        return add_weights(fake, node, i, want, err);
    return want->rule == MOTE_QUANT_RANGE || want->rule == MOTE_QUANT_JOINED ? add_constant(fake, node, i, want, err)
                                                                             : MOTE_OK;
}

static fake_kind kind_of(const mote_node *node, const mote_quant_want *wants, const mote_quant_want *want)
{
    int32_t i;

    for (i = 0; i < node->in_count; i++)
        if (wants[i].rule == MOTE_QUANT_JOINED && want->rule == MOTE_QUANT_RANGE)
            return FAKE_JOINED;
    return want->rule == MOTE_QUANT_RANGE   ? FAKE_RANGE
           : want->rule == MOTE_QUANT_FIXED ? FAKE_FIXED
           : want->rule == MOTE_QUANT_SAME  ? FAKE_SAME
                                            : FAKE_NONE;
}

static fake_weights *find_weights(const mote_fake *fake, const mote_node *node, const mote_quant_want *wants)
{
    int32_t i, k;

    for (i = 0; i < node->in_count; i++)
        for (k = 0; wants[i].rule == MOTE_QUANT_WEIGHTS && k < fake->weights_count; k++)
            if (fake->weights[k].id == fake->tensors[node->in[i]].trained)
                return &fake->weights[k];
    return NULL;
}

/* Of int8, whose kernels these are. */
static void set_rounding(const mote_fake *fake, fake_tensor *t, const mote_quant_want *wants)
{
    if (fake->scheme->activations != MOTE_I8)
        return;
    t->weights = find_weights(fake, t->node, wants);
    t->rounding = t->weights                               ? FAKE_PRODUCTS
                  : t->node->op == MOTE_OP_MEAN            ? FAKE_SUM
                  : t->node->op == MOTE_OP_AVERAGE_POOL_2D ? FAKE_POOL
                                                           : FAKE_NEAREST;
}

static mote_status add_node(mote_fake *fake, const mote_node *node, mote_error *err)
{
    mote_quant_want wants[MOTE_NODE_IN_MAX + MOTE_NODE_OUT_MAX] = {{0}};
    int32_t         i;

    if (!mote_ops[node->op]->quantize)
        return MOTE_OK;
    mote_ops[node->op]->quantize(fake->graph, node, wants);
    for (i = 0; i < node->in_count; i++)
        MOTE_TRY(add_operand(fake, node, i, &wants[i], err));
    for (i = 0; i < node->out_count; i++) {
        const mote_quant_want *want = &wants[node->in_count + i];
        fake_tensor           *t = &fake->tensors[node->out[i]];
        if (fake->graph->tensors[node->out[i]].dtype != MOTE_F32)
            continue;
        if (t->trained == MOTE_NONE)
            return refuse_shape(fake, node, err);
        t->kind = kind_of(node, wants, want);
        if (t->kind == FAKE_FIXED)
            fake->ranges[node->out[i]] = (mote_range){want->low, want->high, true};
        t->node = node;
        t->want = *want;
        set_rounding(fake, t, wants);
    }
    return MOTE_OK;
}

/* A model that was trained quantized before goes on with its ranges, where it has all. */
static void recall_ranges(mote_fake *fake)
{
    bool    has_all = true;
    int32_t i;

    for (i = 0; i < fake->graph->tensor_count; i++)
        if (fake->tensors[i].kind != FAKE_NONE)
            has_all = has_all && fake->trained->tensors[fake->tensors[i].trained].range.is_known;
    for (i = 0; has_all && i < fake->graph->tensor_count; i++)
        if (fake->tensors[i].kind != FAKE_NONE)
            fake->ranges[i] = fake->trained->tensors[fake->tensors[i].trained].range;
    fake->batches = has_all ? REMEMBERED : 0;
}

static mote_status add_all(mote_fake *fake, mote_error *err)
{
    const mote_graph *graph = fake->graph;
    int32_t           i;

    for (i = 0; i < graph->input_count; i++)
        if (graph->tensors[graph->inputs[i]].dtype == MOTE_F32)
            fake->tensors[graph->inputs[i]].kind = FAKE_RANGE;
    for (i = 0; i < graph->node_count; i++)
        MOTE_TRY(add_node(fake, &graph->nodes[i], err));
    recall_ranges(fake);
    assign(fake);
    return MOTE_OK;
}

/* ---- life ---- */

/* Freezing takes it apart: what lies between its pieces is not there in training. */
static mote_status refuse_normalizations(const mote_graph *graph, mote_error *err)
{
    int32_t n;

    for (n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].op == MOTE_OP_GROUP_NORMALIZATION)
            return mote_op_fail(graph, &graph->nodes[n], MOTE_ERR_UNSUPPORTED, err,
                                "layer, group and RMS normalizations cannot be trained quantized; leave quantize out of "
                                "train, and convert with samples");
    return MOTE_OK;
}

static mote_status build(mote_fake *fake, const mote_model *model, const mote_train_quantize *options, mote_error *err)
{
    MOTE_TRY(refuse_normalizations(fake->trained, err));
    MOTE_TRY(freeze(fake, model, err));
    MOTE_TRY(try_conversion(fake, options, err));
    MOTE_TRY(take_arrays(fake, err));
    return add_all(fake, err);
}

mote_status mote_fake_create(mote_fake **out, const mote_model *model, const mote_train_quantize *options,
                             const mote_math *math, mote_error *err)
{
    mote_fake *fake;

    *out = NULL;
    if ((unsigned)options->scheme >= MOTE_SCHEME_COUNT || !mote_scheme_is_calibrated(options->scheme))
        return mote_fail(err, MOTE_ERR_USAGE, "training cannot be quantized as %s, which keeps activations real",
                         (unsigned)options->scheme < MOTE_SCHEME_COUNT ? mote_scheme_name(options->scheme) : "no scheme");
    if (mote_schemes[options->scheme].is_power_of_two)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "training is not quantized as %s; train as int8, and convert with samples",
                         mote_scheme_name(options->scheme));
    if (!(fake = calloc(1, sizeof *fake)))
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    fake->arena.cap_bytes = model->arena.cap_bytes;
    fake->math = math;
    fake->scheme = &mote_schemes[options->scheme];
    fake->is_per_tensor = options->is_per_tensor;
    fake->trained = &model->graphs[0];
    if (build(fake, model, options, err) != MOTE_OK) {
        mote_fake_destroy(fake);
        return err->code;
    }
    *out = fake;
    return MOTE_OK;
}

void mote_fake_destroy(mote_fake *fake)
{
    if (!fake)
        return;
    mote_model_destroy(fake->frozen);
    mote_arena_destroy(&fake->arena);
    free(fake);
}
