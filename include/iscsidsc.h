/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
/*
 * iSCSI Discovery Library: the calls a Windows program uses to look at iSCSI
 * sessions and to add connections to them, for Linux with the iscsi_mcs
 * module. Structures have the layout of 64-bit Windows.
 *
 * Text in the W forms is UTF-16 (write u"text", not L"text": wchar_t has
 * four bytes here); text in the A forms is UTF-8. Every call may be made from
 * any thread at any time. Link with -liscsidsc.
 */
#ifndef ISCSIDSC_H
#define ISCSIDSC_H

#include <stddef.h>
#include <stdint.h>
#include <uchar.h>

#include <iscsierr.h>

#ifdef __cplusplus
extern "C" {
#endif

/* For programs that write it in front of their own declarations */
#ifndef ISDSC_API
#define ISDSC_API
#endif

/*
 * The names Windows programs use for the base types. Define
 * ISCSIDSC_NO_BASE_TYPES if another header has them already.
 */
#ifndef ISCSIDSC_NO_BASE_TYPES
typedef char CHAR, *PCHAR, *PSTR, *LPSTR;
typedef const char *PCSTR, *LPCSTR;
typedef char16_t WCHAR, *PWCHAR, *PWSTR, *LPWSTR;
typedef const char16_t *PCWSTR, *LPCWSTR;
typedef uint8_t UCHAR, *PUCHAR;
typedef uint8_t BYTE, *PBYTE;
typedef uint8_t BOOLEAN, *PBOOLEAN;
typedef uint16_t USHORT, *PUSHORT;
typedef uint32_t ULONG, *PULONG;
typedef uint32_t DWORD, *PDWORD;
typedef uint64_t ULONGLONG, *PULONGLONG;
typedef void *PVOID;
#ifdef UNICODE
typedef char16_t TCHAR, *PTCHAR, *PTSTR, *LPTSTR;
#else
typedef char TCHAR, *PTCHAR, *PTSTR, *LPTSTR;
#endif
#ifndef VOID
#define VOID void
#endif
#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif
#endif /* ISCSIDSC_NO_BASE_TYPES */

/* Sizes of text fields, in characters */
#define MAX_ISCSI_HBANAME_LEN		256
#define MAX_ISCSI_NAME_LEN		223
#define MAX_ISCSI_ALIAS_LEN		255
#define MAX_ISCSI_PORTAL_NAME_LEN	256
#define MAX_ISCSI_PORTAL_ALIAS_LEN	256
#define MAX_ISCSI_TEXT_ADDRESS_LEN	256
#define MAX_ISCSI_PORTAL_ADDRESS_LEN	MAX_ISCSI_TEXT_ADDRESS_LEN
#define MAX_ISCSI_DISCOVERY_DOMAIN_LEN	256
#define MAX_RADIUS_ADDRESS_LEN		41
#ifndef MAX_PATH
#define MAX_PATH			260
#endif

#define ISCSI_ANY_INITIATOR_PORT	((uint32_t)-1)
#define ISCSI_ALL_INITIATOR_PORTS	((uint32_t)-1)

#define ISCSI_LOGIN_OPTIONS_VERSION	0x00000000

#define ISCSI_TARGET_FLAG_HIDE_STATIC_TARGET		0x00000002
#define ISCSI_TARGET_FLAG_MERGE_TARGET_INFORMATION	0x00000004

/* Identity */

typedef struct ISCSI_UNIQUE_ID {
	uint64_t AdapterUnique;
	uint64_t AdapterSpecific;
} ISCSI_UNIQUE_SESSION_ID, *PISCSI_UNIQUE_SESSION_ID;

typedef struct ISCSI_UNIQUE_ID
	ISCSI_UNIQUE_CONNECTION_ID, *PISCSI_UNIQUE_CONNECTION_ID;

/* Security */

typedef uint64_t ISCSI_SECURITY_FLAGS, *PISCSI_SECURITY_FLAGS;

#define ISCSI_SECURITY_FLAG_VALID			0x00000001
#define ISCSI_SECURITY_FLAG_IKE_IPSEC_ENABLED		0x00000002
#define ISCSI_SECURITY_FLAG_MAIN_MODE_ENABLED		0x00000004
#define ISCSI_SECURITY_FLAG_AGGRESSIVE_MODE_ENABLED	0x00000008
#define ISCSI_SECURITY_FLAG_PFS_ENABLED			0x00000010
#define ISCSI_SECURITY_FLAG_TRANSPORT_MODE_PREFERRED	0x00000020
#define ISCSI_SECURITY_FLAG_TUNNEL_MODE_PREFERRED	0x00000040

typedef enum IKE_AUTHENTICATION_METHOD {
	IKE_AUTHENTICATION_PRESHARED_KEY_METHOD = 1
} IKE_AUTHENTICATION_METHOD, *PIKE_AUTHENTICATION_METHOD;

#define ID_IPV4_ADDR	1
#define ID_FQDN		2
#define ID_USER_FQDN	3
#define ID_IPV6_ADDR	5

typedef struct IKE_AUTHENTICATION_PRESHARED_KEY {
	ISCSI_SECURITY_FLAGS SecurityFlags;
	uint8_t IdType;
	uint32_t IdLengthInBytes;
	uint8_t *Id;
	uint32_t KeyLengthInBytes;
	uint8_t *Key;
} IKE_AUTHENTICATION_PRESHARED_KEY, *PIKE_AUTHENTICATION_PRESHARED_KEY;

typedef struct IKE_AUTHENTICATION_INFORMATION {
	IKE_AUTHENTICATION_METHOD AuthMethod;
#ifdef __GNUC__
	__extension__
#endif
	union {
		IKE_AUTHENTICATION_PRESHARED_KEY PsKey;
	};
} IKE_AUTHENTICATION_INFORMATION, *PIKE_AUTHENTICATION_INFORMATION;

/* Login */

typedef enum ISCSI_DIGEST_TYPES {
	ISCSI_DIGEST_TYPE_NONE = 0,
	ISCSI_DIGEST_TYPE_CRC32C = 1
} ISCSI_DIGEST_TYPES, *PISCSI_DIGEST_TYPES;

typedef enum ISCSI_AUTH_TYPES {
	ISCSI_NO_AUTH_TYPE = 0,
	ISCSI_CHAP_AUTH_TYPE = 1,
	ISCSI_MUTUAL_CHAP_AUTH_TYPE = 2
} ISCSI_AUTH_TYPES, *PISCSI_AUTH_TYPES;

typedef uint32_t ISCSI_LOGIN_FLAGS;

#define ISCSI_LOGIN_FLAG_REQUIRE_IPSEC			0x00000001
#define ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED		0x00000002
#define ISCSI_LOGIN_FLAG_RESERVED1			0x00000004
#define ISCSI_LOGIN_FLAG_ALLOW_PORTAL_HOPPING		0x00000008
#define ISCSI_LOGIN_FLAG_USE_RADIUS_RESPONSE		0x00000010
#define ISCSI_LOGIN_FLAG_USE_RADIUS_VERIFICATION	0x00000020

typedef uint32_t ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED;

#define ISCSI_LOGIN_OPTIONS_HEADER_DIGEST		0x00000001
#define ISCSI_LOGIN_OPTIONS_DATA_DIGEST			0x00000002
#define ISCSI_LOGIN_OPTIONS_MAXIMUM_CONNECTIONS		0x00000004
#define ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_WAIT		0x00000008
#define ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_RETAIN	0x00000010
#define ISCSI_LOGIN_OPTIONS_USERNAME			0x00000020
#define ISCSI_LOGIN_OPTIONS_PASSWORD			0x00000040
#define ISCSI_LOGIN_OPTIONS_AUTH_TYPE			0x00000080

/*
 * Bits of InformationSpecified say which members count. Username and Password
 * are counted bytes without terminator. On an added connection the limits of
 * the session are fixed already, so that MaximumConnections, DefaultTime2Wait
 * and DefaultTime2Retain are accepted and have no effect.
 */
typedef struct ISCSI_LOGIN_OPTIONS {
	uint32_t Version;
	ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED InformationSpecified;
	ISCSI_LOGIN_FLAGS LoginFlags;
	ISCSI_AUTH_TYPES AuthType;
	ISCSI_DIGEST_TYPES HeaderDigest;
	ISCSI_DIGEST_TYPES DataDigest;
	uint32_t MaximumConnections;
	uint32_t DefaultTime2Wait;
	uint32_t DefaultTime2Retain;
	uint32_t UsernameLength;
	uint32_t PasswordLength;
	uint8_t *Username;
	uint8_t *Password;
} ISCSI_LOGIN_OPTIONS, *PISCSI_LOGIN_OPTIONS;

/* Portals */

typedef struct ISCSI_TARGET_PORTALW {
	char16_t SymbolicName[MAX_ISCSI_PORTAL_NAME_LEN];
	char16_t Address[MAX_ISCSI_PORTAL_ADDRESS_LEN];
	uint16_t Socket;
} ISCSI_TARGET_PORTALW, *PISCSI_TARGET_PORTALW;

typedef struct ISCSI_TARGET_PORTALA {
	char SymbolicName[MAX_ISCSI_PORTAL_NAME_LEN];
	char Address[MAX_ISCSI_PORTAL_ADDRESS_LEN];
	uint16_t Socket;
} ISCSI_TARGET_PORTALA, *PISCSI_TARGET_PORTALA;

typedef struct ISCSI_TARGET_PORTAL_INFOW {
	char16_t InitiatorName[MAX_ISCSI_HBANAME_LEN];
	uint32_t InitiatorPortNumber;
	char16_t SymbolicName[MAX_ISCSI_PORTAL_NAME_LEN];
	char16_t Address[MAX_ISCSI_PORTAL_ADDRESS_LEN];
	uint16_t Socket;
} ISCSI_TARGET_PORTAL_INFOW, *PISCSI_TARGET_PORTAL_INFOW;

typedef struct ISCSI_TARGET_PORTAL_INFOA {
	char InitiatorName[MAX_ISCSI_HBANAME_LEN];
	uint32_t InitiatorPortNumber;
	char SymbolicName[MAX_ISCSI_PORTAL_NAME_LEN];
	char Address[MAX_ISCSI_PORTAL_ADDRESS_LEN];
	uint16_t Socket;
} ISCSI_TARGET_PORTAL_INFOA, *PISCSI_TARGET_PORTAL_INFOA;

typedef struct ISCSI_TARGET_PORTAL_INFO_EXW {
	char16_t InitiatorName[MAX_ISCSI_HBANAME_LEN];
	uint32_t InitiatorPortNumber;
	char16_t SymbolicName[MAX_ISCSI_PORTAL_NAME_LEN];
	char16_t Address[MAX_ISCSI_PORTAL_ADDRESS_LEN];
	uint16_t Socket;
	ISCSI_SECURITY_FLAGS SecurityFlags;
	ISCSI_LOGIN_OPTIONS LoginOptions;
} ISCSI_TARGET_PORTAL_INFO_EXW, *PISCSI_TARGET_PORTAL_INFO_EXW;

typedef struct ISCSI_TARGET_PORTAL_INFO_EXA {
	char InitiatorName[MAX_ISCSI_HBANAME_LEN];
	uint32_t InitiatorPortNumber;
	char SymbolicName[MAX_ISCSI_PORTAL_NAME_LEN];
	char Address[MAX_ISCSI_PORTAL_ADDRESS_LEN];
	uint16_t Socket;
	ISCSI_SECURITY_FLAGS SecurityFlags;
	ISCSI_LOGIN_OPTIONS LoginOptions;
} ISCSI_TARGET_PORTAL_INFO_EXA, *PISCSI_TARGET_PORTAL_INFO_EXA;

/* Count portals follow; in a list each group starts on a 4-byte boundary */
typedef struct ISCSI_TARGET_PORTAL_GROUPW {
	uint32_t Count;
	ISCSI_TARGET_PORTALW Portals[1];
} ISCSI_TARGET_PORTAL_GROUPW, *PISCSI_TARGET_PORTAL_GROUPW;

typedef struct ISCSI_TARGET_PORTAL_GROUPA {
	uint32_t Count;
	ISCSI_TARGET_PORTALA Portals[1];
} ISCSI_TARGET_PORTAL_GROUPA, *PISCSI_TARGET_PORTAL_GROUPA;

/* Targets */

typedef enum TARGETPROTOCOLTYPE {
	ISCSI_TCP_PROTOCOL_TYPE
} TARGETPROTOCOLTYPE, *PTARGETPROTOCOLTYPE;

typedef enum TARGET_INFORMATION_CLASS {
	ProtocolType,
	TargetAlias,
	DiscoveryMechanisms,
	PortalGroups,
	PersistentTargetMappings,
	InitiatorName,
	TargetFlags,
	LoginOptions
} TARGET_INFORMATION_CLASS, *PTARGET_INFORMATION_CLASS;

typedef struct SCSI_LUN_LIST {
	uint32_t OSLUN;
	uint64_t TargetLUN;
} SCSI_LUN_LIST, *PSCSI_LUN_LIST;

typedef struct ISCSI_TARGET_MAPPINGW {
	char16_t InitiatorName[MAX_ISCSI_HBANAME_LEN];
	char16_t TargetName[MAX_ISCSI_NAME_LEN + 1];
	char16_t OSDeviceName[MAX_PATH];
	ISCSI_UNIQUE_SESSION_ID SessionId;
	uint32_t OSBusNumber;
	uint32_t OSTargetNumber;
	uint32_t LUNCount;
	PSCSI_LUN_LIST LUNList;
} ISCSI_TARGET_MAPPINGW, *PISCSI_TARGET_MAPPINGW;

typedef struct ISCSI_TARGET_MAPPINGA {
	char InitiatorName[MAX_ISCSI_HBANAME_LEN];
	char TargetName[MAX_ISCSI_NAME_LEN + 1];
	char OSDeviceName[MAX_PATH];
	ISCSI_UNIQUE_SESSION_ID SessionId;
	uint32_t OSBusNumber;
	uint32_t OSTargetNumber;
	uint32_t LUNCount;
	PSCSI_LUN_LIST LUNList;
} ISCSI_TARGET_MAPPINGA, *PISCSI_TARGET_MAPPINGA;

typedef struct PERSISTENT_ISCSI_LOGIN_INFOW {
	char16_t TargetName[MAX_ISCSI_NAME_LEN + 1];
	uint8_t IsInformationalSession;
	char16_t InitiatorInstance[MAX_ISCSI_HBANAME_LEN];
	uint32_t InitiatorPortNumber;
	ISCSI_TARGET_PORTALW TargetPortal;
	ISCSI_SECURITY_FLAGS SecurityFlags;
	PISCSI_TARGET_MAPPINGW Mappings;
	ISCSI_LOGIN_OPTIONS LoginOptions;
} PERSISTENT_ISCSI_LOGIN_INFOW, *PPERSISTENT_ISCSI_LOGIN_INFOW;

typedef struct PERSISTENT_ISCSI_LOGIN_INFOA {
	char TargetName[MAX_ISCSI_NAME_LEN + 1];
	uint8_t IsInformationalSession;
	char InitiatorInstance[MAX_ISCSI_HBANAME_LEN];
	uint32_t InitiatorPortNumber;
	ISCSI_TARGET_PORTALA TargetPortal;
	ISCSI_SECURITY_FLAGS SecurityFlags;
	PISCSI_TARGET_MAPPINGA Mappings;
	ISCSI_LOGIN_OPTIONS LoginOptions;
} PERSISTENT_ISCSI_LOGIN_INFOA, *PPERSISTENT_ISCSI_LOGIN_INFOA;

/* Sessions and connections */

typedef struct ISCSI_CONNECTION_INFOW {
	ISCSI_UNIQUE_CONNECTION_ID ConnectionId;
	char16_t *InitiatorAddress;
	char16_t *TargetAddress;
	uint16_t InitiatorSocket;
	uint16_t TargetSocket;
	uint8_t CID[2];
} ISCSI_CONNECTION_INFOW, *PISCSI_CONNECTION_INFOW;

typedef struct ISCSI_CONNECTION_INFOA {
	ISCSI_UNIQUE_CONNECTION_ID ConnectionId;
	char *InitiatorAddress;
	char *TargetAddress;
	uint16_t InitiatorSocket;
	uint16_t TargetSocket;
	uint8_t CID[2];
} ISCSI_CONNECTION_INFOA, *PISCSI_CONNECTION_INFOA;

typedef struct ISCSI_SESSION_INFOW {
	ISCSI_UNIQUE_SESSION_ID SessionId;
	char16_t *InitiatorName;
	char16_t *TargetNodeName;
	char16_t *TargetName;
	uint8_t ISID[6];
	uint8_t TSID[2];
	uint32_t ConnectionCount;
	PISCSI_CONNECTION_INFOW Connections;
} ISCSI_SESSION_INFOW, *PISCSI_SESSION_INFOW;

typedef struct ISCSI_SESSION_INFOA {
	ISCSI_UNIQUE_SESSION_ID SessionId;
	char *InitiatorName;
	char *TargetNodeName;
	char *TargetName;
	uint8_t ISID[6];
	uint8_t TSID[2];
	uint32_t ConnectionCount;
	PISCSI_CONNECTION_INFOA Connections;
} ISCSI_SESSION_INFOA, *PISCSI_SESSION_INFOA;

typedef struct ISCSI_CONNECTION_INFO_EX {
	ISCSI_UNIQUE_CONNECTION_ID ConnectionId;
	uint8_t State;
	uint8_t Protocol;
	uint8_t HeaderDigest;
	uint8_t DataDigest;
	uint32_t MaxRecvDataSegmentLength;
	ISCSI_AUTH_TYPES AuthType;
	uint64_t EstimatedThroughput;
	uint32_t MaxDatagramSize;
} ISCSI_CONNECTION_INFO_EX, *PISCSI_CONNECTION_INFO_EX;

typedef struct ISCSI_SESSION_INFO_EX {
	ISCSI_UNIQUE_SESSION_ID SessionId;
	uint8_t InitialR2t;
	uint8_t ImmediateData;
	uint8_t Type;
	uint8_t DataSequenceInOrder;
	uint8_t DataPduInOrder;
	uint8_t ErrorRecoveryLevel;
	uint32_t MaxOutstandingR2t;
	uint32_t FirstBurstLength;
	uint32_t MaxBurstLength;
	uint32_t MaximumConnections;
	uint32_t ConnectionCount;
	PISCSI_CONNECTION_INFO_EX Connections;
} ISCSI_SESSION_INFO_EX, *PISCSI_SESSION_INFO_EX;

/* Devices */

typedef struct ISCSI_GUID {
	uint32_t Data1;
	uint16_t Data2;
	uint16_t Data3;
	uint8_t Data4[8];
} ISCSI_GUID;

typedef struct SCSI_ADDRESS {
	uint32_t Length;
	uint8_t PortNumber;
	uint8_t PathId;
	uint8_t TargetId;
	uint8_t Lun;
} SCSI_ADDRESS, *PSCSI_ADDRESS;

typedef struct STORAGE_DEVICE_NUMBER {
	uint32_t DeviceType;
	uint32_t DeviceNumber;
	uint32_t PartitionNumber;
} STORAGE_DEVICE_NUMBER, *PSTORAGE_DEVICE_NUMBER;

typedef struct ISCSI_DEVICE_ON_SESSIONW {
	char16_t InitiatorName[MAX_ISCSI_HBANAME_LEN];
	char16_t TargetName[MAX_ISCSI_NAME_LEN + 1];
	SCSI_ADDRESS ScsiAddress;
	ISCSI_GUID DeviceInterfaceType;
	char16_t DeviceInterfaceName[MAX_PATH];
	char16_t LegacyName[MAX_PATH];
	STORAGE_DEVICE_NUMBER StorageDeviceNumber;
	uint32_t DeviceInstance;
} ISCSI_DEVICE_ON_SESSIONW, *PISCSI_DEVICE_ON_SESSIONW;

typedef struct ISCSI_DEVICE_ON_SESSIONA {
	char InitiatorName[MAX_ISCSI_HBANAME_LEN];
	char TargetName[MAX_ISCSI_NAME_LEN + 1];
	SCSI_ADDRESS ScsiAddress;
	ISCSI_GUID DeviceInterfaceType;
	char DeviceInterfaceName[MAX_PATH];
	char LegacyName[MAX_PATH];
	STORAGE_DEVICE_NUMBER StorageDeviceNumber;
	uint32_t DeviceInstance;
} ISCSI_DEVICE_ON_SESSIONA, *PISCSI_DEVICE_ON_SESSIONA;

typedef struct ISCSI_VERSION_INFO {
	uint32_t MajorVersion;
	uint32_t MinorVersion;
	uint32_t BuildNumber;
} ISCSI_VERSION_INFO, *PISCSI_VERSION_INFO;

/*
 * Add a connection to a session that is logged in. The call returns when the
 * connection carries commands or has failed; nothing is left of one that
 * failed. Reserved is ignored. TargetPortal NULL means the portal of the
 * leading connection. LoginOptions NULL means: authenticate as the session
 * did, digests as the session has. ConnectionId may be NULL.
 */
ISDSC_STATUS
AddIScsiConnectionW(ISCSI_UNIQUE_SESSION_ID *UniqueSessionId, void *Reserved,
		    uint32_t InitiatorPortNumber,
		    ISCSI_TARGET_PORTALW *TargetPortal,
		    ISCSI_SECURITY_FLAGS SecurityFlags,
		    ISCSI_LOGIN_OPTIONS *LoginOptions,
		    uint32_t KeySize, char *Key,
		    ISCSI_UNIQUE_CONNECTION_ID *ConnectionId);
ISDSC_STATUS
AddIScsiConnectionA(ISCSI_UNIQUE_SESSION_ID *UniqueSessionId, void *Reserved,
		    uint32_t InitiatorPortNumber,
		    ISCSI_TARGET_PORTALA *TargetPortal,
		    ISCSI_SECURITY_FLAGS SecurityFlags,
		    ISCSI_LOGIN_OPTIONS *LoginOptions,
		    uint32_t KeySize, char *Key,
		    ISCSI_UNIQUE_CONNECTION_ID *ConnectionId);

/* Remove a connection; neither the last nor the leading one can be */
ISDSC_STATUS RemoveIScsiConnection(ISCSI_UNIQUE_SESSION_ID *UniqueSessionId,
				   ISCSI_UNIQUE_CONNECTION_ID *ConnectionId);

/*
 * List the sessions and their connections. BufferSize is in bytes. If the
 * buffer is too small, ERROR_INSUFFICIENT_BUFFER is returned and BufferSize
 * says how many bytes are needed. All pointers lead into the same buffer.
 */
ISDSC_STATUS GetIScsiSessionListW(uint32_t *BufferSize, uint32_t *SessionCount,
				  ISCSI_SESSION_INFOW *SessionInfo);
ISDSC_STATUS GetIScsiSessionListA(uint32_t *BufferSize, uint32_t *SessionCount,
				  ISCSI_SESSION_INFOA *SessionInfo);

/* As above, with what was negotiated instead of names and addresses */
ISDSC_STATUS GetIScsiSessionListEx(uint32_t *BufferSize,
				   uint32_t *SessionCountPtr,
				   ISCSI_SESSION_INFO_EX *SessionInfo);

/*
 * Devices of a session. DeviceCount is in elements; if the array is too small
 * it is set to what is needed. Names of devices are as "/dev/sda".
 */
ISDSC_STATUS GetDevicesForIScsiSessionW(ISCSI_UNIQUE_SESSION_ID *UniqueSessionId,
					uint32_t *DeviceCount,
					ISCSI_DEVICE_ON_SESSIONW *Devices);
ISDSC_STATUS GetDevicesForIScsiSessionA(ISCSI_UNIQUE_SESSION_ID *UniqueSessionId,
					uint32_t *DeviceCount,
					ISCSI_DEVICE_ON_SESSIONA *Devices);

/*
 * Names of initiators, one after the other, an empty one at the end.
 * BufferSize is in characters.
 */
ISDSC_STATUS ReportIScsiInitiatorListW(uint32_t *BufferSize, char16_t *Buffer);
ISDSC_STATUS ReportIScsiInitiatorListA(uint32_t *BufferSize, char *Buffer);

/*
 * Portals of a target as iscsid knows them. ElementCount is in elements; if
 * the array is too small it is set to what is needed.
 */
ISDSC_STATUS ReportIScsiTargetPortalsW(char16_t *InitiatorName,
				       char16_t *TargetName,
				       uint16_t *TargetPortalTag,
				       uint32_t *ElementCount,
				       ISCSI_TARGET_PORTALW *Portals);
ISDSC_STATUS ReportIScsiTargetPortalsA(char *InitiatorName, char *TargetName,
				       uint16_t *TargetPortalTag,
				       uint32_t *ElementCount,
				       ISCSI_TARGET_PORTALA *Portals);

/*
 * Discovery through iscsid, as far as one needs it before a login: ask a portal
 * for its targets, again, or no more; list the targets that were found. The
 * list is of characters: each name with its terminator, and one more.
 */
ISDSC_STATUS AddIScsiSendTargetPortalW(char16_t *InitiatorInstance,
				       uint32_t InitiatorPortNumber,
				       ISCSI_LOGIN_OPTIONS *LoginOptions,
				       ISCSI_SECURITY_FLAGS SecurityFlags,
				       ISCSI_TARGET_PORTALW *Portal);
ISDSC_STATUS AddIScsiSendTargetPortalA(char *InitiatorInstance,
				       uint32_t InitiatorPortNumber,
				       ISCSI_LOGIN_OPTIONS *LoginOptions,
				       ISCSI_SECURITY_FLAGS SecurityFlags,
				       ISCSI_TARGET_PORTALA *Portal);
ISDSC_STATUS RefreshIScsiSendTargetPortalW(char16_t *InitiatorInstance,
					   uint32_t InitiatorPortNumber,
					   ISCSI_TARGET_PORTALW *Portal);
ISDSC_STATUS RefreshIScsiSendTargetPortalA(char *InitiatorInstance,
					   uint32_t InitiatorPortNumber,
					   ISCSI_TARGET_PORTALA *Portal);
ISDSC_STATUS RemoveIScsiSendTargetPortalW(char16_t *InitiatorInstance,
					  uint32_t InitiatorPortNumber,
					  ISCSI_TARGET_PORTALW *Portal);
ISDSC_STATUS RemoveIScsiSendTargetPortalA(char *InitiatorInstance,
					  uint32_t InitiatorPortNumber,
					  ISCSI_TARGET_PORTALA *Portal);
ISDSC_STATUS ReportIScsiTargetsW(uint8_t ForceUpdate, uint32_t *BufferSize,
				 char16_t *Buffer);
ISDSC_STATUS ReportIScsiTargetsA(uint8_t ForceUpdate, uint32_t *BufferSize,
				 char *Buffer);

/*
 * Log in to a target that iscsid knows, and out of it; done by iscsiadm(8).
 * What the target needs for authentication is what iscsid has stored. Login
 * options and mappings are not supported.
 */
ISDSC_STATUS LoginIScsiTargetW(char16_t *TargetName,
			       uint8_t IsInformationalSession,
			       char16_t *InitiatorInstance,
			       uint32_t InitiatorPortNumber,
			       ISCSI_TARGET_PORTALW *TargetPortal,
			       ISCSI_SECURITY_FLAGS SecurityFlags,
			       ISCSI_TARGET_MAPPINGW *Mappings,
			       ISCSI_LOGIN_OPTIONS *LoginOptions,
			       uint32_t KeySize, char *Key,
			       uint8_t IsPersistent,
			       ISCSI_UNIQUE_SESSION_ID *UniqueSessionId,
			       ISCSI_UNIQUE_CONNECTION_ID *UniqueConnectionId);
ISDSC_STATUS LoginIScsiTargetA(char *TargetName, uint8_t IsInformationalSession,
			       char *InitiatorInstance,
			       uint32_t InitiatorPortNumber,
			       ISCSI_TARGET_PORTALA *TargetPortal,
			       ISCSI_SECURITY_FLAGS SecurityFlags,
			       ISCSI_TARGET_MAPPINGA *Mappings,
			       ISCSI_LOGIN_OPTIONS *LoginOptions,
			       uint32_t KeySize, char *Key,
			       uint8_t IsPersistent,
			       ISCSI_UNIQUE_SESSION_ID *UniqueSessionId,
			       ISCSI_UNIQUE_CONNECTION_ID *UniqueConnectionId);
ISDSC_STATUS LogoutIScsiTarget(ISCSI_UNIQUE_SESSION_ID *UniqueSessionId);

/*
 * The secret targets have to know in mutual CHAP; 12 to 16 bytes, length 0
 * forgets it. It is kept in a file for root only. RADIUS is not supported.
 */
ISDSC_STATUS SetIScsiInitiatorCHAPSharedSecret(uint32_t SharedSecretLength,
					       uint8_t *SharedSecret);
ISDSC_STATUS SetIScsiInitiatorRADIUSSharedSecret(uint32_t SharedSecretLength,
						 uint8_t *SharedSecret);

/* Version of the library */
ISDSC_STATUS GetIScsiVersionInformation(ISCSI_VERSION_INFO *VersionInfo);

#ifdef __cplusplus
}
#endif

