import type { ASTNode } from "@marcbachmann/cel-js";
import { editDistance } from "./nearest-capabilities.ts";
import { FIELDS_BY_VARIABLE } from "./policy-variables.ts";
import { shown } from "./sanitise.ts";

/**
 * Which part of CEL may stand in an expression. The library knows more than a decision can afford: regular expressions
 * that backtrack, time zones that follow the machine, conversions that run for minutes on one long string. So functions
 * are listed, not excluded.
 */

/** The syntax trees that there are. Optional access is not turned on, so the library parses none. */
type Tree = Exclude<ASTNode, { op: ".?" | "[?]" }>;

/** A node as one of those, so that each case can be written down. */
export function treeOf(node: ASTNode): Tree {
  return node as Tree;
}

/** What an author has to change. @param at where, in UTF-16 code units */
export class Refused extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Levels of the syntax tree. Each takes a few frames of the stack, in the type check and in every evaluation. */
const DEPTH_MAX = 250;
const LOOPS_MAX = 2;
/** Lists and maps inside each other. The library keeps every type it has seen for ever, so there must be few. */
const NESTS_MAX = 2;
export const LITERAL_ENTRIES_MAX = 1000;
const INT_MAX = 9_223_372_036_854_775_807n;

/** The macros, by how many arguments each may have. */
export const LOOPS: ReadonlyMap<string, readonly number[]> = new Map([
  ["all", [2]],
  ["exists", [2]],
  ["exists_one", [2]],
  ["filter", [2]],
  ["map", [2, 3]],
]);
/** Of a timestamp or duration. With a time zone as argument they would follow the machine they run on. */
export const CLOCK_PARTS: ReadonlySet<string> = new Set([
  "getFullYear",
  "getMonth",
  "getDate",
  "getDayOfMonth",
  "getDayOfWeek",
  "getHours",
  "getMinutes",
  "getSeconds",
  "getMilliseconds",
]);
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...LOOPS.keys(),
  ...CLOCK_PARTS,
  "contains",
  "double",
  "duration",
  "endsWith",
  "size",
  "startsWith",
  "timestamp",
]);

const FUNCTIONS_IN_WORDS =
  "contains, startsWith, endsWith, size, all, exists, exists_one, filter, map, timestamp, duration, double, " +
  "and of times getHours and the like";

const TYPED = "every fact has its type already; compare it as it is";
const INSTEAD: ReadonlyMap<string, string> = new Map([
  [
    "matches",
    "matches() is not available: its engine can take exponential time on a chosen text; use startsWith, endsWith, contains or in",
  ],
  ["has", 'has() is not available: every fact is always there; compare it with "", 0, -1 or false'],
  ["dyn", `dyn() is not available: ${TYPED}`],
  ["type", `type() is not available: ${TYPED}`],
  ["int", `int() is not available: ${TYPED}`],
  ["string", `string() is not available: ${TYPED}`],
  ["bind", "bind() is not available: write the value out where it is used"],
  ["getDayOfYear", "getDayOfYear() is not available: use getMonth() and getDate()"],
  ["lowerAscii", "lowerAscii() is not available: ids are lower case already"],
]);

// Comments and strings are stepped over as the library's lexer does; what begins a string and never ends it, too.
const CALLED =
  /\/\/[^\n]*|"""(?:\\[\s\S]|[^\\])*?(?:"""|$)|'''(?:\\[\s\S]|[^\\])*?(?:'''|$)|"(?:\\[\s\S]|[^"\\\n\r])*"|'(?:\\[\s\S]|[^'\\\n\r])*'|["'][\s\S]*|([A-Za-z_]\w*)(?:[ \t\n\r]|\/\/[^\n]*)*(\(?)/g;

/** Refuses unknown functions before the parser sees them, because it keeps the name of each for ever. */
export function checkFunctions(text: string): void {
  for (const { 1: name, 2: paren, index } of text.matchAll(CALLED)) {
    if (name === undefined || paren !== "(" || name === "in" || FUNCTIONS.has(name)) continue;
    throw new Refused(
      INSTEAD.get(name) ??
        `there is no function ${shortly(name)}${guess(name, FUNCTIONS, FUNCTIONS_IN_WORDS)}`,
      index,
    );
  }
}

