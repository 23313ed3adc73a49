/* Pictures of a folder (class_folders.h) -> raw arrays. All of a set become one uint8 array [count, height, width,
 * channels]. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "data/array.h"
#include "data/class_folders.h"
#include "data/damage.h"
#include "data/decoder.h"
#include "data/image.h"
#include "data/raw.h"

typedef struct image_set {
    const char                 *path; /* of the folder of class folders */
    const mote_dataset_options *options;
    mote_raw_set               *raw;
    mote_raw_split             *split;
    mote_walk                   walk;
    const size_t               *class_ends; /* [class_count]: places in the walk's pictures */
    size_t                      class_count;
    mote_decoder               *decoder;
    size_t                      done;
    const char                 *first_image; /* whose size all must have */
    mote_damage                 damage;
} image_set;

/* ---- one image after the other ---- */

static void begin(mote_raw_set *raw, const char *source, const mote_dataset_options *options)
{
    raw->source = source;
    raw->are_pictures = true;
    raw->exif_orientation = options->exif_orientation;
    raw->crop = options->crop.kind != MOTE_CROP_NONE ? options->crop : options->known_crop;
}

static mote_status allocate_set(image_set *set, const mote_array *first, size_t count, mote_error *err)
{
    mote_raw_split *split = set->split;

    split->x[0] =
        (mote_array){.dtype = MOTE_U8, .rank = 4, .dim = {(int64_t)count, first->dim[0], first->dim[1], first->dim[2]}};
    MOTE_TRY(mote_raw_make_room(set->raw, split, 0, err));
    if (set->class_count == 0)
        return MOTE_OK;
    split->y[0] = (mote_array){.dtype = MOTE_I32, .rank = 1, .dim = {(int64_t)count}};
    MOTE_TRY(mote_array_allocate(&split->y[0], set->raw->max_bytes, err));
    mote_raw_set_spend(set->raw, &split->y[0]);
    return MOTE_OK;
}

static mote_status check_same_size(const image_set *set, const mote_array *image, const char *path, mote_error *err)
{
    const int64_t *all = set->split->x[0].dim + 1;
    char           a[MOTE_SHAPE_TEXT], b[MOTE_SHAPE_TEXT];

    if (memcmp(image->dim, all, 3 * sizeof *all) == 0)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_FORMAT,
                     "%s: is %s (height, width, channels), but %s is %s; ask for one %s: --image %dx%dx%d, "
                     "in a spec image: [%d, %d, %d]",
                     path, mote_array_shape_text(image, a, sizeof a), set->first_image, mote_dim_text(3, all, b, sizeof b),
                     memcmp(image->dim, all, 2 * sizeof *all) == 0 ? "number of channels" : "image size", (int)all[0],
                     (int)all[1], (int)all[2], (int)all[0], (int)all[1], (int)all[2]);
}

static mote_status add_image(image_set *set, const char *path, size_t total, int32_t label, mote_error *err)
{
    mote_raw_split *split = set->split;
    mote_array      image;
    mote_error      failure = {0};

    if (mote_decoder_next(set->decoder, &image, &failure) != MOTE_OK) {
        if (!mote_is_damage(&failure))
            return mote_fail(err, failure.code, "%s", failure.text);
        mote_damage_add(&set->damage, set->path, path, &failure);
        return MOTE_OK;
    }
    if (!split->x[0].bytes) {
        set->first_image = mote_arena_strdup(&set->raw->arena, path, err);
        if (set->first_image)
            allocate_set(set, &image, total, err);
    }
    if (err->code == MOTE_OK && check_same_size(set, &image, path, err) == MOTE_OK &&
        mote_raw_put_sample(split, 0, set->done, image.bytes, err) == MOTE_OK) {
        if (split->y[0].bytes)
            ((int32_t *)split->y[0].bytes)[set->done] = label;
        split->names[set->done] = mote_arena_strdup(&set->raw->arena, path, err);
        set->done++;
    }
    mote_array_free(&image);
    return err->code;
}

