import type { Metadata } from "next";
import { AmendAgreementView } from "../../../../../components/agreements/amend-agreement-view.tsx";

export const metadata: Metadata = { title: "Amend the agreement" };

type Props = { params: Promise<{ id: string }> };

export default async function AmendAgreementPage({ params }: Props) {
  const id = decodeURIComponent((await params).id);
  return <AmendAgreementView key={id} id={id} />;
}
