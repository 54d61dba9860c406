"use client";

import Link from "next/link";
import { type ReactNode, useState } from "react";
import type { Me } from "../lib/hall-types.ts";
import type { SessionClaims } from "../lib/identity.ts";
import { paths } from "../lib/paths.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { Navigation } from "./navigation.tsx";
import { TopBar } from "./top-bar.tsx";
import { useMe } from "./use-me.ts";

/** Until then the Hall refuses everything else, so every page says so. */
function AddFactorFirst({ tenant }: { tenant: string }) {
  return (
    <div className="px-4 pt-4 mid:px-6">
      <Notice tone="hold" title="A second factor is wanted">
        <p>
          This Hall asks everybody for one, and you have none.{" "}
          <Link href={paths.security(tenant)} className="text-accent underline">
            Set one up
          </Link>
          ; until then nothing else is open to you.
        </p>
      </Notice>
    </div>
  );
}

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
          {me?.must_add_factor && <AddFactorFirst tenant={me.tenant.slug} />}
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
