// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>

#include "fake_kernel.h"

struct fake_kernel fake;

/* Tests with threads share the one kernel. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* A datagram on its way to a handle */
struct datagram {
	struct datagram *next;
	int error;
	size_t len;
	size_t room;
	unsigned char *data;
};

/* In place of an error: there is nothing to receive for once */
#define NOTHING 0xffff

/* One handle's queue */
struct queue {
	struct datagram *head;
	int subscribed;
	uint32_t seq;
};

static struct queue *event_queue;

/**
 * fake_reset - forget everything
 */
void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
}

/**
 * fake_session - let there be a session, logged in
 * @sid: its number
 * @target: name of its target
 * @max_connections: as negotiated
 *
 * Return: the session, to be changed by the test.
 */
struct iscsidsc_session *fake_session(uint32_t sid, const char *target,
				      uint32_t max_connections)
{
	struct iscsidsc_session *s = &fake.sessions[fake.session_count++];
	static const uint8_t isid[6] = { 0x00, 0x02, 0x3d, 0x00, 0x00, 0x00 };

	memset(s, 0, sizeof(*s));
	s->sid = sid;
	s->host_no = sid + 1;
	strcpy(s->target_name, target);
	strcpy(s->initiator_name, "iqn.2024-01.example:host");
	memcpy(s->isid, isid, sizeof(isid));
	s->isid[5] = (uint8_t)sid;
	s->tsih = 0x1234;
	s->tpgt = 1;
	s->state = ISCSI_MCS_SESSION_STATE_LOGGED_IN;
	s->policy = ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH;
	s->max_connections = max_connections;
	s->max_connections_offered = 8;
	return s;
}

static size_t session_index(uint32_t sid)
{
	size_t i;

	for (i = 0; i < fake.session_count; i++)
		if (fake.sessions[i].sid == sid)
			break;
	return i;
}

static void numeric(const char *text, uint16_t port, struct iscsidsc_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	addr->port = port;
	inet_pton(addr->family, text, addr->addr);
}

/**
 * fake_conn - let there be a connection, in state up
 * @sid: session
 * @id: number of the connection
 * @cid: CID
 * @local: local address, or NULL
 * @remote: address of the portal
 *
 * Return: the connection, to be changed by the test.
 */
struct iscsidsc_conn *fake_conn(uint32_t sid, uint32_t id, uint16_t cid,
				const char *local, const char *remote)
{
	size_t i = session_index(sid);
	struct iscsidsc_session *s = &fake.sessions[i];
	struct iscsidsc_conn *c = &fake.conns[i][s->conn_count++];

	memset(c, 0, sizeof(*c));
	c->sid = sid;
	c->id = id;
	c->cid = cid;
	c->leading = s->conn_count == 1;
	c->state = ISCSI_MCS_CONN_STATE_UP;
	c->initiator_port = ISCSI_ANY_INITIATOR_PORT;
	if (local)
		numeric(local, (uint16_t)(40000 + id), &c->local);
	numeric(remote, 3260, &c->remote);
	s->conns_configured++;
	s->conns_active++;
	s->generation++;
	return c;
}

/**
 * fake_fail - let a command fail
 * @cmd: command
 * @error: positive errno
 * @text: text of the extended ack, or NULL
 * @times: how many times, -1 for ever
 */
void fake_fail(int cmd, int error, const char *text, int times)
{
	fake.fail_cmd = cmd;
	fake.fail_errno = error;
	fake.fail_text = text;
	fake.fail_times = times;
	fake.fail_skip = 0;
}

static void push(struct queue *q, const void *data, size_t len, int error,
		 int merge)
{
	struct datagram **d = &q->head;

	while (*d && (!merge || (*d)->next || (*d)->error))
		d = &(*d)->next;
	if (!*d)
		*d = calloc(1, sizeof(**d));
	if ((*d)->len + NLMSG_ALIGN(len) > (*d)->room) {
		(*d)->room = (*d)->len + 2 * NLMSG_ALIGN(len) + 4096;
		(*d)->data = realloc((*d)->data, (*d)->room);
	}
	(*d)->error = error;
	if (len)
		memcpy((*d)->data + (*d)->len, data, len);
	(*d)->len += NLMSG_ALIGN(len);
}

