/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_LINK_H
#define MCS_LINK_H

#include <linux/types.h>

struct mcs_conn;

bool mcs_link_is_down(struct mcs_conn *conn);
bool mcs_link_has_dst(const struct mcs_conn *conn);
void mcs_link_check_route(struct mcs_conn *conn);

int mcs_link_register(void);
void mcs_link_unregister(void);

#endif /* MCS_LINK_H */
