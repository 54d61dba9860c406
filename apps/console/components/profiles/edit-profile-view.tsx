"use client";

import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { ProfileForm } from "./profile-form.tsx";
import { NoProfile } from "./profile-view.tsx";
import { entryOf, useProfiles } from "./use-profiles.ts";

/** A new version of one of the tenant's own profiles. */
export function EditProfileView({ id }: { id: string }) {
  const profiles = useProfiles();
  return (
    <div className="max-w-[880px] pb-16">
      <Answer of={profiles} what="The profile could not be read" label="Reading the profile">
        {(all) => {
          const entry = entryOf(all, id);
          if (entry === null || entry.shipped) return <NoProfile />;
          return (
            <>
              <PageHeading title={`Define ${id} anew`}>
                Earlier versions stay for the receipts that name them.
              </PageHeading>
              <ProfileForm all={all} begins={entry.profile} redefines={entry} />
            </>
          );
        }}
      </Answer>
    </div>
  );
}
