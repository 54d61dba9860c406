import { UsageError } from "./command.ts";
import { isObject, type JsonObject } from "./read-json.ts";

/** What a Hall said: its answer, or that it refuses. */
export type HallAnswer = { ok: true; body: JsonObject } | { ok: false; refusal: HallRefusal };

export interface HallRefusal {
  status: number;
  code: string;
  /** Code, sentence and remedy. */
  message: string;
  /** What else the Hall said: `problems`, the missing permission. */
  detail: JsonObject;
}

/** A Hall was asked and nothing came back that could be read: whether it did what it was asked is unknown. */
export class NoAnswer extends UsageError {
  override readonly name = "NoAnswer";
}

/** A refusal that is no answer to the person, with what the Hall would have: a permission, a field. */
export function refused({ message, detail }: HallRefusal): UsageError {
  const { permission, problems } = detail;
  const [problem] = Array.isArray(problems) ? problems.filter(isObject) : [];
  const needs = typeof permission === "string" ? ` It needs ${permission}.` : "";
  // Some of the Hall's sentences begin with the word, and some are what follows it.
  const where =
    problem === undefined
      ? ""
      : ` At ${text(problem.path)}: expected ${text(problem.expected).replace(/^expected /, "")}.`;
  return new UsageError(`The Hall refuses. ${message}${needs}${where}`);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "?";
}

export function textIn(body: JsonObject, field: string): string {
  const value = body[field];
  if (typeof value === "string") return value;
  throw malformed(field, "text");
}

export function wholeIn(body: JsonObject, field: string): number {
  const value = body[field];
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw malformed(field, "a whole number");
}

export function objectIn(body: JsonObject, field: string): JsonObject {
  const value = body[field];
  if (isObject(value)) return value;
  throw malformed(field, "an object");
}

export function objectsIn(body: JsonObject, field: string): JsonObject[] {
  const value = body[field];
  if (Array.isArray(value) && value.every(isObject)) return value as JsonObject[];
  throw malformed(field, "a list of objects");
}

function malformed(field: string, expected: string): NoAnswer {
  return new NoAnswer(
    `The Hall's answer has no ${field}: expected ${expected}. Is this the address of a Hall?`,
  );
}
