import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimSoleHall } from "../src/index.ts";
import { startTestHall, type TestHall } from "./test-hall.ts";

let hall: TestHall;

beforeAll(async () => {
  hall = await startTestHall();
});
afterAll(() => hall?.stop());

describe("a Hall's database", () => {
  it("is held by one Hall, until that lets go of it", async () => {
    const first = await claimSoleHall(hall.db.urls.owner);
    expect(first).not.toBeNull();
    expect(await claimSoleHall(hall.db.urls.owner)).toBeNull();
    await first!.release();
    const next = await claimSoleHall(hall.db.urls.owner);
    expect(next).not.toBeNull();
    await next!.release();
  });

  it("is free again after its Hall was killed", async () => {
    await claimSoleHall(hall.db.urls.owner);
    await hall.admin.query(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = 'hall_owner'",
    );
    const next = await claimSoleHall(hall.db.urls.owner);
    expect(next).not.toBeNull();
    await next!.release();
  });

  it("is not another Hall's", async () => {
    const urls = await hall.server.createDatabase();
    const halls = [await claimSoleHall(hall.db.urls.owner), await claimSoleHall(urls.owner)];
    expect(halls).not.toContain(null);
    for (const each of halls) await each!.release();
  });
});
