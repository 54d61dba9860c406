import { parseVerifierKey, verifySealedReceipt } from "@guildhall/attestation/verify";
import type pg from "pg";
import { checkByVerifier, checkEnds } from "./check-ends.ts";
import { type Acknowledged, acknowledged, type Question, sealedParts, wasRefused } from "./driver.ts";
import type { Worked } from "./fake-worker.ts";
import { emptyKnowledge, type Knowledge, type Report, type Violation } from "./knowledge.ts";
import { readLedger } from "./read-ledger.ts";
import { EDDSA, readSignLog } from "./read-sign-log.ts";

/**
 * The one judge of every crash: what the database holds, read as a superuser, against what the driver was told,
 * what the worker did and what was signed.
 *
 * - I1 Every acknowledged receipt is there, with the hash and the place it was acknowledged with.
 * - I2 Every chain is gap-free and linked; every body hashes to its receipt_hash; the heads are the last entries'.
 * - I3 Every stored checkpoint is signed and has the root of the stored leaves; sizes only grow.
 * - I4 No work began without a stored seal over its decision, and none twice.
 * - I5 Nothing was signed that is not what the log holds: no two bodies for one (tenant, seq), no two roots for one size.
 * - I6 Whoever was refused never sees the work run; all other started work ends in exactly one outcome.
 */
export interface Evidence {
  admin: pg.Pool;
  verifierKey: string;
  questions: readonly Question[];
  worked: readonly Worked[];
  signLog: string;
}

export interface Checker {
  /** Looks at what is new since the last time. */
  check(): Promise<Violation[]>;
  /** Looks at everything anew, once nothing runs any more; and asks the public verifier as well. */
  checkAll(): Promise<Violation[]>;
  /** What was looked at so far, to show that it was not nothing. */
  readonly seen: Seen;
}

export interface Seen {
  receipts: number;
  acknowledged: number;
  checkpoints: number;
  signatures: number;
  worked: number;
  /** Of the questions: refused in so many words, and without any answer. */
  refused: number;
  unknown: number;
}

export function createChecker(evidence: Evidence): Checker {
  let known = emptyKnowledge();
  return {
    get seen() {
      return seenOf(evidence, known);
    },
    check: () => check(evidence, known),
    async checkAll() {
      known = emptyKnowledge();
      return [
        ...(await check(evidence, known)),
        ...(await checkEnds(evidence, known)),
        ...(await checkByVerifier(evidence)),
      ];
    },
  };
}

async function check(evidence: Evidence, known: Knowledge): Promise<Violation[]> {
  const violations: Violation[] = [];
  const report: Report = (invariant, what) => violations.push({ invariant, what });
  // What was said, done and signed is read before the database: then whatever it speaks of must be there.
  const signed = readSignLog(evidence.signLog, known);
  const worked = evidence.worked.slice(known.workedRead);
  known.workedRead += worked.length;
  const said: [Question, Acknowledged][] = [];
  for (const question of evidence.questions)
    for (const answer of question.answers) {
      const acknowledgement = known.answers.has(answer) ? null : acknowledged(answer);
      known.answers.add(answer);
      if (acknowledgement) said.push([question, acknowledgement]);
    }

  const key = await parseVerifierKey(evidence.verifierKey);
  await readLedger(evidence.admin, known, key, report);
  for (const [question, answer] of said) checkAcknowledged(question, answer, known, report);
  for (const [question, answer] of said.slice(0, VERIFIED_MAX))
    await verifyAcknowledged(question, answer, evidence, report);
  known.acknowledged += said.length;
  for (const work of worked) checkWorked(work, known, report);
  // Of the authority's key, on the same token, the module sees no more than digests of certificates and CRLs.
  const byLogKey = signed.filter(({ mechanism }) => mechanism === EDDSA);
  for (const { data } of byLogKey) checkSigned(data, known, report);
  known.signatures += byLogKey.length;
  checkQuestions(evidence, known, report);
  return violations;
}

/** I1: what was acknowledged is in the database byte for byte, under the very tree it was sealed with. */
function checkAcknowledged(question: Question, answer: Acknowledged, known: Knowledge, report: Report): void {
  for (const { receipt, seal } of sealedParts(answer)) {
    const [, size, root] = seal.checkpoint.split("\n");
    if (Number(size) <= Number(receipt.leaf_index) || hexOf(root) !== known.tree.rootAt(Number(size)))
      report(
        "I1",
        `${question.marker} was told a seal of ${size} that does not cover leaf ${receipt.leaf_index}`,
      );
    const stored = known.receipts.get(receipt.receipt_id);
    if (stored === undefined)
      report("I1", `${question.marker} was told receipt ${receipt.receipt_id}, which is not stored`);
    else if (
      stored.hash !== receipt.receipt_hash ||
      stored.seq !== receipt.seq ||
      stored.chain !== receipt.chain ||
      stored.leafIndex !== receipt.leaf_index
    )
      report("I1", `${question.marker} was told another receipt ${receipt.receipt_id} than is stored`);
  }
  const { correlation_id: marker } = answer.receipt;
  if (marker !== null && marker !== question.marker)
    report("I1", `${question.marker} was told the decision of ${marker}`);
}

