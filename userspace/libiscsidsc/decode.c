// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Messages of the kernel into structures. Attributes that are unknown here are
 * passed over, numbers may have any width: a newer kernel may say more.
 */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "internal.h"

/* What an attribute becomes */
enum field_kind { FIELD_NONE, FIELD_INT, FIELD_TEXT, FIELD_BYTES, FIELD_FLAG,
		  FIELD_ADDR };

/* One attribute: where its value goes */
struct field {
	enum field_kind kind;
	size_t offset;
	size_t size;
};

#define MEMBER_SIZE(type, m)	sizeof(((type *)0)->m)
#define FIELD(type, k, m)	\
	{ FIELD_##k, offsetof(type, m), MEMBER_SIZE(type, m) }
#define SESSION(k, m)		FIELD(struct iscsidsc_session, k, m)
#define CONN(k, m)		FIELD(struct iscsidsc_conn, k, m)
#define EVENT(k, m)		FIELD(struct iscsidsc_event, k, m)

static const struct field session_fields[ISCSI_MCS_A_SESSION_MAX + 1] = {
	[ISCSI_MCS_A_SESSION_SID] = SESSION(INT, sid),
	[ISCSI_MCS_A_SESSION_HOST_NO] = SESSION(INT, host_no),
	[ISCSI_MCS_A_SESSION_TARGET_NAME] = SESSION(TEXT, target_name),
	[ISCSI_MCS_A_SESSION_INITIATOR_NAME] = SESSION(TEXT, initiator_name),
	[ISCSI_MCS_A_SESSION_TARGET_ALIAS] = SESSION(TEXT, target_alias),
	[ISCSI_MCS_A_SESSION_ISID] = SESSION(BYTES, isid),
	[ISCSI_MCS_A_SESSION_TSIH] = SESSION(INT, tsih),
	[ISCSI_MCS_A_SESSION_TPGT] = SESSION(INT, tpgt),
	[ISCSI_MCS_A_SESSION_STATE] = SESSION(INT, state),
	[ISCSI_MCS_A_SESSION_POLICY] = SESSION(INT, policy),
	[ISCSI_MCS_A_SESSION_TARGET_CLASS] = SESSION(INT, target_class),
	[ISCSI_MCS_A_SESSION_MAX_CONNECTIONS] = SESSION(INT, max_connections),
	[ISCSI_MCS_A_SESSION_MAX_CONNECTIONS_OFFERED] =
		SESSION(INT, max_connections_offered),
	[ISCSI_MCS_A_SESSION_CONNS_CONFIGURED] = SESSION(INT, conns_configured),
	[ISCSI_MCS_A_SESSION_CONNS_ACTIVE] = SESSION(INT, conns_active),
	[ISCSI_MCS_A_SESSION_CMDS_IN_FLIGHT] = SESSION(INT, cmds_in_flight),
	[ISCSI_MCS_A_SESSION_BYTES_IN_FLIGHT] = SESSION(INT, bytes_in_flight),
	[ISCSI_MCS_A_SESSION_CMDSN] = SESSION(INT, cmdsn),
	[ISCSI_MCS_A_SESSION_EXP_CMDSN] = SESSION(INT, exp_cmdsn),
	[ISCSI_MCS_A_SESSION_MAX_CMDSN] = SESSION(INT, max_cmdsn),
	[ISCSI_MCS_A_SESSION_GENERATION] = SESSION(INT, generation),
	[ISCSI_MCS_A_SESSION_RECOVERIES] = SESSION(INT, recoveries),
	[ISCSI_MCS_A_SESSION_RESENT_CMDS] = SESSION(INT, resent_cmds),
	[ISCSI_MCS_A_SESSION_LONGEST_PAUSE_MS] = SESSION(INT, longest_pause_ms),
	[ISCSI_MCS_A_SESSION_NOP_INTERVAL_MS] = SESSION(INT, nop_interval_ms),
	[ISCSI_MCS_A_SESSION_NOP_TIMEOUT_MS] = SESSION(INT, nop_timeout_ms),
	[ISCSI_MCS_A_SESSION_LOGIN_TIMEOUT_MS] = SESSION(INT, login_timeout_ms),
	[ISCSI_MCS_A_SESSION_SILENCE_TIMEOUT_MS] =
		SESSION(INT, silence_timeout_ms),
	[ISCSI_MCS_A_SESSION_STREAM_SPLIT_KIB] = SESSION(INT, stream_split_kib),
	[ISCSI_MCS_A_SESSION_LAST_LOGIN_STATUS] =
		SESSION(INT, last_login_status),
	[ISCSI_MCS_A_SESSION_ERROR_RECOVERY_LEVEL] =
		SESSION(INT, error_recovery_level),
	[ISCSI_MCS_A_SESSION_INITIAL_R2T] = SESSION(INT, initial_r2t),
	[ISCSI_MCS_A_SESSION_IMMEDIATE_DATA] = SESSION(INT, immediate_data),
	[ISCSI_MCS_A_SESSION_DATA_PDU_IN_ORDER] =
		SESSION(INT, data_pdu_in_order),
	[ISCSI_MCS_A_SESSION_DATA_SEQUENCE_IN_ORDER] =
		SESSION(INT, data_sequence_in_order),
	[ISCSI_MCS_A_SESSION_MAX_OUTSTANDING_R2T] =
		SESSION(INT, max_outstanding_r2t),
	[ISCSI_MCS_A_SESSION_FIRST_BURST_LENGTH] =
		SESSION(INT, first_burst_length),
	[ISCSI_MCS_A_SESSION_MAX_BURST_LENGTH] = SESSION(INT, max_burst_length),
};

static const struct field conn_fields[ISCSI_MCS_A_CONN_MAX + 1] = {
	[ISCSI_MCS_A_CONN_SID] = CONN(INT, sid),
	[ISCSI_MCS_A_CONN_CID] = CONN(INT, cid),
	[ISCSI_MCS_A_CONN_ID] = CONN(INT, id),
	[ISCSI_MCS_A_CONN_LEADING] = CONN(FLAG, leading),
	[ISCSI_MCS_A_CONN_STATE] = CONN(INT, state),
	[ISCSI_MCS_A_CONN_REMOTE] = CONN(ADDR, remote),
	[ISCSI_MCS_A_CONN_LOCAL] = CONN(ADDR, local),
	[ISCSI_MCS_A_CONN_SOURCE] = CONN(ADDR, source),
	[ISCSI_MCS_A_CONN_IFINDEX] = CONN(INT, ifindex),
	[ISCSI_MCS_A_CONN_LOGIN_TIMEOUT_MS] = CONN(INT, login_timeout_ms),
	[ISCSI_MCS_A_CONN_HEADER_DIGEST] = CONN(INT, header_digest),
	[ISCSI_MCS_A_CONN_DATA_DIGEST] = CONN(INT, data_digest),
	[ISCSI_MCS_A_CONN_MAX_RECV_DATA_LENGTH] =
		CONN(INT, max_recv_data_length),
	[ISCSI_MCS_A_CONN_MAX_XMIT_DATA_LENGTH] =
		CONN(INT, max_xmit_data_length),
	[ISCSI_MCS_A_CONN_ROLE] = CONN(INT, role),
	[ISCSI_MCS_A_CONN_WEIGHT] = CONN(INT, weight),
	[ISCSI_MCS_A_CONN_FLAGS] = CONN(INT, flags),
	[ISCSI_MCS_A_CONN_INITIATOR_PORT] = CONN(INT, initiator_port),
	[ISCSI_MCS_A_CONN_SYMBOLIC_NAME] = CONN(TEXT, symbolic_name),
	[ISCSI_MCS_A_CONN_AUTH] = CONN(INT, auth),
	[ISCSI_MCS_A_CONN_TX_BYTES] = CONN(INT, tx_bytes),
	[ISCSI_MCS_A_CONN_RX_BYTES] = CONN(INT, rx_bytes),
	[ISCSI_MCS_A_CONN_CMDS] = CONN(INT, cmds),
	[ISCSI_MCS_A_CONN_CMDS_IN_FLIGHT] = CONN(INT, cmds_in_flight),
	[ISCSI_MCS_A_CONN_BYTES_IN_FLIGHT] = CONN(INT, bytes_in_flight),
	[ISCSI_MCS_A_CONN_LOSSES] = CONN(INT, losses),
	[ISCSI_MCS_A_CONN_RECONNECTS] = CONN(INT, reconnects),
	[ISCSI_MCS_A_CONN_RESENT_CMDS] = CONN(INT, resent_cmds),
	[ISCSI_MCS_A_CONN_NOP_RTT_US] = CONN(INT, nop_rtt_us),
	[ISCSI_MCS_A_CONN_DIGEST_ERRORS] = CONN(INT, digest_errors),
	[ISCSI_MCS_A_CONN_LAST_ERROR] = CONN(INT, last_error),
	[ISCSI_MCS_A_CONN_LAST_ERROR_TEXT] = CONN(TEXT, last_error_text),
	[ISCSI_MCS_A_CONN_LOGIN_STATUS_CLASS] = CONN(INT, login_status_class),
	[ISCSI_MCS_A_CONN_LOGIN_STATUS_DETAIL] = CONN(INT, login_status_detail),
	[ISCSI_MCS_A_CONN_REASON] = CONN(INT, reason),
	[ISCSI_MCS_A_CONN_IPSEC_MODE] = CONN(INT, ipsec_mode),
	[ISCSI_MCS_A_CONN_IPSEC_REQID] = CONN(INT, ipsec_reqid),
	[ISCSI_MCS_A_CONN_FLAPS] = CONN(INT, flaps),
	[ISCSI_MCS_A_CONN_RETRY_MS] = CONN(INT, retry_ms),
	[ISCSI_MCS_A_CONN_TCP_RETRANSMITS] = CONN(INT, tcp_retransmits),
	[ISCSI_MCS_A_CONN_TCP_RTT_US] = CONN(INT, tcp_rtt_us),
	[ISCSI_MCS_A_CONN_PACE_KIB_S] = CONN(INT, pace_kib_s),
	[ISCSI_MCS_A_CONN_LONGEST_PAUSE_MS] = CONN(INT, longest_pause_ms),
};

static const struct field event_fields[ISCSI_MCS_A_EVENT_MAX + 1] = {
	[ISCSI_MCS_A_EVENT_SID] = EVENT(INT, sid),
	[ISCSI_MCS_A_EVENT_CID] = EVENT(INT, cid),
	[ISCSI_MCS_A_EVENT_ID] = EVENT(INT, id),
	[ISCSI_MCS_A_EVENT_REASON] = EVENT(INT, reason),
	[ISCSI_MCS_A_EVENT_ERROR] = EVENT(INT, error),
	[ISCSI_MCS_A_EVENT_TEXT] = EVENT(TEXT, text),
	[ISCSI_MCS_A_EVENT_DURATION_MS] = EVENT(INT, duration_ms),
	[ISCSI_MCS_A_EVENT_CONNS_ACTIVE] = EVENT(INT, conns_active),
	[ISCSI_MCS_A_EVENT_TARGET_NAME] = EVENT(TEXT, target_name),
	[ISCSI_MCS_A_EVENT_REMOTE] = EVENT(ADDR, remote),
	[ISCSI_MCS_A_EVENT_LOCAL] = EVENT(ADDR, local),
};

static void decode_addr(struct nlattr *nest, struct iscsidsc_addr *addr)
{
	struct nlattr *tb[ISCSI_MCS_A_ADDR_MAX + 1];
	size_t want;

	if (nla_parse_nested(tb, ISCSI_MCS_A_ADDR_MAX, nest, NULL) < 0 ||
	    !tb[ISCSI_MCS_A_ADDR_FAMILY] || !tb[ISCSI_MCS_A_ADDR_ADDR] ||
	    nla_len(tb[ISCSI_MCS_A_ADDR_FAMILY]) != sizeof(uint16_t))
		return;
	addr->family = nla_get_u16(tb[ISCSI_MCS_A_ADDR_FAMILY]);
	want = addr->family == AF_INET ? 4 : 16;
	if ((size_t)nla_len(tb[ISCSI_MCS_A_ADDR_ADDR]) != want) {
		addr->family = 0;
		return;
	}
	memcpy(addr->addr, nla_data(tb[ISCSI_MCS_A_ADDR_ADDR]), want);
	if (tb[ISCSI_MCS_A_ADDR_PORT] &&
	    nla_len(tb[ISCSI_MCS_A_ADDR_PORT]) == sizeof(uint16_t))
		addr->port = nla_get_u16(tb[ISCSI_MCS_A_ADDR_PORT]);
	if (tb[ISCSI_MCS_A_ADDR_SCOPE_ID] &&
	    nla_len(tb[ISCSI_MCS_A_ADDR_SCOPE_ID]) == sizeof(uint32_t))
		addr->scope_id = nla_get_u32(tb[ISCSI_MCS_A_ADDR_SCOPE_ID]);
}

/* A number of the kernel into one of ours; what does not fit is the largest */
static void decode_int(struct nlattr *attr, void *to, size_t size)
{
	uint64_t value, max = size < 8 ? (1ull << (8 * size)) - 1 : UINT64_MAX;

	switch (nla_len(attr)) {
	case sizeof(uint8_t):
		value = nla_get_u8(attr);
		break;
	case sizeof(uint16_t):
		value = nla_get_u16(attr);
		break;
	case sizeof(uint32_t):
		value = nla_get_u32(attr);
		break;
	case sizeof(uint64_t):
		value = nla_get_u64(attr);
		break;
	default:
		return;
	}
	if (value > max)
		value = max;
	switch (size) {
	case sizeof(uint8_t):
		*(uint8_t *)to = (uint8_t)value;
		break;
	case sizeof(uint16_t):
		*(uint16_t *)to = (uint16_t)value;
		break;
	case sizeof(uint32_t):
		*(uint32_t *)to = (uint32_t)value;
		break;
	default:
		*(uint64_t *)to = value;
	}
}

static void decode_field(const struct field *field, struct nlattr *attr,
			 void *object)
{
	char *to = (char *)object + field->offset;

	switch (field->kind) {
	case FIELD_NONE:
		break;
	case FIELD_INT:
		decode_int(attr, to, field->size);
		break;
	case FIELD_BYTES:
		if ((size_t)nla_len(attr) == field->size)
			memcpy(to, nla_data(attr), field->size);
		break;
	case FIELD_TEXT:
		nla_strlcpy(to, attr, field->size);
		iscsidsc_make_plain(to);
		break;
	case FIELD_FLAG:
		*to = 1;
		break;
	case FIELD_ADDR:
		decode_addr(attr, (struct iscsidsc_addr *)to);
		break;
	}
}

static int decode(struct genlmsghdr *ghdr, const struct field *fields, int max,
		  struct nlattr **tb, void *object)
{
	struct nlmsghdr *nlh =
		(struct nlmsghdr *)((char *)ghdr - NLMSG_HDRLEN);
	int i;

	if (nlmsg_parse(nlh, GENL_HDRLEN, tb, max, NULL) < 0)
		return -EBADMSG;
	for (i = 1; i <= max; i++)
		if (tb[i])
			decode_field(&fields[i], tb[i], object);
	return 0;
}

/**
 * iscsidsc_decode_session - read a session out of a message
 * @ghdr: generic netlink header, directly behind its netlink header
 * @session: filled in; must be zero before
 *
 * Return: 0, or -EBADMSG if it is none.
 */
int iscsidsc_decode_session(struct genlmsghdr *ghdr,
			    struct iscsidsc_session *session)
{
	struct nlattr *tb[ISCSI_MCS_A_SESSION_MAX + 1];
	int err = decode(ghdr, session_fields, ISCSI_MCS_A_SESSION_MAX, tb,
			 session);

	if (!err && !tb[ISCSI_MCS_A_SESSION_SID])
		return -EBADMSG;
	return err;
}

/**
 * iscsidsc_decode_conn - read a connection out of a message
 * @ghdr: generic netlink header, directly behind its netlink header
 * @conn: filled in; must be zero before
 *
 * Return: 0, or -EBADMSG if it is none.
 */
int iscsidsc_decode_conn(struct genlmsghdr *ghdr, struct iscsidsc_conn *conn)
{
	struct nlattr *tb[ISCSI_MCS_A_CONN_MAX + 1];
	int err;

	conn->initiator_port = ISCSI_ANY_INITIATOR_PORT;
	err = decode(ghdr, conn_fields, ISCSI_MCS_A_CONN_MAX, tb, conn);
	if (!err && (!tb[ISCSI_MCS_A_CONN_SID] || !tb[ISCSI_MCS_A_CONN_ID]))
		return -EBADMSG;
	return err;
}

/**
 * iscsidsc_decode_event - read an event out of a message
 * @ghdr: generic netlink header, directly behind its netlink header
 * @event: filled in; must be zero before
 *
 * Return: 0, or -EBADMSG if it is none.
 */
int iscsidsc_decode_event(struct genlmsghdr *ghdr, struct iscsidsc_event *event)
{
	struct nlattr *tb[ISCSI_MCS_A_EVENT_MAX + 1];
	int err = decode(ghdr, event_fields, ISCSI_MCS_A_EVENT_MAX, tb, event);

	if (err)
		return err;
	if (!tb[ISCSI_MCS_A_EVENT_SID])
		return -EBADMSG;
	event->type = ghdr->cmd;
	event->has_conn = tb[ISCSI_MCS_A_EVENT_ID] ? 1 : 0;
	return 0;
}
