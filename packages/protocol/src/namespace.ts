import { z } from "zod";

/** An authority namespace: an organisation's or an account's (contract 1.1). Its workers' ids begin with it. */
export const Namespace = z
  .string()
  .max(64)
  .regex(/^(?:org|x)\.[a-z0-9]+(?:-[a-z0-9]+)*$/, "expected a namespace like org.acme or x.login")
  .brand("Namespace");
export type Namespace = z.infer<typeof Namespace>;

/**
 * What is left of a namespace when everything that looks alike is told as one: two names with one skeleton can be
 * mistaken for each other. Ids have 37 characters, so the table is short: it is Unicode's confusables (UTS 39) cut down to
 * them, with the pairs that a proportional font draws as one letter.
 */
export function namespaceSkeleton(namespace: string): string {
  const [authority = "", name = ""] = namespace.split(".", 2);
  return `${authority}.${nameSkeleton(name)}`;
}

/** The same of a name in that alphabet alone. */
export function nameSkeleton(name: string): string {
  return name
    .replaceAll("-", "")
    .replaceAll("rn", "m")
    .replaceAll("vv", "w")
    .replaceAll(/c[l1]/g, "d")
    .replaceAll(/./g, (letter) => LETTERS[letter] ?? letter);
}

const LETTERS: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "l",
  i: "l",
  "2": "z",
  "5": "s",
  "8": "b",
  "9": "g",
  q: "g",
};
