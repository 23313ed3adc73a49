/* Running models in tests, where none may fail.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_RUNNING_H
#define MOTE_TESTS_RUNNING_H

#include <stdio.h>
#include <stdlib.h>

#include <mote/run.h>

static inline void invoke_model(mote_runner *runner)
{
    mote_error err = {0};

    if (mote_runner_invoke(runner, &err) == MOTE_OK)
        return;
    fprintf(stderr, "mote_runner_invoke: %s\n", err.text);
    abort();
}

#endif