/* Cameras and phones store what they see and say how they were held. */
static mote_status note_orientations(const image_set *set, mote_error *err)
{
    size_t turned = 0, i;

    if (set->raw->exif_orientation)
        return MOTE_OK;
    for (i = 0; i < set->done; i++)
        turned += mote_image_orientation(set->split->names[i]) != 1;
    if (turned == 0)
        return MOTE_OK;
    return mote_raw_note(set->raw, err,
                         "%zu picture%s lie%s on a side, or mirrored, by EXIF's orientation, and %s taken as stored, as "
                         "TensorFlow does; --exif-orientation, in a spec exif_orientation: true, turns %s",
                         turned, turned == 1 ? "" : "s", turned == 1 ? "s" : "", turned == 1 ? "is" : "are",
                         turned == 1 ? "it" : "them");
}

static mote_status add_images(image_set *set, const char *const *paths, size_t total, mote_error *err)
{
    size_t label = 0, i;

    for (i = 0; i < total; i++) {
        while (label < set->class_count && i >= set->class_ends[label])
            label++;
        MOTE_TRY(add_image(set, paths[i], total, (int32_t)label, err));
    }
    return MOTE_OK;
}

static mote_status read_pictures(image_set *set, mote_error *err)
{
    const mote_image_options wanted = {.height = set->options->image_height,
                                       .width = set->options->image_width,
                                       .channels = set->options->image_channels,
                                       .crop = set->raw->crop,
                                       .exif_orientation = set->raw->exif_orientation};
    const char *const       *paths = (const char *const *)(const void *)set->walk.files.bytes;
    const size_t             total = set->walk.files.count / sizeof *paths;

    set->split->names = MOTE_NEW(&set->raw->arena, const char *, total, err);
    if (set->split->names && mote_decoder_create(&set->decoder, paths, total, &wanted, err) == MOTE_OK)
        add_images(set, paths, total, err);
    mote_decoder_destroy(set->decoder);
    MOTE_TRY(err->code);
    MOTE_TRY(mote_damage_report(&set->damage, set->raw, set->path, "picture", set->options->skip_damaged, err));
    if (set->done == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: none of its pictures can be read: %s", set->path,
                         set->damage.count > 0 ? set->damage.first : "none is " MOTE_IMAGE_KINDS);
    mote_array_cut(&set->split->x[0], set->done);
    mote_array_cut(&set->split->y[0], set->done);
    return note_orientations(set, err);
}

static mote_status read_files(mote_raw_set *raw, const mote_class_files *files, const mote_dataset_options *options,
                              mote_error *err)
{
    image_set set = {.path = files->path,
                     .options = options,
                     .raw = raw,
                     .split = &raw->split[files->split],
                     .walk = *files->walk,
                     .class_ends = files->class_ends,
                     .class_count = files->class_count};

    set.split->x_name[0] = set.split->y_name[0] = mote_split_name(files->split);
    return read_pictures(&set, err);
}

static bool is_foreign_name(const char *name)
{
    static const char *const endings[] = {".tif", ".tiff", ".heic", ".avif", ".ppm", ".pgm"};
    size_t                   i;

    for (i = 0; i < sizeof endings / sizeof *endings; i++)
        if (mote_path_has_suffix(name, endings[i]))
            return true;
    return false;
}

const mote_media mote_pictures = {.noun = "picture",
                                  .plural = "images",
                                  .kinds = MOTE_IMAGE_KINDS,
                                  .is_name = mote_is_image_name,
                                  .is_content = mote_is_image,
                                  .is_foreign_name = is_foreign_name,
                                  .read = read_files};

mote_status mote_raw_read_pictures(mote_raw_set *raw, const char *const *paths, size_t count,
                                   const mote_dataset_options *options, mote_error *err)
{
    mote_walk              walk = {0};
    const mote_class_files files = {.path = "the pictures given", .split = MOTE_SPLIT_TEST, .walk = &walk};

    begin(raw, "pictures", options);
    mote_text_add(&walk.files, (const char *)paths, count * sizeof *paths);
    if (mote_text_status(&walk.files, err) == MOTE_OK)
        read_files(raw, &files, options, err);
    mote_text_free(&walk.files);
    return err->code;
}

mote_status mote_raw_read_images(mote_raw_set *raw, const char *path, const mote_dataset_options *options, mote_error *err)
{
    begin(raw, "folder of images", options);
    return mote_class_folders_read(raw, path, &mote_pictures, options, err);
}
