/* Frames of the line between a board and the host: what both ends agree on. docs/SERIAL.md has the table.
 *
 *     0  4  magic: no text has it, and none of its bytes repeats, so that a beginning is never taken twice
 *     4  1  version
 *     5  1  command; of an answer the request's
 *     6  1  sequence: of an answer the request's, so that late answers are known for what they are
 *     7  1  status; 0 in requests
 *     8  4  length of the payload
 *    12  4  CRC-32 of bytes 0 .. 11, so that a length is never believed that was not sent
 *    16  .  payload
 *     .  4  CRC-32 of bytes 0 .. 11 and the payload
 *
 * All numbers are little-endian. The CRC is that of Ethernet and zlib.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_LINK_FRAME_H
#define MRT_LINK_FRAME_H

#include "../mrt.h"

enum {
    MRT_LINK_VERSION = 1,
    MRT_LINK_HEADER = 16,
    MRT_LINK_CHECKED = 12, /* bytes of the header that its CRC is of */
    MRT_LINK_CRC = 4,
    MRT_LINK_MAGIC = 4,
    MRT_LINK_HELLO_FIXED = 16, /* bytes of a hello before the sizes and the name */
    MRT_LINK_LAYER = 8,        /* bytes that a run tells of a layer: its step, the CRC-32 of its outputs */
    MRT_LINK_RUN_FIXED = 8     /* bytes of a run's answer before the outputs: microseconds, work done */
};

typedef enum mrt_link_command {
    MRT_LINK_HELLO = 1,     /* -> identity, work done, flags, counts, sizes, name */
    MRT_LINK_RESET = 2,     /* states to their first values */
    MRT_LINK_RUN = 3,       /* all inputs in a row -> microseconds, work done, all outputs in a row */
    MRT_LINK_RUN_LAYERS = 4 /* the same -> a step and a CRC-32 of what it gave, a layer each; then as RUN, without a time */
} mrt_link_command;

typedef enum mrt_link_status {
    MRT_LINK_OK = 0,
    MRT_LINK_RUNNING,         /* the request arrived whole; its answer follows when the model has run */
    MRT_LINK_DAMAGED,         /* its CRC is wrong: nothing was done */
    MRT_LINK_CUT,             /* it ended too early: nothing was done */
    MRT_LINK_WRONG_LENGTH,    /* its payload is none of this command and model */
    MRT_LINK_UNKNOWN_COMMAND, /* of this firmware */
    MRT_LINK_OTHER_VERSION,   /* of the protocol */
    MRT_LINK_NO_MODEL         /* it could not be opened: NAME_open says why */
} mrt_link_status;

enum { MRT_LINK_HAS_STATE = 1, MRT_LINK_HAS_CLOCK = 2 }; /* flags of a hello */

#define MRT_LINK_GAP_US 200000u /* so long no byte within a request: the board gives it up */

/* Once in the firmware, however often it is called. */
#define MRT_LINK_ONCE static MRT_NOINLINE MRT_UNUSED

/* The i-th byte of the magic. */
MRT_INLINE uint8_t mrt_link_magic(uint8_t i)
{
    static const MRT_FLASH uint8_t magic[MRT_LINK_MAGIC] = {0xb5, 0xd7, 0x72, 0xf5};

    return magic[i];
}

/* A CRC begins as MRT_LINK_CRC_BEGIN, takes bytes, and ends inverted. */
#define MRT_LINK_CRC_BEGIN 0xffffffffu

MRT_LINK_ONCE uint32_t mrt_link_crc_add(uint32_t crc, uint8_t byte)
{
    static const MRT_FLASH uint32_t table[16] = {
        0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
        0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu, 0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};

    crc = crc >> 4 ^ table[(crc ^ byte) & 15];
    return crc >> 4 ^ table[(crc ^ (uint8_t)(byte >> 4)) & 15];
}

MRT_LINK_ONCE uint32_t mrt_link_crc(uint32_t crc, const uint8_t *bytes, uint32_t count)
{
    uint32_t i;

    for (i = 0; i < count; i++)
        crc = mrt_link_crc_add(crc, bytes[i]);
    return crc;
}

MRT_LINK_ONCE void mrt_link_put_u32(uint8_t *to, uint32_t value)
{
    uint8_t i;

    for (i = 0; i < 4; i++) {
        to[i] = (uint8_t)value;
        value >>= 8;
    }
}

MRT_LINK_ONCE uint32_t mrt_link_get_u32(const uint8_t *from)
{
    uint32_t value = 0;
    uint8_t  i;

    for (i = 4; i > 0; i--)
        value = value << 8 | from[i - 1];
    return value;
}

/* What a header says. */
typedef struct mrt_link_head {
    uint8_t  command, sequence, status;
    uint32_t length;
} mrt_link_head;

/* Writes a header. Returns the CRC that the payload goes on with. */
MRT_LINK_ONCE uint32_t mrt_link_put_head(uint8_t *header, const mrt_link_head *head)
{
    uint32_t crc;
    uint8_t  i;

    for (i = 0; i < MRT_LINK_MAGIC; i++)
        header[i] = mrt_link_magic(i);
    header[4] = MRT_LINK_VERSION;
    header[5] = head->command;
    header[6] = head->sequence;
    header[7] = head->status;
    mrt_link_put_u32(header + 8, head->length);
    crc = mrt_link_crc(MRT_LINK_CRC_BEGIN, header, MRT_LINK_CHECKED);
    mrt_link_put_u32(header + MRT_LINK_CHECKED, ~crc);
    return crc;
}

/* Where a header is looked for in a stream of bytes. */
typedef struct mrt_link_seek {
    uint8_t header[MRT_LINK_HEADER];
    uint8_t count; /* of its bytes that are there; all: it is whole, and its CRC is right */
} mrt_link_seek;

MRT_LINK_ONCE int mrt_link_begins(const mrt_link_seek *seek)
{
    uint8_t i;

    for (i = 0; i < seek->count && i < MRT_LINK_MAGIC; i++)
        if (seek->header[i] != mrt_link_magic(i))
            return 0;
    return 1;
}

/* Takes a byte. What cannot begin a frame is dropped from the front, byte by byte, so that none is missed that begins within
 * a false one. Returns how many bytes were dropped. */
MRT_LINK_ONCE uint8_t mrt_link_seek_add(mrt_link_seek *seek, uint8_t byte)
{
    uint8_t dropped = 0, i;

    seek->header[seek->count++] = byte;
    while (!mrt_link_begins(seek) || (seek->count == MRT_LINK_HEADER &&
                                      mrt_link_get_u32(seek->header + MRT_LINK_CHECKED) !=
                                          (uint32_t)~mrt_link_crc(MRT_LINK_CRC_BEGIN, seek->header, MRT_LINK_CHECKED))) {
        seek->count--;
        dropped++;
        for (i = 0; i < seek->count; i++)
            seek->header[i] = seek->header[i + 1];
    }
    return dropped;
}

/* Of a whole header; what its payload's CRC begins with is in *crc. */
MRT_INLINE mrt_link_head mrt_link_get_head(const mrt_link_seek *seek, uint32_t *crc)
{
    mrt_link_head head;

    head.command = seek->header[5];
    head.sequence = seek->header[6];
    head.status = seek->header[7];
    head.length = mrt_link_get_u32(seek->header + 8);
    *crc = ~mrt_link_get_u32(seek->header + MRT_LINK_CHECKED);
    return head;
}

#endif
