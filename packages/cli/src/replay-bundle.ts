import { BundleError, compile, type Program } from "@guildhall/engine";
import { RuleBundle } from "@guildhall/protocol";
import { type Io, UsageError } from "./command.ts";
import { NO_BUNDLE } from "./no-bundle.ts";
import { readInput } from "./read-input.ts";
import { bundleIn } from "./replay-documents.ts";
import { bundleFrom } from "./replay-hall.ts";
import type { Sources } from "./replay-material.ts";

/** A published bundle may be larger than one that is sent: every default is written out. */
const BUNDLE_MAX_BYTES = 128 * 1024 * 1024;

/**
 * The rules that a decision is derived under, or null where they are not there. A bundle that was given is used whatever
 * its digest is, which is then remarked upon: that is how one asks what another rule would have done.
 */
export async function findProgram(
  wanted: string,
  { bundle: path, hall }: Sources,
  io: Io,
  remarks: string[],
): Promise<{ program: Program | null; other: string | null }> {
  if (path !== null) {
    const found = bundleIn(await readInput(path, io, BUNDLE_MAX_BYTES), path);
    const other = found.digests.includes(wanted) ? null : (found.digests.at(-1) ?? null);
    if (other !== null)
      remarks.push(
        `${path} is not the bundle that decided: it is ${other}, and the receipt names ${wanted}. ` +
          "What follows is what would have been decided under it, with the workers that the receipt names and no others.",
      );
    return { program: compiled(found.document, wanted, path), other };
  }
  if (wanted === NO_BUNDLE) return { program: compile(RuleBundle.parse({ rules: [] }), wanted), other: null };
  const found = hall && (await bundleFrom(hall, wanted, remarks));
  return { program: found && compiled(found.document, wanted, `Bundle ${wanted}`), other: null };
}

/** Under the digest that the receipt names, so that another bundle shows in what it decides. */
function compiled(bundle: RuleBundle, digest: string, name: string): Program {
  try {
    return compile(bundle, digest);
  } catch (cause) {
    if (!(cause instanceof BundleError)) throw cause;
    const [problem] = cause.problems;
    throw new UsageError(
      `${name} has an expression that this version of hall does not read, in ${problem?.rule_id} at ${problem?.path}: expected ${problem?.expected}.`,
      { cause },
    );
  }
}
