/** An id that is no longer to be used. It keeps its line for ever, so that nobody gives it another meaning. */
export interface Tombstone {
  /** What takes its place, or null where nothing does. */
  supersededBy: string | null;
  /** The catalog that deprecated it, and the one from which on it is not to be served. */
  deprecatedIn: string;
  sunsetIn: string;
}

export const CATALOG_TOMBSTONES: Readonly<Record<string, Tombstone>> = {
  "cap.ml.embed": { supersededBy: "cap.model.embed", deprecatedIn: "0.1.0", sunsetIn: "0.2.0" },
  "ctrl.audit.log": {
    supersededBy: "ctrl.obs.audit-log-append-only",
    deprecatedIn: "0.1.0",
    sunsetIn: "0.2.0",
  },
};
