/* ONNX models: fuzz_model.h. What does not look like one is read as one all the same.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz_model.h"

#include "formats/onnx/onnx.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    fuzz_model(mote_onnx_read, bytes, count);
    return 0;
}
