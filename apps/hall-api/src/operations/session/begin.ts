import { randomUUID } from "node:crypto";
import {
  findLinkMember,
  findMember,
  liveFactors,
  lookupAccount,
  lookupMemberships,
  lookupSignInLink,
  nameAccount,
  spendSignInLink,
  type TenantTx,
  withAccount,
  withTenant,
} from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { hashSecret, readSecret } from "../../identity/api-key.ts";
import { Email } from "../../identity/email.ts";
import { secondFactorsOf, showPassword } from "../../identity/factors.ts";
import { PASSWORD_MAX } from "../../identity/password.ts";
import { guardAttempt } from "../../identity/sign-in-guard.ts";
import { operation } from "../operation.ts";
import { awaitFactor, BegunView, PendingView, startSession, TenantView } from "./start-session.ts";

type Answer = z.output<typeof BegunAnswer>;

const BegunAnswer = z.discriminatedUnion("state", [
  BegunView,
  PendingView,
  /** Nothing has begun: the same again, with one of these. */
  z.object({ state: z.literal("choose_tenant"), tenants: z.array(TenantView) }),
]);

export const begin = operation({
  name: "session.begin",
  summary:
    "Sign in by e-mail and password, or by a one-time link; a second factor may be wanted before it has begun.",
  permission: "public",
  input: z
    .strictObject({
      token: z.string().max(128).optional(),
      email: Email.optional(),
      password: z.string().min(1).max(PASSWORD_MAX).optional(),
      /** The tenant's slug, for whoever is a member of several. */
      tenant: z.string().max(64).optional(),
    })
    .refine(
      ({ token, email, password, tenant }) =>
        token === undefined
          ? email !== undefined && password !== undefined
          : email === undefined && password === undefined && tenant === undefined,
      "expected a token, or an email and a password",
    ),
  output: BegunAnswer,
  rest: { method: "POST", path: "/wcp/session/begin", status: 201 },
  trpc: "mutation",
  async run({ hall, input: { token, email, password, tenant }, request }): Promise<Answer> {
    return token !== undefined
      ? byLink(hall, token, request.address)
      : byPassword(hall, { email: email ?? "", password: password ?? "", tenant }, request.address);
  },
});

async function byLink(hall: Hall, token: string, address: string): Promise<Answer> {
  if (readSecret(token) !== "link") throw new HallError("LINK_SPENT");
  const found = await lookupSignInLink(hall.db, hashSecret(token));
  if (!found) throw new HallError("LINK_SPENT");
  const at = new Date(hall.clock.now());
  // Who has a second factor is asked for it, however they come in.
  const wanted = await withTenant(hall.db, found.tenantId, async (tx) => {
    const member = await findLinkMember(tx, found.id, { at, purpose: "sign_in" });
    if (!member) throw new HallError("LINK_SPENT");
    return member.accountId ? secondFactorsOf(await nameAccount(tx, member.accountId)) : [];
  });
  const spend = async (tx: TenantTx, nowMs: number) => {
    const member = await spendSignInLink(tx, found.id, new Date(nowMs));
    if (!member) throw new HallError("LINK_SPENT");
    return member;
  };
  const coming = { factors: "link", address };
  return wanted.length > 0
    ? awaitFactor(hall, found.tenantId, { ...coming, wanted }, spend)
    : startSession(hall, found.tenantId, coming, spend);
}

async function byPassword(
  hall: Hall,
  { email, password, tenant }: { email: string; password: string; tenant: string | undefined },
  address: string,
): Promise<Answer> {
  const known = await lookupAccount(hall.db, email);
  // Of an account that nobody has as much is asked as of any: the answer's time tells nothing (H-112).
  const accountId = known ?? randomUUID();
  const attempt = { subject: `password ${email}`, address, accountId: known };
  const { memberships, wanted, shown } = await guardAttempt(hall, attempt, async () => {
    const { shown, wanted } = await withAccount(hall.db, accountId, async (tx) => {
      const shown = await showPassword(tx, password);
      return { shown, wanted: shown === null ? [] : await secondFactorsOf(tx) };
    });
    const all = await lookupMemberships(hall.db, accountId);
    const memberships = all.filter(({ slug }) => tenant === undefined || slug === tenant);
    return shown !== null && memberships.length > 0 ? { memberships, wanted, shown } : null;
  });
  const [only, another] = memberships;
  if (another)
    return { state: "choose_tenant", tenants: memberships.map(({ slug, name }) => ({ slug, name })) };
  const { tenantId, memberId } = only!;
  const coming = { factors: "password", address };
  const identify = async (tx: TenantTx) => {
    const member = await findMember(tx, memberId);
    const passwords = await liveFactors(await nameAccount(tx, accountId), "password");
    if (!member || !passwords.some(({ id }) => id === shown)) throw new HallError("SIGN_IN_REFUSED");
    return member;
  };
  return wanted.length > 0
    ? awaitFactor(hall, tenantId, { ...coming, wanted }, identify)
    : startSession(hall, tenantId, coming, identify);
}
