import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { FoundForm } from "../../components/sign-in/found-form.tsx";
import { FrontDoor } from "../../components/sign-in/sheet.tsx";
import { paths } from "../../lib/paths.ts";

export const metadata: Metadata = { title: "The first start" };

type Search = Promise<{ [name: string]: string | string[] | undefined }>;

export default async function FirstRunPage({ searchParams }: { searchParams: Search }) {
  const { token } = await searchParams;
  if (typeof token !== "string") redirect(paths.signIn());
  return (
    <FrontDoor>
      <FoundForm token={token} kind="first_run" />
    </FrontDoor>
  );
}
