import { type ReadReceipt, References, sentenceOf } from "@guildhall/attestation";
import { type Db, readChain, readChainLengths, withTenant } from "@guildhall/db";
import { HALL_CHAIN, type TenantId } from "@guildhall/protocol";
import { z } from "zod";
import type { Raise } from "./raise-alert.ts";
import { restAfter } from "./rest-after.ts";

/**
 * Reads each tenant's chain as a stranger would who holds all of it, and holds every decision to what it names: rules,
 * profiles, agreement, worker, certificate and attestation stood in that chain when it was sequenced (H-064). What
 * a snapshot held that no receipt brought in, whether by an edited row or by a fault of the Hall's own, is an alert on
 * the tenant's chain. `hall verify --lines` says the same of a file, by the same code.
 *
 * A round goes on where the one before ended, and asks only about chains that have grown. After a start each chain is read once from its beginning.
 */
export interface DecisionAuditor {
  /** One round. @returns what was found for the first time */
  audit(): Promise<DecisionFinding[]>;
}

export interface DecisionFinding {
  chain: TenantId;
  receiptId: string;
  code: string;
  kind: string;
}

export interface DecisionAuditorOptions {
  db: Db;
  raise: Raise;
  receiptsARound?: number;
  pageSize?: number;
  /** Ends a round between two pages. */
  signal?: AbortSignal;
}

/** The code of the auditor's alerts about decisions. */
export const DECISION_UNFOUNDED = "DECISION_UNFOUNDED";

const RECEIPTS_A_ROUND = 10_000;
/** So many are read between two rests. */
const PAGE_SIZE = 50;
/** What asking about a chain costs, in receipts. */
const VISIT_COST = 10;

/** What was told before, by this instance or another: a restart does not tell it again. */
const Told = z.object({
  code: z.literal(DECISION_UNFOUNDED),
  findings: z.array(z.object({ receipt_id: z.string() })),
});

interface Followed {
  /** So many receipts were read, from the first one on. */
  length: number;
  references: References;
  /** Found, and told once the end of the chain shows that nobody has. */
  found: Map<string, { code: string; kind: string; sentence: string }>;
}

export function createDecisionAuditor(options: DecisionAuditorOptions): DecisionAuditor {
  const { db, raise, receiptsARound = RECEIPTS_A_ROUND, pageSize = PAGE_SIZE, signal } = options;
  const chains = new Map<TenantId, Followed>();
  let lastChain: TenantId | null = null;

  async function followedOf(chain: TenantId): Promise<Followed> {
    const followed = chains.get(chain) ?? {
      length: 0,
      references: await References.fromStart({ strict: true }),
      found: new Map(),
    };
    chains.set(chain, followed);
    return followed;
  }

  /** Reads a page. A place where nothing stands is for the other auditor to tell. */
  async function readOn(chain: TenantId, followed: Followed, length: number): Promise<number> {
    const { length: from } = followed;
    const to = Math.min(from + pageSize, length);
    for (const { body } of await withTenant(db, chain, (tx) => readChain(tx, { from, to }))) {
      const receipt = readBody(body);
      if (receipt) take(followed, receipt);
    }
    followed.length = to;
    return to - from;
  }

  async function tell(chain: TenantId, { found }: Followed): Promise<DecisionFinding[]> {
    if (found.size === 0) return [];
    const findings = [...found].map(([receiptId, { code, kind }]) => ({ chain, receiptId, code, kind }));
    const [first] = found.values();
    await raise(chain, {
      subject: "decisions",
      code: DECISION_UNFOUNDED,
      message: `${found.size} decisions name what did not stand. ${first?.sentence}`,
      findings: findings.map(({ receiptId: receipt_id, code, kind }) => ({ receipt_id, code, kind })),
    });
    // Only once the alert stands: a round that failed tells it again.
    found.clear();
    return findings;
  }

  return {
    async audit() {
      const lengths = await readChainLengths(db.ledger);
      const hasNews = ([chain, length]: [TenantId, number]) => {
        const followed = chains.get(chain);
        const isNew = length > (followed?.length ?? 0) || (followed?.found.size ?? 0) > 0;
        return chain !== HALL_CHAIN && isNew;
      };
      const all = [...lengths]
        .filter(hasNews)
        .map(([chain]) => chain)
        .sort();
      const next = all.findIndex((chain) => lastChain !== null && chain > lastChain);
      const order = next === -1 ? all : [...all.slice(next), ...all.slice(0, next)];
      const fresh: DecisionFinding[] = [];
      let left = receiptsARound;
      for (const chain of order) {
        if (left <= 0) break;
        // Before it is read: a chain that cannot be read does not keep the round from those after it.
        lastChain = chain;
        const followed = await followedOf(chain);
        const length = lengths.get(chain) ?? 0;
        while (followed.length < length && left > 0)
          left -= VISIT_COST + (await restAfter(() => readOn(chain, followed, length), signal));
        if (followed.length >= length) fresh.push(...(await tell(chain, followed)));
      }
      return fresh;
    },
  };
}

function take({ references, found }: Followed, receipt: ReadReceipt): void {
  const bad = references.badIn(receipt);
  if (bad) found.set(`${receipt.receipt_id}`, { ...bad, sentence: sentenceOf(bad) });
  if (receipt.kind !== "alert") return;
  const told = Told.safeParse(receipt.details);
  for (const { receipt_id } of told.data?.findings ?? []) found.delete(receipt_id);
}

/** Null for what is no text any more: whoever compares hashes finds that. */
function readBody(body: Uint8Array): ReadReceipt | null {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8")) as ReadReceipt;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
