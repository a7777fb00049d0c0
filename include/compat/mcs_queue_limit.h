/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The limit of a disk that sysfs calls queue/max_sectors_kb; see probes.c for
 * when each interface came. "0 sectors" is what the kernel chooses by itself.
 * Copyright The iscsi_mcs authors
 */
#ifndef MCS_COMPAT_MCS_QUEUE_LIMIT_H
#define MCS_COMPAT_MCS_QUEUE_LIMIT_H

#include <linux/backing-dev-defs.h>
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <scsi/scsi_host.h>
#include <mcs_have.h>

#ifdef MCS_HAVE_QUEUE_LIMITS_UPDATE

static inline int mcs_compat_commit(struct request_queue *q,
				    struct queue_limits *lim)
{
#ifdef MCS_HAVE_QUEUE_LIMITS_COMMIT_FROZEN
	return queue_limits_commit_update_frozen(q, lim);
#else
	int err;

	blk_mq_freeze_queue(q);
	err = queue_limits_commit_update(q, lim);
	blk_mq_unfreeze_queue(q);
	return err;
#endif
}

/*
 * mcs_compat_ra_pages - exchange the read-ahead of a disk
 *
 * The disk may go away, but not before a grace period has passed.
 */
static inline unsigned long mcs_compat_ra_pages(struct request_queue *q,
						unsigned long set)
{
	struct gendisk *disk;
	unsigned long pages = 0;

	rcu_read_lock();
	disk = READ_ONCE(q->disk);
	if (disk && disk->bdi) {
		pages = disk->bdi->ra_pages;
		if (set)
			disk->bdi->ra_pages = set;
	}
	rcu_read_unlock();
	return pages;
}

/**
 * mcs_queue_replace_user_sectors - change the limit if nobody else has
 * @q: queue
 * @from: what it has to be
 * @to: what it is to be
 * @now: set to what it is
 *
 * Waits for the requests under way, unless nothing changes.
 *
 * Return: true when it was @from and is @to, as far as the device allows it.
 */
static inline bool mcs_queue_replace_user_sectors(struct request_queue *q,
						  u32 from, u32 to, u32 *now)
{
	struct queue_limits lim = queue_limits_start_update(q);
	unsigned long ra_pages;

	if (lim.max_user_sectors != from || from == to) {
		*now = lim.max_user_sectors;
		queue_limits_cancel_update(q);
		return *now == from;
	}
	/* A commit may compute the read-ahead anew, over the administrator's. */
	ra_pages = mcs_compat_ra_pages(q, 0);
	lim.max_user_sectors = to;
	*now = to;
	if (mcs_compat_commit(q, &lim)) {
		*now = from;
		return false;
	}
	mcs_compat_ra_pages(q, ra_pages);
	return true;
}

/* For the configure hook: sd leaves this one alone. */
static inline void mcs_limits_set_first_sectors(struct queue_limits *lim,
						u32 sectors)
{
	if (sectors)
		lim->max_user_sectors = sectors;
}

static inline void mcs_shost_set_first_sectors(struct Scsi_Host *shost,
					       u32 sectors)
{
}

#else

/* What sd_revalidate_disk() chooses when it finds a disk */
static inline u32 mcs_compat_default_sectors(const struct queue_limits *lim)
{
	u32 sectors = lim->io_opt >> SECTOR_SHIFT;

	if (!sectors)
		sectors = min_not_zero(lim->max_dev_sectors,
				       (unsigned int)BLK_DEF_MAX_SECTORS);
	return min(sectors, lim->max_hw_sectors);
}

static inline u32 mcs_compat_user_sectors(const struct queue_limits *lim)
{
	return lim->max_sectors == mcs_compat_default_sectors(lim) ?
	       0 : lim->max_sectors;
}

/*
 * As queue_max_sectors_store(), but for bdi->io_pages: a read-ahead as large as
 * before is cut into commands like any other large request.
 */
static inline bool mcs_queue_replace_user_sectors(struct request_queue *q,
						  u32 from, u32 to, u32 *now)
{
	struct queue_limits *lim = &q->limits;
	u32 most = mcs_compat_default_sectors(lim);
	bool same;

	spin_lock_irq(&q->queue_lock);
	same = mcs_compat_user_sectors(lim) == from;
	if (same)
		lim->max_sectors = min_not_zero(to, most);
	*now = mcs_compat_user_sectors(lim);
	spin_unlock_irq(&q->queue_lock);
	return same;
}

/* sd overwrites what the configure hook sets, but asks the host. */
static inline void mcs_limits_set_first_sectors(struct queue_limits *lim,
						u32 sectors)
{
}

static inline void mcs_shost_set_first_sectors(struct Scsi_Host *shost,
					       u32 sectors)
{
	WRITE_ONCE(shost->opt_sectors, sectors);
}

#endif

#endif /* MCS_COMPAT_MCS_QUEUE_LIMIT_H */
