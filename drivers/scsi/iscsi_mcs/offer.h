/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The leading login as it passes through: MaxConnections is raised on the
 * way out, the answer is hidden on the way back, and what the session needs
 * to know later is noted.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef MCS_OFFER_H
#define MCS_OFFER_H

#include <linux/types.h>

#include <scsi/iscsi_proto.h>

#include "text.h"

/* Data segment of a login PDU at most */
#define MCS_OFFER_TEXT_MAX	ISCSI_DEF_MAX_RECV_SEG_LEN
/* Start of a pair held back until the rest of it comes */
#define MCS_OFFER_HELD_MAX	(MCS_TEXT_KEY_MAX + MCS_TEXT_BINARY_MAX + 2)

/**
 * struct mcs_offer - one leading login
 * @max_connections: what to offer; 1 leaves the login as it is
 * @offered: MaxConnections was put into a request
 * @blocked: must not be put into a request: discovery session, C bit
 * @answered: the target answered the offer
 * @granted: the target's answer, 1 if it declined
 * @full_feature: the final response has passed, all below is valid
 * @isid: ISID of the requests
 * @tsih: TSIH of the final response
 * @tpgt: TargetPortalGroupTag
 * @has_tpgt: the target sent @tpgt
 * @header_digest: CRC32C over headers from now on
 * @data_digest: CRC32C over data from now on
 * @chap: the target chose AuthMethod=CHAP
 * @chap_algorithm: CHAP_A the target chose, 0 for none
 * @max_xmit_dlength: target's MaxRecvDataSegmentLength
 * @held_len: bytes in @held
 * @held: start of a pair that a C bit has cut
 */
struct mcs_offer {
	u16 max_connections;
	bool offered;
	bool blocked;
	bool answered;
	u16 granted;
	bool full_feature;
	u8 isid[6];
	u16 tsih;
	u16 tpgt;
	bool has_tpgt;
	bool header_digest;
	bool data_digest;
	bool chap;
	u8 chap_algorithm;
	u32 max_xmit_dlength;
	size_t held_len;
	char held[MCS_OFFER_HELD_MAX];
};

void mcs_offer_init(struct mcs_offer *offer, u16 max_connections);
int mcs_offer_request(struct mcs_offer *offer,
		      const struct iscsi_login_req *req, const void *data,
		      size_t len, void *out, size_t size);
int mcs_offer_response(struct mcs_offer *offer,
		       const struct iscsi_login_rsp *rsp, const void *data,
		       size_t len, void *out, size_t size);
u16 mcs_offer_granted(const struct mcs_offer *offer);

#endif /* MCS_OFFER_H */
