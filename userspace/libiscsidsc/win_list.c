// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/*
 * GetIScsiSessionList: everything in one buffer of the caller, first the array
 * of sessions, then the arrays of connections, then the texts.
 */

#include <assert.h>
#include <string.h>

#include "internal.h"

/* Both forms differ in what the pointers to text point to, in nothing else. */
static_assert(sizeof(ISCSI_SESSION_INFOW) == sizeof(ISCSI_SESSION_INFOA) &&
	      sizeof(ISCSI_CONNECTION_INFOW) == sizeof(ISCSI_CONNECTION_INFOA),
	      "A and W forms have one layout");

/**
 * struct out - where the result is written
 * @base: buffer, or NULL while its size is found out
 * @used: bytes used so far
 * @wide: texts are UTF-16
 */
struct out {
	char *base;
	size_t used;
	int wide;
};

static void *out_take(struct out *out, size_t bytes)
{
	void *at = out->base ? out->base + out->used : NULL;

	out->used += bytes;
	return at;
}

/* Texts come after all structures, so alignment is that of the text only. */
static void *out_text(struct out *out, const char *text)
{
	size_t n;
	void *to;

	if (!out->wide) {
		n = strlen(text) + 1;
		to = out_take(out, n);
		if (to)
			memcpy(to, text, n);
		return to;
	}
	n = iscsidsc_utf8_to_utf16(text, NULL, 0);
	to = out_take(out, n * sizeof(char16_t));
	if (to)
		iscsidsc_utf8_to_utf16(text, to, n);
	return to;
}

static void *out_addr(struct out *out, const struct iscsidsc_addr *addr)
{
	char text[ISCSIDSC_ADDR_TEXT_LEN];

	if (!iscsidsc_addr_text(addr, 0, text, sizeof(text)))
		return out_text(out, "0.0.0.0");
	return out_text(out, text);
}

static void put_conn(struct out *out, const struct iscsidsc_conn *conn,
		     ISCSI_CONNECTION_INFOW *info)
{
	void *local = out_addr(out, &conn->local);
	void *remote = out_addr(out, &conn->remote);

	if (!info)
		return;
	memset(info, 0, sizeof(*info));
	info->ConnectionId = conn->unique_id;
	info->InitiatorAddress = local;
	info->TargetAddress = remote;
	info->InitiatorSocket = conn->local.port;
	info->TargetSocket = conn->remote.port;
	info->CID[0] = (uint8_t)conn->cid;
	info->CID[1] = (uint8_t)(conn->cid >> 8);
}

static void put_session(struct out *out, const struct iscsidsc_session *session,
			ISCSI_SESSION_INFOW *info,
			ISCSI_CONNECTION_INFOW *conns)
{
	void *initiator = out_text(out, session->initiator_name);
	void *target = out_text(out, session->target_name);
	size_t i;

	for (i = 0; i < session->conn_count; i++)
		put_conn(out, session->conns[i], conns ? &conns[i] : NULL);
	if (!info)
		return;
	memset(info, 0, sizeof(*info));
	info->SessionId = session->unique_id;
	info->InitiatorName = initiator;
	info->TargetNodeName = target;
	info->TargetName = target;
	memcpy(info->ISID, session->isid, sizeof(info->ISID));
	info->TSID[0] = (uint8_t)session->tsih;
	info->TSID[1] = (uint8_t)(session->tsih >> 8);
	info->ConnectionCount = (uint32_t)session->conn_count;
	info->Connections = conns;
}

static size_t count_conns(const struct iscsidsc_snapshot *snap)
{
	size_t s, n = 0;

	for (s = 0; s < snap->session_count; s++)
		n += snap->sessions[s]->conn_count;
	return n;
}

static void put_all(struct out *out, const struct iscsidsc_snapshot *snap)
{
	ISCSI_SESSION_INFOW *info;
	ISCSI_CONNECTION_INFOW *conns;
	size_t s;

	info = out_take(out, snap->session_count * sizeof(*info));
	conns = out_take(out, count_conns(snap) * sizeof(*conns));
	for (s = 0; s < snap->session_count; s++) {
		put_session(out, snap->sessions[s], info ? &info[s] : NULL,
			    conns);
		if (conns)
			conns += snap->sessions[s]->conn_count;
	}
}

static void put_conn_ex(const struct iscsidsc_conn *conn,
			ISCSI_CONNECTION_INFO_EX *info)
{
	memset(info, 0, sizeof(*info));
	info->ConnectionId = conn->unique_id;
	switch (conn->state) {
	case ISCSI_MCS_CONN_STATE_UP:
	case ISCSI_MCS_CONN_STATE_DRAINING:
		info->State = 1;
		break;
	case ISCSI_MCS_CONN_STATE_LOGOUT:
	case ISCSI_MCS_CONN_STATE_REMOVING:
		info->State = 2;
		break;
	default:
		info->State = 0;
	}
	info->Protocol = 6;
	info->HeaderDigest = conn->header_digest;
	info->DataDigest = conn->data_digest;
	info->MaxRecvDataSegmentLength = conn->max_recv_data_length;
	info->AuthType = conn->auth == ISCSI_MCS_AUTH_CHAP ?
		ISCSI_CHAP_AUTH_TYPE :
		conn->auth == ISCSI_MCS_AUTH_MUTUAL_CHAP ?
		ISCSI_MUTUAL_CHAP_AUTH_TYPE : ISCSI_NO_AUTH_TYPE;
}

