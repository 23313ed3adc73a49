/* --memory NAME=BYTES,NAME=BYTES,NAME of commands that compile: kinds of memory, from fast to slow.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static mote_status fail(const char *text, mote_error *err)
{
    return mote_fail(
        err, MOTE_ERR_USAGE,
        "--memory %s: names with their bytes are expected, from fast to slow, as in dtcm=65536,sram=131072; the "
        "last may go without, and takes what is left",
        mote_show_string(text).text);
}

/* One of them, up to a comma: what comes behind it. */
static const char *read_region(cli_regions *out, const char *at)
{
    const size_t        length = strcspn(at, ","), name = strcspn(at, "=,");
    char               *end = NULL, *own = out->names[out->count];
    mote_memory_region *region = &out->regions[out->count++];

    snprintf(own, sizeof out->names[0], "%.*s", (int)(name < sizeof out->names[0] ? name : sizeof out->names[0] - 1), at);
    *region = (mote_memory_region){.name = own};
    if (name == length)
        return at + length;
    if (at[name + 1] >= '1' && at[name + 1] <= '9')
        region->bytes = (size_t)strtoull(at + name + 1, &end, 10);
    return end == at + length && region->bytes <= UINT32_MAX ? at + length : NULL;
}

mote_status cli_memory(const cli_args *args, cli_regions *out, mote_error *err)
{
    const char *text = cli_value(args, "memory"), *at = text;

    *out = (cli_regions){.count = 0};
    while (at) {
        if (out->count == MOTE_COMPILE_REGIONS_MAX)
            return mote_fail(err, MOTE_ERR_USAGE, "--memory %s: at most %d regions are possible",
                             mote_show_string(text).text, MOTE_COMPILE_REGIONS_MAX);
        at = read_region(out, at);
        if (!at)
            return fail(text, err);
        at = *at == ',' ? at + 1 : NULL;
    }
    return MOTE_OK;
}
