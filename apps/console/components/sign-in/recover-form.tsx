"use client";

import Link from "next/link";
import { type FormEvent, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import { Button } from "../../ui/button.tsx";
import { Field, INPUT } from "../../ui/field.tsx";
import { useIsLive } from "../../ui/use-is-live.ts";
import { NewPassword } from "../account/new-password.tsx";
import { refusalWords } from "./join-form.tsx";
import { NotLetIn, Sheet } from "./sheet.tsx";

/** Without a link it asks for one; with one it sets another password. */
export function RecoverForm({ token }: { token: string | null }) {
  const isLive = useIsLive();
  const [text, setText] = useState("");
  const [state, setState] = useState<"ready" | "busy" | "done">("ready");
  const [failure, setFailure] = useState<unknown>(null);

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (state === "busy" || text === "") return;
    setState("busy");
    setFailure(null);
    try {
      if (token === null) await hall.recovery.request.mutate({ email: text });
      else await hall.recovery.complete.mutate({ token, password: text });
      setState("done");
    } catch (error) {
      setFailure(error);
      setState("ready");
    }
  }

  if (state === "done")
    return token === null ? (
      <Sheet title="If there is such an account">
        <p>
          A link is on its way to its e-mail. It works once, within the hour. A Hall without a mail server
          prints it for its operator.
        </p>
      </Sheet>
    ) : (
      <Sheet title="The password is set">
        <p>Every session of yours has ended. Sign in with the new one.</p>
        <Link
          href={paths.signIn({ because: "ended" })}
          className="inline-flex h-8 items-center rounded bg-accent px-3 text-13 font-medium text-on-accent"
        >
          To the sign-in
        </Link>
      </Sheet>
    );
  const because = !isLive
    ? "The page is still loading"
    : state === "busy"
      ? "The Hall is being asked"
      : text === ""
        ? `It wants ${token === null ? "an e-mail" : "a password"}`
        : undefined;
  return (
    <Sheet title={token === null ? "Ask for a recovery link" : "Set another password"}>
      <form onSubmit={send} className="space-y-4">
        {token === null ? (
          <Field id="email" label="E-mail">
            {(parts) => (
              <input
                {...parts}
                type="email"
                value={text}
                maxLength={254}
                autoComplete="username"
                onChange={(event) => setText(event.target.value)}
                className={INPUT}
              />
            )}
          </Field>
        ) : (
          <NewPassword id="password" password={text} onChange={setText} />
        )}
        {failure !== null && <NotLetIn words={refusalWords(failure)} />}
        <Button type="submit" look="primary" className="w-full" because={because}>
          {token === null ? "Send the link" : "Set the password"}
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
