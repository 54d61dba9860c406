"use client";

import Link from "next/link";
import { type FormEvent, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import { readRefusal } from "../../lib/refusal.ts";
import { refusalDetail } from "../../lib/refusal-detail.ts";
import { Button } from "../../ui/button.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { useIsLive } from "../../ui/use-is-live.ts";
import { NewPassword } from "../account/new-password.tsx";
import { NotLetIn, Sheet } from "./sheet.tsx";

/** Opening the link spends nothing; the button does. */
export function JoinForm({ token }: { token: string }) {
  const isLive = useIsLive();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [joined, setJoined] = useState<{ tenant: { name: string }; email: string } | null>(null);

  async function join(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isBusy || name.trim() === "" || password === "") return;
    setBusy(true);
    setFailure(null);
    try {
      setJoined(await hall.invitation.accept.mutate({ token, display_name: name.trim(), password }));
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
  }

  if (joined)
    return (
      <Sheet title="You have joined">
        <p>
          <ForeignText text={joined.tenant.name} max={64} />, as <ForeignText text={joined.email} max={254} />
          . Sign in with your password.
        </p>
        <Link
          href={paths.signIn()}
          className="inline-flex h-8 items-center rounded bg-accent px-3 text-13 font-medium text-on-accent"
        >
          To the sign-in
        </Link>
      </Sheet>
    );
  const because = !isLive
    ? "The page is still loading"
    : isBusy
      ? "The Hall is being asked"
      : name.trim() === "" || password === ""
        ? "It wants a name and a password"
        : undefined;
  return (
    <Sheet title="Join a tenant">
      <p>
        You are invited. Where you have an account at this Hall already, show its password; where you have
        none, choose one.
      </p>
      <form onSubmit={join} className="space-y-4">
        <TextField
          id="name"
          label="Your name"
          hint="As the other members see it."
          value={name}
          maxLength={64}
          autoComplete="name"
          onChange={setName}
        />
        <NewPassword id="password" label="Password" password={password} onChange={setPassword} />
        {failure !== null && <NotLetIn words={refusalWords(failure)} />}
        <Button type="submit" look="primary" className="w-full" because={because}>
          Join
        </Button>
      </form>
    </Sheet>
  );
}

/** What the Hall said, and why where it says so. */
export function refusalWords(error: unknown): { sentence: string; remedy: string } {
  const { sentence, remedy } = readRefusal(error);
  const { reason } = refusalDetail(error);
  return { sentence, remedy: typeof reason === "string" ? `${reason.replace(/\.$/, "")}.` : remedy };
}
