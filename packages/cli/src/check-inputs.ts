import { canonicalId, type Decision, type DecisionInputs } from "@guildhall/protocol";

/**
 * A receipt's `inputs` are open: a Hall may write more there than this version knows. What is read of them to derive
 * the decision again has to have the form that a Hall writes, and a receipt may come from anybody.
 * @returns where it has another form, like `inputs.passed_over`; null where it has this one
 */
export function misshapenInput({ inputs, attestation }: Decision): string | null {
  const wrong = Object.keys(FORMS).find((name) => !FORMS[name]?.(ownValue(inputs, name)));
  if (wrong !== undefined) return `inputs.${wrong}`;
  if (attestation !== undefined && inputs.attestation === undefined) return "inputs.attestation";
  if (inputs.problems !== undefined) return null;
  const missing = Object.keys(OF_REQUEST).find((name) => !OF_REQUEST[name]?.(ownValue(inputs, name)));
  return missing === undefined ? null : `inputs.${missing}`;
}

type Form = (value: unknown) => boolean;

const isText: Form = (value) => typeof value === "string";
const isFlag: Form = (value) => typeof value === "boolean";
/** A figure too large for an integer travels as text. */
const isFigure: Form = (value) =>
  typeof value === "number" || (isText(value) && /^-?\d+$/.test(String(value)));
const optional =
  (form: Form): Form =>
  (value) =>
    value === undefined || form(value);
const nullable =
  (form: Form): Form =>
  (value) =>
    value === null || form(value);
const listOf =
  (form: Form): Form =>
  (value) =>
    Array.isArray(value) && value.every(form);
const withFields =
  (fields: { [name: string]: Form }): Form =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(fields).every(([name, form]) => form(ownValue(value as DecisionInputs, name)));

const FORMS: { [name: string]: Form } = {
  bundle_digest: isText,
  bans_version: optional(isFigure),
  epoch: optional(isFigure),
  hall_epoch: optional(isFigure),
  snapshot_version: optional(isFigure),
  snapshot_age_ms: optional(isFigure),
  snapshot_max_age_ms: optional(isFigure),
  chain_sum: optional(isFigure),
  blast_spent: optional(isFigure),
  blast_score: optional(nullable(isFigure)),
  request_facts: optional(listOf(isText)),
  environment_profile: optional(isText),
  egress: optional(withFields({ allowed: listOf(isText), configured: isFlag })),
  attestation: optional(withFields({ configured: isFlag, finding: isText })),
  passed_over: optional(
    listOf(
      withFields({
        worker_id: isText,
        record_hash: isText,
        transport_digest: nullable(isText),
        available: isFlag,
        banned: isFlag,
      }),
    ),
  ),
  agent: optional(isText),
  signatory_required: optional(isFlag),
  agreements: optional(
    listOf(
      withFields({ agreement_id: isText, digest: isText, state: isText, quota_left: optional(isFigure) }),
    ),
  ),
  certificates: optional(listOf(withFields({ certificate_id: isText, digest: isText, revoked: isFlag }))),
};

/** Of a request that follows RouteInput. */
const OF_REQUEST: { [name: string]: Form } = {
  capability_id: (value) => isText(value) && canonicalId("cap", String(value)) !== null,
  env: isText,
  data_label: isText,
  tenant_risk: isText,
  qos_class: isText,
  tenant_id: isText,
  correlation_id: isText,
  policy_version: isText,
};

function ownValue(object: DecisionInputs, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
