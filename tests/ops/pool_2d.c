/* MAX_POOL_2D and AVERAGE_POOL_2D take the same cases. SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#define SAME .padding = MRT_PADDING_SAME

/* {filter_h, filter_w, stride_h, stride_w} */
#define CASES(op)                                                                                                           \
    {                                                                                                                       \
        {"2x2, VALID", .in = {INPUT(1, 6, 8, 3)}, .attrs.op = {2, 2, 2, 2}},                                                \
            {"odd sides, VALID: the last row and column are left out", .in = {INPUT(1, 5, 7, 3)},                           \
             .attrs.op = {2, 2, 2, 2}},                                                                                     \
            {"odd sides, SAME: windows cut at the end", .in = {INPUT(1, 5, 7, 3)}, .attrs.op = {2, 2, 2, 2, SAME}},         \
            {"overlapping, SAME", .in = {INPUT(1, 6, 5, 4)}, .attrs.op = {3, 3, 1, 1, SAME}},                               \
            {"overlapping, VALID", .in = {INPUT(1, 6, 5, 4)}, .attrs.op = {3, 3, 2, 1}},                                    \
            {"window is the image", .in = {INPUT(1, 4, 5, 6)}, .attrs.op = {4, 5, 1, 1}},                                   \
            {"window larger than the image, SAME", .in = {INPUT(1, 3, 2, 2)}, .attrs.op = {7, 5, 1, 2, SAME}},              \
            {"stride past the window", .in = {INPUT(1, 7, 7, 2)}, .attrs.op = {2, 1, 3, 4}},                                \
            {"one value", .in = {INPUT(1, 1, 1, 1)}, .attrs.op = {1, 1, 1, 1}},                                             \
            {"many channels", .in = {INPUT(1, 4, 4, 37)}, .attrs.op = {2, 2, 2, 2}},                                        \
            {"a window of 256 values", .in = {INPUT(1, 16, 17, 5)}, .attrs.op = {16, 16, 1, 1}},                            \
            {"a window of 272 values", .in = {INPUT(1, 16, 17, 5)}, .attrs.op = {16, 17, 1, 1}},                            \
            {"nine channels, RELU", .in = {INPUT(1, 4, 5, 9)}, .attrs.op = {2, 2, 1, 1}, .activation = MRT_ACT_RELU},       \
            {"eight channels, RELU6", .in = {INPUT(1, 4, 5, 8)}, .attrs.op = {3, 2, 1, 2, SAME},                            \
             .activation = MRT_ACT_RELU6},                                                                                  \
            {"batch of 2", .in = {INPUT(2, 4, 5, 3)}, .attrs.op = {2, 2, 2, 2, SAME}},                                      \
            {"fused RELU", .in = {INPUT(1, 4, 5, 3)}, .attrs.op = {2, 2, 1, 1}, .activation = MRT_ACT_RELU},                \
            {"fused RELU6", .in = {INPUT(1, 4, 5, 3)}, .attrs.op = {2, 2, 1, 1, SAME}, .activation = MRT_ACT_RELU6}, {0},   \
    }

const mote_op_case max_pool_2d_cases[] = CASES(max_pool_2d);
const mote_op_case average_pool_2d_cases[] = CASES(average_pool_2d);
