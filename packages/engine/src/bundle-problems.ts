import { jsonPath, type Rule, type StrictJson } from "@guildhall/protocol";
import type { BundleProblem } from "./bundle-error.ts";
import { type BundleList, keysAt, wordsFor } from "./bundle-words.ts";
import { sanitise, shown } from "./sanitise.ts";

/** What is wrong with a bundle, in the words of its author: the first of it told, the rest counted. */
export class BundleProblems {
  readonly told: BundleProblem[] = [];
  untold = 0;

  /** True when there is no use in looking on. */
  get isEnough(): boolean {
    return this.untold >= COUNTED_MAX;
  }

  get isEmpty(): boolean {
    return this.told.length === 0;
  }

  add({ rule_id, path, expected }: BundleProblem): void {
    if (this.told.length < TOLD_MAX)
      this.told.push({ rule_id, path: sanitise(path), expected: shown(expected) });
    else this.untold++;
  }
}

const TOLD_MAX = 50;
const COUNTED_MAX = 10_000;

type Path = readonly (string | number)[];

/** Where in the document an item stands, and what it is called if that can be known. */
export interface ItemPlace {
  readonly list: BundleList;
  readonly index: number;
  readonly id: string | null;
}

/** A problem inside an item: its path begins there where the item has an id, and in the document where it has none. */
export function problemAt({ list, index, id }: ItemPlace, path: Path, expected: string): BundleProblem {
  return { rule_id: id, path: jsonPath(id === null ? [list, index, ...path] : path), expected };
}

/** One issue as the schema tells it. */
export type Issue = NonNullable<ReturnType<typeof Rule.safeParse>["error"]>["issues"][number];

/** What an issue of the schema means to an author. @param start where the issue's own path begins */
export function* explained(
  place: ItemPlace,
  item: StrictJson,
  issue: Issue,
  start: Path = [],
): Generator<BundleProblem> {
  const path = [...start, ...(issue.path as (string | number)[])];
  const value = valueAt(item, path);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(place.list, path).join(", ");
    for (const key of issue.keys) yield problemAt(place, [...path, key], `one of the keys ${known}`);
  } else if (issue.code === "custom") {
    yield problemAt(place, path, issue.message.replace(/^expected /, ""));
  } else if (issue.code === "invalid_union" && isObject(value)) {
    const [, ...forms] = issue.errors;
    const inner = forms[formOf(path, value)];
    if (inner === undefined) yield* noForm(place, path, value);
    else for (const one of inner) yield* explained(place, item, one, path);
  } else yield problemAt(place, path, `${words(place, path)}; ${found(value)}`);
}

/** Which of a union's objects this one was meant to be: a limit has one, a condition one for each operator, in order. */
function formOf(path: Path, value: { [key: string]: StrictJson }): number {
  return path[0] === "match" ? ["in", "eq", "any"].findIndex((name) => Object.hasOwn(value, name)) : 0;
}

/** An object without any operator. */
function* noForm(
  place: ItemPlace,
  path: Path,
  value: { [key: string]: StrictJson },
): Generator<BundleProblem> {
  const keys = Object.keys(value);
  if (keys.length === 0) yield problemAt(place, path, `${words(place, path)}; ${found(value)}`);
  for (const key of keys)
    yield problemAt(place, [...path, key], `one of the operators ${keysAt(place.list, path).join(", ")}`);
}

function words({ list }: ItemPlace, path: Path): string {
  return wordsFor(list, path) ?? "what the form of a bundle asks for";
}

/** What stands there instead. */
export function found(value: StrictJson | undefined): string {
  if (value === undefined) return "it is missing";
  if (typeof value === "string") return `this is "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  if (Array.isArray(value)) return `this is a list of ${value.length}`;
  if (isObject(value)) return Object.keys(value).length === 0 ? "this is {}" : "this is an object";
  return `this is ${value}`;
}

/** The schema's paths lead through what was sent; only their last member may be missing. */
function valueAt(item: StrictJson, path: Path): StrictJson | undefined {
  let value: StrictJson | undefined = item;
  for (const step of path) value = (value as { [step: string | number]: StrictJson })[step];
  return value;
}

export function isObject(value: StrictJson | undefined): value is { [key: string]: StrictJson } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
