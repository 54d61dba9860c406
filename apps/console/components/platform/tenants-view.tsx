"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import type { TenantLine } from "../../lib/platform.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Message } from "../../ui/message.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { useListKeys } from "../use-list-keys.ts";
import { CreateTenant } from "./create-tenant.tsx";
import { StandingWord } from "./standing-word.tsx";

const COLUMNS = "mid:grid-cols-[minmax(160px,1fr)_112px_minmax(0,120px)_64px_80px_48px_64px_120px]";

/** Every tenant of the Hall: how it stands, and how many of what it has. */
export function TenantsView({ after }: { after: string }) {
  const tenants = useQuery({
    queryKey: ["tenant", "list", after],
    queryFn: ({ signal }) => hall.tenant.list.query({ after }, { signal }),
  });
  useListKeys(() => undefined);
  return (
    <div className="pb-16">
      <PageHeading title="Tenants" actions={<CreateTenant />}>
        Who this Hall serves, and how they stand. What a tenant has is counted here and shown to nobody but
        its members.
      </PageHeading>
      <Answer of={tenants} what="The tenants could not be read" label="Reading the tenants">
        {({ tenants: all, next }) =>
          all.length === 0 && after === "" ? (
            <NoTenants />
          ) : (
            <>
              <TenantTable all={all} />
              <nav aria-label="Pages" className="flex gap-4 px-4 pt-3 text-13 mid:px-6">
                {after !== "" && (
                  <Link href={paths.tenants()} className="text-accent hover:underline">
                    From the beginning
                  </Link>
                )}
                {next !== null && (
                  <Link href={paths.tenants({ after: next })} className="text-accent hover:underline">
                    Those after {next}
                  </Link>
                )}
              </nav>
            </>
          )
        }
      </Answer>
    </div>
  );
}

function TenantTable({ all }: { all: TenantLine[] }) {
  return (
    <Table
      label="Tenants by name"
      columns={COLUMNS}
      titles={["Tenant", "Standing", "Owner", "Members", "Agreements", "Keys", "Workers", "Last activity"]}
    >
      {all.map((tenant) => (
        <TenantRow key={tenant.tenant} tenant={tenant} />
      ))}
    </Table>
  );
}

const FIGURE = "font-mono text-12 tabular-nums";

function TenantRow({ tenant }: { tenant: TenantLine }) {
  return (
    <Row columns={COLUMNS}>
      <Cell>
        <Link data-row href={paths.tenant(tenant.tenant)} className="text-accent hover:underline">
          {tenant.tenant}
        </Link>
        <span className="block text-12 text-quiet">
          <ForeignText text={tenant.name} max={64} />
        </span>
      </Cell>
      <Cell title="standing">
        <StandingWord standing={tenant.standing} />
      </Cell>
      <Cell title="owner" className={tenant.owner === "joined" ? "" : "text-quiet"}>
        {OWNER_WORDS[tenant.owner]}
      </Cell>
      <Cell title="members" className={FIGURE}>
        {tenant.members}
      </Cell>
      <Cell title="agreements" className={FIGURE}>
        {tenant.agreements}
      </Cell>
      <Cell title="keys" className={FIGURE}>
        {tenant.keys}
      </Cell>
      <Cell title="workers" className={FIGURE}>
        {tenant.workers}
      </Cell>
      <Cell title="last activity" className="text-quiet">
        {tenant.last_activity_at === null ? "none" : <Time at={tenant.last_activity_at} />}
      </Cell>
    </Row>
  );
}

export const OWNER_WORDS: Record<TenantLine["owner"], string> = {
  none: "nobody invited",
  invited: "invited",
  joined: "joined",
};

function NoTenants() {
  return (
    <Message title="No tenants yet">
      <p>
        Make one: it is empty, and its first owner is invited by a link that goes to them. Who may found a
        tenant without you, the setting HALL_SIGN_UP says; it is off unless it was set.
      </p>
    </Message>
  );
}
