import type { ASTNode } from "@marcbachmann/cel-js";
import type { Activation } from "./policy-facts.ts";
import { FIELDS_BY_VARIABLE } from "./policy-variables.ts";

/** A fact that has to be one of some values, or else the expression is false. */
export interface Guard {
  readonly variable: string;
  readonly field: string;
  readonly values: readonly (string | boolean)[];
}

/**
 * Those of the conditions joined by `&&` that hold one fact against values, like `request.tenant_id == "tenant-7"`. Where
 * one of them is false so is the whole, even if another part would fail: that is what `&&` means in CEL. Most policies of
 * a large bundle are about something else than the request at hand, and are answered without walking their trees.
 */
export function guardsOf(node: ASTNode): Guard[] {
  switch (node.op) {
    case "&&":
      return node.args.flatMap(guardsOf);
    case ".":
      return guard(node, "bool", [true]);
    case "!_":
      return guard(node.args, "bool", [false]);
    case "in":
      return guard(node.args[0], "string", node.args[1].op === "list" ? textsOf(node.args[1].args) : null);
    case "==": {
      const [left, right] = node.args;
      return [...guard(left, "string", textsOf([right])), ...guard(right, "string", textsOf([left]))];
    }
    default:
      return [];
  }
}

/** True where the guards alone show that the expression is false. */
export function stopped(guards: readonly Guard[], activation: Activation): boolean {
  for (const { variable, field, values } of guards) {
    const fact = (activation[variable] as Readonly<Record<string, unknown>>)[field];
    if (!values.includes(fact as string)) return true;
  }
  return false;
}

function guard(of: ASTNode, type: "string" | "bool", values: Guard["values"] | null): Guard[] {
  if (values === null || of.op !== "." || of.args[0].op !== "id") return [];
  const [{ args: variable }, field] = of.args;
  return FIELDS_BY_VARIABLE.get(variable)?.get(field)?.type === type ? [{ variable, field, values }] : [];
}

function textsOf(nodes: readonly ASTNode[]): string[] | null {
  const texts = nodes.flatMap((node) =>
    node.op === "value" && typeof node.args === "string" ? [node.args] : [],
  );
  return texts.length === nodes.length ? texts : null;
}
