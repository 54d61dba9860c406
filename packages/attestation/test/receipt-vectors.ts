import { createHmac, createPublicKey } from "node:crypto";
import { signReceipt, type VerifyCode } from "../src/index.ts";
import { SAMPLE_HALL } from "../src/testing/index.ts";
import {
  hall,
  hallKey,
  json,
  type LooseSealed,
  lineBy,
  log,
  malleated,
  OTHER_HALL,
  otherHall,
  otherHallKey,
  resealed,
  sealed,
  signatureLine,
  stranger,
  withLines,
} from "./forge.ts";

/** The cases of vectors/receipts: what a verifier of sealed receipts must accept and refuse. */

export interface ReceiptCase {
  name: string;
  /** The sealed receipt as text; `sealed_base64` where it is no UTF-8. */
  sealed?: string;
  sealed_base64?: string;
  /** The key, if it is not the one at the top of the file. */
  key?: string;
  previous?: string;
  /** Keys of witnesses, and how many must have cosigned. */
  witnesses?: string[];
  threshold?: number;
  accepted?: { kind: string; known_kind: boolean; skipped: string[] };
  refused?: VerifyCode;
  failed?: string;
}

export interface ChainCase {
  name: string;
  receipts: string[];
  previous?: string;
  refused?: VerifyCode;
  at?: number;
}

const decision = await sealed(0);
const outcome = await sealed(1);
const act = await sealed(2);
const ownSignature = Buffer.from(act.receipt.signature as string, "base64");

export const accepted: ReceiptCase[] = [
  good("a decision", decision),
  good("an outcome", outcome, { skipped: ["chain"] }),
  good("an act of administration", act, { skipped: ["chain"] }),
  good("one that its checkpoint alone seals", await resealed(2, {}, { isSigned: false }), {
    skipped: ["signature", "chain"],
  }),
  good("the only leaf of a log, with an empty proof", await sealed(0, 1)),
  good("the same receipt under a later checkpoint", await sealed(2, 5), { skipped: ["chain"] }),
  good("the last leaf of a log", await sealed(8), { skipped: ["chain"] }),
  { ...good("pretty-printed", decision), sealed: JSON.stringify(decision, null, 2) },
  { ...good("with its fields in another order", decision), sealed: json(reversed(decision)) },
  {
    ...good("with letters written as escapes", decision),
    sealed: json(decision).replace("ALLOW", "\\u0041LLOW"),
  },
  good(
    "of a kind that is not known yet",
    await resealed(2, { kind: "heartbeat", beats: [1, 2], subject: undefined }),
    {
      skipped: ["chain"],
      known: false,
    },
  ),
  good("of a known kind with a field that is not known yet", await resealed(0, { carbon_grams: 12 })),
  good(
    "one that says what holds its key",
    await resealed(0, { signing_module: "software token: SoftHSM v2 by SoftHSM project, library 2.6" }),
  ),
  good("after the receipt before it", outcome, { previous: json(log.receipts[0]!) }),
  good("after the receipt before it, sealed itself", outcome, { previous: json(decision) }),
  good(
    "with a witness's signature on the checkpoint",
    withNote(decision, [await lineBy(stranger, "witness.example", decision.seal.checkpoint)]),
  ),
  good(
    "with a forged witness's signature on the checkpoint (H-061)",
    withNote(decision, [signatureLine("witness.example", stranger.publicKey, Buffer.alloc(64))]),
  ),
  good(
    "with sixteen signatures on the checkpoint",
    withNote(
      decision,
      await Promise.all(
        Array.from({ length: 15 }, (_, i) =>
          lineBy(stranger, `witness-${i}.example`, decision.seal.checkpoint),
        ),
      ),
    ),
  ),
  good(
    "with a stranger's signature under the Hall's name",
    withNote(decision, [await lineBy(stranger, SAMPLE_HALL, decision.seal.checkpoint)]),
  ),
  good("with an extension line in the checkpoint", await withText(decision, (text) => `${text}extension\n`)),
  { ...good("with the key in PEM", decision), key: pem(hall.publicKey) },
  { ...good("with the key in bare base64", decision), key: base64(hall.publicKey) },
];

