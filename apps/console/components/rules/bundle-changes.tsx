"use client";

import { lazy, Suspense, useMemo } from "react";
import { bundleDifference, isSame, type PartDifference } from "../../lib/bundle-difference.ts";
import { readableBundle } from "../../lib/readable-bundle.ts";
import { count } from "../../ui/count.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";

/** Fetched when two texts are held against each other. */
const TextDifference = lazy(() => import("./editor/text-difference.tsx"));

/** Two bundles held against each other: by the names of their parts, then as text. @param before null where there was none */
export function BundleChanges({
  before,
  after,
  what,
  onGo,
}: {
  before: string | null;
  after: string;
  /** `From the rules in force to the draft`. */
  what: string;
  onGo?: (id: string) => void;
}) {
  const difference = useMemo(() => bundleDifference(before, after), [before, after]);
  const texts = useMemo(
    () => difference && { before: readable(before ?? "{}"), after: readable(after) },
    [difference, before, after],
  );
  if (difference === null || texts === null)
    return <p className="text-13 text-quiet">It is no JSON yet, so there is nothing to compare.</p>;
  if (isSame(difference)) return <p className="text-13">They say the same.</p>;
  return (
    <div className="space-y-4">
      <Part title="Rules" part={difference.rules} {...(onGo && { onGo })} />
      <Part title="Policies" part={difference.policies} {...(onGo && { onGo })} />
      <Part title="Tests" part={difference.tests} />
      <section aria-label={what}>
        <h3 className="mb-2 text-13">{what}</h3>
        <Suspense fallback={<p className="text-13 text-quiet">Comparing…</p>}>
          <TextDifference before={texts.before} after={texts.after} label={what} />
        </Suspense>
      </section>
    </div>
  );
}

function Part({ title, part, onGo }: { title: string; part: PartDifference; onGo?: (id: string) => void }) {
  const groups = [
    { word: "added", ids: part.added, isThere: true },
    { word: "removed", ids: part.removed, isThere: false },
    { word: "changed", ids: part.changed, isThere: true },
  ].filter(({ ids }) => ids.length > 0);
  if (groups.length === 0 && !part.isReordered) return null;
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-13">{title}</h3>
      <dl className="text-13">
        {groups.map(({ word, ids, isThere }) => (
          <div key={word} className="grid grid-cols-[96px_minmax(0,1fr)] gap-x-3 border-b border-line py-1">
            <dt className="text-quiet">
              {count(ids.length)} {word}
            </dt>
            <dd>
              <Names ids={ids} {...(onGo && isThere && { onGo })} />
            </dd>
          </div>
        ))}
      </dl>
      {part.isReordered && (
        <p className="mt-1 text-13">
          They stand in another order{title === "Rules" && ", and order decides"}.
        </p>
      )}
    </section>
  );
}

const NAMES_SHOWN = 20;

function Names({ ids, onGo }: { ids: readonly string[]; onGo?: (id: string) => void }) {
  return (
    <ul className="flex flex-wrap gap-x-4 font-mono text-12 leading-5 [overflow-wrap:anywhere]">
      {ids.slice(0, NAMES_SHOWN).map((id) => (
        <li key={id}>
          {onGo ? (
            <button type="button" className="text-left text-accent underline" onClick={() => onGo(id)}>
              {id}
            </button>
          ) : (
            <ForeignText text={id} />
          )}
        </li>
      ))}
      {ids.length > NAMES_SHOWN && (
        <li className="font-sans text-quiet">and {count(ids.length - NAMES_SHOWN)} more</li>
      )}
    </ul>
  );
}

function readable(bundle: string): string {
  return readableBundle(JSON.parse(bundle));
}
