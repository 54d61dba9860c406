"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, TEXTAREA } from "../../ui/field.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** Takes a runner's word away, and with it everything that rests on what it measured. */
export function RetireRunner({ runnerId, name }: { runnerId: string; name: string }) {
  const whyNot = useWhyNot("runner:register");
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button look="quiet" because={whyNot} onClick={() => setAsking(true)}>
        Retire
      </Button>
      <Dialog
        label="Retire the runner"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[520px] rounded"
      >
        <RetireForm runnerId={runnerId} name={name} onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function RetireForm({ runnerId, name, onClose }: { runnerId: string; name: string; onClose: () => void }) {
  const id = useId();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isEmpty = reason.trim() === "";

  async function retire(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isEmpty || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await hall.runner.retire.mutate({ id: runnerId, reason: reason.trim() });
      await queries.invalidateQueries({ queryKey: ["runner.list"] });
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={retire} className="space-y-4 p-6">
      <h2 className="text-20">Retire the runner</h2>
      <p className="text-13">
        Nothing that <ForeignText text={name} max={64} /> measured counts any more. Workers that rest on it
        run nothing until another runner has measured them. Its key cannot be registered again.
      </p>
      <Field id={`${id}-reason`} label="Reason">
        {(parts) => (
          <textarea
            {...parts}
            rows={2}
            value={reason}
            maxLength={256}
            onChange={(event) => setReason(event.target.value)}
            className={TEXTAREA}
          />
        )}
      </Field>
      {failure !== null && <Refused what="It was not retired" error={failure} />}
      <div className="flex gap-2">
        <Button
          type="submit"
          look="primary"
          because={isEmpty ? "A runner is retired with a reason" : isBusy ? "It is being retired" : undefined}
        >
          Retire the runner
        </Button>
        <Button onClick={onClose}>Keep it</Button>
      </div>
    </form>
  );
}
