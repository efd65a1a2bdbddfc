// Generated from codex 0.169.0 by `npm run generate`. Do not edit.
import type { ClientRequestSchemas, NotificationSchemas, ServerRequestSchemas } from "./lazy.ts"
import * as S from "./schemas.ts"
import type * as T from "./types.ts"

/** The version of codex that this protocol was generated from. */
export const protocolVersion = "0.169.0"

export interface ClientRequests {
  readonly "initialize": { readonly params: T.InitializeParams; readonly response: T.InitializeResponse }
  /** Read content-free, process-local diagnostics. */
  readonly "server/diagnostics": { readonly params: T.ServerDiagnosticsParams; readonly response: T.ServerDiagnosticsResponse }
  readonly "userVerification/status": { readonly params: T.UserVerificationStatusParams; readonly response: T.UserVerificationStatusResponse }
  readonly "userVerification/enroll": { readonly params: T.UserVerificationEnrollParams; readonly response: T.UserVerificationEnrollResponse }
  readonly "userVerification/delete": { readonly params: T.UserVerificationDeleteParams; readonly response: T.UserVerificationDeleteResponse }
  readonly "userVerification/verify": { readonly params: T.UserVerificationVerifyParams; readonly response: T.UserVerificationVerifyResponse }
  readonly "userVerification/cancel": { readonly params: T.UserVerificationCancelParams; readonly response: T.UserVerificationCancelResponse }
  /** NEW APIs */
  readonly "thread/start": { readonly params: T.ThreadStartParams; readonly response: T.ThreadStartResponse }
  readonly "thread/resume": { readonly params: T.ThreadResumeParams; readonly response: T.ThreadResumeResponse }
  readonly "thread/fork": { readonly params: T.ThreadForkParams; readonly response: T.ThreadForkResponse }
  readonly "thread/sample": { readonly params: T.ThreadSampleParams; readonly response: T.ThreadSampleResponse }
  readonly "thread/sample/cancel": { readonly params: T.ThreadSampleCancelParams; readonly response: T.ThreadSampleCancelResponse }
  readonly "thread/archive": { readonly params: T.ThreadArchiveParams; readonly response: T.ThreadArchiveResponse }
  readonly "thread/delete": { readonly params: T.ThreadDeleteParams; readonly response: T.ThreadDeleteResponse }
  readonly "thread/unsubscribe": { readonly params: T.ThreadUnsubscribeParams; readonly response: T.ThreadUnsubscribeResponse }
  /** Increment the thread-local out-of-band elicitation counter. */
  readonly "thread/increment_elicitation": { readonly params: T.ThreadIncrementElicitationParams; readonly response: T.ThreadIncrementElicitationResponse }
  /** Decrement the thread-local out-of-band elicitation counter. */
  readonly "thread/decrement_elicitation": { readonly params: T.ThreadDecrementElicitationParams; readonly response: T.ThreadDecrementElicitationResponse }
  readonly "thread/name/set": { readonly params: T.ThreadSetNameParams; readonly response: T.ThreadSetNameResponse }
  readonly "thread/prediction/request": { readonly params: T.ThreadPredictionRequestParams; readonly response: T.ThreadPredictionRequestResponse }
  readonly "thread/goal/set": { readonly params: T.ThreadGoalSetParams; readonly response: T.ThreadGoalSetResponse }
  readonly "thread/goal/get": { readonly params: T.ThreadGoalGetParams; readonly response: T.ThreadGoalGetResponse }
  readonly "thread/goal/clear": { readonly params: T.ThreadGoalClearParams; readonly response: T.ThreadGoalClearResponse }
  readonly "thread/queue/add": { readonly params: T.ThreadQueueAddParams; readonly response: T.ThreadQueueAddResponse }
  readonly "thread/queue/list": { readonly params: T.ThreadQueueListParams; readonly response: T.ThreadQueueListResponse }
  readonly "thread/queue/update": { readonly params: T.ThreadQueueUpdateParams; readonly response: T.ThreadQueueUpdateResponse }
  readonly "thread/queue/delete": { readonly params: T.ThreadQueueDeleteParams; readonly response: T.ThreadQueueDeleteResponse }
  readonly "thread/queue/reorder": { readonly params: T.ThreadQueueReorderParams; readonly response: T.ThreadQueueReorderResponse }
  readonly "thread/queue/start": { readonly params: T.ThreadQueueStartParams; readonly response: T.ThreadQueueStartResponse }
  readonly "thread/metadata/update": { readonly params: T.ThreadMetadataUpdateParams; readonly response: T.ThreadMetadataUpdateResponse }
  readonly "thread/attachment/add": { readonly params: T.ThreadAttachmentAddParams; readonly response: T.ThreadAttachmentAddResponse }
  readonly "thread/attachment/list": { readonly params: T.ThreadAttachmentListParams; readonly response: T.ThreadAttachmentListResponse }
  readonly "thread/attachmentOwner/list": { readonly params: T.ThreadAttachmentOwnerListParams; readonly response: T.ThreadAttachmentOwnerListResponse }
  readonly "thread/attachment/remove": { readonly params: T.ThreadAttachmentRemoveParams; readonly response: T.ThreadAttachmentRemoveResponse }
  readonly "thread/section/move": { readonly params: T.ThreadSectionMoveParams; readonly response: T.ThreadSectionMoveResponse }
  readonly "thread/settings/update": { readonly params: T.ThreadSettingsUpdateParams; readonly response: T.ThreadSettingsUpdateResponse }
  readonly "thread/memoryMode/set": { readonly params: T.ThreadMemoryModeSetParams; readonly response: T.ThreadMemoryModeSetResponse }
  readonly "thread/memory/read": { readonly params: T.ThreadMemoryReadParams; readonly response: T.ThreadMemoryReadResponse }
  readonly "memory/status": { readonly params: T.MemoryStatusParams; readonly response: T.MemoryStatusResponse }
  readonly "memory/reset": { readonly params: undefined; readonly response: T.MemoryResetResponse }
  /** Start a best-effort background compression pass for cold local rollouts. */
  readonly "rollout/compress": { readonly params: undefined; readonly response: T.RolloutCompressResponse }
  readonly "thread/unarchive": { readonly params: T.ThreadUnarchiveParams; readonly response: T.ThreadUnarchiveResponse }
  readonly "thread/compact/start": { readonly params: T.ThreadCompactStartParams; readonly response: T.ThreadCompactStartResponse }
  readonly "thread/shellCommand": { readonly params: T.ThreadShellCommandParams; readonly response: T.ThreadShellCommandResponse }
  readonly "thread/approveGuardianDeniedAction": { readonly params: T.ThreadApproveGuardianDeniedActionParams; readonly response: T.ThreadApproveGuardianDeniedActionResponse }
  readonly "thread/backgroundTerminals/clean": { readonly params: T.ThreadBackgroundTerminalsCleanParams; readonly response: T.ThreadBackgroundTerminalsCleanResponse }
  readonly "thread/backgroundTerminals/list": { readonly params: T.ThreadBackgroundTerminalsListParams; readonly response: T.ThreadBackgroundTerminalsListResponse }
  readonly "thread/backgroundTerminals/terminate": { readonly params: T.ThreadBackgroundTerminalsTerminateParams; readonly response: T.ThreadBackgroundTerminalsTerminateResponse }
  readonly "thread/revert": { readonly params: T.ThreadRevertParams; readonly response: T.ThreadRevertResponse }
  readonly "thread/list": { readonly params: T.ThreadListParams; readonly response: T.ThreadListResponse }
  readonly "project/list": { readonly params: T.ProjectListParams; readonly response: T.ProjectListResponse }
  readonly "project/read": { readonly params: T.ProjectReadParams; readonly response: T.ProjectReadResponse }
  readonly "project/create": { readonly params: T.ProjectCreateParams; readonly response: T.ProjectCreateResponse }
  readonly "project/import": { readonly params: T.ProjectImportParams; readonly response: T.ProjectImportResponse }
  readonly "project/update": { readonly params: T.ProjectUpdateParams; readonly response: T.ProjectUpdateResponse }
  readonly "project/move": { readonly params: T.ProjectMoveParams; readonly response: T.ProjectMoveResponse }
  readonly "project/delete": { readonly params: T.ProjectDeleteParams; readonly response: T.ProjectDeleteResponse }
  readonly "threadSection/list": { readonly params: T.ThreadSectionListParams; readonly response: T.ThreadSectionListResponse }
  readonly "threadSection/create": { readonly params: T.ThreadSectionCreateParams; readonly response: T.ThreadSectionCreateResponse }
  readonly "threadSection/update": { readonly params: T.ThreadSectionUpdateParams; readonly response: T.ThreadSectionUpdateResponse }
  readonly "threadSection/delete": { readonly params: T.ThreadSectionDeleteParams; readonly response: T.ThreadSectionDeleteResponse }
  readonly "thread/search": { readonly params: T.ThreadSearchParams; readonly response: T.ThreadSearchResponse }
  readonly "thread/searchOccurrences": { readonly params: T.ThreadSearchOccurrencesParams; readonly response: T.ThreadSearchOccurrencesResponse }
  readonly "thread/loaded/list": { readonly params: T.ThreadLoadedListParams; readonly response: T.ThreadLoadedListResponse }
  readonly "thread/read": { readonly params: T.ThreadReadParams; readonly response: T.ThreadReadResponse }
  readonly "thread/readState/update": { readonly params: T.ThreadReadStateUpdateParams; readonly response: T.ThreadReadStateUpdateResponse }
  readonly "thread/turns/list": { readonly params: T.ThreadTurnsListParams; readonly response: T.ThreadTurnsListResponse }
  readonly "thread/items/list": { readonly params: T.ThreadItemsListParams; readonly response: T.ThreadItemsListResponse }
  readonly "thread/items/read": { readonly params: T.ThreadItemsReadParams; readonly response: T.ThreadItemsReadResponse }
  /** Review the idle thread's final injected exec_command without executing it. */
  readonly "thread/guardianReview": { readonly params: T.ThreadGuardianReviewParams; readonly response: T.ThreadGuardianReviewResponse }
  /** Append raw Responses API items to the thread history without starting a user turn. */
  readonly "thread/inject_items": { readonly params: T.ThreadInjectItemsParams; readonly response: T.ThreadInjectItemsResponse }
  readonly "thread/prepareApprovedPlan": { readonly params: T.ThreadPrepareApprovedPlanParams; readonly response: T.ThreadPrepareApprovedPlanResponse }
  readonly "skills/list": { readonly params: T.SkillsListParams; readonly response: T.SkillsListResponse }
  readonly "skills/extraRoots/set": { readonly params: T.SkillsExtraRootsSetParams; readonly response: T.SkillsExtraRootsSetResponse }
  readonly "hooks/list": { readonly params: T.HooksListParams; readonly response: T.HooksListResponse }
  readonly "marketplace/add": { readonly params: T.MarketplaceAddParams; readonly response: T.MarketplaceAddResponse }
  readonly "marketplace/remove": { readonly params: T.MarketplaceRemoveParams; readonly response: T.MarketplaceRemoveResponse }
  readonly "marketplace/upgrade": { readonly params: T.MarketplaceUpgradeParams; readonly response: T.MarketplaceUpgradeResponse }
  readonly "plugin/list": { readonly params: T.PluginListParams; readonly response: T.PluginListResponse }
  readonly "plugin/search": { readonly params: T.PluginSearchParams; readonly response: T.PluginSearchResponse }
  readonly "plugin/installed": { readonly params: T.PluginInstalledParams; readonly response: T.PluginInstalledResponse }
  readonly "plugin/reconcile": { readonly params: T.PluginReconcileParams; readonly response: T.PluginReconcileResponse }
  readonly "plugin/read": { readonly params: T.PluginReadParams; readonly response: T.PluginReadResponse }
  readonly "plugin/skill/read": { readonly params: T.PluginSkillReadParams; readonly response: T.PluginSkillReadResponse }
  readonly "plugin/share/save": { readonly params: T.PluginShareSaveParams; readonly response: T.PluginShareSaveResponse }
  readonly "plugin/share/updateTargets": { readonly params: T.PluginShareUpdateTargetsParams; readonly response: T.PluginShareUpdateTargetsResponse }
  readonly "plugin/share/list": { readonly params: T.PluginShareListParams; readonly response: T.PluginShareListResponse }
  readonly "plugin/share/checkout": { readonly params: T.PluginShareCheckoutParams; readonly response: T.PluginShareCheckoutResponse }
  readonly "plugin/share/delete": { readonly params: T.PluginShareDeleteParams; readonly response: T.PluginShareDeleteResponse }
  readonly "app/read": { readonly params: T.AppsReadParams; readonly response: T.AppsReadResponse }
  readonly "app/list": { readonly params: T.AppsListParams; readonly response: T.AppsListResponse }
  readonly "app/installed": { readonly params: T.AppsInstalledParams; readonly response: T.AppsInstalledResponse }
  readonly "fs/readFile": { readonly params: T.FsReadFileParams; readonly response: T.FsReadFileResponse }
  readonly "fs/writeFile": { readonly params: T.FsWriteFileParams; readonly response: T.FsWriteFileResponse }
  readonly "fs/createDirectory": { readonly params: T.FsCreateDirectoryParams; readonly response: T.FsCreateDirectoryResponse }
  readonly "fs/getMetadata": { readonly params: T.FsGetMetadataParams; readonly response: T.FsGetMetadataResponse }
  readonly "fs/readDirectory": { readonly params: T.FsReadDirectoryParams; readonly response: T.FsReadDirectoryResponse }
  readonly "fs/remove": { readonly params: T.FsRemoveParams; readonly response: T.FsRemoveResponse }
  readonly "fs/copy": { readonly params: T.FsCopyParams; readonly response: T.FsCopyResponse }
  readonly "fs/watch": { readonly params: T.FsWatchParams; readonly response: T.FsWatchResponse }
  readonly "fs/unwatch": { readonly params: T.FsUnwatchParams; readonly response: T.FsUnwatchResponse }
  readonly "skills/config/write": { readonly params: T.SkillsConfigWriteParams; readonly response: T.SkillsConfigWriteResponse }
  readonly "plugin/install": { readonly params: T.PluginInstallParams; readonly response: T.PluginInstallResponse }
  readonly "plugin/uninstall": { readonly params: T.PluginUninstallParams; readonly response: T.PluginUninstallResponse }
  readonly "turn/start": { readonly params: T.TurnStartParams; readonly response: T.TurnStartResponse }
  readonly "turn/settings/update": { readonly params: T.TurnSettingsUpdateParams; readonly response: T.TurnSettingsUpdateResponse }
  readonly "turn/steer": { readonly params: T.TurnSteerParams; readonly response: T.TurnSteerResponse }
  readonly "turn/interrupt": { readonly params: T.TurnInterruptParams; readonly response: T.TurnInterruptResponse }
  readonly "thread/realtime/start": { readonly params: T.ThreadRealtimeStartParams; readonly response: T.ThreadRealtimeStartResponse }
  readonly "thread/realtime/appendAudio": { readonly params: T.ThreadRealtimeAppendAudioParams; readonly response: T.ThreadRealtimeAppendAudioResponse }
  readonly "thread/realtime/appendText": { readonly params: T.ThreadRealtimeAppendTextParams; readonly response: T.ThreadRealtimeAppendTextResponse }
  readonly "thread/realtime/appendSpeech": { readonly params: T.ThreadRealtimeAppendSpeechParams; readonly response: T.ThreadRealtimeAppendSpeechResponse }
  readonly "thread/realtime/stop": { readonly params: T.ThreadRealtimeStopParams; readonly response: T.ThreadRealtimeStopResponse }
  readonly "thread/timeline/list": { readonly params: T.ThreadTimelineListParams; readonly response: T.ThreadTimelineListResponse }
  readonly "thread/realtime/listVoices": { readonly params: T.ThreadRealtimeListVoicesParams; readonly response: T.ThreadRealtimeListVoicesResponse }
  readonly "review/start": { readonly params: T.ReviewStartParams; readonly response: T.ReviewStartResponse }
  readonly "model/list": { readonly params: T.ModelListParams; readonly response: T.ModelListResponse }
  readonly "account/gatewayOAuth/read": { readonly params: T.GatewayOAuthReadParams | undefined; readonly response: T.GatewayOAuthReadResponse }
  readonly "account/gatewayOAuth/login": { readonly params: T.GatewayOAuthLoginParams | undefined; readonly response: T.GatewayOAuthLoginResponse }
  readonly "account/gatewayOAuth/cancel": { readonly params: undefined; readonly response: T.GatewayOAuthCancelResponse }
  readonly "modelProvider/list": { readonly params: T.ModelProviderListParams; readonly response: T.ModelProviderListResponse }
  readonly "modelProvider/config/write": { readonly params: T.ModelProviderConfigWriteParams; readonly response: T.ModelProviderConfigWriteResponse }
  readonly "modelProvider/capabilities/read": { readonly params: T.ModelProviderCapabilitiesReadParams; readonly response: T.ModelProviderCapabilitiesReadResponse }
  readonly "experimentalFeature/list": { readonly params: T.ExperimentalFeatureListParams; readonly response: T.ExperimentalFeatureListResponse }
  readonly "permissionProfile/list": { readonly params: T.PermissionProfileListParams; readonly response: T.PermissionProfileListResponse }
  readonly "experimentalFeature/enablement/set": { readonly params: T.ExperimentalFeatureEnablementSetParams; readonly response: T.ExperimentalFeatureEnablementSetResponse }
  readonly "remoteControl/enable": { readonly params: T.RemoteControlEnableParams | undefined; readonly response: T.RemoteControlEnableResponse }
  readonly "remoteControl/disable": { readonly params: T.RemoteControlDisableParams | undefined; readonly response: T.RemoteControlDisableResponse }
  readonly "remoteControl/status/read": { readonly params: undefined; readonly response: T.RemoteControlStatusReadResponse }
  readonly "remoteControl/pairing/start": { readonly params: T.RemoteControlPairingStartParams; readonly response: T.RemoteControlPairingStartResponse }
  readonly "remoteControl/pairing/status": { readonly params: T.RemoteControlPairingStatusParams; readonly response: T.RemoteControlPairingStatusResponse }
  readonly "remoteControl/client/list": { readonly params: T.RemoteControlClientsListParams; readonly response: T.RemoteControlClientsListResponse }
  readonly "remoteControl/client/revoke": { readonly params: T.RemoteControlClientsRevokeParams; readonly response: T.RemoteControlClientsRevokeResponse }
  /** Lists collaboration mode presets. */
  readonly "collaborationMode/list": { readonly params: T.CollaborationModeListParams; readonly response: T.CollaborationModeListResponse }
  /** Test-only method used to validate experimental gating. */
  readonly "mock/experimentalMethod": { readonly params: T.MockExperimentalMethodParams; readonly response: T.MockExperimentalMethodResponse }
  /** Adds or replaces a remote environment by id for later selection. */
  readonly "environment/add": { readonly params: T.EnvironmentAddParams; readonly response: T.EnvironmentAddResponse }
  /** Reads information from a configured execution environment. */
  readonly "environment/info": { readonly params: T.EnvironmentInfoParams; readonly response: T.EnvironmentInfoResponse }
  /** Reads the current status of a configured execution environment. */
  readonly "environment/status": { readonly params: T.EnvironmentStatusParams; readonly response: T.EnvironmentStatusResponse }
  readonly "mcpServer/oauth/login": { readonly params: T.McpServerOauthLoginParams; readonly response: T.McpServerOauthLoginResponse }
  readonly "config/mcpServer/reload": { readonly params: undefined; readonly response: T.McpServerRefreshResponse }
  readonly "mcpServerStatus/list": { readonly params: T.ListMcpServerStatusParams; readonly response: T.ListMcpServerStatusResponse }
  readonly "mcpServer/resource/read": { readonly params: T.McpResourceReadParams; readonly response: T.McpResourceReadResponse }
  readonly "mcpServer/event/stream/start": { readonly params: T.McpServerEventStreamStartParams; readonly response: T.McpServerEventStreamStartResponse }
  readonly "mcpServer/event/stream/stop": { readonly params: T.McpServerEventStreamStopParams; readonly response: T.McpServerEventStreamStopResponse }
  readonly "mcpServer/tool/call": { readonly params: T.McpServerToolCallParams; readonly response: T.McpServerToolCallResponse }
  readonly "windowsSandbox/setupStart": { readonly params: T.WindowsSandboxSetupStartParams; readonly response: T.WindowsSandboxSetupStartResponse }
  readonly "windowsSandbox/readiness": { readonly params: undefined; readonly response: T.WindowsSandboxReadinessResponse }
  readonly "account/login/start": { readonly params: T.LoginAccountParams; readonly response: T.LoginAccountResponse }
  readonly "account/bedrock/discover": { readonly params: T.BedrockDiscoverParams; readonly response: T.BedrockDiscoverResponse }
  readonly "account/bedrock/setup": { readonly params: T.BedrockSetupParams; readonly response: T.BedrockSetupResponse }
  readonly "account/gcp/setup": { readonly params: T.GcpSetupParams; readonly response: T.GcpSetupResponse }
  readonly "account/bedrock/checkGovCloudRequirements": { readonly params: T.BedrockCheckGovCloudRequirementsParams; readonly response: T.BedrockCheckGovCloudRequirementsResponse }
  readonly "account/login/cancel": { readonly params: T.CancelLoginAccountParams; readonly response: T.CancelLoginAccountResponse }
  readonly "accountSession/list": { readonly params: T.AccountSessionsListParams; readonly response: T.AccountSessionsResponse }
  readonly "accountSession/switch": { readonly params: T.AccountSessionsSwitchParams; readonly response: T.AccountSessionsSwitchResponse }
  readonly "account/logout": { readonly params: undefined; readonly response: T.LogoutAccountResponse }
  readonly "account/securitySetup/read": { readonly params: undefined; readonly response: T.GetAccountSecuritySetupResponse }
  readonly "account/rateLimits/read": { readonly params: T.GetAccountRateLimitsParams | undefined; readonly response: T.GetAccountRateLimitsResponse }
  readonly "account/rateLimitResetCredit/consume": { readonly params: T.ConsumeAccountRateLimitResetCreditParams; readonly response: T.ConsumeAccountRateLimitResetCreditResponse }
  readonly "account/usage/read": { readonly params: T.GetAccountTokenUsageParams | undefined; readonly response: T.GetAccountTokenUsageResponse }
  readonly "account/workspaceMessages/read": { readonly params: undefined; readonly response: T.GetWorkspaceMessagesResponse }
  readonly "account/sendAddCreditsNudgeEmail": { readonly params: T.SendAddCreditsNudgeEmailParams; readonly response: T.SendAddCreditsNudgeEmailResponse }
  readonly "feedback/upload": { readonly params: T.FeedbackUploadParams; readonly response: T.FeedbackUploadResponse }
  readonly "feedback/save": { readonly params: T.FeedbackSaveParams; readonly response: T.FeedbackSaveResponse }
  /** Execute a standalone command (argv vector) under the server's sandbox. */
  readonly "command/exec": { readonly params: T.CommandExecParams; readonly response: T.CommandExecResponse }
  /** Write stdin bytes to a running `command/exec` session or close stdin. */
  readonly "command/exec/write": { readonly params: T.CommandExecWriteParams; readonly response: T.CommandExecWriteResponse }
  /** Terminate a running `command/exec` session by client-supplied `processId`. */
  readonly "command/exec/terminate": { readonly params: T.CommandExecTerminateParams; readonly response: T.CommandExecTerminateResponse }
  /** Resize a running PTY-backed `command/exec` session by client-supplied `processId`. */
  readonly "command/exec/resize": { readonly params: T.CommandExecResizeParams; readonly response: T.CommandExecResizeResponse }
  /** Spawn a standalone process (argv vector) without a Codex sandbox. */
  readonly "process/spawn": { readonly params: T.ProcessSpawnParams; readonly response: T.ProcessSpawnResponse }
  /** Write stdin bytes to a running `process/spawn` session or close stdin. */
  readonly "process/writeStdin": { readonly params: T.ProcessWriteStdinParams; readonly response: T.ProcessWriteStdinResponse }
  /** Terminate a running `process/spawn` session by client-supplied `processHandle`. */
  readonly "process/kill": { readonly params: T.ProcessKillParams; readonly response: T.ProcessKillResponse }
  /** Resize a running PTY-backed `process/spawn` session by client-supplied `processHandle`. */
  readonly "process/resizePty": { readonly params: T.ProcessResizePtyParams; readonly response: T.ProcessResizePtyResponse }
  readonly "config/read": { readonly params: T.ConfigReadParams; readonly response: T.ConfigReadResponse }
  readonly "externalAgentConfig/detect": { readonly params: T.ExternalAgentConfigDetectParams; readonly response: T.ExternalAgentConfigDetectResponse }
  readonly "externalAgentConfig/import": { readonly params: T.ExternalAgentConfigImportParams; readonly response: T.ExternalAgentConfigImportResponse }
  readonly "externalAgentConfig/import/recordHistory": { readonly params: T.ExternalAgentConfigImportHistoryRecordParams; readonly response: T.ExternalAgentConfigImportHistoryRecordResponse }
  readonly "externalAgentConfig/import/readHistories": { readonly params: undefined; readonly response: T.ExternalAgentConfigImportHistoriesReadResponse }
  readonly "config/value/write": { readonly params: T.ConfigValueWriteParams; readonly response: T.ConfigWriteResponse }
  readonly "config/batchWrite": { readonly params: T.ConfigBatchWriteParams; readonly response: T.ConfigWriteResponse }
  readonly "configRequirements/read": { readonly params: undefined; readonly response: T.ConfigRequirementsReadResponse }
  readonly "account/read": { readonly params: T.GetAccountParams; readonly response: T.GetAccountResponse }
  readonly "fuzzyFileSearch": { readonly params: T.FuzzyFileSearchParams; readonly response: T.FuzzyFileSearchResponse }
  readonly "fuzzyFileSearch/sessionStart": { readonly params: T.FuzzyFileSearchSessionStartParams; readonly response: T.FuzzyFileSearchSessionStartResponse }
  readonly "fuzzyFileSearch/sessionUpdate": { readonly params: T.FuzzyFileSearchSessionUpdateParams; readonly response: T.FuzzyFileSearchSessionUpdateResponse }
  readonly "fuzzyFileSearch/sessionStop": { readonly params: T.FuzzyFileSearchSessionStopParams; readonly response: T.FuzzyFileSearchSessionStopResponse }
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
  readonly "item/commandExecution/requestApproval": { readonly params: T.CommandExecutionRequestApprovalParams; readonly response: T.CommandExecutionRequestApprovalResponse }
  /** Sent when approval is requested for a specific file change. */
  readonly "item/fileChange/requestApproval": { readonly params: T.FileChangeRequestApprovalParams; readonly response: T.FileChangeRequestApprovalResponse }
  /** EXPERIMENTAL - Request input from the user for a tool call. */
  readonly "item/tool/requestUserInput": { readonly params: T.ToolRequestUserInputParams; readonly response: T.ToolRequestUserInputResponse }
  /** Request input for an MCP server elicitation. */
  readonly "mcpServer/elicitation/request": { readonly params: T.McpServerElicitationRequestParams; readonly response: T.McpServerElicitationRequestResponse }
  /** Request approval for additional permissions from the user. */
  readonly "item/permissions/requestApproval": { readonly params: T.PermissionsRequestApprovalParams; readonly response: T.PermissionsRequestApprovalResponse }
  /** Execute a dynamic tool call on the client. */
  readonly "item/tool/call": { readonly params: T.DynamicToolCallParams; readonly response: T.DynamicToolCallResponse }
  readonly "account/chatgptAuthTokens/refresh": { readonly params: T.ChatgptAuthTokensRefreshParams; readonly response: T.ChatgptAuthTokensRefreshResponse }
  /** Generate a fresh upstream attestation result on demand. */
  readonly "attestation/generate": { readonly params: T.AttestationGenerateParams; readonly response: T.AttestationGenerateResponse }
  /** Read the current time from an external clock owned by the client. */
  readonly "currentTime/read": { readonly params: T.CurrentTimeReadParams; readonly response: T.CurrentTimeReadResponse }
  /** DEPRECATED APIs below Request to approve a patch. */
  readonly "applyPatchApproval": { readonly params: T.ApplyPatchApprovalParams; readonly response: T.ApplyPatchApprovalResponse }
  /** Request to exec a command. */
  readonly "execCommandApproval": { readonly params: T.ExecCommandApprovalParams; readonly response: T.ExecCommandApprovalResponse }
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
  readonly "error": { readonly params: T.ErrorNotification }
  readonly "thread/started": { readonly params: T.ThreadStartedNotification }
  readonly "thread/status/changed": { readonly params: T.ThreadStatusChangedNotification }
  readonly "thread/readState/changed": { readonly params: T.ThreadReadStateChangedNotification }
  readonly "thread/archived": { readonly params: T.ThreadArchivedNotification }
  readonly "thread/deleted": { readonly params: T.ThreadDeletedNotification }
  readonly "thread/unarchived": { readonly params: T.ThreadUnarchivedNotification }
  readonly "thread/closed": { readonly params: T.ThreadClosedNotification }
  readonly "thread/reverted": { readonly params: T.ThreadRevertedNotification }
  readonly "skills/changed": { readonly params: T.SkillsChangedNotification }
  readonly "thread/name/updated": { readonly params: T.ThreadNameUpdatedNotification }
  readonly "thread/section/changed": { readonly params: T.ThreadSectionChangedNotification }
  readonly "thread/attachment/updated": { readonly params: T.ThreadAttachmentUpdatedNotification }
  readonly "thread/goal/updated": { readonly params: T.ThreadGoalUpdatedNotification }
  readonly "thread/prediction/updated": { readonly params: T.ThreadPredictionUpdatedNotification }
  readonly "thread/goal/cleared": { readonly params: T.ThreadGoalClearedNotification }
  readonly "thread/queue/changed": { readonly params: T.ThreadQueueChangedNotification }
  readonly "project/changed": { readonly params: T.ProjectChangedNotification }
  readonly "thread/project/updated": { readonly params: T.ThreadProjectUpdatedNotification }
  readonly "thread/environment/connected": { readonly params: T.EnvironmentConnectionNotification }
  readonly "thread/environment/disconnected": { readonly params: T.EnvironmentConnectionNotification }
  readonly "thread/settings/updated": { readonly params: T.ThreadSettingsUpdatedNotification }
  readonly "thread/tokenUsage/updated": { readonly params: T.ThreadTokenUsageUpdatedNotification }
  readonly "turn/started": { readonly params: T.TurnStartedNotification }
  readonly "hook/started": { readonly params: T.HookStartedNotification }
  readonly "turn/completed": { readonly params: T.TurnCompletedNotification }
  readonly "hook/completed": { readonly params: T.HookCompletedNotification }
  readonly "turn/diff/updated": { readonly params: T.TurnDiffUpdatedNotification }
  readonly "turn/plan/updated": { readonly params: T.TurnPlanUpdatedNotification }
  readonly "item/started": { readonly params: T.ItemStartedNotification }
  readonly "item/autoApprovalReview/started": { readonly params: T.ItemGuardianApprovalReviewStartedNotification }
  readonly "item/autoApprovalReview/completed": { readonly params: T.ItemGuardianApprovalReviewCompletedNotification }
  readonly "autoApprovalReview/strictReviewRequired": { readonly params: T.StrictReviewRequiredNotification }
  readonly "item/completed": { readonly params: T.ItemCompletedNotification }
  readonly "item/agentMessage/delta": { readonly params: T.AgentMessageDeltaNotification }
  /** EXPERIMENTAL - proposed plan streaming deltas for plan items. */
  readonly "item/plan/delta": { readonly params: T.PlanDeltaNotification }
  /** Stream base64-encoded stdout/stderr chunks for a running `command/exec` session. */
  readonly "command/exec/outputDelta": { readonly params: T.CommandExecOutputDeltaNotification }
  /** Stream base64-encoded stdout/stderr chunks for a running `process/spawn` session. */
  readonly "process/outputDelta": { readonly params: T.ProcessOutputDeltaNotification }
  /** Final exit notification for a `process/spawn` session. */
  readonly "process/exited": { readonly params: T.ProcessExitedNotification }
  readonly "item/commandExecution/outputDelta": { readonly params: T.CommandExecutionOutputDeltaNotification }
  readonly "item/commandExecution/terminalInteraction": { readonly params: T.TerminalInteractionNotification }
  /** Deprecated legacy apply_patch output stream notification. */
  readonly "item/fileChange/outputDelta": { readonly params: T.FileChangeOutputDeltaNotification }
  readonly "item/fileChange/patchUpdated": { readonly params: T.FileChangePatchUpdatedNotification }
  readonly "serverRequest/resolved": { readonly params: T.ServerRequestResolvedNotification }
  readonly "item/mcpToolCall/progress": { readonly params: T.McpToolCallProgressNotification }
  readonly "mcpServer/oauthLogin/completed": { readonly params: T.McpServerOauthLoginCompletedNotification }
  readonly "mcpServer/startupStatus/updated": { readonly params: T.McpServerStatusUpdatedNotification }
  readonly "mcpServer/event/stream/notification": { readonly params: T.McpServerEventStreamNotification }
  readonly "account/updated": { readonly params: T.AccountUpdatedNotification }
  readonly "account/gatewayOAuth/changed": { readonly params: T.GatewayOAuthChangedNotification }
  readonly "account/rateLimits/updated": { readonly params: T.AccountRateLimitsUpdatedNotification }
  readonly "app/list/updated": { readonly params: T.AppListUpdatedNotification }
  readonly "remoteControl/status/changed": { readonly params: T.RemoteControlStatusChangedNotification }
  readonly "externalAgentConfig/import/progress": { readonly params: T.ExternalAgentConfigImportProgressNotification }
  readonly "externalAgentConfig/import/completed": { readonly params: T.ExternalAgentConfigImportCompletedNotification }
  readonly "fs/changed": { readonly params: T.FsChangedNotification }
  readonly "item/reasoning/summaryTextDelta": { readonly params: T.ReasoningSummaryTextDeltaNotification }
  readonly "item/reasoning/summaryPartAdded": { readonly params: T.ReasoningSummaryPartAddedNotification }
  readonly "item/reasoning/textDelta": { readonly params: T.ReasoningTextDeltaNotification }
  /** Deprecated: Use `ContextCompaction` item type instead. */
  readonly "thread/compacted": { readonly params: T.ContextCompactedNotification }
  readonly "model/rerouted": { readonly params: T.ModelReroutedNotification }
  readonly "model/verification": { readonly params: T.ModelVerificationNotification }
  readonly "modelProvider/authRecoveryStarted": { readonly params: T.AuthRecoveryNotification }
  readonly "modelProvider/authRecoveryCompleted": { readonly params: T.AuthRecoveryNotification }
  readonly "turn/moderationMetadata": { readonly params: T.TurnModerationMetadataNotification }
  readonly "model/safetyBuffering/updated": { readonly params: T.ModelSafetyBufferingUpdatedNotification }
  readonly "warning": { readonly params: T.WarningNotification }
  readonly "guardianWarning": { readonly params: T.GuardianWarningNotification }
  readonly "deprecationNotice": { readonly params: T.DeprecationNoticeNotification }
  readonly "configWarning": { readonly params: T.ConfigWarningNotification }
  readonly "fuzzyFileSearch/sessionUpdated": { readonly params: T.FuzzyFileSearchSessionUpdatedNotification }
  readonly "fuzzyFileSearch/sessionCompleted": { readonly params: T.FuzzyFileSearchSessionCompletedNotification }
  readonly "thread/realtime/started": { readonly params: T.ThreadRealtimeStartedNotification }
  readonly "thread/realtime/itemAdded": { readonly params: T.ThreadRealtimeItemAddedNotification }
  readonly "thread/realtime/item/started": { readonly params: T.ThreadRealtimeItemStartedNotification }
  readonly "thread/realtime/item/transcript/delta": { readonly params: T.ThreadRealtimeItemTranscriptDeltaNotification }
  readonly "thread/realtime/item/completed": { readonly params: T.ThreadRealtimeItemCompletedNotification }
  readonly "thread/realtime/transcript/delta": { readonly params: T.ThreadRealtimeTranscriptDeltaNotification }
  readonly "thread/realtime/transcript/done": { readonly params: T.ThreadRealtimeTranscriptDoneNotification }
  readonly "thread/realtime/outputAudio/delta": { readonly params: T.ThreadRealtimeOutputAudioDeltaNotification }
  readonly "thread/realtime/sdp": { readonly params: T.ThreadRealtimeSdpNotification }
  readonly "thread/realtime/error": { readonly params: T.ThreadRealtimeErrorNotification }
  readonly "thread/realtime/closed": { readonly params: T.ThreadRealtimeClosedNotification }
  /** Notifies the user of world-writable directories on Windows, which cannot be protected by the sandbox. */
  readonly "windows/worldWritableWarning": { readonly params: T.WindowsWorldWritableWarningNotification }
  readonly "windowsSandbox/setupCompleted": { readonly params: T.WindowsSandboxSetupCompletedNotification }
  readonly "account/login/completed": { readonly params: T.AccountLoginCompletedNotification }
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
