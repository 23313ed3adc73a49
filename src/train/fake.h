/* Fake quantization: while a model is trained, its numbers are those that its integers will stand for.
 *
 * What becomes an integer, and by which rule, is not decided here: the model is frozen once (mote_model_freeze), and the
 * converter's own rules (quantize/) are asked about the tensors that are left, which are then found again in training.
 *
 *     weights       before each pass, for each output channel, of what they are when BatchNormalization has been folded
 *                   into them: scale * round(w * factor / scale) / factor. So the normalization behind them goes on as
 *                   ever, with the batch's statistics in training and the moving ones afterwards
 *     activations   where the converter leaves a tensor (convolution, normalization and activation are one), in the range
 *                   that the mean of the batches' least and greatest values gives; moves follow what they move
 *     gradients     straight through: as if nothing had been rounded, but 0 where a value was cut off
 *     evaluation    sums are rescaled and rounded as the int8 kernels do it, so that what is evaluated answers as the
 *                   converted model will
 *
 * Biases stay real: their steps are those of the products, far below an output's.
 * Source: Jacob et al. 2018 (arXiv:1712.05877), section 3; that a channel's scale comes and goes with the factor of its
 * normalization, so that one convolution is enough: Krishnamoorthi 2018 (arXiv:1806.08342), section 3.2, has it with two.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TRAIN_FAKE_H
#define MOTE_TRAIN_FAKE_H

#include <mote/train.h>

#include "ops/op.h"
#include "train/kept.h"

typedef struct mote_fake mote_fake;

/* Of a model at stage TRAIN, which stays the caller's; where it has ranges of such a training, these go on. Errors: USAGE
 * (no scheme with integer activations), UNSUPPORTED (an operator without a form of integers; a BatchNormalization that is
 * not folded into the layer before it), MEMORY. */
mote_status mote_fake_create(mote_fake **out, const mote_model *model, const mote_train_quantize *options,
                             const mote_math *math, mote_error *err);
void        mote_fake_destroy(mote_fake *fake); /* NULL is fine */

/* What stands for a constant while it is trained; NULL: itself. */
float *mote_fake_constant(const mote_fake *fake, mote_id id);
/* The activation is one that the converter leaves. */
bool mote_fake_has(const mote_fake *fake, mote_id id);

/* A pass: first this; then each activation that it has, as it is computed, from raw into value (which may be raw); at last
 * the end. With is_training ranges follow what they see. */
void mote_fake_begin(mote_fake *fake);
void mote_fake_activation(mote_fake *fake, mote_id id, size_t count, const float *raw, float *value, bool is_training);
void mote_fake_end(mote_fake *fake, bool is_training);
/* The gradient at value becomes that at raw. */
void mote_fake_backward(const mote_fake *fake, mote_id id, size_t count, const float *raw, float *grad);

/* What a checkpoint has of it (NULL is fine), and what is made of that when it is there again. */
mote_status mote_fake_keep_state(mote_fake *fake, mote_kept *kept, mote_error *err);
void        mote_fake_settle(mote_fake *fake);

/* The tensors of the model get the ranges: the converter then needs no samples. */
void mote_fake_keep(const mote_fake *fake, mote_model *model);

#endif
