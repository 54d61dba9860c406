import type { TenantId } from "@guildhall/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  agreementsThatMatter,
  countersignAgreementVersion,
  findAgreement,
  listAgreements,
  listAgreementVersions,
  moveAgreement,
  readAgreementVersion,
  signAgreementVersion,
  takeQuota,
  withTenant,
} from "../src/index.ts";
import { furnishAgreement } from "./furnish-agreement.ts";
import { refusalOf, startTestHall, type TestHall } from "./test-hall.ts";

let hall: TestHall;
let ours: TenantId;
let theirs: TenantId;
let agreement: { id: string; digest: string };

beforeAll(async () => {
  hall = await startTestHall();
  [ours, theirs] = [await hall.addTenant(), await hall.addTenant()];
  agreement = await furnishAgreement(hall.db, ours);
  await furnishAgreement(hall.db, theirs);
});
afterAll(() => hall?.stop());

const act = () => ({ at: new Date(), by: "person:olga", receiptId: crypto.randomUUID() });

describe("the agreements of a tenant", () => {
  it("are read by it alone, by whatever way they are asked for", async () => {
    const { id, digest } = agreement;
    const read = (tenant: TenantId) =>
      withTenant(hall.db, tenant, async (tx) => [
        (await findAgreement(tx, id)) === null,
        (await readAgreementVersion(tx, digest)) === null,
        (await listAgreementVersions(tx, id)).length,
        (await listAgreements(tx)).some((one) => one.agreement.id === id),
        (await agreementsThatMatter(tx)).some((one) => one.agreement.id === id),
      ]);
    expect(await read(ours)).toEqual([false, false, 1, true, true]);
    expect(await read(theirs)).toEqual([true, true, 0, false, false]);
  });

  it("are changed by it alone", async () => {
    const { id } = agreement;
    const suspend = { from: ["active"], to: "suspended", reason: "x" } as const;
    expect(await withTenant(hall.db, theirs, (tx) => moveAgreement(tx, id, suspend, act()))).toBe(false);
    const taken = withTenant(hall.db, theirs, (tx) =>
      takeQuota(tx, ours, { agreementId: id, period: "day", beginsAt: new Date(), limit: 10, units: 1 }),
    );
    expect(await refusalOf(taken)).toMatch(/^42501 new row violates row-level security policy/);
    expect((await withTenant(hall.db, ours, (tx) => findAgreement(tx, id)))?.state).toBe("active");
  });

  it("keep their signatures, and their documents under their digests", async () => {
    const { id } = agreement;
    expect(await withTenant(hall.db, ours, (tx) => signAgreementVersion(tx, id, 1, act()))).toBe(false);
    const other = { at: new Date(), keyId: "1".repeat(16), envelope: "{}", receiptId: crypto.randomUUID() };
    expect(await withTenant(hall.db, ours, (tx) => countersignAgreementVersion(tx, id, 1, other))).toBe(
      false,
    );
    const app = await hall.as("app");
    await app.query("SELECT set_config('app.tenant_id', $1, false)", [ours]);
    for (const [column, value] of [
      ["signed_by", "'person:eve'"],
      ["countersignature", "'{}   '"],
    ])
      expect(
        await refusalOf(app.query(`UPDATE hall.agreement_version SET ${column} = ${value}`)),
        column,
      ).toMatch(/^23514 a signature under an agreement does not change/);
    expect(await refusalOf(app.query("UPDATE hall.agreement_version SET document = '{}'"))).toMatch(
      /^42501 /,
    );
    expect(await refusalOf(hall.admin.query("UPDATE hall.agreement_version SET document = '{}'"))).toMatch(
      /^23514 .*digest_is_of_the_document/,
    );
  });
});

describe("a quota", () => {
  it("gives no more than its limit in a period, whoever takes, and begins anew with the next", async () => {
    const { id: agreementId } = agreement;
    const beginsAt = new Date("2026-11-28T10:00:00Z");
    const on = { agreementId, period: "day", beginsAt, limit: 5, units: 2 } as const;
    const take = (changes: object = {}) =>
      withTenant(hall.db, ours, (tx) => takeQuota(tx, ours, { ...on, ...changes }));
    const all = await Promise.all([take(), take(), take(), take()]);
    expect(all.map(({ units }) => units).sort()).toEqual([0, 1, 2, 2]);
    // A slow clock does not begin an earlier period again.
    expect(await take({ beginsAt: new Date("2026-11-27T10:00:00Z") })).toEqual({ beginsAt, units: 0 });
    const next = new Date("2026-11-29T10:00:00Z");
    expect(await take({ beginsAt: next })).toEqual({ beginsAt: next, units: 2 });
    // One that became lower gives nothing back.
    expect(await take({ beginsAt: next, limit: 1 })).toEqual({ beginsAt: next, units: 0 });
  });
});
