import { SignerError } from "./signer.ts";

/**
 * The part of an RFC 7512 `pkcs11:` URI that names a module, a token, and perhaps a key on it. Read strictly: a
 * mistyped attribute would choose another token or another key.
 */
export interface Pkcs11Uri {
  modulePath: string;
  /** The token's label. */
  token: string;
  serial: string | null;
  manufacturer: string | null;
  model: string | null;
  /** CKA_ID of the key. */
  id: Uint8Array | null;
  /** CKA_LABEL of the key. */
  object: string | null;
  /** The file that holds the PIN, or null where somebody is to be asked. */
  pinFile: string | null;
}

const PATH_ATTRIBUTES = ["token", "serial", "manufacturer", "model", "id", "object", "type"] as const;
const QUERY_ATTRIBUTES = ["module-path", "module-name", "pin-source"] as const;

// RFC 7512, 2.3: what may stand unencoded in a value of the path, and of the query.
const PATH_VALUE = /^(?:[A-Za-z0-9\-._~:[\]@!$'()*+,=&]|%[0-9A-Fa-f]{2})*$/;
const QUERY_VALUE = /^(?:[A-Za-z0-9\-._~:[\]@!$'()*+,=/?|]|%[0-9A-Fa-f]{2})*$/;

/**
 * @param moduleNamed where a module lies that the URI names and gives no path for; null where it is unknown here
 * @throws SignerError TOKEN_URI_MALFORMED, which never quotes a value: it may be a PIN
 */
export function parsePkcs11Uri(uri: string, moduleNamed: (name: string) => string | null): Pkcs11Uri {
  if (!/^pkcs11:/i.test(uri)) throw malformed("it does not begin with pkcs11:");
  const [path = "", ...rest] = uri.slice("pkcs11:".length).split("?");
  // A query may hold question marks: RFC 3986.
  const of = attributes(path, ";", PATH_VALUE, PATH_ATTRIBUTES);
  const query = attributes(rest.join("?"), "&", QUERY_VALUE, QUERY_ATTRIBUTES);

  const token = text(of, "token");
  if (!token) throw malformed("token= is missing; it is the label of the token");
  const type = text(of, "type");
  if (type !== null && type !== "private") throw malformed("type= may only be private");
  return {
    modulePath: modulePathOf(text(query, "module-path"), text(query, "module-name"), moduleNamed),
    token,
    serial: text(of, "serial"),
    manufacturer: text(of, "manufacturer"),
    model: text(of, "model"),
    id: of.get("id") ?? null,
    object: text(of, "object"),
    pinFile: pinFileOf(text(query, "pin-source")),
  };
}

function modulePathOf(
  path: string | null,
  name: string | null,
  moduleNamed: (name: string) => string | null,
): string {
  if (path !== null && name !== null) throw malformed("give module-path= or module-name=, not both");
  if (path?.startsWith("/")) return path;
  if (path !== null) throw malformed("module-path= must be an absolute path");
  if (name === null) throw malformed("module-path= is missing; it is the module's library");
  const found = moduleNamed(name);
  if (found === null)
    throw malformed("the module that module-name= names is not known here; give its library as module-path=");
  return found;
}

function pinFileOf(source: string | null): string | null {
  if (source === null) return null;
  const path = source.replace(/^file:(?:\/\/(?=\/))?/, "");
  if (!path.startsWith("/")) throw malformed("pin-source= must be file: and an absolute path");
  return path;
}

function attributes(
  text: string,
  separator: string,
  allowed: RegExp,
  known: readonly string[],
): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const pair of text === "" ? [] : text.split(separator)) {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, Math.max(equals, 0));
    if (name === "pin-value")
      throw malformed(
        "pin-value= would show the PIN to whoever lists processes or reads the environment; write it to a file of mode 600 and give pin-source=file:/path",
      );
    if (!known.includes(name)) throw malformed(`it has an attribute that is none of ${known.join(", ")}`);
    if (found.has(name)) throw malformed(`${name}= stands there twice`);
    const value = pair.slice(equals + 1);
    if (!allowed.test(value)) throw malformed(`${name}= has a character that must be percent-encoded`);
    found.set(name, percentDecoded(value));
  }
  return found;
}

function percentDecoded(value: string): Uint8Array {
  const latin1 = value.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Uint8Array.from(Buffer.from(latin1, "latin1"));
}

function text(of: Map<string, Uint8Array>, name: string): string | null {
  const bytes = of.get(name);
  if (!bytes) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformed(`${name}= is not UTF-8`, cause);
  }
}

function malformed(what: string, cause?: unknown): SignerError {
  return new SignerError(
    "TOKEN_URI_MALFORMED",
    `The signer's pkcs11: URI cannot be used: ${what}. Write pkcs11:token=<label>?module-path=<library>&pin-source=file:<path>.`,
    { cause },
  );
}
