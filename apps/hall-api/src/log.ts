import { pino } from "pino";
import type { Settings } from "./env.ts";

/** The process's log: one JSON line an event, never a key, a token or a payload. */
export function createLog(settings: Pick<Settings, "logLevel">) {
  return pino({
    level: settings.logLevel,
    // The driver hangs its client, with everything it ever prepared, on its errors.
    serializers: {
      err: (error: Error & { code?: string }) => ({
        name: error.name,
        code: error.code,
        message: error.message,
        stack: error.stack,
      }),
    },
    redact: ["req.headers.authorization", "req.headers.cookie", "authorization", "token", "key"],
  });
}
