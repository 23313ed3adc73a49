/* Inside a spec: what its readers share. One function a section; each walks its table of keys.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BUILD_SPEC_H
#define MOTE_BUILD_SPEC_H

#include <mote/spec.h>

#include "base/yaml.h"
#include "build/architectures.h"
#include "layers/key_reader.h"
#include "layers/layer.h"

enum { MOTE_SPEC_LAYERS_MAX = 1000, MOTE_SPEC_BODY = 1000000, MOTE_SPEC_ENDS_MAX = 64 };

/* One of the network's inputs. A reference to input i is -1 - i, so that layers have the numbers from 0 on; one to end i of
 * a body is MOTE_SPEC_BODY + i. */
typedef struct mote_spec_input {
    const char *name;
    mote_shape  shape; /* rank 0: not given */
    int         line;
} mote_spec_input;

typedef struct mote_spec_layer {
    const mote_layer_type *type;
    const char            *name;    /* the layer's, also where the spec gives none */
    void                  *options; /* the type's struct, defaults not yet set */
    int                   *inputs;  /* indices of layers before it, or of the network's inputs */
    int                    input_count, line;
} mote_spec_layer;

typedef struct mote_spec_section_line {
    const char *name, *text;
} mote_spec_section_line;

/* What training begins with. */
typedef struct mote_spec_start {
    const char  *path;     /* NULL: nothing */
    bool         is_body;  /* model: start: new layers follow it */
    bool         is_whole; /* it is the network: there is no section model */
    int          line;
    mote_model  *model; /* of a body or a whole network, as it was read; at stage TRAIN where it has layers */
    const char **ends;  /* [end_count]: layers of the body that new ones read; the first is `until` */
    int          end_count;
    const char **freeze; /* [freeze_count]: patterns of layers that are left as they are; NULL: as the file says */
    int          freeze_count;
    bool         freezes_body;
} mote_spec_start;

struct mote_spec_state {
    mote_arena              arena;
    mote_spec_start         start;
    mote_spec_input         inputs[MOTE_FEATURES_MAX];
    int                     input_count;
    mote_architecture       architecture; /* whose layers these are, by name */
    mote_spec_layer        *layers;
    int                     layer_count;
    int                    *outputs; /* indices of layers */
    int                     output_count;
    mote_spec_section_line *sections;
    int                     section_count;
};

/* One from bytes; path is for messages and the default name only. */
mote_status mote_spec_parse(mote_spec **out, const char *path, const char *bytes, size_t count, mote_error *err);

/* A section: map is its value. */
mote_status mote_spec_read_data(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map);
mote_status mote_spec_read_model(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map);
mote_status mote_spec_read_train(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map);
mote_status mote_spec_read_convert(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map);
mote_status mote_spec_read_deploy(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map);

/* model: start: a file's network, and names of its ends; and what train: says without a section model. */
mote_status mote_spec_read_body(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *map);
mote_status mote_spec_read_whole(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train);
/* train: start and freeze. */
mote_status mote_spec_read_start(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train);
/* train: prune. */
mote_status mote_spec_read_optimizer(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train);
mote_status mote_spec_read_control(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train);
mote_status mote_spec_read_pruning(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train);
/* train: checkpoint. */
mote_status mote_spec_read_checkpoint(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train);
/* train: augment. */
mote_status mote_spec_read_augment(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train);
/* The number by which layers refer to a layer of the body; 0 where it has none of that name, or lacks memory. */
int mote_spec_body_reference(mote_spec *spec, const char *name, mote_error *err);
/* Whether the body has a layer of that name. */
bool mote_spec_body_has(const struct mote_spec_state *state, const char *name);

/* The body as a builder; ends[i]: what reference i of it is. */
mote_status mote_spec_begin_body(mote_builder **out, const mote_spec *spec, const mote_builder_options *options,
                                 mote_layer_id *ends, mote_error *err);
/* A copy of the file's whole network. */
mote_status mote_spec_copy_whole(mote_model **out, const mote_spec *spec, mote_error *err);
/* When the network is there: weights of a file, frozen layers. body_nodes: so many operators are the body. */
mote_status mote_spec_settle_start(mote_model *model, const mote_spec *spec, int32_t body_nodes, mote_error *err);

/* The layer that is output i of the network. */
const char *mote_spec_output_name(const mote_spec *spec, int index);

/* When all sections are read: what data and train say of single inputs and outputs goes to those that the model has. */
mote_status mote_spec_settle_data(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *root);
mote_status mote_spec_settle_train(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *root);

/* The spec's data by other options: as they are stored, in no network's shape. USAGE when the spec has no data section. */
mote_status mote_spec_load_source(mote_dataset **out, const mote_spec *spec, const mote_dataset_options *options,
                                  mote_error *err);

/* Before anything has trained, the spec's own network says what whole numbers are: numbers to a regression, else classes. A
 * network that cannot be made says nothing here. */
mote_status mote_spec_take_targets(const mote_spec *spec, mote_dataset *set, mote_error *err);

#endif
