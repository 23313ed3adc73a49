/* What operators are told besides their operands: one struct for each kind of attribute set. runtime/ops/NAME.h says which
 * fields of a TensorFlow Lite file fill them. Truth values are int32_t, 0 or 1.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_ATTRIBUTES_H
#define MRT_ATTRIBUTES_H

#include <stdint.h>

typedef struct mrt_no_attributes {
    char none;
} mrt_no_attributes;

enum { MRT_PADDING_VALID = 0, MRT_PADDING_SAME = 1 };

typedef struct mrt_conv_attributes {
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w; /* 1: dense */
    int32_t depth_multiplier;       /* depthwise only: output channels a input channel; 0: as the shapes say */
    int32_t padding;
} mrt_conv_attributes;

typedef struct mrt_pool_attributes {
    int32_t filter_h, filter_w;
    int32_t stride_h, stride_w;
    int32_t padding;
} mrt_pool_attributes;

/* asymmetric_quantize_inputs, here and below: of int8 weights with float inputs (kernels/hybrid.h). */
typedef struct mrt_fully_connected_attributes {
    int32_t keep_num_dims;  /* output keeps the input's leading dimensions instead of flattening them to one */
    int32_t weights_format; /* 0; others are shuffled, and refused */
    int32_t asymmetric_quantize_inputs;
} mrt_fully_connected_attributes;

/* ADD and SUB. */
typedef struct mrt_add_attributes {
    int32_t pot_scale_int16; /* scales of int16 operands are powers of two */
} mrt_add_attributes;

typedef struct mrt_softmax_attributes {
    float beta;
} mrt_softmax_attributes;

typedef struct mrt_leaky_relu_attributes {
    float alpha; /* slope below zero */
} mrt_leaky_relu_attributes;

/* Reductions. axis: where there is no operand that says them. */
typedef struct mrt_reduce_attributes {
    int32_t axis[8];
    int32_t axis_count;
    int32_t keep_dims;
} mrt_reduce_attributes;

/* Types by number; a file may leave them out. */
typedef struct mrt_cast_attributes {
    int32_t in_type, out_type;
} mrt_cast_attributes;

/* approximate: by tanh. */
typedef struct mrt_gelu_attributes {
    int32_t approximate;
} mrt_gelu_attributes;

/* count: of outputs, or of operands. */
typedef struct mrt_axis_attributes {
    int32_t axis;
    int32_t count;
} mrt_axis_attributes;

/* Masks: bit i is about dimension i of the operands that say begin, end and strides. */
typedef struct mrt_strided_slice_attributes {
    int32_t begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask;
    int32_t offset; /* end counts from begin */
} mrt_strided_slice_attributes;

/* MIRROR_PAD: 0 REFLECT, 1 SYMMETRIC. */
typedef struct mrt_mode_attributes {
    int32_t mode;
} mrt_mode_attributes;

/* A type by number: int32 or int64. */
typedef struct mrt_out_type_attributes {
    int32_t out_type;
} mrt_out_type_attributes;

typedef struct mrt_gather_attributes {
    int32_t axis, batch_dims;
} mrt_gather_attributes;

typedef struct mrt_block_attributes {
    int32_t block_size;
} mrt_block_attributes;

typedef struct mrt_cumsum_attributes {
    int32_t exclusive, reverse;
} mrt_cumsum_attributes;

typedef struct mrt_resize_attributes {
    int32_t align_corners, half_pixel_centers;
} mrt_resize_attributes;

/* Whether an operand is transposed. */
typedef struct mrt_batch_matmul_attributes {
    int32_t adj_x, adj_y;
    int32_t asymmetric_quantize_inputs;
} mrt_batch_matmul_attributes;

typedef struct mrt_svdf_attributes {
    int32_t rank;
    int32_t asymmetric_quantize_inputs;
} mrt_svdf_attributes;

/* Clips: 0 is none. The fused activation function is the candidate's and the cell's: MRT_LSTM_TANH, or where they are real
 * numbers one of mrt_activation. merge_outputs: of the two directions of BIDIRECTIONAL_SEQUENCE_LSTM, into one output. */
enum { MRT_LSTM_TANH = 4 };

typedef struct mrt_lstm_attributes {
    float   cell_clip, proj_clip;
    int32_t time_major;
    int32_t fused_activation_function;
    int32_t asymmetric_quantize_inputs;
    int32_t merge_outputs;
} mrt_lstm_attributes;

typedef struct mrt_call_once_attributes {
    int32_t init_subgraph_index;
} mrt_call_once_attributes;

typedef struct mrt_if_attributes {
    int32_t then_subgraph_index, else_subgraph_index;
} mrt_if_attributes;

typedef struct mrt_while_attributes {
    int32_t cond_subgraph_index, body_subgraph_index;
} mrt_while_attributes;

