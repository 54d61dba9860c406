import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import type { NewPasskey, ShownPasskey } from "../../src/identity/passkey-input.ts";
import type { OpenHall } from "./running-hall.ts";

/**
 * A device that makes and shows passkeys, and the browser in front of it, as WebAuthn writes them down: the bytes are made
 * here from the specification and by no library of the Hall's. What a test makes of it that is wrong is named in `Oddities`.
 */
export interface PasskeyDevice {
  credentialId: Buffer;
  make(challenge: string, odd?: Oddities): NewPasskey;
  show(challenge: string, odd?: Oddities): ShownPasskey;
}

export interface Oddities {
  origin?: string;
  domain?: string;
  type?: string;
  crossOrigin?: boolean;
  /** Of UP (1), UV (4) and AT (64): those that the device sets. */
  flags?: number;
  /** What the device says of how often it has signed. */
  count?: number;
  /** Signs with another key than the one that was registered. */
  signer?: KeyObject;
  /** Of packed self-attestation, where the attestation is not to be none. */
  selfAttested?: boolean;
  /** A certificate of the maker's, which nobody asked for. */
  certificate?: Buffer;
}

export type DeviceKey = "ES256" | "EdDSA";

const UP = 1;
const UV = 4;
const AT = 64;

export interface DeviceOptions {
  key?: DeviceKey;
  /** False for a device that says 0 for ever. */
  counts?: boolean;
  credentialId?: Buffer;
}

export function passkeyDevice(
  consoleUrl: string,
  { key = "ES256", counts = true, credentialId = randomBytes(32) }: DeviceOptions = {},
): PasskeyDevice {
  const { privateKey, publicKey } =
    key === "ES256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
  const { hostname, origin: home } = new URL(consoleUrl);
  let signed = 0;
  const next = () => (counts ? ++signed : 0);

  const clientData = (type: string, challenge: string, odd: Oddities) => {
    const { origin = home, crossOrigin = false } = odd;
    return Buffer.from(JSON.stringify({ type: odd.type ?? type, challenge, origin, crossOrigin }));
  };
  const authenticatorData = (odd: Oddities, flags: number, rest = Buffer.alloc(0)) => {
    const head = Buffer.alloc(5);
    head.writeUInt8(odd.flags === undefined ? flags : odd.flags);
    head.writeUInt32BE(odd.count ?? next(), 1);
    return Buffer.concat([sha256(Buffer.from(odd.domain ?? hostname)), head, rest]);
  };
  const signature = (data: Buffer, client: Buffer, odd: Oddities) =>
    sign(key === "ES256" ? "sha256" : null, Buffer.concat([data, sha256(client)]), odd.signer ?? privateKey);

  return {
    credentialId,
    make(challenge, odd = {}) {
      const client = clientData("webauthn.create", challenge, odd);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const credential = Buffer.concat([Buffer.alloc(16), length, credentialId, coseKey(publicKey, key)]);
      const data = authenticatorData(odd, UP | UV | AT, credential);
      const algorithm = key === "ES256" ? -7 : -8;
      const statement = {
        ...(odd.selfAttested && { alg: algorithm, sig: signature(data, client, odd) }),
        ...(odd.certificate && { x5c: [odd.certificate] }),
      };
      const format = odd.selfAttested ? "packed" : "none";
      const attestation = cbor({ fmt: format, attStmt: statement, authData: data });
      return {
        credential_id: text(credentialId),
        client_data: text(client),
        attestation_object: text(attestation),
        transports: ["internal"],
      };
    },
    show(challenge, odd = {}) {
      const client = clientData("webauthn.get", challenge, odd);
      const data = authenticatorData(odd, UP | UV);
      return {
        credential_id: text(credentialId),
        client_data: text(client),
        authenticator_data: text(data),
        signature: text(signature(data, client, odd)),
      };
    },
  };
}

/** A key that no device has registered. */
export function strangeKey(key: DeviceKey = "ES256"): KeyObject {
  const { privateKey } =
    key === "ES256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
  return createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" }));
}

/** Adds a passkey for whose session it is. */
export async function addPasskey(
  hall: OpenHall,
  session: string,
  device = passkeyDevice(hall.hall.settings.consoleUrl),
  name = "my key",
): Promise<{ device: PasskeyDevice; id: string; codes: string[]; receiptId: string }> {
  const challenge = await beginPasskey(hall, session);
  const answer = await hall.ask<{ id: string; recovery_codes: string[]; receipt_id: string }>(
    "POST",
    "/wcp/account/passkeys",
    { key: session, body: { name, passkey: device.make(challenge) } },
  );
  if (answer.status !== 201) throw new Error(`no passkey was added: ${answer.text}`);
  const { id, recovery_codes: codes, receipt_id: receiptId } = answer.body;
  return { device, id, codes, receiptId };
}

/** @returns the challenge that a new passkey signs */
export async function beginPasskey(hall: OpenHall, session: string): Promise<string> {
  const { body } = await hall.ask<{ options: { challenge: string } }>("POST", "/wcp/account/passkeys/begin", {
    key: session,
    body: {},
  });
  return body.options.challenge;
}

function coseKey(key: KeyObject, kind: DeviceKey): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  const bytes = (part: string) => Buffer.from(part, "base64url");
  // Key type, algorithm, curve and coordinates, under the numbers of RFC 9053.
  const fields: [number, number | Buffer][] =
    kind === "ES256"
      ? [
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, bytes(x)],
          [-3, bytes(y)],
        ]
      : [
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, bytes(x)],
        ];
  return Buffer.concat([cborHead(5, fields.length), ...fields.flat().map(cbor)]);
}

type Cbor = number | string | Buffer | Cbor[] | { [name: string]: Cbor };

/** As much of RFC 8949 as an attestation needs. */
function cbor(value: Cbor): Buffer {
  if (typeof value === "number") return value >= 0 ? cborHead(0, value) : cborHead(1, -1 - value);
  if (typeof value === "string")
    return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([cborHead(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([cborHead(4, value.length), ...value.map(cbor)]);
  const entries = Object.entries(value);
  return Buffer.concat([
    cborHead(5, entries.length),
    ...entries.flatMap(([name, part]) => [cbor(name), cbor(part)]),
  ]);
}

function cborHead(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
}

function sha256(data: Buffer): Buffer {
  return createHash("sha256").update(data).digest();
}

function text(bytes: Buffer): string {
  return bytes.toString("base64url");
}
