import { addPasskey } from "./account/add-passkey.ts";
import { beginPasskey } from "./account/begin-passkey.ts";
import { beginTotp } from "./account/begin-totp.ts";
import { confirmTotp } from "./account/confirm-totp.ts";
import { get as getAccount } from "./account/get.ts";
import { removePasskey } from "./account/remove-passkey.ts";
import { removeTotp } from "./account/remove-totp.ts";
import { renewCodes } from "./account/renew-codes.ts";
import { setPassword } from "./account/set-password.ts";
import { activate as activateAgreement } from "./agreement/activate.ts";
import { amend as amendAgreement } from "./agreement/amend.ts";
import { draft as draftAgreement } from "./agreement/draft.ts";
import { get as getAgreement } from "./agreement/get.ts";
import { getVersion as getAgreementVersion } from "./agreement/get-version.ts";
import { list as listAgreements } from "./agreement/list.ts";
import { resume as resumeAgreement } from "./agreement/resume.ts";
import { sign as signAgreement } from "./agreement/sign.ts";
import { suspend as suspendAgreement } from "./agreement/suspend.ts";
import { templates as agreementTemplates } from "./agreement/templates.ts";
import { terminate as terminateAgreement } from "./agreement/terminate.ts";
import { list as listAlerts } from "./alert/list.ts";
import { listPending } from "./approval/list-pending.ts";
import { get as getAttestation } from "./attestation/get.ts";
import { list as listAttestations } from "./attestation/list.ts";
import { register as registerAttestation } from "./attestation/register.ts";
import { certificates } from "./authority/certificates.ts";
import { revocations } from "./authority/revocations.ts";
import { list as listCapabilities } from "./capability/list.ts";
import { get as getCertificate } from "./certificate/get.ts";
import { issue } from "./certificate/issue.ts";
import { list as listCertificates } from "./certificate/list.ts";
import { renew } from "./certificate/renew.ts";
import { revoke as revokeCertificate } from "./certificate/revoke.ts";
import { get as getCertification } from "./certification/get.ts";
import { grant as grantCertification } from "./certification/grant.ts";
import { list as listCertifications } from "./certification/list.ts";
import { refuse as refuseCertification } from "./certification/refuse.ts";
import { reminders as certificationReminders } from "./certification/reminders.ts";
import { request as requestCertification } from "./certification/request.ts";
import { withdraw as withdrawCertification } from "./certification/withdraw.ts";
import { codeHashes } from "./decision/code-hashes.ts";
import { get as getDecision } from "./decision/get.ts";
import { list as listDecisions } from "./decision/list.ts";
import { replay } from "./decision/replay.ts";
import { route } from "./decision/route.ts";
import { getDispatch } from "./dispatch/get.ts";
import { startDispatch } from "./dispatch/start.ts";
import { ask as askDomain } from "./domain/ask.ts";
import { check as checkDomain } from "./domain/check.ts";
import { list as listDomains } from "./domain/list.ts";
import { release as releaseDomain } from "./domain/release.ts";
import { consent } from "./draft/consent.ts";
import { create as createDraft } from "./draft/create.ts";
import { discard } from "./draft/discard.ts";
import { get as getDraft } from "./draft/get.ts";
import { list as listDrafts } from "./draft/list.ts";
import { restore } from "./draft/restore.ts";
import { save } from "./draft/save.ts";
import { clear as clearFlag } from "./flag/clear.ts";
import { redeem } from "./grant/redeem.ts";
import { compliance } from "./hall/compliance.ts";
import { health } from "./hall/health.ts";
import { identity } from "./hall/identity.ts";
import { jwks } from "./hall/jwks.ts";
import { keys as hallKeys } from "./hall/keys.ts";
import { receipt as hallReceipt } from "./hall/receipt.ts";
import { signInFailures } from "./hall/sign-in-failures.ts";
import { accept } from "./invitation/accept.ts";
import { create as createKey } from "./key/create.ts";
import { list as listKeys } from "./key/list.ts";
import { reportLeak } from "./key/report-leak.ts";
import { revoke as revokeKey } from "./key/revoke.ts";
import { rotate as rotateKey } from "./key/rotate.ts";
import { list as listHallKeys } from "./keyring/list.ts";
import { registerRoot } from "./keyring/register-root.ts";
import { rotate } from "./keyring/rotate.ts";
import { checkpoint } from "./log/checkpoint.ts";
import { tile } from "./log/tile.ts";
import { answer } from "./measurement/answer.ts";
import { challenge } from "./measurement/challenge.ts";
import { endSessions } from "./member/end-sessions.ts";
import { invite } from "./member/invite.ts";
import { list as listMembers } from "./member/list.ts";
import { remove as removeMember } from "./member/remove.ts";
import { setRole } from "./member/set-role.ts";
import { list as listNamespaces } from "./namespace/list.ts";
import { listKeys as listNamespaceKeys } from "./namespace/list-keys.ts";
import { register as registerNamespace } from "./namespace/register.ts";
import { registerKey as registerNamespaceKey } from "./namespace/register-key.ts";
import { release as releaseNamespace } from "./namespace/release.ts";
import { retireKey as retireNamespaceKey } from "./namespace/retire-key.ts";
import { renewToken } from "./operator/renew-token.ts";
import { list as listPolicies } from "./policy/list.ts";
import { define } from "./profile/define.ts";
import { getVersion } from "./profile/get-version.ts";
import { list as listProfiles } from "./profile/list.ts";
import { retire } from "./profile/retire.ts";
import { setEnvironment } from "./profile/set-environment.ts";
import { getReceipt } from "./receipt/get.ts";
import { proveReceipt } from "./receipt/proof.ts";
import { complete as completeRecovery } from "./recovery/complete.ts";
import { request as requestRecovery } from "./recovery/request.ts";
import { define as defineRole } from "./role/define.ts";
import { list as listRoles } from "./role/list.ts";
import { retire as retireRole } from "./role/retire.ts";
import { getBundle } from "./rule/get-bundle.ts";
import { getPublication } from "./rule/get-publication.ts";
import { inForce } from "./rule/in-force.ts";
import { listPublications } from "./rule/list-publications.ts";
import { publish } from "./rule/publish.ts";
import { review } from "./rule/review.ts";
import { rollBack } from "./rule/roll-back.ts";
import { simulate } from "./rule/simulate.ts";
import { list as listRunners } from "./runner/list.ts";
import { register as registerRunner } from "./runner/register.ts";
import { retire as retireRunner } from "./runner/retire.ts";
import { askPasskey } from "./session/ask-passkey.ts";
import { begin } from "./session/begin.ts";
import { beginStepUp } from "./session/begin-step-up.ts";
import { end } from "./session/end.ts";
import { list as listSessions } from "./session/list.ts";
import { me } from "./session/me.ts";
import { revoke as revokeSession } from "./session/revoke.ts";
import { stepUp } from "./session/step-up.ts";
import { verifyFactor } from "./session/verify-factor.ts";
import { end as endShadow } from "./shadow/end.ts";
import { list as listShadow } from "./shadow/list.ts";
import { start as startShadow } from "./shadow/start.ts";
import { request as requestSignUp } from "./signup/request.ts";
import { begin as beginSso } from "./sso/begin.ts";
import { complete as completeSso } from "./sso/complete.ts";
import { configure as configureSso } from "./sso/configure.ts";
import { link as linkSso } from "./sso/link.ts";
import { remove as removeSso } from "./sso/remove.ts";
import { show as showSso } from "./sso/show.ts";
import { create as createTenant } from "./tenant/create.ts";
import { found as foundTenant } from "./tenant/found.ts";
import { get as getTenant } from "./tenant/get.ts";
import { inviteOwner } from "./tenant/invite-owner.ts";
import { list as listTenants } from "./tenant/list.ts";
import { setStanding } from "./tenant/set-standing.ts";
import { withdrawInvitation } from "./tenant/withdraw-invitation.ts";
import { activeDispatches } from "./wire/active-dispatches.ts";
import { attest } from "./wire/attest.ts";
import { dispatches } from "./wire/dispatches.ts";
import { goOffline } from "./wire/go-offline.ts";
import { goOnline } from "./wire/go-online.ts";
import { standing } from "./wire/standing.ts";
import { status } from "./wire/status.ts";
import { verify } from "./wire/verify.ts";
import { workers } from "./wire/workers.ts";
import { enroll } from "./worker/enroll.ts";
import { enrollText } from "./worker/enroll-text.ts";
import { get as getWorker } from "./worker/get.ts";
import { getRecord } from "./worker/get-record.ts";
import { list as listWorkers } from "./worker/list.ts";
import { resume } from "./worker/resume.ts";
import { retire as retireWorker } from "./worker/retire.ts";
import { setTransport } from "./worker/set-transport.ts";
import { suspend } from "./worker/suspend.ts";

