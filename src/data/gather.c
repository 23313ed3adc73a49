/* Gathering is part of every training step, so bytes, the type of images, have a path of their own.
 *
 * prepared = x / scale must have the bits of one float32 division, but divisions are four times slower than products. With
 * 1 / scale split into high + low, high short enough for x * high to be exact, x * high + x * low rounds
 * like the quotient for nearly every scale; all 256 values are tried when the plan is made, and a scale that fails gets a
 * table instead.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/gather.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "data/array.h"
#include "data/half.h"
#include "data/raw.h"

/* Above this a table of floats is larger than what it saves. */
enum { BYTE_VALUES = 256, TABLE_MAX_CHANNELS = 64 };

static float prepare_one(const mote_preparation *p, float x, int channel)
{
    float prepared = x;

    if (p->scale != 0)
        prepared /= p->scale;
    prepared += p->offset;
    if (p->channels > 0)
        prepared = (prepared - p->mean[channel]) / p->std[channel];
    return prepared;
}

/* One loop a stored type over the formula. */
#define PLAIN_LOOP(T, TO_F32)                                                                                               \
    for (i = 0; i < count; i++) {                                                                                           \
        out[i] = prepare_one(p, TO_F32(((const T *)in)[i]), channel);                                                       \
        channel = channel + 1 < channels ? channel + 1 : 0;                                                                 \
    }
#define AS_F32(x) (float)(x)

static void fill_nan(float *out, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        out[i] = NAN;
}

void mote_gather_plain(const mote_gather_plan *plan, const void *in, size_t count, float *out)
{
    const mote_preparation *p = &plan->preparation;
    int                     channels = p->channels, channel = 0;
    size_t                  i;

    switch (plan->dtype) {
    case MOTE_U8:
    case MOTE_BOOL:
        PLAIN_LOOP(uint8_t, AS_F32) break;
    case MOTE_I8:
        PLAIN_LOOP(int8_t, AS_F32) break;
    case MOTE_I16:
        PLAIN_LOOP(int16_t, AS_F32) break;
    case MOTE_U16:
        PLAIN_LOOP(uint16_t, AS_F32) break;
    case MOTE_I32:
        PLAIN_LOOP(int32_t, AS_F32) break;
    case MOTE_U32:
        PLAIN_LOOP(uint32_t, AS_F32) break;
    case MOTE_I64:
        PLAIN_LOOP(int64_t, AS_F32) break;
    case MOTE_U64:
        PLAIN_LOOP(uint64_t, AS_F32) break;
    case MOTE_F16:
        PLAIN_LOOP(uint16_t, mote_half_to_f32) break;
    case MOTE_F32:
        PLAIN_LOOP(float, AS_F32) break;
    case MOTE_F64:
        PLAIN_LOOP(double, AS_F32) break;
    case MOTE_I4:
    case MOTE_DTYPE_COUNT:
        fill_nan(out, count);
    }
}

static void copy_f32(const mote_gather_plan *plan, const void *in, size_t count, float *out)
{
    (void)plan;
    memcpy(out, in, count * sizeof *out);
}

static void look_up(const mote_gather_plan *plan, const void *in, size_t count, float *out)
{
    const float   *table = plan->table;
    const uint8_t *bytes = in;
    size_t         i;

#pragma GCC unroll 8
    for (i = 0; i < count; i++)
        out[i] = table[bytes[i]];
}

static void look_up_channels(const mote_gather_plan *plan, const void *in, size_t count, float *out)
{
    size_t         channels = (size_t)plan->preparation.channels, c, i;
    const uint8_t *bytes = in;

    for (c = 0; c < channels; c++)
        for (i = c; i < count; i += channels)
            out[i] = plan->table[c * BYTE_VALUES + bytes[i]];
}

/* The loops that the compiler vectorises: the same source for the plain machine and for AVX2, chosen when the plan is
 * made. No fused multiply-add in either: the bits are the same. */
#if defined(__clang__)
#define VECTORIZED
#else
#define VECTORIZED __attribute__((optimize("O3", "no-math-errno", "fp-contract=off")))
#endif

