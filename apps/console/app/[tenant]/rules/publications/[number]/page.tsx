import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { PublicationView } from "../../../../../components/rules/publication-view.tsx";
import { readSettings } from "../../../../../env.ts";

type Props = { params: Promise<{ tenant: string; number: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Publication No. ${Number((await params).number)}` };
}

export default async function PublicationPage({ params }: Props) {
  const number = Number((await params).number);
  if (!Number.isSafeInteger(number) || number < 1) notFound();
  return <PublicationView key={number} number={number} hallUrl={readSettings().hallUrl} />;
}
