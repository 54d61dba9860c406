"use client";

import type { BundlePlace } from "../../../lib/bundle-place.ts";
import { fieldsOf, textOf } from "../../../lib/json-fields.ts";
import type { Finding, TestResult } from "../../../lib/rule-types.ts";
import { ForeignText } from "../../../ui/foreign-text.tsx";
import { FindingList } from "../finding-list.tsx";
import { useReadings, withoutName } from "../use-readings.ts";
import type { PanelProps } from "./panel-props.ts";
import { TestRows } from "./test-rows.tsx";

const KIND = { rules: "Rule", policies: "Policy", policy_tests: "Test" } as const;

/** What is under the cursor, read aloud. */
export function ReadingPanel({ place, review: { review } }: PanelProps) {
  if (place === null)
    return (
      <p className="p-4 text-13 text-quiet">
        Put the cursor into a rule, a policy or a test, and it is read to you here. <Keys />
      </p>
    );
  const findings = review?.findings.filter(({ rule_id }) => rule_id !== null && rule_id === place.id) ?? [];
  return (
    <div className="space-y-4 p-4">
      <div aria-live="polite">
        <h2 className="text-13 text-quiet">
          {KIND[place.list]} {place.index + 1}
        </h2>
        <p className="font-mono text-14 font-medium [overflow-wrap:anywhere]">
          {place.id === null ? "without a name" : <ForeignText text={place.id} />}
        </p>
        <Reading place={place} results={review?.results ?? []} />
      </div>
      {findings.length > 0 && <Findings findings={findings} />}
      <p className="text-12 text-quiet">
        <Keys />
      </p>
    </div>
  );
}

function Reading({ place, results }: { place: BundlePlace; results: readonly TestResult[] }) {
  if (place.item === null)
    return <p className="mt-2 text-13 text-quiet">It is no JSON yet, so it cannot be read.</p>;
  switch (place.list) {
    case "rules":
      // Another rule begins anew; the same one keeps its reading until the next has come.
      return <RuleReading key={place.index} id={place.id} rule={place.item} />;
    case "policies":
      return <PolicyReading policy={place.item} />;
    case "policy_tests":
      return (
        <div className="mt-2">
          <TestRows results={results.filter(({ name }) => name === place.id)} />
        </div>
      );
  }
}

function RuleReading({ id, rule }: { id: string | null; rule: unknown }) {
  const readings = useReadings([rule]);
  const reading = readings?.[0];
  return (
    <p className="mt-2 text-14 [overflow-wrap:anywhere]">
      {reading ? (
        <ForeignText text={withoutName(reading, id ?? "")} max={4096} />
      ) : (
        <span className="text-13 text-quiet">
          {readings === null ? "Reading…" : "It cannot be read until its problems are mended."}
        </span>
      )}
    </p>
  );
}

function PolicyReading({ policy }: { policy: unknown }) {
  const { effect, when, reason, supervisor_level, quorum } = fieldsOf(policy);
  const said = {
    ALLOW: "Says that the gate may open",
    DENY: "Denies the request",
    REQUIRE_HUMAN: `Asks for ${typeof quorum === "number" && quorum > 1 ? `${quorum} people` : "a human"}${typeof supervisor_level === "string" ? ` (${supervisor_level})` : ""}`,
  }[textOf(effect) ?? ""];
  return (
    <>
      <p className="mt-2 text-14">{said ?? "Says nothing yet"}, where this is true:</p>
      <p className="mt-1 font-mono text-12 whitespace-pre-wrap [overflow-wrap:anywhere]">
        <ForeignText text={textOf(when) ?? "…"} max={4096} keepsLines />
      </p>
      {textOf(reason) !== null && (
        <p className="mt-2 text-13 text-quiet">
          Its reason, in the receipt: <ForeignText text={textOf(reason) ?? ""} max={1024} />
        </p>
      )}
    </>
  );
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  return (
    <section aria-label="Findings about it">
      <h3 className="mb-2 text-13">What the Hall finds</h3>
      <FindingList findings={findings} />
    </section>
  );
}

function Keys() {
  return (
    <>
      <kbd className="font-mono">Ctrl Space</kbd> offers what may stand at the cursor,{" "}
      <kbd className="font-mono">F8</kbd> leads to the next problem, <kbd className="font-mono">Ctrl S</kbd>{" "}
      saves.
    </>
  );
}
