/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_STREAM_LIMIT_H
#define MCS_STREAM_LIMIT_H

#include <linux/types.h>
#include <uapi/linux/iscsi_mcs.h>

/*
 * Into what size of commands the block layer is to cut large requests, so that
 * a single one keeps all connections busy. Pure arithmetic, also built in user
 * space.
 */

/* A request of this size is divided among the connections, unless tuned */
#define MCS_STREAM_SPLIT_KIB	256
/* What a command costs by itself is too much of a share of smaller ones. */
#define MCS_STREAM_MIN_KIB	64
/* As in the netlink specification */
#define MCS_STREAM_MAX_KIB	16384

/**
 * mcs_stream_sharers - how many connections share the commands
 * @policy: policy of the session
 * @active: its active connections
 * @standby: its standby connections
 *
 * See mcs_policy_pick(): standby ones wait for the last active one's end, and
 * two policies name one connection for all commands.
 */
static inline u32 mcs_stream_sharers(enum iscsi_mcs_policy policy, u32 active,
				     u32 standby)
{
	if (policy == ISCSI_MCS_POLICY_FAIL_OVER_ONLY ||
	    policy == ISCSI_MCS_POLICY_WEIGHTED_PATHS)
		return 1;
	return active ? active : standby;
}

/**
 * mcs_stream_limit - the largest command
 * @split_kib: size that is divided, 0 for off
 * @sharers: connections that share the commands
 *
 * A power of two, so that aligned requests give aligned commands, and rather
 * too many of them than too few.
 *
 * Return: sectors, 0 for no limit of ours.
 */
static inline u32 mcs_stream_limit(u32 split_kib, u32 sharers)
{
	u32 kib = MCS_STREAM_MIN_KIB;

	if (!split_kib || sharers < 2)
		return 0;
	while (kib <= split_kib / sharers / 2)
		kib *= 2;
	return kib * 2;
}

#endif /* MCS_STREAM_LIMIT_H */
