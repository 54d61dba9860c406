import type { CheckName, Verdict } from "@guildhall/attestation/verify";

/** The seal as it is drawn: four quarters, each from checks that this browser made. */

export const QUARTERS = ["body", "chain", "inclusion", "checkpoint"] as const;
export type QuarterName = (typeof QUARTERS)[number];

export interface Quarter {
  name: QuarterName;
  /** Open: not checked, or not checkable with what was given. */
  state: "open" | "passed" | "failed";
  /** What was found, in a sentence. */
  detail: string;
}

export type SealReading =
  | { state: "checking"; quarters: Quarter[] }
  /** `partial`: nothing failed and something could not be checked. */
  | { state: "verified" | "partial"; quarters: Quarter[]; treeSize: number; knownKind: boolean }
  | { state: "broken"; quarters: Quarter[]; code: string; message: string }
  /** Nothing was checked, because there is no key to check with. */
  | { state: "refused"; quarters: Quarter[]; message: string };

/** A quarter stands for all of its checks. The Hall's own signature is over the body's hash. */
const CHECKS_OF: Record<QuarterName, readonly CheckName[]> = {
  body: ["format", "body", "signature"],
  chain: ["chain"],
  inclusion: ["inclusion"],
  checkpoint: ["checkpoint"],
};

/** What each quarter says before anything is known of it. */
export const QUARTER_WORDS: Record<QuarterName, { title: string; asks: string }> = {
  body: { title: "Body", asks: "Does the body hash to the receipt's hash?" },
  chain: { title: "Chain", asks: "Does it follow the receipt before it?" },
  inclusion: { title: "Inclusion", asks: "Is it a leaf of the log?" },
  checkpoint: { title: "Checkpoint", asks: "Did the pinned key sign the log's head?" },
};

export function openSeal(): SealReading & { state: "checking" } {
  return { state: "checking", quarters: allOpen() };
}

export function refusedSeal(message: string): SealReading {
  return { state: "refused", quarters: allOpen(), message };
}

export function readSeal(verdict: Verdict): SealReading {
  const quarters = QUARTERS.map((name) => readQuarter(name, verdict));
  if (!verdict.ok) return { state: "broken", quarters, code: verdict.code, message: verdict.message };
  const state = quarters.every((quarter) => quarter.state === "passed") ? "verified" : "partial";
  return { state, quarters, treeSize: verdict.treeSize, knownKind: verdict.knownKind };
}

function readQuarter(name: QuarterName, { checks }: Verdict): Quarter {
  const own = checks.filter((check) => CHECKS_OF[name].includes(check.name));
  const failed = own.find((check) => check.result === "failed");
  if (failed) return { name, state: "failed", detail: failed.detail };
  const passed = own.filter((check) => check.result === "passed" && check.name !== "format");
  if (passed.length === 0) return { name, state: "open", detail: own.at(-1)?.detail ?? "" };
  return { name, state: "passed", detail: passed.map((check) => check.detail).join(" ") };
}

function allOpen(): Quarter[] {
  return QUARTERS.map((name) => ({ name, state: "open", detail: QUARTER_WORDS[name].asks }));
}

/** The verdict in a few words, for the seal's label and its caption. */
export function sealWords(reading: SealReading): string {
  switch (reading.state) {
    case "checking":
      return "Not checked yet";
    case "verified":
      return reading.knownKind ? "Verified" : "Unknown kind, signature good";
    case "partial": {
      const open = reading.quarters.filter((quarter) => quarter.state === "open");
      return `Verified but for ${open.map((quarter) => quarter.name).join(" and ")}`;
    }
    case "broken":
      return "Does not verify";
    case "refused":
      return "Not checked: the key changed";
  }
}