#define SCALE_BYTES(NAME, T, TARGET)                                                                                        \
    TARGET VECTORIZED static void NAME(const mote_gather_plan *plan, const void *in, size_t count, float *restrict out)     \
    {                                                                                                                       \
        const T    *bytes = in;                                                                                             \
        const float high = plan->high, low = plan->low, offset = plan->offset;                                              \
        size_t      i;                                                                                                      \
        for (i = 0; i < count; i++) {                                                                                       \
            float x = (float)bytes[i];                                                                                      \
            out[i] = x * high + x * low + offset;                                                                           \
        }                                                                                                                   \
    }

SCALE_BYTES(scale_u8, uint8_t, )
SCALE_BYTES(scale_i8, int8_t, )

/* (x - mean) / std in place: channels cycle along the elements. */
VECTORIZED static void standardize_in_place(const mote_preparation *p, size_t count, float *restrict out)
{
    const size_t channels = (size_t)p->channels;
    size_t       i, c;

    if (channels == 1) {
        const float mean = p->mean[0], std = p->std[0];
        for (i = 0; i < count; i++)
            out[i] = (out[i] - mean) / std;
        return;
    }
    for (i = 0; i < count; i += channels)
        for (c = 0; c < channels; c++)
            out[i + c] = (out[i + c] - p->mean[c]) / p->std[c];
}

#define SCALE_WIDE(NAME, T)                                                                                                 \
    VECTORIZED static void NAME(const mote_gather_plan *plan, const void *in, size_t count, float *restrict out)            \
    {                                                                                                                       \
        const T    *elements = in;                                                                                          \
        const float scale = plan->preparation.scale != 0 ? plan->preparation.scale : 1, offset = plan->preparation.offset;  \
        size_t      i;                                                                                                      \
        for (i = 0; i < count; i++)                                                                                         \
            out[i] = (float)elements[i] / scale + offset;                                                                   \
        if (plan->preparation.channels > 0)                                                                                 \
            standardize_in_place(&plan->preparation, count, out);                                                           \
    }

SCALE_WIDE(scale_i16, int16_t)
SCALE_WIDE(scale_u16, uint16_t)
SCALE_WIDE(scale_f32, float)

#if defined(__x86_64__)
SCALE_BYTES(scale_u8_avx2, uint8_t, __attribute__((target("avx2"))))
SCALE_BYTES(scale_i8_avx2, int8_t, __attribute__((target("avx2"))))

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}
#else
#define scale_u8_avx2 scale_u8
#define scale_i8_avx2 scale_i8
static bool has_avx2(void)
{
    return false;
}
#endif

/* high keeps 16 of the 24 bits of 1 / scale, so that its product with any byte is exact. */
static void split_reciprocal(mote_gather_plan *plan)
{
    double reciprocal = plan->preparation.scale != 0 ? 1 / (double)plan->preparation.scale : 1;
    int    exponent;
    double fraction = frexp(reciprocal, &exponent);

    plan->high = (float)ldexp(nearbyint(ldexp(fraction, 16)), exponent - 16);
    plan->low = (float)(reciprocal - (double)plan->high);
    plan->offset = plan->preparation.offset;
}

static uint32_t bits_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static bool products_equal_division(const mote_gather_plan *plan)
{
    int value;

    for (value = plan->dtype == MOTE_I8 ? -128 : 0; value < (plan->dtype == MOTE_I8 ? 128 : BYTE_VALUES); value++) {
        float x = (float)value, fast = x * plan->high + x * plan->low + plan->offset;
        float exact = prepare_one(&plan->preparation, x, 0);
        if (bits_of(fast) != bits_of(exact))
            return false;
    }
    return true;
}

static mote_status make_table(mote_gather_plan *plan, mote_arena *arena, mote_error *err)
{
    int    channels = plan->preparation.channels > 0 ? plan->preparation.channels : 1, c, value;
    float *table = MOTE_NEW(arena, float, (size_t)channels *BYTE_VALUES, err);

    if (!table)
        return err->code;
    for (c = 0; c < channels; c++)
        for (value = 0; value < BYTE_VALUES; value++) {
            float x = plan->dtype == MOTE_I8 ? (float)(int8_t)(uint8_t)value : (float)value;
            table[c * BYTE_VALUES + value] = prepare_one(&plan->preparation, x, c);
        }
    plan->table = table;
    plan->run = channels == 1 ? look_up : look_up_channels;
    return MOTE_OK;
}

