// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/in.h>
#include <linux/in6.h>
#include <net/ipv6.h>
#include <scsi/libiscsi.h>

#include "conn.h"
#include "connect.h"
#include "netlink-gen.h"
#include "nl_attr.h"
#include "session.h"
#include "sock.h"

/* Sessions, connections and addresses as netlink attributes. */

/**
 * mcs_nl_put_addr - put an address
 * @skb: message
 * @attr: attribute
 * @ss: address; family AF_UNSPEC puts nothing
 *
 * Return: 0 or -EMSGSIZE.
 */
int mcs_nl_put_addr(struct sk_buff *skb, int attr,
		    const struct sockaddr_storage *ss)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;
	const struct sockaddr_in *in = (const struct sockaddr_in *)ss;
	struct nlattr *nest;
	bool bad;

	if (ss->ss_family != AF_INET && ss->ss_family != AF_INET6)
		return 0;
	nest = nla_nest_start(skb, attr);
	if (!nest)
		return -EMSGSIZE;
	bad = nla_put_u16(skb, ISCSI_MCS_A_ADDR_FAMILY, ss->ss_family);
	if (ss->ss_family == AF_INET)
		bad = bad ||
		      nla_put(skb, ISCSI_MCS_A_ADDR_ADDR, 4, &in->sin_addr) ||
		      nla_put_u16(skb, ISCSI_MCS_A_ADDR_PORT,
				  ntohs(in->sin_port));
	else
		bad = bad ||
		      nla_put(skb, ISCSI_MCS_A_ADDR_ADDR, 16,
			      &in6->sin6_addr) ||
		      nla_put_u16(skb, ISCSI_MCS_A_ADDR_PORT,
				  ntohs(in6->sin6_port)) ||
		      (in6->sin6_scope_id &&
		       nla_put_u32(skb, ISCSI_MCS_A_ADDR_SCOPE_ID,
				   in6->sin6_scope_id));
	if (bad) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int mcs_nl_addr_error(const struct nlattr *nla, int err,
			     const char *text, struct netlink_ext_ack *extack)
{
	NL_SET_BAD_ATTR(extack, nla);
	NL_SET_ERR_MSG_FMT(extack, "%s", text);
	return err;
}

/**
 * mcs_nl_get_addr - read an address
 * @nla: nested attribute
 * @ss: filled in
 * @with_port: a port is required
 * @extack: takes the reason of a refusal
 *
 * Return: 0, -EINVAL or -EAFNOSUPPORT.
 */
int mcs_nl_get_addr(const struct nlattr *nla, struct sockaddr_storage *ss,
		    bool with_port, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ISCSI_MCS_A_ADDR_MAX + 1];
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	const struct nlattr *addr;
	u16 family, port = 0;
	int err;

	err = nla_parse_nested(tb, ISCSI_MCS_A_ADDR_MAX, nla,
			       iscsi_mcs_addr_nl_policy, extack);
	if (err)
		return err;
	addr = tb[ISCSI_MCS_A_ADDR_ADDR];
	if (!tb[ISCSI_MCS_A_ADDR_FAMILY] || !addr)
		return mcs_nl_addr_error(nla, -EINVAL,
					 "address needs a family and an address",
					 extack);
	if (tb[ISCSI_MCS_A_ADDR_PORT])
		port = nla_get_u16(tb[ISCSI_MCS_A_ADDR_PORT]);
	if (with_port && !port)
		return mcs_nl_addr_error(nla, -EINVAL, "portal needs a port",
					 extack);

	memset(ss, 0, sizeof(*ss));
	family = nla_get_u16(tb[ISCSI_MCS_A_ADDR_FAMILY]);
	ss->ss_family = family;
	if (family == AF_INET && nla_len(addr) == 4) {
		memcpy(&in->sin_addr, nla_data(addr), 4);
		in->sin_port = htons(port);
		return 0;
	}
	if (family == AF_INET6 && nla_len(addr) == 16) {
		memcpy(&in6->sin6_addr, nla_data(addr), 16);
		/* TCP would use IPv4, and a policy for IPv6 not count. */
		if (ipv6_addr_v4mapped(&in6->sin6_addr))
			return mcs_nl_addr_error(nla, -EINVAL,
						 "IPv4 address in the form of IPv6, write it as IPv4",
						 extack);
		in6->sin6_port = htons(port);
		if (tb[ISCSI_MCS_A_ADDR_SCOPE_ID])
			in6->sin6_scope_id =
				nla_get_u32(tb[ISCSI_MCS_A_ADDR_SCOPE_ID]);
		return 0;
	}
	if (family != AF_INET && family != AF_INET6)
		return mcs_nl_addr_error(nla, -EAFNOSUPPORT,
					 "address is neither IPv4 nor IPv6",
					 extack);
	return mcs_nl_addr_error(nla, -EINVAL,
				 "address has the wrong length for its family",
				 extack);
}

