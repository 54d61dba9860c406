import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { TenantView } from "../../../../components/platform/tenant-view.tsx";
import { PLATFORM } from "../../../../lib/platform.ts";

type Props = { params: Promise<{ tenant: string; slug: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Tenant ${decodeURIComponent((await params).slug).slice(0, 64)}` };
}

export default async function TenantPage({ params }: Props) {
  const { tenant, slug } = await params;
  if (tenant !== PLATFORM) notFound();
  return <TenantView key={slug} slug={decodeURIComponent(slug)} />;
}
