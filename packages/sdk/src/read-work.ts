import type { IncomingMessage } from "node:http";
import { readStrictJson, type StrictJson, StrictJsonError } from "@guildhall/protocol";
import { isObject, type JsonObject } from "./transport.ts";
import { WorkRefusal } from "./work-refusal.ts";

/** What a Hall sends to a worker. Nothing of it has been checked but its form. */
export interface Work {
  grant: string;
  salt: Uint8Array;
  request: JsonObject;
}

const BODY_MAX_BYTES = 1_000_000;
const GRANT_MAX = 8192;
const SALT_BYTES = 16;
const LIMITS = { maxKeys: 100_000 };

/** @throws WorkRefusal */
export async function readWork(request: IncomingMessage): Promise<Work> {
  if (request.method !== "POST") throw new WorkRefusal("METHOD_NOT_ALLOWED");
  const { "content-type": type = "", "content-encoding": encoding = "identity" } = request.headers;
  if (!/^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type) || encoding !== "identity")
    throw new WorkRefusal("UNSUPPORTED_MEDIA_TYPE");
  return takeApart(parse(await readBody(request)));
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  if (Number(request.headers["content-length"] ?? 0) > BODY_MAX_BYTES)
    throw new WorkRefusal("BODY_TOO_LARGE");
  const chunks: Buffer[] = [];
  let size = 0;
  // Not `for await`: leaving such a loop destroys the socket, and with it the answer that says why.
  await new Promise<void>((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_MAX_BYTES) reject(new WorkRefusal("BODY_TOO_LARGE"));
      else chunks.push(chunk);
    });
    request.on("end", resolve);
    request.on("error", reject);
  });
  return Buffer.concat(chunks);
}

function parse(bytes: Uint8Array): StrictJson {
  try {
    return readStrictJson(bytes, LIMITS);
  } catch (cause) {
    if (!(cause instanceof StrictJsonError)) throw cause;
    throw new WorkRefusal("MALFORMED_JSON", { cause });
  }
}

function takeApart(body: StrictJson): Work {
  if (!isObject(body)) throw new WorkRefusal("INVALID_REQUEST");
  const { grant, salt: encoded, request } = body;
  if (grant === undefined || grant === "") throw new WorkRefusal("GRANT_MISSING");
  if (typeof grant !== "string" || grant.length > GRANT_MAX) throw new WorkRefusal("GRANT_INVALID");
  const salt = Buffer.from(typeof encoded === "string" ? encoded : "", "base64");
  // Read back, because decoders skip what they do not know.
  if (salt.length !== SALT_BYTES || salt.toString("base64") !== encoded || !isObject(request))
    throw new WorkRefusal("INVALID_REQUEST");
  return { grant, salt, request };
}
