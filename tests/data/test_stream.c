/* Pictures that do not fit into memory are what they are in memory: the same samples in the same splits, the same trained
 * bytes, for any number of threads, in little memory.
 * SPDX-License-Identifier: Apache-2.0 */
#define TEST_NAME "stream"
#include "data/files.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mote/mote.h>

#include "base/random.h"
#include "base/thread.h"
#include "data/raw.h"
#include "graph/graph.h"
#include "report/png_encode.h"

enum { SIDE = 9, CLASSES = 3, IN_A_CLASS = 14, BYTES = SIDE * SIDE * 3 };

static void put_picture(const char *path, uint32_t number, int side)
{
    const size_t    bytes = (size_t)side * (size_t)side * 3;
    uint8_t        *pixels = malloc(bytes);
    mote_text       png = {0};
    size_t          i;
    mote_random_key random = mote_random_make(1, MOTE_RANDOM_TEST, number, 0);

    assert_non_null(pixels);
    for (i = 0; i < bytes; i++)
        pixels[i] = (uint8_t)(mote_random_unit_f32(random, i) * 256);
    mote_png_encode(&png, (mote_pixels){pixels, side, side, 3}, 1);
    put_file(path, png.bytes, png.count);
    mote_text_free(&png);
    free(pixels);
}

/* SCRATCH/pictures/{train,test}/{a,b,c}/NN.png */
static int make_pictures(void **state)
{
    static const char *const splits[] = {"train", "test"};
    mote_error               err = {0};
    char                     path[128];
    int                      s, c, i;

    if (make_scratch(state) != 0)
        return -1;
    for (s = 0; s < 2; s++)
        for (c = 0; c < CLASSES; c++) {
            snprintf(path, sizeof path, SCRATCH "/pictures/%s/%c", splits[s], 'a' + c);
            if (mote_make_dirs(path, &err) != MOTE_OK)
                return -1;
            for (i = 0; i < IN_A_CLASS; i++) {
                snprintf(path, sizeof path, SCRATCH "/pictures/%s/%c/%02d.png", splits[s], 'a' + c, i);
                put_picture(path, (uint32_t)((s * CLASSES + c) * IN_A_CLASS + i), SIDE);
            }
        }
    return 0;
}