static void push_msg(struct queue *q, struct nl_msg *msg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);

	push(q, nlh, nlh->nlmsg_len, 0, !fake.split && q->head);
	nlmsg_free(msg);
}

static void push_ack(struct queue *q, int error, const char *text)
{
	struct nlmsgerr err = { .error = error };
	struct nl_msg *msg = nlmsg_alloc();
	struct nlmsghdr *nlh;

	nlh = nlmsg_put(msg, 0, q->seq, NLMSG_ERROR, 0, NLM_F_CAPPED);
	if (text)
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
	nlmsg_append(msg, &err, sizeof(err), NLMSG_ALIGNTO);
	if (text)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, text);
	push_msg(q, msg);
}

static void push_done(struct queue *q, int interrupted)
{
	struct nl_msg *msg = nlmsg_alloc();
	int zero = 0;

	nlmsg_put(msg, 0, q->seq, NLMSG_DONE, 0,
		  NLM_F_MULTI | (interrupted ? NLM_F_DUMP_INTR : 0));
	nlmsg_append(msg, &zero, sizeof(zero), NLMSG_ALIGNTO);
	push_msg(q, msg);
}

static struct nl_msg *reply(uint32_t seq, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 0, seq, FAKE_FAMILY, 0, flags, cmd, 1);
	return msg;
}

static void put_addr(struct nl_msg *msg, int attr,
		     const struct iscsidsc_addr *addr)
{
	struct nlattr *nest;

	if (!addr->family)
		return;
	nest = nla_nest_start(msg, attr | NLA_F_NESTED);
	nla_put_u16(msg, ISCSI_MCS_A_ADDR_FAMILY, addr->family);
	nla_put(msg, ISCSI_MCS_A_ADDR_ADDR, addr->family == AF_INET ? 4 : 16,
		addr->addr);
	nla_put_u16(msg, ISCSI_MCS_A_ADDR_PORT, addr->port);
	if (addr->scope_id)
		nla_put_u32(msg, ISCSI_MCS_A_ADDR_SCOPE_ID, addr->scope_id);
	nla_nest_end(msg, nest);
}

static void put_session(struct nl_msg *msg, const struct iscsidsc_session *s)
{
#define PUT(bits, name, member) \
	nla_put_u##bits(msg, ISCSI_MCS_A_SESSION_##name, s->member)
	PUT(32, SID, sid);
	PUT(32, HOST_NO, host_no);
	nla_put_string(msg, ISCSI_MCS_A_SESSION_TARGET_NAME, s->target_name);
	nla_put_string(msg, ISCSI_MCS_A_SESSION_INITIATOR_NAME,
		       s->initiator_name);
	if (*s->target_alias)
		nla_put_string(msg, ISCSI_MCS_A_SESSION_TARGET_ALIAS,
			       s->target_alias);
	nla_put(msg, ISCSI_MCS_A_SESSION_ISID, 6, s->isid);
	PUT(16, TSIH, tsih);
	PUT(16, TPGT, tpgt);
	PUT(32, STATE, state);
	PUT(32, POLICY, policy);
	PUT(32, TARGET_CLASS, target_class);
	PUT(32, MAX_CONNECTIONS, max_connections);
	PUT(32, MAX_CONNECTIONS_OFFERED, max_connections_offered);
	PUT(32, CONNS_CONFIGURED, conns_configured);
	PUT(32, CONNS_ACTIVE, conns_active);
	PUT(32, CMDS_IN_FLIGHT, cmds_in_flight);
	PUT(64, BYTES_IN_FLIGHT, bytes_in_flight);
	PUT(32, CMDSN, cmdsn);
	PUT(32, EXP_CMDSN, exp_cmdsn);
	PUT(32, MAX_CMDSN, max_cmdsn);
	PUT(32, GENERATION, generation);
	PUT(64, RECOVERIES, recoveries);
	PUT(64, RESENT_CMDS, resent_cmds);
	PUT(32, LONGEST_PAUSE_MS, longest_pause_ms);
	PUT(32, NOP_INTERVAL_MS, nop_interval_ms);
	PUT(32, NOP_TIMEOUT_MS, nop_timeout_ms);
	PUT(32, LOGIN_TIMEOUT_MS, login_timeout_ms);
	PUT(32, SILENCE_TIMEOUT_MS, silence_timeout_ms);
	PUT(32, STREAM_SPLIT_KIB, stream_split_kib);
	PUT(16, LAST_LOGIN_STATUS, last_login_status);
	PUT(8, ERROR_RECOVERY_LEVEL, error_recovery_level);
	PUT(8, INITIAL_R2T, initial_r2t);
	PUT(8, IMMEDIATE_DATA, immediate_data);
	PUT(8, DATA_PDU_IN_ORDER, data_pdu_in_order);
	PUT(8, DATA_SEQUENCE_IN_ORDER, data_sequence_in_order);
	PUT(32, MAX_OUTSTANDING_R2T, max_outstanding_r2t);
	PUT(32, FIRST_BURST_LENGTH, first_burst_length);
	PUT(32, MAX_BURST_LENGTH, max_burst_length);
#undef PUT
	/* A newer kernel says more. */
	nla_put_u32(msg, ISCSI_MCS_A_SESSION_MAX + 7, 1);
}

