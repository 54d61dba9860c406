import type { Metadata } from "next";
import type { ReactNode } from "react";
import { DecisionsView } from "../../../components/decisions-view.tsx";
import { readSettings } from "../../../env.ts";

export const metadata: Metadata = { title: "Decisions" };

/** The list stays while decisions are opened beside it. */
export default function DecisionsLayout({ children }: { children: ReactNode }) {
  return <DecisionsView hallUrl={readSettings().hallUrl}>{children}</DecisionsView>;
}
