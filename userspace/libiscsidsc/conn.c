// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Requests that change something. */

#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "internal.h"

/**
 * iscsidsc_add_init - set up a request to add a connection
 * @add: request; afterwards it asks for what the session has
 */
void iscsidsc_add_init(struct iscsidsc_add *add)
{
	memset(add, 0, sizeof(*add));
	add->size = sizeof(*add);
	add->header_digest = ISCSIDSC_DIGEST_SESSION;
	add->data_digest = ISCSIDSC_DIGEST_SESSION;
	add->initiator_port = ISCSI_ANY_INITIATOR_PORT;
	add->cancel_fd = -1;
}

static int put_addr(struct nl_msg *msg, int attr,
		    const struct iscsidsc_addr *addr)
{
	struct nlattr *nest = nla_nest_start(msg, attr | NLA_F_NESTED);
	int err;

	if (!nest)
		return -1;
	err = nla_put_u16(msg, ISCSI_MCS_A_ADDR_FAMILY, addr->family) ||
	      nla_put(msg, ISCSI_MCS_A_ADDR_ADDR,
		      addr->family == AF_INET ? 4 : 16, addr->addr) ||
	      (addr->port &&
	       nla_put_u16(msg, ISCSI_MCS_A_ADDR_PORT, addr->port)) ||
	      (addr->scope_id &&
	       nla_put_u32(msg, ISCSI_MCS_A_ADDR_SCOPE_ID, addr->scope_id));
	nla_nest_end(msg, nest);
	return err ? -1 : 0;
}

static int put_blob(struct nl_msg *msg, int attr, const void *data, size_t len)
{
	return data ? nla_put(msg, attr, (int)len, data) : 0;
}

static int put_u32_if(struct nl_msg *msg, int attr, uint32_t value, int set)
{
	return set ? nla_put_u32(msg, attr, value) : 0;
}

static int put_digest(struct nl_msg *msg, int attr, int digest)
{
	if (digest == ISCSIDSC_DIGEST_SESSION)
		return 0;
	return nla_put_u8(msg, attr, (uint8_t)digest);
}

static int put_secrets(struct nl_msg *msg, const struct iscsidsc_add *add)
{
	return put_blob(msg, ISCSI_MCS_A_CONN_CHAP_NAME, add->chap_name,
			add->chap_name_len) ||
	       put_blob(msg, ISCSI_MCS_A_CONN_CHAP_SECRET, add->chap_secret,
			add->chap_secret_len) ||
	       put_blob(msg, ISCSI_MCS_A_CONN_CHAP_NAME_IN, add->chap_name_in,
			add->chap_name_in_len) ||
	       put_blob(msg, ISCSI_MCS_A_CONN_CHAP_SECRET_IN,
			add->chap_secret_in, add->chap_secret_in_len);
}

static int put_add(struct nl_msg *msg, const struct iscsidsc_add *add,
		   const struct iscsidsc_addr *remote,
		   const struct iscsidsc_addr *source, uint32_t ifindex)
{
	return nla_put_u32(msg, ISCSI_MCS_A_CONN_SID, add->sid) ||
	       put_addr(msg, ISCSI_MCS_A_CONN_REMOTE, remote) ||
	       (source && put_addr(msg, ISCSI_MCS_A_CONN_SOURCE, source)) ||
	       put_u32_if(msg, ISCSI_MCS_A_CONN_IFINDEX, ifindex,
			  ifindex != 0) ||
	       put_u32_if(msg, ISCSI_MCS_A_CONN_LOGIN_TIMEOUT_MS,
			  add->timeout_ms, add->timeout_ms != 0) ||
	       put_digest(msg, ISCSI_MCS_A_CONN_HEADER_DIGEST,
			  add->header_digest) ||
	       put_digest(msg, ISCSI_MCS_A_CONN_DATA_DIGEST,
			  add->data_digest) ||
	       put_u32_if(msg, ISCSI_MCS_A_CONN_ROLE, add->role,
			  add->role != ISCSI_MCS_ROLE_ACTIVE) ||
	       put_u32_if(msg, ISCSI_MCS_A_CONN_WEIGHT, add->weight,
			  add->weight != 0) ||
	       put_u32_if(msg, ISCSI_MCS_A_CONN_FLAGS, add->flags,
			  add->flags != 0) ||
	       put_u32_if(msg, ISCSI_MCS_A_CONN_INITIATOR_PORT,
			  add->initiator_port,
			  add->initiator_port != ISCSI_ANY_INITIATOR_PORT) ||
	       (add->symbolic_name && *add->symbolic_name &&
		nla_put_string(msg, ISCSI_MCS_A_CONN_SYMBOLIC_NAME,
			       add->symbolic_name)) ||
	       put_u32_if(msg, ISCSI_MCS_A_CONN_AUTH, add->auth,
			  add->auth != ISCSI_MCS_AUTH_SESSION) ||
	       put_secrets(msg, add);
}

