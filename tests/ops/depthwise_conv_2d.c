/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#define DENSE .dilation_h = 1, .dilation_w = 1
#define SAME  .padding = MRT_PADDING_SAME

const mote_op_case depthwise_conv_2d_cases[] = {
    {"3x3, VALID", .in = {INPUT(1, 6, 7, 3), PARAM(1, 3, 3, 3), PARAM(3)}, .attrs.depthwise_conv_2d = {1, 1, DENSE}},
    {"3x3, SAME", .in = {INPUT(1, 6, 7, 3), PARAM(1, 3, 3, 3), PARAM(3)}, .attrs.depthwise_conv_2d = {1, 1, DENSE, SAME}},
    {"stride 2, SAME, odd padding at the end", .in = {INPUT(1, 6, 8, 2), PARAM(1, 3, 3, 2), PARAM(2)},
     .attrs.depthwise_conv_2d = {2, 2, DENSE, SAME}},
    {"unlike strides and sides", .in = {INPUT(1, 9, 5, 2), PARAM(1, 4, 2, 2), PARAM(2)},
     .attrs.depthwise_conv_2d = {3, 1, DENSE, SAME}},
    {"multiplier 2", .in = {INPUT(1, 5, 6, 3), PARAM(1, 3, 3, 6), PARAM(6)},
     .attrs.depthwise_conv_2d = {1, 1, DENSE, .depth_multiplier = 2, SAME}},
    {"multiplier 8 of one channel", .in = {INPUT(1, 5, 6, 1), PARAM(1, 3, 3, 8), PARAM(8)},
     .attrs.depthwise_conv_2d = {1, 1, DENSE, .depth_multiplier = 8}},
    {"dilation 2, VALID", .in = {INPUT(1, 7, 8, 4), PARAM(1, 3, 3, 4), PARAM(4)}, .attrs.depthwise_conv_2d = {1, 1, 2, 2}},
    {"dilation 3x2, SAME", .in = {INPUT(1, 7, 8, 2), PARAM(1, 3, 3, 2), PARAM(2)},
     .attrs.depthwise_conv_2d = {1, 1, 3, 2, .padding = MRT_PADDING_SAME}},
    {"window larger than the input, SAME", .in = {INPUT(1, 2, 3, 2), PARAM(1, 5, 7, 2), PARAM(2)},
     .attrs.depthwise_conv_2d = {1, 1, DENSE, SAME}},
    {"window is the image", .in = {INPUT(1, 4, 5, 3), PARAM(1, 4, 5, 3), PARAM(3)},
     .attrs.depthwise_conv_2d = {1, 1, DENSE}},
    {"one value", .in = {INPUT(1, 1, 1, 1), PARAM(1, 1, 1, 1), PARAM(1)}, .attrs.depthwise_conv_2d = {1, 1, DENSE, SAME}},
    {"no bias", .in = {INPUT(1, 5, 5, 2), PARAM(1, 3, 3, 2)}, .attrs.depthwise_conv_2d = {1, 1, DENSE}},
    {"many channels", .in = {INPUT(1, 4, 4, 37), PARAM(1, 3, 3, 37), PARAM(37)},
     .attrs.depthwise_conv_2d = {1, 1, DENSE, SAME}},
    {"batch of 2", .in = {INPUT(2, 4, 5, 3), PARAM(1, 3, 3, 3), PARAM(3)}, .attrs.depthwise_conv_2d = {1, 1, DENSE, SAME}},
    {"fused RELU", .in = {INPUT(1, 5, 5, 3), PARAM(1, 3, 3, 3), PARAM(3)}, .attrs.depthwise_conv_2d = {1, 1, DENSE},
     .activation = MRT_ACT_RELU},
    {"fused RELU6", .in = {INPUT(1, 5, 5, 3), PARAM(1, 3, 3, 3), PARAM(3)}, .attrs.depthwise_conv_2d = {1, 1, DENSE, SAME},
     .activation = MRT_ACT_RELU6},
    {0},
};
