import type { ASTNode } from "@marcbachmann/cel-js";
import { CLOCK_PARTS, LOOPS, Refused, treeOf } from "./expression-language.ts";
import {
  FACT_ENTRIES_MAX,
  FACT_LENGTH_MAX,
  type FactType,
  FIELDS_BY_VARIABLE,
  type PolicyField,
} from "./policy-variables.ts";

/**
 * How long an expression may take, in steps, known before it ever runs: nothing can stop it once it does. A step is the
 * visit of one node of the syntax tree, 5 to 30 ns; the other prices were measured against that. The bound is the one of
 * the largest facts there can be.
 */

/** About 2 ms, at worst 6. A loop over a thousand controls takes some 10,000; one inside another takes millions. */
export const EXPRESSION_STEPS_MAX = 200_000;

const CALL_STEPS = 2;
/** Of a loop, for each entry. */
const LOOP_STEPS = 4;
const EQUAL_STEPS = 3;
/** Of a map written out, for each entry. */
const ENTRY_STEPS = 8;
/** A time written out is read anew each time. */
const TIME_STEPS = 60;
/** An error with its stack and its picture of the line. Logic and loops swallow errors and go on. */
const ERROR_STEPS = 2_300;
/** How many characters one step compares, joins, and compares while it searches. */
const COMPARED = 64;
const JOINED = 8;
const SEARCHED = 32;

const INT_MAX = 2n ** 63n - 1n;
/** No fact is a greater number, and no part of a time. */
const FACT_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** What is known of a value before it is there: its kind, and how large it can be. */
type Value =
  | { kind: "plain" | "double" | "timestamp" | "duration" | "nothing" }
  /** Between `-max` and `max`; where `max` is one more than `INT_MAX` it may be the one number without an opposite. */
  | { kind: "int"; max: bigint }
  | { kind: "text"; length: number }
  | { kind: "list" | "map"; count: number; of: Value }
  | { kind: "record"; fields: ReadonlyMap<string, PolicyField> };

/** What has entries: nothing else passes the type check where one is looked up or looped over. */
type Entered = Value & { kind: "list" | "map" };

interface Measured {
  readonly steps: number;
  readonly value: Value;
}

type Entries = ReadonlyMap<string, Value>;

/**
 * The steps that one evaluation takes at most. Refuses an expression over the budget, and arithmetic of times that the
 * library gets wrong.
 * @param root of an expression that `checkForms` let pass and whose types fit together
 */
export function boundSteps(root: ASTNode): number {
  const steps = Math.ceil(measure(root, new Map()).steps);
  if (steps <= EXPRESSION_STEPS_MAX) return steps;
  throw new Refused(
    `this may take ${steps} steps and ${EXPRESSION_STEPS_MAX} are allowed; ` +
      "loop over one list of facts only, and do little inside: no look-ups, no division",
    root.start,
  );
}

function measure(of: ASTNode, entries: Entries): Measured {
  const node = treeOf(of);
  switch (node.op) {
    case "value":
      return { steps: 1, value: literal(node.args) };
    case "id":
      return { steps: 1, value: entries.get(node.args) ?? variable(node.args) };
    case ".": {
      const of = measure(node.args[0], entries);
      if (of.value.kind !== "record") return lookedUp(of);
      const field = of.value.fields.get(node.args[1]) as PolicyField;
      return { steps: of.steps + 1, value: fact(field) };
    }
    case "[]": {
      const [of, key] = [measure(node.args[0], entries), measure(node.args[1], entries)];
      if (of.value.kind === "record") throw new Refused("write request.env, not request[...]", node.start);
      return lookedUp({ steps: of.steps + key.steps, value: of.value });
    }
    case "list": {
      const items = node.args.map((item) => measure(item, entries));
      return {
        steps: 1 + items.length + sum(items),
        value: { kind: "list", count: items.length, of: widest(items) },
      };
    }
    case "map": {
      const items = node.args.map(([, value]) => measure(value, entries));
      const steps = 1 + items.length * ENTRY_STEPS + sum(items);
      return { steps, value: { kind: "map", count: items.length, of: widest(items) } };
    }
    case "?:": {
      const [condition, ...branches] = node.args.map((part) => measure(part, entries)) as [
        Measured,
        Measured,
        Measured,
      ];
      const steps = 1 + condition.steps + Math.max(...branches.map((branch) => branch.steps));
      return { steps, value: widest(branches) };
    }
    case "!_":
    case "-_": {
      const { steps, value } = measure(node.args, entries);
      // The library would go on with a number that has 65 bits.
      if (value.kind === "int" && value.max > INT_MAX) throw tooLarge(node.start);
      return { steps: steps + 1, value };
    }
    case "call":
      return called(node.args[0], node.args[1], entries, node);
    case "rcall": {
      const [name, receiver, args] = node.args;
      return LOOPS.has(name)
        ? looped(name, receiver, args, entries)
        : called(name, [receiver, ...args], entries, node);
    }
    default: {
      const [left, right] = [measure(node.args[0], entries), measure(node.args[1], entries)];
      const { steps, value } = operated(node, left.value, right.value);
      return { steps: left.steps + right.steps + steps, value };
    }
  }
}

