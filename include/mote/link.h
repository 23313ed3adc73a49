/* A model on a real board, over a serial line: what its firmware answers, byte by byte, and how long it takes.
 *
 *     mote_link *link;
 *     if (mote_link_open(&link, "/dev/ttyUSB0", NULL, &err) == MOTE_OK &&
 *         mote_link_check(link, model, &err) == MOTE_OK && mote_link_reset(link, &err) == MOTE_OK &&
 *         mote_link_run(link, sample, answer, &microseconds, &err) == MOTE_OK) ...
 *     mote_link_close(link);
 *
 * The firmware calls NAME_link_serve of what mote_compile wrote; docs/SERIAL.md has the protocol, and what each failure
 * means. Nothing waits without end: whatever the board does, each call comes back within its time limits, with one line that
 * says what happened. What was lost on the way is asked for again where that changes no answer. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef MOTE_LINK_H
#define MOTE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include <mote/model.h>
#include <mote/progress.h>
#include <mote/samples.h>
#include <mote/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_link mote_link;

typedef struct mote_link_options {
    int32_t       baud;               /* 0: what the device's name says (DEV:BAUD), else 115200 */
    int32_t       start_seconds;      /* how long the board may take to come back from its reset; 0: 3 */
    int32_t       time_limit_seconds; /* for one sample on the board; 0: 60 */
    int32_t       retries;            /* how often a sample that was lost on the way is sent again; 0: 3, negative: never */
    bool          keeps_running;      /* no reset by DTR and RTS first */
    mote_progress progress;           /* of mote_link_run_samples: stage "board", in samples */
    uint64_t      room[8];            /* mote.h */
} mote_link_options;

enum { MOTE_LINK_NAME = 256 };

/* What runs on the board, as it says. */
typedef struct mote_link_board {
    char     name[MOTE_LINK_NAME]; /* of the model, as it was compiled */
    uint32_t identity;
    size_t   input_bytes, output_bytes; /* all inputs of a sample; all outputs */
    int32_t  input_count, output_count;
    bool     has_state; /* an answer depends on the samples before */
    bool     has_clock; /* it measures microseconds */
    int32_t
        layer_count;  /* that it can tell of; 0: it was not built with MRT_LINK_LAYERS, or the model does not run straight */
    uint64_t room[8]; /* mote.h */
} mote_link_board;

/* device: "/dev/ttyUSB0" or "/dev/ttyUSB0:921600". Opens it for this program alone, starts the board anew (boards that have
 * no such line go on) and waits until it answers. options may be NULL. Errors: USAGE (a baud rate that there is not), IO (no
 * such device, no permission, in use, nothing answers, what arrives is no answer), FORMAT (an answer that contradicts
 * itself). */
mote_status mote_link_open(mote_link **out, const char *device, const mote_link_options *options, mote_error *err);
void        mote_link_close(mote_link *link);

const mote_link_board *mote_link_board_of(const mote_link *link);

/* How many requests had to be sent again: bytes were lost or changed on the way. */
int32_t mote_link_repeats(const mote_link *link);

/* FORMAT unless the board's firmware was compiled from this very model: the text says which one it runs. */
mote_status mote_link_check(const mote_link *link, const mote_model *model, mote_error *err);

/* States to their first values; opens a model that is interpreted. */
mote_status mote_link_reset(mote_link *link, mote_error *err);

/* One sample: all inputs in a row (board.input_bytes) to all outputs in a row (board.output_bytes). microseconds (may be
 * NULL) is what the board's own clock says of the inference alone; 0 where it has none. Errors: IO (the board is gone,
 * stopped, started again; bytes were lost again and again), LIMIT (the time limit). */
mote_status mote_link_run(mote_link *link, const void *inputs, void *outputs, uint32_t *microseconds, mote_error *err);

/* What inferences took by the board's own clock, in microseconds. */
typedef struct mote_link_times {
    bool     are_known; /* the board has a clock, and there was a sample */
    uint32_t median, least, most;
    uint64_t room[8]; /* mote.h */
} mote_link_times;

/* As mote_samples_run, on the board, which is checked and reset first. times may be NULL. */
mote_status mote_link_run_samples(mote_samples *out, const mote_model *model, const mote_samples *inputs, mote_link *link,
                                  mote_link_times *times, mote_error *err);

/* A layer as the compiled code has it. Texts belong to the mote_link_layers. */
typedef struct mote_link_layer {
    const char *op, *shape, *name; /* "CONV_2D", "[1,28,28,8]" of the output, the layer's or its output's name */
    size_t      different_samples; /* in which the board gave other bytes than the host */
    uint64_t    room[8];           /* mote.h */
} mote_link_layer;

typedef struct mote_link_layers {
    mote_link_layer   *layers; /* [layer_count], in the order in which they run */
    int32_t            layer_count;
    size_t             sample_count;
    struct mote_arena *owner;
    uint64_t           room[8]; /* mote.h */
} mote_link_layers;

/* Layer by layer, whether the board gives what the host gives: the first that differs is the first that is wrong there. The
 * board is checked and reset first. Errors: UNSUPPORTED where the board does not tell of layers, or of others than mote
 * compiles. */
mote_status mote_link_compare_layers(mote_link_layers *out, const mote_model *model, const mote_samples *inputs,
                                     mote_link *link, mote_error *err);
void        mote_link_layers_free(mote_link_layers *layers); /* a no-op on a zeroed one */

#ifdef __cplusplus
}
#endif
#endif