/* Names without suffix are the W forms if UNICODE is defined, else A */
#ifdef UNICODE
#define AddIScsiConnection		AddIScsiConnectionW
#define GetIScsiSessionList		GetIScsiSessionListW
#define GetDevicesForIScsiSession	GetDevicesForIScsiSessionW
#define ReportIScsiInitiatorList	ReportIScsiInitiatorListW
#define ReportIScsiTargetPortals	ReportIScsiTargetPortalsW
#define LoginIScsiTarget		LoginIScsiTargetW
#define AddIScsiSendTargetPortal	AddIScsiSendTargetPortalW
#define RefreshIScsiSendTargetPortal	RefreshIScsiSendTargetPortalW
#define RemoveIScsiSendTargetPortal	RemoveIScsiSendTargetPortalW
#define ReportIScsiTargets		ReportIScsiTargetsW
#define ISCSIDSC_AW(name)		name##W
#else
#define AddIScsiConnection		AddIScsiConnectionA
#define GetIScsiSessionList		GetIScsiSessionListA
#define GetDevicesForIScsiSession	GetDevicesForIScsiSessionA
#define ReportIScsiInitiatorList	ReportIScsiInitiatorListA
#define ReportIScsiTargetPortals	ReportIScsiTargetPortalsA
#define LoginIScsiTarget		LoginIScsiTargetA
#define AddIScsiSendTargetPortal	AddIScsiSendTargetPortalA
#define RefreshIScsiSendTargetPortal	RefreshIScsiSendTargetPortalA
#define RemoveIScsiSendTargetPortal	RemoveIScsiSendTargetPortalA
#define ReportIScsiTargets		ReportIScsiTargetsA
#define ISCSIDSC_AW(name)		name##A
#endif

