import { OPERATIONS } from "../operations/index.ts";
import type { Operation } from "../operations/operation.ts";

/** Which methods a path of the API document knows; none where there is no such path. Another one is 405 and not 404. */
export function allowedMethods(path: string): string[] {
  const methods = new Set(
    ROUTES.flatMap(({ pattern, method }) => (pattern.test(path) ? [method] : [])).sort(),
  );
  if (methods.has("GET")) methods.add("HEAD");
  return methods.size === 0 ? [] : [...methods, "OPTIONS"];
}

const ROUTES = [
  { path: "/openapi.json", method: "GET" },
  ...(OPERATIONS as readonly unknown[] as readonly Operation[]).flatMap(({ rest }) => (rest ? [rest] : [])),
].map(({ path, method }) => ({ method, pattern: patternOf(path) }));

function patternOf(path: string): RegExp {
  const parts = path
    .split("/")
    .map((part) => (part.startsWith(":") ? "[^/]+" : part.startsWith("*") ? ".+" : literal(part)));
  return new RegExp(`^${parts.join("/")}$`);
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
