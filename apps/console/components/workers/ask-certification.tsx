"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useParams, useRouter } from "next/navigation";
import { type FormEvent, useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import type { WorkerHead } from "../../lib/worker-types.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, FieldGroup, TEXTAREA } from "../../ui/field.tsx";
import { Refused } from "../answer.tsx";
import { Choices } from "../profiles/fields/choices.tsx";
import { useWhyNot } from "../use-why-not.ts";

const ENVS = ["dev", "stage", "prod", "edge"] as const;
const LABELS = ["PUBLIC", "INTERNAL", "RESTRICTED"] as const;

/** Asks an officer to look at the record as it is enrolled now. */
export function AskCertification({ worker }: { worker: WorkerHead }) {
  const whyNot = useWhyNot("certification:request");
  const [isAsking, setAsking] = useState(false);
  const isIdle = worker.status === "active" ? undefined : `The worker is ${worker.status}`;
  return (
    <>
      <Button because={whyNot ?? isIdle} onClick={() => setAsking(true)}>
        Ask for a certification
      </Button>
      <Dialog
        label="Ask for a certification"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[520px] rounded"
      >
        <AskForm worker={worker} onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function AskForm({ worker, onClose }: { worker: WorkerHead; onClose: () => void }) {
  const id = useId();
  const router = useRouter();
  const { tenant } = useParams<{ tenant: string }>();
  const queries = useQueryClient();
  // What was read when the form was opened is what is asked for: a record that changes meanwhile is refused.
  const [recordHash] = useState(worker.worker_record_hash);
  const [capabilities, setCapabilities] = useState<string[]>([]);
  const [environments, setEnvironments] = useState<(typeof ENVS)[number][]>([]);
  const [labels, setLabels] = useState<(typeof LABELS)[number][]>([]);
  const [note, setNote] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isNamed = capabilities.length > 0 && environments.length > 0 && labels.length > 0;

  async function ask(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isNamed || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      const { request_id } = await hall.certification.request.mutate({
        worker_id: worker.worker_id,
        record_hash: recordHash,
        capabilities,
        environments,
        data_labels: labels,
        note: note.trim(),
      });
      await queries.invalidateQueries({ queryKey: ["certification.list"] });
      router.push(paths.certificationRequest(tenant, request_id));
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={ask} className="space-y-4 p-6">
      <h2 className="text-20">Ask for a certification</h2>
      <p className="text-13">
        A compliance officer examines the record as it is enrolled now, for what you choose here, and grants
        or refuses it.
      </p>
      <FieldGroup id={`${id}-capabilities`} label="Capabilities">
        <Choices
          all={worker.capabilities}
          chosen={capabilities}
          words={(one) => one}
          onChange={setCapabilities}
        />
      </FieldGroup>
      <FieldGroup id={`${id}-environments`} label="Environments">
        <Choices all={ENVS} chosen={environments} words={(one) => one} onChange={setEnvironments} />
      </FieldGroup>
      <FieldGroup id={`${id}-labels`} label="Data labels">
        <Choices all={LABELS} chosen={labels} words={(one) => one} onChange={setLabels} />
      </FieldGroup>
      <Field id={`${id}-note`} label="Note" hint="Optional, for who examines it.">
        {(parts) => (
          <textarea
            {...parts}
            rows={2}
            value={note}
            maxLength={1024}
            onChange={(event) => setNote(event.target.value)}
            className={TEXTAREA}
          />
        )}
      </Field>
      {failure !== null && <Refused what="It was not asked for" error={failure} />}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          look="primary"
          because={
            isBusy
              ? "It is being asked"
              : isNamed
                ? undefined
                : "Name at least one capability, environment and data label"
          }
        >
          Ask for it
        </Button>
        <Button onClick={onClose}>Leave it</Button>
      </div>
    </form>
  );
}
