import type { SealedReceipt } from "@guildhall/protocol";
import type { VerifyCode } from "../src/index.ts";
import { keyIdOf } from "../src/signer/public-key.ts";
import { SAMPLE_HALL, sampleDecision } from "../src/testing/index.ts";
import { json, signatureLine, withLines } from "./forge.ts";
import { introduced, type Leaf, retired, SIGNERS, sealLeaves, vkeyOf } from "./rotated-log.ts";

/** The cases of vectors/key-history: which histories a verifier follows, and which key speaks for which receipt. */

export interface KeyHistoryCase {
  name: string;
  pinned: string;
  /** Names of entries. */
  history: string[];
  /** Names of entries: a history that was followed before, which this one must not take back. */
  known?: string[];
  /** Each key from the pinned one on, and for which trees it speaks. */
  leads_to?: { key: string; after: number; up_to: number | null; not_after: string | null }[];
  refused?: VerifyCode;
}

export interface UnderHistoryCase {
  name: string;
  pinned: string;
  history: string[];
  /** The name of an entry. */
  sealed: string;
  accepted?: true;
  refused?: VerifyCode;
  failed?: string;
}

/** What the cases are made of, by name: sealed receipts as text. */
export const entries: Record<string, string> = {};

const OTHER = "other.example.net/log";
const genuine = await sealLeaves();
const [first, second, third, stranger] = (["first", "second", "third", "stranger"] as const).map((name) =>
  vkeyOf(name),
) as [string, string, string, string];

const INTRODUCED_1 = entry("the first key introduced", genuine[0]!);
const INTRODUCED_2 = entry("the second key introduced", genuine[2]!);
const RETIRED_1 = entry("the first key retired", genuine[4]!);
const INTRODUCED_3 = entry("the third key introduced", genuine[6]!);
const RETIRED_2 = entry("the second key retired", genuine[8]!);
const AGREEMENT = await forged("an agreement key introduced, in between", 3, {
  3: { body: introduced(3, "stranger", { roles: ["agreement"] }) },
});
const DECISION = entry("a decision at leaf 5, under the second key", genuine[5]!);
const WHOLE = [INTRODUCED_1, INTRODUCED_2, RETIRED_1, INTRODUCED_3, RETIRED_2];
const ONE_CHANGE = [INTRODUCED_1, INTRODUCED_2, RETIRED_1];

const reign = (key: string, after: number, up_to: number | null, not_after: string | null = null) => ({
  key,
  after,
  up_to,
  not_after,
});
const THIRD_ENDS = (genuine[6]!.receipt as unknown as { details: { not_after: string } }).details.not_after;
const THREE = [reign(first, 0, 4), reign(second, 4, 8), reign(third, 8, null, THIRD_ENDS)];

