"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { callOff, makePasskey } from "../../lib/passkeys.ts";
import { TextField } from "../../ui/text-field.tsx";
import { ActDialog } from "../act-dialog.tsx";

/** As many as an account may have. */
const PASSKEYS_MAX = 10;

/** The browser asks its own questions in between: which device, and whether it is the person. */
export function AddPasskey({ held, onCodes }: { held: number; onCodes: (codes: readonly string[]) => void }) {
  const id = useId();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  return (
    <ActDialog
      opener="Add a passkey"
      whyNot={held >= PASSKEYS_MAX ? `An account has at most ${PASSKEYS_MAX} passkeys` : undefined}
      title="Add a passkey"
      submit="Go on to the device"
      failed="None was added"
      because={name.trim() === "" ? "It wants a name" : undefined}
      onOpen={() => setName("")}
      onLeave={callOff}
      run={async () => {
        const { options } = await hall.account["begin-passkey"].mutate({});
        const passkey = await makePasskey(options);
        const added = await hall.account["add-passkey"].mutate({ name: name.trim(), passkey });
        if (added.recovery_codes.length > 0) onCodes(added.recovery_codes);
        await queries.invalidateQueries({ queryKey: ["account.get"] });
      }}
    >
      <p className="text-13">
        Your browser asks which device is to hold it. From then on a sign-in wants it beside your password.
      </p>
      <TextField
        id={`${id}-name`}
        label="Name"
        hint="For yourself, such as the device: laptop, key on the ring."
        value={name}
        maxLength={64}
        onChange={setName}
      />
    </ActDialog>
  );
}
