import { DENY_CODES, type DecisionInputs } from "@guildhall/protocol";
import type { Refusal } from "./refusal.ts";
import { shown } from "./sanitise.ts";

/** The sentence of the code, what was asked, what stopped it. */
export function denyMessage(refusal: Refusal, inputs: DecisionInputs): string {
  const { capability_id, env, data_label, qos_class } = inputs;
  const asked =
    typeof capability_id === "string"
      ? ` Asked: ${shown(capability_id)} in ${env} with ${data_label} data at ${qos_class}.`
      : "";
  return `${DENY_CODES[refusal.code].sentence}${asked} ${refusal.because}`;
}