/** The first few of each round go through the public verifier, which needs nothing but the key. */
const VERIFIED_MAX = 12;
async function verifyAcknowledged(
  { marker }: Question,
  answer: Acknowledged,
  { verifierKey }: Evidence,
  report: Report,
): Promise<void> {
  for (const { receipt, seal } of sealedParts(answer)) {
    const verdict = await verifySealedReceipt(JSON.stringify({ receipt, seal }), verifierKey);
    if (!verdict.ok) report("I1", `${marker} was told a receipt that fails: ${verdict.message}`);
  }
}

/** I4 */
function checkWorked(work: Worked, known: Knowledge, report: Report): void {
  const times = (known.worked.get(work.decisionId) ?? 0) + 1;
  known.worked.set(work.decisionId, times);
  if (times > 1)
    report("I4", `the work of decision ${work.decisionId} (${work.marker}) began ${times} times`);
  if (work.leafIndex === null || work.leafIndex >= work.sealedSize)
    report(
      "I4",
      `the work of leaf ${work.leafIndex} (${work.marker}) began when the log was sealed up to ${work.sealedSize}`,
    );
  const decided = known.receipts.get(work.decisionId);
  if (!decided?.starts) report("I4", `${work.marker} worked without a stored decision that starts work`);
  else if (decided.leafIndex !== work.leafIndex)
    report("I4", `the decision of ${work.marker} moved from leaf ${work.leafIndex} to ${decided.leafIndex}`);
}

/** What a token is asked to sign while nothing else is, to see that it is there. */
const PROBE = /^a probe of the signer, which says nothing: [0-9a-f]{32}$/;

/** I5: a receipt's hash in hex, the text of a checkpoint, or a probe; the log's key signs nothing else. */
function checkSigned(data: string, known: Knowledge, report: Report): void {
  if (PROBE.test(data)) return;
  if (/^[0-9a-f]{64}$/.test(data)) {
    // Each stored hash has one place, so another body for the same (tenant, seq) shows here as well.
    if (!known.hashes.has(data)) report("I5", `receipt hash ${data} was signed and is not stored`);
    return;
  }
  const [, size, root] = data.split("\n");
  const treeSize = Number(size);
  if (!Number.isSafeInteger(treeSize)) {
    report("I5", `the log's key signed ${JSON.stringify(data)}`);
    return;
  }
  const before = known.signedHeads.get(treeSize);
  if (before !== undefined && before !== data)
    report("I5", `two checkpoints of size ${treeSize} were signed: ${before} and ${data}`);
  known.signedHeads.set(treeSize, data);
  if (treeSize > known.tree.size)
    report("I5", `a checkpoint of ${treeSize} was signed, ${known.tree.size} are stored`);
  else if (hexOf(root) !== known.tree.rootAt(treeSize))
    report("I5", `a checkpoint of ${treeSize} was signed over another tree than is stored`);
}

/** One question, one decision; and a refusal is a promise (I6). */
function checkQuestions({ questions }: Evidence, known: Knowledge, report: Report): void {
  for (const question of questions) {
    const { marker, answers } = question;
    const decisions = known.decisions.get(marker) ?? [];
    if (decisions.length > 1) report("I1", `${marker} was decided ${decisions.length} times`);
    const ids = new Set(answers.map((answer) => acknowledged(answer)?.receipt.receipt_id).filter(Boolean));
    if (ids.size > 1) report("I1", `${marker} was told several decisions: ${[...ids].join(", ")}`);
    if (wasRefused(question) && decisions.some((d) => known.worked.has(d.receiptId)))
      report("I6", `${marker} was refused and its work ran: ${JSON.stringify(answers)}`);
  }
  for (const [decision, times] of known.outcomes)
    if (times > 1) report("I6", `decision ${decision} was closed ${times} times`);
}

function seenOf({ questions }: Evidence, known: Knowledge): Seen {
  return {
    receipts: known.tree.size,
    acknowledged: known.acknowledged,
    checkpoints: known.checkpoints,
    signatures: known.signatures,
    worked: known.worked.size,
    refused: questions.filter(wasRefused).length,
    unknown: questions.filter(({ answers }) => answers.every(({ status }) => status === null)).length,
  };
}

function hexOf(base64: string | undefined): string {
  return Buffer.from(base64 ?? "", "base64").toString("hex");
}
