import { type ArtifactHash, type Decision, SHIPPED_PROFILES } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { documentDigest, type ReadReceipt, References, verifyChain, verifyReferences } from "../src/index.ts";
import { buildLog, sampleAct, sampleDecision } from "../src/testing/index.ts";

const RULES = `sha256:${"1".repeat(64)}`;
const OTHER = `sha256:${"2".repeat(64)}`;
const PROFILE = `sha256:${"3".repeat(64)}`;
const shipped = { profile_id: "prof.shipped", digest: documentDigest(SHIPPED_PROFILES[0]) };

const publication = (number: number, subject = RULES, action = "published") =>
  sampleAct(number, { kind: "rule", action, subject, details: {} });
const decided = (
  number: number,
  bundle: string,
  profiles: { profile_id: string; digest: string }[] = [],
  changes: Partial<Decision> = { selected: null },
) => {
  const sample = sampleDecision(number);
  const inputs = { ...sample.decision.inputs, bundle_digest: bundle };
  return { ...sample, decision: { ...sample.decision, inputs, profiles, ...changes } };
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

  it("is found where its rules or its profile no longer stood", async () => {
    const own = { profile_id: "prof.our.own", digest: PROFILE };
    const defined = (number: number, digest: string) =>
      sampleAct(number, { kind: "profile", action: "defined", subject: own.profile_id, details: { digest } });
    const stale = { ok: false, code: "REFERENCE_NOT_IN_FORCE", at: 2 };
    expect(await answer(publication(0), publication(1, OTHER), decided(2, RULES))).toMatchObject(stale);
    expect(
      await answer(
        publication(0),
        publication(1, OTHER),
        publication(2, RULES, "rolled_back"),
        decided(3, RULES),
      ),
    ).toEqual({ ok: true });
    expect(
      await answer(publication(0), defined(1, PROFILE), defined(2, OTHER), decided(3, RULES, [own])),
    ).toMatchObject({ ...stale, at: 3, kind: "profile" });
  });
});

describe("a decision that names what the chain does not have", () => {
  const worker = sampleDecision(0).decision.selected!;
  const selected = { selected: worker };
  const enrolled = (number: number, hash = worker.worker_record_hash, action = "enrolled") =>
    sampleAct(number, {
      kind: "worker",
      action,
      subject: worker.worker_id,
      details: { worker_record_hash: hash },
    });
  const reached = sampleAct(2, {
    kind: "worker",
    action: "transport_set",
    subject: worker.worker_id,
    details: { transport_digest: worker.transport_digest },
  });
  const on =
    (kind: "worker" | "agreement" | "certification", action: string, subject: string, details = {}) =>
    (number: number) =>
      sampleAct(number, { kind, action, subject, details });
  type Make = (number: number) => ReturnType<typeof sampleAct>;
  const agreement = { agreement_id: "a-1", version: 1, digest: OTHER };
  const certification = { certificate_id: "c-1", digest: OTHER };
  const activated = on("agreement", "activated", "a-1", { digest: OTHER });
  const issued = on("certification", "issued", "c-1", { digest: OTHER });
  const suspended = on("worker", "suspended", worker.worker_id);
  const resumed = on("worker", "resumed", worker.worker_id);

  const CASES: readonly [
    what: string,
    acts: readonly Make[],
    named: Partial<Decision>,
    code: string | null,
  ][] = [
    ["a worker that stands", [], selected, null],
    [
      "a worker's earlier record",
      [(n) => enrolled(n, OTHER as ArtifactHash, "updated")],
      selected,
      "REFERENCE_NOT_IN_FORCE",
    ],
    ["another record", [], { selected: { ...worker, worker_record_hash: OTHER } }, "REFERENCE_MISSING"],
    ["a suspended worker", [suspended], selected, "REFERENCE_NOT_IN_FORCE"],
    ["a worker that was resumed", [suspended, resumed], selected, null],
    [
      "a worker enrolled anew while suspended",
      [suspended, (n) => enrolled(n, undefined, "updated")],
      selected,
      "REFERENCE_NOT_IN_FORCE",
    ],
    ["a retired worker", [on("worker", "retired", worker.worker_id)], selected, "REFERENCE_NOT_IN_FORCE"],
    ["another address", [], { selected: { ...worker, transport_digest: OTHER } }, "REFERENCE_MISSING"],
    ["an agreement in force", [activated], { ...selected, agreement }, null],
    ["an agreement that nobody activated", [], { ...selected, agreement }, "REFERENCE_MISSING"],
    [
      "a suspended agreement",
      [activated, on("agreement", "suspended", "a-1")],
      { ...selected, agreement },
      "REFERENCE_NOT_IN_FORCE",
    ],
    [
      "another version",
      [activated, on("agreement", "activated", "a-1", { digest: PROFILE })],
      { ...selected, agreement },
      "REFERENCE_NOT_IN_FORCE",
    ],
    ["a certificate", [issued], { ...selected, certification }, null],
    ["a certificate that nobody issued", [], { ...selected, certification }, "REFERENCE_MISSING"],
    [
      "a revoked certificate",
      [issued, on("certification", "revoked", "x", { certificates: ["c-1"] })],
      { ...selected, certification },
      "REFERENCE_NOT_IN_FORCE",
    ],
  ];

  it.each(CASES)("%s", async (_, acts, named, code) => {
    const before = [publication(0), enrolled(1), reached];
    const more = acts.map((make, index) => make(3 + index));
    const decision = decided(3 + more.length, RULES, [], named);
    const verdict = await answer(...before, ...more, decision);
    expect(verdict).toMatchObject(code === null ? { ok: true } : { ok: false, code, at: 3 + more.length });
  });

  it("names no rules while there are none: as it is, and not after some were published", async () => {
    expect(await answer(decided(0, "none"))).toEqual({ ok: true });
    expect(await answer(publication(0), decided(1, "none"))).toMatchObject({
      ok: false,
      kind: "rule",
      at: 1,
    });
  });

  it("names no rules at all: bad for whoever reads a Hall's own chain", async () => {
    const { receipts } = await buildLog(1, { body: () => sampleDecision(0) });
    const [lax, strict] = [await References.fromStart(), await References.fromStart({ strict: true })];
    expect(lax.badIn(receipts[0] as ReadReceipt)).toBeNull();
    expect(strict.badIn(receipts[0] as ReadReceipt)).toMatchObject({
      code: "REFERENCE_MISSING",
      kind: "rule",
    });
  });
});
