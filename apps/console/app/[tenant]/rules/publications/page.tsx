import type { Metadata } from "next";
import { PublicationsView } from "../../../../components/rules/publications-view.tsx";

export const metadata: Metadata = { title: "Publications" };

export default function PublicationsViewPage() {
  return <PublicationsView />;
}
