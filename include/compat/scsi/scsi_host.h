/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host template hooks as in v7.2; see probes.c for when each came.
 * Copyright The iscsi_mcs authors
 */
#ifndef MCS_COMPAT_SCSI_SCSI_HOST_H
#define MCS_COMPAT_SCSI_SCSI_HOST_H

#include_next <scsi/scsi_host.h>
#include <mcs_have.h>
#include <linux/blkdev.h>
#include <scsi/scsi_device.h>

/*
 * What queuecommand returns: int, or enum scsi_qc_status since v7.0. Taken from
 * the template, so that the function types agree for control flow integrity.
 */
typedef typeof(((struct scsi_host_template *)0)->queuecommand(NULL, NULL))
	mcs_qc_status_t;

#ifndef MCS_HAVE_SCSI_TIMEOUT_ACTION
#define scsi_timeout_action	blk_eh_timer_return
#define SCSI_EH_DONE		BLK_EH_DONE
#define SCSI_EH_RESET_TIMER	BLK_EH_RESET_TIMER
/* BLK_EH_DONE starts error handling unless scsi_done() was called. */
#define SCSI_EH_NOT_HANDLED	BLK_EH_DONE
#endif

#ifndef MCS_HAVE_SDEV_INIT
#define sdev_init		slave_alloc
#define sdev_destroy		slave_destroy
#endif

/*
 * Configure hook. Written once as fn(sdev, lim); after it stands
 *	MCS_DEFINE_SDEV_CONFIGURE(fn);
 * and the template has
 *	.sdev_configure = MCS_SDEV_CONFIGURE(fn),
 */
#if defined(MCS_HAVE_SDEV_CONFIGURE) || defined(MCS_HAVE_DEVICE_CONFIGURE)
#ifndef MCS_HAVE_SDEV_CONFIGURE
#define sdev_configure		device_configure
#endif
#define MCS_DEFINE_SDEV_CONFIGURE(fn)	static_assert(true)
#define MCS_SDEV_CONFIGURE(fn)		fn
#else
#define sdev_configure		slave_configure
#define MCS_DEFINE_SDEV_CONFIGURE(fn)					\
static int fn##_old(struct scsi_device *sdev)				\
{									\
	struct request_queue *q = sdev->request_queue;			\
									\
	blk_queue_dma_alignment(q, 0);					\
	return fn(sdev, &q->limits);					\
}									\
static_assert(true)
#define MCS_SDEV_CONFIGURE(fn)		fn##_old
#endif

/**
 * mcs_sdev_set_stable_writes - pages must not change while they are sent
 * @sdev: device being configured
 * @lim: limits handed to the configure hook
 *
 * For the configure hook, when a data digest is on.
 */
static inline void mcs_sdev_set_stable_writes(struct scsi_device *sdev,
					      struct queue_limits *lim)
{
#ifdef MCS_HAVE_FEAT_STABLE_WRITES
	lim->features |= BLK_FEAT_STABLE_WRITES;
#else
	blk_queue_flag_set(QUEUE_FLAG_STABLE_WRITES, sdev->request_queue);
#endif
}

/**
 * mcs_shost_allow_any_alignment - data buffers may start at any byte
 * @shost: host, before scsi_add_host() or iscsi_host_add()
 *
 * Kernels without the field get it from MCS_DEFINE_SDEV_CONFIGURE().
 */
static inline void mcs_shost_allow_any_alignment(struct Scsi_Host *shost)
{
#ifdef MCS_HAVE_SHOST_DMA_ALIGNMENT
	shost->dma_alignment = 0;
#endif
}

#endif /* MCS_COMPAT_SCSI_SCSI_HOST_H */
