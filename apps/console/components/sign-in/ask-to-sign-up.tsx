"use client";

import Link from "next/link";
import { type FormEvent, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import { Button } from "../../ui/button.tsx";
import { Field, INPUT } from "../../ui/field.tsx";
import { useIsLive } from "../../ui/use-is-live.ts";
import { refusalWords } from "./join-form.tsx";
import { NotLetIn, Sheet } from "./sheet.tsx";

/** The answer is the same, whoever has the e-mail. */
export function AskToSignUp() {
  const isLive = useIsLive();
  const [email, setEmail] = useState("");
  const [state, setState] = useState<"ready" | "busy" | "done">("ready");
  const [failure, setFailure] = useState<unknown>(null);

  async function ask(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (state === "busy" || email === "") return;
    setState("busy");
    setFailure(null);
    try {
      await hall.signup.request.mutate({ email });
      setState("done");
    } catch (error) {
      setFailure(error);
      setState("ready");
    }
  }

  if (state === "done")
    return (
      <Sheet title="A link is on its way">
        <p>
          It goes to the e-mail that you gave, and works once, within a day. A Hall without a mail server
          prints it for its operator.
        </p>
      </Sheet>
    );
  const because = !isLive
    ? "The page is still loading"
    : state === "busy"
      ? "The Hall is being asked"
      : email === ""
        ? "It wants an e-mail"
        : undefined;
  return (
    <Sheet title="Sign up">
      <p>You found a tenant of your own and are its owner. A link to your e-mail shows that it is yours.</p>
      <form onSubmit={ask} className="space-y-4">
        <Field id="email" label="E-mail">
          {(parts) => (
            <input
              {...parts}
              type="email"
              value={email}
              maxLength={254}
              autoComplete="username"
              onChange={(event) => setEmail(event.target.value)}
              className={INPUT}
            />
          )}
        </Field>
        {failure !== null && <NotLetIn words={refusalWords(failure)} />}
        <Button type="submit" look="primary" className="w-full" because={because}>
          Send the link
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
