/* MOTE_FOR_EACH(F, T, a, b, ...) is F(T, a), F(T, b), ... with a comma behind each; at most 40 of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_FOR_EACH_H
#define MOTE_OPS_FOR_EACH_H

/* clang-format off */
#define MOTE_FOR_EACH(F, T, ...) MOTE_EACH_PICK(__VA_ARGS__, MOTE_EACH_40, MOTE_EACH_39, MOTE_EACH_38, MOTE_EACH_37, MOTE_EACH_36, MOTE_EACH_35, MOTE_EACH_34, MOTE_EACH_33, MOTE_EACH_32, MOTE_EACH_31, MOTE_EACH_30, MOTE_EACH_29, MOTE_EACH_28, MOTE_EACH_27, MOTE_EACH_26, MOTE_EACH_25, MOTE_EACH_24, MOTE_EACH_23, MOTE_EACH_22, MOTE_EACH_21, MOTE_EACH_20, MOTE_EACH_19, MOTE_EACH_18, MOTE_EACH_17, MOTE_EACH_16, MOTE_EACH_15, MOTE_EACH_14, MOTE_EACH_13, MOTE_EACH_12, MOTE_EACH_11, MOTE_EACH_10, MOTE_EACH_9, MOTE_EACH_8, MOTE_EACH_7, MOTE_EACH_6, MOTE_EACH_5, MOTE_EACH_4, MOTE_EACH_3, MOTE_EACH_2, MOTE_EACH_1, ~)(F, T, __VA_ARGS__)
#define MOTE_EACH_PICK(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21, _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, _33, _34, _35, _36, _37, _38, _39, _40, PICKED, ...) PICKED
#define MOTE_EACH_1(F, T, x) F(T, x),
#define MOTE_EACH_2(F, T, x, ...) F(T, x), MOTE_EACH_1(F, T, __VA_ARGS__)
#define MOTE_EACH_3(F, T, x, ...) F(T, x), MOTE_EACH_2(F, T, __VA_ARGS__)
#define MOTE_EACH_4(F, T, x, ...) F(T, x), MOTE_EACH_3(F, T, __VA_ARGS__)
#define MOTE_EACH_5(F, T, x, ...) F(T, x), MOTE_EACH_4(F, T, __VA_ARGS__)
#define MOTE_EACH_6(F, T, x, ...) F(T, x), MOTE_EACH_5(F, T, __VA_ARGS__)
#define MOTE_EACH_7(F, T, x, ...) F(T, x), MOTE_EACH_6(F, T, __VA_ARGS__)
#define MOTE_EACH_8(F, T, x, ...) F(T, x), MOTE_EACH_7(F, T, __VA_ARGS__)
#define MOTE_EACH_9(F, T, x, ...) F(T, x), MOTE_EACH_8(F, T, __VA_ARGS__)
#define MOTE_EACH_10(F, T, x, ...) F(T, x), MOTE_EACH_9(F, T, __VA_ARGS__)
#define MOTE_EACH_11(F, T, x, ...) F(T, x), MOTE_EACH_10(F, T, __VA_ARGS__)
#define MOTE_EACH_12(F, T, x, ...) F(T, x), MOTE_EACH_11(F, T, __VA_ARGS__)
#define MOTE_EACH_13(F, T, x, ...) F(T, x), MOTE_EACH_12(F, T, __VA_ARGS__)
#define MOTE_EACH_14(F, T, x, ...) F(T, x), MOTE_EACH_13(F, T, __VA_ARGS__)
#define MOTE_EACH_15(F, T, x, ...) F(T, x), MOTE_EACH_14(F, T, __VA_ARGS__)
#define MOTE_EACH_16(F, T, x, ...) F(T, x), MOTE_EACH_15(F, T, __VA_ARGS__)
#define MOTE_EACH_17(F, T, x, ...) F(T, x), MOTE_EACH_16(F, T, __VA_ARGS__)
#define MOTE_EACH_18(F, T, x, ...) F(T, x), MOTE_EACH_17(F, T, __VA_ARGS__)
#define MOTE_EACH_19(F, T, x, ...) F(T, x), MOTE_EACH_18(F, T, __VA_ARGS__)
#define MOTE_EACH_20(F, T, x, ...) F(T, x), MOTE_EACH_19(F, T, __VA_ARGS__)
#define MOTE_EACH_21(F, T, x, ...) F(T, x), MOTE_EACH_20(F, T, __VA_ARGS__)
#define MOTE_EACH_22(F, T, x, ...) F(T, x), MOTE_EACH_21(F, T, __VA_ARGS__)
#define MOTE_EACH_23(F, T, x, ...) F(T, x), MOTE_EACH_22(F, T, __VA_ARGS__)
#define MOTE_EACH_24(F, T, x, ...) F(T, x), MOTE_EACH_23(F, T, __VA_ARGS__)
#define MOTE_EACH_25(F, T, x, ...) F(T, x), MOTE_EACH_24(F, T, __VA_ARGS__)
#define MOTE_EACH_26(F, T, x, ...) F(T, x), MOTE_EACH_25(F, T, __VA_ARGS__)
#define MOTE_EACH_27(F, T, x, ...) F(T, x), MOTE_EACH_26(F, T, __VA_ARGS__)
#define MOTE_EACH_28(F, T, x, ...) F(T, x), MOTE_EACH_27(F, T, __VA_ARGS__)
#define MOTE_EACH_29(F, T, x, ...) F(T, x), MOTE_EACH_28(F, T, __VA_ARGS__)
#define MOTE_EACH_30(F, T, x, ...) F(T, x), MOTE_EACH_29(F, T, __VA_ARGS__)
#define MOTE_EACH_31(F, T, x, ...) F(T, x), MOTE_EACH_30(F, T, __VA_ARGS__)
#define MOTE_EACH_32(F, T, x, ...) F(T, x), MOTE_EACH_31(F, T, __VA_ARGS__)
#define MOTE_EACH_33(F, T, x, ...) F(T, x), MOTE_EACH_32(F, T, __VA_ARGS__)
#define MOTE_EACH_34(F, T, x, ...) F(T, x), MOTE_EACH_33(F, T, __VA_ARGS__)
#define MOTE_EACH_35(F, T, x, ...) F(T, x), MOTE_EACH_34(F, T, __VA_ARGS__)
#define MOTE_EACH_36(F, T, x, ...) F(T, x), MOTE_EACH_35(F, T, __VA_ARGS__)
#define MOTE_EACH_37(F, T, x, ...) F(T, x), MOTE_EACH_36(F, T, __VA_ARGS__)
#define MOTE_EACH_38(F, T, x, ...) F(T, x), MOTE_EACH_37(F, T, __VA_ARGS__)
#define MOTE_EACH_39(F, T, x, ...) F(T, x), MOTE_EACH_38(F, T, __VA_ARGS__)
#define MOTE_EACH_40(F, T, x, ...) F(T, x), MOTE_EACH_39(F, T, __VA_ARGS__)
/* clang-format on */

#endif
