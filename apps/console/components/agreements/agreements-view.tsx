"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useParams, useRouter } from "next/navigation";
import type { AgreementSummary, Agreements } from "../../lib/agreement-types.ts";
import { agreementStanding, waitsFor } from "../../lib/agreement-words.ts";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import { Button } from "../../ui/button.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Message } from "../../ui/message.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { useListKeys } from "../use-list-keys.ts";
import { useWhyNot } from "../use-why-not.ts";

const COLUMNS = "mid:grid-cols-[minmax(180px,300px)_minmax(0,1fr)_144px_64px_120px]";

/** What the tenant has agreed to with the Hall, and which of it binds now. */
export function AgreementsView() {
  const { tenant } = useParams<{ tenant: string }>();
  const router = useRouter();
  const whyNot = useWhyNot("agreement:draft");
  const agreements = useQuery({
    queryKey: ["agreement.list"],
    queryFn: ({ signal }) => hall.agreement.list.query({}, { signal }),
  });
  useListKeys(() => undefined);
  return (
    <div className="pb-16">
      <PageHeading
        title="Agreements"
        actions={
          <Button look="primary" because={whyNot} onClick={() => router.push(paths.newAgreement(tenant))}>
            Draft an agreement
          </Button>
        }
      >
        What the tenant has agreed to with the Hall: for which work, which data, and until when. Each decision
        names the version that it rests on.
      </PageHeading>
      <Answer of={agreements} what="The agreements could not be read" label="Reading the agreements">
        {(all) => (
          <>
            <Required all={all} />
            {all.agreements.length === 0 ? (
              <NoAgreements isRequired={all.required} />
            ) : (
              <AgreementTable all={all} />
            )}
          </>
        )}
      </Answer>
    </div>
  );
}

function Required({ all: { required, agreements } }: { all: Agreements }) {
  if (!required || agreements.length === 0 || agreements.some(({ in_force }) => in_force)) return null;
  return (
    <div className="px-4 pb-4 mid:px-6">
      <Notice tone="hold" title="Nothing is started">
        <p>This Hall asks for an agreement in force, and none of these is. An owner can sign one.</p>
      </Notice>
    </div>
  );
}

function AgreementTable({ all: { agreements } }: { all: Agreements }) {
  return (
    <Table
      label="Agreements, newest first"
      columns={COLUMNS}
      titles={["Agreement", "Signatory", "State", "Version", "Changed"]}
    >
      {agreements.map((agreement) => (
        <AgreementRow key={agreement.agreement_id} agreement={agreement} />
      ))}
    </Table>
  );
}

function AgreementRow({ agreement }: { agreement: AgreementSummary }) {
  const { tenant } = useParams<{ tenant: string }>();
  const { mark, word } = agreementStanding(agreement);
  const waits = waitsFor(agreement);
  return (
    <Row columns={COLUMNS}>
      <Cell>
        <Link
          data-row
          href={paths.agreement(tenant, agreement.agreement_id)}
          className="text-accent hover:underline"
        >
          <ForeignText text={agreement.title} />
        </Link>
        {waits && <span className="block text-12 text-quiet">{waits}</span>}
      </Cell>
      <Cell title="signatory">
        <ForeignText text={agreement.signatory} />
      </Cell>
      <Cell title="state">
        <span className="inline-flex items-center gap-2">
          <Mark name={mark} /> {word}
        </span>
      </Cell>
      <Cell title="version" className="font-mono text-12">
        {agreement.version ?? "none"}
      </Cell>
      <Cell title="changed" className="text-quiet">
        <Time at={agreement.changed.at} />
      </Cell>
    </Row>
  );
}

function NoAgreements({ isRequired }: { isRequired: boolean }) {
  return (
    <Message title="No agreements yet" {...(isRequired && { mark: "hold" as const })}>
      <p>
        {isRequired
          ? "This Hall starts nothing without an agreement in force: every request is denied with DENY_AGREEMENT_REQUIRED until one is."
          : "Where a profile asks for an agreement, such as prof.prod.strict, requests are denied with DENY_AGREEMENT_REQUIRED until one is in force."}
      </p>
      <p>Draft one from a template of the Hall. An owner signs it, the Hall countersigns.</p>
    </Message>
  );
}
