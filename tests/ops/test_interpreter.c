/* Every case of every operator, written as a .tflite and run by the interpreter: the host's bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"
#include "interpreter.h"

enum { SAMPLES = 3, DRAWN = 200 };

static void run_row(mote_op_kind kind, const mote_op_case *c, const mote_op_row *row, mote_granularity granularity)
{
    mote_case_build build = mote_case_build_of(row, granularity);
    mote_case_model built = mote_case_create(kind, c, &build);
    mote_model     *model;
    mote_text       file = {0};
    mote_error      err = {0};
    interpreter_run run;

    if (mote_tflite_write(&file, built.model, &err) != MOTE_OK)
        fail_msg("%s: %s", c->claim, err.text);
    run = interpreter_open((const uint8_t *)file.bytes, file.count, 0, 0);
    if (mote_tflite_read(&model, (const uint8_t *)file.bytes, file.count, 0, &err) != MOTE_OK) {
        assert_int_not_equal(run.status, MRT_OK); /* a batch that is open in the file is 1 when it is read */
    } else {
        if (run.status != MRT_OK)
            fail_msg("%s: %s: %s", mote_op_kind_name(kind), c->claim, mrt_reason_text(run.why.reason));
        interpreter_compare(&run, model, SAMPLES, c->claim);
    }
    interpreter_close(&run);
    mote_model_destroy(model);
    mote_text_free(&file);
    mote_case_destroy(&built);
}

static void run_case(mote_op_kind kind, const mote_op_case *c)
{
    const mote_op_row *row = mote_op_rows(kind);

    for (; row->in_count > 0; row++) {
        run_row(kind, c, row, MOTE_PER_CHANNEL);
        run_row(kind, c, row, MOTE_PER_TENSOR);
    }
}

int main(void)
{
    return mote_case_run_all("the interpreter agrees", run_case, DRAWN);
}
