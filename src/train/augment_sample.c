/* What augmentation does to one sample: Keras 3's preprocessing layers on TensorFlow, float32, the same order of operations
 * (keras/src/layers/preprocessing/image_preprocessing; ImageProjectiveTransformV3 for what is turned, moved and zoomed).
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "train/augment.h"

/* ---- drawing ---- */

static float draw_from(mote_augment_range range, mote_random_key key, uint64_t index)
{
    return range.low + (range.high - range.low) * mote_random_unit_f32(key, index);
}

/* Whole, from -most to most, each as likely. */
static float draw_whole(int32_t most, mote_random_key key, uint64_t index)
{
    return (float)((int32_t)(mote_random_unit_f64(key, index) * (2 * (double)most + 1)) - most);
}

static mote_augment_drawn draw_rectangle(const mote_augment_step *step, mote_augment_shape shape, mote_random_key key)
{
    const float        width = sqrtf(draw_from(step->scale, key, 0)) * (float)shape.width;
    const float        height = sqrtf(draw_from(step->scale, key, 1)) * (float)shape.height;
    const float        left = mote_random_unit_f32(key, 2) * ((float)shape.width - width);
    const float        top = mote_random_unit_f32(key, 3) * ((float)shape.height - height);
    const bool         is_erased = mote_random_unit_f32(key, 5) < draw_from(step->factor, key, 4);
    mote_augment_drawn drawn = {{is_erased ? 1.0f : 0.0f, left, left + width, top, top + height}};

    return drawn;
}

static float range_of(mote_augment_range range)
{
    return range.high - range.low;
}

mote_augment_drawn mote_augment_draw(const mote_augment_step *step, mote_augment_shape shape, mote_random_key key)
{
    const mote_augment_range contrast = {1.0f - step->factor.low, 1.0f + step->factor.high};
    const float              factor = draw_from(step->factor, key, 0);
    mote_augment_drawn       drawn = {{factor}};

    switch (step->kind) {
    case MOTE_AUGMENT_FLIP:
        drawn.value[0] = mote_random_unit_f32(key, 0) <= 0.5f;
        break;
    case MOTE_AUGMENT_TRANSLATION:
        drawn.value[0] = draw_from(step->height, key, 0) * (float)shape.height;
        drawn.value[1] = draw_from(step->width, key, 1) * (float)shape.width;
        break;
    case MOTE_AUGMENT_ROTATION:
        drawn.value[0] = factor * 360.0f;
        break;
    case MOTE_AUGMENT_ZOOM:
        drawn.value[0] = 1.0f + draw_from(step->height, key, 0);
        drawn.value[1] = step->has_width ? 1.0f + draw_from(step->width, key, 1) : drawn.value[0];
        break;
    case MOTE_AUGMENT_CROP:
        drawn.value[0] = draw_whole(step->padding, key, 0);
        drawn.value[1] = draw_whole(step->padding, key, 1);
        break;
    case MOTE_AUGMENT_BRIGHTNESS:
        drawn.value[0] = factor * range_of(step->value_range);
        break;
    case MOTE_AUGMENT_CONTRAST:
        drawn.value[0] = draw_from(contrast, key, 0);
        break;
    case MOTE_AUGMENT_SATURATION:
        drawn.value[0] = factor / (1.0f - factor + 1e-7f);
        break;
    case MOTE_AUGMENT_HUE:
        drawn.value[0] = (mote_random_unit_f32(key, 1) > 0.5f ? -0.5f : 0.5f) * factor;
        break;
    case MOTE_AUGMENT_ERASING:
        drawn = draw_rectangle(step, shape, key);
        break;
    case MOTE_AUGMENT_TIME_SHIFT:
        drawn.value[0] = rintf(factor * (float)shape.height);
        break;
    default:
        break;
    }
    return drawn;
}

/* Johnk's way up to 1, which rejects more often the larger alpha is; beyond, the density below its peak. Both take as many
 * numbers of the stream as they need. */
