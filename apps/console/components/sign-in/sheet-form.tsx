"use client";

import Link from "next/link";
import { type FormEvent, type ReactNode, useState } from "react";
import { paths } from "../../lib/paths.ts";
import { Button } from "../../ui/button.tsx";
import { useIsLive } from "../../ui/use-is-live.ts";
import { refusalWords } from "./join-form.tsx";
import { NotLetIn, Sheet } from "./sheet.tsx";

/** A sheet that asks the Hall for one thing, says what it refused, and in the end what comes of it. */
export function SheetForm({
  title,
  lead,
  submit,
  missing,
  send,
  done,
  children,
}: {
  title: string;
  lead?: ReactNode;
  submit: string;
  /** What has to be filled in first, as a sentence; null where nothing is missing. */
  missing: string | null;
  send: () => Promise<unknown>;
  /** Shown in the form's place once the Hall has said yes. */
  done: ReactNode;
  children: ReactNode;
}) {
  const isLive = useIsLive();
  const [state, setState] = useState<"ready" | "busy" | "done">("ready");
  const [failure, setFailure] = useState<unknown>(null);

  async function submitted(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (state === "busy" || missing !== null) return;
    setState("busy");
    setFailure(null);
    try {
      await send();
      setState("done");
    } catch (error) {
      setFailure(error);
      setState("ready");
    }
  }

  if (state === "done") return done;
  const because = !isLive
    ? "The page is still loading"
    : state === "busy"
      ? "The Hall is being asked"
      : (missing ?? undefined);
  return (
    <Sheet title={title}>
      {lead}
      <form onSubmit={submitted} className="space-y-4">
        {children}
        {failure !== null && <NotLetIn words={refusalWords(failure)} />}
        <Button type="submit" look="primary" className="w-full" because={because}>
          {submit}
        </Button>
      </form>
      <p className="text-13">
        <Link href={paths.signIn()} className="text-accent underline">
          Back to the sign-in
        </Link>
      </p>
    </Sheet>
  );
}
