import type { Metadata } from "next";
import { RecoverForm } from "../../components/sign-in/recover-form.tsx";
import { FrontDoor } from "../../components/sign-in/sheet.tsx";

export const metadata: Metadata = { title: "Recover your account" };

type Search = Promise<{ [name: string]: string | string[] | undefined }>;

export default async function RecoverPage({ searchParams }: { searchParams: Search }) {
  const { token } = await searchParams;
  return (
    <FrontDoor>
      <RecoverForm token={typeof token === "string" ? token : null} />
    </FrontDoor>
  );
}
