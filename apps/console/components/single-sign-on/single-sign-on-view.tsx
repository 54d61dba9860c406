"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { SsoSettings } from "../../lib/people-types.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { ConfigureProvider } from "./configure-provider.tsx";
import { ProvedNames } from "./proved-names.tsx";
import { RemoveProvider } from "./remove-provider.tsx";

/** Who vouches for the tenant's people, and which names are the tenant's. */
export function SingleSignOnView() {
  const sso = useQuery({
    queryKey: ["sso.show"],
    queryFn: ({ signal }) => hall.sso.show.query({}, { signal }),
  });
  return (
    <div className="pb-16">
      <PageHeading title="Single sign-on">
        People of a domain that you proved sign in through your own OpenID provider. The Hall knows them by
        what the provider calls them, never by an e-mail alone.
      </PageHeading>
      <ProvedNames />
      <Answer of={sso} what="The provider could not be read" label="Reading the provider">
        {(settings) => <Provider settings={settings} />}
      </Answer>
    </div>
  );
}

function Provider({ settings }: { settings: SsoSettings }) {
  const { connection, domains, redirect_uri } = settings;
  return (
    <Section title="Provider">
      <div className="max-w-[880px] space-y-4">
        <p className="text-13 text-quiet">Register this address at your provider, as it stands:</p>
        <CodeBlock label="redirect address" text={redirect_uri} wraps />
        {connection === null ? (
          <p className="text-13">No provider is set up. People sign in with a password or a link.</p>
        ) : (
          <Record label="Provider">
            <Entry name="Issuer">
              <span className="font-mono">
                <ForeignText text={connection.issuer} max={512} />
              </span>
            </Entry>
            <Entry name="Client">
              <span className="font-mono">
                <ForeignText text={connection.client_id} max={256} />
              </span>
            </Entry>
            <Entry name="Who is not invited">
              {connection.join_role === null
                ? "does not get in"
                : `joins as ${connection.join_role}, with an e-mail of a proved domain`}
            </Entry>
            <Entry name="Other ways in">
              {connection.is_required
                ? "closed for members of proved domains; open for owners"
                : "open for everybody who has one"}
            </Entry>
            <Entry name="Since">
              <Time at={connection.created_at} />
            </Entry>
          </Record>
        )}
        {domains.length === 0 && (
          <p className="text-13 text-quiet">Nobody new gets in until an e-mail domain is proved above.</p>
        )}
        <div className="flex flex-wrap gap-2">
          <ConfigureProvider settings={settings} />
          {connection !== null && <RemoveProvider />}
        </div>
      </div>
    </Section>
  );
}
