"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { bundleDifference, differenceWords } from "../../lib/bundle-difference.ts";
import { hall } from "../../lib/hall-client.ts";
import type { Publication, RulesInForce } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { count } from "../../ui/count.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, TEXTAREA } from "../../ui/field.tsx";
import { Answer, Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";
import { Published } from "./published.tsx";
import { useRulesInForce } from "./rules-in-force-view.tsx";

/** The way back to an earlier bundle: it says what would change, and asks. */
export function RollBack({ publication, bundle }: { publication: Publication; bundle: string }) {
  const whyNot = useWhyNot("rule:publish");
  const [isAsking, setAsking] = useState(false);
  const { number, in_force } = publication;
  return (
    <>
      <Button
        because={whyNot ?? (in_force ? "This publication is in force" : undefined)}
        onClick={() => setAsking(true)}
      >
        Roll back to No. {count(number)}
      </Button>
      <Dialog
        label={`Roll back to No. ${number}`}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[560px] rounded"
      >
        <div className="space-y-4 p-6">
          <h2 className="text-20">Roll back to No. {count(number)}</h2>
          <RollBackForm number={number} bundle={bundle} onClose={() => setAsking(false)} />
        </div>
      </Dialog>
    </>
  );
}

interface FormProps {
  number: number;
  bundle: string;
  onClose: () => void;
}

function RollBackForm(props: FormProps) {
  const inForce = useRulesInForce();
  const [published, setPublished] = useState<Publication | null>(null);
  if (published !== null)
    return (
      <>
        <Published publication={published} />
        <Button onClick={props.onClose}>Close</Button>
      </>
    );
  return (
    <Answer of={inForce} what="The rules in force could not be read" label="Reading the rules in force">
      {(rules) => <Confirm {...props} rules={rules} onPublished={setPublished} />}
    </Answer>
  );
}

function Confirm({
  number,
  bundle,
  rules,
  onClose,
  onPublished,
}: FormProps & { rules: RulesInForce; onPublished: (publication: Publication) => void }) {
  const id = useId();
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const difference = bundleDifference(rules.bundle, bundle);
  const words = difference ? differenceWords(difference) : [];
  const isSame = difference !== null && words.length === 0;

  async function rollBack(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isBusy || isSame) return;
    setBusy(true);
    setFailure(null);
    try {
      const { publication } = await hall.rule["roll-back"].mutate({
        number,
        note: note.trim(),
        expected_digest: rules.digest,
      });
      onPublished(publication);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
      for (const name of ["rule.inForce", "rule.listPublications", "rule.getPublication", "policy.list"])
        void queries.invalidateQueries({ queryKey: [name] });
    }
  }

  return (
    <form onSubmit={rollBack} className="space-y-4">
      <div className="space-y-2 text-13">
        <p>
          {isSame
            ? "Its bundle says the same as the rules in force."
            : `Against the rules in force: ${words.length === 0 ? "what differs cannot be told" : words.join(", ")}.`}
        </p>
        <p className="text-quiet">
          It becomes a publication of its own, with a receipt. From that receipt on, every request in every
          environment is decided by it; work that runs goes on.
        </p>
      </div>
      <Field id={`${id}-note`} label="Note" hint="Why. It stands in the history and in the receipt.">
        {(parts) => (
          <textarea
            {...parts}
            // biome-ignore lint/a11y/noAutofocus: the dialog was opened to say why
            autoFocus
            rows={2}
            maxLength={1024}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            className={TEXTAREA}
          />
        )}
      </Field>
      {failure !== null && <Refused what="Nothing was rolled back" error={failure} />}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          look="primary"
          because={isSame ? "There is nothing to change" : isBusy ? "It is being done" : undefined}
        >
          {isBusy ? "Rolling back…" : `Roll back to No. ${count(number)}`}
        </Button>
        <Button onClick={onClose}>Keep what is in force</Button>
      </div>
    </form>
  );
}
