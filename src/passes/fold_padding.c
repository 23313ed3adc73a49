/* PAD before a convolution or MAX_POOL_2D: the window's own padding does it, where it can.
 *
 * A .tflite says VALID (none) or SAME: as many outputs as there are strides in the input, and what that needs of padding,
 * the odd element behind. So PAD [before, behind] goes into a window
 *
 *     when, of the input without it, SAME or VALID has as many outputs, and its first window begins where it did:
 *         padding of its own in front + before = padding in front of the input alone          along both axes
 *
 * What lies behind follows, since from there on every element outside is padding in both. And only where padding is the
 * same:
 *   - a convolution leaves out what lies outside, which is as if it were 0: PAD puts the zero point of integers, or 0; PADV2
 *     what its operand says. Then a product is +-0 of floats, and a sum that began with +0 stays what it is; weights must be
 *     finite for that, and known. Types of input and weights that are mixed otherwise stay (float inputs that are quantized
 *     while running see another range).
 *   - MAX_POOL_2D leaves out, too: only the least integer of the type is as good as nothing (a RELU's zero point, often).
 *     SAME's windows each have an element of the input.
 *   - AVERAGE_POOL_2D and L2_POOL_2D divide by what is inside: never.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "ops/convolution.h"
#include "ops/described.h"
#include "passes/passes.h"
#include "runtime/ops/pool_2d.h"

/* ---- the window ---- */

static mrt_window pool_window(const mote_graph *graph, const mote_node *node)
{
    mote_host_call call;
    mrt_window     window = {0};

    mote_host_call_begin(&call, graph, node, NULL, &(mote_error){0});
    mrt_pool_2d_window(&call.c, &window);
    return window;
}

static mrt_window window_of(const mote_graph *graph, const mote_node *node)
{
    return node->op == MOTE_OP_MAX_POOL_2D ? pool_window(graph, node) : mote_convolution_window(graph, node);
}

static int32_t *padding_of(mote_node *node)
{
    return node->op == MOTE_OP_MAX_POOL_2D         ? &node->as.max_pool_2d.padding
           : node->op == MOTE_OP_DEPTHWISE_CONV_2D ? &node->as.depthwise_conv_2d.padding
                                                   : &node->as.conv_2d.padding;
}

/* ---- what PAD puts there ---- */

/* How much in front of rows and columns; false where it pads anything else. */
static bool read_paddings(const mote_graph *graph, const mote_node *pad, int32_t *top, int32_t *left)
{
    const mote_tensor *paddings = mote_node_in(graph, pad, 1);
    int64_t            number[8];
    int32_t            i;

    if (!paddings || paddings->kind != MOTE_CONST || mote_tensor_count(paddings) != 8 ||
        (paddings->dtype != MOTE_I32 && paddings->dtype != MOTE_I64))
        return false;
    for (i = 0; i < 8; i++)
        number[i] =
            paddings->dtype == MOTE_I32 ? ((const int32_t *)paddings->data)[i] : ((const int64_t *)paddings->data)[i];
    *top = (int32_t)number[2];
    *left = (int32_t)number[4];
    return number[0] == 0 && number[1] == 0 && number[6] == 0 && number[7] == 0;
}

static int32_t integer_at(const mote_tensor *tensor)
{
    switch (tensor->dtype) {
    case MOTE_I8:
        return *(const int8_t *)tensor->data;
    case MOTE_U8:
        return *(const uint8_t *)tensor->data;
    default:
        return *(const int16_t *)tensor->data;
    }
}

/* The integer that is put there; as PAD's kernel has it, 16 bits get 0. */
static int32_t integer_fill(const mote_graph *graph, const mote_node *pad)
{
    const mote_tensor *out = mote_node_out(graph, pad, 0);

    if (pad->op == MOTE_OP_PADV2)
        return integer_at(mote_node_in(graph, pad, 2));
    return out->dtype == MOTE_I16 ? 0 : mote_zero_of(out);
}

static bool is_small_integer(mote_dtype dtype)
{
    return dtype == MOTE_I8 || dtype == MOTE_U8 || dtype == MOTE_I16;
}

static bool puts_float_zero(const mote_graph *graph, const mote_node *pad)
{
    return pad->op == MOTE_OP_PAD || fpclassify(*(const float *)mote_node_in(graph, pad, 2)->data) == FP_ZERO;
}

