/* SavedModels' graphs (saved_model.pb): fuzz_model.h. There is no checkpoint, so that corpora keep their weights as
 * constants. SPDX-License-Identifier: Apache-2.0 */
#include "fuzz_model.h"

#include "formats/tensorflow/tensorflow.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    fuzz_model(mote_saved_model_read, bytes, count);
    fuzz_model(mote_graph_def_read, bytes, count);
    return 0;
}
