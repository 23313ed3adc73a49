/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"

#include "../attributes.h"
#if !defined(MRT_NO_CUSTOM)
#include "../flexbuffer.h"
#endif

/* ---- memory ---- */

MRT_API void *mrt_take(mrt_memory *memory, size_t bytes, uint32_t pointers)
{
    const size_t align = memory->machine.pointer_bytes;
    const size_t used = memory->used;

    bytes -= pointers * (sizeof(void *) - align);
    bytes = (bytes + align - 1) / align * align;
    if (bytes > INT32_MAX - used) {
        memory->is_full = 1;
        return NULL;
    }
    memory->used += bytes;
    return memory->at ? memory->at + used : NULL;
}

static mrt_memory *mrt_memory_of(const mrt_call *c)
{
    return ((const mrt_build *)c->owner)->memory;
}

/* ---- the side ---- */

static void *mrt_take_array(mrt_call *c, const char *role, mrt_type type, size_t count)
{
    (void)role;
    return mrt_take(mrt_memory_of(c), count * (mrt_type_bits(type) / 8), 0);
}

/* Where they lie in the file, or, where they lie askew or too near its end, a copy. */
static const void *mrt_place_constant(mrt_call *c, const mrt_tensor *tensor, const char *role, size_t beyond)
{
    const mrt_reader *r = &((const mrt_build *)c->owner)->m->r;
    const size_t      width = mrt_type_bits(tensor->type) > 8 ? mrt_type_bits(tensor->type) / 8 : 1;
    uint8_t          *copy;

    (void)role;
    if ((uintptr_t)tensor->data % width == 0 && r->count - (size_t)(tensor->data - r->bytes) - tensor->bytes >= beyond)
        return tensor->data;
    copy = (uint8_t *)mrt_take(mrt_memory_of(c), (size_t)tensor->bytes + beyond, 0);
    if (copy)
        mrt_copy(copy, tensor->data, tensor->bytes);
    return copy;
}

static void mrt_store_params(mrt_call *c, const void *params, size_t bytes, uint32_t pointers)
{
    void *stored = mrt_take(mrt_memory_of(c), bytes, pointers);

    if (stored)
        mrt_copy(stored, params, bytes);
    c->params = stored;
}

MRT_API const mrt_side *mrt_chip_side(void)
{
    static const mrt_side side = {mrt_take_array, mrt_place_constant, mrt_store_params};

    return &side;
}

/* ---- attributes ---- */

static uint32_t mrt_attribute_bytes(uint8_t kind)
{
    return kind == MRT_ATTRIBUTE_I32 || kind == MRT_ATTRIBUTE_F32 ? 4 : 1;
}

/* The word that goes into the struct: one byte's values grow with their signs. */
static uint32_t mrt_read_attribute(mrt_call *c, const mrt_attribute *a)
{
    mrt_build     *b = (mrt_build *)c->owner;
    const uint32_t value =
        mrt_read_field(&b->m->r, &b->node.options, a->field, mrt_attribute_bytes(a->kind), mrt_attribute_absent(a));

    if (a->kind == MRT_ATTRIBUTE_BOOL)
        return (value & 255u) != 0;
    return mrt_attribute_bytes(a->kind) == 1 ? (uint32_t)(int32_t)(int8_t)value : value;
}

#if defined(MRT_NO_CUSTOM)
static mrt_reason mrt_read_custom_attribute(const mrt_build *b, const mrt_operator *op, const mrt_attribute *a,
                                            void *attributes)
{
    (void)b, (void)op, (void)a, (void)attributes;
    return MRT_REASON_OPERATOR;
}
#else
static mrt_reason mrt_read_custom_attribute(const mrt_build *b, const mrt_operator *op, const mrt_attribute *a,
                                            void *attributes)
{
    mrt_flexbuffer       map;
    uint32_t             word = 0;
    mrt_flexbuffer_found found;

    map.bytes = b->m->r.bytes + b->node.custom_options.at;
    map.count = b->node.custom_options.count;
    found = mrt_flexbuffer_find(&map, op->names[a->field], a->kind == MRT_ATTRIBUTE_F32, &word);
    if (found == MRT_FLEXBUFFER_BROKEN || found == MRT_FLEXBUFFER_OTHER)
        return MRT_REASON_OPTIONS;
    if (found == MRT_FLEXBUFFER_ABSENT)
        word = mrt_attribute_absent(a);
    if (a->kind == MRT_ATTRIBUTE_BOOL)
        word = word != 0;
    mrt_copy((uint8_t *)attributes + a->offset, &word, sizeof word);
    return MRT_REASON_NONE;
}
#endif

MRT_API mrt_reason mrt_read_attributes(mrt_call *c, const mrt_operator *op, void *attributes)
{
    int32_t i;

    c->attributes = attributes;
    c->activation = MRT_ACT_NONE;
    for (i = 0; i < MRT_ATTRIBUTES_BYTES; i++)
        ((uint8_t *)attributes)[i] = 0;
    for (i = 0; i < op->attribute_count; i++) {
        const mrt_attribute *a = &op->attributes[i];
        uint32_t             value;
        if (a->kind == MRT_ATTRIBUTE_IGNORED)
            continue;
        if (mrt_is_custom(op)) {
            MRT_TRY(mrt_read_custom_attribute((const mrt_build *)c->owner, op, a, attributes));
            continue;
        }
        value = mrt_read_attribute(c, a);
        if (a->kind == MRT_ATTRIBUTE_ACTIVATION) {
            if (value > MRT_ACT_RELU6)
                return MRT_REASON_ACTIVATION;
            c->activation = (mrt_activation)value;
            continue;
        }
        if (a->kind == MRT_ATTRIBUTE_PADDING) {
            if (value > 1)
                return MRT_REASON_OPTIONS;
            value = value == 0 ? MRT_PADDING_SAME : MRT_PADDING_VALID; /* the file's 0 and 1 */
        }
        mrt_copy((uint8_t *)attributes + a->offset, &value, sizeof value);
    }
    return MRT_REASON_NONE;
}
