import type { DataLabel, Env, ProfileId } from "@guildhall/protocol";
import { expect, it } from "vitest";
import { examineWorker, type Snapshot, type SnapshotWorker } from "../src/index.ts";
import { vectors } from "./vector.ts";

/** A worker without controls, envelope or registered code, as a vector has it. */
function bare(changes: Partial<Snapshot> = {}): { snapshot: Snapshot; worker: SnapshotWorker } {
  const vector = vectors().find(({ name }) => name === "a-live-certificate-lets-the-worker-run")!;
  const { snapshot } = vector.trials[0]!;
  const [worker] = [...snapshot.workers.values()].flat();
  return { snapshot: { ...snapshot, ...changes }, worker: worker! };
}

function standing(prod: string): Snapshot["environmentProfiles"] {
  return { dev: null, stage: null, prod: prod as ProfileId, edge: null };
}

function examined(
  { snapshot, worker }: ReturnType<typeof bare>,
  environments: Env[],
  data_labels: DataLabel[],
): string[] {
  return examineWorker(snapshot, worker, { environments, data_labels }, 1000).map(
    ({ check, env, data_label, met, code }) => `${check} ${env} ${data_label} ${met ? "met" : code}`,
  );
}

it("a worker is examined for each environment and label as a decision there would look at it", () => {
  expect(
    examined(bare({ environmentProfiles: standing("prof.prod.strict") }), ["dev", "prod"], ["INTERNAL"]),
  ).toEqual([
    "controls dev INTERNAL met",
    "attestation dev INTERNAL met",
    "envelope dev INTERNAL met",
    "controls prod INTERNAL DENY_MISSING_REQUIRED_CONTROLS",
    "attestation prod INTERNAL DENY_ATTESTATION_UNCONFIGURED",
    "envelope prod INTERNAL DENY_PRIVILEGE_ENVELOPE_UNCONFIGURED",
  ]);
});

it("what the platform itself asks of restricted data is asked without any profile", () => {
  expect(examined(bare(), ["prod"], ["RESTRICTED"])).toContain(
    "envelope prod RESTRICTED DENY_PRIVILEGE_ENVELOPE_UNCONFIGURED",
  );
});

it("under a profile that is not held nothing is met", () => {
  expect(examined(bare({ environmentProfiles: standing("prof.own.gone") }), ["prod"], ["PUBLIC"])).toEqual([
    "controls prod PUBLIC DENY_PROFILE_UNCONFIGURED",
    "attestation prod PUBLIC DENY_PROFILE_UNCONFIGURED",
    "envelope prod PUBLIC DENY_PROFILE_UNCONFIGURED",
  ]);
});

it("what is missing is named", () => {
  const { snapshot, worker } = bare({ environmentProfiles: standing("prof.prod.strict") });
  const scope = { environments: ["prod" as const], data_labels: ["PUBLIC" as const] };
  expect(examineWorker(snapshot, worker, scope, 1000)[0]).toMatchObject({
    check: "controls",
    met: false,
    because: "org.acme.summarizer does not implement ctrl.obs.audit-log-append-only.",
  });
});
