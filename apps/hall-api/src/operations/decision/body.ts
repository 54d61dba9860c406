import { z } from "zod";

/**
 * A RouteInput as the door takes it: any JSON object. One that breaks the schema of RouteInput is decided too
 * (DENY_INVALID_INPUT, with a receipt), so it is read further in.
 */
export const RouteBody = z.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected a JSON object",
);
