/* Augmentation: Keras' pictures from the same drawn numbers; what is drawn; the same bytes for any number of threads; what
 * is refused. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/mote.h>

#include "base/file.h"
#include "train/augment.h"

#define FOLDER "build/tests/augment"

/* ---- Keras ---- */

static mote_array load(mote_npz *npz, const char *name, const char *part)
{
    mote_error err = {0};
    mote_array array;
    char       full[100];

    snprintf(full, sizeof full, "%s/%s", name, part);
    if (mote_npz_load(&array, npz, full, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return array;
}

static void check_case(mote_npz *npz, const char *name)
{
    mote_array               x = load(npz, name, "x"), y = load(npz, name, "y"), n = load(npz, name, "numbers");
    mote_array               d = load(npz, name, "drawn");
    const float             *number = n.bytes, *want = y.bytes;
    const mote_augment_step  step = {.kind = (mote_augment_kind)number[0],
                                     .flip = (mote_flip)number[1],
                                     .fill_mode = (mote_fill_mode)number[2],
                                     .fill_value = number[3],
                                     .value_range = {number[4], number[5]}};
    const mote_augment_shape shape = {(int32_t)x.dim[0], (int32_t)x.dim[1], (int32_t)x.dim[2]};
    mote_augment_drawn       drawn;
    float                   *got = malloc(x.count * sizeof *got);
    const float              size = number[5] - number[4];
    size_t                   i;

    memcpy(&drawn, d.bytes, sizeof drawn);
    mote_augment_apply(&step, shape, &drawn, NULL, x.bytes, got);
    for (i = 0; i < x.count; i++)
        if (!(fabsf(got[i] - want[i]) <= 2e-5f * size)) /* coordinates near 20 in float32: 2e-6 of a pixel */
            fail_msg("%s: element %zu is %g, Keras has %g", name, i, (double)got[i], (double)want[i]);
    free(got);
    mote_array_free(&x);
    mote_array_free(&y);
    mote_array_free(&n);
    mote_array_free(&d);
}

static void the_same_drawn_numbers_make_keras_pictures(void **state)
{
    mote_error err = {0};
    mote_npz  *npz;
    int        i, cases = 0;

    (void)state;
    if (mote_npz_open(&npz, "tests/golden/augment.npz", &err) != MOTE_OK)
        fail_msg("%s", err.text);
    for (i = 0; i < mote_npz_count(npz); i++) {
        char  name[100];
        char *slash;
        snprintf(name, sizeof name, "%s", mote_npz_name(npz, i));
        slash = strrchr(name, '/');
        if (!slash || strcmp(slash, "/x") != 0)
            continue;
        *slash = '\0';
        check_case(npz, name);
        cases++;
    }
    assert_true(cases > 150);
    mote_npz_close(npz);
}

/* ---- what is drawn ---- */

static mote_augment_drawn draw(const mote_augment_step *step, uint32_t sample)
{
    return mote_augment_draw(step, (mote_augment_shape){20, 10, 3}, mote_random_make(3, MOTE_RANDOM_AUGMENT, sample, 0));
}

static void numbers_are_drawn_from_their_ranges(void **state)
{
    enum { DRAWS = 4000 };
    static const struct {
        mote_augment_step step;
        int               index;
        float             low, high;
    } cases[] = {
        {{.kind = MOTE_AUGMENT_TRANSLATION, .height = {-0.1f, 0.2f}, .width = {0, 0.5f}}, 0, -2, 4},
        {{.kind = MOTE_AUGMENT_TRANSLATION, .height = {-0.1f, 0.2f}, .width = {0, 0.5f}}, 1, 0, 5},
        {{.kind = MOTE_AUGMENT_ROTATION, .factor = {-0.25f, 0.25f}}, 0, -90, 90},
        {{.kind = MOTE_AUGMENT_ZOOM, .height = {-0.2f, 0}}, 1, 0.8f, 1},
        {{.kind = MOTE_AUGMENT_CROP, .padding = 3}, 0, -3, 3},
        {{.kind = MOTE_AUGMENT_BRIGHTNESS, .factor = {-0.5f, 0.5f}, .value_range = {-1, 1}}, 0, -1, 1},
        {{.kind = MOTE_AUGMENT_CONTRAST, .factor = {0, 0.4f}}, 0, 1, 1.4f},
        {{.kind = MOTE_AUGMENT_SATURATION, .factor = {0.5f, 0.75f}}, 0, 1, 3},
        {{.kind = MOTE_AUGMENT_HUE, .factor = {0, 0.4f}}, 0, -0.2f, 0.2f},
        {{.kind = MOTE_AUGMENT_TIME_SHIFT, .factor = {-0.25f, 0.25f}}, 0, -5, 5},
        {{.kind = MOTE_AUGMENT_SCALING, .factor = {0.8f, 1.2f}}, 0, 0.8f, 1.2f},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        float    low = INFINITY, high = -INFINITY;
        uint32_t k;
        for (k = 0; k < DRAWS; k++) {
            const float value = draw(&cases[i].step, k).value[cases[i].index];
            low = fminf(low, value);
            high = fmaxf(high, value);
        }
        if (!(low >= cases[i].low - 1e-4f && high <= cases[i].high + 1e-4f) ||
            high - low < 0.99f * (cases[i].high - cases[i].low))
            fail_msg("case %zu: %g to %g", i, (double)low, (double)high);
    }
}

static void half_of_the_samples_are_flipped_and_rectangles_lie_within(void **state)
{
    enum { DRAWS = 4000 };
    const mote_augment_step flip = {.kind = MOTE_AUGMENT_FLIP}, erasing = mote_augment_step_default(MOTE_AUGMENT_ERASING);
    int                     flipped = 0, erased = 0;
    uint32_t                k;

    (void)state;
    for (k = 0; k < DRAWS; k++) {
        const float *box = draw(&erasing, k).value;
        flipped += draw(&flip, k).value[0] != 0;
        erased += box[0] != 0;
        assert_true(box[1] >= 0 && box[2] <= 10.001f && box[3] >= 0 && box[4] <= 20.001f);
        assert_true((box[2] - box[1]) * (box[4] - box[3]) <= 200 * 0.3301f);
    }
    assert_in_range(flipped, DRAWS / 2 - 150, DRAWS / 2 + 150); /* nearly five standard deviations */
    assert_in_range(erased, DRAWS / 2 - 150, DRAWS / 2 + 150);  /* factor 1.0 is [0, 1], as in Keras */
}

static void weights_of_mixing_have_betas_mean_and_variance(void **state)
{
    enum { DRAWS = 20000 };
    static const double alphas[] = {0.2, 0.5, 1, 2, 8};
    size_t              i;

    (void)state;
    for (i = 0; i < sizeof alphas / sizeof *alphas; i++) {
        double   sum = 0, squares = 0, mean, variance;
        uint32_t k;
        for (k = 0; k < DRAWS; k++) {
            const double w = mote_augment_beta(alphas[i], mote_random_make(5, MOTE_RANDOM_AUGMENT, k, 1));
            assert_true(w >= 0 && w <= 1);
            sum += w;
            squares += w * w;
        }
        mean = sum / DRAWS;
        variance = squares / DRAWS - mean * mean;
        assert_true(fabs(mean - 0.5) < 0.015);
        assert_true(fabs(variance * 4 * (2 * alphas[i] + 1) - 1) < 0.05); /* 1 / (4 (2 alpha + 1)) */
    }
}

/* ---- whole trainings ---- */

enum { SAMPLES = 50, SIDE = 8 };

/* Colour pictures of bytes, by three classes; `standardizes` takes mean and std out. */
static mote_dataset *pictures(bool standardizes)
{
    static uint8_t         x[SAMPLES][SIDE][SIDE][3];
    static int32_t         y[SAMPLES];
    const mote_named_array arrays[] = {
        {"x_train", {.dtype = MOTE_U8, .rank = 4, .dim = {SAMPLES, SIDE, SIDE, 3}, .count = sizeof x, .bytes = x}},
        {"y_train", {.dtype = MOTE_I32, .rank = 1, .dim = {SAMPLES}, .count = SAMPLES, .bytes = y}}};
    mote_dataset_options options = {.scale = 255, .standardize = standardizes ? MOTE_STANDARDIZE_CHANNELS : 0};
    mote_random_key      key = mote_random_make(11, MOTE_RANDOM_TEST, 0, 0);
    mote_error           err = {0};
    mote_dataset        *set = NULL;
    size_t               i;

    for (i = 0; i < sizeof x; i++)
        ((uint8_t *)x)[i] = (uint8_t)mote_random_u32(key, i);
    for (i = 0; i < SAMPLES; i++)
        y[i] = (int32_t)(i % 3);
    if (mote_make_dirs(FOLDER, &err) != MOTE_OK || mote_npz_save(arrays, 2, FOLDER "/pictures.npz", &err) != MOTE_OK ||
        mote_dataset_load(&set, FOLDER "/pictures.npz", &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return set;
}

static mote_model *classifier(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){SIDE, SIDE, 3});
    mote_model   *model;

    x = mote_layer_flatten(b, x, NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 3, .activation = MOTE_ACTIVATION_SOFTMAX});
    if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static const mote_augment_step all_steps[] = {
    {.kind = MOTE_AUGMENT_FLIP},
    {.kind = MOTE_AUGMENT_TRANSLATION, .height = {-0.2f, 0.2f}, .width = {-0.2f, 0.2f}},
    {.kind = MOTE_AUGMENT_ROTATION, .factor = {-0.1f, 0.1f}, .fill_mode = MOTE_FILL_CONSTANT},
    {.kind = MOTE_AUGMENT_ZOOM, .height = {-0.2f, 0.2f}, .fill_mode = MOTE_FILL_NEAREST},
    {.kind = MOTE_AUGMENT_CROP, .padding = 2},
    {.kind = MOTE_AUGMENT_BRIGHTNESS, .factor = {-0.2f, 0.2f}},
    {.kind = MOTE_AUGMENT_CONTRAST, .factor = {0.2f, 0.2f}},
    {.kind = MOTE_AUGMENT_SATURATION, .factor = {0.4f, 0.6f}},
    {.kind = MOTE_AUGMENT_HUE, .factor = {0, 0.2f}},
    {.kind = MOTE_AUGMENT_ERASING, .factor = {1, 1}, .scale = {0.02f, 0.33f}},
    {.kind = MOTE_AUGMENT_TIME_SHIFT, .factor = {-0.2f, 0.2f}, .fill_mode = MOTE_FILL_WRAP},
    {.kind = MOTE_AUGMENT_SCALING, .factor = {0.9f, 1.1f}},
    {.kind = MOTE_AUGMENT_NOISE, .stddev = 0.1f},
    {.kind = MOTE_AUGMENT_MIX_UP, .alpha = 0.4f},
};
enum { ALL_STEPS = sizeof all_steps / sizeof *all_steps };

/* The weights after three epochs: [parameters]. */
static float *train(const mote_augment_step *steps, int count, int threads, bool standardizes)
{
    const mote_train_augment augment = {.steps = steps, .step_count = count};
    mote_train_options       options = {.loss = MOTE_LOSS_CATEGORICAL_CROSSENTROPY,
                                        .metrics = MOTE_METRIC_ACCURACY,
                                        .batch_size = 16,
                                        .epochs = 3,
                                        .threads = threads,
                                        .augment = &augment};
    mote_error               err = {0};
    mote_dataset            *set = pictures(standardizes);
    mote_model              *model = classifier();
    mote_training           *training;
    float                   *weights;

    if (mote_train(&training, model, set, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    weights = malloc(model->params.count * sizeof *weights);
    memcpy(weights, model->params.values, model->params.count * sizeof *weights);
    mote_training_destroy(training);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
    return weights;
}

enum { WEIGHTS = SIDE * SIDE * 3 * 3 + 3 };

static void any_number_of_threads_gives_the_same_bytes(void **state)
{
    float *one = train(all_steps, ALL_STEPS, 1, true), *three = train(all_steps, ALL_STEPS, 3, true);

    (void)state;
    assert_memory_equal(one, three, WEIGHTS * sizeof *one);
    free(one);
    free(three);
}

static void every_step_changes_what_is_learnt(void **state)
{
    float *plain = train(NULL, 0, 1, false);
    int    i;

    (void)state;
    for (i = 0; i < ALL_STEPS; i++) {
        float *changed = train(&all_steps[i], 1, 1, false);
        if (memcmp(plain, changed, WEIGHTS * sizeof *plain) == 0)
            fail_msg("%s does nothing", mote_augment_name(all_steps[i].kind));
        free(changed);
    }
    free(plain);
}

/* ---- single batches ---- */

static void show(float *x, const mote_dataset *set, const mote_augment_step *steps, int count, size_t times)
{
    static const uint32_t    samples[] = {4, 7};
    const mote_train_augment augment = {.steps = steps, .step_count = count};
    mote_error               err = {0};

    if (mote_augment_samples(x, set, &augment, &(mote_augment_show){.samples = samples, .count = 2, .times = times}, &err) !=
        MOTE_OK)
        fail_msg("%s", err.text);
}

static void standardized_pictures_change_as_the_others_do(void **state)
{
    enum { WIDTH = SIDE * SIDE * 3, TIMES = 5, COUNT = 2 * TIMES * WIDTH };
    mote_dataset           *plain = pictures(false), *standardized = pictures(true);
    const mote_preparation *p = &standardized->feature[0].preparation;
    static float            x[COUNT], y[COUNT];
    size_t                  i;

    (void)state;
    assert_true(p->channels == 3);
    show(x, plain, all_steps, 10, TIMES);
    show(y, standardized, all_steps, 10, TIMES);
    for (i = 0; i < COUNT; i++)
        assert_true(fabsf(x[i] - (y[i] * p->std[i % 3] + p->mean[i % 3])) < 2e-5f);
    mote_dataset_destroy(plain);
    mote_dataset_destroy(standardized);
}

static void noise_has_its_deviation_and_sequences_are_shifted_whole(void **state)
{
    enum { WIDTH = SIDE * SIDE * 3, TIMES = 100, COUNT = 2 * TIMES * WIDTH };
    const mote_augment_step noise = {.kind = MOTE_AUGMENT_NOISE, .stddev = 0.5f};
    const mote_augment_step late = {
        .kind = MOTE_AUGMENT_TIME_SHIFT, .factor = {0.25f, 0.25f}, .fill_mode = MOTE_FILL_CONSTANT};
    mote_dataset *set = pictures(false);
    float        *x = malloc(COUNT * sizeof *x), *y = malloc(COUNT * sizeof *y);
    double        sum = 0, squares = 0;
    size_t        i;

    (void)state;
    show(x, set, NULL, 0, TIMES);
    show(y, set, &noise, 1, TIMES);
    for (i = 0; i < COUNT; i++) {
        sum += (double)(y[i] - x[i]);
        squares += (double)(y[i] - x[i]) * (double)(y[i] - x[i]);
    }
    assert_true(fabs(sum / COUNT) < 0.01);
    assert_true(fabs(sqrt(squares / COUNT) - 0.5) < 0.01);
    show(y, set, &late, 1, TIMES);
    for (i = 0; i < WIDTH; i++)
        assert_true(y[i] == (i < WIDTH / 4 ? 0 : x[i - WIDTH / 4]));
    free(x);
    free(y);
    mote_dataset_destroy(set);
}

static void samples_and_targets_are_mixed_alike(void **state)
{
    enum { WIDTH = SIDE * SIDE * 3, COUNT = 20 };
    const mote_augment_step  step = {.kind = MOTE_AUGMENT_MIX_UP, .alpha = 1};
    const mote_train_augment augment = {.steps = &step, .step_count = 1};
    mote_dataset            *set = pictures(false);
    mote_arena               arena = {0};
    mote_error               err = {0};
    mote_augmenter          *a;
    static float             x[COUNT * WIDTH], targets[COUNT * 2];
    float                   *all[] = {x};
    size_t                   i, k;
    bool                     is_mixed = false;

    (void)state;
    for (i = 0; i < COUNT; i++) {
        for (k = 0; k < WIDTH; k++)
            x[i * WIDTH + k] = (float)i;
        targets[2 * i] = (float)i;
        targets[2 * i + 1] = 1 - (float)i;
    }
    assert_int_equal(mote_augmenter_create(
                         &a, &(mote_augmenter_options){&augment, set, NULL, mote_math_select(NULL), COUNT, 9}, &arena, &err),
                     MOTE_OK);
    assert_true(mote_augmenter_mixes(a));
    mote_augmenter_run(a, NULL, &(mote_augment_batch){COUNT, 3, all});
    mote_augmenter_mix_targets(a, &(mote_augment_batch){COUNT, 3, all}, targets, 2);
    for (i = 0; i < COUNT; i++) {
        is_mixed = is_mixed || x[i * WIDTH] != (float)i;
        for (k = 0; k < WIDTH; k++)
            assert_true(x[i * WIDTH + k] == targets[2 * i]);
        assert_true(fabsf(targets[2 * i] + targets[2 * i + 1] - 1) < 1e-5f);
    }
    assert_true(is_mixed);
    mote_arena_destroy(&arena);
    mote_dataset_destroy(set);
}

/* ---- refusals ---- */

static void what_cannot_be_is_refused_in_a_sentence(void **state)
{
    static const struct {
        mote_augment_step step;
        const char       *says;
    } cases[] = {
        {{.kind = MOTE_AUGMENT_ROTATION, .factor = {-2, 0}}, "random_rotation: factor is [-2, 0]"},
        {{.kind = MOTE_AUGMENT_ROTATION, .factor = {NAN, 0}}, "random_rotation: factor"},
        {{.kind = MOTE_AUGMENT_ZOOM, .height = {-1, 0}}, "random_zoom: height_factor"},
        {{.kind = MOTE_AUGMENT_TRANSLATION, .width = {0.3f, 0.2f}}, "random_translation: width_factor"},
        {{.kind = MOTE_AUGMENT_CROP}, "random_crop: padding is missing"},
        {{.kind = MOTE_AUGMENT_NOISE}, "gaussian_noise: stddev is missing"},
        {{.kind = MOTE_AUGMENT_MIX_UP}, "mix_up: alpha"},
        {{.kind = MOTE_AUGMENT_ERASING, .factor = {0, 1}, .scale = {0, 2}}, "random_erasing: scale"},
        {{.kind = MOTE_AUGMENT_FLIP, .input = "left"}, "random_flip: there is no input \"left\""},
        {{.kind = (mote_augment_kind)77}, "step 77 does not exist"},
        {{.kind = MOTE_AUGMENT_HUE, .factor = {0, 0.1f}}, "random_hue: the samples are no pictures"},
        {{.kind = MOTE_AUGMENT_FLIP, .fill_mode = (mote_fill_mode)9}, "a fill_mode or mode that does not exist"},
    };
    mote_error    err = {0};
    mote_dataset *set;
    size_t        i;

    (void)state;
    assert_int_equal(mote_dataset_sine(&set, &(mote_sine_options){.count = 30}, &err), MOTE_OK);
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        const mote_train_augment augment = {.steps = &cases[i].step, .step_count = 1};
        const uint32_t           sample = 0;
        float                    x;
        mote_error               told = {0};
        if (mote_augment_samples(&x, set, &augment, &(mote_augment_show){.samples = &sample, .count = 1, .times = 1},
                                 &told) != MOTE_ERR_USAGE ||
            !strstr(told.text, cases[i].says))
            fail_msg("case %zu: %s", i, told.text);
    }
    mote_dataset_destroy(set);
}

static void mixing_comes_last_and_wants_soft_targets(void **state)
{
    const mote_augment_step  steps[] = {{.kind = MOTE_AUGMENT_MIX_UP, .alpha = 1}, {.kind = MOTE_AUGMENT_FLIP}};
    const mote_train_augment first = {.steps = steps, .step_count = 2}, alone = {.steps = steps, .step_count = 1};
    mote_dataset            *set = pictures(false);
    mote_model              *model = classifier();
    mote_training           *training;
    mote_error               err = {0};

    (void)state;
    assert_int_equal(mote_train(&training, model, set,
                                &(mote_train_options){.loss = MOTE_LOSS_CATEGORICAL_CROSSENTROPY, .augment = &first}, &err),
                     MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "write it as the last step"));
    err = (mote_error){0};
    assert_int_equal(mote_train(&training, model, set,
                                &(mote_train_options){.loss = MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, .augment = &alone},
                                &err),
                     MOTE_ERR_USAGE);
    assert_non_null(strstr(err.text, "use categorical_crossentropy"));
    mote_model_destroy(model);
    mote_dataset_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_drawn_numbers_make_keras_pictures),
        cmocka_unit_test(numbers_are_drawn_from_their_ranges),
        cmocka_unit_test(half_of_the_samples_are_flipped_and_rectangles_lie_within),
        cmocka_unit_test(weights_of_mixing_have_betas_mean_and_variance),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bytes),
        cmocka_unit_test(every_step_changes_what_is_learnt),
        cmocka_unit_test(standardized_pictures_change_as_the_others_do),
        cmocka_unit_test(noise_has_its_deviation_and_sequences_are_shifted_whole),
        cmocka_unit_test(samples_and_targets_are_mixed_alike),
        cmocka_unit_test(what_cannot_be_is_refused_in_a_sentence),
        cmocka_unit_test(mixing_comes_last_and_wants_soft_targets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
