import type { Engraving } from "../lib/engraving.ts";
import { QUARTERS, type QuarterName, type SealReading, sealWords } from "../lib/seal.ts";

/**
 * The round seal. A quarter fills as its check passes in this browser, breaks where it fails, and stays an
 * open outline until then. What is engraved in it are the bytes that were checked.
 */
export function Seal({
  reading,
  engraving,
  className = "",
}: {
  reading: SealReading;
  engraving: Engraving | null;
  /** Its size, for the place where it stands. */
  className?: string;
}) {
  const states = reading.quarters.map(({ name, state }) => `${name} ${state}`).join(", ");
  const isRefused = reading.state === "refused";
  return (
    <svg
      role="img"
      aria-label={`Seal: ${sealWords(reading)}. ${states}.`}
      viewBox="-52 -52 104 104"
      className={`shrink-0 overflow-visible ${className}`}
    >
      {reading.quarters.map((quarter, index) => (
        <g key={quarter.name} transform={`rotate(${index * 90})`}>
          {quarter.state === "failed" ? (
            <BrokenQuarter />
          ) : (
            <>
              {quarter.state === "open" && (
                <path
                  d={SECTOR}
                  fill="none"
                  strokeWidth="1.25"
                  className={isRefused ? "stroke-deny" : "stroke-edge"}
                  strokeDasharray="3 3"
                />
              )}
              <g
                className={`fill-ink stroke-sheet transition-opacity ${quarter.state === "passed" ? "opacity-100" : "opacity-0"}`}
              >
                <path d={SECTOR} strokeWidth="0" />
                {quarter.state === "passed" && <Ticks heights={engraving?.[quarter.name] ?? []} />}
              </g>
            </>
          )}
        </g>
      ))}
      <Centre reading={reading} />
    </svg>
  );
}

/** A quarter alone, as the sign before its sentence. */
export function QuarterSign({ name, state }: { name: QuarterName; state: "open" | "passed" | "failed" }) {
  const colour = { open: "stroke-edge", passed: "stroke-ink", failed: "stroke-deny" }[state];
  return (
    <svg aria-hidden width="20" height="20" viewBox="-52 -52 104 104" className="shrink-0 overflow-visible">
      <circle r="36" fill="none" strokeWidth="6" className="stroke-line" />
      <path
        d={arc(36, 0, 90)}
        transform={`rotate(${QUARTERS.indexOf(name) * 90})`}
        fill="none"
        strokeWidth={state === "open" ? 8 : 26}
        strokeDasharray={state === "open" ? "10 8" : "none"}
        className={colour}
      />
      {state === "failed" && (
        <path d="M-14 -14L14 14M14 -14L-14 14" strokeWidth="12" className="stroke-deny" />
      )}
    </svg>
  );
}

const OUTER = 46;
const INNER = 25;
const GAP_DEG = 2.5;
const SECTOR = `${arc(OUTER, GAP_DEG, 90 - GAP_DEG)} L${at(INNER, 90 - GAP_DEG * 1.8)} A${INNER} ${INNER} 0 0 0 ${at(INNER, GAP_DEG * 1.8)} Z`;

function Ticks({ heights }: { heights: readonly number[] }) {
  const step = (90 - GAP_DEG * 4) / Math.max(1, heights.length - 1);
  return heights.map((height, index) => {
    const angle = GAP_DEG * 2 + index * step;
    const middle = (OUTER + INNER) / 2;
    const half = 1 + height * 0.5;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: a tick is its place: the pattern never changes for one receipt
      <path key={index} d={`M${at(middle - half, angle)} L${at(middle + half, angle)}`} strokeWidth="1.1" />
    );
  });
}

/** Cracked through from rim to rim, one half fallen away from the round. */
function BrokenQuarter() {
  const crack = [44, 50, 40, 50, 45].map((angle, index) => at(OUTER - (index * (OUTER - INNER)) / 4, angle));
  return (
    <g className="fill-deny">
      <path
        d={`${arc(OUTER, GAP_DEG, 44)} L${crack.join(" L")} A${INNER} ${INNER} 0 0 0 ${at(INNER, GAP_DEG * 1.8)} Z`}
      />
      <path
        transform="translate(6.5 -1.5) rotate(4)"
        d={`${arc(OUTER, 44, 90 - GAP_DEG)} L${at(INNER, 90 - GAP_DEG * 1.8)} A${INNER} ${INNER} 0 0 0 ${crack.toReversed().join(" L")} Z`}
      />
    </g>
  );
}

function Centre({ reading }: { reading: SealReading }) {
  switch (reading.state) {
    case "checking":
      return <circle r="3" className="fill-edge" />;
    case "verified":
      return (
        <>
          <circle r="17" fill="none" strokeWidth="1.25" className="stroke-ink" />
          <path d="M-7 0.5L-2 5.5L7.5 -5" fill="none" strokeWidth="3" className="stroke-ink" />
        </>
      );
    case "partial":
      return <circle r="17" fill="none" strokeWidth="1.25" strokeDasharray="3 3" className="stroke-ink" />;
    case "broken":
    case "refused":
      return (
        <>
          <circle r="17" fill="none" strokeWidth="1.25" className="stroke-deny" />
          <path d="M-6 -6L6 6M6 -6L-6 6" strokeWidth="3" className="stroke-deny" />
        </>
      );
  }
}

/** Clockwise from twelve o'clock. */
function at(radius: number, degrees: number): string {
  const radians = ((degrees - 90) * Math.PI) / 180;
  return `${(radius * Math.cos(radians)).toFixed(2)} ${(radius * Math.sin(radians)).toFixed(2)}`;
}

function arc(radius: number, from: number, to: number): string {
  return `M${at(radius, from)} A${radius} ${radius} 0 0 1 ${at(radius, to)}`;
}
