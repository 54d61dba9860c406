import type { Seal } from "@guildhall/protocol";
import { HallClient, HallClientError, type Observation, observeLog } from "@guildhall/sdk";
import { UsageError } from "./command.ts";
import type { HallAddress } from "./hall-address.ts";
import { type HallAnswer, NoAnswer } from "./hall-answer.ts";

// The only file that leads to a network. It is loaded by the commands that ask a Hall, once they do.

/** A simulation of 10,000 decisions takes its time. */
const TIMEOUT_MS = 120_000;
/** A bundle of 8 MB is several times that with every default written out. */
const ANSWER_MAX_BYTES = 128 * 1024 * 1024;

/**
 * @param hall without a key for what strangers may ask
 * @throws NoAnswer, also where an address or a key is none and nothing was sent
 */
export async function askHall(
  { url, apiKey }: Pick<HallAddress, "url"> & Partial<HallAddress>,
  method: "GET" | "POST",
  path: string,
  body?: object,
): Promise<HallAnswer> {
  const limits = { timeoutMs: TIMEOUT_MS, answerMaxBytes: ANSWER_MAX_BYTES };
  const hall = { url, ...limits, ...(apiKey !== undefined && { apiKey }) };
  try {
    return { ok: true, body: await HallClient.ask(hall, { method, path, ...(body && { body }) }) };
  } catch (error) {
    if (!(error instanceof HallClientError)) throw error;
    const { status, code, message, remedy, detail } = error;
    if (status === null || NOT_THE_HALL.has(code)) throw new NoAnswer(message, { cause: error });
    return {
      ok: false,
      refusal: { status, code, message: [message, remedy].filter(Boolean).join(" "), detail },
    };
  }
}

/** What came with a status and is no answer of a Hall. */
const NOT_THE_HALL: ReadonlySet<string> = new Set([
  "REDIRECT_REFUSED",
  "ANSWER_TOO_LARGE",
  "ANSWER_MALFORMED",
]);

/** Fetches a receipt and checks its seal; or says why there is none that can be believed. */
export async function fetchReceipt(
  { url, apiKey }: HallAddress,
  verifierKeys: readonly string[],
  id: string,
): Promise<{ receipt: { [field: string]: unknown }; seal: Seal } | { why: string }> {
  const client = new HallClient({ url, apiKey, verifierKey: verifierKeys, timeoutMs: TIMEOUT_MS });
  try {
    const { receipt, seal } = await client.getReceipt(id);
    return { receipt: { ...receipt }, seal };
  } catch (error) {
    if (!(error instanceof HallClientError)) throw error;
    return {
      why: error.code === "RECEIPT_INVALID" ? error.message : `The receipt was not read. ${error.message}`,
    };
  }
}

export type Seen = Observation | { outcome: "unanswered" | "unsigned"; why: string };

/** Looks at a log once; no key for the Hall is needed, and none is sent. */
export async function watchLog(
  log: { url: string; keys: readonly string[]; history: readonly unknown[] },
  kept: string | null,
  nowMs: number,
): Promise<Seen> {
  try {
    return await observeLog(log, kept, nowMs);
  } catch (error) {
    if (!(error instanceof HallClientError)) throw error;
    if (error.code === "VERIFIER_KEY_MALFORMED" || error.code === "INVALID_ARGUMENT")
      throw new UsageError(error.message, { cause: error });
    const isUnsigned = error.code === "CHECKPOINT_INVALID" || error.code === "KEY_HISTORY_INVALID";
    return { outcome: isUnsigned ? "unsigned" : "unanswered", why: error.message };
  }
}
