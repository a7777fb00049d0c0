/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_NETLINK_H
#define MCS_NETLINK_H

#include <net/genetlink.h>

struct mcs_conn;
struct mcs_session;

extern struct genl_family mcs_nl_family;

int mcs_netlink_register(void);
void mcs_netlink_unregister(void);

#endif /* MCS_NETLINK_H */
