import { readFileSync } from "node:fs";

/** What this worker tells a Hall about itself. The file is what is enrolled, so that other clients can too. */
export const SUMMARIZER_RECORD = JSON.parse(
  readFileSync(new URL("../record.json", import.meta.url), "utf8"),
) as { worker_id: string; capabilities: string[]; [field: string]: unknown };
