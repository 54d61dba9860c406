import type { Metadata } from "next";
import { AskToRecover } from "../../components/sign-in/ask-for-link.tsx";
import { RecoverForm } from "../../components/sign-in/recover-form.tsx";
import { FrontDoor } from "../../components/sign-in/sheet.tsx";

export const metadata: Metadata = { title: "Recover your account" };

type Search = Promise<{ [name: string]: string | string[] | undefined }>;

export default async function RecoverPage({ searchParams }: { searchParams: Search }) {
  const { token } = await searchParams;
  return (
    <FrontDoor>{typeof token === "string" ? <RecoverForm token={token} /> : <AskToRecover />}</FrontDoor>
  );
}
