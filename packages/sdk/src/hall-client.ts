import { recordHash } from "@guildhall/attestation";
import type { ReadReceipt } from "@guildhall/attestation/verify";
import {
  type DecisionBody,
  type JsonNode,
  type OutcomeBody,
  plainValue,
  type Receipt,
  readStrictJson,
  readStrictJsonWithLexemes,
  StrictJsonError,
  type WorkerTransport,
} from "@guildhall/protocol";
import type {
  DispatchAnswer,
  DispatchView,
  Enrolled,
  RouteAnswer,
  RouteRequest,
  Sealed,
  TransportSet,
  Verified,
} from "./answers.ts";
import { checkAnswer, checkIsNew, checkQuestion, checkStartsNothing } from "./check-decision.ts";
import { checkEnd, checkFollows, checkIsOpen, checkStart, readDispatch } from "./check-dispatch.ts";
import { FollowedKeys } from "./followed-keys.ts";
import { HallClientError } from "./hall-client-error.ts";
import {
  type HallRequest,
  hallTransport,
  isObject,
  type JsonObject,
  malformed,
  type Transport,
  type TransportOptions,
} from "./transport.ts";
import { checkVerifierKeys, type Genuine, mustAgree, verifyReceipt } from "./verify-answer.ts";

export interface HallClientOptions {
  /** The Hall's address. */
  url: string;
  /** `hall_key_…` */
  apiKey: string;
  /**
   * The Hall's public key as a vkey (`origin+hash+key`); several, where it has changed its key. From there the client
   * follows each change by the log's own entries.
   */
  verifierKey: string | readonly string[];
  /** What `keyHistory` gave before: the client goes on from there, and refuses a history that takes back any of it. */
  keyHistory?: readonly unknown[];
  fetch?: typeof fetch;
  /** For one answer, 60,000 by default: a dispatch answers when the work is done, or after half a minute. */
  timeoutMs?: number;
}

export interface AskOptions {
  /** Repeated with the same request, it gets the same decision, and nothing is started twice. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

const TIMEOUT_MS = 60_000;

/**
 * A Hall as an agent sees it. No receipt leaves here before its seal was checked with `verifierKey`, or a key to
 * which the log leads from it, and its words were compared with the answer and with what was asked: a false one
 * throws RECEIPT_INVALID. Throws `HallClientError` only; a denial is an answer, not an error.
 */
export class HallClient {
  readonly #transport: Transport;
  readonly #keys: FollowedKeys;
  /** Of the largest checkpoint seen: what is decided from now on stands behind it. */
  #treeSize = 0;

  constructor({ url, apiKey, verifierKey, keyHistory, fetch, timeoutMs = TIMEOUT_MS }: HallClientOptions) {
    const pinned = typeof verifierKey === "string" ? [verifierKey] : [...verifierKey];
    this.#transport = hallTransport({ url, apiKey, timeoutMs, ...(fetch && { fetch }) });
    this.#keys = new FollowedKeys(pinned, this.#transport, keyHistory ?? null);
  }

  /** The entries that led from the pinned key to today's; empty while the pinned key is all that was needed. */
  get keyHistory(): readonly unknown[] {
    return this.#keys.history;
  }

  /**
   * Asks a Hall for its own public key: trust on first use. Whoever answers at this address now is believed
   * from then on, so ask once over a connection you trust, keep the key, and compare it with what the
   * operator publishes elsewhere. A client that asks anew at every start verifies nothing.
   */
  static async fetchVerifierKey(
    url: string,
    options: Pick<HallClientOptions, "fetch" | "timeoutMs"> & Pick<AskOptions, "signal"> = {},
  ): Promise<string> {
    const { signal, timeoutMs = TIMEOUT_MS, fetch } = options;
    const transport = hallTransport({ url, timeoutMs, ...(fetch && { fetch }) });
    const { body } = await transport.send({ method: "GET", path: ".well-known/hall.json", signal });
    const { verifier_key: key, origin } = body;
    if (typeof key !== "string" || typeof origin !== "string" || !key.startsWith(`${origin}+`))
      throw malformed("The Hall's description names no verifier key of its own origin.");
    await checkVerifierKeys([key]);
    return key;
  }

