"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { ProfileEntry } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** Takes a profile out of use. Its id is typed, because rules that ask for it are denied from then on. */
export function RetireProfile({ entry: { profile, stands_for } }: { entry: ProfileEntry }) {
  const whyNot = useWhyNot("profile:define");
  const [isAsking, setAsking] = useState(false);
  const stands =
    stands_for.length === 0
      ? undefined
      : `It stands for ${stands_for.join(", ")}: let another stand there first`;
  return (
    <>
      <Button because={whyNot ?? stands} onClick={() => setAsking(true)}>
        Retire
      </Button>
      <Dialog
        label="Retire the profile"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[520px] rounded"
      >
        <RetireForm id={profile.profile_id} onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function RetireForm({ id: profileId, onClose }: { id: string; onClose: () => void }) {
  const id = useId();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isSame = typed.trim() === profileId;

  async function retire(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isSame || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await hall.profile.retire.mutate({ profile_id: profileId });
      await queries.invalidateQueries({ queryKey: ["profile.list"] });
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={retire} className="space-y-4 p-6">
      <h2 className="text-20">Retire the profile</h2>
      <p className="text-13">
        Whatever a rule sends to <span className="font-mono text-12">{profileId}</span> is denied with{" "}
        <span className="font-mono text-12">DENY_PROFILE_UNCONFIGURED</span> from then on. Its versions stay
        for the receipts that name them, and it can be defined again.
      </p>
      <TextField
        id={`${id}-name`}
        label={`Type ${profileId}`}
        value={typed}
        onChange={setTyped}
        spellCheck={false}
        isCode
      />
      {failure !== null && <Refused what="It was not retired" error={failure} />}
      <div className="flex gap-2">
        <Button
          type="submit"
          look="primary"
          because={!isSame ? "What is typed is not its id" : isBusy ? "It is being retired" : undefined}
        >
          Retire it
        </Button>
        <Button onClick={onClose}>Keep it</Button>
      </div>
    </form>
  );
}
