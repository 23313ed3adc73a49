/* What TensorFlow writes as several nodes and mote has as one operator.
 *
 * Dilated convolutions:
 *
 *     SpaceToBatchND -> (ExpandDims) -> Conv2D -> (Squeeze) -> BatchToSpaceND
 *
 * Every second row and column goes into samples of their own, a plain convolution runs over those, and they are put back.
 * The same is a convolution with gaps in its windows; what is padded before and cut off behind is its padding, as it strides
 * one by one. The nodes around it become Identity.
 *
 * GELU: (x * 0.5) * Erfc(Neg(x) * 0.7071), in any order of operands.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "formats/tensorflow/operators.h"

/* Nodes stand behind those they read, mostly not far. */
static mote_import_node *maker_of(mote_import_file *file, const mote_import_node *reader, int32_t i)
{
    mote_import_node *node = file->nodes + (reader - file->nodes);

    if (i >= reader->in_count)
        return NULL;
    while (node-- > file->nodes)
        if (node->out_count > 0 && strcmp(node->out[0], reader->in[i]) == 0)
            return node;
    return NULL;
}

static int32_t count_readers(const mote_import_file *file, const mote_import_node *node)
{
    int32_t n, i, count = 0;

    for (n = 0; n < file->node_count; n++)
        for (i = 0; i < file->nodes[n].in_count; i++)
            count += strcmp(file->nodes[n].in[i], node->out[0]) == 0;
    return count;
}

static bool is_op(const mote_import_node *node, const char *type)
{
    return node && strcmp(node->type, type) == 0;
}

/* A constant operand of whole numbers; -1: it is none, or of more. */
static int32_t read_constant(mote_import_file *file, const mote_import_node *node, int32_t i, int32_t *out, int32_t most)
{
    const mote_import_node      *maker = maker_of(file, node, i);
    const mote_import_attribute *a = is_op(maker, "Const") ? mote_import_attribute_find(maker, "value") : NULL;
    mote_import_value            value = {.dtype = MOTE_I32};
    int32_t                      k, count = 1;

    if (!a || !a->t || !a->t->values || (a->t->dtype != MOTE_I32 && a->t->dtype != MOTE_I64))
        return -1;
    for (k = 0; k < a->t->rank; k++)
        count = a->t->dim[k] > most ? most + 1 : count * a->t->dim[k];
    value.dtype = a->t->dtype;
    value.known = a->t->values;
    for (k = 0; k < count && count <= most; k++) {
        const int64_t n = mote_import_integer_at(&value, (size_t)k);
        if (n < 0 || n > 1 << 20)
            return -1;
        out[k] = (int32_t)n;
    }
    return count > most ? -1 : count;
}

static bool is_one(const mote_import_node *conv, const char *name)
{
    const mote_import_attribute *a = mote_import_attribute_find(conv, name);
    int32_t                      i;

    for (i = 0; a && i < a->int_count; i++)
        if (a->ints[i] != 1)
            return false;
    return true;
}

static bool is_plain(const mote_import_node *conv)
{
    const mote_import_attribute *padding = mote_import_attribute_find(conv, "padding");

    return (is_op(conv, "Conv2D") || is_op(conv, "DepthwiseConv2dNative")) && is_one(conv, "strides") &&
           is_one(conv, "dilations") && padding && strcmp(padding->s, "VALID") == 0 && !mote_tf_has_channels_second(conv);
}

typedef struct gaps {
    int32_t block[2], pads[4], crops[4], count;
} gaps;

static bool read_gaps(mote_import_file *file, const mote_import_node *before, const mote_import_node *behind, gaps *g)
{
    int32_t block[2], i;

    g->count = read_constant(file, before, 1, g->block, 2);
    if (g->count < 1 || read_constant(file, before, 2, g->pads, 4) != 2 * g->count ||
        read_constant(file, behind, 1, block, 2) != g->count ||
        read_constant(file, behind, 2, g->crops, 4) != 2 * g->count ||
        memcmp(block, g->block, (size_t)g->count * sizeof *block) != 0)
        return false;
    for (i = 0; i < 2 * g->count; i++)
        if (g->pads[i] < g->crops[i])
            return false;
    return true;
}

/* The convolution with gaps, and padded. Of one dimension width is what there is. */
static void set_gaps(mote_import_node *conv, const gaps *g, mote_arena *arena, mote_error *err)
{
    mote_import_attribute *all = MOTE_NEW(arena, mote_import_attribute, conv->attribute_count + 3, err);
    int64_t               *dilations = MOTE_NEW(arena, int64_t, 4, err), *pads = MOTE_NEW(arena, int64_t, 8, err);
    int32_t                i, count = 0;

    if (err->code != MOTE_OK)
        return;
    for (i = 0; i < conv->attribute_count; i++)
        if (strcmp(conv->attributes[i].name, "padding") != 0 && strcmp(conv->attributes[i].name, "dilations") != 0 &&
            strcmp(conv->attributes[i].name, "explicit_paddings") != 0)
            all[count++] = conv->attributes[i];
    dilations[0] = dilations[1] = dilations[2] = dilations[3] = 1;
    for (i = 0; i < g->count; i++) {
        const int32_t axis = 3 - g->count + i;
        dilations[axis] = g->block[i];
        pads[2 * axis] = g->pads[2 * i] - g->crops[2 * i];
        pads[2 * axis + 1] = g->pads[2 * i + 1] - g->crops[2 * i + 1];
    }
    all[count++] = MOTE_TF_STRING("padding", "EXPLICIT");
    all[count++] = MOTE_TF_INTS("dilations", dilations, 4);
    all[count++] = MOTE_TF_INTS("explicit_paddings", pads, 8);
    conv->attributes = all;
    conv->attribute_count = count;
}