static void put_conn(struct nl_msg *msg, const struct iscsidsc_conn *c)
{
#define PUT(bits, name, member) \
	nla_put_u##bits(msg, ISCSI_MCS_A_CONN_##name, c->member)
	PUT(32, SID, sid);
	PUT(16, CID, cid);
	PUT(32, ID, id);
	if (c->leading)
		nla_put_flag(msg, ISCSI_MCS_A_CONN_LEADING);
	PUT(32, STATE, state);
	put_addr(msg, ISCSI_MCS_A_CONN_REMOTE, &c->remote);
	put_addr(msg, ISCSI_MCS_A_CONN_LOCAL, &c->local);
	put_addr(msg, ISCSI_MCS_A_CONN_SOURCE, &c->source);
	PUT(32, IFINDEX, ifindex);
	PUT(32, LOGIN_TIMEOUT_MS, login_timeout_ms);
	PUT(8, HEADER_DIGEST, header_digest);
	PUT(8, DATA_DIGEST, data_digest);
	PUT(32, MAX_RECV_DATA_LENGTH, max_recv_data_length);
	PUT(32, MAX_XMIT_DATA_LENGTH, max_xmit_data_length);
	PUT(32, ROLE, role);
	PUT(32, WEIGHT, weight);
	PUT(32, FLAGS, flags);
	PUT(32, INITIATOR_PORT, initiator_port);
	if (*c->symbolic_name)
		nla_put_string(msg, ISCSI_MCS_A_CONN_SYMBOLIC_NAME,
			       c->symbolic_name);
	PUT(32, AUTH, auth);
	/* A kernel whose counters have another width */
	if (fake.other_widths) {
		nla_put_u64(msg, ISCSI_MCS_A_CONN_LOSSES, 1ull << 40);
		nla_put_u8(msg, ISCSI_MCS_A_CONN_TX_BYTES, 7);
		nla_put(msg, ISCSI_MCS_A_CONN_RX_BYTES, 3, "abc");
		return;
	}
	PUT(64, TX_BYTES, tx_bytes);
	PUT(64, RX_BYTES, rx_bytes);
	PUT(64, CMDS, cmds);
	PUT(32, CMDS_IN_FLIGHT, cmds_in_flight);
	PUT(64, BYTES_IN_FLIGHT, bytes_in_flight);
	PUT(32, LOSSES, losses);
	PUT(32, RECONNECTS, reconnects);
	PUT(64, RESENT_CMDS, resent_cmds);
	PUT(32, NOP_RTT_US, nop_rtt_us);
	PUT(32, DIGEST_ERRORS, digest_errors);
	PUT(32, LAST_ERROR, last_error);
	if (*c->last_error_text)
		nla_put_string(msg, ISCSI_MCS_A_CONN_LAST_ERROR_TEXT,
			       c->last_error_text);
	PUT(8, LOGIN_STATUS_CLASS, login_status_class);
	PUT(8, LOGIN_STATUS_DETAIL, login_status_detail);
	PUT(32, REASON, reason);
	PUT(32, FLAPS, flaps);
	PUT(32, RETRY_MS, retry_ms);
	PUT(32, TCP_RETRANSMITS, tcp_retransmits);
	PUT(32, TCP_RTT_US, tcp_rtt_us);
	PUT(32, PACE_KIB_S, pace_kib_s);
	PUT(32, LONGEST_PAUSE_MS, longest_pause_ms);
#undef PUT
}

