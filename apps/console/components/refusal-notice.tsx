"use client";

import type { RefusalText } from "../lib/refusal.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copyable.tsx";
import { Message } from "../ui/message.tsx";

/** Something failed and there is nothing else to show: what, what to do, the request's id, again. */
export function RefusalNotice({
  what,
  refusal,
  onRetry,
}: {
  what: string;
  refusal: RefusalText;
  onRetry?: () => void;
}) {
  return (
    <div role="alert">
      <Message mark="deny" title={what}>
        <p>
          {refusal.sentence} {refusal.remedy}
        </p>
        <RefusalFacts refusal={refusal} />
        {onRetry && <Button onClick={onRetry}>Try again</Button>}
      </Message>
    </div>
  );
}

/** The list is there but old: a line above it, and the rows stay. */
export function StaleNotice({ refusal, since }: { refusal: RefusalText; since: string }) {
  return (
    <p role="status" className="border-b border-line bg-hold-wash px-4 py-2 text-13 mid:px-6">
      {refusal.sentence} The rows are as of <time dateTime={since}>{since.slice(11, 19)} UTC</time>; the
      console keeps asking.
    </p>
  );
}

function RefusalFacts({ refusal: { code, requestId } }: { refusal: RefusalText }) {
  return (
    <p className="font-mono text-12">
      {code}
      {requestId && (
        <>
          {" · request "}
          {requestId}
          <CopyButton text={requestId} label="request id" />
        </>
      )}
    </p>
  );
}
