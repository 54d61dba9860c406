import { HallError } from "@guildhall/protocol";
import { hash, verify } from "@node-rs/argon2";
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary as common } from "@zxcvbn-ts/language-common";
import { dictionary as english } from "@zxcvbn-ts/language-en";

/** Passwords: argon2id at rest, and a strength that is estimated here, so that no list of leaked ones is asked for. */

/** OWASP's first choice: 19 MiB, two rounds, one lane. The library's own default is argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const PASSWORD_MAX = 128;

export async function hashPassword(password: string): Promise<Uint8Array> {
  return Buffer.from(await hash(password.normalize("NFKC"), COST));
}

/**
 * @param stored null where there is no such account, or it has no password: as much work is done as if there were,
 * so that neither the answer nor its time tells.
 */
export async function isPassword(stored: Uint8Array | null, password: string): Promise<boolean> {
  nobodys ??= hashPassword("nobody has this password");
  const against = Buffer.from(stored ?? (await nobodys)).toString();
  return (await verify(against, password.normalize("NFKC"))) && stored !== null;
}

let nobodys: Promise<Uint8Array> | null = null;

/** A thousand million guesses, of which argon2id allows some tens a second. */
const GUESSES_LOG10_MIN = 9;

const estimator = new ZxcvbnFactory({
  graphs: adjacencyGraphs,
  dictionary: { ...common, ...english },
  useLevenshteinDistance: false,
});

/** @param known what somebody who guesses would begin with: name, e-mail. @throws HallError PASSWORD_WEAK */
export function requireStrong(password: string, known: readonly string[]): void {
  const parts = known
    .flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)])
    .filter((part) => part !== "");
  const { guessesLog10, feedback } = estimator.check(password.normalize("NFKC"), ["guildhall", ...parts]);
  if (guessesLog10 >= GUESSES_LOG10_MIN) return;
  const reason =
    feedback.warning ?? "it can be guessed too soon; a few words that do not belong together are better";
  throw new HallError("PASSWORD_WEAK", { detail: { reason } });
}
