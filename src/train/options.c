/* Whether what is asked of a training can be: each number in its range, something to train, samples to train it with.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "train/state.h"

static mote_status check_schedule(const mote_schedule *s, mote_error *err)
{
    const char   *name = (unsigned)s->kind < MOTE_SCHEDULE_COUNT ? mote_schedule_name(s->kind) : NULL;
    const bool    is_piecewise = s->kind == MOTE_SCHEDULE_PIECEWISE_CONSTANT_DECAY;
    mote_schedule complete = *s;
    int32_t       i;

    if (!name)
        return mote_fail(err, MOTE_ERR_USAGE, "learning-rate schedule %d does not exist", (int)s->kind);
    if (is_piecewise && (s->boundary_count < 1 || !s->boundaries || !s->values))
        return mote_fail(err, MOTE_ERR_USAGE, "%s needs boundaries, and one value more than those", name);
    for (i = 0; is_piecewise && i <= s->boundary_count; i++)
        if (!(s->values[i] >= 0) || !isfinite(s->values[i]) ||
            (i > 0 && i < s->boundary_count && s->boundaries[i] <= s->boundaries[i - 1]))
            return mote_fail(err, MOTE_ERR_USAGE, "%s: values are numbers from 0, and boundaries rise", name);
    mote_schedule_complete(&complete, 1);
    if (mote_keys_check(mote_schedule_types[s->kind].keys, &complete, err) != MOTE_OK)
        return mote_context(err, "%s", name);
    if (!is_piecewise && s->initial_learning_rate == 0 && !(s->warmup_target > 0))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "%s: initial_learning_rate is 0, and nothing would be learned; only below a "
                         "warmup_target of cosine_decay it may be",
                         name);
    if (s->warmup_steps > 0 && !(s->warmup_target > 0))
        return mote_fail(err, MOTE_ERR_USAGE, "%s: warmup_steps go with a warmup_target that is above 0", name);
    return MOTE_OK;
}

static mote_status check_more(const mote_optimizer *o, mote_error *err)
{
    mote_optimizer complete = *o;
    mote_key       keys[MOTE_OPTIMIZER_KEYS_MAX];

    mote_optimizer_complete(&complete);
    mote_optimizer_list_keys(o->kind, keys);
    if (mote_keys_check(keys, &complete, err) != MOTE_OK)
        return mote_context(err, "%s", mote_optimizer_name(o->kind));
    return o->schedule ? check_schedule(o->schedule, err) : MOTE_OK;
}

/* Comparisons are written so that NaN fails them. A zero is the documented default and passes. */
static mote_status check_optimizer(const mote_optimizer *o, mote_error *err)
{
    if ((unsigned)o->kind >= MOTE_OPTIMIZER_COUNT)
        return mote_fail(err, MOTE_ERR_USAGE, "optimizer %d does not exist", (int)o->kind);
    if (!(o->learning_rate >= 0) || !isfinite(o->learning_rate))
        return mote_fail(err, MOTE_ERR_USAGE, "learning_rate is %g; a number above 0 is expected", (double)o->learning_rate);
    if (!(o->momentum >= 0 && o->momentum <= 1))
        return mote_fail(err, MOTE_ERR_USAGE, "momentum is %g; a number from 0 to 1 is expected", (double)o->momentum);
    if (!(o->rho >= 0 && o->rho < 1 && o->beta_1 >= 0 && o->beta_1 < 1 && o->beta_2 >= 0 && o->beta_2 < 1))
        return mote_fail(err, MOTE_ERR_USAGE, "rho, beta_1, beta_2 are %g, %g, %g; numbers from 0 to below 1 are expected",
                         o->rho, o->beta_1, o->beta_2);
    if (!(o->epsilon >= 0) || !isfinite(o->epsilon))
        return mote_fail(err, MOTE_ERR_USAGE, "epsilon is %g; a number above 0 is expected", (double)o->epsilon);
    return check_more(o, err);
}

static mote_status check_numbers(const mote_train_options *o, mote_error *err)
{
    const mote_metric_type *type;
    unsigned                known = 0;

    for (type = mote_metric_types; type->name; type++)
        known |= (unsigned)type->metric;
    if ((unsigned)o->loss >= MOTE_LOSS_COUNT)
        return mote_fail(err, MOTE_ERR_USAGE, "loss %d does not exist", (int)o->loss);
    if (o->metrics & ~known)
        return mote_fail(err, MOTE_ERR_USAGE, "metrics 0x%x has bits that mean no metric", o->metrics);
    if (o->batch_size < 1 || o->epochs < 1 || o->threads < 1)
        return mote_fail(err, MOTE_ERR_USAGE, "batch_size, epochs and threads are at least 1");
    if (!(o->validation_split >= 0 && o->validation_split < 1))
        return mote_fail(err, MOTE_ERR_USAGE, "validation_split is %g; a number from 0 to below 1 is expected",
                         o->validation_split);
    return check_optimizer(&o->optimizer, err);
}

mote_status mote_fit_check(mote_fit *s, mote_error *err)
{
    mote_train_options *o = &s->options;

    o->batch_size = o->batch_size ? o->batch_size : 32;
    o->epochs = o->epochs ? o->epochs : 1;
    o->threads = o->threads ? o->threads : 1;
    MOTE_TRY(check_numbers(o, err));
    if (o->freeze && s->model->stage == MOTE_STAGE_TRAIN)
        MOTE_TRY(mote_model_set_frozen(s->model, o->freeze, o->freeze_count, 0, err));
    if (s->model->stage != MOTE_STAGE_TRAIN || s->model->params.count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "the model has nothing to train");
    if (s->set->split[MOTE_SPLIT_TRAIN].count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "the data has no training samples");
    if (s->set->split[MOTE_SPLIT_TRAIN].count > UINT32_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "more than 2^32 training samples");
    s->math = mote_math_select(o->isa);
    if (!s->math)
        return mote_fail(err, MOTE_ERR_USAGE, "instruction-set level %s is unknown, or this processor lacks it", o->isa);
    return MOTE_OK;
}
