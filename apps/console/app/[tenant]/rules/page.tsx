import type { Metadata } from "next";
import { RulesInForceView } from "../../../components/rules/rules-in-force-view.tsx";

export const metadata: Metadata = { title: "Rules in force" };

export default function RulesInForceViewPage() {
  return <RulesInForceView />;
}
