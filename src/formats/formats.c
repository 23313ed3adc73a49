/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/formats.h"

#include "base/file.h"
#include "base/kind.h"

mote_status mote_model_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                            mote_error *err)
{
    *out = NULL;
    if (mote_is_tflite(bytes, count))
        return mote_tflite_read(out, bytes, count, options, err);
    return mote_file_kind_refuse(bytes, count, MOTE_WANTED_MODEL, err);
}

mote_status mote_model_load(mote_model **out, const char *path, const mote_load_options *options, mote_error *err)
{
    mote_file file = {0};

    *out = NULL;
    if (!path)
        return mote_fail(err, MOTE_ERR_USAGE, "no path to load a model from");
    if (mote_path_is_dir(path))
        mote_folder_kind_refuse(path, MOTE_WANTED_MODEL, err);
    else if (mote_file_open(&file, path, err) == MOTE_OK)
        mote_model_read(out, file.bytes, file.count, options, err);
    mote_file_close(&file);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s", path);
}

mote_status mote_model_save(const mote_model *model, const char *path, mote_error *err)
{
    mote_text file = {0};

    if (!model || !path)
        return mote_fail(err, MOTE_ERR_USAGE, "no %s", model ? "path to save the model to" : "model to save");
    if (!mote_path_has_suffix(path, ".tflite"))
        return mote_fail(err, MOTE_ERR_USAGE, "%s: models are written as .tflite files; end the name in .tflite", path);
    if (mote_tflite_write(&file, model, err) != MOTE_OK)
        mote_context(err, "%s", path);
    else
        mote_file_write(path, file.bytes, file.count, err);
    mote_text_free(&file);
    return err->code;
}