export const unreadable: ReceiptCase[] = [
  ...text("JSON_NOT_STRICT", {
    "with a field written twice (H-059)": json(decision).replace(
      '{"receipt":{',
      '{"receipt":{"policy_decision":"ALLOW",',
    ),
    "with a field written twice, once by escape (H-002)": json(decision).replace(
      '{"receipt":{',
      '{"receipt":{"\\u0070olicy_decision":"DENY",',
    ),
    "with a second seal (H-059)": json(decision).replace(/}$/, `,"seal":${json(decision.seal)}}`),
    "with bytes after the end (H-059)": `${json(decision)}{}`,
    "with a NUL after the end": `${json(decision)}\0`,
    "with a byte order mark": `\ufeff${json(decision)}`,
    "cut short": json(decision).slice(0, -1),
    "with -0 for 0": json(decision).replace('"caller":null', '"caller":-0'),
    "with a number beyond 2^53": json(decision).replace('"leaf_index":0', '"leaf_index":9007199254740993'),
    "with half a surrogate pair": json(decision).replace('"corr-0"', '"corr-\\ud800"'),
    "with a key that reaches the prototype": json(decision).replace(
      '{"receipt":{',
      '{"receipt":{"__proto__":{},',
    ),
    "that is nothing": "",
  }),
  {
    name: "that is no UTF-8",
    sealed_base64: Buffer.from(json(decision).replace("corr-0", "corr-\u00e9"), "latin1").toString("base64"),
    refused: "JSON_NOT_STRICT",
    failed: "format",
  },
  ...text("RECEIPT_MALFORMED", {
    "that is an array": json([decision]),
    "that is a string": json("receipt" as unknown as object),
    "that is null": "null",
    "whose receipt is an array": json({ ...act, receipt: [act.receipt] }),
    "without receipt_hash": json({ ...act, receipt: { ...act.receipt, receipt_hash: undefined } }),
    "with receipt_hash in upper case": edited(act, {
      receipt_hash: `${act.receipt.receipt_hash}`.toUpperCase(),
    }),
    "with receipt_hash cut short": edited(act, { receipt_hash: `${act.receipt.receipt_hash}`.slice(0, 62) }),
    "with receipt_hash as sha256:": edited(act, { receipt_hash: `sha256:${act.receipt.receipt_hash}` }),
    "with signature left out": edited(act, { signature: undefined }),
    "with an empty signature (H-055)": edited(act, { signature: "" }),
    "with signature as an empty list (H-055)": edited(act, { signature: [] }),
    "with signature as a list of the good one (H-055)": edited(act, { signature: [act.receipt.signature] }),
    "with signature false": edited(act, { signature: false }),
    "with the public key's HMAC for a signature (H-055)": edited(act, {
      signature: createHmac("sha256", hall.publicKey).update(`${act.receipt.receipt_hash}`).digest("base64"),
    }),
    "with signature in the URL alphabet (H-058)": edited(act, {
      signature: ownSignature.toString("base64url"),
    }),
    "with signature without padding (H-058)": edited(act, {
      signature: base64(ownSignature).replace(/=+$/, ""),
    }),
    "with a space in signature (H-058)": edited(act, { signature: ` ${act.receipt.signature}` }),
    "with a line end in signature (H-058)": edited(act, { signature: `${act.receipt.signature}\n` }),
    "with junk in signature (H-058)": edited(act, { signature: `!!!${act.receipt.signature}` }),
    "with stray bits at the end of signature (H-058)": edited(act, {
      signature: strayBits(base64(ownSignature)),
    }),
    "with one byte more than a signature": edited(act, {
      signature: base64(Buffer.concat([ownSignature, Buffer.of(0)])),
    }),
  }),
  // From here on each was sealed by the Hall as it stands: only its form is wrong.
  bad(
    "with a fraction in the body",
    "format",
    "RECEIPT_MALFORMED",
    await resealed(2, { details: { score: 0.9 } }),
  ),
  bad(
    "with a receipt_id of version 4",
    "format",
    "RECEIPT_MALFORMED",
    await resealed(2, { receipt_id: "5f0c7c1e-6d0b-4b57-9a3e-1b0c8f3f7a10" }),
  ),
  bad(
    "with a chain that is no UUID",
    "format",
    "RECEIPT_MALFORMED",
    await resealed(2, { chain: "tenant-1" }),
  ),
  bad(
    "decided on 30 February",
    "format",
    "RECEIPT_MALFORMED",
    await resealed(2, { decided_at: "2026-02-30T00:00:00.000Z" }),
  ),
  bad(
    "decided without a time zone",
    "format",
    "RECEIPT_MALFORMED",
    await resealed(2, { decided_at: "2026-11-23T16:00:00.000" }),
  ),
  bad(
    "with a negative leaf_index (H-060)",
    "format",
    "RECEIPT_MALFORMED",
    await resealed(2, { leaf_index: -1 }),
  ),
  bad("with seq as a string", "format", "RECEIPT_MALFORMED", await resealed(2, { seq: "2" })),
  bad("without a salt", "format", "RECEIPT_MALFORMED", await resealed(2, { salt: "" })),
  bad("with a kind in upper case", "format", "RECEIPT_MALFORMED", await resealed(2, { kind: "KEY" })),
  bad("with a kind that is no string", "format", "RECEIPT_MALFORMED", await resealed(2, { kind: null })),
  bad(
    "with an actor who is nothing known",
    "format",
    "RECEIPT_MALFORMED",
    await resealed(2, { actor: { kind: "ghost", id: "1" } }),
  ),
  bad(
    "of a later spec_version",
    "format",
    "SPEC_VERSION_UNKNOWN",
    await resealed(2, { spec_version: "wcp-0.3/receipt-2" }),
  ),
  bad("without spec_version", "format", "SPEC_VERSION_UNKNOWN", edited(act, { spec_version: undefined })),
  ...text("SEAL_MALFORMED", {
    "without a seal": json({ receipt: act.receipt }),
    "without a receipt": json({ seal: act.seal }),
    "with something beside receipt and seal": json({ ...act, verified: true }),
    "whose seal is null": json({ ...act, seal: null }),
    "with something more in the seal": resealing(act, { algorithm: "none" }),
    "with one proof hash that is no list": resealing(act, {
      inclusion_proof: (act.seal.inclusion_proof as string[])[0],
    }),
    "with a proof of 64 hashes (H-060)": resealing(act, {
      inclusion_proof: Array(64).fill(base64(Buffer.alloc(32))),
    }),
    "with a proof hash of 31 bytes (H-060)": resealing(act, { inclusion_proof: [base64(Buffer.alloc(31))] }),
    "with a proof hash in hex": resealing(act, { inclusion_proof: [act.receipt.receipt_hash] }),
    "with stray bits at the end of a proof hash (H-058)": resealing(act, {
      inclusion_proof: (act.seal.inclusion_proof as string[]).map(strayBits),
    }),
    "with a checkpoint of more than 16,384 characters": resealing(act, { checkpoint: "a".repeat(16_385) }),
  }),
  bad("with a key that is no key", "format", "KEY_MALFORMED", act, "hall.example.org/log"),
  bad(
    "with a key whose hash is mistyped",
    "format",
    "KEY_MALFORMED",
    act,
    hallKey.replace(/\+[0-9a-f]{8}\+/, "+00000000+"),
  ),
  bad(
    "with a key of a witness's type (4)",
    "format",
    "KEY_MALFORMED",
    act,
    `${hallKey.slice(0, -44)}${base64(Buffer.concat([Buffer.of(4), hall.publicKey]))}`,
  ),
  bad(
    "with a private key in PEM",
    "format",
    "KEY_MALFORMED",
    act,
    pem(hall.publicKey).replaceAll("PUBLIC", "PRIVATE"),
  ),
  bad("with a P-256 key in PEM", "format", "KEY_MALFORMED", act, P256_PEM()),
];

