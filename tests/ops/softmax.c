/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

const mote_op_case softmax_cases[] = {
    {"one class", .in = {INPUT(1, 1)}, .attrs.softmax = {.beta = 1}},
    {"two classes", .in = {INPUT(1, 2)}, .attrs.softmax = {.beta = 1}},
    {"ten classes", .in = {INPUT(1, 10)}, .attrs.softmax = {.beta = 1}},
    {"no multiple of a vector's width", .in = {INPUT(1, 37)}, .attrs.softmax = {.beta = 1}},
    {"beta over 1", .in = {INPUT(1, 9)}, .attrs.softmax = {.beta = 2.5f}},
    {"three rows", .in = {INPUT(3, 6)}, .attrs.softmax = {.beta = 1}},
    {"a row a pixel", .in = {INPUT(1, 4, 3, 5)}, .attrs.softmax = {.beta = 1}},
    {"so many classes that all are 0 in int8", .in = {INPUT(1, 5000)}, .attrs.softmax = {.beta = 0.001f}},
    {0},
};
