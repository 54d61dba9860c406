import { jsonLanguage } from "@codemirror/lang-json";
import { Text } from "@codemirror/state";
import { expect, it } from "vitest";
import { itemNode, placeAt } from "./bundle-place.ts";

function at(marked: string) {
  const text = marked.replace("|", "");
  const found = placeAt(Text.of(text.split("\n")), jsonLanguage.parser.parse(text), marked.indexOf("|"));
  return found && [found.list, found.index, found.id, found.item];
}

const RULE = { rule_id: "b", match: { env: "dev" } };

it("what stands under the cursor is found, wherever in it the cursor is", () => {
  const rule = JSON.stringify(RULE);
  for (const marked of [
    rule.replace("dev", "d|ev"),
    rule.replace('"match"', '"ma|tch"'),
    rule.replace("{", "{|"),
  ])
    expect(at(`{"rules": [{"rule_id": "a"}, ${marked}]}`)).toEqual(["rules", 1, "b", RULE]);
  expect(at('{"rules": [], "policies": [{"policy_id": "pol.a", "when": "tr|ue"}]}')).toEqual([
    "policies",
    0,
    "pol.a",
    { policy_id: "pol.a", when: "true" },
  ]);
});

it("between the items there is none", () => {
  // The Hall refuses a key that stands twice; until somebody mends that, the first one counts.
  expect(at('{"rules": [], "rules": [{"rule_|id": "a"}]}')).toBeNull();
  for (const marked of ['{"ru|les": []}', '{"rules": [|]}', '{|"rules": []}', "|", '{"other": [{"a|": 1}]}'])
    expect(at(marked)).toBeNull();
});

it("an item that is no JSON yet is there, and says nothing", () => {
  expect(at('{"rules": [{"rule_id": "a", "match": {|}]}')?.slice(0, 3)).toEqual(["rules", 0, "a"]);
  expect(at('{"rules": [{"rule_id": "a", "match": {|}]}')?.[3]).toBeNull();
});

it("a rule is found by its id, in either list", () => {
  const text = '{"rules": [{"rule_id": "a"}], "policies": [{"policy_id": "pol.a"}]}';
  const doc = Text.of([text]);
  const from = (id: string) => itemNode(doc, jsonLanguage.parser.parse(text), id)?.from;
  expect(from("a")).toBe(text.indexOf('{"rule_id"'));
  expect(from("pol.a")).toBe(text.indexOf('{"policy_id"'));
  expect(from("nobody")).toBeUndefined();
});
