import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { JoinForm } from "../../components/sign-in/join-form.tsx";
import { FrontDoor } from "../../components/sign-in/sheet.tsx";
import { paths } from "../../lib/paths.ts";

export const metadata: Metadata = { title: "Join a tenant" };

type Search = Promise<{ [name: string]: string | string[] | undefined }>;

export default async function JoinPage({ searchParams }: { searchParams: Search }) {
  const { token } = await searchParams;
  if (typeof token !== "string") redirect(paths.signIn());
  return (
    <FrontDoor>
      <JoinForm token={token} />
    </FrontDoor>
  );
}
