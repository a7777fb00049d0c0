/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_STATS_H
#define MCS_STATS_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct mcs_conn_stats - what happened on a connection since it was configured
 * @tx_bytes: bytes sent, headers included
 * @rx_bytes: bytes received, headers included
 * @cmds: SCSI commands sent
 * @rsps: SCSI commands completed
 * @data_out: Data-Out PDUs sent
 * @data_in: Data-In PDUs received
 * @r2ts: R2Ts received
 * @tmfs: task management functions sent
 * @tmf_rsps: task management responses received
 * @losses: times it was lost
 * @reconnects: times it came back by itself
 * @resent: commands taken from it and sent elsewhere
 * @digest_errors: digest mismatches
 * @timeouts: pings that were not answered
 *
 * Written under MCS_CONN_ENGINE, or when nobody can get it; read without a lock.
 */
struct mcs_conn_stats {
	u64 tx_bytes;
	u64 rx_bytes;
	u64 cmds;
	u64 rsps;
	u64 data_out;
	u64 data_in;
	u64 r2ts;
	u64 tmfs;
	u64 tmf_rsps;
	u64 losses;
	u64 reconnects;
	u64 resent;
	u64 digest_errors;
	u64 timeouts;
};

/**
 * mcs_conn_stats_add - sum up
 * @to: sum
 * @from: what is added
 */
static inline void mcs_conn_stats_add(struct mcs_conn_stats *to,
				      const struct mcs_conn_stats *from)
{
	const u64 *f = (const u64 *)from;
	u64 *t = (u64 *)to;
	size_t i;

	for (i = 0; i < sizeof(*to) / sizeof(*t); i++)
		t[i] += READ_ONCE(f[i]);
}

#endif /* MCS_STATS_H */
