import { readStrictJson, StrictJsonError } from "@guildhall/protocol";
import type { Grant } from "./grant.ts";
import { WORK_REFUSALS, type WorkDenied, type WorkRefusal } from "./work-refusal.ts";

/** WCP's worker result envelope (contract 2.9) and the HTTP status it travels under. */
export interface WorkAnswer {
  status: number;
  body: {
    status: "ok" | "denied" | "error";
    result: unknown;
    telemetry: { event_id: string; [field: string]: unknown }[];
    evidence: { kind: string; [field: string]: unknown }[];
    deny_reason: { code: string; message: string } | null;
  };
}

/** What a model or a tool did for the work. */
export interface ModelUsage {
  model?: string;
  /** Tokens, whole numbers. */
  inputTokens?: number;
  outputTokens?: number;
  tool?: string;
}

export interface DoneWork {
  grant: Grant;
  redeemedAt: string;
  startedAtMs: number;
  endedAtMs: number;
  usages: readonly ModelUsage[];
}

export function worked(result: unknown, done: DoneWork): WorkAnswer {
  return {
    status: 200,
    body: { ...envelope(done), status: "ok", result: result ?? null, deny_reason: null },
  };
}

/** The handler will not do it. The call itself went well: a Hall must not take this for a broken worker. */
export function denied({ code, message }: WorkDenied, done: DoneWork): WorkAnswer {
  const deny_reason = { code, message };
  return { status: 200, body: { ...envelope(done), status: "denied", result: null, deny_reason } };
}

/** Something broke. What, stands in the worker's own log: its text may carry anybody's data. */
export function failed(): WorkAnswer {
  const deny_reason = { code: "WORKER_FAILED", message: "The worker failed; its log says why." };
  return { status: 500, body: { status: "error", result: null, telemetry: [], evidence: [], deny_reason } };
}

export function refused({ code }: WorkRefusal): WorkAnswer {
  const { status, sentence } = WORK_REFUSALS[code];
  const deny_reason = { code, message: sentence };
  return {
    status,
    body: {
      status: status < 500 ? "denied" : "error",
      result: null,
      telemetry: [],
      evidence: [],
      deny_reason,
    },
  };
}

const ANSWER_MAX_BYTES = 1_000_000;
const ANSWER_LIMITS = { maxKeys: 100_000 };

/**
 * Writes an answer, and reads it as a Hall will: better to fail here, by name, than to have worked and then
 * be told of a bad answer.
 * @throws RangeError, StrictJsonError, or whatever JSON.stringify throws
 */
export function writeAnswer({ body }: WorkAnswer): string {
  const text = JSON.stringify(body);
  const bytes = Buffer.byteLength(text);
  if (bytes > ANSWER_MAX_BYTES)
    throw new RangeError(`Expected an answer of at most ${ANSWER_MAX_BYTES} bytes, got ${bytes}.`);
  try {
    readStrictJson(text, ANSWER_LIMITS);
  } catch (cause) {
    if (!(cause instanceof StrictJsonError)) throw cause;
    throw new RangeError(`Expected a result that strict JSON can hold: ${cause.code} at ${cause.path}.`, {
      cause,
    });
  }
  return text;
}

/** In OpenTelemetry's names for generative work (contract 2.9): models and tools each once, tokens added up. */
function genAi(usages: readonly ModelUsage[]): { [name: string]: string | number } {
  const fields: { [name: string]: string | number } = {};
  const names = (of: (usage: ModelUsage) => string | undefined) =>
    [...new Set(usages.flatMap((usage) => of(usage) ?? []))].join(",");
  const sum = (of: (usage: ModelUsage) => number | undefined) =>
    usages.reduce((total, usage) => total + (of(usage) ?? 0), 0);
  const model = names((usage) => usage.model);
  const tool = names((usage) => usage.tool);
  if (model !== "") fields["gen_ai.request.model"] = model;
  if (tool !== "") fields["gen_ai.tool.name"] = tool;
  if (usages.some(({ inputTokens }) => inputTokens !== undefined))
    fields["gen_ai.usage.input_tokens"] = sum((usage) => usage.inputTokens);
  if (usages.some(({ outputTokens }) => outputTokens !== undefined))
    fields["gen_ai.usage.output_tokens"] = sum((usage) => usage.outputTokens);
  return fields;
}

function envelope({ grant, redeemedAt, startedAtMs, endedAtMs, usages }: DoneWork) {
  return {
    telemetry: [
      {
        event_id: "evt.worker.executed.v1",
        timestamp: new Date(endedAtMs).toISOString(),
        correlation_id: grant.correlationId,
        worker_id: grant.workerId,
        capability_id: grant.capability,
        duration_ms: Math.round(endedAtMs - startedAtMs),
        ...genAi(usages),
      },
    ],
    evidence: [
      {
        kind: "grant_redeemed",
        dispatch_id: grant.dispatchId,
        artifact_hash: grant.artifactHash,
        redeemed_at: redeemedAt,
      },
    ],
  };
}