/* What these read may change meanwhile: see mcs_nl_put_conn(). */
static bool __no_kcsan
mcs_nl_put_negotiated(struct sk_buff *skb, struct mcs_session *sess)
{
	const struct iscsi_session *is = sess->isess;

	return nla_put_u8(skb, ISCSI_MCS_A_SESSION_ERROR_RECOVERY_LEVEL, 0) ||
	       nla_put_u8(skb, ISCSI_MCS_A_SESSION_INITIAL_R2T,
			  is->initial_r2t_en) ||
	       nla_put_u8(skb, ISCSI_MCS_A_SESSION_IMMEDIATE_DATA,
			  is->imm_data_en) ||
	       nla_put_u8(skb, ISCSI_MCS_A_SESSION_DATA_PDU_IN_ORDER,
			  is->pdu_inorder_en) ||
	       nla_put_u8(skb, ISCSI_MCS_A_SESSION_DATA_SEQUENCE_IN_ORDER,
			  is->dataseq_inorder_en) ||
	       nla_put_u32(skb, ISCSI_MCS_A_SESSION_MAX_OUTSTANDING_R2T,
			   sess->max_r2t) ||
	       nla_put_u32(skb, ISCSI_MCS_A_SESSION_FIRST_BURST_LENGTH,
			   is->first_burst) ||
	       nla_put_u32(skb, ISCSI_MCS_A_SESSION_MAX_BURST_LENGTH,
			   is->max_burst);
}

static bool mcs_nl_put_load(struct sk_buff *skb, struct mcs_session *sess)
{
	u64 bytes = 0;
	u32 cmds = 0;
	struct mcs_conn *conn;
	struct mcs_window win;

	rcu_read_lock();
	list_for_each_entry_rcu(conn, &sess->conns, node) {
		cmds += atomic_read(&conn->cmds);
		bytes += atomic_read(&conn->bytes);
	}
	rcu_read_unlock();
	spin_lock_bh(&sess->win_lock);
	win = sess->win;
	spin_unlock_bh(&sess->win_lock);

	return nla_put_u32(skb, ISCSI_MCS_A_SESSION_CMDS_IN_FLIGHT, cmds) ||
	       nla_put_u64_64bit(skb, ISCSI_MCS_A_SESSION_BYTES_IN_FLIGHT,
				 bytes, ISCSI_MCS_A_SESSION_PAD) ||
	       nla_put_u32(skb, ISCSI_MCS_A_SESSION_CMDSN, win.cmdsn) ||
	       nla_put_u32(skb, ISCSI_MCS_A_SESSION_EXP_CMDSN,
			   win.exp_cmdsn) ||
	       nla_put_u32(skb, ISCSI_MCS_A_SESSION_MAX_CMDSN, win.max_cmdsn);
}

