/* SPDX-License-Identifier: Apache-2.0 */
#include "base/kind.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"

enum { SAFETENSORS_HEADER_MAX = 100000000 }; /* the format's own limit */

static const char *const wanted_names[MOTE_WANTED_COUNT] = {"a .tflite or .onnx model", "a spec", "a data set",
                                                            "a .tflite model"};

/* What is wanted, in general: where a kind has nothing better to advise. */
#define MODELS "models are read from .tflite, .onnx, .keras and .h5 files, and SavedModel folders"
#define SPECS  "a spec is a YAML file, as docs/SPEC.md describes it"
#define SETS   "data sets are .npz, .npy, .csv or IDX files, or folders"

#define CONVERT_KERAS "convert it in TensorFlow: tf.lite.TFLiteConverter.from_keras_model(model).convert()"
#define CONVERT_TORCH "export the model to ONNX: torch.onnx.export(model, example, \"model.onnx\")"
#define UNPACK        "unpack it, and give the file that is in it"
#define DOWNLOAD      "download the file itself"
#define PULL          "get the file itself with `git lfs pull`"
#define ALL(advice)                                                                                                         \
    {                                                                                                                       \
        advice, advice, advice, advice                                                                                      \
    }
#define A_MODEL(convert)                                                                                                    \
    {                                                                                                                       \
        convert, SPECS, SETS, convert                                                                                       \
    }

/* ---- looking at bytes ---- */

typedef struct view {
    const uint8_t *bytes;
    size_t         count;
} view;

static bool has_at(view file, size_t offset, const char *magic, size_t count)
{
    return file.count >= offset + count && memcmp(file.bytes + offset, magic, count) == 0;
}

static uint32_t load(view file, size_t offset, int bytes)
{
    uint32_t value = 0;
    int      i;

    for (i = bytes - 1; i >= 0; i--)
        value = value << 8 | file.bytes[offset + (size_t)i];
    return value;
}

/* Where the word stands, case ignored; NULL where it does not, within the start. */
static const uint8_t *find_word(view file, const char *word)
{
    const size_t length = strlen(word), end = file.count < MOTE_START_BYTES ? file.count : MOTE_START_BYTES;
    size_t       i, k;

    for (i = 0; i + length <= end; i++) {
        for (k = 0; k < length && tolower(file.bytes[i + k]) == word[k]; k++)
            ;
        if (k == length)
            return file.bytes + i;
    }
    return NULL;
}

static bool begins_line(view file, const char *word)
{
    const uint8_t *at = find_word(file, word);

    return at && (at == file.bytes || at[-1] == '\n');
}

/* Behind white space and a byte order mark. */
static bool begins_with_word(view file, const char *word)
{
    size_t i = has_at(file, 0, "\xef\xbb\xbf", 3) ? 3 : 0;

    while (i < file.count && isspace(file.bytes[i]))
        i++;
    return find_word(file, word) == file.bytes + i;
}

static bool is_text(view file)
{
    const size_t end = file.count < MOTE_START_BYTES ? file.count : MOTE_START_BYTES;
    size_t       i;

    for (i = 0; i < end; i++)
        if (file.bytes[i] < 0x20 && !isspace(file.bytes[i]))
            return false;
    return true;
}

/* ---- kinds that take more than a look at a few bytes ---- */

static bool is_empty(view file)
{
    return file.count == 0;
}

static bool is_html(view file)
{
    return begins_with_word(file, "<!doctype html") || begins_with_word(file, "<html");
}

/* The header's length, then the header. Of a long file perhaps only the start is there. */
static bool is_safetensors(view file)
{
    const size_t most = file.count < MOTE_START_BYTES ? file.count - 8 : SAFETENSORS_HEADER_MAX;

    return file.count > 9 && load(file, 4, 4) == 0 && load(file, 0, 4) <= most && file.bytes[8] == '{';
}

/* A version, then sub-messages; in ONNX the producer's name, which is text. */
static bool is_saved_model(view file)
{
    return has_at(file, 0, "\x08\x01\x12", 3) && file.count > 3;
}

static bool is_onnx(view file)
{
    static const uint8_t tags[] = {0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42};

    if (file.count < 5 || file.bytes[0] != 0x08 || file.bytes[1] == 0 || file.bytes[1] > 32)
        return false;
    if (file.bytes[2] == 0x12)
        return isprint(file.bytes[4]);
    return memchr(tags, file.bytes[2], sizeof tags) != NULL;
}

