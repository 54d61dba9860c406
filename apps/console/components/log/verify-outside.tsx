"use client";

import { useQuery } from "@tanstack/react-query";
import { useParams } from "next/navigation";
import { hall as askHall } from "../../lib/hall-client.ts";
import type { HallState } from "../../lib/hall-types.ts";
import { firstTilePath } from "../../lib/tile-path.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Section } from "../../ui/section.tsx";

/** Commands that check the log and its receipts with nothing of this page: each works as pasted. */
export function VerifyOutside({ hallUrl, hall }: { hallUrl: string; hall: HallState }) {
  const { tenant } = useParams<{ tenant: string }>();
  const { verifier_key: verifierKey } = hall;
  const tile = firstTilePath(hall.sealed_size);
  // One receipt that there is, so that what is pasted has an answer. Without one the command says where it goes.
  const { data: newest } = useQuery({
    queryKey: ["decision.list", "newest alone"],
    queryFn: ({ signal }) => askHall.decision.list.query({ limit: 1 }, { signal }),
  });
  const id = newest?.decisions[0]?.decision_id ?? "0193…";
  const isDemo = tenant === "demo";
  return (
    <Section title="Check it from outside">
      <div className="space-y-5 text-13">
        <p className="text-quiet">
          Nothing here asks for an account, but to fetch a receipt. Compare the key with what the Hall's
          operator publishes elsewhere before you rely on it: a page that shows both a log and its key shows
          nothing.
        </p>
        <div className="space-y-1.5">
          <h3 className="text-13">Follow the log</h3>
          <p>
            It keeps the last head. Where the log shrinks or forks, it writes a portable proof and ends with
            1.
          </p>
          <CodeBlock
            label="command that follows the log"
            text={`hall log monitor ${hallUrl} --state guildhall.checkpoint \\
  --key '${verifierKey}'`}
          />
        </div>
        <div className="space-y-1.5">
          <h3 className="text-13">Read it yourself</h3>
          <p>The head, and the first tile of leaf hashes; a tile holds hashes only, of every tenant.</p>
          <CodeBlock
            label="commands that read the log"
            text={[
              `curl -s ${hallUrl}/log/checkpoint`,
              ...(tile === null ? [] : [`curl -s ${hallUrl}${tile} | od -An -v -tx1 -w32`]),
            ].join("\n")}
          />
        </div>
        <div className="space-y-1.5">
          <h3 className="text-13">Check one receipt</h3>
          <p>
            {isDemo
              ? "In the folder where the Hall was started:"
              : "With a key of this tenant, and the id of the receipt, in the first lines:"}
          </p>
          <CodeBlock
            label="commands that check a receipt"
            text={`ID=${id}
HALL_API_KEY=${isDemo ? "$(cat .guildhall/demo-key)" : "hall_key_…"}
HALL_VERIFIER='${verifierKey}'

curl -s "${hallUrl}/wcp/receipts/$ID" -H "Authorization: Bearer $HALL_API_KEY" > receipt.json
hall verify receipt.json --key "$HALL_VERIFIER"`}
          />
        </div>
        <div className="space-y-1.5">
          <h3 className="text-13">The same with openssl and sha256sum alone</h3>
          <p>
            <span className="font-mono text-12">hall receipt export</span> writes a receipt as files whose
            bytes are what is hashed and signed. From there a page of POSIX shell does all the checks;{" "}
            <span className="font-mono text-12">docs/verify-receipt.sh</span> is the whole of it, and{" "}
            <span className="font-mono text-12">docs/verify-a-receipt.md</span> says what each line is for.
          </p>
          <CodeBlock
            label="commands that check a receipt without our software"
            text={`hall receipt export receipt.json --key "$HALL_VERIFIER" --to receipt
sh docs/verify-receipt.sh receipt "$HALL_VERIFIER"

sha256sum receipt/body.json
openssl pkeyutl -verify -pubin -inkey receipt/key.pem -rawin \\
  -in receipt/checkpoint.text -sigfile receipt/checkpoint.signature`}
          />
        </div>
      </div>
    </Section>
  );
}