static bool is_all_finite(const mote_tensor *tensor)
{
    size_t i;

    for (i = 0; i < mote_tensor_count(tensor); i++)
        if (!isfinite(((const float *)tensor->data)[i]))
            return false;
    return true;
}

static bool pads_like_convolution(const mote_graph *graph, const mote_node *pad, const mote_node *node)
{
    const mote_tensor *padded = mote_node_out(graph, pad, 0), *w = mote_node_in(graph, node, 1);

    if (!w || w->kind != MOTE_CONST)
        return false;
    if (is_small_integer(padded->dtype))
        return integer_fill(graph, pad) == mote_zero_of(padded);
    return padded->dtype == MOTE_F32 && w->dtype == MOTE_F32 && puts_float_zero(graph, pad) && is_all_finite(w);
}

static bool pads_like_max_pool(const mote_graph *graph, const mote_node *pad)
{
    const mote_tensor *padded = mote_node_out(graph, pad, 0);
    long long          low, high;

    return is_small_integer(padded->dtype) && mote_dtype_limits(padded->dtype, &low, &high) &&
           integer_fill(graph, pad) == low;
}

static bool pads_alike(const mote_graph *graph, const mote_node *pad, const mote_node *node)
{
    const mote_tensor *value = mote_node_in(graph, pad, 2);

    if (!mote_same_meaning(mote_node_in(graph, pad, 0), mote_node_out(graph, pad, 0)) ||
        (pad->op == MOTE_OP_PADV2 && (!value || value->kind != MOTE_CONST)))
        return false;
    switch (node->op) {
    case MOTE_OP_CONV_2D:
    case MOTE_OP_DEPTHWISE_CONV_2D:
        return pads_like_convolution(graph, pad, node);
    case MOTE_OP_MAX_POOL_2D:
        return pads_like_max_pool(graph, pad);
    default:
        return false;
    }
}

/* ---- folding ---- */

/* With x as its input, and one of the two paddings, the node walks as before; it is left so. False: it is as it was. */
static bool adopt_padding(mote_edit *edit, mote_node *node, mote_id x, int32_t top, int32_t left)
{
    static const int32_t paddings[] = {MRT_PADDING_VALID, MRT_PADDING_SAME};
    const mrt_window     before = window_of(edit->graph, node);
    const mote_id        was_in = node->in[0];
    const int32_t        was = *padding_of(node);
    size_t               i;

    node->in[0] = x;
    for (i = 0; i < sizeof paddings / sizeof *paddings; i++) {
        mrt_window after;
        *padding_of(node) = paddings[i];
        if (!mote_edit_is_right(edit, node)) /* another number of outputs */
            continue;
        after = window_of(edit->graph, node);
        if (after.pad_top == (int64_t)before.pad_top + top && after.pad_left == (int64_t)before.pad_left + left)
            return true;
    }
    node->in[0] = was_in;
    *padding_of(node) = was;
    return false;
}

static void fold_into(mote_edit *edit, const mote_node *pad, mote_node *node)
{
    const mote_id padded = node->in[0], x = pad->in[0];
    int32_t       top, left;

    if (!read_paddings(edit->graph, pad, &top, &left) || !pads_alike(edit->graph, pad, node) ||
        !adopt_padding(edit, node, x, top, left))
        return;
    node->in[0] = padded;
    mote_edit_tell(edit, pad, mote_done_by(node).text);
    mote_edit_set_operand(edit, node, 0, x);
    mote_edit_kill(edit, pad);
}

mote_status mote_pass_fold_padding(mote_edit *edit, mote_error *err)
{
    int32_t n;

    (void)err;
    for (n = 0; n < edit->graph->node_count; n++) {
        mote_node       *node = mote_edit_node(edit, n);
        const mote_node *pad = node && node->in_count > 0 ? mote_edit_producer(edit, node->in[0]) : NULL;
        if (pad && (pad->op == MOTE_OP_PAD || pad->op == MOTE_OP_PADV2) && mote_edit_use_count(edit, node->in[0]) == 1 &&
            edit->graph->tensors[pad->in[0]].kind == MOTE_ACTIVATION)
            fold_into(edit, pad, node);
    }
    return MOTE_OK;
}
