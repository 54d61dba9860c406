import {
  FEED_ROOT_TYPE,
  FeedRoot,
  readStrictJson,
  SignedEnvelope,
  StrictJsonError,
} from "@guildhall/protocol";
import { type EnvelopeCode, envelopeKeyId, openEnvelope } from "./dsse.ts";
import { decodeBase64, encodeHex } from "./encoding.ts";
import { rawEd25519Key } from "./key.ts";
import { sha256 } from "./web-crypto.ts";

/** The keys that begin a ban feed, read from the very bytes that each of them signed. */
export type FeedRootVerdict =
  | { ok: true; root: FeedRoot; digest: string }
  | { ok: false; code: EnvelopeCode | FeedRootCode; message: string };

export type FeedRootCode = "FEED_ROOT_MALFORMED" | "FEED_ROOT_NOT_NEXT";

/** Every key of a root has signed it, so each is in the hands of somebody who agreed. */
export async function readFeedRoot(envelope: string | Uint8Array): Promise<FeedRootVerdict> {
  const claimed = readClaim(envelope);
  const keys = claimed && (await readKeys(claimed.keys));
  if (!keys)
    return no(
      "FEED_ROOT_MALFORMED",
      "Expected the root of a feed: Ed25519 keys by their ids, and a threshold.",
    );
  const opened = await openEnvelope(envelope, {
    payloadType: FEED_ROOT_TYPE,
    keys,
    threshold: keys.length,
  });
  if (!opened.ok) return opened;
  const root = FeedRoot.parse(readStrictJson(opened.payload));
  return { ok: true, root, digest: encodeHex(await sha256(opened.payload)) };
}

/**
 * The same for the root that is to come after `previous`: its next version, signed also by as many keys of that one
 * as it asks for. Whoever has the Hall alone replaces no root.
 */
export async function verifyFeedRoot(
  envelope: string | Uint8Array,
  previous: Pick<FeedRoot, "version" | "threshold" | "keys"> | null,
): Promise<FeedRootVerdict> {
  const verdict = await readFeedRoot(envelope);
  if (!verdict.ok) return verdict;
  const next = (previous?.version ?? 0) + 1;
  if (verdict.root.version !== next)
    return no("FEED_ROOT_NOT_NEXT", `Expected version ${next} of the root, found ${verdict.root.version}.`);
  if (previous === null) return verdict;
  const keys = (await readKeys(previous.keys)) ?? [];
  const { threshold } = previous;
  const vouched = await openEnvelope(envelope, { payloadType: FEED_ROOT_TYPE, keys, threshold });
  return vouched.ok ? verdict : { ...vouched, message: `By the root before: ${vouched.message}` };
}

/** What the envelope says before anything of it is believed: which keys to try. */
function readClaim(envelope: string | Uint8Array): FeedRoot | null {
  try {
    const outer = SignedEnvelope.safeParse(readStrictJson(envelope, { maxKeys: 100 })).data;
    const payload = outer && decodeBase64(outer.payload);
    return payload ? (FeedRoot.safeParse(readStrictJson(payload)).data ?? null) : null;
  } catch (error) {
    if (error instanceof StrictJsonError) return null;
    throw error;
  }
}

/** Null where one is no Ed25519 key, or is not the one that its id names. */
async function readKeys(keys: FeedRoot["keys"]): Promise<Uint8Array<ArrayBuffer>[] | null> {
  const read: Uint8Array<ArrayBuffer>[] = [];
  for (const { key_id: id, spki } of keys) {
    const key = rawEd25519Key(spki);
    if (key === null || (await envelopeKeyId(key)) !== id) return null;
    read.push(key);
  }
  return read;
}

function no(code: FeedRootCode, message: string): FeedRootVerdict {
  return { ok: false, code, message };
}
