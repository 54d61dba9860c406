"use client";

import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { ProfileForm } from "./profile-form.tsx";
import { entryOf, useProfiles } from "./use-profiles.ts";

/** A profile that is not there yet, empty or like another. */
export function NewProfileView({ from }: { from: string | null }) {
  const profiles = useProfiles();
  return (
    <div className="max-w-[880px] pb-16">
      <PageHeading title="Define a profile">
        {from === null
          ? "It begins empty: every floor that you leave out is no floor."
          : `It begins as ${from}.`}
      </PageHeading>
      <Answer of={profiles} what="The profiles could not be read" label="Reading the profiles">
        {(all) => <ProfileForm all={all} begins={entryOf(all, from)?.profile ?? null} redefines={null} />}
      </Answer>
    </div>
  );
}
