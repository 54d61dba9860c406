"use client";

import Link from "next/link";
import { useParams } from "next/navigation";
import type { HallState } from "../../lib/hall-types.ts";
import { paths } from "../../lib/paths.ts";
import { count } from "../../ui/count.ts";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { SkeletonLines } from "../../ui/skeleton-lines.tsx";
import { Time } from "../../ui/time.tsx";
import { Fingerprint } from "../key-pin.tsx";
import { PageHeading } from "../page-heading.tsx";
import { RefusalNotice } from "../refusal-notice.tsx";
import { useMe } from "../use-me.ts";
import { SignedHead } from "./signed-head.tsx";
import { VerifyOutside } from "./verify-outside.tsx";
import { Witnesses } from "./witnesses.tsx";

/** The log that holds every receipt: how far it is sealed, its signed head, and how to check both without us. */
export function LogView({ hallUrl }: { hallUrl: string }) {
  const { me, refusal } = useMe();
  return (
    <div className="max-w-[880px] pb-16">
      <PageHeading title="Log">
        Every receipt is a leaf of one log. The Hall signs the log's head; a receipt is checked against that
        signature, in your browser or anywhere else.
      </PageHeading>
      {me !== null ? (
        <>
          <LogState hall={me.hall} />
          <SignedHead />
          <Witnesses verifierKey={me.hall.verifier_key} />
          <VerifyOutside hallUrl={hallUrl} hall={me.hall} />
        </>
      ) : refusal ? (
        <RefusalNotice what="The log could not be read" refusal={refusal} />
      ) : (
        <SkeletonLines label="Reading the log" />
      )}
    </div>
  );
}

function LogState({ hall }: { hall: HallState }) {
  const { tenant } = useParams<{ tenant: string }>();
  const waiting = hall.tree_size - hall.sealed_size;
  return (
    <Section title="How far it is sealed">
      <Record label="Log">
        <Entry name="Origin">
          <span className="font-mono text-12">{hall.origin}</span>
        </Entry>
        <Entry name="Entries">
          <span className="tabular-nums">{count(hall.tree_size)}</span>
        </Entry>
        <Entry name="Sealed">
          <span className="tabular-nums">{count(hall.sealed_size)}</span>
          {waiting > 0 && `, ${count(waiting)} wait for their seal`}
        </Entry>
        <Entry name="Sealed at">
          {hall.sealed_at === null ? <span className="text-quiet">never</span> : <Time at={hall.sealed_at} />}
        </Entry>
        <Entry name="Signed with">
          <Fingerprint verifierKey={hall.verifier_key} />{" "}
          <Link className="text-accent underline" href={paths.keys(tenant)}>
            Keys
          </Link>
        </Entry>
      </Record>
    </Section>
  );
}
