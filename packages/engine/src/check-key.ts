import { type DecisionInputs, Env, type RouteInput } from "@guildhall/protocol";
import type { Refusal } from "./refusal.ts";

/** What narrows the key that asks, beside the identities that it signs as. */
export interface KeyBounds {
  /** The scope that this request needs and the key lacks; null where it has it. */
  readonly missingScope: string | null;
  /** Null: it may ask in all of them. */
  readonly environments: ReadonlySet<Env> | null;
  /** The agent that the key was made for; null where it names none. */
  readonly agent: string | null;
}

/** A key asks for what it was made for. That somebody tried more stands in the log, with the key's name on it. */
export function checkKey(key: KeyBounds | null, { env }: RouteInput): Refusal | null {
  if (key === null) return null;
  if (key.missingScope !== null)
    return {
      code: "DENY_KEY_SCOPE",
      details: { scope: key.missingScope },
      because: `The key lacks the scope ${key.missingScope}.`,
    };
  if (key.environments === null || key.environments.has(env)) return null;
  const environments = inPlace(key.environments);
  return {
    code: "DENY_KEY_SCOPE",
    details: { env, environments },
    because: `The key may ask in ${environments.join(", ")} only.`,
  };
}

/** What was seen of the key, where it is not the everyday. */
export function keyInputs(inputs: DecisionInputs, key: KeyBounds | null, { env }: RouteInput): void {
  if (key === null) return;
  if (key.agent !== null) inputs.agent = key.agent;
  if (key.missingScope !== null) inputs.key_scope_missing = key.missingScope;
  if (key.environments !== null && !key.environments.has(env))
    inputs.key_environments = inPlace(key.environments);
}

/** The key as a receipt's inputs show it. */
export function recordedKey(inputs: DecisionInputs): KeyBounds | null {
  const { agent, key_scope_missing: scope, key_environments: environments } = inputs;
  if (agent === undefined && scope === undefined && environments === undefined) return null;
  return {
    missingScope: typeof scope === "string" ? scope : null,
    environments: Array.isArray(environments) ? new Set(environments as Env[]) : null,
    agent: typeof agent === "string" ? agent : null,
  };
}

/** In the order in which everybody names them. */
function inPlace(environments: ReadonlySet<Env>): Env[] {
  return Env.options.filter((env) => environments.has(env));
}
