// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * LoginIScsiTarget and LogoutIScsiTarget. Sessions are iscsid's; these calls
 * do what a person would do with iscsiadm, and find the session that results.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Beside CHAP, what would have to be stored with iscsid */
#define UNSUPPORTED_OPTIONS	(ISCSI_LOGIN_OPTIONS_HEADER_DIGEST | \
				 ISCSI_LOGIN_OPTIONS_DATA_DIGEST)

/* Arguments behind the difference of A and W; empty portal for none given */
struct login {
	char target[4 * (MAX_ISCSI_NAME_LEN + 1)];
	char instance[4 * MAX_ISCSI_HBANAME_LEN];
	char address[4 * MAX_ISCSI_PORTAL_ADDRESS_LEN];
	uint16_t port;
	int informational;
	int mappings;
	uint32_t initiator_port;
	ISCSI_SECURITY_FLAGS security;
	const ISCSI_LOGIN_OPTIONS *options;
	int persistent;
	ISCSI_UNIQUE_SESSION_ID *session;
	ISCSI_UNIQUE_CONNECTION_ID *conn;
};

static ISDSC_STATUS check_login(const struct login *l)
{
	const ISCSI_LOGIN_OPTIONS *o = l->options;
	ISDSC_STATUS status = iscsidsc_options_check(o);

	if (!*l->target)
		return ISDSC_INVALID_ISCSI_NAME;
	if (*l->instance && strcmp(l->instance, ISCSIDSC_INITIATOR))
		return ISDSC_INITIATOR_INSTANCE_NOT_FOUND;
	if (status)
		return status;
	if ((l->security & ISCSI_SECURITY_FLAG_VALID &&
	     l->security & ISCSI_SECURITY_FLAG_IKE_IPSEC_ENABLED) ||
	    (o && o->LoginFlags & ISCSI_LOGIN_FLAG_REQUIRE_IPSEC))
		return ISDSC_IPSEC_NOT_SUPPORTED_ON_OS;
	if (l->informational || l->mappings ||
	    l->initiator_port != ISCSI_ANY_INITIATOR_PORT ||
	    iscsidsc_options_has(o, UNSUPPORTED_OPTIONS) ||
	    iscsidsc_options_chap(o))
		return ISDSC_REQUEST_NOT_SUPPORTED;
	return ERROR_SUCCESS;
}

/* The portal as iscsiadm takes it: the one given, or the first that is known */
static ISDSC_STATUS find_portal(const struct login *l, char *text, size_t size)
{
	struct iscsidsc_addr *addrs;
	ISDSC_STATUS status;
	size_t count;

	if (*l->address)
		status = iscsidsc_resolve(l->address, l->port, 0, &addrs,
					  &count);
	else
		status = iscsidsc_node_portals(l->target, -1, &addrs, &count);
	if (status)
		return status;
	iscsidsc_addr_text(&addrs[0], 1, text, size);
	free(addrs);
	return ERROR_SUCCESS;
}

/* A session to the target whose number is not among those of @before */
static const struct iscsidsc_session *
new_session(const struct iscsidsc_snapshot *after,
	    const struct iscsidsc_snapshot *before, const char *target)
{
	size_t a, b;

	for (a = 0; a < after->session_count; a++) {
		if (strcmp(after->sessions[a]->target_name, target))
			continue;
		for (b = 0; before && b < before->session_count; b++)
			if (before->sessions[b]->sid ==
			    after->sessions[a]->sid)
				break;
		if (!before || b == before->session_count)
			return after->sessions[a];
	}
	return NULL;
}

/* Let iscsid log in again at each start */
static ISDSC_STATUS save_login(const struct login *l, const char *portal)
{
	const char *const argv[] = { "iscsiadm", "-m", "node", "-T", l->target,
				     "-p", portal, "-o", "update", "-n",
				     "node.startup", "-v", "automatic", NULL };
	ISDSC_STATUS status = iscsidsc_iscsiadm(argv, NULL);

	/* An unknown target is not a matter of saving. */
	if (!status || status == ISDSC_TARGET_NOT_FOUND)
		return status;
	return ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA;
}

static ISDSC_STATUS run_login(struct iscsidsc *h, const struct login *l,
			      const char *portal,
			      const struct iscsidsc_snapshot *before)
{
	const char *const argv[] = { "iscsiadm", "-m", "node", "-T", l->target,
				     "-p", portal, "--login", NULL };
	const struct iscsidsc_session *session;
	struct iscsidsc_snapshot *after;
	ISDSC_STATUS status;

	status = iscsidsc_iscsiadm(argv, NULL);
	if (status)
		return status;
	status = iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS, &after);
	if (status)
		return status;
	session = new_session(after, before, l->target);
	if (!session || !session->conn_count) {
		/* Another transport has it: nothing can be added there. */
		status = ISDSC_NO_CONNECTION_AVAILABLE;
	} else {
		if (l->session)
			*l->session = session->unique_id;
		if (l->conn)
			*l->conn = session->conns[0]->unique_id;
	}
	iscsidsc_snapshot_free(after);
	return status;
}

