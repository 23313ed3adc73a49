/* Cosine and sine in double, for tables that are made once. At most 0.6 ulp for |x| <= 8.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_TURN_H
#define MRT_TURN_H

#include "../mrt.h"

#if !defined(__AVR__) /* there a double has 32 bits */

typedef struct mrt_turn {
    double cos, sin;
} mrt_turn;

/* x + rest for |x| <= pi / 4, by Taylor's series. */
static MRT_COLD mrt_turn mrt_turn_near_zero(double x, double rest)
{
    static const double inverse[] = {1.0 / (17 * 16), 1.0 / (15 * 14), 1.0 / (13 * 12), 1.0 / (11 * 10),
                                     1.0 / (9 * 8),   1.0 / (7 * 6),   1.0 / (5 * 4)};
    static const double even[] = {1.0 / (16 * 15), 1.0 / (14 * 13), 1.0 / (12 * 11),
                                  1.0 / (10 * 9),  1.0 / (8 * 7),   1.0 / (6 * 5)};
    const double        z = x * x, half = 0.5 * z, large = 1.0 - half;
    double              s = 1.0, c = 1.0;
    mrt_turn            turn;
    int32_t             i;

    for (i = 0; i < 7; i++)
        s = 1.0 - z * inverse[i] * s;
    for (i = 0; i < 6; i++)
        c = 1.0 - z * even[i] * c;
    turn.sin = x + (rest * (1.0 - half) - z * x * (1.0 / 6.0) * s);
    turn.cos = large + (((1.0 - large) - half) + (z * z * (1.0 / 24.0) * c - x * rest));
    return turn;
}

/* pi / 2 is subtracted in two parts, the first so short that small multiples of it are exact. */
static MRT_COLD mrt_turn mrt_turn_by(double x)
{
    const double   first = 1.57079632673412561417, second = 6.07710050650619224932e-11;
    const int32_t  quarters = (int32_t)(x * 0.63661977236758134308 + (x < 0 ? -0.5 : 0.5));
    const double   coarse = x - quarters * first, less = quarters * second, fine = coarse - less;
    const mrt_turn base = mrt_turn_near_zero(fine, (coarse - fine) - less);
    mrt_turn       turn = base;

    if (quarters & 1) {
        turn.cos = -base.sin;
        turn.sin = base.cos;
    }
    if (quarters & 2) {
        turn.cos = -turn.cos;
        turn.sin = -turn.sin;
    }
    return turn;
}

#endif
#endif
