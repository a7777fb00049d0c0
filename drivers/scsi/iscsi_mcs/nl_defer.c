// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <uapi/linux/iscsi_mcs.h>

#include "netlink-gen.h"
#include "nl_defer.h"

/*
 * Requests that take long. Generic netlink holds a lock of its own while a handler
 * runs, which whoever registers a family waits for, and then everybody else on the
 * machine does. So the handler keeps the request and returns; a work item carries
 * it out and answers as generic netlink would have done.
 *
 * Nobody can be killed there. It is the end of the requesting socket that says
 * that nobody waits any more.
 */

/* Requests under way, of all sockets together */
#define MCS_NL_DEFER_MAX	512

/* Attributes of the largest set, that of connections */
#define MCS_NL_DEFER_ATTRS	(ISCSI_MCS_A_CONN_MAX + 1)
static_assert((int)ISCSI_MCS_A_SESSION_MAX <= (int)ISCSI_MCS_A_CONN_MAX);

/**
 * struct mcs_nl_job - a request that is being carried out
 * @work: carries it out
 * @node: place among those under way
 * @skb: the request
 * @sender: socket it came from, with a reference: netlink looks there how an
 *	error is to be reported
 * @fn: what it is
 * @attrs: copy of what generic netlink has parsed; points into @skb
 * @info: the same of the rest
 * @extack: reason of a refusal
 * @portid: address of the requesting socket
 * @given_up: it is gone
 */
struct mcs_nl_job {
	struct work_struct work;
	struct list_head node;
	struct sk_buff *skb;
	struct sock *sender;
	mcs_nl_defer_fn fn;
	struct nlattr *attrs[MCS_NL_DEFER_ATTRS];
	struct genl_info info;
	struct netlink_ext_ack extack;
	u32 portid;
	bool given_up;
};

static struct workqueue_struct *mcs_nl_defer_wq;
static DEFINE_MUTEX(mcs_nl_defer_mutex);
static LIST_HEAD(mcs_nl_jobs);
static unsigned int mcs_nl_njobs;

static void mcs_nl_defer_ack(struct mcs_nl_job *job, int err)
{
	struct nlmsghdr *nlh = nlmsg_hdr(job->skb);

	/* Its address may be somebody else's by now. */
	if (READ_ONCE(job->given_up) ||
	    (!err && !(nlh->nlmsg_flags & NLM_F_ACK)))
		return;
	/* netlink_ack() answers over the socket that the request came to. */
	job->skb->sk = genl_info_net(&job->info)->genl_sock;
	netlink_ack(job->skb, nlh, err, &job->extack);
	job->skb->sk = NULL;
}

static void mcs_nl_defer_free(struct mcs_nl_job *job)
{
	kfree_skb(job->skb);
	sock_put(job->sender);
	kfree(job);
}

static void mcs_nl_defer_work(struct work_struct *work)
{
	struct mcs_nl_job *job = container_of(work, struct mcs_nl_job, work);

	mcs_nl_defer_ack(job, job->fn(&job->info, &job->given_up));
	mutex_lock(&mcs_nl_defer_mutex);
	list_del(&job->node);
	mcs_nl_njobs--;
	mutex_unlock(&mcs_nl_defer_mutex);
	mcs_nl_defer_free(job);
}

/* Generic netlink has parsed as many as the command may have, and no more. */
static void mcs_nl_defer_copy_attrs(struct mcs_nl_job *job,
				    const struct genl_info *info)
{
	const struct genl_ops *op = iscsi_mcs_nl_ops;

	while (op->cmd != info->genlhdr->cmd)
		op++;
	memcpy(job->attrs, info->attrs, (op->maxattr + 1) * sizeof(*job->attrs));
}

static struct mcs_nl_job *mcs_nl_defer_new(struct sk_buff *skb,
					   struct genl_info *info,
					   mcs_nl_defer_fn fn)
{
	struct mcs_nl_job *job = kzalloc(sizeof(*job), GFP_KERNEL);

	if (!job)
		return NULL;
	/* Its data is shared with the original: what is wiped is wiped in both. */
	job->skb = netlink_skb_clone(skb, GFP_KERNEL);
	if (!job->skb) {
		kfree(job);
		return NULL;
	}
	job->sender = NETLINK_CB(skb).sk;
	sock_hold(job->sender);
	job->fn = fn;
	job->portid = info->snd_portid;
	job->info = *info;
	job->info.attrs = job->attrs;
	job->info.extack = &job->extack;
	mcs_nl_defer_copy_attrs(job, info);
	INIT_WORK(&job->work, mcs_nl_defer_work);
	return job;
}

/**
 * mcs_nl_defer - carry a request out later, and answer it then
 * @skb: request
 * @info: the same, parsed
 * @fn: what to do
 *
 * Return: what the handler has to return: -EINTR, on which netlink sends no answer
 *	   of its own, or an error.
 */
int mcs_nl_defer(struct sk_buff *skb, struct genl_info *info,
		 mcs_nl_defer_fn fn)
{
	struct mcs_nl_job *job = mcs_nl_defer_new(skb, info, fn);
	bool fits;

	if (!job)
		return -ENOMEM;
	mutex_lock(&mcs_nl_defer_mutex);
	fits = mcs_nl_njobs < MCS_NL_DEFER_MAX;
	if (fits) {
		list_add_tail(&job->node, &mcs_nl_jobs);
		mcs_nl_njobs++;
		queue_work(mcs_nl_defer_wq, &job->work);
	}
	mutex_unlock(&mcs_nl_defer_mutex);
	if (fits)
		return -EINTR;
	mcs_nl_defer_free(job);
	NL_SET_ERR_MSG(info->extack, "too many requests under way, try again");
	return -EAGAIN;
}

static int mcs_nl_defer_notify(struct notifier_block *nb, unsigned long event,
			       void *data)
{
	const struct netlink_notify *gone = data;
	struct mcs_nl_job *job;

	if (event != NETLINK_URELEASE || gone->protocol != NETLINK_GENERIC ||
	    !net_eq(gone->net, &init_net))
		return NOTIFY_DONE;
	mutex_lock(&mcs_nl_defer_mutex);
	list_for_each_entry(job, &mcs_nl_jobs, node) {
		if (job->portid == gone->portid)
			WRITE_ONCE(job->given_up, true);
	}
	mutex_unlock(&mcs_nl_defer_mutex);
	return NOTIFY_OK;
}

static struct notifier_block mcs_nl_defer_notifier = {
	.notifier_call = mcs_nl_defer_notify,
};

/**
 * mcs_nl_defer_init - before the family is registered
 *
 * Return: 0 or a negative errno.
 */
int mcs_nl_defer_init(void)
{
	int err;

	mcs_nl_defer_wq = alloc_workqueue("iscsi_mcs_netlink", WQ_UNBOUND,
					  MCS_NL_DEFER_MAX);
	if (!mcs_nl_defer_wq)
		return -ENOMEM;
	err = netlink_register_notifier(&mcs_nl_defer_notifier);
	if (err)
		destroy_workqueue(mcs_nl_defer_wq);
	return err;
}

/**
 * mcs_nl_defer_exit - after it was unregistered: wait for what is under way
 */
void mcs_nl_defer_exit(void)
{
	destroy_workqueue(mcs_nl_defer_wq);
	netlink_unregister_notifier(&mcs_nl_defer_notifier);
}
