/* Augmentation of batches: what is asked for is checked and made ready once; then each sample goes through its steps, from
 * one of two places to the other, a task a sample. SPDX-License-Identifier: Apache-2.0 */
#include "train/augment.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

/* Words of a random key: which step (and for what), which sample of the batch. */
enum { SAMPLE_BITS = 20, NOISE_OF = MOTE_AUGMENT_STEPS_MAX, SAMPLES_MAX = 1 << SAMPLE_BITS };

/* What a kind is called, and what its samples must be. */
typedef struct kind_row {
    const char *name;
    bool        is_picture, is_colour;
    bool        has_values; /* reads value_range */
    float       low, high;  /* that a factor may have */
} kind_row;

static const kind_row kinds[MOTE_AUGMENT_COUNT] = {
    [MOTE_AUGMENT_FLIP] = {"random_flip", true, false, false, 0, 0},
    [MOTE_AUGMENT_TRANSLATION] = {"random_translation", true, false, false, -1, 1},
    [MOTE_AUGMENT_ROTATION] = {"random_rotation", true, false, false, -1, 1},
    [MOTE_AUGMENT_ZOOM] = {"random_zoom", true, false, false, -0.999f, 1},
    [MOTE_AUGMENT_CROP] = {"random_crop", true, false, false, 0, 0},
    [MOTE_AUGMENT_BRIGHTNESS] = {"random_brightness", true, false, true, -1, 1},
    [MOTE_AUGMENT_CONTRAST] = {"random_contrast", true, false, true, 0, 1},
    [MOTE_AUGMENT_SATURATION] = {"random_saturation", true, true, true, 0, 1},
    [MOTE_AUGMENT_HUE] = {"random_hue", true, true, true, 0, 1},
    [MOTE_AUGMENT_ERASING] = {"random_erasing", true, false, true, 0, 1},
    [MOTE_AUGMENT_TIME_SHIFT] = {"time_shift", false, false, false, -1, 1},
    [MOTE_AUGMENT_SCALING] = {"scaling", false, false, false, -1e6f, 1e6f},
    [MOTE_AUGMENT_NOISE] = {"gaussian_noise", false, false, false, 0, 0},
    [MOTE_AUGMENT_MIX_UP] = {"mix_up", false, false, false, 0, 0},
};

const char *mote_augment_name(mote_augment_kind kind)
{
    return (unsigned)kind < MOTE_AUGMENT_COUNT ? kinds[kind].name : "?";
}

mote_augment_step mote_augment_step_default(mote_augment_kind kind)
{
    mote_augment_step step = {.kind = kind};

    if (kind == MOTE_AUGMENT_ERASING) {
        step.factor = (mote_augment_range){0, 1};
        step.scale = (mote_augment_range){0.02f, 0.33f};
    }
    if (kind == MOTE_AUGMENT_CROP || kind == MOTE_AUGMENT_TIME_SHIFT)
        step.fill_mode = MOTE_FILL_CONSTANT;
    if (kind == MOTE_AUGMENT_MIX_UP)
        step.alpha = 0.2f;
    return step;
}

/* One feature: its samples' shape, and the mean and std that they are taken back to for steps on pictures. */
typedef struct augmented_feature {
    size_t             width;
    mote_augment_shape picture, sequence;
    mote_preparation   preparation;
    float             *scratch; /* [batch, width]; NULL: nothing changes this feature */
} augmented_feature;

typedef struct ready_step {
    mote_augment_step  is;
    int                feature;
    mote_augment_shape shape;
} ready_step;

struct mote_augmenter {
    augmented_feature feature[MOTE_FEATURES_MAX];
    int               feature_count;
    ready_step        step[MOTE_AUGMENT_STEPS_MAX];
    int               step_count;
    const ready_step *mixing; /* NULL: nothing is mixed */
    uint32_t          mixing_number;
    const mote_math  *math;
    uint64_t          seed;
    float            *noise; /* [batch, the widest feature]: what rectangles are filled with; NULL: nothing needs it */
    size_t            noise_width;
    uint32_t         *partners; /* [batch]: who is mixed with whom */
    float            *weights;  /* [batch] */
    float            *column;   /* [batch]: room for one number of each target */
};

/* ---- checks ---- */

static mote_status fail(const mote_augment_step *step, mote_error *err, const char *text)
{
    return mote_fail(err, MOTE_ERR_USAGE, "augment: %s: %s", kinds[step->kind].name, text);
}