static int do_session_get(struct queue *q, struct nlattr **tb, int dump)
{
	struct nl_msg *msg;
	size_t i;

	if (!dump && !tb[ISCSI_MCS_A_SESSION_SID])
		return -EINVAL;
	i = dump ? 0 : session_index(nla_get_u32(tb[ISCSI_MCS_A_SESSION_SID]));
	if (!dump && i == fake.session_count)
		return -ENOENT;
	for (; i < fake.session_count; i++) {
		msg = reply(q->seq, ISCSI_MCS_CMD_SESSION_GET,
			    dump ? NLM_F_MULTI : 0);
		put_session(msg, &fake.sessions[i]);
		push_msg(q, msg);
		if (!dump)
			break;
	}
	return 0;
}

static int do_conn_get(struct queue *q, struct nlattr **tb, int dump)
{
	struct nl_msg *msg;
	size_t s, c;

	if (!dump)
		return -EINVAL;
	for (s = 0; s < fake.session_count; s++) {
		if (tb[ISCSI_MCS_A_CONN_SID] && fake.sessions[s].sid !=
		    nla_get_u32(tb[ISCSI_MCS_A_CONN_SID]))
			continue;
		for (c = 0; c < fake.sessions[s].conn_count; c++) {
			msg = reply(q->seq, ISCSI_MCS_CMD_CONN_GET,
				    NLM_F_MULTI);
			put_conn(msg, &fake.conns[s][c]);
			push_msg(q, msg);
		}
	}
	return 0;
}

static int do_session_set(struct nlattr **tb)
{
	size_t i;

	if (!tb[ISCSI_MCS_A_SESSION_SID])
		return -EINVAL;
	i = session_index(nla_get_u32(tb[ISCSI_MCS_A_SESSION_SID]));
	if (i == fake.session_count)
		return -ENOENT;
	if (tb[ISCSI_MCS_A_SESSION_POLICY])
		fake.sessions[i].policy =
			nla_get_u32(tb[ISCSI_MCS_A_SESSION_POLICY]);
	if (tb[ISCSI_MCS_A_SESSION_NOP_INTERVAL_MS])
		fake.sessions[i].nop_interval_ms =
			nla_get_u32(tb[ISCSI_MCS_A_SESSION_NOP_INTERVAL_MS]);
	if (tb[ISCSI_MCS_A_SESSION_SILENCE_TIMEOUT_MS])
		fake.sessions[i].silence_timeout_ms =
			nla_get_u32(tb[ISCSI_MCS_A_SESSION_SILENCE_TIMEOUT_MS]);
	if (tb[ISCSI_MCS_A_SESSION_STREAM_SPLIT_KIB])
		fake.sessions[i].stream_split_kib =
			nla_get_u32(tb[ISCSI_MCS_A_SESSION_STREAM_SPLIT_KIB]);
	if (tb[ISCSI_MCS_A_SESSION_TARGET_CLASS])
		fake.sessions[i].target_class =
			nla_get_u32(tb[ISCSI_MCS_A_SESSION_TARGET_CLASS]);
	return 0;
}

