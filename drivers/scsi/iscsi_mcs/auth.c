// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/string.h>
#include <scsi/libiscsi.h>

#include "auth.h"
#include "session.h"

/*
 * Whose names and secrets a login uses: those that came with the request for
 * the connection, else those iscsid has stored in the session.
 */

static void mcs_auth_take_name(char *to, const char *from)
{
	if (!to[0] && from)
		strscpy(to, from, ISCSI_MCS_CHAP_NAME_LEN + 1);
}

static void mcs_auth_take_secret(u8 *to, u16 *len, const char *from)
{
	size_t n = from ? strlen(from) : 0;

	if (*len || !n || n > ISCSI_MCS_CHAP_LEN)
		return;
	memcpy(to, from, n);
	*len = n;
}

/**
 * mcs_auth_resolve - gather what a login needs
 * @auth: filled in; to be wiped after the login
 * @wanted: what the request asked for, NULL for nothing in particular
 * @sess: session, mutex held: iscsid may change the strings at a new login
 */
void mcs_auth_resolve(struct mcs_auth *auth, const struct mcs_auth *wanted,
		      struct mcs_session *sess)
{
	const struct iscsi_session *is = sess->isess;

	lockdep_assert_held(&sess->mutex);
	if (wanted)
		*auth = *wanted;
	else
		memset(auth, 0, sizeof(*auth));
	if (auth->mode == ISCSI_MCS_AUTH_NONE)
		return;

	/* A secret of its own goes with a name of its own. */
	if (!auth->secret_len) {
		mcs_auth_take_name(auth->name, is->username);
		mcs_auth_take_secret(auth->secret, &auth->secret_len,
				     is->password);
	}
	if (auth->mode == ISCSI_MCS_AUTH_CHAP)
		return;
	if (!auth->secret_in_len) {
		mcs_auth_take_name(auth->name_in, is->username_in);
		mcs_auth_take_secret(auth->secret_in, &auth->secret_in_len,
				     is->password_in);
	}
}

/**
 * mcs_auth_chap - the same in the form the login wants it
 * @auth: names and secrets
 * @sess: session
 * @chap: filled in; points into @auth
 *
 * Return: false when the login goes without authentication.
 */
bool mcs_auth_chap(const struct mcs_auth *auth, struct mcs_session *sess,
		   struct mcs_chap_auth *chap)
{
	bool mutual = auth->mode == ISCSI_MCS_AUTH_MUTUAL_CHAP;
	bool explicit = auth->mode == ISCSI_MCS_AUTH_CHAP || mutual;

	if (auth->mode == ISCSI_MCS_AUTH_NONE ||
	    (!auth->secret_len && !explicit))
		return false;
	*chap = (struct mcs_chap_auth){
		.env = &sess->hash.env,
		.history = &sess->chap_history,
		.name = auth->name,
		.secret = auth->secret,
		.secret_len = auth->secret_len,
		.target_name = auth->name_in,
		/* Asked for and not there: refused, not left out. */
		.target_secret = auth->secret_in_len || mutual ?
				 auth->secret_in : NULL,
		.target_secret_len = auth->secret_in_len,
		.algorithm = sess->offer.chap_algorithm,
		.required = explicit || sess->offer.chap,
	};
	return true;
}
