"use client";

import type { Outcome } from "@guildhall/protocol";
import { useEffect, useState } from "react";
import { outcomeWord } from "./outcome-words.tsx";
import { useScope } from "./use-scope.ts";

const OUTCOMES: (Outcome | undefined)[] = [undefined, "ALLOW", "DENY", "HOLD"];
const SETTLE_MS = 200;

/** What the list shows, in one line of words that the address holds. */
export function DecisionsFilter() {
  const { query, narrow } = useScope();
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 pt-4 pb-3 mid:px-6">
      <h1 className="text-20">Decisions</h1>
      <fieldset className="flex items-center gap-1">
        <legend className="sr-only">Outcome</legend>
        {OUTCOMES.map((outcome) => (
          <button
            key={outcome ?? "all"}
            type="button"
            aria-pressed={query.outcome === outcome}
            onClick={() => narrow({ outcome })}
            className="rounded px-2 py-1 text-13 text-quiet hover:bg-wash hover:text-ink aria-pressed:bg-wash aria-pressed:font-medium aria-pressed:text-ink"
          >
            {outcome === undefined ? "All" : outcomeWord(outcome)}
          </button>
        ))}
      </fieldset>
      <Find />
    </div>
  );
}

function Find() {
  const { query, narrow } = useScope();
  const [text, setText] = useState(query.find ?? "");
  const settled = query.find ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: `narrow` is of this drawing; only the text counts
  useEffect(() => {
    if (text.trim() === settled) return;
    const timer = setTimeout(
      () => narrow({ find: text.trim() || undefined, before: query.before }),
      SETTLE_MS,
    );
    return () => clearTimeout(timer);
  }, [text]);
  // Somebody else changed the address: the palette, or the button that shows all.
  useEffect(() => setText((now) => (now.trim() === settled ? now : settled)), [settled]);
  return (
    <label className="relative min-w-40 flex-1 @min-[560px]:max-w-64">
      <span className="sr-only">Find in these rows</span>
      <input
        data-find
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder="Find in these rows"
        aria-keyshortcuts="/"
        autoComplete="off"
        spellCheck={false}
        className="peer h-8 w-full rounded border border-edge bg-sheet px-2.5 pr-8 text-13 placeholder:text-quiet"
      />
      <kbd
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 hidden -translate-y-1/2 font-mono text-12 text-quiet mid:peer-placeholder-shown:block peer-focus:hidden"
      >
        /
      </kbd>
    </label>
  );
}