export const followed: KeyHistoryCase[] = [
  {
    name: "nothing: the pinned key is all there is",
    pinned: first,
    history: [],
    leads_to: [reign(first, 0, null)],
  },
  { name: "before any change", pinned: first, history: [INTRODUCED_1], leads_to: [reign(first, 0, null)] },
  {
    name: "in the middle of a change, while both keys sign",
    pinned: first,
    history: [INTRODUCED_1, INTRODUCED_2],
    leads_to: [reign(first, 0, null)],
  },
  {
    name: "one change",
    pinned: first,
    history: ONE_CHANGE,
    leads_to: [reign(first, 0, 4), reign(second, 4, null)],
  },
  { name: "two changes", pinned: first, history: WHOLE, leads_to: THREE },
  { name: "two changes, told backwards", pinned: first, history: WHOLE.toReversed(), leads_to: THREE },
  {
    name: "two changes, each entry told twice",
    pinned: first,
    history: [...WHOLE, ...WHOLE],
    leads_to: THREE,
  },
  {
    name: "two changes, with other roles' entries and other receipts among them",
    pinned: first,
    history: [AGREEMENT, DECISION, ...WHOLE],
    leads_to: THREE,
  },
  {
    name: "two changes, without the entry of the pinned key itself",
    pinned: first,
    history: WHOLE.slice(1),
    leads_to: THREE,
  },
  { name: "from the second key on", pinned: second, history: WHOLE, leads_to: THREE.slice(1) },
  { name: "from the third key on", pinned: third, history: WHOLE, leads_to: THREE.slice(2) },
  {
    name: "under later checkpoints, as long as the old key signed them too",
    pinned: first,
    history: [
      INTRODUCED_1,
      await forged("the second key introduced, under the checkpoint of leaf 3", 2, { 2: { treeSize: 4 } }),
      RETIRED_1,
    ],
    leads_to: [reign(first, 0, 4), reign(second, 4, null)],
  },
  {
    name: "more than before",
    pinned: first,
    history: WHOLE,
    known: ONE_CHANGE,
    leads_to: THREE,
  },
  {
    name: "to nowhere new from a key that is not of this log's line",
    pinned: stranger,
    history: WHOLE,
    leads_to: [reign(stranger, 0, null)],
  },
  {
    name: "with an end that a forger gave the pinned key, which did not sign it",
    pinned: second,
    history: [
      await forged("the second key introduced with an end, by a stranger", 2, {
        2: {
          body: introduced(2, "second", { not_after: "2026-11-23T16:00:03.000Z" }),
          signer: "stranger",
          sealers: ["stranger"],
        },
      }),
    ],
    leads_to: [reign(second, 0, null)],
  },
  {
    name: "past a tenant's entry that speaks like the Hall's",
    pinned: first,
    history: [
      await forged("a stranger's key introduced on a tenant's chain", 3, {
        3: { body: { ...introduced(3, "stranger"), chain: genuine[1]!.receipt.chain } },
      }),
      ...WHOLE,
    ],
    leads_to: THREE,
  },
];

const byStranger: Pick<Leaf, "signer" | "sealers"> = { signer: "stranger", sealers: ["stranger"] };