/** Every operation of the Hall. Both doors, the OpenAPI document and the lists in the tests come from here. */
export const OPERATIONS = [
  route,
  listDecisions,
  getDecision,
  replay,
  codeHashes,
  startDispatch,
  getDispatch,
  redeem,
  listPending,
  getReceipt,
  proveReceipt,
  listCapabilities,
  listWorkers,
  enroll,
  enrollText,
  getWorker,
  suspend,
  resume,
  retireWorker,
  setTransport,
  getRecord,
  issue,
  renew,
  revokeCertificate,
  listCertificates,
  getCertificate,
  requestCertification,
  listCertifications,
  getCertification,
  grantCertification,
  refuseCertification,
  withdrawCertification,
  certificationReminders,
  certificates,
  revocations,
  agreementTemplates,
  listAgreements,
  getAgreement,
  getAgreementVersion,
  draftAgreement,
  amendAgreement,
  signAgreement,
  activateAgreement,
  suspendAgreement,
  resumeAgreement,
  terminateAgreement,
  listAttestations,
  getAttestation,
  registerAttestation,
  challenge,
  answer,
  clearFlag,
  listRunners,
  registerRunner,
  retireRunner,
  listAlerts,
  inForce,
  listPublications,
  getPublication,
  getBundle,
  review,
  simulate,
  publish,
  rollBack,
  createDraft,
  listDrafts,
  getDraft,
  save,
  discard,
  restore,
  consent,
  startShadow,
  endShadow,
  listShadow,
  listPolicies,
  listProfiles,
  getVersion,
  define,
  retire,
  setEnvironment,
  listKeys,
  createKey,
  rotateKey,
  revokeKey,
  listMembers,
  invite,
  setRole,
  endSessions,
  removeMember,
  accept,
  requestRecovery,
  completeRecovery,
  reportLeak,
  listRoles,
  defineRole,
  retireRole,
  begin,
  askPasskey,
  verifyFactor,
  beginStepUp,
  stepUp,
  me,
  listSessions,
  revokeSession,
  end,
  getAccount,
  setPassword,
  beginPasskey,
  addPasskey,
  removePasskey,
  beginTotp,
  confirmTotp,
  removeTotp,
  renewCodes,
  listDomains,
  askDomain,
  checkDomain,
  releaseDomain,
  showSso,
  configureSso,
  removeSso,
  linkSso,
  beginSso,
  completeSso,
  checkpoint,
  tile,
  health,
  compliance,
  identity,
  jwks,
  hallKeys,
  hallReceipt,
  signInFailures,
  listHallKeys,
  rotate,
  registerRoot,
  renewToken,
  listNamespaceKeys,
  registerNamespaceKey,
  retireNamespaceKey,
  listNamespaces,
  registerNamespace,
  releaseNamespace,
  requestSignUp,
  foundTenant,
  listTenants,
  getTenant,
  createTenant,
  inviteOwner,
  withdrawInvitation,
  setStanding,
  workers,
  status,
  dispatches,
  activeDispatches,
  standing,
  goOnline,
  goOffline,
  attest,
  verify,
] as const;
