import type { ReactNode } from "react";

/** A part of a page under its heading. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="px-4 pt-6 mid:px-6">
      <h2 className="mb-2 text-16">{title}</h2>
      {children}
    </section>
  );
}
