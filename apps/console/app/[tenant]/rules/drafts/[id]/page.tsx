import type { Metadata } from "next";
import { DraftView } from "../../../../../components/rules/draft-view.tsx";

export const metadata: Metadata = { title: "Draft" };

type Props = { params: Promise<{ id: string }> };

export default async function DraftPage({ params }: Props) {
  const { id } = await params;
  return <DraftView key={id} id={id} />;
}
