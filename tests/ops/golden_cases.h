/* tests/golden/operators/NAME.npz: one-operator files with samples and what TFLite Micro answers; the format is told in
 * tests/golden/operator_cases.py.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_OPS_GOLDEN_CASES_H
#define MOTE_TESTS_OPS_GOLDEN_CASES_H

#include "testing.h"

#include <string.h>

#include <mote/array.h>

#define GOLDEN_UNUSED __attribute__((unused)) static

enum { GOLDEN_ENDS_MAX = 64 };

typedef struct golden_case {
    char           name[128];
    const uint8_t *model;
    uint32_t       model_bytes, in_count, out_count, sample_count;
    uint32_t       in_bytes[GOLDEN_ENDS_MAX], out_bytes[GOLDEN_ENDS_MAX];
    const uint8_t *samples; /* of each sample its inputs, then its outputs */
} golden_case;

typedef struct golden_file {
    mote_array     cases;
    const uint8_t *at, *end;
} golden_file;

GOLDEN_UNUSED void golden_open(golden_file *file, const char *path)
{
    mote_npz  *npz;
    mote_error err = {0};

    if (mote_npz_open(&npz, path, &err) != MOTE_OK || mote_npz_load(&file->cases, npz, "cases", 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_npz_close(npz);
    file->at = file->cases.bytes;
    file->end = file->at + file->cases.count;
}

GOLDEN_UNUSED void golden_close(golden_file *file)
{
    mote_array_free(&file->cases);
}

static uint32_t golden_number(golden_file *file)
{
    uint32_t number;

    assert_true(file->end - file->at >= 4);
    memcpy(&number, file->at, sizeof number);
    file->at += 4;
    return number;
}

static const uint8_t *golden_bytes(golden_file *file, size_t count)
{
    const uint8_t *bytes = file->at;

    assert_true((size_t)(file->end - file->at) >= count);
    file->at += count;
    return bytes;
}

/* False at the end. */
GOLDEN_UNUSED bool golden_next(golden_file *file, golden_case *c)
{
    uint32_t length, i;
    size_t   step = 0;

    if (file->at == file->end)
        return false;
    length = golden_number(file);
    assert_true(length < sizeof c->name);
    memcpy(c->name, golden_bytes(file, length), length);
    c->name[length] = '\0';
    c->model_bytes = golden_number(file);
    c->model = golden_bytes(file, c->model_bytes);
    c->in_count = golden_number(file);
    c->out_count = golden_number(file);
    c->sample_count = golden_number(file);
    assert_true(c->in_count <= GOLDEN_ENDS_MAX && c->out_count <= GOLDEN_ENDS_MAX);
    for (i = 0; i < c->in_count; i++)
        step += c->in_bytes[i] = golden_number(file);
    for (i = 0; i < c->out_count; i++)
        step += c->out_bytes[i] = golden_number(file);
    c->samples = golden_bytes(file, step * c->sample_count);
    return true;
}

#endif
