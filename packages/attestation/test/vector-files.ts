import { stringify } from "yaml";
import { SAMPLE_HALL } from "../src/testing/index.ts";
import { cosigned } from "./cosigned-vectors.ts";
import { hallKey } from "./forge.ts";
import {
  entries,
  followed,
  type KeyHistoryCase,
  type UnderHistoryCase,
  underHistory,
  unfollowed,
} from "./key-history-vectors.ts";
import { consistencies, frontiers, inclusions, notes, roots } from "./log-vectors.ts";
import {
  accepted,
  badCheckpoints,
  badLinks,
  badProofs,
  badSignatures,
  chains,
  changedBodies,
  type ReceiptCase,
  unreadable,
} from "./receipt-vectors.ts";
import { signatureCases } from "./signature-cases.ts";

const RECEIPTS = `A verifier that holds \`key\` reads \`sealed\` (a text; \`sealed_base64\` where it is no plain UTF-8), and
\`previous\` where it is given. \`accepted\`: it must answer so; every check passes but those named skipped.
\`refused\`: it must refuse; \`failed\` is the check that finds it (format, body, signature, inclusion, checkpoint, chain).
The key's seed is SHA-256("the test key of ${SAMPLE_HALL}").`;

const LEAVES = `The data of leaf i are the 32 bytes of SHA-256("leaf i"). Hashes are in hex.`;

const HISTORIES = `\`entries\` are sealed receipts by name. A verifier that holds \`pinned\` and was given the entries of \`history\` must answer
so. \`known\`: a history that it followed before, which this one must not take back.
The seeds of the keys are SHA-256("the first test key of ${SAMPLE_HALL}"), second, third, and "the test key of a stranger".`;

/** The text of each vector file, by its path under vectors/. */
export const vectorFiles: { [path: string]: string } = {
  "receipts/sealed-receipts-are-accepted.yaml": receiptFile(
    "what a Hall sealed is accepted, in every form it takes",
    accepted,
  ),
  "receipts/unreadable-receipts-are-refused.yaml": receiptFile(
    "H-055, H-058, H-059 what has two meanings or the wrong form is refused, whoever sealed it",
    unreadable,
  ),
  "receipts/changed-bodies-are-refused.yaml": receiptFile(
    "H-050 a receipt is refused after any change",
    changedBodies,
  ),
  "receipts/bad-signatures-are-refused.yaml": receiptFile(
    "H-054 to H-058 a signature that the key did not make over this hash is refused",
    badSignatures,
  ),
  "receipts/bad-proofs-are-refused.yaml": receiptFile(
    "H-060 a proof that does not lead from this leaf to this root is refused",
    badProofs,
  ),
  "receipts/bad-checkpoints-are-refused.yaml": receiptFile(
    "H-054 to H-058, H-061 a checkpoint that the log's key did not sign is refused",
    badCheckpoints,
  ),
  "receipts/bad-links-are-refused.yaml": receiptFile(
    "H-051, H-053 a receipt that does not follow the one before it is refused",
    badLinks,
  ),
  "receipts/cosigned-checkpoints.yaml": receiptFile(
    "H-056, H-061 where witnesses are given, a checkpoint that too few of them cosigned is refused",
    cosigned,
    `${RECEIPTS}\nOf \`witnesses\` as many as \`threshold\` says must have cosigned the checkpoint.`,
  ),
  "receipts/chains.yaml": file(
    "H-051 to H-053 receipts are a chain or are refused, with the position of the first that does not fit",
    "`previous`, where it is given, is the receipt before the first. Signatures and seals are not looked at.",
    { cases: chains },
  ),
  "key-history/histories-lead-to-todays-key.yaml": file(
    "H-096, H-098 from a pinned key the log's entries lead to today's",
    `${HISTORIES}
\`leads_to\`: each key from the pinned one on; it speaks for trees larger than \`after\` and, where it was retired, none
larger than \`up_to\`.`,
    historyFile(followed),
  ),
  "key-history/broken-histories-are-refused.yaml": file(
    "H-057 a history that was cut or forged leads nowhere",
    HISTORIES,
    historyFile(unfollowed),
  ),
  "key-history/the-key-of-a-size-speaks-for-it.yaml": file(
    "H-057 a receipt is judged by the key that spoke for its tree, and refused with a reason",
    `${HISTORIES}
\`sealed\` is the receipt in question. \`failed\` is the check that finds it.`,
    historyFile(underHistory),
  ),
  "log/roots.yaml": file(
    "the roots of RFC 6962",
    "Certificate Transparency's test leaves and roots, in hex.",
    {
      cases: roots,
    },
  ),
  "log/frontiers.yaml": file(
    "the right edge of a tree, as a ledger stores it",
    `${LEAVES} Peaks: largest first.`,
    {
      cases: frontiers,
    },
  ),
  "log/inclusion-proofs.yaml": file("H-060 inclusion proofs (RFC 6962, 2.1.1)", LEAVES, {
    cases: inclusions,
  }),
  "log/consistency-proofs.yaml": file(
    "H-062 consistency proofs (RFC 6962, 2.1.2)",
    `${LEAVES} The proof must lead to both roots.`,
    { cases: consistencies },
  ),
  "log/signed-notes.yaml": file(
    "C2SP signed notes: who is known to have signed",
    "`signers`: the names of the known keys that did. `ignored`: signatures of unknown keys.",
    { cases: notes },
  ),
  "signatures/ed25519.yaml": file(
    "H-058 a signature that is not in its one canonical form, or under a key of nobody, is refused",
    "In hex. `is_good`: a verifier must accept it; all others it must refuse. Own cases, of no published suite.",
    { cases: signatureCases },
  ),
};

function receiptFile(description: string, cases: ReceiptCase[], comment = RECEIPTS): string {
  return file(description, comment, { key: hallKey, cases: cases.map(storable) });
}

/** The cases, and those entries that they name. */
function historyFile(cases: (KeyHistoryCase | UnderHistoryCase)[]): object {
  const named = new Set(
    cases.flatMap((vector) => [
      ...vector.history,
      ...("known" in vector ? (vector.known ?? []) : []),
      ...("sealed" in vector ? [vector.sealed] : []),
    ]),
  );
  return { entries: Object.fromEntries([...named].map((name) => [name, entries[name]])), cases };
}

/** YAML readers differ over NUL and byte order marks in a text. */
function storable({ name, key, sealed, ...rest }: ReceiptCase): ReceiptCase {
  const head = key === undefined ? { name } : { name, key };
  if (sealed === undefined || !/[\0\ufeff]/.test(sealed))
    return { ...head, ...(sealed === undefined ? {} : { sealed }), ...rest };
  return { ...head, sealed_base64: Buffer.from(sealed).toString("base64"), ...rest };
}

function file(description: string, comment: string, content: object): string {
  const head = stringify({ description }, { lineWidth: 0 });
  const comments = comment.replaceAll(/^/gm, "# ");
  return `${head}${comments}\n${stringify(content, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}
