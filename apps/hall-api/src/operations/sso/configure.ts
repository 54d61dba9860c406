import { hash, randomUUID } from "node:crypto";
import {
  changeSsoConnection,
  createSsoConnection,
  endOtherSessionsOfDomains,
  findCustomRole,
  findSsoConnection,
  listNameProofs,
  liveFactors,
  lockToEndSessions,
  nameAccount,
  removeSsoConnection,
  type SsoConnection,
  type TenantTx,
} from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import type { Caller } from "../../identity/caller.ts";
import { requireMayGive } from "../../identity/giving-roles.ts";
import { clientSecretOf, speaking } from "../../single-sign-on/begin-flow.ts";
import { callerOf, operation } from "../operation.ts";
import { RoleName } from "../role/role-name.ts";
import { SsoView, ssoView } from "./view.ts";

/**
 * Another issuer or client is another connection: the sessions that the former began end with it. It says who vouches for
 * people and may end sessions, so it raises the fence.
 */
export const configure = operation({
  name: "sso.configure",
  summary: "Set up sign-in through an OpenID provider, which is asked for its discovery document first.",
  permission: "sso:configure",
  stepUp: true,
  input: z.strictObject({
    issuer: z.url({ protocol: /^https?$/ }).max(512),
    client_id: z.string().min(1).max(256),
    /** Kept where it is left out and the client is the same. */
    client_secret: z.string().min(1).max(512).optional(),
    /** As what somebody of a proved domain joins uninvited; null: nobody does. Never owner or admin. */
    join_role: RoleName.nullable(),
    /** Members of proved domains sign in no other way; owners still do. */
    is_required: z.boolean(),
  }),
  output: SsoView.extend({ receipt_id: z.uuid(), sessions_ended: z.int() }),
  rest: { method: "PUT", path: "/wcp/sso" },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    // As it says of itself; what it will say of people is held against that.
    const { issuer } = await speaking(() => hall.providers.discover(input.issuer));
    const nowMs = hall.clock.now();
    const at = new Date(nowMs);
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const { view, act, ended } = await asCaller(hall, caller, async (tx) => {
      await lockToEndSessions(tx, caller.tenantId);
      if (input.join_role !== null) await requireMayJoinAs(tx, caller, input.join_role);
      if (input.is_required) await requireWayBack(tx, caller);
      const former = await findSsoConnection(tx);
      const isSame = former !== null && former.issuer === issuer && former.clientId === input.client_id;
      if (!isSame && input.client_secret === undefined)
        throw new HallError("INVALID_REQUEST", {
          detail: { problems: [{ path: "client_secret", expected: "the secret of this client" }] },
        });
      const id = isSame ? former.id : randomUUID();
      const connection: SsoConnection = {
        ...{ id, issuer, clientId: input.client_id },
        clientSecret:
          input.client_secret === undefined && isSame
            ? former.clientSecret
            : hall.factorKey.encrypt(Buffer.from(input.client_secret ?? ""), clientSecretOf(id)),
        ...{ joinRole: input.join_role, isRequired: input.is_required },
        createdAt: isSame ? former.createdAt : at,
      };
      const sessions: string[] = [];
      if (isSame) await changeSsoConnection(tx, id, connection);
      else {
        if (former) sessions.push(...(await removeSsoConnection(tx, former.id, at)));
        await createSsoConnection(tx, caller.tenantId, connection);
      }
      if (input.is_required) sessions.push(...(await endOtherSessionsOfDomains(tx, at)));
      const view = await ssoView(hall, tx, connection);
      const details = {
        ...{ join_role: input.join_role, is_required: input.is_required },
        provider_digest: providerDigest(connection),
        replaced: former !== null && !isSame ? former.id : null,
        sessions,
      };
      const entry = { kind: "config", action: "sso_configured", subject: id, details } as const;
      return {
        view,
        act: await hall.ledger.append(tx, { ...envelope, ...entry }, nowMs, "tenant"),
        ended: sessions.length,
      };
    });
    await hall.ledger.sealed(act);
    return { ...view, receipt_id: act.receiptId, sessions_ended: ended };
  },
});

/** An address stands in no body for ever; its digest does. */
export function providerDigest({ id, issuer, clientId }: SsoConnection): string {
  return `sha256:${hash("sha256", `${id}\n${issuer}\n${clientId}`, "hex")}`;
}

/** What decides over people is given by people. */
const DECIDES_OVER_PEOPLE = /^(?:member|role|sso|domain):(?!read$)/;

async function requireMayJoinAs(tx: TenantTx, caller: Caller, role: string): Promise<void> {
  const own = await findCustomRole(tx, role);
  if (role === "owner" || role === "admin" || own?.permissions.some((one) => DECIDES_OVER_PEOPLE.test(one)))
    throw new HallError("FORBIDDEN", {
      detail: { permission: "sso:configure", reason: `nobody becomes ${role} without being invited` },
    });
  await requireMayGive(tx, caller, role);
}

/** Whoever closes the other ways in has one left that asks no provider. */
async function requireWayBack(tx: TenantTx, { credential }: Caller): Promise<void> {
  if (credential.kind !== "session" || credential.role !== "owner" || credential.accountId === null)
    throw conflict("only an owner with a password can require it: theirs is the way back");
  const factors = await liveFactors(await nameAccount(tx, credential.accountId), "password");
  if (factors.length === 0)
    throw conflict("set a password first: it is the way back when the provider is away");
  const proofs = await listNameProofs(tx);
  if (!proofs.some(({ kind, provedAt }) => kind === "email" && provedAt !== null))
    throw conflict("prove an e-mail domain first: it says whose members sign in so");
}

function conflict(reason: string): HallError {
  return new HallError("CONFLICT", { detail: { reason } });
}
