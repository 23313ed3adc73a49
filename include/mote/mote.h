/* mote: a neural network from a data set to verified firmware.
 *
 *     dataset.h   samples and targets          train.h     training, by Keras' definitions
 *     layers.h    networks, layer by layer     convert.h   inference form, int8
 *     model.h     models and their files       run.h       running on the host
 *     evaluate.h  predictions and comparisons  compile.h   C for any chip
 *     emulate.h   firmware on emulated chips   report.h    charts and history
 *     bench.h     times on this machine        build.h     the whole way, from a spec
 *     verify.h    what is wrong with a file, all of it
 *     temporaries.h  what a program that ends by a signal calls
 *
 * Everything the command line does goes through these headers. See examples/c-api.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_H
#define MOTE_H

#include <mote/answers.h>
#include <mote/array.h>
#include <mote/bench.h>
#include <mote/build.h>
#include <mote/compile.h>
#include <mote/convert.h>
#include <mote/dataset.h>
#include <mote/emulate.h>
#include <mote/evaluate.h>
#include <mote/image.h>
#include <mote/inspect.h>
#include <mote/layers.h>
#include <mote/model.h>
#include <mote/progress.h>
#include <mote/report.h>
#include <mote/run.h>
#include <mote/samples.h>
#include <mote/spec.h>
#include <mote/status.h>
#include <mote/temporaries.h>
#include <mote/train.h>
#include <mote/verify.h>

#endif
