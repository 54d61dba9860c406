import { HallError, type HallErrorCode } from "@guildhall/protocol";
import { initTRPC, TRPCError } from "@trpc/server";
import type { z } from "zod";
import type { Hall } from "../hall.ts";
import { refusalOf } from "../http/refusal.ts";
import type { Presented } from "../identity/authenticate.ts";
import type { AnyCaller } from "../identity/caller.ts";
import { addPasskey } from "../operations/account/add-passkey.ts";
import { beginPasskey } from "../operations/account/begin-passkey.ts";
import { beginTotp } from "../operations/account/begin-totp.ts";
import { confirmTotp } from "../operations/account/confirm-totp.ts";
import { get as getAccount } from "../operations/account/get.ts";
import { removePasskey } from "../operations/account/remove-passkey.ts";
import { removeTotp } from "../operations/account/remove-totp.ts";
import { renewCodes } from "../operations/account/renew-codes.ts";
import { setPassword } from "../operations/account/set-password.ts";
import { activate as activateAgreement } from "../operations/agreement/activate.ts";
import { amend as amendAgreement } from "../operations/agreement/amend.ts";
import { draft as draftAgreement } from "../operations/agreement/draft.ts";
import { get as getAgreement } from "../operations/agreement/get.ts";
import { list as listAgreements } from "../operations/agreement/list.ts";
import { resume as resumeAgreement } from "../operations/agreement/resume.ts";
import { sign as signAgreement } from "../operations/agreement/sign.ts";
import { suspend as suspendAgreement } from "../operations/agreement/suspend.ts";
import { templates as agreementTemplates } from "../operations/agreement/templates.ts";
import { terminate as terminateAgreement } from "../operations/agreement/terminate.ts";
import { list as listAlerts } from "../operations/alert/list.ts";
import { listPending } from "../operations/approval/list-pending.ts";
import { get as getAttestation } from "../operations/attestation/get.ts";
import { list as listAttestations } from "../operations/attestation/list.ts";
import { register as registerAttestation } from "../operations/attestation/register.ts";
import { list as listCapabilities } from "../operations/capability/list.ts";
import { get as getCertificate } from "../operations/certificate/get.ts";
import { issue } from "../operations/certificate/issue.ts";
import { list as listCertificates } from "../operations/certificate/list.ts";
import { renew } from "../operations/certificate/renew.ts";
import { revoke as revokeCertificate } from "../operations/certificate/revoke.ts";
import { get as getCertification } from "../operations/certification/get.ts";
import { grant as grantCertification } from "../operations/certification/grant.ts";
import { list as listCertifications } from "../operations/certification/list.ts";
import { refuse as refuseCertification } from "../operations/certification/refuse.ts";
import { reminders as certificationReminders } from "../operations/certification/reminders.ts";
import { request as requestCertification } from "../operations/certification/request.ts";
import { withdraw as withdrawCertification } from "../operations/certification/withdraw.ts";
import { codeHashes } from "../operations/decision/code-hashes.ts";
import { get as getDecision } from "../operations/decision/get.ts";
import { list as listDecisions } from "../operations/decision/list.ts";
import { replay } from "../operations/decision/replay.ts";
import { ask as askDomain } from "../operations/domain/ask.ts";
import { check as checkDomain } from "../operations/domain/check.ts";
import { list as listDomains } from "../operations/domain/list.ts";
import { release as releaseDomain } from "../operations/domain/release.ts";
import { consent } from "../operations/draft/consent.ts";
import { create as createDraft } from "../operations/draft/create.ts";
import { discard } from "../operations/draft/discard.ts";
import { get as getDraft } from "../operations/draft/get.ts";
import { list as listDrafts } from "../operations/draft/list.ts";
import { restore } from "../operations/draft/restore.ts";
import { save } from "../operations/draft/save.ts";
import { clear as clearFlag } from "../operations/flag/clear.ts";
import { compliance } from "../operations/hall/compliance.ts";
import { keys } from "../operations/hall/keys.ts";
import { accept } from "../operations/invitation/accept.ts";
import { create as createKey } from "../operations/key/create.ts";
import { list as listKeys } from "../operations/key/list.ts";
import { reportLeak } from "../operations/key/report-leak.ts";
import { revoke as revokeKey } from "../operations/key/revoke.ts";
import { rotate as rotateKey } from "../operations/key/rotate.ts";
import { list as listHallKeys } from "../operations/keyring/list.ts";
import { rotate } from "../operations/keyring/rotate.ts";
import { checkpoint } from "../operations/log/checkpoint.ts";
import { endSessions } from "../operations/member/end-sessions.ts";
import { invite } from "../operations/member/invite.ts";
import { list as listMembers } from "../operations/member/list.ts";
import { remove as removeMember } from "../operations/member/remove.ts";
import { setRole } from "../operations/member/set-role.ts";
import { list as listNamespaces } from "../operations/namespace/list.ts";
import { register as registerNamespace } from "../operations/namespace/register.ts";
import { release as releaseNamespace } from "../operations/namespace/release.ts";
import type { Operation } from "../operations/operation.ts";
import { list as listPolicies } from "../operations/policy/list.ts";
import { define } from "../operations/profile/define.ts";
import { list as listProfiles } from "../operations/profile/list.ts";
import { retire } from "../operations/profile/retire.ts";
import { setEnvironment } from "../operations/profile/set-environment.ts";
import { complete as completeRecovery } from "../operations/recovery/complete.ts";
import { request as requestRecovery } from "../operations/recovery/request.ts";
import { define as defineRole } from "../operations/role/define.ts";
import { list as listRoles } from "../operations/role/list.ts";
import { retire as retireRole } from "../operations/role/retire.ts";
import { getPublication } from "../operations/rule/get-publication.ts";
import { inForce } from "../operations/rule/in-force.ts";
import { listPublications } from "../operations/rule/list-publications.ts";
import { publish } from "../operations/rule/publish.ts";
import { review } from "../operations/rule/review.ts";
import { rollBack } from "../operations/rule/roll-back.ts";
import { simulate } from "../operations/rule/simulate.ts";
import { list as listRunners } from "../operations/runner/list.ts";
import { register as registerRunner } from "../operations/runner/register.ts";
import { retire as retireRunner } from "../operations/runner/retire.ts";
import { askPasskey } from "../operations/session/ask-passkey.ts";
import { begin } from "../operations/session/begin.ts";
import { beginStepUp } from "../operations/session/begin-step-up.ts";
import { end } from "../operations/session/end.ts";
import { list as listSessions } from "../operations/session/list.ts";
import { me } from "../operations/session/me.ts";
import { revoke as revokeSession } from "../operations/session/revoke.ts";
import { stepUp } from "../operations/session/step-up.ts";
import { verifyFactor } from "../operations/session/verify-factor.ts";
import { end as endShadow } from "../operations/shadow/end.ts";
import { list as listShadow } from "../operations/shadow/list.ts";
import { start as startShadow } from "../operations/shadow/start.ts";
import { request as requestSignUp } from "../operations/signup/request.ts";
import { begin as beginSso } from "../operations/sso/begin.ts";
import { complete as completeSso } from "../operations/sso/complete.ts";
import { configure as configureSso } from "../operations/sso/configure.ts";
import { link as linkSso } from "../operations/sso/link.ts";
import { remove as removeSso } from "../operations/sso/remove.ts";
import { show as showSso } from "../operations/sso/show.ts";
import { create as createTenant } from "../operations/tenant/create.ts";
import { found as foundTenant } from "../operations/tenant/found.ts";
import { get as getTenant } from "../operations/tenant/get.ts";
import { inviteOwner } from "../operations/tenant/invite-owner.ts";
import { list as listTenants } from "../operations/tenant/list.ts";
import { setStanding } from "../operations/tenant/set-standing.ts";
import { withdrawInvitation } from "../operations/tenant/withdraw-invitation.ts";
import { enrollText } from "../operations/worker/enroll-text.ts";
import { get as getWorker } from "../operations/worker/get.ts";
import { getRecord } from "../operations/worker/get-record.ts";
import { list as listWorkers } from "../operations/worker/list.ts";
import { resume } from "../operations/worker/resume.ts";
import { retire as retireWorker } from "../operations/worker/retire.ts";
import { setTransport } from "../operations/worker/set-transport.ts";
import { suspend } from "../operations/worker/suspend.ts";
import { admit } from "../rest/door.ts";
import { spendAllowance } from "../rest/spend-allowance.ts";

