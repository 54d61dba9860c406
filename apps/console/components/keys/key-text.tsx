"use client";

import type { ReactNode } from "react";
import { Button } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";

/** The text of a new key. It is in this page's memory alone, and gone when the dialog closes. */
export function KeyText({
  text,
  children,
  onClose,
}: {
  text: string;
  children: ReactNode;
  onClose: () => void;
}) {
  return (
    <div className="space-y-4 p-6">
      <h2 className="text-20">The new key</h2>
      <p className="text-13">{children}</p>
      <CodeBlock label="text of the key" text={text} />
      <p className="text-13">
        It is shown this once and kept nowhere. Put it where only its agent can read it, never into a
        repository.
      </p>
      <Button look="primary" onClick={onClose}>
        I have it
      </Button>
    </div>
  );
}
