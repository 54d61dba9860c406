import type { Metadata } from "next";
import { SecurityView } from "../../../components/account/security-view.tsx";

export const metadata: Metadata = { title: "Your security" };

export default function SecurityPage() {
  return <SecurityView />;
}