  /**
   * Asks any other operation of a Hall, by its method and path. What comes back is the Hall's word alone: no receipt
   * in it was checked.
   * @param hall 60,000 ms and 4 MB for one answer, where it says nothing else
   */
  static async ask(
    hall: Omit<TransportOptions, "timeoutMs"> & Partial<TransportOptions>,
    question: Omit<HallRequest, "body"> & { body?: object },
  ): Promise<JsonObject> {
    const transport = hallTransport({ timeoutMs: TIMEOUT_MS, ...hall });
    const { body, ...request } = question;
    const answer = await transport.send(body === undefined ? request : { ...request, body: writeJson(body) });
    return answer.body;
  }

  /** Asks whether a capability may run. Nothing is started. */
  async route(input: RouteRequest, options: AskOptions = {}): Promise<RouteAnswer> {
    const { body, decision } = await this.#ask("wcp/route", input, options);
    checkStartsNothing(decision);
    return routeAnswer(body, decision);
  }

  /** Asks, and where the answer is yes has the worker run. Work that takes long is followed by `getDispatch`. */
  async dispatch(input: RouteRequest, options: AskOptions = {}): Promise<DispatchAnswer> {
    const { body, decision } = await this.#ask("wcp/dispatch", input, options);
    const dispatch = readDispatch(body.dispatch);
    checkStart(decision, dispatch, body);
    const view = dispatch
      ? await this.#end(body, dispatch, decision)
      : { dispatch, result: null, outcome_receipt: null };
    return { ...routeAnswer(body, decision), ...view };
  }

  async getDispatch(id: string, options: Pick<AskOptions, "signal"> = {}): Promise<DispatchView> {
    const { body } = await this.#get(`wcp/dispatches/${encodeURIComponent(id)}`, options);
    const dispatch = readDispatch(body.dispatch);
    if (dispatch?.id !== id.toLowerCase()) throw malformed("The Hall answered with another dispatch.");
    return this.#end(body, dispatch, null);
  }

  async getReceipt(id: string, options: Pick<AskOptions, "signal"> = {}): Promise<Sealed<Receipt>> {
    const { body } = await this.#get(`wcp/receipts/${encodeURIComponent(id)}`, options);
    const genuine = await this.#verify(body);
    mustAgree(genuine, "receipt_id", id.toLowerCase(), genuine.receipt.receipt_id);
    return sealed(genuine);
  }

