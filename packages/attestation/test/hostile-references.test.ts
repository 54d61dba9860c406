import { SHIPPED_PROFILES } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { documentDigest, type ReadReceipt, verifyChain, verifyReferences } from "../src/index.ts";
import { buildLog, sampleAct, sampleDecision } from "../src/testing/index.ts";

const RULES = `sha256:${"1".repeat(64)}`;
const OTHER = `sha256:${"2".repeat(64)}`;
const PROFILE = `sha256:${"3".repeat(64)}`;
const shipped = { profile_id: "prof.shipped", digest: documentDigest(SHIPPED_PROFILES[0]) };

const publication = (number: number, subject = RULES, action = "published") =>
  sampleAct(number, { kind: "rule", action, subject, details: {} });
const decided = (number: number, bundle: string, profiles: { profile_id: string; digest: string }[] = []) => {
  const sample = sampleDecision(number);
  const inputs = { ...sample.decision.inputs, bundle_digest: bundle };
  return { ...sample, decision: { ...sample.decision, inputs, profiles } };
};

async function answer(...bodies: ReturnType<typeof sampleAct | typeof sampleDecision>[]) {
  const { receipts } = await buildLog(bodies.length, { body: (index) => bodies[index]! });
  const chain = await verifyChain(receipts);
  if (!chain.ok) throw new Error(chain.message);
  return verifyReferences(chain.receipts as readonly ReadReceipt[]);
}

describe("a decision whose policy nobody put in force (H-064, its policy part)", () => {
  it("is found: its rules stand in no earlier receipt of the chain", async () => {
    expect(await answer(publication(0), decided(1, RULES))).toEqual({ ok: true });
    expect(await answer(publication(0), decided(1, OTHER))).toMatchObject({
      ok: false,
      code: "REFERENCE_MISSING",
      at: 1,
      kind: "rule",
      digest: OTHER,
    });
    expect(await answer(decided(0, RULES))).toMatchObject({ ok: false, at: 0 });
  });

  it("is found where the act comes only afterwards, or was another act", async () => {
    expect(await answer(decided(0, RULES), publication(1))).toMatchObject({ ok: false, at: 0 });
    expect(await answer(publication(0, RULES, "shadow_started"), decided(1, RULES))).toMatchObject({
      ok: false,
      at: 1,
    });
    expect(await answer(publication(0, RULES, "rolled_back"), decided(1, RULES))).toEqual({ ok: true });
  });

  it("is found by its profiles too; those that are shipped need no act", async () => {
    const own = { profile_id: "prof.our.own", digest: PROFILE };
    const defined = sampleAct(1, {
      kind: "profile",
      action: "defined",
      subject: own.profile_id,
      details: { digest: PROFILE },
    });
    expect(await answer(publication(0), decided(1, RULES, [shipped]))).toEqual({ ok: true });
    expect(await answer(publication(0), decided(1, RULES, [own]))).toMatchObject({
      ok: false,
      kind: "profile",
      digest: PROFILE,
    });
    expect(await answer(publication(0), defined, decided(2, RULES, [shipped, own]))).toEqual({ ok: true });
  });
});
