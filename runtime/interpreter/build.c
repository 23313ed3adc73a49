/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"

/* ---- options and shapes ---- */

MRT_API uint32_t mrt_option(mrt_build *b, uint32_t field, uint32_t bytes, uint32_t absent)
{
    return mrt_read_field(&b->m->r, &b->node.options, field, bytes, absent);
}

MRT_API float mrt_option_f32(mrt_build *b, uint32_t field)
{
    union {
        uint32_t bits;
        float    value;
    } word;

    word.bits = mrt_option(b, field, 4, 0);
    return word.value;
}

MRT_API mrt_reason mrt_fused_activation(mrt_build *b, uint32_t field)
{
    static const uint8_t codes[] = {0, 1, 3}; /* TensorFlow Lite's, by mrt_activation */
    const uint32_t       code = mrt_option(b, field, 1, 0);
    int                  i;

    for (i = 0; i < 3; i++)
        if (codes[i] == code) {
            b->activation = (mrt_activation)i;
            return MRT_REASON_NONE;
        }
    return MRT_REASON_ACTIVATION;
}

MRT_API mrt_reason mrt_check_shape(const mrt_build *b, int32_t rank, const int32_t *dim)
{
    int32_t i;

    if (b->out.rank != rank)
        return MRT_REASON_SHAPE;
    for (i = 0; i < rank; i++)
        if (b->out.dim[i] != dim[i])
            return MRT_REASON_SHAPE;
    return MRT_REASON_NONE;
}

MRT_API mrt_reason mrt_check_same(mrt_build *b)
{
    return mrt_check_shape(b, b->in[0].rank, b->in[0].dim);
}

MRT_API mrt_reason mrt_check_weights(const mrt_build *b, int32_t out_c)
{
    const mrt_tensor *bias = mrt_operand(b, 2);

    if (b->in[1].kind != MRT_CONST || (bias && bias->kind != MRT_CONST))
        return MRT_REASON_CONSTANT;
    return bias && bias->count != (uint32_t)out_c ? MRT_REASON_SHAPE : MRT_REASON_NONE;
}

/* ---- scales ---- */

MRT_API mrt_reason mrt_check_scale(const mrt_tensor *tensor)
{
    int32_t low, high;

    return mrt_type_limits(tensor->type, &low, &high) && tensor->scales.count != 1 ? MRT_REASON_QUANTIZATION
                                                                                   : MRT_REASON_NONE;
}

MRT_API mrt_reason mrt_check_scales(const mrt_build *b)
{
    int32_t i;

    for (i = 0; i < b->in_count; i++)
        if (mrt_operand(b, i))
            MRT_TRY(mrt_check_scale(&b->in[i]));
    return mrt_check_scale(&b->out);
}

MRT_API mrt_reason mrt_check_fixed(const mrt_build *b, float scale, int32_t zero_point)
{
    MRT_TRY(mrt_check_scales(b));
    return mrt_scale_of(b->m, &b->out) >= scale && mrt_scale_of(b->m, &b->out) <= scale &&
                   mrt_zero_of(b->m, &b->out, 0) == zero_point
               ? MRT_REASON_NONE
               : MRT_REASON_QUANTIZATION;
}

MRT_API void mrt_activation_range_f32(mrt_activation activation, float *act_min, float *act_max)
{
    *act_min = activation == MRT_ACT_NONE ? -MRT_F32_MAX : 0.0f;
    *act_max = activation == MRT_ACT_RELU6 ? 6.0f : MRT_F32_MAX;
}

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

MRT_API void *mrt_take_work(mrt_memory *memory, size_t bytes)
{
    const size_t used = memory->work_used;

    bytes = (bytes + 7) / 8 * 8;
    if (bytes > INT32_MAX - used) {
        memory->is_full = 1;
        return NULL;
    }
    memory->work_used += bytes;
    if (memory->work_most < memory->work_used)
        memory->work_most = memory->work_used;
    return memory->at ? memory->work + used : NULL;
}

static void mrt_copy(uint8_t *to, const uint8_t *from, size_t bytes)
{
    while (bytes-- > 0)
        *to++ = *from++;
}

MRT_API void mrt_store(mrt_build *b, const void *params, size_t bytes, uint32_t pointers)
{
    uint8_t *stored = (uint8_t *)mrt_take(b->memory, bytes, pointers);

    if (stored)
        mrt_copy(stored, (const uint8_t *)params, bytes);
    b->params = stored;
}

MRT_API const void *mrt_constant(mrt_build *b, uint32_t at, uint32_t bytes, uint32_t width)
{
    const uint8_t *where = b->m->r.bytes + at;
    uint8_t       *copy;

    if ((uintptr_t)where % width == 0)
        return where;
    copy = (uint8_t *)mrt_take(b->memory, bytes, 0);
    if (copy)
        mrt_copy(copy, where, bytes);
    return copy;
}

MRT_API const void *mrt_constant_for_prepare(mrt_build *b, uint32_t at, uint32_t bytes, uint32_t width)
{
    const uint8_t *where = b->m->r.bytes + at;
    uint8_t       *copy;

    if ((uintptr_t)where % width == 0)
        return where;
    copy = (uint8_t *)mrt_take_work(b->memory, bytes);
    if (copy)
        mrt_copy(copy, where, bytes);
    return copy;
}

MRT_API const int8_t *mrt_constant_bytes(mrt_build *b, int32_t i, uint32_t beyond)
{
    const mrt_tensor *tensor = &b->in[i];
    const uint8_t    *where = b->m->r.bytes + tensor->data;
    uint8_t          *copy;

    if (b->m->r.count - tensor->data - tensor->bytes >= beyond)
        return (const int8_t *)where;
    copy = (uint8_t *)mrt_take(b->memory, (size_t)tensor->bytes + beyond, 0);
    if (copy)
        mrt_copy(copy, where, tensor->bytes);
    return (const int8_t *)copy;
}

MRT_API const void *mrt_constant_operand(mrt_build *b, int32_t i, uint32_t width)
{
    const mrt_tensor *tensor = mrt_operand(b, i);

    return tensor ? mrt_constant(b, tensor->data, tensor->bytes, width) : NULL;
}
