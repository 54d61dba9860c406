import type { Metadata } from "next";
import { DraftsView } from "../../../../components/rules/drafts-view.tsx";

export const metadata: Metadata = { title: "Drafts" };

export default function DraftsViewPage() {
  return <DraftsView />;
}
