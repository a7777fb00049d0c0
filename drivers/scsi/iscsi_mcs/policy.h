/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_POLICY_H
#define MCS_POLICY_H

#include <linux/types.h>
#include <uapi/linux/iscsi_mcs.h>

/*
 * How commands are spread over connections: Microsoft's five policies, numbered
 * as in the netlink attribute. Pure: plain state in, an index out.
 */

/**
 * struct mcs_policy_cand - what the chooser needs to know of a connection
 * @usable: takes commands now
 * @standby: used only when no active connection is usable
 * @weight: for weighted paths, lower is better
 * @bytes: bytes still to go over its link, command overhead included
 * @cost: bytes of the command to be sent
 * @in_burst: no command has been completed since the session was idle
 * @pace: nanoseconds per KiB at which they drain, 0 when not known
 * @bound: it drains at least that fast, 0 when not known
 * @rtt_us: microseconds of a round trip, 0 when not known
 */
struct mcs_policy_cand {
	bool usable;
	bool standby;
	u32 weight;
	u32 bytes;
	u32 cost;
	bool in_burst;
	u32 pace;
	u32 bound;
	u32 rtt_us;
};

int mcs_policy_pick(enum iscsi_mcs_policy policy,
		    const struct mcs_policy_cand *cand, int n, u32 turn);

#endif /* MCS_POLICY_H */