static bool __no_kcsan
mcs_nl_put_names(struct sk_buff *skb, struct mcs_session *sess)
{
	const struct iscsi_session *is = sess->isess;

	return (is->targetname &&
		nla_put_string(skb, ISCSI_MCS_A_SESSION_TARGET_NAME,
			       is->targetname)) ||
	       (is->initiatorname &&
		nla_put_string(skb, ISCSI_MCS_A_SESSION_INITIATOR_NAME,
			       is->initiatorname)) ||
	       (is->targetalias &&
		nla_put_string(skb, ISCSI_MCS_A_SESSION_TARGET_ALIAS,
			       is->targetalias)) ||
	       nla_put(skb, ISCSI_MCS_A_SESSION_ISID, sizeof(sess->isid),
		       sess->isid) ||
	       nla_put_u16(skb, ISCSI_MCS_A_SESSION_TSIH, sess->tsih) ||
	       nla_put_u16(skb, ISCSI_MCS_A_SESSION_TPGT, sess->offer.tpgt);
}

/**
 * mcs_nl_put_session - put what there is to know of a session
 * @skb: message
 * @sess: session, info_mutex held, not closing
 *
 * Return: 0 or -EMSGSIZE.
 */
int __no_kcsan
mcs_nl_put_session(struct sk_buff *skb, struct mcs_session *sess)
{
	lockdep_assert_held(&sess->info_mutex);

	if (nla_put_u32(skb, ISCSI_MCS_A_SESSION_SID, sess->sid) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_HOST_NO,
			sess->shost->host_no) ||
	    mcs_nl_put_names(skb, sess) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_STATE, sess->state) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_POLICY, sess->policy) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_TARGET_CLASS,
			sess->target_class) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_MAX_CONNECTIONS,
			sess->max_conns) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_MAX_CONNECTIONS_OFFERED,
			sess->offer.max_connections) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_CONNS_CONFIGURED,
			sess->nconns) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_CONNS_ACTIVE,
			mcs_session_active_conns(sess)) ||
	    mcs_nl_put_load(skb, sess) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_GENERATION, sess->epoch) ||
	    nla_put_u64_64bit(skb, ISCSI_MCS_A_SESSION_RECOVERIES,
			      sess->recoveries, ISCSI_MCS_A_SESSION_PAD) ||
	    nla_put_u64_64bit(skb, ISCSI_MCS_A_SESSION_RESENT_CMDS,
			      sess->resent, ISCSI_MCS_A_SESSION_PAD) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_LONGEST_PAUSE_MS,
			sess->longest_pause_ms) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_NOP_INTERVAL_MS,
			sess->nop_interval_ms) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_NOP_TIMEOUT_MS,
			sess->nop_timeout_ms) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_LOGIN_TIMEOUT_MS,
			sess->login_timeout_ms) ||
	    nla_put_u16(skb, ISCSI_MCS_A_SESSION_LAST_LOGIN_STATUS,
			READ_ONCE(sess->last_login_status)) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_SILENCE_TIMEOUT_MS,
			sess->silence_timeout_ms) ||
	    nla_put_u32(skb, ISCSI_MCS_A_SESSION_STREAM_SPLIT_KIB,
			READ_ONCE(sess->stream_split_kib)) ||
	    mcs_nl_put_negotiated(skb, sess))
		return -EMSGSIZE;
	return 0;
}

static bool __no_kcsan
mcs_nl_put_conn_stats(struct sk_buff *skb, struct mcs_conn *conn)
{
	const struct mcs_conn_stats *s = &conn->stats;

	return nla_put_u64_64bit(skb, ISCSI_MCS_A_CONN_TX_BYTES, s->tx_bytes,
				 ISCSI_MCS_A_CONN_PAD) ||
	       nla_put_u64_64bit(skb, ISCSI_MCS_A_CONN_RX_BYTES, s->rx_bytes,
				 ISCSI_MCS_A_CONN_PAD) ||
	       nla_put_u64_64bit(skb, ISCSI_MCS_A_CONN_CMDS, s->cmds,
				 ISCSI_MCS_A_CONN_PAD) ||
	       nla_put_u32(skb, ISCSI_MCS_A_CONN_CMDS_IN_FLIGHT,
			   atomic_read(&conn->cmds)) ||
	       nla_put_u64_64bit(skb, ISCSI_MCS_A_CONN_BYTES_IN_FLIGHT,
				 atomic_read(&conn->bytes),
				 ISCSI_MCS_A_CONN_PAD) ||
	       nla_put_u32(skb, ISCSI_MCS_A_CONN_LOSSES, s->losses) ||
	       nla_put_u32(skb, ISCSI_MCS_A_CONN_RECONNECTS, s->reconnects) ||
	       nla_put_u64_64bit(skb, ISCSI_MCS_A_CONN_RESENT_CMDS, s->resent,
				 ISCSI_MCS_A_CONN_PAD) ||
	       nla_put_u32(skb, ISCSI_MCS_A_CONN_NOP_RTT_US,
			   conn->ping_rtt_us) ||
	       nla_put_u32(skb, ISCSI_MCS_A_CONN_DIGEST_ERRORS,
			   s->digest_errors);
}

