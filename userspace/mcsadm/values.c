// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* The members of sessions, connections and events: one list for text and JSON,
 * so that both show the same.
 */

#include <inttypes.h>
#include <string.h>

#include "mcsadm.h"

#define S(kind, m)	{ #m, VALUE_##kind, \
			  offsetof(struct iscsidsc_session, m), 0 }
#define SN(m, names)	{ #m, VALUE_NAME, \
			  offsetof(struct iscsidsc_session, m), \
			  ISCSIDSC_NAMES_##names }
#define C(kind, m)	{ #m, VALUE_##kind, \
			  offsetof(struct iscsidsc_conn, m), 0 }
#define CN(m, names)	{ #m, VALUE_NAME, offsetof(struct iscsidsc_conn, m), \
			  ISCSIDSC_NAMES_##names }
#define E(kind, m)	{ #m, VALUE_##kind, \
			  offsetof(struct iscsidsc_event, m), 0 }
#define END		{ NULL, VALUE_U8, 0, 0 }

const struct value session_values[] = {
	S(U32, sid),
	S(ID, unique_id),
	S(U32, host_no),
	S(TEXT, target_name),
	S(TEXT, target_alias),
	S(TEXT, initiator_name),
	S(ISID, isid),
	S(U16, tsih),
	S(U16, tpgt),
	SN(state, SESSION_STATE),
	SN(policy, POLICY),
	SN(target_class, TARGET_CLASS),
	S(U32, max_connections),
	S(U32, max_connections_offered),
	S(U32, conns_configured),
	S(U32, conns_active),
	S(U32, cmds_in_flight),
	S(U64, bytes_in_flight),
	S(U32, cmdsn),
	S(U32, exp_cmdsn),
	S(U32, max_cmdsn),
	S(U32, generation),
	S(U64, recoveries),
	S(U64, resent_cmds),
	S(U32, longest_pause_ms),
	S(U32, nop_interval_ms),
	S(U32, nop_timeout_ms),
	S(U32, login_timeout_ms),
	S(U32, silence_timeout_ms),
	S(U32, stream_split_kib),
	S(U16, last_login_status),
	S(U8, error_recovery_level),
	S(BOOL, initial_r2t),
	S(BOOL, immediate_data),
	S(BOOL, data_pdu_in_order),
	S(BOOL, data_sequence_in_order),
	S(U32, max_outstanding_r2t),
	S(U32, first_burst_length),
	S(U32, max_burst_length),
	END,
};

const struct value conn_values[] = {
	C(U16, cid),
	C(U32, id),
	C(ID, unique_id),
	C(BOOL, leading),
	CN(state, CONN_STATE),
	C(ADDR, local),
	C(ADDR, remote),
	C(ADDR, source),
	C(U32, ifindex),
	C(TEXT, symbolic_name),
	CN(role, ROLE),
	C(U32, weight),
	C(U32, flags),
	CN(header_digest, DIGEST),
	CN(data_digest, DIGEST),
	CN(auth, AUTH),
	C(U32, login_timeout_ms),
	C(U32, max_recv_data_length),
	C(U32, max_xmit_data_length),
	C(U64, tx_bytes),
	C(U64, rx_bytes),
	C(U64, cmds),
	C(U32, cmds_in_flight),
	C(U64, bytes_in_flight),
	C(U32, losses),
	C(U32, reconnects),
	C(U64, resent_cmds),
	C(U32, nop_rtt_us),
	C(U32, digest_errors),
	CN(reason, REASON),
	C(U32, last_error),
	C(TEXT, last_error_text),
	C(U8, login_status_class),
	C(U8, login_status_detail),
	CN(ipsec_mode, IPSEC_MODE),
	C(U32, ipsec_reqid),
	C(U32, flaps),
	C(U32, retry_ms),
	C(U32, tcp_retransmits),
	C(U32, tcp_rtt_us),
	C(U32, pace_kib_s),
	C(U32, longest_pause_ms),
	END,
};