static int get_addr(struct nlattr *attr, struct iscsidsc_addr *addr)
{
	static struct nla_policy policy[ISCSI_MCS_A_ADDR_MAX + 1] = {
		[ISCSI_MCS_A_ADDR_FAMILY] = { .type = NLA_U16 },
		[ISCSI_MCS_A_ADDR_PORT] = { .type = NLA_U16 },
		[ISCSI_MCS_A_ADDR_SCOPE_ID] = { .type = NLA_U32 },
	};
	struct nlattr *tb[ISCSI_MCS_A_ADDR_MAX + 1];

	/* The kernel insists on the flag since strict validation. */
	if (!(attr->nla_type & NLA_F_NESTED) ||
	    nla_parse_nested(tb, ISCSI_MCS_A_ADDR_MAX, attr, policy) < 0 ||
	    !tb[ISCSI_MCS_A_ADDR_FAMILY] || !tb[ISCSI_MCS_A_ADDR_ADDR])
		return -EINVAL;
	memset(addr, 0, sizeof(*addr));
	addr->family = nla_get_u16(tb[ISCSI_MCS_A_ADDR_FAMILY]);
	if (nla_len(tb[ISCSI_MCS_A_ADDR_ADDR]) !=
	    (addr->family == AF_INET ? 4 : 16))
		return -EINVAL;
	memcpy(addr->addr, nla_data(tb[ISCSI_MCS_A_ADDR_ADDR]),
	       nla_len(tb[ISCSI_MCS_A_ADDR_ADDR]));
	if (tb[ISCSI_MCS_A_ADDR_PORT])
		addr->port = nla_get_u16(tb[ISCSI_MCS_A_ADDR_PORT]);
	if (tb[ISCSI_MCS_A_ADDR_SCOPE_ID])
		addr->scope_id = nla_get_u32(tb[ISCSI_MCS_A_ADDR_SCOPE_ID]);
	return 0;
}

static size_t get_blob(struct nlattr *attr, char *to)
{
	if (!attr || nla_len(attr) > ISCSI_MCS_CHAP_LEN)
		return 0;
	memcpy(to, nla_data(attr), nla_len(attr));
	return nla_len(attr);
}

