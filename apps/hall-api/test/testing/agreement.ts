import { withTenant } from "@guildhall/db";
import type { TenantId } from "@guildhall/protocol";
import type { AgreementAnswer, AgreementSummary } from "../../src/operations/agreement/view.ts";
import type { Answer, OpenHall, TestHouse } from "./running-hall.ts";
import { addMember } from "./tenant.ts";

/** Terms that cover what the demo's rules allow. */
export const TERMS = {
  capabilities: ["cap.doc.*"],
  environments: ["dev", "stage", "prod"],
  data_labels: ["PUBLIC", "INTERNAL"],
  max_blast_score: 100,
} as const;

export const DRAFT = {
  template_id: "standard",
  title: "Summaries",
  signatory: { name: "Acme", address: "" },
  terms: TERMS,
  valid_until: null,
};

export const HOUR_MS = 3_600_000;

/** The same, over an hour ago. */
export function lapsed(nowMs: number) {
  const at = (ms: number) => new Date(nowMs - ms).toISOString();
  return { ...DRAFT, valid_from: at(2 * HOUR_MS), valid_until: at(HOUR_MS) };
}

/** A person's session has just shown again who holds it. */
export async function stepUp(house: TestHouse, sessionId: string, at = "now()"): Promise<void> {
  await house.admin.query(`UPDATE hall.session SET step_up_at = ${at} WHERE id = $1`, [sessionId]);
}

export function agreementAct(
  hall: OpenHall,
  key: string,
  path: string,
  body: object,
): Promise<Answer<AgreementAnswer>> {
  return hall.ask<AgreementAnswer>("POST", `/wcp/agreements${path}`, { key, body });
}

/** The newest version, as whoever signs it names it. */
export function newestOf({ newest_version, newest_digest }: AgreementSummary): {
  version: number;
  digest: string;
} {
  return { version: newest_version, digest: newest_digest };
}

/** Drafted, signed by both and activated. */
export async function agreed(
  hall: OpenHall,
  signatory: string,
  draft: object = DRAFT,
): Promise<AgreementAnswer> {
  const drafted = await agreementAct(hall, signatory, "", draft);
  if (drafted.status !== 201) throw new Error(drafted.text);
  return bound(hall, signatory, drafted.body);
}

/** Its newest version signed by both and activated. */
export async function bound(
  hall: OpenHall,
  signatory: string,
  view: AgreementSummary,
): Promise<AgreementAnswer> {
  const path = `/${view.agreement_id}`;
  const signed = await agreementAct(hall, signatory, `${path}/sign`, newestOf(view));
  if (signed.status !== 200) throw new Error(signed.text);
  const active = await agreementAct(hall, signatory, `${path}/activate`, newestOf(view));
  if (active.status !== 200) throw new Error(active.text);
  return active.body;
}

/** Who may bind the tenant and has just shown who they are. @returns their session */
export async function addSignatory(
  house: TestHouse,
  { hall }: OpenHall,
  tenantId: TenantId,
): Promise<string> {
  const { session, sessionId } = await addMember(hall, tenantId, "owner");
  await stepUp(house, sessionId);
  return session;
}

/** Every session of a tenant has just shown again who holds it, or none has. */
export async function showAgain({ hall }: OpenHall, tenantId: TenantId, isShown = true): Promise<void> {
  const stepUpAt = isShown ? new Date(hall.clock.now()) : null;
  await withTenant(hall.db, tenantId, (tx) => tx.session.updateMany({ data: { stepUpAt } }));
}
