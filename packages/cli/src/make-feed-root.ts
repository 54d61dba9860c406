import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Ed25519Signer, signFeedRoot, verifyFeedRoot } from "@guildhall/attestation";
import { FEED_ROOT_KEYS_MAX, FeedRoot, instant } from "@guildhall/protocol";
import { openExistingKey, openKey } from "./attest-keygen.ts";
import { type ExitCode, type Io, UsageError } from "./command.ts";
import { readFeedRoot } from "./read-feed-root.ts";
import { writeNewFile } from "./replace-file.ts";

/** Makes the offline keys of a ban feed and the statement that all of them sign; `hall keys init` has the help. */
export async function makeFeedRoot(args: string[], io: Io): Promise<ExitCode> {
  const { out, origin, count, threshold, replaces, oldKeys } = readArgs(args);
  const previous = replaces === null ? null : await readFeedRoot(replaces, io);
  await mkdir(out, { recursive: true, mode: 0o700 });
  const version = (previous?.version ?? 0) + 1;
  const made: Ed25519Signer[] = [];
  const files: string[] = [];
  for (let number = 1; number <= count; number++) {
    const file = `feed-root-${version}-${number}.pem`;
    made.push(await openNewKey(join(out, file)));
    files.push(file);
  }
  const root = FeedRoot.parse({
    origin,
    version,
    threshold,
    made_at: instant(Date.now()),
    keys: made.map(({ keyId, spki }) => ({ key_id: keyId, spki: Buffer.from(spki).toString("base64") })),
  });
  const old = await Promise.all(oldKeys.map((file) => openExistingKey(file, "--old-key")));
  const envelope = await signFeedRoot([...made, ...old], root);
  const verdict = await verifyFeedRoot(envelope, previous);
  if (!verdict.ok) throw new UsageError(`The root would be refused (${verdict.code}). ${verdict.message}`);
  await writeNewFile(join(out, `feed-root-${version}.json`), envelope);
  made.forEach(({ keyId }, i) => {
    io.out.row("passed", files[i] ?? "", keyId);
  });
  io.out.line();
  io.out.line(`${threshold} of ${count} are needed. Digest of the root: ${verdict.digest}`);
  io.out.line("Hand each key file to its holder and take it off this machine.");
  return 0;
}

/** A file that is there may be anybody's: no key is taken from it. */
async function openNewKey(path: string): Promise<Ed25519Signer> {
  const { lstat } = await import("node:fs/promises");
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new UsageError(`${path} is there already; a key is never replaced.`);
  return openKey(path);
}

function readArgs(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      "feed-root": { type: "boolean" },
      out: { type: "string" },
      origin: { type: "string" },
      keys: { type: "string" },
      threshold: { type: "string" },
      replaces: { type: "string" },
      "old-key": { type: "string", multiple: true, default: [] },
    },
  });
  const { out, origin, replaces = null, "old-key": oldKeys } = values;
  if (out === undefined) throw new UsageError("Expected --out and the folder to make the files in.");
  if (origin === undefined) throw new UsageError("Expected --origin and the name of the Hall's log.");
  const count = whole(values.keys, "--keys", FEED_ROOT_KEYS_MAX);
  const threshold = whole(values.threshold, "--threshold", count);
  if (replaces === null && oldKeys.length > 0)
    throw new UsageError("Expected --replaces and the root that the old keys are of.");
  return { out, origin, count, threshold, replaces, oldKeys };
}

function whole(text: string | undefined, option: string, max: number): number {
  const value = Number(text);
  if (text !== undefined && /^[0-9]+$/.test(text) && value >= 1 && value <= max) return value;
  throw new UsageError(`Expected ${option} and a number from 1 to ${max}.`);
}
