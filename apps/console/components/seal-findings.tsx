import { QUARTER_WORDS, type SealReading } from "../lib/seal.ts";
import { ForeignText } from "../ui/foreign-text.tsx";
import { QuarterSign } from "./seal.tsx";

const STATE_WORDS = { passed: "passed", failed: "failed", open: "not checked" } as const;

/** The four quarters in words: what each check found, and for a failed one which bytes disagree. */
export function SealFindings({ reading, label }: { reading: SealReading; label: string }) {
  return (
    <ul aria-label={label} className="border-t border-line">
      {reading.quarters.map(({ name, state, detail }) => (
        <li
          key={name}
          className={`grid grid-cols-[20px_minmax(0,1fr)] gap-x-3 border-b border-line py-2 text-13 ${state === "failed" ? "bg-deny-wash" : ""}`}
        >
          <QuarterSign name={name} state={state} />
          <div className="min-w-0">
            <p className="flex justify-between gap-3">
              <span className="font-medium">{QUARTER_WORDS[name].title}</span>
              <span className={state === "failed" ? "font-medium text-deny" : "text-quiet"}>
                {STATE_WORDS[state]}
              </span>
            </p>
            <p className={`[overflow-wrap:anywhere] ${state === "failed" ? "text-ink" : "text-quiet"}`}>
              <ForeignText text={detail} max={1024} />
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
