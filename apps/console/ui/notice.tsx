import type { ReactNode } from "react";
import { Mark } from "./mark.tsx";

type Tone = "plain" | "allow" | "hold" | "deny";

const LOOK: Record<Tone, string> = {
  plain: "border-edge bg-paper",
  allow: "border-allow bg-paper",
  hold: "border-hold bg-hold-wash",
  deny: "border-deny bg-deny-wash",
};

/** Something to know before going on. What went wrong interrupts; everything else waits its turn. */
export function Notice({ tone, title, children }: { tone: Tone; title?: string; children?: ReactNode }) {
  return (
    <div
      role={tone === "deny" ? "alert" : "status"}
      className={`space-y-2 border-l-2 px-4 py-3 text-13 [overflow-wrap:anywhere] ${LOOK[tone]}`}
    >
      {title && (
        <p className="flex items-baseline gap-2 font-medium">
          {tone !== "plain" && <Mark name={tone} />}
          {title}
        </p>
      )}
      {children}
    </div>
  );
}
