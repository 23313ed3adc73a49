/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/formats.h"

#include <string.h>

#include "base/file.h"

/* Kinds that mote knows by sight, for a message that helps. */
static const struct {
    const char *magic;
    size_t      count;
    const char *kind;
} other_kinds[] = {
    {"\x89HDF\r\n\x1a\n", 8, "an HDF5 file (a Keras .h5?)"}, {"PK\3\4", 4, "a zip archive (a Keras .keras?)"},
    {"\x93NUMPY", 6, "a NumPy array, not a model"},          {"GGUF", 4, "a GGUF file"},
    {"\x80\2", 2, "a Python pickle (a PyTorch file?)"},
};

static const char *name_kind(const uint8_t *bytes, size_t count)
{
    size_t i;

    if (count == 0)
        return "empty";
    for (i = 0; i < sizeof other_kinds / sizeof other_kinds[0]; i++)
        if (count >= other_kinds[i].count && memcmp(bytes, other_kinds[i].magic, other_kinds[i].count) == 0)
            return other_kinds[i].kind;
    return "of no kind that mote knows";
}

mote_status mote_model_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                            mote_error *err)
{
    *out = NULL;
    if (mote_tflite_recognise(bytes, count))
        return mote_tflite_read(out, bytes, count, options ? options->memory_bytes : 0, err);
    return mote_fail(err, MOTE_ERR_UNSUPPORTED, "this file is %s; models are read from .tflite files",
                     name_kind(bytes, count));
}

mote_status mote_model_load(mote_model **out, const char *path, const mote_load_options *options, mote_error *err)
{
    mote_file file = {0};

    *out = NULL;
    if (!path)
        return mote_fail(err, MOTE_ERR_USAGE, "no path to load a model from");
    if (mote_file_open(&file, path, err) == MOTE_OK)
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
