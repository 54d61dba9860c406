// biome-ignore-all lint/a11y/noRedundantRoles: a table that is drawn as a grid loses its roles in Safari.
import type { ReactNode } from "react";

/**
 * A table whose rows are grids, so that on a phone a row becomes labelled lines. Roles are written out, because a
 * table that is drawn as a grid loses them in Safari. @param columns Tailwind's classes of the grid, from 700 px on
 */
export function Table({
  label,
  columns,
  titles,
  children,
}: {
  label: string;
  columns: string;
  titles: readonly string[];
  children: ReactNode;
}) {
  return (
    <table role="table" aria-label={label} className="block w-full border-t border-line">
      <thead role="rowgroup" className="hidden mid:block">
        <tr
          role="row"
          className={`grid h-8 items-center gap-x-4 border-b border-line px-4 text-left text-12 text-quiet mid:px-6 ${columns}`}
        >
          {titles.map((title) => (
            <th key={title} role="columnheader" scope="col" className="font-medium">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup" className="block">
        {children}
      </tbody>
    </table>
  );
}

export function Row({ columns, children }: { columns: string; children: ReactNode }) {
  return (
    <tr
      role="row"
      className={`grid min-h-9 items-center gap-x-4 border-b border-line px-4 py-2 text-13 hover:bg-wash has-[a:focus-visible]:bg-wash mid:px-6 mid:py-1.5 ${columns}`}
    >
      {children}
    </tr>
  );
}

/** @param title what the column is called: on a phone it stands before the value */
export function Cell({
  title,
  className = "",
  children,
}: {
  title?: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <td role="cell" className={`min-w-0 p-0 [overflow-wrap:anywhere] ${className}`}>
      {title && (
        <span aria-hidden className="mr-2 text-12 text-quiet mid:hidden">
          {title}
        </span>
      )}
      {children}
    </td>
  );
}
