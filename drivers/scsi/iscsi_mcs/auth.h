/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_AUTH_H
#define MCS_AUTH_H

#include <linux/types.h>
#include <uapi/linux/iscsi_mcs.h>

#include "chap.h"

struct mcs_session;

/**
 * struct mcs_auth - names and secrets of a connection
 * @mode: enum iscsi_mcs_auth
 * @name: our CHAP name, empty for the initiator name
 * @name_in: CHAP name the target must have, empty for any
 * @secret_len: bytes of @secret, 0 if none
 * @secret_in_len: bytes of @secret_in, 0 if none
 * @secret: proves who we are
 * @secret_in: the target has to prove that it knows it
 *
 * Freed with kfree_sensitive() only.
 */
struct mcs_auth {
	enum iscsi_mcs_auth mode;
	char name[ISCSI_MCS_CHAP_NAME_LEN + 1];
	char name_in[ISCSI_MCS_CHAP_NAME_LEN + 1];
	u16 secret_len;
	u16 secret_in_len;
	u8 secret[ISCSI_MCS_CHAP_LEN];
	u8 secret_in[ISCSI_MCS_CHAP_LEN];
};

void mcs_auth_resolve(struct mcs_auth *auth, const struct mcs_auth *wanted,
		      struct mcs_session *sess);
bool mcs_auth_chap(const struct mcs_auth *auth, struct mcs_session *sess,
		   struct mcs_chap_auth *chap);

#endif /* MCS_AUTH_H */
