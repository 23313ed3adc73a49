/* The command line: thin. Parse, call the library, print.
 *
 * Each command is one file with one table of its options; parsing, --help and the list in `mote --help` come from the same
 * rows. Results go to stdout, progress and messages to stderr. Exit status 0 done, 1 failed, 2 wrong usage.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CLI_CLI_H
#define MOTE_CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

#define MOTE_JSON_STRICT 1 /* what prints JSON asks once whether there was memory for it */
#include <mote/mote.h>

enum { CLI_OPTIONS_MAX = 64, CLI_ANY_NUMBER = 1 << 30 };

typedef struct cli_option {
    const char *name;   /* long name, without dashes; NULL ends the table */
    char        letter; /* short form, or 0 */
    const char *value;  /* what the value is called in the help; NULL: a flag */
    const char *help;
} cli_option;

typedef struct cli_args {
    const struct cli_command *command;
    const char              **positional;
    int                       positional_count;
    const char              **values[CLI_OPTIONS_MAX]; /* by the option's place in its table */
    int                       value_count[CLI_OPTIONS_MAX];
    mote_arena                arena; /* of all these lists */
} cli_args;

typedef struct cli_command {
    const char       *name, *operands, *summary;
    const char       *examples;                       /* lines */
    int               positional_min, positional_max; /* max CLI_ANY_NUMBER: a shell's pattern may stand there */
    const cli_option *options;
    mote_status (*run)(const cli_args *args, mote_error *err);
} cli_command;

extern const cli_command cli_build, cli_train, cli_convert, cli_run, cli_eval, cli_compare, cli_inspect, cli_compile,
    cli_emulate, cli_bench, cli_data, cli_verify;

/* ---- help ---- */

void cli_print_help(const cli_command *const *commands, int count);
void cli_print_command_help(const cli_command *command);

/* ---- options ---- */

bool        cli_has(const cli_args *args, const char *option);
const char *cli_value(const cli_args *args, const char *option); /* the last given, or NULL */
int         cli_values(const cli_args *args, const char *option, const char *const **values);
/* A whole number within [min, max]; fallback when the option is absent. MOTE_ERR_USAGE names option and range. */
mote_status cli_integer(const cli_args *args, const char *option, long long min, long long max, long long fallback,
                        long long *out, mote_error *err);
/* A number of an option; *out stays as it is where the option is not given. */
mote_status cli_real(const cli_args *args, const char *option, float *out, mote_error *err);
/* Points of a hundred that may be lost; 0 where the option is not given. */
mote_status cli_points(const cli_args *args, const char *option, double *out, mote_error *err);
/* --timeout, for commands that run firmware; 0: not given. */
#define CLI_TIMEOUT_ROW                                                                                                     \
    {                                                                                                                       \
        "timeout", 0, "SECONDS", "for each sample on the chip, and each run of a compiler (60)"                             \
    }
mote_status cli_timeout(const cli_args *args, int *seconds, mote_error *err);
/* The index of the value among words (NULL-ended); fallback when absent. MOTE_ERR_USAGE lists the words. */
mote_status cli_choice(const cli_args *args, const char *option, const char *const *words, int fallback, int *out,
                       mote_error *err);

/* Options of commands that read a model, and the model that they read. */
#define CLI_INPUT_SHAPE_ROW                                                                                                 \
    {"input-shape", 0, "[NAME=]D,D...", "the shape of an input that the file leaves open; again for another"},              \
    {                                                                                                                       \
        "signature", 0, "NAME", "of a SavedModel that has several (serving_default)"                                        \
    }
mote_status cli_load_model(mote_model **out, const cli_args *args, const char *path, mote_error *err);
/* The same, to be written as a file at that path: what has no loops gets none (.onnx, and with --unroll). */
mote_status cli_load_model_for(mote_model **out, const cli_args *args, const char *path, const char *to, mote_error *err);
/* The same with its layers, as it is trained: of Keras' files alone. */
mote_status cli_load_layers(mote_model **out, const cli_args *args, const char *path, mote_error *err);

/* --memory of commands that compile. None: no regions. The names are its own, so it must stay where it is. */
#define CLI_MEMORY_ROW                                                                                                      \
    {                                                                                                                       \
        "memory", 'm', "NAME=BYTES,...",                                                                                    \
            "split the arena over regions of memory, from fast to slow; the last may go without "                           \
            "bytes, and takes what is left (docs/BOARDS.md)"                                                                \
    }
