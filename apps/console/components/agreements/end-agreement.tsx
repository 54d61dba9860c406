"use client";

import { type FormEvent, useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";
import { useAgreementsChanged } from "./use-agreement.ts";

type ActName = "suspend" | "resume" | "terminate";

const WORDS: Record<ActName, { button: string; label: string; said: string; failed: string }> = {
  suspend: {
    button: "Suspend",
    label: "Suspend the agreement",
    said: "Nothing is started under it once this is answered, in any instance. It can be resumed.",
    failed: "It was not suspended",
  },
  resume: {
    button: "Resume",
    label: "Resume the agreement",
    said: "Decisions rest on it again, by the version that was activated last.",
    failed: "It was not resumed",
  },
  terminate: {
    button: "Terminate",
    label: "Terminate the agreement",
    said: "Nothing is started under it once this is answered. It cannot be taken back: another agreement would be drafted.",
    failed: "It was not terminated",
  },
};

/** Takes an agreement out of force, for a time or for good, or brings it back; with a reason that stands in the log. */
export function EndAgreement({ id, title, act }: { id: string; title: string; act: ActName }) {
  const whyNot = useWhyNot(act === "resume" ? "agreement:sign" : "agreement:end");
  const [isAsking, setAsking] = useState(false);
  const { button, label } = WORDS[act];
  return (
    <>
      <Button because={whyNot} onClick={() => setAsking(true)}>
        {button}
      </Button>
      <Dialog
        label={label}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[520px] rounded"
      >
        <EndForm id={id} title={title} act={act} onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function EndForm({
  id: agreementId,
  title,
  act,
  onClose,
}: {
  id: string;
  title: string;
  act: ActName;
  onClose: () => void;
}) {
  const id = useId();
  const changed = useAgreementsChanged();
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const { label, said, failed } = WORDS[act];
  const isReasoned = reason.trim() !== "";
  // What destroys has its name typed.
  const isNamed = act !== "terminate" || typed.trim() === title;

  async function end(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isReasoned || !isNamed || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await hall.agreement[act].mutate({ id: agreementId, reason: reason.trim() });
      await changed();
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={end} className="space-y-4 p-6">
      <h2 className="text-20">{label}</h2>
      <p className="text-13">{said}</p>
      <TextField
        id={`${id}-reason`}
        label="Reason"
        hint="It stands in the receipt for as long as the log."
        value={reason}
        maxLength={256}
        onChange={setReason}
      />
      {act === "terminate" && (
        <TextField
          id={`${id}-name`}
          label={`Type ${title}`}
          value={typed}
          spellCheck={false}
          onChange={setTyped}
        />
      )}
      {failure !== null && <Refused what={failed} error={failure} />}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          look="primary"
          because={
            isBusy
              ? "It is being written down"
              : isReasoned
                ? isNamed
                  ? undefined
                  : "Type its title"
                : "It wants a reason"
          }
        >
          {label}
        </Button>
        <Button onClick={onClose}>Leave it</Button>
      </div>
    </form>
  );
}
