import { type Blast, type HumanDemand, SUPERVISOR_LEVELS } from "@guildhall/protocol";
import type { CompiledRule } from "./compile.ts";
import type { Refusal } from "./refusal.ts";
import { shown } from "./sanitise.ts";

/** What each asker demands of a human; together the strongest of each. */
export type Asked = Pick<HumanDemand, "level" | "quorum" | "asked_by">;

/** A person who agrees before the work runs. */
export function gatekeeper(asked_by: string): Asked {
  return { level: "gatekeeper", quorum: 1, asked_by: [asked_by] };
}

/** What the rule itself asks of a human, its conditions aside. */
export function askedByRule(rule: CompiledRule): Asked[] {
  const { human_required_default, msavx_step_up } = rule.escalation;
  const asked: Asked[] = [];
  if (human_required_default) asked.push(gatekeeper("human_required_default"));
  if (msavx_step_up) asked.push(gatekeeper("msavx_step_up"));
  return asked;
}

/** One demand out of many, or null where nobody asks. */
export function humanDemand(asked: readonly Asked[]): HumanDemand | null {
  if (asked.length === 0) return null;
  const by = asked.flatMap(({ asked_by }) => asked_by);
  return {
    level: SUPERVISOR_LEVELS[
      Math.max(...asked.map(({ level }) => SUPERVISOR_LEVELS.indexOf(level)))
    ] as HumanDemand["level"],
    quorum: Math.max(...asked.map(({ quorum }) => quorum)),
    step_up: by.includes("msavx_step_up"),
    asked_by: by,
  };
}

/** Held until a human has acted. What is advisory is told and not held. */
export function checkApproval(human: HumanDemand | null, blast: Blast, rule: CompiledRule): Refusal | null {
  if (human === null || human.level === "advisory") return null;
  const supervisor = { supervisor_level: human.level, supervisor_required: true };
  if (human.asked_by.includes("blast"))
    return {
      code: "DENY_REQUIRES_HUMAN",
      details: { blast_score: blast.score, reason: "REQUIRE_HUMAN_HIGH_BLAST", ...supervisor },
      because:
        blast.limit !== null && blast.score >= blast.limit
          ? `The score is ${blast.score} and the gate is ${blast.limit}.`
          : `The dimensions of the worker add up to ${blast.dimension_sum}.`,
      holds: true,
    };
  return {
    code: "DENY_REQUIRES_HUMAN_APPROVAL",
    details: supervisor,
    because: `Asked for by ${human.asked_by.map(shown).join(", ")} under ${shown(rule.ruleId)}.`,
    holds: true,
  };
}
