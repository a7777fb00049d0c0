/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One attempt to make an added connection: TCP, login, and into the session.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef MCS_ATTEMPT_H
#define MCS_ATTEMPT_H

#include <linux/types.h>

#include "auth.h"
#include "ipsec.h"
#include "login.h"

struct mcs_conn;
struct socket;

/**
 * struct mcs_attempt - one attempt
 * @path: where from and where to
 * @params: what to log in with
 * @epoch: session's epoch when it began
 * @began: jiffies then
 * @initiator_name: copy of the session's
 * @target_name: copy of the session's
 * @auth: copy of the names and secrets, wiped after the attempt
 * @chap: the same for the login
 * @needs_secret: the leading login had to prove who it is, and this one cannot
 * @room_by: jiffies until which it is asked again for want of room, 0 before that
 * @again: the target closed it over the question what it is like: once more
 * @may_be_in: the login failed here, but may have succeeded at the target
 * @ipsec: what protects the connection
 * @login: state of the login
 */
struct mcs_attempt {
	struct mcs_login_path path;
	struct mcs_login_params params;
	u32 epoch;
	unsigned long began;
	char initiator_name[MCS_LOGIN_NAME_MAX + 1];
	char target_name[MCS_LOGIN_NAME_MAX + 1];
	struct mcs_auth auth;
	struct mcs_chap_auth chap;
	unsigned long room_by;
	bool needs_secret;
	bool again;
	bool may_be_in;
	struct mcs_ipsec ipsec;
	struct mcs_login login;
};

int mcs_attempt_begin(struct mcs_conn *conn);
int mcs_attempt_run(struct mcs_conn *conn, struct socket **sockp);
void mcs_attempt_wipe(struct mcs_conn *conn);
int mcs_attempt_end(struct mcs_conn *conn, struct socket *sock);
void mcs_attempt_note(struct mcs_conn *conn, int err, const char *text);
void mcs_attempt_note_errno(struct mcs_conn *conn, int err);
void mcs_attempt_note_cause(struct mcs_conn *conn, int err,
			    const struct mcs_login_result *r);

#endif /* MCS_ATTEMPT_H */
