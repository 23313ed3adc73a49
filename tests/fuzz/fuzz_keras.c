/* .keras and .h5 of Keras: read, as trained and as they run; what is read can be written.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdlib.h>

#include "formats/formats.h"
#include "formats/keras/keras.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    mote_load_options options = {.memory_bytes = FUZZ_MAX_BYTES};
    mote_model       *model;
    mote_text         text = {0};
    mote_error        err = {0};

    if (!mote_is_keras(bytes, count))
        return 0;
    if (mote_keras_read(&model, bytes, count, &options, &err) != MOTE_OK) {
        if (err.code == MOTE_OK || err.text[0] == '\0' || model)
            abort();
        return 0;
    }
    mote_tflite_write(&text, model, &err);
    mote_text_free(&text);
    mote_model_destroy(model);
    return 0;
}
