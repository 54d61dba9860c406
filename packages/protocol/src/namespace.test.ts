import { expect, it } from "vitest";
import { Namespace, namespaceSkeleton } from "./namespace.ts";

it.each([
  ["org.acme", "org.acrne"],
  ["org.acme", "org.ac-me"],
  ["org.globex", "org.gl0bex"],
  ["org.initech", "org.lnltech"],
  ["org.initech", "org.1nitech"],
  ["org.hooli", "org.hoo1i"],
  ["org.stark", "org.5tark"],
  ["org.wayne", "org.vvayne"],
  ["org.dunder", "org.clunder"],
  ["org.rnicro", "org.micro"],
])("%s and %s look alike", (one, other) => {
  expect(Namespace.safeParse(one).success && Namespace.safeParse(other).success).toBe(true);
  expect(namespaceSkeleton(one)).toBe(namespaceSkeleton(other));
});

it.each([
  ["org.acme", "org.acne"],
  ["org.acme", "x.acme"],
  ["org.acme", "org.acme2u"],
  ["org.ciao", "org.dao"],
  ["org.north", "org.south"],
])("%s and %s do not", (one, other) => {
  expect(namespaceSkeleton(one)).not.toBe(namespaceSkeleton(other));
});
