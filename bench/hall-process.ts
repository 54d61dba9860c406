import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "../apps/hall-api/src/env.ts";
import { hashSecret, newSecret, secretDigest } from "../apps/hall-api/src/identity/api-key.ts";
import { KEY_SCOPES } from "../apps/hall-api/src/identity/permissions.ts";
import { startHall } from "../apps/hall-api/src/wiring.ts";
import { documentDigest, openToken, recordHash, textDigest } from "../packages/attestation/src/index.ts";
import { startSoftHsm } from "../packages/attestation/src/testing/index.ts";
import {
  activateBundle,
  createApiKey,
  createTenant,
  enrollWorker,
  setWorkerTransport,
  startEmbeddedPostgres,
  storeBundle,
  withOperator,
  withTenant,
} from "../packages/db/src/index.ts";
import { layInLogFiles } from "../packages/db/src/testing/index.ts";
import {
  type ActBody,
  canonicalJson,
  HALL_CHAIN,
  type KeyId,
  RuleBundle,
  readStrictJsonWithLexemes,
  recordText,
  type SignatoryId,
  type TenantId,
  type WorkerId,
  WorkerTransport,
} from "../packages/protocol/src/index.ts";
import { sample } from "./profile.ts";

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
/** As many as the measured rounds write before the database recycles its own. */
const LOG_FILES = 64;
const COMMIT_BYTES = 20_000;
const COMMITS_MS = 5000;
let signed = 0;
const { adminUrl } = await startEmbeddedPostgres({ dataDir: join(dataDir, "postgres") });
await layInLogFiles(adminUrl, LOG_FILES);
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
let endSample: Awaited<ReturnType<typeof sample>> | null = null;
process.on("message", (message) => {
  if (message === "profile") void toggleProfile();
  if (message === "commits") void commitAlone();
  if (message === "usage")
    process.send?.({ kind: "usage", cpu: process.cpuUsage(), rss: process.memoryUsage().rss, signed });
});
process.on("disconnect", () => void end());
process.on("SIGTERM", () => void end());

/** Durable commits of as much as a batch writes, one after the other, nobody else there: what the disk alone takes. */
async function commitAlone(): Promise<void> {
  const [text, tookMs] = ["x".repeat(COMMIT_BYTES), [] as number[]];
  for (const started = performance.now(); performance.now() - started < COMMITS_MS; ) {
    const from = performance.now();
    await hall.db.ledger.query("SELECT pg_logical_emit_message(true, 'bench', $1)", [text]);
    tookMs.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  process.send?.({ kind: "commits", tookMs });
}

async function toggleProfile(): Promise<void> {
  const profile = await endSample?.();
  endSample = profile ? null : await sample();
  process.send?.({ kind: "profile", profile });
}

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
  const slug = `tenant-${i}`;
  await withOperator(hall.db, async (tx) => {
    await createTenant(tx, { id: tenantId, slug, name: identity, identities: [identity] });
    const details = { slug, identities: [identity] };
    await record(tx, HALL_CHAIN, { kind: "tenant", action: "created", subject: tenantId, details });
  });
  const bundle = canonicalJson(RuleBundle.parse({ rules: rules() }));
  const digest = textDigest(bundle);
  const worker = workerRecord(i);
  const workerText = JSON.stringify(worker);
  const worker_record_hash = recordHash(workerText);
  const transport = WorkerTransport.parse({ kind: "http", url: "http://127.0.0.1:9/", timeout_ms: 1000 });
  const transport_digest = documentDigest(transport);
  const [keyId, keyHash, scopes] = [randomUUID() as KeyId, hashSecret(key), [...KEY_SCOPES]];
  await withTenant(hall.db, tenantId, async (tx) => {
    await createApiKey(tx, {
      id: keyId,
      tenantId,
      name: "bench",
      keyHash,
      hint: key.slice(0, 13),
      identities: [identity],
      scopes,
      expiresAt: null,
    });
    await storeBundle(tx, tenantId, { digest, bundle });
    await activateBundle(tx, tenantId, digest);
    const workerId = worker.worker_id as WorkerId;
    await enrollWorker(tx, {
      tenantId,
      workerId,
      enrollmentId: randomUUID(),
      speciesId: worker.worker_species_id,
      recordHash: worker_record_hash,
      record: `{"artifact_hash":"${worker_record_hash}",${recordText(readStrictJsonWithLexemes(workerText)).slice(1)}`,
    });
    await setWorkerTransport(tx, { tenantId, workerId }, { ...transport, digest: transport_digest });
    // Rows without receipts would be alerts of the auditor, in the middle of a measurement.
    const act = (
      kind: "key" | "rule" | "worker",
      action: string,
      subject: string,
      details: ActBody["details"],
    ) => record(tx, tenantId, { kind, action, subject, details });
    const key_digest = secretDigest(keyHash);
    await act("key", "created", keyId, { identities: [identity], scopes, key_digest });
    await act("rule", "published", digest, {});
    await act("worker", "enrolled", workerId, {
      worker_record_hash,
      worker_species_id: worker.worker_species_id,
    });
    await act("worker", "transport_set", workerId, { version: 1, transport_digest, kind: transport.kind });
  });
  await hall.snapshots.get(tenantId);
  return { key, identity };
}

function record(
  tx: Parameters<typeof hall.ledger.append>[0],
  chain: TenantId,
  act: Pick<ActBody, "kind" | "action" | "subject" | "details">,
) {
  const nowMs = hall.clock.now();
  const envelope = hall.ledger.envelopeFor(chain, { kind: "hall", id: "bench" }, nowMs);
  return hall.ledger.append(tx, { ...envelope, ...act } as Parameters<typeof hall.ledger.append>[1], nowMs);
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
