"use client";

import { type FormEvent, useId, useRef, useState } from "react";
import {
  type AgreementFields,
  type DraftInput,
  type FieldErrors,
  fieldAt,
  fieldsOf,
  readFields,
} from "../../lib/agreement-draft.ts";
import type { AgreementDocument, Template, Templates } from "../../lib/agreement-types.ts";
import { refusalDetail } from "../../lib/refusal-detail.ts";
import { Button } from "../../ui/button.tsx";
import { Check } from "../../ui/check.tsx";
import { FieldGroup } from "../../ui/field.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { Refused } from "../answer.tsx";
import { Choices } from "../profiles/fields/choices.tsx";
import { Lines } from "../profiles/fields/lines.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** What the tenant chooses of an agreement, within a template. */
export function AgreementForm({
  offered,
  like,
  button,
  onSend,
  onCancel,
}: {
  offered: Templates;
  /** Where the fields begin; null for an empty draft. */
  like: AgreementDocument | null;
  button: string;
  onSend: (draft: DraftInput) => Promise<void>;
  onCancel: () => void;
}) {
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const whyNot = useWhyNot("agreement:draft");
  const begins = templateOf(offered, like?.template_id ?? null);
  const [fields, setFields] = useState(() => fieldsOf(begins, offered.identities, like));
  // Errors wait until somebody has tried: nobody likes to be told off while typing.
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const template = templateOf(offered, fields.template);
  const read = readFields(fields, template);
  const errors: FieldErrors = isTried ? { ...hallErrors(failure), ...read.errors } : {};
  const set = (change: Partial<AgreementFields>) => setFields({ ...fields, ...change });

  function choose(next: Template): void {
    const { limits, template_id } = next;
    set({
      template: template_id,
      environments: fields.environments.filter((env) => limits.environments.includes(env)),
      labels: fields.labels.filter((label) => limits.data_labels.includes(label)),
      blast: String(Math.min(Number(fields.blast) || limits.max_blast_score, limits.max_blast_score)),
    });
  }

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    if (isBusy || whyNot !== undefined) return;
    if (Object.keys(read.errors).length > 0) {
      // After the errors are drawn.
      setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      await onSend(read.draft);
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  const text = (
    name: keyof AgreementFields &
      ("title" | "signatory" | "address" | "blast" | "perHour" | "perDay" | "from" | "until"),
    label: string,
    more: { hint?: string; type?: "text" | "date"; isNumber?: boolean } = {},
  ) => (
    <TextField
      id={`${id}-${name}`}
      label={label}
      hint={more.hint}
      error={errors[name]}
      type={more.type ?? "text"}
      value={fields[name]}
      maxLength={128}
      {...(more.isNumber && { inputMode: "numeric" as const })}
      onChange={(text) => set({ [name]: text })}
    />
  );

  return (
    <form ref={form} noValidate onSubmit={send} className="space-y-5 px-4 pt-2 mid:px-6">
      <FieldGroup id={`${id}-template`} label="Template" error={errors.template}>
        {offered.templates.map((one) => (
          <Check
            key={one.template_id}
            kind="radio"
            name={`${id}-template`}
            isChecked={one.template_id === template.template_id}
            onChange={() => choose(one)}
          >
            {one.name}: <span className="text-quiet">{one.description}</span>
          </Check>
        ))}
      </FieldGroup>
      {text("title", "Title", { hint: "What people call it." })}
      {text("signatory", "Signatory", { hint: "Who is bound, by its full name." })}
      {text("address", "Address", { hint: "Where the signatory is reached. May stay empty." })}
      <FieldGroup
        id={`${id}-identities`}
        label="Identities"
        hint="Under which of the tenant's identities agents ask."
        error={errors.identities}
      >
        <div className="flex flex-wrap gap-x-6">
          {offered.identities.map((one) => (
            <Check
              key={one}
              isChecked={fields.identities.includes(one)}
              onChange={(isChecked) =>
                set({
                  identities: offered.identities.filter((other) =>
                    other === one ? isChecked : fields.identities.includes(other),
                  ),
                })
              }
            >
              <span className="font-mono text-12">
                <ForeignText text={one} />
              </span>
            </Check>
          ))}
        </div>
      </FieldGroup>
      <Lines
        id={`${id}-agents`}
        label="Agents"
        hint="One a line, as the keys name them. Empty: every agent that acts under these identities."
        error={errors.agents}
        value={fields.agents}
        onChange={(agents) => set({ agents })}
      />
      <Lines
        id={`${id}-capabilities`}
        label="Capabilities"
        hint="One a line: cap.doc.summarize, or cap.doc.* for everything below."
        error={errors.capabilities}
        value={fields.capabilities}
        onChange={(capabilities) => set({ capabilities })}
      />
      <FieldGroup id={`${id}-environments`} label="Environments" error={errors.environments}>
        <Choices
          all={template.limits.environments}
          chosen={fields.environments}
          words={(env) => env}
          onChange={(environments) => set({ environments })}
        />
      </FieldGroup>
      <FieldGroup id={`${id}-labels`} label="Data labels" error={errors.labels}>
        <Choices
          all={template.limits.data_labels}
          chosen={fields.labels}
          words={(label) => label}
          onChange={(labels) => set({ labels })}
        />
      </FieldGroup>
      {text("blast", "Highest blast", {
        hint: `A score from 0 to ${template.limits.max_blast_score}; what is above is denied.`,
        isNumber: true,
      })}
      {text("perHour", "Work an hour", { hint: "How much may be started. Empty: no limit.", isNumber: true })}
      {text("perDay", "Work a day", { hint: "The same for a day of UTC. Empty: no limit.", isNumber: true })}
      {text("from", "Valid from", {
        hint: "Midnight UTC of that day. Empty: as soon as it is activated.",
        type: "date",
      })}
      {text("until", "Valid until", {
        hint:
          template.limits.days === null
            ? "Midnight UTC of that day. Empty: until it is ended."
            : `Midnight UTC of that day, at most ${template.limits.days} days on.`,
        type: "date",
      })}
      {failure !== null && <Refused what="It was not written" error={failure} />}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          look="primary"
          because={whyNot ?? (isBusy ? "It is being written down" : undefined)}
        >
          {button}
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
      {isTried && Object.keys(errors).length > 0 && (
        <p role="status" className="text-13 text-deny">
          {Object.keys(errors).length === 1 ? "One field" : `${Object.keys(errors).length} fields`} to mend.
        </p>
      )}
    </form>
  );
}

function templateOf({ templates }: Templates, id: string | null): Template {
  const found = templates.find(({ template_id }) => template_id === id) ?? templates[0];
  if (found === undefined) throw new Error("the Hall offers no template");
  return found;
}

function hallErrors(failure: unknown): FieldErrors {
  const { problems } = refusalDetail(failure);
  if (!Array.isArray(problems)) return {};
  const errors: FieldErrors = {};
  for (const { path, expected } of problems as { path: string; expected: string }[]) {
    const field = fieldAt(path);
    if (field) errors[field] ??= `Expected ${expected.replace(/^expected /, "")}`;
  }
  return errors;
}