static bool is_within(mote_augment_range range, float low, float high)
{
    return range.low >= low && range.high <= high && range.low <= range.high; /* NaN is not */
}

static mote_status check_range(const mote_augment_step *step, const char *what, mote_augment_range range, float low,
                               float high, mote_error *err)
{
    if (is_within(range, low, high))
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE,
                     "augment: %s: %s is [%g, %g]; two numbers from %g to %g are expected, the lower first",
                     kinds[step->kind].name, what, (double)range.low, (double)range.high, (double)low, (double)high);
}

static mote_status check_numbers(const mote_augment_step *step, mote_error *err)
{
    const kind_row *row = &kinds[step->kind];

    if (row->high > 0 && (step->kind == MOTE_AUGMENT_TRANSLATION || step->kind == MOTE_AUGMENT_ZOOM)) {
        MOTE_TRY(check_range(step, "height_factor", step->height, row->low, row->high, err));
        return check_range(step, "width_factor", step->width, row->low, row->high, err);
    }
    if (row->high > 0)
        MOTE_TRY(check_range(step, "factor", step->factor, row->low, row->high, err));
    if (step->kind == MOTE_AUGMENT_ERASING)
        MOTE_TRY(check_range(step, "scale", step->scale, 0, 1, err));
    if (step->kind == MOTE_AUGMENT_CROP && (step->padding < 1 || step->padding > 4096))
        return fail(step, err, "padding is missing, or no number from 1 to 4096");
    if (step->kind == MOTE_AUGMENT_NOISE && !(step->stddev > 0 && step->stddev <= 1e6f))
        return fail(step, err, "stddev is missing, or no number above 0");
    if (step->kind == MOTE_AUGMENT_MIX_UP && !(step->alpha >= 0.01f && step->alpha <= 32))
        return fail(step, err, "alpha is no number from 0.01 to 32");
    if (!isfinite(step->fill_value) || !is_within(step->value_range, -1e30f, 1e30f))
        return fail(step, err, "fill_value and value_range must be finite, the lower end first");
    if ((unsigned)step->fill_mode > MOTE_FILL_WRAP || (unsigned)step->flip > MOTE_FLIP_VERTICAL)
        return fail(step, err, "a fill_mode or mode that does not exist");
    return MOTE_OK;
}

/* Bytes have a range; of other numbers nobody knows what black and white are. */
static mote_status take_values(ready_step *step, const mote_dataset_feature *feature, mote_error *err)
{
    mote_augment_range *range = &step->is.value_range;
    const float         scale = feature->preparation.scale != 0 ? feature->preparation.scale : 1;

    if (range->low < range->high || !kinds[step->is.kind].has_values)
        return MOTE_OK;
    if (feature->dtype != MOTE_U8)
        return fail(&step->is, err,
                    "the data are no bytes; say what black and white are, as in value_range: [0, 1], as scale and offset "
                    "leave them");
    range->low = feature->preparation.offset;
    range->high = 255 / scale + feature->preparation.offset;
    if (scale < 0)
        *range = (mote_augment_range){range->high, range->low};
    return MOTE_OK;
}

static mote_status find_feature(ready_step *step, const mote_augmenter_options *o, mote_error *err)
{
    const mote_dataset *set = o->set;
    const char         *name;
    int                 i;

    if (step->is.kind == MOTE_AUGMENT_MIX_UP)
        return step->is.input ? fail(&step->is, err, "all inputs are mixed; leave input out") : MOTE_OK;
    if (!step->is.input && set->feature_count > 1)
        return fail(&step->is, err, "the network has several inputs; say whose samples are changed, as in input: NAME");
    for (i = 0; step->is.input && i < set->feature_count; i++) {
        name = o->model && set->feature_count > 1 ? mote_model_input(o->model, i).name : set->feature[i].name;
        if (name && strcmp(name, step->is.input) == 0)
            break;
    }
    if (i == set->feature_count && step->is.input)
        return mote_fail(err, MOTE_ERR_USAGE, "augment: %s: there is no input \"%s\"", kinds[step->is.kind].name,
                         mote_show_string(step->is.input).text);
    step->feature = step->is.input ? i : 0;
    return MOTE_OK;
}

