/* Inside a spec: what its readers share. One function a section; each walks its table of keys.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BUILD_SPEC_H
#define MOTE_BUILD_SPEC_H

#include <mote/spec.h>

#include "base/yaml.h"
#include "layers/key_reader.h"
#include "layers/layer.h"

enum { MOTE_SPEC_LAYERS_MAX = 1000 };

/* One of the network's inputs. A reference to input i is -1 - i, so that layers have the numbers from 0 on. */
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

struct mote_spec_state {
    mote_arena              arena;
    mote_spec_input         inputs[MOTE_FEATURES_MAX];
    int                     input_count;
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
