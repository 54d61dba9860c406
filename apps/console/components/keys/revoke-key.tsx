"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import type { ApiKey } from "../../lib/api-key-words.ts";
import { hall } from "../../lib/hall-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, TEXTAREA } from "../../ui/field.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** Ends a key in every instance. */
export function RevokeKey({ of: key }: { of: ApiKey }) {
  const whyNot = useWhyNot("key:revoke");
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button look="quiet" because={whyNot} onClick={() => setAsking(true)}>
        Revoke
      </Button>
      <Dialog
        label="Revoke the key"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[520px] rounded"
      >
        <RevokeForm of={key} onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function RevokeForm({ of: { id: keyId, name }, onClose }: { of: ApiKey; onClose: () => void }) {
  const id = useId();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isEmpty = reason.trim() === "";

  async function revoke(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isEmpty || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await hall.key.revoke.mutate({ id: keyId, reason: reason.trim() });
      await queries.invalidateQueries({ queryKey: ["key.list"] });
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={revoke} className="space-y-4 p-6">
      <h2 className="text-20">Revoke the key</h2>
      <p className="text-13">
        Whatever <ForeignText text={name} max={64} /> asks from then on is refused, in every instance. A
        revoked key never comes back; make another.
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
      {failure !== null && <Refused what="It was not revoked" error={failure} />}
      <div className="flex gap-2">
        <Button
          type="submit"
          look="primary"
          because={isEmpty ? "A key is revoked with a reason" : isBusy ? "It is being revoked" : undefined}
        >
          Revoke the key
        </Button>
        <Button onClick={onClose}>Keep it</Button>
      </div>
    </form>
  );
}