export const changedBodies: ReceiptCase[] = [
  ...[
    { name: "a DENY turned to ALLOW", receipt: decision.receipt, changes: { policy_decision: "DENY" } },
    { name: "another worker", receipt: decision.receipt, changes: { worker_id: "org.acme.summarizer.i-2" } },
    { name: "another time", receipt: act.receipt, changes: { decided_at: "2026-11-23T16:00:03.000Z" } },
    { name: "another place in the chain", receipt: act.receipt, changes: { seq: 3 } },
    { name: "another predecessor", receipt: act.receipt, changes: { prev_receipt_hash: "0".repeat(64) } },
    { name: "another leaf", receipt: act.receipt, changes: { leaf_index: 3 } },
    { name: "another hall", receipt: act.receipt, changes: { hall: OTHER_HALL } },
    { name: "another kind", receipt: act.receipt, changes: { kind: "role" } },
    { name: "another salt", receipt: act.receipt, changes: { salt: "0".repeat(32) } },
    {
      name: "another signing_key_id (H-056)",
      receipt: act.receipt,
      changes: { signing_key_id: "../../etc/passwd" },
    },
    { name: "one field more", receipt: act.receipt, changes: { note: "" } },
    { name: "one field less", receipt: act.receipt, changes: { subject: undefined } },
    { name: "1 turned to true", receipt: outcome.receipt, changes: { attempts: true } },
    { name: "null turned to an empty string", receipt: outcome.receipt, changes: { reason: "" } },
    { name: "a letter in its decomposed form", receipt: act.receipt, changes: { subject: "key-2\u0301" } },
    { name: "another hash", receipt: act.receipt, changes: { receipt_hash: log.receipts[1]!.receipt_hash } },
  ].map(({ name, receipt, changes }) =>
    bad(name, "body", "HASH_MISMATCH", edited({ receipt, seal: act.seal }, changes)),
  ),
  bad("another body with its own hash, unsigned", "inclusion", "ROOT_MISMATCH", {
    receipt: (await resealed(2, { action: "revoked" }, { isSigned: false })).receipt,
    seal: act.seal,
  }),
  bad("another body with its own hash and the old signature", "signature", "SIGNATURE_INVALID", {
    receipt: { ...(await resealed(2, { action: "revoked" })).receipt, signature: act.receipt.signature },
    seal: act.seal,
  }),
];

