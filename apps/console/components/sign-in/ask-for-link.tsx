"use client";

import { type ReactNode, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { TextField } from "../../ui/text-field.tsx";
import { Sheet } from "./sheet.tsx";
import { SheetForm } from "./sheet-form.tsx";

/** The answer is the same, whoever has the e-mail. */
export function AskToSignUp() {
  return (
    <AskForLink
      title="Sign up"
      lead={
        <p>You found a tenant of your own and are its owner. A link to your e-mail shows that it is yours.</p>
      }
      ask={(email) => hall.signup.request.mutate({ email })}
      done={
        <Sheet title="A link is on its way">
          <p>
            It goes to the e-mail that you gave, and works once, within a day. A Hall without a mail server
            prints it for its operator.
          </p>
        </Sheet>
      }
    />
  );
}

/** So is this one. */
export function AskToRecover() {
  return (
    <AskForLink
      title="Ask for a recovery link"
      ask={(email) => hall.recovery.request.mutate({ email })}
      done={
        <Sheet title="If there is such an account">
          <p>
            A link is on its way to its e-mail. It works once, within the hour. A Hall without a mail server
            prints it for its operator.
          </p>
        </Sheet>
      }
    />
  );
}

function AskForLink({
  title,
  lead,
  ask,
  done,
}: {
  title: string;
  lead?: ReactNode;
  ask: (email: string) => Promise<unknown>;
  done: ReactNode;
}) {
  const [email, setEmail] = useState("");
  return (
    <SheetForm
      title={title}
      lead={lead}
      submit="Send the link"
      missing={email === "" ? "It wants an e-mail" : null}
      send={() => ask(email)}
      done={done}
    >
      <TextField
        id="email"
        label="E-mail"
        type="email"
        value={email}
        maxLength={254}
        autoComplete="username"
        onChange={setEmail}
      />
    </SheetForm>
  );
}