static mote_status choose_for_bytes(mote_gather_plan *plan, mote_arena *arena, mote_error *err)
{
    split_reciprocal(plan);
    if (plan->preparation.channels == 0 && products_equal_division(plan)) {
        if (plan->dtype == MOTE_I8)
            plan->run = has_avx2() ? scale_i8_avx2 : scale_i8;
        else
            plan->run = has_avx2() ? scale_u8_avx2 : scale_u8;
        return MOTE_OK;
    }
    return plan->preparation.channels <= TABLE_MAX_CHANNELS ? make_table(plan, arena, err) : MOTE_OK;
}

static bool changes_nothing(const mote_preparation *p)
{
    return (p->scale == 0 || p->scale == 1) && p->offset == 0 && p->channels == 0;
}

mote_status mote_gather_plan_init(mote_gather_plan *plan, const mote_preparation *preparation, mote_dtype dtype,
                                  mote_arena *arena, mote_error *err)
{
    *plan =
        (mote_gather_plan){.preparation = *preparation, .dtype = dtype, .element_bytes = mote_array_element_bytes(dtype)};
    plan->run = mote_gather_plain;
    if (dtype == MOTE_F32)
        plan->run = changes_nothing(preparation) ? copy_f32 : scale_f32;
    if (dtype == MOTE_I16)
        plan->run = scale_i16;
    if (dtype == MOTE_U16)
        plan->run = scale_u16;
    if (dtype == MOTE_U8 || dtype == MOTE_I8)
        return choose_for_bytes(plan, arena, err);
    return MOTE_OK;
}

static bool is_inside(const mote_dataset_split *split, mote_dataset_pick pick)
{
    return pick.first <= split->count && pick.count <= split->count - pick.first;
}

mote_status mote_dataset_check_pick(const mote_dataset_split *split, mote_dataset_pick pick, mote_error *err)
{
    size_t i;

    if (!pick.indices && !is_inside(split, pick))
        return mote_fail(err, MOTE_ERR_USAGE, "%zu samples from %zu on are asked for; the %s split has %zu", pick.count,
                         pick.first, mote_split_name(split->id), split->count);
    for (i = 0; pick.indices && i < pick.count; i++)
        if (pick.indices[i] >= split->count)
            return mote_fail(err, MOTE_ERR_USAGE, "sample %u is asked for; the %s split has %zu", pick.indices[i],
                             mote_split_name(split->id), split->count);
    return MOTE_OK;
}

static size_t picked_index(mote_dataset_pick pick, size_t i)
{
    return pick.indices ? pick.indices[i] : pick.first + i;
}

/* A view's (raw.h). A set of targets alone, put together by hand, has no state. */
static const uint32_t *order_of(const mote_dataset_split *split)
{
    const struct mote_dataset_state *state = split->set->state;

    return state ? state->order[split->id] : NULL;
}

static size_t stored_index(const mote_dataset_split *split, size_t index)
{
    const uint32_t *order = order_of(split);

    return order ? order[index] : index;
}

/* From the file piece by piece, each of whole channels: the plan begins each with the first one. */
static bool gather_from_file(const mote_gather_plan *plan, const mote_spill *spill, const uint8_t *sample, size_t count,
                             float *x)
{
    enum { PIECE_BYTES = 32 << 10 };
    uint8_t      piece[PIECE_BYTES];
    const size_t channels = plan->preparation.channels > 1 ? (size_t)plan->preparation.channels : 1;
    const size_t most = PIECE_BYTES / plan->element_bytes / channels * channels;
    size_t       offset = (size_t)(sample - spill->bytes), done, part;

    for (done = 0; most > 0 && done < count; done += part) {
        part = count - done < most ? count - done : most;
        if (!mote_spill_read(spill, offset + done * plan->element_bytes, piece, part * plan->element_bytes))
            return false;
        plan->run(plan, piece, part, x + done);
    }
    return most > 0;
}

static const uint8_t *stored_sample(const mote_dataset_split *split, int feature, size_t index)
{
    return (const uint8_t *)split->x[feature] +
           stored_index(split, index) * split->set->feature[feature].width * split->set->state->plan[feature].element_bytes;
}

