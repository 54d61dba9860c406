"use client";

import type { Profile } from "@guildhall/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { useParams, useRouter } from "next/navigation";
import { type FormEvent, useId, useRef, useState } from "react";
import { compareProfiles } from "../../lib/compare-profiles.ts";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import { type DraftErrors, draftOf, fieldAt, type ProfileDraft, readDraft } from "../../lib/profile-draft.ts";
import { profileStatements } from "../../lib/profile-words.ts";
import { refusalDetail } from "../../lib/refusal-detail.ts";
import type { ProfileEntry, Profiles } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";
import { BlastFields } from "./fields/blast-fields.tsx";
import { EnvelopeFields } from "./fields/envelope-fields.tsx";
import { NameFields } from "./fields/name-fields.tsx";
import { TrustFields } from "./fields/trust-fields.tsx";
import { FloorChanges } from "./floor-changes.tsx";

/** A profile to be defined: its fields, then what it will demand and what becomes different. */
export function ProfileForm({
  all,
  begins,
  redefines,
}: {
  all: Profiles;
  /** Where the fields begin; null for an empty profile. */
  begins: Profile | null;
  /** The profile that gets a new version; null for a new one. */
  redefines: ProfileEntry | null;
}) {
  const id = useId();
  const router = useRouter();
  const { tenant } = useParams<{ tenant: string }>();
  const queries = useQueryClient();
  const whyNot = useWhyNot("profile:define");
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(() => draftOf(begins, redefines === null));
  // Errors wait until somebody has tried: nobody likes to be told off while typing.
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const read = readDraft(draft);
  const errors: DraftErrors = isTried
    ? { ...hallErrors(failure), ...ownErrors(read.errors, draft, all, redefines) }
    : {};

  async function define(event: FormEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    if (isBusy || whyNot !== undefined) return;
    if (Object.keys(ownErrors(read.errors, draft, all, redefines)).length > 0) {
      // After the errors are drawn.
      setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      const { profile } = read;
      await hall.profile.define.mutate({ profile_id: profile.profile_id, profile });
      await queries.invalidateQueries({ queryKey: ["profile.list"] });
      router.push(paths.profile(tenant, profile.profile_id));
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  const set = (change: Partial<ProfileDraft>) => setDraft({ ...draft, ...change });
  const fields = { id, draft, errors, set };
  return (
    <form ref={form} noValidate onSubmit={define} className="space-y-8 px-4 pt-2 mid:px-6">
      <NameFields {...fields} isNamed={redefines !== null} />
      <TrustFields {...fields} />
      <EnvelopeFields {...fields} />
      <BlastFields {...fields} />
      <section aria-label="What it will demand" className="space-y-4">
        <h2 className="text-16">What it will demand</h2>
        <Statements profile={read.profile} />
        {redefines !== null && <Consequences entry={redefines} after={read.profile} />}
      </section>
      {failure !== null && <Refused what="The profile was not defined" error={failure} />}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          look="primary"
          because={whyNot ?? (isBusy ? "It is being written down" : undefined)}
        >
          {redefines === null ? "Define the profile" : "Define the new version"}
        </Button>
        <Button
          onClick={() =>
            router.push(
              redefines === null
                ? paths.profiles(tenant)
                : paths.profile(tenant, redefines.profile.profile_id),
            )
          }
        >
          Cancel
        </Button>
      </div>
      {isTried && Object.keys(errors).length > 0 && (
        <p role="status" className="text-13 text-deny">
          {Object.keys(errors).length === 1 ? "One field" : `${Object.keys(errors).length} fields`} to mend.
        </p>
      )}
    </form>
  );
}

function Statements({ profile }: { profile: Profile }) {
  const statements = profileStatements(profile);
  if (statements.length === 0)
    return <p className="text-13">Nothing beyond what the platform and the rules demand.</p>;
  return (
    <ul className="border-t border-line">
      {statements.map((statement) => (
        <li key={statement} className="border-b border-line py-1.5 text-13 [overflow-wrap:anywhere]">
          {statement}
        </li>
      ))}
    </ul>
  );
}

function Consequences({ entry, after }: { entry: ProfileEntry; after: Profile }) {
  const where =
    entry.stands_for.length === 0
      ? "wherever a rule asks for it"
      : `in ${entry.stands_for.join(", ")} and wherever a rule asks for it`;
  return (
    <div>
      <h3 className="mb-2 text-14">Against the version that holds now</h3>
      <FloorChanges changes={compareProfiles(entry.profile, after, null)} where={where} />
    </div>
  );
}

/** What can be told before the Hall is asked. */
function ownErrors(
  errors: DraftErrors,
  draft: ProfileDraft,
  all: Profiles,
  redefines: ProfileEntry | null,
): DraftErrors {
  const known = all.profiles.find(
    ({ profile }) => profile.profile_id === draft.id.trim().replaceAll("_", "-"),
  );
  if (redefines !== null || known === undefined || errors.id) return errors;
  return {
    ...errors,
    id: known.shipped
      ? "A profile of this id is shipped with every Hall and cannot be changed"
      : "You have a profile of this id; define that one anew, or take another id",
  };
}

function hallErrors(failure: unknown): DraftErrors {
  const { problems } = refusalDetail(failure);
  if (!Array.isArray(problems)) return {};
  const errors: DraftErrors = {};
  for (const { path, expected } of problems as { path: string; expected: string }[]) {
    const field = fieldAt(path);
    if (field) errors[field] ??= `Expected ${expected.replace(/^expected /, "")}`;
  }
  return errors;
}
