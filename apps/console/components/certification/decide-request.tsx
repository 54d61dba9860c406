"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import type { EvidenceItem, ExaminedRequest } from "../../lib/certification-types.ts";
import { hall } from "../../lib/hall-client.ts";
import { Button } from "../../ui/button.tsx";
import { Check } from "../../ui/check.tsx";
import { Field, INPUT, TEXTAREA } from "../../ui/field.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { Refused } from "../answer.tsx";
import { useMe } from "../use-me.ts";
import { useWhyNot } from "../use-why-not.ts";

const EXAMINED = ["controls", "attestation", "envelope"] as const satisfies readonly EvidenceItem["check"][];
const ACCEPT: Record<EvidenceItem["check"], string> = {
  controls: "I have looked at the evidence for its controls and accept it.",
  attestation: "I have looked at its attestation and accept it.",
  envelope: "I have held its envelope against the data labels and accept it.",
};
const DAYS_MAX = 398;
const DAY_SECONDS = 86_400;

type Answers = Record<EvidenceItem["check"], { accepted: boolean; note: string }>;
const NOTHING: Answers = {
  controls: { accepted: false, note: "" },
  attestation: { accepted: false, note: "" },
  envelope: { accepted: false, note: "" },
};

/** The officer's checklist and word; for who asked, the way to take it back. */
export function DecideRequest({ request }: { request: ExaminedRequest }) {
  const { me } = useMe();
  const isOwn = me !== null && request.requested.by === `person:${me.member.id}`;
  return isOwn ? <Withdraw request={request} /> : <Examine request={request} />;
}

function useDecided(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    for (const key of ["certification.get", "certification.list", "certificate.list"])
      await queries.invalidateQueries({ queryKey: [key] });
  };
}

function Examine({ request }: { request: ExaminedRequest }) {
  const id = useId();
  const whyNot = useWhyNot("certification:grant");
  const decided = useDecided();
  const [answers, setAnswers] = useState(NOTHING);
  const [days, setDays] = useState("90");
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const count = Number(days);
  const isCount = Number.isSafeInteger(count) && count >= 1 && count <= DAYS_MAX;
  const wants = (check: EvidenceItem["check"]) =>
    request.evidence.items.some((item) => item.check === check && !item.met);
  const missing = EXAMINED.find((check) => !answers[check].accepted);
  const unsaid = EXAMINED.find((check) => wants(check) && answers[check].note.trim() === "");
  const checklist = EXAMINED.map((check) => ({ check, ...answers[check], note: answers[check].note.trim() }));

  async function decide(work: () => Promise<unknown>): Promise<void> {
    if (isBusy || whyNot !== undefined) return;
    setBusy(true);
    setFailure(null);
    try {
      await work();
      await decided();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }
  const grant = (event: FormEvent) => {
    event.preventDefault();
    if (missing !== undefined || unsaid !== undefined || !isCount) return;
    void decide(() =>
      hall.certification.grant.mutate({
        id: request.request_id,
        evidence_digest: request.evidence.digest,
        checklist,
        expires_in_seconds: count * DAY_SECONDS,
      }),
    );
  };

  return (
    <form onSubmit={grant} className="space-y-4">
      {EXAMINED.map((check) => (
        <div key={check}>
          <Check
            isChecked={answers[check].accepted}
            because={whyNot}
            onChange={(accepted) => setAnswers({ ...answers, [check]: { ...answers[check], accepted } })}
          >
            {ACCEPT[check]}
          </Check>
          {wants(check) && (
            <div className="pl-6">
              <Field
                id={`${id}-${check}`}
                label="Why it is accepted all the same"
                hint="A decision would deny it as things are now. It stands in the receipt."
              >
                {(parts) => (
                  <input
                    {...parts}
                    value={answers[check].note}
                    maxLength={1024}
                    autoComplete="off"
                    onChange={(event) =>
                      setAnswers({ ...answers, [check]: { ...answers[check], note: event.target.value } })
                    }
                    className={INPUT}
                  />
                )}
              </Field>
            </div>
          )}
        </div>
      ))}
      <TextField
        id={`${id}-days`}
        label="Days"
        hint="No certification outlives 398 days without anybody looking at the worker again."
        error={isCount ? undefined : `A whole number from 1 to ${DAYS_MAX}`}
        inputMode="numeric"
        value={days}
        onChange={setDays}
      />
      <Button
        type="submit"
        look="primary"
        because={
          whyNot ??
          (isBusy
            ? "It is being written down"
            : !request.evidence.is_of_this_record
              ? "It is about another version of the worker"
              : missing !== undefined
                ? "All three are accepted, or the request is refused"
                : unsaid !== undefined
                  ? "Say why it is accepted all the same"
                  : isCount
                    ? undefined
                    : "The days are no number that is allowed")
        }
      >
        Grant and sign the certificate
      </Button>
      <div className="space-y-3 border-t border-line pt-4">
        <Field
          id={`${id}-reason`}
          label="Reason for a refusal"
          hint="Who asked reads it; it stands in the receipt."
        >
          {(parts) => (
            <textarea
              {...parts}
              rows={2}
              value={reason}
              maxLength={1024}
              onChange={(event) => setReason(event.target.value)}
              className={TEXTAREA}
            />
          )}
        </Field>
        <Button
          because={
            whyNot ??
            (isBusy ? "It is being written down" : reason.trim() === "" ? "It wants a reason" : undefined)
          }
          onClick={() =>
            void decide(() =>
              hall.certification.refuse.mutate({ id: request.request_id, reason: reason.trim(), checklist }),
            )
          }
        >
          Refuse
        </Button>
      </div>
      {failure !== null && <Refused what="It was not decided" error={failure} />}
    </form>
  );
}

function Withdraw({ request }: { request: ExaminedRequest }) {
  const decided = useDecided();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function withdraw(): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await hall.certification.withdraw.mutate({ id: request.request_id });
      await decided();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <div className="space-y-3">
      <p className="text-13">You asked for it, so somebody else examines it. You may take it back.</p>
      {failure !== null && <Refused what="It was not taken back" error={failure} />}
      <Button because={isBusy ? "It is being written down" : undefined} onClick={() => void withdraw()}>
        Withdraw
      </Button>
    </div>
  );
}