/* What the answer to conn-add is read into */
struct add_result {
	struct iscsidsc_conn conn;
	int seen;
};

static int take_added(struct genlmsghdr *ghdr, void *arg)
{
	struct add_result *result = arg;

	result->seen = 1;
	return iscsidsc_decode_conn(ghdr, &result->conn);
}

/**
 * iscsidsc_conn_try - ask the kernel for a connection to one address
 * @h: handle
 * @add: request; its address, source and ifname do not count here
 * @remote: address of the target portal
 * @source: local address or NULL
 * @ifindex: interface or 0
 * @result: filled in
 *
 * Return: 0 or a status.
 */
ISDSC_STATUS iscsidsc_conn_try(struct iscsidsc *h,
			       const struct iscsidsc_add *add,
			       const struct iscsidsc_addr *remote,
			       const struct iscsidsc_addr *source,
			       uint32_t ifindex, struct iscsidsc_conn *result)
{
	struct add_result got = { .seen = 0 };
	struct nl_msg *msg;
	int err;

	msg = iscsidsc_msg_new(h, ISCSI_MCS_CMD_CONN_ADD, 0);
	if (!msg)
		return ERROR_NOT_ENOUGH_MEMORY;
	if (put_add(msg, add, remote, source, ifindex)) {
		iscsidsc_msg_free(msg);
		return ERROR_INVALID_PARAMETER;
	}
	err = iscsidsc_request(h, msg, take_added, &got);
	iscsidsc_msg_free(msg);
	if (err)
		return iscsidsc_status(ISCSI_MCS_CMD_CONN_ADD, -err);
	if (!got.seen)
		return ISDSC_DRIVER_BUG;
	*result = got.conn;
	return ERROR_SUCCESS;
}

/**
 * struct wish - what is to be added, behind names
 * @add: request
 * @refusal: status of a connection that would have no IPsec, 0 if it may
 * @source: local address or NULL
 * @ifindex: interface or 0
 */
struct wish {
	const struct iscsidsc_add *add;
	ISDSC_STATUS refusal;
	const struct iscsidsc_addr *source;
	uint32_t ifindex;
};

/* One address, with IPsec before and around it if there is to be any */
static ISDSC_STATUS try_one(struct iscsidsc *h, const struct wish *wish,
			    const struct iscsidsc_addr *remote,
			    struct iscsidsc_conn *result)
{
	const struct iscsidsc_addr *source = wish->source;
	const struct iscsidsc_add *add = wish->add;
	struct iscsidsc_add protected = *add;
	struct iscsidsc_ipsec ipsec;
	ISDSC_STATUS status;

	status = iscsidsc_ipsec_begin(h, add, remote, source, wish->ifindex,
				      &ipsec);
	if (status)
		return status;
	/* It has ended already if nothing is required. */
	if (!ipsec.required && wish->refusal)
		return wish->refusal;
	if (ipsec.required) {
		protected.flags |= ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC;
		source = &ipsec.local;
	}
	status = iscsidsc_conn_try(h, &protected, remote, source,
				   wish->ifindex, result);
	if (!status)
		result->ipsec_origin = ipsec.origin;
	iscsidsc_ipsec_end(h, &ipsec, status);
	return status;
}

/* Only a portal that cannot be reached is a reason to try the next address. */
static ISDSC_STATUS try_all(struct iscsidsc *h, const struct wish *wish,
			    const struct iscsidsc_addr *addrs, size_t count,
			    struct iscsidsc_conn *result)
{
	ISDSC_STATUS status = ISDSC_NO_PORTAL_SPECIFIED;
	size_t i;

	for (i = 0; i < count; i++) {
		status = try_one(h, wish, &addrs[i], result);
		if (status != ISDSC_CONNECTION_FAILED)
			break;
	}
	return status;
}

/**
 * iscsidsc_say - say something about a cause the kernel never saw
 * @h: handle
 * @format: as of printf()
 */
