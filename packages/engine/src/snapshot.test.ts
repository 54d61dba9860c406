import { BlastRadius, WorkerRecord } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { dimensionSum, snapshotWorker } from "./snapshot.ts";

describe("dimensionSum", () => {
  it.each([
    [{ data: 5, network: 5, financial: 5, time: 5, reversibility: 5 }, 25],
    [{ data: 5, network: 5, financial: 5, time: 5, reversibility: "irreversible" }, 25],
    [{ data: 1, network: 1, reversibility: "partially-reversible" }, 4],
    [{ reversibility: "difficult" }, 3],
    [{ reversibility: "reversible" }, 0],
    [{}, 0],
    [{ data: -0, network: -0, financial: -0, time: -0, reversibility: -0 }, 0],
  ])("of %o is %i", (blast, sum) => {
    expect(dimensionSum(BlastRadius.parse(blast))).toBe(sum);
  });

  it("of a record that declares none is 0", () => {
    expect(dimensionSum(undefined)).toBe(0);
  });
});

describe("snapshotWorker", () => {
  it("keeps what workers of one pool share once, and what they do not share apart", () => {
    const pool = new Map();
    const [a, b] = [["ctrl.a.one"], ["ctrl.b.two"]].map((required_controls, at) =>
      snapshotWorker(
        WorkerRecord.parse({
          worker_id: `org.acme.n${at}`,
          worker_species_id: "wrk.doc.summarizer",
          capabilities: ["cap.doc.summarize"],
          artifact_hash: `sha256:${"0".repeat(64)}`,
          required_controls,
        }),
        { recordHash: "record-1", transportDigest: null, available: true },
        pool,
      ),
    );
    expect(a?.capabilities).toBe(b?.capabilities);
    expect([a?.requiredControls, b?.requiredControls]).toEqual([["ctrl.a.one"], ["ctrl.b.two"]]);
  });

  it("reads a record into the words of the engine, canonical and in order", () => {
    const record = WorkerRecord.parse({
      worker_id: "org.acme.summarizer.i-1",
      worker_species_id: "wrk.doc.summarizer",
      capabilities: ["cap.doc.summarize"],
      artifact_hash: `sha256:${"0".repeat(64)}`,
      required_controls: ["ctrl.b.two", "ctrl.a_one.x", "ctrl.b.two"],
      currently_implements: ["ctrl.a_one.x"],
    });
    expect(
      snapshotWorker(record, { recordHash: "record-1", transportDigest: null, available: true }),
    ).toEqual({
      workerId: "org.acme.summarizer.i-1",
      speciesId: "wrk.doc.summarizer",
      capabilities: new Set(["cap.doc.summarize"]),
      allowedEnvironments: null,
      implements: new Set(["ctrl.a-one.x"]),
      requiredControls: ["ctrl.a-one.x", "ctrl.b.two"],
      recordHash: "record-1",
      transportDigest: null,
      available: true,
      dimensionSum: 0,
      privilegeEnvelope: null,
      catalogVersionMin: null,
      riskTier: "unknown",
      attestation: null,
    });
  });
});
