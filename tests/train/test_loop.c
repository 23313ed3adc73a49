/* What Keras' fit makes of a small network with each optimizer, schedule and callback (tests/golden/gen_loop.py): the
 * weights after up to a hundred steps, and the history. SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/mote.h>

#include "base/file.h"
#include "graph/graph.h"

#define FOLDER "build/tests/loop"
enum { SAMPLES = 80, VALIDATION = 32, EPOCHS = 20 };

static mote_npz *golden;

static bool has(const char *name, const char *part)
{
    mote_array array;
    mote_error err = {0};
    char       path[96];

    snprintf(path, sizeof path, "%s/%s", name, part);
    if (mote_npz_load(&array, golden, path, 0, &err) != MOTE_OK)
        return false;
    mote_array_free(&array);
    return true;
}

static mote_array load(const char *name, const char *part)
{
    mote_array array;
    mote_error err = {0};
    char       path[96];

    snprintf(path, sizeof path, "%s%s%s", name, *part ? "/" : "", part);
    if (mote_npz_load(&array, golden, path, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return array;
}

/* ---- data and network ---- */

static mote_dataset *load_data(const char *targets)
{
    mote_dataset *set = NULL;
    mote_error    err = {0};
    mote_array    x = load("x", ""), y = load(targets, "");

    assert_int_equal(mote_make_dirs(FOLDER, &err), MOTE_OK);
    assert_int_equal(mote_npy_save(&x, FOLDER "/x.npy", &err), MOTE_OK);
    assert_int_equal(mote_npy_save(&y, FOLDER "/y.npy", &err), MOTE_OK);
    mote_array_free(&x);
    mote_array_free(&y);
    if (mote_dataset_load(&set, FOLDER, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return set;
}

/* Kernels and biases in order, as the file has them in one row; into the network, or the distance from it. */
static double walk_weights(mote_model *model, const char *name, const char *part, bool into)
{
    mote_array  row = load(name, part);
    mote_graph *graph = &model->graphs[0];
    double      gap = 0, size = 0;
    size_t      at = 0, k;
    int32_t     i;

    for (i = 0; i < graph->tensor_count; i++) {
        float *w = graph->tensors[i].data;
        if (graph->tensors[i].kind != MOTE_CONST || graph->tensors[i].dtype != MOTE_F32)
            continue;
        for (k = 0; k < mote_tensor_count(&graph->tensors[i]); k++) {
            const float keras = ((const float *)row.bytes)[at++];
            if (into)
                w[k] = keras;
            gap += ((double)w[k] - (double)keras) * ((double)w[k] - (double)keras);
            size += (double)keras * (double)keras;
        }
    }
    assert_int_equal(at, row.count);
    mote_array_free(&row);
    return sqrt(gap / size);
}

static mote_model *make_network(mote_activation activation, bool is_regularized)
{
    const mote_regularizer kernel = {is_regularized ? 0.01f : 0, is_regularized ? 0.02f : 0},
                           bias = {0, is_regularized ? 0.05f : 0};
    mote_error    err = {0};
    mote_model   *model = NULL;
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_input(b, 1, (int[]){20});

    x = mote_layer_dense(
        b, x,
        &(mote_dense_options){
            .units = 16, .activation = MOTE_ACTIVATION_RELU, .kernel_regularizer = kernel, .bias_regularizer = bias});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 4, .activation = activation});
    if (mote_builder_finish(&model, b, &x, 1, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    walk_weights(model, "start", "", true);
    return model;
}

/* ---- cases ---- */

typedef struct loop_case {
    const char        *name;
    mote_optimizer     optimizer;
    mote_train_control control;
    mote_goal          goal;       /* mse means the cross-entropy with accuracy, unless targets are given */
    mote_activation    activation; /* linear means softmax, unless targets are given */
    const char        *targets;    /* NULL: labels */
    bool               is_regularized;
    double             tolerance; /* 0: 1e-5 */
} loop_case;

#define SCHEDULE(...) .optimizer = {.kind = MOTE_OPTIMIZER_SGD, .schedule = &(const mote_schedule){__VA_ARGS__}}
#define STOPPING(...)                                                                                                       \
    .optimizer = {.kind = MOTE_OPTIMIZER_SGD, .learning_rate = 0.3f, .momentum = 0.9f},                                     \
    .control = {.early_stopping = &(const mote_early_stopping){__VA_ARGS__}}

#define LOSS(WHICH, LAST, TARGETS, ...)                                                                                     \
    .optimizer = {.kind = MOTE_OPTIMIZER_SGD, .learning_rate = 0.02f, .momentum = 0.9f},                                    \
    .activation = MOTE_ACTIVATION_##LAST, .targets = TARGETS, .goal = {.loss = MOTE_LOSS_##WHICH, .weight = 1, __VA_ARGS__}
#define PLAIN .optimizer = {.kind = MOTE_OPTIMIZER_SGD, .learning_rate = 0.05f}

static const loop_case cases[] = {
    {"adamw", .optimizer = {.kind = MOTE_OPTIMIZER_ADAMW, .learning_rate = 0.005f}},
    {"adamw_all", .optimizer = {.kind = MOTE_OPTIMIZER_ADAMW,
                                .learning_rate = 0.005f,
                                .weight_decay = 0.1f,
                                .beta_1 = 0.8,
                                .beta_2 = 0.95,
                                .epsilon = 1e-5f,
                                .amsgrad = true}},
    {"amsgrad", .optimizer = {.kind = MOTE_OPTIMIZER_ADAM, .learning_rate = 0.005f, .amsgrad = true}},
    {"nadam", .optimizer = {.kind = MOTE_OPTIMIZER_NADAM, .learning_rate = 0.005f}},
    {"adamax", .optimizer = {.kind = MOTE_OPTIMIZER_ADAMAX, .learning_rate = 0.005f}},
    {"adagrad", .optimizer = {.kind = MOTE_OPTIMIZER_ADAGRAD, .learning_rate = 0.05f}},
    {"adagrad_all", .optimizer = {.kind = MOTE_OPTIMIZER_ADAGRAD,
                                  .learning_rate = 0.05f,
                                  .initial_accumulator_value = 0.5f,
                                  .epsilon = 1e-3f}},
    {"adadelta", .optimizer = {.kind = MOTE_OPTIMIZER_ADADELTA, .learning_rate = 1.0f}},
    {"adadelta_all", .optimizer = {.kind = MOTE_OPTIMIZER_ADADELTA, .learning_rate = 0.5f, .rho = 0.8, .epsilon = 1e-5f}},
    {"lion", .optimizer = {.kind = MOTE_OPTIMIZER_LION, .learning_rate = 0.001f}},
    {"lion_all",
     .optimizer =
         {.kind = MOTE_OPTIMIZER_LION, .learning_rate = 0.001f, .beta_1 = 0.8, .beta_2 = 0.9, .weight_decay = 0.05f}},
    {"sgd_decay",
     .optimizer = {.kind = MOTE_OPTIMIZER_SGD, .learning_rate = 0.05f, .momentum = 0.9f, .weight_decay = 0.01f}},
    {"rmsprop_decay", .optimizer = {.kind = MOTE_OPTIMIZER_RMSPROP, .learning_rate = 0.002f, .weight_decay = 0.02f}},
    {"clipnorm", .optimizer = {.kind = MOTE_OPTIMIZER_SGD, .learning_rate = 0.05f, .clipnorm = 0.1f}},
    {"clipvalue", .optimizer = {.kind = MOTE_OPTIMIZER_SGD, .learning_rate = 0.05f, .clipvalue = 0.01f}},
    {"global_clipnorm", .optimizer = {.kind = MOTE_OPTIMIZER_SGD, .learning_rate = 0.05f, .global_clipnorm = 0.2f}},
    {"ema", .optimizer = {.kind = MOTE_OPTIMIZER_ADAM, .learning_rate = 0.005f, .use_ema = true}},
    {"ema_all", .optimizer = {.kind = MOTE_OPTIMIZER_SGD,
                              .learning_rate = 0.05f,
                              .use_ema = true,
                              .ema_momentum = 0.9f,
                              .ema_overwrite_frequency = 7}},
    {"exponential",
     SCHEDULE(MOTE_SCHEDULE_EXPONENTIAL_DECAY, .initial_learning_rate = 0.05f, .decay_steps = 30, .decay_rate = 0.7)},
    {"staircase", SCHEDULE(MOTE_SCHEDULE_EXPONENTIAL_DECAY, .initial_learning_rate = 0.05f, .decay_steps = 30,
                           .decay_rate = 0.7, .staircase = true)},
    {"cosine", SCHEDULE(MOTE_SCHEDULE_COSINE_DECAY, .initial_learning_rate = 0.05f, .decay_steps = 80, .alpha = 0.1)},
    {"warmup", SCHEDULE(MOTE_SCHEDULE_COSINE_DECAY, .decay_steps = 70, .warmup_target = 0.05f, .warmup_steps = 20)},
    {"restarts", SCHEDULE(MOTE_SCHEDULE_COSINE_DECAY_RESTARTS, .initial_learning_rate = 0.05f, .decay_steps = 20,
                          .t_mul = 1.5, .m_mul = 0.8, .alpha = 0.05)},
    {"even_restarts",
     SCHEDULE(MOTE_SCHEDULE_COSINE_DECAY_RESTARTS, .initial_learning_rate = 0.05f, .decay_steps = 20, .t_mul = 1)},
    {"pieces", SCHEDULE(MOTE_SCHEDULE_PIECEWISE_CONSTANT_DECAY, .boundaries = (const uint64_t[]){30, 60},
                        .values = (const float[]){0.05f, 0.02f, 0.005f}, .boundary_count = 2)},
    {"polynomial", SCHEDULE(MOTE_SCHEDULE_POLYNOMIAL_DECAY, .initial_learning_rate = 0.05f, .decay_steps = 60,
                            .end_learning_rate = 0.001f, .power = 2)},
    {"cycle", SCHEDULE(MOTE_SCHEDULE_POLYNOMIAL_DECAY, .initial_learning_rate = 0.05f, .decay_steps = 32,
                       .end_learning_rate = 0.001f, .cycle = true)},
    {"inverse",
     SCHEDULE(MOTE_SCHEDULE_INVERSE_TIME_DECAY, .initial_learning_rate = 0.05f, .decay_steps = 20, .decay_rate = 0.5)},
    {"inverse_staircase", SCHEDULE(MOTE_SCHEDULE_INVERSE_TIME_DECAY, .initial_learning_rate = 0.05f, .decay_steps = 20,
                                   .decay_rate = 0.5, .staircase = true)},
    {"stop", STOPPING(.patience = 2, .restore_best_weights = true)},
    {"stop_delta", STOPPING(.monitor = "loss", .min_delta = 0.02, .patience = 1, .start_from_epoch = 3)},
    {"stop_max", STOPPING(.monitor = "val_accuracy", .patience = 3, .restore_best_weights = true)},
    {"stop_baseline", STOPPING(.has_baseline = true, .baseline = 0.2, .patience = 6, .restore_best_weights = true)},
    {"plateau", .optimizer = {.kind = MOTE_OPTIMIZER_SGD, .learning_rate = 0.3f, .momentum = 0.9f},
     .control = {.reduce_on_plateau =
                     &(const mote_reduce_on_plateau){
                         .factor = 0.3, .patience = 2, .min_delta = 0.01, .cooldown = 1, .min_lr = 0.002}}},
    {"huber", LOSS(HUBER, LINEAR, "numbers", .delta = 0.5f)},
    {"log_cosh", LOSS(LOG_COSH, LINEAR, "numbers", .top_k = 0)},
    {"mape", LOSS(MAPE, LINEAR, "positive", .top_k = 0), .tolerance = 2e-5},
    {"msle", LOSS(MSLE, LINEAR, "positive", .top_k = 0)},
    {"poisson", LOSS(POISSON, SIGMOID, "positive", .top_k = 0)},
    {"cosine_similarity", LOSS(COSINE_SIMILARITY, LINEAR, "numbers", .top_k = 0)},
    {"kl_divergence", LOSS(KL_DIVERGENCE, SOFTMAX, "labels", .top_k = 0)},
    {"hinge", LOSS(HINGE, TANH, "labels", .top_k = 0)},
    {"squared_hinge", LOSS(SQUARED_HINGE, LINEAR, "labels", .top_k = 0)},
    {"categorical_hinge", LOSS(CATEGORICAL_HINGE, LINEAR, "labels", .top_k = 0)},
    {"binary_focal", LOSS(BINARY_FOCAL_CROSSENTROPY, SIGMOID, "labels", .top_k = 0)},
    {"binary_focal_all", LOSS(BINARY_FOCAL_CROSSENTROPY, SIGMOID, "labels", .apply_class_balancing = true, .alpha = 0.6f,
                              .gamma = 1.5f, .label_smoothing = 0.1f)},
    {"binary_focal_logits", LOSS(BINARY_FOCAL_CROSSENTROPY, LINEAR, "labels", .from_logits = true)},
    {"categorical_focal", LOSS(CATEGORICAL_FOCAL_CROSSENTROPY, SOFTMAX, "labels", .top_k = 0)},
    {"categorical_focal_logits",
     LOSS(CATEGORICAL_FOCAL_CROSSENTROPY, LINEAR, "labels", .from_logits = true, .alpha = 0.5f, .gamma = 1.5f)},
    {"smooth_categorical", LOSS(CATEGORICAL_CROSSENTROPY, SOFTMAX, "labels", .label_smoothing = 0.2f)},
    {"smooth_binary", LOSS(BINARY_CROSSENTROPY, SIGMOID, "labels", .label_smoothing = 0.2f)},
    {"class_metrics", PLAIN,
     .goal = {.loss = MOTE_LOSS_CATEGORICAL_CROSSENTROPY,
              .metrics = MOTE_METRIC_ACCURACY | MOTE_METRIC_MAE | MOTE_METRIC_BINARY_ACCURACY |
                         MOTE_METRIC_CATEGORICAL_ACCURACY | MOTE_METRIC_TOP_K | MOTE_METRIC_PRECISION | MOTE_METRIC_RECALL |
                         MOTE_METRIC_F1_SCORE | MOTE_METRIC_AUC | MOTE_METRIC_RMSE | MOTE_METRIC_COSINE_SIMILARITY,
              .top_k = 2,
              .threshold = 0.3f}},
    {"number_metrics", PLAIN, .targets = "positive",
     .goal = {.metrics = MOTE_METRIC_MAE | MOTE_METRIC_RMSE | MOTE_METRIC_R2_SCORE | MOTE_METRIC_MAPE | MOTE_METRIC_MSLE |
                         MOTE_METRIC_COSINE_SIMILARITY}},
    {"class_weight", PLAIN, .control = {.class_weight = (const float[]){1, 2, 0.5f, 3}, .class_weight_count = 4}},
    {"regularized", PLAIN, .is_regularized = true},
};
enum { CASES = sizeof cases / sizeof *cases };

static void check_history(const char *name, const mote_history *history)
{
    int32_t c;
    size_t  row;

    for (c = 1; c < history->column_count; c++) {
        mote_array keras;
        if (!has(name, history->names[c])) {
            assert_string_equal(history->names[c], "learning_rate"); /* of a schedule Keras does not tell it */
            continue;
        }
        keras = load(name, history->names[c]);
        assert_int_equal(keras.count, history->row_count);
        for (row = 0; row < keras.count; row++) {
            const double wanted = mote_array_at(&keras, row), got = history->columns[c][row];
            if (!(fabs(got - wanted) <= 2e-5 * fmax(1, fabs(wanted))))
                fail_msg("%s: %s of epoch %zu is %.9g, Keras has %.9g", name, history->names[c], row + 1, got, wanted);
        }
        mote_array_free(&keras);
    }
}

static void check_case(const loop_case *c, const char *isa)
{
    const bool             is_own = c->targets || c->goal.loss != MOTE_LOSS_MSE;
    const mote_activation  activation = c->targets ? c->activation : MOTE_ACTIVATION_SOFTMAX;
    const mote_output_goal goal = {
        "dense_1",
        is_own ? c->goal : (mote_goal){.loss = MOTE_LOSS_CATEGORICAL_CROSSENTROPY, .metrics = MOTE_METRIC_ACCURACY}};
    mote_error               err = {0};
    mote_dataset            *set = load_data(c->targets ? c->targets : "labels");
    mote_model              *model = make_network(activation, c->is_regularized);
    mote_training           *training = NULL;
    const mote_train_options options = {.outputs = &goal,
                                        .output_count = 1,
                                        .optimizer = c->optimizer,
                                        .batch_size = 16,
                                        .epochs = EPOCHS,
                                        .validation_split = (double)VALIDATION / (SAMPLES + VALIDATION),
                                        .keeps_order = true,
                                        .isa = isa,
                                        .control = &c->control};
    double                   gap;

    if (mote_train(&training, model, set, &options, &err) != MOTE_OK)
        fail_msg("%s: %s", c->name, err.text);
    check_history(c->name, &training->history);
    gap = walk_weights(model, c->name, "weights", false);
    print_message("%s, %s: %.2e\n", c->name, isa, gap);
    assert_true(gap <= (c->tolerance > 0 ? c->tolerance : 1e-5));
    mote_training_destroy(training);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
}

static void each_case_ends_at_keras_weights(void **state)
{
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    size_t                   i, l;

    (void)state;
    for (l = 0; l < 3; l++) {
        if (l > 0 && strcmp(levels[l], "avx512") == 0 && !__builtin_cpu_supports("avx512f"))
            continue;
        for (i = 0; i < CASES; i++)
            check_case(&cases[i], levels[l]);
    }
}

static void schedules_give_keras_rates(void **state)
{
    size_t i, step;

    (void)state;
    for (i = 0; i < CASES; i++) {
        mote_array    rates;
        mote_schedule schedule;
        if (!cases[i].optimizer.schedule)
            continue;
        schedule = *cases[i].optimizer.schedule;
        schedule.m_mul = schedule.m_mul != 0 ? schedule.m_mul : 1; /* as training completes it */
        schedule.power = schedule.power != 0 ? schedule.power : 1;
        rates = load(cases[i].name, "rates");
        for (step = 0; step < rates.count; step++) {
            const double keras = mote_array_at(&rates, step), got = (double)mote_schedule_at(&schedule, step);
            if (!(fabs(got - keras) <= 1e-6 * 0.05))
                fail_msg("%s: step %zu has %.9g, Keras %.9g", cases[i].name, step, got, keras);
        }
        mote_array_free(&rates);
    }
}

/* ---- files ---- */

static mote_model *trained(const loop_case *c)
{
    mote_error               err = {0};
    mote_dataset            *set = load_data("labels");
    mote_model              *model = make_network(MOTE_ACTIVATION_SOFTMAX, true);
    mote_training           *training = NULL;
    const mote_train_options options = {.loss = MOTE_LOSS_CATEGORICAL_CROSSENTROPY, .optimizer = c->optimizer, .epochs = 2};

    if (mote_train(&training, model, set, &options, &err) != MOTE_OK)
        fail_msg("%s: %s", c->name, err.text);
    mote_training_destroy(training);
    mote_dataset_destroy(set);
    return model;
}

static void assert_same_schedule(const mote_schedule *a, const mote_schedule *b)
{
    uint64_t step;

    assert_true((a == NULL) == (b == NULL));
    for (step = 0; a && step < 200; step++)
        assert_true(mote_schedule_at(a, step) == mote_schedule_at(b, step));
}

static void assert_same_memory(const mote_model *a, const mote_model *b)
{
    int32_t s, i;
    size_t  k;

    assert_int_equal(a->optimizer.kind, b->optimizer.kind);
    assert_true(a->optimizer.learning_rate == b->optimizer.learning_rate || a->optimizer.schedule);
    assert_true(a->optimizer.weight_decay == b->optimizer.weight_decay && a->optimizer.clipnorm == b->optimizer.clipnorm);
    assert_true(a->optimizer.use_ema == b->optimizer.use_ema && a->optimizer.amsgrad == b->optimizer.amsgrad);
    assert_same_schedule(a->optimizer.schedule, b->optimizer.schedule);
    assert_true(b->memory.is_there && a->memory.step == b->memory.step && a->memory.product == b->memory.product);
    assert_int_equal(a->memory.slot_count, b->memory.slot_count);
    assert_int_equal(a->params.count, b->params.count);
    for (s = 0; s < a->memory.slot_count; s++)
        for (i = 0; i < a->graphs[0].tensor_count; i++) { /* what lies between two weights is no weight's */
            const mote_tensor *tensor = &a->graphs[0].tensors[i];
            const size_t       at = tensor->is_trainable ? (size_t)((float *)tensor->data - a->params.values) : 0;
            for (k = at; tensor->is_trainable && k < at + mote_tensor_count(tensor); k++)
                assert_true(a->memory.slot[s][k] == b->memory.slot[s][k]);
        }
    for (i = 0; i < a->graphs[0].tensor_count && i < b->graphs[0].tensor_count; i++)
        assert_memory_equal(&a->graphs[0].tensors[i].regularizer, &b->graphs[0].tensors[i].regularizer,
                            sizeof(mote_regularizer));
}

/* Slots, arguments, schedules and regularizers, into .keras and out of it. */
static void files_keep_what_training_goes_on_with(void **state)
{
    const mote_load_options options = {.to_train = true};
    mote_error              err = {0};
    size_t                  i;

    (void)state;
    for (i = 0; i < CASES; i++) {
        mote_model *model, *back = NULL;
        if (cases[i].targets || cases[i].goal.loss != MOTE_LOSS_MSE)
            continue;
        model = trained(&cases[i]);
        assert_int_equal(mote_model_save(model, FOLDER "/kept.keras", &err), MOTE_OK);
        if (mote_model_load(&back, FOLDER "/kept.keras", &options, &err) != MOTE_OK)
            fail_msg("%s: %s", cases[i].name, err.text);
        print_message("%s\n", cases[i].name);
        assert_same_memory(model, back);
        mote_model_destroy(model);
        mote_model_destroy(back);
    }
}

/* ---- refusals ---- */

static void what_cannot_be_is_refused(void **state)
{
    static const mote_schedule       schedule = {.initial_learning_rate = 0.1f, .decay_rate = 0.5};
    static const mote_early_stopping val = {0}, other = {.monitor = "val_acc"};
    const struct {
        mote_train_options options;
        const char        *text;
    } refused[] = {
        {{.loss = MOTE_LOSS_CATEGORICAL_CROSSENTROPY, .control = &(const mote_train_control){.early_stopping = &val}},
         "early_stopping: val_loss needs validation samples, and there are none; add validation_split, or monitor one of: "
         "loss"},
        {{.loss = MOTE_LOSS_CATEGORICAL_CROSSENTROPY,
          .validation_split = 0.2,
          .control = &(const mote_train_control){.early_stopping = &other}},
         "early_stopping: nothing is called val_acc; to monitor there are: loss, val_loss"},
        {{.loss = MOTE_LOSS_CATEGORICAL_CROSSENTROPY,
          .validation_split = 0.2,
          .optimizer = {.schedule = &schedule},
          .control = &(const mote_train_control){.reduce_on_plateau = &(const mote_reduce_on_plateau){0}}},
         "reduce_on_plateau changes the learning rate, and exponential_decay already says what it is at each step; leave "
         "one "
         "of them out"},
        {{.loss = MOTE_LOSS_CATEGORICAL_CROSSENTROPY, .optimizer = {.kind = MOTE_OPTIMIZER_ADAMW, .weight_decay = -1}},
         "adamw: weight_decay is -1; 1e-30 to 1000000 are possible"},
        {{.loss = MOTE_LOSS_CATEGORICAL_CROSSENTROPY,
          .control = &(const mote_train_control){.class_weight = (const float[]){1, 2}, .class_weight_count = 2}},
         "class_weight has 2 weights, and the data have 4 classes"},
        {{.loss = MOTE_LOSS_CATEGORICAL_CROSSENTROPY, .metrics = MOTE_METRIC_TOP_K},
         "top_k_categorical_accuracy: k is 5, and there are 4 classes"},
    };
    mote_dataset *set = load_data("labels");
    size_t        i;

    (void)state;
    for (i = 0; i < sizeof refused / sizeof *refused; i++) {
        mote_error     err = {0};
        mote_model    *model = make_network(MOTE_ACTIVATION_SOFTMAX, false);
        mote_training *training = NULL;
        assert_int_equal(mote_train(&training, model, set, &refused[i].options, &err), MOTE_ERR_USAGE);
        assert_string_equal(err.text, refused[i].text);
        mote_model_destroy(model);
    }
    mote_dataset_destroy(set);
}

static int open_golden(void **state)
{
    mote_error err = {0};

    (void)state;
    return mote_npz_open(&golden, "tests/golden/loop.npz", &err) == MOTE_OK ? 0 : -1;
}

static int close_golden(void **state)
{
    (void)state;
    mote_npz_close(golden);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schedules_give_keras_rates), cmocka_unit_test(files_keep_what_training_goes_on_with),
        cmocka_unit_test(what_cannot_be_is_refused), cmocka_unit_test(each_case_ends_at_keras_weights)};

    return cmocka_run_group_tests(tests, open_golden, close_golden);
}
