import type { Metadata } from "next";
import { NewAgreementView } from "../../../../components/agreements/new-agreement-view.tsx";

export const metadata: Metadata = { title: "Draft an agreement" };

export default function NewAgreementPage() {
  return <NewAgreementView />;
}