double mote_augment_beta(double alpha, mote_random_key key)
{
    uint64_t k;

    for (k = 0;; k += 2) {
        const double u = mote_random_unit_f64(key, k) + 0x1p-54, v = mote_random_unit_f64(key, k + 1);
        const double a = pow(u, 1 / alpha), b = pow(v, 1 / alpha);
        if (alpha > 1 && v <= pow(4 * u * (1 - u), alpha - 1))
            return u;
        if (alpha <= 1 && a + b <= 1 && a + b > 0)
            return a / (a + b);
    }
}

/* ---- moved, turned, zoomed ---- */

/* A place beyond the ends as a place within: ImageProjectiveTransformV3's rules, which work on places, not on pixels. */
static float reflect(float at, float length)
{
    const float twice = 2 * length;

    if (length <= 1)
        return 0;
    if (at < 0) {
        if (at < twice)
            at = twice * truncf(-at / twice) + at;
        return at < -length ? at + twice : -at - 1;
    }
    at -= twice * truncf(at / twice);
    return at >= length ? twice - at - 1 : at;
}

static float wrap(float at, float length)
{
    if (length <= 1)
        return 0;
    if (at < 0)
        return at + length * (truncf(-at / (length - 1)) + 1);
    return at > length - 1 ? at - length * truncf(at / (length - 1)) : at;
}

static float place(float at, int32_t length, mote_fill_mode mode)
{
    const float last = (float)(length - 1);

    if (mode == MOTE_FILL_CONSTANT)
        return at;
    if (mode == MOTE_FILL_REFLECT)
        at = reflect(at, (float)length);
    if (mode == MOTE_FILL_WRAP)
        at = wrap(at, (float)length);
    return at < 0 ? 0 : at > last ? last : at;
}

/* Where an output pixel comes from: x' = a0 x + a1 y + a2, y' = b0 x + b1 y + b2. */
typedef struct affine {
    float a0, a1, a2, b0, b1, b2;
} affine;

static float pixel(const float *from, mote_augment_shape s, int32_t y, int32_t x, int32_t c, float fill)
{
    return y < 0 || x < 0 || y >= s.height || x >= s.width
               ? fill
               : from[((size_t)y * (size_t)s.width + (size_t)x) * (size_t)s.channels + (size_t)c];
}

static void read_between(const float *from, mote_augment_shape s, float y, float x, float fill, float *to)
{
    const float   top = floorf(y), left = floorf(x), down = y - top, right = x - left;
    const int32_t t = (int32_t)top, l = (int32_t)left;
    int32_t       c;

    for (c = 0; c < s.channels; c++) {
        const float above = (1 - right) * pixel(from, s, t, l, c, fill) + right * pixel(from, s, t, l + 1, c, fill);
        const float below = (1 - right) * pixel(from, s, t + 1, l, c, fill) + right * pixel(from, s, t + 1, l + 1, c, fill);
        to[c] = (1 - down) * above + down * below;
    }
}

static void transform(const mote_augment_step *step, mote_augment_shape s, affine m, const float *from, float *to)
{
    int32_t x, y;

    for (y = 0; y < s.height; y++)
        for (x = 0; x < s.width; x++, to += s.channels) {
            const float from_x = m.a0 * (float)x + m.a1 * (float)y + m.a2, from_y = m.b0 * (float)x + m.b1 * (float)y + m.b2;
            read_between(from, s, place(from_y, s.height, step->fill_mode), place(from_x, s.width, step->fill_mode),
                         step->fill_value, to);
        }
}

static affine turn(float degrees, mote_augment_shape s)
{
    const float angle = degrees * (float)(3.14159265358979323846 / 180), cosine = cosf(angle), sine = sinf(angle);
    const float x = 0.5f * (float)(s.width - 1), y = 0.5f * (float)(s.height - 1);

    return (affine){cosine, -sine, x - x * cosine - y * -sine, sine, cosine, y - x * sine - y * cosine};
}

static affine zoom(float height, float width, mote_augment_shape s)
{
    return (affine){width, 0, ((float)s.width - 1) / 2 * (1 - width), 0, height, ((float)s.height - 1) / 2 * (1 - height)};
}

/* ---- whole pixels ---- */

