import type { InputProblem, IntegerJson } from "@guildhall/protocol";
import type { Refusal } from "./refusal.ts";
import { shown, shownList } from "./sanitise.ts";

/** The door has read the request against RouteInput; here what it found wrong becomes an answer. */
export function invalidInput(problems: readonly InputProblem[]): Refusal {
  return {
    code: "DENY_INVALID_INPUT",
    details: { problems: problemList(problems) },
    because: `Wrong: ${shownList(problems.map(({ path, expected }) => `${path} (${expected})`))}.`,
  };
}

/** Paths and texts may repeat what a stranger sent. */
export function problemList(problems: readonly InputProblem[]): IntegerJson[] {
  return problems.map(({ path, expected }) => ({ expected: shown(expected), path: shown(path) }));
}
