/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_TRANSPORT_H
#define MCS_TRANSPORT_H

int mcs_transport_register(void);
void mcs_transport_unregister(void);

#endif /* MCS_TRANSPORT_H */
