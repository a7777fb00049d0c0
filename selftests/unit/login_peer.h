/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scripted target for tests of the login state machine.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef LOGIN_PEER_H
#define LOGIN_PEER_H

#include <string.h>

#include <asm/byteorder.h>
#include <linux/kernel.h>

#include "login_sm.h"

#define PEER_TSIH	0x1234
#define PEER_CID	3
#define PEER_TPGT	7
#define PEER_ITT	((itt_t)0x01020304)

/* Flags of a response: current stage, next stage */
#define SEC		0x00
#define SEC_TO_OP	0x81
#define OP		0x04
#define OP_TO_FFP	0x87
#define SEC_MORE	0x40
#define OP_MORE		0x44

/**
 * struct peer_step - one response of the scripted target
 * @flags: byte 1 of the header
 * @text: text, pairs separated by newlines instead of NULs
 * @status: Status-Class and Status-Detail as 0xccdd
 */
struct peer_step {
	u8 flags;
	const char *text;
	u16 status;
};

static inline void peer_params(struct mcs_login_params *p)
{
	static const u8 isid[] = { 0x00, 0x02, 0x3d, 0x00, 0x00, 0x01 };

	memset(p, 0, sizeof(*p));
	p->initiator_name = "iqn.2024-01.example:initiator";
	p->target_name = "iqn.2024-01.example:disk";
	memcpy(p->isid, isid, sizeof(isid));
	p->tsih = PEER_TSIH;
	p->cid = PEER_CID;
	p->tpgt = PEER_TPGT;
	p->itt = PEER_ITT;
	p->max_recv_dlength = 262144;
}

/* Turn a script text into a text segment; returns its length. */
static inline size_t peer_text(const char *script, char *out)
{
	size_t len = script ? strlen(script) : 0;
	size_t i;

	for (i = 0; i < len; i++)
		out[i] = script[i] == '\n' ? '\0' : script[i];
	if (len)
		out[len++] = '\0';
	return len;
}

static inline void peer_header(struct iscsi_login_rsp *rsp, u8 flags,
			       size_t len, u32 statsn)
{
	memset(rsp, 0, sizeof(*rsp));
	rsp->opcode = ISCSI_OP_LOGIN_RSP;
	rsp->flags = flags;
	hton24(rsp->dlength, len);
	rsp->tsih = cpu_to_be16(PEER_TSIH);
	rsp->itt = PEER_ITT;
	rsp->statsn = cpu_to_be32(statsn);
	rsp->exp_cmdsn = cpu_to_be32(100);
	rsp->max_cmdsn = cpu_to_be32(163);
}

#endif /* LOGIN_PEER_H */
