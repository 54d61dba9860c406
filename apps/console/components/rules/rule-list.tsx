"use client";

import { useMemo, useState } from "react";
import { rulesOf, type ShownRule } from "../../lib/bundle-rules.ts";
import { readablePart } from "../../lib/readable-bundle.ts";
import type { Finding } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { count } from "../../ui/count.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark } from "../../ui/mark.tsx";
import { useReadings, withoutName } from "./use-readings.ts";

/** So many rows are drawn at a time: bundles of ten thousand rules are common enough. */
const PAGE = 50;

/** The rules of a bundle in their order, each in plain words, its text on demand. */
export function RuleList({
  bundle,
  digest,
  findings,
}: {
  bundle: string;
  digest: string;
  findings: readonly Finding[];
}) {
  const rules = useMemo(() => rulesOf(bundle) ?? [], [bundle]);
  const [find, setFind] = useState("");
  const [pages, setPages] = useState(1);
  const found = useMemo(() => rules.filter(({ rule }) => says(rule, find)), [rules, find]);
  const shown = found.slice(0, pages * PAGE);
  if (rules.length === 0)
    return (
      <p className="text-13 text-quiet">
        None: every request is denied with <span className="font-mono">DENY_NO_MATCHING_RULE</span>. Draft a
        change and add the first one.
      </p>
    );
  return (
    <>
      <label className="mb-3 block max-w-80">
        <span className="sr-only">Find among the rules</span>
        <input
          data-find
          type="search"
          value={find}
          onChange={(event) => {
            setFind(event.target.value);
            setPages(1);
          }}
          placeholder="Find by id, capability, worker"
          aria-keyshortcuts="/"
          autoComplete="off"
          spellCheck={false}
          className="h-8 w-full rounded border border-edge bg-sheet px-2.5 text-13 placeholder:text-quiet"
        />
      </label>
      <ol aria-label="Rules, in the order in which they are asked" className="border-t border-line">
        {pagesOf(shown).map((page) => (
          <RulePage key={`${digest} ${page[0]?.place}`} rules={page} findings={findings} />
        ))}
      </ol>
      <p role="status" className="mt-3 text-13 text-quiet">
        {found.length === 0
          ? "No rule has these words."
          : shown.length < found.length
            ? `${count(shown.length)} of ${count(found.length)} rules are shown.`
            : find === ""
              ? ""
              : `${count(found.length)} of ${count(rules.length)} rules.`}
      </p>
      {shown.length < found.length && (
        <Button className="mt-2" onClick={() => setPages(pages + 1)}>
          Show {count(Math.min(PAGE, found.length - shown.length))} more
        </Button>
      )}
    </>
  );
}

function pagesOf(rules: readonly ShownRule[]): ShownRule[][] {
  const pages: ShownRule[][] = [];
  for (let at = 0; at < rules.length; at += PAGE) pages.push(rules.slice(at, at + PAGE));
  return pages;
}

function RulePage({ rules, findings }: { rules: readonly ShownRule[]; findings: readonly Finding[] }) {
  const readings = useReadings(rules.map(({ rule }) => rule));
  return rules.map((rule, index) => (
    <RuleRow
      key={rule.place}
      rule={rule}
      reading={readings?.[index] ?? null}
      findings={findings.filter(({ rule_id }) => rule_id === rule.id)}
    />
  ));
}

function RuleRow({
  rule: { place, id, rule },
  reading,
  findings,
}: {
  rule: ShownRule;
  reading: string | null;
  findings: readonly Finding[];
}) {
  const [isOpen, setOpen] = useState(false);
  const worst = findings[0]?.severity;
  return (
    <li className="border-b border-line">
      <details className="group" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary
          data-row
          className="grid min-h-9 list-none grid-cols-[12px_auto_minmax(0,1fr)_16px] items-baseline gap-x-2 py-2 text-13 hover:bg-wash wide:grid-cols-[12px_36px_minmax(160px,260px)_minmax(0,1fr)_16px] wide:gap-x-3"
        >
          <span aria-hidden className="text-12 text-quiet group-open:rotate-90">
            ▸
          </span>
          <span className="min-w-4 text-right font-mono text-12 text-quiet tabular-nums">{place}</span>
          <span className="font-mono text-12 font-medium [overflow-wrap:anywhere]">
            <ForeignText text={id} />
          </span>
          <span className="col-start-3 row-start-2 text-quiet [overflow-wrap:anywhere] wide:col-auto wide:row-auto">
            {reading === null ? "…" : <ForeignText text={withoutName(reading, id)} max={600} />}
          </span>
          <span className="col-start-4 row-start-1 self-center wide:col-auto wide:row-auto">
            {worst === "error" && <Mark name="deny" />}
            {worst === "warning" && <Mark name="hold" />}
            {worst !== undefined && worst !== "note" && <span className="sr-only">{worst}</span>}
          </span>
        </summary>
        {isOpen && (
          <div className="space-y-2 pb-3 wide:pl-[72px]">
            {findings.map(({ sentence }) => (
              <p key={sentence} className="text-13">
                <ForeignText text={sentence} max={1024} />
              </p>
            ))}
            <CodeBlock label={`rule ${id}`} text={readablePart("rules", rule)} />
          </div>
        )}
      </details>
    </li>
  );
}

function says(rule: unknown, find: string): boolean {
  if (find.trim() === "") return true;
  const text = JSON.stringify(rule).toLowerCase();
  return find
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
