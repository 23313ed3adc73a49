/* A model's identity. SPDX-License-Identifier: Apache-2.0 */
#include "formats/identity.h"

#include "formats/tflite/tflite.h"
#include "runtime/link/frame.h"

/* A second view of the model: the writer only reads. Its description would be mote's version. */
static mote_model without_words(const mote_model *model)
{
    mote_model bare = *model;

    bare.name = "";
    bare.description = "identity";
    bare.recipe = (mote_recipe){0};
    bare.metadata = NULL;
    bare.metadata_count = 0;
    return bare;
}

mote_status mote_model_identity(uint32_t *out, const mote_model *model, mote_error *err)
{
    const mote_model bare = without_words(model);
    mote_text        file = {0};

    if (mote_tflite_write(&file, &bare, err) == MOTE_ERR_UNSUPPORTED)
        mote_error_clear(err);
    *out = ~mrt_link_crc(MRT_LINK_CRC_BEGIN, (const uint8_t *)file.bytes, (uint32_t)file.count);
    mote_text_free(&file);
    return err->code;
}
