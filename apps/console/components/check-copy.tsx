"use client";

import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { readCopy } from "../lib/copy-of.ts";
import { type Difference, differences } from "../lib/differences.ts";
import { engrave } from "../lib/engraving.ts";
import type { DoorReceipt } from "../lib/hall-types.ts";
import type { SealReading } from "../lib/seal.ts";
import { checkSeal } from "../lib/verify-here.ts";
import { Button } from "../ui/button.tsx";
import { ForeignText } from "../ui/foreign-text.tsx";
import { Seal } from "./seal.tsx";
import { SealFindings } from "./seal-findings.tsx";

interface CopyVerdict {
  reading: SealReading;
  changed: Difference[];
  isSealAdded: boolean;
}

/** Checks a copy that somebody sent, or that you edit here to see what breaks. Nothing leaves the browser. */
export function CheckCopy({
  sealed,
  verifierKey,
  previous,
}: {
  sealed: DoorReceipt;
  verifierKey: string;
  previous: unknown;
}) {
  const id = useId();
  const original = JSON.stringify(sealed, null, 2);
  const [text, setText] = useState(original);
  const [verdict, setVerdict] = useState<CopyVerdict | null>(null);

  async function check(event: FormEvent): Promise<void> {
    event.preventDefault();
    const copy = readCopy(text, sealed.seal);
    const { reading } = await checkSeal(copy.sealed, verifierKey, previous);
    const changed = copy.receipt === undefined ? [] : differences(sealed.receipt, copy.receipt);
    setVerdict({ reading, changed, isSealAdded: copy.isSealAdded });
  }

  return (
    <form onSubmit={check} className="space-y-3">
      <label htmlFor={`${id}-text`} className="block text-13 font-medium">
        Copy of the receipt
      </label>
      <textarea
        id={`${id}-text`}
        aria-describedby={`${id}-hint`}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setVerdict(null);
        }}
        rows={10}
        spellCheck={false}
        autoComplete="off"
        className="block w-full resize-y rounded border border-edge bg-paper p-3 font-mono text-12 whitespace-pre"
      />
      <p id={`${id}-hint`} className="text-13 text-quiet">
        Paste what somebody gave you, with its seal or without, or change a character and see which quarter
        breaks. It is checked in this browser and sent nowhere.
      </p>
      <div className="flex gap-2">
        <Button type="submit" look="primary">
          Check this copy
        </Button>
        <Button
          look="quiet"
          because={text === original ? "The text is the receipt as the Hall gave it" : undefined}
          onClick={() => {
            setText(original);
            setVerdict(null);
          }}
        >
          Put the receipt back
        </Button>
      </div>
      <div aria-live="polite">{verdict && <CopyFinding verdict={verdict} sealed={sealed} />}</div>
    </form>
  );
}

function CopyFinding({ verdict, sealed }: { verdict: CopyVerdict; sealed: DoorReceipt }) {
  const { reading, changed, isSealAdded } = verdict;
  const isBad = reading.state === "broken" || reading.state === "refused";
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    // Newer browsers return a promise here, which an effect must not.
    section.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section
      ref={section}
      aria-label="Verdict on the copy"
      className={`space-y-3 border-l-2 py-3 pr-3 pl-4 ${isBad ? "border-deny bg-deny-wash" : "border-allow bg-paper"}`}
    >
      <div className="flex items-center gap-4">
        <Seal reading={reading} engraving={engrave(sealed)} className="size-18" />
        <div className="min-w-0 text-13">
          <p className={`text-16 font-semibold ${isBad ? "text-deny" : ""}`}>{verdictWords(reading)}</p>
          <p>{explain(reading, changed)}</p>
          {isSealAdded && (
            <p className="text-quiet">It came without a seal; the seal of this decision was used.</p>
          )}
        </div>
      </div>
      {changed.length > 0 && <Changes changed={changed} />}
      <SealFindings reading={reading} label="Checks of the copy" />
    </section>
  );
}

function verdictWords(reading: SealReading): string {
  if (reading.state === "broken") return "This copy does not verify";
  return reading.state === "refused" ? "Nothing was checked" : "This copy is genuine";
}

function explain(reading: SealReading, changed: readonly Difference[]): string {
  if (reading.state === "broken") {
    if (changed.length === 0) return `${reading.code}: the seal or the form of the text was changed.`;
    const words = changed.length === 1 ? "One value differs" : `${changed.length} values differ`;
    return `${reading.code}: ${words} from the receipt above.`;
  }
  if (reading.state === "refused") return reading.message;
  return changed.length === 0
    ? "It says what the receipt above says, and its seal holds."
    : "It is another receipt than the one above, and its seal holds.";
}

/** Which values disagree, side by side. */
function Changes({ changed }: { changed: readonly Difference[] }) {
  return (
    <ul aria-label="Values that differ" className="space-y-2">
      {changed.map(({ path, here, there }) => (
        <li key={path} className="text-13">
          <p className="font-mono text-12 font-medium [overflow-wrap:anywhere]">
            <ForeignText text={path} />
          </p>
          <dl className="grid grid-cols-[64px_minmax(0,1fr)] gap-x-2 font-mono text-12 [overflow-wrap:anywhere]">
            <dt className="text-quiet">sealed</dt>
            <dd>{here === null ? "absent" : <ForeignText text={here} />}</dd>
            <dt className="text-quiet">copy</dt>
            <dd className="text-deny">{there === null ? "absent" : <ForeignText text={there} />}</dd>
          </dl>
        </li>
      ))}
    </ul>
  );
}
