"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { WorkerHead } from "../../lib/worker-types.ts";
import { Button } from "../../ui/button.tsx";
import { Check } from "../../ui/check.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FieldGroup } from "../../ui/field.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";

type Issue = Parameters<typeof hall.certificate.issue.mutate>[0];

const ENVS = ["dev", "stage", "prod", "edge"] as const;
const LABELS = ["PUBLIC", "INTERNAL", "RESTRICTED"] as const;
const DAYS_MAX = 398;
const DAY_SECONDS = 86_400;

/** An officer's word that the record as it is enrolled now is fit, and for what. */
export function CertifyWorker({ worker }: { worker: WorkerHead }) {
  const whyNot = useWhyNot("certification:grant");
  const [isAsking, setAsking] = useState(false);
  const isRetired = worker.status === "retired" ? "The worker is retired" : undefined;
  return (
    <>
      <Button because={whyNot ?? isRetired} onClick={() => setAsking(true)}>
        Certify
      </Button>
      <Dialog
        label="Certify the worker"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[520px] rounded"
      >
        <CertifyForm worker={worker} onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function CertifyForm({ worker, onClose }: { worker: WorkerHead; onClose: () => void }) {
  const id = useId();
  const queries = useQueryClient();
  // What was read when the form was opened is what is certified: a record that changes meanwhile is refused.
  const [recordHash] = useState(worker.worker_record_hash);
  const [capabilities, setCapabilities] = useState<readonly string[]>([]);
  const [environments, setEnvironments] = useState<readonly (typeof ENVS)[number][]>([]);
  const [labels, setLabels] = useState<readonly (typeof LABELS)[number][]>([]);
  const [days, setDays] = useState("90");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const count = Number(days);
  const isCount = Number.isSafeInteger(count) && count >= 1 && count <= DAYS_MAX;
  const isNamed = capabilities.length > 0 && environments.length > 0 && labels.length > 0;

  async function certify(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isNamed || !isCount || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await hall.certificate.issue.mutate({
        worker_id: worker.worker_id,
        record_hash: recordHash,
        capabilities: [...capabilities],
        environments: [...environments],
        data_labels: [...labels],
        expires_in_seconds: count * DAY_SECONDS,
      } satisfies Issue);
      await queries.invalidateQueries({ queryKey: ["certificate.list", worker.worker_id] });
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={certify} className="space-y-4 p-6">
      <h2 className="text-20">Certify the worker</h2>
      <p className="text-13">
        The Hall signs a certificate for the record as you have read it, for what you choose here and nothing
        else. It serves no connection: for that the worker shows its own key (see{" "}
        <span className="font-mono text-12">docs/certify-a-worker.md</span>).
      </p>
      <Choices
        id={`${id}-capabilities`}
        label="Capabilities"
        options={worker.capabilities}
        chosen={capabilities}
        onChange={setCapabilities}
      />
      <Choices
        id={`${id}-environments`}
        label="Environments"
        options={ENVS}
        chosen={environments}
        onChange={setEnvironments}
      />
      <Choices
        id={`${id}-labels`}
        label="Data labels"
        options={LABELS}
        chosen={labels}
        onChange={setLabels}
      />
      <TextField
        id={`${id}-days`}
        label="Days"
        hint="No certification outlives 398 days without anybody looking at the worker again."
        error={isCount ? undefined : `A whole number from 1 to ${DAYS_MAX}`}
        inputMode="numeric"
        value={days}
        onChange={setDays}
      />
      {failure !== null && <Refused what="It was not certified" error={failure} />}
      <div className="flex gap-2">
        <Button
          type="submit"
          look="primary"
          because={
            isBusy
              ? "It is being signed"
              : isNamed
                ? isCount
                  ? undefined
                  : "The days are no number that is allowed"
                : "Name at least one capability, environment and data label"
          }
        >
          Sign the certificate
        </Button>
        <Button onClick={onClose}>Leave it</Button>
      </div>
    </form>
  );
}

function Choices<T extends string>({
  id,
  label,
  options,
  chosen,
  onChange,
}: {
  id: string;
  label: string;
  options: readonly T[];
  chosen: readonly T[];
  onChange: (chosen: readonly T[]) => void;
}) {
  return (
    <FieldGroup id={id} label={label}>
      {options.map((option) => (
        <Check
          key={option}
          isChecked={chosen.includes(option)}
          onChange={(isChecked) =>
            onChange(isChecked ? [...chosen, option] : chosen.filter((one) => one !== option))
          }
        >
          <ForeignText text={option} />
        </Check>
      ))}
    </FieldGroup>
  );
}
