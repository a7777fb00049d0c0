// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <net/genetlink.h>
#include <scsi/libiscsi.h>

#include "conn.h"
#include "event.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "nl_attr.h"
#include "session.h"
#include "uevent.h"

/*
 * Events for whoever listens to the multicast group, and for udev. Nothing
 * waits for them and nothing depends on their arrival. No memory is waited for
 * either: a recovery that makes it possible to have some may be what tells. Who
 * misses one for that hears that he did.
 */
#define MCS_EVENT_GFP	(GFP_NOWAIT | __GFP_NOWARN)

static void mcs_event_missed(void)
{
	genl_set_err(&mcs_nl_family, &init_net, 0, ISCSI_MCS_NLGRP_EVENTS,
		     -ENOBUFS);
}

static struct sk_buff *mcs_event_new(struct mcs_session *sess, u8 cmd,
				     void **hdr)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_DEFAULT_SIZE, MCS_EVENT_GFP);

	if (!skb) {
		mcs_event_missed();
		return NULL;
	}
	*hdr = genlmsg_put(skb, 0, 0, &mcs_nl_family, 0, cmd);
	if (!*hdr || nla_put_u32(skb, ISCSI_MCS_A_EVENT_SID, sess->sid)) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

static void mcs_event_send(struct sk_buff *skb, void *hdr, bool bad)
{
	if (bad) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast(&mcs_nl_family, skb, 0, ISCSI_MCS_NLGRP_EVENTS,
			  MCS_EVENT_GFP);
}

/**
 * mcs_event_session - something happened to a session
 * @sess: session
 * @cmd: ISCSI_MCS_CMD_*_NTF
 * @reason: why
 * @duration_ms: how long it took
 */
void mcs_event_session(struct mcs_session *sess, u8 cmd,
		       enum iscsi_mcs_reason reason, u32 duration_ms)
{
	const char *name = sess->isess->targetname;
	struct sk_buff *skb;
	void *hdr;
	bool bad;

	mcs_uevent_session(sess, cmd, reason, duration_ms);
	skb = mcs_event_new(sess, cmd, &hdr);
	if (!skb)
		return;
	bad = nla_put_u32(skb, ISCSI_MCS_A_EVENT_REASON, reason) ||
	      nla_put_u32(skb, ISCSI_MCS_A_EVENT_CONNS_ACTIVE,
			  mcs_session_active_conns(sess)) ||
	      (duration_ms && nla_put_u32(skb, ISCSI_MCS_A_EVENT_DURATION_MS,
					  duration_ms)) ||
	      (name && (cmd == ISCSI_MCS_CMD_SESSION_ADDED_NTF ||
			cmd == ISCSI_MCS_CMD_SESSION_REMOVED_NTF) &&
	       nla_put_string(skb, ISCSI_MCS_A_EVENT_TARGET_NAME, name));
	mcs_event_send(skb, hdr, bad);
}

static void mcs_event_conn(struct mcs_conn *conn, u8 cmd,
			   enum iscsi_mcs_reason reason, u32 duration_ms)
{
	struct mcs_session *sess = conn->sess;
	struct mcs_last last;
	struct sk_buff *skb;
	void *hdr;
	bool bad;

	mcs_uevent_conn(conn, cmd, reason, duration_ms);
	mcs_last_get(conn, &last);
	skb = mcs_event_new(sess, cmd, &hdr);
	if (!skb)
		return;
	bad = nla_put_u16(skb, ISCSI_MCS_A_EVENT_CID, conn->cid) ||
	      nla_put_u32(skb, ISCSI_MCS_A_EVENT_ID, conn->id) ||
	      nla_put_u32(skb, ISCSI_MCS_A_EVENT_REASON, reason) ||
	      nla_put_u32(skb, ISCSI_MCS_A_EVENT_CONNS_ACTIVE,
			  mcs_session_active_conns(sess)) ||
	      (duration_ms && nla_put_u32(skb, ISCSI_MCS_A_EVENT_DURATION_MS,
					  duration_ms)) ||
	      (last.error &&
	       nla_put_u32(skb, ISCSI_MCS_A_EVENT_ERROR, -last.error)) ||
	      (last.text[0] &&
	       nla_put_string(skb, ISCSI_MCS_A_EVENT_TEXT, last.text)) ||
	      mcs_nl_put_addr(skb, ISCSI_MCS_A_EVENT_LOCAL, &conn->local) ||
	      mcs_nl_put_addr(skb, ISCSI_MCS_A_EVENT_REMOTE, &conn->remote);
	mcs_event_send(skb, hdr, bad);
}

/**
 * mcs_event_conn_added - a connection was configured
 * @conn: connection
 */
void mcs_event_conn_added(struct mcs_conn *conn)
{
	mcs_event_conn(conn, ISCSI_MCS_CMD_CONN_ADDED_NTF,
		       ISCSI_MCS_REASON_REQUEST, 0);
}

/**
 * mcs_event_conn_up - a connection carries commands
 * @conn: connection
 */
void mcs_event_conn_up(struct mcs_conn *conn)
{
	u32 ms = conn->down_since ?
		 jiffies_to_msecs(jiffies - conn->down_since) : 0;

	conn->down_since = 0;
	mcs_event_conn(conn, ISCSI_MCS_CMD_CONN_UP_NTF, ISCSI_MCS_REASON_NONE,
		       ms);
}

/**
 * mcs_event_conn_down - a connection was lost
 * @conn: connection; its @last says why
 * @pause_ms: how long its commands had to wait, 0 while they still do
 */
void mcs_event_conn_down(struct mcs_conn *conn, u32 pause_ms)
{
	struct mcs_last last;

	conn->down_since = jiffies ?: 1;
	mcs_last_get(conn, &last);
	mcs_event_conn(conn, ISCSI_MCS_CMD_CONN_DOWN_NTF, last.reason,
		       pause_ms);
}

/**
 * mcs_event_conn_removed - a connection is no longer configured
 * @conn: connection
 * @reason: why
 */
void mcs_event_conn_removed(struct mcs_conn *conn,
			    enum iscsi_mcs_reason reason)
{
	mcs_event_conn(conn, ISCSI_MCS_CMD_CONN_REMOVED_NTF, reason, 0);
}
