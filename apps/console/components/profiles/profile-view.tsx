"use client";

import Link from "next/link";
import { useParams, useRouter } from "next/navigation";
import { paths } from "../../lib/paths.ts";
import { profileStatements } from "../../lib/profile-words.ts";
import type { ProfileEntry } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copyable.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Message } from "../../ui/message.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { Digest } from "../digest.tsx";
import { PageHeading } from "../page-heading.tsx";
import { useWhyNot } from "../use-why-not.ts";
import { RetireProfile } from "./retire-profile.tsx";
import { entryOf, useProfiles } from "./use-profiles.ts";

/** One profile, as what it demands. */
export function ProfileView({ id }: { id: string }) {
  const profiles = useProfiles();
  return (
    <Answer of={profiles} what="The profile could not be read" label="Reading the profile">
      {(all) => {
        const entry = entryOf(all, id);
        return entry === null ? <NoProfile /> : <ProfilePage entry={entry} />;
      }}
    </Answer>
  );
}

function ProfilePage({ entry }: { entry: ProfileEntry }) {
  const { tenant } = useParams<{ tenant: string }>();
  const router = useRouter();
  const whyNot = useWhyNot("profile:define");
  const { profile, digest, shipped, retired_at, stands_for } = entry;
  const statements = profileStatements(profile);
  return (
    <div className="max-w-[880px] pb-16">
      <PageHeading
        title={<ForeignText text={profile.name} />}
        actions={
          <>
            <Button
              because={whyNot}
              onClick={() => router.push(paths.newProfile(tenant, { from: profile.profile_id }))}
            >
              Define one like it
            </Button>
            {!shipped && (
              <>
                <Button
                  because={whyNot}
                  onClick={() => router.push(paths.editProfile(tenant, profile.profile_id))}
                >
                  {retired_at === null ? "Define anew" : "Define again"}
                </Button>
                {retired_at === null && <RetireProfile entry={entry} />}
              </>
            )}
          </>
        }
      >
        <span className="font-mono text-12 text-ink">
          {profile.profile_id}
          <CopyButton text={profile.profile_id} label="profile id" />
        </span>
        {profile.description !== "" && (
          <span className="mt-1 block">
            <ForeignText text={profile.description} max={2048} />
          </span>
        )}
      </PageHeading>
      <Section title="What it demands">
        {statements.length === 0 ? (
          <p className="text-13">Nothing beyond what the platform and the rules demand.</p>
        ) : (
          <ul className="border-t border-line">
            {statements.map((statement) => (
              <li key={statement} className="border-b border-line py-1.5 text-13 [overflow-wrap:anywhere]">
                <ForeignText text={statement} max={4096} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title="Record">
        <Record label="Profile">
          <Entry name="Version">
            <Digest digest={digest} label="digest of the profile" />
          </Entry>
          <Entry name="Comes from">
            {shipped ? "every Hall; it cannot be changed or retired" : "this tenant"}
          </Entry>
          {retired_at !== null && (
            <Entry name="Retired">
              <Time at={retired_at} />. A rule that asks for it is denied.
            </Entry>
          )}
          <Entry name="Stands for">
            {stands_for.length === 0 ? "no environment" : stands_for.join(", ")}
          </Entry>
          <Entry name="Meant for">
            {profile.recommended_for_risk_tiers.length === 0
              ? "no risk tier in particular"
              : `workers of ${profile.recommended_for_risk_tiers.join(", ")} risk`}
          </Entry>
        </Record>
      </Section>
    </div>
  );
}

export function NoProfile() {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <Message level={1} title="No such profile here">
      <p>The id is mistyped, or the profile is another tenant's.</p>
      <Link className="text-accent underline" href={paths.profiles(tenant)}>
        Back to the profiles
      </Link>
    </Message>
  );
}
