import type { StoredTransport } from "@guildhall/db";
import { readStrictJson, StrictJsonError } from "@guildhall/protocol";
import { z } from "zod";
import { type Outbound, OutboundError } from "../outbound.ts";

/** What became of one attempt: the worker's answer, or a code that says why there is none. */
export type Attempt = { ok: true; result: unknown } | { ok: false; reason: string; result: unknown };

/** The worker result envelope (contract 2.9); what else a worker says is kept with its result. */
const WorkerAnswer = z.looseObject({
  status: z.enum(["ok", "partial", "denied", "error"]),
  result: z.unknown().optional(),
  deny_reason: z.unknown().optional(),
});

/** Calls a worker over HTTP, with the grant and the request it is for. Never throws for what a worker does. */
export async function runWorker(
  outbound: Outbound,
  transport: StoredTransport,
  work: { grant: string; salt: Uint8Array; request: unknown },
): Promise<Attempt> {
  const body = { grant: work.grant, salt: Buffer.from(work.salt).toString("base64"), request: work.request };
  let answer: { status: number; text: string };
  try {
    answer = await outbound.postJson(transport.url, body, {
      timeoutMs: transport.timeout_ms,
      tlsPin: transport.tls_pin,
    });
  } catch (error) {
    if (error instanceof OutboundError) return { ok: false, reason: `WORKER_${error.code}`, result: null };
    throw error;
  }
  if (answer.status !== 200)
    return { ok: false, reason: "WORKER_ERROR", result: { http_status: answer.status } };
  try {
    const read = WorkerAnswer.safeParse(readStrictJson(answer.text, { maxKeys: 100_000 }));
    if (!read.success) return { ok: false, reason: "WORKER_BAD_ANSWER", result: null };
    const { status, result, deny_reason } = read.data;
    if (status === "ok" || status === "partial") return { ok: true, result: result ?? null };
    return {
      ok: false,
      reason: status === "denied" ? "WORKER_DENIED" : "WORKER_ERROR",
      // Why it would not is what the agent needs to mend its request.
      result: result ?? (deny_reason === undefined ? null : { deny_reason }),
    };
  } catch (error) {
    if (error instanceof StrictJsonError) return { ok: false, reason: "WORKER_BAD_ANSWER", result: null };
    throw error;
  }
}
