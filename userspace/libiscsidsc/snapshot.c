// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* All sessions and connections at one moment. */

#include <errno.h>
#include <stdlib.h>

#include "internal.h"

/* Attempts at a dump that changes while it is read */
#define DUMP_ATTEMPTS	32

/* Growing array of pointers */
struct list {
	void **items;
	size_t count;
	size_t room;
};

static void *list_new(struct list *list, size_t size)
{
	void *item;

	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 8;
		void **items = realloc(list->items, room * sizeof(*items));

		if (!items)
			return NULL;
		list->items = items;
		list->room = room;
	}
	item = calloc(1, size);
	if (item)
		list->items[list->count++] = item;
	return item;
}

static void list_free(struct list *list)
{
	while (list->count)
		free(list->items[--list->count]);
	free(list->items);
	*list = (struct list){ 0 };
}

static int take_session(struct genlmsghdr *ghdr, void *arg)
{
	struct iscsidsc_session *session = list_new(arg, sizeof(*session));
	int err;

	if (!session)
		return -ENOMEM;
	err = iscsidsc_decode_session(ghdr, session);
	if (!err)
		iscsidsc_ident_session(session);
	return err;
}

static int take_conn(struct genlmsghdr *ghdr, void *arg)
{
	struct iscsidsc_conn *conn = list_new(arg, sizeof(*conn));

	if (!conn)
		return -ENOMEM;
	return iscsidsc_decode_conn(ghdr, conn);
}

/* One read of sessions or connections; sid may stand for all */
static int read_list(struct iscsidsc *h, int cmd, uint32_t sid,
		     iscsidsc_reply_fn fn, struct list *list)
{
	int all = sid == ISCSIDSC_ALL_SESSIONS;
	int single = cmd == ISCSI_MCS_CMD_SESSION_GET && !all;
	int attr = cmd == ISCSI_MCS_CMD_SESSION_GET ? ISCSI_MCS_A_SESSION_SID :
						      ISCSI_MCS_A_CONN_SID;
	struct nl_msg *msg;
	int err, tries;

	for (tries = 0; tries < DUMP_ATTEMPTS; tries++) {
		msg = iscsidsc_msg_new(h, cmd, single ? 0 : NLM_F_DUMP);
		if (!msg)
			return -ENOMEM;
		err = all ? 0 : nla_put_u32(msg, attr, sid);
		if (err < 0)
			err = -ENOMEM;
		else
			err = iscsidsc_request(h, msg, fn, list);
		iscsidsc_msg_free(msg);
		if (err != -EINTR)
			return err;
		list_free(list);
	}
	/* It never stood still; the last state that was whole is unknown. */
	return -EAGAIN;
}

static int session_cmp(const void *a, const void *b)
{
	const struct iscsidsc_session *x = *(struct iscsidsc_session *const *)a;
	const struct iscsidsc_session *y = *(struct iscsidsc_session *const *)b;

	return (x->sid > y->sid) - (x->sid < y->sid);
}

