/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_FAILOVER_H
#define MCS_FAILOVER_H

#include <linux/types.h>

struct mcs_conn;
struct mcs_session;

/**
 * enum mcs_step - steps of a failover, for whoever traces it
 * @MCS_STEP_QUIESCED: nothing happens on the lost connection any more
 * @MCS_STEP_LOGOUT: Logout for it was answered, or not
 * @MCS_STEP_FENCE: so was the NOP-Out behind that
 * @MCS_STEP_SETTLED: time passed instead of the two
 * @MCS_STEP_ABORTED: its socket is gone, its commands are parked
 * @MCS_STEP_PLUG: a NOP-Out carried a number the target waited for
 * @MCS_STEP_PLUGGED: no number is missing any more, or it did not work
 * @MCS_STEP_RESENT: its commands are on their way on the survivors
 */
enum mcs_step {
	MCS_STEP_QUIESCED,
	MCS_STEP_LOGOUT,
	MCS_STEP_FENCE,
	MCS_STEP_SETTLED,
	MCS_STEP_ABORTED,
	MCS_STEP_PLUG,
	MCS_STEP_PLUGGED,
	MCS_STEP_RESENT,
};

void mcs_failover_add_lost(struct mcs_session *sess, u32 cmdsn);
bool mcs_failover_is_possible(struct mcs_session *sess);
int mcs_failover_logout_cid(struct mcs_conn *via, u16 cid,
			    unsigned long timeout);
int mcs_failover_nop(struct mcs_conn *via, const u32 *cmdsn,
		     unsigned long timeout);
int mcs_failover_conn(struct mcs_conn *conn);
void mcs_failover_disown(struct mcs_conn *conn);
int mcs_failover_probe(struct mcs_conn *conn);

#endif /* MCS_FAILOVER_H */
