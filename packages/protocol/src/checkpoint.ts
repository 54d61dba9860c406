import { z } from "zod";
import { Sha256Hex } from "./ids.ts";

/**
 * The body of a C2SP tlog-checkpoint: which log, how many leaves, their RFC 6962 root.
 * Its text and signatures are read and written in attestation.
 */
export const Checkpoint = z.strictObject({
  /** The log's origin: printable ASCII without spaces or plus signs, also the name of its key. */
  origin: z.string().regex(/^[\x21-\x2a\x2c-\x7e]{1,128}$/),
  tree_size: z.int().min(0),
  root_hash: Sha256Hex,
});
export type Checkpoint = z.infer<typeof Checkpoint>;
