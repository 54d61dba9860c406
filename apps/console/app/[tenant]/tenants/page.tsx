import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { TenantsView } from "../../../components/platform/tenants-view.tsx";
import { PLATFORM } from "../../../lib/platform.ts";

export const metadata: Metadata = { title: "Tenants" };

type Props = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
};

export default async function TenantsPage({ params, searchParams }: Props) {
  if ((await params).tenant !== PLATFORM) notFound();
  const { after } = await searchParams;
  return <TenantsView after={typeof after === "string" ? after : ""} />;
}
