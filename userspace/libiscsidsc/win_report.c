// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Calls that report: initiators, portals, devices. */

#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Types of devices as Windows numbers them */
#define DEVICE_CD_ROM	0x02
#define DEVICE_DISK	0x07
#define DEVICE_TAPE	0x1f
#define DEVICE_UNKNOWN	0x22

/* The class of disks: 53f56307-b6bf-11d0-94f2-00a0c91efb8b */
static const ISCSI_GUID disk_interface = {
	0x53f56307, 0xb6bf, 0x11d0,
	{ 0x94, 0xf2, 0x00, 0xa0, 0xc9, 0x1e, 0xfb, 0x8b },
};

/* Is the module there to speak for the initiator? */
static ISDSC_STATUS check_service(void)
{
	struct iscsidsc *h;
	ISDSC_STATUS status = iscsidsc_open(&h);

	if (!status)
		iscsidsc_close(h);
	return status;
}

static ISDSC_STATUS initiator_list(uint32_t *size, void *buffer, int wide)
{
	/* The name, its terminator, and that of the list */
	const uint32_t need = sizeof(ISCSIDSC_INITIATOR) + 1;
	uint32_t room;
	ISDSC_STATUS status;

	if (!size)
		return ERROR_INVALID_PARAMETER;
	status = check_service();
	if (status)
		return status;
	room = buffer ? *size : 0;
	*size = need;
	if (room < need)
		return ERROR_INSUFFICIENT_BUFFER;
	if (wide)
		iscsidsc_put_utf16(ISCSIDSC_INITIATOR, buffer, need);
	else
		iscsidsc_put_utf8(ISCSIDSC_INITIATOR, buffer, need);
	return ERROR_SUCCESS;
}

/**
 * ReportIScsiInitiatorListW - names of the initiators
 * @BufferSize: in: characters at @Buffer; out: characters used or needed
 * @Buffer: names, an empty one at the end; or NULL
 *
 * Return: ERROR_SUCCESS, ERROR_INSUFFICIENT_BUFFER or another status.
 */
ISDSC_STATUS ReportIScsiInitiatorListW(uint32_t *BufferSize, char16_t *Buffer)
{
	return initiator_list(BufferSize, Buffer, 1);
}

/**
 * ReportIScsiInitiatorListA - names of the initiators
 * @BufferSize: in: characters at @Buffer; out: characters used or needed
 * @Buffer: names, an empty one at the end; or NULL
 *
 * Return: as ReportIScsiInitiatorListW().
 */
ISDSC_STATUS ReportIScsiInitiatorListA(uint32_t *BufferSize, char *Buffer)
{
	return initiator_list(BufferSize, Buffer, 0);
}

static ISDSC_STATUS portals(const char *initiator, const char *target,
			    const uint16_t *tag, uint32_t *count,
			    ISCSI_TARGET_PORTALW *wide,
			    ISCSI_TARGET_PORTALA *narrow)
{
	char text[ISCSIDSC_ADDR_TEXT_LEN];
	struct iscsidsc_addr *addrs;
	ISDSC_STATUS status;
	uint32_t room;
	size_t n, i;

	if (initiator && *initiator && strcmp(initiator, ISCSIDSC_INITIATOR))
		return ISDSC_INITIATOR_NOT_FOUND;
	status = iscsidsc_node_portals(target, tag ? *tag : -1, &addrs, &n);
	if (status)
		return status;
	room = wide || narrow ? *count : 0;
	*count = (uint32_t)n;
	for (i = 0; i < n && n <= room; i++) {
		iscsidsc_addr_text(&addrs[i], 0, text, sizeof(text));
		if (wide) {
			memset(&wide[i], 0, sizeof(wide[i]));
			iscsidsc_put_utf16(text, wide[i].Address,
					   MAX_ISCSI_PORTAL_ADDRESS_LEN);
			wide[i].Socket = addrs[i].port;
		} else {
			memset(&narrow[i], 0, sizeof(narrow[i]));
			iscsidsc_put_utf8(text, narrow[i].Address,
					  MAX_ISCSI_PORTAL_ADDRESS_LEN);
			narrow[i].Socket = addrs[i].port;
		}
	}
	free(addrs);
	return n > room ? ERROR_INSUFFICIENT_BUFFER : ERROR_SUCCESS;
}