static int record_add(struct nlattr **tb)
{
	struct iscsidsc_conn *a = &fake.last_add;
	int i;

	fake.adds++;
	if (fake.on_add)
		fake.on_add();
	fake.last = 0;
	memset(a, 0, sizeof(*a));
	for (i = 1; i <= ISCSI_MCS_A_CONN_MAX; i++)
		if (tb[i])
			fake.last |= 1ull << i;
#define GET(bits, name, member) do { \
		if (tb[ISCSI_MCS_A_CONN_##name]) \
			a->member = nla_get_u##bits(tb[ISCSI_MCS_A_CONN_##name]); \
	} while (0)
	GET(32, SID, sid);
	GET(32, IFINDEX, ifindex);
	GET(32, LOGIN_TIMEOUT_MS, login_timeout_ms);
	GET(8, HEADER_DIGEST, header_digest);
	GET(8, DATA_DIGEST, data_digest);
	GET(32, ROLE, role);
	GET(32, WEIGHT, weight);
	GET(32, FLAGS, flags);
	GET(32, INITIATOR_PORT, initiator_port);
	GET(32, AUTH, auth);
#undef GET
	if (tb[ISCSI_MCS_A_CONN_SYMBOLIC_NAME])
		nla_strlcpy(a->symbolic_name, tb[ISCSI_MCS_A_CONN_SYMBOLIC_NAME],
			    sizeof(a->symbolic_name));
	fake.secret_len = get_blob(tb[ISCSI_MCS_A_CONN_CHAP_SECRET],
				   fake.secret);
	fake.secret_in_len = get_blob(tb[ISCSI_MCS_A_CONN_CHAP_SECRET_IN],
				      fake.secret_in);
	fake.chap_name_len = get_blob(tb[ISCSI_MCS_A_CONN_CHAP_NAME],
				      fake.chap_name);
	if (!tb[ISCSI_MCS_A_CONN_REMOTE] ||
	    get_addr(tb[ISCSI_MCS_A_CONN_REMOTE], &a->remote) ||
	    (tb[ISCSI_MCS_A_CONN_SOURCE] &&
	     get_addr(tb[ISCSI_MCS_A_CONN_SOURCE], &a->source)))
		return -EINVAL;
	return 0;
}

static int same_ends(const struct iscsidsc_conn *a,
		     const struct iscsidsc_conn *b)
{
	return a->ifindex == b->ifindex &&
	       !memcmp(&a->remote, &b->remote, sizeof(a->remote)) &&
	       !memcmp(&a->source, &b->source, sizeof(a->source));
}

static int do_conn_add(struct queue *q, struct nlattr **tb)
{
	struct iscsidsc_session *s;
	struct iscsidsc_conn *c;
	struct nl_msg *msg;
	size_t i, n;

	if (record_add(tb))
		return -EINVAL;
	i = session_index(fake.last_add.sid);
	if (i == fake.session_count)
		return -ENOENT;
	s = &fake.sessions[i];
	for (n = 0; n < s->conn_count; n++)
		if (same_ends(&fake.conns[i][n], &fake.last_add) &&
		    !(fake.last_add.flags &
		      ISCSI_MCS_CONN_FLAGS_ALLOW_DUPLICATE))
			return -EEXIST;
	if (s->conn_count >= s->max_connections || s->conn_count == FAKE_MAX)
		return -ENOSPC;
	n = s->conn_count ? fake.conns[i][s->conn_count - 1].id + 1 : 0;
	c = fake_conn(s->sid, (uint32_t)n, (uint16_t)n, "10.0.2.1", "0.0.0.0");
	c->remote = fake.last_add.remote;
	c->source = fake.last_add.source;
	c->ifindex = fake.last_add.ifindex;
	c->flags = fake.last_add.flags;
	if (fake.silent_add)
		return 0;
	msg = reply(q->seq, ISCSI_MCS_CMD_CONN_ADD, 0);
	nla_put_u32(msg, ISCSI_MCS_A_CONN_SID, c->sid);
	nla_put_u16(msg, ISCSI_MCS_A_CONN_CID, c->cid);
	nla_put_u32(msg, ISCSI_MCS_A_CONN_ID, c->id);
	nla_put_u32(msg, ISCSI_MCS_A_CONN_STATE, c->state);
	put_addr(msg, ISCSI_MCS_A_CONN_LOCAL, &c->local);
	put_addr(msg, ISCSI_MCS_A_CONN_REMOTE, &c->remote);
	push_msg(q, msg);
	return 0;
}

static int do_conn_set(struct nlattr **tb)
{
	struct iscsidsc_conn *c;
	size_t i, n;

	if (!tb[ISCSI_MCS_A_CONN_SID] || !tb[ISCSI_MCS_A_CONN_ID])
		return -EINVAL;
	i = session_index(nla_get_u32(tb[ISCSI_MCS_A_CONN_SID]));
	if (i == fake.session_count)
		return -ENOENT;
	for (n = 0; n < fake.sessions[i].conn_count; n++)
		if (fake.conns[i][n].id == nla_get_u32(tb[ISCSI_MCS_A_CONN_ID]))
			break;
	if (n == fake.sessions[i].conn_count)
		return -ENXIO;
	c = &fake.conns[i][n];
	if (tb[ISCSI_MCS_A_CONN_ROLE])
		c->role = nla_get_u32(tb[ISCSI_MCS_A_CONN_ROLE]);
	if (tb[ISCSI_MCS_A_CONN_WEIGHT])
		c->weight = nla_get_u32(tb[ISCSI_MCS_A_CONN_WEIGHT]);
	return 0;
}

static int do_conn_del(struct nlattr **tb)
{
	struct iscsidsc_session *s;
	size_t i, n;

	if (!tb[ISCSI_MCS_A_CONN_SID] || !tb[ISCSI_MCS_A_CONN_ID])
		return -EINVAL;
	i = session_index(nla_get_u32(tb[ISCSI_MCS_A_CONN_SID]));
	if (i == fake.session_count)
		return -ENOENT;
	s = &fake.sessions[i];
	for (n = 0; n < s->conn_count; n++)
		if (fake.conns[i][n].id == nla_get_u32(tb[ISCSI_MCS_A_CONN_ID]))
			break;
	if (n == s->conn_count)
		return -ENXIO;
	if (s->conn_count == 1)
		return -EBUSY;
	memmove(&fake.conns[i][n], &fake.conns[i][n + 1],
		(s->conn_count - n - 1) * sizeof(fake.conns[i][0]));
	s->conn_count--;
	s->conns_configured--;
	s->conns_active--;
	return 0;
}

static int handle(struct queue *q, struct nlmsghdr *nlh)
{
	struct nlattr *tb[ISCSI_MCS_A_CONN_MAX + 1];
	struct genlmsghdr *ghdr = nlmsg_data(nlh);
	int dump = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, ISCSI_MCS_A_CONN_MAX, NULL) < 0)
		return -EINVAL;
	if (fake.fail_cmd == ghdr->cmd && fake.fail_times &&
	    fake.fail_skip-- <= 0) {
		if (ghdr->cmd == ISCSI_MCS_CMD_CONN_ADD)
			record_add(tb);
		fake.fail_times -= fake.fail_times > 0;
		return -fake.fail_errno;
	}
	switch (ghdr->cmd) {
	case ISCSI_MCS_CMD_SESSION_GET:
		return do_session_get(q, tb, dump);
	case ISCSI_MCS_CMD_SESSION_SET:
		return do_session_set(tb);
	case ISCSI_MCS_CMD_CONN_GET:
		return do_conn_get(q, tb, dump);
	case ISCSI_MCS_CMD_CONN_ADD:
		return do_conn_add(q, tb);
	case ISCSI_MCS_CMD_CONN_DEL:
		return do_conn_del(tb);
	case ISCSI_MCS_CMD_CONN_SET:
		return do_conn_set(tb);
	}
	return -EOPNOTSUPP;
}

