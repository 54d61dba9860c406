import { recordHash } from "@guildhall/attestation";
import { readStrictJsonWithLexemes } from "@guildhall/protocol";
import type { OpenHall } from "./running-hall.ts";

/** The demo's worker: it serves two capabilities and lacks the control that one of their rules asks for. */
export const RECORD = {
  worker_id: "org.test.summarizer",
  worker_species_id: "wrk.doc.summarizer",
  capabilities: ["cap.doc.summarize", "cap.doc.classify"],
  risk_tier: "low",
  owner: "org.test",
  currently_implements: ["ctrl.obs.audit-log-append-only"],
  allowed_environments: ["dev", "stage", "prod"],
  privilege_envelope: {
    secrets_access: [],
    network_egress: "none",
    filesystem_writes: [],
    tools: [],
  },
  blast_radius: { data: 1, network: 0, financial: 0, time: 1, reversibility: "reversible" },
} as const;

/** A record as it is enrolled: its text with the hash of that text. */
export function withHash(record: object | string): string {
  const text = typeof record === "string" ? record : JSON.stringify(record);
  const hash = recordHash(readStrictJsonWithLexemes(text, { bigIntegers: true }));
  return `{"artifact_hash":"${hash}",${text.slice(text.indexOf("{") + 1)}`;
}

/** Enrolls a worker and says where it is reached. */
export async function enrollAt(
  hall: OpenHall,
  key: string,
  url: string,
  { record = RECORD as object, timeoutMs = 5000 } = {},
): Promise<void> {
  const enrolled = await hall.ask("POST", "/enroll", { key, body: withHash(record) });
  if (enrolled.status >= 300) throw new Error(`enrolling failed: ${enrolled.text}`);
  const { worker_id } = record as { worker_id: string };
  const set = await hall.ask("PUT", `/wcp/workers/${worker_id}/transport`, {
    key,
    body: { kind: "http", url, timeout_ms: timeoutMs },
  });
  if (set.status >= 300) throw new Error(`setting the transport failed: ${set.text}`);
}

/** A request that the demo's rules allow. */
export function request(tenantId: string, changes: Record<string, unknown> = {}) {
  return {
    capability_id: "cap.doc.summarize",
    env: "dev",
    data_label: "INTERNAL",
    tenant_risk: "low",
    qos_class: "P2",
    tenant_id: tenantId,
    correlation_id: "0b7c6f3e-6f4e-4c53-9b52-0d8d1c9a4f11",
    request: { text: "One. Two. Three." },
    ...changes,
  };
}
