import type { AttestationMethod } from "@guildhall/protocol";
import type { MarkName } from "../ui/mark.tsx";
import type { Attestation } from "./worker-types.ts";

/** How a worker's code stands: a mark, a word, and what follows from it. */
export interface AttestationWords {
  mark: MarkName;
  word: string;
  sentence: string;
}

/** @param attestation null where nothing is registered for the worker */
export function attestationWords(attestation: Pick<Attestation, "state"> | null): AttestationWords {
  switch (attestation?.state) {
    case undefined:
      return {
        mark: "skipped",
        word: "not registered",
        sentence:
          "Nobody has registered what its code has to be. Where a profile asks for that, it is denied.",
      };
    case "unmeasured":
      return {
        mark: "hold",
        word: "not measured",
        sentence: "Its code is registered and was not measured yet, so it runs nothing.",
      };
    case "matches":
      return {
        mark: "allow",
        word: "matches",
        sentence: "What was measured last is what was registered.",
      };
    case "expired":
      return {
        mark: "stale",
        word: "expired",
        sentence: "The last measurement is too old to count. It runs nothing until it is measured again.",
      };
    case "flagged":
      return {
        mark: "deny",
        word: "flagged",
        sentence:
          "A measurement differed from what was registered. It runs nothing until a person clears the flag.",
      };
    case "key_retired":
      return {
        mark: "deny",
        word: "key retired",
        sentence:
          "The key that signed its registration was retired. It runs nothing until it is registered anew.",
      };
  }
}

/** What a measurement by this method is worth, in a sentence that claims no more. */
const WORTH: Record<AttestationMethod, string> = {
  "self-reported":
    "The worker's own word, signed with its key and fresh. It shows that the key is there, not what code runs.",
  "runner-measured": "A runner hashed the folder that it is set to when the Hall asked.",
  "oci-digest": "A runner said which image it runs. Nothing was pulled or compared.",
  tee: "Reserved: no Hall can check one yet.",
};

export function methodWorth(method: string): string {
  return Object.hasOwn(WORTH, method)
    ? WORTH[method as AttestationMethod]
    : "This console has no words for this method.";
}
