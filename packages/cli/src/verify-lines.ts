import {
  BodyFold,
  bodyProblem,
  ChainLines,
  parseVerifierKey,
  ReceiptLines,
  readCheckpoint,
} from "@guildhall/attestation";
import {
  openNote,
  parseNote,
  readWitnesses,
  requireCosigned,
  VerifyError,
  type Witnesses,
} from "@guildhall/attestation/verify";
import { StrictJsonError } from "@guildhall/protocol";
import { type ExitCode, type Io, UsageError } from "./command.ts";
import { readLines } from "./read-lines.ts";

/** So many failures are named one by one; the others are counted. */
const NAMED_MAX = 20;

/**
 * Checks each line as a sealed receipt, and that those of one chain follow each other and name what the chain brought
 * in. Lines may be of many chains; memory does not grow with them, but for a place of each chain.
 */
export async function verifyLines(
  name: string,
  keys: readonly string[],
  io: Io,
  { witnesses, withGaps }: { witnesses?: Witnesses | undefined; withGaps: boolean },
): Promise<ExitCode> {
  const checker = new ReceiptLines(keys, witnesses);
  const chains = new ChainLines({ withGaps });
  let count = 0;
  let failed = 0;
  for await (const lines of readLines(name, io))
    for (const line of lines) {
      count++;
      const verdict = await checker.check(line);
      if (!verdict.ok && verdict.code === "KEY_MALFORMED")
        throw new UsageError(`--key or --witness: ${verdict.message}`);
      if (!verdict.ok) chains.noteRefused();
      const fault = verdict.ok ? await chains.faultOf(verdict.receipt) : verdict;
      if (!fault) continue;
      if (++failed <= NAMED_MAX) io.out.row("failed", `line ${count}`, `${fault.code}: ${fault.message}`);
    }
  if (chains.missing > 0) io.out.line(`Between them ${chains.missing} receipts are missing.`);
  return conclude(count, failed, "receipts", io);
}

/** Folds all bodies of a log into the root that a checkpoint signs, then reads each. */
export async function verifyBodies(
  name: string,
  note: Uint8Array,
  keys: readonly string[],
  io: Io,
  witnesses?: Witnesses,
): Promise<ExitCode> {
  if (name === "-") throw new UsageError("Expected a file of bodies: it is read twice.");
  const checkpoint = await signedCheckpoint(Buffer.from(note).toString("utf8"), keys, io, witnesses);
  if (checkpoint === null) return 1;
  const fold = new BodyFold();
  for await (const lines of readLines(name, io)) for (const line of lines) fold.add(line);
  const isWhole = fold.size === checkpoint.treeSize && Buffer.compare(fold.root(), checkpoint.root) === 0;
  if (!isWhole) {
    io.out.title("Not verified: ROOT_MISMATCH.");
    io.out.line(
      `The ${fold.size} bodies are not the ${checkpoint.treeSize} that the checkpoint covers, or not in their order.`,
    );
    return 1;
  }
  io.out.row(
    "passed",
    "log",
    `${fold.size} bodies are the whole log ${checkpoint.origin} under the signed checkpoint.`,
  );
  let index = 0;
  let failed = 0;
  for await (const lines of readLines(name, io))
    for (const line of lines) {
      const problem = problemOf(line, index, checkpoint.origin);
      if (problem !== null && ++failed <= NAMED_MAX) io.out.row("failed", `line ${index + 1}`, problem);
      index++;
    }
  return conclude(index, failed, "bodies", io);
}

async function signedCheckpoint(
  note: string,
  keys: readonly string[],
  io: Io,
  witnesses: Witnesses | undefined,
) {
  try {
    const claim = await readCheckpoint(note.slice(0, note.lastIndexOf("\n\n") + 1));
    const known = await Promise.all(keys.map((key) => parseVerifierKey(key, claim.origin)));
    const keysOfLog = known.filter(({ name }) => name === claim.origin);
    await openNote(note, keysOfLog);
    if (witnesses) await requireCosigned(parseNote(note), await readWitnesses(witnesses, keysOfLog));
    return claim;
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    if (error.code === "KEY_MALFORMED") throw new UsageError(`--key or --witness: ${error.message}`);
    io.out.title(`Not verified: ${error.code}.`);
    io.out.line(error.message);
    return null;
  }
}

function problemOf(line: Uint8Array, index: number, origin: string): string | null {
  try {
    return bodyProblem(line, index, origin);
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

function conclude(count: number, failed: number, what: string, { out }: Io): ExitCode {
  if (count === 0) throw new UsageError("The file holds no line.");
  if (failed > NAMED_MAX) out.line(`and ${failed - NAMED_MAX} more`);
  out.title(failed === 0 ? "Verified." : "Not verified.");
  out.line(failed === 0 ? `All ${count} ${what} are good.` : `${failed} of ${count} ${what} are not good.`);
  return failed === 0 ? 0 : 1;
}