export const badSignatures: ReceiptCase[] = [
  ...Object.entries({
    "by another key": await signReceipt(stranger, log.leafData[2]!),
    "by another key, which names the Hall's key as its own (H-056)": await signReceipt(
      otherHall,
      log.leafData[2]!,
    ),
    "of another receipt": log.receipts[1]!.signature,
    "over the 32 bytes of the hash": base64(await hall.sign(log.leafData[2]!)),
    "over the hash in upper case": base64(
      await hall.sign(Buffer.from(`${act.receipt.receipt_hash}`.toUpperCase())),
    ),
    "over the hash with sha256: before it": base64(
      await hall.sign(Buffer.from(`sha256:${act.receipt.receipt_hash}`)),
    ),
    "of the checkpoint (H-054)": base64(
      await hall.sign(Buffer.from(`${`${act.seal.checkpoint}`.split("\n\n")[0]}\n`)),
    ),
    "with S + L for S (H-058)": base64(malleated(ownSignature)),
    "of zeros": base64(Buffer.alloc(64)),
    "with R and S exchanged": base64(
      Buffer.concat([ownSignature.subarray(32), ownSignature.subarray(0, 32)]),
    ),
    // R is the neutral element, S is 0: good for every message under a public key of small order.
    "for a key of small order": base64(Buffer.concat([Buffer.of(1), Buffer.alloc(63)])),
  }).map(([name, signature]) => bad(name, "signature", "SIGNATURE_INVALID", edited(act, { signature }))),
  bad(
    "by the Hall's key, checked with another Hall's (H-057)",
    "signature",
    "SIGNATURE_INVALID",
    act,
    otherHallKey,
  ),
];

const proof = act.seal.inclusion_proof as string[];

