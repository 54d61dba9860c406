"use client";

import { ago } from "./ago.ts";
import { useNow } from "./use-now.ts";

/** When something happened: relative to the eye, exact UTC on hover, to screen readers and in the copy. */
export function Time({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={at} className="whitespace-nowrap">
      {/* Generated content is not copied; the text that is hidden from the eye is. */}
      <span
        aria-hidden
        data-ago={now === null ? "" : ago(at, now)}
        className="before:content-[attr(data-ago)]"
      />
      <span className="sr-only">{at}</span>
    </time>
  );
}
