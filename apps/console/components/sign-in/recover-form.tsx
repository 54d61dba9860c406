"use client";

import Link from "next/link";
import { useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import { NewPassword } from "../account/new-password.tsx";
import { Sheet } from "./sheet.tsx";
import { SheetForm } from "./sheet-form.tsx";

/** Sets another password by a recovery link. */
export function RecoverForm({ token }: { token: string }) {
  const [password, setPassword] = useState("");
  return (
    <SheetForm
      title="Set another password"
      submit="Set the password"
      missing={password === "" ? "It wants a password" : null}
      send={() => hall.recovery.complete.mutate({ token, password })}
      done={
        <Sheet title="The password is set">
          <p>Every session of yours has ended. Sign in with the new one.</p>
          <Link
            href={paths.signIn({ because: "ended" })}
            className="inline-flex h-8 items-center rounded bg-accent px-3 text-13 font-medium text-on-accent"
          >
            To the sign-in
          </Link>
        </Sheet>
      }
    >
      <NewPassword id="password" password={password} onChange={setPassword} />
    </SheetForm>
  );
}
