import { z } from "zod";
import { Instant, Sha256Hex, WorkerId } from "./ids.ts";

/** A ban of a worker, by its id or by the hash of its package (contract 8b, 10). */
export const Ban = z.strictObject({
  subject: z.union([z.strictObject({ worker_id: WorkerId }), z.strictObject({ package_hash: Sha256Hex })]),
  reason: z.string().min(1).max(1024),
  reported_at: Instant,
  source: z.enum(["community", "admin"]),
});
export type Ban = z.infer<typeof Ban>;
