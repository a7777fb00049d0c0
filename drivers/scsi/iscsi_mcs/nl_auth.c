// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/slab.h>
#include <net/genetlink.h>

#include "auth.h"
#include "nl_auth.h"

/* CHAP names and secrets out of a request; they never go into an answer. */

static int mcs_nl_get_name(struct genl_info *info, int attr, char *name)
{
	const struct nlattr *nla = info->attrs[attr];

	if (!nla)
		return 0;
	if (!nla_len(nla) || nla_len(nla) > ISCSI_MCS_CHAP_NAME_LEN ||
	    memchr(nla_data(nla), 0, nla_len(nla))) {
		NL_SET_ERR_MSG_ATTR(info->extack, nla,
				    "CHAP name has to have 1 to 255 bytes, none of them zero");
		return -EINVAL;
	}
	memcpy(name, nla_data(nla), nla_len(nla));
	return 0;
}

/* The request is wiped: it stays in memory when we are done with it */
static int mcs_nl_get_secret(struct genl_info *info, int attr, u8 *secret,
			     u16 *len)
{
	struct nlattr *nla = info->attrs[attr];

	if (!nla)
		return 0;
	if (!nla_len(nla) || nla_len(nla) > ISCSI_MCS_CHAP_LEN) {
		NL_SET_ERR_MSG_ATTR(info->extack, nla,
				    "CHAP secret has to have 1 to 256 bytes");
		memzero_explicit(nla_data(nla), nla_len(nla));
		return -EINVAL;
	}
	*len = nla_len(nla);
	memcpy(secret, nla_data(nla), *len);
	memzero_explicit(nla_data(nla), *len);
	return 0;
}

static int mcs_nl_fill_auth(struct genl_info *info, struct mcs_auth *auth)
{
	int err, err_in;

	/* Both secrets are looked at, so that both are wiped. */
	err = mcs_nl_get_secret(info, ISCSI_MCS_A_CONN_CHAP_SECRET,
				auth->secret, &auth->secret_len);
	err_in = mcs_nl_get_secret(info, ISCSI_MCS_A_CONN_CHAP_SECRET_IN,
				   auth->secret_in, &auth->secret_in_len);
	err = err ?: err_in;
	if (!err)
		err = mcs_nl_get_name(info, ISCSI_MCS_A_CONN_CHAP_NAME,
				      auth->name);
	if (!err)
		err = mcs_nl_get_name(info, ISCSI_MCS_A_CONN_CHAP_NAME_IN,
				      auth->name_in);
	return err;
}

/*
 * What the target has to prove is proved or the login fails, so it has to go with
 * a way to ask for that.
 */
static int mcs_nl_check_auth(struct genl_info *info, struct mcs_auth *auth)
{
	struct nlattr **a = info->attrs;
	const struct nlattr *in = a[ISCSI_MCS_A_CONN_CHAP_SECRET_IN] ?:
				  a[ISCSI_MCS_A_CONN_CHAP_NAME_IN];
	const struct nlattr *own = a[ISCSI_MCS_A_CONN_CHAP_SECRET] ?:
				   a[ISCSI_MCS_A_CONN_CHAP_NAME];

	if (auth->mode == ISCSI_MCS_AUTH_NONE && (in || own)) {
		NL_SET_ERR_MSG_ATTR(info->extack, in ?: own,
				    "no authentication goes without names and secrets");
		return -EINVAL;
	}
	if (auth->mode == ISCSI_MCS_AUTH_CHAP && in) {
		NL_SET_ERR_MSG_ATTR(info->extack, in,
				    "what the target has to prove goes with mutual CHAP");
		return -EINVAL;
	}
	if (auth->mode == ISCSI_MCS_AUTH_SESSION && in)
		auth->mode = ISCSI_MCS_AUTH_MUTUAL_CHAP;
	return 0;
}

/**
 * mcs_nl_wipe_auth - have a request forget its secrets
 * @info: request that nobody looks at any more
 */
void mcs_nl_wipe_auth(struct genl_info *info)
{
	static const int secrets[] = { ISCSI_MCS_A_CONN_CHAP_SECRET,
				       ISCSI_MCS_A_CONN_CHAP_SECRET_IN };
	struct nlattr *nla;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(secrets); i++) {
		nla = info->attrs[secrets[i]];
		if (nla)
			memzero_explicit(nla_data(nla), nla_len(nla));
	}
}

/**
 * mcs_nl_get_auth - names and secrets of a request
 * @info: request
 *
 * Return: them, to be freed with kfree_sensitive(); NULL when the session's
 *	   are to be used; -EINVAL or -ENOMEM.
 */
struct mcs_auth *mcs_nl_get_auth(struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	struct mcs_auth *auth;
	int err;

	if (!a[ISCSI_MCS_A_CONN_AUTH] && !a[ISCSI_MCS_A_CONN_CHAP_NAME] &&
	    !a[ISCSI_MCS_A_CONN_CHAP_SECRET] &&
	    !a[ISCSI_MCS_A_CONN_CHAP_NAME_IN] &&
	    !a[ISCSI_MCS_A_CONN_CHAP_SECRET_IN])
		return NULL;

	auth = kzalloc(sizeof(*auth), GFP_KERNEL);
	if (!auth) {
		mcs_nl_wipe_auth(info);
		return ERR_PTR(-ENOMEM);
	}
	if (a[ISCSI_MCS_A_CONN_AUTH])
		auth->mode = nla_get_u32(a[ISCSI_MCS_A_CONN_AUTH]);
	err = mcs_nl_fill_auth(info, auth);
	if (!err)
		err = mcs_nl_check_auth(info, auth);
	if (err) {
		kfree_sensitive(auth);
		return ERR_PTR(err);
	}
	return auth;
}
