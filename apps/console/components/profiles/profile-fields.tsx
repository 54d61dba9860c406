"use client";

import type { DataLabel } from "@guildhall/protocol";
import type { ReactNode } from "react";
import { type DraftErrors, EGRESS, METHODS, type ProfileDraft, RISK_TIERS } from "../../lib/profile-draft.ts";
import { LABELS } from "../../lib/profile-words.ts";
import { Check } from "../../ui/check.tsx";
import { Field, FieldGroup, INPUT, TEXTAREA } from "../../ui/field.tsx";

interface Props {
  /** What the ids of the fields begin with. */
  id: string;
  draft: ProfileDraft;
  errors: DraftErrors;
  set: (change: Partial<ProfileDraft>) => void;
}

export function NameFields({ isNamed, ...props }: Props & { isNamed: boolean }) {
  const { id, draft, errors, set } = props;
  return (
    <Part title="Name">
      <Field
        id={`${id}-id`}
        label="Id"
        hint={isNamed ? "An id stays what it is." : "prof, then your own name for it: prof.acme.night"}
        error={errors.id}
      >
        {(parts) => (
          <input
            {...parts}
            value={draft.id}
            readOnly={isNamed}
            onChange={(event) => set({ id: event.target.value })}
            autoComplete="off"
            spellCheck={false}
            className={`${INPUT} font-mono`}
          />
        )}
      </Field>
      <Field id={`${id}-name`} label="Name" error={errors.name}>
        {(parts) => (
          <input
            {...parts}
            value={draft.name}
            maxLength={128}
            onChange={(event) => set({ name: event.target.value })}
            autoComplete="off"
            className={INPUT}
          />
        )}
      </Field>
      <Field id={`${id}-description`} label="Description" hint="When to use it." error={errors.description}>
        {(parts) => (
          <textarea
            {...parts}
            rows={2}
            maxLength={2048}
            value={draft.description}
            onChange={(event) => set({ description: event.target.value })}
            className={TEXTAREA}
          />
        )}
      </Field>
      <FieldGroup
        id={`${id}-tiers`}
        label="Meant for workers of"
        hint="For people; it demands nothing."
        error={errors.tiers}
      >
        <Choices
          all={RISK_TIERS}
          chosen={draft.tiers}
          words={(tier) => `${tier} risk`}
          onChange={(tiers) => set({ tiers })}
        />
      </FieldGroup>
    </Part>
  );
}

