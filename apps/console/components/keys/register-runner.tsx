"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { Button } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** 32 bytes in base64. */
const PUBLIC_KEY = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** Lets a process measure the tenant's workers. An act of a person: who runs code does not say who may measure it. */
export function RegisterRunner() {
  const whyNot = useWhyNot("runner:register");
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button because={whyNot} onClick={() => setAsking(true)}>
        Register a runner
      </Button>
      <Dialog
        label="Register a runner"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[520px] rounded"
      >
        <RegisterForm onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function RegisterForm({ onClose }: { onClose: () => void }) {
  const id = useId();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [key, setKey] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isKey = PUBLIC_KEY.test(key.trim());
  const isNamed = name.trim() !== "";

  async function register(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isKey || !isNamed || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await hall.runner.register.mutate({ name: name.trim(), public_key: key.trim() });
      await queries.invalidateQueries({ queryKey: ["runner.list"] });
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={register} className="space-y-4 p-6">
      <h2 className="text-20">Register a runner</h2>
      <p className="text-13">Make its key beside the worker. The command prints the public half:</p>
      <CodeBlock label="command that makes a key" text="hall attest keygen --out runner.pem" />
      <TextField id={`${id}-name`} label="Name" value={name} maxLength={64} onChange={setName} />
      <TextField
        id={`${id}-key`}
        label="Public key"
        error={key === "" || isKey ? undefined : "An Ed25519 key has 32 bytes in base64"}
        value={key}
        spellCheck={false}
        onChange={setKey}
        isCode
      />
      {failure !== null && <Refused what="It was not registered" error={failure} />}
      <div className="flex gap-2">
        <Button
          type="submit"
          look="primary"
          because={
            isBusy ? "It is being registered" : isKey && isNamed ? undefined : "It wants a name and a key"
          }
        >
          Register the runner
        </Button>
        <Button onClick={onClose}>Leave it</Button>
      </div>
    </form>
  );
}
