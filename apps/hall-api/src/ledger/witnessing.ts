import {
  checkCosignatures,
  consistencyProof,
  parseNote,
  parseWitnessKey,
  VerifyError,
  witnessKeyHash,
} from "@guildhall/attestation";
import { type Db, latestCheckpoint, latestCosignatures, storeCosignature } from "@guildhall/db";
import type { Outbound } from "../outbound.ts";
import { AskedWitness, type Contradiction, WitnessStatusError, type WitnessView } from "./asked-witness.ts";
import { readLog } from "./read-log.ts";

/**
 * Asks the configured witnesses to cosign what is sealed (C2SP tlog-witness). Never in the road of an answer: it
 * looks at stored checkpoints, once a second at most, one question to each witness at a time.
 */
export interface Witnessing {
  /** Asks every witness that is behind, once. Never throws: who cannot be asked is asked again later. */
  ask(): Promise<void>;
  /** Null where no witness is configured. */
  state(sealedSize: number, nowMs: number): WitnessState | null;
  /** Witnesses that show this database to be an old one. */
  contradictions(): Contradiction[];
}

export interface WitnessState {
  configured: number;
  /** Leaves that are sealed and that no witness has cosigned. */
  unwitnessed_leaves: number;
  /** For how long that has been so; null where nothing was ever cosigned. */
  unwitnessed_s: number | null;
  /** Those that have cosigned a log which this one contradicts. */
  contradicted: string[];
  /** Each of them, as the settings name them. */
  asked: WitnessView[];
}

export interface WitnessingOptions {
  db: Db;
  outbound: Outbound;
  witnesses: readonly { url: string; key: string }[];
  now: () => number;
  log: { warn(details: object, message: string): void; error(details: object, message: string): void };
  /** The signed checkpoint of a log without leaves: what an empty database has to show. */
  emptyCheckpoint: () => Promise<string>;
}

const TIMEOUT_MS = 5000;
/** After a failure; a witness that is down is not to be knocked at each second. */
const RETRY_MS = 10_000;

export async function createWitnessing(options: WitnessingOptions): Promise<Witnessing> {
  const { db, now, log } = options;
  const stored = options.witnesses.length === 0 ? [] : await latestCosignatures(db.ledger);
  const asked = await Promise.all(
    options.witnesses.map(async ({ url, key }) => {
      const parsed = await parseWitnessKey(key);
      const id = `${parsed.name}+${await witnessKeyHash(parsed)}`;
      const last = stored.find(({ witness }) => witness === id);
      return new AskedWitness(url, parsed, id, last?.treeSize ?? 0, last?.cosignedAt.getTime() ?? null);
    }),
  );

  async function askOne(witness: AskedWitness): Promise<void> {
    if (witness.isBusy || now() < witness.notBeforeMs) return;
    witness.isBusy = true;
    try {
      const newest = await latestCheckpoint(db.ledger);
      if (!newest && witness.isNew) await heldToEmpty(witness);
      if (newest && (newest.treeSize > witness.treeSize || witness.isNew)) await cosigned(witness, newest);
      witness.isNew = false;
      witness.failure = null;
    } catch (err) {
      witness.fail(err, now());
      witness.notBeforeMs = now() + RETRY_MS;
      log.warn({ err, witness: witness.id }, "a witness did not cosign; it is asked again");
    } finally {
      witness.isBusy = false;
    }
  }

  async function asking(
    witness: AskedWitness,
    old: number,
    { treeSize, note }: { treeSize: number; note: string },
  ): Promise<{ status: number; text: string }> {
    const proof = await consistencyProof(old, treeSize, readLog(db));
    const lines = proof.map((hash) => `${Buffer.from(hash).toString("base64")}\n`).join("");
    return options.outbound.postText(
      `${witness.url.replace(/\/$/, "")}/add-checkpoint`,
      `old ${old}\n${lines}\n${note}`,
      { timeoutMs: TIMEOUT_MS },
    );
  }

  /** Whether it knows of a log where this database has none. Any other answer to an empty log says nothing. */
  async function heldToEmpty(witness: AskedWitness): Promise<void> {
    const { status, text } = await asking(witness, 0, { treeSize: 0, note: await options.emptyCheckpoint() });
    const size = sizeIn(text);
    if (status === 409 && size > 0) contradict(witness, size, false);
  }

  async function cosigned(witness: AskedWitness, newest: { treeSize: number; note: string }): Promise<void> {
    // The second time with the size that the witness itself named.
    for (let old = Math.min(witness.treeSize, newest.treeSize), attempt = 0; attempt < 2; attempt++) {
      const answer = await asking(witness, old, newest);
      switch (answer.status) {
        case 200:
          return keep(witness, newest, answer.text);
        case 409: {
          const size = sizeIn(answer.text);
          if (size > newest.treeSize) return contradict(witness, size, false);
          if (attempt === 0 && size !== old && Number.isSafeInteger(size)) {
            old = size;
            continue;
          }
          return contradict(witness, old, true);
        }
        case 422:
          return contradict(witness, old, true);
        default:
          throw new WitnessStatusError(answer.status);
      }
    }
  }

  /** Only what the witness's own key verifies is kept, and only its own lines. */
  async function keep(
    witness: AskedWitness,
    { treeSize, note }: { treeSize: number; note: string },
    answer: string,
  ): Promise<void> {
    const parsed = parseNote(note + answer);
    const [cosignature] = await checkCosignatures(parsed, [witness.key]);
    const line = answer.split("\n").find((line) => line.startsWith(`— ${witness.key.name} `));
    if (!cosignature || line === undefined)
      throw new VerifyError("NOTE_KEY_UNKNOWN", "The answer holds no cosignature by the configured key.");
    const cosignedAt = new Date(cosignature.timeS * 1000);
    await storeCosignature(db.ledger, { treeSize, witness: witness.id, line, cosignedAt });
    witness.treeSize = treeSize;
    witness.cosignedAtMs = now();
    witness.contradiction = null;
  }

  function contradict(witness: AskedWitness, treeSize: number, isFork: boolean): void {
    witness.notBeforeMs = now() + RETRY_MS;
    if (witness.contradiction) return;
    witness.contradiction = { witness: witness.id, treeSize, isFork };
    log.error(witness.contradiction, "a witness has cosigned a log that this one contradicts");
  }

  return {
    async ask() {
      await Promise.all(asked.map(askOne));
    },
    contradictions: () => asked.flatMap(({ contradiction }) => contradiction ?? []),
    state(sealedSize, nowMs) {
      if (asked.length === 0) return null;
      const best = asked.reduce((a, b) => (b.treeSize > a.treeSize ? b : a));
      const leaves = Math.max(0, sealedSize - best.treeSize);
      const sinceMs = best.cosignedAtMs === null ? null : Math.max(0, nowMs - best.cosignedAtMs);
      return {
        configured: asked.length,
        unwitnessed_leaves: leaves,
        unwitnessed_s: leaves === 0 ? 0 : sinceMs === null ? null : Math.floor(sinceMs / 1000),
        contradicted: asked.flatMap(({ contradiction }) => contradiction?.witness ?? []),
        asked: asked.map((witness) => witness.view(sealedSize)),
      };
    },
  };
}

/** The body of a 409: the size that the witness knows. */
function sizeIn(text: string): number {
  return Number(/^(0|[1-9][0-9]{0,15})\n$/.exec(text)?.[1] ?? Number.NaN);
}
