/* SPDX-License-Identifier: Apache-2.0 */
#include "report/axes.h"

#include <math.h>

#define BIGGEST  1e300 /* so that a difference of two values is finite */
#define SMALLEST 1e-290

bool mote_can_show(double value, mote_scale scale)
{
    return fabs(value) <= BIGGEST /* false for NaN */ && (scale != MOTE_SCALE_LOG || value >= SMALLEST);
}

void mote_range_add(mote_range_of *range, double value, mote_scale scale)
{
    if (!mote_can_show(value, scale))
        return;
    if (!range->is_known)
        *range = (mote_range_of){value, value, true, true};
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
    range->is_whole = range->is_whole && value == floor(value);
}

static void cover_log(mote_axis *axis, const mote_range_of *range, mote_cover cover)
{
    double low = log10(range->low), high = log10(range->high), length = high - low;

    if (length < 1e-3) {
        low -= 0.5;
        high += 0.5;
        length = 1;
    }
    axis->low = pow(10, fmax(low - cover.margin_low * length, -300));
    axis->high = pow(10, fmin(high + cover.margin_high * length, 300));
}

void mote_axis_cover(mote_axis *axis, const mote_range_of *range, mote_cover cover)
{
    double low = range->low, high = range->high, length = high - low, size = fmax(fabs(low), fabs(high));

    if (!range->is_known) {
        axis->low = axis->scale == MOTE_SCALE_LOG ? 0.1 : 0;
        axis->high = 1;
        return;
    }
    if (axis->scale == MOTE_SCALE_LOG) {
        cover_log(axis, range, cover);
        return;
    }
    if (cover.from_zero && low >= 0 && high > 0 && low <= 0.4 * high) {
        low = 0;
        cover.margin_low = 0;
        length = high;
    }
    if (length <= 1e-9 * size || length < SMALLEST) { /* a single value, or too near for the digits of a label */
        double half = size < SMALLEST ? 1 : 0.5 * (axis->scale == MOTE_SCALE_INTEGER ? 1 : fmin(size, 1));
        half = fmax(half, 1e-9 * size);
        low -= half;
        high += half;
        length = high - low;
    }
    axis->low = low - cover.margin_low * length;
    axis->high = high + cover.margin_high * length;
}

/* The smallest of 1, 2, 5 times a power of ten that is at least `least`. */
static double round_step(double least)
{
    double power = pow(10, floor(log10(least))), mantissa = least / power, slack = 1 + 1e-9;

    return (mantissa <= slack ? 1 : mantissa <= 2 * slack ? 2 : mantissa <= 5 * slack ? 5 : 10) * power;
}

static double choose_step(const mote_axis *axis, int count_max)
{
    double least = (axis->high - axis->low) / count_max;

    if (axis->scale == MOTE_SCALE_BYTES)
        return exp2(fmax(0, ceil(log2(least))));
    if (axis->scale == MOTE_SCALE_INTEGER)
        return fmax(1, round_step(least));
    return round_step(least);
}

static mote_number label_of(const mote_axis *axis, double value, double step)
{
    int decimals = (int)ceil(-log10(step) - 1e-6);

    if (axis->scale == MOTE_SCALE_BYTES)
        return value == 0 ? mote_number_grouped(0, 0) : mote_number_bytes(value);
    if (value == 0 && step < 1e-5)
        return mote_number_grouped(0, 0);
    if (value != 0 && (fmax(fabs(axis->low), fabs(axis->high)) >= 1e7 || step < 1e-5))
        return mote_number_grouped(value, 99); /* with an exponent where that is shorter */
    return mote_number_grouped(value, decimals > 0 ? decimals : 0);
}

static void add_tick(mote_axis *axis, double value, mote_number label)
{
    if (axis->tick_count < MOTE_TICKS_MAX) {
        axis->tick[axis->tick_count] = value;
        axis->label[axis->tick_count++] = label;
    }
}

static void choose_linear_ticks(mote_axis *axis, int count_max)
{
    double step = choose_step(axis, count_max), slack = 1e-9 * (axis->high - axis->low);
    double first = ceil((axis->low - slack) / step);
    int    i;

    for (i = 0; i < MOTE_TICKS_MAX; i++) {
        double value = (first + i) * step;
        if (value > axis->high + slack)
            break;
        add_tick(axis, value, label_of(axis, value, step));
    }
}

static mote_number log_label(double value)
{
    int power = (int)floor(log10(value) + 1e-9);

    return value >= 0.9e-3 && value < 1e6 ? mote_number_grouped(value, power < 0 ? -power : 0)
                                          : mote_number_grouped(value, 99);
}

/* Decades, or every n-th of them; with few decades also 2 and 5 times each. */
static void choose_log_ticks(mote_axis *axis, int count_max)
{
    static const double mantissas[] = {1, 2, 5};
    double              first = floor(log10(axis->low)), last = ceil(log10(axis->high));
    double              decades = log10(axis->high) - log10(axis->low), stride = fmax(1, ceil(decades / count_max));
    int                 mantissa_count = decades * 3 <= count_max && decades < 3 ? 3 : 1, power, m;

    for (power = (int)(stride * floor(first / stride)); power <= (int)last; power += (int)stride)
        for (m = 0; m < mantissa_count; m++) {
            double value = mantissas[m] * pow(10, power);
            if (value >= axis->low * (1 - 1e-9) && value <= axis->high * (1 + 1e-9))
                add_tick(axis, value, log_label(value));
        }
}

void mote_axis_choose_ticks(mote_axis *axis, int count_max)
{
    axis->tick_count = 0;
    if (count_max > MOTE_TICKS_MAX - 1)
        count_max = MOTE_TICKS_MAX - 1; /* a range of n steps may hold n + 1 ticks */
    if (count_max < 2)
        count_max = 2;
    if (axis->scale == MOTE_SCALE_LOG) {
        choose_log_ticks(axis, count_max);
        if (axis->tick_count >= 2)
            return;
        axis->tick_count = 0; /* less than a decade: linear ticks at their logarithmic places */
    }
    choose_linear_ticks(axis, count_max);
}

double mote_axis_at(const mote_axis *axis, double value)
{
    double share = axis->scale == MOTE_SCALE_LOG ? (log(value) - log(axis->low)) / (log(axis->high) - log(axis->low))
                                                 : (value - axis->low) / (axis->high - axis->low);

    return axis->pixel_low + share * (axis->pixel_high - axis->pixel_low);
}