static void put_session_ex(const struct iscsidsc_session *session,
			   ISCSI_SESSION_INFO_EX *info,
			   ISCSI_CONNECTION_INFO_EX *conns)
{
	size_t i;

	memset(info, 0, sizeof(*info));
	info->SessionId = session->unique_id;
	info->InitialR2t = session->initial_r2t;
	info->ImmediateData = session->immediate_data;
	info->Type = 2;
	info->DataSequenceInOrder = session->data_sequence_in_order;
	info->DataPduInOrder = session->data_pdu_in_order;
	info->ErrorRecoveryLevel = session->error_recovery_level;
	info->MaxOutstandingR2t = session->max_outstanding_r2t;
	info->FirstBurstLength = session->first_burst_length;
	info->MaxBurstLength = session->max_burst_length;
	info->MaximumConnections = session->max_connections;
	info->ConnectionCount = (uint32_t)session->conn_count;
	info->Connections = conns;
	for (i = 0; i < session->conn_count; i++)
		put_conn_ex(session->conns[i], &conns[i]);
}

static void put_all_ex(struct out *out, const struct iscsidsc_snapshot *snap)
{
	ISCSI_SESSION_INFO_EX *info;
	ISCSI_CONNECTION_INFO_EX *conns;
	size_t s;

	info = out_take(out, snap->session_count * sizeof(*info));
	conns = out_take(out, count_conns(snap) * sizeof(*conns));
	if (!info)
		return;
	for (s = 0; s < snap->session_count; s++) {
		put_session_ex(snap->sessions[s], &info[s], conns);
		conns += snap->sessions[s]->conn_count;
	}
}

typedef void (*put_fn)(struct out *out, const struct iscsidsc_snapshot *snap);

static ISDSC_STATUS fill(const struct iscsidsc_snapshot *snap, put_fn put,
			 int wide, uint32_t *size, uint32_t *count,
			 void *buffer)
{
	struct out out = { .wide = wide };
	uint32_t room = buffer ? *size : 0;

	put(&out, snap);
	if (out.used > UINT32_MAX)
		return ERROR_NO_SYSTEM_RESOURCES;
	*size = (uint32_t)out.used;
	*count = (uint32_t)snap->session_count;
	if (out.used > room)
		return ERROR_INSUFFICIENT_BUFFER;
	if (!out.used)
		return ERROR_SUCCESS;
	if ((uintptr_t)buffer % _Alignof(ISCSI_SESSION_INFOW))
		return ERROR_NOACCESS;
	out.base = buffer;
	out.used = 0;
	put(&out, snap);
	return ERROR_SUCCESS;
}

static ISDSC_STATUS list(put_fn put, int wide, uint32_t *size, uint32_t *count,
			 void *buffer)
{
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;
	ISDSC_STATUS status;

	if (!size || !count)
		return ERROR_INVALID_PARAMETER;
	status = iscsidsc_open(&h);
	if (status)
		return status;
	status = iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS, &snap);
	iscsidsc_close(h);
	if (status)
		return status;
	status = fill(snap, put, wide, size, count, buffer);
	iscsidsc_snapshot_free(snap);
	return status;
}

/**
 * GetIScsiSessionListW - list sessions and connections
 * @BufferSize: in: bytes at @SessionInfo; out: bytes used or needed
 * @SessionCount: set to the number of sessions
 * @SessionInfo: buffer, aligned to 8, or NULL to learn the size
 *
 * Return: ERROR_SUCCESS; ERROR_INSUFFICIENT_BUFFER if the buffer is too small;
 * ERROR_NOACCESS if it is not aligned; or another status.
 */
ISDSC_STATUS GetIScsiSessionListW(uint32_t *BufferSize, uint32_t *SessionCount,
				  ISCSI_SESSION_INFOW *SessionInfo)
{
	return list(put_all, 1, BufferSize, SessionCount, SessionInfo);
}

/**
 * GetIScsiSessionListA - list sessions and connections
 * @BufferSize: in: bytes at @SessionInfo; out: bytes used or needed
 * @SessionCount: set to the number of sessions
 * @SessionInfo: buffer, aligned to 8, or NULL to learn the size
 *
 * Return: as GetIScsiSessionListW().
 */
ISDSC_STATUS GetIScsiSessionListA(uint32_t *BufferSize, uint32_t *SessionCount,
				  ISCSI_SESSION_INFOA *SessionInfo)
{
	return list(put_all, 0, BufferSize, SessionCount, SessionInfo);
}

/**
 * GetIScsiSessionListEx - list sessions and connections with what they agreed
 * @BufferSize: in: bytes at @SessionInfo; out: bytes used or needed
 * @SessionCountPtr: set to the number of sessions
 * @SessionInfo: buffer, aligned to 8, or NULL to learn the size
 *
 * Return: as GetIScsiSessionListW().
 */
ISDSC_STATUS GetIScsiSessionListEx(uint32_t *BufferSize,
				   uint32_t *SessionCountPtr,
				   ISCSI_SESSION_INFO_EX *SessionInfo)
{
	return list(put_all_ex, 0, BufferSize, SessionCountPtr, SessionInfo);
}

/**
 * GetIScsiVersionInformation - version of the library
 * @VersionInfo: filled in
 *
 * Return: ERROR_SUCCESS or ERROR_INVALID_PARAMETER.
 */
ISDSC_STATUS GetIScsiVersionInformation(ISCSI_VERSION_INFO *VersionInfo)
{
	if (!VersionInfo)
		return ERROR_INVALID_PARAMETER;
	VersionInfo->MajorVersion = ISCSIDSC_VERSION_MAJOR;
	VersionInfo->MinorVersion = ISCSIDSC_VERSION_MINOR;
	VersionInfo->BuildNumber = ISCSIDSC_VERSION_PATCH;
	return ERROR_SUCCESS;
}
