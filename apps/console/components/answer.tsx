"use client";

import type { ReactNode } from "react";
import { type RefusalText, readRefusal } from "../lib/refusal.ts";
import { fieldProblems, refusalDetail } from "../lib/refusal-detail.ts";
import { Message } from "../ui/message.tsx";
import { Notice } from "../ui/notice.tsx";
import { SkeletonLines } from "../ui/skeleton-lines.tsx";
import { RefusalNotice } from "./refusal-notice.tsx";
import { useMe } from "./use-me.ts";

/** What a page needs of a question that was put to the Hall. */
export interface Question<T> {
  data: T | undefined;
  error: Error | null;
  refetch: () => unknown;
}

/**
 * The states of a page that asks the Hall: it waits, it may not know, it failed, or it has an answer. An answer
 * that could not be renewed stays, and says so.
 */
export function Answer<T>({
  of: { data, error, refetch },
  what,
  label,
  absent,
  children,
}: {
  of: Question<T>;
  /** `The rules could not be read`. */
  what: string;
  /** `Reading the rules`. */
  label: string;
  /** What stands there where the Hall knows no such thing. */
  absent?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  if (data === undefined && error === null) return <SkeletonLines label={label} />;
  const refusal = error && readRefusal(error);
  if (data === undefined) {
    if (refusal?.code === "NOT_FOUND" && absent) return absent;
    if (refusal?.code === "FORBIDDEN") return <NotYours refusal={refusal} error={error} />;
    return <RefusalNotice what={what} refusal={refusal as RefusalText} onRetry={() => void refetch()} />;
  }
  return (
    <>
      {refusal && (
        <Notice tone="hold">
          <p>
            {refusal.sentence} What stands here was read before.{" "}
            <button type="button" className="text-accent underline" onClick={() => void refetch()}>
              Ask again
            </button>
          </p>
        </Notice>
      )}
      {children(data)}
    </>
  );
}

function NotYours({ refusal, error }: { refusal: RefusalText; error: Error | null }) {
  const { me } = useMe();
  const { permission } = refusalDetail(error);
  return (
    <Message mark="hold" title="Not for your role">
      <p>
        {me ? `As ${me.member.role} of ${me.tenant.name} you may not see this.` : refusal.sentence} An
        operator of the tenant can give you another role.
      </p>
      {typeof permission === "string" && <p className="font-mono text-12">{permission}</p>}
    </Message>
  );
}

/** What became of a press of a button, where it was refused. */
export function Refused({ what, error }: { what: string; error: unknown }) {
  const problems = Object.entries(fieldProblems(error));
  const { code, sentence, remedy, requestId } = readRefusal(error);
  const { reason } = refusalDetail(error);
  if (code === "STEP_UP_REQUIRED")
    return (
      <Notice tone="hold" title={what}>
        <p>It wants to be shown again that it is you. Nothing was done.</p>
      </Notice>
    );
  return (
    <Notice tone="deny" title={what}>
      <p>
        {sentence} {typeof reason === "string" ? `${capitalised(reason)}.` : remedy}
      </p>
      {problems.length > 0 && (
        <ul>
          {problems.map(([path, expected]) => (
            <li key={path}>
              <span className="font-mono text-12">{path}</span>: {expected}
            </li>
          ))}
        </ul>
      )}
      <p className="font-mono text-12">
        {code}
        {requestId && ` · request ${requestId}`}
      </p>
    </Notice>
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
