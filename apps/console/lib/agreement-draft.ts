import type { AgreementDocument, Template } from "./agreement-types.ts";
import type { hall } from "./hall-client.ts";

export type DraftInput = Parameters<typeof hall.agreement.draft.mutate>[0];

/** An agreement as its form holds it: what is typed, before it is read. */
export interface AgreementFields {
  template: string;
  title: string;
  signatory: string;
  address: string;
  identities: string[];
  capabilities: string;
  environments: DraftInput["terms"]["environments"];
  labels: DraftInput["terms"]["data_labels"];
  blast: string;
  agents: string;
  perHour: string;
  perDay: string;
  from: string;
  until: string;
}

export type FieldName = keyof AgreementFields;
export type FieldErrors = Partial<Record<FieldName, string>>;

/** Empty within a template, or like a version that there is. */
export function fieldsOf(
  template: Template,
  identities: readonly string[],
  like: AgreementDocument | null,
): AgreementFields {
  const { limits } = template;
  if (like === null)
    return {
      template: template.template_id,
      title: "",
      signatory: "",
      address: "",
      identities: [...identities],
      capabilities: "",
      environments: [],
      labels: [],
      blast: String(limits.max_blast_score),
      agents: "",
      perHour: "",
      perDay: "",
      from: "",
      until: "",
    };
  const { terms, parties } = like;
  return {
    template: like.template_id,
    title: like.title,
    signatory: parties.signatory.name,
    address: parties.signatory.address,
    identities: identities.filter((one) => (like.identities as string[]).includes(one)),
    capabilities: terms.capabilities.join("\n"),
    environments: terms.environments,
    labels: terms.data_labels,
    blast: String(terms.max_blast_score),
    agents: (terms.agents ?? []).join("\n"),
    perHour: terms.quotas.per_hour?.toString() ?? "",
    perDay: terms.quotas.per_day?.toString() ?? "",
    from: "",
    until: like.valid_until?.slice(0, 10) ?? "",
  };
}

/** What is sent of what was typed, and what is wrong with it by field. */
export function readFields(
  fields: AgreementFields,
  { limits }: Pick<Template, "limits">,
): { draft: DraftInput; errors: FieldErrors } {
  const capabilities = lines(fields.capabilities);
  const agents = lines(fields.agents);
  const blast = Number(fields.blast);
  const quota = (text: string) => (text.trim() === "" ? null : Number(text));
  const isQuota = (value: number | null) => value === null || (Number.isSafeInteger(value) && value >= 1);
  const [perHour, perDay] = [quota(fields.perHour), quota(fields.perDay)];
  const errors: FieldErrors = {
    ...(fields.title.trim() === "" && { title: "It wants a title" }),
    ...(fields.signatory.trim() === "" && { signatory: "Who signs has a name" }),
    ...(fields.identities.length === 0 && { identities: "At least one" }),
    ...(capabilities.length === 0 && { capabilities: "At least one, like cap.doc.summarize or cap.doc.*" }),
    ...(fields.environments.length === 0 && { environments: "At least one" }),
    ...(fields.labels.length === 0 && { labels: "At least one" }),
    ...(!(Number.isSafeInteger(blast) && blast >= 0 && blast <= limits.max_blast_score) && {
      blast: `A whole number from 0 to ${limits.max_blast_score}`,
    }),
    ...(!isQuota(perHour) && { perHour: "A whole number from 1, or nothing" }),
    ...(!isQuota(perDay) && { perDay: "A whole number from 1, or nothing" }),
    ...(fields.until === "" && limits.days !== null && { until: `An end, at most ${limits.days} days on` }),
  };
  const draft = {
    template_id: fields.template,
    title: fields.title.trim(),
    signatory: { name: fields.signatory.trim(), address: fields.address.trim() },
    identities: fields.identities,
    terms: {
      capabilities,
      environments: fields.environments,
      data_labels: fields.labels,
      max_blast_score: blast,
      agents: agents.length === 0 ? null : agents,
      quotas: { per_hour: perHour, per_day: perDay },
    },
    ...(fields.from !== "" && { valid_from: startOf(fields.from) }),
    valid_until: fields.until === "" ? null : startOf(fields.until),
  } as DraftInput;
  return { draft, errors };
}

/** The field that a path of the Hall's schema is about. */
export function fieldAt(path: string): FieldName | undefined {
  const named = path.replace(/^draft\./, "");
  return FIELDS.find(([prefix]) => named === prefix || named.startsWith(`${prefix}.`))?.[1];
}

const FIELDS: [string, FieldName][] = [
  ["template_id", "template"],
  ["title", "title"],
  ["signatory.name", "signatory"],
  ["signatory.address", "address"],
  ["identities", "identities"],
  ["terms.capabilities", "capabilities"],
  ["terms.environments", "environments"],
  ["terms.data_labels", "labels"],
  ["terms.max_blast_score", "blast"],
  ["terms.agents", "agents"],
  ["terms.quotas.per_hour", "perHour"],
  ["terms.quotas.per_day", "perDay"],
  ["valid_from", "from"],
  ["valid_until", "until"],
];

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** A day begins at midnight UTC, as the log counts. */
function startOf(day: string): string {
  return `${day}T00:00:00.000Z`;
}
