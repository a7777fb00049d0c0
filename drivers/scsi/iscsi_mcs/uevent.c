// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/device.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <scsi/libiscsi.h>

#include "conn.h"
#include "session.h"
#include "uevent.h"

/*
 * Events for udev: the session's device in class iscsi_session changes. See
 * Documentation/ABI/testing/uevent-iscsi_mcs.
 *
 * Sending one allocates memory and takes a mutex that others hold while they
 * do. Who waits for memory may wait for a disk of ours, so nothing on the way
 * to that disk may wait here: a work sends them, and when too many wait for it
 * further ones are lost.
 */

#define MCS_UEVENT_VARS		9
#define MCS_UEVENT_PENDING	64

/**
 * struct mcs_uevent - one that waits to be sent
 * @node: in mcs_uevents
 * @session: device of the transport class's session, with a reference
 * @envp: its variables, in @text; NULL at the end
 * @vars: how many of them
 * @used: bytes of @text
 * @text: "NAME=value" and so on
 */
struct mcs_uevent {
	struct list_head node;
	struct device *session;
	char *envp[MCS_UEVENT_VARS + 1];
	unsigned int vars;
	unsigned int used;
	char text[640];
};

static LIST_HEAD(mcs_uevents);
static unsigned int mcs_uevents_pending;
static DEFINE_SPINLOCK(mcs_uevents_lock);

static const char *const mcs_uevent_names[] = {
	[ISCSI_MCS_CMD_SESSION_ADDED_NTF] = "session-added",
	[ISCSI_MCS_CMD_SESSION_REMOVED_NTF] = "session-removed",
	[ISCSI_MCS_CMD_CONN_ADDED_NTF] = "conn-added",
	[ISCSI_MCS_CMD_CONN_UP_NTF] = "conn-up",
	[ISCSI_MCS_CMD_CONN_DOWN_NTF] = "conn-down",
	[ISCSI_MCS_CMD_CONN_REMOVED_NTF] = "conn-removed",
	[ISCSI_MCS_CMD_RECOVERY_STARTED_NTF] = "recovery-started",
	[ISCSI_MCS_CMD_RECOVERY_ENDED_NTF] = "recovery-ended",
};

static const char *const mcs_uevent_reasons[] = {
	[ISCSI_MCS_REASON_NONE] = "none",
	[ISCSI_MCS_REASON_REQUEST] = "request",
	[ISCSI_MCS_REASON_TCP_ERROR] = "tcp-error",
	[ISCSI_MCS_REASON_NOP_TIMEOUT] = "nop-timeout",
	[ISCSI_MCS_REASON_LINK] = "link",
	[ISCSI_MCS_REASON_DIGEST] = "digest",
	[ISCSI_MCS_REASON_PROTOCOL] = "protocol",
	[ISCSI_MCS_REASON_TARGET_LOGOUT] = "target-logout",
	[ISCSI_MCS_REASON_TARGET_DROP] = "target-drop",
	[ISCSI_MCS_REASON_LOGIN_FAILED] = "login-failed",
	[ISCSI_MCS_REASON_SESSION_RECOVERY] = "session-recovery",
	[ISCSI_MCS_REASON_SESSION_CLOSED] = "session-closed",
};

/* The class device hangs below the session's own, which is in no class. */
static int mcs_uevent_send_child(struct device *dev, void *data)
{
	struct mcs_uevent *event = data;

	if (dev->class && !strcmp(dev->class->name, "iscsi_session"))
		kobject_uevent_env(&dev->kobj, KOBJ_CHANGE, event->envp);
	return 0;
}

static struct mcs_uevent *mcs_uevent_next(void)
{
	struct mcs_uevent *event;

	spin_lock(&mcs_uevents_lock);
	event = list_first_entry_or_null(&mcs_uevents, struct mcs_uevent, node);
	if (event) {
		list_del(&event->node);
		mcs_uevents_pending--;
	}
	spin_unlock(&mcs_uevents_lock);
	return event;
}

