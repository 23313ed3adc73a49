/* SPDX-License-Identifier: Apache-2.0 */
#include "quantize/histogram.h"

#include <math.h>

/* How finely ranges are searched: so many steps from the whole range towards 0. */
enum { CUTS = 128 };

void mote_histogram_begin(mote_histogram *h, mote_range seen)
{
    *h = (mote_histogram){.range = seen};
    h->range.min = seen.min < 0 ? seen.min : 0;
    h->range.max = seen.max > 0 ? seen.max : 0;
}

static double width_of(const mote_histogram *h)
{
    return ((double)h->range.max - (double)h->range.min) / MOTE_HISTOGRAM_BINS;
}

/* The middle of a bin: its values' place. */
static double center(const mote_histogram *h, int bin)
{
    return (double)h->range.min + (bin + 0.5) * width_of(h);
}

void mote_histogram_add(mote_histogram *h, const float *values, size_t count)
{
    const double width = width_of(h);
    size_t       i;

    h->count += count;
    for (i = 0; i < count; i++) {
        const double at = width > 0 ? ((double)values[i] - (double)h->range.min) / width : 0;
        h->bins[at < 0 ? 0 : at >= MOTE_HISTOGRAM_BINS ? MOTE_HISTOGRAM_BINS - 1 : (int)at]++;
    }
}

mote_range mote_histogram_percentile(const mote_histogram *h, double outside)
{
    const double width = width_of(h), allowed = outside * (double)h->count / 2;
    int          low = 0, high = MOTE_HISTOGRAM_BINS - 1;
    double       cut = 0;
    mote_range   range = h->range;

    if (!(width > 0))
        return range;
    for (; low < high && cut + (double)h->bins[low] <= allowed; low++)
        cut += (double)h->bins[low];
    for (cut = 0; high > low && cut + (double)h->bins[high] <= allowed; high--)
        cut += (double)h->bins[high];
    range.min = (float)((double)h->range.min + low * width);
    range.max = (float)((double)h->range.min + (high + 1) * width);
    range.min = range.min < 0 ? range.min : 0;
    range.max = range.max > 0 ? range.max : 0;
    return range;
}

/* Of the range with this many CUTSths of each end. */
static mote_range cut_range(const mote_histogram *h, int low, int high)
{
    mote_range range = h->range;

    range.min = (float)((double)h->range.min * low / CUTS);
    range.max = (float)((double)h->range.max * high / CUTS);
    return range;
}

/* ---- least squares ---- */

/* Within a bin values are spread evenly: what rounding costs where steps are finer than bins. */
static double squared_error(const mote_histogram *h, const mote_scheme_row *scheme, mote_range range)
{
    const mote_affine a = mote_affine_of(scheme, range.min, range.max);
    const double      scale = (double)a.scale, rounding = scale * scale / 12;
    double            sum = 0;
    int               i;

    for (i = 0; i < MOTE_HISTOGRAM_BINS; i++) {
        const double x = center(h, i);
        double       q, off;
        if (h->bins[i] == 0)
            continue;
        q = round(x / scale) + a.zero_point;
        q = q < scheme->low ? scheme->low : q > scheme->high ? scheme->high : q;
        off = x - scale * (q - a.zero_point);
        if (fabs(off) <= scale / 2) /* inside: the mean over the step, not the luck of the middle */
            sum += (double)h->bins[i] * rounding;
        else
            sum += (double)h->bins[i] * off * off;
    }
    return sum;
}

typedef double (*cost_function)(const mote_histogram *h, const mote_scheme_row *scheme, mote_range range);

/* One end after the other, until neither wants to move. An end at 0 has nothing to be cut. */
static mote_range search(const mote_histogram *h, const mote_scheme_row *scheme, cost_function cost)
{
    int    best[2] = {CUTS, CUTS}, round, end, cut;
    double least = cost(h, scheme, h->range);
    bool   moves = true;

    for (round = 0; round < 4 && moves; round++)
        for (moves = false, end = 0; end < 2; end++)
            for (cut = CUTS - 1; cut > 0; cut--) {
                const int  low = end == 0 ? cut : best[0], high = end == 1 ? cut : best[1];
                mote_range range = cut_range(h, low, high);
                double     here;
                if ((end == 0 && h->range.min == 0) || (end == 1 && h->range.max == 0))
                    break;
                here = cost(h, scheme, range);
                if (here < least) {
                    least = here;
                    best[end] = cut;
                    moves = true;
                }
            }
    return cut_range(h, best[0], best[1]);
}

