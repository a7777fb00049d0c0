// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* AddIScsiConnection and RemoveIScsiConnection. */

#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* A CHAP secret has 12 to 16 bytes; with IPsec a short one will do. */
#define MIN_SECRET	12
#define MAX_SECRET	16

/* A portal in UTF-8; address empty stands for the leading connection's.
 * Four bytes of UTF-8 per unit is more than UTF-16 can need.
 */
struct portal {
	char name[4 * MAX_ISCSI_PORTAL_NAME_LEN];
	char address[4 * MAX_ISCSI_PORTAL_ADDRESS_LEN];
	uint16_t port;
	int given;
};

/* Arguments of a call behind the difference of A and W */
struct call {
	const ISCSI_UNIQUE_SESSION_ID *session;
	uint32_t initiator_port;
	struct portal portal;
	ISCSI_SECURITY_FLAGS security;
	uint32_t key_size;
	const char *key;
	const ISCSI_LOGIN_OPTIONS *options;
	ISCSI_UNIQUE_CONNECTION_ID *result;
};

static void fill_security(const struct call *call, struct iscsidsc_add *add)
{
	add->security_flags = call->security;
	add->key = call->key;
	add->key_len = call->key_size;
	if (call->options &&
	    call->options->LoginFlags & ISCSI_LOGIN_FLAG_REQUIRE_IPSEC)
		add->flags |= ISCSI_MCS_CONN_FLAGS_REQUIRE_IPSEC;
}

/* CHAP that is asked for, or implied by a name or a secret */
static ISDSC_STATUS fill_auth(const ISCSI_LOGIN_OPTIONS *o,
			      struct iscsidsc_add *add)
{
	if (iscsidsc_options_has(o, ISCSI_LOGIN_OPTIONS_AUTH_TYPE)) {
		add->auth = o->AuthType == ISCSI_NO_AUTH_TYPE ?
			ISCSI_MCS_AUTH_NONE :
			o->AuthType == ISCSI_CHAP_AUTH_TYPE ?
			ISCSI_MCS_AUTH_CHAP : ISCSI_MCS_AUTH_MUTUAL_CHAP;
		if (add->auth == ISCSI_MCS_AUTH_NONE)
			return ERROR_SUCCESS;
	}
	if (iscsidsc_options_has(o, ISCSI_LOGIN_OPTIONS_USERNAME) &&
	    o->UsernameLength) {
		if (!o->Username)
			return ERROR_INVALID_PARAMETER;
		if (o->UsernameLength > ISCSI_MCS_CHAP_NAME_LEN ||
		    memchr(o->Username, '\0', o->UsernameLength))
			return ISDSC_INVALID_CHAP_USER_NAME;
		add->chap_name = o->Username;
		add->chap_name_len = o->UsernameLength;
	}
	if (iscsidsc_options_has(o, ISCSI_LOGIN_OPTIONS_PASSWORD)) {
		if (o->PasswordLength && !o->Password)
			return ERROR_INVALID_PARAMETER;
		if (!o->PasswordLength || o->PasswordLength > MAX_SECRET)
			return ISDSC_INVALID_TARGET_CHAP_SECRET;
		add->chap_secret = o->Password;
		add->chap_secret_len = o->PasswordLength;
	}
	if ((add->chap_name || add->chap_secret) &&
	    add->auth == ISCSI_MCS_AUTH_SESSION)
		add->auth = ISCSI_MCS_AUTH_CHAP;
	return ERROR_SUCCESS;
}

/* The secret that SetIScsiInitiatorCHAPSharedSecret() left; without it the
 * session's counts.
 */
static ISDSC_STATUS fill_secret_in(struct iscsidsc_config *config,
				   struct iscsidsc_add *add)
{
	ISDSC_STATUS status;

	memset(config, 0, sizeof(*config));
	if (add->auth != ISCSI_MCS_AUTH_MUTUAL_CHAP)
		return ERROR_SUCCESS;
	status = iscsidsc_config_read(config);
	add->chap_secret_in = config->secret_in;
	add->chap_secret_in_len = config->secret_in_len;
	return status;
}

