/* A model's layers on the chip: their names from the section that parts/hook.h makes, what each took from the firmware's
 * marks. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "chips/chips.h"
#include "chips/elf.h"
#include "chips/layers.h"

/* ---- names ---- */

/* "STEP\nOP\nSHAPE\nMACS\nNAME\0": the step's text until the first newline and so on; false when there are not so many
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
    mote_firmware_layer *layer = &f->layers[f->layer_count];
    uint64_t             step;
    char                *line[5];

    if (!split_lines(text, line, 5) || !read_number(line[0], MOTE_MARK_END - 1, &step) ||
        !read_number(line[3], UINT64_MAX, &layer->macs))
        return mote_fail(err, MOTE_ERR_FORMAT, "%s.c: an MRT_LAYER is not as mote compile writes it", f->name);
    layer->step = (uint32_t)step;
    layer->op = line[1];
    layer->shape = line[2];
    layer->name = line[4];
    f->layer_count++;
    return MOTE_OK;
}

static int by_step(const void *a, const void *b)
{
    const mote_firmware_layer *x = a, *y = b;

    return (x->step > y->step) - (x->step < y->step);
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
    qsort(f->layers, (size_t)f->layer_count, sizeof *f->layers, by_step);
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
    const mote_firmware_layer key = {.step = step};

    return f->layer_count > 0 ? bsearch(&key, f->layers, (size_t)f->layer_count, sizeof key, by_step) : NULL;
}

/* ---- what they took ---- */

/* A mark tells what the one before it began. The first two of a sample have nothing between them: that is a mark's own
 * count. */
static void add_counts(mote_emulation *out, const mote_firmware *f, const mote_text *marks)
{
    uint64_t own = 0;
    size_t   i;

    for (i = 1; i < mote_mark_count(marks); i++) {
        const mote_mark            mark = mote_mark_at(marks, i);
        const uint32_t             step = mote_mark_at(marks, i - 1).step;
        const mote_firmware_layer *layer = mote_firmware_layer_find(f, step);
        const uint64_t             count = mote_count_units(f->row, mark.count);
        if (step == MOTE_MARK_EMPTY)
            own = count;
        else if (layer)
            out->layers[layer - f->layers].count += count - own;
    }
}

mote_status mote_layers_take(mote_emulation *out, const mote_firmware *f, const mote_text *marks, mote_arena *arena,
                             mote_error *err)
{
    int32_t i;

    out->layers = MOTE_NEW(arena, mote_layer_count, f->layer_count, err);
    for (i = 0; err->code == MOTE_OK && i < f->layer_count; i++) {
        const mote_firmware_layer *from = &f->layers[i];
        out->layers[i] = (mote_layer_count){.index = (int32_t)from->step,
                                            .op = mote_arena_strdup(arena, from->op, err),
                                            .shape = mote_arena_strdup(arena, from->shape, err),
                                            .name = mote_arena_strdup(arena, from->name, err),
                                            .macs = from->macs};
    }
    if (err->code != MOTE_OK)
        return err->code;
    out->layer_count = f->layer_count;
    add_counts(out, f, marks);
    return MOTE_OK;
}
