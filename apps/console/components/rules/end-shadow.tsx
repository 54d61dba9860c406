"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { ShadowRun } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { count } from "../../ui/count.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** Ends the open run. What it found stays. */
export function EndShadow({ run }: { run: ShadowRun }) {
  const queries = useQueryClient();
  const whyNot = useWhyNot("rule:publish");
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function end(): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      await hall.shadow.end.mutate({});
      setAsking(false);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
      for (const name of ["shadow.list", "rule.inForce"])
        void queries.invalidateQueries({ queryKey: [name] });
    }
  }

  return (
    <>
      <Button because={whyNot} onClick={() => setAsking(true)}>
        End the run
      </Button>
      <Dialog
        label="End the shadow run"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[480px] rounded"
      >
        <div className="space-y-4 p-6">
          <h2 className="text-20">End the shadow run</h2>
          <p className="text-13">
            No further decision is compared. The {count(run.differences)} differences that were found stay,
            and so does what is in force. An ended run cannot go on; another can be started.
          </p>
          {failure !== null && <Refused what="It was not ended" error={failure} />}
          <div className="flex gap-2">
            <Button
              look="primary"
              because={isBusy ? "It is being ended" : undefined}
              onClick={() => void end()}
            >
              End the run
            </Button>
            <Button onClick={() => setAsking(false)}>Let it go on</Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}