const struct value event_values[] = {
	{ "event", VALUE_NAME, offsetof(struct iscsidsc_event, type),
	  ISCSIDSC_NAMES_EVENT },
	E(U32, sid),
	E(BOOL, has_conn),
	E(U16, cid),
	E(U32, id),
	{ "reason", VALUE_NAME, offsetof(struct iscsidsc_event, reason),
	  ISCSIDSC_NAMES_REASON },
	E(U32, error),
	E(TEXT, text),
	E(U32, duration_ms),
	E(U32, conns_active),
	E(TEXT, target_name),
	E(ADDR, local),
	E(ADDR, remote),
	END,
};

static uint64_t number(const struct value *v, const void *at)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (v->kind) {
	case VALUE_U8:
	case VALUE_BOOL:
		return *(const uint8_t *)at;
	case VALUE_U16:
		memcpy(&u16, at, sizeof(u16));
		return u16;
	case VALUE_U64:
		memcpy(&u64, at, sizeof(u64));
		return u64;
	default:
		memcpy(&u32, at, sizeof(u32));
		return u32;
	}
}

/* Digests are single bytes, every other enumeration has four */
static const char *name(const struct value *v, const void *at)
{
	if (v->names == ISCSIDSC_NAMES_DIGEST)
		return iscsidsc_name(v->names, *(const uint8_t *)at);
	return iscsidsc_name(v->names, (uint32_t)number(v, at));
}

static void isid_text(const uint8_t *isid, char *text, size_t size)
{
	snprintf(text, size, "%02x%02x%02x%02x%02x%02x", isid[0], isid[1],
		 isid[2], isid[3], isid[4], isid[5]);
}

static json_object *addr_json(const struct iscsidsc_addr *addr)
{
	char text[ISCSIDSC_ADDR_TEXT_LEN];
	json_object *object;

	if (!iscsidsc_addr_text(addr, 0, text, sizeof(text)))
		return NULL;
	object = json_object_new_object();
	json_object_object_add(object, "address",
			       json_object_new_string(text));
	json_object_object_add(object, "port", json_object_new_int(addr->port));
	return object;
}

static json_object *value_json(const struct value *v, const void *at)
{
	char text[ISCSIDSC_ID_TEXT_LEN];

	switch (v->kind) {
	case VALUE_NAME:
		return json_object_new_string(name(v, at));
	case VALUE_TEXT:
		return json_object_new_string(at);
	case VALUE_ADDR:
		return addr_json(at);
	case VALUE_BOOL:
		return json_object_new_boolean(number(v, at) != 0);
	case VALUE_ISID:
		isid_text(at, text, sizeof(text));
		return json_object_new_string(text);
	case VALUE_ID:
		iscsidsc_id_text(at, text);
		return json_object_new_string(text);
	default:
		return json_object_new_uint64(number(v, at));
	}
}

/**
 * values_json - members as a JSON object
 * @values: which
 * @object: of what
 *
 * Return: the object; an address that is not there is null.
 */
json_object *values_json(const struct value *values, const void *object)
{
	json_object *json = json_object_new_object();

	for (; values->key; values++)
		json_object_object_add(json, values->key,
				       value_json(values,
						  (const char *)object +
						  values->offset));
	return json;
}

static void value_text(FILE *out, const struct value *v, const void *at)
{
	char text[ISCSIDSC_ADDR_TEXT_LEN];

	switch (v->kind) {
	case VALUE_NAME:
		fputs(name(v, at), out);
		break;
	case VALUE_TEXT:
		fputs(*(const char *)at ? at : "-", out);
		break;
	case VALUE_ADDR:
		if (!iscsidsc_addr_text(at, 1, text, sizeof(text)))
			strcpy(text, "-");
		fputs(text, out);
		break;
	case VALUE_BOOL:
		fputs(number(v, at) ? "yes" : "no", out);
		break;
	case VALUE_ISID:
		isid_text(at, text, sizeof(text));
		fputs(text, out);
		break;
	case VALUE_ID:
		iscsidsc_id_text(at, text);
		fputs(text, out);
		break;
	default:
		fprintf(out, "%" PRIu64, number(v, at));
	}
}

/**
 * values_text - members as lines of text
 * @out: where to
 * @indent: what each line begins with
 * @values: which
 * @object: of what
 */
void values_text(FILE *out, const char *indent, const struct value *values,
		 const void *object)
{
	for (; values->key; values++) {
		fprintf(out, "%s%-24s ", indent, values->key);
		value_text(out, values, (const char *)object + values->offset);
		fputc('\n', out);
	}
}
