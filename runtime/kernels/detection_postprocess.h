/* TFLite_Detection_PostProcess: what a network says of anchors becomes the boxes that it saw.
 *
 *     boxes [anchors, box_step], of which 4 count: y, x, h, w      scores [anchors, score_step], the last `classes` of which
 *     anchors [anchors, 4]: y, x, h, w                             are classes'
 *
 *     center = box / scale * anchor size + anchor center, size = exp(box / scale) * anchor size
 *
 * Of boxes that overlap (intersection over union above the threshold) the one of the highest score stays: among all classes
 * (each box by its best class; `per_box` best classes are told of it), or, if is_regular, class by class, at most per_class
 * of each. The best `most` are written, the rest of the outputs is zeros: corners ymin, xmin, ymax, xmax; classes; scores;
 * how many. Where some box has no area, nothing is detected (TensorFlow Lite Micro fails).
 *
 * Source: tensorflow/lite/micro/kernels/detection_postprocess.cc; several classes of a box stand where
 * tensorflow/lite/kernels' own puts them. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_DETECTION_POSTPROCESS_H
#define MRT_DETECTION_POSTPROCESS_H

#include "exp.h"
#include "quantize.h"

enum { MRT_BOX_Y, MRT_BOX_X, MRT_BOX_H, MRT_BOX_W, MRT_BOX_VALUES };

typedef struct mrt_detection_params {
    int32_t anchors, box_step, score_step, classes;
    int32_t most, per_box, per_class, is_regular;
    int32_t out_count; /* detections that outputs have room for */
    float   scale[MRT_BOX_VALUES];
    float   score_threshold, overlap_threshold;
} mrt_detection_params;

/* Scratch: an anchor's box, the score that it is judged by, and whether it may still be chosen. */
typedef struct mrt_detection_box {
    float   min_y, min_x, max_y, max_x;
    float   score;
    int32_t is_candidate;
} mrt_detection_box;

/* The outputs, as far as they are filled. */
typedef struct mrt_detections {
    float  *boxes, *classes, *scores;
    int32_t count;
} mrt_detections;

/* ---- boxes ---- */

MRT_INLINE mrt_detection_box mrt_detection_decode(const mrt_detection_params *p, const float *box, const float *anchor)
{
    const float       y = box[MRT_BOX_Y] / p->scale[MRT_BOX_Y] * anchor[MRT_BOX_H] + anchor[MRT_BOX_Y];
    const float       x = box[MRT_BOX_X] / p->scale[MRT_BOX_X] * anchor[MRT_BOX_W] + anchor[MRT_BOX_X];
    const float       half_h = 0.5f * mrt_exp_f32(box[MRT_BOX_H] / p->scale[MRT_BOX_H]) * anchor[MRT_BOX_H];
    const float       half_w = 0.5f * mrt_exp_f32(box[MRT_BOX_W] / p->scale[MRT_BOX_W]) * anchor[MRT_BOX_W];
    mrt_detection_box out;

    out.min_y = y - half_h;
    out.min_x = x - half_w;
    out.max_y = y + half_h;
    out.max_x = x + half_w;
    out.score = 0.0f;
    out.is_candidate = 0;
    return out;
}

/* Returns whether all have an area. */
MRT_INLINE int32_t mrt_detection_decode_all(const mrt_detection_params *p, const float *in, const float *anchors,
                                            mrt_detection_box *boxes)
{
    int32_t i, are_valid = 1;

    for (i = 0; i < p->anchors; i++) {
        boxes[i] = mrt_detection_decode(p, in + i * p->box_step, anchors + i * MRT_BOX_VALUES);
        are_valid &= !(boxes[i].min_y >= boxes[i].max_y || boxes[i].min_x >= boxes[i].max_x);
    }
    return are_valid;
}

MRT_INLINE float mrt_detection_overlap(const mrt_detection_box *a, const mrt_detection_box *b)
{
    const float a_area = (a->max_y - a->min_y) * (a->max_x - a->min_x);
    const float b_area = (b->max_y - b->min_y) * (b->max_x - b->min_x);
    const float h = (a->max_y < b->max_y ? a->max_y : b->max_y) - (a->min_y > b->min_y ? a->min_y : b->min_y);
    const float w = (a->max_x < b->max_x ? a->max_x : b->max_x) - (a->min_x > b->min_x ? a->min_x : b->min_x);
    const float shared = (h > 0.0f ? h : 0.0f) * (w > 0.0f ? w : 0.0f);

    if (a_area <= 0.0f || b_area <= 0.0f)
        return 0.0f;
    return shared / (a_area + b_area - shared);
}

/* ---- choosing, by the boxes' scores ---- */

MRT_INLINE void mrt_detection_begin(const mrt_detection_params *p, mrt_detection_box *boxes)
{
    int32_t i;

    for (i = 0; i < p->anchors; i++)
        boxes[i].is_candidate = boxes[i].score >= p->score_threshold;
}

/* The best candidate, the first of equals, which then is none any more, nor is any that it overlaps; -1: there is none. */
MRT_INLINE int32_t mrt_detection_choose(const mrt_detection_params *p, mrt_detection_box *boxes)
{
    int32_t i, best = -1;

    for (i = 0; i < p->anchors; i++)
        if (boxes[i].is_candidate && (best < 0 || boxes[i].score > boxes[best].score))
            best = i;
    if (best < 0)
        return best;
    boxes[best].is_candidate = 0;
    for (i = 0; i < p->anchors; i++)
        if (boxes[i].is_candidate && mrt_detection_overlap(&boxes[best], &boxes[i]) > p->overlap_threshold)
            boxes[i].is_candidate = 0;
    return best;
}

/* ---- outputs ---- */

