import { Resolver } from "node:dns/promises";

/**
 * Asks name servers for text records. The only door to them: the servers are the operator's, the name is a tenant's, and
 * what comes back is hostile text that is compared and shown, cut.
 */
export type TextRecords = (name: string) => Promise<TextAnswer>;

export type TextAnswer =
  | { state: "found"; values: string[] }
  /** The name, or such a record of it, is not there: a definite answer. */
  | { state: "none"; because: "no such name" | "no text record" }
  /** Nothing definite: it may be there. */
  | { state: "unanswered"; because: "time-out" | "refused" | "failed" };

/** Of one server; there is one more try. */
const TIMEOUT_MS = 1500;
const TRIES = 2;
/** Of the whole question, however many servers and tries. */
const TOGETHER_MS = 8000;
const VALUES_MAX = 50;

/** @param servers null: those that the machine asks */
export function createTextRecords(servers: readonly string[] | null): TextRecords {
  return async (name) => {
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
    if (servers !== null) resolver.setServers(servers);
    const late = setTimeout(() => resolver.cancel(), TOGETHER_MS);
    try {
      const records = await resolver.resolveTxt(name);
      // One record may come in several strings; they are one value (RFC 7208 3.3).
      return { state: "found", values: records.slice(0, VALUES_MAX).map((strings) => strings.join("")) };
    } catch (error) {
      return answerOf(error as NodeJS.ErrnoException);
    } finally {
      clearTimeout(late);
    }
  };
}

function answerOf(error: NodeJS.ErrnoException): TextAnswer {
  switch (error.code) {
    case "ENOTFOUND":
      return { state: "none", because: "no such name" };
    case "ENODATA":
      return { state: "none", because: "no text record" };
    case "ETIMEOUT":
    case "ECANCELLED":
      return { state: "unanswered", because: "time-out" };
    case "EREFUSED":
    case "ECONNREFUSED":
      return { state: "unanswered", because: "refused" };
    case "ESERVFAIL":
    case "EBADRESP":
    case "EFORMERR":
    case "ENOTIMP":
    case "EBADNAME":
      return { state: "unanswered", because: "failed" };
    default:
      throw error;
  }
}
