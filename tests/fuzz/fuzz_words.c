/* .npy files of text as labels. SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "data/array.h"
#include "data/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    mote_dataset_options options = {.max_bytes = FUZZ_MAX_BYTES};
    mote_raw_set         raw;
    mote_error           err = {0};

    mote_raw_set_init(&raw, &options);
    raw.split[MOTE_SPLIT_TRAIN].y_name[0] = "y";
    raw.split[MOTE_SPLIT_TRAIN].is_text[0] = true;
    if (mote_array_read_bytes(&raw.split[MOTE_SPLIT_TRAIN].y[0], bytes, count, mote_npy_read_text, FUZZ_MAX_BYTES, &err) ==
        MOTE_OK)
        mote_raw_label_words(&raw, &err);
    mote_raw_set_free(&raw);
    return 0;
}
