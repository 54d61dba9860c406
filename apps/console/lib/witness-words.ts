import type { MarkName } from "../ui/mark.tsx";
import type { Answers } from "./hall-types.ts";

export type Witnesses = NonNullable<Answers["hall"]["compliance"]["witnesses"]>;

/** What those outside of the Hall have seen of its log, in a sentence. @param witnesses undefined where none is asked */
export function witnessWords(witnesses: Witnesses | undefined): { mark: MarkName; sentence: string } {
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
