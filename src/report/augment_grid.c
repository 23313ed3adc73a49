/* What augmentation makes of some samples: a row a sample, first as it is. SPDX-License-Identifier: Apache-2.0 */
#include <mote/augment.h>
#include <mote/chart.h>

#include "base/arena.h"
#include "base/text.h"
#include "report/picture.h"

enum { FORMS_MAX = 16, SAMPLES_MAX = 64 };

typedef struct drawing {
    const mote_dataset      *set;
    const mote_augment_show *show;
    float                   *plain, *changed; /* [count][width], [count][times][width] */
    size_t                   width;
    mote_arena               arena;
} drawing;

static const char *label_of(drawing *d, size_t sample, mote_error *err)
{
    const mote_dataset_target *target = &d->set->target[0];
    const int32_t             *labels = d->set->split[MOTE_SPLIT_TRAIN].labels[0];
    const int32_t              label = labels ? labels[d->show->samples[sample]] : -1;

    if (label < 0 || label >= target->class_count)
        return NULL;
    return target->class_names ? target->class_names[label] : mote_arena_printf(&d->arena, err, "%d", label);
}

/* ---- pictures ---- */

/* Before mean and std are taken out. */
static float stored(const mote_preparation *p, float x, size_t i)
{
    return p->channels > 0 ? x * p->std[i % (size_t)p->channels] + p->mean[i % (size_t)p->channels] : x;
}

/* Bytes' black and white; else the least and the greatest number of the samples as they are. */
static mote_augment_range range_of(const drawing *d)
{
    const mote_dataset_feature *feature = &d->set->feature[d->show->feature];
    const mote_preparation     *p = &feature->preparation;
    mote_augment_range          range = {p->offset, 255 / (p->scale != 0 ? p->scale : 1) + p->offset};
    size_t                      i;

    if (feature->dtype == MOTE_U8)
        return range;
    range.low = range.high = stored(p, d->plain[0], 0);
    for (i = 0; i < d->show->count * d->width; i++) {
        const float value = stored(p, d->plain[i], i % d->width);
        range.low = value < range.low ? value : range.low;
        range.high = value > range.high ? value : range.high;
    }
    return range;
}

static const uint8_t *pixels_of(drawing *d, const float *x, mote_augment_range range, mote_error *err)
{
    const mote_preparation *p = &d->set->feature[d->show->feature].preparation;
    uint8_t                *pixels = MOTE_NEW(&d->arena, uint8_t, d->width, err);
    const float             scale = range.high != range.low ? 255 / (range.high - range.low) : 0;
    size_t                  i;

    for (i = 0; pixels && i < d->width; i++) {
        const float grey = (stored(p, x[i], i) - range.low) * scale + 0.5f;
        pixels[i] = grey > 0 ? grey < 255 ? (uint8_t)grey : 255 : 0; /* NaN is black */
    }
    return pixels;
}

static mote_status draw_pictures(drawing *d, mote_picture_shape shape, const char *path, mote_error *err)
{
    const size_t             columns = d->show->times + 1, count = d->show->count * columns;
    mote_chart_image        *images = MOTE_NEW(&d->arena, mote_chart_image, count, err);
    const mote_augment_range range = range_of(d);
    const mote_chart         chart = {
                .kind = MOTE_CHART_IMAGES, .samples = images, .sample_count = (int32_t)count, .column_count = (int32_t)columns};
    size_t s, k;

    for (s = 0; images && s < d->show->count; s++)
        for (k = 0; k < columns; k++) {
            const float *x = k == 0 ? d->plain + s * d->width : d->changed + (s * d->show->times + k - 1) * d->width;
            images[s * columns + k] = (mote_chart_image){.pixels = pixels_of(d, x, range, err),
                                                         .width = shape.width,
                                                         .height = shape.height,
                                                         .channel_count = shape.channels,
                                                         .label = k == 0 ? label_of(d, s, err) : NULL};
        }
    return err->code == MOTE_OK ? mote_chart_save(&chart, path, err) : err->code;
}

/* ---- sequences: the first number of each step ---- */

static mote_status draw_lines(drawing *d, const char *path, mote_error *err)
{
    const mote_dataset_feature *f = &d->set->feature[d->show->feature];
    const size_t                lines = d->show->times + 1, length = f->rank > 0 ? (size_t)f->dim[0] : 1;
    mote_chart                 *charts = MOTE_NEW(&d->arena, mote_chart, d->show->count, err);
    mote_series                *series = MOTE_NEW(&d->arena, mote_series, d->show->count * lines, err);
    double                     *y = MOTE_NEW(&d->arena, double, mote_size_mul(d->show->count * lines, length), err);
    size_t                      s, k, i;

    for (s = 0; charts && series && y && s < d->show->count; s++) {
        for (k = 0; k < lines; k++, y += length) {
            const float *x = k == 0 ? d->plain + s * d->width : d->changed + (s * d->show->times + k - 1) * d->width;
            for (i = 0; i < length; i++)
                y[i] = (double)x[i * (d->width / length)];
            series[s * lines + k] = (mote_series){.y = y, .count = length, .name = k == 0 ? "as it is" : NULL};
        }
        charts[s] = (mote_chart){.title = label_of(d, s, err), .series = series + s * lines, .series_count = (int32_t)lines};
    }
    return err->code == MOTE_OK ? mote_charts_save(charts, (int32_t)d->show->count, 2, path, err) : err->code;
}

/* ---- both ---- */

static mote_status draw(drawing *d, const mote_train_augment *augment, const char *path, mote_error *err)
{
    static const mote_train_augment nothing = {0};
    const mote_picture_shape        shape = mote_picture_shape_of(&d->set->feature[d->show->feature]);
    const size_t                    count = mote_size_mul(d->show->count, d->width);
    mote_augment_show               once = *d->show;

    once.times = 1;
    d->plain = MOTE_NEW(&d->arena, float, count, err);
    d->changed = MOTE_NEW(&d->arena, float, mote_size_mul(count, d->show->times), err);
    MOTE_TRY(err->code);
    MOTE_TRY(mote_augment_samples(d->plain, d->set, &nothing, &once, err));
    MOTE_TRY(mote_augment_samples(d->changed, d->set, augment, d->show, err));
    return shape.height > 0 ? draw_pictures(d, shape, path, err) : draw_lines(d, path, err);
}

mote_status mote_augment_save_grid(const mote_dataset *set, const mote_train_augment *augment, const mote_augment_show *show,
                                   const char *path, mote_error *err)
{
    drawing d = {.set = set, .show = show};

    if (show->feature < 0 || show->feature >= set->feature_count || show->count < 1 || show->count > SAMPLES_MAX ||
        show->times < 1 || show->times > FORMS_MAX)
        return mote_fail(err, MOTE_ERR_USAGE, "1 to %d samples in 1 to %d forms can be drawn", SAMPLES_MAX, FORMS_MAX);
    d.width = set->feature[show->feature].width;
    draw(&d, augment, path, err);
    mote_arena_destroy(&d.arena);
    return err->code;
}