static void flip(const mote_augment_step *step, mote_augment_shape s, const float *from, float *to)
{
    const bool   is_mirrored = step->flip != MOTE_FLIP_VERTICAL, is_upside_down = step->flip != MOTE_FLIP_HORIZONTAL;
    const size_t channels = (size_t)s.channels;
    int32_t      x, y;

    for (y = 0; y < s.height; y++)
        for (x = 0; x < s.width; x++, to += channels) {
            const size_t row = (size_t)(is_upside_down ? s.height - 1 - y : y);
            const size_t column = (size_t)(is_mirrored ? s.width - 1 - x : x);
            memcpy(to, from + (row * (size_t)s.width + column) * channels, channels * sizeof *to);
        }
}

/* The same for whole places, where wrapping is plain counting in a circle: above it is not, beyond the first time round. */
static int32_t whole_place(int32_t at, int32_t length, mote_fill_mode mode)
{
    const int32_t period = mode == MOTE_FILL_WRAP ? length : 2 * length;

    if (mode == MOTE_FILL_CONSTANT)
        return at;
    if (mode == MOTE_FILL_NEAREST)
        return at < 0 ? 0 : at < length ? at : length - 1;
    at = (at % period + period) % period;
    return at < length ? at : period - 1 - at;
}

static void shift(const mote_augment_step *step, mote_augment_shape s, int32_t down, int32_t right, const float *from,
                  float *to)
{
    int32_t x, y, c;

    for (y = 0; y < s.height; y++)
        for (x = 0; x < s.width; x++) {
            const int32_t row = whole_place(y - down, s.height, step->fill_mode);
            const int32_t column = whole_place(x - right, s.width, step->fill_mode);
            for (c = 0; c < s.channels; c++)
                *to++ = pixel(from, s, row, column, c, step->fill_value);
        }
}

static void erase(const mote_augment_step *step, mote_augment_shape s, const mote_augment_drawn *drawn, const float *noise,
                  const float *from, float *to)
{
    const float *edge = drawn->value + 1, low = step->value_range.low, high = step->value_range.high;
    int32_t      x, y, c;

    for (y = 0; y < s.height; y++)
        for (x = 0; x < s.width; x++) {
            const bool is_inside = (float)x >= edge[0] && (float)x < edge[1] && (float)y >= edge[2] && (float)y < edge[3];
            for (c = 0; c < s.channels; c++, from++, to++) {
                const float fill = noise ? *noise++ * high : step->fill_value;
                *to = is_inside ? fminf(high, fmaxf(low, fill)) : *from;
            }
        }
}

/* ---- colours ---- */

static void brighten(const mote_augment_step *step, size_t count, float delta, const float *from, float *to)
{
    size_t i;

    for (i = 0; i < count; i++)
        to[i] = fminf(step->value_range.high, fmaxf(step->value_range.low, from[i] + delta));
}

static void stretch(const mote_augment_step *step, mote_augment_shape s, float factor, const float *from, float *to)
{
    const size_t pixels = (size_t)s.height * (size_t)s.width, channels = (size_t)s.channels;
    size_t       c, i;

    for (c = 0; c < channels; c++) {
        double sum = 0;
        float  mean;
        for (i = 0; i < pixels; i++)
            sum += (double)from[i * channels + c];
        mean = (float)(sum / (double)pixels);
        for (i = 0; i < pixels; i++)
            to[i * channels + c] =
                fminf(step->value_range.high, fmaxf(step->value_range.low, (from[i * channels + c] - mean) * factor + mean));
    }
}

/* Hue, saturation, value; hue from 0 to below 1. */
static void to_hsv(const float *rgb, float *hsv)
{
    const float r = rgb[0], g = rgb[1], b = rgb[2], value = fmaxf(r, fmaxf(g, b)), range = value - fminf(r, fminf(g, b));
    const float norm = range > 0 ? 1.0f / (6.0f * range) : 0;
    float       hue = r == value ? norm * (g - b) : g == value ? norm * (b - r) + 2.0f / 6.0f : norm * (r - g) + 4.0f / 6.0f;

    if (!(range > 0))
        hue = 0;
    hsv[0] = hue < 0 ? hue + 1 : hue;
    hsv[1] = value > 0 ? range / value : 0;
    hsv[2] = value;
}

static float within_one(float x)
{
    return fminf(1, fmaxf(0, x));
}

