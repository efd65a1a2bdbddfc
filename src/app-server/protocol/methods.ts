// Generated from codex 0.169.0 by `npm run generate`. Do not edit.
import type { ClientRequestSchemas, NotificationSchemas, ServerRequestSchemas } from "./lazy.ts"
import * as S from "./schemas.ts"
import type * as T from "./types.ts"

/** The version of codex that this protocol was generated from. */
export const protocolVersion = "0.169.0"

export interface ClientRequests {
  "initialize": { params: T.InitializeParams; response: T.InitializeResponse }
  /** Read content-free, process-local diagnostics. */
  "server/diagnostics": { params: T.ServerDiagnosticsParams; response: T.ServerDiagnosticsResponse }
  "userVerification/status": { params: T.UserVerificationStatusParams; response: T.UserVerificationStatusResponse }
  "userVerification/enroll": { params: T.UserVerificationEnrollParams; response: T.UserVerificationEnrollResponse }
  "userVerification/delete": { params: T.UserVerificationDeleteParams; response: T.UserVerificationDeleteResponse }
  "userVerification/verify": { params: T.UserVerificationVerifyParams; response: T.UserVerificationVerifyResponse }
  "userVerification/cancel": { params: T.UserVerificationCancelParams; response: T.UserVerificationCancelResponse }
  /** NEW APIs */
  "thread/start": { params: T.ThreadStartParams; response: T.ThreadStartResponse }
  "thread/resume": { params: T.ThreadResumeParams; response: T.ThreadResumeResponse }
  "thread/fork": { params: T.ThreadForkParams; response: T.ThreadForkResponse }
  "thread/sample": { params: T.ThreadSampleParams; response: T.ThreadSampleResponse }
  "thread/sample/cancel": { params: T.ThreadSampleCancelParams; response: T.ThreadSampleCancelResponse }
  "thread/archive": { params: T.ThreadArchiveParams; response: T.ThreadArchiveResponse }
  "thread/delete": { params: T.ThreadDeleteParams; response: T.ThreadDeleteResponse }
  "thread/unsubscribe": { params: T.ThreadUnsubscribeParams; response: T.ThreadUnsubscribeResponse }
  /** Increment the thread-local out-of-band elicitation counter. */
  "thread/increment_elicitation": { params: T.ThreadIncrementElicitationParams; response: T.ThreadIncrementElicitationResponse }
  /** Decrement the thread-local out-of-band elicitation counter. */
  "thread/decrement_elicitation": { params: T.ThreadDecrementElicitationParams; response: T.ThreadDecrementElicitationResponse }
  "thread/name/set": { params: T.ThreadSetNameParams; response: T.ThreadSetNameResponse }
  "thread/prediction/request": { params: T.ThreadPredictionRequestParams; response: T.ThreadPredictionRequestResponse }
  "thread/goal/set": { params: T.ThreadGoalSetParams; response: T.ThreadGoalSetResponse }
  "thread/goal/get": { params: T.ThreadGoalGetParams; response: T.ThreadGoalGetResponse }
  "thread/goal/clear": { params: T.ThreadGoalClearParams; response: T.ThreadGoalClearResponse }
  "thread/queue/add": { params: T.ThreadQueueAddParams; response: T.ThreadQueueAddResponse }
  "thread/queue/list": { params: T.ThreadQueueListParams; response: T.ThreadQueueListResponse }
  "thread/queue/update": { params: T.ThreadQueueUpdateParams; response: T.ThreadQueueUpdateResponse }
  "thread/queue/delete": { params: T.ThreadQueueDeleteParams; response: T.ThreadQueueDeleteResponse }
  "thread/queue/reorder": { params: T.ThreadQueueReorderParams; response: T.ThreadQueueReorderResponse }
  "thread/queue/start": { params: T.ThreadQueueStartParams; response: T.ThreadQueueStartResponse }
  "thread/metadata/update": { params: T.ThreadMetadataUpdateParams; response: T.ThreadMetadataUpdateResponse }
  "thread/attachment/add": { params: T.ThreadAttachmentAddParams; response: T.ThreadAttachmentAddResponse }
  "thread/attachment/list": { params: T.ThreadAttachmentListParams; response: T.ThreadAttachmentListResponse }
  "thread/attachmentOwner/list": { params: T.ThreadAttachmentOwnerListParams; response: T.ThreadAttachmentOwnerListResponse }
  "thread/attachment/remove": { params: T.ThreadAttachmentRemoveParams; response: T.ThreadAttachmentRemoveResponse }
  "thread/section/move": { params: T.ThreadSectionMoveParams; response: T.ThreadSectionMoveResponse }
  "thread/settings/update": { params: T.ThreadSettingsUpdateParams; response: T.ThreadSettingsUpdateResponse }
  "thread/memoryMode/set": { params: T.ThreadMemoryModeSetParams; response: T.ThreadMemoryModeSetResponse }
  "thread/memory/read": { params: T.ThreadMemoryReadParams; response: T.ThreadMemoryReadResponse }
  "memory/status": { params: T.MemoryStatusParams; response: T.MemoryStatusResponse }
  "memory/reset": { params: undefined; response: T.MemoryResetResponse }
  /** Start a best-effort background compression pass for cold local rollouts. */
  "rollout/compress": { params: undefined; response: T.RolloutCompressResponse }
  "thread/unarchive": { params: T.ThreadUnarchiveParams; response: T.ThreadUnarchiveResponse }
  "thread/compact/start": { params: T.ThreadCompactStartParams; response: T.ThreadCompactStartResponse }
  "thread/shellCommand": { params: T.ThreadShellCommandParams; response: T.ThreadShellCommandResponse }
  "thread/approveGuardianDeniedAction": { params: T.ThreadApproveGuardianDeniedActionParams; response: T.ThreadApproveGuardianDeniedActionResponse }
  "thread/backgroundTerminals/clean": { params: T.ThreadBackgroundTerminalsCleanParams; response: T.ThreadBackgroundTerminalsCleanResponse }
  "thread/backgroundTerminals/list": { params: T.ThreadBackgroundTerminalsListParams; response: T.ThreadBackgroundTerminalsListResponse }
  "thread/backgroundTerminals/terminate": { params: T.ThreadBackgroundTerminalsTerminateParams; response: T.ThreadBackgroundTerminalsTerminateResponse }
  "thread/revert": { params: T.ThreadRevertParams; response: T.ThreadRevertResponse }
  "thread/list": { params: T.ThreadListParams; response: T.ThreadListResponse }
  "project/list": { params: T.ProjectListParams; response: T.ProjectListResponse }
  "project/read": { params: T.ProjectReadParams; response: T.ProjectReadResponse }
  "project/create": { params: T.ProjectCreateParams; response: T.ProjectCreateResponse }
  "project/import": { params: T.ProjectImportParams; response: T.ProjectImportResponse }
  "project/update": { params: T.ProjectUpdateParams; response: T.ProjectUpdateResponse }
  "project/move": { params: T.ProjectMoveParams; response: T.ProjectMoveResponse }
  "project/delete": { params: T.ProjectDeleteParams; response: T.ProjectDeleteResponse }
  "threadSection/list": { params: T.ThreadSectionListParams; response: T.ThreadSectionListResponse }
  "threadSection/create": { params: T.ThreadSectionCreateParams; response: T.ThreadSectionCreateResponse }
  "threadSection/update": { params: T.ThreadSectionUpdateParams; response: T.ThreadSectionUpdateResponse }
  "threadSection/delete": { params: T.ThreadSectionDeleteParams; response: T.ThreadSectionDeleteResponse }
  "thread/search": { params: T.ThreadSearchParams; response: T.ThreadSearchResponse }
  "thread/searchOccurrences": { params: T.ThreadSearchOccurrencesParams; response: T.ThreadSearchOccurrencesResponse }
  "thread/loaded/list": { params: T.ThreadLoadedListParams; response: T.ThreadLoadedListResponse }
  "thread/read": { params: T.ThreadReadParams; response: T.ThreadReadResponse }
  "thread/readState/update": { params: T.ThreadReadStateUpdateParams; response: T.ThreadReadStateUpdateResponse }
  "thread/turns/list": { params: T.ThreadTurnsListParams; response: T.ThreadTurnsListResponse }
  "thread/items/list": { params: T.ThreadItemsListParams; response: T.ThreadItemsListResponse }
  "thread/items/read": { params: T.ThreadItemsReadParams; response: T.ThreadItemsReadResponse }
  /** Review the idle thread's final injected exec_command without executing it. */
  "thread/guardianReview": { params: T.ThreadGuardianReviewParams; response: T.ThreadGuardianReviewResponse }
  /** Append raw Responses API items to the thread history without starting a user turn. */
  "thread/inject_items": { params: T.ThreadInjectItemsParams; response: T.ThreadInjectItemsResponse }
  "thread/prepareApprovedPlan": { params: T.ThreadPrepareApprovedPlanParams; response: T.ThreadPrepareApprovedPlanResponse }
  "skills/list": { params: T.SkillsListParams; response: T.SkillsListResponse }
  "skills/extraRoots/set": { params: T.SkillsExtraRootsSetParams; response: T.SkillsExtraRootsSetResponse }
  "hooks/list": { params: T.HooksListParams; response: T.HooksListResponse }
  "marketplace/add": { params: T.MarketplaceAddParams; response: T.MarketplaceAddResponse }
  "marketplace/remove": { params: T.MarketplaceRemoveParams; response: T.MarketplaceRemoveResponse }
  "marketplace/upgrade": { params: T.MarketplaceUpgradeParams; response: T.MarketplaceUpgradeResponse }
  "plugin/list": { params: T.PluginListParams; response: T.PluginListResponse }
  "plugin/search": { params: T.PluginSearchParams; response: T.PluginSearchResponse }
  "plugin/installed": { params: T.PluginInstalledParams; response: T.PluginInstalledResponse }
  "plugin/reconcile": { params: T.PluginReconcileParams; response: T.PluginReconcileResponse }
  "plugin/read": { params: T.PluginReadParams; response: T.PluginReadResponse }
  "plugin/skill/read": { params: T.PluginSkillReadParams; response: T.PluginSkillReadResponse }
  "plugin/share/save": { params: T.PluginShareSaveParams; response: T.PluginShareSaveResponse }
  "plugin/share/updateTargets": { params: T.PluginShareUpdateTargetsParams; response: T.PluginShareUpdateTargetsResponse }
  "plugin/share/list": { params: T.PluginShareListParams; response: T.PluginShareListResponse }
  "plugin/share/checkout": { params: T.PluginShareCheckoutParams; response: T.PluginShareCheckoutResponse }
  "plugin/share/delete": { params: T.PluginShareDeleteParams; response: T.PluginShareDeleteResponse }
  "app/read": { params: T.AppsReadParams; response: T.AppsReadResponse }
  "app/list": { params: T.AppsListParams; response: T.AppsListResponse }
  "app/installed": { params: T.AppsInstalledParams; response: T.AppsInstalledResponse }
  "fs/readFile": { params: T.FsReadFileParams; response: T.FsReadFileResponse }
  "fs/writeFile": { params: T.FsWriteFileParams; response: T.FsWriteFileResponse }
  "fs/createDirectory": { params: T.FsCreateDirectoryParams; response: T.FsCreateDirectoryResponse }
  "fs/getMetadata": { params: T.FsGetMetadataParams; response: T.FsGetMetadataResponse }
  "fs/readDirectory": { params: T.FsReadDirectoryParams; response: T.FsReadDirectoryResponse }
  "fs/remove": { params: T.FsRemoveParams; response: T.FsRemoveResponse }
  "fs/copy": { params: T.FsCopyParams; response: T.FsCopyResponse }
  "fs/watch": { params: T.FsWatchParams; response: T.FsWatchResponse }
  "fs/unwatch": { params: T.FsUnwatchParams; response: T.FsUnwatchResponse }
  "skills/config/write": { params: T.SkillsConfigWriteParams; response: T.SkillsConfigWriteResponse }
  "plugin/install": { params: T.PluginInstallParams; response: T.PluginInstallResponse }
  "plugin/uninstall": { params: T.PluginUninstallParams; response: T.PluginUninstallResponse }
  "turn/start": { params: T.TurnStartParams; response: T.TurnStartResponse }
  "turn/settings/update": { params: T.TurnSettingsUpdateParams; response: T.TurnSettingsUpdateResponse }
  "turn/steer": { params: T.TurnSteerParams; response: T.TurnSteerResponse }
  "turn/interrupt": { params: T.TurnInterruptParams; response: T.TurnInterruptResponse }
  "thread/realtime/start": { params: T.ThreadRealtimeStartParams; response: T.ThreadRealtimeStartResponse }
  "thread/realtime/appendAudio": { params: T.ThreadRealtimeAppendAudioParams; response: T.ThreadRealtimeAppendAudioResponse }
  "thread/realtime/appendText": { params: T.ThreadRealtimeAppendTextParams; response: T.ThreadRealtimeAppendTextResponse }
  "thread/realtime/appendSpeech": { params: T.ThreadRealtimeAppendSpeechParams; response: T.ThreadRealtimeAppendSpeechResponse }
  "thread/realtime/stop": { params: T.ThreadRealtimeStopParams; response: T.ThreadRealtimeStopResponse }
  "thread/timeline/list": { params: T.ThreadTimelineListParams; response: T.ThreadTimelineListResponse }
  "thread/realtime/listVoices": { params: T.ThreadRealtimeListVoicesParams; response: T.ThreadRealtimeListVoicesResponse }
  "review/start": { params: T.ReviewStartParams; response: T.ReviewStartResponse }
  "model/list": { params: T.ModelListParams; response: T.ModelListResponse }
  "account/gatewayOAuth/read": { params: T.GatewayOAuthReadParams | undefined; response: T.GatewayOAuthReadResponse }
  "account/gatewayOAuth/login": { params: T.GatewayOAuthLoginParams | undefined; response: T.GatewayOAuthLoginResponse }
  "account/gatewayOAuth/cancel": { params: undefined; response: T.GatewayOAuthCancelResponse }
  "modelProvider/list": { params: T.ModelProviderListParams; response: T.ModelProviderListResponse }
  "modelProvider/config/write": { params: T.ModelProviderConfigWriteParams; response: T.ModelProviderConfigWriteResponse }
  "modelProvider/capabilities/read": { params: T.ModelProviderCapabilitiesReadParams; response: T.ModelProviderCapabilitiesReadResponse }
  "experimentalFeature/list": { params: T.ExperimentalFeatureListParams; response: T.ExperimentalFeatureListResponse }
  "permissionProfile/list": { params: T.PermissionProfileListParams; response: T.PermissionProfileListResponse }
  "experimentalFeature/enablement/set": { params: T.ExperimentalFeatureEnablementSetParams; response: T.ExperimentalFeatureEnablementSetResponse }
  "remoteControl/enable": { params: T.RemoteControlEnableParams | undefined; response: T.RemoteControlEnableResponse }
  "remoteControl/disable": { params: T.RemoteControlDisableParams | undefined; response: T.RemoteControlDisableResponse }
  "remoteControl/status/read": { params: undefined; response: T.RemoteControlStatusReadResponse }
  "remoteControl/pairing/start": { params: T.RemoteControlPairingStartParams; response: T.RemoteControlPairingStartResponse }
  "remoteControl/pairing/status": { params: T.RemoteControlPairingStatusParams; response: T.RemoteControlPairingStatusResponse }
  "remoteControl/client/list": { params: T.RemoteControlClientsListParams; response: T.RemoteControlClientsListResponse }
  "remoteControl/client/revoke": { params: T.RemoteControlClientsRevokeParams; response: T.RemoteControlClientsRevokeResponse }
  /** Lists collaboration mode presets. */
  "collaborationMode/list": { params: T.CollaborationModeListParams; response: T.CollaborationModeListResponse }
  /** Test-only method used to validate experimental gating. */
  "mock/experimentalMethod": { params: T.MockExperimentalMethodParams; response: T.MockExperimentalMethodResponse }
  /** Adds or replaces a remote environment by id for later selection. */
  "environment/add": { params: T.EnvironmentAddParams; response: T.EnvironmentAddResponse }
  /** Reads information from a configured execution environment. */
  "environment/info": { params: T.EnvironmentInfoParams; response: T.EnvironmentInfoResponse }
  /** Reads the current status of a configured execution environment. */
  "environment/status": { params: T.EnvironmentStatusParams; response: T.EnvironmentStatusResponse }
  "mcpServer/oauth/login": { params: T.McpServerOauthLoginParams; response: T.McpServerOauthLoginResponse }
  "config/mcpServer/reload": { params: undefined; response: T.McpServerRefreshResponse }
  "mcpServerStatus/list": { params: T.ListMcpServerStatusParams; response: T.ListMcpServerStatusResponse }
  "mcpServer/resource/read": { params: T.McpResourceReadParams; response: T.McpResourceReadResponse }
  "mcpServer/event/stream/start": { params: T.McpServerEventStreamStartParams; response: T.McpServerEventStreamStartResponse }
  "mcpServer/event/stream/stop": { params: T.McpServerEventStreamStopParams; response: T.McpServerEventStreamStopResponse }
  "mcpServer/tool/call": { params: T.McpServerToolCallParams; response: T.McpServerToolCallResponse }
  "windowsSandbox/setupStart": { params: T.WindowsSandboxSetupStartParams; response: T.WindowsSandboxSetupStartResponse }
  "windowsSandbox/readiness": { params: undefined; response: T.WindowsSandboxReadinessResponse }
  "account/login/start": { params: T.LoginAccountParams; response: T.LoginAccountResponse }
  "account/bedrock/discover": { params: T.BedrockDiscoverParams; response: T.BedrockDiscoverResponse }
  "account/bedrock/setup": { params: T.BedrockSetupParams; response: T.BedrockSetupResponse }
  "account/gcp/setup": { params: T.GcpSetupParams; response: T.GcpSetupResponse }
  "account/bedrock/checkGovCloudRequirements": { params: T.BedrockCheckGovCloudRequirementsParams; response: T.BedrockCheckGovCloudRequirementsResponse }
  "account/login/cancel": { params: T.CancelLoginAccountParams; response: T.CancelLoginAccountResponse }
  "accountSession/list": { params: T.AccountSessionsListParams; response: T.AccountSessionsResponse }
  "accountSession/switch": { params: T.AccountSessionsSwitchParams; response: T.AccountSessionsSwitchResponse }
  "account/logout": { params: undefined; response: T.LogoutAccountResponse }
  "account/securitySetup/read": { params: undefined; response: T.GetAccountSecuritySetupResponse }
  "account/rateLimits/read": { params: T.GetAccountRateLimitsParams | undefined; response: T.GetAccountRateLimitsResponse }
  "account/rateLimitResetCredit/consume": { params: T.ConsumeAccountRateLimitResetCreditParams; response: T.ConsumeAccountRateLimitResetCreditResponse }
  "account/usage/read": { params: T.GetAccountTokenUsageParams | undefined; response: T.GetAccountTokenUsageResponse }
  "account/workspaceMessages/read": { params: undefined; response: T.GetWorkspaceMessagesResponse }
  "account/sendAddCreditsNudgeEmail": { params: T.SendAddCreditsNudgeEmailParams; response: T.SendAddCreditsNudgeEmailResponse }
  "feedback/upload": { params: T.FeedbackUploadParams; response: T.FeedbackUploadResponse }
  "feedback/save": { params: T.FeedbackSaveParams; response: T.FeedbackSaveResponse }
  /** Execute a standalone command (argv vector) under the server's sandbox. */
  "command/exec": { params: T.CommandExecParams; response: T.CommandExecResponse }
  /** Write stdin bytes to a running `command/exec` session or close stdin. */
  "command/exec/write": { params: T.CommandExecWriteParams; response: T.CommandExecWriteResponse }
  /** Terminate a running `command/exec` session by client-supplied `processId`. */
  "command/exec/terminate": { params: T.CommandExecTerminateParams; response: T.CommandExecTerminateResponse }
  /** Resize a running PTY-backed `command/exec` session by client-supplied `processId`. */
  "command/exec/resize": { params: T.CommandExecResizeParams; response: T.CommandExecResizeResponse }
  /** Spawn a standalone process (argv vector) without a Codex sandbox. */
  "process/spawn": { params: T.ProcessSpawnParams; response: T.ProcessSpawnResponse }
  /** Write stdin bytes to a running `process/spawn` session or close stdin. */
  "process/writeStdin": { params: T.ProcessWriteStdinParams; response: T.ProcessWriteStdinResponse }
  /** Terminate a running `process/spawn` session by client-supplied `processHandle`. */
  "process/kill": { params: T.ProcessKillParams; response: T.ProcessKillResponse }
  /** Resize a running PTY-backed `process/spawn` session by client-supplied `processHandle`. */
  "process/resizePty": { params: T.ProcessResizePtyParams; response: T.ProcessResizePtyResponse }
  "config/read": { params: T.ConfigReadParams; response: T.ConfigReadResponse }
  "externalAgentConfig/detect": { params: T.ExternalAgentConfigDetectParams; response: T.ExternalAgentConfigDetectResponse }
  "externalAgentConfig/import": { params: T.ExternalAgentConfigImportParams; response: T.ExternalAgentConfigImportResponse }
  "externalAgentConfig/import/recordHistory": { params: T.ExternalAgentConfigImportHistoryRecordParams; response: T.ExternalAgentConfigImportHistoryRecordResponse }
  "externalAgentConfig/import/readHistories": { params: undefined; response: T.ExternalAgentConfigImportHistoriesReadResponse }
  "config/value/write": { params: T.ConfigValueWriteParams; response: T.ConfigWriteResponse }
  "config/batchWrite": { params: T.ConfigBatchWriteParams; response: T.ConfigWriteResponse }
  "configRequirements/read": { params: undefined; response: T.ConfigRequirementsReadResponse }
  "account/read": { params: T.GetAccountParams; response: T.GetAccountResponse }
  "fuzzyFileSearch": { params: T.FuzzyFileSearchParams; response: T.FuzzyFileSearchResponse }
  "fuzzyFileSearch/sessionStart": { params: T.FuzzyFileSearchSessionStartParams; response: T.FuzzyFileSearchSessionStartResponse }
  "fuzzyFileSearch/sessionUpdate": { params: T.FuzzyFileSearchSessionUpdateParams; response: T.FuzzyFileSearchSessionUpdateResponse }
  "fuzzyFileSearch/sessionStop": { params: T.FuzzyFileSearchSessionStopParams; response: T.FuzzyFileSearchSessionStopResponse }
}

