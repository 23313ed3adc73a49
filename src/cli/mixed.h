/* Layers of several schemes, as `mote convert` asks for them and shows them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CLI_MIXED_H
#define MOTE_CLI_MIXED_H

#include "cli/cli.h"

enum { CLI_KEEPS_MAX = 256 };

typedef struct cli_mixed {
    mote_layer_scheme  layers[CLI_KEEPS_MAX];
    bool               is_wanted; /* there is a goal */
    mote_mixed_options options;
    const char        *plot; /* NULL: none */
    mote_dataset      *set;  /* what is scored, where that is a set of its own */
    mote_mixed         report;
} cli_mixed;

/* --keep goes into *quantize, which points to *mixed; --max-drop, --max-bytes and what goes with them. */
mote_status cli_mixed_read(cli_mixed *mixed, mote_quantize_options *quantize, const cli_args *args, mote_error *err);

/* Searches; where the goal cannot be met shows and draws how it went. calibration: a split of calibration->set, which may be
 * scored itself, or have splits that are. */
mote_status cli_mixed_quantize(mote_model **out, cli_mixed *mixed, const mote_model *model,
                               const mote_dataset_split *calibration, const cli_args *args, mote_error *err);

/* The model, and the drawing that was asked for. */
mote_status cli_mixed_save(const cli_mixed *mixed, const mote_model *model, const char *path, mote_error *err);

mote_status cli_mixed_print(const cli_mixed *mixed, mote_error *err);
json_t     *cli_mixed_json(const cli_mixed *mixed);
void        cli_mixed_free(cli_mixed *mixed);

#define CLI_MIXED_OPTIONS                                                                                                   \
    {"keep", 0, "SCHEME:LAYERS",                                                                                            \
     "layers that get another scheme, float32, int16x8, int8 or int4: int16x8:conv_*, float32:SOFTMAX; again for others"},  \
        {"max-drop", 0, "POINTS",                                                                                           \
         "raise layers to finer schemes until no more points of accuracy are lost against MODEL (docs/QUANTIZATION.md)"},   \
        {"max-bytes", 0, "N", "lower or raise layers: the least loss in a file of so many bytes"},                          \
        {"finest", 0, "int8|int16x8|float32", "what they are raised to at most (float32)"},                                 \
        {"data", 'd', "DATA", "what is scored for that (samples of --calibrate's DATA that do not calibrate)"},             \
        {"limit", 0, "N", "score the first N samples only"},                                                                \
    {                                                                                                                       \
        "plot", 'p', "FILE.svg|FILE.png", "draw what is lost and what it takes, step by step"                               \
    }

#endif