const PLAIN: Value = { kind: "plain" };

function literal(value: unknown): Value {
  if (typeof value === "string") return { kind: "text", length: value.length };
  if (typeof value === "bigint") return { kind: "int", max: value };
  return typeof value === "number" ? { kind: "double" } : PLAIN;
}

function variable(name: string): Value {
  const fields = FIELDS_BY_VARIABLE.get(name) as ReadonlyMap<string, PolicyField>;
  return fields.size > 0 ? { kind: "record", fields } : { kind: "timestamp" };
}

function fact({ type }: PolicyField): Value {
  return FACTS[type];
}

const TEXT: Value = { kind: "text", length: FACT_LENGTH_MAX };
const FACTS: Readonly<Record<FactType, Value>> = {
  string: TEXT,
  bool: PLAIN,
  int: { kind: "int", max: FACT_MAX },
  "list<string>": { kind: "list", count: FACT_ENTRIES_MAX, of: TEXT },
  timestamp: { kind: "timestamp" },
};

/** An entry of a list or map: it may not be there. */
function lookedUp({ steps, value }: Measured): Measured {
  return { steps: steps + 1 + ERROR_STEPS, value: (value as Entered).of };
}

type Operation = ASTNode & { readonly args: readonly [ASTNode, ASTNode] };

/** An operator on two values that are there. */
function operated({ op, args, start }: Operation, left: Value, right: Value): Measured {
  switch (op) {
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return { steps: 1 + equalSteps(left, right), value: PLAIN };
    case "in": {
      const each = right.kind === "list" ? right.count * equalSteps(left, right.of) : ENTRY_STEPS;
      return { steps: 1 + each, value: PLAIN };
    }
    case "&&":
    case "||":
      return { steps: 2, value: PLAIN };
  }
  if (left.kind === "nothing" || right.kind === "nothing") throw unknown(start);
  if (left.kind === "text" && right.kind === "text") {
    const length = left.length + right.length;
    return { steps: 1 + length / JOINED, value: { kind: "text", length } };
  }
  if (left.kind === "list" && right.kind === "list") {
    const count = left.count + right.count;
    return { steps: 1 + count, value: { kind: "list", count, of: wider(left.of, right.of) } };
  }
  if (left.kind === "int" && right.kind === "int") return reckoned(op, left.max, right.max, args[1], start);
  if (left.kind === "double" && right.kind === "double") return { steps: 1, value: left };
  if (left.kind === "timestamp" && right.kind === "timestamp")
    return { steps: TIME_STEPS, value: { kind: "duration" } };
  if (left.kind === "timestamp" && args[1].op === "call") return { steps: TIME_STEPS, value: left };
  throw new Refused('write it with a duration on a time: now + duration("1h")', start);
}

/** Whole numbers. What leaves 64 bits is an error, and so is to divide by nothing. */
function reckoned(op: string, left: bigint, right: bigint, divisor: ASTNode, at: number): Measured {
  const value = (max: bigint): Value => ({ kind: "int", max: max > INT_MAX ? INT_MAX + 1n : max });
  if (op === "+" || op === "-" || op === "*") {
    const max = op === "*" ? left * right : left + right;
    return { steps: max <= INT_MAX ? 1 : 1 + ERROR_STEPS, value: value(max) };
  }
  // A number written out has no sign, so the quotient is no greater.
  if (divisor.op === "value" && divisor.args !== 0n) return { steps: 1, value: value(left) };
  if (left > INT_MAX) throw tooLarge(at);
  return { steps: 1 + ERROR_STEPS, value: value(left) };
}