static int fake_send(struct iscsidsc *h, struct nl_msg *msg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	int dump = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	struct genlmsghdr *ghdr = nlmsg_data(nlh);
	struct queue *q = h->priv;
	int err;

	if (fake.before_add && ghdr->cmd == ISCSI_MCS_CMD_CONN_ADD)
		fake.before_add();
	pthread_mutex_lock(&lock);
	if (fake.noise) {
		q->seq = nlh->nlmsg_seq - 1;
		push_ack(q, -EIO, "answer to somebody else");
	}
	q->seq = nlh->nlmsg_seq;
	if (nlh->nlmsg_type != FAKE_FAMILY ||
	    !(nlh->nlmsg_flags & NLM_F_REQUEST) ||
	    (!dump && !(nlh->nlmsg_flags & NLM_F_ACK)))
		fake.bad_requests++;
	err = handle(q, nlh);
	if (err == -EINVAL && fake.fail_errno != EINVAL)
		fake.bad_requests++;
	if (err || !dump) {
		push_ack(q, err, err ? fake.fail_text : NULL);
	} else {
		push_done(q, fake.interrupt > 0);
		fake.interrupt -= fake.interrupt > 0;
	}
	pthread_mutex_unlock(&lock);
	return 0;
}

static int fake_recv(struct iscsidsc *h, int timeout_ms, unsigned char **buf)
{
	struct queue *q = h->priv;
	struct datagram *d;
	int len;

	pthread_mutex_lock(&lock);
	d = q->head;
	if (d)
		q->head = d->next;
	pthread_mutex_unlock(&lock);
	if (!d) {
		if (fake.on_wait && q == event_queue) {
			fake.on_wait(timeout_ms);
			return 0;
		}
		if (fake.interrupt_after && q == event_queue) {
			raise(SIGTERM);
			return -EINTR;
		}
		if (timeout_ms > 0)
			poll(NULL, 0, timeout_ms);
		return timeout_ms < 0 ? -EIO : 0;
	}
	len = d->error ? -d->error : (int)d->len;
	if (d->error == NOTHING)
		len = 0;
	if (len > 0)
		*buf = d->data;
	else
		free(d->data);
	free(d);
	return len;
}

static int fake_open(struct iscsidsc *h)
{
	int absent;

	pthread_mutex_lock(&lock);
	absent = fake.absent;
	fake.opened += !absent;
	pthread_mutex_unlock(&lock);
	if (absent)
		return -ENOSYS;
	h->family = FAKE_FAMILY;
	h->priv = calloc(1, sizeof(struct queue));
	return h->priv ? 0 : -ENOMEM;
}

