"use client";

import { useQueryClient } from "@tanstack/react-query";
import type { ApiKey } from "../../lib/api-key-words.ts";
import { hall } from "../../lib/hall-client.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { ReasonDialog } from "../reason-dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** Ends a key in every instance. */
export function RevokeKey({ of: { id, name } }: { of: ApiKey }) {
  const queries = useQueryClient();
  return (
    <ReasonDialog
      opener="Revoke"
      look="quiet"
      whyNot={useWhyNot("key:revoke")}
      title="Revoke the key"
      keep="Keep it"
      failed="It was not revoked"
      run={async (reason) => {
        await hall.key.revoke.mutate({ id, reason });
        await queries.invalidateQueries({ queryKey: ["key.list"] });
      }}
    >
      Whatever <ForeignText text={name} max={64} /> asks from then on is refused, in every instance. A revoked
      key never comes back; make another.
    </ReasonDialog>
  );
}
