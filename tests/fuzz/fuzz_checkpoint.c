/* The index of a checkpoint, and its tensors; their data file is not there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "formats/tensorflow/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    mote_tf_checkpoint checkpoint = {.count = 0};
    mote_arena         arena = {.cap_bytes = FUZZ_MAX_BYTES};
    mote_error         err = {0};
    int32_t            i;

    if (mote_tf_checkpoint_read(&checkpoint, bytes, count, &arena, &err) == MOTE_OK)
        for (i = 0; i < checkpoint.count; i++) {
            mote_error_clear(&err);
            mote_tf_checkpoint_load(&checkpoint, &checkpoint.entries[i], &arena, &err);
        }
    mote_tf_checkpoint_close(&checkpoint);
    mote_arena_destroy(&arena);
    return 0;
}
