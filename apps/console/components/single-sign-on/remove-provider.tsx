"use client";

import { useQueryClient } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

export function RemoveProvider() {
  const queries = useQueryClient();
  return (
    <ReasonDialog
      opener="Remove the provider"
      whyNot={useWhyNot("sso:configure")}
      title="Remove the provider"
      keep="Keep it"
      failed="It was not removed"
      run={async (reason) => {
        await hall.sso.remove.mutate({ reason });
        await queries.invalidateQueries({ queryKey: ["sso.show"] });
      }}
    >
      Every session that was begun through it ends at once. Whoever has no password and no link is out until a
      provider is set up again.
    </ReasonDialog>
  );
}
