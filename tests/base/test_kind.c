/* Files and folders that were given for something else are told as what they are, with what to do.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <string.h>

#include "base/file.h"
#include "base/kind.h"

/* A zip archive of one empty member, or two. */
typedef struct archive {
    uint8_t bytes[512];
    size_t  count;
} archive;

static void put(archive *a, const void *bytes, size_t count)
{
    assert_true(a->count + count <= sizeof a->bytes);
    memcpy(a->bytes + a->count, bytes, count);
    a->count += count;
}

/* Little-endian numbers up to a width of 0. */
static void put_numbers(archive *a, const uint32_t (*numbers)[2])
{
    for (; (*numbers)[0] > 0; numbers++) {
        const uint8_t bytes[4] = {(uint8_t)(*numbers)[1], (uint8_t)((*numbers)[1] >> 8), (uint8_t)((*numbers)[1] >> 16),
                                  (uint8_t)((*numbers)[1] >> 24)};
        put(a, bytes, (*numbers)[0]);
    }
}

static archive make_zip(const char *first, const char *second)
{
    const char *const names[] = {first, second};
    const uint32_t    count = second ? 2 : 1;
    archive           a = {.count = 0};
    uint32_t          offset[2], directory, i;

    for (i = 0; i < count; i++) {
        const uint32_t length = (uint32_t)strlen(names[i]);
        offset[i] = (uint32_t)a.count;
        put_numbers(&a, (const uint32_t[][2]){
                            {4, 0x04034b50}, {4, 20}, {4, 0}, {4, 0}, {4, 0}, {4, 0}, {2, 0}, {2, length}, {2, 0}, {0, 0}});
        put(&a, names[i], length);
    }
    directory = (uint32_t)a.count;
    for (i = 0; i < count; i++) {
        const uint32_t length = (uint32_t)strlen(names[i]);
        put_numbers(&a, (const uint32_t[][2]){{4, 0x02014b50},
                                              {4, 20},
                                              {4, 0},
                                              {4, 0},
                                              {4, 0},
                                              {4, 0},
                                              {4, 0},
                                              {2, length},
                                              {4, 0},
                                              {4, 0},
                                              {4, 0},
                                              {4, offset[i]},
                                              {0, 0}});
        put(&a, names[i], length);
    }
    put_numbers(&a, (const uint32_t[][2]){{4, 0x06054b50},
                                          {4, 0},
                                          {2, count},
                                          {2, count},
                                          {4, (uint32_t)a.count - directory},
                                          {4, directory},
                                          {2, 0},
                                          {0, 0}});
    return a;
}

static void assert_kind(const void *bytes, size_t count, const char *name)
{
    const mote_file_kind *kind = mote_file_kind_of(bytes, count);

    if (strcmp(kind->name, name) != 0)
        fail_msg("it is \"%s\", not \"%s\"", kind->name, name);
}

#define BYTES(text) text, sizeof(text) - 1

static void files_are_known_by_their_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t      count;
        const char *name;
    } files[] = {
        {BYTES(""), "empty"},
        {BYTES("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
         "a Git LFS pointer (the file itself was not fetched)"},
        {BYTES("\xef\xbb\xbf\n <!DOCTYPE HTML>\n"), "an HTML page (what a failed download leaves)"},
        {BYTES("<html lang=en>"), "an HTML page (what a failed download leaves)"},
        {BYTES("\xff\xfem\0o\0"), "text in UTF-16"},
        {BYTES("\xfe\xff\0m\0o"), "text in UTF-16"},
        {BYTES("\x1c\0\0\0TFL3\0\0\0\0"), "a TensorFlow Lite model"},
        {BYTES("\x89HDF\r\n\x1a\n"), "an HDF5 file, as Keras' .h5 are"},
        {BYTES("PK\3\4    "), "a zip archive"},
        {BYTES("GGUF\3\0\0\0"), "a GGUF model"},
        {BYTES("\x80\4\x95\1"), "a Python pickle, as PyTorch and scikit-learn write"},
        {BYTES("\2\0\0\0\0\0\0\0{}"), "a safetensors file, weights without a network"},
        {BYTES("\x08\1\x12\x80\1"), "a TensorFlow SavedModel"},
        {BYTES("\x08\x08\x12\7pytorch"), "an ONNX model"},
        {BYTES("\x08\7\x3a\x80\1"), "an ONNX model"},
        {BYTES("\x0a\x13\x0a\1x\x12\x0bPlaceholder\0\0\0"), "a TensorFlow graph (.pb)"},
        {BYTES("\x93NUMPY\1\0"), "a NumPy array (.npy)"},
        {BYTES("\0\0\x08\3\0\0\0\1"), "an IDX file"},
        {BYTES("\x89PNG\r\n\x1a\n"), "a PNG picture"},
        {BYTES("\x1f\x8b\x08"), "compressed with gzip"},
        {BYTES("\xfd"
               "7zXZ\0"),
         "compressed with xz"},
        {BYTES("\x7f"
               "ELF\1"),
         "an ELF file, a program or firmware"},
        {BYTES("MZ\x90\0"), "a program of Windows"},
        {BYTES("MZ,intensity\n1,2\n"), "a text"},
        {BYTES(":100000000C9434000C9446000C9446000C9446006A\n"), "firmware in Intel's hex format"},
        {BYTES("#include \"model.h\"\nalignas(8) const unsigned char g_model[] = {\n  0x1c, 0x00"),
         "C source with an array of bytes"},
        {BYTES("{\"cells\": [], \"nbformat\": 4}"), "a Jupyter notebook"},
        {BYTES("{\"modelTopology\": {}}"), "a TensorFlow.js model"},
        {BYTES("# a net\nimport tensorflow as tf\n"), "a Python program"},
        {BYTES("name: x\nmodel:\n  layers: []\n"), "a spec"},
        {BYTES("1,2,3\n"), "a text"},
        {BYTES("\1\2\3\4\5\6\7\x0e"), "of no kind that mote knows"},
    };
    size_t i, cut;

    (void)state;
    for (i = 0; i < sizeof files / sizeof *files; i++) {
        assert_kind(files[i].bytes, files[i].count, files[i].name);
        for (cut = 0; cut < files[i].count; cut++) /* nothing is read behind the end: the sanitizer looks */
            assert_non_null(mote_file_kind_of((const uint8_t *)memcpy((char[128]){0}, files[i].bytes, cut), cut)->name);
    }
}

