import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "../apps/hall-api/src/env.ts";
import { hashSecret, newSecret } from "../apps/hall-api/src/identity/api-key.ts";
import { KEY_SCOPES } from "../apps/hall-api/src/identity/permissions.ts";
import { startHall } from "../apps/hall-api/src/wiring.ts";
import { openToken, recordHash } from "../packages/attestation/src/index.ts";
import { startSoftHsm } from "../packages/attestation/src/testing/index.ts";
import {
  activateBundle,
  createApiKey,
  createTenant,
  enrollWorker,
  setWorkerTransport,
  storeBundle,
  withOperator,
  withTenant,
} from "../packages/db/src/index.ts";
import {
  canonicalJson,
  type KeyId,
  RuleBundle,
  type SignatoryId,
  type TenantId,
  type WorkerId,
  WorkerTransport,
} from "../packages/protocol/src/index.ts";

/**
 * A whole Hall with its own database in a folder of its own, for measuring. Arguments: tenants, 1 or 0 for a
 * signature on each receipt, `file` or `softhsm` for where its key lives. Says its address and keys by IPC.
 */
const [tenants = "64", signatures = "0", home = "file"] = process.argv.slice(2);
const dataDir = mkdtempSync(join(tmpdir(), "guildhall-bench-"));
const hsm = home === "softhsm" ? await startToken() : null;
const settings = readSettings({
  ...(hsm && { HALL_SIGNER: hsm.uri("bench") }),
  HALL_DATA_DIR: dataDir,
  HALL_PORT: "0",
  HALL_ORIGIN: "bench.localhost/log",
  HALL_LOG_LEVEL: "error",
  HALL_RECEIPT_SIGNATURES: signatures,
});
let signed = 0;
const { hall, app, stop } = await startHall(settings, {
  wrapSigner: (signer) => ({
    ...signer,
    sign(data) {
      signed += 1;
      return signer.sign(data);
    },
  }),
});
const keys: { key: string; identity: string }[] = [];
for (let i = 0; i < Number(tenants); i++) keys.push(await makeTenant(i));
await app.listen({ host: "127.0.0.1", port: 0 });
const address = app.server.address();
process.send?.({ kind: "ready", port: typeof address === "object" ? address?.port : 0, keys });
process.on("message", (message) => {
  if (message === "usage")
    process.send?.({ kind: "usage", cpu: process.cpuUsage(), rss: process.memoryUsage().rss, signed });
});
process.on("disconnect", () => void end());
process.on("SIGTERM", () => void end());

async function end(): Promise<void> {
  await stop();
  rmSync(dataDir, { recursive: true, force: true });
  hsm?.remove();
  process.exit(0);
}

async function startToken() {
  const softHsm = startSoftHsm(process.env);
  softHsm.makeToken("bench");
  const token = await openToken({ uri: softHsm.parsed("bench"), pin: softHsm.pin });
  await token.generate({ id: Buffer.from("log"), label: "log", algorithm: "ed25519" });
  await token.close();
  return softHsm;
}

async function makeTenant(i: number): Promise<{ key: string; identity: string }> {
  const tenantId = randomUUID() as TenantId;
  const identity = `tenant-${i}` as SignatoryId;
  const key = newSecret("key");
  await withOperator(hall.db, (tx) =>
    createTenant(tx, { id: tenantId, slug: `tenant-${i}`, name: identity, identities: [identity] }),
  );
  const bundle = canonicalJson(RuleBundle.parse({ rules: rules() }));
  const digest = `sha256:${createHash("sha256").update(bundle).digest("hex")}`;
  const record = workerRecord(i);
  const transport = WorkerTransport.parse({ kind: "http", url: "http://127.0.0.1:9/", timeout_ms: 1000 });
  await withTenant(hall.db, tenantId, async (tx) => {
    await createApiKey(tx, {
      id: randomUUID() as KeyId,
      tenantId,
      name: "bench",
      keyHash: hashSecret(key),
      hint: key.slice(0, 13),
      identities: [identity],
      scopes: [...KEY_SCOPES],
      expiresAt: null,
    });
    await storeBundle(tx, tenantId, { digest, bundle });
    await activateBundle(tx, tenantId, digest);
    const workerId = record.worker_id as WorkerId;
    await enrollWorker(tx, {
      tenantId,
      workerId,
      enrollmentId: randomUUID(),
      speciesId: record.worker_species_id,
      recordHash: recordHash(JSON.stringify(record)),
      record: JSON.stringify({ ...record, artifact_hash: recordHash(JSON.stringify(record)) }),
    });
    await setWorkerTransport(tx, { tenantId, workerId }, { ...transport, digest });
  });
  await hall.snapshots.get(tenantId);
  return { key, identity };
}

/** Ten rules, as a small tenant has: the last is the one that matches. */
function rules() {
  const others = Array.from({ length: 9 }, (_, n) => ({
    rule_id: `rule-${n}`,
    match: { capability_id: `cap.doc.other-${n}`, env: { in: ["dev", "stage"] } },
    decision: { candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer" }] },
  }));
  const last = {
    rule_id: "summarize",
    match: { capability_id: "cap.doc.summarize" },
    decision: {
      candidate_workers_ranked: [{ worker_species_id: "wrk.doc.summarizer", score_hint: 0.9 }],
      required_controls_suggested: ["ctrl.obs.audit-log-append-only"],
    },
  };
  return [...others, last];
}

function workerRecord(i: number) {
  return {
    worker_id: `org.bench.summarizer.i-${i}`,
    worker_species_id: "wrk.doc.summarizer",
    capabilities: ["cap.doc.summarize"],
    risk_tier: "low",
    owner: "org.bench",
    currently_implements: ["ctrl.obs.audit-log-append-only"],
    blast_radius: { data: 1, network: 0, financial: 0, time: 1, reversibility: "reversible" },
  };
}
