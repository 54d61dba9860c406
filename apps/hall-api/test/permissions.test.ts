import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  KEY_SCOPES,
  OPERATOR_PERMISSIONS,
  PLATFORM_PERMISSIONS,
  ROLE_PERMISSIONS,
} from "../src/identity/permissions.ts";
import { OPERATIONS } from "../src/operations/index.ts";
import type { Operation } from "../src/operations/operation.ts";
import { expectClean } from "./probes/count.ts";
import { leakFinder } from "./probes/judge.ts";
import { sweepRefusals } from "./probes/sweep.ts";
import { createWorld, type World } from "./probes/world.ts";
import { addOperator } from "./testing/platform.ts";
import type { Answer, Refusal } from "./testing/running-hall.ts";

/**
 * Which operation answers whom. reviewed-roles.txt is the list that somebody has read: to change it, run this file with
 * UPDATE_REVIEWED=1 and review the difference. The doors are then asked, one by one, whether it is so.
 */
const REVIEWED = new URL("reviewed-roles.txt", import.meta.url);
const operations = OPERATIONS as readonly unknown[] as readonly Operation[];

/** By the name in the head of the list. */
const HOLDERS: Record<string, readonly string[]> = {
  ...ROLE_PERMISSIONS,
  key: KEY_SCOPES,
  "hall-op": OPERATOR_PERMISSIONS,
  // People of the Hall's own house, by their role there.
  "hall-owner": PLATFORM_PERMISSIONS.owner,
  "hall-audit": PLATFORM_PERMISSIONS.auditor,
};

const mayUse = ({ permission }: Operation, holder: string) =>
  permission === "public" || permission === "grant" || HOLDERS[holder]?.includes(permission) === true;

function matrix(): string {
  const names = Object.keys(HOLDERS);
  const head = `${"".padEnd(26)}${["stranger", ...names].map((name) => name.padEnd(11)).join("")}`;
  const rows = operations.map((operation) => {
    const { permission } = operation;
    const stranger = permission === "public" ? "●" : permission === "grant" ? "grant" : "·";
    const cells = [stranger, ...names.map((name) => (mayUse(operation, name) ? "●" : "·"))];
    return `${operation.name.padEnd(26)}${cells.map((cell) => cell.padEnd(11)).join("")}`;
  });
  return `${[head, ...rows.sort()].map((line) => line.trimEnd()).join("\n")}\n`;
}

let world: World;

beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world?.close());

async function headersOf(holder: string): Promise<Record<string, string>> {
  if (holder !== "hall-owner" && holder !== "hall-audit")
    return world.living.find(({ name }) => name === named(holder))!.headers;
  const { session } = await addOperator(world.hall.hall, holder === "hall-owner" ? "owner" : "auditor");
  return { authorization: `Bearer ${session}` };
}

const named = (holder: string) => (holder === "hall-op" ? "operator of the Hall" : holder);

it("every operation has its row, as it was reviewed", () => {
  const found = matrix();
  if (process.env.UPDATE_REVIEWED === "1") writeFileSync(REVIEWED, found);
  expect(found).toBe(readFileSync(REVIEWED, "utf8"));
});

/** A field that no input has: whoever may ask is told so, whoever may not is told nothing of the input. */
function askWithNonsense(
  { rest, trpc, name }: Operation,
  headers: Record<string, string>,
): Promise<Answer<Refusal>> {
  const { hall } = world;
  if (!rest) {
    const input = encodeURIComponent('{"nonsense":1}');
    return hall.inject(trpc === "query" ? "GET" : "POST", `/trpc/${name}?input=${input}`, { headers });
  }
  const path = rest.path.replaceAll(/[:*][a-z_]+/g, "nonsense");
  return rest.method === "GET"
    ? hall.inject("GET", `${path}?nonsense=1`, { headers })
    : hall.inject(rest.method, path, { headers, body: { nonsense: 1 } });
}

it.each(Object.keys(HOLDERS))("the doors answer %s by that list and by nothing else", async (holder) => {
  const wrong: string[] = [];
  const by = await headersOf(holder);
  for (const operation of operations) {
    const { status, text } = await askWithNonsense(operation, by);
    const isRefused = status === 403;
    // Junk is refused or decided about; nothing here is done, so nobody's session or key is gone for the next.
    if (isRefused === mayUse(operation, holder))
      wrong.push(`${operation.name} ${status} ${text.slice(0, 120)}`);
  }
  expect(wrong).toEqual([]);
});

it("whoever may not is told so, whatever they name, and is shown nothing", async ({ task }) => {
  const finder = leakFinder(world.canaries);
  expectClean(await sweepRefusals(world, finder, world.living), 3000, task);
}, 120_000);

it("a suspended tenant changes nothing, whatever it names", async ({ task }) => {
  const finder = leakFinder(world.canaries);
  expectClean(await sweepRefusals(world, finder, world.suspended), 400, task);
}, 60_000);