static void to_rgb(const float *hsv, float *rgb)
{
    const float hue = hsv[0] * 6,
                part[3] = {within_one(fabsf(hue - 3) - 1), within_one(2 - fabsf(hue - 2)), within_one(2 - fabsf(hue - 4))};
    int c;

    for (c = 0; c < 3; c++)
        rgb[c] = (1 - hsv[1] + hsv[1] * part[c]) * hsv[2];
}

/* A change of colours works on values from 0 to 1. */
static void read_colour(mote_augment_range range, const float *from, float *hsv)
{
    float rgb[3];
    int   c;

    for (c = 0; c < 3; c++)
        rgb[c] = (from[c] - range.low) / range_of(range);
    to_hsv(rgb, hsv);
}

static void write_colour(mote_augment_range range, const float *hsv, float *to)
{
    float rgb[3];
    int   c;

    to_rgb(hsv, rgb);
    for (c = 0; c < 3; c++)
        to[c] = within_one(rgb[c]) * range_of(range) + range.low;
}

/* Keras clips saturation, which is a share, to value_range: right where that is 0 to 1. It is clipped to 0 to 1 here. */
static void saturate(const mote_augment_step *step, size_t pixels, float factor, const float *from, float *to)
{
    size_t i;
    float  hsv[3];

    for (i = 0; i < pixels; i++, from += 3, to += 3) {
        read_colour(step->value_range, from, hsv);
        hsv[1] = within_one(hsv[1] * factor);
        write_colour(step->value_range, hsv, to);
    }
}

static void turn_hue(const mote_augment_step *step, size_t pixels, float added, const float *from, float *to)
{
    size_t i;
    float  hsv[3];

    for (i = 0; i < pixels; i++, from += 3, to += 3) {
        read_colour(step->value_range, from, hsv);
        hsv[0] += added;
        hsv[0] = hsv[0] > 1 ? hsv[0] - 1 : hsv[0] < 0 ? hsv[0] + 1 : hsv[0];
        write_colour(step->value_range, hsv, to);
    }
}

/* ---- all of them ---- */

void mote_augment_apply(const mote_augment_step *step, mote_augment_shape s, const mote_augment_drawn *drawn,
                        const float *noise, const float *from, float *to)
{
    const float *v = drawn->value;
    const size_t pixels = (size_t)s.height * (size_t)s.width, count = pixels * (size_t)s.channels;
    size_t       i;

    switch (step->kind) {
    case MOTE_AUGMENT_FLIP:
        if (v[0] != 0)
            flip(step, s, from, to);
        else
            memcpy(to, from, count * sizeof *to);
        break;
    case MOTE_AUGMENT_TRANSLATION:
        transform(step, s, (affine){1, 0, -v[1], 0, 1, -v[0]}, from, to);
        break;
    case MOTE_AUGMENT_ROTATION:
        transform(step, s, turn(v[0], s), from, to);
        break;
    case MOTE_AUGMENT_ZOOM:
        transform(step, s, zoom(v[0], v[1], s), from, to);
        break;
    case MOTE_AUGMENT_CROP:
        shift(step, s, (int32_t)v[0], (int32_t)v[1], from, to);
        break;
    case MOTE_AUGMENT_BRIGHTNESS:
        brighten(step, count, v[0], from, to);
        break;
    case MOTE_AUGMENT_CONTRAST:
        stretch(step, s, v[0], from, to);
        break;
    case MOTE_AUGMENT_SATURATION:
        saturate(step, pixels, v[0], from, to);
        break;
    case MOTE_AUGMENT_HUE:
        turn_hue(step, pixels, v[0], from, to);
        break;
    case MOTE_AUGMENT_ERASING:
        if (v[0] != 0)
            erase(step, s, drawn, noise, from, to);
        else
            memcpy(to, from, count * sizeof *to);
        break;
    case MOTE_AUGMENT_TIME_SHIFT:
        shift(step, s, (int32_t)v[0], 0, from, to);
        break;
    case MOTE_AUGMENT_SCALING:
        for (i = 0; i < count; i++)
            to[i] = from[i] * v[0];
        break;
    default:
        memcpy(to, from, count * sizeof *to);
        break;
    }
}
