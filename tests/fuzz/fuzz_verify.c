/* mote verify: whatever the bytes are, an answer of bounded length; and for mote itself errors just where mote reads no
 * model. The first byte says for which engine; it is not part of the file. SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdlib.h>

#include <mote/verify.h>

#include "formats/formats.h"

/* A claim that does not hold is a finding. */
static void claim(int holds)
{
    if (!holds)
        abort();
}

static void check_with_reader(const mote_verification *found, const uint8_t *bytes, size_t count)
{
    mote_error  err = {0};
    mote_model *model;

    if (mote_model_read(&model, bytes, count, NULL, &err) != MOTE_OK)
        claim(found->errors > 0);
    mote_model_destroy(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    const mote_engine  engine = (mote_engine)(count % MOTE_ENGINE_COUNT);
    mote_error         err = {0};
    mote_verification *found;
    int32_t            i;

    if (mote_verify_bytes(&found, bytes, count, engine, &err) != MOTE_OK) {
        claim(err.code == MOTE_ERR_UNSUPPORTED && err.text[0] != '\0');
        return 0;
    }
    for (i = 0; i < found->count; i++)
        claim(found->findings[i].reason[0] != '\0' && found->findings[i].advice[0] != '\0');
    claim(found->errors + found->warnings + found->notes == found->count + found->left_out);
    if (engine == MOTE_ENGINE_MOTE)
        check_with_reader(found, bytes, count);
    mote_verification_destroy(found);
    return 0;
}