export const badProofs: ReceiptCase[] = [
  bad(
    "too short (H-060)",
    "inclusion",
    "PROOF_LENGTH_WRONG",
    resealing(act, { inclusion_proof: proof.slice(0, -1) }),
  ),
  bad(
    "too long (H-060)",
    "inclusion",
    "PROOF_LENGTH_WRONG",
    resealing(act, { inclusion_proof: [...proof, proof[0]] }),
  ),
  bad("empty (H-060)", "inclusion", "PROOF_LENGTH_WRONG", resealing(act, { inclusion_proof: [] })),
  bad(
    "of 63 hashes (H-060)",
    "inclusion",
    "PROOF_LENGTH_WRONG",
    resealing(act, { inclusion_proof: Array(63).fill(proof[0]) }),
  ),
  bad(
    "in the wrong order",
    "inclusion",
    "ROOT_MISMATCH",
    resealing(act, { inclusion_proof: proof.toReversed() }),
  ),
  bad(
    "with one hash changed",
    "inclusion",
    "ROOT_MISMATCH",
    resealing(act, { inclusion_proof: proof.with(1, proof[0]!) }),
  ),
  bad(
    "of its neighbour",
    "inclusion",
    "ROOT_MISMATCH",
    resealing(act, { inclusion_proof: (await sealed(3)).seal.inclusion_proof }),
  ),
  bad(
    "against a smaller tree's checkpoint",
    "inclusion",
    "PROOF_LENGTH_WRONG",
    resealing(act, { checkpoint: await log.checkpoint(5) }),
  ),
  bad(
    "against a checkpoint from before it (H-060)",
    "inclusion",
    "INDEX_NOT_IN_TREE",
    resealing(act, { checkpoint: await log.checkpoint(2) }),
  ),
  bad(
    "against the checkpoint of the empty tree (H-060)",
    "inclusion",
    "INDEX_NOT_IN_TREE",
    resealing(act, { checkpoint: await log.checkpoint(0), inclusion_proof: [] }),
  ),
  bad("of a receipt that claims its neighbour's leaf (H-060)", "inclusion", "ROOT_MISMATCH", {
    receipt: (await resealed(2, { leaf_index: 3 })).receipt,
    seal: (await resealed(2, { leaf_index: 3 })).seal,
  }),
  bad(
    "of a leaf beyond 2^32 that would fit by its low bits (H-060)",
    "inclusion",
    "INDEX_NOT_IN_TREE",
    await resealed(2, { leaf_index: 2 ** 32 + 2 }),
  ),
  bad(
    "against another root (H-060)",
    "inclusion",
    "ROOT_MISMATCH",
    await withText(act, (text) => text.replace(/\n[^\n]{44}\n$/, `\n${base64(Buffer.alloc(32, 7))}\n`)),
  ),
];

const note = `${act.seal.checkpoint}`;
const lines = note.split("\n");

