import { type ServedWorker, serveWorker, type WorkerEvent } from "@guildhall/sdk";
import { readSettings } from "./env.ts";
import { SUMMARIZER_RECORD } from "./record.ts";
import { readRequest } from "./request.ts";
import { summarize } from "./summarize.ts";

const worker = await start().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

process.stdout.write(`The summarizer serves ${SUMMARIZER_RECORD.capabilities.join(", ")} at ${worker.url}\n`);
// Whoever started this as a child hears the address, too: with port 0 nobody could know it before.
process.send?.({ kind: "ready", url: worker.url });

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
process.once("disconnect", () => void stop());

async function start(): Promise<ServedWorker> {
  const { port, hallUrl } = readSettings();
  return serveWorker({
    workerId: SUMMARIZER_RECORD.worker_id,
    hallUrl,
    port,
    handlers: {
      "cap.doc.summarize": async (request) => {
        const { text, maxSentences } = readRequest(request);
        return summarize(text, maxSentences);
      },
    },
    log: printEvent,
  });
}

async function stop(): Promise<void> {
  await worker.close();
  // An open channel to the parent would keep this process alive.
  if (process.connected) process.disconnect();
}

/** One line an event; what was asked and answered stays out. */
function printEvent({ level, message, error, cause, ...details }: WorkerEvent): void {
  const reason = error ?? cause;
  const line = { level, message, ...details, ...(reason instanceof Error && { error: reason.message }) };
  (level === "info" ? process.stdout : process.stderr).write(`${JSON.stringify(line)}\n`);
}
