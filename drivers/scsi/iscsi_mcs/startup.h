/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_STARTUP_H
#define MCS_STARTUP_H

#include <linux/types.h>

struct iscsi_conn;
struct mcs_session;
struct socket;

int mcs_startup_create(struct mcs_session *sess, struct iscsi_conn *iconn);
int mcs_startup_bind(struct mcs_session *sess, struct socket *sock);
int mcs_startup_may_start(struct mcs_session *sess);
int mcs_startup_start(struct mcs_session *sess);
bool mcs_startup_stop(struct mcs_session *sess, bool terminate);
void mcs_startup_destroy(struct mcs_session *sess);
void mcs_startup_close(struct mcs_session *sess);

#endif /* MCS_STARTUP_H */
