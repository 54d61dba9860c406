"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { type ApiKey, GRACES } from "../../lib/api-key-words.ts";
import { hall } from "../../lib/hall-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, INPUT } from "../../ui/field.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";
import { KeyText } from "./key-text.tsx";

/** A new key with the same rights takes the place of one; for the grace both hold. */
export function RotateKey({ of: key }: { of: ApiKey }) {
  const whyNot = useWhyNot("key:create");
  const [isAsking, setAsking] = useState(false);
  const because = key.state === "replaced" ? "It has a successor: rotate that one" : whyNot;
  return (
    <>
      <Button look="quiet" because={because} onClick={() => setAsking(true)}>
        Rotate
      </Button>
      <Dialog
        label="Rotate the key"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[560px] rounded"
      >
        <RotateForm of={key} onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function RotateForm({ of: { id: keyId, name }, onClose }: { of: ApiKey; onClose: () => void }) {
  const id = useId();
  const queries = useQueryClient();
  const [grace, setGrace] = useState<number>(3600);
  const [made, setMade] = useState<{ key: string; replaced_until: string } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function rotate(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      setMade(await hall.key.rotate.mutate({ id: keyId, grace_seconds: grace }));
      await queries.invalidateQueries({ queryKey: ["key.list"] });
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  if (made !== null)
    return (
      <KeyText text={made.key} onClose={onClose}>
        The old key of <ForeignText text={name} max={64} /> is refused from{" "}
        <span className="font-mono text-12">{made.replaced_until.slice(0, 19)}Z</span> on.
      </KeyText>
    );
  return (
    <form onSubmit={rotate} className="space-y-4 p-6">
      <h2 className="text-20">Rotate the key</h2>
      <p className="text-13">
        A new key with the same rights takes the place of <ForeignText text={name} max={64} />. For the grace
        both hold, and each decision names the key that asked.
      </p>
      <Field id={`${id}-grace`} label="How long the old key holds beside it">
        {(parts) => (
          <select
            {...parts}
            value={grace}
            onChange={(event) => setGrace(Number(event.target.value))}
            className={INPUT}
          >
            {GRACES.map(({ seconds, words }) => (
              <option key={seconds} value={seconds}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
      {failure !== null && <Refused what="It was not rotated" error={failure} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" because={isBusy ? "It is being rotated" : undefined}>
          Make the new key
        </Button>
        <Button onClick={onClose}>Leave it</Button>
      </div>
    </form>
  );
}
