// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* The session class of the management interface: instances and methods. */

#include <stdlib.h>
#include <string.h>

#include <iscsidsc_wmi.h>

#include "internal.h"

typedef MSIscsiInitiator_SessionClass session_class;
typedef MSIscsiInitiator_ConnectionInformation conn_class;
typedef MSIscsiInitiator_DeviceOnSession device_class;

static char *id_text(const ISCSI_UNIQUE_SESSION_ID *id)
{
	char text[ISCSIDSC_ID_TEXT_LEN];

	iscsidsc_id_text(id, text);
	return strdup(text);
}

static char *guid_text(const ISCSI_GUID *g)
{
	char text[40];

	snprintf(text, sizeof(text),
		 "{%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}",
		 g->Data1, g->Data2, g->Data3, g->Data4[0], g->Data4[1],
		 g->Data4[2], g->Data4[3], g->Data4[4], g->Data4[5],
		 g->Data4[6], g->Data4[7]);
	return strdup(text);
}

static int fill_conns(session_class *class, const ISCSI_SESSION_INFOA *info)
{
	conn_class *conns;
	uint32_t i;

	if (!info->ConnectionCount)
		return 0;
	conns = calloc(info->ConnectionCount, sizeof(*conns));
	if (!conns)
		return -1;
	class->ConnectionInformation = conns;
	class->ConnectionCount = info->ConnectionCount;
	for (i = 0; i < info->ConnectionCount; i++) {
		const ISCSI_CONNECTION_INFOA *c = &info->Connections[i];

		conns[i].ConnectionID = id_text(&c->ConnectionId);
		conns[i].InitiatorAddress = strdup(c->InitiatorAddress);
		conns[i].TargetAddress = strdup(c->TargetAddress);
		conns[i].InitiatorPort = c->InitiatorSocket;
		conns[i].TargetPort = c->TargetSocket;
		memcpy(conns[i].CID, c->CID, sizeof(conns[i].CID));
		if (!conns[i].ConnectionID || !conns[i].InitiatorAddress ||
		    !conns[i].TargetAddress)
			return -1;
	}
	return 0;
}

static int fill_device(device_class *to, const ISCSI_DEVICE_ON_SESSIONA *from)
{
	to->InitiatorName = strdup(from->InitiatorName);
	to->TargetName = strdup(from->TargetName);
	to->ScsiPortNumber = from->ScsiAddress.PortNumber;
	to->ScsiPathId = from->ScsiAddress.PathId;
	to->ScsiTargetId = from->ScsiAddress.TargetId;
	to->ScsiLun = from->ScsiAddress.Lun;
	to->DeviceInterfaceGuid = guid_text(&from->DeviceInterfaceType);
	to->DeviceInterfaceName = strdup(from->DeviceInterfaceName);
	to->LegacyName = strdup(from->LegacyName);
	to->DeviceType = from->StorageDeviceNumber.DeviceType;
	to->DeviceNumber = from->StorageDeviceNumber.DeviceNumber;
	to->PartitionNumber = from->StorageDeviceNumber.PartitionNumber;
	return to->InitiatorName && to->TargetName && to->DeviceInterfaceGuid &&
	       to->DeviceInterfaceName && to->LegacyName ? 0 : -1;
}

/* Devices are shown if they can be found; a session without is a session. */
static int fill_devices(session_class *class, ISCSI_UNIQUE_SESSION_ID *id)
{
	ISCSI_DEVICE_ON_SESSIONA *list = NULL;
	device_class *devices;
	uint32_t count = 0, i;
	ISDSC_STATUS status;
	int err = 0;

	while ((status = GetDevicesForIScsiSessionA(id, &count, list)) ==
	       ERROR_INSUFFICIENT_BUFFER) {
		free(list);
		list = calloc(count, sizeof(*list));
		if (!list)
			return -1;
	}
	if (!status && count) {
		devices = calloc(count, sizeof(*devices));
		class->Devices = devices;
		class->DeviceCount = devices ? count : 0;
		err = devices ? 0 : -1;
		for (i = 0; i < class->DeviceCount && !err; i++)
			err = fill_device(&devices[i], &list[i]);
	}
	free(list);
	return err;
}

