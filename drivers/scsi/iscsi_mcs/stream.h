/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_STREAM_H
#define MCS_STREAM_H

#include <linux/bitops.h>
#include <linux/blk-mq.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>

struct mcs_session;

/* In sdev->hostdata: bit 0, and above it the limit we have set, in sectors */
#define MCS_STREAM_STACKED_BIT	0

static inline unsigned long *mcs_stream_word(struct scsi_device *sdev)
{
	return (unsigned long *)&sdev->hostdata;
}

/**
 * mcs_stream_note - look where a command comes from
 * @sc: command from the midlayer
 *
 * Request-based device mapper (dm-multipath) hands requests down as they are,
 * made for the limit it saw when its table was loaded. They fail when they are
 * larger than the limit of now: such a disk's limit is not lowered any more.
 * Only these and the flush machinery end a request through a callback.
 */
static inline void mcs_stream_note(struct scsi_cmnd *sc)
{
	const struct request *rq = scsi_cmd_to_rq(sc);

	if (unlikely(rq->end_io) && !(rq->rq_flags & RQF_FLUSH_SEQ) &&
	    !blk_rq_is_passthrough(scsi_cmd_to_rq(sc)))
		set_bit(MCS_STREAM_STACKED_BIT, mcs_stream_word(sc->device));
}

void mcs_stream_init(struct mcs_session *sess);
void mcs_stream_kick(struct mcs_session *sess);
void mcs_stream_cancel(struct mcs_session *sess);
void mcs_stream_configure(struct scsi_device *sdev, struct queue_limits *lim);

#endif /* MCS_STREAM_H */
