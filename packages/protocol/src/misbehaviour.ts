import { z } from "zod";

/**
 * What a monitor writes down when a log breaks its promise (docs/log.md). `earlier` was seen before `later`;
 * `hashes` are the seam of the larger tree at the smaller size, base64, left to right.
 */
export const Misbehaviour = z.strictObject({
  format: z.literal("guildhall-log-misbehaviour-1"),
  /** `fork`: two signed histories. `rollback`: it shrank. `tiles`: it serves hashes that are not those it signed. */
  kind: z.enum(["fork", "rollback", "tiles"]),
  origin: z.string().max(128),
  /** When the monitor saw it, by the monitor's clock. */
  found_at: z.string().max(64),
  /** C2SP checkpoints, as they were served. */
  earlier: z.string().max(16_384),
  later: z.string().max(16_384),
  hashes: z.array(z.string().max(64)).max(128),
});
export type Misbehaviour = z.infer<typeof Misbehaviour>;
