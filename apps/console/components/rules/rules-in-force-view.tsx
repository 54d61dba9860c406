"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useParams } from "next/navigation";
import { hallBundles } from "../../lib/hall-bundles.ts";
import { paths } from "../../lib/paths.ts";
import type { Finding, RulesInForce } from "../../lib/rule-types.ts";
import { count } from "../../ui/count.ts";
import { Notice } from "../../ui/notice.tsx";
import { Section } from "../../ui/section.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { useListKeys } from "../use-list-keys.ts";
import { FindingList } from "./finding-list.tsx";
import { NewDraft } from "./new-draft.tsx";
import { PublicationRecord } from "./publication-record.tsx";
import { RuleList } from "./rule-list.tsx";

/** The rules that every request is held to, in the order in which they are asked. */
export function RulesInForceView() {
  const inForce = useRulesInForce();
  useListKeys(() => undefined);
  return (
    <div className="pb-16">
      <PageHeading title="Rules in force" actions={<NewDraft look="primary">Draft a change</NewDraft>}>
        The first rule that matches a request answers it. No rule, no work.
      </PageHeading>
      <Answer of={inForce} what="The rules could not be read" label="Reading the rules">
        {(rules) => <InForce rules={rules} />}
      </Answer>
    </div>
  );
}

/** The rules themselves come after them. */
const FINDINGS_SHOWN = 4;

function findingsTitle(findings: readonly Finding[]): string {
  const counted = (severity: Finding["severity"], word: string) => {
    const found = findings.filter((finding) => finding.severity === severity).length;
    return found === 0 ? [] : [`${count(found)} ${word}${found === 1 ? "" : "s"}`];
  };
  const words = [...counted("error", "error"), ...counted("warning", "warning"), ...counted("note", "note")];
  return words.join(", ");
}

/** Shared by every page that holds something against what is in force. */
export function useRulesInForce() {
  return useQuery({
    queryKey: ["rule.inForce"],
    queryFn: ({ signal }): Promise<RulesInForce> => hallBundles.rule["in-force"].query({}, { signal }),
  });
}

function InForce({ rules }: { rules: RulesInForce }) {
  return (
    <>
      <div className="max-w-[760px] px-4 mid:px-6">
        <PublicationRecord rules={rules} />
      </div>
      {rules.shadow_run && <ShadowLine rules={rules} />}
      {rules.findings.length > 0 && (
        <Section title={findingsTitle(rules.findings)}>
          <FindingList findings={rules.findings} shownMax={FINDINGS_SHOWN} />
        </Section>
      )}
      <Section title={rules.rules === 1 ? "1 rule" : `${count(rules.rules)} rules`}>
        <RuleList bundle={rules.bundle} digest={rules.digest} findings={rules.findings} />
      </Section>
    </>
  );
}

function ShadowLine({ rules: { shadow_run } }: { rules: RulesInForce }) {
  const { tenant } = useParams<{ tenant: string }>();
  if (shadow_run === null) return null;
  return (
    <div className="px-4 pt-4 mid:px-6">
      <Notice tone="plain">
        <p>
          Another bundle is tried beside these since <Time at={shadow_run.started_at} />:{" "}
          {count(shadow_run.differences)} of {count(shadow_run.decisions)} decisions would have been others.{" "}
          <Link className="text-accent underline" href={paths.shadow(tenant)}>
            See which
          </Link>
        </p>
      </Notice>
    </div>
  );
}
