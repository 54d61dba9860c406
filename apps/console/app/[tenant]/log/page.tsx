import type { Metadata } from "next";
import { LogView } from "../../../components/log/log-view.tsx";
import { readSettings } from "../../../env.ts";

export const metadata: Metadata = { title: "Log" };

export default function LogPage() {
  return <LogView hallUrl={readSettings().hallUrl} />;
}