/* How the connection does beside others, and when it is tried again */
static bool __no_kcsan
mcs_nl_put_conn_health(struct sk_buff *skb, struct mcs_conn *conn)
{
	u32 now_ms = jiffies_to_msecs(jiffies);
	u32 rtt_us = mcs_drain_rtt_us(&conn->drain, now_ms);
	u32 pace = mcs_drain_pace(&conn->drain, now_ms);
	u32 retry_ms = mcs_connect_retry_ms(conn);
	u32 retransmits;

	return nla_put_u32(skb, ISCSI_MCS_A_CONN_FLAPS, conn->flaps) ||
	       nla_put_u32(skb, ISCSI_MCS_A_CONN_LONGEST_PAUSE_MS,
			   conn->longest_pause_ms) ||
	       (retry_ms &&
		nla_put_u32(skb, ISCSI_MCS_A_CONN_RETRY_MS, retry_ms)) ||
	       (mcs_sock_retransmits(conn, &retransmits) &&
		nla_put_u32(skb, ISCSI_MCS_A_CONN_TCP_RETRANSMITS,
			    retransmits)) ||
	       (rtt_us &&
		nla_put_u32(skb, ISCSI_MCS_A_CONN_TCP_RTT_US, rtt_us)) ||
	       (pace && nla_put_u32(skb, ISCSI_MCS_A_CONN_PACE_KIB_S,
				    NSEC_PER_SEC / pace));
}

/* iscsid does not say how it logged in, but its secrets do. */
static enum iscsi_mcs_auth mcs_nl_auth(const struct mcs_conn *conn)
{
	const struct mcs_session *sess = conn->sess;

	if (!conn->lead || conn->auth_used != ISCSI_MCS_AUTH_SESSION)
		return conn->auth_used;
	if (!sess->offer.chap)
		return ISCSI_MCS_AUTH_NONE;
	return sess->isess->password_in && sess->isess->password_in[0] ?
	       ISCSI_MCS_AUTH_MUTUAL_CHAP : ISCSI_MCS_AUTH_CHAP;
}

static bool __no_kcsan
mcs_nl_put_conn_config(struct sk_buff *skb, struct mcs_conn *conn)
{
	return mcs_nl_put_addr(skb, ISCSI_MCS_A_CONN_REMOTE, &conn->remote) ||
	       mcs_nl_put_addr(skb, ISCSI_MCS_A_CONN_LOCAL, &conn->local) ||
	       mcs_nl_put_addr(skb, ISCSI_MCS_A_CONN_SOURCE, &conn->source) ||
	       (conn->ifindex && nla_put_u32(skb, ISCSI_MCS_A_CONN_IFINDEX,
					     conn->ifindex)) ||
	       (conn->login_timeout_ms &&
		nla_put_u32(skb, ISCSI_MCS_A_CONN_LOGIN_TIMEOUT_MS,
			    conn->login_timeout_ms)) ||
	       (conn->has_port &&
		nla_put_u32(skb, ISCSI_MCS_A_CONN_INITIATOR_PORT,
			    conn->initiator_port)) ||
	       (conn->symbolic_name &&
		nla_put_string(skb, ISCSI_MCS_A_CONN_SYMBOLIC_NAME,
			       conn->symbolic_name)) ||
	       nla_put_u32(skb, ISCSI_MCS_A_CONN_AUTH, mcs_nl_auth(conn)) ||
	       nla_put_u32(skb, ISCSI_MCS_A_CONN_ROLE, conn->role) ||
	       nla_put_u32(skb, ISCSI_MCS_A_CONN_WEIGHT, conn->weight) ||
	       nla_put_u32(skb, ISCSI_MCS_A_CONN_FLAGS, conn->conn_flags);
}