export const unfollowed: KeyHistoryCase[] = [
  refused("a key that is none", "KEY_MALFORMED", WHOLE, "hall.example.org/log"),
  refused("the key of another log with the same bytes", "ORIGIN_MISMATCH", WHOLE, vkeyOf("first", OTHER)),
  refused("an entry of another log among its own", "ORIGIN_MISMATCH", [
    ...WHOLE,
    await forged("a key of another log introduced", 3, {
      3: { body: { ...introduced(3, "stranger"), hall: OTHER }, origin: OTHER },
    }),
  ]),
  refused("an entry that is no sealed receipt", "SEAL_MALFORMED", [
    entry("a receipt without its seal", { receipt: genuine[0]!.receipt }),
  ]),
  refused("an entry that is no JSON", "JSON_NOT_STRICT", [
    text("a text cut short", json(genuine[2]!).slice(0, -1)),
  ]),
  refused("an entry without a receipt's fields", "RECEIPT_MALFORMED", [
    entry("a receipt without a hash", {
      ...genuine[2]!,
      receipt: { ...genuine[2]!.receipt, receipt_hash: undefined },
    }),
  ]),
  refused("an entry of a later format", "SPEC_VERSION_UNKNOWN", [
    entry("a receipt of a later format", {
      ...genuine[2]!,
      receipt: { ...genuine[2]!.receipt, spec_version: "wcp-0.3/receipt-2" },
    }),
  ]),
  refused("an entry whose checkpoint is no note", "NOTE_MALFORMED", [
    withCheckpoint("a seal without a note", genuine[2]!, (note) => note.replace("\n\n", "\n")),
  ]),
  refused("an entry whose checkpoint is none", "CHECKPOINT_MALFORMED", [
    withCheckpoint("a seal with a size in words", genuine[2]!, (note) => note.replace("\n3\n", "\nthree\n")),
  ]),

  // Cut: what is left is genuine, and no way leads through it.
  refused("cut: the new key is not introduced", "KEY_HISTORY_BROKEN", [INTRODUCED_1, RETIRED_1]),
  refused(
    "cut: the third key is not introduced",
    "KEY_HISTORY_BROKEN",
    WHOLE.filter((name) => name !== INTRODUCED_3),
  ),
  {
    ...refused("cut: a key that it led to before is gone", "KEY_HISTORY_BROKEN", ONE_CHANGE),
    known: WHOLE,
  },
  { ...refused("cut: nothing is left of what it led to", "KEY_HISTORY_BROKEN", []), known: ONE_CHANGE },
  {
    ...refused("cut: the pinned key speaks for trees of before it", "KEY_HISTORY_BROKEN", [], second),
    known: [RETIRED_1],
  },
  {
    ...refused("another leaf than before, by whoever holds the second key", "KEY_HISTORY_BROKEN", [
      INTRODUCED_1,
      INTRODUCED_2,
      await forged("the first key retired a leaf later", 5, {
        4: { body: sampleDecision(4), signer: "first", sealers: ["first", "second"] },
        5: { body: retired(5, "first", "second") },
      }),
    ]),
    known: ONE_CHANGE,
  },
  {
    ...refused("another successor than before, by whoever holds the retired key", "KEY_HISTORY_BROKEN", [
      INTRODUCED_1,
      ...(await otherSuccessor()),
    ]),
    known: ONE_CHANGE,
  },

  // Forged: entries that the keys before did not make.
  refused("forged: a stranger introduces itself", "SIGNATURE_INVALID", [
    INTRODUCED_1,
    await forged("a stranger's key introduced by itself", 2, {
      2: { body: introduced(2, "stranger"), ...byStranger },
    }),
    await forged("the first key retired by a stranger", 4, {
      2: { body: introduced(2, "stranger"), ...byStranger },
      4: { body: retired(4, "first", "stranger"), ...byStranger },
    }),
  ]),
  refused("forged: an introduction that no key of the log sealed", "NOTE_KEY_UNKNOWN", [
    INTRODUCED_1,
    await forged("the second key introduced, sealed by a stranger", 2, { 2: { sealers: ["stranger"] } }),
    RETIRED_1,
  ]),
  refused("forged: an introduction that the new key alone sealed", "NOTE_KEY_UNKNOWN", [
    INTRODUCED_1,
    await forged("the second key introduced, sealed by itself alone", 2, { 2: { sealers: ["second"] } }),
    RETIRED_1,
  ]),
  refused("forged: the old key's line on the checkpoint, with other bytes", "NOTE_SIGNATURE_INVALID", [
    INTRODUCED_1,
    withCheckpoint("the second key introduced, with a false line of the first", genuine[2]!, (note) =>
      withLines(note, (lines) => [
        signatureLine(SAMPLE_HALL, SIGNERS.first.publicKey, Buffer.alloc(64, 1)),
        ...lines.slice(1),
      ]),
    ),
    RETIRED_1,
  ]),
  refused("forged: the old key's retirement, sealed by the old key", "SIGNATURE_INVALID", [
    INTRODUCED_1,
    INTRODUCED_2,
    await forged("the first key retired, by itself", 4, { 4: { signer: "first", sealers: ["first"] } }),
  ]),
  refused("forged: a word of an entry", "HASH_MISMATCH", [
    INTRODUCED_1,
    INTRODUCED_2,
    text("the first key retired, for another reason", json(genuine[4]!).replace('"yearly"', '"stolen"')),
  ]),
  refused("forged: a word of the pinned key's own entry", "HASH_MISMATCH", [
    text(
      "the first key introduced, on another module",
      json(genuine[0]!).replace("software file", "token: Vault"),
    ),
  ]),
  refused("forged: an entry with a proof of another leaf", "ROOT_MISMATCH", [
    INTRODUCED_1,
    withProof("the second key introduced, with the first proof turned", genuine[2]!, (proof) =>
      proof.map(() => Buffer.alloc(32, 2).toString("base64")),
    ),
    RETIRED_1,
  ]),
  refused("forged: an entry with a proof too short", "PROOF_LENGTH_WRONG", [
    INTRODUCED_1,
    withProof("the second key introduced, with half a proof", genuine[2]!, () => []),
    RETIRED_1,
  ]),
  refused("forged: an entry beyond the tree of its checkpoint", "INDEX_NOT_IN_TREE", [
    INTRODUCED_1,
    entry("the second key introduced, under the checkpoint of leaf 0", {
      receipt: genuine[2]!.receipt,
      seal: { checkpoint: genuine[0]!.seal.checkpoint, inclusion_proof: [] },
    }),
    RETIRED_1,
  ]),
  refused("forged: an entry under the checkpoint of another log", "ORIGIN_MISMATCH", [
    INTRODUCED_1,
    await forged("the second key introduced, in another log's name", 2, {
      2: { origin: OTHER },
    }),
    RETIRED_1,
  ]),

  refused("an entry that says it follows nothing", "CHAIN_START", [
    INTRODUCED_1,
    await forged("the second key introduced, cut off from its chain", 2, { 2: { isDetached: true } }),
    RETIRED_1,
  ]),

  // Made by the log's own key, and still not the way a key changes.
  refused("an entry named for another key than it introduces", "KEY_HISTORY_BROKEN", [
    INTRODUCED_1,
    await forged("the second key introduced under the third's name", 2, {
      2: { body: { ...introduced(2, "second"), subject: SIGNERS.third.keyId } },
    }),
  ]),
  refused("a key for the log that is not Ed25519", "KEY_HISTORY_BROKEN", [
    INTRODUCED_1,
    await forged("a key introduced that is no Ed25519 key", 2, {
      2: {
        body: {
          ...introduced(2, "second", { spki: Buffer.alloc(44).toString("base64") }),
          subject: keyIdOf(Buffer.alloc(32)),
        },
      },
    }),
  ]),
  refused("an introduction of a key of which none is needed", "KEY_HISTORY_BROKEN", [
    INTRODUCED_1,
    await forged("the second key introduced, of which none is needed", 2, {
      2: { body: introduced(2, "second", { threshold: 0 }) },
    }),
  ]),
  refused("a key retired for another than was introduced", "KEY_HISTORY_BROKEN", [
    INTRODUCED_1,
    INTRODUCED_2,
    await forged("the first key retired for the third", 4, {
      4: { body: retired(4, "first", "third"), signer: "second", sealers: ["second"] },
    }),
  ]),
  refused("a key retired for nobody", "KEY_HISTORY_BROKEN", [
    INTRODUCED_1,
    INTRODUCED_2,
    await forged("the first key retired for nobody", 4, {
      4: { body: retired(4, "first", "second", { successor: null }) },
    }),
  ]),
  refused("an introduction that is told only after the change", "KEY_HISTORY_BROKEN", [
    INTRODUCED_1,
    await forged("the second key introduced, under the checkpoint of leaf 5", 2, {
      2: { treeSize: 6, sealers: ["first", "second"] },
    }),
    RETIRED_1,
  ]),
  refused("a change under a key that had ended", "KEY_EXPIRED", [
    ...ONE_CHANGE,
    await forged("the third key introduced, ended a second later", 6, {
      6: { body: introduced(6, "third", { not_after: "2026-11-23T16:00:07.000Z" }) },
    }),
    await forged("the second key retired, under a key that had ended", 8, {
      6: { body: introduced(6, "third", { not_after: "2026-11-23T16:00:07.000Z" }) },
    }),
  ]),
];

