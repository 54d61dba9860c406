import { bin, checked, finish, program, vitest } from "./run.ts";

/** `npm run check`: format, lint, types, architecture and the fast tests, under a minute. */
finish([
  await checked("format and lint", () => program(bin("biome"), ["check", "."])),
  await checked("types", () => program(bin("tsc"), ["-p", "tsconfig.json"])),
  await checked("types of the console", () => program(bin("tsc"), ["-p", "apps/console/tsconfig.json"])),
  await vitest("house", "."),
  await vitest("protocol", "packages/protocol"),
  await vitest("engine", "packages/engine"),
]);
