/* What the room's own sources know of a session. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LINK_SESSION_H
#define MOTE_LINK_SESSION_H

#include <mote/link.h>

const mote_link_options *mote_link_options_of(const mote_link *link);

#endif
