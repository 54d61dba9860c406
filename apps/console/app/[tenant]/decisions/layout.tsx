import type { Metadata } from "next";
import type { ReactNode } from "react";
import { DecisionsView } from "../../../components/decisions-view.tsx";
import { readSettings } from "../../../env.ts";
import { hallAs } from "../../../lib/hall-server.ts";
import { DECISIONS_PAGE } from "../../../lib/paths.ts";
import { readSession } from "../../../lib/session.ts";

export const metadata: Metadata = { title: "Decisions" };

/** A Hall that takes longer is waited for in the browser, which shows that it waits. */
const PATIENCE_MS = 400;

/** The list stays while decisions are opened beside it. */
export default async function DecisionsLayout({ children }: { children: ReactNode }) {
  const session = await readSession();
  // A layout knows no query: this is the list as nothing narrows it, which is what most visits begin with.
  // What fails here is asked again by the browser, which has words for it.
  const newest =
    session &&
    (await hallAs(session.session_token)
      .decision.list.query({ limit: DECISIONS_PAGE }, { signal: AbortSignal.timeout(PATIENCE_MS) })
      .catch(() => null));
  return (
    <DecisionsView hallUrl={readSettings().hallUrl} newest={newest}>
      {children}
    </DecisionsView>
  );
}
