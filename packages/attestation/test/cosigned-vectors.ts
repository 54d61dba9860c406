import { createHash } from "node:crypto";
import { cosign, type Ed25519Signer, type VerifyCode, witnessKey } from "../src/index.ts";
import { throwAwaySigner } from "../src/testing/index.ts";
import { hall, json, type LooseSealed, sealed, withLines } from "./forge.ts";
import type { ReceiptCase } from "./receipt-vectors.ts";

/** The cases of vectors/receipts that ask for witnesses. */

const TIME_S = 1_795_852_800;
const [one, two, three] = ["w1", "w2", "w3"].map(witness) as [Witness, Witness, Witness];

interface Witness {
  name: string;
  signer: Ed25519Signer;
  key: string;
}

function witness(short: string): Witness {
  const name = `witness.example/${short}`;
  const seed = createHash("sha256").update(`the test key of ${name}`).digest();
  const signer = throwAwaySigner(seed);
  return { name, signer, key: witnessKey(name, signer.publicKey) };
}

const plain = await sealed(0);
const text = `${`${plain.seal.checkpoint}`.split("\n\n")[0]}\n`;
const lineOf = ({ name, signer }: Witness, of = text) => cosign(signer, name, of, TIME_S);
const [lineOne, lineTwo] = [await lineOf(one), await lineOf(two)];
const keys = [one.key, two.key, three.key];
/** The log's own key under a witness's name, and the line that it would make. */
const self: Witness = { name: one.name, signer: hall, key: witnessKey(one.name, hall.publicKey) };
const alias: Witness = { ...one, name: "witness.example/other" };
alias.key = witnessKey(alias.name, alias.signer.publicKey);

export const cosigned: ReceiptCase[] = [
  good("by the one witness that is asked for", [lineOne], [one.key], 1),
  good("by two of three", [lineOne, lineTwo], keys, 2),
  good("by one of three, where one is enough", [lineTwo], keys, 1),
  good("by all of two", [lineTwo, lineOne], [one.key, two.key], 2),
  bad("by nobody", [], [one.key], 1),
  bad("by one of three, where two are asked for", [lineOne], keys, 2),
  bad("by one of them twice, where two are asked for (H-056)", [lineOne, lineOne], keys, 2),
  bad("by a witness that is not asked for", [lineTwo], [one.key], 1),
  bad("of another tree, by the witness", [await lineOf(one, text.replace("\n9\n", "\n8\n"))], [one.key], 1, {
    code: "NOTE_SIGNATURE_INVALID",
  }),
  bad("by one witness, with a forged line of another (H-061)", [lineOne, forged(lineTwo)], keys, 1, {
    code: "NOTE_SIGNATURE_INVALID",
  }),
  bad("by the log's own key, under a witness's name", [await lineOf(self)], [self.key], 1, {
    code: "KEY_MALFORMED",
  }),
  bad("by one key under two names (H-056)", [lineOne, await lineOf(alias)], [one.key, alias.key], 2, {
    code: "KEY_MALFORMED",
  }),
  bad("by fewer than can ever be", [lineOne, lineTwo], [one.key, two.key], 3, { code: "KEY_MALFORMED" }),
  bad("by none, where none are asked for", [], [one.key], 0, { code: "KEY_MALFORMED" }),
];

function withCosignatures(lines: string[]): LooseSealed {
  const { receipt, seal } = plain;
  const checkpoint = withLines(seal.checkpoint, (old) => [...old, ...lines.map((line) => line.trimEnd())]);
  return { receipt, seal: { ...seal, checkpoint } };
}

function good(name: string, lines: string[], witnesses: string[], threshold: number): ReceiptCase {
  const accepted = { kind: "decision", known_kind: true, skipped: [] };
  return { name, witnesses, threshold, sealed: json(withCosignatures(lines)), accepted };
}

function bad(
  name: string,
  lines: string[],
  witnesses: string[],
  threshold: number,
  { code = "COSIGNATURES_MISSING" }: { code?: VerifyCode } = {},
): ReceiptCase {
  const sealed = json(withCosignatures(lines));
  return { name, witnesses, threshold, sealed, failed: "checkpoint", refused: code };
}

/** The same line with another signature in it. */
function forged(line: string): string {
  const [dash, name, encoded = ""] = line.trimEnd().split(" ");
  const bytes = Buffer.from(encoded, "base64");
  bytes[bytes.length - 1]! ^= 1;
  return `${dash} ${name} ${bytes.toString("base64")}`;
}
