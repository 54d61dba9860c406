"use client";

import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Refused } from "./answer.tsx";

/** A button, and behind it a form that says what will happen before it does. It closes once the Hall has done it. */
export function ActDialog({
  opener,
  look = "plain",
  whyNot,
  title,
  submit,
  keep = "Leave it",
  failed,
  because,
  run,
  onOpen,
  onLeave,
  children,
}: {
  opener: ReactNode;
  look?: "primary" | "plain" | "quiet";
  /** Why nobody may open it, where that is so. */
  whyNot: string | undefined;
  title: string;
  submit: string;
  keep?: string;
  failed: string;
  /** What is still missing. */
  because: string | undefined;
  run: () => Promise<void>;
  /** Puts the fields back as they were at first. */
  onOpen?: () => void;
  /** Calls off what still waits for the person, where something does. */
  onLeave?: () => void;
  children: ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function act(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (because !== undefined || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      await run();
      setOpen(false);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  function leave(): void {
    onLeave?.();
    setOpen(false);
  }

  return (
    <>
      <Button
        look={look}
        because={whyNot}
        onClick={() => {
          setFailure(null);
          onOpen?.();
          setOpen(true);
        }}
      >
        {opener}
      </Button>
      <Dialog
        label={title}
        isOpen={isOpen}
        onClose={leave}
        className="m-auto w-[calc(100%-32px)] max-w-[560px] rounded"
      >
        <form onSubmit={act} className="space-y-4 p-6">
          <h2 className="text-20">{title}</h2>
          {children}
          {failure !== null && <Refused what={failed} error={failure} />}
          <div className="flex flex-wrap gap-2">
            <Button type="submit" look="primary" because={isBusy ? "The Hall is being asked" : because}>
              {submit}
            </Button>
            <Button onClick={leave}>{keep}</Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