/* Nothing is known of iscsid's socket. */
static bool __no_kcsan
mcs_nl_put_conn_ipsec(struct sk_buff *skb, struct mcs_conn *conn)
{
	if (!conn->sock || conn->sock_is_users)
		return false;
	return nla_put_u32(skb, ISCSI_MCS_A_CONN_IPSEC_MODE,
			   conn->ipsec_mode) ||
	       (conn->ipsec_mode != ISCSI_MCS_IPSEC_MODE_NONE &&
		nla_put_u32(skb, ISCSI_MCS_A_CONN_IPSEC_REQID,
			    conn->ipsec_reqid));
}

static bool __no_kcsan
mcs_nl_put_conn_last(struct sk_buff *skb, struct mcs_conn *conn)
{
	struct mcs_last last;

	mcs_last_get(conn, &last);
	return (last.error && nla_put_u32(skb, ISCSI_MCS_A_CONN_LAST_ERROR,
					  -last.error)) ||
	       (last.text[0] &&
		nla_put_string(skb, ISCSI_MCS_A_CONN_LAST_ERROR_TEXT,
			       last.text)) ||
	       nla_put_u8(skb, ISCSI_MCS_A_CONN_LOGIN_STATUS_CLASS,
			  conn->status_class) ||
	       nla_put_u8(skb, ISCSI_MCS_A_CONN_LOGIN_STATUS_DETAIL,
			  conn->status_detail) ||
	       nla_put_u32(skb, ISCSI_MCS_A_CONN_REASON, last.reason);
}

/**
 * mcs_nl_put_conn - put what there is to know of a connection
 * @skb: message
 * @conn: connection: a reference held, or under rcu_read_lock(); its session's
 *	info_mutex held, not closing
 *
 * What is read here may change meanwhile: it is for people, and for programs
 * that take an event for the sign to read again.
 *
 * Return: 0 or -EMSGSIZE.
 */
int __no_kcsan mcs_nl_put_conn(struct sk_buff *skb, struct mcs_conn *conn)
{
	lockdep_assert_held(&conn->sess->info_mutex);

	if (nla_put_u32(skb, ISCSI_MCS_A_CONN_SID, conn->sess->sid) ||
	    nla_put_u16(skb, ISCSI_MCS_A_CONN_CID, conn->cid) ||
	    nla_put_u32(skb, ISCSI_MCS_A_CONN_ID, conn->id) ||
	    (conn->lead && nla_put_flag(skb, ISCSI_MCS_A_CONN_LEADING)) ||
	    nla_put_u32(skb, ISCSI_MCS_A_CONN_STATE, mcs_conn_state(conn)) ||
	    mcs_nl_put_conn_config(skb, conn) ||
	    nla_put_u8(skb, ISCSI_MCS_A_CONN_HEADER_DIGEST, conn->hdgst) ||
	    nla_put_u8(skb, ISCSI_MCS_A_CONN_DATA_DIGEST, conn->ddgst) ||
	    nla_put_u32(skb, ISCSI_MCS_A_CONN_MAX_RECV_DATA_LENGTH,
			conn->max_recv) ||
	    nla_put_u32(skb, ISCSI_MCS_A_CONN_MAX_XMIT_DATA_LENGTH,
			conn->max_xmit) ||
	    mcs_nl_put_conn_stats(skb, conn) ||
	    mcs_nl_put_conn_health(skb, conn) ||
	    mcs_nl_put_conn_ipsec(skb, conn) ||
	    mcs_nl_put_conn_last(skb, conn))
		return -EMSGSIZE;
	return 0;
}
