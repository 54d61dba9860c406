"use client";

import type { Env } from "@guildhall/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { compareProfiles } from "../../lib/compare-profiles.ts";
import { hall } from "../../lib/hall-client.ts";
import type { Profiles } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { Check } from "../../ui/check.tsx";
import { FieldGroup } from "../../ui/field.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Refused } from "../answer.tsx";
import { ReceiptId } from "../rules/receipt-id.tsx";
import { FloorChanges } from "./floor-changes.tsx";
import { entryOf } from "./use-profiles.ts";

/** Another profile for an environment: it says what becomes stricter and what looser, and asks. */
export function SwitchProfile({ env, all, onClose }: { env: Env; all: Profiles; onClose: () => void }) {
  const id = useId();
  const queries = useQueryClient();
  // As it stood when the dialog was opened: the answer of the switch must not change the question.
  const [now] = useState(() => all.environments.find((one) => one.env === env)?.profile_id ?? null);
  const [chosen, setChosen] = useState<string | null>(now);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [receipt, setReceipt] = useState<string | null>(null);
  const choices = all.profiles.filter(({ retired_at }) => retired_at === null);
  const changes = compareProfiles(
    entryOf(all, now)?.profile ?? null,
    entryOf(all, chosen)?.profile ?? null,
    env,
  );

  async function set(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isBusy || chosen === now) return;
    setBusy(true);
    setFailure(null);
    try {
      setReceipt((await hall.profile["set-environment"].mutate({ env, profile_id: chosen })).receipt_id);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
      void queries.invalidateQueries({ queryKey: ["profile.list"] });
    }
  }

  if (receipt !== null)
    return (
      <div className="space-y-4 p-6">
        <Notice
          tone="allow"
          title={chosen === null ? `No profile stands for ${env}` : `${chosen} stands for ${env}`}
        >
          <p>
            Receipt <ReceiptId id={receipt} />
          </p>
        </Notice>
        <Button onClick={onClose}>Close</Button>
      </div>
    );
  return (
    <form onSubmit={set} className="space-y-5 p-6">
      <h2 className="text-20">
        Profile of <span className={env === "prod" ? "text-prod" : ""}>{env}</span>
      </h2>
      <FieldGroup id={`${id}-profile`} label="Which profile stands for it">
        {choices.map(({ profile }) => (
          <Check
            key={profile.profile_id}
            kind="radio"
            name={`${id}-profile`}
            isChecked={chosen === profile.profile_id}
            onChange={() => setChosen(profile.profile_id)}
          >
            <span className="font-mono text-12">{profile.profile_id}</span>{" "}
            <span className="text-quiet">
              <ForeignText text={profile.name} />
              {profile.profile_id === now && ", now"}
            </span>
          </Check>
        ))}
        <Check
          kind="radio"
          name={`${id}-profile`}
          isChecked={chosen === null}
          onChange={() => setChosen(null)}
        >
          No profile: the platform's own floors alone
          {now === null && <span className="text-quiet">, now</span>}
        </Check>
      </FieldGroup>
      <div aria-live="polite">
        {chosen === now ? (
          <p className="text-13 text-quiet">Choose another, and what would change is listed here.</p>
        ) : (
          <FloorChanges changes={changes} where={`in ${env}`} />
        )}
      </div>
      {failure !== null && <Refused what="Nothing was changed" error={failure} />}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          look="primary"
          because={
            chosen === now ? "It is the one that stands now" : isBusy ? "It is being written down" : undefined
          }
        >
          {chosen === null ? `Take the profile away from ${env}` : `Let it stand for ${env}`}
        </Button>
        <Button onClick={onClose}>Leave it as it is</Button>
      </div>
    </form>
  );
}