/* A list of nodes, each with its name first. */
static bool is_graph_def(view file)
{
    size_t at = 1;

    if (file.count < 16 || file.bytes[0] != 0x0a)
        return false;
    while (at < 6 && file.bytes[at] & 0x80)
        at++;
    return file.bytes[at + 1] == 0x0a && isprint(file.bytes[at + 3]) && !is_text(file);
}

static bool is_pickle(view file)
{
    return file.count > 2 && file.bytes[0] == 0x80 && file.bytes[1] >= 2 && file.bytes[1] <= 5;
}

static bool is_idx(view file)
{
    return file.count >= 8 && load(file, 0, 2) == 0 && file.bytes[2] >= 8 && file.bytes[2] <= 14 && file.bytes[3] >= 1 &&
           file.bytes[3] <= 8;
}

/* Text may begin with the same two letters. */
static bool is_windows_program(view file)
{
    return has_at(file, 0, "MZ", 2) && !is_text(file);
}

static bool is_intel_hex(view file)
{
    size_t i;

    for (i = 1; i < 11 && i < file.count && isxdigit(file.bytes[i]); i++)
        ;
    return i == 11 && file.bytes[0] == ':' && is_text(file);
}

/* As xxd -i, TensorFlow's and Arduino's examples have models. */
static bool is_c_array(view file)
{
    return is_text(file) && find_word(file, "[]") && find_word(file, "0x") &&
           (find_word(file, "unsigned char") || find_word(file, "uint8_t"));
}

static bool is_notebook(view file)
{
    return begins_with_word(file, "{") && (find_word(file, "\"nbformat\"") || find_word(file, "\"cells\""));
}

static bool is_tfjs(view file)
{
    return begins_with_word(file, "{") && (find_word(file, "\"modeltopology\"") || find_word(file, "\"graph-model\""));
}

static bool is_python(view file)
{
    return is_text(file) && (begins_line(file, "import ") || begins_line(file, "from tensorflow"));
}

static bool is_spec(view file)
{
    return is_text(file) && (begins_line(file, "model:") || begins_line(file, "data:") || begins_line(file, "train:"));
}

/* ---- zip archives, by the names in them ---- */

static bool name_matches(view name, const char *wanted)
{
    const size_t length = strlen(wanted);

    return name.count >= length && memcmp(name.bytes + name.count - length, wanted, length) == 0;
}

/* Whether a member's name ends so. The directory lies at the end, its own end record behind it. */
static bool has_member(view file, const char *wanted)
{
    const size_t end_bytes = 22, entry_bytes = 46;
    size_t       end, at, left;

    if (!has_at(file, 0, "PK\3\4", 4) || file.count < end_bytes)
        return false;
    for (end = file.count - end_bytes; end > 0 && end + 65535 + end_bytes > file.count; end--)
        if (has_at(file, end, "PK\5\6", 4))
            break;
    if (!has_at(file, end, "PK\5\6", 4))
        return false;
    at = load(file, end + 16, 4);
    for (left = load(file, end + 10, 2); left > 0 && at + entry_bytes <= end && has_at(file, at, "PK\1\2", 4); left--) {
        const size_t name = load(file, at + 28, 2);
        if (at + entry_bytes + name > end)
            return false;
        if (name_matches((view){file.bytes + at + entry_bytes, name}, wanted))
            return true;
        at += entry_bytes + name + load(file, at + 30, 2) + load(file, at + 32, 2);
    }
    return false;
}

static bool is_keras(view file)
{
    return has_member(file, "model.weights.h5") || (has_member(file, "config.json") && has_member(file, "metadata.json"));
}

static bool is_torch(view file)
{
    return has_member(file, "data.pkl");
}

static bool is_npz(view file)
{
    return has_member(file, ".npy");
}

static bool is_zipped_saved_model(view file)
{
    return has_member(file, "saved_model.pb");
}

static bool is_zipped_model(view file)
{
    return has_member(file, ".tflite");
}

/* ---- the table ---- */

typedef struct kind_row {
    mote_file_kind kind;
    const char    *magic; /* at offset; or NULL, and is_it looks */
    size_t         offset, count;
    bool (*is_it)(view file);
} kind_row;

#define A_KERAS_MODEL                                                                                                       \
    {                                                                                                                       \
        NULL, "`mote inspect`, `run` and `compile` take models; " SPECS, "give it as MODEL; " SETS                          \
    }
#define A_FOREIGN_MODEL                                                                                                     \
    {                                                                                                                       \
        NULL, "`mote inspect`, `run` and `convert` take models; " SPECS, "give it as MODEL; " SETS,                         \
            "`mote convert` makes one of it"                                                                                \
    }
