"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useParams } from "next/navigation";
import { variableRows } from "../../lib/expression-words.ts";
import { hallBundles } from "../../lib/hall-bundles.ts";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import type { PoliciesInForce, TestResult } from "../../lib/rule-types.ts";
import { count } from "../../ui/count.ts";
import { Mark } from "../../ui/mark.tsx";
import { Message } from "../../ui/message.tsx";
import { Section } from "../../ui/section.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { NewDraft } from "../rules/new-draft.tsx";
import { TestRows } from "../rules/panels/test-rows.tsx";
import { PolicyList } from "./policy-list.tsx";

/** The policies of the gate that are in force, with the tests that hold them to their word. */
export function PoliciesView() {
  const policies = useQuery({
    queryKey: ["policy.list"],
    queryFn: ({ signal }): Promise<PoliciesInForce> => hall.policy.list.query({}, { signal }),
  });
  return (
    <div className="pb-16">
      <PageHeading title="Policies" actions={<NewDraft>Draft a change</NewDraft>}>
        Every policy is asked about every request. DENY is stronger than REQUIRE_HUMAN, and that than ALLOW.
        They are part of the rule bundle and published with it.
      </PageHeading>
      <Answer of={policies} what="The policies could not be read" label="Reading the policies">
        {(inForce) => <InForce inForce={inForce} />}
      </Answer>
    </div>
  );
}

function InForce({ inForce }: { inForce: PoliciesInForce }) {
  const { policies, tests, variables } = inForce;
  if (policies.length === 0) return <NoPolicies inForce={inForce} />;
  return (
    <>
      <Section title={policies.length === 1 ? "1 policy" : `${count(policies.length)} policies`}>
        <PolicyList policies={policies} />
      </Section>
      <Section title="Tests">
        {tests.length === 0 ? (
          <p className="text-13 text-quiet">
            None. A bundle whose tests fail is not published: add one for what must not break.
          </p>
        ) : (
          <Tests inForce={inForce} />
        )}
      </Section>
      <Variables variables={variables} />
    </>
  );
}

/** Run again for this page, so that what is shown is what the Hall finds now. */
function Tests({ inForce: { policies, tests } }: { inForce: PoliciesInForce }) {
  const bundle = JSON.stringify({ rules: [], policies, policy_tests: tests });
  const run = useQuery({
    queryKey: ["policy.tests", bundle],
    queryFn: async ({ signal }): Promise<TestResult[]> =>
      (await hallBundles.rule.review.mutate({ bundle }, { signal })).results,
  });
  return (
    <Answer of={run} what="The tests could not be run" label="Running the tests">
      {(results) => {
        const failed = results.filter(({ passed }) => !passed).length;
        return (
          <>
            <p className="mb-2 flex items-baseline gap-2 text-13">
              <Mark name={failed === 0 ? "allow" : "deny"} />
              {failed === 0
                ? `${count(results.length)} of ${count(results.length)} pass, run just now.`
                : `${count(failed)} of ${count(results.length)} fail now.`}
            </p>
            <div className="max-w-[760px]">
              <TestRows results={results} />
            </div>
          </>
        );
      }}
    </Answer>
  );
}

function Variables({ variables }: Pick<PoliciesInForce, "variables">) {
  return (
    <Section title="What an expression sees">
      <details>
        <summary className="inline-flex h-8 items-center rounded border border-edge px-3 text-13 font-medium hover:bg-wash">
          {count(variableRows(variables).length)} values of a request
        </summary>
        <dl className="mt-3 max-w-[760px] border-t border-line text-13">
          {variableRows(variables).map(({ name, type, words }) => (
            <div
              key={name}
              className="grid gap-x-4 border-b border-line py-1.5 mid:grid-cols-[220px_100px_minmax(0,1fr)]"
            >
              <dt className="font-mono text-12 leading-5 [overflow-wrap:anywhere]">{name}</dt>
              <dd className="font-mono text-12 leading-5 text-quiet">{type}</dd>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
      </details>
    </Section>
  );
}

function NoPolicies({ inForce: { variables } }: { inForce: PoliciesInForce }) {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <>
      <Message title="No policies yet">
        <p>
          The rules decide alone. A policy is one expression and what it says where that is true: begin a
          draft, add a list <span className="font-mono">policies</span>, and the editor offers what it may
          name. See the{" "}
          <Link className="text-accent underline" href={paths.rules(tenant)}>
            rules in force
          </Link>
          .
        </p>
        <NewDraft>Begin a draft</NewDraft>
      </Message>
      <Variables variables={variables} />
    </>
  );
}
