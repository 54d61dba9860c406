import { type VerifierKey, VerifyError, witnessKey } from "@guildhall/attestation";
import { OutboundError } from "../outbound.ts";

/** Why a witness cosigned nothing when it was asked last. A code, because a message could name an address. */
export const WITNESS_FAULTS = [
  "ADDRESS_REFUSED",
  "UNREACHABLE",
  "TIMEOUT",
  "ANSWER_TOO_LARGE",
  "TLS_PIN_MISMATCH",
  "STATUS",
  "ANSWER_INVALID",
  /** The Hall itself could not ask. */
  "NOT_ASKED",
] as const;
export type WitnessFault = (typeof WITNESS_FAULTS)[number];

/** A witness that holds more of this log than the database does, or another history of it. */
export interface Contradiction {
  witness: string;
  /** What it has cosigned. */
  treeSize: number;
  /** The database holds as much, and another history. */
  isFork: boolean;
}

/** One witness as whoever has a credential is shown it: nothing of where it is. */
export interface WitnessView {
  name: string;
  /** Its vkey, as `hall verify --witness` takes it. */
  key: string;
  /** The largest tree that it has cosigned; 0 where there is none. */
  tree_size: number;
  cosigned_at: string | null;
  /** Leaves that are sealed and that it has not cosigned. */
  behind_leaves: number;
  /** Null once it has answered again. */
  failure: { code: WitnessFault; status: number | null; at: string } | null;
  contradiction: { tree_size: number; is_fork: boolean } | null;
}

/** What one instance knows of a witness that it asks. */
export class AskedWitness {
  readonly url: string;
  readonly key: VerifierKey;
  readonly id: string;
  /** What it cosigned last, as far as the database knows. */
  treeSize: number;
  cosignedAtMs: number | null;
  contradiction: Contradiction | null = null;
  failure: WitnessView["failure"] = null;
  isBusy = false;
  /** Not asked since the start: an old database would not know how far the witness is. */
  isNew = true;
  notBeforeMs = 0;

  constructor(url: string, key: VerifierKey, id: string, treeSize: number, cosignedAtMs: number | null) {
    this.url = url;
    this.key = key;
    this.id = id;
    this.treeSize = treeSize;
    this.cosignedAtMs = cosignedAtMs;
  }

  fail(error: unknown, nowMs: number): void {
    this.failure = { ...faultOf(error), at: new Date(nowMs).toISOString() };
  }

  view(sealedSize: number): WitnessView {
    const { key, treeSize, cosignedAtMs, failure, contradiction } = this;
    return {
      name: key.name,
      key: witnessKey(key.name, key.publicKey),
      tree_size: treeSize,
      cosigned_at: cosignedAtMs === null ? null : new Date(cosignedAtMs).toISOString(),
      behind_leaves: Math.max(0, sealedSize - treeSize),
      failure,
      contradiction: contradiction && { tree_size: contradiction.treeSize, is_fork: contradiction.isFork },
    };
  }
}

/** It answered with a status that is none of a cosignature's and contradicts nothing. */
export class WitnessStatusError extends Error {
  override name = "WitnessStatusError";
  readonly status: number;

  constructor(status: number) {
    super(`the witness answered ${status}`);
    this.status = status;
  }
}

function faultOf(error: unknown): { code: WitnessFault; status: number | null } {
  if (error instanceof WitnessStatusError) return { code: "STATUS", status: error.status };
  if (error instanceof OutboundError) return { code: error.code, status: null };
  return { code: error instanceof VerifyError ? "ANSWER_INVALID" : "NOT_ASKED", status: null };
}
