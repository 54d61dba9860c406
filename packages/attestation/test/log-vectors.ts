import { createHash } from "node:crypto";
import { appendLeaves, emptyFrontier, encodeFrontier, type VerifyCode } from "../src/index.ts";
import { SAMPLE_HALL } from "../src/testing/index.ts";
import {
  hall,
  hallKey,
  lineBy,
  log,
  OTHER_HALL,
  otherHall,
  otherHallKey,
  signatureLine,
  stranger,
  withLines,
} from "./forge.ts";
import { hex, naiveTree, numberedLeaves } from "./naive-tree.ts";

/** The cases of vectors/log: trees, proofs and signed notes, for verifiers in any language. */

/** The leaves that Certificate Transparency's own implementations are tested with. */
const CT_LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];

/** Their roots, from 0 leaves to all: not computed here but known, from those implementations. */
const CT_ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

export interface RootCase {
  name: string;
  leaves: string[];
  root: string;
}

export interface FrontierCase {
  name: string;
  size: number;
  frontier: string;
  root: string;
}

export interface InclusionCase {
  name: string;
  index: number;
  size: number;
  leaf: string;
  proof: string[];
  /** The root that the proof must lead to, or must not where `refused` is ROOT_MISMATCH. */
  root: string;
  refused?: VerifyCode;
}

export interface ConsistencyCase {
  name: string;
  older: number;
  newer: number;
  older_root: string;
  newer_root: string;
  proof: string[];
  refused?: VerifyCode;
}

export interface NoteCase {
  name: string;
  note: string;
  keys: string[];
  signers?: string[];
  ignored?: number;
  refused?: VerifyCode;
}

export const roots: RootCase[] = CT_ROOTS.map((root, size) => ({
  name: `${size} leaves`,
  leaves: CT_LEAVES.slice(0, size),
  root,
}));

const leaves = numberedLeaves(66_000);
const tree = naiveTree(leaves);

export const frontiers: FrontierCase[] = [
  0, 1, 2, 3, 4, 7, 8, 255, 256, 257, 1000, 65_535, 65_536, 65_537,
].map((size) => ({
  name: `${size} leaves`,
  size,
  frontier: Buffer.from(
    encodeFrontier(appendLeaves(emptyFrontier(), leaves.slice(0, size)).frontier),
  ).toString("hex"),
  root: tree.root(size).toString("hex"),
}));

const fifth = included(5, 8);

export const inclusions: InclusionCase[] = [
  ...[
    [0, 1],
    [0, 2],
    [1, 2],
    [2, 3],
    [0, 7],
    [6, 7],
    [5, 8],
    [256, 257],
    [255, 257],
    [77, 1000],
    [65_536, 65_537],
  ].map(([index, size]) => included(index!, size!)),
  { ...fifth, name: "another index", index: 4, refused: "ROOT_MISMATCH" },
  { ...fifth, name: "an index that differs in its highest bit", index: 1, refused: "ROOT_MISMATCH" },
  { ...fifth, name: "another leaf", leaf: hex(leaves.slice(4, 5))[0]!, refused: "ROOT_MISMATCH" },
  { ...fifth, name: "another root", root: tree.root(7).toString("hex"), refused: "ROOT_MISMATCH" },
  { ...fifth, name: "the leaf's hash for its data", leaf: hex([tree.root(1)])[0]!, refused: "ROOT_MISMATCH" },
  { ...fifth, name: "a proof in the wrong order", proof: fifth.proof.toReversed(), refused: "ROOT_MISMATCH" },
  {
    ...fifth,
    name: "a proof without its last hash",
    proof: fifth.proof.slice(0, -1),
    refused: "PROOF_LENGTH_WRONG",
  },
  {
    ...fifth,
    name: "a proof with one hash more",
    proof: [...fifth.proof, fifth.root],
    refused: "PROOF_LENGTH_WRONG",
  },
  { ...fifth, name: "no proof", proof: [], refused: "PROOF_LENGTH_WRONG" },
  {
    ...fifth,
    name: "a proof of 64 hashes",
    proof: Array(64).fill(fifth.root),
    refused: "PROOF_LENGTH_WRONG",
  },
  { ...fifth, name: "an inner node for a leaf", ...innerNode(), refused: "ROOT_MISMATCH" },
  { ...fifth, name: "an index equal to the size", index: 8, refused: "INDEX_NOT_IN_TREE" },
  { ...fifth, name: "an index beyond the size", index: 13, refused: "INDEX_NOT_IN_TREE" },
  { ...fifth, name: "a negative index", index: -3, refused: "INDEX_NOT_IN_TREE" },
  { ...fifth, name: "a size of 0", index: 0, size: 0, proof: [], refused: "INDEX_NOT_IN_TREE" },
  { ...fifth, name: "a size of 2^63", size: 2 ** 63, refused: "INDEX_NOT_IN_TREE" },
  { ...fifth, name: "an index that is no integer", index: 5.5, refused: "INDEX_NOT_IN_TREE" },
].map(
  (vector) =>
    ({ ...vector, ...("refused" in vector ? { name: `${vector.name} (H-060)` } : {}) }) as InclusionCase,
);