static int conn_cmp(const void *a, const void *b)
{
	const struct iscsidsc_conn *x = *(struct iscsidsc_conn *const *)a;
	const struct iscsidsc_conn *y = *(struct iscsidsc_conn *const *)b;

	if (x->sid != y->sid)
		return x->sid < y->sid ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* Hand the connections, ordered by session, to their sessions. One whose
 * session is not in the list came or went in between and is dropped.
 */
static int distribute(struct iscsidsc_snapshot *snap, struct list *conns)
{
	size_t s, first = 0, last;

	for (s = 0; s < snap->session_count; s++) {
		struct iscsidsc_session *session = snap->sessions[s];
		struct iscsidsc_conn *conn;

		for (; first < conns->count; first++) {
			conn = conns->items[first];
			if (conn->sid >= session->sid)
				break;
		}
		for (last = first; last < conns->count; last++) {
			conn = conns->items[last];
			if (conn->sid != session->sid)
				break;
		}
		if (last == first)
			continue;
		session->conns = calloc(last - first, sizeof(conn));
		if (!session->conns)
			return -ENOMEM;
		for (; first < last; first++) {
			conn = conns->items[first];
			conns->items[first] = NULL;
			iscsidsc_ident_conn(session, conn);
			session->conns[session->conn_count++] = conn;
		}
	}
	return 0;
}

/**
 * iscsidsc_snapshot_get - read sessions and their connections
 * @handle: handle
 * @sid: one session, or ISCSIDSC_ALL_SESSIONS
 * @snapshot: set to the result, to be freed with iscsidsc_snapshot_free()
 *
 * Return: 0, ISDSC_INVALID_SESSION_ID if there is no such session, or another
 * status.
 */
ISDSC_STATUS iscsidsc_snapshot_get(struct iscsidsc *handle, uint32_t sid,
				   struct iscsidsc_snapshot **snapshot)
{
	struct list sessions = { 0 }, conns = { 0 };
	struct iscsidsc_snapshot *snap;
	int err;

	snap = calloc(1, sizeof(*snap));
	if (!snap)
		return ERROR_NOT_ENOUGH_MEMORY;
	err = read_list(handle, ISCSI_MCS_CMD_SESSION_GET, sid, take_session,
			&sessions);
	if (err)
		goto err_free;
	err = read_list(handle, ISCSI_MCS_CMD_CONN_GET, sid, take_conn, &conns);
	if (err)
		goto err_free;
	if (sessions.count)
		qsort(sessions.items, sessions.count, sizeof(void *),
		      session_cmp);
	if (conns.count)
		qsort(conns.items, conns.count, sizeof(void *), conn_cmp);
	snap->sessions = (struct iscsidsc_session **)sessions.items;
	snap->session_count = sessions.count;
	err = distribute(snap, &conns);
	list_free(&conns);
	if (err) {
		iscsidsc_snapshot_free(snap);
		return iscsidsc_status(0, -err);
	}
	*snapshot = snap;
	return ERROR_SUCCESS;

err_free:
	list_free(&conns);
	list_free(&sessions);
	free(snap);
	return iscsidsc_status(ISCSI_MCS_CMD_SESSION_GET, -err);
}

/**
 * iscsidsc_snapshot_free - free a snapshot
 * @snapshot: of iscsidsc_snapshot_get(), or NULL
 */
void iscsidsc_snapshot_free(struct iscsidsc_snapshot *snapshot)
{
	size_t s, c;

	if (!snapshot)
		return;
	for (s = 0; s < snapshot->session_count; s++) {
		struct iscsidsc_session *session = snapshot->sessions[s];

		for (c = 0; c < session->conn_count; c++)
			free(session->conns[c]);
		free(session->conns);
		free(session);
	}
	free(snapshot->sessions);
	free(snapshot);
}

/**
 * iscsidsc_session_find - find a session by its unique ID
 * @handle: handle
 * @unique_id: as a snapshot or GetIScsiSessionList gave it
 * @snapshot: set to a snapshot of this one session
 *
 * Return: 0, ISDSC_INVALID_SESSION_ID if it is not there (any more), or
 * another status.
 */
ISDSC_STATUS
iscsidsc_session_find(struct iscsidsc *handle,
		      const ISCSI_UNIQUE_SESSION_ID *unique_id,
		      struct iscsidsc_snapshot **snapshot)
{
	struct iscsidsc_snapshot *snap;
	uint32_t sid = (uint32_t)unique_id->AdapterSpecific;
	const ISCSI_UNIQUE_SESSION_ID *got;
	ISDSC_STATUS status;

	if (sid == ISCSIDSC_ALL_SESSIONS)
		return ISDSC_INVALID_SESSION_ID;
	status = iscsidsc_snapshot_get(handle, sid, &snap);
	if (status)
		return status;
	got = snap->session_count == 1 ? &snap->sessions[0]->unique_id : NULL;
	if (!got || got->AdapterUnique != unique_id->AdapterUnique ||
	    got->AdapterSpecific != unique_id->AdapterSpecific) {
		iscsidsc_snapshot_free(snap);
		return ISDSC_INVALID_SESSION_ID;
	}
	*snapshot = snap;
	return ERROR_SUCCESS;
}