export const clientRequests: { readonly [M in keyof ClientRequests]: ClientRequestSchemas<ClientRequests[M]> } = {
  "initialize": { params: S.InitializeParams, response: S.InitializeResponse, experimental: false },
  "server/diagnostics": { params: S.ServerDiagnosticsParams, response: S.ServerDiagnosticsResponse, experimental: true },
  "userVerification/status": { params: S.UserVerificationStatusParams, response: S.UserVerificationStatusResponse, experimental: true },
  "userVerification/enroll": { params: S.UserVerificationEnrollParams, response: S.UserVerificationEnrollResponse, experimental: true },
  "userVerification/delete": { params: S.UserVerificationDeleteParams, response: S.UserVerificationDeleteResponse, experimental: true },
  "userVerification/verify": { params: S.UserVerificationVerifyParams, response: S.UserVerificationVerifyResponse, experimental: true },
  "userVerification/cancel": { params: S.UserVerificationCancelParams, response: S.UserVerificationCancelResponse, experimental: true },
  "thread/start": { params: S.ThreadStartParams, response: S.ThreadStartResponse, experimental: false },
  "thread/resume": { params: S.ThreadResumeParams, response: S.ThreadResumeResponse, experimental: false },
  "thread/fork": { params: S.ThreadForkParams, response: S.ThreadForkResponse, experimental: false },
  "thread/sample": { params: S.ThreadSampleParams, response: S.ThreadSampleResponse, experimental: true },
  "thread/sample/cancel": { params: S.ThreadSampleCancelParams, response: S.ThreadSampleCancelResponse, experimental: true },
  "thread/archive": { params: S.ThreadArchiveParams, response: S.ThreadArchiveResponse, experimental: false },
  "thread/delete": { params: S.ThreadDeleteParams, response: S.ThreadDeleteResponse, experimental: false },
  "thread/unsubscribe": { params: S.ThreadUnsubscribeParams, response: S.ThreadUnsubscribeResponse, experimental: false },
  "thread/increment_elicitation": { params: S.ThreadIncrementElicitationParams, response: S.ThreadIncrementElicitationResponse, experimental: true },
  "thread/decrement_elicitation": { params: S.ThreadDecrementElicitationParams, response: S.ThreadDecrementElicitationResponse, experimental: true },
  "thread/name/set": { params: S.ThreadSetNameParams, response: S.ThreadSetNameResponse, experimental: false },
  "thread/prediction/request": { params: S.ThreadPredictionRequestParams, response: S.ThreadPredictionRequestResponse, experimental: true },
  "thread/goal/set": { params: S.ThreadGoalSetParams, response: S.ThreadGoalSetResponse, experimental: false },
  "thread/goal/get": { params: S.ThreadGoalGetParams, response: S.ThreadGoalGetResponse, experimental: false },
  "thread/goal/clear": { params: S.ThreadGoalClearParams, response: S.ThreadGoalClearResponse, experimental: false },
  "thread/queue/add": { params: S.ThreadQueueAddParams, response: S.ThreadQueueAddResponse, experimental: true },
  "thread/queue/list": { params: S.ThreadQueueListParams, response: S.ThreadQueueListResponse, experimental: true },
  "thread/queue/update": { params: S.ThreadQueueUpdateParams, response: S.ThreadQueueUpdateResponse, experimental: true },
  "thread/queue/delete": { params: S.ThreadQueueDeleteParams, response: S.ThreadQueueDeleteResponse, experimental: true },
  "thread/queue/reorder": { params: S.ThreadQueueReorderParams, response: S.ThreadQueueReorderResponse, experimental: true },
  "thread/queue/start": { params: S.ThreadQueueStartParams, response: S.ThreadQueueStartResponse, experimental: true },
  "thread/metadata/update": { params: S.ThreadMetadataUpdateParams, response: S.ThreadMetadataUpdateResponse, experimental: false },
  "thread/attachment/add": { params: S.ThreadAttachmentAddParams, response: S.ThreadAttachmentAddResponse, experimental: false },
  "thread/attachment/list": { params: S.ThreadAttachmentListParams, response: S.ThreadAttachmentListResponse, experimental: false },
  "thread/attachmentOwner/list": { params: S.ThreadAttachmentOwnerListParams, response: S.ThreadAttachmentOwnerListResponse, experimental: false },
  "thread/attachment/remove": { params: S.ThreadAttachmentRemoveParams, response: S.ThreadAttachmentRemoveResponse, experimental: false },
  "thread/section/move": { params: S.ThreadSectionMoveParams, response: S.ThreadSectionMoveResponse, experimental: false },
  "thread/settings/update": { params: S.ThreadSettingsUpdateParams, response: S.ThreadSettingsUpdateResponse, experimental: true },
  "thread/memoryMode/set": { params: S.ThreadMemoryModeSetParams, response: S.ThreadMemoryModeSetResponse, experimental: true },
  "thread/memory/read": { params: S.ThreadMemoryReadParams, response: S.ThreadMemoryReadResponse, experimental: true },
  "memory/status": { params: S.MemoryStatusParams, response: S.MemoryStatusResponse, experimental: true },
  "memory/reset": { params: undefined, response: S.MemoryResetResponse, experimental: true },
  "rollout/compress": { params: undefined, response: S.RolloutCompressResponse, experimental: true },
  "thread/unarchive": { params: S.ThreadUnarchiveParams, response: S.ThreadUnarchiveResponse, experimental: false },
  "thread/compact/start": { params: S.ThreadCompactStartParams, response: S.ThreadCompactStartResponse, experimental: false },
  "thread/shellCommand": { params: S.ThreadShellCommandParams, response: S.ThreadShellCommandResponse, experimental: false },
  "thread/approveGuardianDeniedAction": { params: S.ThreadApproveGuardianDeniedActionParams, response: S.ThreadApproveGuardianDeniedActionResponse, experimental: false },
  "thread/backgroundTerminals/clean": { params: S.ThreadBackgroundTerminalsCleanParams, response: S.ThreadBackgroundTerminalsCleanResponse, experimental: true },
  "thread/backgroundTerminals/list": { params: S.ThreadBackgroundTerminalsListParams, response: S.ThreadBackgroundTerminalsListResponse, experimental: true },
  "thread/backgroundTerminals/terminate": { params: S.ThreadBackgroundTerminalsTerminateParams, response: S.ThreadBackgroundTerminalsTerminateResponse, experimental: true },
  "thread/revert": { params: S.ThreadRevertParams, response: S.ThreadRevertResponse, experimental: false },
  "thread/list": { params: S.ThreadListParams, response: S.ThreadListResponse, experimental: false },
  "project/list": { params: S.ProjectListParams, response: S.ProjectListResponse, experimental: true },
  "project/read": { params: S.ProjectReadParams, response: S.ProjectReadResponse, experimental: true },
  "project/create": { params: S.ProjectCreateParams, response: S.ProjectCreateResponse, experimental: true },
  "project/import": { params: S.ProjectImportParams, response: S.ProjectImportResponse, experimental: true },
  "project/update": { params: S.ProjectUpdateParams, response: S.ProjectUpdateResponse, experimental: true },
  "project/move": { params: S.ProjectMoveParams, response: S.ProjectMoveResponse, experimental: true },
  "project/delete": { params: S.ProjectDeleteParams, response: S.ProjectDeleteResponse, experimental: true },
  "threadSection/list": { params: S.ThreadSectionListParams, response: S.ThreadSectionListResponse, experimental: false },
  "threadSection/create": { params: S.ThreadSectionCreateParams, response: S.ThreadSectionCreateResponse, experimental: false },
  "threadSection/update": { params: S.ThreadSectionUpdateParams, response: S.ThreadSectionUpdateResponse, experimental: false },
  "threadSection/delete": { params: S.ThreadSectionDeleteParams, response: S.ThreadSectionDeleteResponse, experimental: false },
  "thread/search": { params: S.ThreadSearchParams, response: S.ThreadSearchResponse, experimental: true },
  "thread/searchOccurrences": { params: S.ThreadSearchOccurrencesParams, response: S.ThreadSearchOccurrencesResponse, experimental: true },
  "thread/loaded/list": { params: S.ThreadLoadedListParams, response: S.ThreadLoadedListResponse, experimental: false },
  "thread/read": { params: S.ThreadReadParams, response: S.ThreadReadResponse, experimental: false },
  "thread/readState/update": { params: S.ThreadReadStateUpdateParams, response: S.ThreadReadStateUpdateResponse, experimental: true },
  "thread/turns/list": { params: S.ThreadTurnsListParams, response: S.ThreadTurnsListResponse, experimental: false },
  "thread/items/list": { params: S.ThreadItemsListParams, response: S.ThreadItemsListResponse, experimental: false },
  "thread/items/read": { params: S.ThreadItemsReadParams, response: S.ThreadItemsReadResponse, experimental: true },
  "thread/guardianReview": { params: S.ThreadGuardianReviewParams, response: S.ThreadGuardianReviewResponse, experimental: true },
  "thread/inject_items": { params: S.ThreadInjectItemsParams, response: S.ThreadInjectItemsResponse, experimental: false },
  "thread/prepareApprovedPlan": { params: S.ThreadPrepareApprovedPlanParams, response: S.ThreadPrepareApprovedPlanResponse, experimental: true },
  "skills/list": { params: S.SkillsListParams, response: S.SkillsListResponse, experimental: false },
  "skills/extraRoots/set": { params: S.SkillsExtraRootsSetParams, response: S.SkillsExtraRootsSetResponse, experimental: false },
  "hooks/list": { params: S.HooksListParams, response: S.HooksListResponse, experimental: false },
  "marketplace/add": { params: S.MarketplaceAddParams, response: S.MarketplaceAddResponse, experimental: false },
  "marketplace/remove": { params: S.MarketplaceRemoveParams, response: S.MarketplaceRemoveResponse, experimental: false },
  "marketplace/upgrade": { params: S.MarketplaceUpgradeParams, response: S.MarketplaceUpgradeResponse, experimental: false },
  "plugin/list": { params: S.PluginListParams, response: S.PluginListResponse, experimental: false },
  "plugin/search": { params: S.PluginSearchParams, response: S.PluginSearchResponse, experimental: true },
  "plugin/installed": { params: S.PluginInstalledParams, response: S.PluginInstalledResponse, experimental: false },
  "plugin/reconcile": { params: S.PluginReconcileParams, response: S.PluginReconcileResponse, experimental: false },
  "plugin/read": { params: S.PluginReadParams, response: S.PluginReadResponse, experimental: false },
  "plugin/skill/read": { params: S.PluginSkillReadParams, response: S.PluginSkillReadResponse, experimental: false },
  "plugin/share/save": { params: S.PluginShareSaveParams, response: S.PluginShareSaveResponse, experimental: false },
  "plugin/share/updateTargets": { params: S.PluginShareUpdateTargetsParams, response: S.PluginShareUpdateTargetsResponse, experimental: false },
  "plugin/share/list": { params: S.PluginShareListParams, response: S.PluginShareListResponse, experimental: false },
  "plugin/share/checkout": { params: S.PluginShareCheckoutParams, response: S.PluginShareCheckoutResponse, experimental: false },
  "plugin/share/delete": { params: S.PluginShareDeleteParams, response: S.PluginShareDeleteResponse, experimental: false },
  "app/read": { params: S.AppsReadParams, response: S.AppsReadResponse, experimental: false },
  "app/list": { params: S.AppsListParams, response: S.AppsListResponse, experimental: false },
  "app/installed": { params: S.AppsInstalledParams, response: S.AppsInstalledResponse, experimental: false },
  "fs/readFile": { params: S.FsReadFileParams, response: S.FsReadFileResponse, experimental: false },
  "fs/writeFile": { params: S.FsWriteFileParams, response: S.FsWriteFileResponse, experimental: false },
  "fs/createDirectory": { params: S.FsCreateDirectoryParams, response: S.FsCreateDirectoryResponse, experimental: false },
  "fs/getMetadata": { params: S.FsGetMetadataParams, response: S.FsGetMetadataResponse, experimental: false },
  "fs/readDirectory": { params: S.FsReadDirectoryParams, response: S.FsReadDirectoryResponse, experimental: false },
  "fs/remove": { params: S.FsRemoveParams, response: S.FsRemoveResponse, experimental: false },
  "fs/copy": { params: S.FsCopyParams, response: S.FsCopyResponse, experimental: false },
  "fs/watch": { params: S.FsWatchParams, response: S.FsWatchResponse, experimental: false },
  "fs/unwatch": { params: S.FsUnwatchParams, response: S.FsUnwatchResponse, experimental: false },
  "skills/config/write": { params: S.SkillsConfigWriteParams, response: S.SkillsConfigWriteResponse, experimental: false },
  "plugin/install": { params: S.PluginInstallParams, response: S.PluginInstallResponse, experimental: false },
  "plugin/uninstall": { params: S.PluginUninstallParams, response: S.PluginUninstallResponse, experimental: false },
  "turn/start": { params: S.TurnStartParams, response: S.TurnStartResponse, experimental: false },
  "turn/settings/update": { params: S.TurnSettingsUpdateParams, response: S.TurnSettingsUpdateResponse, experimental: true },
  "turn/steer": { params: S.TurnSteerParams, response: S.TurnSteerResponse, experimental: false },
  "turn/interrupt": { params: S.TurnInterruptParams, response: S.TurnInterruptResponse, experimental: false },
  "thread/realtime/start": { params: S.ThreadRealtimeStartParams, response: S.ThreadRealtimeStartResponse, experimental: true },
  "thread/realtime/appendAudio": { params: S.ThreadRealtimeAppendAudioParams, response: S.ThreadRealtimeAppendAudioResponse, experimental: true },
  "thread/realtime/appendText": { params: S.ThreadRealtimeAppendTextParams, response: S.ThreadRealtimeAppendTextResponse, experimental: true },
  "thread/realtime/appendSpeech": { params: S.ThreadRealtimeAppendSpeechParams, response: S.ThreadRealtimeAppendSpeechResponse, experimental: true },
  "thread/realtime/stop": { params: S.ThreadRealtimeStopParams, response: S.ThreadRealtimeStopResponse, experimental: true },
  "thread/timeline/list": { params: S.ThreadTimelineListParams, response: S.ThreadTimelineListResponse, experimental: true },
  "thread/realtime/listVoices": { params: S.ThreadRealtimeListVoicesParams, response: S.ThreadRealtimeListVoicesResponse, experimental: true },
  "review/start": { params: S.ReviewStartParams, response: S.ReviewStartResponse, experimental: false },
  "model/list": { params: S.ModelListParams, response: S.ModelListResponse, experimental: false },
  "account/gatewayOAuth/read": { params: S.GatewayOAuthReadParams, response: S.GatewayOAuthReadResponse, experimental: false },
  "account/gatewayOAuth/login": { params: S.GatewayOAuthLoginParams, response: S.GatewayOAuthLoginResponse, experimental: false },
  "account/gatewayOAuth/cancel": { params: undefined, response: S.GatewayOAuthCancelResponse, experimental: false },
  "modelProvider/list": { params: S.ModelProviderListParams, response: S.ModelProviderListResponse, experimental: false },
  "modelProvider/config/write": { params: S.ModelProviderConfigWriteParams, response: S.ModelProviderConfigWriteResponse, experimental: false },
  "modelProvider/capabilities/read": { params: S.ModelProviderCapabilitiesReadParams, response: S.ModelProviderCapabilitiesReadResponse, experimental: false },
  "experimentalFeature/list": { params: S.ExperimentalFeatureListParams, response: S.ExperimentalFeatureListResponse, experimental: false },
  "permissionProfile/list": { params: S.PermissionProfileListParams, response: S.PermissionProfileListResponse, experimental: false },
  "experimentalFeature/enablement/set": { params: S.ExperimentalFeatureEnablementSetParams, response: S.ExperimentalFeatureEnablementSetResponse, experimental: false },
  "remoteControl/enable": { params: S.RemoteControlEnableParams, response: S.RemoteControlEnableResponse, experimental: true },
  "remoteControl/disable": { params: S.RemoteControlDisableParams, response: S.RemoteControlDisableResponse, experimental: true },
  "remoteControl/status/read": { params: undefined, response: S.RemoteControlStatusReadResponse, experimental: true },
  "remoteControl/pairing/start": { params: S.RemoteControlPairingStartParams, response: S.RemoteControlPairingStartResponse, experimental: true },
  "remoteControl/pairing/status": { params: S.RemoteControlPairingStatusParams, response: S.RemoteControlPairingStatusResponse, experimental: true },
  "remoteControl/client/list": { params: S.RemoteControlClientsListParams, response: S.RemoteControlClientsListResponse, experimental: true },
  "remoteControl/client/revoke": { params: S.RemoteControlClientsRevokeParams, response: S.RemoteControlClientsRevokeResponse, experimental: true },
  "collaborationMode/list": { params: S.CollaborationModeListParams, response: S.CollaborationModeListResponse, experimental: true },
  "mock/experimentalMethod": { params: S.MockExperimentalMethodParams, response: S.MockExperimentalMethodResponse, experimental: true },
  "environment/add": { params: S.EnvironmentAddParams, response: S.EnvironmentAddResponse, experimental: true },
  "environment/info": { params: S.EnvironmentInfoParams, response: S.EnvironmentInfoResponse, experimental: true },
  "environment/status": { params: S.EnvironmentStatusParams, response: S.EnvironmentStatusResponse, experimental: true },
  "mcpServer/oauth/login": { params: S.McpServerOauthLoginParams, response: S.McpServerOauthLoginResponse, experimental: false },
  "config/mcpServer/reload": { params: undefined, response: S.McpServerRefreshResponse, experimental: false },
  "mcpServerStatus/list": { params: S.ListMcpServerStatusParams, response: S.ListMcpServerStatusResponse, experimental: false },
  "mcpServer/resource/read": { params: S.McpResourceReadParams, response: S.McpResourceReadResponse, experimental: false },
  "mcpServer/event/stream/start": { params: S.McpServerEventStreamStartParams, response: S.McpServerEventStreamStartResponse, experimental: true },
  "mcpServer/event/stream/stop": { params: S.McpServerEventStreamStopParams, response: S.McpServerEventStreamStopResponse, experimental: true },
  "mcpServer/tool/call": { params: S.McpServerToolCallParams, response: S.McpServerToolCallResponse, experimental: false },
  "windowsSandbox/setupStart": { params: S.WindowsSandboxSetupStartParams, response: S.WindowsSandboxSetupStartResponse, experimental: false },
  "windowsSandbox/readiness": { params: undefined, response: S.WindowsSandboxReadinessResponse, experimental: false },
  "account/login/start": { params: S.LoginAccountParams, response: S.LoginAccountResponse, experimental: false },
  "account/bedrock/discover": { params: S.BedrockDiscoverParams, response: S.BedrockDiscoverResponse, experimental: true },
  "account/bedrock/setup": { params: S.BedrockSetupParams, response: S.BedrockSetupResponse, experimental: true },
  "account/gcp/setup": { params: S.GcpSetupParams, response: S.GcpSetupResponse, experimental: true },
  "account/bedrock/checkGovCloudRequirements": { params: S.BedrockCheckGovCloudRequirementsParams, response: S.BedrockCheckGovCloudRequirementsResponse, experimental: true },
  "account/login/cancel": { params: S.CancelLoginAccountParams, response: S.CancelLoginAccountResponse, experimental: false },
  "accountSession/list": { params: S.AccountSessionsListParams, response: S.AccountSessionsResponse, experimental: true },
  "accountSession/switch": { params: S.AccountSessionsSwitchParams, response: S.AccountSessionsSwitchResponse, experimental: true },
  "account/logout": { params: undefined, response: S.LogoutAccountResponse, experimental: false },
  "account/securitySetup/read": { params: undefined, response: S.GetAccountSecuritySetupResponse, experimental: false },
  "account/rateLimits/read": { params: S.GetAccountRateLimitsParams, response: S.GetAccountRateLimitsResponse, experimental: false },
  "account/rateLimitResetCredit/consume": { params: S.ConsumeAccountRateLimitResetCreditParams, response: S.ConsumeAccountRateLimitResetCreditResponse, experimental: false },
  "account/usage/read": { params: S.GetAccountTokenUsageParams, response: S.GetAccountTokenUsageResponse, experimental: false },
  "account/workspaceMessages/read": { params: undefined, response: S.GetWorkspaceMessagesResponse, experimental: false },
  "account/sendAddCreditsNudgeEmail": { params: S.SendAddCreditsNudgeEmailParams, response: S.SendAddCreditsNudgeEmailResponse, experimental: false },
  "feedback/upload": { params: S.FeedbackUploadParams, response: S.FeedbackUploadResponse, experimental: false },
  "feedback/save": { params: S.FeedbackSaveParams, response: S.FeedbackSaveResponse, experimental: false },
  "command/exec": { params: S.CommandExecParams, response: S.CommandExecResponse, experimental: false },
  "command/exec/write": { params: S.CommandExecWriteParams, response: S.CommandExecWriteResponse, experimental: false },
  "command/exec/terminate": { params: S.CommandExecTerminateParams, response: S.CommandExecTerminateResponse, experimental: false },
  "command/exec/resize": { params: S.CommandExecResizeParams, response: S.CommandExecResizeResponse, experimental: false },
  "process/spawn": { params: S.ProcessSpawnParams, response: S.ProcessSpawnResponse, experimental: true },
  "process/writeStdin": { params: S.ProcessWriteStdinParams, response: S.ProcessWriteStdinResponse, experimental: true },
  "process/kill": { params: S.ProcessKillParams, response: S.ProcessKillResponse, experimental: true },
  "process/resizePty": { params: S.ProcessResizePtyParams, response: S.ProcessResizePtyResponse, experimental: true },
  "config/read": { params: S.ConfigReadParams, response: S.ConfigReadResponse, experimental: false },
  "externalAgentConfig/detect": { params: S.ExternalAgentConfigDetectParams, response: S.ExternalAgentConfigDetectResponse, experimental: false },
  "externalAgentConfig/import": { params: S.ExternalAgentConfigImportParams, response: S.ExternalAgentConfigImportResponse, experimental: false },
  "externalAgentConfig/import/recordHistory": { params: S.ExternalAgentConfigImportHistoryRecordParams, response: S.ExternalAgentConfigImportHistoryRecordResponse, experimental: false },
  "externalAgentConfig/import/readHistories": { params: undefined, response: S.ExternalAgentConfigImportHistoriesReadResponse, experimental: false },
  "config/value/write": { params: S.ConfigValueWriteParams, response: S.ConfigWriteResponse, experimental: false },
  "config/batchWrite": { params: S.ConfigBatchWriteParams, response: S.ConfigWriteResponse, experimental: false },
  "configRequirements/read": { params: undefined, response: S.ConfigRequirementsReadResponse, experimental: false },
  "account/read": { params: S.GetAccountParams, response: S.GetAccountResponse, experimental: false },
  "fuzzyFileSearch": { params: S.FuzzyFileSearchParams, response: S.FuzzyFileSearchResponse, experimental: false },
  "fuzzyFileSearch/sessionStart": { params: S.FuzzyFileSearchSessionStartParams, response: S.FuzzyFileSearchSessionStartResponse, experimental: true },
  "fuzzyFileSearch/sessionUpdate": { params: S.FuzzyFileSearchSessionUpdateParams, response: S.FuzzyFileSearchSessionUpdateResponse, experimental: true },
  "fuzzyFileSearch/sessionStop": { params: S.FuzzyFileSearchSessionStopParams, response: S.FuzzyFileSearchSessionStopResponse, experimental: true }
}

