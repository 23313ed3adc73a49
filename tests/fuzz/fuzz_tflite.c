/* .tflite: fuzz_model.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    fuzz_model(mote_model_read, bytes, count);
    return 0;
}
