"use client";

import type { Env } from "@guildhall/protocol";
import { usePathname } from "next/navigation";
import { hallMark } from "../lib/hall-state.ts";
import type { HallState, Me } from "../lib/hall-types.ts";
import { paths } from "../lib/paths.ts";
import type { RefusalText } from "../lib/refusal.ts";
import { Mark } from "../ui/mark.tsx";
import { useNow } from "../ui/use-now.ts";
import { Person } from "./person.tsx";
import { useScope } from "./use-scope.ts";

export function TopBar({
  member,
  tenant,
  hall,
  refusal,
  onOpenNavigation,
  onOpenPalette,
}: {
  member: Me["member"];
  tenant: Me["tenant"];
  hall: HallState | null;
  /** Why the Hall did not say how it stands, the last time it was asked. */
  refusal: RefusalText | null;
  onOpenNavigation: () => void;
  onOpenPalette: () => void;
}) {
  const { query } = useScope();
  const line = query.env === "prod" ? "border-t-prod" : "border-t-transparent";
  return (
    <header
      className={`sticky top-0 z-3 flex min-h-12 flex-wrap items-center gap-x-4 border-t-2 border-b border-b-line bg-paper px-4 mid:h-12 mid:flex-nowrap mid:px-6 ${line}`}
    >
      <button
        type="button"
        aria-label="Open navigation"
        onClick={onOpenNavigation}
        className="-ml-2 grid size-9 place-items-center rounded hover:bg-wash mid:hidden"
      >
        <svg aria-hidden width="16" height="16" viewBox="0 0 16 16" stroke="currentColor" strokeWidth="1.5">
          <path d="M1 4h14M1 8h14M1 12h14" />
        </svg>
      </button>
      <p className="min-w-0 flex-1 truncate font-medium mid:flex-none" title={tenant.slug}>
        {tenant.name}
      </p>
      <EnvironmentScope />
      <div className="flex items-center gap-1 mid:ml-auto mid:gap-3">
        <button
          type="button"
          onClick={onOpenPalette}
          aria-keyshortcuts="Meta+K Control+K"
          className="hidden h-7 items-center gap-3 rounded border border-line px-2 text-13 text-quiet hover:bg-wash hover:text-ink mid:flex"
        >
          Go to
          <kbd className="font-mono text-12">⌘K</kbd>
        </button>
        <HallStateMark hall={hall} refusal={refusal} />
        <Person member={member} tenant={tenant} />
      </div>
    </header>
  );
}

/** The Hall's own word on how it stands. */
function HallStateMark({ hall, refusal }: { hall: HallState | null; refusal: RefusalText | null }) {
  const now = useNow();
  const { mark, words, detail } = hallMark(hall, refusal, now ?? 0);
  return (
    <p role="status" title={detail} className="flex items-center gap-2 px-1 text-13 whitespace-nowrap">
      <Mark name={mark} />
      {/* Before the browser knows the time there is no age to tell. */}
      <span className="text-quiet max-mid:sr-only">{now === null ? "…" : words}</span>
    </p>
  );
}

const SCOPES: (Env | undefined)[] = [undefined, "dev", "stage", "prod", "edge"];

/** Which environment the pages show; the address holds it. */
function EnvironmentScope() {
  const { tenant, query, narrow } = useScope();
  if (!usePathname().startsWith(paths.decisions(tenant))) return null;
  return (
    <fieldset className="order-last -ml-2 flex w-full items-center pb-1.5 mid:order-none mid:ml-0 mid:w-auto mid:pb-0">
      <legend className="sr-only">Environment</legend>
      {SCOPES.map((env) => (
        <button
          key={env ?? "all"}
          type="button"
          aria-pressed={query.env === env}
          onClick={() => narrow({ env })}
          className={`rounded px-2 py-1 text-13 text-quiet hover:bg-wash hover:text-ink aria-pressed:bg-wash aria-pressed:font-medium ${env === "prod" ? "aria-pressed:text-prod" : "aria-pressed:text-ink"}`}
        >
          {env ?? "all"}
        </button>
      ))}
    </fieldset>
  );
}
