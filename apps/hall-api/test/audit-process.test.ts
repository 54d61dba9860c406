import { HALL_CHAIN } from "@guildhall/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forkHall, type HallChild } from "./crash/hall-child.ts";
import { auditsOf, isAlive, kill } from "./testing/processes.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { addTenant, type TestTenant } from "./testing/tenant.ts";

let house: TestHouse;
let hall: OpenHall;
let tenant: TestTenant;
let child: HallChild | undefined;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open({ auditSeconds: 1 });
  tenant = await addTenant(hall.hall);
});
afterAll(async () => {
  child?.kill();
  await child?.gone;
  await house?.close();
});

/** Loading its code is most of what the first round takes. */
const soon = { timeout: 20_000, interval: 100 };

/** The process in which the audits of a Hall run, once there is one, and only one beside what was known. */
async function auditProcess(hallPid: number, known?: number): Promise<number> {
  const found = () => auditsOf(hallPid).filter((pid) => pid !== known);
  await expect.poll(() => found().length, soon).toBe(1);
  return found()[0]!;
}

/** As an insider with the database in hand: no trigger, no foreign key, no policy. */
async function edit(sql: string): Promise<void> {
  await house.admin.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);
}

/** `chain code place`, each time that it was told. */
async function told(): Promise<string[]> {
  const { rows } = await house.admin.query<{ chain: string; body: Buffer }>(
    "SELECT tenant_id AS chain, body FROM ledger.receipt WHERE kind = 'alert' ORDER BY leaf_index",
  );
  return rows.flatMap(({ chain, body }) => {
    const { code, findings } = JSON.parse(body.toString("utf8")).details;
    return findings.map((one: { place?: string }) => `${chain} ${code} ${one.place ?? ""}`.trim());
  });
}

const editKey = (sql: string) => edit(`UPDATE hall.api_key SET ${sql} WHERE id = '${tenant.keyId}'`);
const keyAlert = () => `${tenant.id} STATE_MISMATCH api_key ${tenant.keyId}`;

it("an edited row and an edited receipt are alerts on their chains, found by a process beside the Hall", async () => {
  await editKey("scopes = '{hall:read}'");
  await expect.poll(told, soon).toEqual([keyAlert()]);
  await edit(
    `ALTER TABLE ledger.receipt DROP CONSTRAINT receipt_hash_is_of_body;
     UPDATE ledger.receipt SET body = convert_to(replace(convert_from(body, 'UTF8'), 'created', 'creat3d'), 'UTF8')
     WHERE kind = 'tenant'`,
  );
  await expect.poll(told, soon).toEqual([keyAlert(), `${HALL_CHAIN} LEDGER_CHANGED`]);
  await auditProcess(process.pid);
});

it("a Hall whose audit process is killed starts another, which finds the next edit", async () => {
  const before = await auditProcess(process.pid);
  kill(before, "SIGKILL");
  const after = await auditProcess(process.pid, before);
  expect(after).not.toBe(before);
  await edit(`UPDATE hall.tenant SET standing = 'grace' WHERE id = '${tenant.id}'`);
  await expect.poll(told, soon).toContain(`${HALL_CHAIN} STATE_MISMATCH tenant ${tenant.id}`);
});

it.each([
  ["at work", null],
  ["hung", "SIGSTOP"],
] as const)("a Hall that stops leaves no audit process, one that is %s neither", async (_, signal) => {
  const other = await auditProcess(process.pid);
  const stopping = await house.open({ auditSeconds: 1 });
  const pid = await auditProcess(process.pid, other);
  if (signal) kill(pid, signal);
  await stopping.stop();
  expect(isAlive(pid)).toBe(false);
});

it("a Hall that is killed leaves no audit process", async () => {
  child = forkHall(process.env);
  await child.start({ settings: { ...house.settings, auditSeconds: 1 }, tenants: [] });
  const pid = await auditProcess(child.pid);
  child.kill();
  await child.gone;
  await expect.poll(() => isAlive(pid), soon).toBe(false);
});

it("a Hall in which no round is due yet has no audit process", async () => {
  const other = await auditProcess(process.pid);
  await house.open();
  expect(auditsOf(process.pid)).toEqual([other]);
});