#define MAGIC(offset, bytes) bytes, offset, sizeof(bytes) - 1, NULL
#define LOOK(function)       NULL, 0, 0, function

/* The first that fits counts: the special ones stand before the general ones. */
static const kind_row rows[] = {
    {{"empty", {"was it written to its end?", "was it written to its end?", NULL}}, LOOK(is_empty)},
    {{"a Git LFS pointer (the file itself was not fetched)", ALL(PULL)},
     MAGIC(0, "version https://git-lfs.github.com/spec/")},
    {{"an HTML page (what a failed download leaves)", ALL(DOWNLOAD)}, LOOK(is_html)},
    {{"text in UTF-16", {"save it as UTF-8", "save it as UTF-8", NULL}}, MAGIC(0, "\xff\xfe")},
    {{"text in UTF-16", {"save it as UTF-8", "save it as UTF-8", NULL}}, MAGIC(0, "\xfe\xff")},
    {{"a TensorFlow Lite model",
      {NULL, "`mote inspect`, `run` and `compile` take models; " SPECS, "give it as MODEL; " SETS}},
     MAGIC(4, "TFL3")},
    {{"a Keras model (.keras)", A_KERAS_MODEL}, LOOK(is_keras)},
    {{"an HDF5 file, as Keras' .h5 are", A_KERAS_MODEL}, MAGIC(0, "\x89HDF\r\n\x1a\n")},
    {{"a PyTorch model", A_MODEL(CONVERT_TORCH)}, LOOK(is_torch)},
    {{"a Python pickle, as PyTorch and scikit-learn write", A_MODEL(CONVERT_TORCH)}, LOOK(is_pickle)},
    {{"a TensorFlow SavedModel in a zip archive", {"unpack it, and give the folder", SPECS, SETS}},
     LOOK(is_zipped_saved_model)},
    {{"a zip archive with a .tflite in it", {UNPACK, SPECS, SETS}}, LOOK(is_zipped_model)},
    {{"a NumPy archive (.npz)", {MODELS, SPECS, NULL}}, LOOK(is_npz)},
    {{"a zip archive", {UNPACK "; " MODELS, SPECS, NULL}}, MAGIC(0, "PK\3\4")},
    {{"a GGUF model", A_MODEL("it is made for llama.cpp; " MODELS)}, MAGIC(0, "GGUF")},
    {{"a safetensors file, weights without a network", A_MODEL(CONVERT_TORCH)}, LOOK(is_safetensors)},
    {{MOTE_KIND_SAVED_MODEL, A_FOREIGN_MODEL}, LOOK(is_saved_model)},
    {{MOTE_KIND_ONNX, A_FOREIGN_MODEL}, LOOK(is_onnx)},
    {{MOTE_KIND_GRAPH_DEF, A_FOREIGN_MODEL}, LOOK(is_graph_def)},
    {{"a NumPy array (.npy)", {MODELS, SPECS, NULL}}, MAGIC(0, "\x93NUMPY")},
    {{"a PNG picture", {MODELS, SPECS, "data sets of pictures are folders, one a class"}}, MAGIC(0, "\x89PNG\r\n\x1a\n")},
    {{"a JPEG picture", {MODELS, SPECS, "data sets of pictures are folders, one a class"}}, MAGIC(0, "\xff\xd8\xff")},
    {{"a GIF picture", {MODELS, SPECS, "data sets of pictures are folders, one a class"}}, MAGIC(0, "GIF8")},
    {{"a WebP picture", {MODELS, SPECS, "data sets of pictures are folders, one a class"}}, MAGIC(8, "WEBPVP8")},
    {{"a WAV sound", {MODELS, SPECS, "data sets of sounds are folders, one a class"}}, MAGIC(8, "WAVEfmt ")},
    {{"an IDX file", {MODELS, SPECS, NULL}}, LOOK(is_idx)},
    {{"compressed with gzip", {UNPACK, UNPACK, NULL}}, MAGIC(0, "\x1f\x8b")},
    {{"compressed with xz", ALL(UNPACK)},
     MAGIC(0, "\xfd"
              "7zXZ")},
    {{"compressed with bzip2", ALL(UNPACK)}, MAGIC(0, "BZh")},
    {{"compressed with zstd", ALL(UNPACK)}, MAGIC(0, "\x28\xb5\x2f\xfd")},
    {{"a 7z archive", ALL(UNPACK)}, MAGIC(0, "7z\xbc\xaf")},
    {{"a tar archive", ALL(UNPACK)}, MAGIC(257, "ustar")},
    {{"an ELF file, a program or firmware", ALL("give the .tflite, spec or data that it was made of")},
     MAGIC(0, "\x7f"
              "ELF")},
    {{"a program of Windows", ALL("give the .tflite, spec or data that it was made of")}, LOOK(is_windows_program)},
    {{"firmware (UF2)", ALL("give the .tflite, spec or data that it was made of")}, MAGIC(0, "UF2\n")},
    {{"firmware in Intel's hex format", ALL("give the .tflite, spec or data that it was made of")}, LOOK(is_intel_hex)},
    {{"C source with an array of bytes", {"give the .tflite that it was made of", SPECS, SETS}}, LOOK(is_c_array)},
    {{"a Jupyter notebook", {"run it, and give the .tflite that it writes", SPECS, SETS}}, LOOK(is_notebook)},
    {{"a TensorFlow.js model", A_MODEL("convert the model that it was made of to .tflite")}, LOOK(is_tfjs)},
    {{"a Python program", {"run it, and give the .tflite that it writes", NULL, NULL}}, LOOK(is_python)},
    {{"a spec", {"`mote build` makes a model of it", NULL, NULL}}, LOOK(is_spec)},
    {{"a text", {MODELS, NULL, NULL}}, LOOK(is_text)},
};