static void fill_digests(const ISCSI_LOGIN_OPTIONS *o,
			 struct iscsidsc_add *add)
{
	if (iscsidsc_options_has(o, ISCSI_LOGIN_OPTIONS_HEADER_DIGEST))
		add->header_digest = (int)o->HeaderDigest;
	if (iscsidsc_options_has(o, ISCSI_LOGIN_OPTIONS_DATA_DIGEST))
		add->data_digest = (int)o->DataDigest;
}

/* The local end an initiator port number stands for */
struct source {
	char address[ISCSIDSC_ADDR_TEXT_LEN];
	char ifname[sizeof(((struct iscsidsc_port *)0)->ifname)];
};

/* Do several interfaces have this address? Then it does not name one. */
static int is_ambiguous(const struct iscsidsc_port *ports, size_t count,
			const struct iscsidsc_port *port)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (ports[i].ifindex != port->ifindex &&
		    ports[i].addr.family == port->addr.family &&
		    !memcmp(ports[i].addr.addr, port->addr.addr,
			    sizeof(port->addr.addr)))
			return 1;
	return 0;
}

static ISDSC_STATUS fill_source(uint32_t number, struct source *source,
				struct iscsidsc_add *add)
{
	struct iscsidsc_port *ports;
	ISDSC_STATUS status;
	size_t count;

	if (number == ISCSI_ANY_INITIATOR_PORT)
		return ERROR_SUCCESS;
	status = iscsidsc_ports_get(&ports, &count);
	if (status)
		return status;
	if (number < count) {
		iscsidsc_addr_text(&ports[number].addr, 0, source->address,
				   sizeof(source->address));
		add->source = source->address;
		if (is_ambiguous(ports, count, &ports[number])) {
			memcpy(source->ifname, ports[number].ifname,
			       sizeof(source->ifname));
			add->ifname = source->ifname;
		}
		add->initiator_port = number;
	} else {
		status = ISDSC_INVALID_PORT_NUMBER;
	}
	free(ports);
	return status;
}

static const struct iscsidsc_conn *
leading_conn(const struct iscsidsc_session *session)
{
	size_t i;

	for (i = 0; i < session->conn_count; i++)
		if (session->conns[i]->leading)
			return session->conns[i];
	return session->conn_count ? session->conns[0] : NULL;
}

/* The kernel keeps 255 bytes of the name; cut off whole characters only. */
static void cut_name(char *name)
{
	size_t len = MAX_ISCSI_PORTAL_NAME_LEN - 1;

	if (strlen(name) <= len)
		return;
	while (len && (name[len] & 0xc0) == 0x80)
		len--;
	name[len] = '\0';
}

static ISDSC_STATUS fill_portal(struct portal *portal,
				const struct iscsidsc_session *session,
				struct iscsidsc_add *add)
{
	const struct iscsidsc_conn *lead;

	if (!portal->given) {
		lead = leading_conn(session);
		if (!lead || !iscsidsc_addr_text(&lead->remote, 0,
						 portal->address,
						 sizeof(portal->address)))
			return ISDSC_NO_PORTAL_SPECIFIED;
		portal->port = lead->remote.port;
	}
	add->address = portal->address;
	add->port = portal->port;
	cut_name(portal->name);
	add->symbolic_name = portal->name;
	return ERROR_SUCCESS;
}

/*
 * A short secret is good with IPsec, which may be asked for, remembered or the
 * default. Which it is turns out when the connection is made.
 */
static ISDSC_STATUS refusal(const struct iscsidsc_add *add)
{
	return add->chap_secret && add->chap_secret_len < MIN_SECRET ?
		ISDSC_INVALID_TARGET_CHAP_SECRET : ERROR_SUCCESS;
}

static ISDSC_STATUS add_on(struct iscsidsc *h, struct call *call,
			   struct iscsidsc_add *add)
{
	struct iscsidsc_snapshot *snap;
	struct iscsidsc_conn conn;
	ISDSC_STATUS status;

