/* MUL.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/pairs.h"
#include "ops/wishes.h"
#include "runtime/ops/mul.h"

static void forward(const mote_call *call)
{
    mote_pairs_forward(call, MOTE_MATH_PRODUCT);
}

static void backward(const mote_call *call)
{
    mote_pairs_backward(call, MOTE_MATH_PRODUCT);
}

const mote_op mote_op_mul = {.description = &mrt_operator_mul,
                             .quantize = mote_quantize_rescaled,
                             .forward = forward,
                             .backward = backward,
                             .scratch = mote_pairs_scratch};