/** The tRPC door, for the console alone: the same operations, one procedure each. */
export interface TrpcContext {
  hall: Hall;
  presented: Presented;
  requestId: string;
}

const t = initTRPC.context<TrpcContext>().create({
  errorFormatter({ shape, error, ctx }) {
    const { body } = refusalOf(error.cause ?? ownRefusal(error), ctx?.requestId ?? "");
    // Neither a stack nor a message of ours that was not written for strangers.
    return {
      ...shape,
      message: body.error,
      data: { code: shape.data.code, httpStatus: shape.data.httpStatus, hall: body },
    };
  },
});

/** What tRPC itself refuses, before any operation is asked. */
function ownRefusal(error: TRPCError): Error {
  const code = OWN_CODES[error.code];
  return code ? new HallError(code, { cause: error }) : error;
}

const OWN_CODES: { [code in TRPCError["code"]]?: HallErrorCode } = {
  BAD_REQUEST: "INVALID_REQUEST",
  PARSE_ERROR: "MALFORMED_JSON",
  NOT_FOUND: "NOT_FOUND",
  METHOD_NOT_SUPPORTED: "NOT_FOUND",
  PAYLOAD_TOO_LARGE: "BODY_TOO_LARGE",
  UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
};

function query<N extends string, I extends z.ZodType, O extends z.ZodType>(operation: Operation<N, I, O>) {
  return admitted(operation).query(({ ctx, input }) => call(operation, ctx, input as z.output<I>));
}

