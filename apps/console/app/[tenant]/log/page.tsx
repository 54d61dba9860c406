import type { Metadata } from "next";
import { LogView } from "../../../components/log-view.tsx";
import { readSettings } from "../../../env.ts";

export const metadata: Metadata = { title: "Log and key" };

export default function LogPage() {
  return <LogView hallUrl={readSettings().hallUrl} />;
}