static int fill_session(session_class *class, ISCSI_SESSION_INFOA *info)
{
	class->SessionId = id_text(&info->SessionId);
	class->InitiatorName = strdup(info->InitiatorName);
	class->TargetNodeName = strdup(info->TargetNodeName);
	class->TargetName = strdup(info->TargetName);
	memcpy(class->ISID, info->ISID, sizeof(class->ISID));
	memcpy(class->TSID, info->TSID, sizeof(class->TSID));
	if (!class->SessionId || !class->InitiatorName ||
	    !class->TargetNodeName || !class->TargetName ||
	    fill_conns(class, info))
		return -1;
	return fill_devices(class, &info->SessionId);
}

static ISDSC_STATUS read_sessions(ISCSI_SESSION_INFOA **sessions,
				  uint32_t *count)
{
	uint32_t size = 0;
	ISDSC_STATUS status;

	*sessions = NULL;
	while ((status = GetIScsiSessionListA(&size, count, *sessions)) ==
	       ERROR_INSUFFICIENT_BUFFER) {
		free(*sessions);
		*sessions = malloc(size);
		if (!*sessions)
			return ERROR_NOT_ENOUGH_MEMORY;
	}
	if (status)
		free(*sessions);
	return status;
}

/**
 * MSIscsiInitiator_SessionClass_Enumerate - all instances
 * @Instances: set to an array, to be freed with
 *	MSIscsiInitiator_SessionClass_Free()
 * @Count: set to its length
 *
 * Return: ERROR_SUCCESS or a status.
 */
uint32_t
MSIscsiInitiator_SessionClass_Enumerate(MSIscsiInitiator_SessionClass **Instances,
					uint32_t *Count)
{
	ISCSI_SESSION_INFOA *sessions;
	session_class *list;
	ISDSC_STATUS status;
	uint32_t count, i;

	if (!Instances || !Count)
		return ERROR_INVALID_PARAMETER;
	status = read_sessions(&sessions, &count);
	if (status)
		return status;
	list = calloc(count + 1, sizeof(*list));
	for (i = 0; list && i < count; i++) {
		if (!fill_session(&list[i], &sessions[i]))
			continue;
		MSIscsiInitiator_SessionClass_Free(list, i + 1);
		list = NULL;
	}
	free(sessions);
	if (!list)
		return ERROR_NOT_ENOUGH_MEMORY;
	*Instances = list;
	*Count = count;
	return ERROR_SUCCESS;
}

static void free_text(const char *text)
{
	free((char *)text);
}

/**
 * MSIscsiInitiator_SessionClass_Free - free instances
 * @Instances: array of MSIscsiInitiator_SessionClass_Enumerate(), or NULL
 * @Count: its length
 */
void
MSIscsiInitiator_SessionClass_Free(MSIscsiInitiator_SessionClass *Instances,
				   uint32_t Count)
{
	uint32_t s, i;

	for (s = 0; Instances && s < Count; s++) {
		const session_class *class = &Instances[s];

		for (i = 0; i < class->ConnectionCount; i++) {
			const conn_class *c = &class->ConnectionInformation[i];

			free_text(c->ConnectionID);
			free_text(c->InitiatorAddress);
			free_text(c->TargetAddress);
		}
		for (i = 0; i < class->DeviceCount; i++) {
			const device_class *d = &class->Devices[i];

			free_text(d->InitiatorName);
			free_text(d->TargetName);
			free_text(d->DeviceInterfaceGuid);
			free_text(d->DeviceInterfaceName);
			free_text(d->LegacyName);
		}
		free((void *)class->ConnectionInformation);
		free((void *)class->Devices);
		free_text(class->SessionId);
		free_text(class->InitiatorName);
		free_text(class->TargetNodeName);
		free_text(class->TargetName);
	}
	free(Instances);
}

static int put_text(const char *from, char *to, size_t size)
{
	size_t len = from ? strlen(from) : 0;

	if (len >= size)
		return -1;
	memcpy(to, from ? from : "", len + 1);
	return 0;
}

