"use client";

import { useState } from "react";
import { revealHidden } from "./code-points.ts";
import { count } from "./count.ts";

/**
 * Text that a stranger wrote. Shown as text, in a direction of its own, with hidden characters marked; what
 * is long is cut until somebody asks for it.
 */
export function ForeignText({
  text,
  max = 256,
  keepsLines = false,
}: {
  text: string;
  max?: number;
  keepsLines?: boolean;
}) {
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && text.length > max;
  // A cut between the halves of a character leaves one half, which is then shown as what it is.
  const shown = isCut ? text.slice(0, max) : text;
  return (
    <>
      <bdi>
        {revealHidden(shown, keepsLines).map((run, index) =>
          run.hidden ? (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: the runs of one text have no other identity than their place
              key={index}
              title={run.hidden.name ?? "a character that shows nothing"}
              className="mx-px rounded bg-hold-wash px-0.5 font-mono text-[0.85em] text-ink ring-1 ring-hold/60 ring-inset"
            >
              {run.hidden.codePoint}
            </span>
          ) : (
            run.text
          ),
        )}
        {isCut && "…"}
      </bdi>
      {isCut && (
        <button type="button" className="ml-1 text-12 text-accent underline" onClick={() => setWhole(true)}>
          Show all {count(text.length)} characters
        </button>
      )}
    </>
  );
}
