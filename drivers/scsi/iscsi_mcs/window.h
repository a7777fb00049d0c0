/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_WINDOW_H
#define MCS_WINDOW_H

#include <linux/types.h>

/**
 * struct mcs_window - the CmdSN window of a session (RFC 7143, 4.2.2.1)
 * @cmdsn: next CmdSN to give out
 * @exp_cmdsn: highest ExpCmdSN heard from the target on any connection
 * @max_cmdsn: highest MaxCmdSN heard from the target on any connection
 * @reserved: commands accepted from the midlayer that own no CmdSN yet
 *
 * One counter serves all connections. A number is taken when the header is
 * about to be handed to a socket and never earlier: a number that waits
 * behind a slow connection would hold back every later one at the target.
 * The caller serialises access. Pure arithmetic, also built in user space.
 */
struct mcs_window {
	u32 cmdsn;
	u32 exp_cmdsn;
	u32 max_cmdsn;
	u32 reserved;
};

/* RFC 1982 serial number comparison, as RFC 7143 prescribes for CmdSN */
static inline bool mcs_sn_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static inline bool mcs_sn_after(u32 a, u32 b)
{
	return mcs_sn_before(b, a);
}

/**
 * mcs_window_reset - start numbering for a fresh session at the target
 * @w: window
 *
 * CmdSN goes on counting; what the old session had granted is void.
 */
static inline void mcs_window_reset(struct mcs_window *w)
{
	w->exp_cmdsn = w->cmdsn;
	w->max_cmdsn = w->cmdsn - 1;
}

/**
 * mcs_window_update - take ExpCmdSN and MaxCmdSN from a received PDU
 * @w: window
 * @exp_cmdsn: ExpCmdSN of the PDU
 * @max_cmdsn: MaxCmdSN of the PDU
 *
 * PDUs of different connections arrive in any order, so older values are
 * normal and ignored. A pair with MaxCmdSN < ExpCmdSN - 1 is void, and so is
 * an ExpCmdSN that acknowledges numbers never given out.
 *
 * Return: true when MaxCmdSN grew, that is, waiting commands may go.
 */
static inline bool mcs_window_update(struct mcs_window *w, u32 exp_cmdsn,
				     u32 max_cmdsn)
{
	if (mcs_sn_before(max_cmdsn, exp_cmdsn - 1))
		return false;
	if (mcs_sn_after(exp_cmdsn, w->exp_cmdsn) &&
	    !mcs_sn_after(exp_cmdsn, w->cmdsn))
		w->exp_cmdsn = exp_cmdsn;
	if (!mcs_sn_after(max_cmdsn, w->max_cmdsn))
		return false;
	w->max_cmdsn = max_cmdsn;
	return true;
}

/* May a non-immediate PDU be numbered now? */
static inline bool mcs_window_is_open(const struct mcs_window *w)
{
	return !mcs_sn_after(w->cmdsn, w->max_cmdsn);
}

/**
 * mcs_window_reserve - account for a command before it has a number
 * @w: window
 *
 * Return: false when the target's window has no room for one more.
 */
static inline bool mcs_window_reserve(struct mcs_window *w)
{
	if (mcs_sn_after(w->cmdsn + w->reserved, w->max_cmdsn))
		return false;
	w->reserved++;
	return true;
}

/* Take the next number; the caller has checked mcs_window_is_open(). */
static inline u32 mcs_window_take(struct mcs_window *w)
{
	return w->cmdsn++;
}

#endif /* MCS_WINDOW_H */
