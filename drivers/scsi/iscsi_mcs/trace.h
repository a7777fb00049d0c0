/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM iscsi_mcs

#if !defined(MCS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MCS_TRACE_H

#include <linux/tracepoint.h>

#include "conn.h"
#include "failover.h"
#include "session.h"

/*
 * Where the time of an outage goes. Fields that every event has: sid (session),
 * conn (number of the connection in the session), cid (its CID now).
 */

TRACE_DEFINE_ENUM(MCS_STEP_QUIESCED);
TRACE_DEFINE_ENUM(MCS_STEP_LOGOUT);
TRACE_DEFINE_ENUM(MCS_STEP_FENCE);
TRACE_DEFINE_ENUM(MCS_STEP_SETTLED);
TRACE_DEFINE_ENUM(MCS_STEP_ABORTED);
TRACE_DEFINE_ENUM(MCS_STEP_PLUG);
TRACE_DEFINE_ENUM(MCS_STEP_PLUGGED);
TRACE_DEFINE_ENUM(MCS_STEP_RESENT);

#define mcs_show_step(step)				\
	__print_symbolic(step,				\
			 { MCS_STEP_QUIESCED, "quiesced" },	\
			 { MCS_STEP_LOGOUT, "logout" },		\
			 { MCS_STEP_FENCE, "fence" },		\
			 { MCS_STEP_SETTLED, "settled" },	\
			 { MCS_STEP_ABORTED, "aborted" },	\
			 { MCS_STEP_PLUG, "plug" },		\
			 { MCS_STEP_PLUGGED, "plugged" },	\
			 { MCS_STEP_RESENT, "resent" })

TRACE_DEFINE_ENUM(ISCSI_MCS_CONN_STATE_NEW);
TRACE_DEFINE_ENUM(ISCSI_MCS_CONN_STATE_CONNECTING);
TRACE_DEFINE_ENUM(ISCSI_MCS_CONN_STATE_LOGIN);
TRACE_DEFINE_ENUM(ISCSI_MCS_CONN_STATE_UP);
TRACE_DEFINE_ENUM(ISCSI_MCS_CONN_STATE_DRAINING);
TRACE_DEFINE_ENUM(ISCSI_MCS_CONN_STATE_LOGOUT);
TRACE_DEFINE_ENUM(ISCSI_MCS_CONN_STATE_FAILED);
TRACE_DEFINE_ENUM(ISCSI_MCS_CONN_STATE_CLEANUP);
TRACE_DEFINE_ENUM(ISCSI_MCS_CONN_STATE_WAITING);
TRACE_DEFINE_ENUM(ISCSI_MCS_CONN_STATE_REMOVING);

#define mcs_show_conn_state(state) \
	__print_symbolic(state, \
		{ ISCSI_MCS_CONN_STATE_NEW, "new" }, \
		{ ISCSI_MCS_CONN_STATE_CONNECTING, "connecting" }, \
		{ ISCSI_MCS_CONN_STATE_LOGIN, "login" }, \
		{ ISCSI_MCS_CONN_STATE_UP, "up" }, \
		{ ISCSI_MCS_CONN_STATE_DRAINING, "draining" }, \
		{ ISCSI_MCS_CONN_STATE_LOGOUT, "logout" }, \
		{ ISCSI_MCS_CONN_STATE_FAILED, "failed" }, \
		{ ISCSI_MCS_CONN_STATE_CLEANUP, "cleanup" }, \
		{ ISCSI_MCS_CONN_STATE_WAITING, "waiting" }, \
		{ ISCSI_MCS_CONN_STATE_REMOVING, "removing" })

TRACE_DEFINE_ENUM(ISCSI_MCS_SESSION_STATE_LOGGING_IN);
TRACE_DEFINE_ENUM(ISCSI_MCS_SESSION_STATE_LOGGED_IN);
TRACE_DEFINE_ENUM(ISCSI_MCS_SESSION_STATE_RECOVERING);
TRACE_DEFINE_ENUM(ISCSI_MCS_SESSION_STATE_FAILED);
TRACE_DEFINE_ENUM(ISCSI_MCS_SESSION_STATE_CLOSING);

#define mcs_show_session_state(state) \
	__print_symbolic(state, \
		{ ISCSI_MCS_SESSION_STATE_LOGGING_IN, "logging-in" }, \
		{ ISCSI_MCS_SESSION_STATE_LOGGED_IN, "logged-in" }, \
		{ ISCSI_MCS_SESSION_STATE_RECOVERING, "recovering" }, \
		{ ISCSI_MCS_SESSION_STATE_FAILED, "failed" }, \
		{ ISCSI_MCS_SESSION_STATE_CLOSING, "closing" })

