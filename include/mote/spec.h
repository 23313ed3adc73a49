/* SPEC.yaml: a whole project in one file, every key checked.
 *
 *     mote_spec *spec;
 *     if (mote_spec_load(&spec, "mnist.yaml", &err) != MOTE_OK) ...
 *     if (mote_spec_load_data(&set, spec, &err) == MOTE_OK && mote_spec_build_model(&model, spec, set, &err) == MOTE_OK)
 *         mote_train(&training, model, set, &spec->train, &err);
 *     mote_spec_destroy(spec);
 *
 * The sections and keys (docs/SPEC.md); only model.layers is required, and train.loss where there is a train:
 *
 *     name: mnist                        the file's own name without .yaml
 *     data:                              numbers as in mote/dataset.h
 *       path: data/mnist                 or  generate: {sine: {samples: 1000, noise: 0.1, seed: 1}}
 *       scale: 255                       offset, standardize: none|all|channels, mean: [..], std: [..],
 *                                        shape: [28, 28], flatten: true,
 *                                        image: [h, w, c], targets: [column ...] | count | y.npy,
 *                                        target_kind: classes|values|none|auto, classes: 10, test_split: 0.2, seed: 1
 *     model:
 *       input: [28, 28, 1]               left out: the samples' shape; samples are reshaped to it
 *       layers:                          mote/layers.h; every layer may have `name: x` and `inputs: x` or `inputs: [x, y]`
 *         - conv2d: {filters: 16, kernel_size: 3, activation: relu}
 *         - flatten                      the same as `- flatten: {}`
 *         - dense: 10                    a layer's first argument alone
 *       outputs: dense                   left out: the last layer
 *       start: net.keras                 these layers follow a file's network, up to
 *       until: pool                      this layer of it
 *     train: {loss: mse, optimizer: rmsprop, learning_rate: 0.001, batch_size: 32, epochs: 1, validation_split: 0.2,
 *             shuffle: true, seed: 0, metrics: [accuracy, mae, mse], threads: 1, isa: avx2, from_logits: false,
 *             start: net.keras, freeze: [conv*], quantize: int8, from_epoch: 2, checkpoint: 10 minutes}
 *                                        start: a file's network, where there is no model; else weights for its layers
 *                                        optimizer: {rmsprop: {learning_rate: 0.001, rho: 0.9}} gives its arguments
 *     convert: {quantize: none|int8|int16x8..., calibrate: 100 | {samples: 100, split: validation, data: other.npz},
 *               io: float32|int8|uint8, granularity: channel|tensor, method: minmax,
 *               keep: [int16x8:conv_*, float32:SOFTMAX], max_drop: 0.2, max_bytes: 20000, finest: int16x8}
 *     deploy: {target: c|array|arduino..., board: esp32dev, chip: cortex-m4, optimize: speed|size, samples: 3, name: mnist}
 *
 * Messages are one line: mnist.yaml:7: unknown key "unit" in layer dense; did you mean "units"?
 * A spec is not trusted: at most 1 MiB, 1,000 layers, 12 levels deep; anchors, aliases, tags and duplicate keys are refused.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_SPEC_H
#define MOTE_SPEC_H

#include <stdint.h>

#include <mote/compile.h>
#include <mote/convert.h>
#include <mote/dataset.h>
#include <mote/inspect.h>
#include <mote/model.h>
#include <mote/train.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_spec_data {
    const char              *path;  /* NULL: files, generated, or no data section */
    const mote_dataset_file *files; /* [file_count]: an array of each input and output in a file of its own */
    int32_t                  file_count;
    mote_dataset_options     options; /* inputs and outputs are those of the section model */
    bool                     is_sine;
    mote_sine_options        sine;
    uint64_t                 room[8]; /* mote.h */
} mote_spec_data;

typedef struct mote_spec_convert {
    bool                  is_quantized; /* quantize: SCHEME, with these options */
    mote_quantize_options options;
    const char           *calibration_data;  /* another data set or spec; NULL: the spec's own */
    mote_split_id         calibration_split; /* whose samples show the ranges; train where the spec says none */
    bool                  has_max_drop;      /* layers are raised and lowered for these goals (mote/mixed.h) */
    double                max_drop;
    size_t                max_bytes; /* 0: any */
    const char           *finest;    /* NULL: float32 */
    uint64_t              room[4];   /* mote.h */
} mote_spec_convert;

