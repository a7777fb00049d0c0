// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * Discovery, as far as somebody needs it who is about to log in and to add
 * connections. Targets are found and remembered by iscsid; these calls ask
 * iscsiadm(8).
 */

#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* A portal for discovery behind the difference of A and W */
struct discovery {
	char instance[4 * MAX_ISCSI_HBANAME_LEN];
	char address[4 * MAX_ISCSI_PORTAL_ADDRESS_LEN];
	uint16_t port;
	uint32_t initiator_port;
};

enum discovery_action { DISCOVER, FORGET };

static ISDSC_STATUS take_wide(struct discovery *d, const char16_t *instance,
			      const ISCSI_TARGET_PORTALW *portal)
{
	memset(d, 0, sizeof(*d));
	if (!portal ||
	    iscsidsc_utf16_to_utf8(portal->Address,
				   MAX_ISCSI_PORTAL_ADDRESS_LEN, d->address,
				   sizeof(d->address)) ||
	    (instance &&
	     iscsidsc_utf16_to_utf8(instance, MAX_ISCSI_HBANAME_LEN,
				    d->instance, sizeof(d->instance))))
		return ERROR_INVALID_PARAMETER;
	d->port = portal->Socket;
	return ERROR_SUCCESS;
}

static int take_text(const char *from, size_t len, char *to)
{
	if (!memchr(from, '\0', len) || !iscsidsc_utf8_valid(from))
		return -1;
	strcpy(to, from);
	return 0;
}

static ISDSC_STATUS take_narrow(struct discovery *d, const char *instance,
				const ISCSI_TARGET_PORTALA *portal)
{
	memset(d, 0, sizeof(*d));
	if (!portal ||
	    take_text(portal->Address, MAX_ISCSI_PORTAL_ADDRESS_LEN,
		      d->address) ||
	    (instance &&
	     take_text(instance, MAX_ISCSI_HBANAME_LEN, d->instance)))
		return ERROR_INVALID_PARAMETER;
	d->port = portal->Socket;
	return ERROR_SUCCESS;
}

static ISDSC_STATUS check_options(const ISCSI_LOGIN_OPTIONS *o,
				  ISCSI_SECURITY_FLAGS security)
{
	ISDSC_STATUS status = iscsidsc_options_check(o);

	if (status)
		return status;
	/* Name and secret of a discovery would have to be stored with iscsid. */
	if ((security & ISCSI_SECURITY_FLAG_VALID &&
	     security & ISCSI_SECURITY_FLAG_IKE_IPSEC_ENABLED) ||
	    (o && o->LoginFlags & ISCSI_LOGIN_FLAG_REQUIRE_IPSEC) ||
	    iscsidsc_options_chap(o))
		return ISDSC_REQUEST_NOT_SUPPORTED;
	return ERROR_SUCCESS;
}

static ISDSC_STATUS run(const char *portal, enum discovery_action action)
{
	const char *const discover[] = { "iscsiadm", "-m", "discovery", "-t",
					 "sendtargets", "-p", portal, NULL };
	const char *const forget[] = { "iscsiadm", "-m", "discoverydb", "-t",
				       "sendtargets", "-p", portal, "-o",
				       "delete", NULL };
	ISDSC_STATUS status;

	status = iscsidsc_iscsiadm(action == DISCOVER ? discover : forget,
				   NULL);
	/* What iscsiadm misses here is no target but a portal. */
	return status == ISDSC_TARGET_NOT_FOUND && action == FORGET ?
		ISDSC_PORTAL_NOT_FOUND : status;
}

static ISDSC_STATUS run_on(const struct discovery *d,
			   enum discovery_action action)
{
	char portal[ISCSIDSC_ADDR_TEXT_LEN];
	struct iscsidsc_addr *addrs;
	ISDSC_STATUS status;
	size_t count;

	if (*d->instance && strcmp(d->instance, ISCSIDSC_INITIATOR))
		return ISDSC_INITIATOR_INSTANCE_NOT_FOUND;
	if (d->initiator_port != ISCSI_ANY_INITIATOR_PORT)
		return ISDSC_REQUEST_NOT_SUPPORTED;
	status = iscsidsc_resolve(d->address, d->port, 0, &addrs, &count);
	if (status)
		return status;
	iscsidsc_addr_text(&addrs[0], 1, portal, sizeof(portal));
	free(addrs);
	return run(portal, action);
}

