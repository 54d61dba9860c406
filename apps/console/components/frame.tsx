"use client";

import { type ReactNode, useState } from "react";
import type { Me } from "../lib/hall-types.ts";
import type { SessionClaims } from "../lib/identity.ts";
import { Dialog } from "../ui/dialog.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { Navigation } from "./navigation.tsx";
import { TopBar } from "./top-bar.tsx";
import { useMe } from "./use-me.ts";

/** What stands around every page of a tenant. `claims` name who is signed in where the Hall is away. */
export function Frame({
  claims,
  initialMe,
  children,
}: {
  claims: Pick<SessionClaims, "member" | "tenant">;
  initialMe: Me | null;
  children: ReactNode;
}) {
  const { me, refusal } = useMe(initialMe);
  const [isNavigationOpen, setNavigationOpen] = useState(false);
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  return (
    <div className="min-h-dvh mid:grid mid:grid-cols-[216px_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only z-10 rounded bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        To the content
      </a>
      <aside className="sticky top-0 hidden h-dvh border-r border-line mid:block">
        <Navigation />
      </aside>
      <div className="min-w-0">
        <TopBar
          member={me?.member ?? claims.member}
          tenant={me?.tenant ?? claims.tenant}
          hall={me?.hall ?? null}
          refusal={refusal}
          onOpenNavigation={() => setNavigationOpen(true)}
          onOpenPalette={() => setPaletteOpen(true)}
        />
        <main id="content" tabIndex={-1} className="outline-none">
          {children}
        </main>
      </div>
      <Dialog
        label="Navigation"
        isOpen={isNavigationOpen}
        onClose={() => setNavigationOpen(false)}
        className="m-0 h-dvh max-h-none w-[264px] border-y-0 border-l-0"
      >
        <Navigation onFollow={() => setNavigationOpen(false)} />
      </Dialog>
      <CommandPalette isOpen={isPaletteOpen} setOpen={setPaletteOpen} />
    </div>
  );
}
