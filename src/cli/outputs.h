/* Printing what a model answered: classes, best first, where its outputs have names; else numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CLI_OUTPUTS_H
#define MOTE_CLI_OUTPUTS_H

#include "cli/cli.h"

/* names: of the samples, [count]; NULL: they are numbered. */
mote_status cli_print_outputs(const mote_samples *outputs, const mote_model *model, const char *const *names,
                              mote_error *err);
/* {"samples", "outputs": [{name, dtype, shape, values}], "classes": [[{label, probability or logit}]]}; NULL and err on
 * failure. */
json_t *cli_json_outputs(const mote_samples *outputs, const mote_model *model, mote_error *err);

#endif
