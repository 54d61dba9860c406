import { redirect } from "next/navigation";
import { paths } from "../../lib/paths.ts";

export default async function TenantPage({ params }: { params: Promise<{ tenant: string }> }) {
  redirect(paths.start((await params).tenant));
}
