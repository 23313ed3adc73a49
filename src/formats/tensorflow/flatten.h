/* A signature's graph as one list of nodes, each behind those that it reads: called functions stand where they are called,
 * their names behind that of the call; loops and branches keep graphs of their own, which are run when it is known how often
 * (control.c). Only what an output needs is there.
 *
 * TensorFlow 1 has no functions for loops, but a ring of nodes; it becomes a node While:
 *
 *     Enter -> Merge -> Switch -> (body) -> NextIteration -> Merge
 *                |        \-> Exit
 *                \-> (condition) -> LoopCond -> Switch
 *
 * Variables. A handle (VarHandleOp) and a variable of TensorFlow 1 (VariableV2) stand for their contents; "key" is what the
 * checkpoint calls them. All four writers have a graph that restores them: RestoreV2 reads tensors by name, and an
 * assignment gives them to the variables. That is what is gone by, as names of variables and of tensors may differ.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TENSORFLOW_FLATTEN_H
#define MOTE_FORMATS_TENSORFLOW_FLATTEN_H

#include "formats/tensorflow/saved_model.h"

/* All that is made lies in the arena. */
mote_status mote_tf_flatten(mote_import_file *out, const mote_tf_file *file, const mote_tf_signature *signature,
                            mote_arena *arena, mote_error *err);

#endif