MRT_INLINE void mrt_detection_put(const mrt_detections *out, int32_t at, const mrt_detection_box *box, int32_t kind,
                                  float score)
{
    float *corners = out->boxes + at * MRT_BOX_VALUES;

    corners[0] = box->min_y;
    corners[1] = box->min_x;
    corners[2] = box->max_y;
    corners[3] = box->max_x;
    out->classes[at] = (float)kind;
    out->scores[at] = score;
}

MRT_INLINE void mrt_detection_move(const mrt_detections *out, int32_t to, int32_t from)
{
    int32_t i;

    for (i = 0; i < MRT_BOX_VALUES; i++)
        out->boxes[to * MRT_BOX_VALUES + i] = out->boxes[from * MRT_BOX_VALUES + i];
    out->classes[to] = out->classes[from];
    out->scores[to] = out->scores[from];
}

/* Among at most `most`, the highest score first, behind equals. */
MRT_INLINE void mrt_detection_insert(mrt_detections *out, int32_t most, const mrt_detection_box *box, int32_t kind)
{
    int32_t at = out->count;

    while (at > 0 && box->score > out->scores[at - 1])
        at--;
    if (at == most)
        return;
    if (out->count < most)
        out->count++;
    for (most = out->count - 1; most > at; most--)
        mrt_detection_move(out, most, most - 1);
    mrt_detection_put(out, at, box, kind, box->score);
}

/* ---- the two ways ---- */

MRT_INLINE void mrt_detection_regular(const mrt_detection_params *p, const float *scores, mrt_detection_box *boxes,
                                      mrt_detections *out)
{
    int32_t kind, i, chosen, best;

    for (kind = 0; kind < p->classes; kind++) {
        for (i = 0; i < p->anchors; i++)
            boxes[i].score = scores[i * p->score_step + kind];
        mrt_detection_begin(p, boxes);
        for (chosen = 0; chosen < p->per_class && (best = mrt_detection_choose(p, boxes)) >= 0; chosen++)
            mrt_detection_insert(out, p->most, &boxes[best], kind);
    }
}

/* The best class behind `before` in falling order, the first of equals; -1 before: the best of all. */
MRT_INLINE int32_t mrt_detection_next_class(const float *scores, int32_t classes, int32_t before)
{
    int32_t i, best = -1;

    for (i = 0; i < classes; i++) {
        const int32_t is_left = before < 0 || scores[i] < scores[before] || (!(scores[i] > scores[before]) && i > before);
        if (is_left && (best < 0 || scores[i] > scores[best]))
            best = i;
    }
    return best;
}

MRT_INLINE void mrt_detection_fast(const mrt_detection_params *p, const float *scores, mrt_detection_box *boxes,
                                   mrt_detections *out)
{
    int32_t i, k, kind, best;

    for (i = 0; i < p->anchors; i++)
        boxes[i].score = scores[i * p->score_step + mrt_detection_next_class(scores + i * p->score_step, p->classes, -1)];
    mrt_detection_begin(p, boxes);
    for (i = 0; i < p->most && (best = mrt_detection_choose(p, boxes)) >= 0; i++, out->count++)
        for (k = 0, kind = -1; k < p->per_box; k++) {
            kind = mrt_detection_next_class(scores + best * p->score_step, p->classes, kind);
            if (kind < 0)
                break;
            mrt_detection_put(out, i * p->per_box + k, &boxes[best], kind, scores[best * p->score_step + kind]);
        }
}

/* in: boxes, scores, anchors. */
MRT_INLINE void mrt_detection_run(const mrt_detection_params *p, const float *const in[3], const mrt_io *io)
{
    const float       *scores = in[1] + (p->score_step - p->classes);
    mrt_detection_box *boxes = (mrt_detection_box *)io->scratch;
    mrt_detections     out;
    int32_t            i;

    out.boxes = (float *)io->out[0];
    out.classes = (float *)io->out[1];
    out.scores = (float *)io->out[2];
    out.count = 0;
    for (i = 0; i < p->out_count * MRT_BOX_VALUES; i++)
        out.boxes[i] = 0.0f;
    for (i = 0; i < p->out_count; i++)
        out.classes[i] = out.scores[i] = 0.0f;
    if (mrt_detection_decode_all(p, in[0], in[2], boxes)) {
        if (p->is_regular)
            mrt_detection_regular(p, scores, boxes, &out);
        else
            mrt_detection_fast(p, scores, boxes, &out);
    }
    *(float *)io->out[3] = (float)out.count;
}

MRT_INLINE void mrt_detection_postprocess_f32(const mrt_detection_params *p, const mrt_io *io)
{
    const float *const in[3] = {(const float *)io->in[0], (const float *)io->in[1], (const float *)io->in[2]};

    mrt_detection_run(p, in, io);
}

/* uint8 operands, each with a scale and zero point: they become floats first, behind the boxes in scratch. */
typedef struct mrt_detection_u8_params {
    mrt_detection_params  detection;
    mrt_dequantize_params boxes, scores, anchors;
} mrt_detection_u8_params;

MRT_INLINE void mrt_detection_postprocess_u8(const mrt_detection_u8_params *p, const mrt_io *io)
{
    float *const boxes = (float *)((mrt_detection_box *)io->scratch + p->detection.anchors);
    float *const scores = boxes + p->boxes.count, *const anchors = scores + p->scores.count;
    const float *const in[3] = {boxes, scores, anchors};

    mrt_dequantize_u8(&p->boxes, (const uint8_t *)io->in[0], boxes);
    mrt_dequantize_u8(&p->scores, (const uint8_t *)io->in[1], scores);
    mrt_dequantize_u8(&p->anchors, (const uint8_t *)io->in[2], anchors);
    mrt_detection_run(&p->detection, in, io);
}

#endif
