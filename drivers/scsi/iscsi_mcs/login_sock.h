/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP socket of an added connection: create, connect, cancel, release.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef MCS_LOGIN_SOCK_H
#define MCS_LOGIN_SOCK_H

#include <linux/mutex.h>
#include <linux/socket.h>
#include <linux/types.h>

struct net;
struct socket;

/**
 * struct mcs_login_path - where to connect from and to
 * @net: network namespace; the caller keeps it alive as long as the socket
 * @peer: address and port of the target portal, IPv4 or IPv6; a link-local
 *	address carries its scope
 * @source: address to bind to; family AF_UNSPEC lets the route choose
 * @ifindex: device to bind to, 0 for any
 * @syn_retries: repetitions of the SYN, 0 for the system's default
 */
struct mcs_login_path {
	struct net *net;
	struct sockaddr_storage peer;
	struct sockaddr_storage source;
	int ifindex;
	unsigned int syn_retries;
};

/**
 * struct mcs_login_ctl - cancels connect and login from another thread
 * @lock: protects the members
 * @sock: socket to shut down on cancel, NULL while there is none
 * @cancelled: set once, never taken back
 */
struct mcs_login_ctl {
	struct mutex lock;	/* see above */
	struct socket *sock;
	bool cancelled;
};

void mcs_login_ctl_init(struct mcs_login_ctl *ctl);
int mcs_login_ctl_attach(struct mcs_login_ctl *ctl, struct socket *sock);
void mcs_login_ctl_detach(struct mcs_login_ctl *ctl);
bool mcs_login_is_cancelled(const struct mcs_login_ctl *ctl);
void mcs_login_cancel(struct mcs_login_ctl *ctl);

int mcs_login_sock_create(const struct mcs_login_path *path,
			  struct socket **sockp);
void mcs_login_sock_release(struct socket *sock);
int mcs_login_connect(struct socket *sock, const struct mcs_login_path *path,
		      struct mcs_login_ctl *ctl, unsigned long deadline);
long mcs_login_time_left(unsigned long deadline);

#endif /* MCS_LOGIN_SOCK_H */
