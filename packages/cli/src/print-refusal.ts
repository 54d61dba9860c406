import type { ExitCode, Io } from "./command.ts";
import { type HallRefusal, refused } from "./hall-answer.ts";
import { isObject, type JsonObject } from "./read-json.ts";

/**
 * A Hall refuses rules: for what they are (422) or for what is in force by now (409). Told with what it found wrong.
 * @throws UsageError where it refuses to be asked at all
 */
export function refusedRules(refusal: HallRefusal, { err }: Pick<Io, "err">): ExitCode {
  if (refusal.status !== 409 && refusal.status !== 422) throw refused(refusal);
  const { problems, findings, results, reason } = refusal.detail;
  for (const { rule_id, path, expected } of objects(problems))
    err.row("failed", text(rule_id) || "bundle", `${text(path)}: expected ${text(expected)}.`);
  for (const { rule_id, sentence } of objects(findings))
    err.row("failed", text(rule_id) || "bundle", text(sentence));
  for (const { name, passed } of objects(results)) if (passed !== true) err.row("failed", "test", text(name));
  err.title(`The Hall refuses. ${refusal.message}`);
  if (typeof reason === "string") err.line(`The reason: ${reason}.`);
  return 1;
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