export interface ServerRequests {
  /** NEW APIs Sent when approval is requested for a specific command execution. */
  "item/commandExecution/requestApproval": { params: T.CommandExecutionRequestApprovalParams; response: T.CommandExecutionRequestApprovalResponse }
  /** Sent when approval is requested for a specific file change. */
  "item/fileChange/requestApproval": { params: T.FileChangeRequestApprovalParams; response: T.FileChangeRequestApprovalResponse }
  /** EXPERIMENTAL - Request input from the user for a tool call. */
  "item/tool/requestUserInput": { params: T.ToolRequestUserInputParams; response: T.ToolRequestUserInputResponse }
  /** Request input for an MCP server elicitation. */
  "mcpServer/elicitation/request": { params: T.McpServerElicitationRequestParams; response: T.McpServerElicitationRequestResponse }
  /** Request approval for additional permissions from the user. */
  "item/permissions/requestApproval": { params: T.PermissionsRequestApprovalParams; response: T.PermissionsRequestApprovalResponse }
  /** Execute a dynamic tool call on the client. */
  "item/tool/call": { params: T.DynamicToolCallParams; response: T.DynamicToolCallResponse }
  "account/chatgptAuthTokens/refresh": { params: T.ChatgptAuthTokensRefreshParams; response: T.ChatgptAuthTokensRefreshResponse }
  /** Generate a fresh upstream attestation result on demand. */
  "attestation/generate": { params: T.AttestationGenerateParams; response: T.AttestationGenerateResponse }
  /** Read the current time from an external clock owned by the client. */
  "currentTime/read": { params: T.CurrentTimeReadParams; response: T.CurrentTimeReadResponse }
  /** DEPRECATED APIs below Request to approve a patch. */
  "applyPatchApproval": { params: T.ApplyPatchApprovalParams; response: T.ApplyPatchApprovalResponse }
  /** Request to exec a command. */
  "execCommandApproval": { params: T.ExecCommandApprovalParams; response: T.ExecCommandApprovalResponse }
}

