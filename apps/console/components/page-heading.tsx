import type { ReactNode } from "react";

/** The top of a page: its name, what it is in a line, and what can be done here. */
export function PageHeading({
  title,
  children,
  actions,
}: {
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 px-4 pt-4 pb-3 mid:px-6">
      <div className="min-w-0">
        <h1 className="text-20 [overflow-wrap:anywhere]">{title}</h1>
        {children && <div className="mt-0.5 max-w-[720px] text-13 text-quiet">{children}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  );
}