static mote_dataset *load(const char *path, mote_dataset_options options)
{
    mote_dataset *set;
    mote_error    err = {0};

    if (mote_dataset_load(&set, path, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return set;
}

static size_t disk_bytes(mote_dataset *set)
{
    mote_dataset_summary summary;
    mote_error           err = {0};

    assert_int_equal(mote_dataset_describe(&summary, set, &err), MOTE_OK);
    return summary.disk_bytes;
}

/* ---- the same samples ---- */

static void assert_same_split(const mote_dataset *a, const mote_dataset *b, mote_split_id id)
{
    const mote_dataset_split *x = &a->split[id], *y = &b->split[id];
    const uint32_t            picked[] = {3, 0, 9, 3, 7000};
    float                     in_memory[16 * BYTES], streamed[16 * BYTES];
    size_t                    i;

    assert_int_equal(x->count, y->count);
    for (i = 0; i < x->count; i++) {
        mote_dataset_gather(x, 0, mote_dataset_in_row(i, 1), in_memory);
        mote_dataset_gather(y, 0, mote_dataset_in_row(i, 1), streamed);
        assert_memory_equal(in_memory, streamed, BYTES * sizeof(float));
        assert_memory_equal(mote_dataset_sample(x, 0, i), mote_dataset_sample(y, 0, i), BYTES);
        assert_int_equal(x->labels[0][i], y->labels[0][i]);
        assert_string_equal(x->names[i], y->names[i]);
    }
    mote_dataset_gather(x, 0, mote_dataset_in_row(1, 7), in_memory);
    mote_dataset_gather(y, 0, mote_dataset_in_row(1, 7), streamed);
    assert_memory_equal(in_memory, streamed, 7 * BYTES * sizeof(float));
    mote_dataset_gather(x, 0, mote_dataset_picked(picked, 5), in_memory); /* the last one does not exist: NaN in both */
    mote_dataset_gather(y, 0, mote_dataset_picked(picked, 5), streamed);
    assert_memory_equal(in_memory, streamed, 5 * BYTES * sizeof(float));
}

static void assert_same_summary(mote_dataset *a, mote_dataset *b)
{
    mote_dataset_summary x, y;
    mote_error           err = {0};
    int                  s;

    assert_int_equal(mote_dataset_describe(&x, a, &err), MOTE_OK);
    assert_int_equal(mote_dataset_describe(&y, b, &err), MOTE_OK);
    for (s = 0; s < MOTE_SPLIT_COUNT; s++)
        assert_memory_equal(&x.split[s].feature[0], &y.split[s].feature[0], sizeof x.split[s].feature[0]);
    assert_true(x.memory_bytes >= y.memory_bytes + y.disk_bytes);
}

static void pictures_beyond_the_cache_lie_in_a_file_and_are_the_same(void **state)
{
    static const float means[BYTES] = {0.5f, 0.25f}, ones[3] = {1, 2, 3};
    float              deviations[BYTES];
    size_t             i;
    (void)state;
    for (i = 0; i < BYTES; i++)
        deviations[i] = 1 + (float)i;
    const mote_dataset_options cases[] = {
        {0},
        {.scale = 255, .standardize = MOTE_STANDARDIZE_CHANNELS},
        {.scale = 255, .standardize = MOTE_STANDARDIZE_ALL},
        {.scale = 255, .mean = ones, .std = ones, .channels = 3},
        {.flatten = true, .mean = means, .std = deviations, .channels = BYTES},
        {.image_height = SIDE, .image_width = SIDE, .image_channels = 3},
    };
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        mote_dataset_options little = cases[i];
        mote_dataset        *memory = load(SCRATCH "/pictures", cases[i]), *streamed;
        little.cache_bytes = 1;
        streamed = load(SCRATCH "/pictures", little);
        assert_int_equal(disk_bytes(memory), 0);
        assert_int_equal(disk_bytes(streamed), 2 * CLASSES * IN_A_CLASS * BYTES);
        assert_same_split(memory, streamed, MOTE_SPLIT_TRAIN);
        assert_same_split(memory, streamed, MOTE_SPLIT_TEST);
        assert_same_summary(memory, streamed);
        mote_dataset_destroy(memory);
        mote_dataset_destroy(streamed);
    }
}

/* One split fits, the other does not: the one that fits is in memory. */
static void a_split_is_in_memory_as_long_as_the_cache_lasts(void **state)
{
    const size_t  one = CLASSES * IN_A_CLASS * BYTES;
    mote_dataset *set = load(SCRATCH "/pictures", (mote_dataset_options){.cache_bytes = one + 10});
    (void)state;
    assert_int_equal(disk_bytes(set), one);
    mote_dataset_destroy(set);
    set = load(SCRATCH "/pictures", (mote_dataset_options){.cache_bytes = 2 * one});
    assert_int_equal(disk_bytes(set), 0);
    mote_dataset_destroy(set);
}

static void splits_that_are_drawn_are_the_same(void **state)
{
    mote_dataset_options options = {.test_split = 0.3, .seed = 5};
    mote_dataset        *memory = load(SCRATCH "/pictures/train", options), *streamed;
    mote_error           err = {0};
    (void)state;
    options.cache_bytes = 1;
    streamed = load(SCRATCH "/pictures/train", options);
    assert_int_equal(mote_dataset_take_validation(memory, 0.4, &err), MOTE_OK);
    assert_int_equal(mote_dataset_take_validation(streamed, 0.4, &err), MOTE_OK);
    assert_same_split(memory, streamed, MOTE_SPLIT_TRAIN);
    assert_same_split(memory, streamed, MOTE_SPLIT_VALIDATION);
    assert_same_split(memory, streamed, MOTE_SPLIT_TEST);
    mote_dataset_destroy(memory);
    mote_dataset_destroy(streamed);
}

static void channels_first_are_turned_alike(void **state)
{
    mote_dataset *memory = load(SCRATCH "/pictures", (mote_dataset_options){0});
    mote_dataset *streamed = load(SCRATCH "/pictures", (mote_dataset_options){.cache_bytes = 1});
    mote_error    err = {0};
    (void)state;
    assert_int_equal(mote_dataset_turn(memory, 0, &err), MOTE_OK);
    assert_int_equal(mote_dataset_turn(streamed, 0, &err), MOTE_OK);
    assert_same_split(memory, streamed, MOTE_SPLIT_TRAIN);
    mote_dataset_destroy(memory);
    mote_dataset_destroy(streamed);
}

/* Batches larger than the pieces that are read from the file. */
static void large_pictures_are_read_piece_by_piece(void **state)
{
    enum { LARGE = 150, COUNT = 3 };
    const size_t  floats = (size_t)LARGE * LARGE * 3 * COUNT;
    float        *a = malloc(floats * sizeof *a), *b = malloc(floats * sizeof *b);
    mote_dataset *memory, *streamed;
    mote_error    err = {0};
    char          path[128];
    int           i;
    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(mote_make_dirs(SCRATCH "/large", &err), MOTE_OK);
    for (i = 0; i < COUNT; i++) {
        snprintf(path, sizeof path, SCRATCH "/large/%d.png", i);
        put_picture(path, (uint32_t)i, LARGE);
    }
    memory = load(SCRATCH "/large", (mote_dataset_options){.standardize = MOTE_STANDARDIZE_CHANNELS});
    streamed = load(SCRATCH "/large", (mote_dataset_options){.standardize = MOTE_STANDARDIZE_CHANNELS, .cache_bytes = 1});
    mote_dataset_gather(&memory->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(0, COUNT), a);
    mote_dataset_gather(&streamed->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(0, COUNT), b);
    assert_memory_equal(a, b, floats * sizeof *a);
    mote_dataset_destroy(memory);
    mote_dataset_destroy(streamed);
    free(a);
    free(b);
}

/* ---- many threads ---- */

typedef struct gathering {
    const mote_dataset_split *split;
    const float              *expected; /* all samples */
    bool                      is_right[64];
} gathering;

static void gather_and_compare(void *context, int task)
{
    gathering     *g = context;
    float          x[BYTES];
    const uint8_t *bytes;
    size_t         round, i;

    g->is_right[task] = true;
    for (round = 0; round < 200; round++) {
        i = (round * 7 + (size_t)task * 13) % g->split->count;
        mote_dataset_gather(g->split, 0, mote_dataset_in_row(i, 1), x);
        bytes = mote_dataset_sample(g->split, 0, i); /* gives pages back under the others' hands */
        g->is_right[task] = g->is_right[task] && memcmp(x, g->expected + i * BYTES, sizeof x) == 0 &&
                            (float)bytes[round % BYTES] == x[round % BYTES];
    }
}

static void several_threads_read_one_set(void **state)
{
    mote_dataset *memory = load(SCRATCH "/pictures", (mote_dataset_options){0});
    mote_dataset *streamed = load(SCRATCH "/pictures", (mote_dataset_options){.cache_bytes = 1});
    float         expected[CLASSES * IN_A_CLASS * BYTES];
    gathering     g = {.split = &streamed->split[MOTE_SPLIT_TRAIN], .expected = expected};
    mote_pool    *pool;
    mote_error    err = {0};
    int           i;
    (void)state;
    mote_dataset_gather(&memory->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row(0, CLASSES * IN_A_CLASS), expected);
    assert_int_equal(mote_pool_create(&pool, 4, &err), MOTE_OK);
    mote_pool_run(pool, gather_and_compare, &g, 64);
    mote_pool_destroy(pool);
    for (i = 0; i < 64; i++)
        assert_true(g.is_right[i]);
    mote_dataset_destroy(memory);
    mote_dataset_destroy(streamed);
}

/* ---- training ---- */

static mote_model *small_network(void)
{
    mote_error    err = {0};
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){SIDE, SIDE, 3});
    mote_model   *model;

    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 4, .kernel_size = {3, 3}});
    x = mote_layer_flatten(b, x, NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = CLASSES, .activation = MOTE_ACTIVATION_SOFTMAX});
    if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static mote_model *train(size_t cache_bytes, int threads)
{
    const mote_train_options options = {.loss = MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY,
                                        .batch_size = 5,
                                        .epochs = 3,
                                        .validation_split = 0.2,
                                        .seed = 3,
                                        .threads = threads};
    mote_dataset  *set = load(SCRATCH "/pictures", (mote_dataset_options){.cache_bytes = cache_bytes, .scale = 255});
    mote_model    *model = small_network();
    mote_training *training;
    mote_error     err = {0};

    if (mote_train(&training, model, set, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_true(training->data_seconds > 0 && training->data_seconds <= training->seconds);
    mote_training_destroy(training);
    mote_dataset_destroy(set);
    return model;
}

static void training_gives_the_same_bytes(void **state)
{
    static const struct {
        size_t cache_bytes;
        int    threads;
    } cases[] = {{0, 3}, {1, 1}, {1, 3}, {CLASSES * IN_A_CLASS * BYTES, 2}};
    mote_model *in_memory = train(0, 1), *other;
    size_t      i;
    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        other = train(cases[i].cache_bytes, cases[i].threads);
        assert_int_equal(in_memory->params.count, other->params.count);
        assert_memory_equal(in_memory->params.values, other->params.values, other->params.count * sizeof(float));
        mote_model_destroy(other);
    }
    mote_model_destroy(in_memory);
}

/* ---- what goes wrong ---- */

static void without_a_folder_for_it_all_is_in_memory_and_told(void **state)
{
    mote_dataset_options options = {.cache_bytes = 1};
    mote_dataset        *set;
    (void)state;
    setenv("TMPDIR", "/nowhere/that/is", 1);
    set = load(SCRATCH "/pictures", options);
    assert_int_equal(disk_bytes(set), 0);
    assert_true(has_note(set, "/nowhere/that/is has no room for them: No such file"));
    mote_dataset_destroy(set);
    options.max_bytes = 20000; /* enough for all but the pixels */
    assert_fails(mote_dataset_load(&set, SCRATCH "/pictures", &options, err), MOTE_ERR_IO, "set TMPDIR to");
    unsetenv("TMPDIR");
}

static void damaged_pictures_are_named_and_left_out_alike(void **state)
{
    mote_dataset *memory, *streamed;
    (void)state;
    put_file(SCRATCH "/pictures/train/b/00.png", "no picture", 10);
    put_file(SCRATCH "/pictures/train/c/13.png", "nor this", 8);
    assert_fails(mote_dataset_load(&memory, SCRATCH "/pictures", &(mote_dataset_options){.cache_bytes = 1}, err),
                 MOTE_ERR_UNSUPPORTED, "2 damaged pictures: b/00.png, c/13.png");
    memory = load(SCRATCH "/pictures", (mote_dataset_options){.skip_damaged = true});
    streamed = load(SCRATCH "/pictures", (mote_dataset_options){.skip_damaged = true, .cache_bytes = 1});
    assert_int_equal(memory->split[MOTE_SPLIT_TRAIN].count, CLASSES * IN_A_CLASS - 2);
    assert_same_split(memory, streamed, MOTE_SPLIT_TRAIN);
    mote_dataset_destroy(memory);
    mote_dataset_destroy(streamed);
    put_picture(SCRATCH "/pictures/train/b/00.png", CLASSES, SIDE + 1);
    put_picture(SCRATCH "/pictures/train/c/13.png", CLASSES, SIDE);
    assert_fails(mote_dataset_load(&memory, SCRATCH "/pictures", &(mote_dataset_options){.cache_bytes = 1}, err),
                 MOTE_ERR_FORMAT, "train/b/00.png: is (10, 10, 3)");
}

/* ---- memory ---- */

/* 55 MB of pixels through 4 MB of memory: read, described, trained. Sanitizers have memory of their own. */
static void much_is_trained_in_little_memory(void **state)
{
    enum { LARGE = 96, COUNT = 2000, MOST_KB = 24000 };
    mote_error    err = {0};
    struct rusage before, after;
    char          path[128];
    int           i, status;
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(MOTE_EXACT_ARENAS)
    skip();
#endif
    assert_int_equal(mote_make_dirs(SCRATCH "/many", &err), MOTE_OK);
    put_picture(SCRATCH "/one.png", 1, LARGE);
    for (i = 0; i < COUNT; i++) {
        snprintf(path, sizeof path, SCRATCH "/many/%04d.png", i);
        assert_int_equal(symlink("../one.png", path), 0);
    }
    getrusage(RUSAGE_SELF, &before);
    if (fork() == 0) {
        mote_dataset *set = load(SCRATCH "/many", (mote_dataset_options){.cache_bytes = 4000000});
        const bool    is_on_disk = disk_bytes(set) == (size_t)COUNT * LARGE * LARGE * 3;
        float        *x = malloc((size_t)LARGE * LARGE * 3 * sizeof *x);
        for (i = 0; x && i < COUNT; i++)
            mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_in_row((size_t)i * 7 % COUNT, 1), x);
        getrusage(RUSAGE_SELF, &after);
        _exit(!is_on_disk ? 2 : after.ru_maxrss > before.ru_maxrss + MOST_KB ? 3 : 0);
    }
    assert_true(wait(&status) > 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_beyond_the_cache_lie_in_a_file_and_are_the_same),
        cmocka_unit_test(a_split_is_in_memory_as_long_as_the_cache_lasts),
        cmocka_unit_test(splits_that_are_drawn_are_the_same),
        cmocka_unit_test(channels_first_are_turned_alike),
        cmocka_unit_test(large_pictures_are_read_piece_by_piece),
        cmocka_unit_test(several_threads_read_one_set),
        cmocka_unit_test(training_gives_the_same_bytes),
        cmocka_unit_test(without_a_folder_for_it_all_is_in_memory_and_told),
        cmocka_unit_test(damaged_pictures_are_named_and_left_out_alike),
        cmocka_unit_test(much_is_trained_in_little_memory),
    };

    return cmocka_run_group_tests(tests, make_pictures, remove_scratch);
}
