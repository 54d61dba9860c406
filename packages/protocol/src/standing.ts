import { z } from "zod";

/** How a tenant stands with its Hall (contract 10). */
export const STANDINGS = ["ok", "grace", "degraded", "suspended"] as const;
export const Standing = z.enum(STANDINGS);
export type Standing = z.infer<typeof Standing>;
