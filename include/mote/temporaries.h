/* What mote writes stands under a temporary name until it is whole. The names end in ".mote-tmp-" and ten letters or digits,
 * nobody can guess them, and each is locked (flock) by the process that writes it. They lie beside the output, and for a
 * compiler's and an emulator's work in $TMPDIR, or /tmp.
 *
 * A program that ends by a signal leaves them, unless it calls mote_cleanup_temporaries first; after SIGKILL nothing can.
 * So whoever writes into a folder next removes there what a dead process left: what it can lock has no living owner.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TEMPORARIES_H
#define MOTE_TEMPORARIES_H

#ifdef __cplusplus
extern "C" {
#endif

/* Removes all temporaries of this process: to be called by a program that is about to end while mote may be at work in other
 * threads. These stop at their next output, whole or temporary, and do not go on. Not for a signal handler: a handler
 * wakes a thread that calls it. src/cli/signals.c is an example. */
void mote_cleanup_temporaries(void);

#ifdef __cplusplus
}
#endif
#endif
