"use client";

import { useParams, useRouter } from "next/navigation";
import type { Agreement, AgreementVersion } from "../../lib/agreement-types.ts";
import { agreementStanding, termStatements, waitsFor } from "../../lib/agreement-words.ts";
import { paths } from "../../lib/paths.ts";
import { Button } from "../../ui/button.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Message } from "../../ui/message.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Answer } from "../answer.tsx";
import { Digest } from "../digest.tsx";
import { PageHeading } from "../page-heading.tsx";
import { ReceiptId } from "../rules/receipt-id.tsx";
import { useWhyNot } from "../use-why-not.ts";
import { EndAgreement } from "./end-agreement.tsx";
import { SignAgreement } from "./sign-agreement.tsx";
import { useAgreement } from "./use-agreement.ts";

/** One agreement: how it stands, what is agreed, and who bound themselves by which document. */
export function AgreementView({ id }: { id: string }) {
  const agreement = useAgreement(id);
  return (
    <Answer
      of={agreement}
      what="The agreement could not be read"
      label="Reading the agreement"
      absent={
        <Message title="No such agreement" level={1}>
          <p>There is none of this id among the tenant's agreements.</p>
        </Message>
      }
    >
      {(found) => <AgreementPage agreement={found} />}
    </Answer>
  );
}

function AgreementPage({ agreement }: { agreement: Agreement }) {
  const { versions, version, reason, changed } = agreement;
  const { mark, word } = agreementStanding(agreement);
  const waits = waitsFor(agreement);
  const newest = versions[0];
  return (
    <div className="max-w-[880px] pb-16">
      <PageHeading title={<ForeignText text={agreement.title} />} actions={<Acts agreement={agreement} />}>
        <span className="inline-flex items-center gap-2 text-ink">
          <Mark name={mark} /> {word}
        </span>
        {waits && <span className="ml-2">{waits}.</span>}
      </PageHeading>
      <Section title="How it stands">
        <Record label="How it stands">
          <Entry name="Changed">
            <Time at={changed.at} /> by <ActorName actor={changed.by} />
            {reason !== null && (
              <>
                : <ForeignText text={reason} max={256} />
              </>
            )}
          </Entry>
          <Entry name="Receipt of that">
            <ReceiptId id={changed.receipt_id} />
          </Entry>
          <Entry name="Decisions look at">
            {version === null ? "none of its versions: none was activated" : `version ${version}`}
          </Entry>
        </Record>
      </Section>
      {newest && newest.activated === null && agreement.state !== "terminated" && (
        <Section title={`Version ${newest.version}, to be signed`}>
          <VersionPart version={newest} isOpen />
          <SignAgreement agreement={agreement} version={newest} />
        </Section>
      )}
      {versions
        .filter((one) => one !== newest || one.activated !== null || agreement.state === "terminated")
        .map((one) => (
          <Section
            key={one.version}
            title={`Version ${one.version}${one.version === version ? ", the one that decisions look at" : ""}`}
          >
            <VersionPart version={one} isOpen={one.version === version} />
          </Section>
        ))}
    </div>
  );
}

function Acts({ agreement }: { agreement: Agreement }) {
  const { tenant } = useParams<{ tenant: string }>();
  const router = useRouter();
  const whyNot = useWhyNot("agreement:draft");
  const { state, agreement_id: id } = agreement;
  if (state === "terminated") return null;
  return (
    <>
      <Button because={whyNot} onClick={() => router.push(paths.amendAgreement(tenant, id))}>
        {state === "draft" ? "Write it anew" : "Amend"}
      </Button>
      {state === "active" && <EndAgreement id={id} title={agreement.title} act="suspend" />}
      {state === "suspended" && <EndAgreement id={id} title={agreement.title} act="resume" />}
      <EndAgreement id={id} title={agreement.title} act="terminate" />
    </>
  );
}

function VersionPart({ version, isOpen }: { version: AgreementVersion; isOpen: boolean }) {
  const { document, signed, countersigned, activated } = version;
  return (
    <div className="space-y-4">
      <Record label={`Signatures of version ${version.version}`}>
        <Entry name="Document">
          <Digest digest={version.digest} label="digest of the document" />
        </Entry>
        <Act name="Drafted" act={version.drafted} />
        <Act name="Signed" act={signed} by={document.parties.signatory.name} />
        <Entry name="Countersigned">
          {countersigned === null ? (
            "not yet"
          ) : (
            <>
              <Time at={countersigned.at} /> by the Hall's key{" "}
              <span className="font-mono text-12">{countersigned.key_id}</span>, receipt{" "}
              <ReceiptId id={countersigned.receipt_id} />
            </>
          )}
        </Entry>
        <Act name="Activated" act={activated} />
      </Record>
      <details open={isOpen}>
        <summary className="cursor-pointer text-13 text-accent">What is agreed</summary>
        <div className="mt-3 space-y-4">
          <Record label={`Terms of version ${version.version}`}>
            <Entry name="Signatory">
              <ForeignText text={document.parties.signatory.name} />
              {document.parties.signatory.address !== "" && (
                <>
                  , <ForeignText text={document.parties.signatory.address} />
                </>
              )}
            </Entry>
            <Entry name="Hall">
              <span className="font-mono text-12">{document.parties.hall}</span>
            </Entry>
            {termStatements(document).map(([name, said]) => (
              <Entry key={name} name={name}>
                <ForeignText text={said} max={512} />
              </Entry>
            ))}
          </Record>
          <ol
            className="list-decimal space-y-2 pl-6 text-13"
            aria-label={`Clauses of version ${version.version}`}
          >
            {document.clauses.map((clause) => (
              <li key={clause}>
                <ForeignText text={clause} max={2048} />
              </li>
            ))}
          </ol>
        </div>
      </details>
    </div>
  );
}

function Act({ name, act, by }: { name: string; act: AgreementVersion["signed"]; by?: string }) {
  return (
    <Entry name={name}>
      {act === null ? (
        "not yet"
      ) : (
        <>
          <Time at={act.at} /> by <ActorName actor={act.by} />
          {by && (
            <>
              {" "}
              for <ForeignText text={by} />
            </>
          )}
          , receipt <ReceiptId id={act.receipt_id} />
        </>
      )}
    </Entry>
  );
}
