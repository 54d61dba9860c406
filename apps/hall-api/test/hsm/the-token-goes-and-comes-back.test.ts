import { afterAll, beforeAll, expect, it } from "vitest";
import { request } from "../testing/enrolled-worker.ts";
import { expectRefusal } from "../testing/refusal.ts";
import { type HsmWorld, lossAndReturn, startHsmWorld } from "./cycles.ts";

/** A second to see that a token is gone, five to sign again once it is back: ARCHITECTURE 6, the signer. */
const BREAKER_MS = 1000;
const RECOVERY_MS = 5000;

let world: HsmWorld;
beforeAll(async () => {
  world = await startHsmWorld();
});
afterAll(() => world?.stop());

it("H-090: under load the breaker opens in time, the Hall signs again in time, and no receipt is wrong", async () => {
  for (let n = 0; n < 3; n++) {
    const cycle = await lossAndReturn(world, 300);
    expect(cycle.wrong).toEqual([]);
    expect(cycle.breakerMs).toBeLessThan(BREAKER_MS);
    expect(cycle.recoveryMs).toBeLessThan(RECOVERY_MS);
    // Otherwise nothing was shown.
    expect(cycle.acknowledged).toBeGreaterThan(0);
    expect(cycle.refused).toBeGreaterThan(0);
  }
});

it("H-099: who asks while the token is away is refused at once, and nothing of it is decided or run later", async () => {
  const { hall, hsm, worker, tenant } = world;
  const size = async () => (await hall.hall.ledger.state()).tree_size;
  hsm.unplug();
  try {
    await expect.poll(() => hall.hall.signer.available(), { interval: 10 }).toBe(false);
    const [before, runs] = [await size(), worker.runs.length];
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        hall.ask("POST", "/wcp/dispatch", { key: tenant.key, body: request(tenant.identity) }),
      ),
    );
    for (const answer of answers) expectRefusal(answer, 503, "SIGNER_UNAVAILABLE");
    const health = await hall.ask("GET", "/wcp/health", { key: tenant.key });
    expect(health.body).toMatchObject({ status: "degraded", log: { state: "signer_lost" } });
    hsm.plugIn();
    await expect.poll(() => hall.hall.ledger.sealer.healthy(), { timeout: RECOVERY_MS }).toBe(true);
    expect(await size()).toBe(before);
    expect(worker.runs.length).toBe(runs);
  } finally {
    if (!hall.hall.signer.available()) await expect.poll(() => hall.hall.signer.available()).toBe(true);
  }
});

it("every receipt and the Hall itself say what holds the key", async () => {
  const { hall, tenant } = world;
  const { body } = await hall.ask<{ receipt: object; seal: object }>("POST", "/wcp/route", {
    key: tenant.key,
    body: request(tenant.identity),
  });
  const signing_module = "software token: SoftHSM v2 by SoftHSM project, library 2.6";
  expect(body.receipt).toMatchObject({ signing_module, signature: null });
  const { body: identity } = await hall.ask("GET", "/.well-known/hall.json");
  expect(identity).toMatchObject({ signer: signing_module });
});