function tooLarge(at: number): Refused {
  return new Refused("this may leave 64 bits; work with smaller numbers", at);
}

/** A function or method on values. */
function called(name: string, args: readonly ASTNode[], entries: Entries, node: ASTNode): Measured {
  const values = args.map((argument) => measure(argument, entries));
  const steps = CALL_STEPS + values.length + sum(values);
  const [on, other] = values.map(({ value }) => value);
  if (name === "timestamp" || name === "duration")
    return { steps: steps + TIME_STEPS, value: { kind: name } };
  if (CLOCK_PARTS.has(name)) return { steps, value: { kind: "int", max: FACT_MAX } };
  if (name === "double") {
    if (on?.kind === "int" || on?.kind === "double") return { steps, value: { kind: "double" } };
    throw new Refused("double() takes a number", node.start);
  }
  if (name === "size") {
    if (on?.kind === "text")
      return { steps: steps + on.length, value: { kind: "int", max: BigInt(on.length) } };
    if (on?.kind === "list" || on?.kind === "map")
      return { steps, value: { kind: "int", max: BigInt(on.count) } };
  }
  if (on?.kind !== "text" || other?.kind !== "text") throw unknown(node.start);
  const searched = name === "contains" ? searchSteps(on.length, other.length) : 0;
  return { steps: steps + searched + other.length / COMPARED, value: PLAIN };
}

/** At worst each character looked for is compared at each place. It may be shorter than its bound. */
function searchSteps(length: number, sought: number): number {
  const worst = Math.min(sought, length / 2);
  return (length + (length - worst) * worst) / SEARCHED;
}

function looped(name: string, receiver: ASTNode, args: readonly ASTNode[], entries: Entries): Measured {
  const { steps, value } = measure(receiver, entries);
  const over = value as Entered;
  // Of a map its keys.
  const entry: Value = over.kind === "list" ? over.of : { kind: "text", length: KEY_MAX };
  const inside = new Map([...entries, [(args[0] as ASTNode & { op: "id" }).args, entry]]);
  const bodies = args.slice(1).map((body) => measure(body, inside));
  const list = (of: Value): Value => ({ kind: "list", count: over.count, of });
  return {
    steps: steps + CALL_STEPS + over.count * (LOOP_STEPS + sum(bodies)),
    value: name === "map" ? list((bodies.at(-1) as Measured).value) : name === "filter" ? list(entry) : PLAIN,
  };
}

/** An expression is no longer. */
const KEY_MAX = 4096;

function equalSteps(a: Value, b: Value): number {
  if (a.kind === "text" && b.kind === "text") return EQUAL_STEPS + Math.min(a.length, b.length) / COMPARED;
  if ((a.kind === "list" && b.kind === "list") || (a.kind === "map" && b.kind === "map")) {
    const each = equalSteps(a.of, b.of) + (a.kind === "map" ? ENTRY_STEPS : 0);
    return EQUAL_STEPS + Math.min(a.count, b.count) * each;
  }
  return EQUAL_STEPS;
}

function sum(parts: readonly Measured[]): number {
  return parts.reduce((steps, part) => steps + part.steps, 0);
}

function widest(parts: readonly Measured[]): Value {
  return parts.map(({ value }) => value).reduce<Value>(wider, { kind: "nothing" });
}

/** A value that may be either. */
function wider(a: Value, b: Value): Value {
  if (a.kind === "text" && b.kind === "text") return a.length > b.length ? a : b;
  if (a.kind === "int" && b.kind === "int") return a.max > b.max ? a : b;
  if ((a.kind === "list" || a.kind === "map") && a.kind === (b as typeof a).kind) {
    const other = b as typeof a;
    return { kind: a.kind, count: Math.max(a.count, other.count), of: wider(a.of, other.of) };
  }
  return a.kind === "nothing" ? b : a;
}

/** An empty list has entries of no kind: whatever is done with them is refused. */
function unknown(at: number): Refused {
  return new Refused("what this works on has no type; write out at least one entry", at);
}
