/* A hundred training steps from Keras' weights and batches end at Keras' weights, for six networks and four optimizers,
 * and at the same bytes for any number of threads.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/mote.h>

#include "base/file.h"
#include "train/objective.h"
#include "train/optimizer.h"

enum { STEPS = 100, BATCH = 16, WEIGHTS_MAX = 20 };
#define FOLDER "build/tests/trajectory"

/* ---- the networks ---- */

static mote_layer_id add_mlp(mote_builder *b)
{
    mote_layer_id x = mote_layer_input(b, 1, (int[]){20});

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 16, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 16, .activation = MOTE_ACTIVATION_RELU});
    return mote_layer_dense(b, x, &(mote_dense_options){.units = 4, .activation = MOTE_ACTIVATION_SOFTMAX});
}

static mote_layer_id add_cnn(mote_builder *b)
{
    mote_layer_id x = mote_layer_input(b, 3, (int[]){12, 12, 1});

    x = mote_layer_conv2d(b, x,
                          &(mote_conv2d_options){.filters = 8, .kernel_size = {3, 3}, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_max_pooling2d(b, x, NULL);
    x = mote_layer_conv2d(
        b, x,
        &(mote_conv2d_options){
            .filters = 8, .kernel_size = {3, 3}, .padding = MOTE_PADDING_SAME, .activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_average_pooling2d(b, x, NULL);
    x = mote_layer_flatten(b, x, NULL);
    return mote_layer_dense(b, x, &(mote_dense_options){.units = 3, .activation = MOTE_ACTIVATION_SOFTMAX});
}

static mote_layer_id add_norm_relu(mote_builder *b, mote_layer_id x)
{
    x = mote_layer_batch_normalization(b, x, NULL);
    return mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
}

static mote_layer_id add_resnet(mote_builder *b)
{
    mote_layer_id x = mote_layer_input(b, 3, (int[]){10, 10, 3}), s;

    x = mote_layer_conv2d(
        b, x,
        &(mote_conv2d_options){
            .filters = 8, .kernel_size = {3, 3}, .padding = MOTE_PADDING_SAME, .use_bias = MOTE_SWITCH_OFF});
    s = x = add_norm_relu(b, x);
    x = mote_layer_depthwise_conv2d(
        b, x,
        &(mote_depthwise_conv2d_options){.kernel_size = {3, 3}, .padding = MOTE_PADDING_SAME, .use_bias = MOTE_SWITCH_OFF});
    x = add_norm_relu(b, x);
    x = mote_layer_conv2d(b, x, &(mote_conv2d_options){.filters = 8, .kernel_size = {1, 1}, .use_bias = MOTE_SWITCH_OFF});
    x = mote_layer_batch_normalization(b, x, NULL);
    x = mote_layer_add(b, (mote_layer_id[]){x, s}, 2, NULL);
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_global_average_pooling2d(b, x, NULL);
    return mote_layer_dense(b, x, &(mote_dense_options){.units = 4, .activation = MOTE_ACTIVATION_SOFTMAX});
}

static mote_layer_id add_lstm(mote_builder *b)
{
    mote_layer_id x = mote_layer_input(b, 2, (int[]){12, 3});

    x = mote_layer_lstm(b, x, &(mote_lstm_options){.units = 8, .return_sequences = MOTE_SWITCH_ON});
    x = mote_layer_lstm(b, x, &(mote_lstm_options){.units = 6});
    return mote_layer_dense(b, x, &(mote_dense_options){.units = 3, .activation = MOTE_ACTIVATION_SOFTMAX});
}

static mote_layer_id add_gru(mote_builder *b)
{
    mote_layer_id              x = mote_layer_input(b, 2, (int[]){12, 3});
    mote_bidirectional_options both = {.layer.type = "gru"};

    both.layer.as.gru = (mote_gru_options){.units = 6, .return_sequences = MOTE_SWITCH_ON};
    x = mote_layer_bidirectional(b, x, &both);
    x = mote_layer_gru(b, x,
                       &(mote_gru_options){.units = 6, .reset_after = MOTE_SWITCH_OFF, .return_sequences = MOTE_SWITCH_ON});
    x = mote_layer_simple_rnn(b, x, &(mote_simple_rnn_options){.units = 5});
    return mote_layer_dense(b, x, &(mote_dense_options){.units = 3, .activation = MOTE_ACTIVATION_SOFTMAX});
}

static mote_layer_id add_attention(mote_builder *b)
{
    mote_layer_id                 x = mote_layer_input(b, 1, (int[]){10});
    mote_time_distributed_options each = {.layer.type = "dense"};

    each.layer.as.dense = (mote_dense_options){.units = 5, .activation = MOTE_ACTIVATION_TANH};
    x = mote_layer_embedding(b, x, &(mote_embedding_options){.input_dim = 12, .output_dim = 6});
    x = mote_layer_multi_head_attention(b, &x, 1, &(mote_multi_head_attention_options){.num_heads = 2, .key_dim = 4});
    x = mote_layer_time_distributed(b, x, &each);
    x = mote_layer_flatten(b, x, NULL);
    return mote_layer_dense(b, x, &(mote_dense_options){.units = 3, .activation = MOTE_ACTIVATION_SOFTMAX});
}

typedef struct network_case {
    const char *name;
    mote_layer_id (*add)(mote_builder *b);
    mote_loss loss;
} network_case;

static const network_case networks[] = {
    {"mlp", add_mlp, MOTE_LOSS_CATEGORICAL_CROSSENTROPY},
    {"cnn", add_cnn, MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY},
    {"resnet", add_resnet, MOTE_LOSS_CATEGORICAL_CROSSENTROPY},
    {"lstm", add_lstm, MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY},
    {"gru", add_gru, MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY},
    {"attention", add_attention, MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY},
};

/* ---- golden data ---- */

static void load(mote_array *out, mote_npz *npz, const char *first, const char *second)
{
    mote_error err = {0};
    char       name[64];

    snprintf(name, sizeof name, "%s%s", first, second);
    if (mote_npz_load(out, npz, name, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

static mote_dataset *load_samples(mote_npz *npz, mote_error *err)
{
    mote_dataset *set = NULL;
    mote_array    x, y;

    load(&x, npz, "x", "");
    load(&y, npz, "labels", "");
    assert_int_equal(mote_make_dirs(FOLDER, err), MOTE_OK);
    assert_int_equal(mote_npy_save(&x, FOLDER "/x.npy", err), MOTE_OK);
    assert_int_equal(mote_npy_save(&y, FOLDER "/y.npy", err), MOTE_OK);
    mote_array_free(&x);
    mote_array_free(&y);
    if (mote_dataset_load(&set, FOLDER, NULL, err) != MOTE_OK)
        fail_msg("%s", err->text);
    return set;
}

/* The constants of a network in Keras' order, which is the order in which the layers made them. */
static int list_weights(const mote_model *model, const mote_tensor **out)
{
    const mote_graph *graph = &model->graphs[0];
    int32_t           i;
    int               count = 0;

    for (i = 0; i < graph->tensor_count; i++)
        if (graph->tensors[i].kind == MOTE_CONST && graph->tensors[i].dtype == MOTE_F32 && count < WEIGHTS_MAX)
            out[count++] = &graph->tensors[i];
    return count;
}

static mote_model *make_network(const network_case *network, mote_npz *npz, mote_error *err)
{
    const mote_tensor *weights[WEIGHTS_MAX];
    mote_model        *model = NULL;
    mote_builder      *b = mote_builder_create(NULL, err);
    mote_layer_id      x = network->add(b);
    int                count, i;

    if (mote_builder_finish(&model, b, &x, 1, err) != MOTE_OK)
        fail_msg("%s", err->text);
    count = list_weights(model, weights);
    for (i = 0; i < count; i++) {
        mote_array init;
        char       number[16];
        snprintf(number, sizeof number, "%d", i);
        load(&init, npz, "init/", number);
        assert_int_equal(init.count, mote_tensor_count(weights[i]));
        memcpy(weights[i]->data, init.bytes, init.count * sizeof(float));
        mote_array_free(&init);
    }
    return model;
}

/* ||w - w_keras|| / ||w_keras|| over all weights. */
static double distance(const mote_model *model, mote_npz *npz, const char *optimizer)
{
    const mote_tensor *weights[WEIGHTS_MAX];
    int                count = list_weights(model, weights), i;
    double             gap = 0, size = 0;
    size_t             k;

    for (i = 0; i < count; i++) {
        mote_array wanted;
        char       name[32];
        snprintf(name, sizeof name, "%s/%d", optimizer, i);
        load(&wanted, npz, name, "");
        for (k = 0; k < wanted.count; k++) {
            double w = (double)((const float *)weights[i]->data)[k], keras = (double)((const float *)wanted.bytes)[k];
            gap += (w - keras) * (w - keras);
            size += keras * keras;
        }
        mote_array_free(&wanted);
    }
    return sqrt(gap / size);
}

static mote_optimizer optimizer_of(const char *name, mote_npz *npz)
{
    mote_array     attrs;
    mote_optimizer optimizer = {.kind = strcmp(name, "rmsprop") == 0 ? MOTE_OPTIMIZER_RMSPROP
                                        : strcmp(name, "adam") == 0  ? MOTE_OPTIMIZER_ADAM
                                                                     : MOTE_OPTIMIZER_SGD};

    load(&attrs, npz, name, "/attrs");
    optimizer.learning_rate = (float)mote_array_at(&attrs, 0);
    optimizer.momentum = optimizer.kind == MOTE_OPTIMIZER_SGD ? (float)mote_array_at(&attrs, 1) : 0;
    mote_array_free(&attrs);
    return optimizer;
}

/* ---- a hundred steps ---- */

typedef struct steps {
    const mote_math *math;
    mote_pool       *pool;
    mote_dataset    *set;
    mote_npz        *npz;
    mote_loss        loss;
    const char      *optimizer;
} steps;

static void train(const steps *s, mote_model *model)
{
    const mote_goal            goal = {.loss = s->loss};
    const mote_judged          judged = mote_judged_make(model, 0);
    const mote_score_place     place = mote_score_place_find(model, 0, s->loss);
    const mote_network_options size = {
        .math = s->math, .pool = s->pool, .capacity = BATCH, .places = &place, .place_count = 1};
    const mote_optimizer kind = optimizer_of(s->optimizer, s->npz);
    mote_error           err = {0};
    mote_arena           arena = {0};
    mote_network        *network;
    mote_objective       objective;
    mote_targets         targets;
    mote_optimizer_state optimizer;
    mote_array           batches, losses;
    int                  step;

    load(&batches, s->npz, "batches", "");
    load(&losses, s->npz, s->optimizer, "/loss");
    assert_int_equal(mote_objective_init(&objective, &goal, &judged, s->set, 0, &err), MOTE_OK);
    assert_int_equal(mote_network_create(&network, model, &size, &err), MOTE_OK);
    assert_int_equal(mote_targets_create(&targets, &objective, BATCH, &arena, &err), MOTE_OK);
    assert_int_equal(mote_optimizer_init(&optimizer, &kind, model->params.count, &arena, &err), MOTE_OK);
    for (step = 0; step < STEPS; step++) {
        const mote_network_pass pass = {.batch = BATCH, .is_training = true};
        mote_dataset_pick       pick = mote_dataset_picked((const uint32_t *)batches.bytes + step * BATCH, BATCH);
        mote_scores             sums = {0};
        mote_dataset_gather(&s->set->split[MOTE_SPLIT_TRAIN], 0, pick, network->value[model->graphs[0].inputs[0]]);
        mote_targets_gather(&targets, &objective, &s->set->split[MOTE_SPLIT_TRAIN], pick);
        mote_network_forward(network, &pass);
        mote_objective_score(&objective, s->math, network->value[place.scores], BATCH, &targets, network->grad[place.scores],
                             &sums);
        /* the loss curves agree, too */
        assert_true(fabs(sums.loss / BATCH - mote_array_at(&losses, (size_t)step)) <= 1e-4);
        mote_network_backward(network, &pass);
        mote_optimizer_step(&optimizer, s->math, &model->params, network->param_grads);
    }
    mote_network_destroy(network);
    mote_arena_destroy(&arena);
    mote_array_free(&batches);
    mote_array_free(&losses);
}

static void check_network(const network_case *network, const char *isa)
{
    static const char *const optimizers[] = {"sgd", "momentum", "rmsprop", "adam"};
    mote_error               err = {0};
    char                     path[80];
    mote_npz                *npz;
    steps                    s = {.math = mote_math_select(isa), .loss = network->loss};
    size_t                   o;

    if (!s.math) {
        print_message("this processor lacks %s: not run\n", isa);
        return;
    }
    snprintf(path, sizeof path, "tests/golden/trajectory_%s.npz", network->name);
    if (mote_npz_open(&npz, path, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    s.npz = npz;
    s.set = load_samples(npz, &err);
    for (o = 0; o < sizeof optimizers / sizeof *optimizers; o++) {
        mote_model *one = make_network(network, npz, &err), *three = make_network(network, npz, &err);
        double      gap;
        s.optimizer = optimizers[o];
        train(&s, one);
        assert_int_equal(mote_pool_create(&s.pool, 3, &err), MOTE_OK);
        train(&s, three);
        mote_pool_destroy(s.pool);
        s.pool = NULL;
        assert_memory_equal(one->params.values, three->params.values, one->params.count * sizeof(float));
        gap = distance(one, npz, optimizers[o]);
        print_message("%s, %s, %s: %.2e\n", network->name, optimizers[o], isa, gap);
        /* Keras' own float32 and float64 runs are 4e-7 apart, of attention with Adam 2e-6 */
        assert_true(gap <= (strcmp(network->name, "attention") == 0 ? 1e-5 : 2e-6));
        mote_model_destroy(one);
        mote_model_destroy(three);
    }
    mote_dataset_destroy(s.set);
    mote_npz_close(npz);
}

static void hundred_steps_end_at_keras_weights(void **state)
{
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    size_t                   n, l;

    (void)state;
    for (l = 0; l < 3; l++)
        for (n = 0; n < sizeof networks / sizeof *networks; n++)
            check_network(&networks[n], levels[l]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hundred_steps_end_at_keras_weights)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
