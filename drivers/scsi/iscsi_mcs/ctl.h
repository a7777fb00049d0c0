/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_CTL_H
#define MCS_CTL_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/types.h>
#include <scsi/iscsi_proto.h>

struct iscsi_task;
struct mcs_conn;
struct mcs_ctl;
struct mcs_session;

/**
 * typedef mcs_ctl_done_t - a control PDU is over
 * @conn: connection it was on
 * @ctl: the PDU; no list refers to it any more
 * @rsp: the target's answer, NULL when the connection was lost first (or when
 *	no answer is expected and the PDU has been sent)
 *
 * Called from io_work or from the tear-down of @conn. May free @ctl.
 */
typedef void (*mcs_ctl_done_t)(struct mcs_conn *conn, struct mcs_ctl *ctl,
			       const struct iscsi_hdr *rsp);

/**
 * struct mcs_ctl - a PDU to send that is no SCSI command
 * @node: place in the connection's queue, or among those awaiting an answer
 * @hdr: header; ITT, CmdSN and ExpStatSN are filled in when it is sent
 * @data: data segment, NULL if none; must stay until @done
 * @len: bytes of @data
 * @has_answer: the target answers with the same ITT
 * @numbered: takes a CmdSN (not immediate)
 * @tries: times it has been rejected
 * @has_cmdsn: @hdr already carries the CmdSN to use; for plugging a hole
 * @itask: libiscsi's task when the PDU comes from iscsid
 * @done: called once, when it is over
 *
 * NOP-Out, Task Management, Logout, Login and Text requests. They overtake
 * commands that wait for a socket.
 */
struct mcs_ctl {
	struct list_head node;
	struct iscsi_hdr hdr;
	const void *data;
	u32 len;
	bool has_answer;
	bool numbered;
	bool has_cmdsn;
	u8 tries;
	struct iscsi_task *itask;
	mcs_ctl_done_t done;
};

/**
 * struct mcs_ctl_wait - a control PDU somebody sleeps for
 * @ctl: the PDU
 * @over: completed when it is over
 * @answered: the target answered
 * @rejected: it refused the PDU
 * @rsp: the answer
 */
struct mcs_ctl_wait {
	struct mcs_ctl ctl;
	struct completion over;
	bool answered;
	bool rejected;
	struct iscsi_hdr rsp;
};

itt_t mcs_ctl_new_itt(struct mcs_session *sess);
void mcs_ctl_init(struct mcs_ctl *ctl, u8 opcode, mcs_ctl_done_t done);
int mcs_ctl_queue(struct mcs_conn *conn, struct mcs_ctl *ctl);
bool mcs_ctl_cancel(struct mcs_conn *conn, struct mcs_ctl *ctl);
struct mcs_ctl *mcs_ctl_match(struct mcs_conn *conn, itt_t itt, u8 rsp_opcode);
bool mcs_ctl_is_late(struct mcs_conn *conn, itt_t itt);
void mcs_ctl_drop_all(struct mcs_conn *conn);

void mcs_ctl_wait_init(struct mcs_ctl_wait *w, u8 opcode);
void mcs_ctl_logout_init(struct mcs_ctl_wait *w, u16 cid);
int mcs_ctl_wait_run(struct mcs_conn *conn, struct mcs_ctl_wait *w,
		     unsigned long timeout);

void mcs_ctl_ping(struct mcs_conn *conn);
void mcs_ctl_pong(struct mcs_conn *conn, const struct iscsi_nopin *nop);
void mcs_ctl_negotiate(struct mcs_conn *conn);
int mcs_ctl_plug(struct mcs_conn *conn, u32 cmdsn);

#endif /* MCS_CTL_H */
