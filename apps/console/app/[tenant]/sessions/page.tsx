import type { Metadata } from "next";
import { SessionsView } from "../../../components/account/sessions-view.tsx";

export const metadata: Metadata = { title: "Your sessions" };

export default function SessionsPage() {
  return <SessionsView />;
}
