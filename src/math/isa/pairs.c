/* What one thing makes of two operands, of which one may be a number for all. The way is chosen once a call, so that each
 * has a loop of its own. SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/kernels.h"

typedef enum side { OF_A, OF_B } side;

INLINE vf value_of(mote_math_pairing op, vf a, vf b)
{
    switch (op) {
    case MOTE_MATH_SUM:
        return a + b;
    case MOTE_MATH_PRODUCT:
        return a * b;
    case MOTE_MATH_DIFFERENCE:
        return a - b;
    case MOTE_MATH_QUOTIENT:
        return a / b;
    case MOTE_MATH_MAXIMUM:
        return select_(greater(b, a), b, a);
    case MOTE_MATH_MINIMUM:
        return select_(greater(a, b), b, a);
    default:
        return select_(greater(set1(0), a), a * b, a);
    }
}

/* dy times the slope towards a, or towards b. */
INLINE vf gradient_of(mote_math_pairing op, side of, vf a, vf b, vf dy)
{
    const vf none = set1(0);

    switch (op) {
    case MOTE_MATH_SUM:
        return dy;
    case MOTE_MATH_PRODUCT:
        return of == OF_A ? dy * b : dy * a;
    case MOTE_MATH_DIFFERENCE:
        return of == OF_A ? dy : -dy;
    case MOTE_MATH_QUOTIENT:
        return of == OF_A ? dy / b : dy * (-a / b / b);
    case MOTE_MATH_MAXIMUM:
        return of == OF_A ? select_(greater(b, a), none, dy) : select_(greater(b, a), dy, none);
    case MOTE_MATH_MINIMUM:
        return of == OF_A ? select_(greater(a, b), none, dy) : select_(greater(a, b), dy, none);
    default:
        if (of == OF_B)
            return select_(greater(none, a), dy * a, none);
        return select_(greater(a, none), dy, select_(greater(none, a), dy * b, none));
    }
}

INLINE vf load_operand(const float *x, bool repeats, ptrdiff_t i, ptrdiff_t left)
{
    return repeats ? set1(*x) : load_up_to(x + i, left);
}

INLINE void forward(mote_math_pairing op, pairs_shape *p, const float *a, const float *b, float *y)
{
    const bool a_repeats = p->a_repeats, b_repeats = p->b_repeats;

    FOR_VECTORS(i, left, p->count)
    {
        store_up_to(y + i, value_of(op, load_operand(a, a_repeats, i, left), load_operand(b, b_repeats, i, left)), left);
    }
}

enum { SUM_BLOCK = 4096 }; /* values summed in float lanes before they are added in double */

INLINE void backward_sum(mote_math_pairing op, side of, pairs_shape *p, const float *a, const float *b, const float *dy,
                         float *dx)
{
    double total = 0;

    for (ptrdiff_t begin = 0, count = (ptrdiff_t)p->count; begin < count; begin += SUM_BLOCK) {
        const ptrdiff_t end = count - begin < SUM_BLOCK ? count : begin + SUM_BLOCK;
        vf              sum = set1(0);
        for (ptrdiff_t i = begin, left = end - begin; left > 0; i += LANES, left -= LANES) {
            const vf va = load_operand(a, p->a_repeats, i, left), vb = load_operand(b, p->b_repeats, i, left);
            sum += without_rest(gradient_of(op, of, va, vb, load_up_to(dy + i, left)), left);
        }
        total += sum_lanes_f64(sum);
    }
    *dx += (float)total;
}

INLINE void backward(mote_math_pairing op, side of, pairs_shape *p, const float *a, const float *b, const float *dy,
                     float *dx, bool adds)
{
    if (of == OF_A ? p->a_repeats : p->b_repeats) {
        backward_sum(op, of, p, a, b, dy, dx);
        return;
    }
    FOR_VECTORS(i, left, p->count)
    {
        const vf va = load_operand(a, p->a_repeats, i, left), vb = load_operand(b, p->b_repeats, i, left);
        const vf g = gradient_of(op, of, va, vb, load_up_to(dy + i, left));
        store_up_to(dx + i, adds ? load_up_to(dx + i, left) + g : g, left);
    }
}

#define FOR_EACH_PAIRING(DO)                                                                                                \
    DO(MOTE_MATH_SUM)                                                                                                       \
    DO(MOTE_MATH_PRODUCT)                                                                                                   \
    DO(MOTE_MATH_DIFFERENCE) DO(MOTE_MATH_QUOTIENT) DO(MOTE_MATH_MAXIMUM) DO(MOTE_MATH_MINIMUM) DO(MOTE_MATH_PRELU)

void ISA(pairs_forward)(pairs_shape *p, const float *a, const float *b, float *y)
{
#define CASE(op)                                                                                                            \
    case op:                                                                                                                \
        forward(op, p, a, b, y);                                                                                            \
        break;
    switch (p->op) {
        FOR_EACH_PAIRING(CASE)
    }
#undef CASE
}

void ISA(pairs_backward)(pairs_shape *p, int operand, const float *a, const float *b, const float *dy, float *dx, bool adds)
{
#define CASE(op)                                                                                                            \
    case op:                                                                                                                \
        if (operand == 0)                                                                                                   \
            backward(op, OF_A, p, a, b, dy, dx, adds);                                                                      \
        else                                                                                                                \
            backward(op, OF_B, p, a, b, dy, dx, adds);                                                                      \
        break;
    switch (p->op) {
        FOR_EACH_PAIRING(CASE)
    }
#undef CASE
}
