/* Specs: read, and built where the network is small. SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "build/spec.h"

enum { PARAMETERS_MAX = 4096 };

/* libfyaml 0.7.12 loses up to 1 KiB once a parse on texts of many quotes; ours must not be lost. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml";
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    mote_spec  *spec;
    mote_model *model;
    mote_error  err = {0};

    if (mote_spec_parse(&spec, "fuzz.yaml", (const char *)bytes, count, &err) != MOTE_OK)
        return 0;
    spec->max_parameters = PARAMETERS_MAX;
    if (mote_spec_build_model(&model, spec, NULL, &err) == MOTE_OK)
        mote_model_destroy(model);
    mote_spec_destroy(spec);
    return 0;
}
