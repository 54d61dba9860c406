import { redirect } from "next/navigation";
import { paths } from "../lib/paths.ts";
import { readSession } from "../lib/session.ts";

export default async function HomePage() {
  const session = await readSession();
  redirect(session ? paths.start(session.tenant.slug) : paths.signIn());
}
