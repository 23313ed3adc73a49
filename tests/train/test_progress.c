/* What a training tells of how far it is.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <string.h>

#include <mote/mote.h>

typedef struct told {
    int64_t done, total;
    int     events, epochs;
    char    last[200];
} told;

static bool take(void *user, const mote_progress_event *event)
{
    told *t = user;

    assert_true(event->done >= t->done);
    assert_true(event->done <= event->total);
    assert_true(t->events == 0 || event->total == t->total);
    t->done = event->done;
    t->total = event->total;
    t->events++;
    t->epochs += event->is_mark;
    if (event->is_mark)
        assert_true(event->done == t->epochs * (event->total / 3));
    snprintf(t->last, sizeof t->last, "%s", event->detail);
    return true;
}

static void training_tells_every_epoch_once_and_never_more_than_all(void **state)
{
    mote_error     err = {0};
    told           t = {.events = 0};
    mote_dataset  *set;
    mote_builder  *b;
    mote_model    *model;
    mote_training *training;
    mote_layer_id  x;

    (void)state;
    assert_int_equal(mote_dataset_sine(&set, &(mote_sine_options){.count = 100}, &err), MOTE_OK);
    b = mote_builder_create(NULL, &err);
    x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){1}), &(mote_dense_options){.units = 1});
    assert_int_equal(mote_builder_finish(&model, b, &x, 1, &err), MOTE_OK);
    assert_int_equal(mote_train(&training, model, set,
                                &(mote_train_options){.loss = MOTE_LOSS_MSE, .epochs = 3, .progress = {take, &t}}, &err),
                     MOTE_OK);
    assert_int_equal(t.epochs, 3);
    assert_true(t.total > 0 && t.done == t.total);
    assert_memory_equal(t.last, "epoch 3/3  loss ", 16);
    mote_training_destroy(training);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_tells_every_epoch_once_and_never_more_than_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
