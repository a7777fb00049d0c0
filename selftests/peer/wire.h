/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef PEER_WIRE_H
#define PEER_WIRE_H

#include <stdbool.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;

#define ARRAY_SIZE(x)	(sizeof(x) / sizeof((x)[0]))

/* iSCSI as RFC 7143 lays it out; offsets are bytes in the basic header. */

#define BHS_LEN		48
#define AHS_MAX		1020
#define RESERVED_TAG	0xffffffffU
#define SECTOR		512

#define OP_MASK		0x3f
#define OP_IMMEDIATE	0x40

enum peer_opcode {
	OP_NOP_OUT = 0x00,
	OP_CMD = 0x01,
	OP_TMF = 0x02,
	OP_LOGIN = 0x03,
	OP_TEXT = 0x04,
	OP_DATA_OUT = 0x05,
	OP_LOGOUT = 0x06,
	OP_SNACK = 0x10,
	OP_NOP_IN = 0x20,
	OP_RSP = 0x21,
	OP_TMF_RSP = 0x22,
	OP_LOGIN_RSP = 0x23,
	OP_TEXT_RSP = 0x24,
	OP_DATA_IN = 0x25,
	OP_LOGOUT_RSP = 0x26,
	OP_R2T = 0x31,
	OP_ASYNC = 0x32,
	OP_REJECT = 0x3f,
	OP_ANY = 0xff,
};

enum peer_offset {
	AT_FLAGS = 1,
	AT_CODE = 2,		/* response, Reject reason */
	AT_STATUS = 3,
	AT_AHS = 4,
	AT_DLEN = 5,
	AT_LUN = 8,
	AT_ISID = 8,
	AT_TSIH = 14,
	AT_ITT = 16,
	AT_CID = 20,		/* Login, Logout requests */
	AT_EDTL = 20,		/* SCSI Command */
	AT_TTT = 20,
	AT_REFTAG = 20,		/* task management requests */
	AT_STATSN = 24,		/* from the target */
	AT_EXPCMDSN = 28,
	AT_MAXCMDSN = 32,
	AT_CMDSN = 24,		/* from the initiator */
	AT_EXPSTATSN = 28,
	AT_CDB = 32,
	AT_REFCMDSN = 32,	/* task management requests */
	AT_LOGIN_STATUS = 36,
	AT_EVENT = 36,		/* Async */
	AT_PARAM1 = 38,
	AT_PARAM2 = 40,
	AT_PARAM3 = 42,
	AT_DATASN = 36,		/* Data-In, Data-Out, R2TSN */
	AT_OFFSET = 40,
	AT_RESIDUAL = 44,
	AT_R2T_LEN = 44,
};

#define FLAG_FINAL	0x80
#define FLAG_CONTINUE	0x40	/* Login, Text */
#define FLAG_READ	0x40	/* SCSI Command */
#define FLAG_WRITE	0x20
#define FLAG_OVERFLOW	0x04	/* SCSI Response, Data-In */
#define FLAG_UNDERFLOW	0x02
#define FLAG_STATUS	0x01	/* Data-In */

static inline u16 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline u32 get24(const u8 *p)
{
	return p[0] << 16 | p[1] << 8 | p[2];
}

static inline u32 get32(const u8 *p)
{
	return (u32)get16(p) << 16 | get16(p + 2);
}

static inline u64 get64(const u8 *p)
{
	return (u64)get32(p) << 32 | get32(p + 4);
}

static inline void put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void put24(u8 *p, u32 v)
{
	p[0] = v >> 16;
	put16(p + 1, v);
}

static inline void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static inline void put64(u8 *p, u64 v)
{
	put32(p, v >> 32);
	put32(p + 4, v);
}

static inline u32 padding(u32 len)
{
	return -len & 3;
}

/* Serial numbers, RFC 1982 */
static inline bool sn_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

#endif /* PEER_WIRE_H */
