"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { ProvedName } from "../../lib/people-types.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Section } from "../../ui/section.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { AskForName } from "./ask-for-name.tsx";
import { CheckName } from "./check-name.tsx";
import { ReleaseName } from "./release-name.tsx";

const COLUMNS = "mid:grid-cols-[minmax(160px,280px)_112px_112px_112px_minmax(0,1fr)]";

/** Names of the tenant, each proved by a record in the DNS. */
export function ProvedNames() {
  const names = useQuery({
    queryKey: ["domain.list"],
    queryFn: async ({ signal }) => (await hall.domain.list.query({}, { signal })).domains,
  });
  return (
    <>
      <Section title="Names">
        <p className="max-w-[640px] pb-3 text-13 text-quiet">
          A text record in the DNS proves that an e-mail domain, or a namespace of your workers, is yours. It
          is looked for again each day; while it is missing nobody new gets in by it.
        </p>
        <AskForName />
      </Section>
      <div className="pt-4">
        <Answer of={names} what="The names could not be read" label="Reading the names">
          {(all) =>
            all.length === 0 ? (
              <p className="px-4 text-13 text-quiet mid:px-6">No name is proved or asked for yet.</p>
            ) : (
              <Table label="Names" columns={COLUMNS} titles={["Name", "Kind", "State", "Looked at", "Acts"]}>
                {all.map((name) => (
                  <NameRow key={name.id} name={name} />
                ))}
              </Table>
            )
          }
        </Answer>
      </div>
    </>
  );
}

const MARKS = { asked: "hold", proved: "allow", lost: "deny" } as const;

function NameRow({ name }: { name: ProvedName }) {
  return (
    <Row columns={COLUMNS}>
      <Cell className="font-mono">
        <ForeignText text={name.name} max={253} />
      </Cell>
      <Cell title="kind" className="text-quiet">
        {name.kind === "email" ? "e-mail domain" : "namespace"}
      </Cell>
      <Cell title="state">
        <span className="inline-flex items-baseline gap-1.5">
          <Mark name={MARKS[name.state]} />
          {name.state}
        </span>
      </Cell>
      <Cell title="looked at" className="text-quiet">
        {name.checked_at === null ? "–" : <Time at={name.checked_at} />}
      </Cell>
      <Cell>
        <span className="flex flex-wrap gap-1 mid:-ml-3">
          <CheckName name={name} />
          <ReleaseName name={name} />
        </span>
      </Cell>
    </Row>
  );
}
