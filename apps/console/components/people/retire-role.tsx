"use client";

import { useQueryClient } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import { ActDialog } from "../act-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

export function RetireRole({ name }: { name: string }) {
  const queries = useQueryClient();
  return (
    <ActDialog
      opener="Retire"
      look="quiet"
      whyNot={useWhyNot("role:define")}
      title={`Retire ${name}`}
      submit="Retire the role"
      keep="Keep it"
      failed="It was not retired"
      because={undefined}
      run={async () => {
        await hall.role.retire.mutate({ name });
        await queries.invalidateQueries({ queryKey: ["role.list"] });
      }}
    >
      <p className="text-13">
        Nobody can be given it any more. It must be held by nobody; making it again puts it back in use.
      </p>
    </ActDialog>
  );
}
