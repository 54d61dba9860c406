"use client";

import { type FormEvent, useId, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { count } from "../../ui/count.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import type { DraftText } from "./use-draft-text.ts";

/** What the draft is called, how it stands, and the button that saves it. */
export function DraftHeading({ text, whyNot }: { text: DraftText; whyNot: string | undefined }) {
  const { draft, isDirty, isSaving } = text;
  const [isRenaming, setRenaming] = useState(false);
  const closed = draft.status === "open" ? undefined : `This draft is ${draft.status}`;
  return (
    <header className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-2.5 mid:px-6">
      <div className="min-w-0">
        <h1 className="text-20 [overflow-wrap:anywhere]">
          <ForeignText text={draft.name} />
        </h1>
        <p role="status" className="text-12 text-quiet">
          {isSaving ? (
            "Saving…"
          ) : isDirty ? (
            <span className="font-medium text-ink">Not saved since revision {count(draft.revision)}</span>
          ) : (
            <>
              Revision {count(draft.revision)}, saved by <ActorName actor={draft.updated_by} />,{" "}
              <Time at={draft.updated_at} />
            </>
          )}
          {closed && <span className="font-medium text-ink"> · {draft.status}</span>}
        </p>
      </div>
      <div className="flex gap-2">
        <Button look="quiet" because={whyNot ?? closed} onClick={() => setRenaming(true)}>
          Rename
        </Button>
        <Button
          look="primary"
          because={whyNot ?? closed ?? (isDirty ? undefined : "Everything is saved")}
          aria-keyshortcuts="Control+S Meta+S"
          onClick={() => void text.save()}
        >
          Save
        </Button>
      </div>
      <Dialog
        label="Rename the draft"
        isOpen={isRenaming}
        onClose={() => setRenaming(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[480px] rounded"
      >
        <RenameForm
          text={text}
          onClose={() => {
            setRenaming(false);
          }}
        />
      </Dialog>
    </header>
  );
}

function RenameForm({ text, onClose }: { text: DraftText; onClose: () => void }) {
  const id = useId();
  const [name, setName] = useState(text.draft.name);
  const isSame = name.trim() === "" || name.trim() === text.draft.name;

  async function rename(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isSame) return;
    // What went wrong stands on the page behind the dialog.
    await text.save({ name: name.trim() });
    onClose();
  }

  return (
    <form onSubmit={rename} className="space-y-4 p-6">
      <h2 className="text-20">Rename the draft</h2>
      <TextField
        id={`${id}-name`}
        label="Name"
        hint="Saves the text with it, as the next revision."
        autoFocus
        value={name}
        onChange={setName}
        maxLength={256}
      />
      <div className="flex gap-2">
        <Button
          type="submit"
          look="primary"
          because={isSame ? "The name is empty, or the one it has" : undefined}
        >
          Rename and save
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}