export const underHistory: UnderHistoryCase[] = [
  await judged("a receipt of the first key, from the first", first, 1),
  await judged("a receipt of the second key, from the first", first, 5),
  await judged("a receipt of the third key, from the first", first, 10),
  await judged("a receipt of the third key, from the second", second, 10),
  await judged("a receipt of the time when both keys signed", first, 3),
  await judged("a receipt that the first key signed, under a checkpoint of the second", first, 1, {
    leaf: { treeSize: 6, sealers: ["second"] },
  }),
  await judged("a receipt from before the pinned key took over, under its checkpoint", second, 1, {
    leaf: { treeSize: 6, sealers: ["second"] },
  }),
  await judged("a stranger's checkpoint over a receipt from before the pinned key took over", second, 1, {
    leaf: { treeSize: 6, sealers: ["stranger"] },
    code: "NOTE_KEY_UNKNOWN",
  }),
  await judged("a receipt from before the pinned key took over, under a checkpoint of then", second, 1, {
    code: "KEY_NOT_YET",
  }),
  await judged("a checkpoint of a key before it spoke", first, 3, {
    leaf: { sealers: ["third"] },
    code: "KEY_NOT_YET",
  }),
  await judged("a checkpoint of a retired key over a larger tree", first, 5, {
    leaf: { sealers: ["first"] },
    code: "KEY_RETIRED",
  }),
  await judged("a receipt that a retired key signed and sealed", first, 10, {
    leaf: { signer: "second", sealers: ["second"] },
    code: "SIGNATURE_INVALID",
    failed: "signature",
  }),
  await judged("a checkpoint of a stranger", first, 5, {
    leaf: { sealers: ["stranger"] },
    code: "NOTE_KEY_UNKNOWN",
  }),
  await judged("a receipt from after the key's own end", first, 11, { code: "KEY_EXPIRED" }),
  await judged("a receipt of the second key, to whoever was told nothing of it", first, 5, {
    history: [INTRODUCED_1, INTRODUCED_2],
    code: "SIGNATURE_INVALID",
    failed: "signature",
  }),
  await judged("a genuine receipt beside a broken history", first, 5, {
    history: [INTRODUCED_1, RETIRED_1],
    code: "KEY_HISTORY_BROKEN",
    failed: "format",
  }),
];

