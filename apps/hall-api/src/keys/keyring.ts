import type { KeyAlgorithm } from "@guildhall/attestation";
import {
  activateHallKey,
  type Db,
  type HallKey,
  introduceHallKey,
  listHallKeys,
  type OperatorTx,
  retireHallKey,
  sealGap,
  withOperator,
} from "@guildhall/db";
import {
  type Actor,
  HALL_CHAIN,
  HALL_KEY_ALGORITHMS,
  HallError,
  type HallKeyRole,
  instant,
  type KeyIntroduced,
  LOG_KEY_ROLES,
} from "@guildhall/protocol";
import type { Clock } from "../clock.ts";
import type { Appended } from "../ledger/append-entry.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { KeyStore, SignerFor } from "./key-store.ts";
import type { LogKeys } from "./log-keys.ts";

/** Roles whose keys this process opens and signs with. */
export type KeptRole = Exclude<HallKeyRole, "receipt" | "log" | "grant" | "feed-root" | "witness">;

/**
 * The Hall's keys by what they are for. The register in the database says which key stands where; each row of it is
 * what a sealed entry of the Hall's chain says. A role's key is made when it is first needed.
 */
export interface Keyring {
  /** Opens a role's key, introduced by a sealed entry before it signs anything. */
  open<Role extends KeptRole>(role: Role): Promise<SignerFor<(typeof HALL_KEY_ALGORITHMS)[Role]>>;
  /** Enters the log's own key where the register has none: the first entry of a new Hall. */
  introduceFirst(): Promise<void>;
  /** Makes a key, introduces it under the one before and has it take over. Goes on where an attempt was cut off. */
  rotate(role: KeptRole | "log", actor: Actor, reason: string): Promise<Rotated>;
}

export interface Rotated {
  retired: string;
  introduced: string;
  introducedBy: string;
  retiredBy: string;
}

const KEYRING: Actor = { kind: "hall", id: "keyring" };
const STORED_WITHIN_MS = 10_000;