static mote_status take_shape(ready_step *step, const augmented_feature *feature, mote_error *err)
{
    const kind_row *row = &kinds[step->is.kind];

    step->shape = row->is_picture ? feature->picture : feature->sequence;
    if (row->is_picture && feature->picture.height == 0)
        return fail(&step->is, err, "the samples are no pictures: [height, width] or [height, width, channels] is expected");
    if (row->is_colour && feature->picture.channels != 3)
        return fail(&step->is, err, "the pictures have no colours: 3 channels are expected");
    return MOTE_OK;
}

static mote_status ready(ready_step *step, const mote_augmenter *a, const mote_augmenter_options *o, mote_error *err)
{
    if ((unsigned)step->is.kind >= MOTE_AUGMENT_COUNT)
        return mote_fail(err, MOTE_ERR_USAGE, "augment: step %d does not exist", (int)step->is.kind);
    MOTE_TRY(check_numbers(&step->is, err));
    MOTE_TRY(find_feature(step, o, err));
    if (step->is.kind == MOTE_AUGMENT_MIX_UP)
        return MOTE_OK;
    MOTE_TRY(take_shape(step, &a->feature[step->feature], err));
    return take_values(step, &o->set->feature[step->feature], err);
}

/* ---- shapes ---- */

static mote_augment_shape picture_of(const int64_t *dim, int rank)
{
    if (rank == 2 || rank == 3)
        return (mote_augment_shape){(int32_t)dim[0], (int32_t)dim[1], rank == 3 ? (int32_t)dim[2] : 1};
    return (mote_augment_shape){0, 0, 0};
}

static mote_augment_shape sequence_of(const int64_t *dim, int rank, size_t width)
{
    const int32_t length = rank > 0 && dim[0] > 0 ? (int32_t)dim[0] : 1;

    return (mote_augment_shape){length, 1, (int32_t)(width / (size_t)length)};
}

/* What a network takes as [28, 28, 1] may be a table's row of 784. */
static void take_feature(augmented_feature *out, const mote_augmenter_options *o, int index)
{
    const mote_dataset_feature *feature = &o->set->feature[index];
    const mote_tensor          *in = NULL;
    int64_t                     dim[MOTE_RANK_MAX];
    int                         i;

    *out = (augmented_feature){.width = feature->width, .preparation = feature->preparation};
    out->picture = picture_of(feature->dim, feature->rank);
    out->sequence = sequence_of(feature->dim, feature->rank, feature->width);
    if (o->model)
        in = &o->model->graphs[0].tensors[o->model->graphs[0].inputs[index]];
    for (i = 1; in && i < in->rank; i++)
        dim[i - 1] = in->dim[i];
    if (in && in->rank > 2)
        out->sequence = sequence_of(dim, in->rank - 1, feature->width);
    if (in && (in->rank == 4 || (in->rank == 3 && out->picture.height == 0)))
        out->picture = picture_of(dim, in->rank - 1);
    if (feature->image_height > 0 && !(in && in->rank == 4))
        out->picture = (mote_augment_shape){feature->image_height, feature->image_width, feature->image_channels};
}

/* ---- creating ---- */

static mote_status make_room(mote_augmenter *a, size_t batch, mote_arena *arena, mote_error *err)
{
    int i;

    for (i = 0; i < a->step_count; i++) {
        augmented_feature *feature = &a->feature[a->step[i].feature];
        const bool         is_mixing = a->step[i].is.kind == MOTE_AUGMENT_MIX_UP;
        if (a->step[i].is.kind == MOTE_AUGMENT_ERASING && !a->step[i].is.has_fill && feature->width > a->noise_width)
            a->noise_width = feature->width;
        if (!is_mixing && !feature->scratch)
            feature->scratch = MOTE_NEW(arena, float, mote_size_mul(batch, feature->width), err);
    }
    if (a->noise_width > 0)
        a->noise = MOTE_NEW(arena, float, mote_size_mul(batch, a->noise_width), err);
    for (i = 0; a->mixing && i < a->feature_count; i++)
        if (!a->feature[i].scratch)
            a->feature[i].scratch = MOTE_NEW(arena, float, mote_size_mul(batch, a->feature[i].width), err);
    if (a->mixing) {
        a->partners = MOTE_NEW(arena, uint32_t, batch, err);
        a->weights = MOTE_NEW(arena, float, batch, err);
        a->column = MOTE_NEW(arena, float, batch, err);
    }
    return err->code;
}

