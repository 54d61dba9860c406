import type { Metadata } from "next";
import { AgreementView } from "../../../../components/agreements/agreement-view.tsx";

export const metadata: Metadata = { title: "Agreement" };

type Props = { params: Promise<{ id: string }> };

export default async function AgreementPage({ params }: Props) {
  const id = decodeURIComponent((await params).id);
  return <AgreementView key={id} id={id} />;
}
