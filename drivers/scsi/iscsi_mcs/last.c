// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/bitops.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "conn.h"
#include "last.h"

/**
 * mcs_last_set_locked - mcs_last_set() for whoever has the connection's q_lock
 * @conn: connection
 * @reason: why
 * @error: negative errno, or 0
 * @text: in words
 */
void mcs_last_set_locked(struct mcs_conn *conn, enum iscsi_mcs_reason reason,
			 int error, const char *text)
{
	lockdep_assert_held(&conn->q_lock);
	conn->last.reason = reason;
	conn->last.error = error;
	strscpy(conn->last.text, text, sizeof(conn->last.text));
}

/**
 * mcs_last_set - say what has become of a connection
 * @conn: connection
 * @reason: why
 * @error: negative errno, or 0
 * @text: in words
 */
void mcs_last_set(struct mcs_conn *conn, enum iscsi_mcs_reason reason,
		  int error, const char *text)
{
	spin_lock_bh(&conn->q_lock);
	mcs_last_set_locked(conn, reason, error, text);
	spin_unlock_bh(&conn->q_lock);
}

/**
 * mcs_last_set_reason - say why, if nothing better has been said
 * @conn: connection
 * @reason: why
 */
void mcs_last_set_reason(struct mcs_conn *conn, enum iscsi_mcs_reason reason)
{
	spin_lock_bh(&conn->q_lock);
	if (!conn->last.reason)
		conn->last.reason = reason;
	spin_unlock_bh(&conn->q_lock);
}

/**
 * mcs_last_forget - a connection is up: what was said is of no interest any more
 * @conn: connection
 *
 * Lost again already, it keeps the reason for that.
 */
void mcs_last_forget(struct mcs_conn *conn)
{
	spin_lock_bh(&conn->q_lock);
	if (!test_bit(MCS_CONN_BROKEN, &conn->flags))
		mcs_last_set_locked(conn, ISCSI_MCS_REASON_NONE, 0, "");
	spin_unlock_bh(&conn->q_lock);
}

/**
 * mcs_last_get - what was said last
 * @conn: connection
 * @last: where to
 */
void mcs_last_get(struct mcs_conn *conn, struct mcs_last *last)
{
	spin_lock_bh(&conn->q_lock);
	*last = conn->last;
	spin_unlock_bh(&conn->q_lock);
}
