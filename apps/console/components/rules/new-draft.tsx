"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useParams, useRouter } from "next/navigation";
import { type ComponentProps, type FormEvent, type ReactNode, useId, useState } from "react";
import { hallBundles } from "../../lib/hall-bundles.ts";
import { paths } from "../../lib/paths.ts";
import { readableBundle } from "../../lib/readable-bundle.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** Begins a draft from what is in force, and goes there. */
export function NewDraft({
  look,
  children,
}: Pick<ComponentProps<typeof Button>, "look"> & { children: ReactNode }) {
  const whyNot = useWhyNot("rule:draft");
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button look={look ?? "plain"} because={whyNot} onClick={() => setAsking(true)}>
        {children}
      </Button>
      <Dialog
        label="New draft"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[480px] rounded"
      >
        <DraftForm onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function DraftForm({ onClose }: { onClose: () => void }) {
  const id = useId();
  const router = useRouter();
  const { tenant } = useParams<{ tenant: string }>();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function create(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (name.trim() === "" || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      const { bundle } = await hallBundles.rule["in-force"].query({});
      const content = readableBundle(JSON.parse(bundle));
      const draft = await hallBundles.draft.create.mutate({ name: name.trim(), content });
      queries.setQueryData(["draft.get", draft.id], draft);
      // A list that was read a moment ago does not have it.
      void queries.invalidateQueries({ queryKey: ["draft.list"] });
      router.push(paths.draft(tenant, draft.id));
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={create} className="space-y-4 p-6">
      <h2 className="text-20">New draft</h2>
      <p className="text-13 text-quiet">
        It begins as the rules in force. Nothing changes for anybody until it is published.
      </p>
      <TextField
        id={`${id}-name`}
        label="Name"
        hint="What it is about, for whoever reads the list."
        autoFocus
        value={name}
        onChange={setName}
        maxLength={256}
        placeholder="Let the translator run in stage"
      />
      {failure !== null && <Refused what="The draft was not begun" error={failure} />}
      <div className="flex gap-2">
        <Button
          type="submit"
          look="primary"
          because={
            name.trim() === "" ? "A draft needs a name" : isBusy ? "The draft is being begun" : undefined
          }
        >
          Begin the draft
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}
