/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_RAISE_H
#define MCS_RAISE_H

struct mcs_session;

void mcs_raise_error(struct mcs_session *sess);
void mcs_raise_init(struct mcs_session *sess);
void mcs_raise_cancel(struct mcs_session *sess);

#endif /* MCS_RAISE_H */
