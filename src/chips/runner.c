/* SPDX-License-Identifier: Apache-2.0 */
#include "chips/runner.h"

#include <string.h>

#include "base/text.h"

enum { HARNESS_MAGIC = 0x45544f4d };

static uint32_t word_at(const uint8_t *bytes, size_t index)
{
    const uint8_t *p = bytes + 4 * index;

    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

mote_status mote_harness_report_read(mote_harness_report *report, const uint8_t *bytes, size_t count, mote_error *err)
{
    if (count != MOTE_HARNESS_REPORT_BYTES || word_at(bytes, 0) != HARNESS_MAGIC)
        return mote_fail(err, MOTE_ERR_FORMAT, "the firmware ended without a report");
    *report = (mote_harness_report){
        .magic = word_at(bytes, 0),
        .is_fault = word_at(bytes, 1),
        .fault_address = word_at(bytes, 2),
        .fault_caller = word_at(bytes, 3),
        .fault_cause = word_at(bytes, 4),
        .stack_bytes = word_at(bytes, 5),
        .harness_stack_bytes = word_at(bytes, 6),
        .free_bytes = word_at(bytes, 7),
        .overrun_bytes = word_at(bytes, 8),
        .model = {word_at(bytes, 9), word_at(bytes, 10)},
        .empty = {word_at(bytes, 11), word_at(bytes, 12)},
    };
    return MOTE_OK;
}

mote_mark mote_mark_at(const mote_text *marks, size_t index)
{
    const uint8_t *bytes = (const uint8_t *)marks->bytes + index * MOTE_MARK_BYTES;

    return (mote_mark){word_at(bytes, 0), {word_at(bytes, 1), word_at(bytes, 2)}};
}

size_t mote_mark_count(const mote_text *marks)
{
    return marks->count / MOTE_MARK_BYTES;
}

mote_status mote_fail_emulator(const char *emulator, const mote_process_result *result, mote_error *err)
{
    const char *text = result->err.count > 0 ? result->err.bytes : result->out.bytes;

    if (text)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: %s", emulator, mote_show(text, strcspn(text, "\n")).text);
    if (result->signal)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s ended by signal %d", emulator, result->signal);
    return mote_fail(err, MOTE_ERR_FORMAT, "%s ended with status %d", emulator, result->exit_status);
}

bool mote_report_samples(const mote_progress *progress, size_t done, size_t total)
{
    mote_progress_event event = {.stage = "emulate", .done = (int64_t)done, .total = (int64_t)total};

    return !progress->report || progress->report(progress->user, &event);
}
