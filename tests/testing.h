/* cmocka and what it needs before it. Tests run from the top of the source tree and write below build/tests.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTING_H
#define MOTE_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The one rule for a test that lacks a compiler, an emulator or a library, as tests/tools.sh is for scripts: it says so, and
 * in CI, where all are installed, that is a failure: a check that did not run is no check. */
static inline void tell_untested(const char *with, const char *why)
{
    const char *ci = getenv("CI");

    print_message("NOT TESTED with %s: %s\n", with, why);
    if (ci && strcmp(ci, "true") == 0)
        fail_msg("CI must have %s: %s", with, why);
}

static inline bool has_tool(const char *name)
{
    char command[200];

    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", name);
    if (system(command) == 0)
        return true;
    tell_untested(name, "it is not installed");
    return false;
}

#endif
