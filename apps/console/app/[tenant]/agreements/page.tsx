import type { Metadata } from "next";
import { AgreementsView } from "../../../components/agreements/agreements-view.tsx";

export const metadata: Metadata = { title: "Agreements" };

export default function AgreementsPage() {
  return <AgreementsView />;
}
