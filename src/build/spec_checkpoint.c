/* train: checkpoint. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "build/spec.h"

typedef struct unit_row {
    const char *one, *many;
    double      seconds; /* 0: epochs or steps */
} unit_row;

static const unit_row units[] = {
    {"epoch", "epochs", 0},    {"step", "steps", 0},       {"second", "seconds", 1},
    {"minute", "minutes", 60}, {"hour", "hours", 60 * 60},
};

enum { UNIT_COUNT = sizeof units / sizeof *units, NUMBER_MAX = 1000000000 };

static const char expected[] = "how often is expected, as in 1 epoch, 500 steps, 10 minutes; or none";

static const unit_row *find_unit(const char *word)
{
    int i;

    for (i = 0; i < UNIT_COUNT; i++)
        if (strcmp(word, units[i].one) == 0 || strcmp(word, units[i].many) == 0)
            return &units[i];
    return NULL;
}

/* "10 minutes", "epoch" */
static mote_status read_often(mote_train_checkpoint *checkpoint, const mote_yaml_reader *reader, const mote_yaml *node)
{
    const unit_row *unit;
    const char     *word;
    char           *end;
    long            number = 1;

    if (node->kind != MOTE_YAML_TEXT)
        return mote_yaml_fail(reader, node->line, "train: checkpoint: %s", expected);
    if ((checkpoint->is_off = strcmp(node->text, "none") == 0))
        return MOTE_OK;
    word = node->text;
    if (*word >= '0' && *word <= '9') {
        number = strtol(word, &end, 10);
        word = end + strspn(end, " ");
    }
    if (!(unit = find_unit(word)))
        return mote_yaml_fail(reader, node->line, "train: checkpoint: \"%s\"; %s", mote_show_string(node->text).text,
                              expected);
    if (number < 1 || number > NUMBER_MAX)
        return mote_yaml_fail(reader, node->line, "train: checkpoint: every %ld %s; 1 to %d are possible", number,
                              unit->many, (int)NUMBER_MAX);
    if (unit->seconds > 0)
        checkpoint->every_seconds = (double)number * unit->seconds;
    else if (unit == &units[0])
        checkpoint->every_epochs = (int32_t)number;
    else
        checkpoint->every_steps = number;
    return MOTE_OK;
}

/* checkpoint: 10 minutes, or checkpoint: {every: 10 minutes} */
mote_status mote_spec_read_checkpoint(mote_spec *spec, const mote_yaml_reader *reader, const mote_yaml *train)
{
    static const mote_key    no_keys[] = {{0}};
    static const char *const others[] = {"every", NULL};
    const mote_yaml         *node = mote_yaml_find(train, "checkpoint");
    mote_train_checkpoint   *checkpoint;

    if (!node || mote_yaml_is_null(node))
        return MOTE_OK;
    checkpoint = MOTE_NEW(reader->arena, mote_train_checkpoint, 1, reader->err);
    if (!checkpoint)
        return reader->err->code;
    spec->train.checkpoint = checkpoint;
    if (node->kind != MOTE_YAML_MAP)
        return read_often(checkpoint, reader, node);
    MOTE_TRY(mote_keys_read(reader, node, &(mote_keys_place){"checkpoint", no_keys, others}, checkpoint));
    if (!mote_yaml_find(node, "every") || mote_yaml_is_null(mote_yaml_find(node, "every")))
        return mote_yaml_fail(reader, node->line, "train: checkpoint: %s", expected);
    return read_often(checkpoint, reader, mote_yaml_find(node, "every"));
}
