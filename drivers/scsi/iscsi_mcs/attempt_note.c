// SPDX-License-Identifier: GPL-2.0
/*
 * Why an attempt failed, in words.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "attempt.h"
#include "conn.h"

static const char *mcs_attempt_errno_text(int err)
{
	const char *text = mcs_ipsec_errno_text(err);

	if (text)
		return text;
	switch (err) {
	case -ECONNREFUSED:
		return "nobody listens at this portal";
	case -ETIMEDOUT:
		return "portal does not answer";
	case -EHOSTUNREACH:
	case -ENETUNREACH:
		return "no route to this portal";
	case -EADDRNOTAVAIL:
		return "source address is not an address of this host";
	case -ENODEV:
		return "no such network interface";
	case -EAGAIN:
		return "session is logging in or being recovered";
	case -EPERM:
		return "this host's firewall or an IPsec policy blocks the portal";
	case -ECANCELED:
		return "given up: the session is changing or the request was cancelled";
	case -ENOBUFS:
	case -ENOMEM:
		return "out of memory";
	}
	return "cannot connect to this portal";
}

/**
 * mcs_attempt_note - why an attempt failed, for those who ask
 * @conn: connection
 * @err: negative errno
 * @text: in words
 */
void mcs_attempt_note(struct mcs_conn *conn, int err, const char *text)
{
	mcs_last_set(conn, ISCSI_MCS_REASON_LOGIN_FAILED, err, text);
}

/**
 * mcs_attempt_note_errno - the same for what has no words of its own
 * @conn: connection
 * @err: negative errno
 */
void mcs_attempt_note_errno(struct mcs_conn *conn, int err)
{
	const char *text = mcs_attempt_errno_text(err);

	/* Not to be taken for a want of rights */
	mcs_attempt_note(conn, err == -EPERM ? -EHOSTUNREACH : err, text);
}

/* What a target calls its new address is shown only if it can be one. */
static bool mcs_attempt_is_address(const char *text)
{
	const char *c;

	for (c = text; *c; c++) {
		if (!isascii(*c) || (!isalnum(*c) && !strchr(".:,[]-", *c)))
			return false;
	}
	return *text;
}

/**
 * mcs_attempt_note_cause - why a login failed, for those who ask
 * @conn: connection
 * @err: negative errno
 * @r: what the target said
 */
void mcs_attempt_note_cause(struct mcs_conn *conn, int err,
			    const struct mcs_login_result *r)
{
	char text[sizeof(conn->last.text)];

	if ((r->cause != MCS_LOGIN_REDIRECT_TEMP &&
	     r->cause != MCS_LOGIN_REDIRECT_PERM) ||
	    !mcs_attempt_is_address(r->redirect)) {
		mcs_attempt_note(conn, err, mcs_login_cause_text(r->cause));
		return;
	}
	snprintf(text, sizeof(text), "target moved to %.79s", r->redirect);
	mcs_attempt_note(conn, err, text);
}
