/* A training that was stopped anywhere goes on from its checkpoint to the very bytes of one that was not; a checkpoint that
 * is another training's, damaged or hostile is refused or begun anew without it, and one that cannot be written stops
 * nothing. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include <mote/mote.h>

#include "base/file.h"
#include "graph/graph.h"

#define FOLDER    "build/tests/checkpoint"
#define FILE_NAME FOLDER "/checkpoint.npz"

/* ---- trainings ---- */

static mote_dataset *digits(void)
{
    mote_dataset *set;
    mote_error    err = {0};

    if (mote_dataset_load(&set, "examples/mnist/subset", &(mote_dataset_options){.scale = 255}, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    set->split[MOTE_SPLIT_TRAIN].count = 150;
    return set;
}

static mote_model *network(void)
{
    mote_error    err = {0};
    mote_model   *model;
    mote_builder *b = mote_builder_create(&(mote_builder_options){.seed = 5}, &err);
    mote_layer_id x = mote_layer_input(b, 3, (int[]){28, 28, 1});

    x = mote_layer_conv2d(b, x,
                          &(mote_conv2d_options){.name = "stem", .filters = 8, .kernel_size = {3, 3}, .strides = {3, 3}});
    x = mote_layer_batch_normalization(b, x, &(mote_batch_normalization_options){.name = "norm"});
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_flatten(b, x, NULL);
    x = mote_layer_dense(b, x, &(mote_dense_options){.name = "wide", .units = 12, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dropout(b, x, &(mote_dropout_options){.rate = 0.3f});
    x = mote_layer_dense(b, x, &(mote_dense_options){.name = "classes", .units = 10, .activation = MOTE_ACTIVATION_SOFTMAX});
    if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return model;
}

static const mote_train_pruning weights = {.sparsity = 0.6, .frequency = 3};
static const mote_train_pruning channels = {.sparsity = 0.5, .frequency = 4, .structure = MOTE_PRUNE_CHANNELS};

static const mote_schedule falling = {.kind = MOTE_SCHEDULE_COSINE_DECAY, .initial_learning_rate = 0.01f};
/* What these decide differs from epoch to epoch: by a loss that falls, each epoch is the best, and by one that should rise
 * only the first one is. */
static const mote_early_stopping restoring = {.monitor = "loss", .patience = 2, .restore_best_weights = true};
static const mote_early_stopping impatient = {
    .monitor = "loss", .mode = MOTE_MONITOR_MAX, .patience = 1, .restore_best_weights = true};
static const mote_reduce_on_plateau plateau = {.monitor = "loss", .mode = MOTE_MONITOR_MAX, .patience = 1, .cooldown = 2};
static const mote_train_control     best = {.early_stopping = &restoring, .balances_classes = true};
static const mote_train_control     first = {.early_stopping = &impatient, .reduce_on_plateau = &plateau};
static const mote_train_control     slower = {.reduce_on_plateau = &plateau};
static const mote_augment_step      shifts[] = {{.kind = MOTE_AUGMENT_TRANSLATION, .height = {-0.1f, 0.1f}},
                                                {.kind = MOTE_AUGMENT_NOISE, .stddev = 0.1f}};
static const mote_train_augment     augmented = {.steps = shifts, .step_count = 2};

/* 5 steps an epoch, the last of them shorter; 15 at all. */
#define TRAINING(...)                                                                                                       \
    {                                                                                                                       \
        .loss = MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY, .metrics = MOTE_METRIC_ACCURACY, .batch_size = 28, .epochs = 3,  \
        .seed = 9, .validation_split = 0.1, __VA_ARGS__                                                                     \
    }

static const mote_train_options trainings[] = {
    TRAINING(.optimizer.kind = MOTE_OPTIMIZER_ADAM),
    TRAINING(.optimizer = {.kind = MOTE_OPTIMIZER_SGD}, .keeps_order = true),
    TRAINING(.optimizer = {.kind = MOTE_OPTIMIZER_SGD, .momentum = 0.9f, .nesterov = true}, .pruning = &weights),
    TRAINING(.optimizer = {.kind = MOTE_OPTIMIZER_RMSPROP, .momentum = 0.5f, .centered = true}, .pruning = &channels),
    TRAINING(.optimizer.kind = MOTE_OPTIMIZER_ADAM, .quantize = {.is_on = true, .from_epoch = 2}),
    TRAINING(.optimizer.kind = MOTE_OPTIMIZER_ADAM, .quantize = {.is_on = true, .from_epoch = 1}, .pruning = &weights),
    TRAINING(.optimizer = {.kind = MOTE_OPTIMIZER_ADAMW, .use_ema = true, .schedule = &falling, .global_clipnorm = 1},
             .augment = &augmented),
    TRAINING(.optimizer = {.kind = MOTE_OPTIMIZER_NADAM}, .control = &best),
    TRAINING(.optimizer = {.kind = MOTE_OPTIMIZER_ADAM, .amsgrad = true}, .control = &first),
    TRAINING(.optimizer.kind = MOTE_OPTIMIZER_SGD, .control = &slower),
    TRAINING(.optimizer.kind = MOTE_OPTIMIZER_ADAM, .quantize = {.is_on = true, .from_epoch = 1}, .control = &first),
};
enum { TRAININGS = sizeof trainings / sizeof *trainings };

/* What one came to. */
typedef struct outcome {
    mote_file      keras; /* weights, statistics, what the optimizer remembers */
    mote_model    *model;
    mote_training *training; /* NULL: it failed */
    mote_error     err;
    int            questions;
    char           said[2000];
} outcome;

typedef struct stopper {
    int      asked, stop_at; /* 0: never */
    bool     was_ended;      /* the last question came */
    outcome *out;
} stopper;

static bool wants_stop(void *user, bool is_training)
{
    stopper *s = user;

    assert_false(s->was_ended);
    s->was_ended = !is_training;
    return ++s->asked == s->stop_at;
}

static void take_line(void *user, const char *line)
{
    outcome *out = user;

    assert_null(strchr(line, '\n'));
    snprintf(out->said + strlen(out->said), sizeof out->said - strlen(out->said), "%s\n", line);
}

static void save_keras(outcome *out)
{
    mote_error err = {0};

    assert_int_equal(mote_model_save(out->model, FOLDER "/trained.keras", &err), MOTE_OK);
    assert_int_equal(mote_file_open(&out->keras, FOLDER "/trained.keras", &err), MOTE_OK);
}

/* checkpoint may be NULL. */
static outcome train(const mote_dataset *set, const mote_train_options *options, const mote_train_checkpoint *checkpoint,
                     int stop_at)
{
    outcome               out = {.model = network()};
    stopper               s = {.stop_at = stop_at};
    mote_train_checkpoint mine;
    mote_train_options    all = *options;

    if (checkpoint) {
        mine = *checkpoint;
        mine.wants_stop = wants_stop;
        mine.user = &s;
        mine.say = take_line;
        mine.say_user = &out;
        all.checkpoint = &mine;
    }
    mote_train(&out.training, out.model, set, &all, &out.err);
    if (out.training)
        save_keras(&out);
    out.questions = s.asked;
    return out;
}

static void end(outcome *out)
{
    mote_file_close(&out->keras);
    mote_training_destroy(out->training);
    mote_model_destroy(out->model);
}

static void assert_same(const outcome *a, const outcome *b)
{
    const mote_history *x = &a->training->history, *y = &b->training->history;
    int32_t             i;
    int                 c;

    assert_int_equal(a->keras.count, b->keras.count);
    assert_memory_equal(a->keras.bytes, b->keras.bytes, a->keras.count);
    assert_int_equal(x->row_count, y->row_count);
    for (c = 0; c < x->column_count; c++)
        assert_memory_equal(x->columns[c], y->columns[c], x->row_count * sizeof **x->columns);
    for (i = 0; i < a->model->graphs[0].tensor_count; i++) {
        const mote_range p = a->model->graphs[0].tensors[i].range, q = b->model->graphs[0].tensors[i].range;
        assert_true(p.is_known == q.is_known && p.min == q.min && p.max == q.max);
    }
    assert_int_equal(a->training->pruned.zeros, b->training->pruned.zeros);
    assert_int_equal(a->training->stopped_early, b->training->stopped_early);
    assert_int_equal(a->training->best_epoch, b->training->best_epoch);
}

static int begin(void **state)
{
    mote_error err = {0};

    (void)state;
    unlink(FILE_NAME);
    return mote_make_dirs(FOLDER, &err) == MOTE_OK ? 0 : -1;
}

static const mote_train_checkpoint plain = {.path = FILE_NAME, .key = "k"};

/* ---- going on ---- */

static void what_was_stopped_anywhere_ends_in_the_same_bytes(void **state)
{
    mote_dataset         *set = digits();
    mote_train_checkpoint resuming = plain;
    int                   t, at;

    (void)state;
    resuming.resume = MOTE_RESUME_ALWAYS;
    for (t = 0; t < TRAININGS; t++) {
        outcome whole = train(set, &trainings[t], NULL, 0), watched = train(set, &trainings[t], &plain, 0);
        assert_same(&whole, &watched);
        for (at = 1; at <= watched.questions; at += at < 8 ? 1 : 3) {
            outcome part = train(set, &trainings[t], &plain, at), rest;
            if (part.err.code != MOTE_OK)
                fail_msg("%s", part.err.text);
            assert_true(part.training->is_stopped && part.training->has_checkpoint);
            rest = train(set, &trainings[t], &resuming, 0);
            if (rest.err.code != MOTE_OK)
                fail_msg("%s", rest.err.text);
            assert_true(rest.training->resumed_epoch > 0 && !rest.training->is_stopped);
            assert_non_null(strstr(rest.said, "going on "));
            assert_same(&whole, &rest);
            end(&part);
            end(&rest);
        }
        end(&whole);
        end(&watched);
    }
    mote_dataset_destroy(set);
}

/* Stopped again and again, by each step, with other numbers of threads. */
static void it_goes_on_as_often_as_it_is_stopped(void **state)
{
    mote_dataset         *set = digits();
    mote_train_options    options = trainings[5];
    mote_train_checkpoint resuming = plain;
    outcome               whole = train(set, &options, NULL, 0), part;
    int                   rounds = 0;

    (void)state;
    resuming.resume = MOTE_RESUME_IF_SAME;
    for (;;) {
        options.threads = 1 + rounds % 3;
        part = train(set, &options, &resuming, rounds < 12 ? 2 : 0);
        assert_int_equal(part.err.code, MOTE_OK);
        if (!part.training->is_stopped)
            break;
        assert_true(++rounds <= 12);
        end(&part);
    }
    assert_same(&whole, &part);
    end(&whole);
    end(&part);
    mote_dataset_destroy(set);
}

static void checkpoints_come_as_often_as_is_asked(void **state)
{
    const mote_train_checkpoint each[] = {{.every_epochs = 2}, {.every_steps = 4}, {.every_seconds = 1e-9}, {.key = "k"}};
    const int                   lasts[] = {10, 12, 15, 0}; /* steps at the last one, of 15 */
    mote_dataset               *set = digits();
    mote_error                  err = {0};
    size_t                      i;

    (void)state;
    for (i = 0; i < sizeof each / sizeof *each; i++) {
        mote_train_checkpoint c = each[i];
        mote_array            step;
        outcome               out;
        c.path = FILE_NAME;
        unlink(FILE_NAME);
        out = train(set, &trainings[0], &c, 0);
        assert_int_equal(out.err.code, MOTE_OK);
        assert_string_equal(out.said, "");
        if (lasts[i] == 0) { /* a short training writes none that nobody asked for */
            assert_false(mote_path_exists(FILE_NAME));
        } else {
            assert_int_equal(mote_array_load(&step, FILE_NAME, "step", 0, &err), MOTE_OK);
            assert_int_equal((int)mote_array_at(&step, 0), lasts[i]);
            mote_array_free(&step);
        }
        end(&out);
    }
    mote_dataset_destroy(set);
}

/* ---- refusals ---- */

static void write_checkpoint(const mote_dataset *set, const mote_train_options *options)
{
    outcome part = train(set, options, &plain, 7);

    assert_int_equal(part.err.code, MOTE_OK);
    assert_true(part.training->has_checkpoint);
    end(&part);
}

/* Refused where it must be this one; else told, and everything is as without it. */
static void assert_not_taken(const mote_dataset *set, const mote_train_options *options, const char *key, const char *why)
{
    mote_train_checkpoint c = {.path = FILE_NAME, .key = key, .resume = MOTE_RESUME_ALWAYS};
    outcome               out = train(set, options, &c, 0), whole;

    if (out.err.code == MOTE_OK || !strstr(out.err.text, why) ||
        strncmp(out.err.text, FILE_NAME ": ", strlen(FILE_NAME) + 2))
        fail_msg("\"%s\" expected, got \"%s\"", why, out.err.text);
    assert_null(strchr(out.err.text, '\n'));
    end(&out);
    c.resume = MOTE_RESUME_IF_SAME;
    out = train(set, options, &c, 0);
    assert_int_equal(out.err.code, MOTE_OK);
    assert_int_equal(out.training->resumed_epoch, 0);
    assert_non_null(strstr(out.said, "training from the beginning"));
    whole = train(set, options, NULL, 0);
    assert_same(&whole, &out);
    end(&out);
    end(&whole);
}

static void a_checkpoint_of_another_training_is_refused(void **state)
{
    mote_dataset      *set = digits();
    mote_train_options other = trainings[0];

    (void)state;
    write_checkpoint(set, &trainings[0]);
    assert_not_taken(set, &trainings[0], "other", "it is of another training");
    other.seed++;
    assert_not_taken(set, &other, "k", "it is of another training");
    other = trainings[0];
    other.epochs++;
    assert_not_taken(set, &other, "k", "it is of another training");
    other = trainings[0];
    other.isa = "baseline";
    assert_not_taken(set, &other, "k", "it is of another training");
    assert_not_taken(set, &trainings[2], "k", "it has no array \"pruned.0\""); /* a key that does not say enough */
    mote_dataset_destroy(set);
}

static void where_there_is_none_it_begins_anew(void **state)
{
    mote_dataset         *set = digits();
    mote_train_checkpoint c = plain;
    outcome               out;

    (void)state;
    c.resume = MOTE_RESUME_ALWAYS;
    out = train(set, &trainings[0], &c, 0);
    assert_int_equal(out.err.code, MOTE_OK);
    assert_int_equal(out.training->resumed_epoch, 0);
    assert_non_null(strstr(out.said, "there is no checkpoint"));
    end(&out);
    mote_dataset_destroy(set);
}

static void a_checkpoint_cut_or_changed_anywhere_is_refused(void **state)
{
    mote_dataset *set = digits();
    mote_file     file = {0};
    mote_error    err = {0};
    uint8_t      *bytes;
    size_t        i;

    (void)state;
    write_checkpoint(set, &trainings[0]);
    assert_int_equal(mote_file_open(&file, FILE_NAME, &err), MOTE_OK);
    bytes = malloc(file.count);
    assert_non_null(bytes);
    for (i = 0; i < 40; i++) {
        const size_t          count = file.count * i / 40;
        mote_train_checkpoint c = plain;
        outcome               out;
        memcpy(bytes, file.bytes, file.count);
        bytes[i * 7919 % file.count] ^= 0x10;
        assert_int_equal(mote_file_write(FILE_NAME, bytes, i % 2 ? count : file.count, &err), MOTE_OK);
        c.resume = MOTE_RESUME_ALWAYS;
        out = train(set, &trainings[0], &c, 1); /* what is taken in spite of it trains one step more */
        if (out.err.code == MOTE_OK)
            assert_true(i % 2 == 0 && out.training->resumed_epoch == 2);
        else
            assert_int_equal(strncmp(out.err.text, FILE_NAME, strlen(FILE_NAME)), 0);
        end(&out);
    }
    free(bytes);
    mote_file_close(&file);
    mote_dataset_destroy(set);
}

/* A whole archive, of which one array is not what was written. */
static void change_array(const char *name, mote_dtype dtype, size_t count, const void *bytes)
{
    mote_npz        *npz;
    mote_error       err = {0};
    mote_named_array arrays[64];
    int32_t          i, n;

    assert_int_equal(mote_npz_open(&npz, FILE_NAME, &err), MOTE_OK);
    n = mote_npz_count(npz);
    assert_true(n < 64 && mote_npz_find(npz, name) >= 0);
    for (i = 0; i < n; i++) {
        arrays[i].name = mote_npz_name(npz, i);
        assert_int_equal(mote_npz_load(&arrays[i].array, npz, arrays[i].name, 0, &err), MOTE_OK);
        if (strcmp(arrays[i].name, name) == 0) {
            mote_array_free(&arrays[i].array);
            assert_int_equal(mote_array_create(&arrays[i].array, dtype, 1, (int64_t[]){(int64_t)count}, &err), MOTE_OK);
            memcpy(arrays[i].array.bytes, bytes, count * (size_t)mote_dtype_bits(dtype) / 8);
        }
    }
    assert_int_equal(mote_npz_save(arrays, n, FILE_NAME, &err), MOTE_OK);
    for (i = 0; i < n; i++)
        mote_array_free(&arrays[i].array);
    mote_npz_close(npz);
}

static void what_no_training_can_have_is_refused(void **state)
{
    static const int64_t places[][2] = {{-1, 0}, {4, 0}, {3, 28}, {1, -28}, {1, 29}, {1, 1000000}, {INT64_MIN, INT64_MAX}};
    static const double  seconds[] = {NAN, INFINITY, -1};
    mote_dataset        *set = digits();
    mote_range           ranges[200] = {{0}};
    mote_array           kept;
    mote_error           err = {0};
    float                few[7] = {0};
    size_t               i;

    (void)state;
    for (i = 0; i < sizeof places / sizeof *places; i++) {
        write_checkpoint(set, &trainings[5]);
        change_array("place", MOTE_I64, 2, places[i]);
        assert_not_taken(set, &trainings[5], "k", "damaged: its array \"place\"");
    }
    for (i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        write_checkpoint(set, &trainings[5]);
        change_array("seconds", MOTE_F64, 1, &seconds[i]);
        assert_not_taken(set, &trainings[5], "k", "damaged: its array \"seconds\"");
    }
    write_checkpoint(set, &trainings[5]);
    change_array("weights", MOTE_F32, 7, few);
    assert_not_taken(set, &trainings[5], "k", "damaged: its array \"weights\"");
    write_checkpoint(set, &trainings[5]);
    change_array("optimizer.step", MOTE_I64, 1, places[0]);
    assert_not_taken(set, &trainings[5], "k", "damaged: its array \"optimizer.step\"");
    for (i = 0; i < 3; i++) {
        write_checkpoint(set, &trainings[5]);
        assert_int_equal(mote_array_load(&kept, FILE_NAME, "quantized.ranges", 0, &err), MOTE_OK);
        assert_true(kept.count <= sizeof ranges);
        memcpy(ranges, kept.bytes, kept.count);
        if (i == 0)
            ranges[0].min = NAN;
        else if (i == 1)
            ranges[1].max = ranges[1].min - 1;
        else
            ((unsigned char *)&ranges[0])[offsetof(mote_range, is_known)] = 2;
        change_array("quantized.ranges", MOTE_U8, kept.count, ranges);
        mote_array_free(&kept);
        assert_not_taken(set, &trainings[5], "k", "damaged: its array \"quantized.ranges\"");
    }
    mote_dataset_destroy(set);
}

/* ---- what cannot be written ---- */

static void training_goes_on_where_no_checkpoint_can_be_written(void **state)
{
    mote_dataset               *set = digits();
    const mote_train_checkpoint nowhere = {.path = FOLDER "/not/there.npz", .every_steps = 1};
    outcome                     whole = train(set, &trainings[0], NULL, 0), out = train(set, &trainings[0], &nowhere, 0);

    (void)state;
    assert_int_equal(out.err.code, MOTE_OK);
    assert_same(&whole, &out);
    assert_non_null(strstr(out.said, "warning: no checkpoint: " FOLDER "/not/there.npz"));
    assert_int_equal(strcspn(out.said, "\n") + 1, strlen(out.said)); /* told once */
    end(&out);
    out = train(set, &trainings[0], &nowhere, 3);
    assert_true(out.training->is_stopped && !out.training->has_checkpoint);
    end(&out);
    end(&whole);
    mote_dataset_destroy(set);
}

/* ---- losses that are not finite ---- */

static void assert_blamed(const mote_dataset *set, const mote_train_options *options, mote_model *model,
                          const char *const *words)
{
    mote_training *training;
    mote_error     err = {0};

    assert_int_equal(mote_train(&training, model, set, options, &err), MOTE_ERR_NUMERIC);
    for (; *words; words++)
        if (!strstr(err.text, *words))
            fail_msg("\"%s\" expected in \"%s\"", *words, err.text);
    mote_model_destroy(model);
}

static mote_model *set_weights(mote_model *model, const char *layer, float value)
{
    const mote_graph *graph = &model->graphs[0];
    mote_tensor      *w;
    int32_t           n = 0;
    size_t            i;

    while (!graph->nodes[n].name || strcmp(graph->nodes[n].name, layer) != 0)
        n++;
    w = &graph->tensors[graph->nodes[n].in[1]];
    for (i = 0; i < mote_tensor_count(w); i++)
        ((float *)w->data)[i] = value;
    return model;
}

static void a_loss_that_is_not_finite_names_the_layer(void **state)
{
    mote_dataset      *set = digits();
    mote_train_options options = trainings[0];
    int                kind;

    (void)state;
    /* The sum of two of the largest numbers has no place in a float. */
    assert_blamed(set, &options, set_weights(network(), "stem", 3e38f),
                  (const char *const[]){"the loss is not finite at epoch 1, step 1: ", "\"stem\"",
                                        " is the first whose values are infinite or NaN", NULL});
    assert_blamed(set, &options, set_weights(network(), "classes", NAN),
                  (const char *const[]){"epoch 1, step 1: weights of ", "\"classes\"", "from the beginning", NULL});
    for (kind = 0; kind < MOTE_OPTIMIZER_COUNT; kind++) {
        options.optimizer = (mote_optimizer){.kind = (mote_optimizer_kind)kind, .learning_rate = 1e38f};
        assert_blamed(set, &options, network(),
                      (const char *const[]){"the loss is not finite ", "; try a smaller learning_rate", NULL});
    }
    mote_dataset_destroy(set);
}

/* 1 -> a -> b: an answer's square has a place in a float, its product with b's weight has none: the gradient at a. */
static void a_gradient_that_is_not_finite_names_its_layer_and_the_update(void **state)
{
    mote_train_options options = {
        .loss = MOTE_LOSS_MSE, .optimizer = {.kind = MOTE_OPTIMIZER_SGD, .momentum = 0.5f}, .batch_size = 100};
    mote_dataset *set;
    mote_builder *b;
    mote_model   *model;
    mote_error    err = {0};
    mote_layer_id x;
    int           epochs;

    (void)state;
    assert_int_equal(mote_dataset_sine(&set, &(mote_sine_options){.count = 100}, &err), MOTE_OK);
    for (epochs = 1; epochs <= 2; epochs++) {
        options.epochs = epochs;
        b = mote_builder_create(NULL, &err);
        x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){1}), &(mote_dense_options){.name = "a", .units = 1});
        x = mote_layer_dense(b, x, &(mote_dense_options){.name = "b", .units = 1});
        assert_int_equal(mote_builder_finish(&model, b, &x, 1, &err), MOTE_OK);
        set_weights(model, "a", 1e-10f);
        set_weights(model, "b", 1e25f);
        assert_blamed(set, &options, model,
                      (const char *const[]){epochs == 1 ? "after the last step, 1: " : "at epoch 2, step 2: ",
                                            "sgd's update 1 made weights infinite or NaN, by a gradient that became so in ",
                                            "\"a\"", NULL});
    }
    mote_dataset_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_was_stopped_anywhere_ends_in_the_same_bytes, begin),
        cmocka_unit_test_setup(it_goes_on_as_often_as_it_is_stopped, begin),
        cmocka_unit_test_setup(checkpoints_come_as_often_as_is_asked, begin),
        cmocka_unit_test_setup(a_checkpoint_of_another_training_is_refused, begin),
        cmocka_unit_test_setup(where_there_is_none_it_begins_anew, begin),
        cmocka_unit_test_setup(a_checkpoint_cut_or_changed_anywhere_is_refused, begin),
        cmocka_unit_test_setup(what_no_training_can_have_is_refused, begin),
        cmocka_unit_test_setup(training_goes_on_where_no_checkpoint_can_be_written, begin),
        cmocka_unit_test_setup(a_loss_that_is_not_finite_names_the_layer, begin),
        cmocka_unit_test_setup(a_gradient_that_is_not_finite_names_its_layer_and_the_update, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