/**
 * AddIScsiSendTargetPortalW - ask a portal for its targets and remember both
 * @InitiatorInstance: initiator, or NULL
 * @InitiatorPortNumber: ISCSI_ANY_INITIATOR_PORT
 * @LoginOptions: names and secrets are not supported; or NULL
 * @SecurityFlags: IPsec is not supported
 * @Portal: portal
 *
 * Return: ERROR_SUCCESS, ISDSC_CONNECTION_FAILED, ISDSC_AUTHENTICATION_FAILURE
 * or another status.
 */
ISDSC_STATUS AddIScsiSendTargetPortalW(char16_t *InitiatorInstance,
				       uint32_t InitiatorPortNumber,
				       ISCSI_LOGIN_OPTIONS *LoginOptions,
				       ISCSI_SECURITY_FLAGS SecurityFlags,
				       ISCSI_TARGET_PORTALW *Portal)
{
	ISDSC_STATUS status = check_options(LoginOptions, SecurityFlags);

	return status ? status :
	       RefreshIScsiSendTargetPortalW(InitiatorInstance,
					     InitiatorPortNumber, Portal);
}

/**
 * AddIScsiSendTargetPortalA - ask a portal for its targets and remember both
 * @InitiatorInstance: initiator, or NULL
 * @InitiatorPortNumber: ISCSI_ANY_INITIATOR_PORT
 * @LoginOptions: names and secrets are not supported; or NULL
 * @SecurityFlags: IPsec is not supported
 * @Portal: portal
 *
 * Return: as AddIScsiSendTargetPortalW().
 */
ISDSC_STATUS AddIScsiSendTargetPortalA(char *InitiatorInstance,
				       uint32_t InitiatorPortNumber,
				       ISCSI_LOGIN_OPTIONS *LoginOptions,
				       ISCSI_SECURITY_FLAGS SecurityFlags,
				       ISCSI_TARGET_PORTALA *Portal)
{
	ISDSC_STATUS status = check_options(LoginOptions, SecurityFlags);

	return status ? status :
	       RefreshIScsiSendTargetPortalA(InitiatorInstance,
					     InitiatorPortNumber, Portal);
}

/**
 * RefreshIScsiSendTargetPortalW - ask a portal for its targets once more
 * @InitiatorInstance: initiator, or NULL
 * @InitiatorPortNumber: ISCSI_ANY_INITIATOR_PORT
 * @Portal: portal
 *
 * Return: as AddIScsiSendTargetPortalW().
 */
ISDSC_STATUS RefreshIScsiSendTargetPortalW(char16_t *InitiatorInstance,
					   uint32_t InitiatorPortNumber,
					   ISCSI_TARGET_PORTALW *Portal)
{
	struct discovery d;
	ISDSC_STATUS status = take_wide(&d, InitiatorInstance, Portal);

	d.initiator_port = InitiatorPortNumber;
	return status ? status : run_on(&d, DISCOVER);
}

/**
 * RefreshIScsiSendTargetPortalA - ask a portal for its targets once more
 * @InitiatorInstance: initiator, or NULL
 * @InitiatorPortNumber: ISCSI_ANY_INITIATOR_PORT
 * @Portal: portal
 *
 * Return: as AddIScsiSendTargetPortalW().
 */
ISDSC_STATUS RefreshIScsiSendTargetPortalA(char *InitiatorInstance,
					   uint32_t InitiatorPortNumber,
					   ISCSI_TARGET_PORTALA *Portal)
{
	struct discovery d;
	ISDSC_STATUS status = take_narrow(&d, InitiatorInstance, Portal);

	d.initiator_port = InitiatorPortNumber;
	return status ? status : run_on(&d, DISCOVER);
}

/**
 * RemoveIScsiSendTargetPortalW - do not ask a portal any more
 * @InitiatorInstance: initiator, or NULL
 * @InitiatorPortNumber: ISCSI_ANY_INITIATOR_PORT
 * @Portal: portal
 *
 * Return: ERROR_SUCCESS, ISDSC_PORTAL_NOT_FOUND or another status.
 */
ISDSC_STATUS RemoveIScsiSendTargetPortalW(char16_t *InitiatorInstance,
					  uint32_t InitiatorPortNumber,
					  ISCSI_TARGET_PORTALW *Portal)
{
	struct discovery d;
	ISDSC_STATUS status = take_wide(&d, InitiatorInstance, Portal);

	d.initiator_port = InitiatorPortNumber;
	return status ? status : run_on(&d, FORGET);
}