typedef ISCSIDSC_AW(ISCSI_TARGET_PORTAL)
	ISCSI_TARGET_PORTAL, *PISCSI_TARGET_PORTAL;
typedef ISCSIDSC_AW(ISCSI_TARGET_PORTAL_INFO)
	ISCSI_TARGET_PORTAL_INFO, *PISCSI_TARGET_PORTAL_INFO;
typedef ISCSIDSC_AW(ISCSI_TARGET_PORTAL_INFO_EX)
	ISCSI_TARGET_PORTAL_INFO_EX, *PISCSI_TARGET_PORTAL_INFO_EX;
typedef ISCSIDSC_AW(ISCSI_TARGET_PORTAL_GROUP)
	ISCSI_TARGET_PORTAL_GROUP, *PISCSI_TARGET_PORTAL_GROUP;
typedef ISCSIDSC_AW(ISCSI_TARGET_MAPPING)
	ISCSI_TARGET_MAPPING, *PISCSI_TARGET_MAPPING;
typedef ISCSIDSC_AW(PERSISTENT_ISCSI_LOGIN_INFO)
	PERSISTENT_ISCSI_LOGIN_INFO, *PPERSISTENT_ISCSI_LOGIN_INFO;
typedef ISCSIDSC_AW(ISCSI_CONNECTION_INFO)
	ISCSI_CONNECTION_INFO, *PISCSI_CONNECTION_INFO;
typedef ISCSIDSC_AW(ISCSI_SESSION_INFO)
	ISCSI_SESSION_INFO, *PISCSI_SESSION_INFO;
typedef ISCSIDSC_AW(ISCSI_DEVICE_ON_SESSION)
	ISCSI_DEVICE_ON_SESSION, *PISCSI_DEVICE_ON_SESSION;
#undef ISCSIDSC_AW

#endif /* ISCSIDSC_H */