	status = iscsidsc_session_find(h, call->session, &snap);
	if (status)
		return status;
	add->sid = snap->sessions[0]->sid;
	/* A secret without a name belongs to the initiator's own name. */
	if (add->chap_secret && !add->chap_name) {
		add->chap_name = snap->sessions[0]->initiator_name;
		add->chap_name_len = strlen(add->chap_name);
	}
	status = fill_portal(&call->portal, snap->sessions[0], add);
	if (!status)
		status = iscsidsc_conn_add_guarded(h, add, refusal(add), &conn);
	if (!status && call->result) {
		iscsidsc_ident_conn(snap->sessions[0], &conn);
		*call->result = conn.unique_id;
	}
	iscsidsc_snapshot_free(snap);
	return status;
}

static ISDSC_STATUS add_open(struct call *call, struct iscsidsc_add *add)
{
	struct iscsidsc_config config;
	struct iscsidsc *h;
	ISDSC_STATUS status;

	status = iscsidsc_open(&h);
	if (status)
		return status;
	status = fill_secret_in(&config, add);
	if (!status)
		status = add_on(h, call, add);
	iscsidsc_config_clear(&config);
	iscsidsc_close(h);
	return status;
}

static ISDSC_STATUS add_call(struct call *call)
{
	struct iscsidsc_add add;
	struct source source;
	ISDSC_STATUS status;

	iscsidsc_add_init(&add);
	/* The callers of this interface expect two to one portal to work. */
	add.flags = ISCSI_MCS_CONN_FLAGS_ALLOW_DUPLICATE;
	status = iscsidsc_options_check(call->options);
	fill_security(call, &add);
	if (!status)
		status = fill_auth(call->options, &add);
	if (status)
		return status;
	fill_digests(call->options, &add);
	status = fill_source(call->initiator_port, &source, &add);
	return status ? status : add_open(call, &add);
}

/**
 * AddIScsiConnectionW - add a connection to a session
 * @UniqueSessionId: session, as GetIScsiSessionListW() gave it
 * @Reserved: ignored
 * @InitiatorPortNumber: number of a local address, or ISCSI_ANY_INITIATOR_PORT
 * @TargetPortal: portal, or NULL for that of the leading connection
 * @SecurityFlags: IPsec
 * @LoginOptions: digests and authentication, or NULL
 * @KeySize: length of @Key
 * @Key: pre-shared key for IKE
 * @ConnectionId: set to the ID of the new connection, or NULL
 *
 * Return: ERROR_SUCCESS when the connection carries commands, else why not.
 */
ISDSC_STATUS
AddIScsiConnectionW(ISCSI_UNIQUE_SESSION_ID *UniqueSessionId, void *Reserved,
		    uint32_t InitiatorPortNumber,
		    ISCSI_TARGET_PORTALW *TargetPortal,
		    ISCSI_SECURITY_FLAGS SecurityFlags,
		    ISCSI_LOGIN_OPTIONS *LoginOptions,
		    uint32_t KeySize, char *Key,
		    ISCSI_UNIQUE_CONNECTION_ID *ConnectionId)
{
	struct call call = {
		.session = UniqueSessionId,
		.initiator_port = InitiatorPortNumber,
		.security = SecurityFlags,
		.key_size = KeySize,
		.key = Key,
		.options = LoginOptions,
		.result = ConnectionId,
	};
	struct portal *p = &call.portal;

	(void)Reserved;
	if (!UniqueSessionId || (KeySize && !Key))
		return ERROR_INVALID_PARAMETER;
	if (TargetPortal) {
		if (iscsidsc_utf16_to_utf8(TargetPortal->SymbolicName,
					   MAX_ISCSI_PORTAL_NAME_LEN, p->name,
					   sizeof(p->name)) ||
		    iscsidsc_utf16_to_utf8(TargetPortal->Address,
					   MAX_ISCSI_PORTAL_ADDRESS_LEN,
					   p->address, sizeof(p->address)))
			return ERROR_INVALID_PARAMETER;
		p->port = TargetPortal->Socket;
		p->given = 1;
	}
	return add_call(&call);
}

static int take_text(const char *from, size_t len, char *to)
{
	if (!memchr(from, '\0', len))
		return -1;
	memcpy(to, from, strlen(from) + 1);
	return iscsidsc_utf8_valid(to) ? 0 : -1;
}

