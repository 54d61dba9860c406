"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { OwnAccount } from "../../lib/people-types.ts";
import { ActDialog } from "../act-dialog.tsx";
import { NewPassword } from "./new-password.tsx";

export function SetPassword({ account }: { account: OwnAccount }) {
  const id = useId();
  const queries = useQueryClient();
  const [password, setPassword] = useState("");
  const opener = account.password_since === null ? "Set a password" : "Change the password";
  return (
    <ActDialog
      opener={opener}
      whyNot={undefined}
      title={opener}
      submit="Set the password"
      failed="It was not set"
      because={password === "" ? "It wants a password" : undefined}
      onOpen={() => setPassword("")}
      run={async () => {
        await hall.account["set-password"].mutate({ password });
        await queries.invalidateQueries({ queryKey: ["account.get"] });
      }}
    >
      <p className="text-13">Your other sessions end, in every tenant. This one goes on.</p>
      <NewPassword id={`${id}-password`} password={password} onChange={setPassword} />
    </ActDialog>
  );
}