static void fake_close(struct iscsidsc *h)
{
	struct queue *q = h->priv;
	struct datagram *d;

	pthread_mutex_lock(&lock);
	while ((d = q->head)) {
		q->head = d->next;
		free(d->data);
		free(d);
	}
	if (event_queue == q)
		event_queue = NULL;
	free(q);
	fake.closed++;
	pthread_mutex_unlock(&lock);
}

static int fake_subscribe(struct iscsidsc *h)
{
	event_queue = h->priv;
	if (fake.on_subscribe)
		fake.on_subscribe();
	return 0;
}

static int fake_fd(const struct iscsidsc *h)
{
	(void)h;
	return -1;
}

/**
 * fake_event - send an event to the handle that is subscribed
 * @cmd: event
 * @sid: session
 * @id: connection
 * @reason: reason
 * @text: text, or NULL
 */
void fake_event(int cmd, uint32_t sid, uint32_t id, uint32_t reason,
		const char *text)
{
	struct nl_msg *msg = reply(0, cmd, 0);

	nla_put_u32(msg, ISCSI_MCS_A_EVENT_SID, sid);
	if (cmd >= ISCSI_MCS_CMD_CONN_ADDED_NTF &&
	    cmd <= ISCSI_MCS_CMD_CONN_REMOVED_NTF) {
		nla_put_u32(msg, ISCSI_MCS_A_EVENT_ID, id);
		nla_put_u16(msg, ISCSI_MCS_A_EVENT_CID, (uint16_t)id);
	}
	nla_put_u32(msg, ISCSI_MCS_A_EVENT_REASON, reason);
	if (text)
		nla_put_string(msg, ISCSI_MCS_A_EVENT_TEXT, text);
	push_msg(event_queue, msg);
}

/**
 * fake_unload - tell the handle that is subscribed that the module is gone
 * @family: family that is gone
 */
void fake_unload(int family)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 0, 0, GENL_ID_CTRL, 0, 0, CTRL_CMD_DELFAMILY, 2);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, (uint16_t)family);
	push_msg(event_queue, msg);
}

/**
 * fake_overrun - let the handle that is subscribed miss events
 */
void fake_overrun(void)
{
	push(event_queue, NULL, 0, ENOBUFS, 0);
}

/**
 * fake_lull - nothing more has happened, until the handle that is subscribed has
 *	looked
 */
void fake_lull(void)
{
	push(event_queue, NULL, 0, NOTHING, 0);
}

/**
 * fake_two_sessions - the state most tests start from
 */
void fake_two_sessions(void)
{
	struct iscsidsc_session *s;
	struct iscsidsc_conn *c;

	fake_reset();
	s = fake_session(1, "iqn.2024-01.example:disk1", 4);
	s->cmds_in_flight = 23;
	s->cmdsn = 0xfffffff0;
	c = fake_conn(1, 0, 0, "10.0.1.1", "10.0.1.10");
	c->tx_bytes = 999;
	c->rx_bytes = 1234567;
	c->cmds_in_flight = 12;
	c = fake_conn(1, 1, 1, "10.0.2.1", "10.0.2.10");
	c->tx_bytes = 12300000000000ull;
	c->cmds_in_flight = 11;
	s = fake_session(12, "iqn.2024-01.example:disk2", 1);
	s->state = ISCSI_MCS_SESSION_STATE_RECOVERING;
	s->policy = ISCSI_MCS_POLICY_ROUND_ROBIN;
	c = fake_conn(12, 5, 7, NULL, "2001:db8::10");
	c->state = ISCSI_MCS_CONN_STATE_WAITING;
	c->last_error = 111;
	strcpy(c->last_error_text, "connection refused");
	c->flaps = 4;
	c->retry_ms = 41500;
	s->conns_active = 0;
}

/**
 * iscsidsc_transport_default - the transport of every handle in tests
 *
 * Return: operations of the stand-in.
 */
const struct iscsidsc_transport *iscsidsc_transport_default(void)
{
	static const struct iscsidsc_transport ops = {
		.open = fake_open,
		.close = fake_close,
		.send = fake_send,
		.recv = fake_recv,
		.subscribe = fake_subscribe,
		.fd = fake_fd,
	};

	return &ops;
}