export function TrustFields({ id, draft, errors, set }: Props) {
  return (
    <Part title="Agreement, certification, attestation">
      <FieldGroup id={`${id}-agreement`} label="Agreement" error={errors.agreementRequired}>
        <Check
          isChecked={draft.agreementRequired}
          onChange={(agreementRequired) => set({ agreementRequired })}
        >
          Nothing is dispatched without a signatory agreement in force
        </Check>
      </FieldGroup>
      <FieldGroup
        id={`${id}-certification`}
        label="A live certification is needed for"
        error={errors.certificationFor}
      >
        <Labels chosen={draft.certificationFor} onChange={(certificationFor) => set({ certificationFor })} />
      </FieldGroup>
      <Field
        id={`${id}-attestation`}
        label="A worker's code has to be attested by"
        hint="The weakest way that counts."
        error={errors.attestation}
      >
        {(parts) => (
          <select
            {...parts}
            value={draft.attestation}
            onChange={(event) => set({ attestation: event.target.value as ProfileDraft["attestation"] })}
            className={INPUT}
          >
            <option value="">nothing: it need not be attested</option>
            {METHODS.map((method) => (
              <option key={method} value={method}>
                {method}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Lines
        id={`${id}-controls`}
        label="Controls that a worker has to implement"
        hint="One id a line."
        error={errors.controls}
        value={draft.controls}
        onChange={(controls) => set({ controls })}
      />
      <Lines
        id={`${id}-policies`}
        label="Policies that the rules have to hold"
        hint="One id a line. Without them nothing runs."
        error={errors.policies}
        value={draft.policies}
        onChange={(policies) => set({ policies })}
      />
    </Part>
  );
}

const EGRESS_WORDS: Record<(typeof EGRESS)[number], string> = {
  unrestricted: "any address",
  allowlisted: "listed addresses only",
  none: "no network",
};

export function EnvelopeFields({ id, draft, errors, set }: Props) {
  return (
    <Part title="Privilege envelope">
      <FieldGroup
        id={`${id}-envelope`}
        label="A worker without one is refused for"
        error={errors.envelopeFor}
      >
        <Labels chosen={draft.envelopeFor} onChange={(envelopeFor) => set({ envelopeFor })} />
      </FieldGroup>
      <FieldGroup id={`${id}-egress`} label="It may reach" error={errors.egress}>
        <div className="flex flex-wrap gap-x-6">
          {EGRESS.map((egress) => (
            <Check
              key={egress}
              kind="radio"
              name={`${id}-egress`}
              isChecked={draft.egress === egress}
              onChange={() => set({ egress })}
            >
              {EGRESS_WORDS[egress]}
            </Check>
          ))}
        </div>
      </FieldGroup>
      <FieldGroup id={`${id}-secrets`} label="It may name secrets for" error={errors.secretsFor}>
        <Labels chosen={draft.secretsFor} onChange={(secretsFor) => set({ secretsFor })} />
      </FieldGroup>
      <Limited
        id={`${id}-writes`}
        label="It may write files"
        free="anywhere"
        bound="only under these paths"
        isBound={draft.limitsWrites}
        onBound={(limitsWrites) => set({ limitsWrites })}
        linesLabel="Paths that may be written to"
        hint="One a line; none at all is nowhere."
        error={errors.writes}
        value={draft.writes}
        onChange={(writes) => set({ writes })}
      />
      <Limited
        id={`${id}-tools`}
        label="It may name"
        free="any tool"
        bound="only these tools"
        isBound={draft.limitsTools}
        onBound={(limitsTools) => set({ limitsTools })}
        linesLabel="Tools that may be named"
        hint="One a line; none at all is no tool."
        error={errors.tools}
        value={draft.tools}
        onChange={(tools) => set({ tools })}
      />
    </Part>
  );
}

const FIGURES = [
  [
    "holdAt",
    "A human decides from a blast score of",
    "0 to 100. In prod and edge the platform holds from 85.",
  ],
  ["denyAt", "The request is denied from a blast score of", "0 to 100"],
  ["dimensionsHoldAt", "A human decides from a dimension sum of", "0 to 25"],
  ["dimensionsDenyAt", "The request is denied from a dimension sum of", "0 to 25"],
  ["budget", "Blast scores that one agent may add up within an hour", "0 to 1,000,000"],
] as const satisfies readonly (readonly [keyof ProfileDraft, string, string])[];

export function BlastFields({ id, draft, errors, set }: Props) {
  return (
    <Part title="Blast">
      <p className="text-13 text-quiet">A field that is left empty is no limit.</p>
      {FIGURES.map(([name, label, hint]) => (
        <Field key={name} id={`${id}-${name}`} label={label} hint={hint} error={errors[name]}>
          {(parts) => (
            <input
              {...parts}
              inputMode="numeric"
              value={draft[name]}
              onChange={(event) => set({ [name]: event.target.value })}
              autoComplete="off"
              className={`${INPUT} max-w-40 font-mono tabular-nums`}
            />
          )}
        </Field>
      ))}
    </Part>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="max-w-[560px] space-y-4">
      <h2 className="text-16">{title}</h2>
      {children}
    </section>
  );
}

function Labels({
  chosen,
  onChange,
}: {
  chosen: readonly DataLabel[];
  onChange: (chosen: DataLabel[]) => void;
}) {
  return <Choices all={LABELS} chosen={chosen} words={(label) => label} onChange={onChange} />;
}

function Choices<Name extends string>({
  all,
  chosen,
  words,
  onChange,
}: {
  all: readonly Name[];
  chosen: readonly Name[];
  words: (name: Name) => string;
  onChange: (chosen: Name[]) => void;
}) {
  return (
    <div className="flex flex-wrap gap-x-6">
      {all.map((name) => (
        <Check
          key={name}
          isChecked={chosen.includes(name)}
          onChange={(isChecked) =>
            onChange(all.filter((one) => (one === name ? isChecked : chosen.includes(one))))
          }
        >
          {words(name)}
        </Check>
      ))}
    </div>
  );
}

interface LinesProps {
  id: string;
  label: string;
  hint: string;
  error: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

function Lines({ id, label, hint, error, value, onChange }: LinesProps) {
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      {(parts) => (
        <textarea
          {...parts}
          rows={Math.min(8, Math.max(2, value.split("\n").length))}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          className={`${TEXTAREA} font-mono`}
        />
      )}
    </Field>
  );
}

/** A list that is there only where something is limited to it. */
function Limited({
  id,
  label,
  free,
  bound,
  isBound,
  onBound,
  linesLabel,
  ...lines
}: Omit<LinesProps, "label"> & {
  label: string;
  free: string;
  bound: string;
  isBound: boolean;
  onBound: (isBound: boolean) => void;
  linesLabel: string;
}) {
  return (
    <FieldGroup id={`${id}-group`} label={label}>
      <div className="flex flex-wrap gap-x-6">
        <Check kind="radio" name={id} isChecked={!isBound} onChange={() => onBound(false)}>
          {free}
        </Check>
        <Check kind="radio" name={id} isChecked={isBound} onChange={() => onBound(true)}>
          {bound}
        </Check>
      </div>
      {isBound && (
        <div className="mt-2">
          <Lines id={id} label={linesLabel} {...lines} />
        </div>
      )}
    </FieldGroup>
  );
}