TRACE_DEFINE_ENUM(ISCSI_MCS_REASON_NONE);
TRACE_DEFINE_ENUM(ISCSI_MCS_REASON_REQUEST);
TRACE_DEFINE_ENUM(ISCSI_MCS_REASON_TCP_ERROR);
TRACE_DEFINE_ENUM(ISCSI_MCS_REASON_NOP_TIMEOUT);
TRACE_DEFINE_ENUM(ISCSI_MCS_REASON_LINK);
TRACE_DEFINE_ENUM(ISCSI_MCS_REASON_DIGEST);
TRACE_DEFINE_ENUM(ISCSI_MCS_REASON_PROTOCOL);
TRACE_DEFINE_ENUM(ISCSI_MCS_REASON_TARGET_LOGOUT);
TRACE_DEFINE_ENUM(ISCSI_MCS_REASON_TARGET_DROP);
TRACE_DEFINE_ENUM(ISCSI_MCS_REASON_LOGIN_FAILED);
TRACE_DEFINE_ENUM(ISCSI_MCS_REASON_SESSION_RECOVERY);
TRACE_DEFINE_ENUM(ISCSI_MCS_REASON_SESSION_CLOSED);

#define mcs_show_reason(reason) \
	__print_symbolic(reason, \
		{ ISCSI_MCS_REASON_NONE, "none" }, \
		{ ISCSI_MCS_REASON_REQUEST, "request" }, \
		{ ISCSI_MCS_REASON_TCP_ERROR, "tcp-error" }, \
		{ ISCSI_MCS_REASON_NOP_TIMEOUT, "nop-timeout" }, \
		{ ISCSI_MCS_REASON_LINK, "link" }, \
		{ ISCSI_MCS_REASON_DIGEST, "digest" }, \
		{ ISCSI_MCS_REASON_PROTOCOL, "protocol" }, \
		{ ISCSI_MCS_REASON_TARGET_LOGOUT, "target-logout" }, \
		{ ISCSI_MCS_REASON_TARGET_DROP, "target-drop" }, \
		{ ISCSI_MCS_REASON_LOGIN_FAILED, "login-failed" }, \
		{ ISCSI_MCS_REASON_SESSION_RECOVERY, "session-recovery" }, \
		{ ISCSI_MCS_REASON_SESSION_CLOSED, "session-closed" })

TRACE_EVENT(mcs_conn_lost,
	TP_PROTO(const struct mcs_conn *conn, int reason, int error,
		 const char *text),
	TP_ARGS(conn, reason, error, text),
	TP_STRUCT__entry(
		__field(u32, sid)
		__field(u32, conn)
		__field(u16, cid)
		__field(int, reason)
		__field(int, error)
		__field(u32, cmds)
		__array(char, text, 48)
	),
	TP_fast_assign(
		__entry->sid = conn->sess->sid;
		__entry->conn = conn->id;
		__entry->cid = conn->cid;
		__entry->reason = reason;
		__entry->error = error;
		__entry->cmds = atomic_read(&conn->cmds);
		strscpy(__entry->text, text, sizeof(__entry->text));
	),
	TP_printk("sid=%u conn=%u cid=%u reason=%s error=%d cmds=%u text=\"%s\"",
		  __entry->sid, __entry->conn, __entry->cid,
		  mcs_show_reason(__entry->reason), __entry->error,
		  __entry->cmds, __entry->text)
);

TRACE_EVENT(mcs_failover_step,
	TP_PROTO(const struct mcs_conn *conn, int step, int result),
	TP_ARGS(conn, step, result),
	TP_STRUCT__entry(
		__field(u32, sid)
		__field(u32, conn)
		__field(u16, cid)
		__field(int, step)
		__field(int, result)
	),
	TP_fast_assign(
		__entry->sid = conn->sess->sid;
		__entry->conn = conn->id;
		__entry->cid = conn->cid;
		__entry->step = step;
		__entry->result = result;
	),
	TP_printk("sid=%u conn=%u cid=%u step=%s result=%d",
		  __entry->sid, __entry->conn, __entry->cid,
		  mcs_show_step(__entry->step), __entry->result)
);

TRACE_EVENT(mcs_conn_state,
	TP_PROTO(const struct mcs_conn *conn, int state),
	TP_ARGS(conn, state),
	TP_STRUCT__entry(
		__field(u32, sid)
		__field(u32, conn)
		__field(u16, cid)
		__field(int, from)
		__field(int, to)
	),
	TP_fast_assign(
		__entry->sid = conn->sess->sid;
		__entry->conn = conn->id;
		__entry->cid = conn->cid;
		__entry->from = mcs_conn_state(conn);
		__entry->to = state;
	),
	TP_printk("sid=%u conn=%u cid=%u from=%s to=%s",
		  __entry->sid, __entry->conn, __entry->cid,
		  mcs_show_conn_state(__entry->from),
		  mcs_show_conn_state(__entry->to))
);

TRACE_EVENT(mcs_session_state,
	TP_PROTO(const struct mcs_session *sess, int state),
	TP_ARGS(sess, state),
	TP_STRUCT__entry(
		__field(u32, sid)
		__field(int, from)
		__field(int, to)
	),
	TP_fast_assign(
		__entry->sid = sess->sid;
		__entry->from = sess->state;
		__entry->to = state;
	),
	TP_printk("sid=%u from=%s to=%s", __entry->sid,
		  mcs_show_session_state(__entry->from),
		  mcs_show_session_state(__entry->to))
);

#endif /* MCS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
