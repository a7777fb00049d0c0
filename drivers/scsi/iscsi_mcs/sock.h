/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_SOCK_H
#define MCS_SOCK_H

#include <linux/types.h>

struct mcs_conn;
struct socket;

void mcs_sock_take(struct mcs_conn *conn);
void mcs_sock_give_back(struct mcs_conn *conn);
void mcs_sock_close(struct mcs_conn *conn, struct socket *sock);
void mcs_sock_abort(struct mcs_conn *conn);
void mcs_sock_note_progress(struct mcs_conn *conn);
bool mcs_sock_is_silent(struct mcs_conn *conn, unsigned long timeout);
bool mcs_sock_retransmits(struct mcs_conn *conn, u32 *segments);
bool mcs_sock_is_closed(struct mcs_conn *conn);
int mcs_sock_error(struct mcs_conn *conn);

#endif /* MCS_SOCK_H */
