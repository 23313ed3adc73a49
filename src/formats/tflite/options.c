/* Tables of options, by the attributes that operators describe.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/tflite/operators.h"
#include "formats/tflite/schema.h"
#include "ops/op.h"
#include "runtime/flexbuffer.h"

static mote_fb_field field_of(const mrt_attribute *a)
{
    return (mote_fb_field){a->field, a->name};
}

/* ---- reading ---- */

static mrt_activation read_activation(const mote_fb_table *options, mote_fb_field field, mote_error *err)
{
    const int8_t code = mote_fb_i8(options, field, MRT_ACT_NONE, err);

    if (code < MRT_ACT_NONE || code > MRT_ACT_RELU6) {
        mote_fail(err, MOTE_ERR_UNSUPPORTED,
                  "fused activation %d is not supported, only RELU (1), RELU_N1_TO_1 (2) and RELU6 (3) are", code);
        return MRT_ACT_NONE;
    }
    return (mrt_activation)code;
}

static int32_t read_padding(const mote_fb_table *options, mote_fb_field field, mote_error *err)
{
    const int8_t code = mote_fb_i8(options, field, TFLITE_PADDING_SAME, err);

    if (code != TFLITE_PADDING_SAME && code != TFLITE_PADDING_VALID)
        mote_fb_fail(options, field, err, "%d is neither SAME (0) nor VALID (1)", code);
    return code == TFLITE_PADDING_SAME ? MRT_PADDING_SAME : MRT_PADDING_VALID;
}

static int32_t read_integer(const mote_fb_table *options, const mrt_attribute *a, mote_error *err)
{
    switch (a->kind) {
    case MRT_ATTRIBUTE_BOOL:
        return mote_fb_bool(options, field_of(a), a->standard, err);
    case MRT_ATTRIBUTE_BYTE:
        return mote_fb_i8(options, field_of(a), a->standard, err);
    case MRT_ATTRIBUTE_PADDING:
        return read_padding(options, field_of(a), err);
    default:
        return mote_fb_i32(options, field_of(a), a->standard, err);
    }
}

static void read_attribute(const mote_fb_table *options, const mrt_attribute *a, mote_node *node, mote_error *err)
{
    uint8_t *member = (uint8_t *)&node->as + a->offset;
    int32_t  integer;
    float    real;

    if (a->kind == MRT_ATTRIBUTE_IGNORED)
        return;
    if (a->kind == MRT_ATTRIBUTE_ACTIVATION) {
        node->activation = read_activation(options, field_of(a), err);
    } else if (a->kind == MRT_ATTRIBUTE_F32) {
        real = mote_fb_f32(options, field_of(a), a->standard, err);
        memcpy(member, &real, sizeof real);
    } else {
        integer = read_integer(options, a, err);
        memcpy(member, &integer, sizeof integer);
    }
}

mote_status mote_tflite_read_options(const mote_fb_table *options, mote_node *node, mote_error *err)
{
    const mrt_operator *description = mote_ops[node->op]->description;
    int                 i;

    for (i = 0; i < description->attribute_count && err->code == MOTE_OK; i++)
        read_attribute(options, &description->attributes[i], node, err);
    return err->code;
}

static mote_status read_custom_attribute(const mrt_flexbuffer *map, const char *key, const mrt_attribute *a, mote_node *node,
                                         mote_error *err)
{
    uint32_t word = 0;

    switch (mrt_flexbuffer_find(map, key, a->kind == MRT_ATTRIBUTE_F32, &word)) {
    case MRT_FLEXBUFFER_BROKEN:
        return mote_fail(err, MOTE_ERR_FORMAT, "custom_options: not a FlexBuffer map, or a part of it points outside");
    case MRT_FLEXBUFFER_OTHER:
        return mote_fail(err, MOTE_ERR_FORMAT, "custom_options: %s is not %s", key,
                         a->kind == MRT_ATTRIBUTE_F32 ? "a number" : "an int32");
    case MRT_FLEXBUFFER_ABSENT:
        word = mrt_attribute_absent(a);
        break;
    case MRT_FLEXBUFFER_FOUND:
        break;
    }
    if (a->kind == MRT_ATTRIBUTE_BOOL)
        word = word != 0;
    memcpy((uint8_t *)&node->as + a->offset, &word, sizeof word);
    return MOTE_OK;
}

mote_status mote_tflite_read_custom_options(const mote_fb_vector *options, mote_node *node, mote_error *err)
{
    const mrt_operator  *description = mote_ops[node->op]->description;
    const mrt_flexbuffer map = {options->elements, options->count};
    int                  i;

    node->options = options->elements;
    node->option_bytes = options->count;
    for (i = 0; i < description->attribute_count; i++) {
        const mrt_attribute *a = &description->attributes[i];
        MOTE_TRY(read_custom_attribute(&map, description->names[a->field], a, node, err));
    }
    return MOTE_OK;
}

/* ---- writing ---- */

static void write_attribute(mote_fb_writer *w, const mrt_attribute *a, const mote_node *node)
{
    const uint8_t *member = (const uint8_t *)&node->as + a->offset;
    int32_t        integer;
    float          real;

    memcpy(&integer, member, sizeof integer);
    memcpy(&real, member, sizeof real);
    switch ((mrt_attribute_kind)a->kind) {
    case MRT_ATTRIBUTE_IGNORED:
        break;
    case MRT_ATTRIBUTE_I32:
        mote_fb_set_i32(w, field_of(a), integer, a->standard);
        break;
    case MRT_ATTRIBUTE_F32:
        mote_fb_set_f32(w, field_of(a), real, a->standard);
        break;
    case MRT_ATTRIBUTE_BOOL:
        mote_fb_set_bool(w, field_of(a), integer != 0, a->standard);
        break;
    case MRT_ATTRIBUTE_BYTE:
        mote_fb_set_i8(w, field_of(a), (int8_t)integer, a->standard);
        break;
    case MRT_ATTRIBUTE_PADDING:
        mote_fb_set_i8(w, field_of(a), integer == MRT_PADDING_SAME ? TFLITE_PADDING_SAME : TFLITE_PADDING_VALID,
                       TFLITE_PADDING_SAME);
        break;
    case MRT_ATTRIBUTE_ACTIVATION:
        mote_fb_set_i8(w, field_of(a), (int8_t)node->activation, MRT_ACT_NONE);
        break;
    }
}

mote_fb_ref mote_tflite_write_options(mote_fb_writer *w, const mote_graph *graph, const mote_node *node)
{
    const mote_tflite_operator *exceptions = mote_tflite_operator_exceptions(node->op);
    const mrt_operator         *description = mote_ops[node->op]->description;
    int                         i;

    if (exceptions->write_options)
        return exceptions->write_options(w, graph, node);
    if (description->attribute_count == 0 || description->names)
        return 0;
    mote_fb_begin(w);
    for (i = 0; i < description->attribute_count; i++)
        write_attribute(w, &description->attributes[i], node);
    return mote_fb_end(w);
}
