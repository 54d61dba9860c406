import type { ReactNode } from "react";
import { Mark, type MarkName } from "./mark.tsx";

/** What stands where there is nothing to show: what is so, why, and the next step. */
export function Message({
  mark,
  title,
  children,
  level = 2,
}: {
  mark?: MarkName;
  title: string;
  children?: ReactNode;
  level?: 1 | 2;
}) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className="mx-auto w-full max-w-[640px] px-4 py-12 mid:px-6">
      <Heading className="flex items-baseline gap-2 text-20">
        {mark && <Mark name={mark} size={14} />}
        {title}
      </Heading>
      <div className="mt-2 space-y-4 text-quiet">{children}</div>
    </div>
  );
}
