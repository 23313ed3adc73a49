/* Running a firmware on an emulator, and what the harness on the chip tells the host: outputs, marks and the report, piece
 * by piece over a serial line, which is all that leads out of the emulator.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CHIPS_RUNNER_H
#define MOTE_CHIPS_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/emulate.h>

#include "chips/firmware.h"
#include "chips/process.h"

/* harness_report of src/chips/parts/harness.h, word for word. */
typedef struct mote_count_reading {
    uint32_t wraps, ticks;
} mote_count_reading;

typedef struct mote_harness_report {
    uint32_t           magic, is_fault, fault_address, fault_caller, fault_cause;
    uint32_t           stack_bytes, harness_stack_bytes, free_bytes, overrun_bytes;
    mote_count_reading model, empty;
} mote_harness_report;

enum { MOTE_HARNESS_REPORT_WORDS = 13, MOTE_HARNESS_REPORT_BYTES = 4 * MOTE_HARNESS_REPORT_WORDS };

/* harness_mark_record, one a step, in the order of their arrival: which step began, and what the one before it took. */
typedef struct mote_mark {
    uint32_t           step;
    mote_count_reading count;
} mote_mark;

enum { MOTE_MARK_BYTES = 12, MOTE_MARK_EMPTY = 0xffff, MOTE_MARK_BEGIN = 0xfffe, MOTE_MARK_END = 0xfffd };

mote_mark mote_mark_at(const mote_text *marks, size_t index);
size_t    mote_mark_count(const mote_text *marks);

/* One emulation in progress. Everything is borrowed. */
typedef struct mote_job {
    mote_firmware       *firmware;
    const uint8_t       *inputs;       /* [sample_count][firmware->model.input_bytes] */
    size_t               sample_count; /* 0: a firmware that takes none (mote_firmware_start) */
    uint8_t             *outputs;      /* [sample_count][firmware->model.output_bytes]; the runner fills it */
    const mote_progress *progress;
    mote_text           *marks;  /* bytes that the firmware's marks are added to; NULL: it makes none */
    const char          *plugin; /* QEMU's argument, with the plugin's own; NULL: none */
    mote_text           *told;   /* by the plugin: what comes on the emulator's stderr. NULL: nobody wants it */
} mote_job;

/* Runs the job's samples; fills outputs and report. A fault is reported, not an error: then the outputs are not whole. */
typedef mote_status mote_run(const mote_job *job, mote_harness_report *report, mote_error *err);

mote_run mote_run_qemu;   /* inputs in RAM that the chip has not; the rest by its serial line */
mote_run mote_run_simavr; /* inputs in flash, run by run; the rest by its serial line */

/* Tells progress that done samples are through; false: stop. */
bool mote_report_samples(const mote_job *job, size_t done, size_t total);

/* ---- what the two share ---- */

/* What the harness told in one run. */
typedef struct mote_channel {
    const mote_job *job;
    size_t          first, count; /* samples of this run */
    size_t          output_bytes; /* received so far */
    uint8_t         report[MOTE_HARNESS_REPORT_BYTES];
    size_t          report_bytes;
    bool            is_broken; /* more came than there can be, or something else */
} mote_channel;

enum { MOTE_CHANNEL_OUTPUTS = 'o', MOTE_CHANNEL_REPORT = 'r', MOTE_CHANNEL_MARK = 'm' };

/* Takes what was told: bytes of one kind. */
mote_process_take mote_channel_take(mote_channel *channel, int kind, const uint8_t *bytes, size_t count);

/* What a run needs beyond the row's arguments. */
typedef struct mote_emulator_start {
    const char *const  *arguments; /* after the row's; NULL ends */
    mote_process_stream stream;    /* that the serial line is */
    mote_process_take (*take)(void *user, const char *bytes, size_t count);
    void *user;
} mote_emulator_start;

/* Runs the emulator, confined, and judges what came through channel. */
mote_status mote_run_emulator(mote_channel *channel, const mote_emulator_start *start, mote_harness_report *report,
                              mote_error *err);

/* All samples of the job, at most capacity in a run, LIMIT where that is 0; one run where there are none. */
typedef mote_status mote_run_part(mote_channel *channel, void *user, mote_harness_report *report, mote_error *err);
mote_status mote_run_parts(const mote_job *job, size_t capacity, mote_run_part *run, void *user, mote_harness_report *report,
                           mote_error *err);

#endif