export const badCheckpoints: ReceiptCase[] = [
  ...Object.entries({
    "without signatures": `${lines.slice(0, 3).join("\n")}\n\n`,
    "without an empty line": lines.filter((line) => line !== "").join("\n"),
    "without its last line end": note.trimEnd(),
    "with text after the signatures": `${note}more`,
    "with an empty line after the signatures": `${note}\n`,
    "with a line among the signatures that is none": withLines(note, (lines) => [
      ...lines,
      "witness.example ok",
    ]),
    "with a hyphen for the dash": withLines(note, (lines) => lines.map((line) => line.replace("—", "-"))),
    "with two spaces after the name": withLines(note, (lines) =>
      lines.map((line) => line.replace("log ", "log  ")),
    ),
    "with a plus sign in a name": withLines(note, (lines) => [...lines, `— a+b ${base64(Buffer.alloc(68))}`]),
    "with a signature line of four bytes": withLines(note, (lines) => [
      ...lines,
      "— witness.example AAAAAA==",
    ]),
    "with a signature in the URL alphabet (H-058)": withLines(note, (lines) => [
      ...lines,
      "— witness.example ____-___",
    ]),
    "with a signature without padding (H-058)": withLines(note, (lines) => [
      ...lines,
      "— witness.example AAAAAAA",
    ]),
    "with carriage returns": note.replaceAll("\n", "\r\n"),
    "with a control character": note.replace("hall", "ha\u0001ll"),
    "with seventeen signatures (H-056)": withLines(note, (lines) => Array(17).fill(lines[0])),
    "with a thousand signatures (H-056)": withLines(note, (lines) => [
      ...lines,
      ...Array.from({ length: 999 }, () => "— w AAAAAAA="),
    ]),
  }).map(([name, checkpoint]) => bad(name, "format", "NOTE_MALFORMED", resealing(act, { checkpoint }))),
  ...(await Promise.all(
    Object.entries({
      "without an origin": `\n9\n${lines[2]}\n`,
      "without a root": `${SAMPLE_HALL}\n9\n`,
      "with a size with leading zeros": `${SAMPLE_HALL}\n09\n${lines[2]}\n`,
      "with a negative size": `${SAMPLE_HALL}\n-9\n${lines[2]}\n`,
      "with a hexadecimal size": `${SAMPLE_HALL}\n0x9\n${lines[2]}\n`,
      "with a size with an exponent": `${SAMPLE_HALL}\n9e0\n${lines[2]}\n`,
      "with a size of 2^63 (H-060)": `${SAMPLE_HALL}\n9223372036854775808\n${lines[2]}\n`,
      "with a size of 2^53 (H-060)": `${SAMPLE_HALL}\n9007199254740992\n${lines[2]}\n`,
      "with a root of 31 bytes": `${SAMPLE_HALL}\n9\n${base64(Buffer.alloc(31))}\n`,
      "with a root in hex": `${SAMPLE_HALL}\n9\n${"ab".repeat(32)}\n`,
      "with stray bits at the end of the root (H-058)": `${SAMPLE_HALL}\n9\n${strayBits(lines[2]!)}\n`,
      "of size 0 with a root of something (H-060)": `${SAMPLE_HALL}\n0\n${lines[2]}\n`,
      "with an empty extension line": `${SAMPLE_HALL}\n9\n${lines[2]}\n\nextension\n`,
    }).map(async ([name, text]) =>
      bad(name, "format", "CHECKPOINT_MALFORMED", resealing(act, { checkpoint: await signedText(text) })),
    ),
  )),
  bad(
    "by a stranger under the stranger's name",
    "checkpoint",
    "NOTE_KEY_UNKNOWN",
    await relined(act, [await lineBy(stranger, "stranger.example", note)]),
  ),
  bad(
    "by a stranger under the Hall's name",
    "checkpoint",
    "NOTE_KEY_UNKNOWN",
    await relined(act, [await lineBy(stranger, SAMPLE_HALL, note)]),
  ),
  bad(
    "by the Hall's key under another name",
    "checkpoint",
    "NOTE_KEY_UNKNOWN",
    await relined(act, [await lineBy(hall, "hall.example.org/other", note)]),
  ),
  ...(await Promise.all(
    Object.entries({
      "by a stranger with the Hall's name and key hash (H-056)": await stranger.sign(
        Buffer.from(noteText(note)),
      ),
      "over another text": await hall.sign(Buffer.from(noteText(await log.checkpoint(8)))),
      "over the text without its last line end": await hall.sign(Buffer.from(noteText(note).trimEnd())),
      "over the receipt's hash (H-054)": ownSignature,
      "with S + L for S (H-058)": malleated(Buffer.from(lines[4]!.split(" ")[2]!, "base64").subarray(4)),
      "cut to 63 bytes": Buffer.from(lines[4]!.split(" ")[2]!, "base64").subarray(4, 67),
      "of zeros": Buffer.alloc(64),
    }).map(async ([name, signature]) =>
      bad(
        name,
        "checkpoint",
        "NOTE_SIGNATURE_INVALID",
        await relined(act, [signatureLine(SAMPLE_HALL, hall.publicKey, signature)]),
      ),
    ),
  )),
  bad(
    "by the Hall, and once more badly (H-056)",
    "checkpoint",
    "NOTE_SIGNATURE_INVALID",
    withNote(act, [signatureLine(SAMPLE_HALL, hall.publicKey, Buffer.alloc(64, 1))]),
  ),
  bad(
    "of another Hall, with that Hall's key (H-057)",
    "checkpoint",
    "ORIGIN_MISMATCH",
    await resealed(2, {}, { signer: otherHall, origin: OTHER_HALL }),
    otherHallKey,
  ),
  bad(
    "of another Hall, with our key (H-057)",
    "signature",
    "SIGNATURE_INVALID",
    await resealed(2, { hall: OTHER_HALL }, { signer: otherHall, origin: OTHER_HALL }),
  ),
  bad(
    "of another Hall, unsigned, with our key (H-057)",
    "checkpoint",
    "ORIGIN_MISMATCH",
    await resealed(2, { hall: OTHER_HALL }, { signer: otherHall, origin: OTHER_HALL, isSigned: false }),
  ),
  bad(
    "by another Hall's key in our name (H-054)",
    "checkpoint",
    "ORIGIN_MISMATCH",
    await resealed(2, {}, { signer: otherHall, isSigned: false }),
    otherHallKey,
  ),
];

