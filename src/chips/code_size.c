/* A model into a temporary folder, and from there into an object file and a linked one, which are only read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "chips/code_size.h"

#include "base/file.h"
#include "chips/chips.h"
#include "chips/firmware.h"

#define MODEL_NAME "model"

enum { DEFAULT_TIME_LIMIT_SECONDS = 60 };

static mote_status measure_in(mote_firmware *f, const mote_model *model, const mote_compile_options *compile,
                              mote_error *err)
{
    mote_compile_options own = *compile;

    own.name = MODEL_NAME;
    own.target = "c";
    f->name = MODEL_NAME;
    f->model_folder = mote_path_join(f->arena, f->folder, "c", err);
    if (!f->model_folder)
        return err->code;
    MOTE_TRY(mote_compile(NULL, model, f->model_folder, &own, err));
    return mote_firmware_build_alone(f, err);
}

mote_status mote_code_size_measure(mote_code_size *out, const mote_model *model, const mote_compile_options *compile,
                                   const mote_chip *chip, int time_limit_seconds, mote_error *err)
{
    mote_arena    arena = {0};
    mote_error    ignored = {0};
    mote_firmware f = {.arena = &arena,
                       .row = mote_chip_row_find(chip->name, err),
                       .time_limit_seconds = time_limit_seconds ? time_limit_seconds : DEFAULT_TIME_LIMIT_SECONDS};

    if (!f.row)
        return err->code;
    MOTE_TRY(mote_chip_check_compiler(chip, err));
    f.folder = mote_temporary_dir(&arena, "mote-code", err);
    if (f.folder) {
        if (measure_in(&f, model, compile, err) == MOTE_OK)
            *out = (mote_code_size){.code_bytes = f.code_bytes, .stack_bytes = f.stack_bytes};
        mote_remove_tree(f.folder, &ignored);
        if (err->code != MOTE_OK)
            mote_hide_temporary(err, f.folder);
    }
    mote_arena_destroy(&arena);
    return err->code;
}