function refused(name: string, code: VerifyCode, history: string[], pinned = first): KeyHistoryCase {
  return { name, pinned, history, refused: code };
}

/** A leaf's receipt under the whole history; with `leaf`, as a forger would have that leaf. */
async function judged(
  name: string,
  pinned: string,
  leaf: number,
  change: { leaf?: Partial<Leaf>; history?: string[]; code?: VerifyCode; failed?: string } = {},
): Promise<UnderHistoryCase> {
  const { history = WHOLE, code, failed = "checkpoint" } = change;
  const sealed = await forged(name, leaf, change.leaf ? { [leaf]: change.leaf } : {});
  const verdict = code ? { refused: code, failed } : { accepted: true as const };
  return { name, pinned, history, sealed, ...verdict };
}

/** What the holder of the first key alone could have made in place of the real change. */
async function otherSuccessor(): Promise<string[]> {
  const changes = {
    2: { body: introduced(2, "stranger"), sealers: ["first", "stranger"] as const },
    4: { body: retired(4, "first", "stranger"), ...byStranger },
  };
  return [
    await forged("a stranger's key introduced by the first", 2, changes),
    await forged("the first key retired for a stranger's", 4, changes),
  ];
}

async function forged(name: string, leaf: number, changes: Record<number, Partial<Leaf>>): Promise<string> {
  return entry(name, (await sealLeaves(changes))[leaf]!);
}

function withCheckpoint(name: string, sealed: SealedReceipt, change: (note: string) => string): string {
  const { receipt, seal } = sealed;
  return entry(name, { receipt, seal: { ...seal, checkpoint: change(seal.checkpoint) } });
}

function withProof(name: string, sealed: SealedReceipt, change: (proof: string[]) => string[]): string {
  const { receipt, seal } = sealed;
  return entry(name, { receipt, seal: { ...seal, inclusion_proof: change(seal.inclusion_proof) } });
}

function entry(name: string, sealed: object): string {
  return text(name, json(sealed));
}

function text(name: string, sealed: string): string {
  if (name in entries) throw new Error(`two entries are called ${name}`);
  entries[name] = sealed;
  return name;
}
