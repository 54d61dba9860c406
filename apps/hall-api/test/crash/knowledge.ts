import { growTree, type Tree } from "./tree.ts";

export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6";
export interface Violation {
  invariant: Invariant;
  what: string;
}

export type Report = (invariant: Invariant, what: string) => void;

/** What the database was found to hold, and how far each log was read. */
export interface Knowledge {
  tree: Tree;
  chains: Map<string, { seq: number; hash: string }>;
  receipts: Map<string, Entry>;
  hashes: Set<string>;
  /** Receipts of decisions by their question's marker. */
  decisions: Map<string, Entry[]>;
  /** How often a decision was closed. */
  outcomes: Map<string, number>;
  checkpoints: number;
  sealedSize: number;
  answers: WeakSet<object>;
  acknowledged: number;
  worked: Map<string, number>;
  workedRead: number;
  signLogRead: number;
  signatures: number;
  signedHeads: Map<number, string>;
}

export interface Entry {
  receiptId: string;
  hash: string;
  chain: string;
  seq: number;
  leafIndex: number;
  starts: boolean;
}

export function emptyKnowledge(): Knowledge {
  return {
    tree: growTree(),
    chains: new Map(),
    receipts: new Map(),
    hashes: new Set(),
    decisions: new Map(),
    outcomes: new Map(),
    checkpoints: 0,
    sealedSize: 0,
    answers: new WeakSet(),
    acknowledged: 0,
    worked: new Map(),
    workedRead: 0,
    signLogRead: 0,
    signatures: 0,
    signedHeads: new Map(),
  };
}