/* What programs have in place of IF and WHILE. A step leads to the next one, or to `target`, both counted as nodes. */
typedef enum mrt_control {
    MRT_CONTROL_IF = 1, /* to target, which is behind ELSE, unless operand 0 is true */
    MRT_CONTROL_ELSE,   /* to target, END_IF */
    MRT_CONTROL_END_IF,
    MRT_CONTROL_LOOP,  /* to the next one; target says where its REPEAT is */
    MRT_CONTROL_LEAVE, /* to target, which is behind REPEAT, unless operand 0 is true */
    MRT_CONTROL_REPEAT /* to target, LOOP */
} mrt_control;

typedef struct mrt_control_attributes {
    int32_t what, target;
} mrt_control_attributes;

/* Of every so many invokes, one goes on behind the operator; 1: each. */
typedef struct mrt_circular_buffer_attributes {
    int32_t cycles_max;
} mrt_circular_buffer_attributes;

typedef struct mrt_detection_attributes {
    int32_t max_detections, max_classes_per_detection, detections_per_class, num_classes;
    int32_t use_regular_nms; /* class by class, at most detections_per_class of each */
    float   nms_score_threshold, nms_iou_threshold;
    float   y_scale, x_scale, h_scale, w_scale;
} mrt_detection_attributes;

typedef struct mrt_delay_attributes {
    int32_t delay_length;
} mrt_delay_attributes;

/* prefill: zeros come before the first sample, so that the first frame is there at once. */
typedef struct mrt_framer_attributes {
    int32_t frame_size, frame_step;
    int32_t prefill;
} mrt_framer_attributes;

typedef struct mrt_stacker_attributes {
    int32_t num_channels;
    int32_t left_context, right_context, step; /* in inputs */
} mrt_stacker_attributes;

typedef struct mrt_overlap_add_attributes {
    int32_t frame_step;
} mrt_overlap_add_attributes;

typedef struct mrt_shift_attributes {
    int32_t shift; /* to the right, of products */
} mrt_shift_attributes;

typedef struct mrt_fft_attributes {
    int32_t fft_length;
} mrt_fft_attributes;

typedef struct mrt_energy_attributes {
    int32_t start_index, end_index;
} mrt_energy_attributes;

typedef struct mrt_channels_attributes {
    int32_t num_channels;
} mrt_channels_attributes;

/* Fractions in units of 2^-spectral_subtraction_bits; those with alternate_ are odd channels'. */
typedef struct mrt_spectral_subtraction_attributes {
    int32_t num_channels;
    int32_t smoothing, one_minus_smoothing;
    int32_t alternate_smoothing, alternate_one_minus_smoothing;
    int32_t min_signal_remaining;
    int32_t smoothing_bits, spectral_subtraction_bits;
    int32_t clamping;
} mrt_spectral_subtraction_attributes;

typedef struct mrt_filter_bank_log_attributes {
    int32_t input_correction_bits, output_scale;
} mrt_filter_bank_log_attributes;

typedef struct mrt_batch_normalization_attributes {
    float   momentum, epsilon;
    int32_t is_frozen;    /* training takes the moving statistics, too, and leaves them: its layer is not trained */
    int32_t is_inferring; /* the same: it is called as when the model runs, whatever is trained */
} mrt_batch_normalization_attributes;

typedef struct mrt_group_normalization_attributes {
    int32_t axes;        /* over so many last axes; 0: in groups of channels, over all other axes of a sample */
    int32_t groups;      /* 1 where axes is over 0 */
    int32_t is_centered; /* 0: the mean counts as 0 */
    float   epsilon;
} mrt_group_normalization_attributes;

/* What training does to a tensor at random. */
typedef enum mrt_noise {
    MRT_NOISE_DROPOUT = 0, /* elements become 0 with probability rate, the others are divided by 1 - rate */
    MRT_NOISE_CHANNELS,    /* the same of whole channels of a sample: the last axis counts them */
    MRT_NOISE_ALPHA,       /* elements become what keeps a SELU's mean and variance */
    MRT_NOISE_PRODUCT,     /* elements are multiplied by 1 + stddev * normal */
    MRT_NOISE_SUM          /* stddev * normal is added to them */
} mrt_noise;

typedef struct mrt_dropout_attributes {
    float   rate, stddev;
    int32_t noise; /* of mrt_noise */
} mrt_dropout_attributes;

/* A recurrent layer while it is trained. cell and the two functions are the host's: math/math.h. */
typedef struct mrt_recurrent_attributes {
    int32_t cell, activation, recurrent_activation;
    int32_t returns_sequences, goes_backwards;
    int32_t keeps_time;   /* sequences stand in the order of time, not in that of the steps, where it goes backwards */
    int32_t resets_after; /* GRU */
    float   dropout;      /* of what comes in, one mask for all steps */
} mrt_recurrent_attributes;

/* Attention of several heads while it is trained: queries, keys and values have the heads side by side. */
typedef struct mrt_attention_attributes {
    int32_t heads;
} mrt_attention_attributes;

#endif