export const serverRequests: { readonly [M in keyof ServerRequests]: ServerRequestSchemas<ServerRequests[M]> } = {
  "item/commandExecution/requestApproval": { params: S.CommandExecutionRequestApprovalParams, response: S.CommandExecutionRequestApprovalResponse, experimental: false },
  "item/fileChange/requestApproval": { params: S.FileChangeRequestApprovalParams, response: S.FileChangeRequestApprovalResponse, experimental: false },
  "item/tool/requestUserInput": { params: S.ToolRequestUserInputParams, response: S.ToolRequestUserInputResponse, experimental: false },
  "mcpServer/elicitation/request": { params: S.McpServerElicitationRequestParams, response: S.McpServerElicitationRequestResponse, experimental: false },
  "item/permissions/requestApproval": { params: S.PermissionsRequestApprovalParams, response: S.PermissionsRequestApprovalResponse, experimental: false },
  "item/tool/call": { params: S.DynamicToolCallParams, response: S.DynamicToolCallResponse, experimental: false },
  "account/chatgptAuthTokens/refresh": { params: S.ChatgptAuthTokensRefreshParams, response: S.ChatgptAuthTokensRefreshResponse, experimental: false },
  "attestation/generate": { params: S.AttestationGenerateParams, response: S.AttestationGenerateResponse, experimental: false },
  "currentTime/read": { params: S.CurrentTimeReadParams, response: S.CurrentTimeReadResponse, experimental: true },
  "applyPatchApproval": { params: S.ApplyPatchApprovalParams, response: S.ApplyPatchApprovalResponse, experimental: false },
  "execCommandApproval": { params: S.ExecCommandApprovalParams, response: S.ExecCommandApprovalResponse, experimental: false }
}