function mutation<N extends string, I extends z.ZodType, O extends z.ZodType>(operation: Operation<N, I, O>) {
  return admitted(operation).mutation(({ ctx, input }) => call(operation, ctx, input as z.output<I>));
}

/** Who asks is established before the input is read: a stranger learns nothing of its schema. */
function admitted<N extends string, I extends z.ZodType, O extends z.ZodType>(operation: Operation<N, I, O>) {
  return t.procedure
    .use(async ({ ctx, next }) => {
      const { hall, presented } = ctx;
      const caller = await refusing(operation.name, ctx, () =>
        admit(hall, operation as unknown as Operation, presented),
      );
      await refusing(operation.name, ctx, () => spendAllowance(hall, caller, () => undefined));
      return next({ ctx: { caller } });
    })
    .input(operation.input);
}

function call<N extends string, I extends z.ZodType, O extends z.ZodType>(
  operation: Operation<N, I, O>,
  context: TrpcContext & { caller: AnyCaller | null },
  input: z.output<I>,
): Promise<z.output<O>> {
  const { hall, caller, presented, requestId: id } = context;
  const request = {
    id,
    rawBody: null,
    idempotencyKey: null,
    authorization: presented.authorization,
    address: presented.address,
    setStatus: () => undefined,
    setBytes: () => undefined,
    setCacheControl: () => undefined,
  };
  return refusing(operation.name, context, () => operation.run({ hall, caller, input, request }));
}

async function refusing<T>(
  name: string,
  { hall, requestId }: TrpcContext,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { status } = refusalOf(cause, requestId);
    if (status >= 500)
      hall.log.error({ err: cause, request_id: requestId, operation: name }, "an operation failed");
    throw new TRPCError({ code: TRPC_CODES[status] ?? "INTERNAL_SERVER_ERROR", cause });
  }
}

const TRPC_CODES: Record<number, TRPCError["code"] | undefined> = {
  400: "BAD_REQUEST",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "CONFLICT",
  413: "PAYLOAD_TOO_LARGE",
  422: "UNPROCESSABLE_CONTENT",
  429: "TOO_MANY_REQUESTS",
  502: "BAD_GATEWAY",
  503: "SERVICE_UNAVAILABLE",
};