void iscsidsc_say(struct iscsidsc *h, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(h->detail, sizeof(h->detail), format, args);
	va_end(args);
	if (n >= (int)sizeof(h->detail))
		h->detail[0] = '\0';
}

/* Local address and interface, if they are given */
static ISDSC_STATUS find_source(struct iscsidsc *h, struct wish *wish,
				struct iscsidsc_addr *source)
{
	const struct iscsidsc_add *add = wish->add;

	if (add->source && iscsidsc_numeric(add->source, source)) {
		iscsidsc_say(h, "'%s' is no address", add->source);
		return ISDSC_INVALID_PORT_NUMBER;
	}
	wish->source = add->source ? source : NULL;
	if (!add->ifname)
		return ERROR_SUCCESS;
	wish->ifindex = if_nametoindex(add->ifname);
	if (wish->ifindex)
		return ERROR_SUCCESS;
	iscsidsc_say(h, "there is no interface '%s'", add->ifname);
	return ISDSC_INVALID_PORT_NUMBER;
}

/**
 * iscsidsc_conn_add_guarded - add a connection, perhaps with IPsec only
 * @h: handle
 * @add: what to add
 * @refusal: status if there is no IPsec for it, neither asked for nor
 *	remembered nor by default; 0 if it needs none
 * @result: as of iscsidsc_conn_add()
 *
 * Return: as iscsidsc_conn_add(), or @refusal.
 */
ISDSC_STATUS iscsidsc_conn_add_guarded(struct iscsidsc *h,
				       const struct iscsidsc_add *add,
				       ISDSC_STATUS refusal,
				       struct iscsidsc_conn *result)
{
	struct wish wish = { .add = add, .refusal = refusal };
	struct iscsidsc_addr source = { 0 };
	struct iscsidsc_addr *addrs;
	struct iscsidsc_conn scratch;
	ISDSC_STATUS status;
	size_t count;

	h->detail[0] = '\0';
	if (add->size != sizeof(*add) || !add->address ||
	    add->chap_name_len > ISCSI_MCS_CHAP_NAME_LEN ||
	    add->chap_secret_len > ISCSI_MCS_CHAP_LEN ||
	    add->chap_name_in_len > ISCSI_MCS_CHAP_NAME_LEN ||
	    add->chap_secret_in_len > ISCSI_MCS_CHAP_LEN)
		return ERROR_INVALID_PARAMETER;
	status = iscsidsc_ipsec_check(h, add);
	if (!status)
		status = find_source(h, &wish, &source);
	if (status)
		return status;
	status = iscsidsc_resolve(add->address, add->port,
				  add->source ? source.family : AF_UNSPEC,
				  &addrs, &count);
	if (status == ISDSC_DNS_NAME_UNRESOLVED)
		iscsidsc_say(h, "host name '%s' could not be resolved",
			     add->address);
	if (status)
		return status;
	status = try_all(h, &wish, addrs, count, result ? result : &scratch);
	free(addrs);
	return status;
}

/**
 * iscsidsc_conn_add - add a connection to a session
 * @handle: handle
 * @add: what to add
 * @result: set to what is known of the new connection: sid, cid, id, state,
 *	addresses; may be NULL
 *
 * Tries the addresses of a name one after the other.
 *
 * Return: 0 when the connection carries commands, else the status of the last
 * attempt; iscsidsc_detail() has the text of the kernel.
 */
ISDSC_STATUS iscsidsc_conn_add(struct iscsidsc *handle,
			       const struct iscsidsc_add *add,
			       struct iscsidsc_conn *result)
{
	return iscsidsc_conn_add_guarded(handle, add, ERROR_SUCCESS, result);
}

/**
 * iscsidsc_conn_remove - remove a connection
 * @handle: handle
 * @sid: session
 * @id: number of the connection in the session
 *
 * Return: 0 when it is gone, ISDSC_INVALID_SESSION_ID,
 * ISDSC_INVALID_CONNECTION_ID, ISDSC_CANT_REMOVE_LAST_CONNECTION,
 * ISDSC_REMOVE_CONNECTION_IN_PROGRESS, ISDSC_SESSION_BUSY or another status.
 */