  /**
   * Enrolls a worker's registry record, or a changed one. Give the record as JSON text where its numbers must
   * stay as they are written: `1.0` and `1` have two hashes. A missing artifact_hash is computed.
   */
  async enroll(
    record: { worker_id: string; [field: string]: unknown } | string,
    options: Pick<AskOptions, "signal"> = {},
  ): Promise<Enrolled> {
    const text = writeJson(record);
    const node = strictly(() => readStrictJsonWithLexemes(text, { ...QUESTION_LIMITS, bigIntegers: true }));
    if (node.kind !== "object") throw notAnObject();
    const { worker_id: workerId, artifact_hash: hash } = plainValue(node) as JsonObject;
    const { body } = await this.#transport.send({
      method: "POST",
      path: "enroll",
      body: hash === undefined ? withHash(text, node) : text,
      signal: options.signal,
    });
    if (body.enrolled !== true || body.worker_id !== workerId || typeof workerId !== "string")
      throw malformed("The Hall did not say that this worker is enrolled.");
    return { ...body, enrolled: true, worker_id: workerId };
  }

  /** Says where a worker is reached. */
  async setTransport(
    workerId: string,
    transport: Pick<WorkerTransport, "kind" | "url"> & Partial<WorkerTransport>,
    options: Pick<AskOptions, "signal"> = {},
  ): Promise<TransportSet> {
    const { body } = await this.#transport.send({
      method: "PUT",
      path: `wcp/workers/${encodeURIComponent(workerId)}/transport`,
      body: question(transport).text,
      signal: options.signal,
    });
    const { worker_id, version, digest } = body;
    if (worker_id !== workerId || typeof version !== "number" || typeof digest !== "string")
      throw malformed("The Hall did not say that this worker's transport is set.");
    return { worker_id, version, digest };
  }

  async #ask(path: string, input: RouteRequest, { idempotencyKey, signal }: AskOptions) {
    const asked = question(input);
    await this.#keys.check();
    const treeSizeSeen = this.#treeSize;
    const { body } = await this.#transport.send({
      method: "POST",
      path,
      body: asked.text,
      idempotencyKey,
      signal,
    });
    const decision = await this.#verify(body);
    checkAnswer(body, decision);
    checkQuestion(asked.value, decision);
    if (idempotencyKey === undefined) checkIsNew(decision, treeSizeSeen);
    return { body, decision };
  }

  async #get(path: string, { signal }: Pick<AskOptions, "signal">) {
    await this.#keys.check();
    return this.#transport.send({ method: "GET", path, signal });
  }

  /** The end of a dispatch with its receipt, or that it goes on. `decision` is null where it was not asked for. */
  async #end(
    body: JsonObject,
    dispatch: DispatchView["dispatch"],
    decision: Genuine | null,
  ): Promise<DispatchView> {
    if ((body.outcome_receipt ?? null) === null) {
      checkIsOpen(dispatch, body);
      return { dispatch, result: null, outcome_receipt: null };
    }
    if (!isObject(body.outcome_receipt))
      throw malformed("The answer's outcome_receipt is not a sealed receipt.");
    const outcome = await this.#verify(body.outcome_receipt);
    const ended = checkEnd(outcome, dispatch, body);
    if (decision) checkFollows(decision, outcome);
    return { dispatch: ended, result: body.result ?? null, outcome_receipt: sealed<OutcomeBody>(outcome) };
  }

  async #verify(body: JsonObject): Promise<Genuine> {
    const genuine = await verifyReceipt(body, this.#keys);
    this.#treeSize = Math.max(this.#treeSize, genuine.treeSize);
    return genuine;
  }
}

function routeAnswer(body: JsonObject, decision: Genuine): RouteAnswer {
  // checkAnswer has compared the fields that the type names.
  return { ...body, ...sealed<DecisionBody>(decision) } as RouteAnswer;
}

/**
 * The verified reading with its type. What the Hall of our key sealed is taken as it is: its lists may have
 * grown since this client was made, and holding them against today's schema would refuse tomorrow's receipts.
 */
function sealed<Body>({ receipt, seal }: { receipt: ReadReceipt; seal: Sealed<Body>["seal"] }): Sealed<Body> {
  return { receipt: receipt as unknown as Verified<Body>, seal };
}

const QUESTION_LIMITS = { maxDepth: 64, maxKeys: 100_000 };

/** What will be sent, and what it says: getters and `toJSON` have had their say before anything is compared. */
function question(input: object): { text: string; value: JsonObject } {
  const text = writeJson(input);
  const value = strictly(() => readStrictJson(text, QUESTION_LIMITS));
  if (!isObject(value)) throw notAnObject();
  return { text, value };
}

function writeJson(input: object | string): string {
  if (typeof input === "string") return input;
  try {
    return JSON.stringify(input) ?? "";
  } catch (cause) {
    throw new HallClientError("INVALID_ARGUMENT", "Expected a value that JSON can hold.", { cause });
  }
}

/** What the Hall would refuse is refused here, with the same code, before it is sent. */
function strictly<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof StrictJsonError)) throw cause;
    throw new HallClientError(cause.code, `${cause.message} At ${cause.path || "the top"}.`, { cause });
  }
}

function notAnObject(): HallClientError {
  return new HallClientError("INVALID_ARGUMENT", "Expected an object.");
}

/** Written into the text, so that every number stays as it was hashed. */
function withHash(text: string, node: Extract<JsonNode, { kind: "object" }>): string {
  const rest = text.slice(text.indexOf("{") + 1);
  return `{"artifact_hash":${JSON.stringify(recordHash(node))}${node.entries.length === 0 ? "" : ","}${rest}`;
}
