"use client";

import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";

export interface Tab<Name extends string> {
  name: Name;
  title: string;
  /** How many things wait there; shown where it is more than none. */
  count?: number;
  content: ReactNode;
  /** True where what was done in it should be there when somebody comes back. */
  keeps?: true;
}

/** What is more than this need not be counted in a title. */
const COUNT_MAX = 99;

/** Parts of which one is seen. ← → walk between them; what is not seen is not drawn, unless it keeps something. */
export function Tabs<Name extends string>({
  label,
  tabs,
  open,
  onOpen,
}: {
  label: string;
  tabs: readonly Tab<Name>[];
  open: Name;
  onOpen: (name: Name) => void;
}) {
  const id = useId();
  const bar = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState<ReadonlySet<Name>>(new Set([open]));
  if (!seen.has(open)) setSeen(new Set([...seen, open]));
  const shown = tabs.find(({ name }) => name === open) ?? tabs[0];
  if (shown === undefined) return null;

  function onKey(event: KeyboardEvent): void {
    const at = tabs.findIndex(({ name }) => name === open);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    onOpen(next.name);
    bar.current?.querySelector<HTMLElement>(`[data-tab="${next.name}"]`)?.focus();
  }

  return (
    <>
      <div
        ref={bar}
        role="tablist"
        aria-label={label}
        onKeyDown={onKey}
        className="flex flex-wrap gap-x-1 border-b border-line px-2"
      >
        {tabs.map(({ name, title, count = 0 }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            data-tab={name}
            aria-selected={name === shown.name}
            {...(name === shown.name && { "aria-controls": `${id}-${name}-panel` })}
            tabIndex={name === shown.name ? 0 : -1}
            onClick={() => onOpen(name)}
            className="-mb-px h-9 border-b-2 border-transparent px-2 text-13 text-quiet hover:text-ink aria-selected:border-accent aria-selected:font-medium aria-selected:text-ink"
          >
            {title}
            {count > 0 && (
              <span className="ml-1.5 font-mono text-12 tabular-nums">
                {count > COUNT_MAX ? `${COUNT_MAX}+` : count}
              </span>
            )}
          </button>
        ))}
      </div>
      {tabs
        .filter(({ name, keeps }) => name === shown.name || (keeps && seen.has(name)))
        .map(({ name, title, content }) => (
          <div
            key={name}
            id={`${id}-${name}-panel`}
            role="tabpanel"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel of plain text must be reachable by keyboard
            tabIndex={0}
            aria-labelledby={`${id}-${name}`}
            hidden={name !== shown.name}
          >
            <h2 className="sr-only">{title}</h2>
            {content}
          </div>
        ))}
    </>
  );
}
