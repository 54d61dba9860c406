import { keyIdOfSpki, parseWitnessKey, publicKeyDer } from "@guildhall/attestation";
import {
  type Db,
  introduceHallKey,
  listHallKeys,
  type OperatorTx,
  reintroduceHallKey,
  retireHallKey,
  withOperator,
} from "@guildhall/db";
import { type Actor, HALL_CHAIN, instant, type KeyIntroduced } from "@guildhall/protocol";
import type { Clock } from "../clock.ts";
import type { Ledger } from "../ledger/ledger.ts";

const STARTER: Actor = { kind: "hall", id: "witnessing" };

/**
 * Says in the log which witnesses this Hall asks, from the settings that it starts with: each is introduced, and retired
 * once it is not named any more. Whoever reads the log sees when a Hall changed who watches it.
 */
export async function registerWitnesses(on: {
  db: Db;
  ledger: Ledger;
  clock: Clock;
  witnesses: readonly { key: string }[];
}): Promise<void> {
  const { db, witnesses } = on;
  const { keys } = await listHallKeys(db);
  const known = keys.filter(({ role }) => role === "witness");
  const named = await Promise.all(witnesses.map(({ key }) => parseWitnessKey(key)));
  const asked = new Map(
    named.map(({ name, publicKey }) => {
      const spki = publicKeyDer(publicKey);
      return [keyIdOfSpki(spki, "ed25519"), { name, spki }];
    }),
  );
  for (const [keyId, witness] of asked)
    if (!known.some((key) => key.keyId === keyId && key.state === "active"))
      await introduce(on, keyId, witness);
  for (const { keyId, state } of known) if (state === "active" && !asked.has(keyId)) await retire(on, keyId);
}

function introduce(
  on: Parameters<typeof registerWitnesses>[0],
  keyId: string,
  { name, spki }: { name: string; spki: Uint8Array },
): Promise<void> {
  const nowMs = on.clock.now();
  const module = `at the witness ${name}`.slice(0, 256);
  const details: KeyIntroduced = {
    roles: ["witness"],
    algorithm: "ed25519",
    spki: Buffer.from(spki).toString("base64"),
    module,
    not_before: instant(nowMs),
    not_after: null,
    threshold: 1,
  };
  const key = {
    ...{ keyId, role: "witness", algorithm: "ed25519", spki, module, state: "active" as const },
    ...{ notBefore: new Date(nowMs), notAfter: null, threshold: 1 },
  };
  return record(on, nowMs, { action: "introduced", subject: keyId, details }, async (tx, introducedBy) =>
    // One that was asked before has its row.
    (await introduceHallKey(tx, { ...key, introducedBy }))
      ? true
      : reintroduceHallKey(tx, { ...key, introducedBy }),
  );
}

function retire(on: Parameters<typeof registerWitnesses>[0], keyId: string): Promise<void> {
  const details = { roles: ["witness"], successor: null, reason: "it is not asked any more" };
  const act = { action: "retired", subject: keyId, details };
  return record(on, on.clock.now(), act, async (tx, id) => (await retireHallKey(tx, keyId, id)) > 0);
}

/** Nothing is appended where another instance was first. */
async function record(
  { db, ledger }: Parameters<typeof registerWitnesses>[0],
  nowMs: number,
  act: { action: string; subject: string; details: Record<string, unknown> },
  write: (tx: OperatorTx, receiptId: string) => Promise<boolean>,
): Promise<void> {
  const envelope = ledger.envelopeFor(HALL_CHAIN, STARTER, nowMs);
  const entry = { ...envelope, kind: "key", ...act, details: act.details as never } as const;
  const appended = await withOperator(db, async (tx) =>
    (await write(tx, envelope.receipt_id)) ? ledger.append(tx, entry, nowMs) : null,
  );
  if (appended) await ledger.sealed(appended);
}