typedef struct cli_regions {
    mote_memory_region regions[MOTE_COMPILE_REGIONS_MAX];
    char               names[MOTE_COMPILE_REGIONS_MAX][32];
    int                count;
} cli_regions;
mote_status cli_memory(const cli_args *args, cli_regions *out, mote_error *err);

/* --prepared, and CLI_PREPARATION_OPTIONS, of commands that run firmware: they say something of a model's --input alone.
 * Else MOTE_ERR_USAGE. */
mote_status cli_check_prepared(const cli_args *args, const char *path, mote_error *err);

/* ---- an output that is an input ---- */

/* MOTE_ERR_USAGE when a file to write (--output, --plot) is one that the command line names to read. */
mote_status cli_check_outputs(const cli_args *args, mote_error *err);
/* The same for what is read from path besides: it may be a file, the folder of a data set, or a spec, whose data are read.
 */
mote_status cli_check_read(const cli_args *args, const char *path, mote_error *err);

/* ---- printing ---- */

/* A bar on stderr where that is a terminal (and neither TERM=dumb nor NO_COLOR is set); else a line an epoch, at most one a
 * second. --progress, of the commands that have it, says which, or a line for every epoch, or nothing. */
mote_progress cli_progress(void);
mote_status   cli_take_progress(const cli_args *args, mote_error *err); /* before cli_progress */
#define CLI_PROGRESS_ROW                                                                                                    \
    {                                                                                                                       \
        "progress", 0, "HOW", "bar, lines (one an epoch) or none (default: bar in a terminal, else a line a second)"        \
    }
void cli_progress_end(void); /* wipes the bar */

/* Prints and releases; NULL is what memory was lacking for. */
mote_status cli_print_json(json_t *object, mote_error *err);
mote_status cli_flush(mote_error *err); /* stdout written wholly? */

/* How many letters a line of stdout may have; 0: any number (a pipe, a file). */
int cli_width(void);

/* A line of stdout, with a newline; what is too wide goes on below, indented. */
void cli_print_line(int indent, const char *format, ...) MOTE_PRINTF(2, 3);

/* A table, cell by cell, row by row; zeroed but for headings (NULL: none) and column_count. */
typedef struct cli_table {
    const char *const *headings;
    int                column_count;
    const char       **cells;
    size_t             cell_count, capacity;
    mote_arena         arena;
    mote_error         failure; /* out of memory: told by cli_table_print */
} cli_table;
void        cli_cell(cli_table *table, const char *format, ...) MOTE_PRINTF(2, 3);
mote_status cli_table_print(cli_table *table, mote_error *err); /* prints and releases */

/* ---- a board on a serial line ---- */

/* What came of it: zeroed where there was none. */
typedef struct cli_board {
    bool            is_there;
    char            model[MOTE_LINK_NAME];
    mote_link_times times;
    int             repeats;
} cli_board;

const char *cli_board_device(const char *given); /* of "serial:DEV[:BAUD]"; NULL where it is none */
mote_status cli_board_open(mote_link **out, const char *device, int timeout_seconds, mote_error *err);
void        cli_board_close(cli_board *board, mote_link *link);      /* and takes what it knows */
void        cli_board_add(cli_table *table, const cli_board *board); /* rows of two cells */
void        cli_board_json(json_t **object, const cli_board *board); /* "board" and "microseconds" */

/* ---- the process (main only) ---- */

void cli_escape_stdout(void); /* from now on; before the first output */
void cli_signals_begin(void); /* SIGHUP, SIGINT, SIGTERM clean up; SIGPIPE and SIGXFSZ become errors of writing */
/* Nobody reads stdout any more, as after `| head`: the end that other programs have, without a word. All work is done. */
void cli_end_by_pipe(void);
/* A training's wants_stop: SIGINT came. */
bool cli_wants_stop(void *unused, bool is_training);
void cli_end_if_interrupted(void); /* by SIGINT, when all is told */
void cli_signals_end(void);        /* before the last line: if a signal is ending the program, it says nothing more */

/* ---- shared by commands ---- */

typedef mote_shape_text cli_shape;
cli_shape               cli_show_shape(const mote_tensor_info *tensor);

