/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Login of an added connection over a socket.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef MCS_LOGIN_H
#define MCS_LOGIN_H

#include <linux/types.h>

#include "login_sm.h"
#include "login_sock.h"

/**
 * struct mcs_login_ops - what a login needs from the session
 * @cmdsn: current CmdSN of the session, asked for each request
 * @update_window: take ExpCmdSN and MaxCmdSN of a response
 *
 * Context: process context, no locks held.
 */
struct mcs_login_ops {
	u32 (*cmdsn)(void *data);
	void (*update_window)(void *data, u32 exp_cmdsn, u32 max_cmdsn);
};

int mcs_login_run(struct socket *sock, struct mcs_login_ctl *ctl,
		  struct mcs_login *login, const struct mcs_login_ops *ops,
		  void *data, unsigned long deadline);

#endif /* MCS_LOGIN_H */
