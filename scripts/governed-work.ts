import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { verifyUnderHistory } from "../packages/attestation/src/verify/index.ts";
import type { DispatchAnswer, RouteRequest, Sealed } from "../packages/sdk/src/index.ts";
import { type LocalHall, ROOT } from "./local-hall.ts";

/** One real piece of work under governance, and how its proof is shown. */

const DOCUMENT = "README.md";

export function request(demo: LocalHall["demo"], change: Partial<RouteRequest> = {}): RouteRequest {
  return {
    capability_id: "cap.doc.summarize",
    env: "dev",
    data_label: "INTERNAL",
    tenant_risk: "low",
    qos_class: "P2",
    tenant_id: demo.identity,
    correlation_id: randomUUID(),
    request: { text: readFileSync(join(ROOT, DOCUMENT), "utf8"), max_sentences: 3 },
    ...change,
  };
}

/** Dispatches a summary of one of the project's own documents. The SDK verifies before it returns. */
export async function summariseOwnDocument({ client, demo }: LocalHall): Promise<DispatchAnswer> {
  const answer = await client.dispatch(request(demo));
  if (answer.denied) throw new Error(`the demo's work was denied: ${answer.deny_reason_if_denied?.message}`);
  if (answer.dispatch?.state !== "succeeded" || !answer.outcome_receipt)
    throw new Error(`the demo's work did not succeed: ${answer.dispatch?.reason ?? answer.dispatch?.state}`);
  return answer;
}

export function showWork(answer: DispatchAnswer): void {
  const { summary } = answer.result as { summary: string };
  const { decision } = answer.receipt;
  print(`
  asked       ${answer.capability_id} on ${DOCUMENT}, ${decision.inputs.env}, ${decision.inputs.data_label}
  decided     ALLOW by rule ${answer.matched_rule_id}, blast ${decision.blast?.score} of 100
  ran         ${answer.selected_worker_id}, ${answer.dispatch?.state}
  result      ${wrap(summary, 14)}`);
}

/**
 * Verifies a sealed receipt once more, with nothing but its JSON, the pinned key and the entries that lead on from it,
 * and prints the verdict.
 */
export async function showVerdict(
  label: string,
  sealed: Sealed<{ receipt_id: string; seq: number; signing_module?: string | undefined }>,
  { client, demo }: LocalHall,
) {
  const verdict = await verifyUnderHistory(
    JSON.stringify({ receipt: sealed.receipt, seal: sealed.seal }),
    demo.verifierKey,
    client.keyHistory,
  );
  const marks = { passed: "●", failed: "✕", skipped: "○" } as const;
  const checks = verdict.checks.map(({ name, result }) => `${marks[result]} ${name}`).join("  ");
  print(
    `  ${label.padEnd(11)} ${sealed.receipt.receipt_id}, seq ${sealed.receipt.seq}, hash ${sealed.receipt.receipt_hash.slice(0, 16)}…`,
  );
  print(`  signed by   ${sealed.receipt.signing_module}`);
  print(`  verified    ${checks}  →  ${verdict.ok ? "VERIFIED" : `NOT VERIFIED: ${verdict.message}`}`);
  return verdict.ok;
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length > 88) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
