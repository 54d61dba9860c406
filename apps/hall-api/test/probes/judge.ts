import type { Canaries } from "./canaries.ts";
import type { Credential } from "./credentials.ts";
import type { Reply } from "./doors.ts";

/** A shorter text stands in many answers that do not repeat it. */
const ECHO = 8;

/** What differs between any two requests, and nothing else that an answer says. */
const EACH_ITS_OWN = new Set(["x-request-id", "date"]);

/** An answer as it must be for two ids alike: status, headers and body, without what was sent and what names the request. */
export function shapeOf({ status, headers, text }: Reply, sent: readonly string[] = []): string {
  let written = text;
  for (const value of sent)
    if (value.length >= ECHO) written = written.replaceAll(JSON.stringify(value).slice(1, -1), "<sent>");
  const { body, isDecision } = whatIsSaid(written);
  const kept = Object.entries(headers).filter(
    // An answer that repeats what was sent is as long as that.
    ([name]) => !EACH_ITS_OWN.has(name) && !(name === "content-length" && (written !== text || isDecision)),
  );
  return JSON.stringify({ status, headers: Object.fromEntries(kept.sort()), body });
}

function whatIsSaid(text: string): { body: unknown; isDecision: boolean } {
  if (!/^[[{]/.test(text)) return { body: text, isDecision: false };
  const parsed = JSON.parse(text) as Record<string, unknown>;
  if ("decision_id" in parsed && "denied" in parsed) {
    // All that is said, and not what makes each receipt its own.
    const { denied, deny_code, deny_reason_if_denied, matched_rule_id, candidate_workers_ranked, warnings } =
      parsed;
    const body = {
      denied,
      deny_code,
      deny_reason_if_denied,
      matched_rule_id,
      candidate_workers_ranked,
      warnings,
    };
    return { body, isDecision: true };
  }
  const body = JSON.parse(text, (key, inner) => (key === "request_id" ? undefined : inner));
  return { body, isDecision: false };
}

/** The code of a refusal, by whichever door; null where there is none to read. */
export function codeOf({ headers, text }: Reply): string | null {
  if (!headers["content-type"]?.includes("json") || text === "") return null;
  const body = JSON.parse(text) as { code?: string; error?: { data?: { hall?: { code?: string } } } };
  return body.code ?? body.error?.data?.hall?.code ?? null;
}

/** Looks at every answer for what its asker may not see, and remembers what was asked by name. */
export interface LeakFinder {
  /** What is typed by somebody is no secret of theirs any more. */
  typed(values: readonly string[]): void;
  leaksIn(reply: Reply, by: Pick<Credential, "sees">): string[];
  /** Columns of the asker's own that were seen where they may be. */
  seen: Set<string>;
}

export function leakFinder(canaries: Canaries): LeakFinder {
  const typed = new Set<string>();
  const seen = new Set<string>();
  return {
    seen,
    typed(values) {
      for (const value of values) if (value.length >= ECHO) typed.add(value);
    },
    leaksIn({ headers, text }, { sees }) {
      const all = `${Object.entries(headers).flat().join("\n")}\n${text}`;
      const found = canaries.in(all);
      if (found.length === 0) return [];
      let rest = all;
      for (const value of typed) rest = rest.replaceAll(value, "");
      for (const { tenant, column } of found) if (tenant === sees) seen.add(column);
      return canaries
        .in(rest)
        .filter(({ tenant, isOperators }) => tenant !== sees && !(sees === "hall" && isOperators))
        .map(({ column, value }) => `${column} ${value.slice(0, 60)}`);
    },
  };
}
