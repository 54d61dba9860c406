"use client";

import { useQueryClient } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { ReasonDialog } from "../reason-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** Takes a runner's word away, and with it everything that rests on what it measured. */
export function RetireRunner({ runnerId, name }: { runnerId: string; name: string }) {
  const queries = useQueryClient();
  return (
    <ReasonDialog
      opener="Retire"
      look="quiet"
      whyNot={useWhyNot("runner:register")}
      title="Retire the runner"
      keep="Keep it"
      failed="It was not retired"
      run={async (reason) => {
        await hall.runner.retire.mutate({ id: runnerId, reason });
        await queries.invalidateQueries({ queryKey: ["runner.list"] });
      }}
    >
      Nothing that <ForeignText text={name} max={64} /> measured counts any more. Workers that rest on it run
      nothing until another runner has measured them. Its key cannot be registered again.
    </ReasonDialog>
  );
}
