import type { ExitCode, Io } from "./command.ts";
import type { HallAddress } from "./hall-address.ts";
import { NoAnswer, objectIn, textIn, wholeIn } from "./hall-answer.ts";
import { NO_BUNDLE } from "./no-bundle.ts";
import { refusedRules } from "./print-refusal.ts";
import type { JsonObject } from "./read-json.ts";
import type { Rules } from "./read-rules.ts";

/**
 * Publishes, and holds the answer and its receipt against what was sent.
 * @param hall with no verifier key the receipt is not looked at
 */
export async function sendPublication(
  rules: Rules,
  { note, replaces }: { note: string; replaces: string },
  hall: { address: HallAddress; verifierKeys: readonly string[] },
  io: Io,
): Promise<ExitCode> {
  const { askHall } = await import("./ask-hall.ts");
  let published: Published;
  try {
    const body = { bundle: rules.text, note, expected_digest: replaces };
    const answer = await askHall(hall.address, "POST", "wcp/rules/publish", body);
    // What broke on its side may have broken after it was done.
    if (!answer.ok && answer.refusal.status >= 500) throw new NoAnswer(answer.refusal.message);
    if (!answer.ok) return refusedRules(answer.refusal, io);
    published = readPublished(answer.body);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    io.err.line(`hall: ${error.message}`);
    io.err.line("Whether the bundle is in force is not known: ask the Hall before you publish it again.");
    return 3;
  }
  const { number, digest, receiptId } = published;
  io.out.title(`Published: number ${number}.`);
  io.out.line(`${digest} is in force, in place of ${replaces === NO_BUNDLE ? "nothing" : replaces}.`);
  io.out.line(`Receipt ${receiptId}.`);
  if (digest !== rules.digest) {
    io.err.line(`hall: That is not what was sent, which is ${rules.digest} here.`);
    return 3;
  }
  if (hall.verifierKeys.length > 0) return verifyReceipt(published, hall, io);
  io.out.line("The receipt was not verified: give --key and the Hall's public key.");
  return 0;
}

interface Published {
  number: number;
  digest: string;
  receiptId: string;
}

/** @throws NoAnswer */
function readPublished(body: JsonObject): Published {
  const publication = objectIn(body, "publication");
  return {
    number: wholeIn(publication, "number"),
    digest: textIn(publication, "digest"),
    receiptId: textIn(body, "receipt_id"),
  };
}

/** Whether the receipt is genuine, and of this publication. */
async function verifyReceipt(
  { digest, receiptId }: Published,
  { address, verifierKeys }: { address: HallAddress; verifierKeys: readonly string[] },
  { out, err }: Io,
): Promise<ExitCode> {
  const { fetchReceipt } = await import("./ask-hall.ts");
  const fetched = await fetchReceipt(address, verifierKeys, receiptId);
  if ("why" in fetched) {
    err.line(`hall: ${fetched.why}`);
    return 3;
  }
  const { kind, action, subject } = fetched.receipt;
  if (kind !== "rule" || action !== "published" || subject !== digest) {
    err.line("hall: The receipt is genuine, and does not record this publication.");
    return 3;
  }
  out.line("The receipt is genuine, and records this publication.");
  return 0;
}
