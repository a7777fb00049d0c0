// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/blkdev.h>
#include <linux/rculist.h>
#include <linux/workqueue.h>
#include <mcs_queue_limit.h>
#include <scsi/scsi.h>
#include <scsi/scsi_host.h>

#include "conn.h"
#include "session.h"
#include "stream.h"
#include "stream_limit.h"

/*
 * One stream over all links. Who reads or writes one large block after the
 * other has one request under way, and a command goes over one connection. So
 * the disks' max_sectors is lowered while several connections share the
 * commands: the block layer cuts the request, and the pieces travel together.
 *
 * The limit is the administrator's as well (queue/max_sectors_kb). It is only
 * changed while it is what the kernel chose or what was set here before.
 */

/*
 * Configured connections that have been up, not those that are up just now: a
 * short outage changes nothing, and smaller commands do one link no harm. One
 * whose login was refused for good does not come back.
 */
static bool mcs_stream_counts(const struct mcs_conn *conn)
{
	return READ_ONCE(conn->was_up) &&
	       READ_ONCE(conn->state) != ISCSI_MCS_CONN_STATE_REMOVING &&
	       (READ_ONCE(conn->accepting) ||
		!test_bit(MCS_CONN_NO_RETRY, &conn->flags));
}

/* Sectors, 0 for no limit of ours */
static u32 mcs_stream_wanted(struct mcs_session *sess)
{
	u32 n[2] = { };
	struct mcs_conn *conn;

	rcu_read_lock();
	list_for_each_entry_rcu(conn, &sess->conns, node) {
		if (mcs_stream_counts(conn))
			n[READ_ONCE(conn->role) == ISCSI_MCS_ROLE_STANDBY]++;
	}
	rcu_read_unlock();
	return mcs_stream_limit(READ_ONCE(sess->stream_split_kib),
				mcs_stream_sharers(READ_ONCE(sess->policy),
						   n[0], n[1]));
}

static void mcs_stream_apply(struct scsi_device *sdev, u32 limit)
{
	unsigned long *word = mcs_stream_word(sdev);
	bool stacked = test_bit(MCS_STREAM_STACKED_BIT, word);
	u32 ours = READ_ONCE(*word) >> 1;
	u32 now;

	/* The commands of other devices are not to be cut, as a tape's. */
	if (sdev->type != TYPE_DISK)
		return;
	if (stacked && limit && (!ours || limit < ours))
		return;
	/*
	 * Somebody has set it: his, until he gives it back to the kernel and
	 * there is none of ours.
	 */
	if (!mcs_queue_replace_user_sectors(sdev->request_queue, ours, limit,
					    &now) && (limit || now))
		return;
	/* A flag that is lost here comes back with the next command. */
	WRITE_ONCE(*word, (unsigned long)now << 1 | stacked);
}

/*
 * Changing a limit may have to wait until a disk has no requests, and so for a
 * recovery: no lock is held, and no queue used that recovery needs.
 */
static void mcs_stream_work(struct work_struct *work)
{
	struct mcs_session *sess = container_of(work, struct mcs_session,
						stream_work);
	u32 limit = mcs_stream_wanted(sess);
	struct scsi_device *sdev;

	/* Disks found from now on first: none is missed. */
	WRITE_ONCE(sess->stream_limit, limit);
	mcs_shost_set_first_sectors(sess->shost, limit);
	shost_for_each_device(sdev, sess->shost)
		mcs_stream_apply(sdev, limit);
}

/**
 * mcs_stream_configure - a device is being set up
 * @sdev: device
 * @lim: limits handed to the configure hook
 */
void mcs_stream_configure(struct scsi_device *sdev, struct queue_limits *lim)
{
	struct mcs_session *sess = mcs_session_of_host(sdev->host);
	u32 limit = READ_ONCE(sess->stream_limit);

	if (sdev->type != TYPE_DISK)
		return;
	mcs_limits_set_first_sectors(lim, limit);
	WRITE_ONCE(*mcs_stream_word(sdev), (unsigned long)limit << 1);
}

/**
 * mcs_stream_init - prepare a session
 * @sess: session
 */
void mcs_stream_init(struct mcs_session *sess)
{
	sess->stream_split_kib = MCS_STREAM_SPLIT_KIB;
	INIT_WORK(&sess->stream_work, mcs_stream_work);
}

/**
 * mcs_stream_kick - connections, or what they are used for, may have changed
 * @sess: session
 */
void mcs_stream_kick(struct mcs_session *sess)
{
	lockdep_assert_held(&sess->mutex);
	if (!sess->closing)
		queue_work(system_dfl_wq, &sess->stream_work);
}

/**
 * mcs_stream_cancel - wait until no limit is being changed
 * @sess: closing session whose devices are gone, so that no request is waited
 *	for any more
 */
void mcs_stream_cancel(struct mcs_session *sess)
{
	cancel_work_sync(&sess->stream_work);
}
