"use client";

import type { ReactNode } from "react";
import type { Review } from "../../../lib/rule-types.ts";
import { Button } from "../../../ui/button.tsx";
import { Refused } from "../../answer.tsx";
import type { PanelProps } from "./panel-props.ts";

/** What needs the Hall's review: it waits for the first one, and says where it could not be had. */
export function ReviewNeeded({
  review: { review, error, isBusy, again },
  children,
}: Pick<PanelProps, "review"> & { children: (review: Review) => ReactNode }) {
  return (
    <div className="space-y-4 p-4">
      {error !== null && !isBusy && (
        <>
          <Refused what="The bundle was not reviewed" error={error} />
          <Button onClick={again}>Review again</Button>
        </>
      )}
      {review === null
        ? error === null && <p className="text-13 text-quiet">Reviewing…</p>
        : children(review)}
    </div>
  );
}
