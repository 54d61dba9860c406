import { Sha256Hex } from "@guildhall/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CertificateView } from "../src/operations/certificate/view.ts";
import type { RequestView } from "../src/operations/certification/view.ts";
import type { RouteAnswer } from "../src/operations/decision/answer.ts";
import { addSignatory, agreed, agreementAct, DRAFT, TERMS } from "./testing/agreement.ts";
import { RECORD, request } from "./testing/enrolled-worker.ts";
import { type HttpWorker, startHttpWorker } from "./testing/http-worker.ts";
import {
  addNamespace,
  addRunner,
  measure,
  OTHER_CODE,
  register,
  statement,
} from "./testing/registered-code.ts";
import { type OpenHall, openHouse, type TestHouse } from "./testing/running-hall.ts";
import { type Settled, settle } from "./testing/settled.ts";
import { addMember } from "./testing/tenant.ts";

/** `prof.prod.strict` end to end: what it asks for is given one after the other, and taken away again. */

let house: TestHouse;
let hall: OpenHall;
let worker: HttpWorker;

beforeAll(async () => {
  house = await openHouse();
  hall = await house.open();
  worker = await startHttpWorker(() => hall.url);
});
afterAll(async () => {
  await worker?.close();
  await house?.close();
});

async function says(tenant: Settled, label: string): Promise<string> {
  const body = request(tenant.identity, { env: "prod", data_label: label });
  const { body: answer } = await hall.ask<RouteAnswer>("POST", "/wcp/dispatch", { key: tenant.key, body });
  return answer.deny_code ?? answer.outcome;
}

it("starts work on INTERNAL and RESTRICTED data only under an agreement, by measured code, with a certification; each revoked is missed by the next decision", async () => {
  const tenant = await settle(hall, worker);
  const owner = await addSignatory(house, hall, tenant.id);
  const { session: officer } = await addMember(hall.hall, tenant.id, "compliance");
  const expectAll = async (inner: string, open = inner, what = "") => {
    for (const [label, code] of [
      ["INTERNAL", inner],
      ["RESTRICTED", inner],
      ["PUBLIC", open],
    ] as const)
      expect(await says(tenant, label), `${what} ${label}`).toBe(code);
  };
  await hall.ask("PUT", "/wcp/environments/prod/profile", {
    key: tenant.operator,
    body: { profile_id: "prof.prod.strict" },
  });
  await expectAll("DENY_AGREEMENT_REQUIRED");

  const terms = { ...TERMS, environments: ["prod"], data_labels: ["PUBLIC", "INTERNAL", "RESTRICTED"] };
  const agreement = await agreed(hall, owner, { ...DRAFT, terms });
  await expectAll("DENY_CERTIFICATION_REQUIRED", "DENY_WORKER_ATTESTATION_MISSING", "agreed");

  const { signer } = await addNamespace(hall, tenant.id);
  const runner = await addRunner(hall, { operator: tenant.operator });
  await register(hall, tenant.key, await statement(signer));
  await measure(hall, tenant.key, runner.signer);
  await expectAll("DENY_CERTIFICATION_REQUIRED", "DISPATCH", "measured");

  const { body: listed } = await hall.ask<{ workers: { worker_record_hash: string }[] }>(
    "GET",
    "/wcp/workers",
    {
      key: tenant.key,
    },
  );
  const asked = await hall.ask<RequestView>(
    "POST",
    `/wcp/workers/${RECORD.worker_id}/certification-requests`,
    {
      key: tenant.operator,
      body: {
        record_hash: listed.workers[0]!.worker_record_hash,
        capabilities: ["cap.doc.summarize"],
        environments: ["prod"],
        data_labels: ["INTERNAL", "RESTRICTED"],
      },
    },
  );
  await expectAll("DENY_CERTIFICATION_REQUIRED", "DISPATCH", "asked for");
  const path = `/wcp/certification-requests/${asked.body.request_id}`;
  const { body: seen } = await hall.ask<{ evidence: { digest: string; items: { met: boolean }[] } }>(
    "GET",
    path,
    {
      key: officer,
    },
  );
  expect(seen.evidence.items.every(({ met }) => met)).toBe(true);
  const granted = await hall.ask<CertificateView>("POST", `${path}/grant`, {
    key: officer,
    body: {
      evidence_digest: seen.evidence.digest,
      checklist: ["controls", "attestation", "envelope"].map((check) => ({ check, accepted: true })),
      expires_in_seconds: 3600,
    },
  });
  expect(granted.status, granted.text).toBe(201);
  await expectAll("DISPATCH", "DISPATCH", "certified");

  await agreementAct(hall, owner, `/${agreement.agreement_id}/suspend`, { reason: "a look at the books" });
  await expectAll("DENY_AGREEMENT_NOT_IN_FORCE", "DENY_AGREEMENT_NOT_IN_FORCE", "suspended");
  await agreementAct(hall, owner, `/${agreement.agreement_id}/resume`, { reason: "the books are in order" });
  await hall.ask("POST", `/wcp/certificates/${granted.body.certificate_id}/revoke`, {
    key: officer,
    body: { reason: "privilege_withdrawn" },
  });
  await expectAll("DENY_CERTIFICATION_REVOKED", "DISPATCH", "revoked");
  await measure(hall, tenant.key, runner.signer, { hash: Sha256Hex.parse(OTHER_CODE) });
  await expectAll("DENY_CERTIFICATION_REVOKED", "DENY_WORKER_TAMPERED", "changed");
});
