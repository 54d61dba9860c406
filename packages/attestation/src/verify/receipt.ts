import { checkHash } from "./body-hash.ts";
import { decodeHex, encodeHex, encodeUtf8 } from "./encoding.ts";
import { parseVerifierKey, type VerifierKey } from "./key.ts";
import { checkLink, checkStart } from "./link.ts";
import { rootFromInclusion } from "./merkle.ts";
import { verifyNote } from "./note.ts";
import {
  isKnownKind,
  type ReadReceipt,
  type ReceiptParts,
  readReceipt,
  readSealedReceipt,
  type SealParts,
} from "./sealed-receipt.ts";
import { type VerifyCode, VerifyError } from "./verify-error.ts";
import { verifyEd25519 } from "./web-crypto.ts";
import { readWitnesses, requireCosigned, type Witnesses } from "./witnesses.ts";

/**
 * Checks a sealed receipt against the key of a Hall: no account, no network, nothing trusted but the key.
 *
 * `input` is the text (or its bytes) as it was received, so that a repeated key or bytes after the end are
 * seen; an object is checked as the JSON it writes. `key` is what `parseVerifierKey` reads; several, where a
 * Hall has changed its key. With `previous`, the receipt before it, the link to that one is checked too; with
 * `witnesses`, enough of them must have cosigned the checkpoint.
 */
export async function verifySealedReceipt(
  input: unknown,
  key: string | readonly string[],
  options: VerifyOptions = {},
): Promise<Verdict> {
  const report = new Report();
  try {
    const sealed = await report.run("format", () => readFormat(input, key));
    await report.run("body", () => checkBody(sealed));
    await report.run("signature", () => checkSignature(sealed));
    await report.run("inclusion", () => checkInclusion(sealed));
    await report.run("checkpoint", () => checkCheckpoint(sealed, options.witnesses));
    await report.run("chain", () => checkChain(sealed, options.previous));
    const { receipt, checkpoint } = sealed;
    return {
      ok: true,
      kind: receipt.kind,
      knownKind: isKnownKind(receipt.kind),
      receiptId: receipt.receipt_id,
      receipt,
      treeSize: checkpoint.treeSize,
      checks: report.checks,
    };
  } catch (error) {
    // Anything else is a defect of ours; it must not pass for an answer about the receipt.
    if (!(error instanceof VerifyError)) throw error;
    return {
      ok: false,
      failed: report.fail(error),
      code: error.code,
      message: error.message,
      checks: report.checks,
    };
  }
}

export interface VerifyOptions {
  previous?: unknown;
  witnesses?: Witnesses | undefined;
}

/** The checks in the order in which they are made. */
export const CHECKS = ["format", "body", "signature", "inclusion", "checkpoint", "chain"] as const;
export type CheckName = (typeof CHECKS)[number];

export interface Check {
  name: CheckName;
  result: "passed" | "failed" | "skipped";
  /** What was found, in a sentence for people. */
  detail: string;
}

export type Verdict = GoodReceipt | BadReceipt;

export interface GoodReceipt {
  ok: true;
  kind: string;
  /** False: sealed by the Hall, but of a kind this verifier has no words for. */
  knownKind: boolean;
  receiptId: string;
  /** Parsed from the bytes that were verified: show this and not another reading of the input. */
  receipt: ReadReceipt;
  /** Of the checkpoint that covers it. */
  treeSize: number;
  checks: Check[];
}

export interface BadReceipt {
  ok: false;
  failed: CheckName;
  code: VerifyCode;
  message: string;
  checks: Check[];
}

type Sealed = ReceiptParts & SealParts & { keys: VerifierKey[] };
type Finding = Pick<Check, "result" | "detail">;

async function readFormat(input: unknown, key: string | readonly string[]): Promise<Sealed & Finding> {
  const sealed = await readSealedReceipt(input);
  const texts = typeof key === "string" ? [key] : key;
  const keys = await Promise.all(texts.map((text) => parseVerifierKey(text, sealed.checkpoint.origin)));
  return { ...sealed, keys, ...passed(`One sealed receipt of kind ${sealed.receipt.kind}.`) };
}

/** The body hashes to `receipt_hash`, so no byte of it has changed since it was hashed. */
async function checkBody(sealed: Sealed): Promise<Finding> {
  await checkHash(sealed);
  return passed(`The body hashes to receipt_hash ${sealed.receipt.receipt_hash}.`);
}

