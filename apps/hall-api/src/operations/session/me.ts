import { verifierKey } from "@guildhall/attestation";
import { readTenant } from "@guildhall/db";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";
import { MemberView, TenantView } from "./start-session.ts";

export const me = operation({
  name: "session.me",
  summary: "Who is signed in, where, and how the Hall stands.",
  permission: "session:end",
  input: z.strictObject({}),
  output: z.object({
    member: MemberView,
    tenant: TenantView,
    /** What the member's role allows; the console says with it beforehand why a button is off. */
    permissions: z.array(z.string()),
    hall: z.object({
      origin: z.string(),
      verifier_key: z.string(),
      state: z.enum(["sealed", "unsealed", "signer_lost"]),
      tree_size: z.int(),
      sealed_size: z.int(),
      sealed_at: z.string().nullable(),
      /** Null where no witness is configured. */
      witnesses: z
        .object({
          /** For how long something sealed was cosigned by none; null where nothing ever was. */
          unwitnessed_s: z.int().nullable(),
          is_contradicted: z.boolean(),
        })
        .nullable(),
    }),
  }),
  trpc: "query",
  async run({ hall, ...context }) {
    const caller = callerOf(context);
    if (caller.credential.kind !== "session")
      throw new HallError("FORBIDDEN", { detail: { permission: "session:end" } });
    const tenant = await asCaller(hall, caller, readTenant);
    if (!tenant) throw new HallError("NOT_FOUND");
    const { id, name, role } = { ...caller.credential, id: caller.actor.id };
    const state = await hall.ledger.state();
    const witnesses = hall.witnessing.state(state.sealed_size, hall.clock.now());
    return {
      member: { id, display_name: name, role },
      tenant: { slug: tenant.slug, name: tenant.name },
      permissions: [...caller.permissions],
      hall: {
        origin: hall.settings.origin,
        verifier_key: verifierKey(hall.settings.origin, hall.signer.publicKey),
        ...state,
        witnesses: witnesses && {
          unwitnessed_s: witnesses.unwitnessed_s,
          is_contradicted: witnesses.contradicted.length > 0,
        },
      },
    };
  },
});