/**
 * ReportIScsiTargetPortalsW - portals of a target
 * @InitiatorName: initiator, or NULL for any
 * @TargetName: target
 * @TargetPortalTag: portal group, or NULL for all
 * @ElementCount: in: elements at @Portals; out: elements used or needed
 * @Portals: filled in, or NULL
 *
 * Return: ERROR_SUCCESS, ERROR_INSUFFICIENT_BUFFER, ISDSC_TARGET_NOT_FOUND or
 * another status.
 */
ISDSC_STATUS ReportIScsiTargetPortalsW(char16_t *InitiatorName,
				       char16_t *TargetName,
				       uint16_t *TargetPortalTag,
				       uint32_t *ElementCount,
				       ISCSI_TARGET_PORTALW *Portals)
{
	char initiator[4 * MAX_ISCSI_HBANAME_LEN] = "";
	char target[4 * (MAX_ISCSI_NAME_LEN + 1)];

	if (!TargetName || !ElementCount)
		return ERROR_INVALID_PARAMETER;
	if (iscsidsc_utf16_to_utf8(TargetName, MAX_ISCSI_NAME_LEN + 1, target,
				   sizeof(target)) ||
	    (InitiatorName &&
	     iscsidsc_utf16_to_utf8(InitiatorName, MAX_ISCSI_HBANAME_LEN,
				    initiator, sizeof(initiator))))
		return ISDSC_INVALID_ISCSI_NAME;
	return portals(initiator, target, TargetPortalTag, ElementCount,
		       Portals, NULL);
}

/**
 * ReportIScsiTargetPortalsA - portals of a target
 * @InitiatorName: initiator, or NULL for any
 * @TargetName: target
 * @TargetPortalTag: portal group, or NULL for all
 * @ElementCount: in: elements at @Portals; out: elements used or needed
 * @Portals: filled in, or NULL
 *
 * Return: as ReportIScsiTargetPortalsW().
 */
ISDSC_STATUS ReportIScsiTargetPortalsA(char *InitiatorName, char *TargetName,
				       uint16_t *TargetPortalTag,
				       uint32_t *ElementCount,
				       ISCSI_TARGET_PORTALA *Portals)
{
	if (!TargetName || !ElementCount)
		return ERROR_INVALID_PARAMETER;
	if (strlen(TargetName) > MAX_ISCSI_NAME_LEN)
		return ISDSC_INVALID_ISCSI_NAME;
	return portals(InitiatorName, TargetName, TargetPortalTag,
		       ElementCount, NULL, Portals);
}

static uint32_t device_type(uint32_t scsi_type)
{
	switch (scsi_type) {
	case 0:
	case 14:
		return DEVICE_DISK;
	case 1:
		return DEVICE_TAPE;
	case 5:
		return DEVICE_CD_ROM;
	default:
		return DEVICE_UNKNOWN;
	}
}

/* What is not text is at other offsets in both forms, but has one content */
static void put_numbers(const struct iscsidsc_device *device,
			SCSI_ADDRESS *address, ISCSI_GUID *interface,
			STORAGE_DEVICE_NUMBER *number)
{
	address->Length = sizeof(*address);
	address->PortNumber = (uint8_t)device->host;
	address->PathId = (uint8_t)device->channel;
	address->TargetId = (uint8_t)device->target;
	address->Lun = (uint8_t)device->lun;
	number->DeviceType = device_type(device->type);
	number->DeviceNumber = device->minor;
	number->PartitionNumber = *device->name ? 0 : UINT32_MAX;
	if (number->DeviceType == DEVICE_DISK)
		*interface = disk_interface;
}

