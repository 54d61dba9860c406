import type { ReactNode } from "react";

/** Where a value comes from: the caller said it, or the Hall looked. */
export type Provenance = "declared" | "measured";

const MEANING: Record<Provenance, string> = {
  declared: "Declared by the caller",
  measured: "Measured by the Hall",
};

/** Keys and values, with the source of each value as a small mark. */
export function Record({ label, children }: { label: string; children: ReactNode }) {
  return (
    <dl aria-label={label} className="border-t border-line">
      {children}
    </dl>
  );
}

export function Entry({ name, from, children }: { name: string; from?: Provenance; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-x-4 border-b border-line py-1.5 mid:grid-cols-[144px_minmax(0,1fr)]">
      <dt className="text-13 text-quiet">
        {name}
        {from && (
          <abbr title={MEANING[from]} className="ml-1.5 font-mono text-12 no-underline">
            {from === "declared" ? "d" : "m"}
          </abbr>
        )}
      </dt>
      <dd className="min-w-0 text-13 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}
