import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  buildManifest,
  type Ed25519Signer,
  openSoftwareSigner,
  signMeasurement,
  signPackageStatement,
} from "@guildhall/attestation";
import {
  instant,
  type Measurement,
  namespaceOf,
  type SignedManifest,
  type TenantId,
  type WorkerId,
} from "@guildhall/protocol";
import { recordNamespaceKey } from "../../src/identity/namespace-keys.ts";
import { RECORD } from "./enrolled-worker.ts";
import type { Answer, OpenHall } from "./running-hall.ts";
import type { Settled } from "./settled.ts";

export const WORKER = RECORD.worker_id as string as WorkerId;
export const CODE = "a".repeat(64);
export const OTHER_CODE = "b".repeat(64);

const OPERATOR = { kind: "hall", id: "test-operator" } as const;
const folder = mkdtempSync(join(tmpdir(), "hall-signers-"));

/** A signer over a key of its own, in a file that only this user reads. */
export function newSigner(): Promise<Ed25519Signer> {
  return openSoftwareSigner(join(folder, `${randomBytes(8).toString("hex")}.pem`));
}

/** The namespace of the demo's worker, registered for a tenant. */
export async function addNamespace(
  hall: OpenHall,
  tenantId: TenantId,
  namespace = namespaceOf(WORKER),
): Promise<{ id: string; signer: Ed25519Signer }> {
  const signer = await newSigner();
  const { publicKey } = signer;
  const { id } = await recordNamespaceKey(hall.hall, OPERATOR, { tenantId, namespace, publicKey });
  return { id, signer };
}

export async function addRunner(
  hall: OpenHall,
  tenant: Pick<Settled, "operator">,
  name = "runner",
): Promise<{ id: string; signer: Ed25519Signer }> {
  const signer = await newSigner();
  const public_key = Buffer.from(signer.publicKey).toString("base64");
  const { body } = await hall.ask<{ id: string }>("POST", "/wcp/runners", {
    key: tenant.operator,
    body: { name, public_key },
  });
  return { id: body.id, signer };
}

export async function statement(
  signer: Ed25519Signer,
  changes: Partial<SignedManifest> = {},
): Promise<string> {
  const built = buildManifest(
    {
      workerId: WORKER,
      speciesId: RECORD.worker_species_id,
      version: "1.0.0",
      packageHash: CODE,
      buildSource: "ci",
    },
    Date.now(),
  );
  return signPackageStatement(signer, { ...(built as SignedManifest), ...changes });
}

export interface Registered {
  receipt_id: string;
  envelope_digest: string;
}

export function register(
  hall: OpenHall,
  key: string,
  envelope: string,
  method?: string,
  workerId: string = WORKER,
): Promise<Answer<Registered>> {
  const body = { envelope, ...(method && { method }) };
  return hall.ask<Registered>("POST", `/wcp/workers/${workerId}/attestation`, { key, body });
}

export interface Measured {
  method: string;
  matches: boolean;
  valid_until: string;
  receipt_id: string;
  alert_id: string | null;
}

/** Asks for a nonce and answers it. */
export async function measure(
  hall: OpenHall,
  key: string,
  signer: Ed25519Signer,
  changes: Partial<Measurement> = {},
  workerId: string = WORKER,
): Promise<Answer<Measured>> {
  const asked = await hall.ask<{ nonce: string; hall: string }>(
    "POST",
    `/wcp/workers/${workerId}/measurements/challenge`,
    { key, body: {} },
  );
  if (asked.status !== 201) throw new Error(`no nonce was given: ${asked.text}`);
  const envelope = await signMeasurement(signer, {
    type: "guildhall/measurement/v1",
    hall: asked.body.hall,
    worker_id: workerId,
    method: "runner-measured",
    hash: CODE,
    nonce: asked.body.nonce,
    measured_at: instant(Date.now()),
    ...changes,
  } as Measurement);
  return answer(hall, key, envelope, workerId);
}

export function answer(
  hall: OpenHall,
  key: string,
  envelope: string,
  workerId: string = WORKER,
): Promise<Answer<Measured>> {
  return hall.ask<Measured>("POST", `/wcp/workers/${workerId}/measurements`, { key, body: { envelope } });
}
