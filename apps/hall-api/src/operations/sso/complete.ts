import {
  completeSsoFlow,
  findSession,
  findSsoConnection,
  linkSubject,
  lookupAccountOfSubject,
  nameAccount,
  recordSignInFailure,
  type SsoConnection,
  type TenantTx,
  withAccount,
  withTenant,
} from "@guildhall/db";
import { HallError, type TenantId } from "@guildhall/protocol";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { secondFactorsOf } from "../../identity/factors.ts";
import { admitPerson, requireAdmitted } from "../../single-sign-on/admit-person.ts";
import { readProvider, speaking } from "../../single-sign-on/begin-flow.ts";
import { FLOW_TOKEN_MAX, type Flow, openFlow } from "../../single-sign-on/flow-token.ts";
import type { Person } from "../../single-sign-on/person.ts";
import { operation } from "../operation.ts";
import { awaitFactor, BegunView, PendingView, startSession } from "../session/start-session.ts";

const CompletedView = z.discriminatedUnion("state", [
  BegunView,
  PendingView,
  /** The session that asked for it goes on. */
  z.object({ state: z.literal("linked"), receipt_id: z.uuid() }),
]);
type Completed = z.output<typeof CompletedView>;

/** What the provider sends back is taken once, from the browser that went there, for the tenant that it went for. */
export const complete = operation({
  name: "sso.complete",
  summary: "Hand in what the provider sent back; the session begins, or waits for a second factor.",
  permission: "public",
  input: z.strictObject({
    flow_token: z.string().min(1).max(FLOW_TOKEN_MAX),
    /** The tenant's slug, as the address has it at which the provider answered. */
    tenant: z.string().max(64),
    /** What stood behind the question mark there. */
    answer: z.string().max(4096),
  }),
  output: CompletedView,
  rest: { method: "POST", path: "/wcp/sso/complete", status: 201, refuses: [404, 429, 502] },
  trpc: "mutation",
  async run({ hall, input, request }): Promise<Completed> {
    const retry_after_seconds = hall.ssoBegins.take(request.address);
    if (retry_after_seconds > 0) throw new HallError("RATE_LIMITED", { detail: { retry_after_seconds } });
    try {
      return await completed(hall, input, request.address);
    } catch (error) {
      if (error instanceof HallError && error.code.startsWith("SSO_"))
        await recordSignInFailure(hall.db, {
          at: new Date(hall.clock.now()),
          reason: `single sign-on: ${error.code}`,
          accountId: null,
          address: request.address,
        });
      throw error;
    }
  },
});

async function completed(
  hall: Hall,
  { flow_token, tenant, answer }: { flow_token: string; tenant: string; answer: string },
  address: string,
): Promise<Completed> {
  const flow = openFlow(hall.factorKey, flow_token, hall.clock.now());
  if (!flow) throw refusedFlow("it was not begun in this browser, or more than ten minutes ago");
  const tenantId = flow.tenant as TenantId;
  const { slug, connection, provider } = await readProvider(hall, tenantId);
  if (slug !== tenant) throw refusedFlow("the answer is another tenant's");
  if (connection.id !== flow.connection) throw isAnotherProvider();
  const person = await speaking(() => hall.providers.redeem(provider, flow, new URLSearchParams(answer)));
  return flow.link === null
    ? begunFor(hall, { flow, connection, person, address })
    : linked(hall, { flow, link: flow.link, connection, person });
}

async function begunFor(
  hall: Hall,
  {
    flow,
    connection,
    person,
    address,
  }: { flow: Flow; connection: SsoConnection; person: Person; address: string },
): Promise<Completed> {
  const tenantId = flow.tenant as TenantId;
  const admitted = await admitPerson(hall, { tenantId, connection, person });
  const wanted = await withAccount(hall.db, admitted.accountId, secondFactorsOf);
  const identify = async (tx: TenantTx, nowMs: number) => {
    const at = new Date(nowMs);
    // Somebody may have set it up anew, or removed it, while the provider was asked.
    if ((await findSsoConnection(tx))?.id !== connection.id) throw isAnotherProvider();
    if (!(await completeSsoFlow(tx, tenantId, { flowId: flow.id, connectionId: connection.id, at })))
      throw refusedFlow("it was completed before");
    return requireAdmitted(tx, admitted);
  };
  const { authenticatedAtMs } = person;
  const by = {
    ssoConnectionId: connection.id,
    // As fresh as the provider says, and never because somebody came back from there.
    stepUpAt: authenticatedAtMs === null ? null : new Date(authenticatedAtMs),
  };
  const coming = { factors: "sso", address };
  return wanted.length > 0
    ? awaitFactor(hall, tenantId, { ...coming, wanted }, identify, by)
    : startSession(hall, tenantId, coming, identify, by);
}

async function linked(
  hall: Hall,
  {
    flow,
    link,
    connection,
    person,
  }: { flow: Flow; link: NonNullable<Flow["link"]>; connection: SsoConnection; person: Person },
): Promise<Completed> {
  const tenantId = flow.tenant as TenantId;
  if ((await lookupAccountOfSubject(hall.db, person)) !== null) throw isLinked();
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(tenantId, { kind: "person", id: link.member }, nowMs);
  const act = await withTenant(hall.db, tenantId, async (tx) => {
    const at = new Date(nowMs);
    const session = await findSession(tx, link.session);
    const accountId = session?.member.accountId;
    const isOver = !session || session.endedAt !== null || session.expiresAt.getTime() <= nowMs;
    if (isOver || !accountId || session.member.id !== link.member || session.member.removedAt)
      throw new HallError("SESSION_ENDED");
    if (!(await completeSsoFlow(tx, tenantId, { flowId: flow.id, connectionId: connection.id, at })))
      throw refusedFlow("it was completed before");
    if (!(await linkSubject(await nameAccount(tx, accountId), person))) throw isLinked();
    const entry = { kind: "access", action: "provider_linked", subject: link.member, details: {} } as const;
    return hall.ledger.append(tx, { ...envelope, ...entry }, nowMs);
  });
  await hall.ledger.sealed(act);
  return { state: "linked", receipt_id: act.receiptId };
}

function refusedFlow(reason: string): HallError {
  return new HallError("SSO_REFUSED", { detail: { step: "flow", reason } });
}

function isAnotherProvider(): HallError {
  return refusedFlow("the provider was set up anew meanwhile");
}

function isLinked(): HallError {
  return new HallError("CONFLICT", {
    detail: { reason: "this account, or this person of the provider, is linked" },
  });
}