const grown = consistent(5, 8);
const another = hex(leaves.slice(9, 10))[0]!;

export const consistencies: ConsistencyCase[] = [
  ...[
    [0, 0],
    [0, 7],
    [1, 1],
    [1, 2],
    [1, 8],
    [2, 3],
    [3, 4],
    [4, 7],
    [5, 8],
    [6, 8],
    [7, 7],
    [8, 9],
    [255, 256],
    [256, 257],
    [300, 1000],
    [512, 1000],
    [999, 65_537],
    [65_536, 65_537],
    [65_535, 66_000],
  ].map(([older, newer]) => consistent(older!, newer!)),
  ...[
    { name: "another older root", older_root: another, refused: "ROOT_MISMATCH" },
    { name: "another newer root", newer_root: another, refused: "ROOT_MISMATCH" },
    { name: "unrelated trees", older_root: another, newer_root: another, refused: "ROOT_MISMATCH" },
    { name: "a proof in the wrong order", proof: grown.proof.toReversed(), refused: "ROOT_MISMATCH" },
    {
      name: "one hash of the proof is another",
      proof: grown.proof.with(1, another),
      refused: "ROOT_MISMATCH",
    },
    { name: "a proof without its last hash", proof: grown.proof.slice(0, -1), refused: "PROOF_LENGTH_WRONG" },
    { name: "a proof with one hash more", proof: [...grown.proof, another], refused: "PROOF_LENGTH_WRONG" },
    { name: "no proof", proof: [], refused: "PROOF_LENGTH_WRONG" },
    { name: "a proof of 64 hashes", proof: Array(64).fill(another), refused: "PROOF_LENGTH_WRONG" },
    { name: "older above newer", older: 8, newer: 5, refused: "TREE_SIZES_REVERSED" },
    { name: "a negative size", older: -1, refused: "TREE_SIZES_REVERSED" },
    { name: "a size that is no integer", newer: 8.5, refused: "TREE_SIZES_REVERSED" },
    { name: "a size of 2^63", newer: 2 ** 63, refused: "TREE_SIZES_REVERSED" },
    {
      name: "the same size with another root",
      older: 8,
      older_root: another,
      proof: [],
      refused: "ROOT_MISMATCH",
    },
    {
      name: "the same size with a proof",
      older: 8,
      older_root: grown.newer_root,
      refused: "PROOF_LENGTH_WRONG",
    },
    { name: "size 0 with a root that is not empty", older: 0, proof: [], refused: "ROOT_MISMATCH" },
    {
      name: "a power of two whose older root is another",
      ...withoutName(consistent(4, 8)),
      older_root: another,
      refused: "ROOT_MISMATCH",
    },
  ].map((vector) => ({ ...grown, ...vector, name: `${vector.name} (H-062)` }) as ConsistencyCase),
];