static void archives_are_known_by_their_members(void **state)
{
    static const struct {
        const char *first, *second, *name;
    } archives[] = {
        {"config.json", "model.weights.h5", "a Keras model (.keras)"},
        {"metadata.json", "config.json", "a Keras model (.keras)"},
        {"x_train.npy", NULL, "a NumPy archive (.npz)"},
        {"net/data.pkl", "net/version", "a PyTorch model"},
        {"export/saved_model.pb", NULL, "a TensorFlow SavedModel in a zip archive"},
        {"model.tflite", NULL, "a zip archive with a .tflite in it"},
        {"notes.txt", NULL, "a zip archive"},
    };
    size_t i, cut;

    (void)state;
    for (i = 0; i < sizeof archives / sizeof *archives; i++) {
        const archive a = make_zip(archives[i].first, archives[i].second);
        assert_kind(a.bytes, a.count, archives[i].name);
        for (cut = 4; cut < a.count; cut++)
            assert_kind(a.bytes, cut, "a zip archive");
    }
}

static void what_was_wanted_decides_what_is_refused_and_advised(void **state)
{
    const uint8_t model[] = "\x1c\0\0\0TFL3", csv[] = "a,b\n1,2\n";
    mote_error    err = {0};

    (void)state;
    assert_int_equal(mote_file_kind_check(model, 8, MOTE_WANTED_MODEL, &err), MOTE_OK);
    assert_int_equal(mote_file_kind_check(csv, 8, MOTE_WANTED_DATA, &err), MOTE_OK);
    assert_int_equal(mote_file_kind_check(csv, 8, MOTE_WANTED_SPEC, &err), MOTE_OK); /* its reader says what is wrong */
    assert_int_equal(mote_file_kind_check(model, 8, MOTE_WANTED_SPEC, &err), MOTE_ERR_USAGE);
    assert_string_equal(err.text,
                        "this file is a TensorFlow Lite model, not a spec; `mote inspect`, `run` and `compile` take "
                        "models; a spec is a YAML file, as docs/SPEC.md describes it");
    mote_error_clear(&err);
    assert_int_equal(mote_file_kind_check(model, 8, MOTE_WANTED_DATA, &err), MOTE_ERR_UNSUPPORTED);
    mote_error_clear(&err);
    assert_int_equal(mote_file_kind_refuse(csv, 8, MOTE_WANTED_MODEL, &err), MOTE_ERR_UNSUPPORTED);
    assert_string_equal(err.text, "this file is a text, not a .tflite or .onnx model; models are read from .tflite, .onnx, "
                                  ".keras and .h5 files, and SavedModel folders");
}

static void a_folder_names_the_file_that_was_meant(void **state)
{
    static const struct {
        const char *member, *says;
    } folders[] = {
        {"saved_model.pb", "this is a folder with a TensorFlow SavedModel, not a .tflite or .onnx model; models are read"},
        {"model_int8.tflite", "this is a folder with results of `mote build`, not a .tflite or .onnx model; give its "
                              "model_int8.tflite or model.tflite"},
        {"model.tflite",
         "this is a folder with results of `mote build`, not a .tflite or .onnx model; give its model.tflite, or "
         "the quantized one beside it"},
        {"other", "this is a folder, not a .tflite or .onnx model; give the .tflite in it"},
    };
    const char *folder = "build/tests/kind";
    size_t      i;

    (void)state;
    for (i = 0; i < sizeof folders / sizeof *folders; i++) {
        mote_error err = {0};
        char       path[128];
        snprintf(path, sizeof path, "%s/%s", folder, folders[i].member);
        assert_int_equal(mote_remove_tree(folder, &err), MOTE_OK);
        assert_int_equal(mote_make_dirs(folder, &err), MOTE_OK);
        assert_int_equal(mote_file_write(path, "x", 1, &err), MOTE_OK);
        assert_int_equal(mote_folder_kind_refuse(folder, MOTE_WANTED_MODEL, &err), MOTE_ERR_UNSUPPORTED);
        if (strncmp(err.text, folders[i].says, strlen(folders[i].says)) != 0)
            fail_msg("it says \"%s\", not \"%s\"", err.text, folders[i].says);
        mote_error_clear(&err);
        mote_remove_tree(folder, &err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_known_by_their_bytes),
        cmocka_unit_test(archives_are_known_by_their_members),
        cmocka_unit_test(what_was_wanted_decides_what_is_refused_and_advised),
        cmocka_unit_test(a_folder_names_the_file_that_was_meant),
    };
    return cmocka_run_group_tests_name("kind", tests, NULL, NULL);
}
