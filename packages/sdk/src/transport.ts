import { readStrictJson, type StrictJson, StrictJsonError } from "@guildhall/protocol";
import { HallClientError } from "./hall-client-error.ts";

/** JSON over HTTP with one Hall: the only address that this package ever calls. */
export interface Transport {
  /** @throws HallClientError for a refusal, and for everything that is not an answer */
  send(request: HallRequest): Promise<HallAnswer>;
}

export interface HallRequest {
  method: "GET" | "POST" | "PUT";
  /** Below the Hall's address, without a slash in front. */
  path: string;
  /** JSON, as it is to be sent. */
  body?: string;
  idempotencyKey?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface HallAnswer {
  status: number;
  body: JsonObject;
}

export type JsonObject = { [key: string]: StrictJson };

export interface TransportOptions {
  url: string;
  apiKey?: string;
  fetch?: typeof fetch;
  /** For one answer from the first byte sent to the last one read. */
  timeoutMs: number;
  /** 4 MB where it is not given. */
  answerMaxBytes?: number;
}

const ANSWER_MAX_BYTES = 4 * 1024 * 1024;
const ANSWER_LIMITS = { maxDepth: 64, maxKeys: 100_000 };

export function hallTransport(options: TransportOptions): Transport {
  const base = baseUrl(options.url);
  const authorization = options.apiKey === undefined ? null : bearer(options.apiKey);
  const send = options.fetch ?? fetch;
  const maxBytes = options.answerMaxBytes ?? ANSWER_MAX_BYTES;

  return {
    async send({ method, path, body, idempotencyKey, signal }) {
      const headers = new Headers({ accept: "application/json" });
      if (authorization !== null) headers.set("authorization", authorization);
      if (body !== undefined) headers.set("content-type", "application/json");
      if (idempotencyKey !== undefined) headers.set("idempotency-key", checkedIdempotencyKey(idempotencyKey));
      const timeout = AbortSignal.timeout(options.timeoutMs);
      try {
        const response = await send(new URL(path, base), {
          method,
          headers,
          ...(body !== undefined && { body }),
          // Followed, a redirect would carry the key and the request to an address nobody chose.
          redirect: "manual",
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        });
        return await readAnswer(response, maxBytes);
      } catch (cause) {
        signal?.throwIfAborted();
        if (cause instanceof HallClientError) throw cause;
        if (timeout.aborted)
          throw new HallClientError("HALL_TIMEOUT", `The Hall did not answer in ${options.timeoutMs} ms.`, {
            cause,
          });
        throw new HallClientError("HALL_UNREACHABLE", `The Hall at ${base.origin} could not be asked.`, {
          cause,
        });
      }
    },
  };
}

/** What a Hall serves to anyone and is no JSON: checkpoints and tiles. */
export async function fetchBytes(
  options: Pick<TransportOptions, "url" | "fetch" | "timeoutMs">,
  path: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const base = baseUrl(options.url);
  const timeout = AbortSignal.timeout(options.timeoutMs);
  try {
    const response = await (options.fetch ?? fetch)(new URL(path, base), {
      redirect: "manual",
      signal: timeout,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw malformed(`The Hall answered ${response.status} to ${path}.`, response.status);
    }
    return await readBytes(response, maxBytes);
  } catch (cause) {
    if (cause instanceof HallClientError) throw cause;
    if (timeout.aborted)
      throw new HallClientError("HALL_TIMEOUT", `The Hall did not answer in ${options.timeoutMs} ms.`, {
        cause,
      });
    throw new HallClientError("HALL_UNREACHABLE", `The Hall at ${base.origin} could not be asked.`, {
      cause,
    });
  }
}

async function readAnswer(response: Response, maxBytes: number): Promise<HallAnswer> {
  const { status } = response;
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    await response.body?.cancel();
    throw new HallClientError("REDIRECT_REFUSED", "The Hall's address answered with a redirect.", { status });
  }
  const body = parseAnswer(await readBytes(response, maxBytes), status);
  if (!response.ok) throw refusal(status, body, response.headers.get("retry-after"));
  return { status, body };
}

/** Counts what arrives after decompression, so that a small answer cannot unfold into a large one. */
async function readBytes(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes)
      throw new HallClientError("ANSWER_TOO_LARGE", `The Hall's answer is over ${maxBytes} bytes long.`, {
        status: response.status,
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Strictly: of a key that stands twice, the receipt could mean one and the caller read the other. */
function parseAnswer(bytes: Uint8Array, status: number): JsonObject {
  let value: StrictJson;
  try {
    value = readStrictJson(bytes, ANSWER_LIMITS);
  } catch (cause) {
    if (!(cause instanceof StrictJsonError)) throw cause;
    throw malformed(`The answer is not strict JSON: ${cause.code}.`, status, cause);
  }
  if (!isObject(value)) throw malformed("The answer is not a JSON object.", status);
  return value;
}

function refusal(status: number, body: JsonObject, retryAfter: string | null): HallClientError {
  const { error, code, remedy, request_id: requestId, ...detail } = body;
  if (typeof code !== "string" || !/^[A-Z][A-Z0-9_]{0,63}$/.test(code))
    return malformed(`The answer is a refusal (${status}) in no form that a Hall has.`, status);
  const seconds = /^[0-9]{1,9}$/.test(retryAfter ?? "") ? Number(retryAfter) : null;
  return new HallClientError(code, `${code}: ${typeof error === "string" ? error : "The Hall refused."}`, {
    status,
    remedy: typeof remedy === "string" ? remedy : null,
    requestId: typeof requestId === "string" ? requestId : null,
    retryAfterS: seconds,
    detail,
  });
}

export function malformed(message: string, status?: number, cause?: unknown): HallClientError {
  return new HallClientError("ANSWER_MALFORMED", message, {
    ...(status !== undefined && { status }),
    cause,
  });
}

export function isObject(value: StrictJson | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The Hall's address with a slash at its end, so that a path in it is kept. */
function baseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain =
    url !== null &&
    (url.protocol === "http:" || url.protocol === "https:") &&
    url.username === "" &&
    url.password === "" &&
    url.search === "" &&
    url.hash === "";
  if (!isPlain)
    throw new HallClientError(
      "INVALID_ARGUMENT",
      "Expected the Hall's address as http:// or https://, without a user, a query or a fragment.",
    );
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

function bearer(apiKey: string): string {
  // The key itself stays out of the message: messages end up in logs.
  if (/^[\x21-\x7e]{1,256}$/.test(apiKey)) return `Bearer ${apiKey}`;
  throw new HallClientError(
    "INVALID_ARGUMENT",
    "Expected an API key of visible ASCII characters, without spaces or line ends.",
  );
}

function checkedIdempotencyKey(key: string): string {
  if (/^[\x21-\x7e]{1,128}$/.test(key)) return key;
  throw new HallClientError(
    "INVALID_ARGUMENT",
    "Expected an idempotency key of 1 to 128 visible ASCII characters.",
  );
}
