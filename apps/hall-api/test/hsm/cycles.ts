import { setTimeout as sleep } from "node:timers/promises";
import { modulePath, openToken, parsePkcs11Uri } from "@guildhall/attestation";
import { type SoftHsm, startSoftHsm } from "@guildhall/attestation/testing";
import { verifySealedReceipt } from "@guildhall/attestation/verify";
import { enrollAt, request } from "../testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "../testing/http-worker.ts";
import { type OpenHall, openHouse, type TestHouse } from "../testing/running-hall.ts";
import { addTenant, type TestTenant } from "../testing/tenant.ts";

/** A Hall whose key is on a SoftHSM token, under load, while the token is taken away and brought back. */
export interface HsmWorld {
  house: TestHouse;
  hall: OpenHall;
  hsm: SoftHsm;
  worker: HttpWorker;
  tenant: TestTenant;
  stop(): Promise<void>;
}

export interface Cycle {
  /** From the moment the token was gone until the breaker was open. */
  breakerMs: number;
  /** From the token's return until a receipt that verifies was answered. */
  recoveryMs: number;
  /** Answers whose receipt was verified with the Hall's public key. */
  acknowledged: number;
  /** 503 SIGNER_UNAVAILABLE. */
  refused: number;
  /** Receipts that do not verify, answers that are neither, and work that ran though its caller was told 503. */
  wrong: string[];
}

const LOAD = 8;
const UNDER_LOAD_MS = 400;
const GIVE_UP_MS = 20_000;

export async function startHsmWorld(): Promise<HsmWorld> {
  const hsm = startSoftHsm(process.env);
  hsm.makeToken("hall");
  const uri = parsePkcs11Uri(hsm.uri("hall"), modulePath);
  const token = await openToken({ uri, pin: hsm.pin });
  await token.generate({ id: Buffer.from("log"), label: "log", algorithm: "ed25519" });
  await token.close();
  const house = await openHouse();
  const hall = await house.open({ signer: { kind: "pkcs11", uri }, receiptSignatures: false });
  const worker = await startHttpWorker(() => hall.url);
  const tenant = await addTenant(hall.hall);
  await enrollAt(hall, tenant.key, worker.url);
  return {
    house,
    hall,
    hsm,
    worker,
    tenant,
    async stop() {
      await worker.close();
      await house.close();
      hsm.remove();
    },
  };
}

/** One loss and one return under load, which ends when a receipt was answered again. */
export async function lossAndReturn(world: HsmWorld, outageMs: number): Promise<Cycle> {
  const { hall, hsm } = world;
  const cycle: Cycle = {
    breakerMs: Number.NaN,
    recoveryMs: Number.NaN,
    acknowledged: 0,
    refused: 0,
    wrong: [],
  };
  const refusedTexts = new Set<string>();
  let isOver = false;
  let returnedAt: number | null = null;
  const load = Array.from({ length: LOAD }, async (_, lane) => {
    for (let n = 0; !isOver; n++) {
      // Half of it asks only, half has work done.
      const text = `${lane}-${n}-${Math.random()}.`;
      const sentAt = performance.now();
      const kind = await askOnce(world, lane % 2 === 0 ? "/wcp/route" : "/wcp/dispatch", text, cycle);
      if (kind === "refused") {
        refusedTexts.add(text);
        await sleep(5);
      }
      // Only what was asked after the return shows that it works again.
      if (kind === "acknowledged" && returnedAt !== null && sentAt >= returnedAt) {
        if (Number.isNaN(cycle.recoveryMs)) cycle.recoveryMs = performance.now() - returnedAt;
        isOver = true;
      }
      if (returnedAt !== null && performance.now() - returnedAt > GIVE_UP_MS) isOver = true;
    }
  });
  await sleep(UNDER_LOAD_MS);
  hsm.unplug();
  const goneAt = performance.now();
  while (hall.hall.signer.available() && performance.now() - goneAt < GIVE_UP_MS) await sleep(2);
  cycle.breakerMs = performance.now() - goneAt;
  // What was under way may still be sealed in time; what comes now is refused.
  const late = await askOnce(world, "/wcp/dispatch", "asked while the token is away", cycle);
  if (late !== "refused") cycle.wrong.push("answered while the token was away");
  refusedTexts.add("asked while the token is away");
  await sleep(outageMs);
  returnedAt = performance.now();
  hsm.plugIn();
  await Promise.all(load);
  for (const { request: work } of world.worker.runs)
    if (refusedTexts.has(String(work.text))) cycle.wrong.push(`ran though refused: ${work.text}`);
  return cycle;
}

async function askOnce(
  { hall, tenant }: HsmWorld,
  path: string,
  text: string,
  cycle: Cycle,
): Promise<"acknowledged" | "refused" | "wrong"> {
  const { status, body } = await hall.ask<{ receipt: object; seal: object; code?: string }>("POST", path, {
    key: tenant.key,
    body: request(tenant.identity, { request: { text } }),
  });
  if (status === 503 && body.code === "SIGNER_UNAVAILABLE") {
    cycle.refused += 1;
    return "refused";
  }
  if (status !== 200 && status !== 202) {
    cycle.wrong.push(`${status} ${body.code}`);
    return "wrong";
  }
  const verdict = await verifySealedReceipt({ receipt: body.receipt, seal: body.seal }, hall.verifierKey);
  if (!verdict.ok) {
    cycle.wrong.push(`${verdict.code}: ${verdict.message}`);
    return "wrong";
  }
  cycle.acknowledged += 1;
  return "acknowledged";
}
