/* A model straight to an emulated chip.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mote/emulate.h>

#include "base/file.h"
#include "chips/chips.h"

static mote_status compile_and_run(const mote_model *model, const mote_compile_options *compile, const char *folder,
                                   const mote_emulate_options *options, mote_emulation *out, mote_error *err)
{
    mote_arena scratch = {0};
    char      *inside = mote_path_join(&scratch, folder, "model", err);

    if (inside && mote_compile(NULL, model, inside, compile, err) == MOTE_OK)
        mote_emulate_folder(inside, NULL, compile->name, options, out, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

mote_status mote_emulate_model(mote_emulation *out, const mote_model *model, const mote_compile_options *compile,
                               const mote_emulate_options *options, mote_error *err)
{
    const mote_chip     *chip;
    mote_compile_options own = compile ? *compile : (mote_compile_options){0};
    mote_arena           scratch = {0};
    mote_error           ignored = {0};
    char                *folder;

    *out = (mote_emulation){0};
    MOTE_TRY(mote_emulate_check(options, err));
    chip = mote_chip_find(options->chip);
    own.name = own.name ? own.name : "model";
    if (!own.kernels)
        own.kernels = chip ? chip->kernels : NULL; /* mote_emulate says which chips there are */
    folder = mote_temporary_dir(&scratch, "mote-model", err);
    if (folder) {
        compile_and_run(model, &own, folder, options, out, err);
        mote_remove_tree(folder, &ignored);
        if (err->code != MOTE_OK)
            mote_hide_temporary(err, folder);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}
