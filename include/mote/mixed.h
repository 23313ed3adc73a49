/* A quantized model whose layers are not all of one scheme: so many of them finer, or coarser, that a goal is met.
 *
 *     mote_mixed_options options = {.quantize = {.scheme = MOTE_SCHEME_INT8}, .has_max_drop = true, .max_drop = 0.2};
 *     mote_mixed         report;
 *     if (mote_model_quantize_mixed(&small, &report, model, &set->split[MOTE_SPLIT_TRAIN],
 *                                   &set->split[MOTE_SPLIT_VALIDATION], &options, &err) == MOTE_OK)
 *         printf("%d layers raised\n", report.points[report.chosen].raised);
 *     mote_mixed_free(&report);
 *
 * A layer is an operator that computes something, with what moves its values. From coarse to fine it is int4, int8, int16x8
 * or float32. How much each layer matters is measured first: all others stay real, it alone is quantized, and the squared
 * error of the model's answers is taken. Then layers are raised one by one, the one whose step takes most of that error away
 * first, to the least fine scheme that leaves at most a quarter of it, and the model is scored after each step; once the
 * goal is met, layers that it is met without go back. What is too long is made shorter first: the layer that loses least for
 * each byte that it saves, one by one. The same model, samples and options give the same result.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MIXED_H
#define MOTE_MIXED_H

#include <stdint.h>

#include <mote/convert.h>
#include <mote/evaluate.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_mixed_options {
    /* What all layers are at first; its layers have what it says of them and keep it. */
    mote_quantize_options quantize;
    bool                  has_max_drop;
    double                max_drop;        /* mote_drop's points that may be lost against the float model */
    size_t                max_bytes;       /* of the .tflite; 0: any. Without max_drop the least loss within so many */
    const char           *finest;          /* what layers are raised to at most: "int8", "int16x8"; NULL: "float32" */
    size_t                limit;           /* the first so many samples are scored; 0: all */
    bool                  keeps_operators; /* mote_model_optimize is not called for what comes out */
    uint64_t              room[8];         /* mote.h */
} mote_mixed_options;

/* One model on the way. */
typedef struct mote_mixed_point {
    const char *layer;           /* whose scheme was changed; "" of the first: all are as they were to begin with */
    const char *scheme;          /* to this */
    int32_t     raised, lowered; /* layers that are finer, and coarser, than the scheme to begin with */
    size_t      bytes;           /* of its .tflite */
    double      drop;            /* mote_drop's points */
    size_t      macs_int8, macs_int16, macs_real; /* by the type of activations */
    uint64_t    room[8];                          /* mote.h */
} mote_mixed_point;

typedef struct mote_mixed_layer {
    const char *name, *op;
    const char *scheme; /* that it has in the end */
    bool        is_changed;
    /* Squared error of the answers, of their squares, when this layer alone is of the scheme to begin with. NaN: not asked
     * for. */
    double   error;
    uint64_t room[8]; /* mote.h */
} mote_mixed_layer;

typedef struct mote_mixed {
    mote_drop_kind     kind; /* what drop is in */
    mote_mixed_point  *points;
    int32_t            point_count, chosen;
    bool               is_met; /* the goal; else chosen is what comes nearest */
    mote_mixed_layer  *layers; /* in the model's order */
    int32_t            layer_count;
    size_t             sample_count; /* scored */
    struct mote_arena *owner;
    uint64_t           room[8]; /* mote.h */
} mote_mixed;

/* LIMIT where the goal cannot be met, with what comes nearest; then report says how it went, too, and chosen is that
 * nearest one. Else the errors of mote_model_quantize, mote_predict and mote_evaluate. report is to be freed in any case. */
mote_status mote_model_quantize_mixed(mote_model **out, mote_mixed *report, const mote_model *model,
                                      const mote_dataset_split *calibration, const mote_dataset_split *scored,
                                      const mote_mixed_options *options, mote_error *err);
void        mote_mixed_free(mote_mixed *report); /* a no-op on a zeroed one */

/* What is traded, step by step: drop against bytes of file (.svg or .png). Errors as mote_chart_save. */
mote_status mote_mixed_save_chart(const mote_mixed *report, const char *path, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
