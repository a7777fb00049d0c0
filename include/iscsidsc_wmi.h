/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/*
 * The session class and the load balance classes of the Windows management
 * interface as C: an instance is a structure, a method is a function whose
 * first argument is the instance. Text is UTF-8, arrays are counted.
 */
#ifndef ISCSIDSC_WMI_H
#define ISCSIDSC_WMI_H

#include <iscsidsc.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct MSIscsiInitiator_Portal {
	uint32_t Index;
	const char *SymbolicName;
	const char *Address;
	uint16_t Port;
} MSIscsiInitiator_Portal;

/* As ISCSI_LOGIN_OPTIONS */
typedef struct MSIscsiInitiator_TargetLoginOptions {
	uint32_t Version;
	uint32_t InformationSpecified;
	uint32_t LoginFlags;
	uint32_t AuthType;
	uint32_t HeaderDigest;
	uint32_t DataDigest;
	uint32_t MaximumConnections;
	uint32_t DefaultTime2Wait;
	uint32_t DefaultTime2Retain;
	const uint8_t *Username;
	uint32_t UsernameCount;
	const uint8_t *Password;
	uint32_t PasswordCount;
} MSIscsiInitiator_TargetLoginOptions;

typedef struct MSIscsiInitiator_ConnectionInformation {
	const char *ConnectionID;
	const char *InitiatorAddress;
	const char *TargetAddress;
	uint16_t InitiatorPort;
	uint16_t TargetPort;
	uint8_t CID[2];
} MSIscsiInitiator_ConnectionInformation;

typedef struct MSIscsiInitiator_DeviceOnSession {
	const char *InitiatorName;
	const char *TargetName;
	uint8_t ScsiPortNumber;
	uint8_t ScsiPathId;
	uint8_t ScsiTargetId;
	uint8_t ScsiLun;
	const char *DeviceInterfaceGuid;
	const char *DeviceInterfaceName;
	const char *LegacyName;
	uint32_t DeviceType;
	uint32_t DeviceNumber;
	uint32_t PartitionNumber;
} MSIscsiInitiator_DeviceOnSession;

/* SessionId is the key */
typedef struct MSIscsiInitiator_SessionClass {
	const char *SessionId;
	const char *InitiatorName;
	const char *TargetNodeName;
	const char *TargetName;
	uint8_t ISID[6];
	uint8_t TSID[2];
	uint32_t ConnectionCount;
	const MSIscsiInitiator_ConnectionInformation *ConnectionInformation;
	uint32_t DeviceCount;
	const MSIscsiInitiator_DeviceOnSession *Devices;
} MSIscsiInitiator_SessionClass;

/* All instances in one array, to be freed as a whole */
uint32_t
MSIscsiInitiator_SessionClass_Enumerate(MSIscsiInitiator_SessionClass **Instances,
					uint32_t *Count);
void
MSIscsiInitiator_SessionClass_Free(MSIscsiInitiator_SessionClass *Instances,
				   uint32_t Count);

/* UniqueConnectionId is set to a text to be freed with free(3), or NULL */
uint32_t
MSIscsiInitiator_SessionClass_AddConnection(const MSIscsiInitiator_SessionClass *Self,
					    uint32_t InitiatorPortNumber,
					    const MSIscsiInitiator_Portal *TargetPortal,
					    uint64_t SecurityFlags,
					    const MSIscsiInitiator_TargetLoginOptions *LoginOptions,
					    const uint8_t *Key,
					    uint32_t KeyCount,
					    char **UniqueConnectionId);
uint32_t
MSIscsiInitiator_SessionClass_RemoveConnection(const MSIscsiInitiator_SessionClass *Self,
					       const char *UniqueConnectionId);
uint32_t
MSIscsiInitiator_SessionClass_Logout(const MSIscsiInitiator_SessionClass *Self);

/* Load balance policies */
#define MSiSCSI_LB_FAILOVER			1
#define MSiSCSI_LB_ROUND_ROBIN			2
#define MSiSCSI_LB_ROUND_ROBIN_WITH_SUBSET	3
#define MSiSCSI_LB_DYN_LEAST_QUEUE_DEPTH	4
#define MSiSCSI_LB_WEIGHTED_PATHS		5
#define MSiSCSI_LB_VENDOR_SPECIFIC		6

/* ConnectionStatus: 1 connected, 2 disconnected, 3 reconnecting */
typedef struct ISCSI_Path {
	uint64_t UniqueConnectionId;
	uint64_t EstimatedLinkSpeed;
	uint32_t PathWeight;
	uint32_t PrimaryPath;
	uint32_t ConnectionStatus;
	uint32_t TCPOffLoadAvailable;
} ISCSI_Path;

/*
 * IDs are the second halves of those of sessions and connections.
 * iSCSI_PathCount paths follow.
 */
typedef struct ISCSI_Supported_LB_Policies {
	uint64_t UniqueSessionId;
	uint32_t LoadBalancePolicy;
	uint32_t iSCSI_PathCount;
	ISCSI_Path iSCSI_Paths[1];
} ISCSI_Supported_LB_Policies;

/* Policies of all sessions: Count pointers in one block, for free(3) */
uint32_t MSiSCSI_QueryLBPolicy(ISCSI_Supported_LB_Policies ***Policies,
			       uint32_t *Count);

/*
 * Set the policy of a session. Paths must be its connections, in any order,
 * or none. Weights and primary paths cannot be changed after a connection was
 * added; those given must be as they are.
 */
uint32_t
MSiSCSI_LB_Operations_SetLoadBalancePolicy(const ISCSI_Supported_LB_Policies *LoadBalancePolicies,
					   uint32_t *Status);

#ifdef __cplusplus
}
#endif

#endif /* ISCSIDSC_WMI_H */
