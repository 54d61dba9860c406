"use client";

import { useQueryClient } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { WorkerHead } from "../../lib/worker-types.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

type Verb = "suspend" | "resume" | "retire";

const WORDS: Record<Verb, { title: string; says: string; leave: string; failed: string }> = {
  suspend: {
    title: "Suspend",
    says: "No decision selects it from the next one on, and work that was granted and has not begun does not begin. Resuming it undoes this.",
    leave: "Leave it active",
    failed: "It was not suspended",
  },
  resume: {
    title: "Resume",
    says: "Decisions may select it again, by what it is now: its record, its code, its certificates.",
    leave: "Leave it suspended",
    failed: "It was not resumed",
  },
  retire: {
    title: "Retire",
    says: "This cannot be undone: no decision selects it any more, and its id never takes another record. Receipts that name it stay readable.",
    leave: "Keep it",
    failed: "It was not retired",
  },
};

/** What may be done with a worker as it stands; each asks for the reason, which stands in the receipt for ever. */
export function ChangeStatus({ worker: { worker_id: id, status } }: { worker: WorkerHead }) {
  if (status === "retired") return null;
  return (
    <>
      <StatusButton verb={status === "active" ? "suspend" : "resume"} workerId={id} />
      <StatusButton verb="retire" workerId={id} />
    </>
  );
}

function StatusButton({ verb, workerId }: { verb: Verb; workerId: string }) {
  const queries = useQueryClient();
  const { title, says, leave, failed } = WORDS[verb];
  return (
    <ReasonDialog
      opener={title}
      whyNot={useWhyNot(verb === "retire" ? "worker:retire" : "worker:suspend")}
      title={`${title} the worker`}
      keep={leave}
      failed={failed}
      run={async (reason) => {
        await hall.worker[verb].mutate({ worker_id: workerId, reason });
        await queries.invalidateQueries({ queryKey: ["worker.list"] });
      }}
    >
      <span className="font-mono text-12">{workerId}</span>. {says}
    </ReasonDialog>
  );
}