const receipts = log.receipts.map((receipt) => json(receipt));
const branch = await resealed(2, { action: "revoked" });
const farther = await resealed(1, { leaf_index: 5 });
const elsewhere = await resealed(2, { chain: "9b2d9d52-6d59-4a37-8a8f-6f3b0b6f0b11" });

export const badLinks: ReceiptCase[] = [
  after("after itself", "CHAIN_DUPLICATE", act, receipts[2]!),
  after("after the one after it", "CHAIN_ORDER", act, receipts[3]!),
  after("after one two before it (H-051)", "CHAIN_GAP", act, receipts[0]!),
  after("after one of another chain (H-051)", "CHAIN_OTHER", await sealed(3), json(elsewhere)),
  after("after one of another Hall", "CHAIN_OTHER", act, json(await resealed(1, { hall: OTHER_HALL }))),
  after("after another one with the right number (H-053)", "CHAIN_BROKEN", await sealed(3), json(branch)),
  after("beside another one with its number (H-053)", "CHAIN_FORK", act, json(branch)),
  after(
    "after one whose body was changed",
    "HASH_MISMATCH",
    act,
    receipts[1]!.replace("succeeded", "aborted"),
  ),
  after("after something that is no receipt", "RECEIPT_MALFORMED", act, "[]"),
  after("after a text with two meanings", "JSON_NOT_STRICT", act, `${receipts[1]}{}`),
  after("the first of a chain, after another", "CHAIN_ORDER", decision, receipts[1]!),
  after(
    "the first of a chain that names one before it",
    "CHAIN_START",
    await resealed(0, { prev_receipt_hash: "0".repeat(64) }),
  ),
  after(
    "a later one that names none before it",
    "CHAIN_START",
    await resealed(2, { prev_receipt_hash: null }),
  ),
  after(
    "logged earlier than the one before it (H-040)",
    "CHAIN_ORDER",
    await resealed(2, { logged_at: "2026-11-23T16:00:01.000Z" }),
    receipts[1]!,
  ),
  after(
    "at an earlier leaf than the one before it",
    "CHAIN_ORDER",
    await resealed(2, { prev_receipt_hash: farther.receipt.receipt_hash }),
    json(farther),
  ),
];

export const chains: ChainCase[] = [
  { name: "all receipts of a chain", receipts },
  { name: "no receipts", receipts: [] },
  { name: "the first alone", receipts: receipts.slice(0, 1) },
  { name: "a part, after the receipt before it", receipts: receipts.slice(3, 6), previous: receipts[2]! },
  { name: "sealed receipts", receipts: [json(decision), json(outcome), json(act)] },
  // Only the size of a checkpoint shows this one (vectors/log).
  { name: "the last one cut off (H-051)", receipts: receipts.slice(0, -1) },
  { name: "the first one missing (H-051)", receipts: receipts.slice(1), refused: "CHAIN_START", at: 0 },
  { name: "one missing (H-051)", receipts: receipts.toSpliced(4, 1), refused: "CHAIN_GAP", at: 4 },
  {
    name: "two exchanged (H-051)",
    receipts: receipts.with(3, receipts[4]!).with(4, receipts[3]!),
    refused: "CHAIN_GAP",
    at: 3,
  },
  {
    name: "one twice (H-051)",
    receipts: receipts.toSpliced(4, 0, receipts[3]!),
    refused: "CHAIN_DUPLICATE",
    at: 4,
  },
  {
    name: "one again later (H-051)",
    receipts: receipts.toSpliced(6, 0, receipts[3]!),
    refused: "CHAIN_ORDER",
    at: 6,
  },
  {
    name: "a genuine one of another chain in between (H-051)",
    receipts: receipts.toSpliced(3, 0, json(elsewhere)),
    refused: "CHAIN_OTHER",
    at: 3,
  },
  {
    name: "a genuine one of another chain in place of one (H-051)",
    receipts: receipts.with(2, json(elsewhere)),
    refused: "CHAIN_OTHER",
    at: 2,
  },
  {
    name: "a fork: two receipts with one number (H-053)",
    receipts: receipts.toSpliced(3, 0, json(branch)),
    refused: "CHAIN_FORK",
    at: 3,
  },
  {
    name: "one replaced by another of the same number (H-052)",
    receipts: receipts.with(2, json(branch)),
    refused: "CHAIN_BROKEN",
    at: 3,
  },
  {
    name: "one changed",
    receipts: receipts.with(5, receipts[5]!.replace("created", "deleted")),
    refused: "HASH_MISMATCH",
    at: 5,
  },
  {
    name: "a part, after the wrong receipt",
    receipts: receipts.slice(3, 6),
    previous: receipts[1]!,
    refused: "CHAIN_GAP",
    at: 0,
  },
  {
    name: "something that is no receipt",
    receipts: receipts.with(1, "{}"),
    refused: "SPEC_VERSION_UNKNOWN",
    at: 1,
  },
];