typedef struct mote_spec_deploy {
    mote_compile_options options;      /* golden is empty */
    const char          *chip;         /* emulated; NULL: none */
    const char          *board;        /* that it must fit: its id; NULL: none */
    int32_t              sample_count; /* of the validation split, that go with the firmware (NAME_samples.h); 0: none */
    uint64_t             room[8];      /* mote.h */
} mote_spec_deploy;

struct mote_spec_state;

/* Texts belong to the spec. The caller may change numbers (--seed, --threads) before using it. */
typedef struct mote_spec {
    const char        *path, *name;
    const char        *folder;    /* "runs/NAME": where mote_build puts everything unless told otherwise */
    bool               has_train; /* a train section: without one there is data and a network, but nothing to train by */
    mote_spec_data     data;
    mote_train_options train;
    mote_spec_convert  convert;
    mote_spec_deploy   deploy;
    size_t             max_parameters; /* of the network; 0: mote_builder_options' default */
    struct mote_spec_state *state;
    uint64_t                room[8]; /* mote.h */
} mote_spec;

/* Whether a path names a spec, by its ending: .yaml or .yml. */
bool mote_spec_is_name(const char *path);

/* USAGE with path:line for what is wrong in the file, IO when it cannot be read. */
mote_status mote_spec_load(mote_spec **out, const char *path, mote_error *err);
void        mote_spec_destroy(mote_spec *spec); /* NULL is fine */

/* Reads or generates the data, in the shape of model.input. USAGE when the spec has no data section. */
mote_status mote_spec_load_data(mote_dataset **out, const mote_spec *spec, mote_error *err);

/* The samples that training with this spec keeps aside, where it does. USAGE where that leaves nothing, or where the data
 * bring a validation split. */
mote_status mote_spec_take_validation(const mote_spec *spec, mote_dataset *set, mote_error *err);

/* DATA, wherever data are read: a data set's path, or a spec's (.yaml), whose section data it then is, generated sets and
 * train.validation_split included.
 *
 * options: what is said beside the path; it goes before what a spec says. With a model, features and targets stand in the
 * order of its inputs and outputs, whose names arrays have; samples take an input's shape, are prepared as its recipe says
 * (unless options say how), classes are numbered by its labels, a table's columns and targets are found by their names; the
 * set's notes tell when values are far from what the model saw. */
typedef struct mote_dataset_request {
    const char                 *path;     /* or */
    const char *const          *pictures; /* [picture_count]: pictures, each a sample; or */
    const mote_dataset_file    *files;    /* [file_count]: an array of each input and output */
    int32_t                     picture_count, file_count;
    const mote_dataset_options *options; /* NULL: nothing */
    const mote_model           *model;   /* NULL: none */
    uint64_t                    room[8]; /* mote.h */
} mote_dataset_request;
mote_status mote_dataset_open(mote_dataset **out, const mote_dataset_request *request, mote_error *err);

/* Whether model.input gives the shape of every input, so that the network can be built without data. */
bool mote_spec_gives_shapes(const mote_spec *spec);

/* The network at stage TRAIN with initial weights from train.seed. set may be NULL where mote_spec_gives_shapes. */
mote_status mote_spec_build_model(mote_model **out, const mote_spec *spec, const mote_dataset *set, mote_error *err);

/* The section model with the layers of its architecture, a line each, to be put in its place and changed; the caller frees
 * the text. set as above. USAGE where the spec has no architecture. */
mote_status mote_spec_print_layers(char **out, const mote_spec *spec, const mote_dataset *set, mote_error *err);

/* How to inspect its network so that what comes out is what a build deploys: its int8 form or not, on its chip's kernels.
 * Points into the spec. */
mote_inspect_options mote_spec_deployed(const mote_spec *spec);

/* A section (data, model, train, convert, deploy) in one canonical line, which comments, spaces, block or flow style and the
 * order of keys do not change, nor train.checkpoint: what an incremental build compares. "" where the spec has no such
 * section. */
const char *mote_spec_section_text(const mote_spec *spec, const char *section);

#ifdef __cplusplus
}
#endif
#endif