export function createKeyring(options: {
  db: Db;
  ledger: Ledger;
  clock: Clock;
  store: KeyStore;
  logKeys: LogKeys;
}): Keyring {
  const { db, ledger, clock, store, logKeys } = options;
  let rotating: Promise<unknown> = Promise.resolve();

  async function standing(role: HallKeyRole) {
    const keys = (await listHallKeys(db)).keys.filter((key) => key.role === role);
    return {
      count: keys.length,
      active: keys.find(({ state }) => state === "active") ?? null,
      introduced: keys.find(({ state }) => state === "introduced") ?? null,
    };
  }

  async function record(
    actor: Actor,
    action: "introduced" | "retired",
    subject: string,
    details: Record<string, unknown>,
    work: (tx: OperatorTx, receiptId: string, now: Date) => Promise<boolean>,
    fences: boolean,
    signingKeyId?: string,
  ): Promise<Appended | null> {
    const nowMs = clock.now();
    const envelope = ledger.envelopeFor(HALL_CHAIN, actor, nowMs);
    const act = await withOperator(db, async (tx) => {
      if (!(await work(tx, envelope.receipt_id, new Date(nowMs)))) return null;
      return ledger.append(
        tx,
        {
          ...envelope,
          ...(signingKeyId !== undefined && { signing_key_id: signingKeyId }),
          kind: "key",
          action,
          subject,
          details: details as never,
        },
        nowMs,
        fences ? "hall" : "none",
      );
    });
    if (act) await ledger.sealed(act);
    return act;
  }

  function introduce(
    actor: Actor,
    signer: { keyId: string; algorithm: string; spki: Uint8Array; module: string },
    roles: readonly HallKeyRole[],
    state: "introduced" | "active",
  ): Promise<Appended | null> {
    const details: KeyIntroduced = {
      roles: [...roles],
      algorithm: signer.algorithm,
      spki: Buffer.from(signer.spki).toString("base64"),
      module: signer.module,
      not_before: instant(clock.now()),
      not_after: null,
      threshold: 1,
    };
    const { keyId, algorithm, spki, module } = signer;
    return record(
      actor,
      "introduced",
      keyId,
      details,
      async (tx, introducedBy, notBefore) => {
        for (const role of roles) {
          const key = {
            keyId,
            role,
            algorithm,
            spki,
            module,
            state,
            notBefore,
            notAfter: null,
            threshold: 1,
          };
          // Another instance was first.
          if (!(await introduceHallKey(tx, { ...key, introducedBy }))) return false;
        }
        return true;
      },
      // From here on both keys sign the log, in every instance.
      state === "introduced",
    );
  }

  async function openStored<A extends KeyAlgorithm>(role: KeptRole, algorithm: A, key: HallKey) {
    const signer = await store.find(role, algorithm, key.spki);
    if (signer) return signer;
    throw new HallError("SIGNER_UNAVAILABLE", { detail: { missing_key: key.keyId, role } });
  }

  async function rotateNow(role: KeptRole | "log", actor: Actor, reason: string): Promise<Rotated> {
    const before = await standing(role);
    const { active } = before;
    if (!active) throw new HallError("CONFLICT", { detail: { reason: `no key of role ${role} is in use` } });
    const roles = role === "log" ? LOG_KEY_ROLES : ([role] as const);
    if (!before.introduced) {
      const made = await store.make(role, HALL_KEY_ALGORITHMS[role], before.count + 1);
      if (!(await introduce(actor, made, roles, "introduced")))
        throw new HallError("CONFLICT", { detail: { reason: "another changeover of this role began" } });
    }
    const next = before.introduced ?? (await standing(role)).introduced;
    if (!next) throw new HallError("CONFLICT", { detail: { reason: "the changeover was ended elsewhere" } });
    await logKeys.reload();
    // The new key's entry must lie under a stored checkpoint of the old one, or nobody could follow.
    await storedUpTo(next.introducedLeaf);
    const act = await record(
      actor,
      "retired",
      active.keyId,
      { roles: [...roles], successor: next.keyId, reason },
      async (tx, retiredBy) =>
        (await retireHallKey(tx, active.keyId, retiredBy)) === roles.length &&
        (await activateHallKey(tx, next.keyId)) === roles.length,
      true,
      role === "log" ? next.keyId : undefined,
    );
    if (!act) throw new HallError("CONFLICT", { detail: { reason: "the changeover was ended elsewhere" } });
    return {
      retired: active.keyId,
      introduced: next.keyId,
      introducedBy: next.introducedBy,
      retiredBy: act.receiptId,
    };
  }

  async function storedUpTo(leafIndex: number): Promise<void> {
    const giveUp = Date.now() + STORED_WITHIN_MS;
    while ((await sealGap(db.ledger)).sealedSize <= leafIndex) {
      if (Date.now() > giveUp) throw new HallError("SIGNER_UNAVAILABLE");
      await ledger.sealer.sealCommitted();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  return {
    async open(role) {
      const algorithm = HALL_KEY_ALGORITHMS[role];
      const { active, count } = await standing(role);
      if (active) return openStored(role, algorithm, active);
      const made = await store.make(role, algorithm, count + 1);
      await introduce(KEYRING, made, [role], "active");
      const { active: entered } = await standing(role);
      if (!entered) throw new Error(`the key of role ${role} was not entered`);
      return openStored(role, algorithm, entered);
    },
    async introduceFirst() {
      const { count } = await standing("log");
      if (count === 0) await introduce(KEYRING, logKeys.current(), LOG_KEY_ROLES, "active");
    },
    rotate(role, actor, reason) {
      const turn = rotating.then(() => rotateNow(role, actor, reason));
      rotating = turn.catch(() => undefined);
      return turn;
    },
  };
}