json_t *
cli_json_tensor(const mote_tensor_info *tensor); /* name, dtype, shape, batched, and scale, zero_point if quantized */
json_t *cli_json_notes(const mote_model *model); /* a list of mote_model_note's */

/* How DATA is to be read, as the options say that a command has of these rows; names lie in the arena. */
#define CLI_PREPARATION_OPTIONS                                                                                             \
    {"image", 0, "HxW[xC]", "pictures: this height, width, channels"},                                                      \
        {"crop", 0, "center|pad|T,L,H,W", "pictures: take the middle, all within bars, or this part"},                      \
        {"scale", 0, "S", "divide stored numbers by S, as 255 for pictures"}, {"offset", 0, "O", "then add O"},             \
        {"mean", 0, "M,...", "then subtract M: one, or one a channel"},                                                     \
    {                                                                                                                       \
        "std", 0, "D,...", "and divide by D"                                                                                \
    }
#define CLI_DATA_OPTIONS                                                                                                    \
    CLI_PREPARATION_OPTIONS, {"targets", 0, "COLUMNS", "names, or how many last ones; or y.npy"},                           \
        {"target-kind", 0, "KIND", "auto, classes, values or none"},                                                        \
        {"header", 0, "auto|true|false", "CSV: whether its first row names columns"},                                       \
        {"categories", 0, "COLUMNS", "CSV: input columns of words, an input a word"},                                       \
        {"length", 0, "N", "WAV: samples a sound, cropped or filled with silence"},                                         \
        {"exif-orientation", 0, NULL, "JPEG: turn pictures as EXIF says that they stand"},                                  \
    {                                                                                                                       \
        "skip-damaged", 0, NULL, "leave out damaged pictures and sounds, and name them"                                     \
    }
mote_status cli_read_data_options(mote_dataset_options *out, const cli_args *args, mote_arena *arena, mote_error *err);
/* What they say of a model becomes its recipe, as mote_model_set_recipe does it. */
mote_status cli_take_preparation(mote_model *model, const cli_args *args, bool replaces, mote_error *err);
void        cli_print_notes(const mote_dataset *set); /* to stderr, a line each */
void        cli_print_sample_notes(const mote_samples *samples);
/* "warnings": the same lines, where there are any. set may be NULL. */
void cli_json_warnings(json_t **object, const mote_dataset *set);
void cli_json_sample_warnings(json_t **object, const mote_samples *samples);

/* DATA of the command line, with the command's CLI_DATA_OPTIONS, as a model wants it (NULL: as it is): see
 * mote_dataset_open. split_name NULL: preferred when it has samples, else validation, test, train. Notes go to stderr. The
 * caller destroys *out, also on failure (NULL is fine). */
typedef struct cli_data_request {
    const cli_args   *args;
    const char       *path, *split_name;
    mote_split_id     preferred;
    const mote_model *model;

    const char *const *pictures; /* in place of a path */
    int                picture_count;
    const char *const *values; /* in place of a path: a path alone, or NAME=FILE of each input and output */
    int                value_count;
    bool               are_prepared; /* the data are what the network takes, whatever options and model say */
} cli_data_request;
mote_status cli_load_data(mote_dataset **out, const mote_dataset_split **split, const cli_data_request *request,
                          mote_error *err);

/* For target "interpreter": the model's own bytes, where path is a .tflite. file outlives the options; it is closed by the
 * caller, also on failure. */
mote_status cli_take_tflite(const char *path, mote_compile_options *options, mote_file *file, mote_error *err);

void    cli_json_metrics(json_t **object, const mote_evaluation *evaluation); /* adds a key a metric */
json_t *cli_json_evaluation(const mote_evaluation *evaluation);
json_t *cli_json_emulation(const mote_emulation *emulation);
/* The recipe's members, and a table of its channels, of several inputs and outputs each one's; nothing where it is empty. */
mote_status cli_print_recipe(const mote_model *model, mote_error *err);
json_t     *cli_json_recipe(const mote_model *model, mote_error *err); /* null where it is empty; NULL on failure */
json_t     *cli_json_pruned(const mote_prune_result *pruned);
void        cli_print_emulation(const mote_emulation *emulation);
void        cli_print_counts(const mote_emulation *emulation); /* instructions and cycles, a line each */
/* "model.tflite: " in front of what a model is to blame for. */
mote_status cli_blame(const char *path, mote_error *err);

#endif
