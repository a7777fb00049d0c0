/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_NL_AUTH_H
#define MCS_NL_AUTH_H

struct genl_info;
struct mcs_auth;

void mcs_nl_wipe_auth(struct genl_info *info);
struct mcs_auth *mcs_nl_get_auth(struct genl_info *info);

#endif /* MCS_NL_AUTH_H */
