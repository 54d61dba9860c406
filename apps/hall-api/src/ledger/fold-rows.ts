import { z } from "zod";

/** What receipts say of a row. A fact that an early receipt does not name is left out, and nothing is held to it. */
export type Facts = Readonly<Record<string, unknown>>;

/** Of an act what the fold reads. What is no such text is no act: whoever compares hashes finds that. */
export const Act = z.object({
  chain: z.string(),
  kind: z.string(),
  action: z.string(),
  subject: z.string(),
  receipt_id: z.string(),
  decided_at: z.string(),
  actor: z.object({ kind: z.string(), id: z.string() }),
  details: z.record(z.string(), z.unknown()),
});
export type Act = z.infer<typeof Act>;

/** The rows that follow from the acts, as a fold of one act changes them. */
export interface Rows {
  /** @param until from when on the row may be missing: it is good for nothing then, and not looked at */
  put(place: string, facts: Facts, on?: { until?: string }): void;
  facts(place: string): Facts | undefined;
  amend(place: string, changes: Facts): void;
  /** What counts of several: the place of a worker's attestation, and of the key of a role. */
  current: Map<string, string>;
  /** Places that belong together, such as the sessions of a member that go on. */
  groups: Map<string, Set<string>>;
  tell(place: string, code: string): void;
}

export type Folds = Readonly<Record<string, (rows: Rows, act: Act) => void>>;

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Whoever did it, as rows name them. */
export function nameOf({ actor }: Pick<Act, "actor">): string {
  return `${actor.kind}:${actor.id}`;
}
