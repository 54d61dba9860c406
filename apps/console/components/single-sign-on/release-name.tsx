"use client";

import { useQueryClient } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { ProvedName } from "../../lib/people-types.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

export function ReleaseName({ name }: { name: ProvedName }) {
  const queries = useQueryClient();
  return (
    <ReasonDialog
      opener="Release"
      look="quiet"
      whyNot={useWhyNot("domain:prove")}
      title="Release the name"
      keep="Keep it"
      failed="It was not released"
      run={async (reason) => {
        await hall.domain.release.mutate({ id: name.id, reason });
        await Promise.all(
          ["domain.list", "sso.show"].map((key) => queries.invalidateQueries({ queryKey: [key] })),
        );
      }}
    >
      {name.kind === "email"
        ? "Nobody is found by this domain any more, and nobody new gets in by it. Another tenant may prove it."
        : "The proof ends. The namespace stays registered for this tenant until the Hall's operator releases it."}
    </ReasonDialog>
  );
}
