/* What a program that runs foreign code may ask of the system: nothing that changes anything. No file is made, opened for
 * writing, renamed or removed; no socket, no further process, no signal to others. It reads files, computes, and writes to
 * what it was given. A filter of system calls (seccomp), which holds for ever and for all that the program becomes.
 *
 * Emulators run firmware that anybody may have written: what it cannot reach by design (no semihosting, no network, no disk)
 * a fault of the emulator must not open.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CHIPS_CONFINE_H
#define MOTE_CHIPS_CONFINE_H

/* Confines the calling process: for the time between fork and exec, so that it only makes system calls. 0, or an errno:
 * then nothing may be run. */
int mote_confine(void);

#endif
