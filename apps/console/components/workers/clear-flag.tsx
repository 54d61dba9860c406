"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, TEXTAREA } from "../../ui/field.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";

const REASON_MAX = 1024;

/** A person's word that the code was put right. The reason stands in the receipt for ever, so there has to be one. */
export function ClearFlag({ workerId }: { workerId: string }) {
  const whyNot = useWhyNot("flag:clear");
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button because={whyNot} onClick={() => setAsking(true)}>
        Clear flag
      </Button>
      <Dialog
        label="Clear the flag"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[520px] rounded"
      >
        <ClearForm workerId={workerId} onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function ClearForm({ workerId, onClose }: { workerId: string; onClose: () => void }) {
  const id = useId();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isEmpty = reason.trim() === "";

  async function clear(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isEmpty || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await hall.flag.clear.mutate({ worker_id: workerId, reason: reason.trim() });
      await queries.invalidateQueries({ queryKey: ["worker.list"] });
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={clear} className="space-y-4 p-6">
      <h2 className="text-20">Clear the flag</h2>
      <p className="text-13">
        You say that the code of <span className="font-mono text-12">{workerId}</span> was put right.
        Everything that was measured before counts no more, and the worker runs again only after a measurement
        that matches.
      </p>
      <Field
        id={`${id}-reason`}
        label="Reason"
        hint="What was found and what was done. It stands in the receipt, with your name, for as long as the log."
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
      {failure !== null && <Refused what="It was not cleared" error={failure} />}
      <div className="flex gap-2">
        <Button
          type="submit"
          look="primary"
          because={isEmpty ? "A flag is cleared with a reason" : isBusy ? "It is being cleared" : undefined}
        >
          Clear the flag
        </Button>
        <Button onClick={onClose}>Leave it flagged</Button>
      </div>
    </form>
  );
}
