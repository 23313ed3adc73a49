/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tensorflow/operators.h"

#include <string.h>

#include "formats/onnx/operators.h"

/* ---- the tables ---- */

static const mote_import_row *const families[] = {mote_tf_elementwise, mote_tf_shapes,  mote_tf_images,
                                                  mote_tf_products,    mote_tf_control, mote_tf_sources};

bool mote_tf_has_channels_second(const mote_import_node *node)
{
    const mote_import_attribute *a = mote_import_attribute_find(node, "data_format");

    return a && strncmp(a->s, "NC", 2) == 0;
}

/* Of a name that is there twice the second one is for channels that come second. */
const mote_import_row *mote_tf_find_row(const mote_import_node *node)
{
    const mote_import_row *row;
    size_t                 i;

    for (i = 0; i < sizeof families / sizeof *families; i++)
        for (row = families[i]; row->name; row++)
            if (strcmp(row->name, node->type) == 0)
                return row[1].name && strcmp(row[1].name, row->name) == 0 && mote_tf_has_channels_second(node) ? row + 1
                                                                                                               : row;
    return NULL;
}

/* ---- in ONNX' words ---- */

static mote_import_attribute *copy_attributes(mote_import_call *c, const mote_import_attribute *from, int32_t *count)
{
    mote_import_attribute *out;

    *count = 0;
    while (from && from[*count].name)
        ++*count;
    out = mote_import_take(c, (size_t)*count, sizeof *out);
    if (out && *count > 0)
        memcpy(out, from, (size_t)*count * sizeof *out);
    return out;
}

static void import_told(mote_import_call *c, mote_tf_told told, mote_import_value *result)
{
    mote_import_call part = *c;
    mote_import_node node = *c->node;
    int32_t          i;

    node.attributes = copy_attributes(c, told.attributes, &node.attribute_count);
    for (i = 0; i < told.in_count; i++)
        if (told.in[i] && told.in[i]->items)
            mote_import_refuse(c, "a list where a tensor is expected");
    if (mote_import_failed(c))
        return;
    part.node = &node;
    part.row = mote_onnx_find_row(told.name);
    part.in = (mote_import_value **)told.in;
    part.in_count = told.in_count;
    part.result = result;
    if (!mote_import_fold_by(&part, mote_onnx_folds) && !mote_import_failed(&part))
        part.row->import(&part);
    c->made = part.made;
    if (!result)
        c->is_fused = part.is_fused;
}

mote_import_value *mote_tf_part(mote_import_call *c, mote_tf_told told)
{
    mote_import_value *result = mote_import_new_value(c);

    if (!result)
        return NULL;
    import_told(c, told, result);
    if (!mote_import_failed(c) && !result->known && result->id == MOTE_NONE)
        mote_import_refuse(c, "there is no value of %s", told.name);
    return mote_import_failed(c) ? NULL : result;
}

void mote_tf_all(mote_import_call *c, mote_tf_told told)
{
    if (!mote_import_failed(c))
        import_told(c, told, c->result);
}

mote_import_value *mote_tf_apply(mote_import_call *c, const char *name, mote_import_value *a, mote_import_value *b)
{
    mote_import_value *in[] = {a, b};

    return mote_import_failed(c) ? NULL : mote_tf_part(c, (mote_tf_told){name, NULL, in, b ? 2 : 1});
}

void mote_tf_apply_all(mote_import_call *c, const char *name, mote_import_value *a, mote_import_value *b)
{
    mote_import_value *in[] = {a, b};

    mote_tf_all(c, (mote_tf_told){name, NULL, in, b ? 2 : 1});
}

mote_import_value *mote_tf_in(const mote_import_call *c, int32_t i)
{
    return i < c->in_count ? c->in[i] : NULL;
}

static mote_import_value *new_known(mote_import_call *c, mote_dtype dtype, int32_t count, const void *values)
{
    mote_import_value *value = mote_import_new_value(c);

    if (!value || !values)
        return NULL;
    value->dtype = dtype;
    value->shape.rank = count >= 0;
    value->shape.dim[0] = count;
    value->held = value->shape;
    value->known = values;
    return value;
}

mote_import_value *mote_tf_known_ints(mote_import_call *c, const int64_t *n, int32_t count)
{
    int64_t *copy = mote_import_take(c, (size_t)count, sizeof *copy);

    if (copy && count > 0)
        memcpy(copy, n, (size_t)count * sizeof *copy);
    return new_known(c, MOTE_I64, count, copy);
}

mote_import_value *mote_tf_number(mote_import_call *c, const mote_import_value *like, double number)
{
    float   *f = mote_import_take(c, 1, sizeof *f);
    int64_t *i = mote_import_take(c, 1, sizeof *i);

    if (!f || !i)
        return NULL;
    *f = (float)number;
    *i = (int64_t)number;
    if (like->dtype == MOTE_F32)
        return new_known(c, MOTE_F32, -1, f);
    return mote_tf_cast(c, new_known(c, MOTE_I64, -1, i), like->dtype);
}

mote_import_value *mote_tf_turned(mote_import_call *c, mote_import_value *x, const int64_t *perm)
{
    const mote_import_attribute attributes[] = {MOTE_TF_INTS("perm", perm, x ? x->shape.rank : 0), MOTE_TF_END};

    return mote_import_failed(c) ? NULL : mote_tf_part(c, (mote_tf_told){"Transpose", attributes, &x, 1});
}

mote_import_value *mote_tf_reshaped(mote_import_call *c, const mote_import_value *x, const mote_import_shape *shape)
{
    mote_import_value *out = mote_import_failed(c) ? NULL : mote_import_new_value(c);
    mote_import_call   part = *c;

    if (!out)
        return NULL;
    part.result = out;
    mote_import_give_reshaped(&part, 0, x, shape);
    c->made = part.made;
    return mote_import_failed(c) ? NULL : out;
}

mote_import_value *mote_tf_cast(mote_import_call *c, mote_import_value *x, mote_dtype to)
{
    const mote_import_attribute attributes[] = {MOTE_TF_INT("to", mote_onnx_type_of(to)), MOTE_TF_END};

    if (mote_import_failed(c) || x->dtype == to)
        return x;
    return mote_tf_part(c, (mote_tf_told){"Cast", attributes, &x, 1});
}