export const appRouter = t.router({
  keyring: t.router({ list: query(listHallKeys), rotate: mutation(rotate) }),
  decision: t.router({
    list: query(listDecisions),
    get: query(getDecision),
    replay: query(replay),
    "code-hashes": query(codeHashes),
  }),
  agreement: t.router({
    templates: query(agreementTemplates),
    list: query(listAgreements),
    get: query(getAgreement),
    draft: mutation(draftAgreement),
    amend: mutation(amendAgreement),
    sign: mutation(signAgreement),
    activate: mutation(activateAgreement),
    suspend: mutation(suspendAgreement),
    resume: mutation(resumeAgreement),
    terminate: mutation(terminateAgreement),
  }),
  attestation: t.router({
    list: query(listAttestations),
    get: query(getAttestation),
    register: mutation(registerAttestation),
  }),
  flag: t.router({ clear: mutation(clearFlag) }),
  runner: t.router({
    list: query(listRunners),
    register: mutation(registerRunner),
    retire: mutation(retireRunner),
  }),
  alert: t.router({ list: query(listAlerts) }),
  approval: t.router({ "list-pending": query(listPending) }),
  rule: t.router({
    "in-force": query(inForce),
    "list-publications": query(listPublications),
    "get-publication": query(getPublication),
    review: mutation(review),
    simulate: mutation(simulate),
    publish: mutation(publish),
    "roll-back": mutation(rollBack),
  }),
  draft: t.router({
    create: mutation(createDraft),
    list: query(listDrafts),
    get: query(getDraft),
    save: mutation(save),
    discard: mutation(discard),
    restore: mutation(restore),
    consent: mutation(consent),
  }),
  shadow: t.router({ start: mutation(startShadow), end: mutation(endShadow), list: query(listShadow) }),
  policy: t.router({ list: query(listPolicies) }),
  profile: t.router({
    list: query(listProfiles),
    define: mutation(define),
    retire: mutation(retire),
    "set-environment": mutation(setEnvironment),
  }),
  capability: t.router({ list: query(listCapabilities) }),
  worker: t.router({
    list: query(listWorkers),
    get: query(getWorker),
    "get-record": query(getRecord),
    "enroll-text": mutation(enrollText),
    set_transport: mutation(setTransport),
    suspend: mutation(suspend),
    resume: mutation(resume),
    retire: mutation(retireWorker),
  }),
  namespace: t.router({
    list: query(listNamespaces),
    register: mutation(registerNamespace),
    release: mutation(releaseNamespace),
  }),
  signup: t.router({ request: mutation(requestSignUp) }),
  tenant: t.router({
    found: mutation(foundTenant),
    list: query(listTenants),
    get: query(getTenant),
    create: mutation(createTenant),
    "invite-owner": mutation(inviteOwner),
    "withdraw-invitation": mutation(withdrawInvitation),
    "set-standing": mutation(setStanding),
  }),
  hall: t.router({ compliance: query(compliance), keys: query(keys) }),
  log: t.router({ checkpoint: query(checkpoint) }),
  certificate: t.router({
    list: query(listCertificates),
    get: query(getCertificate),
    issue: mutation(issue),
    renew: mutation(renew),
    revoke: mutation(revokeCertificate),
  }),
  certification: t.router({
    request: mutation(requestCertification),
    list: query(listCertifications),
    get: query(getCertification),
    grant: mutation(grantCertification),
    refuse: mutation(refuseCertification),
    withdraw: mutation(withdrawCertification),
    reminders: query(certificationReminders),
  }),
  member: t.router({
    list: query(listMembers),
    invite: mutation(invite),
    "set-role": mutation(setRole),
    "end-sessions": mutation(endSessions),
    remove: mutation(removeMember),
  }),
  invitation: t.router({ accept: mutation(accept) }),
  recovery: t.router({ request: mutation(requestRecovery), complete: mutation(completeRecovery) }),
  key: t.router({
    list: query(listKeys),
    create: mutation(createKey),
    rotate: mutation(rotateKey),
    revoke: mutation(revokeKey),
    "report-leak": mutation(reportLeak),
  }),
  role: t.router({ list: query(listRoles), define: mutation(defineRole), retire: mutation(retireRole) }),
  session: t.router({
    begin: mutation(begin),
    "ask-passkey": mutation(askPasskey),
    "verify-factor": mutation(verifyFactor),
    "begin-step-up": mutation(beginStepUp),
    "step-up": mutation(stepUp),
    me: query(me),
    list: query(listSessions),
    revoke: mutation(revokeSession),
    end: mutation(end),
  }),
  domain: t.router({
    list: query(listDomains),
    ask: mutation(askDomain),
    check: mutation(checkDomain),
    release: mutation(releaseDomain),
  }),
  sso: t.router({
    show: query(showSso),
    configure: mutation(configureSso),
    remove: mutation(removeSso),
    link: mutation(linkSso),
    begin: mutation(beginSso),
    complete: mutation(completeSso),
  }),
  account: t.router({
    get: query(getAccount),
    "set-password": mutation(setPassword),
    "begin-passkey": mutation(beginPasskey),
    "add-passkey": mutation(addPasskey),
    "remove-passkey": mutation(removePasskey),
    "begin-totp": mutation(beginTotp),
    "confirm-totp": mutation(confirmTotp),
    "remove-totp": mutation(removeTotp),
    "renew-codes": mutation(renewCodes),
  }),
});
export type AppRouter = typeof appRouter;
