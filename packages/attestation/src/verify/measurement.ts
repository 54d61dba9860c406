import { MEASUREMENT_TYPE, Measurement, readStrictJson, StrictJsonError } from "@guildhall/protocol";
import { type EnvelopeCode, openEnvelope } from "./dsse.ts";

/** A signed measurement, read from the very bytes that were verified. Its nonce is for the Hall to compare. */
export type MeasurementVerdict =
  | { ok: true; measurement: Measurement; signedBy: Uint8Array<ArrayBuffer>[] }
  | { ok: false; code: EnvelopeCode | "MEASUREMENT_MALFORMED"; message: string };

export async function verifyMeasurement(
  envelope: string | Uint8Array,
  keys: readonly Uint8Array<ArrayBuffer>[],
): Promise<MeasurementVerdict> {
  const opened = await openEnvelope(envelope, { payloadType: MEASUREMENT_TYPE, keys });
  if (!opened.ok) return opened;
  const measurement = read(opened.payload);
  return measurement === null
    ? { ok: false, code: "MEASUREMENT_MALFORMED", message: "Expected a measurement, strict JSON." }
    : { ok: true, measurement, signedBy: opened.signedBy };
}

function read(payload: Uint8Array): Measurement | null {
  try {
    return Measurement.safeParse(readStrictJson(payload)).data ?? null;
  } catch (error) {
    if (error instanceof StrictJsonError) return null;
    throw error;
  }
}
