"use client";

import { CodeBlock } from "../../ui/code-block.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Shown once: the Hall keeps only their hashes. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  return (
    <Notice tone="hold" title="Keep these recovery codes now">
      <p>
        Each stands in for your second factor once. They are shown here and nowhere else; when you leave this
        page they are gone.
      </p>
      <CodeBlock label="codes to keep" text={codes.join("\n")} />
    </Notice>
  );
}