export interface ServerNotifications {
  /** NEW NOTIFICATIONS */
  "error": { params: T.ErrorNotification }
  "thread/started": { params: T.ThreadStartedNotification }
  "thread/status/changed": { params: T.ThreadStatusChangedNotification }
  "thread/readState/changed": { params: T.ThreadReadStateChangedNotification }
  "thread/archived": { params: T.ThreadArchivedNotification }
  "thread/deleted": { params: T.ThreadDeletedNotification }
  "thread/unarchived": { params: T.ThreadUnarchivedNotification }
  "thread/closed": { params: T.ThreadClosedNotification }
  "thread/reverted": { params: T.ThreadRevertedNotification }
  "skills/changed": { params: T.SkillsChangedNotification }
  "thread/name/updated": { params: T.ThreadNameUpdatedNotification }
  "thread/section/changed": { params: T.ThreadSectionChangedNotification }
  "thread/attachment/updated": { params: T.ThreadAttachmentUpdatedNotification }
  "thread/goal/updated": { params: T.ThreadGoalUpdatedNotification }
  "thread/prediction/updated": { params: T.ThreadPredictionUpdatedNotification }
  "thread/goal/cleared": { params: T.ThreadGoalClearedNotification }
  "thread/queue/changed": { params: T.ThreadQueueChangedNotification }
  "project/changed": { params: T.ProjectChangedNotification }
  "thread/project/updated": { params: T.ThreadProjectUpdatedNotification }
  "thread/environment/connected": { params: T.EnvironmentConnectionNotification }
  "thread/environment/disconnected": { params: T.EnvironmentConnectionNotification }
  "thread/settings/updated": { params: T.ThreadSettingsUpdatedNotification }
  "thread/tokenUsage/updated": { params: T.ThreadTokenUsageUpdatedNotification }
  "turn/started": { params: T.TurnStartedNotification }
  "hook/started": { params: T.HookStartedNotification }
  "turn/completed": { params: T.TurnCompletedNotification }
  "hook/completed": { params: T.HookCompletedNotification }
  "turn/diff/updated": { params: T.TurnDiffUpdatedNotification }
  "turn/plan/updated": { params: T.TurnPlanUpdatedNotification }
  "item/started": { params: T.ItemStartedNotification }
  "item/autoApprovalReview/started": { params: T.ItemGuardianApprovalReviewStartedNotification }
  "item/autoApprovalReview/completed": { params: T.ItemGuardianApprovalReviewCompletedNotification }
  "autoApprovalReview/strictReviewRequired": { params: T.StrictReviewRequiredNotification }
  "item/completed": { params: T.ItemCompletedNotification }
  "item/agentMessage/delta": { params: T.AgentMessageDeltaNotification }
  /** EXPERIMENTAL - proposed plan streaming deltas for plan items. */
  "item/plan/delta": { params: T.PlanDeltaNotification }
  /** Stream base64-encoded stdout/stderr chunks for a running `command/exec` session. */
  "command/exec/outputDelta": { params: T.CommandExecOutputDeltaNotification }
  /** Stream base64-encoded stdout/stderr chunks for a running `process/spawn` session. */
  "process/outputDelta": { params: T.ProcessOutputDeltaNotification }
  /** Final exit notification for a `process/spawn` session. */
  "process/exited": { params: T.ProcessExitedNotification }
  "item/commandExecution/outputDelta": { params: T.CommandExecutionOutputDeltaNotification }
  "item/commandExecution/terminalInteraction": { params: T.TerminalInteractionNotification }
  /** Deprecated legacy apply_patch output stream notification. */
  "item/fileChange/outputDelta": { params: T.FileChangeOutputDeltaNotification }
  "item/fileChange/patchUpdated": { params: T.FileChangePatchUpdatedNotification }
  "serverRequest/resolved": { params: T.ServerRequestResolvedNotification }
  "item/mcpToolCall/progress": { params: T.McpToolCallProgressNotification }
  "mcpServer/oauthLogin/completed": { params: T.McpServerOauthLoginCompletedNotification }
  "mcpServer/startupStatus/updated": { params: T.McpServerStatusUpdatedNotification }
  "mcpServer/event/stream/notification": { params: T.McpServerEventStreamNotification }
  "account/updated": { params: T.AccountUpdatedNotification }
  "account/gatewayOAuth/changed": { params: T.GatewayOAuthChangedNotification }
  "account/rateLimits/updated": { params: T.AccountRateLimitsUpdatedNotification }
  "app/list/updated": { params: T.AppListUpdatedNotification }
  "remoteControl/status/changed": { params: T.RemoteControlStatusChangedNotification }
  "externalAgentConfig/import/progress": { params: T.ExternalAgentConfigImportProgressNotification }
  "externalAgentConfig/import/completed": { params: T.ExternalAgentConfigImportCompletedNotification }
  "fs/changed": { params: T.FsChangedNotification }
  "item/reasoning/summaryTextDelta": { params: T.ReasoningSummaryTextDeltaNotification }
  "item/reasoning/summaryPartAdded": { params: T.ReasoningSummaryPartAddedNotification }
  "item/reasoning/textDelta": { params: T.ReasoningTextDeltaNotification }
  /** Deprecated: Use `ContextCompaction` item type instead. */
  "thread/compacted": { params: T.ContextCompactedNotification }
  "model/rerouted": { params: T.ModelReroutedNotification }
  "model/verification": { params: T.ModelVerificationNotification }
  "modelProvider/authRecoveryStarted": { params: T.AuthRecoveryNotification }
  "modelProvider/authRecoveryCompleted": { params: T.AuthRecoveryNotification }
  "turn/moderationMetadata": { params: T.TurnModerationMetadataNotification }
  "model/safetyBuffering/updated": { params: T.ModelSafetyBufferingUpdatedNotification }
  "warning": { params: T.WarningNotification }
  "guardianWarning": { params: T.GuardianWarningNotification }
  "deprecationNotice": { params: T.DeprecationNoticeNotification }
  "configWarning": { params: T.ConfigWarningNotification }
  "fuzzyFileSearch/sessionUpdated": { params: T.FuzzyFileSearchSessionUpdatedNotification }
  "fuzzyFileSearch/sessionCompleted": { params: T.FuzzyFileSearchSessionCompletedNotification }
  "thread/realtime/started": { params: T.ThreadRealtimeStartedNotification }
  "thread/realtime/itemAdded": { params: T.ThreadRealtimeItemAddedNotification }
  "thread/realtime/item/started": { params: T.ThreadRealtimeItemStartedNotification }
  "thread/realtime/item/transcript/delta": { params: T.ThreadRealtimeItemTranscriptDeltaNotification }
  "thread/realtime/item/completed": { params: T.ThreadRealtimeItemCompletedNotification }
  "thread/realtime/transcript/delta": { params: T.ThreadRealtimeTranscriptDeltaNotification }
  "thread/realtime/transcript/done": { params: T.ThreadRealtimeTranscriptDoneNotification }
  "thread/realtime/outputAudio/delta": { params: T.ThreadRealtimeOutputAudioDeltaNotification }
  "thread/realtime/sdp": { params: T.ThreadRealtimeSdpNotification }
  "thread/realtime/error": { params: T.ThreadRealtimeErrorNotification }
  "thread/realtime/closed": { params: T.ThreadRealtimeClosedNotification }
  /** Notifies the user of world-writable directories on Windows, which cannot be protected by the sandbox. */
  "windows/worldWritableWarning": { params: T.WindowsWorldWritableWarningNotification }
  "windowsSandbox/setupCompleted": { params: T.WindowsSandboxSetupCompletedNotification }
  "account/login/completed": { params: T.AccountLoginCompletedNotification }
}