/** WCP's own signature, where the Hall makes one. Without it the checkpoint alone seals. */
async function checkSignature({ receipt, signature, keys }: Sealed): Promise<Finding> {
  if (!signature) return skipped("The receipt carries no signature of its own; its checkpoint seals it.");
  const data = encodeUtf8(receipt.receipt_hash);
  // All keys are tried: signing_key_id narrows nothing that an attacker could not write there.
  for (const { publicKey } of keys)
    if (await verifyEd25519(publicKey, signature, data))
      return passed("The key's signature of receipt_hash is good.");
  throw new VerifyError(
    "SIGNATURE_INVALID",
    `Expected a signature of receipt_hash by the given key, found one that it does not verify; ` +
      `the receipt names key ${JSON.stringify(receipt.signing_key_id)}.`,
  );
}

/** The proof leads from this receipt, at its own index, to the checkpoint's root. */
async function checkInclusion({ receipt, checkpoint, proof }: Sealed): Promise<Finding> {
  const { treeSize } = checkpoint;
  const leaf = decodeHex(receipt.receipt_hash);
  const found = encodeHex(await rootFromInclusion(receipt.leaf_index, treeSize, leaf, proof));
  const expected = encodeHex(checkpoint.root);
  if (found !== expected)
    throw new VerifyError(
      "ROOT_MISMATCH",
      `Expected the checkpoint's root ${expected}, the proof leads to ${found}.`,
    );
  return passed(`It is leaf ${receipt.leaf_index} of the ${treeSize} under the checkpoint.`);
}

/** The checkpoint is of the log that the receipt names, and signed by the key of that log. */
async function checkCheckpoint(
  { receipt, note, checkpoint, keys }: Sealed,
  witnesses: Witnesses | undefined,
): Promise<Finding> {
  const { origin } = checkpoint;
  if (origin !== receipt.hall)
    throw new VerifyError(
      "ORIGIN_MISMATCH",
      `Expected a checkpoint of ${receipt.hall}, found one of ${origin}.`,
    );
  const keysOfLog = keys.filter((key) => key.name === origin);
  if (keysOfLog.length === 0)
    throw new VerifyError(
      "ORIGIN_MISMATCH",
      `Expected a checkpoint of ${keys.map((key) => key.name).join(", ")}, whose key was given, found one of ${origin}.`,
    );
  const { ignoredSignatures } = await verifyNote(note, keysOfLog);
  if (witnesses) {
    const cosigned = await requireCosigned(note, await readWitnesses(witnesses, keysOfLog));
    return passed(`The key's signature of the checkpoint is good. ${cosigned}`);
  }
  const others =
    ignoredSignatures === 0 ? "" : ` ${ignoredSignatures} signatures of other keys were not checked.`;
  return passed(`The key's signature of the checkpoint is good.${others}`);
}

/** It follows the receipt that the caller has before it; without that one only the start is known. */
async function checkChain({ receipt }: Sealed, previous: unknown): Promise<Finding> {
  checkStart(receipt);
  if (previous === undefined)
    return receipt.seq === 0
      ? passed("It is the first of its chain.")
      : skipped(`The receipt before it, number ${receipt.seq - 1} of its chain, was not given.`);

  const before = readReceipt(previous);
  await checkHash(before);
  checkLink(before.receipt, receipt);
  return passed(`It follows receipt ${before.receipt.receipt_id} in its chain.`);
}

function passed(detail: string): Finding {
  return { result: "passed", detail };
}

function skipped(detail: string): Finding {
  return { result: "skipped", detail };
}

/** Notes each check as it goes. */
class Report {
  readonly checks: Check[] = [];

  async run<Result extends Finding>(name: CheckName, check: () => Promise<Result>): Promise<Result> {
    const entry: Check = { name, result: "failed", detail: "" };
    this.checks.push(entry);
    const finding = await check();
    entry.result = finding.result;
    entry.detail = finding.detail;
    return finding;
  }

  /** Ends the report at the check that was running. */
  fail(error: VerifyError): CheckName {
    const last = this.checks.at(-1)!;
    last.detail = error.message;
    for (const name of CHECKS.slice(this.checks.length))
      this.checks.push({ name, result: "skipped", detail: `Not reached: the ${last.name} check failed.` });
    return last.name;
  }
}
