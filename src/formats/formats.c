/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/formats.h"

#include "base/file.h"
#include "base/kind.h"
#include "formats/keras/keras.h"
#include "formats/keras/write.h"
#include "formats/onnx/onnx.h"
#include "formats/onnx/write.h"
#include "formats/tensorflow/tensorflow.h"

/* A kind of model file. One row makes mote read it (recognise NULL: another row does), write it, and name it where a path
 * ends in something else. */
typedef struct model_format {
    const char *suffix; /* of the paths that it is written to; NULL: it is only read, and so is write */
    bool (*recognise)(const void *bytes, size_t count);
    mote_status (*read)(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                        mote_error *err);
    /* The same at stage TRAIN; NULL: it has no layers that could be trained. */
    mote_status (*read_to_train)(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                                 mote_error *err);
    mote_status (*write)(mote_text *out, const mote_model *model, mote_error *err);
} model_format;

static const model_format formats[] = {{".tflite", mote_is_tflite, mote_tflite_read, NULL, mote_tflite_write},
                                       {".onnx", mote_is_onnx, mote_onnx_read, NULL, mote_onnx_write},
                                       {NULL, mote_is_saved_model_file, mote_saved_model_read, NULL, NULL},
                                       {NULL, mote_is_graph_def, mote_graph_def_read, NULL, NULL},
                                       {".keras", mote_is_keras, mote_keras_read, mote_keras_read_trained, mote_keras_write},
                                       {".h5", NULL, NULL, NULL, mote_keras_write_h5}};

enum { FORMAT_COUNT = sizeof formats / sizeof *formats };

static mote_status read_to_train(mote_model **out, const model_format *format, const uint8_t *bytes, size_t count,
                                 const mote_load_options *options, mote_error *err)
{
    if (format->read_to_train)
        return format->read_to_train(out, bytes, count, options, err);
    return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                     "this kind of file holds operators as they run, no layers that could be trained or written as Keras' "
                     "files; a .keras or .h5 file does");
}

mote_status mote_model_read(mote_model **out, const uint8_t *bytes, size_t count, const mote_load_options *options,
                            mote_error *err)
{
    int i;

    *out = NULL;
    for (i = 0; i < FORMAT_COUNT; i++)
        if (formats[i].recognise && formats[i].recognise(bytes, count))
            return options && options->to_train ? read_to_train(out, &formats[i], bytes, count, options, err)
                                                : formats[i].read(out, bytes, count, options, err);
    return mote_file_kind_refuse(bytes, count, MOTE_WANTED_MODEL, err);
}

/* The folder that the path leads to, in the arena; NULL and err on failure. */
static const char *folder_of(const char *path, mote_arena *arena, mote_error *err)
{
    const char *base = mote_path_base(path);

    return base == path ? "." : mote_arena_strndup(arena, path, (size_t)(base - path), err);
}

mote_status mote_model_load(mote_model **out, const char *path, const mote_load_options *options, mote_error *err)
{
    mote_load_options o = options ? *options : (mote_load_options){0};
    mote_file         file = {0};
    mote_arena        arena = {0};

    *out = NULL;
    if (!path)
        return mote_fail(err, MOTE_ERR_USAGE, "no path to load a model from");
    if (mote_path_is_dir(path) && mote_is_saved_model(path))
        mote_saved_model_load(out, path, &o, err);
    else if (mote_path_is_dir(path))
        mote_folder_kind_refuse(path, MOTE_WANTED_MODEL, err);
    else if ((o.folder || (o.folder = folder_of(path, &arena, err)) != NULL) && mote_file_open(&file, path, err) == MOTE_OK)
        mote_model_read(out, file.bytes, file.count, &o, err);
    mote_file_close(&file);
    mote_arena_destroy(&arena);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s", path);
}

/* NULL, with err filled, where no kind of file ends so. */
static const model_format *find_format(const char *path, mote_error *err)
{
    mote_text names = {0};
    int       i;

    for (i = 0; i < FORMAT_COUNT; i++)
        if (formats[i].suffix && mote_path_has_suffix(path, formats[i].suffix))
            return &formats[i];
    for (i = 0; i < FORMAT_COUNT; i++)
        if (formats[i].suffix)
            mote_text_printf(&names, "%s%s", names.count > 0 ? " or " : "", formats[i].suffix);
    mote_fail(err, MOTE_ERR_USAGE, "%s: models are written as %s files; end the name in %s", path,
              names.bytes ? names.bytes : "", names.bytes ? names.bytes : "");
    mote_text_free(&names);
    return NULL;
}

mote_status mote_model_check_name(const char *path, mote_error *err)
{
    if (!path)
        return mote_fail(err, MOTE_ERR_USAGE, "no path to save a model to");
    find_format(path, err);
    return err->code;
}

mote_status mote_model_save(const mote_model *model, const char *path, mote_error *err)
{
    const model_format *format;
    mote_text           file = {0};

    if (!model || !path)
        return mote_fail(err, MOTE_ERR_USAGE, "no %s", model ? "path to save the model to" : "model to save");
    if (!(format = find_format(path, err)))
        return err->code;
    if (format->write(&file, model, err) != MOTE_OK)
        mote_context(err, "%s", path);
    else
        mote_file_write(path, file.bytes, file.count, err);
    mote_text_free(&file);
    return err->code;
}
