/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_LAST_H
#define MCS_LAST_H

#include <linux/types.h>
#include <uapi/linux/iscsi_mcs.h>

/*
 * Why a connection was lost, or an attempt to make it failed, for those who ask.
 */

struct mcs_conn;

/**
 * struct mcs_last - what was last said about a connection
 * @reason: why
 * @error: negative errno, 0 where nothing went wrong
 * @text: the same in words, for people
 */
struct mcs_last {
	enum iscsi_mcs_reason reason;
	int error;
	char text[96];
};

void mcs_last_set(struct mcs_conn *conn, enum iscsi_mcs_reason reason,
		  int error, const char *text);
void mcs_last_set_locked(struct mcs_conn *conn, enum iscsi_mcs_reason reason,
			 int error, const char *text);
void mcs_last_set_reason(struct mcs_conn *conn, enum iscsi_mcs_reason reason);
void mcs_last_forget(struct mcs_conn *conn);
void mcs_last_get(struct mcs_conn *conn, struct mcs_last *last);

#endif /* MCS_LAST_H */
