/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_LINK_H
#define MCS_LINK_H

int mcs_link_register(void);
void mcs_link_unregister(void);

#endif /* MCS_LINK_H */
