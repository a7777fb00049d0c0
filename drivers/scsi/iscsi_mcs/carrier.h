/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_CARRIER_H
#define MCS_CARRIER_H

struct mcs_conn;
struct mcs_session;

void mcs_carrier_heard(struct mcs_conn *conn);
struct mcs_conn *mcs_carrier_seek(struct mcs_session *sess,
				  struct mcs_conn *except);

#endif /* MCS_CARRIER_H */
