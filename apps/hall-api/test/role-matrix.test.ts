import { readFileSync, writeFileSync } from "node:fs";
import { ROLES } from "@guildhall/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  KEY_SCOPES,
  OPERATOR_PERMISSIONS,
  PLATFORM_PERMISSIONS,
  ROLE_PERMISSIONS,
} from "../src/identity/permissions.ts";
import { OPERATIONS } from "../src/operations/index.ts";
import type { Operation } from "../src/operations/operation.ts";
import { addOperator } from "./testing/platform.ts";
import {
  type Answer,
  type OpenHall,
  openHouse,
  type Refusal,
  type TestHouse,
} from "./testing/running-hall.ts";
import { addMember, addTenant } from "./testing/tenant.ts";

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

let house: TestHouse;
let hall: OpenHall;
const credentials: Record<string, string> = {};

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  const tenant = await addTenant(hall.hall);
  for (const role of ROLES) credentials[role] = (await addMember(hall.hall, tenant.id, role)).session;
  credentials.key = tenant.key;
  credentials["hall-op"] = hall.operatorToken;
  credentials["hall-owner"] = (await addOperator(hall.hall)).session;
  credentials["hall-audit"] = (await addOperator(hall.hall, "auditor")).session;
});
afterAll(() => house?.close());

it("every operation has its row, as it was reviewed", () => {
  const found = matrix();
  if (process.env.UPDATE_REVIEWED === "1") writeFileSync(REVIEWED, found);
  expect(found).toBe(readFileSync(REVIEWED, "utf8"));
});

/** A field that no input has: whoever may ask is told so, whoever may not is told nothing of the input. */
function askWithNonsense({ rest, trpc, name }: Operation, key: string): Promise<Answer<Refusal>> {
  if (!rest) {
    const input = encodeURIComponent('{"nonsense":1}');
    return hall.inject(trpc === "query" ? "GET" : "POST", `/trpc/${name}?input=${input}`, { key });
  }
  const path = rest.path.replaceAll(/[:*][a-z_]+/g, "nonsense");
  return rest.method === "GET"
    ? hall.inject("GET", `${path}?nonsense=1`, { key })
    : hall.inject(rest.method, path, { key, body: { nonsense: 1 } });
}

it.each(Object.keys(HOLDERS))("the doors answer %s by that list and by nothing else", async (holder) => {
  const wrong: string[] = [];
  for (const operation of operations) {
    const { status, text } = await askWithNonsense(operation, credentials[holder] ?? "");
    const isRefused = status === 403;
    // Junk is refused or decided about; nothing here is done, so nobody's session or key is gone for the next.
    if (isRefused === mayUse(operation, holder))
      wrong.push(`${operation.name} ${status} ${text.slice(0, 120)}`);
  }
  expect(wrong).toEqual([]);
});
