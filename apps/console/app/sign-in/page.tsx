import type { Metadata } from "next";
import { HouseMark } from "../../components/navigation.tsx";
import { SignInForm } from "../../components/sign-in-form.tsx";
import { readSettings } from "../../env.ts";
import { readSession } from "../../lib/session.ts";

export const metadata: Metadata = { title: "Sign in" };

type Search = Promise<{ [name: string]: string | string[] | undefined }>;

export default async function SignInPage({ searchParams }: { searchParams: Search }) {
  const { token, because } = await searchParams;
  const session = because === "ended" ? null : await readSession();
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[480px] flex-col justify-center px-4 py-12">
      <p className="mb-6 flex items-center gap-2.5 text-16 font-semibold">
        <HouseMark />
        Guildhall
      </p>
      <SignInForm
        token={typeof token === "string" ? token : null}
        hallUrl={readSettings().hallUrl}
        hasEnded={because === "ended"}
        signedInAs={session && { name: session.member.display_name, tenant: session.tenant }}
      />
    </main>
  );
}