function good(
  name: string,
  sealed: LooseSealed,
  { skipped = [], known = true, previous }: { skipped?: string[]; known?: boolean; previous?: string } = {},
): ReceiptCase {
  const accepted = { kind: `${sealed.receipt.kind}`, known_kind: known, skipped };
  return { name, sealed: json(sealed), ...(previous === undefined ? {} : { previous }), accepted };
}

function bad(
  name: string,
  failed: string,
  refused: VerifyCode,
  sealed: LooseSealed | string,
  key?: string,
): ReceiptCase {
  const text = typeof sealed === "string" ? sealed : json(sealed);
  return { name, ...(key === undefined ? {} : { key }), sealed: text, failed, refused };
}

function after(name: string, refused: VerifyCode, sealed: LooseSealed, previous?: string): ReceiptCase {
  return { ...bad(name, "chain", refused, sealed), ...(previous === undefined ? {} : { previous }) };
}

function text(refused: VerifyCode, cases: { [name: string]: string }): ReceiptCase[] {
  return Object.entries(cases).map(([name, sealed]) => bad(name, "format", refused, sealed));
}

function edited({ receipt, seal }: LooseSealed, changes: { [field: string]: unknown }): string {
  return json({ receipt: { ...receipt, ...changes }, seal });
}

function resealing({ receipt, seal }: LooseSealed, changes: { [field: string]: unknown }): string {
  return json({ receipt, seal: { ...seal, ...changes } });
}

function reversed<T>(value: T): T {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([key, member]) => [key, reversed(member)])) as T;
}

/** The checkpoint with signature lines added. */
function withNote({ receipt, seal }: LooseSealed, lines: string[]): LooseSealed {
  return { receipt, seal: { ...seal, checkpoint: withLines(seal.checkpoint, (old) => [...old, ...lines]) } };
}

/** The checkpoint with other signature lines. */
async function relined({ receipt, seal }: LooseSealed, lines: string[]): Promise<LooseSealed> {
  return { receipt, seal: { ...seal, checkpoint: withLines(seal.checkpoint, () => lines) } };
}

/** The checkpoint with another text, signed anew. */
async function withText(
  { receipt, seal }: LooseSealed,
  change: (text: string) => string,
): Promise<LooseSealed> {
  return { receipt, seal: { ...seal, checkpoint: await signedText(change(noteText(`${seal.checkpoint}`))) } };
}

async function signedText(text: string): Promise<string> {
  return `${text}\n${signatureLine(SAMPLE_HALL, hall.publicKey, await hall.sign(Buffer.from(text)))}\n`;
}

function noteText(note: string): string {
  return `${note.split("\n\n")[0]}\n`;
}

/** Another text that lenient decoders take for the same bytes: unused bits of the last character are set. */
function strayBits(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return text.replace(
    /(.)(=+)$/,
    (_, last: string, padding: string) => alphabet[alphabet.indexOf(last) + 1] + padding,
  );
}

function pem(publicKey: Uint8Array): string {
  const x = Buffer.from(publicKey).toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return key.export({ format: "pem", type: "spki" }) as string;
}

/** A point of P-256, from RFC 6979, A.2.5. */
function P256_PEM(): string {
  const x = Buffer.from("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6", "hex").toString(
    "base64url",
  );
  const y = Buffer.from("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299", "hex").toString(
    "base64url",
  );
  const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  return key.export({ format: "pem", type: "spki" }) as string;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
