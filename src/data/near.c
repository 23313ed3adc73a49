/* Samples that are in training, too, or nearly.
 *
 * The distance of two samples is at least that of the means of their parts, and that at least the distance of their means.
 * So training is sorted by means: only those within reach are looked at, first by their parts, then number by number, and
 * none that is near is missed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/array.h"
#include "data/raw.h"

enum { PARTS = 16, LEAST_WIDTH = 64 };

#define NEAR 0.1 /* deviations */

typedef struct sketch {
    float    mean, part[PARTS];
    uint32_t index;
} sketch;

typedef struct search {
    const mote_dataset_split *train, *split;
    size_t                    width;
    sketch                   *sketches; /* of training, sorted by mean */
} search;

static const uint8_t *pixels_of(const mote_dataset_split *split, size_t index)
{
    return mote_dataset_sample(split, 0, index);
}

/* Part p is the bytes from width * p / PARTS on. Its mean is weighted by the root of its share, so that squared differences
 * of parts add up to no more than those of bytes. */
static sketch sketch_of(const uint8_t *pixels, size_t width, size_t index)
{
    sketch   s = {.index = (uint32_t)index};
    uint64_t all = 0;
    size_t   p, i;

    for (p = 0; p < PARTS; p++) {
        const size_t begin = width * p / PARTS, end = width * (p + 1) / PARTS;
        uint64_t     sum = 0;
        for (i = begin; i < end; i++)
            sum += pixels[i];
        s.part[p] = (float)((double)sum / sqrt((double)(end - begin) * (double)width));
        all += sum;
    }
    s.mean = (float)((double)all / (double)width);
    return s;
}

static double deviation_of(const uint8_t *pixels, size_t width, double mean)
{
    double squares = 0;
    size_t i;

    for (i = 0; i < width; i++)
        squares += ((double)pixels[i] - mean) * ((double)pixels[i] - mean);
    return sqrt(squares / (double)width);
}

static int compare_means(const void *a, const void *b)
{
    const sketch *x = a, *y = b;

    if (x->mean != y->mean)
        return x->mean < y->mean ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

static size_t first_from(const search *s, double mean)
{
    size_t low = 0, high = s->train->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if ((double)s->sketches[middle].mean < mean)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool parts_are_within(const sketch *a, const sketch *b, double reach)
{
    double squares = 0;
    int    p;

    for (p = 0; p < PARTS; p++)
        squares += ((double)a->part[p] - (double)b->part[p]) * ((double)a->part[p] - (double)b->part[p]);
    return squares <= reach * reach;
}

/* The mean squared difference. */
static double squared_distance(const uint8_t *a, const uint8_t *b, size_t width)
{
    uint64_t squares = 0;
    size_t   i;

    for (i = 0; i < width; i++)
        squares += (uint64_t)((a[i] - b[i]) * (a[i] - b[i]));
    return (double)squares / (double)width;
}

/* The nearest one in training, the first of those that are equally near; false: none is near. */
static bool find_nearest(const search *s, size_t index, mote_near_pair *out)
{
    enum { ROUNDING = 1 }; /* thousandths of a step: sketches are floats */
    const uint8_t *pixels = pixels_of(s->split, index);
    const sketch   own = sketch_of(pixels, s->width, index);
    const double   deviation = deviation_of(pixels, s->width, (double)own.mean), reach = NEAR * deviation + ROUNDING * 1e-3;
    double         best = NEAR * NEAR * deviation * deviation, squares;
    bool           is_found = false;
    size_t         k;

    for (k = first_from(s, (double)own.mean - reach);
         k < s->train->count && (double)s->sketches[k].mean <= (double)own.mean + reach; k++) {
        const sketch *other = &s->sketches[k];
        if (!parts_are_within(&own, other, reach))
            continue;
        squares = squared_distance(pixels, pixels_of(s->train, other->index), s->width);
        if (squares > best || (is_found && squares == best && other->index > out->train))
            continue;
        best = squares;
        is_found = true;
        *out = (mote_near_pair){index, other->index, deviation > 0 ? sqrt(squares) / deviation : 0};
    }
    return is_found;
}

static void count_pair(mote_near_samples *out, const search *s, const mote_near_pair *pair)
{
    const int32_t *own = s->split->labels[0], *other = s->train->labels[0];

    if (out->count < MOTE_NEAR_SHOWN)
        out->first[out->count] = *pair;
    out->count++;
    out->equal += pair->distance == 0;
    out->other_class += own && other && own[pair->sample] != other[pair->train];
}

static void find_near_bytes(mote_near_samples *out, const search *s)
{
    mote_near_pair pair;
    size_t         i;

    for (i = 0; i < s->train->count; i++)
        s->sketches[i] = sketch_of(pixels_of(s->train, i), s->width, i);
    qsort(s->sketches, s->train->count, sizeof *s->sketches, compare_means);
    for (i = 0; i < s->split->count; i++)
        if (find_nearest(s, i, &pair))
            count_pair(out, s, &pair);
}

/* ---- samples of other kinds: equal, or not ---- */

typedef struct hashed {
    uint64_t hash;
    uint32_t index;
} hashed;

static int compare_hashes(const void *a, const void *b)
{
    const hashed *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* FNV-1a (Fowler, Noll, Vo). */
static uint64_t hash_of(const uint8_t *bytes, size_t count)
{
    uint64_t hash = 14695981039346656037u;
    size_t   i;

    for (i = 0; i < count; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

static size_t first_hash(const hashed *all, size_t count, uint64_t hash)
{
    size_t low = 0, high = count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (all[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void find_equal(mote_near_samples *out, const search *s, hashed *all, size_t bytes)
{
    size_t i, k;

    for (i = 0; i < s->train->count; i++)
        all[i] = (hashed){hash_of(pixels_of(s->train, i), bytes), (uint32_t)i};
    qsort(all, s->train->count, sizeof *all, compare_hashes);
    for (i = 0; i < s->split->count; i++) {
        const uint8_t *own = pixels_of(s->split, i);
        const uint64_t hash = hash_of(own, bytes);
        for (k = first_hash(all, s->train->count, hash); k < s->train->count && all[k].hash == hash; k++)
            if (memcmp(own, pixels_of(s->train, all[k].index), bytes) == 0) {
                count_pair(out, s, &(mote_near_pair){i, all[k].index, 0});
                break;
            }
    }
}

mote_status mote_dataset_find_near(mote_near_samples *out, const mote_dataset *set, mote_split_id split, mote_error *err)
{
    const mote_dataset_feature *f = &set->feature[0];
    search                      s = {&set->split[MOTE_SPLIT_TRAIN], &set->split[split], f->width, NULL};
    mote_arena                  scratch = {0};
    hashed                     *all;

    *out = (mote_near_samples){.count = 0};
    if (split == MOTE_SPLIT_TRAIN || (unsigned)split >= MOTE_SPLIT_COUNT)
        return mote_fail(err, MOTE_ERR_USAGE, "training samples are looked for in another split");
    if (s.train->count == 0 || s.split->count == 0)
        return MOTE_OK;
    if (f->dtype == MOTE_U8 && f->width >= LEAST_WIDTH) {
        s.sketches = MOTE_NEW(&scratch, sketch, s.train->count, err);
        if (s.sketches)
            find_near_bytes(out, &s);
    } else if ((all = MOTE_NEW(&scratch, hashed, s.train->count, err)) != NULL) {
        find_equal(out, &s, all, f->width * mote_array_element_bytes(f->dtype));
    }
    mote_arena_destroy(&scratch);
    return err->code;
}
