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
	       mcs_conn_state(conn) != ISCSI_MCS_CONN_STATE_REMOVING &&
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

/*
 * dm-multipath hands requests down as they are, made for the limits it saw when its
 * table was loaded; they fail when they are larger than the limit of now. It claims
 * its paths under the name that all of device mapper has, an address nobody tells:
 * it is learned from the first request of that kind. A map needs no request on each
 * of its paths for that, one on any path of any map will do.
 */
static const void *mcs_stream_dm;

static const void *mcs_stream_holder(struct request_queue *q)
{
	const void *holder = NULL;
	struct gendisk *disk;

	/* The disk may go away, but not before a grace period has passed. */
	rcu_read_lock();
	disk = READ_ONCE(q->disk);
	if (disk)
		holder = READ_ONCE(disk->part0->bd_holder);
	rcu_read_unlock();
	return holder;
}

static bool mcs_stream_is_stacked(struct request_queue *q)
{
	const void *dm = READ_ONCE(mcs_stream_dm);

	return dm && mcs_stream_holder(q) == dm;
}

static void mcs_stream_apply(struct scsi_device *sdev, u32 limit)
{
	u32 ours, now;

	/* The commands of other devices are not to be cut, as a tape's. */
	if (sdev->type != TYPE_DISK)
		return;
	ours = (uintptr_t)sdev->hostdata;
	if (mcs_stream_is_stacked(sdev->request_queue))
		limit = 0;
	/*
	 * Somebody has set it: his, until he gives it back to the kernel and
	 * there is none of ours.
	 */
	if (!mcs_queue_replace_user_sectors(sdev->request_queue, ours, limit,
					    &now) && (limit || now))
		return;
	sdev->hostdata = (void *)(uintptr_t)now;
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
	sdev->hostdata = (void *)(uintptr_t)limit;
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

/* Disks that were taken for others until now have their limit back. */
static void mcs_stream_learned(struct work_struct *work)
{
	struct mcs_session *sess = mcs_session_find_from(0);
	u32 next;

	while (sess) {
		mutex_lock(&sess->info_mutex);
		if (!sess->closing)
			queue_work(system_dfl_wq, &sess->stream_work);
		mutex_unlock(&sess->info_mutex);
		next = sess->sid + 1;
		mcs_session_put(sess);
		sess = next ? mcs_session_find_from(next) : NULL;
	}
}

static DECLARE_WORK(mcs_stream_learned_work, mcs_stream_learned);

/**
 * mcs_stream_learn - a request came from dm-multipath
 * @q: queue it came to
 */
void mcs_stream_learn(struct request_queue *q)
{
	const void *holder = mcs_stream_holder(q);

	if (!holder || READ_ONCE(mcs_stream_dm) == holder)
		return;
	WRITE_ONCE(mcs_stream_dm, holder);
	queue_work(system_dfl_wq, &mcs_stream_learned_work);
}

/**
 * mcs_stream_flush - the module goes: nothing of this runs any more
 */
void mcs_stream_flush(void)
{
	cancel_work_sync(&mcs_stream_learned_work);
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
