"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { TenantLine } from "../../lib/platform.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Message } from "../../ui/message.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { InviteOwner } from "./invite-owner.tsx";
import { SetStanding } from "./set-standing.tsx";
import { StandingWord } from "./standing-word.tsx";
import { OWNER_WORDS } from "./tenants-view.tsx";
import { WithdrawInvitation } from "./withdraw-invitation.tsx";

/** One tenant, as its Hall's operator may know it. */
export function TenantView({ slug }: { slug: string }) {
  const tenant = useQuery({
    queryKey: ["tenant", "get", slug],
    queryFn: ({ signal }) => hall.tenant.get.query({ tenant: slug }, { signal }),
  });
  return (
    <Answer
      of={tenant}
      what="The tenant could not be read"
      label="Reading the tenant"
      absent={
        <Message title="No such tenant" level={1}>
          <p>This Hall serves none of this name.</p>
        </Message>
      }
    >
      {(found) => <TenantPage tenant={found} />}
    </Answer>
  );
}

function TenantPage({ tenant }: { tenant: TenantLine }) {
  return (
    <div className="max-w-[880px] pb-16">
      <PageHeading title={<ForeignText text={tenant.name} max={64} />}>
        <span className="font-mono text-12">{tenant.tenant}</span>, since <Time at={tenant.created_at} />
      </PageHeading>
      <Section title="Standing">
        <p className="mb-3 text-13">
          <StandingWord standing={tenant.standing} />
        </p>
        <div className="flex flex-wrap gap-2">
          <SetStanding tenant={tenant.tenant} standing={tenant.standing} />
        </div>
      </Section>
      <OwnerPart tenant={tenant} />
      <Section title="What it has">
        <Record label="What it has">
          <Entry name="Members">{tenant.members}</Entry>
          <Entry name="Agreements">{tenant.agreements} in force</Entry>
          <Entry name="API keys">{tenant.keys} that work now</Entry>
          <Entry name="Workers">{tenant.workers}, without those that are retired</Entry>
          <Entry name="Last activity">
            {tenant.last_activity_at === null ? "none" : <Time at={tenant.last_activity_at} />}
          </Entry>
        </Record>
      </Section>
    </div>
  );
}

function OwnerPart({ tenant }: { tenant: TenantLine }) {
  const { owner, invitation_until } = tenant;
  return (
    <Section title="Owner">
      <Record label="Owner">
        <Entry name="State">{OWNER_WORDS[owner]}</Entry>
        {owner === "invited" && (
          <Entry name="Their link">
            {invitation_until === null ? (
              "works no more"
            ) : (
              <>
                works until <Time at={invitation_until} />
              </>
            )}
          </Entry>
        )}
      </Record>
      {owner !== "joined" && (
        <div className="mt-3 flex flex-wrap gap-2">
          <InviteOwner tenant={tenant} />
          {owner === "invited" && <WithdrawInvitation tenant={tenant.tenant} />}
        </div>
      )}
    </Section>
  );
}
