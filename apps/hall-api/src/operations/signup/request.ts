import { randomUUID } from "node:crypto";
import { replaceFoundingLink, withOperator } from "@guildhall/db";
import { HALL_CHAIN, HallError } from "@guildhall/protocol";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { hashSecret, newSecret, secretDigest } from "../../identity/api-key.ts";
import { Email } from "../../identity/email.ts";
import { countSignUp } from "../../identity/sign-in-guard.ts";
import { FOUNDING_LINK_MS } from "../../tenants/founding-link-ms.ts";
import { operation } from "../operation.ts";

/**
 * The same answer, whether or not anybody has an account under the e-mail, and the same letter: nothing is looked up. Who
 * has an account shows its password when they come.
 */
export const request = operation({
  name: "signup.request",
  summary:
    "Ask for a link that founds a tenant of one's own; it goes to the e-mail. Where the Hall lets people sign up.",
  permission: "public",
  input: z.strictObject({ email: Email }),
  output: z.object({ asked: z.literal(true) }),
  rest: { method: "POST", path: "/wcp/sign-up", status: 202, refuses: [404] },
  trpc: "mutation",
  async run({ hall, input: { email }, request: { address } }) {
    if (!hall.settings.signUp) throw new HallError("SIGN_UP_CLOSED");
    await countSignUp(hall, { email, address });
    hall.links.behind(() => sendLink(hall, email));
    return { asked: true as const };
  },
});

async function sendLink(hall: Hall, email: string): Promise<void> {
  const link = newSecret("link");
  const id = randomUUID();
  const nowMs = hall.clock.now();
  const expiresAt = new Date(nowMs + FOUNDING_LINK_MS);
  const envelope = hall.ledger.envelopeFor(HALL_CHAIN, { kind: "hall", id: "sign-up" }, nowMs);
  const act = await withOperator(hall.db, async (tx) => {
    const times = { createdAt: new Date(nowMs), expiresAt };
    await replaceFoundingLink(tx, { id, kind: "sign_up", email, tokenHash: hashSecret(link), ...times });
    // Without the e-mail: a body is kept for ever.
    const details = { token_digest: secretDigest(hashSecret(link)) };
    const entry = { kind: "access", action: "sign_up_asked", subject: id, details } as const;
    return hall.ledger.append(tx, { ...envelope, ...entry }, nowMs);
  });
  await hall.ledger.sealed(act);
  hall.links.deliver({
    to: email,
    subject: "Found your tenant",
    reason: `Somebody asked to sign up with ${email} at ${hall.settings.consoleUrl}.`,
    url: `${hall.settings.consoleUrl}/sign-up?token=${link}`,
    expiresAt,
  });
}