interface Place {
  readonly depth: number;
  readonly loops: number;
  readonly nests: number;
  /** The names that loops have given to their entries. */
  readonly entries: readonly string[];
}

/** Refuses what parses and may not stand in an expression. Its types are the library's business. */
export function checkForms(root: ASTNode): void {
  look(root, { depth: 1, loops: 0, nests: 0, entries: [] });
}

function look(at: ASTNode, place: Place): void {
  const node = treeOf(at);
  if (place.depth > DEPTH_MAX) throw new Refused(TOO_DEEP, node.start);
  const below = { ...place, depth: place.depth + 1 };
  switch (node.op) {
    case "value":
      checkLiteral(node.args, node.start);
      break;
    case "id":
      checkName(node.args, place, node.start);
      break;
    case ".":
      checkField(node.args[0], node.args[1], place, node.pos);
      look(node.args[0], below);
      break;
    case "list":
      for (const entry of node.args) look(entry, nested(below, node.start));
      break;
    case "map":
      checkKeys(node.args.map(([key]) => key));
      for (const [, value] of node.args) look(value, nested(below, node.start));
      break;
    case "call":
    case "rcall":
      lookAtCall(node, below);
      break;
    case "!_":
    case "-_":
      look(node.args, below);
      break;
    default:
      checkComparison(node.op, node.args[0], node.args[1], place);
      for (const operand of node.args) look(operand, below);
  }
}

export const TOO_DEEP = 'this nests too deep; use "in" with a list, or make several policies of it';

function checkLiteral(value: unknown, at: number): void {
  if (value === null) throw new Refused('no fact is ever null; compare it with "", 0, -1 or false', at);
  if (typeof value === "bigint" && value > INT_MAX)
    throw new Refused(`whole numbers go up to ${INT_MAX}`, at);
  if (typeof value === "object")
    throw new Refused("neither bytes nor unsigned numbers are available; write 5 or text instead", at);
}

function checkName(name: string, { entries }: Place, at: number): void {
  if (FIELDS_BY_VARIABLE.has(name) || entries.includes(name)) return;
  const known = [...FIELDS_BY_VARIABLE.keys(), ...entries];
  throw new Refused(`there is no variable ${shortly(name)}; there are ${known.join(", ")}`, at);
}

/** The fields of variables are known here, so that the author hears of those that there are. */
function checkField(of: ASTNode, field: string, { entries }: Place, at: number): void {
  if (of.op !== "id" || entries.includes(of.args)) return;
  const fields = FIELDS_BY_VARIABLE.get(of.args);
  if (fields === undefined || fields.has(field)) return;
  throw new Refused(
    fields.size === 0
      ? `${of.args} has no fields`
      : `${of.args} has no field ${shortly(field)}${guess(field, fields.keys(), [...fields.keys()].join(", "))}`,
    at,
  );
}

function nested(place: Place, at: number): Place {
  if (place.nests < NESTS_MAX) return { ...place, nests: place.nests + 1 };
  throw new Refused(`lists and maps may stand inside each other ${NESTS_MAX} deep, results of map() too`, at);
}

/** Keys are known at load: the library drops some and lets the last of two win. */
function checkKeys(keys: readonly ASTNode[]): void {
  const seen = new Set<string>();
  for (const key of keys) {
    if (key.op !== "value" || typeof key.args !== "string")
      throw new Refused("keys of a map must be written out as text", key.start);
    if (seen.has(key.args)) throw new Refused("this key stands twice", key.start);
    if (["__proto__", "constructor", "prototype"].includes(key.args))
      throw new Refused(`${key.args} cannot be a key; compare with == instead`, key.start);
    seen.add(key.args);
  }
}