export const serverNotifications: { readonly [M in keyof ServerNotifications]: NotificationSchemas<ServerNotifications[M]> } = {
  "error": { params: S.ErrorNotification, experimental: false },
  "thread/started": { params: S.ThreadStartedNotification, experimental: false },
  "thread/status/changed": { params: S.ThreadStatusChangedNotification, experimental: false },
  "thread/readState/changed": { params: S.ThreadReadStateChangedNotification, experimental: false },
  "thread/archived": { params: S.ThreadArchivedNotification, experimental: false },
  "thread/deleted": { params: S.ThreadDeletedNotification, experimental: false },
  "thread/unarchived": { params: S.ThreadUnarchivedNotification, experimental: false },
  "thread/closed": { params: S.ThreadClosedNotification, experimental: false },
  "thread/reverted": { params: S.ThreadRevertedNotification, experimental: false },
  "skills/changed": { params: S.SkillsChangedNotification, experimental: false },
  "thread/name/updated": { params: S.ThreadNameUpdatedNotification, experimental: false },
  "thread/section/changed": { params: S.ThreadSectionChangedNotification, experimental: false },
  "thread/attachment/updated": { params: S.ThreadAttachmentUpdatedNotification, experimental: false },
  "thread/goal/updated": { params: S.ThreadGoalUpdatedNotification, experimental: false },
  "thread/prediction/updated": { params: S.ThreadPredictionUpdatedNotification, experimental: false },
  "thread/goal/cleared": { params: S.ThreadGoalClearedNotification, experimental: false },
  "thread/queue/changed": { params: S.ThreadQueueChangedNotification, experimental: false },
  "project/changed": { params: S.ProjectChangedNotification, experimental: false },
  "thread/project/updated": { params: S.ThreadProjectUpdatedNotification, experimental: false },
  "thread/environment/connected": { params: S.EnvironmentConnectionNotification, experimental: false },
  "thread/environment/disconnected": { params: S.EnvironmentConnectionNotification, experimental: false },
  "thread/settings/updated": { params: S.ThreadSettingsUpdatedNotification, experimental: false },
  "thread/tokenUsage/updated": { params: S.ThreadTokenUsageUpdatedNotification, experimental: false },
  "turn/started": { params: S.TurnStartedNotification, experimental: false },
  "hook/started": { params: S.HookStartedNotification, experimental: false },
  "turn/completed": { params: S.TurnCompletedNotification, experimental: false },
  "hook/completed": { params: S.HookCompletedNotification, experimental: false },
  "turn/diff/updated": { params: S.TurnDiffUpdatedNotification, experimental: false },
  "turn/plan/updated": { params: S.TurnPlanUpdatedNotification, experimental: false },
  "item/started": { params: S.ItemStartedNotification, experimental: false },
  "item/autoApprovalReview/started": { params: S.ItemGuardianApprovalReviewStartedNotification, experimental: false },
  "item/autoApprovalReview/completed": { params: S.ItemGuardianApprovalReviewCompletedNotification, experimental: false },
  "autoApprovalReview/strictReviewRequired": { params: S.StrictReviewRequiredNotification, experimental: false },
  "item/completed": { params: S.ItemCompletedNotification, experimental: false },
  "item/agentMessage/delta": { params: S.AgentMessageDeltaNotification, experimental: false },
  "item/plan/delta": { params: S.PlanDeltaNotification, experimental: false },
  "command/exec/outputDelta": { params: S.CommandExecOutputDeltaNotification, experimental: false },
  "process/outputDelta": { params: S.ProcessOutputDeltaNotification, experimental: false },
  "process/exited": { params: S.ProcessExitedNotification, experimental: false },
  "item/commandExecution/outputDelta": { params: S.CommandExecutionOutputDeltaNotification, experimental: false },
  "item/commandExecution/terminalInteraction": { params: S.TerminalInteractionNotification, experimental: false },
  "item/fileChange/outputDelta": { params: S.FileChangeOutputDeltaNotification, experimental: false },
  "item/fileChange/patchUpdated": { params: S.FileChangePatchUpdatedNotification, experimental: false },
  "serverRequest/resolved": { params: S.ServerRequestResolvedNotification, experimental: false },
  "item/mcpToolCall/progress": { params: S.McpToolCallProgressNotification, experimental: false },
  "mcpServer/oauthLogin/completed": { params: S.McpServerOauthLoginCompletedNotification, experimental: false },
  "mcpServer/startupStatus/updated": { params: S.McpServerStatusUpdatedNotification, experimental: false },
  "mcpServer/event/stream/notification": { params: S.McpServerEventStreamNotification, experimental: false },
  "account/updated": { params: S.AccountUpdatedNotification, experimental: false },
  "account/gatewayOAuth/changed": { params: S.GatewayOAuthChangedNotification, experimental: false },
  "account/rateLimits/updated": { params: S.AccountRateLimitsUpdatedNotification, experimental: false },
  "app/list/updated": { params: S.AppListUpdatedNotification, experimental: false },
  "remoteControl/status/changed": { params: S.RemoteControlStatusChangedNotification, experimental: false },
  "externalAgentConfig/import/progress": { params: S.ExternalAgentConfigImportProgressNotification, experimental: false },
  "externalAgentConfig/import/completed": { params: S.ExternalAgentConfigImportCompletedNotification, experimental: false },
  "fs/changed": { params: S.FsChangedNotification, experimental: false },
  "item/reasoning/summaryTextDelta": { params: S.ReasoningSummaryTextDeltaNotification, experimental: false },
  "item/reasoning/summaryPartAdded": { params: S.ReasoningSummaryPartAddedNotification, experimental: false },
  "item/reasoning/textDelta": { params: S.ReasoningTextDeltaNotification, experimental: false },
  "thread/compacted": { params: S.ContextCompactedNotification, experimental: false },
  "model/rerouted": { params: S.ModelReroutedNotification, experimental: false },
  "model/verification": { params: S.ModelVerificationNotification, experimental: false },
  "modelProvider/authRecoveryStarted": { params: S.AuthRecoveryNotification, experimental: false },
  "modelProvider/authRecoveryCompleted": { params: S.AuthRecoveryNotification, experimental: false },
  "turn/moderationMetadata": { params: S.TurnModerationMetadataNotification, experimental: false },
  "model/safetyBuffering/updated": { params: S.ModelSafetyBufferingUpdatedNotification, experimental: false },
  "warning": { params: S.WarningNotification, experimental: false },
  "guardianWarning": { params: S.GuardianWarningNotification, experimental: false },
  "deprecationNotice": { params: S.DeprecationNoticeNotification, experimental: false },
  "configWarning": { params: S.ConfigWarningNotification, experimental: false },
  "fuzzyFileSearch/sessionUpdated": { params: S.FuzzyFileSearchSessionUpdatedNotification, experimental: false },
  "fuzzyFileSearch/sessionCompleted": { params: S.FuzzyFileSearchSessionCompletedNotification, experimental: false },
  "thread/realtime/started": { params: S.ThreadRealtimeStartedNotification, experimental: false },
  "thread/realtime/itemAdded": { params: S.ThreadRealtimeItemAddedNotification, experimental: false },
  "thread/realtime/item/started": { params: S.ThreadRealtimeItemStartedNotification, experimental: false },
  "thread/realtime/item/transcript/delta": { params: S.ThreadRealtimeItemTranscriptDeltaNotification, experimental: false },
  "thread/realtime/item/completed": { params: S.ThreadRealtimeItemCompletedNotification, experimental: false },
  "thread/realtime/transcript/delta": { params: S.ThreadRealtimeTranscriptDeltaNotification, experimental: false },
  "thread/realtime/transcript/done": { params: S.ThreadRealtimeTranscriptDoneNotification, experimental: false },
  "thread/realtime/outputAudio/delta": { params: S.ThreadRealtimeOutputAudioDeltaNotification, experimental: false },
  "thread/realtime/sdp": { params: S.ThreadRealtimeSdpNotification, experimental: false },
  "thread/realtime/error": { params: S.ThreadRealtimeErrorNotification, experimental: false },
  "thread/realtime/closed": { params: S.ThreadRealtimeClosedNotification, experimental: false },
  "windows/worldWritableWarning": { params: S.WindowsWorldWritableWarningNotification, experimental: false },
  "windowsSandbox/setupCompleted": { params: S.WindowsSandboxSetupCompletedNotification, experimental: false },
  "account/login/completed": { params: S.AccountLoginCompletedNotification, experimental: false }
}
