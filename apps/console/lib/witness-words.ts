import type { MarkName } from "../ui/mark.tsx";
import type { Answers } from "./hall-types.ts";

export type Witnesses = NonNullable<Answers["hall"]["compliance"]["witnesses"]>;
export type AskedWitness = Witnesses["asked"][number];

/** What those outside of the Hall have seen of its log, in a sentence. @param witnesses undefined where none is asked */
export function witnessWords(witnesses: Omit<Witnesses, "asked"> | undefined): {
  mark: MarkName;
  sentence: string;
} {
  if (witnesses === undefined || witnesses.configured === 0)
    return {
      mark: "skipped",
      sentence:
        "No witness is configured. That this log shows everybody the same is known only to who follows it from outside.",
    };
  const { configured, unwitnessed_leaves: leaves, unwitnessed_s: seconds, contradicted } = witnesses;
  if (contradicted.length > 0)
    return {
      mark: "deny",
      sentence: `${contradicted.join(", ")} saw another log than this one. Compare their heads before you rely on it.`,
    };
  if (leaves > 0)
    return {
      mark: "hold",
      sentence: `${leaves === 1 ? "1 sealed entry" : `${leaves} sealed entries`} that no witness has cosigned yet${seconds === null ? ": nothing of this log ever was" : `, for ${seconds} s`}.`,
    };
  return {
    mark: "allow",
    sentence: `A witness has cosigned everything that is sealed; ${configured === 1 ? "one is" : `${configured} are`} asked.`,
  };
}

/** How one of them stands. What it says of a failure is the Hall's code for it: addresses are its operator's. */
export function askedWords(witness: AskedWitness): { mark: MarkName; sentence: string } {
  const { tree_size: size, behind_leaves: behind, failure, contradiction } = witness;
  if (contradiction !== null)
    return {
      mark: "deny",
      sentence: `It has cosigned ${contradiction.is_fork ? "another history" : "more of this log than is here"}, ${entries(contradiction.tree_size)}.`,
    };
  const far = size === 0 ? "It has cosigned nothing yet" : `It has cosigned ${entries(size)}`;
  const left = behind === 0 ? "" : `; ${entries(behind)} sealed since`;
  if (failure === null) return { mark: behind === 0 ? "allow" : "hold", sentence: `${far}${left}.` };
  const why = failure.status === null ? failure.code : `it answered ${failure.status}`;
  return { mark: "hold", sentence: `${far}${left}. Asked last in vain: ${why}.` };
}

function entries(count: number): string {
  return count === 1 ? "1 entry" : `${count} entries`;
}
