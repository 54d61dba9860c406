"use client";

import Link from "next/link";
import { useParams, useRouter } from "next/navigation";
import { paths } from "../../lib/paths.ts";
import { profileStatements } from "../../lib/profile-words.ts";
import type { ProfileEntry, Profiles } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Section } from "../../ui/section.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { useListKeys } from "../use-list-keys.ts";
import { useWhyNot } from "../use-why-not.ts";
import { EnvironmentProfiles } from "./environment-profiles.tsx";
import { useProfiles } from "./use-profiles.ts";

/** Named sets of floors, and which of them stand for the tenant's environments. */
export function ProfilesView() {
  const { tenant } = useParams<{ tenant: string }>();
  const router = useRouter();
  const profiles = useProfiles();
  const whyNot = useWhyNot("profile:define");
  useListKeys(() => undefined);
  return (
    <div className="pb-16">
      <PageHeading
        title="Profiles"
        actions={
          <Button look="primary" because={whyNot} onClick={() => router.push(paths.newProfile(tenant))}>
            Define a profile
          </Button>
        }
      >
        A profile is a set of floors. It stands for an environment, or a rule asks for it; either way it adds
        to what the platform and the rules demand, and takes nothing away.
      </PageHeading>
      <Answer of={profiles} what="The profiles could not be read" label="Reading the profiles">
        {(all) => <Lists all={all} />}
      </Answer>
    </div>
  );
}

function Lists({ all }: { all: Profiles }) {
  const own = all.profiles.filter(({ shipped, retired_at }) => !shipped && retired_at === null);
  const shipped = all.profiles.filter((entry) => entry.shipped);
  const retired = all.profiles.filter(({ retired_at }) => retired_at !== null);
  return (
    <>
      <Section title="Environments">
        <EnvironmentProfiles all={all} />
      </Section>
      <ProfileTable title="Your own" entries={own}>
        None yet. Begin with one of the profiles below that comes near, or with an empty one.
      </ProfileTable>
      <ProfileTable title="Shipped with every Hall" entries={shipped} />
      {retired.length > 0 && <ProfileTable title="Retired" entries={retired} />}
    </>
  );
}

const COLUMNS = "mid:grid-cols-[minmax(180px,260px)_minmax(0,1fr)_120px_160px]";

function ProfileTable({
  title,
  entries,
  children,
}: {
  title: string;
  entries: readonly ProfileEntry[];
  children?: string;
}) {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <section aria-label={title} className="pt-8">
      <h2 className="mb-2 px-4 text-16 mid:px-6">{title}</h2>
      {entries.length === 0 ? (
        <p className="px-4 text-13 text-quiet mid:px-6">{children}</p>
      ) : (
        <Table label={title} columns={COLUMNS} titles={["Profile", "What it is", "Demands", "Stands for"]}>
          {entries.map(({ profile, stands_for }) => {
            const demands = profileStatements(profile).length;
            return (
              <Row key={profile.profile_id} columns={COLUMNS}>
                <Cell>
                  <Link
                    data-row
                    href={paths.profile(tenant, profile.profile_id)}
                    className="font-mono text-12 text-accent hover:underline"
                  >
                    {profile.profile_id}
                  </Link>
                </Cell>
                <Cell>
                  <ForeignText text={profile.name} />
                </Cell>
                <Cell title="demands" className="text-quiet">
                  {demands === 0 ? "nothing more" : demands === 1 ? "1 thing" : `${demands} things`}
                </Cell>
                <Cell title="stands for">
                  <Environments envs={stands_for} />
                </Cell>
              </Row>
            );
          })}
        </Table>
      )}
    </section>
  );
}

function Environments({ envs }: { envs: ProfileEntry["stands_for"] }) {
  if (envs.length === 0) return <span className="text-quiet">none</span>;
  return envs.map((env, index) => (
    <span key={env} className={env === "prod" ? "font-medium text-prod" : ""}>
      {env}
      {index < envs.length - 1 && ", "}
    </span>
  ));
}
