"use client";

import { type FormEvent, useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copyable.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { Refused } from "../answer.tsx";
import { QrCode } from "./qr-code.tsx";

interface Begun {
  id: string;
  uri: string;
  secret: string;
}

/** It counts only once a code of it was shown. @param onDone given the recovery codes */
export function AddAuthenticator({ onDone }: { onDone: (codes: readonly string[]) => Promise<void> }) {
  const id = useId();
  const [begun, setBegun] = useState<Begun | null>(null);
  const [code, setCode] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function attempt(work: () => Promise<void>): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  const begin = () => attempt(async () => setBegun(await hall.account["begin-totp"].mutate({})));
  const confirm = (event: FormEvent, { id: factor }: Begun) => {
    event.preventDefault();
    if (code.trim() === "") return;
    void attempt(async () => {
      const { recovery_codes } = await hall.account["confirm-totp"].mutate({ id: factor, code });
      setBegun(null);
      await onDone(recovery_codes);
    });
  };

  if (begun === null)
    return (
      <>
        <p className="text-13">
          An application that shows a code of six digits, another every half minute. With it a stolen password
          does not sign anybody in.
        </p>
        {failure !== null && <Refused what="It was not begun" error={failure} />}
        <Button because={isBusy ? "The Hall is being asked" : undefined} onClick={() => void begin()}>
          Set up an authenticator
        </Button>
      </>
    );
  return (
    <form onSubmit={(event) => confirm(event, begun)} className="space-y-3">
      <p className="text-13">Scan this with your authenticator, or type the seed. Then show a code of it.</p>
      <QrCode text={begun.uri} label="QR code of the authenticator's seed" />
      <p className="font-mono text-12 [overflow-wrap:anywhere]">
        {begun.secret.replaceAll(/(.{4})(?=.)/g, "$1 ")} <CopyButton text={begun.secret} label="seed" />
      </p>
      <div className="max-w-[240px]">
        <TextField
          id={`${id}-code`}
          label="Code"
          value={code}
          autoComplete="one-time-code"
          inputMode="numeric"
          maxLength={10}
          onChange={setCode}
          isCode
        />
      </div>
      {failure !== null && <Refused what="The code was not good" error={failure} />}
      <Button
        type="submit"
        look="primary"
        because={isBusy ? "The Hall is being asked" : code.trim() === "" ? "It wants a code" : undefined}
      >
        Confirm the authenticator
      </Button>
    </form>
  );
}
