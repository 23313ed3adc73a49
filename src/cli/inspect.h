/* Inside `mote inspect`: what it found, for the files that print it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CLI_INSPECT_H
#define MOTE_CLI_INSPECT_H

#include "cli/cli.h"

typedef struct cli_inspecting {
    const char       *path;
    size_t            file_bytes; /* 0: a spec */
    mote_spec        *spec;       /* NULL: a model file */
    mote_dataset     *set;        /* the spec's, where it is there */
    mote_error        no_recipe;  /* why the model has no recipe yet: the data are not there, or do not fit it */
    mote_model       *model;
    const mote_chip  *chip;   /* the spec's; else NULL */
    mote_boards      *boards; /* NULL: nobody asked for any */
    const mote_board *board;  /* that it is for; NULL: none */
    mote_inspection   is;
    mote_inspection   quantized; /* of a float model; else its layer_count is 0 */
    mote_error        no_quantized;
} cli_inspecting;

/* On one chip. Kernels need memory of their own, so each kind of chip has a plan of its own. */
typedef struct cli_chip_fit {
    const mote_chip *chip;
    bool             has_real, has_quantized, real, quantized;
} cli_chip_fit;

enum { CLI_CHIPS_MAX = 64 };

/* in NULL: the chips alone. fits has room for CLI_CHIPS_MAX; returns how many there are. */
int cli_inspect_fit_chips(cli_chip_fit *fits, const cli_inspecting *in, mote_error *err);
/* Whether constants and arena alone fit; the firmware's code comes on top. */
bool cli_inspect_may_fit(const mote_memory_info *memory, const mote_chip *chip);

/* How a float model is quantized: as the spec says, or as `mote convert --quantize int8` does it by itself. */
const mote_quantize_options *cli_inspect_quantization_of(const cli_inspecting *in);
bool                         cli_inspect_knows_recipe(const cli_inspecting *in);
const char                  *cli_inspect_scheme(const cli_inspecting *in);          /* its name */
bool                         cli_inspect_wants_quantized(const cli_inspecting *in); /* the spec does */
bool                         cli_inspect_is_deployed_quantized(const cli_inspecting *in);
/* What a build of the spec deploys; of a file, what it holds. */
const mote_inspection *cli_inspect_deployed(const cli_inspecting *in);

mote_status cli_inspect_print_tables(const cli_inspecting *in, mote_error *err);
mote_status cli_inspect_print_chips(const cli_inspecting *in, mote_error *err); /* in NULL: the chips alone */
mote_status cli_inspect_print_operators(mote_error *err);

/* What is asked for besides the model itself. */
typedef struct cli_inspect_asked {
    bool chips, boards;
} cli_inspect_asked;
mote_status cli_inspect_print_json(const cli_inspecting *in, cli_inspect_asked asked, mote_error *err);
json_t     *cli_inspect_json_chips(const cli_inspecting *in, mote_error *err);
json_t     *cli_inspect_json_operators(void);

/* inspect_boards.c: what one board says, and all of them; in without a model: the boards alone. */
mote_status cli_inspect_print_board(const cli_inspecting *in, mote_error *err);
mote_status cli_inspect_print_boards(const cli_inspecting *in, mote_error *err);
json_t     *cli_inspect_json_board(const cli_inspecting *in, mote_error *err);
json_t     *cli_inspect_json_boards(const cli_inspecting *in, mote_error *err);

#endif