/**
 * RemoveIScsiSendTargetPortalA - do not ask a portal any more
 * @InitiatorInstance: initiator, or NULL
 * @InitiatorPortNumber: ISCSI_ANY_INITIATOR_PORT
 * @Portal: portal
 *
 * Return: as RemoveIScsiSendTargetPortalW().
 */
ISDSC_STATUS RemoveIScsiSendTargetPortalA(char *InitiatorInstance,
					  uint32_t InitiatorPortNumber,
					  ISCSI_TARGET_PORTALA *Portal)
{
	struct discovery d;
	ISDSC_STATUS status = take_narrow(&d, InitiatorInstance, Portal);

	d.initiator_port = InitiatorPortNumber;
	return status ? status : run_on(&d, FORGET);
}

/* "ADDRESS:PORT via sendtargets" for each portal that was asked before; one
 * that does not answer now is no reason not to ask the others.
 */
static void refresh_all(void)
{
	static const char *const argv[] = { "iscsiadm", "-m", "discoverydb",
					    NULL };
	char *output = NULL, *line, *space, *rest = NULL;

	if (iscsidsc_iscsiadm(argv, &output))
		return;
	for (line = strtok_r(output, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		space = strchr(line, ' ');
		if (!space || strcmp(space, " via sendtargets"))
			continue;
		*space = '\0';
		run(line, DISCOVER);
	}
	free(output);
}

/* Each name once, with its terminator, in the place of the output. Return:
 * length of all.
 */
static size_t keep_names(char *output)
{
	char *line, *name, *rest = NULL, *seen;
	size_t used = 0, len;

	for (line = strtok_r(output, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		name = strchr(line, ' ');
		if (!name || !*++name)
			continue;
		for (seen = output; seen < output + used;
		     seen += strlen(seen) + 1)
			if (!strcmp(seen, name))
				break;
		if (seen < output + used)
			continue;
		len = strlen(name) + 1;
		memmove(output + used, name, len);
		used += len;
	}
	return used;
}

/* Names are ASCII, so characters are bytes. */
static ISDSC_STATUS targets(uint8_t force, uint32_t *size, void *buffer,
			    int wide)
{
	static const char *const argv[] = { "iscsiadm", "-m", "node", NULL };
	char *output = NULL;
	uint32_t room, need;
	ISDSC_STATUS status;
	size_t used = 0, i;

	if (!size)
		return ERROR_INVALID_PARAMETER;
	if (force)
		refresh_all();
	status = iscsidsc_iscsiadm(argv, &output);
	if (status && status != ISDSC_TARGET_NOT_FOUND)
		return status;
	if (output)
		used = keep_names(output);
	room = buffer ? *size : 0;
	need = (uint32_t)used + 1;
	*size = need;
	if (room < need) {
		free(output);
		return ERROR_INSUFFICIENT_BUFFER;
	}
	for (i = 0; i < need; i++) {
		char c = i < used ? output[i] : '\0';

		if (wide)
			((char16_t *)buffer)[i] = (unsigned char)c;
		else
			((char *)buffer)[i] = c;
	}
	free(output);
	return ERROR_SUCCESS;
}

/**
 * ReportIScsiTargetsW - names of the targets that were found
 * @ForceUpdate: ask all portals again
 * @BufferSize: in: characters at @Buffer; out: characters used or needed
 * @Buffer: names, an empty one at the end; or NULL
 *
 * Return: ERROR_SUCCESS, ERROR_INSUFFICIENT_BUFFER or another status.
 */
ISDSC_STATUS ReportIScsiTargetsW(uint8_t ForceUpdate, uint32_t *BufferSize,
				 char16_t *Buffer)
{
	return targets(ForceUpdate, BufferSize, Buffer, 1);
}

/**
 * ReportIScsiTargetsA - names of the targets that were found
 * @ForceUpdate: ask all portals again
 * @BufferSize: in: characters at @Buffer; out: characters used or needed
 * @Buffer: names, an empty one at the end; or NULL
 *
 * Return: as ReportIScsiTargetsW().
 */
ISDSC_STATUS ReportIScsiTargetsA(uint8_t ForceUpdate, uint32_t *BufferSize,
				 char *Buffer)
{
	return targets(ForceUpdate, BufferSize, Buffer, 0);
}
