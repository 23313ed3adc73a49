/* Standard output on which nothing that came from a file or a path steers the terminal: what commands print goes through one
 * stream that keeps UTF-8, line ends and tabs, and writes other control characters and stray bytes as \xNN, as messages do
 * (base/text.h). One stream instead of a call around each name: no printf can be forgotten.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

enum { CHARACTER_BYTES = 4 };

/* The beginning of a character whose rest comes with the next bytes. */
static char   waiting[CHARACTER_BYTES];
static size_t waiting_count;

static bool write_all(const char *bytes, size_t count)
{
    while (count > 0) {
        const ssize_t done = write(STDOUT_FILENO, bytes, count);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        bytes += done;
        count -= (size_t)done;
    }
    return true;
}

/* How many bytes at the end are a character's beginning only. */
static size_t count_unfinished(const char *bytes, size_t count)
{
    size_t back;

    for (back = 1; back < CHARACTER_BYTES && back <= count; back++) {
        const unsigned char c = (unsigned char)bytes[count - back];
        if (c >= 0xc0)
            return back < (c >= 0xf0 ? 4u : c >= 0xe0 ? 3u : 2u) ? back : 0;
        if (c < 0x80)
            return 0;
    }
    return 0;
}

static bool write_escaped(const char *bytes, size_t count)
{
    mote_text shown = {0};
    bool      is_good;

    mote_text_add_escaped(&shown, bytes, count);
    if (shown.failed)
        errno = ENOMEM;
    is_good = !shown.failed && write_all(shown.bytes ? shown.bytes : "", shown.count);
    mote_text_free(&shown);
    return is_good;
}

static ssize_t write_through(void *unused, const char *bytes, size_t count)
{
    mote_text text = {0};
    size_t    unfinished;
    bool      is_good;

    (void)unused;
    mote_text_add(&text, waiting, waiting_count);
    mote_text_add(&text, bytes, count);
    if (text.failed) {
        errno = ENOMEM;
        return 0;
    }
    unfinished = count_unfinished(text.bytes, text.count);
    is_good = write_escaped(text.bytes, text.count - unfinished);
    memcpy(waiting, text.bytes + text.count - unfinished, unfinished);
    waiting_count = unfinished;
    mote_text_free(&text);
    return is_good ? (ssize_t)count : 0;
}

void cli_escape_stdout(void)
{
    FILE *escaped = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_through});

    if (!escaped) /* no memory: the first command that needs some will say so */
        return;
    setvbuf(escaped, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFSIZ);
    stdout = escaped;
}
