import { verifierKey } from "@guildhall/attestation";
import { listHallKeys, liveGrantKeys } from "@guildhall/db";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { SealedReceiptView } from "../receipt/get.ts";

/** The Hall's public keys as every door shows them. */
export const HallKeysView = z.object({
  origin: z.string(),
  /** Of the log, today. */
  verifier_key: z.string(),
  keys: z.array(
    z.object({
      key_id: z.string(),
      roles: z.array(z.string()),
      algorithm: z.string(),
      spki: z.string(),
      module: z.string(),
      state: z.enum(["introduced", "active", "retired"]),
      not_before: z.string(),
      not_after: z.string().nullable(),
      threshold: z.int(),
      introduced_by: z.uuid(),
      introduced_leaf: z.int().nullable(),
      retired_by: z.uuid().nullable(),
      retired_leaf: z.int().nullable(),
    }),
  ),
  history: z.array(SealedReceiptView),
});

export async function readHallKeys(hall: Hall): Promise<z.infer<typeof HallKeysView>> {
  const { keys: rows } = await listHallKeys(hall.db);
  const grants = await liveGrantKeys(hall.db, new Date(hall.clock.now()));
  const registered = [...Map.groupBy(rows, ({ keyId }) => keyId).values()].map((ofKey) => {
    const key = ofKey[0]!;
    return {
      key_id: key.keyId,
      roles: ofKey.map(({ role }) => role),
      algorithm: key.algorithm,
      spki: Buffer.from(key.spki).toString("base64"),
      module: key.module,
      state: key.state,
      not_before: key.notBefore.toISOString(),
      not_after: key.notAfter?.toISOString() ?? null,
      threshold: key.threshold,
      introduced_by: key.introducedBy,
      introduced_leaf: key.introducedLeaf,
      retired_by: key.retiredBy,
      retired_leaf: key.retiredLeaf,
    };
  });
  const held = grants.map(({ kid, publicKey, notBefore, notAfter }) => ({
    key_id: kid,
    roles: ["grant"],
    algorithm: "ed25519",
    spki: Buffer.concat([ED25519_SPKI, publicKey]).toString("base64"),
    module: "process memory",
    state: "active" as const,
    not_before: notBefore.toISOString(),
    not_after: notAfter.toISOString(),
    threshold: 1,
    // The key is named for the entry that introduced it.
    introduced_by: kid,
    introduced_leaf: null,
    retired_by: null,
    retired_leaf: null,
  }));
  return {
    origin: hall.settings.origin,
    verifier_key: verifierKey(hall.settings.origin, hall.signer.publicKey),
    keys: [...registered, ...held],
    history: [...(await hall.keyHistory.of(rows))] as z.infer<typeof SealedReceiptView>[],
  };
}

/** The DER that precedes the 32 bytes of every Ed25519 public key (RFC 8410). */
const ED25519_SPKI = Buffer.from("302a300506032b6570032100", "hex");
