"use client";

import { type ReactNode, useId, useState } from "react";
import { Field, TEXTAREA } from "../ui/field.tsx";
import { ActDialog } from "./act-dialog.tsx";

/** An act that wants its reason, which stands in the receipt for ever. */
export function ReasonDialog({
  opener,
  look = "plain",
  whyNot,
  title,
  submit = title,
  keep,
  failed,
  hint = "It stands in the receipt, with your name, for as long as the log.",
  maxLength = 256,
  run,
  children,
}: {
  opener: ReactNode;
  look?: "plain" | "quiet";
  /** Why nobody may open it, where that is so. */
  whyNot: string | undefined;
  title: string;
  submit?: string;
  keep: string;
  failed: string;
  hint?: string;
  maxLength?: number;
  run: (reason: string) => Promise<void>;
  children: ReactNode;
}) {
  const id = useId();
  const [reason, setReason] = useState("");
  return (
    <ActDialog
      opener={opener}
      look={look}
      whyNot={whyNot}
      title={title}
      submit={submit}
      keep={keep}
      failed={failed}
      because={reason.trim() === "" ? "It wants a reason" : undefined}
      onOpen={() => setReason("")}
      run={() => run(reason.trim())}
    >
      <p className="text-13">{children}</p>
      <Field id={`${id}-reason`} label="Reason" hint={hint}>
        {(parts) => (
          <textarea
            {...parts}
            rows={3}
            value={reason}
            maxLength={maxLength}
            onChange={(event) => setReason(event.target.value)}
            className={TEXTAREA}
          />
        )}
      </Field>
    </ActDialog>
  );
}
