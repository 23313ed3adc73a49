/* What the engine says to the whole file, where the engine is mote's own: it is asked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "emit/emit.h"
#include "formats/tflite/tflite.h"
#include "lower/lower.h"
#include "plan/plan.h"
#include "verify/verifier.h"

static mote_status lower(const mote_model *model, mote_error *err)
{
    mote_program *program;

    MOTE_TRY(mote_lower(&program, model, &mote_target_host, err));
    mote_plan(program, NULL, err);
    mote_program_destroy(program);
    return err->code;
}

static mote_status ask(const mote_verifier *v, mote_error *err)
{
    const mote_compile_options options = {.file = v->file.bytes, .file_bytes = v->file.count};
    mote_model                *model;

    MOTE_TRY(mote_tflite_read(&model, v->file.bytes, v->file.count, 0, err));
    if (v->engine == MOTE_ENGINE_MOTE)
        lower(model, err);
    else
        mote_compile_check(model, v->engine == MOTE_ENGINE_INTERPRETER, &options, err);
    mote_model_destroy(model);
    return err->code;
}

/* What was found wrong does not keep mote from running it: it does not look there. */
static void excuse(mote_verification *out)
{
    mote_finding *findings = (mote_finding *)out->findings;
    int32_t       i;

    for (i = 0; i < out->count; i++)
        if (findings[i].severity == MOTE_SEVERITY_ERROR)
            findings[i].severity = MOTE_SEVERITY_WARNING;
    out->warnings += out->errors;
    out->errors = 0;
}

/* "a dynamic-range file: ..." is what formats/tflite/lacks.c says where it knows how the file came about. */
static bool tells_kind(const mote_verifier *v, const mote_error *err)
{
    return v->told[MOTE_FINDING_TYPES] > 0 && err->code == MOTE_ERR_UNSUPPORTED && err->text[0] == 'a';
}

void mote_verify_whole(mote_verifier *v)
{
    mote_error err = {0};

    if (!mote_engine_is_own(v->engine) || v->err->code != MOTE_OK)
        return;
    if (ask(v, &err) == MOTE_OK)
        excuse(v->out);
    else if (err.code == MOTE_ERR_MEMORY)
        mote_fail_if_memory(v->err, &err);
    else if (v->out->errors == 0)
        mote_tell(v, MOTE_FINDING_ENGINE, mote_spot_model(NULL), "%s", err.text);
    else if (tells_kind(v, &err))
        mote_tell(v, MOTE_FINDING_FILE_KIND, mote_spot_model(NULL), "%s", err.text);
}
