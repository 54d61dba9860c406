"use client";

import { useQueryClient } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

const REASON_MAX = 1024;

/** A person's word that the code was put right. */
export function ClearFlag({ workerId }: { workerId: string }) {
  const queries = useQueryClient();
  return (
    <ReasonDialog
      opener="Clear flag"
      whyNot={useWhyNot("flag:clear")}
      title="Clear the flag"
      keep="Leave it flagged"
      failed="It was not cleared"
      hint="What was found and what was done. It stands in the receipt, with your name, for as long as the log."
      maxLength={REASON_MAX}
      run={async (reason) => {
        await hall.flag.clear.mutate({ worker_id: workerId, reason });
        await queries.invalidateQueries({ queryKey: ["worker.list"] });
      }}
    >
      You say that the code of <span className="font-mono text-12">{workerId}</span> was put right. Everything
      that was measured before counts no more, and the worker runs again only after a measurement that
      matches.
    </ReasonDialog>
  );
}
