import { type Field, keysOf, type Shape, shapeAt } from "./bundle-shape.ts";

/**
 * A bundle as people write one: what goes without saying left out, keys in the order in which they are read,
 * one line where it fits. Canonical bundles are for machines.
 */
export function readableBundle(bundle: unknown): string {
  return `${print(plainBundle(bundle), 0)}\n`;
}

/** One part of a bundle, in the same hand. @param list where it stands */
export function readablePart(list: "rules" | "policies" | "policy_tests", part: unknown): string {
  return print(plain(part, shapeAt([list, 0]) as Shape), 3).replaceAll(`\n${STEP.repeat(3)}`, "\n");
}

/** The same bundle without what goes without saying, so that two can be compared by what they say. */
export function plainBundle(bundle: unknown): unknown {
  return plain(bundle, shapeAt([]) as Shape);
}

/** What a rule says where it says nothing. A test holds these against the protocol's schema. */
const UNSAID: { readonly [key: string]: unknown } = {
  requires_controls_minimum: [],
  required_controls_suggested: [],
  recommended_profiles: [],
  escalation: {},
  preconditions: {},
  policy_gate: false,
  msavx_step_up: false,
  human_required_default: false,
  human_required_if: [],
  rationale: null,
  must_have_correlation_id: true,
  must_attach_policy_version: true,
  must_record_artifact_hash_if_executes: true,
  deny_if_missing_required_controls: true,
  deny_if_unsigned_artifact_in_prod: false,
  deny_if_no_attestation_in_prod: false,
  must_be_certified: false,
  must_be_attested: false,
  description: "",
  policies: [],
  policy_tests: [],
  given: {},
};

function plain(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) return shape.is === "list" ? value.map((entry) => plain(entry, shape.of)) : value;
  if (!isObject(value)) return value;
  const keys = keysOf(shape);
  if (keys === null) return value;
  const order = [...Object.keys(keys), ...Object.keys(value).filter((key) => !Object.hasOwn(keys, key))];
  const kept: { [key: string]: unknown } = {};
  for (const key of order) {
    if (!Object.hasOwn(value, key)) continue;
    const inner = plain(value[key], (keys[key] as Field | undefined)?.shape ?? { is: "open" });
    // `policies` of a test's expectation is no list of the bundle's own: none expected is not "any".
    const isUnsaid = shape.is === "object" && Object.hasOwn(UNSAID, key) && !Object.hasOwn(keys, "effect");
    if (isUnsaid && JSON.stringify(inner) === JSON.stringify(UNSAID[key])) continue;
    if (key === "description" && inner === "") continue;
    kept[key] = inner;
  }
  return kept;
}

const LINE_MAX = 88;
const STEP = "  ";

function print(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const line = inline(value);
  // The parts of a bundle begin on lines of their own, however short they are.
  if (depth > 2 && STEP.length * depth + line.length <= LINE_MAX) return line;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((entry) => print(entry, depth + 1))
    : Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${print(inner, depth + 1)}`);
  if (parts.length === 0) return isList ? "[]" : "{}";
  const pad = STEP.repeat(depth + 1);
  const body = parts.map((part) => pad + part).join(",\n");
  return `${isList ? "[" : "{"}\n${body}\n${STEP.repeat(depth)}${isList ? "]" : "}"}`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const parts = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${inline(inner)}`);
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
