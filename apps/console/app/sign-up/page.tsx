import type { Metadata } from "next";
import { AskToSignUp } from "../../components/sign-in/ask-for-link.tsx";
import { FoundForm } from "../../components/sign-in/found-form.tsx";
import { FrontDoor } from "../../components/sign-in/sheet.tsx";

export const metadata: Metadata = { title: "Sign up" };

type Search = Promise<{ [name: string]: string | string[] | undefined }>;

export default async function SignUpPage({ searchParams }: { searchParams: Search }) {
  const { token } = await searchParams;
  return (
    <FrontDoor>
      {typeof token === "string" ? <FoundForm token={token} kind="sign_up" /> : <AskToSignUp />}
    </FrontDoor>
  );
}
