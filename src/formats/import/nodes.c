/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/import/nodes.h"

#include <string.h>

const mote_import_attribute *mote_import_attribute_find(const mote_import_node *node, const char *name)
{
    int32_t i;

    for (i = 0; i < node->attribute_count; i++)
        if (strcmp(node->attributes[i].name, name) == 0)
            return &node->attributes[i];
    return NULL;
}
