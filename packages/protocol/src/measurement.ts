import { z } from "zod";
import { Instant, Sha256Hex, WorkerId } from "./ids.ts";
import { AttestationMethod } from "./profile.ts";

/** What somebody found of a worker's code, in answer to a Hall's nonce. Who signs it decides what it is worth. */
export const Measurement = z.strictObject({
  type: z.literal("guildhall/measurement/v1"),
  /** The origin of the Hall that asked: another Hall's nonce is no answer here. */
  hall: z.string().max(128),
  worker_id: WorkerId,
  /**
   * `self-reported`: the worker's own key says so; it shows that the key is there now and nothing about code.
   * `runner-measured`: a registered runner has read the package. `oci-digest`: a registered runner names the image.
   */
  method: AttestationMethod,
  /** The package's hash; of `oci-digest` the image's digest. */
  hash: Sha256Hex,
  nonce: z.string().regex(/^[0-9a-f]{64}$/),
  measured_at: Instant,
});
export type Measurement = z.infer<typeof Measurement>;

/** The DSSE payload type of a measurement: what is signed as one can never be read as anything else. */
export const MEASUREMENT_TYPE = "application/vnd.guildhall.measurement+json";