mote_range mote_histogram_mse(const mote_histogram *h, const mote_scheme_row *scheme)
{
    return h->count > 0 && width_of(h) > 0 ? search(h, scheme, squared_error) : h->range;
}

/* ---- entropy ---- */

enum { LEVELS = 256 };

/* Which of LEVELS integers stands for a value; is_cut: it is beyond them. */
static int level_of(const mote_scheme_row *scheme, mote_affine a, double value, bool *is_cut)
{
    const double q = round(value / (double)a.scale) + a.zero_point;

    *is_cut = q < scheme->low || q > scheme->high;
    return (int)((q < scheme->low ? scheme->low : q > scheme->high ? scheme->high : q) - scheme->low);
}

/* What bins have beyond those near them: values that are exactly equal, as many as a relu makes 0, a relu6 makes 6, or a
 * channel answers to a white background. */
static void find_spikes(const mote_histogram *h, double *spikes)
{
    enum { NEAR = 8, TIMES = 4 };
    double sum = 0; /* of the bins around i, itself among them */
    int    i, first, last;

    for (i = 0; i < NEAR; i++)
        sum += (double)h->bins[i];
    for (i = 0; i < MOTE_HISTOGRAM_BINS; i++) {
        first = i - NEAR > 0 ? i - NEAR : 0;
        last = i + NEAR < MOTE_HISTOGRAM_BINS ? i + NEAR : MOTE_HISTOGRAM_BINS - 1;
        sum += i + NEAR < MOTE_HISTOGRAM_BINS ? (double)h->bins[last] : 0;
        sum -= i > NEAR ? (double)h->bins[first - 1] : 0;
        spikes[i] = fmax((double)h->bins[i] - TIMES * (sum - (double)h->bins[i]) / (last - first), 0);
    }
}

/* P: the counts, with what is outside in the outermost bins of the range. Q: the same counts as if of each integer only the
 * sum were known, spread evenly over its bins that have any. A spike has an integer of its own, with which nothing of it is
 * lost, as long as it lies inside: else every range would be too wide for the zeros behind a relu. */
static double divergence(const mote_histogram *h, const mote_scheme_row *scheme, mote_range range)
{
    const mote_affine a = mote_affine_of(scheme, range.min, range.max);
    double            sum[LEVELS] = {0}, kept[LEVELS] = {0}, spread[MOTE_HISTOGRAM_BINS], total = 0, all_kept = 0;
    double            spikes[MOTE_HISTOGRAM_BINS];
    int               filled[LEVELS] = {0}, level[MOTE_HISTOGRAM_BINS], i;
    bool              is_cut[MOTE_HISTOGRAM_BINS];

    find_spikes(h, spikes);
    for (i = 0; i < MOTE_HISTOGRAM_BINS; i++) {
        level[i] = level_of(scheme, a, center(h, i), &is_cut[i]);
        spread[i] = (double)h->bins[i] - spikes[i];
        sum[level[i]] += spread[i] + (is_cut[i] ? spikes[i] : 0);
        all_kept += is_cut[i] ? 0 : spikes[i];
        if (is_cut[i])
            continue;
        kept[level[i]] += spread[i];
        filled[level[i]] += spread[i] > 0;
    }
    for (i = 0; i < MOTE_HISTOGRAM_BINS; i++) {
        const int l = level[i];
        double    p, other;
        if (!(spread[i] > 0) || is_cut[i])
            continue;
        p = spread[i] * sum[l] / kept[l]; /* what is cut off adds to the end's bins */
        other = kept[l] / filled[l];
        total += p * log(p / other);
    }
    for (i = 0; i < LEVELS; i++) {
        all_kept += kept[i];
        if (sum[i] > 0 && kept[i] == 0) /* an end that has nothing of its own, but gets what is cut off */
            total += sum[i] * log(sum[i]);
    }
    return all_kept > 0 ? total / (double)h->count + log(all_kept / (double)h->count) : HUGE_VAL;
}

mote_range mote_histogram_entropy(const mote_histogram *h, const mote_scheme_row *scheme)
{
    return h->count > 0 && width_of(h) > 0 && scheme->high - scheme->low < LEVELS ? search(h, scheme, divergence) : h->range;
}