static ISDSC_STATUS login_on(struct iscsidsc *h, const struct login *l)
{
	int multipath = l->options && l->options->LoginFlags &
				      ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED;
	char portal[ISCSIDSC_ADDR_TEXT_LEN];
	struct iscsidsc_snapshot *before;
	ISDSC_STATUS status;
	int logged_in;

	status = iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS, &before);
	if (status)
		return status;
	logged_in = !multipath && new_session(before, NULL, l->target);
	if (!logged_in || l->persistent)
		status = find_portal(l, portal, sizeof(portal));
	/* Saved first: who is logged in already may want the next start. */
	if (!status && l->persistent)
		status = save_login(l, portal);
	if (!status)
		status = logged_in ? ISDSC_TARGET_ALREADY_LOGGED_IN :
				     run_login(h, l, portal, before);
	iscsidsc_snapshot_free(before);
	return status;
}

static ISDSC_STATUS login_call(const struct login *l)
{
	struct iscsidsc *h;
	ISDSC_STATUS status = check_login(l);

	if (status)
		return status;
	status = iscsidsc_open(&h);
	if (status)
		return status;
	status = login_on(h, l);
	iscsidsc_close(h);
	return status;
}

/**
 * LoginIScsiTargetW - log in to a target
 * @TargetName: target, known to iscsid
 * @IsInformationalSession: not supported
 * @InitiatorInstance: initiator, or NULL
 * @InitiatorPortNumber: ISCSI_ANY_INITIATOR_PORT
 * @TargetPortal: portal, or NULL for the first that is known
 * @SecurityFlags: IPsec, not supported
 * @Mappings: not supported
 * @LoginOptions: ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED counts; or NULL
 * @KeySize: length of @Key
 * @Key: pre-shared key for IKE
 * @IsPersistent: log in again at each start
 * @UniqueSessionId: set to the session, or NULL
 * @UniqueConnectionId: set to its leading connection, or NULL
 *
 * Return: ERROR_SUCCESS, ISDSC_TARGET_ALREADY_LOGGED_IN,
 * ISDSC_REQUEST_NOT_SUPPORTED or another status.
 */
ISDSC_STATUS LoginIScsiTargetW(char16_t *TargetName,
			       uint8_t IsInformationalSession,
			       char16_t *InitiatorInstance,
			       uint32_t InitiatorPortNumber,
			       ISCSI_TARGET_PORTALW *TargetPortal,
			       ISCSI_SECURITY_FLAGS SecurityFlags,
			       ISCSI_TARGET_MAPPINGW *Mappings,
			       ISCSI_LOGIN_OPTIONS *LoginOptions,
			       uint32_t KeySize, char *Key,
			       uint8_t IsPersistent,
			       ISCSI_UNIQUE_SESSION_ID *UniqueSessionId,
			       ISCSI_UNIQUE_CONNECTION_ID *UniqueConnectionId)
{
	struct login l = {
		.informational = IsInformationalSession,
		.mappings = !!Mappings,
		.initiator_port = InitiatorPortNumber,
		.security = SecurityFlags,
		.options = LoginOptions,
		.persistent = IsPersistent,
		.session = UniqueSessionId,
		.conn = UniqueConnectionId,
	};

	if (!TargetName || (KeySize && !Key))
		return ERROR_INVALID_PARAMETER;
	if (iscsidsc_utf16_to_utf8(TargetName, MAX_ISCSI_NAME_LEN + 1,
				   l.target, sizeof(l.target)))
		return ISDSC_INVALID_ISCSI_NAME;
	if (InitiatorInstance &&
	    iscsidsc_utf16_to_utf8(InitiatorInstance, MAX_ISCSI_HBANAME_LEN,
				   l.instance, sizeof(l.instance)))
		return ERROR_INVALID_PARAMETER;
	if (TargetPortal) {
		if (iscsidsc_utf16_to_utf8(TargetPortal->Address,
					   MAX_ISCSI_PORTAL_ADDRESS_LEN,
					   l.address, sizeof(l.address)))
			return ERROR_INVALID_PARAMETER;
		if (!*l.address)
			return ISDSC_NO_PORTAL_SPECIFIED;
		l.port = TargetPortal->Socket;
	}
	return login_call(&l);
}

static int take(const char *from, size_t limit, char *to)
{
	if (!memchr(from, '\0', limit) || !iscsidsc_utf8_valid(from))
		return -1;
	strcpy(to, from);
	return 0;
}

