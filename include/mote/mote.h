/* mote: a neural network from a data set to verified firmware.
 *
 *     dataset.h     samples and targets          layers.h      networks, layer by layer
 *     train.h       training, Keras' way         history.h     epoch by epoch
 *     model.h       models and their files       recipe.h      what travels with a model for new data
 *     convert.h     inference form, int8         inspect.h     layers, sizes, memory, operators
 *     run.h         running, one invoke          samples.h     running files of samples
 *     evaluate.h    predictions, comparisons     answers.h     a picture of what a model answers
 *     compile.h     C for any chip               emulate.h     firmware on emulated chips
 *     spec.h        a project in one file        build.h       the whole way, from a spec
 *     verify.h      what is wrong with a file    bench.h       times on this machine
 *     boards.h      boards, and what fits them   link.h        boards on a serial line
 *     mixed.h       layers of several schemes    augment.h     samples changed at random in training
 *     array.h       NumPy's files                image.h       JPEG and PNG
 *     chart.h       charts as .svg or .png
 *     status.h      how functions report         dtype.h       element types
 *     progress.h    how long work tells of it    temporaries.h what a program that ends by a signal calls
 *
 * and what the command line is written with besides; a program that trains and compiles needs none of it:
 *
 *     text.h        text, numbers                table.h       tables for the terminal
 *     file.h        whole files                  arena.h       one owner for many allocations
 *     json.h        jansson's values, checked
 *
 * Everything the command line does goes through these headers: src/cli/ includes nothing else. See examples/c-api.
 *
 * To run a model: mote_runner_invoke takes one sample at a time from memory (run.h), mote_samples_run files of samples
 * (samples.h), mote_predict a split of a data set (evaluate.h). A model in training runs when mote_model_freeze has made its
 * inference form (convert.h).
 *
 * What holds for all of them:
 *   - Arguments: what is made first, then what it is made of, then options, and the error last. mote_builder_create alone
 *     returns what it makes, as all that is done with a builder waits for one check at the end.
 *   - Options are structs that work zeroed; NULL is the same. Name what you set: &(mote_train_options){.epochs = 20}.
 *   - Structs end in room: a later version puts new members there, so that sizes and places stay, and zero is the default
 *     of what is new. No caller names it.
 *   - int32_t: ranks, dimensions, and counts and numbers of things; size_t: samples, elements, bytes; int64_t: dimensions
 *     of arrays in files.
 *   - Enumerators begin with the name of their type (MOTE_SPLIT_TRAIN); element types alone are short (MOTE_I8).
 *   - What a function makes behind a pointer goes by its _destroy; what it makes in the caller's struct by its _free.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_H
#define MOTE_H

#include <mote/answers.h>
#include <mote/arena.h>
#include <mote/array.h>
#include <mote/augment.h>
#include <mote/bench.h>
#include <mote/boards.h>
#include <mote/build.h>
#include <mote/chart.h>
#include <mote/compile.h>
#include <mote/convert.h>
#include <mote/dataset.h>
#include <mote/dtype.h>
#include <mote/emulate.h>
#include <mote/evaluate.h>
#include <mote/file.h>
#include <mote/history.h>
#include <mote/image.h>
#include <mote/inspect.h>
#include <mote/json.h>
#include <mote/layers.h>
#include <mote/link.h>
#include <mote/mixed.h>
#include <mote/model.h>
#include <mote/progress.h>
#include <mote/recipe.h>
#include <mote/run.h>
#include <mote/samples.h>
#include <mote/spec.h>
#include <mote/status.h>
#include <mote/table.h>
#include <mote/temporaries.h>
#include <mote/text.h>
#include <mote/train.h>
#include <mote/verify.h>

#endif
