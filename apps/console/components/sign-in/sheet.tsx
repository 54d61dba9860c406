import type { ReactNode } from "react";
import type { SignInWords } from "../../lib/sign-in.ts";
import { Mark } from "../../ui/mark.tsx";
import { HouseMark } from "../navigation.tsx";

/** A page before anybody is signed in: the name of the house, and one sheet. */
export function FrontDoor({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[480px] flex-col justify-center px-4 py-12">
      <p className="mb-6 flex items-center gap-2.5 text-16 font-semibold">
        <HouseMark />
        Guildhall
      </p>
      {children}
    </main>
  );
}

export function Sheet({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-labelledby="sheet-title" className="space-y-4 rounded border border-line bg-sheet p-6">
      <h1 id="sheet-title" className="text-20">
        {title}
      </h1>
      {children}
    </section>
  );
}

export function NotLetIn({ words: { sentence, remedy } }: { words: Omit<SignInWords, "canRetry"> }) {
  return (
    <div role="alert" className="flex gap-2.5 border-l-2 border-deny bg-deny-wash px-3 py-2.5 text-13">
      <span className="pt-1">
        <Mark name="deny" />
      </span>
      <p>
        {sentence} {remedy}
      </p>
    </div>
  );
}
