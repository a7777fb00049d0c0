/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_STREAM_H
#define MCS_STREAM_H

#include <linux/blk-mq.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>

struct mcs_session;

void mcs_stream_learn(struct request_queue *q);

/**
 * mcs_stream_note - look where a command comes from
 * @sc: command from the midlayer
 *
 * Only request-based device mapper (dm-multipath) and the flush machinery end a
 * request of the block layer through a callback.
 */
static inline void mcs_stream_note(struct scsi_cmnd *sc)
{
	const struct request *rq = scsi_cmd_to_rq(sc);

	if (unlikely(rq->end_io) && !(rq->rq_flags & RQF_FLUSH_SEQ) &&
	    !blk_rq_is_passthrough(scsi_cmd_to_rq(sc)))
		mcs_stream_learn(rq->q);
}

void mcs_stream_init(struct mcs_session *sess);
void mcs_stream_kick(struct mcs_session *sess);
void mcs_stream_cancel(struct mcs_session *sess);
void mcs_stream_configure(struct scsi_device *sdev, struct queue_limits *lim);
void mcs_stream_flush(void);

#endif /* MCS_STREAM_H */
