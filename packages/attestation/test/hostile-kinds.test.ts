import type { Measurement, SignedManifest } from "@guildhall/protocol";
import { RECEIPT_KINDS } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import {
  checkMisbehaviour,
  openNote,
  parseVerifierKey,
  signMeasurement,
  signPackageStatement,
  verifyChain,
  verifyMeasurement,
  verifyPackageStatement,
  verifySealedReceipt,
} from "../src/index.ts";
import { hall, hallKey, json, log, resealed, sealed } from "./forge.ts";

/**
 * One key signs everything here, as if a Hall had only one. Each thing it signed is given to each verifier, and each
 * signature is put where each other one stands.
 */

const hex = "0".repeat(64);
const manifest = {
  schema_version: "awp.v1",
  worker_id: "org.example.my-worker.i-1",
  worker_species_id: "wrk.example.my-worker",
  worker_version: "1.0.0",
  package_hash: hex,
  built_at_utc: "2026-01-01T00:00:00Z",
  attested_at_utc: "2026-01-01T00:00:00Z",
  build_source: "local",
  trust_statement: "Namespace org.example states it.",
} as SignedManifest;
const measured = {
  type: "guildhall/measurement/v1",
  hall: "hall.test/log",
  worker_id: "org.example.my-worker.i-1",
  method: "runner-measured",
  hash: hex,
  nonce: "1".repeat(64),
  measured_at: "2026-01-01T00:00:00.000Z",
} as Measurement;
const fork = async () => {
  const other = await resealed(2, { action: "revoked" });
  const [earlier, later] = [await log.checkpoint(), `${other.seal.checkpoint}`];
  return {
    format: "guildhall-log-misbehaviour-1",
    kind: "fork",
    origin: log.origin,
    found_at: "now",
    earlier,
    later,
    hashes: [],
  };
};

const made: { [what: string]: string } = {
  "a decision": json(await sealed(0)),
  "an outcome": json(await sealed(1)),
  "an act": json(await sealed(2)),
  "a checkpoint": await log.checkpoint(),
  "a statement of a package": await signPackageStatement(hall, manifest),
  "a measurement": await signMeasurement(hall, measured),
  "a proof of misbehaviour": json(await fork()),
};

const key = await parseVerifierKey(hallKey);
const raw = [key.publicKey];
const verifiers: { [name: string]: { takes: RegExp; verify: (text: string) => Promise<boolean> } } = {
  verifySealedReceipt: {
    takes: /decision|outcome|act$/,
    verify: async (text) => (await verifySealedReceipt(text, hallKey)).ok,
  },
  verifyChain: { takes: /decision/, verify: async (text) => (await verifyChain([text])).ok },
  openNote: {
    takes: /checkpoint/,
    verify: (text) =>
      openNote(text, [key]).then(
        () => true,
        () => false,
      ),
  },
  verifyPackageStatement: {
    takes: /statement/,
    verify: async (text) => (await verifyPackageStatement(text, raw)).ok,
  },
  verifyMeasurement: {
    takes: /measurement/,
    verify: async (text) => (await verifyMeasurement(text, raw)).ok,
  },
  checkMisbehaviour: {
    takes: /misbehaviour/,
    verify: async (text) => (await checkMisbehaviour(text, [hallKey])).ok,
  },
};

describe("one kind is never read as another (H-054)", () => {
  it.each(Object.entries(verifiers))(
    "%s takes what is its own, and nothing else that the same key signed",
    async (_, { takes, verify }) => {
      const taken: string[] = [];
      for (const [what, text] of Object.entries(made)) if (await verify(text)) taken.push(what);
      expect(taken).toEqual(Object.keys(made).filter((what) => takes.test(what)));
      expect(taken.length).toBeGreaterThan(0);
    },
  );

  it("a signature of one kind is good in no other kind's place", async () => {
    const act = await sealed(2);
    const [note, line] = `${act.seal.checkpoint}`.split("\n\n") as [string, string];
    const head = Buffer.from(line.split(" ")[2]!, "base64").subarray(0, 4);
    const sigOf = (envelope: string) =>
      (JSON.parse(envelope) as { signatures: { sig: string }[] }).signatures[0]!.sig;
    const signatures = {
      receipt: `${act.receipt.signature}`,
      checkpoint: Buffer.from(line.split(" ")[2]!, "base64").subarray(4).toString("base64"),
      statement: sigOf(made["a statement of a package"]!),
      measurement: sigOf(made["a measurement"]!),
    };
    const places: { [kind: string]: (signature: string) => Promise<boolean> } = {
      receipt: (signature) =>
        verifiers.verifySealedReceipt!.verify(json({ ...act, receipt: { ...act.receipt, signature } })),
      checkpoint: (signature) =>
        verifiers.openNote!.verify(
          `${note}\n\n\u2014 ${log.origin} ${Buffer.concat([head, Buffer.from(signature, "base64")]).toString("base64")}\n`,
        ),
      statement: (signature) =>
        verifiers.verifyPackageStatement!.verify(inPlace(made["a statement of a package"]!, signature)),
      measurement: (signature) =>
        verifiers.verifyMeasurement!.verify(inPlace(made["a measurement"]!, signature)),
    };
    for (const [of, signature] of Object.entries(signatures))
      for (const [place, verify] of Object.entries(places))
        expect(await verify(signature), `${of} in the place of ${place}`).toBe(of === place);
  });

  it("a receipt of one kind, its kind changed to any other, has another hash", async () => {
    const act = await sealed(2);
    for (const kind of [...RECEIPT_KINDS, "checkpoint"]) {
      const verdict = await verifySealedReceipt(json({ ...act, receipt: { ...act.receipt, kind } }), hallKey);
      expect(verdict.ok, kind).toBe(kind === act.receipt.kind);
      if (!verdict.ok) expect(verdict.code).toBe("HASH_MISMATCH");
    }
  });
});

function inPlace(envelope: string, sig: string): string {
  const parts = JSON.parse(envelope) as { signatures: object[] };
  return JSON.stringify({ ...parts, signatures: [{ ...parts.signatures[0], sig }] });
}
