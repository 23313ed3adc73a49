/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#define DENSE .dilation_h = 1, .dilation_w = 1
#define SAME  .padding = MRT_PADDING_SAME

const mote_op_case conv_2d_cases[] = {
    {"3x3, VALID", .in = {INPUT(1, 6, 7, 3), PARAM(4, 3, 3, 3), PARAM(4)}, .attrs.conv_2d = {1, 1, DENSE}},
    {"3x3, SAME", .in = {INPUT(1, 6, 7, 3), PARAM(4, 3, 3, 3), PARAM(4)}, .attrs.conv_2d = {1, 1, DENSE, SAME}},
    {"stride 2, SAME, odd padding at the end", .in = {INPUT(1, 6, 8, 2), PARAM(5, 3, 3, 2), PARAM(5)},
     .attrs.conv_2d = {2, 2, DENSE, SAME}},
    {"unlike strides and sides", .in = {INPUT(1, 9, 5, 1), PARAM(3, 4, 2, 1), PARAM(3)},
     .attrs.conv_2d = {3, 1, DENSE, SAME}},
    {"1x1, stride 1", .in = {INPUT(1, 5, 4, 9), PARAM(7, 1, 1, 9), PARAM(7)}, .attrs.conv_2d = {1, 1, DENSE}},
    {"1x1, stride 2", .in = {INPUT(1, 5, 5, 8), PARAM(8, 1, 1, 8), PARAM(8)}, .attrs.conv_2d = {2, 2, DENSE, SAME}},
    {"dilation 2, VALID", .in = {INPUT(1, 7, 8, 2), PARAM(3, 3, 3, 2), PARAM(3)}, .attrs.conv_2d = {1, 1, 2, 2}},
    {"dilation 2x3, SAME", .in = {INPUT(1, 7, 8, 2), PARAM(3, 3, 3, 2), PARAM(3)}, .attrs.conv_2d = {1, 1, 2, 3, SAME}},
    {"dilation past the input: only the middle tap counts", .in = {INPUT(1, 4, 4, 2), PARAM(3, 3, 3, 2), PARAM(3)},
     .attrs.conv_2d = {1, 1, 9, 9, SAME}},
    {"window larger than the input, SAME", .in = {INPUT(1, 2, 3, 2), PARAM(3, 5, 7, 2), PARAM(3)},
     .attrs.conv_2d = {1, 1, DENSE, SAME}},
    {"window is the image", .in = {INPUT(1, 4, 5, 3), PARAM(6, 4, 5, 3), PARAM(6)}, .attrs.conv_2d = {1, 1, DENSE}},
    {"stride past the window", .in = {INPUT(1, 8, 8, 2), PARAM(3, 2, 2, 2), PARAM(3)}, .attrs.conv_2d = {3, 4, DENSE}},
    {"one value", .in = {INPUT(1, 1, 1, 1), PARAM(1, 1, 1, 1), PARAM(1)}, .attrs.conv_2d = {1, 1, DENSE, SAME}},
    {"no bias", .in = {INPUT(1, 5, 5, 2), PARAM(4, 3, 3, 2)}, .attrs.conv_2d = {1, 1, DENSE}},
    {"many channels", .in = {INPUT(1, 4, 4, 16), PARAM(17, 3, 3, 16), PARAM(17)}, .attrs.conv_2d = {1, 1, DENSE, SAME}},
    {"batch of 2", .in = {INPUT(2, 4, 5, 3), PARAM(4, 3, 3, 3), PARAM(4)}, .attrs.conv_2d = {1, 1, DENSE, SAME}},
    {"fused RELU", .in = {INPUT(1, 5, 5, 2), PARAM(4, 3, 3, 2), PARAM(4)}, .attrs.conv_2d = {1, 1, DENSE},
     .activation = MRT_ACT_RELU},
    {"fused RELU6", .in = {INPUT(1, 5, 5, 2), PARAM(4, 3, 3, 2), PARAM(4)}, .attrs.conv_2d = {1, 1, DENSE, SAME},
     .activation = MRT_ACT_RELU6},
    {0},
};
