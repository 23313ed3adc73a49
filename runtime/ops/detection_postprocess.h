/* TFLite_Detection_PostProcess: boxes [1, anchors, 4 or more], scores [1, anchors, classes, or one more in front], anchors
 * [anchors, 4] -> boxes [1, n, 4], classes [1, n], scores [1, n], how many [1]; n = max_detections
 * max_classes_per_detection. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_DETECTION_POSTPROCESS_H
#define MRT_OPS_DETECTION_POSTPROCESS_H

#include "../attributes.h"
#include "../kernels/detection_postprocess.h"
#include "../op.h"

MRT_FIELDS(mrt_detection_params, anchors, box_step, score_step, classes, most, per_box, per_class, is_regular, out_count,
           scale, score_threshold, overlap_threshold);
MRT_FIELDS(mrt_detection_u8_params, detection.anchors, detection.box_step, detection.score_step, detection.classes,
           detection.most, detection.per_box, detection.per_class, detection.is_regular, detection.out_count,
           detection.scale, detection.score_threshold, detection.overlap_threshold, boxes.count, boxes.scale, boxes.zero,
           scores.count, scores.scale, scores.zero, anchors.count, anchors.scale, anchors.zero);
MRT_KERNEL(mrt_detection_postprocess_u8, mrt_detection_u8_params, "kernels/detection_postprocess.h");
MRT_KERNEL(mrt_detection_postprocess_f32, mrt_detection_params, "kernels/detection_postprocess.h");

static const char *const   mrt_detection_postprocess_names[] = {"TFLite_Detection_PostProcess",
                                                                "max_detections",
                                                                "max_classes_per_detection",
                                                                "detections_per_class",
                                                                "use_regular_nms",
                                                                "num_classes",
                                                                "nms_score_threshold",
                                                                "nms_iou_threshold",
                                                                "y_scale",
                                                                "x_scale",
                                                                "h_scale",
                                                                "w_scale"};
static const mrt_attribute mrt_detection_postprocess_fields[] = {
    MRT_ATTRIBUTE(I32, mrt_detection_attributes, max_detections, 1, 0),
    MRT_ATTRIBUTE(I32, mrt_detection_attributes, max_classes_per_detection, 2, 0),
    MRT_ATTRIBUTE(I32, mrt_detection_attributes, detections_per_class, 3, 100),
    MRT_ATTRIBUTE(BOOL, mrt_detection_attributes, use_regular_nms, 4, 0),
    MRT_ATTRIBUTE(I32, mrt_detection_attributes, num_classes, 5, 0),
    MRT_ATTRIBUTE(F32, mrt_detection_attributes, nms_score_threshold, 6, 0),
    MRT_ATTRIBUTE(F32, mrt_detection_attributes, nms_iou_threshold, 7, 0),
    MRT_ATTRIBUTE(F32, mrt_detection_attributes, y_scale, 8, 0),
    MRT_ATTRIBUTE(F32, mrt_detection_attributes, x_scale, 9, 0),
    MRT_ATTRIBUTE(F32, mrt_detection_attributes, h_scale, 10, 0),
    MRT_ATTRIBUTE(F32, mrt_detection_attributes, w_scale, 11, 0)};

static MRT_COLD mrt_reason mrt_detection_check_options(mrt_call *c)
{
    const mrt_detection_attributes *as = (const mrt_detection_attributes *)c->attributes;

    MRT_REQUIRE(
        c,
        as->max_detections >= 1 && as->max_classes_per_detection >= 1 && as->detections_per_class >= 1 &&
            as->num_classes >= 1,
        OPTIONS,
        "max_detections %d, max_classes_per_detection %d, detections_per_class %d, num_classes %d; 1 or more expected",
        (int)as->max_detections, (int)as->max_classes_per_detection, (int)as->detections_per_class, (int)as->num_classes);
    MRT_REQUIRE(c, as->max_detections <= INT32_MAX / 16 / as->max_classes_per_detection, SIZE,
                "max_detections %d of max_classes_per_detection %d are too many", (int)as->max_detections,
                (int)as->max_classes_per_detection);
    MRT_REQUIRE(c, as->nms_iou_threshold > 0.0f && as->nms_iou_threshold <= 1.0f, OPTIONS,
                "nms_iou_threshold is %g, a number above 0 and up to 1 expected", (double)as->nms_iou_threshold);
    MRT_REQUIRE(c,
                mrt_is_finite(as->y_scale) && mrt_is_finite(as->x_scale) && mrt_is_finite(as->h_scale) &&
                    mrt_is_finite(as->w_scale) && as->y_scale * as->x_scale * as->h_scale * as->w_scale != 0.0f,
                OPTIONS, "scales %g, %g, %g, %g; numbers other than 0 expected", (double)as->y_scale, (double)as->x_scale,
                (double)as->h_scale, (double)as->w_scale);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_detection_check_inputs(mrt_call *c)
{
    const mrt_tensor *boxes = &c->in[0], *scores = &c->in[1], *anchors = &c->in[2];
    const int32_t     classes = ((const mrt_detection_attributes *)c->attributes)->num_classes;

    MRT_REQUIRE(c, boxes->rank == 3 && boxes->dim[0] == 1 && boxes->dim[1] >= 1 && boxes->dim[2] >= MRT_BOX_VALUES, SHAPE,
                "boxes %s: [1, anchors, 4] expected", MRT_SHAPE(boxes));
    MRT_REQUIRE(c,
                scores->rank == 3 && scores->dim[0] == 1 && scores->dim[1] == boxes->dim[1] &&
                    (scores->dim[2] == classes || scores->dim[2] - 1 == classes),
                SHAPE, "scores %s: [1, %d, num_classes, which is %d, or one more] expected", MRT_SHAPE(scores),
                (int)boxes->dim[1], (int)classes);
    MRT_REQUIRE(c,
                anchors->rank == 2 && anchors->dim[0] == boxes->dim[1] && anchors->dim[1] == MRT_BOX_VALUES &&
                    !anchors->is_batched,
                SHAPE, "anchors %s: [%d, 4] expected", MRT_SHAPE(anchors), (int)boxes->dim[1]);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_detection_postprocess_shape(mrt_call *c)
{
    const mrt_detection_attributes *as = (const mrt_detection_attributes *)c->attributes;
    int32_t                         dim[3];

    MRT_TRY(mrt_detection_check_options(c));
    MRT_TRY(mrt_detection_check_inputs(c));
    dim[0] = 1;
    dim[1] = as->max_detections * as->max_classes_per_detection;
    dim[2] = MRT_BOX_VALUES;
    MRT_TRY(mrt_set_shape(c, 0, MRT_F32, 3, dim));
    MRT_TRY(mrt_set_shape(c, 1, MRT_F32, 2, dim));
    MRT_TRY(mrt_set_shape(c, 2, MRT_F32, 2, dim));
    return mrt_set_shape(c, 3, MRT_F32, 1, dim);
}

/* further: bytes of scratch beside the boxes. */
static MRT_COLD mrt_reason mrt_detection_fill(mrt_call *c, mrt_detection_params *p, uint64_t further)
{
    const mrt_detection_attributes *as = (const mrt_detection_attributes *)c->attributes;
    uint64_t                        bytes;

    p->anchors = c->in[0].dim[1];
    p->box_step = c->in[0].dim[2];
    p->score_step = c->in[1].dim[2];
    p->classes = as->num_classes;
    p->most = as->max_detections;
    p->per_box = mrt_min_i32(as->max_classes_per_detection, p->classes);
    p->per_class = as->detections_per_class;
    p->is_regular = as->use_regular_nms;
    p->out_count = as->max_detections * as->max_classes_per_detection;
    p->scale[MRT_BOX_Y] = as->y_scale;
    p->scale[MRT_BOX_X] = as->x_scale;
    p->scale[MRT_BOX_H] = as->h_scale;
    p->scale[MRT_BOX_W] = as->w_scale;
    p->score_threshold = as->nms_score_threshold;
    p->overlap_threshold = as->nms_iou_threshold;
    bytes = (uint64_t)(uint32_t)p->anchors * sizeof(mrt_detection_box) + further;
    MRT_REQUIRE(c, bytes <= INT32_MAX, SIZE, "%d anchors are too many", (int)p->anchors);
    c->scratch_bytes = (uint32_t)bytes;
    c->constants = 7;
    c->work = (uint64_t)c->in[1].count * (uint32_t)mrt_min_i32(p->anchors, p->is_regular ? p->per_class : p->most);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_detection_postprocess_prepare(mrt_call *c)
{
    mrt_detection_params p;

    MRT_TRY(mrt_detection_fill(c, &p, 0));
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_detection_operand(mrt_call *c, int32_t i, mrt_dequantize_params *p)
{
    MRT_TRY(mrt_check_scale(c, &c->in[i]));
    p->count = (int32_t)c->in[i].count;
    p->scale = mrt_scale(&c->in[i]);
    p->zero = mrt_zero(&c->in[i]);
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_detection_postprocess_prepare_u8(mrt_call *c)
{
    const uint64_t          values = (uint64_t)c->in[0].count + c->in[1].count + c->in[2].count;
    mrt_detection_u8_params p;

    MRT_TRY(mrt_detection_fill(c, &p.detection, values * sizeof(float)));
    MRT_TRY(mrt_detection_operand(c, 0, &p.boxes));
    MRT_TRY(mrt_detection_operand(c, 1, &p.scores));
    MRT_TRY(mrt_detection_operand(c, 2, &p.anchors));
    c->side->store(c, &p, sizeof p, 0);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_detection_postprocess_rows[] = {
    {MRT_F32, {MRT_F32}, 1, 1, 1, MRT_FLOATS(mrt_detection_postprocess_prepare, mrt_detection_postprocess_f32)},
    {MRT_F32, {MRT_U8}, 1, 1, 1, MRT_FLOATS(mrt_detection_postprocess_prepare_u8, mrt_detection_postprocess_u8)},
    MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_detection_postprocess = {
    MRT_CUSTOM_CODE,
    0,
    3,
    3,
    4,
    4,
    MRT_CUSTOM(mrt_detection_postprocess_names, mrt_detection_postprocess_fields),
    mrt_detection_postprocess_shape,
    mrt_detection_postprocess_rows};

#endif