static void mcs_uevent_work(struct work_struct *work)
{
	struct mcs_uevent *event;

	while ((event = mcs_uevent_next())) {
		device_for_each_child(event->session, event,
				      mcs_uevent_send_child);
		put_device(event->session);
		kfree(event);
	}
}

static DECLARE_WORK(mcs_uevent_sender, mcs_uevent_work);

/* A variable that does not fit is left out. */
static __printf(2, 3) void mcs_uevent_put(struct mcs_uevent *event,
					  const char *fmt, ...)
{
	size_t space = sizeof(event->text) - event->used;
	char *text = event->text + event->used;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, space, fmt, args);
	va_end(args);
	if (len >= space || WARN_ON_ONCE(event->vars == MCS_UEVENT_VARS))
		return;
	event->envp[event->vars++] = text;
	event->used += len + 1;
}

/* With what every event has */
static struct mcs_uevent *mcs_uevent_new(struct mcs_session *sess, u8 cmd,
					 enum iscsi_mcs_reason reason,
					 u32 duration_ms)
{
	struct mcs_uevent *event = kzalloc(sizeof(*event),
					   GFP_NOWAIT | __GFP_NOWARN);

	if (!event)
		return NULL;
	event->session = get_device(&sess->cls->dev);
	mcs_uevent_put(event, "ISCSI_MCS_EVENT=%s", mcs_uevent_names[cmd]);
	mcs_uevent_put(event, "ISCSI_MCS_SID=%u", sess->sid);
	mcs_uevent_put(event, "ISCSI_MCS_REASON=%s",
		       mcs_uevent_reasons[reason]);
	mcs_uevent_put(event, "ISCSI_MCS_CONNS_ACTIVE=%u",
		       mcs_session_active_conns(sess));
	if (duration_ms)
		mcs_uevent_put(event, "ISCSI_MCS_DURATION_MS=%u", duration_ms);
	return event;
}

static void mcs_uevent_queue(struct mcs_uevent *event)
{
	bool fits;

	spin_lock(&mcs_uevents_lock);
	fits = mcs_uevents_pending < MCS_UEVENT_PENDING;
	if (fits) {
		list_add_tail(&event->node, &mcs_uevents);
		mcs_uevents_pending++;
	}
	spin_unlock(&mcs_uevents_lock);
	if (fits) {
		schedule_work(&mcs_uevent_sender);
		return;
	}
	put_device(event->session);
	kfree(event);
}

/**
 * mcs_uevent_session - tell udev that something happened to a session
 * @sess: session
 * @cmd: ISCSI_MCS_CMD_*_NTF
 * @reason: why
 * @duration_ms: how long it took, or 0
 */
void mcs_uevent_session(struct mcs_session *sess, u8 cmd,
			enum iscsi_mcs_reason reason, u32 duration_ms)
{
	struct mcs_uevent *event = mcs_uevent_new(sess, cmd, reason,
						  duration_ms);

	if (event)
		mcs_uevent_queue(event);
}

/**
 * mcs_uevent_conn - tell udev that something happened to a connection
 * @conn: connection
 * @cmd: ISCSI_MCS_CMD_*_NTF
 * @reason: why
 * @duration_ms: how long it took, or 0
 */
void mcs_uevent_conn(struct mcs_conn *conn, u8 cmd,
		     enum iscsi_mcs_reason reason, u32 duration_ms)
{
	struct mcs_uevent *event = mcs_uevent_new(conn->sess, cmd, reason,
						  duration_ms);

	if (!event)
		return;
	mcs_uevent_put(event, "ISCSI_MCS_CID=%u", conn->cid);
	mcs_uevent_put(event, "ISCSI_MCS_CONN=%u", conn->id);
	if (conn->local.ss_family)
		mcs_uevent_put(event, "ISCSI_MCS_LOCAL=%pISpc", &conn->local);
	if (conn->remote.ss_family)
		mcs_uevent_put(event, "ISCSI_MCS_REMOTE=%pISpc", &conn->remote);
	mcs_uevent_queue(event);
}

/**
 * mcs_uevent_flush - wait until all are sent
 */
void mcs_uevent_flush(void)
{
	flush_work(&mcs_uevent_sender);
}
