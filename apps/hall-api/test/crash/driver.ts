import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials } from "./populate.ts";
import { type Answer, post } from "./post.ts";
import type { Random } from "./random.ts";

/** One question to the Hall. It may be asked again under its idempotency key; then it is still one question. */
export interface Question {
  /** Stands in the receipt as its correlation id, and in the request that the worker gets. */
  marker: string;
  tenant: Credentials;
  idempotencyKey: string | null;
  body: string;
  /** How often it was asked; whatever is still open may yet be answered with anything. */
  asked: number;
  answers: Answer[];
}

export interface Load {
  /** Ends the load: no lane begins another question. */
  stop(): void;
  /** Answers so far, of whatever kind. */
  readonly answered: number;
  /** Settled once every lane has ended. */
  done: Promise<void>;
}

export interface LoadOptions {
  random: Random;
  tenants: readonly Credentials[];
  /** Every question, from the moment it is asked. */
  log: Question[];
  halls: readonly string[];
  lanes: number;
  /** A lane ends where its Hall is gone; without, it asks on until it is stopped. */
  endsWithHall: boolean;
}

/** Asks for dispatches from many lanes at once: most are allowed, some denied, some asked twice at once. */
export function startLoad({ random, tenants, log, halls, lanes, endsWithHall }: LoadOptions): Load {
  let stopped = false;
  let answered = 0;
  async function lane(): Promise<void> {
    while (!stopped) {
      const question = newQuestion(random, random.pick(tenants));
      log.push(question);
      const twice = question.idempotencyKey !== null && random.chance(0.1);
      const answers = await Promise.all(
        Array.from({ length: twice ? 2 : 1 }, () => ask(question, random.pick(halls))),
      );
      answered += answers.length;
      if (answers.every(({ status }) => status !== null && status < 500)) continue;
      if (endsWithHall) return;
      await sleep(20);
    }
  }
  const done = Promise.all(Array.from({ length: lanes }, lane)).then(() => undefined);
  return {
    stop: () => {
      stopped = true;
    },
    get answered() {
      return answered;
    },
    done,
  };
}

let lastMarker = 0;

function newQuestion(random: Random, tenant: Credentials): Question {
  const marker = `q${process.pid}-${++lastMarker}`;
  const allowed = random.chance(0.6);
  return {
    marker,
    tenant,
    idempotencyKey: random.chance(0.6) ? `k-${marker}` : null,
    body: JSON.stringify({
      capability_id: allowed ? "cap.doc.summarize" : "cap.doc.unheard",
      env: "dev",
      data_label: "INTERNAL",
      tenant_risk: "low",
      qos_class: "P2",
      tenant_id: tenant.identity,
      correlation_id: marker,
      request: { marker },
    }),
    asked: 0,
    answers: [],
  };
}

/** Asks once and writes the answer down. */
export async function ask(question: Question, hall: string, path = "/wcp/dispatch"): Promise<Answer> {
  question.asked++;
  const answer = await post(`${hall}${path}`, question.body, {
    authorization: `Bearer ${question.tenant.apiKey}`,
    ...(question.idempotencyKey !== null && { "idempotency-key": question.idempotencyKey }),
  });
  question.answers.push(answer);
  return answer;
}

/** The parts of an answer that bind the Hall: it was said with 200 or 202 and carries a sealed receipt. */
export interface Acknowledged {
  receipt: SealedPart["receipt"];
  seal: SealedPart["seal"];
  denied: boolean;
  /** The closing receipt of work that has ended; a route's answer has a word here. */
  outcome_receipt?: SealedPart | null;
}
interface SealedPart {
  receipt: { receipt_id: string; receipt_hash: string; [field: string]: unknown };
  seal: { checkpoint: string; inclusion_proof: string[] };
}

export function acknowledged(answer: Answer): Acknowledged | null {
  if (answer.status !== 200 && answer.status !== 202) return null;
  const read = readAnswers.get(answer) ?? (JSON.parse(answer.text) as Acknowledged);
  readAnswers.set(answer, read);
  return read;
}
const readAnswers = new WeakMap<Answer, Acknowledged>();

/** The decision and, where it has ended, its closing receipt. */
export function sealedParts(answer: Acknowledged): SealedPart[] {
  return answer.outcome_receipt ? [answer, answer.outcome_receipt] : [answer];
}

/** The Hall said that nothing was dispatched, in so many words. */
export function isRefusal({ status }: Answer): boolean {
  return status !== null && status >= 500;
}

/** It said so each time, and owes no other answer. */
export function wasRefused({ asked, answers }: Question): boolean {
  return asked > 0 && answers.length === asked && answers.every(isRefusal);
}
