import { decodeBase64, encodeHex, encodeUtf8 } from "./encoding.ts";
import { isKeyName, noteKeyHash, type VerifierKey } from "./key.ts";
import { VerifyError } from "./verify-error.ts";
import { verifyEd25519 } from "./web-crypto.ts";

/** A note's text, and who is known to have signed it: at least one key, each once. */
export interface OpenedNote {
  text: string;
  signers: VerifierKey[];
  /** Lines of keys that are not ours to judge: witnesses, later keys. They prove nothing here. */
  ignoredSignatures: number;
}

/**
 * Opens a C2SP signed note. Signatures of unknown keys are ignored; one bad signature of a known key
 * refuses the whole note; without a good one the text is not returned.
 */
export async function openNote(note: string, keys: readonly VerifierKey[]): Promise<OpenedNote> {
  return verifyNote(parseNote(note), keys);
}

export interface ParsedNote {
  /** With its last line end: exactly what is signed. */
  text: string;
  signatures: NoteSignature[];
}

export interface NoteSignature {
  name: string;
  keyHash: string;
  signature: Uint8Array<ArrayBuffer>;
}

/** More lines than this are refused before any is checked; every verifier must accept this many. */
const SIGNATURES_MAX = 16;

/** The note's syntax. Nothing it returns has been verified. */
export function parseNote(note: string): ParsedNote {
  if (!note.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/.test(note))
    throw malformed("text without control characters", "one");
  // The text itself may hold empty lines: the last one ends it.
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0) throw malformed("a text, an empty line and signatures", "no empty line");
  const text = note.slice(0, blank + 1);
  const block = note.slice(blank + 2);
  if (!block.endsWith("\n"))
    throw malformed("signature lines that end in a line end", "none, or an open line");

  const lines = block.slice(0, -1).split("\n");
  if (lines.length > SIGNATURES_MAX)
    throw malformed(`at most ${SIGNATURES_MAX} signatures`, `${lines.length}`);
  return { text, signatures: lines.map(parseSignature) };
}

export async function verifyNote(note: ParsedNote, keys: readonly VerifierKey[]): Promise<OpenedNote> {
  const known = await Promise.all(keys.map(async (key) => ({ key, keyHash: await noteKeyHash(key) })));
  const data = encodeUtf8(note.text);
  const signers = new Set<VerifierKey>();
  let ignoredSignatures = 0;
  for (const { name, keyHash, signature } of note.signatures) {
    const key = known.find((known) => known.key.name === name && known.keyHash === keyHash)?.key;
    if (!key) {
      ignoredSignatures++;
    } else if (await verifyEd25519(key.publicKey, signature, data)) {
      signers.add(key);
    } else {
      throw new VerifyError(
        "NOTE_SIGNATURE_INVALID",
        `Expected a signature by key ${name} (${keyHash}) over this text, found one that it does not verify.`,
      );
    }
  }
  if (signers.size === 0) {
    const found = note.signatures.map(({ name, keyHash }) => `${name} (${keyHash})`).join(", ");
    const expected = known.map(({ key, keyHash }) => `${key.name} (${keyHash})`).join(", ");
    throw new VerifyError("NOTE_KEY_UNKNOWN", `Expected a signature by ${expected}, found ${found}.`);
  }
  return { text: note.text, signers: [...signers], ignoredSignatures };
}

function parseSignature(line: string): NoteSignature {
  const [, name = "", encoded = ""] = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  const bytes = decodeBase64(encoded);
  if (!isKeyName(name) || !bytes || bytes.length < 5)
    throw malformed("signature lines of a dash, a name and base64", "another line");
  return { name, keyHash: encodeHex(bytes.subarray(0, 4)), signature: bytes.slice(4) };
}

function malformed(expected: string, found: string): VerifyError {
  return new VerifyError("NOTE_MALFORMED", `Expected a signed note with ${expected}, found ${found}.`);
}
