"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { WorkerHead } from "../../lib/worker-types.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, TEXTAREA } from "../../ui/field.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";

type Verb = "suspend" | "resume" | "retire";
const REASON_MAX = 256;

const WORDS: Record<Verb, { title: string; says: string; leave: string; failed: string }> = {
  suspend: {
    title: "Suspend",
    says: "No decision selects it from the next one on, and work that was granted and has not begun does not begin. Resuming it undoes this.",
    leave: "Leave it active",
    failed: "It was not suspended",
  },
  resume: {
    title: "Resume",
    says: "Decisions may select it again, by what it is now: its record, its code, its certificates.",
    leave: "Leave it suspended",
    failed: "It was not resumed",
  },
  retire: {
    title: "Retire",
    says: "This cannot be undone: no decision selects it any more, and its id never takes another record. Receipts that name it stay readable.",
    leave: "Keep it",
    failed: "It was not retired",
  },
};

/** What may be done with a worker as it stands; each asks for the reason, which stands in the receipt for ever. */
export function ChangeStatus({ worker: { worker_id: id, status } }: { worker: WorkerHead }) {
  if (status === "retired") return null;
  return (
    <>
      <StatusButton verb={status === "active" ? "suspend" : "resume"} workerId={id} />
      <StatusButton verb="retire" workerId={id} />
    </>
  );
}

function StatusButton({ verb, workerId }: { verb: Verb; workerId: string }) {
  const whyNot = useWhyNot(verb === "retire" ? "worker:retire" : "worker:suspend");
  const [isAsking, setAsking] = useState(false);
  const { title } = WORDS[verb];
  return (
    <>
      <Button because={whyNot} onClick={() => setAsking(true)}>
        {title}
      </Button>
      <Dialog
        label={`${title} the worker`}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[520px] rounded"
      >
        <StatusForm verb={verb} workerId={workerId} onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function StatusForm({ verb, workerId, onClose }: { verb: Verb; workerId: string; onClose: () => void }) {
  const id = useId();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isEmpty = reason.trim() === "";
  const { title, says, leave, failed } = WORDS[verb];

  async function change(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isEmpty || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await hall.worker[verb].mutate({ worker_id: workerId, reason: reason.trim() });
      await queries.invalidateQueries({ queryKey: ["worker.list"] });
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={change} className="space-y-4 p-6">
      <h2 className="text-20">{title} the worker</h2>
      <p className="text-13">
        <span className="font-mono text-12">{workerId}</span>. {says}
      </p>
      <Field
        id={`${id}-reason`}
        label="Reason"
        hint="It stands in the receipt, with your name, for as long as the log."
      >
        {(parts) => (
          <textarea
            {...parts}
            rows={3}
            value={reason}
            maxLength={REASON_MAX}
            onChange={(event) => setReason(event.target.value)}
            className={TEXTAREA}
          />
        )}
      </Field>
      {failure !== null && <Refused what={failed} error={failure} />}
      <div className="flex gap-2">
        <Button
          type="submit"
          look="primary"
          because={isEmpty ? "It is done with a reason" : isBusy ? "It is being done" : undefined}
        >
          {title} the worker
        </Button>
        <Button onClick={onClose}>{leave}</Button>
      </div>
    </form>
  );
}
