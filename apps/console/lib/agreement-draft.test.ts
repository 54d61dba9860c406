import { expect, it } from "vitest";
import { fieldAt, fieldsOf, readFields } from "./agreement-draft.ts";
import type { Template } from "./agreement-types.ts";

const TEMPLATE = {
  template_id: "evaluation",
  name: "Evaluation",
  description: "",
  clauses: ["x"],
  limits: { environments: ["dev"], data_labels: ["PUBLIC"], max_blast_score: 50, days: 90 },
} as Template;

it("an empty form says everything that it wants at once", () => {
  const { errors } = readFields(fieldsOf(TEMPLATE, [], null), TEMPLATE);
  expect(Object.keys(errors).sort()).toEqual([
    "capabilities",
    "environments",
    "identities",
    "labels",
    "signatory",
    "title",
    "until",
  ]);
});

it("what is typed is what is sent, and read back it is the same form", () => {
  const fields = {
    ...fieldsOf(TEMPLATE, ["acme"], null),
    title: " Summaries ",
    signatory: "Acme",
    capabilities: "cap.doc.*\n\n cap.mail.send",
    environments: ["dev" as const],
    labels: ["PUBLIC" as const],
    blast: "40",
    perDay: "100",
    until: "2027-01-31",
  };
  const { draft, errors } = readFields(fields, TEMPLATE);
  expect(errors).toEqual({});
  expect(draft).toEqual({
    template_id: "evaluation",
    title: "Summaries",
    signatory: { name: "Acme", address: "" },
    identities: ["acme"],
    terms: {
      capabilities: ["cap.doc.*", "cap.mail.send"],
      environments: ["dev"],
      data_labels: ["PUBLIC"],
      max_blast_score: 40,
      agents: null,
      quotas: { per_hour: null, per_day: 100 },
    },
    valid_until: "2027-01-31T00:00:00.000Z",
  });
  const written = {
    ...draft,
    parties: { hall: "hall.test/log", signatory: draft.signatory },
  } as unknown as Parameters<typeof fieldsOf>[2];
  expect(readFields(fieldsOf(TEMPLATE, ["acme"], written), TEMPLATE).draft).toEqual(draft);
});

it("no number, a number that is too large and a limit of nothing are told by the field", () => {
  const fields = { ...fieldsOf(TEMPLATE, ["acme"], null), blast: "51", perHour: "0", perDay: "many" };
  expect(readFields(fields, TEMPLATE).errors).toMatchObject({
    blast: "A whole number from 0 to 50",
    perHour: expect.any(String),
    perDay: expect.any(String),
  });
});

it("a fault that the Hall names is told by its field, of a draft as of an amendment", () => {
  expect(fieldAt("terms.capabilities.0")).toBe("capabilities");
  expect(fieldAt("draft.terms.quotas.per_day")).toBe("perDay");
  expect(fieldAt("draft.valid_until")).toBe("until");
  expect(fieldAt("something")).toBeUndefined();
});
