"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { bundleDifference, differenceWords } from "../../../lib/bundle-difference.ts";
import { hallBundles } from "../../../lib/hall-bundles.ts";
import type { Publication, RulesInForce } from "../../../lib/rule-types.ts";
import { Button } from "../../../ui/button.tsx";
import { count } from "../../../ui/count.ts";
import { Field, TEXTAREA } from "../../../ui/field.tsx";
import { Answer, Refused } from "../../answer.tsx";
import { useWhyNot } from "../../use-why-not.ts";
import { Published } from "../published.tsx";
import { useRulesInForce } from "../rules-in-force-view.tsx";
import { ConsentPart } from "./consent-part.tsx";
import type { PanelProps } from "./panel-props.ts";
import { isReady, ReadyList, readiness } from "./ready-list.tsx";
import { ShadowPart } from "./shadow-part.tsx";

/** What has to be so, what it would change, and the button that puts it in force. */
export function PublishPanel(props: PanelProps) {
  const inForce = useRulesInForce();
  return (
    <div className="space-y-6 p-4">
      <Answer of={inForce} what="The rules in force could not be read" label="Reading the rules in force">
        {(rules) => <PublishPart {...props} rules={rules} />}
      </Answer>
      <ConsentPart {...props} />
      <ShadowPart {...props} />
    </div>
  );
}

function PublishPart({ text, review, rules }: PanelProps & { rules: RulesInForce }) {
  const id = useId();
  const queries = useQueryClient();
  const whyNot = useWhyNot("rule:publish");
  const [note, setNote] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [published, setPublished] = useState<Publication | null>(null);
  const { draft } = text;
  const conditions = readiness(text, review);
  const difference = bundleDifference(rules.bundle, text.text);
  const words = difference ? differenceWords(difference) : [];
  if (published !== null) return <Published publication={published} />;

  async function publish(): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      const { publication } = await hallBundles.rule.publish.mutate({
        draft_id: draft.id,
        revision: draft.revision,
        note: note.trim(),
        expected_digest: rules.digest,
      });
      setPublished(publication);
      for (const name of ["draft.get", "draft.list", "rule.listPublications", "policy.list"])
        void queries.invalidateQueries({ queryKey: [name] });
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
      // Also where it was refused: another bundle may be in force by now.
      void queries.invalidateQueries({ queryKey: ["rule.inForce"] });
    }
  }

  const whyOff =
    whyNot ??
    (draft.status !== "open" ? `This draft is ${draft.status}` : undefined) ??
    (isReady(conditions) ? undefined : "Not everything above is so yet") ??
    (difference !== null && words.length === 0 ? "It says the same as the rules in force" : undefined) ??
    (isBusy ? "It is being published" : undefined);
  return (
    <section aria-label="Publish" className="space-y-4">
      <h2 className="text-14">Publish</h2>
      <ReadyList conditions={conditions} />
      <p className="text-13">
        {words.length === 0
          ? "It says the same as the rules in force."
          : `Against the rules in force: ${words.join(", ")}.`}{" "}
        <span className="text-quiet">
          From its receipt on, every request in every environment is decided by it.
        </span>
      </p>
      <Field id={`${id}-note`} label="Note" hint="Why. It stands in the history and in the receipt.">
        {(parts) => (
          <textarea
            {...parts}
            rows={2}
            maxLength={1024}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            className={TEXTAREA}
          />
        )}
      </Field>
      {failure !== null && <Refused what="It was not published" error={failure} />}
      <Button look="primary" because={whyOff} onClick={() => void publish()}>
        {isBusy ? "Publishing…" : `Publish revision ${count(draft.revision)}`}
      </Button>
    </section>
  );
}