static void put_device(const struct iscsidsc_device *device, const char *target,
		       ISCSI_DEVICE_ON_SESSIONW *wide,
		       ISCSI_DEVICE_ON_SESSIONA *narrow)
{
	char path[sizeof("/dev/") + sizeof(device->name)] = "";

	if (*device->name)
		snprintf(path, sizeof(path), "/dev/%s", device->name);
	if (wide) {
		memset(wide, 0, sizeof(*wide));
		iscsidsc_put_utf16(ISCSIDSC_INITIATOR, wide->InitiatorName,
				   MAX_ISCSI_HBANAME_LEN);
		iscsidsc_put_utf16(target, wide->TargetName,
				   MAX_ISCSI_NAME_LEN + 1);
		iscsidsc_put_utf16(path, wide->DeviceInterfaceName, MAX_PATH);
		iscsidsc_put_utf16(path, wide->LegacyName, MAX_PATH);
		put_numbers(device, &wide->ScsiAddress,
			    &wide->DeviceInterfaceType,
			    &wide->StorageDeviceNumber);
		return;
	}
	memset(narrow, 0, sizeof(*narrow));
	iscsidsc_put_utf8(ISCSIDSC_INITIATOR, narrow->InitiatorName,
			  MAX_ISCSI_HBANAME_LEN);
	iscsidsc_put_utf8(target, narrow->TargetName, MAX_ISCSI_NAME_LEN + 1);
	iscsidsc_put_utf8(path, narrow->DeviceInterfaceName, MAX_PATH);
	iscsidsc_put_utf8(path, narrow->LegacyName, MAX_PATH);
	put_numbers(device, &narrow->ScsiAddress, &narrow->DeviceInterfaceType,
		    &narrow->StorageDeviceNumber);
}

static ISDSC_STATUS devices(const ISCSI_UNIQUE_SESSION_ID *id, uint32_t *count,
			    ISCSI_DEVICE_ON_SESSIONW *wide,
			    ISCSI_DEVICE_ON_SESSIONA *narrow)
{
	struct iscsidsc_snapshot *snap;
	struct iscsidsc_device *list;
	struct iscsidsc *h;
	ISDSC_STATUS status;
	uint32_t room;
	size_t n, i;

	if (!id || !count)
		return ERROR_INVALID_PARAMETER;
	status = iscsidsc_open(&h);
	if (status)
		return status;
	status = iscsidsc_session_find(h, id, &snap);
	iscsidsc_close(h);
	if (status)
		return status;
	status = iscsidsc_devices_get(snap->sessions[0]->sid, &list, &n);
	if (!status) {
		room = wide || narrow ? *count : 0;
		*count = (uint32_t)n;
		for (i = 0; i < n && n <= room; i++)
			put_device(&list[i], snap->sessions[0]->target_name,
				   wide ? &wide[i] : NULL,
				   narrow ? &narrow[i] : NULL);
		if (n > room)
			status = ERROR_INSUFFICIENT_BUFFER;
		free(list);
	}
	iscsidsc_snapshot_free(snap);
	return status;
}

/**
 * GetDevicesForIScsiSessionW - devices of a session
 * @UniqueSessionId: session
 * @DeviceCount: in: elements at @Devices; out: elements used or needed
 * @Devices: filled in, or NULL
 *
 * Return: ERROR_SUCCESS, ERROR_INSUFFICIENT_BUFFER, ISDSC_INVALID_SESSION_ID
 * or another status.
 */
ISDSC_STATUS GetDevicesForIScsiSessionW(ISCSI_UNIQUE_SESSION_ID *UniqueSessionId,
					uint32_t *DeviceCount,
					ISCSI_DEVICE_ON_SESSIONW *Devices)
{
	return devices(UniqueSessionId, DeviceCount, Devices, NULL);
}

/**
 * GetDevicesForIScsiSessionA - devices of a session
 * @UniqueSessionId: session
 * @DeviceCount: in: elements at @Devices; out: elements used or needed
 * @Devices: filled in, or NULL
 *
 * Return: as GetDevicesForIScsiSessionW().
 */
ISDSC_STATUS GetDevicesForIScsiSessionA(ISCSI_UNIQUE_SESSION_ID *UniqueSessionId,
					uint32_t *DeviceCount,
					ISCSI_DEVICE_ON_SESSIONA *Devices)
{
	return devices(UniqueSessionId, DeviceCount, NULL, Devices);
}