/**
 * LoginIScsiTargetA - log in to a target
 * @TargetName: target, known to iscsid
 * @IsInformationalSession: not supported
 * @InitiatorInstance: initiator, or NULL
 * @InitiatorPortNumber: ISCSI_ANY_INITIATOR_PORT
 * @TargetPortal: portal, or NULL for the first that is known
 * @SecurityFlags: IPsec, not supported
 * @Mappings: not supported
 * @LoginOptions: ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED counts; or NULL
 * @KeySize: length of @Key
 * @Key: pre-shared key for IKE
 * @IsPersistent: log in again at each start
 * @UniqueSessionId: set to the session, or NULL
 * @UniqueConnectionId: set to its leading connection, or NULL
 *
 * Return: as LoginIScsiTargetW().
 */
ISDSC_STATUS LoginIScsiTargetA(char *TargetName, uint8_t IsInformationalSession,
			       char *InitiatorInstance,
			       uint32_t InitiatorPortNumber,
			       ISCSI_TARGET_PORTALA *TargetPortal,
			       ISCSI_SECURITY_FLAGS SecurityFlags,
			       ISCSI_TARGET_MAPPINGA *Mappings,
			       ISCSI_LOGIN_OPTIONS *LoginOptions,
			       uint32_t KeySize, char *Key,
			       uint8_t IsPersistent,
			       ISCSI_UNIQUE_SESSION_ID *UniqueSessionId,
			       ISCSI_UNIQUE_CONNECTION_ID *UniqueConnectionId)
{
	struct login l = {
		.informational = IsInformationalSession,
		.mappings = !!Mappings,
		.initiator_port = InitiatorPortNumber,
		.security = SecurityFlags,
		.options = LoginOptions,
		.persistent = IsPersistent,
		.session = UniqueSessionId,
		.conn = UniqueConnectionId,
	};

	if (!TargetName || (KeySize && !Key))
		return ERROR_INVALID_PARAMETER;
	if (take(TargetName, MAX_ISCSI_NAME_LEN + 1, l.target))
		return ISDSC_INVALID_ISCSI_NAME;
	if (InitiatorInstance &&
	    take(InitiatorInstance, MAX_ISCSI_HBANAME_LEN, l.instance))
		return ERROR_INVALID_PARAMETER;
	if (TargetPortal) {
		if (take(TargetPortal->Address, MAX_ISCSI_PORTAL_ADDRESS_LEN,
			 l.address))
			return ERROR_INVALID_PARAMETER;
		if (!*l.address)
			return ISDSC_NO_PORTAL_SPECIFIED;
		l.port = TargetPortal->Socket;
	}
	return login_call(&l);
}

/* Somebody has a disk of the session open for himself: mounted, part of a
 * volume group, multipathed.
 */
static int devices_busy(uint32_t sid)
{
	struct iscsidsc_device *list;
	char path[64];
	size_t n, i;
	int fd, busy = 0;

	if (iscsidsc_devices_get(sid, &list, &n))
		return 0;
	for (i = 0; i < n && !busy; i++) {
		if (!*list[i].name)
			continue;
		snprintf(path, sizeof(path), "/dev/%s", list[i].name);
		fd = open(path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0)
			close(fd);
		else
			busy = errno == EBUSY;
	}
	free(list);
	return busy;
}

/**
 * LogoutIScsiTarget - end a session
 * @UniqueSessionId: session
 *
 * Return: ERROR_SUCCESS, ISDSC_INVALID_SESSION_ID,
 * ISDSC_DEVICE_BUSY_ON_SESSION or another status.
 */
ISDSC_STATUS LogoutIScsiTarget(ISCSI_UNIQUE_SESSION_ID *UniqueSessionId)
{
	char sid[16];
	const char *const argv[] = { "iscsiadm", "-m", "session", "-r", sid,
				     "-u", NULL };
	struct iscsidsc_snapshot *snap;
	ISDSC_STATUS status;
	struct iscsidsc *h;

	if (!UniqueSessionId)
		return ERROR_INVALID_PARAMETER;
	status = iscsidsc_open(&h);
	if (status)
		return status;
	status = iscsidsc_session_find(h, UniqueSessionId, &snap);
	iscsidsc_close(h);
	if (status)
		return status;
	snprintf(sid, sizeof(sid), "%u", snap->sessions[0]->sid);
	if (devices_busy(snap->sessions[0]->sid))
		status = ISDSC_DEVICE_BUSY_ON_SESSION;
	else
		status = iscsidsc_iscsiadm(argv, NULL);
	iscsidsc_snapshot_free(snap);
	return status == ISDSC_TARGET_NOT_FOUND ? ISDSC_INVALID_SESSION_ID :
						  status;
}
