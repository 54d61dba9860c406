"use client";

import { useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useParams } from "next/navigation";
import { useState } from "react";
import { hallBundles } from "../../../lib/hall-bundles.ts";
import { paths } from "../../../lib/paths.ts";
import { Button } from "../../../ui/button.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { Refused } from "../../answer.tsx";
import { useWhyNot } from "../../use-why-not.ts";
import { useRulesInForce } from "../rules-in-force-view.tsx";
import type { PanelProps } from "./panel-props.ts";

/** Trying the draft beside what is in force, on the requests to come. */
export function ShadowPart({ text, review: { review } }: PanelProps) {
  const { tenant } = useParams<{ tenant: string }>();
  const queries = useQueryClient();
  const whyNot = useWhyNot("rule:publish");
  const inForce = useRulesInForce().data;
  const [isBusy, setBusy] = useState(false);
  const [isStarted, setStarted] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const { draft, isDirty } = text;
  const whyOff =
    whyNot ??
    (draft.status !== "open" ? `This draft is ${draft.status}` : undefined) ??
    (isDirty ? "The text is not saved" : undefined) ??
    (review !== null && review.digest === null ? "The bundle has problems" : undefined) ??
    (inForce?.shadow_run ? "Another shadow run is open; end it first" : undefined) ??
    (isBusy ? "It is being started" : undefined);

  async function start(): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      await hallBundles.shadow.start.mutate({ draft_id: draft.id, revision: draft.revision });
      setStarted(true);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
      for (const name of ["rule.inForce", "shadow.list"])
        void queries.invalidateQueries({ queryKey: [name] });
    }
  }

  return (
    <section aria-label="Shadow run" className="space-y-3">
      <h2 className="text-14">Shadow run</h2>
      <p className="text-13 text-quiet">
        Decides every coming request a second time with this revision, and keeps where it would differ. The
        rules in force go on deciding.
      </p>
      {failure !== null && <Refused what="The shadow run was not started" error={failure} />}
      {isStarted ? (
        <Notice tone="allow" title="The shadow run has begun">
          <p>
            <Link className="text-accent underline" href={paths.shadow(tenant)}>
              See what differs
            </Link>
          </p>
        </Notice>
      ) : (
        <Button because={whyOff} onClick={() => void start()}>
          {isBusy ? "Starting…" : "Start a shadow run"}
        </Button>
      )}
    </section>
  );
}
