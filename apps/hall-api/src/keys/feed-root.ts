import { type FeedRootCode, verifyFeedRoot } from "@guildhall/attestation";
import {
  feedRootInForce,
  findReceipt,
  introduceHallKey,
  type OperatorTx,
  retireHallKey,
  withOperator,
} from "@guildhall/db";
import {
  type Actor,
  FeedRootIntroduced,
  HALL_CHAIN,
  HALL_KEY_ALGORITHMS,
  HallError,
  instant,
} from "@guildhall/protocol";
import type { Hall } from "../hall.ts";
import { receiptOf } from "../ledger/ledger.ts";

/** Where the private halves of a feed's root are: with people. */
const OFFLINE = "offline files of their holders";

/**
 * Enters the root of the ban feed: all of its keys in one entry, so that no half of a root is ever registered. What it
 * replaces is retired by the same entry, and has agreed by as many of its keys as it asks for.
 * @throws HallError FEED_ROOT_INVALID, CONFLICT
 */
export async function registerFeedRoot(
  { db, ledger, clock, settings }: Pick<Hall, "db" | "ledger" | "clock" | "settings">,
  actor: Actor,
  { envelope, reason }: { envelope: string; reason: string },
): Promise<{ digest: string; version: number; threshold: number; keyIds: string[]; receiptId: string }> {
  const nowMs = clock.now();
  const entry = ledger.envelopeFor(HALL_CHAIN, actor, nowMs);
  const { act, ...registered } = await withOperator(db, async (tx) => {
    const previous = await rootInForce(tx);
    const verdict = await verifyFeedRoot(envelope, previous);
    if (!verdict.ok) throw invalid(verdict.code);
    const { root, digest } = verdict;
    if (root.origin !== settings.origin) throw invalid("FEED_ROOT_OF_ANOTHER_LOG");
    for (const { key_id: keyId } of previous?.keys ?? []) await retireHallKey(tx, keyId, entry.receipt_id);
    for (const { key_id: keyId, spki } of root.keys) {
      const isNew = await introduceHallKey(tx, {
        keyId,
        role: "feed-root",
        algorithm: HALL_KEY_ALGORITHMS["feed-root"],
        spki: Buffer.from(spki, "base64"),
        module: OFFLINE,
        state: "active",
        notBefore: new Date(nowMs),
        notAfter: null,
        threshold: root.threshold,
        introducedBy: entry.receipt_id,
      });
      if (!isNew)
        throw new HallError("CONFLICT", { detail: { reason: `key ${keyId} was in a root before` } });
    }
    const details: FeedRootIntroduced = {
      roles: ["feed-root"],
      algorithm: "ed25519",
      version: root.version,
      threshold: root.threshold,
      keys: root.keys,
      not_before: instant(nowMs),
      not_after: null,
    };
    const act = await ledger.append(
      tx,
      {
        ...entry,
        kind: "key",
        action: "introduced",
        subject: digest,
        details: { ...details, module: OFFLINE, reason } as never,
      },
      nowMs,
      previous === null ? "none" : "hall",
    );
    return {
      act,
      digest,
      version: root.version,
      threshold: root.threshold,
      keyIds: root.keys.map((key) => key.key_id),
    };
  });
  await ledger.sealed(act);
  return { ...registered, receiptId: act.receiptId };
}

/** As its entry says it, not as the rows do. */
async function rootInForce(tx: OperatorTx): Promise<FeedRootIntroduced | null> {
  const introducedBy = await feedRootInForce(tx);
  if (introducedBy === null) return null;
  const receipt = await findReceipt(tx, introducedBy);
  const { details } = (receipt ? receiptOf(receipt) : {}) as { details?: unknown };
  return FeedRootIntroduced.parse(details);
}

function invalid(reason: FeedRootCode | string): HallError {
  return new HallError("FEED_ROOT_INVALID", { detail: { reason } });
}
