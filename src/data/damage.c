/* SPDX-License-Identifier: Apache-2.0 */
#include "data/damage.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { NAMED_MAX = 20 };

/* A file that claims too much is damaged; one for which the memory is missing is not. */
bool mote_is_damage(const mote_error *failure)
{
    return failure->code == MOTE_ERR_FORMAT || failure->code == MOTE_ERR_UNSUPPORTED || failure->code == MOTE_ERR_IO ||
           failure->code == MOTE_ERR_LIMIT;
}

const char *mote_path_inside(const char *path, const char *folder)
{
    const size_t length = strlen(folder);

    return strncmp(path, folder, length) == 0 ? path + length + (path[length] == '/') : path;
}

void mote_damage_add(mote_damage *d, const char *folder, const char *path, mote_error *failure)
{
    const mote_shown name = mote_show_string(mote_path_inside(path, folder));
    const size_t     used = strlen(d->names);

    if (d->count++ == 0) {
        d->first_code = failure->code;
        memcpy(d->first, failure->text, sizeof d->first);
    }
    if (d->named < NAMED_MAX && used + strlen(name.text) + 3 < sizeof d->names) {
        snprintf(d->names + used, sizeof d->names - used, "%s%s", used > 0 ? ", " : "", name.text);
        d->named++;
    }
    mote_error_clear(failure);
}

/* "a/1.png, b/2.png and 7 more" */
static void show(const mote_damage *d, char *text, size_t text_bytes)
{
    if (d->named < d->count)
        snprintf(text, text_bytes, "%s%s%zu more", d->names, d->named > 0 ? " and " : "", d->count - d->named);
    else
        snprintf(text, text_bytes, "%s", d->names);
}

mote_status mote_damage_report(const mote_damage *d, mote_raw_set *raw, const char *folder, const char *noun, bool skip,
                               mote_error *err)
{
    char names[MOTE_DAMAGE_NAMES_BYTES + 32];

    if (d->count == 0)
        return MOTE_OK;
    show(d, names, sizeof names);
    if (skip)
        return mote_raw_note(raw, err, "%zu damaged %s%s %s left out: %s", d->count, noun, d->count == 1 ? "" : "s",
                             d->count == 1 ? "is" : "are", names);
    if (d->count == 1)
        return mote_fail(err, d->first_code, "%s; --skip-damaged, in a spec skip_damaged: true, leaves it out", d->first);
    return mote_fail(err, d->first_code,
                     "%s: %zu damaged %ss: %s; --skip-damaged, in a spec skip_damaged: true, leaves them out (%s)", folder,
                     d->count, noun, names, d->first);
}
