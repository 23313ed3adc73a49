/* Included before a model's source where its steps are watched: each tells that it begins, and the operators' names lie in a
 * section that the host reads from the object file; no firmware has them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_HOOK_H
#define MOTE_HOOK_H

#include <stdint.h>

void harness_mark(uint16_t step);

#define MRT_STEP(step) harness_mark(step)

/* Lines; the name last, because anything may be in it. */
#define MRT_LAYER(step, op, shape, macs, name)                                                                              \
    static const char mote_layer_##step[] __attribute__((section(".mote_layers"), used)) =                                  \
        #step "\n" op "\n" shape "\n" #macs "\n" name;

#endif
