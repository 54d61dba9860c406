import type { Environment } from "@marcbachmann/cel-js";
import { ExpressionError } from "./expression-error.ts";
import { freeze } from "./freeze.ts";
import {
  FACT_ENTRIES_MAX,
  FACT_LENGTH_MAX,
  type FactType,
  POLICY_VARIABLES,
  type PolicyField,
} from "./policy-variables.ts";

type Declared = (typeof POLICY_VARIABLES)[number];
type FactOf<T extends FactType> = T extends "string"
  ? string
  : T extends "bool"
    ? boolean
    : T extends "list<string>"
      ? readonly string[]
      : number;
type FieldsOf<F extends PolicyField> = { readonly [One in F as One["name"]]: FactOf<One["type"]> };

/** What a decision tells the expressions: plain values, whole numbers, `now` in milliseconds since the epoch. */
export type PolicyFacts = {
  readonly [V in Declared as V["name"]]: V extends { fields: readonly (infer F extends PolicyField)[] }
    ? FieldsOf<F>
    : number;
};

/** The facts as the expression library wants them. Made once for each decision. */
export interface Activation {
  readonly [variable: string]: object;
}

/** The facts of a request like any other. A policy's test says what is different. */
export const EVERYDAY_FACTS: PolicyFacts = freeze(
  Object.fromEntries(
    POLICY_VARIABLES.map((variable) => [
      variable.name,
      "fields" in variable
        ? freeze(Object.fromEntries(variable.fields.map(({ name, everyday }) => [name, everyday])))
        : variable.everyday,
    ]),
  ) as unknown as PolicyFacts,
);

/** One class for each variable with fields: the library tells its values apart by their constructors. */
const RECORDS = new Map(
  POLICY_VARIABLES.flatMap((variable) =>
    "fields" in variable ? [[variable.name, { variable, Record: class {} }] as const] : [],
  ),
);

const TIMESTAMP = "google.protobuf.Timestamp";

/** Makes the variables known to an environment of the expression library. */
export function declareVariables(environment: Environment): Environment {
  for (const variable of POLICY_VARIABLES) {
    if (!("fields" in variable)) {
      environment.registerVariable(variable.name, TIMESTAMP);
      continue;
    }
    const ctor = RECORDS.get(variable.name)?.Record;
    const fields = Object.fromEntries(variable.fields.map(({ name, type }) => [name, type]));
    const typeName = `$${variable.name}`;
    environment.registerType(typeName, { ctor, fields }).registerVariable(variable.name, typeName);
  }
  return environment;
}

/**
 * Throws `ExpressionError` where a fact is missing, of another type or larger than declared: what an expression may cost
 * was bounded with those sizes.
 */
export function toActivation(facts: PolicyFacts): Activation {
  const activation: Record<string, object> = { now: timeOf(facts.now) };
  for (const [name, { variable, Record }] of RECORDS) {
    const values = (facts[name] ?? {}) as Readonly<Record<string, unknown>>;
    const record = new Record() as Record<string, unknown>;
    for (const field of variable.fields as readonly PolicyField[]) {
      const value = values[field.name];
      const wrong = wrongFact(field, value);
      if (wrong !== null) throw new ExpressionError(`${name}.${field.name}: expected ${wrong}`);
      record[field.name] = field.type === "int" ? BigInt(value as number) : value;
    }
    activation[name] = record;
  }
  return activation;
}

/** What was expected of a fact, or null where it is that. */
export function wrongFact({ type }: Pick<PolicyField, "type">, value: unknown): string | null {
  switch (type) {
    case "string":
      return isShort(value) ? null : `text of at most ${FACT_LENGTH_MAX} characters`;
    case "bool":
      return typeof value === "boolean" ? null : "true or false";
    case "int":
    case "timestamp":
      return Number.isSafeInteger(value) ? null : "a whole number";
    case "list<string>":
      return Array.isArray(value) && value.length <= FACT_ENTRIES_MAX && value.every(isShort)
        ? null
        : `a list of at most ${FACT_ENTRIES_MAX} texts of at most ${FACT_LENGTH_MAX} characters`;
  }
}

function isShort(value: unknown): boolean {
  return typeof value === "string" && value.length <= FACT_LENGTH_MAX;
}

function timeOf(ms: number): Date {
  const time = new Date(ms);
  if (Number.isSafeInteger(ms) && Number.isFinite(time.getTime())) return time;
  throw new ExpressionError("now: expected milliseconds since the epoch");
}