/**
 * AddIScsiConnectionA - add a connection to a session
 * @UniqueSessionId: session, as GetIScsiSessionListA() gave it
 * @Reserved: ignored
 * @InitiatorPortNumber: number of a local address, or ISCSI_ANY_INITIATOR_PORT
 * @TargetPortal: portal, or NULL for that of the leading connection
 * @SecurityFlags: IPsec
 * @LoginOptions: digests and authentication, or NULL
 * @KeySize: length of @Key
 * @Key: pre-shared key for IKE
 * @ConnectionId: set to the ID of the new connection, or NULL
 *
 * Return: as AddIScsiConnectionW().
 */
ISDSC_STATUS
AddIScsiConnectionA(ISCSI_UNIQUE_SESSION_ID *UniqueSessionId, void *Reserved,
		    uint32_t InitiatorPortNumber,
		    ISCSI_TARGET_PORTALA *TargetPortal,
		    ISCSI_SECURITY_FLAGS SecurityFlags,
		    ISCSI_LOGIN_OPTIONS *LoginOptions,
		    uint32_t KeySize, char *Key,
		    ISCSI_UNIQUE_CONNECTION_ID *ConnectionId)
{
	struct call call = {
		.session = UniqueSessionId,
		.initiator_port = InitiatorPortNumber,
		.security = SecurityFlags,
		.key_size = KeySize,
		.key = Key,
		.options = LoginOptions,
		.result = ConnectionId,
	};
	struct portal *p = &call.portal;

	(void)Reserved;
	if (!UniqueSessionId || (KeySize && !Key))
		return ERROR_INVALID_PARAMETER;
	if (TargetPortal) {
		if (take_text(TargetPortal->SymbolicName,
			      MAX_ISCSI_PORTAL_NAME_LEN, p->name) ||
		    take_text(TargetPortal->Address,
			      MAX_ISCSI_PORTAL_ADDRESS_LEN, p->address))
			return ERROR_INVALID_PARAMETER;
		p->port = TargetPortal->Socket;
		p->given = 1;
	}
	return add_call(&call);
}

static ISDSC_STATUS remove_on(struct iscsidsc *h,
			      const ISCSI_UNIQUE_SESSION_ID *session_id,
			      const ISCSI_UNIQUE_CONNECTION_ID *conn_id)
{
	const struct iscsidsc_conn *conn = NULL;
	const struct iscsidsc_session *session;
	struct iscsidsc_snapshot *snap;
	ISDSC_STATUS status;
	size_t i;

	status = iscsidsc_session_find(h, session_id, &snap);
	if (status)
		return status;
	session = snap->sessions[0];
	for (i = 0; i < session->conn_count; i++)
		if (!memcmp(&session->conns[i]->unique_id, conn_id,
			    sizeof(*conn_id)))
			conn = session->conns[i];
	if (!conn)
		status = ISDSC_INVALID_CONNECTION_ID;
	else if (session->conn_count == 1)
		status = ISDSC_CANT_REMOVE_LAST_CONNECTION;
	else if (conn->leading)
		status = ISDSC_CANNOT_REMOVE_LEADING_CONNECTION;
	else
		status = iscsidsc_conn_remove(h, session->sid, conn->id);
	iscsidsc_snapshot_free(snap);
	return status;
}

/**
 * RemoveIScsiConnection - remove a connection from a session
 * @UniqueSessionId: session
 * @ConnectionId: connection; neither the last nor the leading one
 *
 * Return: ERROR_SUCCESS when it is logged out, else why not.
 */
ISDSC_STATUS RemoveIScsiConnection(ISCSI_UNIQUE_SESSION_ID *UniqueSessionId,
				   ISCSI_UNIQUE_CONNECTION_ID *ConnectionId)
{
	struct iscsidsc *h;
	ISDSC_STATUS status;

	if (!UniqueSessionId || !ConnectionId)
		return ERROR_INVALID_PARAMETER;
	status = iscsidsc_open(&h);
	if (status)
		return status;
	status = remove_on(h, UniqueSessionId, ConnectionId);
	iscsidsc_close(h);
	return status;
}