/* count samples that are stored one after the other. */
static void gather_stored(const mote_dataset_split *split, int feature, size_t index, size_t count, float *x)
{
    const mote_gather_plan *plan = &split->set->state->plan[feature];
    mote_spill             *spill = split->set->state->spill[split->id][feature];
    const size_t            width = split->set->feature[feature].width;
    const uint8_t          *samples = stored_sample(split, feature, index);

    if (spill && gather_from_file(plan, spill, samples, count * width, x))
        return;
    mote_spill_touch(spill, count * width * plan->element_bytes);
    plan->run(plan, samples, count * width, x);
}

void mote_dataset_gather(const mote_dataset_split *split, int32_t feature, mote_dataset_pick pick, float *x)
{
    const size_t width = split->set->feature[feature].width;
    size_t       i;

    assert(feature >= 0 && feature < split->set->feature_count);
    if (!pick.indices && pick.count > 0 && is_inside(split, pick) && !order_of(split)) {
        gather_stored(split, feature, pick.first, pick.count, x);
        return;
    }
    for (i = 0; i < pick.count; i++)
        if (picked_index(pick, i) < split->count)
            gather_stored(split, feature, picked_index(pick, i), 1, x + i * width);
        else
            fill_nan(x + i * width, width);
}

void mote_dataset_expect(const mote_dataset_split *split, mote_dataset_pick pick)
{
    const struct mote_dataset_state *state = split->set->state;
    int                              f;
    size_t                           i;

    for (f = 0; f < split->set->feature_count; f++)
        for (i = 0; state->spill[split->id][f] && i < pick.count; i++)
            if (picked_index(pick, i) < split->count)
                mote_spill_expect(
                    state->spill[split->id][f],
                    (size_t)(stored_sample(split, f, picked_index(pick, i)) - state->spill[split->id][f]->bytes),
                    split->set->feature[f].width * state->plan[f].element_bytes);
}

const void *mote_dataset_sample(const mote_dataset_split *split, int32_t feature, size_t index)
{
    const struct mote_dataset_state *state = split->set->state;

    if (index >= split->count)
        return NULL;
    mote_spill_touch(state->spill[split->id][feature],
                     split->set->feature[feature].width * state->plan[feature].element_bytes);
    return stored_sample(split, feature, index);
}

/* -1 where there is no such sample, or no labels. */
static int32_t label_of(const mote_dataset_split *split, int target, size_t index)
{
    return split->labels[target] && index < split->count ? split->labels[target][stored_index(split, index)] : -1;
}

void mote_dataset_gather_values(const mote_dataset_split *split, int32_t target, mote_dataset_pick pick, float *y)
{
    const size_t width = split->set->target[target].width;
    size_t       i;

    for (i = 0; i < pick.count; i++) {
        const size_t index = picked_index(pick, i);
        if (split->values[target] && index < split->count)
            memcpy(y + i * width, split->values[target] + stored_index(split, index) * width, width * sizeof *y);
        else if (!split->values[target] && label_of(split, target, index) >= 0)
            y[i] = (float)label_of(split, target, index);
        else
            fill_nan(y + i * width, width);
    }
}

void mote_dataset_gather_labels(const mote_dataset_split *split, int32_t target, mote_dataset_pick pick, int32_t *y)
{
    size_t i;

    for (i = 0; i < pick.count; i++)
        y[i] = label_of(split, target, picked_index(pick, i));
}

void mote_dataset_gather_one_hot(const mote_dataset_split *split, int32_t target, mote_dataset_pick pick, size_t width,
                                 float *y)
{
    size_t i;

    memset(y, 0, pick.count * width * sizeof *y);
    for (i = 0; i < pick.count; i++) {
        const int32_t label = label_of(split, target, picked_index(pick, i));
        if (label >= 0 && (size_t)label < width)
            y[i * width + (size_t)label] = 1;
        else
            fill_nan(y + i * width, width);
    }
}

void mote_preparation_apply(const mote_preparation *preparation, const mote_array *array, float *out)
{
    mote_gather_plan plan = {.preparation = *preparation, .dtype = array->dtype};

    mote_gather_plain(&plan, array->bytes, array->count, out);
}
