/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_EH_REQ_H
#define MCS_EH_REQ_H

#include <linux/completion.h>
#include <linux/list.h>

#include "ctl.h"

struct mcs_conn;
struct scsi_cmnd;

/**
 * enum mcs_eh_kind - what a connection is to do for the error handler
 * @MCS_EH_ABORT: have the target abort @sc
 * @MCS_EH_LET_GO: the target has aborted @sc, forget it
 * @MCS_EH_RELEASE: the target has reset @lun, or everything
 */
enum mcs_eh_kind {
	MCS_EH_ABORT,
	MCS_EH_LET_GO,
	MCS_EH_RELEASE,
};

/**
 * struct mcs_eh_req - a request of the error handler to a connection
 * @node: place in the connection's ehq
 * @kind: enum mcs_eh_kind
 * @sc: command to abort
 * @lun: logical unit that was reset
 * @all: every logical unit was reset
 * @tmf: ABORT TASK
 * @over: completed when @result is valid
 * @result: 0: the connection holds the command no longer; -EAGAIN: it went
 *	down first; -EIO: the target would not abort
 *
 * Only the connection's io_work may take a command away, so it is asked to.
 */
struct mcs_eh_req {
	struct list_head node;
	enum mcs_eh_kind kind;
	struct scsi_cmnd *sc;
	u64 lun;
	bool all;
	struct mcs_ctl tmf;
	struct completion over;
	int result;
};

void mcs_eh_req_init_abort(struct mcs_eh_req *req, struct scsi_cmnd *sc);
void mcs_eh_req_init_release(struct mcs_eh_req *req, u64 lun, bool all);
int mcs_eh_req_queue(struct mcs_conn *conn, struct mcs_eh_req *req);
int mcs_eh_req_wait(struct mcs_conn *conn, struct mcs_eh_req *req,
		    unsigned long timeout);

#endif /* MCS_EH_REQ_H */
