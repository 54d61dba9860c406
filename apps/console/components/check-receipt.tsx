"use client";

import { CodeBlock } from "../ui/code-block.tsx";
import { useMe } from "./use-me.ts";

/** How anybody who may read receipts checks this one, without trusting this page. */
export function CheckReceipt({ id, hallUrl }: { id: string; hallUrl: string }) {
  const { me } = useMe();
  return (
    <div className="max-w-[760px] space-y-2 text-13">
      <p>
        The act is a leaf of the Hall's log, sealed like every decision. With a key of this tenant, and the
        Hall's public key:
      </p>
      <CodeBlock
        label="command that checks the receipt"
        text={`curl -s ${hallUrl}/wcp/receipts/${id} \\
  -H "Authorization: Bearer $HALL_API_KEY" |
  hall verify - --key '${me?.hall.verifier_key ?? "…"}'`}
      />
    </div>
  );
}
