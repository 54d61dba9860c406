import type { Policy } from "@guildhall/protocol";
import { CopyButton } from "../../ui/copyable.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark, type MarkName } from "../../ui/mark.tsx";

const EFFECTS: Record<Policy["effect"], { mark: MarkName; words: string }> = {
  ALLOW: { mark: "allow", words: "allows" },
  DENY: { mark: "deny", words: "denies" },
  REQUIRE_HUMAN: { mark: "hold", words: "asks for a human" },
};

/** Policies in the order of their bundle; each is asked, so the order decides nothing. */
export function PolicyList({ policies }: { policies: readonly Policy[] }) {
  return (
    <ul className="max-w-[960px] border-t border-line">
      {policies.map((policy) => (
        <PolicyRow key={policy.policy_id} policy={policy} />
      ))}
    </ul>
  );
}

function PolicyRow({ policy }: { policy: Policy }) {
  const { policy_id, description, when, effect, reason, supervisor_level, quorum } = policy;
  const { mark, words } = EFFECTS[effect];
  return (
    <li className="grid gap-x-6 gap-y-1 border-b border-line py-3 text-13 [overflow-wrap:anywhere] wide:grid-cols-[280px_minmax(0,1fr)]">
      <div>
        <h3 className="font-mono text-12 leading-5 font-medium">
          <ForeignText text={policy_id} />
          <CopyButton text={policy_id} label="policy id" />
        </h3>
        <p className="flex items-center gap-2">
          <Mark name={mark} />
          {words}
        </p>
        {effect === "REQUIRE_HUMAN" && (
          <p className="text-12 text-quiet">
            {supervisor_level ?? "gatekeeper"},{" "}
            {quorum === undefined || quorum === 1 ? "one person" : `${quorum} people`}
          </p>
        )}
      </div>
      <div className="space-y-1">
        {description !== "" && (
          <p>
            <ForeignText text={description} max={1024} />
          </p>
        )}
        <p className="rounded border border-line bg-paper px-2.5 py-1.5 font-mono text-12 whitespace-pre-wrap">
          <ForeignText text={when} max={4096} keepsLines />
        </p>
        <p className="text-quiet">
          Its reason: <ForeignText text={reason} max={1024} />
        </p>
      </div>
    </li>
  );
}
