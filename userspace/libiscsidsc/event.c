// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Events of the module, on a handle that is used for nothing else. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "internal.h"

/**
 * iscsidsc_subscribe - ask for events on a handle
 * @handle: handle; use it for iscsidsc_event_next() only from now on
 *
 * Return: 0 or a status.
 */
ISDSC_STATUS iscsidsc_subscribe(struct iscsidsc *handle)
{
	int err = handle->transport->subscribe(handle);

	return iscsidsc_status(0, -err);
}

/**
 * iscsidsc_event_fd - descriptor to poll for events
 * @handle: handle that is subscribed
 *
 * Return: a descriptor that is readable when there are events; do not read
 * from it or close it.
 */
int iscsidsc_event_fd(const struct iscsidsc *handle)
{
	return handle->transport->fd(handle);
}

/* Has the controller said that our family is no more? */
static int is_end(const struct iscsidsc *h, struct nlmsghdr *nlh)
{
	struct genlmsghdr *ghdr = nlmsg_data(nlh);
	struct nlattr *id;

	if (nlh->nlmsg_type != GENL_ID_CTRL || h->family == GENL_ID_CTRL ||
	    nlmsg_datalen(nlh) < (int)GENL_HDRLEN ||
	    ghdr->cmd != CTRL_CMD_DELFAMILY)
		return 0;
	id = nlmsg_find_attr(nlh, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	return id && nla_len(id) == sizeof(uint16_t) &&
	       nla_get_u16(id) == h->family;
}

/* The next event in what was received; 0 if there is none */
static int next_pending(struct iscsidsc *h, struct iscsidsc_event *event)
{
	struct nlmsghdr *nlh;
	int left, found = 0;

	while (h->pending && !found) {
		left = h->pending_len - h->pending_off;
		nlh = (struct nlmsghdr *)(h->pending + h->pending_off);
		if (!nlmsg_ok(nlh, left)) {
			free(h->pending);
			h->pending = NULL;
			break;
		}
		h->pending_off += NLMSG_ALIGN(nlh->nlmsg_len);
		if (is_end(h, nlh))
			h->gone = 1;
		if (nlh->nlmsg_type != h->family ||
		    nlmsg_datalen(nlh) < (int)GENL_HDRLEN)
			continue;
		memset(event, 0, sizeof(*event));
		found = !iscsidsc_decode_event(nlmsg_data(nlh), event);
	}
	return found;
}

static int receive(struct iscsidsc *h, int timeout_ms)
{
	int len = h->transport->recv(h, timeout_ms, &h->pending);

	if (len <= 0)
		h->pending = NULL;
	h->pending_len = len;
	h->pending_off = 0;
	return len;
}

/*
 * The kernel drops events while too many wait here, and says so before it hands
 * out those. They are older than what was lost: behind the state that is read
 * next they would tell of the past, and their ends may be missing.
 */
static void drop_queued(struct iscsidsc *h)
{
	struct iscsidsc_event event;
	int len;

	do {
		len = receive(h, 0);
		while (next_pending(h, &event))
			;
	} while (len > 0 || len == -ENOBUFS || len == -EBADMSG);
}

/**
 * iscsidsc_event_next - wait for an event
 * @handle: handle that is subscribed
 * @timeout_ms: how long to wait, -1 for ever
 * @event: filled in
 *
 * Return: 0; ERROR_TIMEOUT if there was none, also if a signal came;
 * ERROR_MORE_DATA if events were lost, so that the state has to be read again:
 * what comes next has happened since;
 * ISDSC_SERVICE_NOT_RUNNING when the module was unloaded; or another status.
 */
ISDSC_STATUS iscsidsc_event_next(struct iscsidsc *handle, int timeout_ms,
				 struct iscsidsc_event *event)
{
	int len;

	while (!next_pending(handle, event)) {
		if (handle->gone)
			return ISDSC_SERVICE_NOT_RUNNING;
		len = receive(handle, timeout_ms);
		if (len == 0 || len == -EINTR)
			return ERROR_TIMEOUT;
		if (len == -ENOBUFS) {
			drop_queued(handle);
			return ERROR_MORE_DATA;
		}
		if (len < 0 && len != -EBADMSG)
			return iscsidsc_status(0, -len);
	}
	return ERROR_SUCCESS;
}
