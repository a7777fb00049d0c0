// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: login state machine against an arbitrary target.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 * Input: one byte of settings, then responses: flags, a byte that spoils the
 * header (0 to 15 do not), two bytes of length, text.
 */
#include "fuzz.h"
#include "fuzz_env.h"
#include "login_peer.h"

static const char * const leading_only[] = {
	"MaxConnections", "ErrorRecoveryLevel", "InitialR2T", "ImmediateData",
	"MaxBurstLength", "FirstBurstLength", "DefaultTime2Wait",
	"DefaultTime2Retain", "MaxOutstandingR2T", "DataPDUInOrder",
	"DataSequenceInOrder", "TaskReporting", "iSCSIProtocolLevel",
	"SessionType",
};

static void set_params(struct mcs_login_params *p, struct mcs_chap_auth *auth,
		       u8 settings)
{
	static const u8 secret[] = "secret of ours";
	static const u8 target_secret[] = "secret of theirs";

	peer_params(p);
	p->header_digest = settings & 3;
	p->data_digest = settings >> 2 & 3;
	memset(auth, 0, sizeof(*auth));
	auth->env = &fuzz_env;
	auth->secret = secret;
	auth->secret_len = sizeof(secret) - 1;
	auth->required = settings & 32;
	if (settings & 64) {
		auth->target_secret = target_secret;
		auth->target_secret_len = sizeof(target_secret) - 1;
	}
	if (settings & 16)
		p->auth = auth;
}

static void check_request(struct mcs_login *login)
{
	struct iscsi_login_req req;
	struct mcs_text_pair pair;
	const void *text;
	size_t i;
	u32 len;

	len = mcs_login_build(login, 1, &req, &text);
	FUZZ_CHECK(req.opcode == 0x43);
	FUZZ_CHECK(!(req.flags & ISCSI_FLAG_LOGIN_CONTINUE));
	FUZZ_CHECK(be16_to_cpu(req.tsih) == PEER_TSIH);
	FUZZ_CHECK(ntoh24(req.dlength) == len);
	FUZZ_CHECK(len <= MCS_LOGIN_TX_MAX);
	FUZZ_CHECK(mcs_text_check(text, len) >= 0);
	for (i = 0; i < ARRAY_SIZE(leading_only); i++)
		if (!mcs_text_find(text, len, leading_only[i], &pair))
			FUZZ_CHECK(mcs_text_value_is(&pair, "Reject"));
}

static void spoil(struct iscsi_login_rsp *rsp, u8 how)
{
	/* bytes 5 to 7 would only tell the length we gave */
	if (how >= 16 && how < 16 + sizeof(*rsp) && (how < 21 || how > 23))
		((u8 *)rsp)[how - 16] ^= how;
}

static void check_result(const struct mcs_login *login)
{
	const struct mcs_login_result *result = &login->result;

	FUZZ_CHECK(result->tpgt == PEER_TPGT && result->has_tpgt);
	FUZZ_CHECK(result->has_window);
	FUZZ_CHECK(result->max_xmit_dlength >= 512);
	FUZZ_CHECK(result->header_digest ||
		   login->p.header_digest != MCS_LOGIN_DIGEST_CRC32C);
	FUZZ_CHECK(!result->data_digest ||
		   login->p.data_digest != MCS_LOGIN_DIGEST_NONE);
	if (login->p.auth && (login->p.auth->required ||
			      mcs_chap_is_mutual(login->p.auth)))
		FUZZ_CHECK(login->chap_chosen && login->chap.algorithm);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	enum mcs_login_action action = MCS_LOGIN_SEND;
	struct fuzz_input in = { data, len };
	static struct mcs_login login;
	struct iscsi_login_rsp rsp;
	struct mcs_login_params p;
	struct mcs_chap_auth auth;
	size_t piece_len;
	u8 flags, how;
	char *piece;

	set_params(&p, &auth, fuzz_byte(&in));
	FUZZ_CHECK(!mcs_login_start(&login, &p));
	while (action == MCS_LOGIN_SEND) {
		check_request(&login);
		FUZZ_CHECK(login.result.exchanges < MCS_LOGIN_EXCHANGES);
		if (!in.len)
			break;
		flags = fuzz_byte(&in);
		how = fuzz_byte(&in);
		piece_len = fuzz_length(&in);
		piece = fuzz_piece(&in, piece_len);
		peer_header(&rsp, flags, piece_len, 1);
		spoil(&rsp, how);
		action = mcs_login_feed(&login, &rsp, piece, piece_len);
		free(piece);
	}
	if (action == MCS_LOGIN_DONE)
		check_result(&login);
	if (action == MCS_LOGIN_FAILED)
		FUZZ_CHECK(login.result.cause != MCS_LOGIN_OK);
	return 0;
}
