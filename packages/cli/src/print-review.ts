import type { Io } from "./command.ts";
import { counted } from "./counted.ts";
import type { UnreadRules } from "./read-rules.ts";
import type { BundleFinding } from "./review-rules.ts";
import type { Mark } from "./terminal.ts";

/** What keeps a text from being a rule bundle: each problem with its rule, its place and what should stand there. */
export function printProblems({ problems, untold }: UnreadRules, { out }: Pick<Io, "out">): void {
  for (const { rule_id, path, expected } of problems)
    out.row("failed", rule_id ?? "bundle", `${path === "" ? "" : `${path}: `}expected ${expected}.`);
  if (untold > 0) out.line(`  and ${untold} more.`);
  out.line();
  out.title(`Not a rule bundle: ${counted(problems.length + untold, "problem")}.`);
}

const MARKS = { error: "failed", warning: "held", note: "skipped" } as const satisfies Record<
  BundleFinding["severity"],
  Mark
>;

/** Each finding with what to do about it. */
export function printFindings(findings: readonly BundleFinding[], { out }: Pick<Io, "out">): void {
  for (const severity of ["error", "warning", "note"] as const) {
    const alike = findings.filter((finding) => finding.severity === severity);
    if (alike.length === 0) continue;
    out.title(counted(alike.length, severity));
    for (const { rule_id, sentence, remedy } of alike) {
      out.row(MARKS[severity], rule_id ?? "bundle", sentence);
      out.line(`  ${" ".repeat(14)}${remedy}`);
    }
    out.line();
  }
}