static mote_status take_steps(mote_augmenter *a, const mote_augmenter_options *o, mote_error *err)
{
    const mote_train_augment *augment = o->augment;
    int                       i;

    for (i = 0; i < augment->step_count; i++) {
        a->step[i].is = augment->steps[i];
        MOTE_TRY(ready(&a->step[i], a, o, err));
        if (a->step[i].is.kind != MOTE_AUGMENT_MIX_UP)
            continue;
        if (i != augment->step_count - 1)
            return fail(&a->step[i].is, err, "samples are mixed when all else is done; write it as the last step");
        a->mixing = &a->step[i];
        a->mixing_number = (uint32_t)i;
    }
    a->step_count = augment->step_count;
    return MOTE_OK;
}

mote_status mote_augmenter_create(mote_augmenter **out, const mote_augmenter_options *o, mote_arena *arena, mote_error *err)
{
    mote_augmenter *a;
    int             i;

    *out = NULL;
    if (!o->augment || o->augment->step_count == 0)
        return MOTE_OK;
    if (o->augment->step_count < 0 || o->augment->step_count > MOTE_AUGMENT_STEPS_MAX || !o->augment->steps)
        return mote_fail(err, MOTE_ERR_USAGE, "augment: 1 to %d steps are possible", MOTE_AUGMENT_STEPS_MAX);
    if (o->batch > SAMPLES_MAX)
        return mote_fail(err, MOTE_ERR_USAGE, "augment: at most %d samples a step are possible", SAMPLES_MAX);
    a = MOTE_NEW(arena, mote_augmenter, 1, err);
    if (!a)
        return err->code;
    a->math = o->math;
    a->seed = o->seed;
    a->feature_count = o->set->feature_count;
    for (i = 0; i < a->feature_count; i++)
        take_feature(&a->feature[i], o, i);
    MOTE_TRY(take_steps(a, o, err));
    MOTE_TRY(make_room(a, o->batch, arena, err));
    *out = a;
    return MOTE_OK;
}

/* ---- running ---- */

typedef struct augmenting {
    const mote_augmenter     *a;
    const mote_augment_batch *batch;
} augmenting;

static mote_random_key key_of(const mote_augmenter *a, uint32_t number, uint32_t step, size_t sample)
{
    return mote_random_make(a->seed, MOTE_RANDOM_AUGMENT, number << SAMPLE_BITS | (uint32_t)sample, step);
}

/* Steps on pictures see values as scale and offset leave them; the network sees them with mean and std taken out. */
static void set_standardized(const augmented_feature *feature, bool is_wanted, bool *is, float *x)
{
    const mote_preparation *p = &feature->preparation;
    size_t                  i, c = 0;

    if (p->channels == 0 || is_wanted == *is)
        return;
    for (i = 0; i < feature->width; i++) {
        x[i] = is_wanted ? (x[i] - p->mean[c]) / p->std[c] : x[i] * p->std[c] + p->mean[c];
        c = c + 1 == (size_t)p->channels ? 0 : c + 1;
    }
    *is = is_wanted;
}

/* One step; where the sample is afterwards. */
static float *run_step(const augmenting *job, int index, size_t sample, float *x, float *other)
{
    const mote_augmenter    *a = job->a;
    const ready_step        *step = &a->step[index];
    const size_t             width = a->feature[step->feature].width;
    const mote_random_key    key = key_of(a, (uint32_t)index, job->batch->step, sample);
    const mote_random_key    noise_key = key_of(a, NOISE_OF + (uint32_t)index, job->batch->step, sample);
    const mote_augment_drawn drawn = mote_augment_draw(&step->is, step->shape, key);
    float                   *noise = NULL;

    if (step->is.kind == MOTE_AUGMENT_NOISE) {
        a->math->gaussian(width, false, step->is.stddev, noise_key, x, x, false);
        return x;
    }
    if (step->is.kind == MOTE_AUGMENT_ERASING && !step->is.has_fill && drawn.value[0] != 0) {
        noise = a->noise + sample * a->noise_width;
        memset(noise, 0, width * sizeof *noise);
        a->math->gaussian(width, false, 1, noise_key, noise, noise, false);
    }
    mote_augment_apply(&step->is, step->shape, &drawn, noise, x, other);
    return other;
}