/** The example in the documentation of Go's golang.org/x/mod/sumdb/note: made by another implementation. */
const GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_NOTE = `${GO_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const note = await log.checkpoint();
const byOther = await lineBy(otherHall, OTHER_HALL, note);
const byStranger = await lineBy(stranger, "stranger.example", note);
const badlyByOther = signatureLine(OTHER_HALL, otherHall.publicKey, Buffer.alloc(64, 9));

export const notes: NoteCase[] = [
  { name: "a note signed by Go", note: GO_NOTE, keys: [GO_KEY], signers: ["PeterNeumann"], ignored: 0 },
  {
    name: "Go's note with a letter changed",
    note: GO_NOTE.replace("know", "knew"),
    keys: [GO_KEY],
    refused: "NOTE_SIGNATURE_INVALID",
  },
  { name: "a checkpoint", note, keys: [hallKey], signers: [SAMPLE_HALL], ignored: 0 },
  {
    name: "two known signers",
    note: withLines(note, (lines) => [...lines, byOther]),
    keys: [hallKey, otherHallKey],
    signers: [SAMPLE_HALL, OTHER_HALL],
    ignored: 0,
  },
  {
    name: "a known and an unknown signer",
    note: withLines(note, (lines) => [byStranger, ...lines]),
    keys: [hallKey, otherHallKey],
    signers: [SAMPLE_HALL],
    ignored: 1,
  },
  {
    name: "one signer twice counts once (H-056)",
    note: withLines(note, (lines) => [...lines, ...lines]),
    keys: [hallKey],
    signers: [SAMPLE_HALL],
    ignored: 0,
  },
  {
    name: "a text with empty lines",
    note: await signed("first\n\n\nlast\n"),
    keys: [hallKey],
    signers: [SAMPLE_HALL],
    ignored: 0,
  },
  {
    name: "a bad signature of one known key refuses the whole note",
    note: withLines(note, (lines) => [...lines, badlyByOther]),
    keys: [hallKey, otherHallKey],
    refused: "NOTE_SIGNATURE_INVALID",
  },
  {
    name: "a bad signature of an unknown key is ignored (H-061)",
    note: withLines(note, (lines) => [...lines, badlyByOther]),
    keys: [hallKey],
    signers: [SAMPLE_HALL],
    ignored: 1,
  },
  { name: "no known signer", note, keys: [otherHallKey], refused: "NOTE_KEY_UNKNOWN" },
  { name: "no keys", note, keys: [], refused: "NOTE_KEY_UNKNOWN" },
  {
    name: "a known name with another key",
    note: withLines(note, () => [signatureLine(SAMPLE_HALL, stranger.publicKey, Buffer.alloc(64))]),
    keys: [hallKey],
    refused: "NOTE_KEY_UNKNOWN",
  },
  {
    name: "a known key's signature under another name (H-056)",
    note: note.replace(`— ${SAMPLE_HALL}`, `— ${OTHER_HALL}`),
    keys: [hallKey],
    refused: "NOTE_KEY_UNKNOWN",
  },
  {
    name: "a text that was lengthened by an empty line and a second signature block",
    note: `${note}\n${byStranger}\n`,
    keys: [hallKey],
    refused: "NOTE_KEY_UNKNOWN",
  },
];

function included(index: number, size: number): InclusionCase {
  return {
    name: `leaf ${index} of ${size}`,
    index,
    size,
    leaf: hex([leaves[index]!])[0]!,
    proof: hex(tree.path(index, size)),
    root: tree.root(size).toString("hex"),
  };
}

function consistent(older: number, newer: number): ConsistencyCase {
  return {
    name: `from ${older} to ${newer}`,
    older,
    newer,
    older_root: tree.root(older).toString("hex"),
    newer_root: tree.root(newer).toString("hex"),
    proof: hex(tree.consistency(older, newer)),
  };
}

function withoutName({ name: _, ...rest }: ConsistencyCase) {
  return rest;
}

/** The two halves of an inner node offered as a leaf, which RFC 6962's prefixes forbid. */
function innerNode() {
  const children = [4, 5].map((index) =>
    createHash("sha256").update(Buffer.of(0)).update(leaves[index]!).digest(),
  );
  return { index: 2, size: 4, leaf: hex([Buffer.concat(children)])[0]!, proof: fifth.proof.slice(1) };
}

async function signed(text: string): Promise<string> {
  return `${text}\n${signatureLine(SAMPLE_HALL, hall.publicKey, await hall.sign(Buffer.from(text)))}\n`;
}
