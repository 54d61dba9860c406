"use client";

import { CodeBlock } from "../../../ui/code-block.tsx";
import { count } from "../../../ui/count.ts";
import { Mark } from "../../../ui/mark.tsx";
import type { PanelProps } from "./panel-props.ts";
import { ReviewNeeded } from "./review-needed.tsx";
import { TestRows } from "./test-rows.tsx";

/** The bundle's own tests of its policies, run by the Hall with every review. */
export function TestsPanel({ review }: PanelProps) {
  return (
    <ReviewNeeded review={review}>
      {({ results, digest }) => {
        if (digest === null)
          return <p className="text-13 text-quiet">The tests run once the bundle has no problems.</p>;
        if (results.length === 0) return <NoTests />;
        const failed = results.filter(({ passed }) => !passed);
        return (
          <>
            <p role="status" className="flex items-baseline gap-2 text-13">
              <Mark name={failed.length === 0 ? "allow" : "deny"} />
              {failed.length === 0
                ? `${count(results.length)} of ${count(results.length)} pass.`
                : `${count(failed.length)} of ${count(results.length)} fail: the bundle cannot be published.`}
            </p>
            <TestRows results={[...failed, ...results.filter(({ passed }) => passed)]} />
          </>
        );
      }}
    </ReviewNeeded>
  );
}

const EXAMPLE = `"policy_tests": [
  {
    "name": "nothing restricted leaves at night",
    "given": { "request": { "data_label": "RESTRICTED" } },
    "expect": { "effect": "DENY" }
  }
]`;

function NoTests() {
  return (
    <>
      <p className="text-13">
        No tests yet. A test says what the policies have to say about a request; one that fails keeps the
        bundle from being published. What it does not give is as in an everyday request.
      </p>
      <CodeBlock label="a test of the policies" text={EXAMPLE} />
    </>
  );
}
