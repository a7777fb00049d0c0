/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_IPSEC_H
#define MCS_IPSEC_H

#include <linux/types.h>
#include <net/xfrm.h>
#include <uapi/linux/iscsi_mcs.h>

struct mcs_login_ctl;
struct mcs_login_path;
struct socket;

/**
 * struct mcs_ipsec - what protects the packets of a socket
 * @mode: transport or tunnel, none if they leave in the clear
 * @reqid: request ID of the security associations
 * @family: address family of the two below
 * @local: outer address of this end
 * @remote: outer address of the other end
 */
struct mcs_ipsec {
	enum iscsi_mcs_ipsec_mode mode;
	u32 reqid;
	u16 family;
	xfrm_address_t local;
	xfrm_address_t remote;
};

void mcs_ipsec_load(void);
int mcs_ipsec_protect(struct socket *sock, const struct mcs_login_path *path,
		      struct mcs_login_ctl *ctl, unsigned long deadline,
		      struct mcs_ipsec *ipsec);
int mcs_ipsec_verify(struct socket *sock, const struct mcs_login_path *path,
		     const struct mcs_ipsec *ipsec);
void mcs_ipsec_look(struct socket *sock, struct mcs_ipsec *ipsec);
const char *mcs_ipsec_errno_text(int err);

#endif /* MCS_IPSEC_H */
