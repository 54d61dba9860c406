import { listDecisions, type StoredReceipt } from "@guildhall/db";
import { type RecordedRequest, type Simulation, simulate as simulateBundles } from "@guildhall/engine";
import { HallError } from "@guildhall/protocol";
import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { asCaller } from "../../identity/authenticate.ts";
import { type Caller, workOf } from "../../identity/caller.ts";
import { unspentQuotas } from "../../snapshot/agreements.ts";
import { decisionBody } from "../decision/summary.ts";
import { callerOf, operation } from "../operation.ts";
import { BUNDLE_BODY_MAX_BYTES } from "./bundle-source.ts";
import { inSlices } from "./in-slices.ts";
import { requireSound } from "./sound-bundle.ts";

const Verdict = z.object({
  outcome: z.enum(["ALLOW", "DENY", "HOLD"]),
  code: z.string().nullable(),
  rule: z.string(),
  worker: z.string().nullable(),
});
const Counts = z.record(z.string(), z.int());

export const simulate = operation({
  name: "rule.simulate",
  summary: "Ask the tenant's last decisions again under a bundle, and tell which would be others than now.",
  permission: "rule:read",
  input: z.strictObject({
    /** JSON as its author wrote it. */
    bundle: z.string(),
    /** How many decisions, counted from the newest. */
    last: z.int().min(1).max(10_000).default(1000),
  }),
  output: z.object({
    /** How many recorded requests were asked again, under both bundles and with the workers of now. */
    asked: z.int(),
    /** Those that break RouteInput: no bundle changes what becomes of them. */
    invalid: z.int(),
    /** Those whose receipts say too little to ask them again. */
    skipped: z.int(),
    changed: z.int(),
    /** The first 200 of them, newest first. */
    changes: z.array(
      z.object({
        decision_id: z.string(),
        capability_id: z.string(),
        tenant_id: z.string(),
        before: Verdict,
        after: Verdict,
      }),
    ),
    by_rule: Counts,
    by_tenant: Counts,
    by_worker: Counts,
    /** How many go from each outcome to each other one: `ALLOW to DENY`. */
    by_outcome: Counts,
    /** Digest of the bundle in force. */
    compared_with: z.string(),
    took_ms: z.int(),
  }),
  rest: {
    method: "POST",
    path: "/wcp/rules/simulate",
    bodyMaxBytes: BUNDLE_BODY_MAX_BYTES,
    refuses: [422],
  },
  trpc: "mutation",
  async run({ hall, input, ...context }) {
    const caller = callerOf(context);
    const began = performance.now();
    const { program } = requireSound(input.bundle);
    const stored = await lastDecisions(hall, caller, input.last);
    const requests = (await inSlices(stored, (some) => Array.from(some, recordedRequest))).flat();
    const recorded = requests.filter((request) => request !== null);
    const snapshot = await hall.snapshots.refresh(caller.tenantId);
    if (!snapshot) throw new HallError("NOT_FOUND");
    const engine = { ...snapshot.engine, quotaLeft: unspentQuotas(snapshot.engine.agreements) };
    const nowMs = hall.clock.now();
    const parts = await inSlices(recorded, (some) =>
      simulateBundles(snapshot.program, program, engine, some, nowMs),
    );
    return {
      ...inOne(parts),
      skipped: requests.length - recorded.length,
      compared_with: snapshot.program.digest,
      took_ms: Math.round(performance.now() - began),
    };
  },
});

const PAGE = 250;

/** Newest first. */
async function lastDecisions(hall: Hall, caller: Caller, last: number): Promise<StoredReceipt[]> {
  const found: StoredReceipt[] = [];
  let before: number | null = null;
  do {
    const limit = Math.min(PAGE, last - found.length);
    const page: Awaited<ReturnType<typeof listDecisions>> = await asCaller(hall, caller, (tx) =>
      listDecisions(tx, { before, limit, env: null, outcome: null }),
    );
    found.push(...page.receipts);
    before = page.next;
  } while (before !== null && found.length < last);
  return found;
}

/** Null where the engine failed before it had read anything. */
function recordedRequest(stored: StoredReceipt): RecordedRequest | null {
  const { receipt_id: decisionId, actor, decision } = decisionBody(stored);
  const { inputs } = decision;
  if (inputs.capability_id === undefined && inputs.problems === undefined) return null;
  return { decisionId, inputs, agent: workOf(typeof inputs.agent === "string" ? inputs.agent : null, actor) };
}

const CHANGES_MAX = 200;

function inOne(parts: readonly Simulation[]): Simulation {
  const whole = (of: (part: Simulation) => number) => parts.reduce((sum, part) => sum + of(part), 0);
  return {
    asked: whole(({ asked }) => asked),
    invalid: whole(({ invalid }) => invalid),
    changed: whole(({ changed }) => changed),
    changes: parts.flatMap(({ changes }) => changes).slice(0, CHANGES_MAX),
    by_rule: added(parts.map(({ by_rule }) => by_rule)),
    by_tenant: added(parts.map(({ by_tenant }) => by_tenant)),
    by_worker: added(parts.map(({ by_worker }) => by_worker)),
    by_outcome: added(parts.map(({ by_outcome }) => by_outcome)),
  };
}

/** Without a prototype: the names are authors' and callers' own. */
function added(counts: readonly Record<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = Object.create(null);
  for (const part of counts) for (const [name, n] of Object.entries(part)) sum[name] = (sum[name] ?? 0) + n;
  return sum;
}
