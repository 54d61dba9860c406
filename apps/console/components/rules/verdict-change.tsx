"use client";

import Link from "next/link";
import { useParams } from "next/navigation";
import type { ReactNode } from "react";
import { paths } from "../../lib/paths.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark, type MarkName } from "../../ui/mark.tsx";

/** What was answered, by any Hall: an outcome of a later one is shown by its own name. */
export interface ShownVerdict {
  outcome: string;
  code: string | null;
  rule: string | null;
  worker: string | null;
}

const OUTCOMES: { [outcome: string]: { mark: MarkName; word: string } } = {
  ALLOW: { mark: "allow", word: "allowed" },
  DENY: { mark: "deny", word: "denied" },
  HOLD: { mark: "hold", word: "held" },
};

/** A decision that would have been another: the two answers, one above the other, and the decision to look at. */
export function ChangeRow({
  change: { decision_id, before, after },
  title,
  beside,
  children,
}: {
  change: { decision_id: string; before: ShownVerdict; after: ShownVerdict };
  title: string;
  /** What stands at the end of its first line. */
  beside: ReactNode;
  children?: ReactNode;
}) {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <li className="border-b border-line py-2 text-13 hover:bg-wash has-[a:focus-visible]:bg-wash">
      <p className="flex items-baseline justify-between gap-3">
        <Link
          data-row
          prefetch={false}
          href={paths.decision(tenant, decision_id)}
          className="min-w-0 truncate font-mono text-12 text-accent hover:underline"
        >
          <ForeignText text={title} />
        </Link>
        <span className="shrink-0 text-12 text-quiet">{beside}</span>
      </p>
      <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
        <dt className="text-quiet">was</dt>
        <dd>
          <VerdictWords verdict={before} />
        </dd>
        <dt className="text-quiet">would be</dt>
        <dd>
          <VerdictWords verdict={after} />
        </dd>
      </dl>
      {children}
    </li>
  );
}

function VerdictWords({ verdict: { outcome, code, rule, worker } }: { verdict: ShownVerdict }) {
  const { mark, word } = OUTCOMES[outcome] ?? { mark: "stale" as const, word: outcome };
  const details = [code, worker && `to ${worker}`, rule && `by ${rule}`].filter(Boolean).join(" ");
  return (
    <span className="inline-flex max-w-full items-baseline gap-2">
      <Mark name={mark} size={10} />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {word}{" "}
        <span className="font-mono text-12">
          <ForeignText text={details} />
        </span>
      </span>
    </span>
  );
}