static void become_identity(mote_import_node *node)
{
    node->type = "Identity";
    node->in_count = 1;
    node->attribute_count = 0;
}

static void rewrite_one(mote_import_file *file, mote_import_node *behind, mote_arena *arena, mote_error *err)
{
    mote_import_node *squeeze = maker_of(file, behind, 0),
                     *conv = is_op(squeeze, "Squeeze") ? maker_of(file, squeeze, 0) : squeeze;
    mote_import_node *expand = conv ? maker_of(file, conv, 0) : NULL,
                     *before = is_op(expand, "ExpandDims") ? maker_of(file, expand, 0) : expand;
    gaps g;

    if (!conv || !is_plain(conv) || !is_op(before, "SpaceToBatchND") || !read_gaps(file, before, behind, &g) ||
        g.count != (is_op(expand, "ExpandDims") ? 1 : 2) || count_readers(file, before) != 1 ||
        count_readers(file, conv) != 1 || count_readers(file, expand) != 1 || count_readers(file, squeeze) != 1)
        return;
    set_gaps(conv, &g, arena, err);
    become_identity(before);
    become_identity(behind);
}

/* ---- GELU ---- */

/* Operand i is a constant float: that number. */
static bool is_number(mote_import_file *file, const mote_import_node *node, int32_t i, double number)
{
    const mote_import_node      *maker = maker_of(file, node, i);
    const mote_import_attribute *a = is_op(maker, "Const") ? mote_import_attribute_find(maker, "value") : NULL;

    return a && a->t && a->t->values && a->t->dtype == MOTE_F32 && a->t->rank <= 1 &&
           (a->t->rank == 0 || a->t->dim[0] == 1) && fabs((double)*(const float *)a->t->values - number) < 1e-6;
}

/* Of a product with the number: the other operand. */
static const char *factor_of(mote_import_file *file, const mote_import_node *node, double number)
{
    int32_t i;

    for (i = 0; is_op(node, "Mul") && node->in_count == 2 && i < 2; i++)
        if (is_number(file, node, i, number))
            return node->in[1 - i];
    return NULL;
}

/* What Erfc(-x / sqrt(2)) is asked of; NULL: this is none. */
static const char *asked_of(mote_import_file *file, const mote_import_node *erfc)
{
    const mote_import_node *scaled = is_op(erfc, "Erfc") ? maker_of(file, erfc, 0) : NULL;
    const mote_import_node *negated;
    int32_t                 i;

    for (i = 0; factor_of(file, scaled, 0.70710678) && i < 2; i++)
        if (is_op(negated = maker_of(file, scaled, i), "Neg") && negated->in_count == 1)
            return negated->in[0];
    return NULL;
}

static void rewrite_gelu(mote_import_file *file, mote_import_node *product)
{
    int32_t i;

    for (i = 0; product->in_count == 2 && i < 2; i++) {
        const char *x = asked_of(file, maker_of(file, product, i));
        const char *half = x ? factor_of(file, maker_of(file, product, 1 - i), 0.5) : NULL;
        if (!half || strcmp(half, x) != 0)
            continue;
        product->type = "Gelu";
        product->in[0] = x;
        product->in_count = 1;
        product->attribute_count = 0;
        return;
    }
}

static mote_import_node *product_of(mote_import_file *file, mote_import_node *node)
{
    mote_import_node *reader = node;

    while (++reader < file->nodes + file->node_count)
        if (is_op(reader, "Mul") && reader->in_count == 2 &&
            (strcmp(reader->in[0], node->out[0]) == 0 || strcmp(reader->in[1], node->out[0]) == 0))
            return reader;
    return NULL;
}

mote_status mote_tf_rewrite(mote_import_file *file, mote_arena *arena, mote_error *err)
{
    enum { ERFCS_MAX = 256 }; /* what is done for each looks at all nodes */
    mote_import_node *product;
    int32_t           n, count = 0;

    for (n = 0; n < file->node_count && err->code == MOTE_OK; n++)
        if (is_op(&file->nodes[n], "BatchToSpaceND"))
            rewrite_one(file, &file->nodes[n], arena, err);
        else if (is_op(&file->nodes[n], "Erfc") && file->nodes[n].out_count > 0 && count++ < ERFCS_MAX &&
                 (product = product_of(file, &file->nodes[n])) != NULL)
            rewrite_gelu(file, product);
    return err->code;
}
