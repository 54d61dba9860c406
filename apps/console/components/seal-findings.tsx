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
              <Finding text={detail} />
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Hashes and ids stand in mono, so that they can be compared digit by digit. */
function Finding({ text }: { text: string }) {
  return text.split(/([0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/).map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence have no other identity than their place in it
      <span key={index} className="font-mono text-12">
        {part}
      </span>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence have no other identity than their place in it
      <ForeignText key={index} text={part} max={1024} />
    ),
  );
}
