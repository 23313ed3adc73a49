/* CSV tables, up to the data set: the first byte chooses options, and a text that begins with "a," or "size," has a column
 * of categories. SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <string.h>

#include "data/raw.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const char *const names[] = {"b", "species"}, *const categories[] = {"colour"};
    mote_dataset_options options = {.max_bytes = FUZZ_MAX_BYTES};
    mote_raw_set         raw;
    mote_dataset        *set = NULL;
    mote_error           err = {0};

    if (count == 0)
        return 0;
    options.target_count = bytes[0] & 3;
    options.targets = (mote_target_kind)(bytes[0] >> 2 & 3);
    options.target_names = bytes[0] & 16 ? names : NULL;
    if (options.target_names && options.target_count > 2)
        options.target_count = 2;
    options.standardize = bytes[0] & 32 ? MOTE_STANDARDIZE_CHANNELS : MOTE_STANDARDIZE_NONE;
    options.header = bytes[0] & 128 ? MOTE_HEADER_YES : MOTE_HEADER_AUTO;
    options.test_split = bytes[0] & 64 ? 0.3 : 0;
    if (count > 6 && (memcmp(bytes + 1, "a,", 2) == 0 || memcmp(bytes + 1, "size,", 5) == 0)) {
        options.categories = categories;
        options.category_count = 1;
        options.stratify = options.targets == MOTE_TARGETS_CLASSES;
    }
    mote_raw_set_init(&raw, &options);
    if (mote_raw_read_csv_bytes(&raw, bytes + 1, count - 1, "fuzz.csv", &options, &err) == MOTE_OK)
        mote_dataset_assemble(&set, &raw, &options, &err);
    else
        mote_raw_set_free(&raw);
    mote_dataset_destroy(set);
    return 0;
}
