import { describe, expect, it } from "vitest";
import { hallMark } from "./hall-state.ts";

const NOW = Date.parse("2026-11-23T16:00:05.000Z");
const hall = {
  origin: "localhost:8765/log",
  verifier_key: "",
  state: "sealed" as const,
  tree_size: 1204,
  sealed_size: 1204,
  sealed_at: "2026-11-23T16:00:03.000Z",
  witnesses: null,
};

describe("hallMark", () => {
  it("says how long ago the last seal was", () => {
    expect(hallMark(hall, null, NOW)).toMatchObject({ mark: "allow", words: "sealed 2 s ago" });
  });

  it("says what waits for a seal", () => {
    expect(hallMark({ ...hall, state: "unsealed", sealed_size: 1201 }, null, NOW)).toMatchObject({
      mark: "hold",
      words: "3 unsealed",
    });
  });

  it("says for how long no witness has cosigned, once that is worth a word", () => {
    const seen = (unwitnessed_s: number | null, is_contradicted = false) =>
      hallMark({ ...hall, witnesses: { unwitnessed_s, is_contradicted } }, null, NOW);
    expect(seen(0).words).toBe("sealed 2 s ago");
    expect(seen(30).words).toBe("sealed 2 s ago");
    expect(seen(31)).toMatchObject({ mark: "hold", words: "unwitnessed for 31 s" });
    expect(seen(null)).toMatchObject({ mark: "hold", words: "never witnessed" });
    expect(seen(0, true)).toMatchObject({ mark: "deny", words: "contradicted" });
  });

  it("never looks sealed without a signer or without an answer", () => {
    expect(hallMark({ ...hall, state: "signer_lost" }, null, NOW)).toMatchObject({
      mark: "deny",
      words: "signer lost",
    });
    expect(hallMark(null, null, NOW)).toMatchObject({ mark: "stale", words: "unreachable" });
    const refusal = { sentence: "The ledger cannot record.", remedy: "Wait.", requestId: null };
    expect(hallMark(hall, { code: "HALL_UNREACHABLE", ...refusal }, NOW).words).toBe("unreachable");
    expect(hallMark(hall, { code: "LEDGER_UNAVAILABLE", ...refusal }, NOW)).toMatchObject({
      mark: "deny",
      words: "failing",
    });
  });
});
