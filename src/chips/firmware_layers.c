/* A model's layers in its firmware: their names, from the section that parts/hook.h makes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "chips/chips.h"
#include "chips/elf.h"
#include "chips/firmware.h"
#include "chips/runner.h"

/* "INDEX\nSTEP\nOP\nSHAPE\nMACS\nNAME\0": split at the newlines; false when there are not so many
 * lines. */
static bool split_lines(char *text, char **line, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        line[i] = text;
        if (i + 1 == count)
            return true;
        text = strchr(text, '\n');
        if (!text)
            return false;
        *text++ = '\0';
    }
    return true;
}

static bool read_number(const char *text, uint64_t max, uint64_t *out)
{
    char              *end;
    unsigned long long value = strtoull(text, &end, 10);

    *out = value;
    return *text >= '0' && *text <= '9' && *end == '\0' && value <= max;
}

static mote_status read_row(mote_firmware *f, char *text, mote_error *err)
{
    enum { LINES = 6 };
    mote_firmware_layer *layer = &f->layers[f->layer_count];
    char                *line[LINES];
    const bool           has_lines = split_lines(text, line, LINES);
    uint64_t             index, step = 0;
    bool                 runs;

    runs = has_lines && strcmp(line[1], "none") != 0;
    if (!has_lines || !read_number(line[0], INT32_MAX, &index) ||
        (runs && !read_number(line[1], MOTE_MARK_END - 1, &step)) || !read_number(line[4], UINT64_MAX, &layer->macs))
        return mote_fail(err, MOTE_ERR_FORMAT, "%s.c: an MRT_LAYER is not as mote compile writes it", f->name);
    layer->index = (int32_t)index;
    layer->step = runs ? (int32_t)step : -1;
    layer->op = line[2];
    layer->shape = line[3];
    layer->name = line[5];
    f->layer_count++;
    return MOTE_OK;
}

static int by_index(const void *a, const void *b)
{
    const mote_firmware_layer *x = a, *y = b;

    return (x->index > y->index) - (x->index < y->index);
}

/* The arrays lie in any order, with zeros between them. */
static mote_status read_rows(mote_firmware *f, const char *bytes, size_t count, mote_error *err)
{
    char  *text = mote_arena_alloc(f->arena, mote_size_add(count, 1), 1, err);
    size_t i, rows = 0;

    if (!text)
        return err->code;
    memcpy(text, bytes, count);
    for (i = 0; i < count; i++)
        rows += text[i] && (i == 0 || !text[i - 1]);
    f->layers = MOTE_NEW(f->arena, mote_firmware_layer, rows, err);
    if (!f->layers)
        return err->code;
    for (i = 0; i < count; i++)
        if (text[i]) {
            size_t length = strlen(text + i);
            MOTE_TRY(read_row(f, text + i, err));
            i += length;
        }
    qsort(f->layers, (size_t)f->layer_count, sizeof *f->layers, by_index);
    return MOTE_OK;
}

mote_status mote_firmware_read_layers(mote_firmware *f, const char *object, mote_error *err)
{
    const char      *path = mote_path_join(f->arena, f->folder, object, err);
    mote_elf         elf;
    mote_elf_section section;

    f->layer_count = 0;
    if (!path)
        return err->code;
    MOTE_TRY(mote_elf_open(&elf, path, err));
    if (mote_elf_find_section(&elf, ".mote_layers", &section) && section.has_content)
        read_rows(f, (const char *)elf.file.bytes + section.offset, section.bytes, err);
    mote_elf_close(&elf);
    return err->code;
}

const mote_firmware_layer *mote_firmware_layer_find(const mote_firmware *f, uint32_t step)
{
    int32_t i;

    for (i = 0; i < f->layer_count; i++)
        if (f->layers[i].step >= 0 && (uint32_t)f->layers[i].step == step)
            return &f->layers[i];
    return NULL;
}
