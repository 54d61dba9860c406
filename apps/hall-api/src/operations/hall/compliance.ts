import { z } from "zod";
import type { Hall } from "../../hall.ts";
import { WITNESS_FAULTS } from "../../ledger/asked-witness.ts";
import { operation } from "../operation.ts";

/** How far one witness is, and why no further. */
const Witness = z.object({
  name: z.string(),
  key: z.string(),
  /** The largest tree that it has cosigned; 0 where there is none. */
  tree_size: z.int(),
  cosigned_at: z.string().nullable(),
  behind_leaves: z.int(),
  /** Why it cosigned nothing when it was asked last. */
  failure: z.object({ code: z.enum(WITNESS_FAULTS), status: z.int().nullable(), at: z.string() }).nullable(),
  /** It has cosigned more of this log than the Hall holds, or another history. */
  contradiction: z.object({ tree_size: z.int(), is_fork: z.boolean() }).nullable(),
});

/** What each level of WCP asks (contract 5.2), and whether this Hall really does it now. */
interface Point {
  level: "Basic" | "Standard" | "Full";
  point: string;
  met: (hall: Hall, live: { sealed: boolean }) => boolean;
}

const POINTS: readonly Point[] = [
  { level: "Basic", point: "capability routing", met: () => true },
  { level: "Basic", point: "fail closed", met: (hall) => hall.ledger.sealer.healthy() },
  { level: "Basic", point: "deterministic decisions", met: () => true },
  { level: "Standard", point: "controls of the worker that runs", met: () => true },
  { level: "Standard", point: "mandatory telemetry", met: () => true },
  { level: "Standard", point: "dry run", met: () => true },
  { level: "Full", point: "blast scoring", met: () => true },
  { level: "Full", point: "privilege envelopes", met: () => true },
  { level: "Full", point: "evidence receipts, sealed", met: (_, live) => live.sealed },
  { level: "Full", point: "discovery", met: () => true },
  { level: "Full", point: "signatory tenants", met: () => true },
  { level: "Full", point: "policy gate", met: () => true },
  { level: "Full", point: "worker attestation", met: () => true },
  // The engine decides by these; nothing feeds them yet, so who demands one is refused: safe, but not the feature.
  { level: "Full", point: "human approvals", met: () => false },
  { level: "Full", point: "ban list", met: () => false },
];
const LEVELS = ["Basic", "Standard", "Full"] as const;

export const compliance = operation({
  name: "hall.compliance",
  summary:
    "The WCP level that this Hall reaches with what is really switched on, and what the next one needs.",
  permission: "public",
  input: z.strictObject({}),
  output: z.object({
    status: z.enum(["ok", "degraded"]),
    compliance_level: z.enum(["WCP-Full", "WCP-Standard", "WCP-Basic", "none"]),
    /** True where callers on this machine need no credential for some routes. */
    open_loopback: z.literal(true).optional(),
    /** Shown to callers with a credential. */
    next_level: z.object({ level: z.string(), missing: z.array(z.string()) }).nullish(),
    log: z
      .object({
        tree_size: z.int(),
        sealed_size: z.int(),
        sealed_at: z.string().nullable(),
        state: z.string(),
      })
      .optional(),
    signer: z.string().optional(),
    /** Where witnesses are configured: what none of them has cosigned yet, and since when. */
    witnesses: z
      .object({
        configured: z.int(),
        unwitnessed_leaves: z.int(),
        unwitnessed_s: z.int().nullable(),
        contradicted: z.array(z.string()),
        asked: z.array(Witness),
      })
      .optional(),
  }),
  rest: { method: "GET", path: "/wcp/health" },
  trpc: "query",
  async run({ hall, caller }) {
    const state = await hall.ledger.state();
    const live = { sealed: state.state === "sealed" || state.tree_size - state.sealed_size < 1000 };
    const missing = (level: Point["level"]) =>
      POINTS.filter((p) => p.level === level && !p.met(hall, live)).map((p) => p.point);
    let reached: (typeof LEVELS)[number] | null = null;
    for (const level of LEVELS) {
      if (missing(level).length > 0) break;
      reached = level;
    }
    const next = LEVELS[reached === null ? 0 : LEVELS.indexOf(reached) + 1];
    const answer = {
      status: (state.state === "signer_lost" ? "degraded" : "ok") as "ok" | "degraded",
      compliance_level: (reached ? `WCP-${reached}` : "none") as "WCP-Full",
      ...(hall.settings.openLoopback && { open_loopback: true as const }),
    };
    if (!caller) return answer;
    const witnesses = hall.witnessing.state(state.sealed_size, hall.clock.now());
    return {
      ...answer,
      ...(witnesses && { witnesses }),
      next_level: next ? { level: `WCP-${next}`, missing: missing(next) } : null,
      log: state,
      signer: hall.signer.module,
    };
  },
});
