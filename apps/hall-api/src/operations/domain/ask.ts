import { randomUUID } from "node:crypto";
import {
  createNameProof,
  findNameProof,
  listNameProofs,
  type NameProof,
  type NewNameProof,
  renewChallenge,
} from "@guildhall/db";
import { HallError, Namespace } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { CHALLENGE_MS, Domain, newChallenge } from "../../names/challenge.ts";
import { callerOf, operation } from "../operation.ts";
import { ProofView, proofView } from "./view.ts";

/** What a tenant may have asked for at once: each is looked at every day. */
const PROOFS_MAX = 20;

/**
 * Asking takes nothing: several tenants may ask for one name, each with a record of its own. Asking again for what was
 * not proved gives another record, and the one before counts no more.
 */
export const ask = operation({
  name: "domain.ask",
  summary: "Ask for the text record that proves an e-mail domain, or a namespace, to be the tenant's.",
  permission: "domain:prove",
  input: z
    .strictObject({
      kind: z.enum(["email", "namespace"]),
      /** A domain such as `example.com`, or a namespace such as `org.example`. */
      name: z.string().max(253),
      /** Of those that prove a namespace here, where there are several. */
      suffix: z.string().max(64).optional(),
    })
    .superRefine(({ kind, name }, context) => {
      const read = (kind === "email" ? Domain : Namespace).safeParse(name);
      for (const issue of read.error?.issues ?? []) context.addIssue({ ...issue, path: ["name"] });
    }),
  output: ProofView,
  rest: { method: "POST", path: "/wcp/domains", status: 201 },
  trpc: "mutation",
  async run({ hall, input: { kind, name, suffix }, ...context }) {
    const caller = callerOf(context);
    const nowMs = hall.clock.now();
    const domain = kind === "email" ? name : domainOf(name, suffix, hall.settings.namespaceSuffixes);
    const envelope = hall.ledger.envelopeFor(caller.tenantId, caller.actor, nowMs);
    const asked = {
      ...{ kind, name, domain, challenge: newChallenge() },
      ...{ askedAt: new Date(nowMs), expiresAt: new Date(nowMs + CHALLENGE_MS) },
    };
    const { proof, act } = await asCaller(hall, caller, async (tx) => {
      const known = await findNameProof(tx, { kind, name });
      if (known?.provedAt) throw conflict("proved before; release it first if another record is to prove it");
      if (!known && (await listNameProofs(tx)).length >= PROOFS_MAX)
        throw conflict(`${PROOFS_MAX} names are asked for or proved already; release one`);
      if (known && known.domain !== domain)
        throw conflict("asked for under another domain; release it first");
      const id = known?.id ?? randomUUID();
      if (known) await renewChallenge(tx, id, asked);
      else await createNameProof(tx, caller.tenantId, { id, ...asked } satisfies NewNameProof);
      const act = await hall.ledger.append(
        tx,
        { ...envelope, kind: "tenant", action: "domain_asked", subject: id, details: { kind, name } },
        nowMs,
      );
      const proof: NameProof = {
        ...asked,
        id,
        checkedAt: null,
        provedAt: null,
        lostAt: null,
        releasedAt: null,
      };
      return { proof, act };
    });
    await hall.ledger.sealed(act);
    return proofView(proof);
  },
});

/** `org.acme` is proved by `acme.org`, where the operator of the Hall lets `org` prove names. */
function domainOf(namespace: string, suffix: string | undefined, suffixes: readonly string[]): string {
  const chosen = suffix ?? suffixes[0];
  if (chosen === undefined || !suffixes.includes(chosen))
    throw new HallError("INVALID_REQUEST", {
      detail: { problems: [{ path: "suffix", expected: `one of ${suffixes.join(", ")}` }] },
    });
  return `${namespace.slice(namespace.indexOf(".") + 1)}.${chosen}`;
}

function conflict(reason: string): HallError {
  return new HallError("CONFLICT", { detail: { reason } });
}
