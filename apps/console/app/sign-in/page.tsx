import type { Metadata } from "next";
import { FrontDoor } from "../../components/sign-in/sheet.tsx";
import { SignInForm } from "../../components/sign-in/sign-in-form.tsx";
import { readSettings } from "../../env.ts";
import { readPending, readSession } from "../../lib/session.ts";

export const metadata: Metadata = { title: "Sign in" };

type Search = Promise<{ [name: string]: string | string[] | undefined }>;

export default async function SignInPage({ searchParams }: { searchParams: Search }) {
  const { token, because } = await searchParams;
  const session = because === "ended" ? null : await readSession();
  return (
    <FrontDoor>
      <SignInForm
        token={typeof token === "string" ? token : null}
        hallUrl={readSettings().hallUrl}
        hasEnded={because === "ended"}
        awaited={(await readPending())?.factors ?? null}
        signedInAs={session && { name: session.member.display_name, tenant: session.tenant }}
      />
    </FrontDoor>
  );
}