function lookAtCall(node: ASTNode & { op: "call" | "rcall" }, place: Place): void {
  const [name, receiver, args] = node.op === "rcall" ? node.args : [node.args[0], null, node.args[1]];
  if (name === "timestamp" || name === "duration") {
    checkTime(name, args, node.start);
    return;
  }
  if (CLOCK_PARTS.has(name) && args.length > 0)
    throw new Refused(`${name}() takes no time zone: times are UTC, wherever the Hall runs`, node.start);
  if (receiver === null || !LOOPS.has(name)) {
    if (receiver !== null) look(receiver, place);
    for (const argument of args) look(argument, place);
    return;
  }
  const within = name === "map" ? nested(place, node.start) : place;
  look(receiver, within);
  if (!(LOOPS.get(name) as readonly number[]).includes(args.length))
    throw new Refused(`${name}() takes the name of an entry and a condition on it`, node.start);
  // Where the first is no name, the library does not parse it.
  const [entry, ...bodies] = args as [ASTNode & { op: "id" }, ...ASTNode[]];
  if (FIELDS_BY_VARIABLE.has(entry.args) || place.entries.includes(entry.args))
    throw new Refused(`${shortly(entry.args)} names something else already; take another name`, entry.start);
  if (place.loops === LOOPS_MAX)
    throw new Refused(`loops may stand inside each other ${LOOPS_MAX} deep`, node.start);
  const inside = { ...within, loops: place.loops + 1, entries: [...place.entries, entry.args] };
  for (const body of bodies) look(body, inside);
}

const INSTANT = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z$/;
const YEAR_ONE_MS = Date.parse("0001-01-01T00:00:00Z");
const PERIOD = /^(?:\d{1,13}(?:h|ms|m|s))+$/;
const MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
/** A hundred years: however many are added up in one expression, the sum is a time. */
const PERIOD_MAX_MS = 36_525 * 24 * MS.h;

/** Times are written out, so that they are checked here and not while a request waits. */
function checkTime(name: "timestamp" | "duration", args: readonly ASTNode[], at: number): void {
  const [literal] = args;
  const text = literal?.op === "value" && args.length === 1 ? literal.args : null;
  if (name === "timestamp" && !(typeof text === "string" && isInstant(text)))
    throw new Refused('timestamp() takes a time of UTC, written out like "2026-11-23T16:00:00Z"', at);
  if (name === "duration" && !(typeof text === "string" && isPeriod(text)))
    throw new Refused('duration() takes a time of at most 100 years, written out like "36h" or "1h30m"', at);
}

/** A day that is none is read as another one, or as none at all. */
function isInstant(text: string): boolean {
  const ms = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return ms >= YEAR_ONE_MS && new Date(ms).toISOString().startsWith(text.slice(0, "YYYY-MM-DD".length));
}

function isPeriod(text: string): boolean {
  if (text.length > 64 || !PERIOD.test(text)) return false;
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(h|ms|m|s)/g))
    ms += Number(count) * MS[unit as keyof typeof MS];
  return ms <= PERIOD_MAX_MS;
}

/** A fact held against a value that it never has would be a policy that never speaks. */
function checkComparison(op: string, left: ASTNode, right: ASTNode, { entries }: Place): void {
  if (op !== "==" && op !== "!=" && op !== "in") return;
  const against = (side: ASTNode, other: ASTNode) => {
    if (side.op !== "." || side.args[0].op !== "id" || entries.includes(side.args[0].args)) return;
    const of = side.args[0].args;
    const values = FIELDS_BY_VARIABLE.get(of)?.get(side.args[1])?.values;
    if (values === undefined) return;
    for (const literal of other.op === "list" ? other.args : [other])
      if (literal.op === "value" && typeof literal.args === "string" && !values.includes(literal.args))
        throw new Refused(
          `${of}.${side.args[1]} is never ${shortly(JSON.stringify(literal.args))}; it is one of ${values.join(", ")}`,
          literal.start,
        );
  };
  against(left, right);
  if (op !== "in") against(right, left);
}

/** What the author may have meant, or all that there is. */
function guess(name: string, known: Iterable<string>, all: string): string {
  const limit = Math.min(3, Math.ceil(name.length / 4));
  // Sorted by name first: of two that are equally near the one is always the same.
  const near = [...known]
    .sort()
    .map((one) => ({ one, distance: editDistance(name, one, limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)[0];
  return near === undefined ? `; there are ${all}` : `; did you mean ${near.one}?`;
}

function shortly(text: string): string {
  return shown(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
