import type { Metadata } from "next";
import { AlertsView } from "../../../components/alerts/alerts-view.tsx";
import { readSettings } from "../../../env.ts";

export const metadata: Metadata = { title: "Alerts" };

export default function AlertsPage() {
  return <AlertsView hallUrl={readSettings().hallUrl} />;
}
