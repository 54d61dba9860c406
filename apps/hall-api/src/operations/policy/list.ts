import { readActiveBundle } from "@guildhall/db";
import { POLICY_VARIABLES } from "@guildhall/engine";
import { Policy, PolicyTest, type RuleBundle } from "@guildhall/protocol";
import { z } from "zod";
import { asCaller } from "../../identity/authenticate.ts";
import { callerOf, operation } from "../operation.ts";

const Field = z.object({
  name: z.string(),
  /** As expressions call it. */
  type: z.string(),
  description: z.string(),
  /** What it is where a test says nothing else; a timestamp in milliseconds since the epoch. */
  everyday: z.union([z.string(), z.boolean(), z.number(), z.array(z.string())]),
  /** The only values that it ever has, where these can be listed. */
  values: z.array(z.string()).optional(),
});

/** A variable of one value, or one with fields. */
const Variable = z.union([
  Field,
  z.object({ name: z.string(), description: z.string(), fields: z.array(Field) }),
]);

/** What the expressions see, by variable. */
const Given = z.record(z.string(), z.unknown());

export const list = operation({
  name: "policy.list",
  summary: "The policies in force, their tests, and what their expressions may speak of.",
  permission: "rule:read",
  input: z.strictObject({}),
  output: z.object({
    policies: z.array(Policy),
    tests: z.array(PolicyTest.extend({ given: Given })),
    variables: z.array(Variable),
  }),
  rest: { method: "GET", path: "/wcp/policies" },
  trpc: "query",
  async run({ hall, ...context }) {
    const active = await asCaller(hall, callerOf(context), readActiveBundle);
    const bundle = JSON.parse(active?.bundle ?? "{}") as Partial<RuleBundle>;
    return {
      policies: bundle.policies ?? [],
      tests: bundle.policy_tests ?? [],
      variables: POLICY_VARIABLES.map(variableView),
    };
  },
});

type PolicyVariable = (typeof POLICY_VARIABLES)[number];

function variableView(variable: PolicyVariable): z.infer<typeof Variable> {
  if (!("fields" in variable)) return fieldView(variable);
  const { name, description, fields } = variable;
  return { name, description, fields: fields.map(fieldView) };
}

/** As the engine declares it, in arrays of our own. */
interface DeclaredField extends Pick<z.infer<typeof Field>, "name" | "type" | "description"> {
  readonly everyday: string | boolean | number | readonly string[];
  readonly values?: readonly string[];
}

function fieldView({ everyday, values, ...field }: DeclaredField): z.infer<typeof Field> {
  return {
    ...field,
    everyday: typeof everyday === "object" ? [...everyday] : everyday,
    ...(values && { values: [...values] }),
  };
}
