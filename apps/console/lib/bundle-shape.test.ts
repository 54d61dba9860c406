import { RuleBundle } from "@guildhall/protocol";
import { describe, expect, it } from "vitest";
import { keysOf, type Shape, shapeAt } from "./bundle-shape.ts";

/** JSON Schema, as far as it is needed here. */
interface Schema {
  type?: string;
  enum?: string[];
  properties?: { [key: string]: Schema };
  items?: Schema;
  anyOf?: Schema[];
}

const schema = RuleBundle.toJSONSchema({ io: "input", unrepresentable: "any" }) as Schema;

/** Each key of the protocol's bundle by its place, with the values that can be listed. */
function* placesOf(node: Schema, place: string): Generator<[place: string, values: string]> {
  const forms = node.anyOf?.filter(({ type }) => type !== "null") ?? [node];
  for (const form of forms) {
    if (form.items) yield* placesOf(form.items, place);
    for (const [key, inner] of Object.entries(form.properties ?? {})) {
      const own = place === "" ? key : `${place}.${key}`;
      const values = [inner, inner.items, ...(inner.anyOf ?? [])].flatMap((one) => one?.enum ?? []);
      yield [own, values.join(" ")];
      yield* placesOf(inner, own);
    }
  }
}

function* ownPlaces(shape: Shape, place: string): Generator<[place: string, values: string]> {
  if (shape.is === "list") return yield* ownPlaces(shape.of, place);
  for (const [key, { shape: inner, words }] of Object.entries(keysOf(shape) ?? {})) {
    expect(words, key).not.toBe("");
    const own = place === "" ? key : `${place}.${key}`;
    const values = inner.is === "condition" || inner.is === "list" ? inner.of : inner;
    yield [own, values.is === "choice" ? values.values.join(" ") : ""];
    yield* ownPlaces(inner, own);
  }
}

describe("what the editor offers", () => {
  it("is what the protocol's bundle may hold: every key, every value that can be listed", () => {
    const ours = Object.fromEntries(ownPlaces(shapeAt([]) as Shape, ""));
    expect(ours).toEqual(Object.fromEntries(placesOf(schema, "")));
    expect(Object.keys(ours).length).toBeGreaterThan(50);
  });

  it("knows no place that is none", () => {
    expect(shapeAt(["rules", 0, "match", "colour"])).toBeNull();
    expect(shapeAt(["rules", "match"])).toBeNull();
  });
});
