import { WorkDenied } from "@guildhall/sdk";

/** What can be asked of this worker, under `request` of a RouteInput. Other fields are not read. */
export interface SummarizeRequest {
  text: string;
  maxSentences: number;
}

const TEXT_MAX = 100_000;
const SENTENCES_MAX = 20;
const SENTENCES_DEFAULT = 3;

/** @throws WorkDenied that names every fault and what was expected */
export function readRequest(request: { [field: string]: unknown }): SummarizeRequest {
  const { text, max_sentences: maxSentences = SENTENCES_DEFAULT } = request;
  const faults: string[] = [];
  if (typeof text !== "string" || text.trim() === "" || text.length > TEXT_MAX)
    faults.push(`text: expected 1 to 100,000 characters, not all of them blank, got ${measure(text)}`);
  if (!isWhole(maxSentences) || maxSentences < 1 || maxSentences > SENTENCES_MAX)
    faults.push(`max_sentences: expected a whole number, 1 to ${SENTENCES_MAX}`);
  if (faults.length > 0) throw new WorkDenied("INVALID_REQUEST", `${faults.join("; ")}.`);
  return { text: text as string, maxSentences: maxSentences as number };
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

function measure(value: unknown): string {
  if (typeof value !== "string") return value === undefined ? "nothing" : "another type";
  return value.trim() === "" ? "blanks" : `${value.length.toLocaleString("en")}`;
}