static void put_options(const MSIscsiInitiator_TargetLoginOptions *from,
			ISCSI_LOGIN_OPTIONS *to)
{
	memset(to, 0, sizeof(*to));
	to->Version = from->Version;
	to->InformationSpecified = from->InformationSpecified;
	to->LoginFlags = from->LoginFlags;
	to->AuthType = (ISCSI_AUTH_TYPES)from->AuthType;
	to->HeaderDigest = (ISCSI_DIGEST_TYPES)from->HeaderDigest;
	to->DataDigest = (ISCSI_DIGEST_TYPES)from->DataDigest;
	to->MaximumConnections = from->MaximumConnections;
	to->DefaultTime2Wait = from->DefaultTime2Wait;
	to->DefaultTime2Retain = from->DefaultTime2Retain;
	to->Username = (uint8_t *)from->Username;
	to->UsernameLength = from->UsernameCount;
	to->Password = (uint8_t *)from->Password;
	to->PasswordLength = from->PasswordCount;
}

/**
 * MSIscsiInitiator_SessionClass_AddConnection - add a connection
 * @Self: session
 * @InitiatorPortNumber: number of a local address, or ISCSI_ANY_INITIATOR_PORT
 * @TargetPortal: portal, or NULL for that of the leading connection
 * @SecurityFlags: IPsec
 * @LoginOptions: digests and authentication, or NULL
 * @Key: pre-shared key for IKE
 * @KeyCount: its length
 * @UniqueConnectionId: set to the ID of the connection, to be freed with
 *	free(3); or NULL
 *
 * Return: as AddIScsiConnectionA().
 */
uint32_t
MSIscsiInitiator_SessionClass_AddConnection(const MSIscsiInitiator_SessionClass *Self,
					    uint32_t InitiatorPortNumber,
					    const MSIscsiInitiator_Portal *TargetPortal,
					    uint64_t SecurityFlags,
					    const MSIscsiInitiator_TargetLoginOptions *LoginOptions,
					    const uint8_t *Key,
					    uint32_t KeyCount,
					    char **UniqueConnectionId)
{
	ISCSI_TARGET_PORTALA portal = { .Socket = 0 };
	ISCSI_UNIQUE_CONNECTION_ID conn;
	ISCSI_UNIQUE_SESSION_ID session;
	ISCSI_LOGIN_OPTIONS options;
	ISDSC_STATUS status;

	if (!Self || !Self->SessionId ||
	    iscsidsc_id_parse(Self->SessionId, &session))
		return ERROR_INVALID_PARAMETER;
	if (TargetPortal) {
		if (put_text(TargetPortal->SymbolicName, portal.SymbolicName,
			     sizeof(portal.SymbolicName)) ||
		    put_text(TargetPortal->Address, portal.Address,
			     sizeof(portal.Address)))
			return ERROR_INVALID_PARAMETER;
		portal.Socket = TargetPortal->Port;
	}
	if (LoginOptions)
		put_options(LoginOptions, &options);
	status = AddIScsiConnectionA(&session, NULL, InitiatorPortNumber,
				     TargetPortal ? &portal : NULL,
				     SecurityFlags,
				     LoginOptions ? &options : NULL, KeyCount,
				     (char *)Key, &conn);
	if (!status && UniqueConnectionId)
		*UniqueConnectionId = id_text(&conn);
	return status;
}

/**
 * MSIscsiInitiator_SessionClass_RemoveConnection - remove a connection
 * @Self: session
 * @UniqueConnectionId: connection
 *
 * Return: as RemoveIScsiConnection().
 */
uint32_t
MSIscsiInitiator_SessionClass_RemoveConnection(const MSIscsiInitiator_SessionClass *Self,
					       const char *UniqueConnectionId)
{
	ISCSI_UNIQUE_CONNECTION_ID conn;
	ISCSI_UNIQUE_SESSION_ID session;

	if (!Self || !Self->SessionId || !UniqueConnectionId ||
	    iscsidsc_id_parse(Self->SessionId, &session))
		return ERROR_INVALID_PARAMETER;
	if (iscsidsc_id_parse(UniqueConnectionId, &conn))
		return ISDSC_INVALID_CONNECTION_ID;
	return RemoveIScsiConnection(&session, &conn);
}

/**
 * MSIscsiInitiator_SessionClass_Logout - end the session
 * @Self: session
 *
 * Return: as LogoutIScsiTarget().
 */
uint32_t
MSIscsiInitiator_SessionClass_Logout(const MSIscsiInitiator_SessionClass *Self)
{
	ISCSI_UNIQUE_SESSION_ID session;

	if (!Self || !Self->SessionId ||
	    iscsidsc_id_parse(Self->SessionId, &session))
		return ERROR_INVALID_PARAMETER;
	return LogoutIScsiTarget(&session);
}
