/* Running a firmware on an emulator: how the harness on the chip and the host exchange inputs, outputs and the report.
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

/* From little-endian bytes; MOTE_ERR_FORMAT when they are not a whole report. */
mote_status mote_harness_report_read(mote_harness_report *report, const uint8_t *bytes, size_t count, mote_error *err);

/* harness_mark_record, one a step, in the order of their arrival: which step began, and what the one before it took. */
typedef struct mote_mark {
    uint32_t           step;
    mote_count_reading count;
} mote_mark;

enum { MOTE_MARK_BYTES = 12, MOTE_MARK_EMPTY = 0xffff, MOTE_MARK_BEGIN = 0xfffe, MOTE_MARK_END = 0xfffd };

mote_mark mote_mark_at(const mote_text *marks, size_t index);
size_t    mote_mark_count(const mote_text *marks);

/* What an emulator that failed had to say: its first line, or how it ended. Returns MOTE_ERR_FORMAT. */
mote_status mote_fail_emulator(const char *emulator, const mote_process_result *result, mote_error *err);

/* Tells progress that done samples are through; false: stop. */
bool mote_report_samples(const mote_progress *progress, size_t done, size_t total);

/* One emulation in progress. Everything is borrowed. */
typedef struct mote_job {
    mote_firmware       *firmware;
    const uint8_t       *inputs;       /* [sample_count][firmware->model.input_bytes] */
    size_t               sample_count; /* 0: a firmware that takes none (mote_firmware_start) */
    uint8_t             *outputs;      /* [sample_count][firmware->model.output_bytes]; the runner fills it */
    const mote_progress *progress;
    mote_text           *marks; /* bytes that the firmware's marks are added to; NULL: it makes none */
} mote_job;

/* Runs the job's samples; fills outputs and report. A fault is reported, not an error: then the outputs are not whole. */
typedef mote_status mote_run(const mote_job *job, mote_harness_report *report, mote_error *err);

mote_run mote_run_semihosting; /* QEMU: inputs, outputs and report are files of the build folder */
mote_run mote_run_simavr;      /* simavr: inputs in flash, run by run; the rest on its console */

#endif