static void augment_feature(const augmenting *job, int feature_index, size_t sample)
{
    const mote_augmenter    *a = job->a;
    const augmented_feature *feature = &a->feature[feature_index];
    float                   *home = job->batch->x[feature_index] + sample * feature->width, *x = home;
    bool                     is_standardized = true;
    int                      i;

    for (i = 0; i < a->step_count; i++) {
        const mote_augment_kind kind = a->step[i].is.kind;
        if (a->step[i].feature != feature_index || kind == MOTE_AUGMENT_MIX_UP)
            continue;
        set_standardized(feature, !kinds[kind].is_picture, &is_standardized, x);
        x = run_step(job, i, sample, x, x == home ? feature->scratch + sample * feature->width : home);
    }
    set_standardized(feature, true, &is_standardized, x);
    if (x != home)
        memcpy(home, x, feature->width * sizeof *x);
}

static void augment_sample(void *context, int sample)
{
    const augmenting *job = context;
    int               i;

    for (i = 0; i < job->a->feature_count; i++)
        if (job->a->feature[i].scratch)
            augment_feature(job, i, (size_t)sample);
}

static void mix(float weight, const float *one, const float *other, size_t count, float *out)
{
    size_t i;

    for (i = 0; i < count; i++)
        out[i] = weight * one[i] + (1.0f - weight) * other[i];
}

static void mix_sample(void *context, int sample)
{
    const augmenting     *job = context;
    const mote_augmenter *a = job->a;
    const size_t          partner = a->partners[sample];
    int                   i;

    for (i = 0; i < a->feature_count; i++) {
        const size_t width = a->feature[i].width;
        const float *x = job->batch->x[i];
        mix(a->weights[sample], x + (size_t)sample * width, x + partner * width, width,
            a->feature[i].scratch + (size_t)sample * width);
    }
}

static void draw_partners(mote_augmenter *a, const mote_augment_batch *batch)
{
    const uint32_t number = a->mixing_number;
    size_t         i;

    mote_random_permutation(key_of(a, NOISE_OF + number, batch->step, 0), a->partners, (uint32_t)batch->count);
    for (i = 0; i < batch->count; i++)
        a->weights[i] = (float)mote_augment_beta((double)a->mixing->is.alpha, key_of(a, number, batch->step, i));
}

void mote_augmenter_run(mote_augmenter *a, mote_pool *pool, const mote_augment_batch *batch)
{
    augmenting job = {a, batch};
    int        i;

    if (!a || batch->count == 0)
        return;
    mote_pool_run(pool, augment_sample, &job, (int)batch->count);
    if (!a->mixing)
        return;
    draw_partners(a, batch);
    mote_pool_run(pool, mix_sample, &job, (int)batch->count);
    for (i = 0; i < a->feature_count; i++)
        memcpy(batch->x[i], a->feature[i].scratch, batch->count * a->feature[i].width * sizeof(float));
}

bool mote_augmenter_mixes(const mote_augmenter *a)
{
    return a && a->mixing;
}

void mote_augmenter_mix_targets(mote_augmenter *a, const mote_augment_batch *batch, float *reals, size_t width)
{
    size_t i, k;

    if (!mote_augmenter_mixes(a))
        return;
    for (k = 0; k < width; k++) {
        for (i = 0; i < batch->count; i++)
            a->column[i] = reals[i * width + k];
        for (i = 0; i < batch->count; i++)
            reals[i * width + k] = a->weights[i] * a->column[i] + (1.0f - a->weights[i]) * a->column[a->partners[i]];
    }
}

/* ---- looking at it ---- */

mote_status mote_augment_samples(float *x, const mote_dataset *set, const mote_train_augment *augment,
                                 const mote_augment_show *show, mote_error *err)
{
    mote_arena             arena = {0};
    mote_augmenter        *a = NULL;
    float                 *all[MOTE_FEATURES_MAX] = {NULL};
    const mote_math       *math = mote_math_select(NULL);
    mote_augmenter_options options = {augment, set, NULL, math, show->count, show->seed};
    size_t                 t, s;

    if (show->feature < 0 || show->feature >= set->feature_count)
        return mote_fail(err, MOTE_ERR_USAGE, "there is no feature %d", (int)show->feature);
    mote_augmenter_create(&a, &options, &arena, err);
    for (t = 0; err->code == MOTE_OK && t < show->times; t++)
        for (s = 0; s < show->count; s++) {
            const size_t width = set->feature[show->feature].width;
            mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], show->feature, mote_dataset_picked(show->samples + s, 1),
                                x + (s * show->times + t) * width);
            all[show->feature] = x + (s * show->times + t) * width;
            if (a)
                augment_feature(&(augmenting){a, &(mote_augment_batch){1, (uint32_t)(t * show->count + s), all}},
                                show->feature, 0);
        }
    mote_arena_destroy(&arena);
    return err->code;
}