static bool fits(const kind_row *row, view file)
{
    return row->magic ? has_at(file, row->offset, row->magic, row->count) : row->is_it(file);
}

const mote_file_kind *mote_file_kind_of(const uint8_t *bytes, size_t count)
{
    static const mote_file_kind unknown = {"of no kind that mote knows", {MODELS, NULL, NULL}};
    size_t                      i;

    for (i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fits(&rows[i], (view){bytes, count}))
            return &rows[i].kind;
    return &unknown;
}

static mote_status refuse(const char *what, const char *name, mote_wanted wanted, const char *advice, mote_error *err)
{
    static const char *const general[MOTE_WANTED_COUNT] = {MODELS, SPECS, SETS, "`mote convert` writes .tflite files"};

    return mote_fail(err, wanted == MOTE_WANTED_SPEC ? MOTE_ERR_USAGE : MOTE_ERR_UNSUPPORTED, "%s is %s, not %s; %s", what,
                     name, wanted_names[wanted], advice ? advice : general[wanted]);
}

mote_status mote_file_kind_check(const uint8_t *bytes, size_t count, mote_wanted wanted, mote_error *err)
{
    const mote_file_kind *kind = mote_file_kind_of(bytes, count);

    return kind->advice[wanted] ? refuse("this file", kind->name, wanted, kind->advice[wanted], err) : MOTE_OK;
}

mote_status mote_file_kind_refuse(const uint8_t *bytes, size_t count, mote_wanted wanted, mote_error *err)
{
    const mote_file_kind *kind = mote_file_kind_of(bytes, count);

    return refuse("this file", kind->name, wanted, kind->advice[wanted], err);
}

/* ---- folders ---- */

/* By a file in it; the first that is there counts. */
static const struct {
    const char *member, *name, *advice[MOTE_WANTED_COUNT];
} folders[] = {
    {"saved_model.pb", "a folder with a TensorFlow SavedModel", A_FOREIGN_MODEL},
    {"model_int8.tflite",
     "a folder with results of `mote build`",
     {"give its model_int8.tflite or model.tflite", "give the spec that it was built from", SETS}},
    {"model.tflite",
     "a folder with results of `mote build`",
     {"give its model.tflite, or the quantized one beside it", "give the spec that it was built from", SETS}},
    {"mote_runtime", "a folder with compiled code", {"give the .tflite that it was compiled from", SPECS, SETS}},
    {"keras_metadata.pb", "a folder with a Keras model", A_MODEL(CONVERT_KERAS)},
    {"model.json", "a folder with a TensorFlow.js model", A_MODEL("convert the model that it was made of to .tflite")},
    {"", "a folder", {"give the .tflite in it", "give the .yaml in it", SETS}},
};

mote_status mote_folder_kind_refuse(const char *path, mote_wanted wanted, mote_error *err)
{
    mote_arena arena = {0};
    size_t     i;

    for (i = 0; i + 1 < sizeof folders / sizeof *folders; i++) {
        const char *member = mote_path_join(&arena, path, folders[i].member, err);
        if (!member || mote_path_exists(member))
            break;
    }
    mote_arena_destroy(&arena);
    MOTE_TRY(err->code);
    return refuse("this", folders[i].name, wanted, folders[i].advice[wanted], err);
}