ISDSC_STATUS iscsidsc_conn_remove(struct iscsidsc *handle, uint32_t sid,
				  uint32_t id)
{
	struct nl_msg *msg;
	int err;

	msg = iscsidsc_msg_new(handle, ISCSI_MCS_CMD_CONN_DEL, 0);
	if (!msg)
		return ERROR_NOT_ENOUGH_MEMORY;
	if (nla_put_u32(msg, ISCSI_MCS_A_CONN_SID, sid) ||
	    nla_put_u32(msg, ISCSI_MCS_A_CONN_ID, id))
		err = -ENOMEM;
	else
		err = iscsidsc_request(handle, msg, NULL, NULL);
	iscsidsc_msg_free(msg);
	if (!err)
		iscsidsc_ipsec_clean(handle);
	return iscsidsc_status(ISCSI_MCS_CMD_CONN_DEL, -err);
}

/**
 * iscsidsc_conn_set - change a setting of a connection
 * @handle: handle
 * @sid: session
 * @id: number of the connection in the session
 * @what: which setting
 * @value: its new value
 *
 * Return: 0, ISDSC_INVALID_SESSION_ID, ISDSC_INVALID_CONNECTION_ID, or another
 * status.
 */
ISDSC_STATUS iscsidsc_conn_set(struct iscsidsc *handle, uint32_t sid,
			       uint32_t id, enum iscsidsc_conn_setting what,
			       uint32_t value)
{
	static const int attrs[] = {
		[ISCSIDSC_SET_ROLE] = ISCSI_MCS_A_CONN_ROLE,
		[ISCSIDSC_SET_WEIGHT] = ISCSI_MCS_A_CONN_WEIGHT,
	};
	struct nl_msg *msg;
	int err;

	if ((size_t)what >= ARRAY_SIZE(attrs))
		return ERROR_INVALID_PARAMETER;
	msg = iscsidsc_msg_new(handle, ISCSI_MCS_CMD_CONN_SET, 0);
	if (!msg)
		return ERROR_NOT_ENOUGH_MEMORY;
	if (nla_put_u32(msg, ISCSI_MCS_A_CONN_SID, sid) ||
	    nla_put_u32(msg, ISCSI_MCS_A_CONN_ID, id) ||
	    nla_put_u32(msg, attrs[what], value))
		err = -ENOMEM;
	else
		err = iscsidsc_request(handle, msg, NULL, NULL);
	iscsidsc_msg_free(msg);
	return iscsidsc_status(ISCSI_MCS_CMD_CONN_SET, -err);
}

/**
 * iscsidsc_session_set - change a setting of a session
 * @handle: handle
 * @sid: session
 * @what: which setting
 * @value: its new value
 *
 * Return: 0, ISDSC_INVALID_SESSION_ID, or another status.
 */
ISDSC_STATUS iscsidsc_session_set(struct iscsidsc *handle, uint32_t sid,
				  enum iscsidsc_setting what, uint32_t value)
{
	static const int attrs[] = {
		[ISCSIDSC_SET_POLICY] = ISCSI_MCS_A_SESSION_POLICY,
		[ISCSIDSC_SET_TARGET_CLASS] = ISCSI_MCS_A_SESSION_TARGET_CLASS,
		[ISCSIDSC_SET_NOP_INTERVAL_MS] =
			ISCSI_MCS_A_SESSION_NOP_INTERVAL_MS,
		[ISCSIDSC_SET_NOP_TIMEOUT_MS] =
			ISCSI_MCS_A_SESSION_NOP_TIMEOUT_MS,
		[ISCSIDSC_SET_LOGIN_TIMEOUT_MS] =
			ISCSI_MCS_A_SESSION_LOGIN_TIMEOUT_MS,
		[ISCSIDSC_SET_SILENCE_TIMEOUT_MS] =
			ISCSI_MCS_A_SESSION_SILENCE_TIMEOUT_MS,
		[ISCSIDSC_SET_STREAM_SPLIT_KIB] =
			ISCSI_MCS_A_SESSION_STREAM_SPLIT_KIB,
	};
	struct nl_msg *msg;
	int err;

	if ((size_t)what >= ARRAY_SIZE(attrs))
		return ERROR_INVALID_PARAMETER;
	msg = iscsidsc_msg_new(handle, ISCSI_MCS_CMD_SESSION_SET, 0);
	if (!msg)
		return ERROR_NOT_ENOUGH_MEMORY;
	if (nla_put_u32(msg, ISCSI_MCS_A_SESSION_SID, sid) ||
	    nla_put_u32(msg, attrs[what], value))
		err = -ENOMEM;
	else
		err = iscsidsc_request(handle, msg, NULL, NULL);
	iscsidsc_msg_free(msg);
	return iscsidsc_status(ISCSI_MCS_CMD_SESSION_SET, -err);
}
